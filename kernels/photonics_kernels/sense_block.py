"""Sensitivities of a block of points side by side: a safeguarded Newton search on the mean error ratio over beat states.

Without a beat and with thresholds at the crossings the start is the root in single precision (``near_block``): one evaluation and one step
end the search of nearly every point of a block, and the others go on by themselves.  The rest of this text is how those, and blocks with a
beat or with thresholds elsewhere, are searched.

The function is g(P) = sqrt(-ln ratio(P)) - sqrt(-ln limit): nearly a straight line in P as long as receiver noise rules, and flat where
relative noise does.  The start is the closed form of the top eye alone.  Every evaluation narrows a bracket; the next point is a Newton
step at first and then the cubic through the last two values and slopes, unless it leaves the bracket; from the twelfth evaluation on every
fourth step halves the bracket anyway: it ends for every input, in a root or in a status.
"""

import math

from ._jit import kernel
from .answers import FINE, NO_ROOT_BELOW, NO_ROOT_FLOOR, NOT_CONVERGED
from .block import (
    ALPHA,
    BEAT,
    BETA0,
    BETA1,
    BETA2,
    BETA3,
    COUPLING,
    DRIFT,
    EDGE2,
    EDGE3,
    FOUND,
    GAMMA0,
    GAMMA1,
    GAMMA2,
    GAMMA3,
    GAP0,
    GAP1,
    GAP2,
    HALF,
    HIGH,
    INV2,
    INV3,
    LOW,
    OLD,
    OLD_EXCESS,
    OLD_SLOPE,
    PAIRS,
    PICKED,
    POWER,
    PROBLEM,
    RATIO,
    RATIO_SLOPE,
    SHIFT0,
    SHIFT1,
    SHIFT2,
    SHIFT3,
    STATE,
    STATE_LOG,
    STATE_SLOPE,
    STATE_WEIGHT,
    STRENGTH,
    TOP,
    TOTAL,
    WIDTH,
)
from .near_block import near_root
from .pam4_alone import exact_log_ber, log_ber_alone, pick
from .pam4_block import prepare, state_log_ber
from .vector import decay_v, log_v

SEARCH_ROWS = (
    ALPHA, BETA0, BETA1, BETA2, BETA3, GAMMA0, GAMMA1, GAMMA2, GAMMA3, GAP0, GAP1, GAP2, SHIFT0, SHIFT1, SHIFT2, SHIFT3, POWER, INV2, INV3,
    EDGE2, EDGE3, RATIO, RATIO_SLOPE, COUPLING, PROBLEM, LOW, HIGH, OLD, OLD_EXCESS, OLD_SLOPE, STATE, FOUND,
)  # fmt: skip
SEARCHING, FIRST = -1.0, -2.0  # values of row STATE during the search
LOWEST_W, HIGHEST_W = 1e-9, 1.0  # outer OMA at TP3 within which a root is looked for: -60 and 30 dBm
MAX_EVALUATIONS = 60
CLOSE = 3e-4  # a Newton step below this (relative, in P) leaves less than 1e-9 dB to the cubic: measured, see tests
ALONE = 5e-4  # the same for a step without an evaluation before it: its square is left, times a curvature of a tenth
CLOSE_ALONE = 2e-3  # for the search without a beat, which is nearer to a straight line: 1e-7 dB
NEAR = 3e-4  # the same for the one step with the top eye's curvature
TABLE_LOWEST = -40.0  # of ln BER in the codeword table; below, a codeword error ratio is a power of the BER
TABLE_STEP = 0.0625
ERRORS_TO_FAIL = 16.0


@kernel
def _codeword(b, table, slopes):
    """Replace ln BER by ln of the codeword error ratio in rows STATE_LOG and STATE_SLOPE, by cubic pieces of a table."""
    last = table.shape[0] - 2
    for i in range(WIDTH):
        x = b[STATE_LOG + i]
        place = min(max((x - TABLE_LOWEST) / TABLE_STEP, 0.0), float(last))
        k = int(place)
        t = place - k
        y0, y1 = table[k], table[k + 1]
        m0, m1 = slopes[k] * TABLE_STEP, slopes[k + 1] * TABLE_STEP
        c2 = 3.0 * (y1 - y0) - 2.0 * m0 - m1
        c3 = 2.0 * (y0 - y1) + m0 + m1
        value = y0 + t * (m0 + t * (c2 + t * c3))
        slope = (m0 + t * (2.0 * c2 + 3.0 * t * c3)) / TABLE_STEP
        below = min(x - TABLE_LOWEST, 0.0)
        b[STATE_LOG + i] = min(value + ERRORS_TO_FAIL * below, 0.0)
        b[STATE_SLOPE + i] *= slope


