"""The closed-form pass over links: loss, levels, noise, error ratio, sensitivity.

One row is one lane in one corner.  The closed form has no intersymbol interference of its own: what bandwidth, jitter and the
equaliser cost enters as a gain on the noise that the receiver adds (the equaliser restores the signal, and the transmitter's noise
with it, but amplifies what came in behind the channel).  Without it this model is 3 to 9 dB optimistic at 80 GBd and above.
Valid for Gaussian noise per level and memoryless levels.
"""

import math
from typing import NamedTuple

import numpy as np

from ._jit import kernel
from .fec import log_codeword_error_ratio, log_rs_symbol_error_ratio
from .pam import LN10, gray_error_ratio, middle_thresholds, optimal_thresholds, pam6_error_ratio, pam6_priors
from .receiver import (
    quantisation_variance_a2,
    rin_average_variance_a2,
    rin_oma_variance_a2,
    shot_variance_a2,
    thermal_variance_a2,
    transmitter_variance_a2,
)
from .scale import dbm_to_w, w_to_dbm
from .special import log_add
from .transmitter import fill_levels_w

THERMAL, SHOT, RIN, TRANSMITTER, QUANTISATION, BEAT = 0, 1, 2, 3, 4, 5
NOISE_KINDS = 6
FINE, FLOOR, BELOW = 0, 1, 2  # a root; error floor above the limit; limit met at the lowest power tried
LIMIT_LOWEST_DBM = -60.0
LIMIT_HIGHEST_DBM = 30.0
TOL_DB = 1e-10
MAX_STEPS = 100


class LinkRows(NamedTuple):
    """Structure of arrays, one entry per row (n); SI and linear.  ``state_*`` are n x s."""

    level_count: np.ndarray  # int64: 2, 4, 6 or 8
    rx_oma_w: np.ndarray  # outer OMA at the receiver's input (TP3)
    er: np.ndarray  # P_high / P_low
    rlm: np.ndarray
    coupling: np.ndarray  # transmission TP3 to photodiode
    opening: np.ndarray  # level spacing left by an MPI bound, 0..1; 1 where there is none
    noise_gain: np.ndarray  # power gain of the equaliser on receiver noise: ISI allowance, dispersion, DGD
    responsivity_a_w: np.ndarray
    dark_a: np.ndarray
    excess_noise: np.ndarray  # avalanche factor F on shot noise, 1 for a PIN; currents are those before multiplication
    density_a_rthz: np.ndarray  # referred to the primary photocurrent
    bandwidth_hz: np.ndarray
    rin_avg_per_hz: np.ndarray  # 0 where the RIN is OMA-referred
    rin_oma_per_hz: np.ndarray  # 0 where it is average-referred
    sndr_ratio: np.ndarray  # inf for a noiseless transmitter
    enob: np.ndarray  # inf for no converter
    full_scale: np.ndarray  # converter range over outer swing
    optimal: np.ndarray  # bool: thresholds at the crossings, else at the midpoints
    beat_square: np.ndarray  # sum of a_ij^2
    log_limit: np.ndarray  # natural logarithm of the limit: of the BER, or of the codeword error ratio where ``by_codeword``
    by_codeword: np.ndarray  # bool
    state_x: np.ndarray  # beat state, 0 where the MPI is not quasi-static
    state_mass: np.ndarray  # its probability


class LinkAnswers(NamedTuple):
    """Results, one entry per row; ``noise_a2`` is n x kinds on the top level; ``log_ber`` natural, n x s per state."""

    mean_ber: np.ndarray
    log10_mean_ber: np.ndarray
    log_ber: np.ndarray
    log_codeword: np.ndarray
    sensitivity_w: np.ndarray
    status: np.ndarray
    eyes_kept_mid: np.ndarray
    noise_a2: np.ndarray


