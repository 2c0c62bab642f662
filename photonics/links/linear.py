"""What a linear module is given by its host: the eye closure at TP1a, written as TDECQ is for light.

EECQ = 10 log10(outer swing / (6 Qt R)): R is the rms of the noise that may be added to the signal at TP1a, ahead of a reference receiver with a
short FFE, before the symbol error ratio reaches the target of Qt.  The LPO MSA states the limit (3.5 dB behind 9 taps at 53 GBd) and not the
formula in public: that it is TDECQ's with a swing in the place of the OMA, the reference receiver's band (half the symbol rate, fourth-order
Bessel-Thomson) and its tap limits are assumed.
"""

import math
from dataclasses import replace

import numpy as np
from photonics_kernels import response

from photonics.catalog import Phy
from photonics.lower.chain import Chain
from photonics.lower.eye import Equaliser, EyePoint, Grid, LaneResponse, half_swing_a
from photonics.lower.link import LEVELS, LaneCase, Row

from .chain import MeasuredFiles
from .eye_solver import HIGHEST_DBM, LOWEST_DBM, NO_BEAT, sensitivities

REFERENCE_TAPS, REFERENCE_PRE = 9, 3
REFERENCE_BAND = 0.5  # of the symbol rate
WINDOW_UI = 0.05  # the two histograms lie this far on either side of the instant
QT_KEY, LIMIT_KEY = "tdecq_qt", "eecq_tp1a_max"
NOISE_A = 1e-6  # any value: the answer is a ratio


def eecq_tp1a_db(case: LaneCase, phy: Phy) -> float | None:
    """EECQ of the host's output at the module's input in dB; None for a retimed direction, a chain without a host line, or a PHY without Qt.

    The chain's responses from the host's transmitter to the last electrical two-port before driver and modulator, the transmitter's own
    filter and the chain's random jitter are in it; NaN where no noise is left to add.  PAM4 only.
    """
    spec = case.spec
    qt = phy.get(QT_KEY)
    if spec.chain is None or spec.electronics.retiming != "none" or spec.signal.format != "PAM4" or qt is None:
        return None
    host = [r for r in spec.chain.response if r.side == "transmit"]
    last = max((i for i, r in enumerate(host) if r.electrical), default=-1)
    if last < 0:
        return None
    kept = spec.chain.model_copy(update={"response": tuple(host[: last + 1]), "aggressor": ()})
    chain = Chain(spec.model_copy(update={"chain": kept}), case.corner, MeasuredFiles(case.corner))
    seen = chain.lane(None)
    f = seen.grid.frequency_hz
    signal = seen.signal.copy()
    response.times_bessel4(f, REFERENCE_BAND * chain.symbol_rate_hz, signal)
    density = _reference_density(seen.grid)
    lane = LaneResponse(seen.grid, signal, np.zeros((0, len(f)), dtype=np.complex128), density, density, seen.notes)
    row = Row(
        rx_oma_dbm=0.0, er_db=60.0, rlm=1.0, coupling_db=0.0, closure_db=0.0, enhancement_db=0.0, responsivity_a_w=1.0, dark_a=0.0,
        excess_noise=1.0, density_a_rthz=NOISE_A, bandwidth_hz=1.0, rin_avg_db_hz=None, rin_oma_db_hz=None, sndr_db=None, enob=None,
        full_scale=0.0, optimal=False, beat_square=0.0, log_limit=0.0, by_codeword=False, states=NO_BEAT,
    )  # fmt: skip
    # Shot noise of a made-up photocurrent would be in it: its share is 1e-13 of the noise, at currents of microamperes.
    jitter = replace(chain.jitter(), dirac_ui=WINDOW_UI, offset_ui=0.0)
    point = EyePoint(row, Equaliser(REFERENCE_TAPS, REFERENCE_PRE), jitter)
    # Gray-coded PAM4 at the target: a symbol in error is one wrong bit of two.
    ser = 1.5 * 0.5 * math.erfc(qt.number / math.sqrt(2.0))
    found, _ = sensitivities([lane], [point], LEVELS["PAM4"], math.log(ser / 2.0), False)
    if not math.isfinite(found[0]) or not LOWEST_DBM < found[0] < HIGHEST_DBM:
        return math.nan
    swing = 2.0 * half_swing_a(row, found[0])
    return 10.0 * math.log10(swing / (6.0 * qt.number * NOISE_A))


def _reference_density(grid: Grid) -> np.ndarray:
    """Power spectrum of white noise behind the reference receiver's filter."""
    f = grid.noise_frequency_hz
    out = np.ones(len(f), dtype=np.complex128)
    response.times_bessel4(f, REFERENCE_BAND * grid.symbol_rate_hz, out)
    return np.asarray(np.abs(out) ** 2)