@kernel
def mean_log_ratio(b, beat, states, far, optimal, by_codeword, table, slopes):
    """Rows RATIO and RATIO_SLOPE at the block's POWER: ln of the mean over beat states of the BER or of the codeword error ratio.

    ``beat`` holds a row of nodes per state and then a row of weights per state; a state of no weight counts for nothing.

    The sum is kept relative to its largest term so far, so that 1e-300 in one state and 1e-10 in another add up.
    """
    prepare(b, optimal)
    if states == 1:
        for i in range(WIDTH):
            b[BEAT + i] = 0.0
        state_log_ber(b, far)
        if by_codeword:
            _codeword(b, table, slopes)
        for i in range(WIDTH):
            b[RATIO + i] = min(b[STATE_LOG + i], 0.0)
            b[RATIO_SLOPE + i] = b[STATE_SLOPE + i]
        return
    for i in range(WIDTH):
        b[TOP + i], b[TOTAL + i], b[DRIFT + i] = -1e300, 0.0, 0.0
    for s in range(states):
        node, weight = s * WIDTH, (states + s) * WIDTH
        for i in range(WIDTH):
            b[BEAT + i] = beat[node + i]
        for i in range(WIDTH):
            b[STATE_WEIGHT + i] = beat[weight + i]
        for i in range(WIDTH):
            b[BEAT + i] *= b[POWER + i]
        state_log_ber(b, far)
        if by_codeword:
            _codeword(b, table, slopes)
        for i in range(WIDTH):
            value, top = b[STATE_LOG + i], b[TOP + i]
            higher = max(value, top)
            keep = decay_v(top - higher)
            add = b[STATE_WEIGHT + i] * decay_v(value - higher)
            b[TOTAL + i] = b[TOTAL + i] * keep + add
            b[DRIFT + i] = b[DRIFT + i] * keep + add * b[STATE_SLOPE + i]
            b[TOP + i] = higher
    for i in range(WIDTH):
        total = b[TOTAL + i]
        b[RATIO + i] = min(b[TOP + i] + log_v(total), 0.0)
        b[RATIO_SLOPE + i] = b[DRIFT + i] / total


@kernel
def log_ratio(b, beat, states, far, optimal, by_codeword, table, slopes):
    """Row RATIO alone, as ``mean_log_ratio``; half the work without a beat and with thresholds at the crossings."""
    if states == 1 and optimal and not by_codeword and exact_log_ber(b, far):
        return
    mean_log_ratio(b, beat, states, far, optimal, by_codeword, table, slopes)


@kernel
def _power_of(b, i, q):
    """P at which the top eye alone has a Q of ``q``, in closed form; infinite where it never has.

    g P = Q (s2 + s3) and s3^2 - s2^2 = dB P + dG P^2 give s3 = (g P/Q + Q (dB + dG P)/g)/2, whose square is a quadratic in P.
    """
    gamma3 = b[GAMMA3 + i]
    slope = b[GAP2 + i] / q
    inverse = 1.0 / slope
    a = 0.5 * (slope + (gamma3 - b[GAMMA2 + i]) * inverse)
    c = 0.5 * (b[BETA3 + i] - b[BETA2 + i]) * inverse
    quadratic = a * a - gamma3
    linear = 2.0 * a * c - b[BETA3 + i]
    constant = c * c - b[ALPHA + i]
    root = linear * linear - 4.0 * quadratic * constant
    p = (math.sqrt(max(root, 0.0)) - linear) / (2.0 * quadratic)
    return p if quadratic > 0.0 else math.inf


@kernel
def _start(b, start_q):
    """Row POWER: where the top eye alone has its Q, within the range of the search."""
    for i in range(WIDTH):
        low, high = LOWEST_W * b[COUPLING + i], HIGHEST_W * b[COUPLING + i]
        b[POWER + i] = min(max(_power_of(b, i, start_q), low), high)
    _open(b)


@kernel
def _open(b):
    """The whole range as bracket of every point, from row POWER."""
    for i in range(WIDTH):
        b[LOW + i], b[HIGH + i] = LOWEST_W * b[COUPLING + i], HIGHEST_W * b[COUPLING + i]
        ready = FIRST if b[POWER + i] == b[POWER + i] else float(NOT_CONVERGED)
        b[STATE + i] = ready if b[PROBLEM + i] == 0.0 else float(FINE)
        b[FOUND + i] = math.nan
        b[OLD + i], b[OLD_EXCESS + i], b[OLD_SLOPE + i] = 0.0, 0.0, 1.0