@kernel
def fill_noise_a2(rows, i, oma_w, power_w, root_variance, noise_a2):
    """Fill ``noise_a2`` (six kinds) for one level of power ``power_w`` at the photodiode of row ``i``."""
    r = rows.responsivity_a_w[i]
    current = r * power_w
    swing = r * oma_w
    band = rows.bandwidth_hz[i]
    gain = rows.noise_gain[i]
    noise_a2[THERMAL] = gain * thermal_variance_a2(rows.density_a_rthz[i], band)
    noise_a2[SHOT] = gain * rows.excess_noise[i] * shot_variance_a2(current + rows.dark_a[i], band)
    noise_a2[RIN] = rin_average_variance_a2(current, rows.rin_avg_per_hz[i], band) + rin_oma_variance_a2(
        swing, rows.rin_oma_per_hz[i], band
    )
    noise_a2[TRANSMITTER] = transmitter_variance_a2(swing, rows.sndr_ratio[i])
    noise_a2[QUANTISATION] = gain * quantisation_variance_a2(rows.full_scale[i] * swing, rows.enob[i])
    # The interferer's symbols change from bit to bit: their spread around the mean root is noise, at most this much.
    noise_a2[BEAT] = 4.0 * r * r * power_w * root_variance * rows.beat_square[i]


@kernel
def row_log_ber(rows, i, rx_oma_w, log_ber, noise_a2):
    """ln BER of row ``i`` in each of its states at a received OMA (TP3); returns the number of eyes without a crossing.

    Thresholds stand where they stand without a beat: the beat moves at the laser's linewidth, a slicer's loop does not follow.
    The beat's mean field and mean power weigh all levels alike; those of PAM6 are sent with 1/8 (outer) and 3/16 (inner).
    ``noise_a2`` keeps the noise of the top level.
    """
    count = rows.level_count[i]
    oma = rx_oma_w * rows.coupling[i]
    power = np.empty(count)
    fill_levels_w(oma, rows.er[i], rows.rlm[i], power)
    mean_root, mean_power = 0.0, 0.0
    for k in range(count):
        mean_root += math.sqrt(power[k]) / count
        mean_power += power[k] / count
    level = np.empty(count)
    sigma = np.empty(count)
    middle = (power[0] + power[count - 1]) / 2.0  # exempt: another pivot would shift all levels and thresholds alike
    for k in range(count):
        fill_noise_a2(rows, i, oma, power[k], mean_power - mean_root * mean_root, noise_a2)
        total = 0.0
        for kind in range(NOISE_KINDS):
            total += noise_a2[kind]
        sigma[k] = math.sqrt(total)
        level[k] = rows.responsivity_a_w[i] * (middle + (power[k] - middle) * rows.opening[i])
    threshold = np.empty(count - 1)
    kept = 0
    if rows.optimal[i]:
        prior = np.full(count, 1.0 / count)
        if count == 6:
            pam6_priors(prior)
        kept = optimal_thresholds(level, sigma, prior, threshold)
    else:
        middle_thresholds(level, threshold)
    moved = np.empty(count)
    for s in range(rows.state_x.shape[1]):
        if rows.state_mass[i, s] == 0.0:
            log_ber[s] = -math.inf
            continue
        for k in range(count):
            beat = 2.0 * math.sqrt(power[k]) * mean_root * rows.state_x[i, s]
            moved[k] = level[k] + rows.responsivity_a_w[i] * beat
        if count == 6:
            log_ber[s] = pam6_error_ratio(moved, sigma, threshold)[1] * LN10
        else:
            log_ber[s] = gray_error_ratio(moved, sigma, threshold)[1] * LN10
    return kept


@kernel
def mean_over_states(rows, i, log_ber, by_codeword):
    """ln of the mean over states of the BER, or of the KP4 codeword error ratio: never the ratio of a mean BER."""
    total = -math.inf
    for s in range(rows.state_x.shape[1]):
        mass = rows.state_mass[i, s]
        if mass > 0.0:
            value = log_ber[s]
            if by_codeword:
                value = log_codeword_error_ratio(log_rs_symbol_error_ratio(value, 10), 544, 15)
            total = log_add(total, math.log(mass) + value)
    return min(total, 0.0)


