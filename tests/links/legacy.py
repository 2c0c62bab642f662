"""Six old reflectors in a row through the kernels alone: the worked MPI example of the reference notes."""

import math

import numpy as np
from photonics_kernels import link, reflection, scale, transmitter


def legacy_mpi() -> tuple[float, float, float]:
    """Penalty in dB by the mean BER, by the mean codeword error ratio, and by the simple bound."""
    er = scale.db_to_ratio(4.5)
    amplitudes = np.empty(15)
    total = reflection.pair_amplitudes(np.full(6, 10**-2.6), np.ones(5), amplitudes)
    edges = np.linspace(-total, total, 258)
    mass = np.empty(257)
    reflection.beat_state_density(amplitudes, edges, mass)
    states = (edges[1:] + edges[:-1]) / 2.0
    limit = math.log(2.28e-4)
    codeword = float(
        link.log_codeword_error_ratio(link.log_rs_symbol_error_ratio(limit, 10), 544, 15)
    )

    def sensitivity(with_beat: bool, by_codeword: bool) -> float:
        n = 1
        one = np.ones(n)
        rows = link.LinkRows(
            level_count=np.full(n, 4, dtype=np.int64), rx_oma_w=one * 1e-4, er=one * er, rlm=one.copy(), coupling=one.copy(),
            opening=one.copy(), noise_gain=one.copy(), responsivity_a_w=one * 0.9, dark_a=one * 0.0, excess_noise=one.copy(), density_a_rthz=one * 17e-12,
            bandwidth_hz=one * 60e9, rin_avg_per_hz=one * 0.0, rin_oma_per_hz=one * 0.0, sndr_ratio=one * math.inf,
            enob=one * math.inf, full_scale=one.copy(), optimal=np.zeros(n, dtype=np.bool_),
            beat_square=one * (float((amplitudes**2).sum()) if with_beat else 0.0),
            log_limit=one * (codeword if by_codeword else limit), by_codeword=np.full(n, by_codeword, dtype=np.bool_),
            state_x=(states if with_beat else np.zeros(1))[None, :], state_mass=(mass if with_beat else np.ones(1))[None, :],
        )
        return 10.0 * math.log10(float(link.closed_form(rows, True).sensitivity_w[0]) * 1e3)

    levels = np.empty(4)
    transmitter.fill_levels_w(1.0, er, 1.0, levels)
    closure = reflection.mpi_closure(reflection.SIMPLE, levels, total)
    quiet = sensitivity(False, False)
    return sensitivity(True, False) - quiet, sensitivity(True, True) - quiet, -10.0 * math.log10(1.0 - closure)
