"""What an eye looks like: bathtub over the sampling instant, and the edges of every sub-eye at an error probability, jitter included."""

import math

import numpy as np

from ._jit import kernel
from .contour import GAPS, log_factor, prepare, tail_sums
from .eye import averaged, mean_of_states
from .eye_adapt import adapt
from .eye_instant import bursts, feedback_taps, is_symmetric, place_thresholds, sample_instant, worse_offset
from .eye_rows import BURST, CONTINUATION, FINE, OFFSET, WRAPS, eye_scratch
from .special import inverse_q_tail, log_add

JITTER_REACH = 9.5  # sigmas on either side
EDGE_NODES = 33  # of the jitter; and of one contour at most, as all of them are kept
KEPT_NODES = 1024
EDGE_STEPS = 60


@kernel
def settled(rows, i, scratch):
    """Equaliser, feedback and thresholds of point ``i`` at its nominal instant; returns (phase, cursor, status)."""
    phase, cursor, status = adapt(rows, i, rows.half_swing_a[i], scratch)
    if status not in (FINE, WRAPS):
        return phase, cursor, status
    scratch.feedback[:] = 0.0
    gain, count = sample_instant(rows, i, rows.half_swing_a[i], phase, cursor, scratch)
    if rows.feedback[i] > 0:
        feedback_taps(rows, i, gain, cursor, scratch)
        gain, count = sample_instant(rows, i, rows.half_swing_a[i], phase, cursor, scratch)
    symmetric = is_symmetric(scratch.centred)
    place_thresholds(rows, i, gain, count, symmetric, scratch)
    scratch.gains[BURST] = 1.0
    scratch.gains[OFFSET] = worse_offset(rows, i, rows.half_swing_a[i], phase, cursor, symmetric, scratch)
    if rows.feedback[i] > 0 and rows.memory[i] == 0:
        scratch.gains[BURST], scratch.gains[CONTINUATION] = bursts(rows, i, gain, count, symmetric, scratch)
    return phase, cursor, status


@kernel
def bathtub(rows, i, offsets_ui, log_ber):
    """ln BER of point ``i`` with the sampling instant moved by each of ``offsets_ui``, equaliser and thresholds held; returns a status."""
    states = rows.state_x.shape[1]
    scratch = eye_scratch(rows.window, rows.spectrum.shape[1], rows.aggressor.shape[1], rows.levels.shape[1], states)
    phase, cursor, status = settled(rows, i, scratch)
    log_mean = np.empty(states)
    for n in range(offsets_ui.shape[0]):
        if status not in (FINE, WRAPS):
            log_ber[n] = math.nan
            continue
        symmetric = is_symmetric(scratch.centred)
        bad = averaged(rows, i, rows.half_swing_a[i], phase + offsets_ui[n], cursor, symmetric, scratch, log_mean)
        value = mean_of_states(rows, i, log_mean, False) + math.log(scratch.gains[BURST])
        log_ber[n] = math.nan if bad else min(value, 0.0)
    return status


@kernel
def _mean_tail(d_from, level, side, gains, sigmas, weights, nodes, about):
    """ln of the jitter's mean of P(side x (signal of ``level`` + noise) > ...): the tail beyond threshold ``d_from``."""
    total = -math.inf
    for m in range(gains.shape[0]):
        if weights[m] == -math.inf:
            continue
        d = (d_from - gains[m] * level) * side
        if d <= 0.0:
            value = 0.0  # beyond the level itself: certain enough for a search of small probabilities
        else:
            sums = tail_sums(d, sigmas[m], nodes[m], about[m])[0]
            value = log_factor(d, sigmas[m], about[m]) + math.log(sums) if sums > 0.0 else -math.inf
        total = log_add(total, weights[m] + value)
    return total


