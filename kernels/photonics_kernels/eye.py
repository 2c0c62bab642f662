"""The statistical eye of one lane: spectrum to taps, taps to cursors and noise, cursors and noise to an error ratio, averaged over jitter.

Currents are in units of half the outer swing at the decision, so that the outer levels of an undistorted symbol lie at -1 and +1.  Noise:

    amplifier     variance w' R_a w of the receiver's total, R_a the normalised autocorrelation of its spectrum at tap spacing
    shot, RIN     per level of the wanted symbol, with the autocorrelation R_l of what light passes after the photodiode
    quantisation  white at the tap rate
    transmitter   rides on the symbols: times sum q_k^2; so does the spread of multipath interference around its mean

Multipath interference is quasi-static: a state shifts each level, and the mean over states is taken of the error ratio or of the codeword
error ratio.  Jitter moves the sampling instant of a symbol: the error ratio is averaged over it (Gauss, or two Gaussians a fixed distance
apart).  Valid for linear responses, memoryless unequal levels, noise that follows the wanted symbol's level, jitter that is slow against a symbol's
own response.
"""

import math

import numpy as np

from ._jit import kernel
from .eye_adapt import adapt
from .eye_instant import (
    bursts,
    feedback_taps,
    instant_log_ber,
    is_symmetric,
    place_thresholds,
    sample_instant,
    worse_offset,
)
from .eye_rows import (
    BURST,
    CONTINUATION,
    FINE,
    NO_ROOT_HIGH,
    NO_ROOT_LOW,
    OFFSET,
    UNSETTLED,
    WRAPS,
    eye_scratch,
)
from .fec import log_codeword_error_ratio, log_rs_symbol_error_ratio
from .special import LN2, log_add

JITTER_STEP = 0.8  # sigmas; the trapezoid errs by e^(-2 pi^2 width^2 / step^2), width that of density times error ratio, in sigmas
JITTER_CHECK = 0.003  # every other node may differ by this: with the error ratio steep on one side the fourth power of it does not bound the rest
NEVER = 18.0  # -ln of the share of the mean that the jitter beyond the last node may hold
MOST_SIGMAS = 14.0
MAX_HALVINGS = 6


@kernel
def averaged(rows, i, half_swing_a, phase, cursor, symmetric, scratch, log_mean):
    """Mean over jitter of every state's BER: fills ``log_mean``; returns a status.

    Trapezoid over the jitter's density, from the middle outwards to where the jitter itself is too rare to matter.  Its error falls as
    e^(-2 pi^2/step^2) in sigmas for an error ratio that is smooth on that scale; every other node is the check, and where it fails the step is
    halved.  Interpolating ln BER in the instant was tried: cursors that change sign put kinks there, and 129 nodes did not always do.
    """
    sigma, dirac = rows.random_ui[i], rows.dirac_ui[i]
    middle = phase + scratch.gains[OFFSET]
    states = rows.state_x.shape[1]
    if sigma == 0.0:
        status = 0
        for t in range(states):
            log_mean[t] = -math.inf
        sides = 1 if dirac == 0.0 else 2
        for side in range(sides):
            at = middle + (dirac if side == 0 else -dirac)
            gain, count = sample_instant(rows, i, half_swing_a, at, cursor, scratch)
            status = max(status, instant_log_ber(rows, i, half_swing_a, gain, count, cursor, symmetric, scratch))
            for t in range(states):
                log_mean[t] = log_add(log_mean[t], scratch.log_state[t] - math.log(float(sides)))
        return status
    step = JITTER_STEP * sigma
    status = 0
    every, second = np.empty(states), np.empty(states)
    reach = np.zeros(2)  # of either side, in steps of the first round
    for halving in range(MAX_HALVINGS + 1):
        first_round = halving == 0
        for t in range(states):
            second[t] = -math.inf if first_round else log_mean[t]
            every[t] = second[t]
        for side in range(2):
            sign = 1.0 if side == 0 else -1.0
            m = side if first_round else 1
            while True:
                at = sign * m * step
                if not first_round and m * step > reach[side]:
                    break
                a, b = (at - dirac) / sigma, (at + dirac) / sigma
                density = -a * a / 2.0 if dirac == 0.0 else log_add(-a * a / 2.0, -b * b / 2.0) - LN2
                gain, count = sample_instant(rows, i, half_swing_a, middle + at, cursor, scratch)
                status = max(status, instant_log_ber(rows, i, half_swing_a, gain, count, cursor, symmetric, scratch))
                more = False
                for t in range(states):
                    value = density + scratch.log_state[t]
                    every[t] = log_add(every[t], value)
                    if first_round and m % 2 == 0:
                        second[t] = log_add(second[t], value)
                    # What lies beyond is below the jitter's own tail, as no error ratio exceeds one.
                    more = more or (rows.state_mass[i, t] > 0.0 and density > every[t] - NEVER)
                m += 1 if first_round else 2
                if first_round:
                    reach[side] = (m - 1) * step
                    if (not more and m % 2 == 1) or m * step > dirac + MOST_SIGMAS * sigma:
                        break
        norm = math.log(step / (sigma * math.sqrt(2.0 * math.pi)))
        worst = 0.0
        for t in range(states):
            log_mean[t] = every[t]
            if every[t] > -math.inf:
                worst = max(worst, abs(second[t] + LN2 - every[t]))
        if worst < JITTER_CHECK or halving == MAX_HALVINGS or status:
            for t in range(states):
                log_mean[t] = min(log_mean[t] + norm, 0.0)
            return status if worst < JITTER_CHECK or status else UNSETTLED
        step /= 2.0
    return status