@kernel
def _step(b, n, root_limit, halve, close, alone):
    """Judge the evaluation at POWER, narrow the bracket, and choose the next POWER; how many points still search."""
    searching = 0
    for i in range(n):
        state = b[STATE + i]
        p = b[POWER + i]
        low, high = b[LOW + i], b[HIGH + i]
        lowest, highest = LOWEST_W * b[COUPLING + i], HIGHEST_W * b[COUPLING + i]
        root = math.sqrt(-b[RATIO + i])
        g = root - root_limit
        i2, i3 = b[INV2 + i], b[INV3 + i]
        share = 1.0 / (i2 + i3)
        q = b[GAP2 + i] * p * i2 * i3 * share
        growth = (b[EDGE2 + i] * i3 + b[EDGE3 + i] * i2) * share  # d ln q / d ln P
        slope = -0.5 * b[RATIO_SLOPE + i] / (root * q * growth)  # dg/dq
        old, old_g, old_slope = b[OLD + i], b[OLD_EXCESS + i], b[OLD_SLOPE + i]
        worse = g < 0.0
        floor = worse & (p >= highest)
        below = (not worse) & (p <= lowest)
        low = max(low, p) if worse else low
        high = high if worse else min(high, p)
        newton = q - g / slope
        # Inverse cubic through (old_g, old) and (g, q) with the slopes dq/dg, at g = 0.
        h = g - old_g
        t = -old_g / h
        m0, m1 = h / old_slope, h / slope
        c2 = 3.0 * (q - old) - 2.0 * m0 - m1
        c3 = 2.0 * (old - q) + m0 + m1
        cubic = old + t * (m0 + t * (c2 + t * c3))
        usable = (state == SEARCHING) & (abs(h) > 1e-7) & (abs(q - old) < 0.2 * q)
        refined = cubic if usable else newton
        scale = q * growth  # a change of q by this is one of P by a factor e
        done = (abs(newton - q) < close * scale) & (usable | (abs(newton - q) < alone * scale))
        answer = _power_of(b, i, refined)
        following = answer if not halve else math.nan
        # The ends of the range are tried themselves: a root beyond them is a status, not a number.
        inside = (following > low) & (following < high)
        at_top = (high >= highest) & (following >= highest)
        at_bottom = (low <= lowest) & (following <= lowest)
        following = following if inside else math.sqrt(low * high)
        following = highest if at_top else following
        following = lowest if at_bottom else following
        narrow = high - low < 1e-13 * high
        done = (done & (answer > 0.0) & (answer < math.inf)) | narrow
        active = (state == SEARCHING) | (state == FIRST)
        broken = g != g
        found = math.nan if (floor | below | broken) else (p if narrow else answer)
        verdict = float(NO_ROOT_FLOOR) if floor else (float(NO_ROOT_BELOW) if below else float(FINE))
        verdict = float(NOT_CONVERGED) if broken else verdict
        over = active & (done | floor | below | broken)
        b[FOUND + i] = found if over else b[FOUND + i]
        b[STATE + i] = verdict if over else (SEARCHING if active else state)
        b[OLD + i], b[OLD_EXCESS + i], b[OLD_SLOPE + i] = q, g, slope
        b[LOW + i], b[HIGH + i] = low, high
        b[POWER + i] = following if active else p
        searching += 1 if (active & (not over)) else 0
    return searching


@kernel
def _finish(b, root_limit):
    """End the search of every point whose evaluation at POWER is near enough to its root, or says that there is none; how many are left.

    One Newton step in P with the curvature that the top eye's Q has, q(P) = g P/(s2 + s3).  Those left are named in PICKED.
    """
    for i in range(WIDTH):
        p, ratio = b[POWER + i], b[RATIO + i]
        lowest, highest = LOWEST_W * b[COUPLING + i], HIGHEST_W * b[COUPLING + i]
        root = math.sqrt(-ratio)
        g = root - root_limit
        x = 2.0 * g * root / b[RATIO_SLOPE + i]
        bend = 1.0 - 0.5 * (b[EDGE2 + i] + b[EDGE3 + i])
        answer = p * (1.0 + x + 1.5 * x * x * bend)
        floor = (g < 0.0) & (p >= highest)
        below = (g >= 0.0) & (p <= lowest)
        done = (abs(x) < NEAR) & (answer > lowest) & (answer < highest) & (not floor) & (not below)
        searching = b[STATE + i] == FIRST
        b[FOUND + i] = answer if done & searching else b[FOUND + i]
        verdict = float(NO_ROOT_FLOOR) if floor else (float(NO_ROOT_BELOW) if below else (float(FINE) if done else FIRST))
        state = verdict if searching else b[STATE + i]
        b[STATE + i] = state
        b[BEAT + i] = 1.0 if state < 0.0 else 0.0
    found = 0
    for i in range(WIDTH):
        b[PICKED + found] = float(i)
        found += int(b[BEAT + i])
    return found


