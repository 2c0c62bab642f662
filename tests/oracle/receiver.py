"""Noise variances of a photoreceiver, referred to the photocurrent [A^2].

    thermal  i_n^2 B       shot  2 q I B      RIN per level  I^2 RIN_avg B      RIN_OMA  (I_oma/2)^2 RIN_OMA B
    transmitter  (I_oma/2)^2 / SNDR           converter  (one step)^2 / 12, step = full scale / 2^ENOB
One-sided densities over the one-sided noise bandwidth B, each integrated from 0 to B. Source: textbook; the
reference of the transmitter term is the outer level at +-1 (IEEE 802.3 annex 93A).
"""

from tests.oracle import ELEMENTARY_CHARGE_C, MP


def _integrate_white(density, bandwidth_hz):
    """Integral of a constant one-sided density from 0 to the bandwidth."""
    return MP.quad(lambda f: MP.mpf(density), [0, MP.mpf(bandwidth_hz)])


def thermal_variance_a2(density_a_rthz, bandwidth_hz):
    """Input-referred amplifier noise: density in A / sqrt(Hz)."""
    return _integrate_white(MP.mpf(density_a_rthz) ** 2, bandwidth_hz)


def shot_variance_a2(current_a, bandwidth_hz):
    """Shot noise of a current (dark current included by the caller)."""
    return _integrate_white(2 * ELEMENTARY_CHARGE_C * MP.mpf(current_a), bandwidth_hz)


def rin_average_variance_a2(current_a, rin_avg_per_hz, bandwidth_hz):
    """Laser noise in proportion to the level's own current."""
    return _integrate_white(MP.mpf(current_a) ** 2 * MP.mpf(rin_avg_per_hz), bandwidth_hz)


def rin_oma_variance_a2(oma_current_a, rin_oma_per_hz, bandwidth_hz):
    """Laser noise of RIN_xOMA: the same on every level, in proportion to half the modulation amplitude."""
    return _integrate_white((MP.mpf(oma_current_a) / 2) ** 2 * MP.mpf(rin_oma_per_hz), bandwidth_hz)


def transmitter_variance_a2(oma_current_a, sndr_ratio):
    """Noise and distortion of the transmitter: power of the +-1 outer level over the ratio (linear)."""
    return (MP.mpf(oma_current_a) / 2) ** 2 / MP.mpf(sndr_ratio)


def quantisation_variance_a2(full_scale_a, enob):
    """Mean square of an error spread evenly over one step of the effective converter."""
    step = MP.mpf(full_scale_a) / 2 ** MP.mpf(enob)
    return MP.quad(lambda e: e * e / step, [-step / 2, step / 2])


def dark_current_a(at_25c_a, temperature_c):
    """A doubling for every ten kelvin above 25 degC, a halving below."""
    return MP.mpf(at_25c_a) * MP.exp(MP.log(2) * (MP.mpf(temperature_c) - 25) / 10)


def noise_density_a_rthz(at_25c_a_rthz, temperature_c):
    """Thermal noise power in proportion to the absolute temperature."""
    zero = MP.mpf("273.15")
    power = MP.mpf(at_25c_a_rthz) ** 2 * (MP.mpf(temperature_c) + zero) / (25 + zero)
    return MP.sqrt(power)


def excess_noise_factor(gain, ionisation_ratio):
    """Mean square over squared mean of the multiplication: McIntyre's M [1 - (1 - k) ((M - 1)/M)^2]."""
    m, k = MP.mpf(gain), MP.mpf(ionisation_ratio)
    return m * (1 - (1 - k) * ((m - 1) / m) ** 2)