@kernel
def _excess(rows, i, oma_dbm, log_ber, noise_a2):
    """Monotone measure of being better than the limit: sqrt(-ln ratio) - sqrt(-ln limit), nearly linear in the OMA."""
    row_log_ber(rows, i, dbm_to_w(oma_dbm), log_ber, noise_a2)
    ratio = mean_over_states(rows, i, log_ber, rows.by_codeword[i])
    return math.sqrt(-ratio) - math.sqrt(-rows.log_limit[i])


@kernel
def sensitivity_dbm(rows, i, start_dbm, log_ber, noise_a2):
    """Received outer OMA in dBm at which row ``i`` just meets its limit, and a status.

    A bracket grows from ``start_dbm`` by 3 dB steps, then Chandrupatla's method closes it (inverse quadratic steps guarded by
    bisection, so it converges for every continuous function).  FLOOR: relative noise holds the error ratio above the limit
    at any power up to 30 dBm.  BELOW: the limit is met even at -60 dBm.  Both give NaN.
    """
    a = min(max(start_dbm, LIMIT_LOWEST_DBM), LIMIT_HIGHEST_DBM)
    fa = _excess(rows, i, a, log_ber, noise_a2)
    step = 3.0 if fa < 0.0 else -3.0  # exempt: any step brackets the same root
    b, fb = a, fa
    while (fa < 0.0) == (fb < 0.0):
        a, fa = b, fb
        if b <= LIMIT_LOWEST_DBM and step < 0.0:
            return math.nan, BELOW
        if b >= LIMIT_HIGHEST_DBM and step > 0.0:
            return math.nan, FLOOR
        b = min(max(b + step, LIMIT_LOWEST_DBM), LIMIT_HIGHEST_DBM)
        fb = _excess(rows, i, b, log_ber, noise_a2)
    c, fc = a, fa
    t = 0.5  # exempt: where the search starts
    for _ in range(MAX_STEPS):
        x = a + t * (b - a)
        fx = _excess(rows, i, x, log_ber, noise_a2)
        if (fx < 0.0) == (fa < 0.0):
            c, fc = a, fa
        else:
            c, fc = b, fb
            b, fb = a, fa
        a, fa = x, fx
        width = abs(b - a)
        if fa == 0.0 or width < TOL_DB:
            break
        xi = (a - b) / (c - b)
        phi = (fa - fb) / (fc - fb)
        if phi * phi < xi and (1.0 - phi) * (1.0 - phi) < 1.0 - xi:
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        else:
            t = 0.5  # exempt: any part of the bracket leads to the same root
        least = 0.5 * TOL_DB / width  # exempt: part of a tolerance
        t = min(max(t, least), 1.0 - least)
    return (a if abs(fa) < abs(fb) else b), FINE


@kernel
def closed_form(rows, with_sensitivity):
    """Error ratio of every row at its received OMA and, if asked, its sensitivity: one point at a time, the twin of the fused pass."""
    n, states = rows.state_x.shape
    mean_ber = np.empty(n)
    log10_mean = np.empty(n)
    log_ber = np.empty((n, states))
    log_codeword = np.empty(n)
    sensitivity = np.full(n, math.nan)
    status = np.zeros(n, dtype=np.int64)
    kept = np.zeros(n, dtype=np.int64)
    noise = np.empty((n, NOISE_KINDS))
    scratch_log = np.empty(states)
    scratch_noise = np.empty(NOISE_KINDS)
    for i in range(n):
        kept[i] = row_log_ber(rows, i, rows.rx_oma_w[i], log_ber[i], noise[i])
        mean = mean_over_states(rows, i, log_ber[i], False)
        mean_ber[i] = math.exp(mean)
        log10_mean[i] = mean / LN10
        log_codeword[i] = mean_over_states(rows, i, log_ber[i], True)
        if with_sensitivity:
            root, status[i] = sensitivity_dbm(rows, i, w_to_dbm(rows.rx_oma_w[i]), scratch_log, scratch_noise)
            sensitivity[i] = dbm_to_w(root)
    return LinkAnswers(mean_ber, log10_mean, log_ber, log_codeword, sensitivity, status, kept, noise)
