"""Receiver noise, as one-sided variances in A^2 of the photocurrent before the slicer.

Each term is separate so that a budget can name it.  A RIN is either average-referred (per level) or OMA-referred (the same on
every level): the two inputs are never interchangeable, at ER 3.5 dB, -139 dB/Hz and 56 GHz the wrong one turns
0.17 dB into 2.4 dB.
"""

import math

from ._jit import kernel
from .energy import ZERO_CELSIUS_K

ELEMENTARY_CHARGE_C = 1.602176634e-19


@kernel
def dark_current_a(at_25c_a, temperature_c):
    """Dark current of a photodiode, doubled every 10 K from its value at 25 degC (rule of thumb for Ge and InGaAs)."""
    return at_25c_a * 2.0 ** ((temperature_c - 25.0) / 10.0)


@kernel
def noise_density_a_rthz(at_25c_a_rthz, temperature_c):
    """Amplifier noise density, growing with the root of the absolute temperature from its value at 25 degC."""
    return at_25c_a_rthz * math.sqrt((temperature_c + ZERO_CELSIUS_K) / (25.0 + ZERO_CELSIUS_K))


@kernel
def excess_noise_factor(gain, ionisation_ratio):
    """McIntyre's factor F = k M + (1 - k)(2 - 1/M) of an avalanche photodiode; 1 at a gain of 1.

    In currents before multiplication the shot noise grows by F and the amplifier's noise shrinks by the gain.
    Source: McIntyre 1966; valid for injection of the carrier that ionises more.
    """
    return ionisation_ratio * gain + (1.0 - ionisation_ratio) * (2.0 - 1.0 / gain)


@kernel
def thermal_variance_a2(density_a_rthz, bandwidth_hz):
    """Input-referred amplifier noise i_n^2 B of an average density over the noise bandwidth."""
    return density_a_rthz * density_a_rthz * bandwidth_hz


@kernel
def shot_variance_a2(current_a, bandwidth_hz):
    """Shot noise 2 q I B of a current that includes the dark current."""
    return 2.0 * ELEMENTARY_CHARGE_C * current_a * bandwidth_hz


@kernel
def rin_average_variance_a2(current_a, rin_avg_per_hz, bandwidth_hz):
    """Relative intensity noise I^2 RIN B of a level, RIN one-sided and relative to that level's own power."""
    return current_a * current_a * rin_avg_per_hz * bandwidth_hz


@kernel
def rin_oma_variance_a2(oma_current_a, rin_oma_per_hz, bandwidth_hz):
    """RIN_xOMA noise (I_oma/2)^2 RIN B, the same on every level."""
    half = oma_current_a / 2.0
    return half * half * rin_oma_per_hz * bandwidth_hz


@kernel
def transmitter_variance_a2(oma_current_a, sndr_ratio):
    """Transmitter noise and distortion (I_oma/2)^2 / SNDR; SNDR relative to the outer level, as COM uses SNR_TX."""
    half = oma_current_a / 2.0
    return half * half / sndr_ratio


@kernel
def quantisation_variance_a2(full_scale_a, enob):
    """Quantisation noise (FS^2/12) 2^(-2 ENOB) of a converter with peak-to-peak range ``full_scale_a``."""
    return full_scale_a * full_scale_a / 12.0 * 2.0 ** (-2.0 * enob)
