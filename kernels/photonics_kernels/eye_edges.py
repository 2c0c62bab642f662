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
EDGE_NODES = 33  # of the jitter
EDGE_STEPS = 60
EDGE_CLOSE = 1e-7  # of half a swing: where the search for an edge ends
UNSEEN = 12.0  # -ln of an instant's share of the target that is left out


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
def _mean_tail(x, level, side, log_target, gains, sigmas, weights, cursors, scratch):
    """(ln of the jitter's mean of P(side x (signal of ``level`` + noise - x) > 0), its slope in side x x, a status).

    Every instant's tail has a contour of its own: the distance differs, and interference is bounded, so that one for the least probable tail
    loses the others.  What cannot matter beside the target is left out.
    """
    total, slope = -math.inf, 0.0
    nodes, about = scratch.nodes[0], scratch.about[0]
    own = scratch.signs[0, : cursors.shape[1]]
    for m in range(gains.shape[0]):
        if weights[m] < log_target - UNSEEN:
            continue
        d = (x - gains[m] * level) * side
        sign = side if d >= 0.0 else -side
        spread = sigmas[m] * sigmas[m]
        for j in range(own.shape[0]):
            own[j] = sign * cursors[m, j]
            spread += scratch.cumulants[2] * own[j] * own[j]
        away = abs(d)
        if d > 0.0 and weights[m] - d * d / (2.0 * spread) < log_target - UNSEEN:
            continue  # bounded interference has no longer tail than a Gaussian of its variance
        if prepare(own, scratch.centred, scratch.cumulants, max(away, 1e-300), sigmas[m], sigmas[m], 0.0, nodes, scratch.big, about) == GAPS:
            return math.nan, 0.0, GAPS
        tail, density = tail_sums(away, sigmas[m], nodes, about)
        if not tail > 0.0:
            continue
        factor = log_factor(away, sigmas[m], about)
        value = weights[m] + factor + math.log(tail)
        part = math.exp(weights[m] + factor - log_target) * density
        if d < 0.0:
            value = weights[m] + math.log1p(-min(math.exp(factor) * tail, 1.0))
        slope -= part
        total = log_add(total, value)
    # d ln(mean)/dx from the densities, which are kept relative to the target
    return total, slope * math.exp(min(log_target - total, 700.0)), 0


@kernel
def sub_eye_edges(rows, i, offsets_ui, log_target, low, high, middle):
    """Edges of every sub-eye where the probability to lie beyond them is e^log_target, for each sampling offset.

    ``low[n, e]``: the lower level reaches above it with that probability; ``high[n, e]``: the upper level reaches below it.  In half outer
    swings from the levels' mean; an eye is open by high - low where that is positive.  ``middle`` (e) gets the thresholds.  NaN where the noise
    leaves gaps that the contour does not resolve.  Beat states are not in it.  Returns a status.
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
    gains, weights = np.empty(many), np.empty(many)
    sigmas = np.empty((levels, many))
    cursors = np.empty((many, scratch.cursors.shape[0]))
    quantile = inverse_q_tail(math.exp(log_target))
    count = 0
    for n in range(offsets_ui.shape[0]):
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
            cursors[m, :count] = scratch.cursors[:count]
            for k in range(levels):
                sigmas[k, m] = scratch.sigma[k]
        seen = cursors[:, :count]
        for e in range(levels - 1):
            low[n, e] = _edge(scratch.centred[e], 1.0, log_target, quantile, gains, sigmas[e], weights, seen, scratch)
            high[n, e] = _edge(scratch.centred[e + 1], -1.0, log_target, quantile, gains, sigmas[e + 1], weights, seen, scratch)
    return status


@kernel
def _edge(level, side, log_target, quantile, gains, sigmas, weights, cursors, scratch):
    """Threshold that a level passes with probability e^log_target: Newton on the logarithm, which is nearly a parabola, in a bracket."""
    nominal = gains.shape[0] // 2
    spread = sigmas[nominal] * sigmas[nominal]
    for j in range(cursors.shape[1]):
        spread += scratch.cumulants[2] * cursors[nominal, j] * cursors[nominal, j]
    near, far = -math.inf, math.inf  # side x place: the mean is above the target at near
    x = side * gains[nominal] * level + quantile * math.sqrt(spread)
    for _ in range(EDGE_STEPS):
        value, slope, bad = _mean_tail(side * x, level, side, log_target, gains, sigmas, weights, cursors, scratch)
        if bad:
            return math.nan
        if value > log_target:
            near = x
        else:
            far = x
        width = math.sqrt(spread)
        after = x - (value - log_target) / slope if slope < 0.0 else (x + width if value > log_target else x - width)
        after = min(max(after, x - width), x + width)
        if not near < after < far:
            after = (near + far) / 2.0
        if abs(after - x) < EDGE_CLOSE:
            return side * after
        x = after
    return side * x
