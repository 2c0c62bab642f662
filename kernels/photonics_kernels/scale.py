"""Decibels and ratios, dBm and watts: the only place with the factor ten.

Every quantity here is a *power* ratio (10 log10); amplitudes are squared first.  ``exp(x ln10/10)`` replaces ``10**(x/10)``
because it was measured twice as fast.
"""

import math

from ._jit import kernel

LN10_OVER_10 = math.log(10.0) / 10.0
WATT_PER_MILLIWATT = 1.0e-3


@kernel
def db_to_ratio(x_db):
    """Power ratio of a level difference in dB: r = 10^(x/10)."""
    return math.exp(x_db * LN10_OVER_10)


@kernel
def ratio_to_db(ratio):
    """Level difference in dB of a power ratio > 0: x = 10 log10 r; 0 gives -inf, a negative ratio NaN."""
    if ratio < 0.0:
        return math.nan
    if ratio == 0.0:
        return -math.inf
    return math.log(ratio) / LN10_OVER_10


@kernel
def dbm_to_w(power_dbm):
    """Power in W of a level in dBm: P = 1 mW 10^(x/10)."""
    return WATT_PER_MILLIWATT * db_to_ratio(power_dbm)


@kernel
def w_to_dbm(power_w):
    """Level in dBm of a power in W >= 0; 0 gives -inf."""
    return ratio_to_db(power_w / WATT_PER_MILLIWATT)