@kernel
def point_log_ber(rows, i, half_swing_a, scratch, log_mean):
    """Everything of one point: equaliser, thresholds, mean over jitter.  Fills ``log_mean`` (per state); returns (phase, cursor, kept, status)."""
    phase, cursor, status = adapt(rows, i, half_swing_a, scratch)
    if status not in (FINE, WRAPS):
        for t in range(rows.state_x.shape[1]):
            log_mean[t] = math.nan
        return phase, cursor, 0, status
    symmetric = is_symmetric(scratch.centred)
    scratch.feedback[:] = 0.0
    gain, count = sample_instant(rows, i, half_swing_a, phase, cursor, scratch)
    if rows.feedback[i] > 0:
        feedback_taps(rows, i, gain, cursor, scratch)
        gain, count = sample_instant(rows, i, half_swing_a, phase, cursor, scratch)
    kept, _ = place_thresholds(rows, i, gain, count, symmetric, scratch)
    scratch.gains[BURST], scratch.gains[CONTINUATION] = 1.0, 0.0
    if rows.feedback[i] > 0 and rows.memory[i] == 0:
        scratch.gains[BURST], scratch.gains[CONTINUATION] = bursts(rows, i, gain, count, symmetric, scratch)
    scratch.gains[OFFSET] = worse_offset(rows, i, half_swing_a, phase, cursor, symmetric, scratch)
    bad = averaged(rows, i, half_swing_a, phase, cursor, symmetric, scratch, log_mean)
    for t in range(rows.state_x.shape[1]):
        log_mean[t] = min(log_mean[t] + math.log(scratch.gains[BURST]), 0.0)
    return phase, cursor, kept, bad if bad else status


@kernel
def mean_of_states(rows, i, log_state, by_codeword):
    """ln of the mean over beat states of the BER, or of the KP4 codeword error ratio."""
    total = -math.inf
    for t in range(rows.state_x.shape[1]):
        mass = rows.state_mass[i, t]
        if mass > 0.0:
            value = log_state[t]
            if by_codeword:
                value = log_codeword_error_ratio(log_rs_symbol_error_ratio(value, 10), 544, 15)
            total = log_add(total, math.log(mass) + value)
    return min(total, 0.0)


@kernel
def _excess(rows, i, log_swing, log_limit, by_codeword, scratch, log_mean):
    """Monotone measure of being better than the limit, nearly linear in the log of the swing; and a status."""
    _, _, _, status = point_log_ber(rows, i, math.exp(log_swing), scratch, log_mean)
    if status not in (FINE, WRAPS):
        return math.nan, status
    return math.sqrt(-mean_of_states(rows, i, log_mean, by_codeword)) - math.sqrt(-log_limit), status


