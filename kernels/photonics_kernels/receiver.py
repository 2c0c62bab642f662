"""Receiver noise, as one-sided variances in A^2 of the photocurrent before the slicer.

Each term is separate so that a budget can name it.  A RIN is either average-referred (per level) or OMA-referred (the same on
every level): the two inputs are never interchangeable, at ER 3.5 dB, -139 dB/Hz and 56 GHz the wrong one turns
0.17 dB into 2.4 dB.
"""

from ._jit import kernel

ELEMENTARY_CHARGE_C = 1.602176634e-19


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
