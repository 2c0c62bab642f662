"""Decibels: x_dB = 10 log10(ratio), P_dBm = 10 log10(P / 1 mW). Source: definition (ISO 80000-3)."""

from tests.oracle import MP


def db_to_ratio(x_db):
    """Power ratio of x_db [dB]: 10 to the (x_db / 10)."""
    return MP.mpf(10) ** (MP.mpf(x_db) / 10)


def ratio_to_db(ratio):
    """Decibels of a power ratio > 0."""
    return 10 * MP.log(MP.mpf(ratio)) / MP.log(MP.mpf(10))


def dbm_to_w(power_dbm):
    """Watts of a power in dBm: 1 mW times the ratio."""
    return db_to_ratio(power_dbm) / 1000


def w_to_dbm(power_w):
    """dBm of a power > 0 in watts."""
    return ratio_to_db(MP.mpf(power_w) * 1000)