@kernel
def sensitivity_half_swing(rows, i, log_limit, by_codeword, lowest, highest, scratch, log_mean):
    """Half swing at which point ``i`` just meets its limit, equaliser adapted anew at every trial; and a status.

    A bracket grows from the row's own swing by 1.5 dB, then doubles its steps; secant steps inside it, guarded by bisection.  NO_ROOT_HIGH: the
    limit is not met even at ``highest``; NO_ROOT_LOW: it is met even at ``lowest``.
    """
    bottom, top = math.log(lowest), math.log(highest)
    a = min(max(math.log(rows.half_swing_a[i]), bottom), top)
    fa, status = _excess(rows, i, a, log_limit, by_codeword, scratch, log_mean)
    if math.isnan(fa):
        return math.nan, status
    grow = 0.35  # exempt: where the bracket is sought
    b, fb = a, fa
    while (fa < 0.0) == (fb < 0.0):
        a, fa = b, fb
        if fb < 0.0 and b >= top:
            return math.nan, NO_ROOT_HIGH
        if fb >= 0.0 and b <= bottom:
            return math.nan, NO_ROOT_LOW
        b = min(max(b + (grow if fb < 0.0 else -grow), bottom), top)
        grow *= 2.0  # exempt: any growth brackets the same root
        fb, status = _excess(rows, i, b, log_limit, by_codeword, scratch, log_mean)
        if math.isnan(fb):
            return math.nan, status
    if fa > fb:
        a, fa, b, fb = b, fb, a, fa
    # Now fa < 0 <= fb: Illinois steps keep the bracket and halve the stale end's weight.
    ga, gb = fa, fb
    side = 0
    x = b
    for _ in range(60):
        x = b - gb * (b - a) / (gb - ga)
        if not min(a, b) < x < max(a, b):
            x = (a + b) / 2.0
        fx, status = _excess(rows, i, x, log_limit, by_codeword, scratch, log_mean)
        if math.isnan(fx):
            return math.nan, status
        if abs(fx) < 1e-9 * math.sqrt(-log_limit) or abs(b - a) < 1e-10:
            break
        if fx < 0.0:
            a, ga = x, fx
            if side < 0:
                gb /= 2.0
            side = -1
        else:
            b, gb = x, fx
            if side > 0:
                ga /= 2.0
            side = 1
    return math.exp(x), status


@kernel
def eye_sensitivities(rows, log_limit, by_codeword, lowest, highest, half_swing, status):
    """Half swing at the limit for every point, NaN with a status where there is none."""
    states = rows.state_x.shape[1]
    scratch = eye_scratch(rows.window, rows.spectrum.shape[1], rows.aggressor.shape[1], rows.levels.shape[1], states)
    log_mean = np.empty(states)
    for i in range(rows.which.shape[0]):
        half_swing[i], status[i] = sensitivity_half_swing(
            rows, i, log_limit[i], by_codeword, lowest, highest, scratch, log_mean
        )


@kernel
def eye_points(rows, log_ber, log_codeword, status, phase_ui, taps, noise, gains):
    """All points: ln of mean BER and mean codeword error ratio, status, phase, taps (n x most), noise per level (n x M), gains (n x 8)."""
    states = rows.state_x.shape[1]
    size_points = rows.spectrum.shape[1]
    size = rows.window
    scratch = eye_scratch(size, size_points, rows.aggressor.shape[1], rows.levels.shape[1], states)
    log_mean = np.empty(states)
    for i in range(rows.which.shape[0]):
        phase, cursor, _, bad = point_log_ber(rows, i, rows.half_swing_a[i], scratch, log_mean)
        status[i] = bad
        phase_ui[i] = phase
        if bad not in (FINE, WRAPS):
            log_ber[i] = math.nan
            log_codeword[i] = math.nan
            continue
        log_ber[i] = mean_of_states(rows, i, log_mean, False)
        log_codeword[i] = mean_of_states(rows, i, log_mean, True)
        for m in range(rows.tap_count[i]):
            taps[i, m] = scratch.taps[m]
        for k in range(rows.levels.shape[1]):
            noise[i, k] = scratch.sigma[k]
        for g in range(8):
            gains[i, g] = scratch.gains[g]