@kernel
def sub_eye_edges(rows, i, offsets_ui, log_target, low, high, middle):
    """Edges of every sub-eye where the probability to lie beyond them is e^log_target, for each sampling offset.

    ``low[n, e]``: the lower level reaches above it with that probability; ``high[n, e]``: the upper level reaches below it.  In half outer
    swings from the levels' mean; an eye is open by high - low where that is positive.  ``middle`` (e) gets the thresholds.  NaN where the noise
    leaves gaps that the contour does not resolve (more than KEPT_NODES nodes).  Beat states are not in it.  Returns a status.
    """
    levels = rows.levels.shape[1]
    scratch = eye_scratch(rows.window, rows.spectrum.shape[1], rows.aggressor.shape[1], levels, rows.state_x.shape[1])
    phase, cursor, status = settled(rows, i, scratch)
    low[:] = math.nan
    high[:] = math.nan
    if status not in (FINE, WRAPS):
        return status
    for e in range(levels - 1):
        middle[e] = scratch.threshold[e]
    sigma, dirac = rows.random_ui[i], rows.dirac_ui[i]
    many = EDGE_NODES if sigma > 0.0 else (2 if dirac > 0.0 else 1)
    nodes = np.empty((2, many, 2, KEPT_NODES + 1))
    about = np.zeros((2, many, 16))
    gains, weights = np.empty(many), np.empty(many)
    sigmas = np.empty((levels, many))
    quantile = inverse_q_tail(math.exp(log_target))
    symmetric = is_symmetric(scratch.centred)
    for n in range(offsets_ui.shape[0]):
        gaps = False
        for m in range(many):
            at, weights[m] = 0.0, -math.log(float(many))
            if sigma > 0.0:
                reach = dirac + JITTER_REACH * sigma
                step = 2.0 * reach / (many - 1)
                at = -reach + m * step
                a, b = (at - dirac) / sigma, (at + dirac) / sigma
                weights[m] = log_add(-a * a / 2.0, -b * b / 2.0) + math.log(step / (2.0 * sigma * math.sqrt(2.0 * math.pi)))
            elif many == 2:
                at = dirac if m == 0 else -dirac
            instant = phase + scratch.gains[OFFSET] + offsets_ui[n] + at
            gains[m], count = sample_instant(rows, i, rows.half_swing_a[i], instant, cursor, scratch)
            spread = 0.0
            for j in range(count):
                spread += scratch.cumulants[2] * scratch.cursors[j] ** 2
            for k in range(levels):
                sigmas[k, m] = scratch.sigma[k]
            widest, narrowest = scratch.sigma.max(), scratch.sigma.min()
            d = max(quantile, 1.0) * math.sqrt(widest * widest + spread)
            cursors = scratch.cursors[:count]
            for side in range(1 if symmetric else 2):
                if side == 1:
                    for j in range(count):
                        scratch.signs[0, j] = -cursors[j]
                    cursors = scratch.signs[0, :count]
                bad = prepare(
                    cursors, scratch.centred, scratch.cumulants, d, widest, narrowest, 0.0, nodes[side, m], scratch.big, about[side, m]
                )
                gaps = gaps or bad == GAPS
        if gaps:
            continue
        below = 0 if symmetric else 1
        for e in range(levels - 1):
            low[n, e] = _edge(scratch.centred[e], 1.0, log_target, gains, sigmas[e], weights, nodes[0], about[0])
            high[n, e] = _edge(scratch.centred[e + 1], -1.0, log_target, gains, sigmas[e + 1], weights, nodes[below], about[below])
    return status


@kernel
def _edge(level, side, log_target, gains, sigmas, weights, nodes, about):
    """Threshold that a level passes with probability e^log_target: bracket by doubling, then bisection on a falling function."""
    start = gains[gains.shape[0] // 2] * level
    width = 0.05
    near, far = start, start + side * width
    for _ in range(12):
        if _mean_tail(far, level, side, gains, sigmas, weights, nodes, about) < log_target:
            break
        near = far
        width *= 2.0
        far = start + side * width
    for _ in range(EDGE_STEPS):
        x = (near + far) / 2.0
        if abs(far - near) < 1e-7:
            break
        if _mean_tail(x, level, side, gains, sigmas, weights, nodes, about) < log_target:
            far = x
        else:
            near = x
    return (near + far) / 2.0