@kernel
def _search_alone(b, far, optimal, log_limit, table, slopes, most, start_q):
    """The search for the BER's limit without a beat; how many evaluations it took, ``most`` at most.

    Nearly all points are done after the one evaluation near their root; the others go on by themselves, picked into the second buffer.
    """
    root_limit = math.sqrt(-log_limit)
    if far or not optimal:
        _start(b, start_q)
        for k in range(most):
            mean_log_ratio(b, b, 1, far, optimal, False, table, slopes)
            if _step(b, WIDTH, root_limit, k % 4 == 3 and k > 7, CLOSE_ALONE, ALONE) == 0:
                return k + 1
        return most
    near_root(b, start_q, log_limit, LOWEST_W, HIGHEST_W)
    _open(b)
    if not log_ber_alone(b, WIDTH):
        mean_log_ratio(b, b, 1, far, optimal, False, table, slopes)
    left = _finish(b, root_limit)
    if left == 0:
        return 1
    few = b[HALF:]
    n = pick(b, few, SEARCH_ROWS, left)
    taken = 1
    while _step(few, n, root_limit, taken % 4 == 0 and taken > 8, CLOSE_ALONE, ALONE) > 0 and taken < most:
        taken += 1
        if not log_ber_alone(few, n):
            mean_log_ratio(few, few, 1, far, optimal, False, table, slopes)
    for row in (FOUND, STATE, RATIO_SLOPE):
        for k in range(left):
            b[row + int(b[PICKED + k])] = few[row + k]
    return taken


@kernel
def _restart(b, errors):
    """Begin anew near the root that was found, with the whole range as bracket; where there was none, at the highest power.

    A beat that moves ln ratio by T x/S raises its mean by T^2 (sigma/S)^2/2: the power is raised by as much first.
    """
    for i in range(WIDTH):
        low, high = LOWEST_W * b[COUPLING + i], HIGHEST_W * b[COUPLING + i]
        found = b[FOUND + i]
        sum_a, square = b[PAIRS + i], b[PAIRS + WIDTH + i]
        share = b[STRENGTH + i] * b[STRENGTH + i] * square / (sum_a * sum_a) if sum_a > 0.0 else 0.0
        raised = found * (1.0 + min(max(-0.25 * share / (errors * b[RATIO_SLOPE + i]), 0.0), 0.5))
        found = raised if raised == raised else found
        b[POWER + i] = min(found, high) if found == found else high
        b[LOW + i], b[HIGH + i] = low, high
        b[STATE + i] = FIRST if b[PROBLEM + i] == 0.0 else float(FINE)
        b[FOUND + i] = math.nan


@kernel
def sensitivity_block(b, beat, states, far, optimal, by_codeword, table, slopes, log_limit, log_limit_ber, start_q):
    """Rows FOUND (P at the limit, NaN without a root) and STATE (a status) of a block; returns the number of evaluations.

    With several beat states the root without a beat is found first, at the BER's limit: one or two evaluations of all states are then
    left to do.
    """
    if states == 1 and not by_codeword:
        taken = _search_alone(b, far, optimal, log_limit, table, slopes, MAX_EVALUATIONS, start_q)
        for i in range(WIDTH):
            b[STATE + i] = float(NOT_CONVERGED) if b[STATE + i] < 0.0 else b[STATE + i]
        return taken
    if states > 1:
        _search_alone(b, far, optimal, log_limit_ber, table, slopes, 6, start_q)  # exempt: where the search starts
        _restart(b, ERRORS_TO_FAIL if by_codeword else 1.0)
    else:
        _start(b, start_q)
    root_limit = math.sqrt(-log_limit)
    for k in range(MAX_EVALUATIONS):
        mean_log_ratio(b, beat, states, far, optimal, by_codeword, table, slopes)
        if _step(b, WIDTH, root_limit, k % 4 == 3 and k > 7, CLOSE, ALONE) == 0:
            return k + 1
    for i in range(WIDTH):
        b[STATE + i] = float(NOT_CONVERGED) if b[STATE + i] < 0.0 else b[STATE + i]
    return MAX_EVALUATIONS
