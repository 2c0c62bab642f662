"""The closed-form link pass for one row, from the received modulation amplitude to an error ratio.

    levels      P_k between P_low and P_high = ER P_low, P_high - P_low = OMA x coupling at the photodiode; the
                inner ones drawn to the middle by R_LM
    variance of level k [A^2], I_k = R P_k, I_oma = R (P_high - P_low):
        receiver     g (i_n^2 B + 2 q (I_k + I_d) B + (FS^2/12) 2^(-2 ENOB)),  FS = full_scale x I_oma
        laser        I_k^2 RIN_avg B + (I_oma/2)^2 RIN_oma B
        transmitter  (I_oma/2)^2 / SNDR
        beat         4 R^2 P_k (mean P - (mean sqrt P)^2) sum a^2: what is left of the beats with delayed copies
                     when their mean over the copies' symbols is taken out, phases aligned
    decisions   R (mid + (P_k - mid) x opening); thresholds from these, halfway or where densities cross
    beat state  x moves level k by R 2 sqrt(P_k) mean_m(sqrt P_m) x and leaves the thresholds alone
    answer      mean over the states of the BER, or of the error ratio of the RS(544,514) codeword of that BER
Means over m weigh every level alike. Source: a photodiode detects the square of a sum of fields; the noises as
in receiver.py; the beat varies with the laser's phase, which is slow against a codeword.

A row is a mapping from the names below to numbers (SI, linear); `states` is a list of (x, probability).
"""

from tests.oracle import ELEMENTARY_CHARGE_C, MP, fec, pam, transmitter

THERMAL, SHOT, RIN, TRANSMITTER, QUANTISATION, BEAT = range(6)

KP4_SYMBOLS, KP4_CORRECTABLE, KP4_SYMBOL_BITS = 544, 15, 10


def _number(row, name):
    return MP.mpf(float(row[name]))


def _mean(values):
    return MP.fsum(values) / len(values)


def powers_w(row, rx_oma_w):
    """Levels at the photodiode."""
    oma = MP.mpf(rx_oma_w) * _number(row, "coupling")
    return transmitter.levels_w(oma, row["er"], row["rlm"], int(row["level_count"]))


def noise_a2(row, powers, k):
    """Variances by kind at level k, without a beat state."""
    responsivity, bandwidth = _number(row, "responsivity_a_w"), _number(row, "bandwidth_hz")
    gain = _number(row, "noise_gain")
    current = responsivity * powers[k]
    half = responsivity * (powers[-1] - powers[0]) / 2
    step = _number(row, "full_scale") * 2 * half * MP.mpf(2) ** (-_number(row, "enob"))
    rin = current**2 * _number(row, "rin_avg_per_hz") + half**2 * _number(row, "rin_oma_per_hz")
    unevenness = _mean(powers) - _mean([MP.sqrt(p) for p in powers]) ** 2
    return [
        gain * _number(row, "density_a_rthz") ** 2 * bandwidth,
        gain * _number(row, "excess_noise") * 2 * ELEMENTARY_CHARGE_C * (current + _number(row, "dark_a")) * bandwidth,
        rin * bandwidth,
        half**2 / _number(row, "sndr_ratio"),
        gain * step**2 / 12,
        4 * responsivity**2 * powers[k] * unevenness * _number(row, "beat_square"),
    ]


def _error_ratio(count, levels, sigmas, thresholds):
    if count == 6:
        return pam.pam6_error_ratio(levels, sigmas, thresholds)
    return pam.gray_error_ratio(levels, sigmas, thresholds)


def eye_thresholds(row, levels, sigmas):
    """(thresholds, eyes kept at their middle)."""
    if not row["optimal"]:
        return pam.middle_thresholds(levels), 0
    count = len(levels)
    priors = pam.pam6_priors() if count == 6 else [1 / MP.mpf(count)] * count
    return pam.optimal_thresholds(levels, sigmas, priors)


def state_error_ratios(row, rx_oma_w):
    """(BER in every state that can occur, None in the others; eyes kept at their middle)."""
    powers = powers_w(row, rx_oma_w)
    count = len(powers)
    responsivity, opening = _number(row, "responsivity_a_w"), _number(row, "opening")
    sigmas = [MP.sqrt(MP.fsum(noise_a2(row, powers, k))) for k in range(count)]
    middle = (powers[0] + powers[-1]) / 2
    levels = [responsivity * (middle + (p - middle) * opening) for p in powers]
    thresholds, kept = eye_thresholds(row, levels, sigmas)
    mean_root = _mean([MP.sqrt(p) for p in powers])
    ratios = []
    for x, mass in row["states"]:
        if mass == 0:
            ratios.append(None)
            continue
        beats = [responsivity * 2 * MP.sqrt(p) * mean_root * MP.mpf(float(x)) for p in powers]
        moved = [level + beat for level, beat in zip(levels, beats, strict=True)]
        ratios.append(_error_ratio(count, moved, sigmas, thresholds))
    return ratios, kept


def codeword_error_ratio(ber):
    """Of a KP4 codeword whose bits all have this error ratio."""
    symbol = fec.rs_symbol_error_ratio(ber, KP4_SYMBOL_BITS)
    return fec.codeword_error_ratio(symbol, KP4_SYMBOLS, KP4_CORRECTABLE)


def mean_over_states(row, ratios, by_codeword):
    """The mean of what state_error_ratios found, or of its codeword error ratios."""
    total = MP.mpf(0)
    for (_, mass), ber in zip(row["states"], ratios, strict=True):
        if ber is not None:
            total += MP.mpf(float(mass)) * (codeword_error_ratio(ber) if by_codeword else ber)
    return total


def excess(row, oma_dbm):
    """ln of the error ratio over the limit at a received OMA in dBm: above zero where the limit is missed."""
    oma = MP.mpf(10) ** (MP.mpf(oma_dbm) / 10) / 1000
    ratios, _ = state_error_ratios(row, oma)
    return MP.log(mean_over_states(row, ratios, row["by_codeword"])) - _number(row, "log_limit")


def sensitivity_dbm(row, low_dbm, high_dbm, tolerance_db=1e-7):
    """Received OMA that just meets the row's limit, by bisection between two ends that must enclose it."""
    low, high = MP.mpf(low_dbm), MP.mpf(high_dbm)
    assert excess(row, low) > 0 > excess(row, high), "the limit is not met between the two ends"
    while high - low > tolerance_db:
        middle = (low + high) / 2
        if excess(row, middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
