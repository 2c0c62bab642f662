"""Transmitter levels: OMA, extinction ratio, level mismatch, modulator transfer, laser noise reference.

All powers in W, all ratios linear.  ``er`` is P3/P0 and must exceed 1; the callers validate.
"""

import math

from ._jit import kernel


@kernel
def outer_powers_w(oma_w, er):
    """Lowest and highest level (P0, P3) of an outer OMA: OMA = P3 - P0, ER = P3 / P0."""
    low = oma_w / (er - 1.0)
    return low, low * er


@kernel
def average_power_w(oma_w, er):
    """Average power of equiprobable symmetric levels, (OMA/2)(ER+1)/(ER-1)."""
    return oma_w / 2.0 * (er + 1.0) / (er - 1.0)


@kernel
def oma_from_average_w(average_w, er):
    """Outer OMA of an average power, 2 P (ER-1)/(ER+1): the inverse of ``average_power_w``."""
    return 2.0 * average_w * (er - 1.0) / (er + 1.0)


@kernel
def fill_levels_w(oma_w, er, rlm, levels_w):
    """Fill ``levels_w`` (length M >= 2) with the M powers of a PAM signal, lowest first.

    On the axis t in [-1, 1] the ideal levels are equally spaced; all but the two outer ones are drawn towards the middle by
    ``rlm``.  The smallest eye is then ``rlm`` times the ideal one and IEEE's R_LM of four such levels equals ``rlm``.
    A compressive device that moves the inner levels the other way closes the outer eyes by (1 + rlm)/2 only: this choice is
    the pessimistic one of the two geometries with the same R_LM.
    """
    count = levels_w.shape[0]
    low, high = outer_powers_w(oma_w, er)
    middle = (high + low) / 2.0
    half = (high - low) / 2.0
    for k in range(count):
        t = 2.0 * k / (count - 1) - 1.0
        if 0 < k < count - 1:
            t *= rlm
        levels_w[k] = middle + half * t


@kernel
def level_mismatch_ratio(levels_w):
    """R_LM of four levels: min(3 ES1, 3 ES2, 2 - 3 ES1, 2 - 3 ES2), ES measured from the middle of the outer levels.

    Source: IEEE 802.3 120D.3.1.2 (recalled).
    """
    middle = (levels_w[0] + levels_w[3]) / 2.0
    es1 = (levels_w[1] - middle) / (levels_w[0] - middle)
    es2 = (levels_w[2] - middle) / (levels_w[3] - middle)
    return min(3.0 * es1, 3.0 * es2, 2.0 - 3.0 * es1, 2.0 - 3.0 * es2)


@kernel
def mzm_quadrature(drive_vpp_v, v_pi_v):
    """Swing and extinction ratio of a Mach-Zehnder modulator biased at quadrature.

    Transmission (1 + sin(pi v / Vpi))/2 with the drive within +-Vpp/2: s = sin(pi Vpp / (2 Vpi)), OMA = P_in IL s,
    ER = (1 + s)/(1 - s), average P_in IL / 2.  Valid for 0 < Vpp <= Vpi; beyond, the transfer folds over: both NaN.
    A full drive, Vpp = Vpi, has an infinite ER (ideal device).
    """
    if not 0.0 < drive_vpp_v <= v_pi_v:
        return math.nan, math.nan
    swing = math.sin(math.pi * drive_vpp_v / (2.0 * v_pi_v))
    if swing >= 1.0:
        return swing, math.inf
    return swing, (1.0 + swing) / (1.0 - swing)


@kernel
def rin_oma_from_average(rin_avg_per_hz, er):
    """RIN referred to the OMA (RIN_xOMA convention) of a RIN referred to the average power, both 1/Hz.

    One noise, two references: sigma = P_avg sqrt(RIN_avg B) = (OMA/2) sqrt(RIN_OMA B), hence
    RIN_OMA = RIN_avg ((ER+1)/(ER-1))^2.
    """
    reference = (er + 1.0) / (er - 1.0)
    return rin_avg_per_hz * reference * reference
