"""Rare errors of a linear channel by importance sampling: symbols drawn from a tilted law, Gaussian noise averaged exactly.

Symbol k is decided on z = main l_k + x + noise, x = sum_j h_j l_(a_j) over the other symbols, noise of deviation sigma_k.  For each level and
each side on which it has a neighbour, distance d to the threshold there, every other symbol is drawn with

    p_j(a) ~ e^(s h_j l_a),    K'(s) = d,    K(s) = ln E e^(s x) + sigma_k^2 s^2 / 2

so that patterns which bring z to the threshold are the common ones.  A pattern's weight is the quotient of its true and its tilted probability,
its value the expected wrong bits of Gray-coded decisions on that side, a sum of Gaussian tails.  The mean of weight times value is unbiased
whatever s is; its variance is smallest about there, and hardly grows with the depth of the tail.

Plain patterns (s = 0) with the noise averaged may miss by orders of magnitude, mostly low: the pattern that matters was not drawn.  Hence
the test on the effective number of patterns, (sum g)^2 / sum g^2: where it is small, few patterns carry the sum and the answer is refused.
Holds for linear interference and noise that does not depend on the pattern.  Source: Sadowsky and Bucklew, IEEE Trans. IT 36 (1990).
"""

import math

import numpy as np

from ._jit import kernel
from .draw import GOLDEN, LOW_HALF, U32, mix, stream
from .vector import exp_v, tail_v

OK, BAD_INPUT, REFUSED = 0, 1, 2  # statuses
RATIO, ERROR, EFFECTIVE, DRAWN = 0, 1, 2, 3  # places in the answer
PIECE = 512  # patterns at a time
STEPS = 60
GRID = 4294967296.0  # 2^32: of the uniform variates
LEAST_SHARE = 0.02  # of the patterns drawn that must be effective
LEAST_EFFECTIVE = 100.0
MATTERS = 1e-3  # share of the sum below which a side's scatter does not matter
RARE_STREAM = np.uint64(0x4A4E1)


@kernel
def _slopes(s, levels, cursors):
    """K' and K'' of the interference."""
    first, second = 0.0, 0.0
    for j in range(cursors.size):
        h = cursors[j]
        top = -math.inf
        for a in range(levels.size):
            top = max(top, s * h * levels[a])
        zero, one, two = 0.0, 0.0, 0.0
        for a in range(levels.size):
            x = h * levels[a]
            e = math.exp(s * x - top)
            zero += e
            one += x * e
            two += x * x * e
        first += one / zero
        second += two / zero - (one / zero) ** 2
    return first, second


@kernel
def saddle(d, sigma, levels, cursors):
    """s >= 0 with K'(s) = d; 0 where the mean of the interference reaches d already."""
    mean, _ = _slopes(0.0, levels, cursors)
    if d <= mean:
        return 0.0
    low, high = 0.0, (d - mean) / (sigma * sigma)  # the interference's own K' only grows
    s = high
    for _ in range(STEPS):
        first, second = _slopes(s, levels, cursors)
        miss = first + sigma * sigma * s - d
        if miss > 0.0:
            high = s
        else:
            low = s
        after = s - miss / (second + sigma * sigma)
        if not low < after < high:
            after = (low + high) / 2.0
        if abs(after - s) <= 1e-9 * high:
            return after
        s = after
    return s


@kernel
def _tilt(s, levels, cursors, edges, log_weight):
    """Upper edges of the tilted law on the grid of 2^32, and ln(true/tilted) of the law as it stands on that grid; every level keeps a place."""
    count = levels.size
    for j in range(cursors.size):
        top = -math.inf
        for a in range(count):
            top = max(top, s * cursors[j] * levels[a])
        total = 0.0
        for a in range(count):
            total += math.exp(s * cursors[j] * levels[a] - top)
        below, mass = 0.0, 0.0
        for a in range(count):
            mass += math.exp(s * cursors[j] * levels[a] - top) / total
            edge = GRID if a == count - 1 else math.floor(mass * GRID)
            edge = min(max(edge, below + 1.0), GRID - float(count - 1 - a))
            edges[j, a] = edge
            log_weight[j, a] = -math.log(float(count) * (edge - below) / GRID)
            below = edge


@kernel
def _draw(x, weight, n, own, first, levels, cursors, edges, log_weight):
    """Interference and log-weight of ``n`` patterns, two cursors of one hash."""
    for i in range(n):
        x[i], weight[i] = 0.0, 0.0
    pairs = (cursors.size + 1) // 2
    for j in range(cursors.size):
        place = own + np.uint64(first * pairs + j // 2) * GOLDEN
        move = np.uint64(pairs) * GOLDEN
        h, base, start = cursors[j], cursors[j] * levels[0], log_weight[j, 0]
        for i in range(n):
            bits = mix(place)
            place += move
            u = float(np.int64(bits >> U32 if j % 2 else bits & LOW_HALF))
            value, log_w = base, start
            for a in range(1, levels.size):
                beyond = u >= edges[j, a - 1]
                value = h * levels[a] if beyond else value
                log_w = log_weight[j, a] if beyond else log_w
            x[i] += value
            weight[i] += log_w


@kernel
def _enumerate(x, weight, n, first, levels, cursors):
    """Interference of patterns ``first`` .. of all M^J, all of them equally likely."""
    for i in range(n):
        rest, total = first + i, 0.0
        for j in range(cursors.size):
            total += cursors[j] * levels[rest % levels.size]
            rest //= levels.size
        x[i], weight[i] = total, 0.0


@kernel
def wrong_bits(sent, got):
    """Bits in which the Gray codes of two levels differ."""
    differ = (sent ^ (sent >> 1)) ^ (got ^ (got >> 1))
    count = 0
    while differ > 0:
        count += differ & 1
        differ >>= 1
    return count


@kernel
def _values(x, weight, value, n, sent, up, centre, sigma, thresholds):
    """value[i] = weight times expected wrong bits on one side of the sent level, given the interference x[i]."""
    for i in range(n):
        value[i] = 0.0
    edge = sent if up else sent - 1
    before = 0
    while 0 <= edge < thresholds.size:
        now = wrong_bits(sent, edge + 1 if up else edge)
        step, place = float(now - before), thresholds[edge]
        for i in range(n):
            u = (place - centre - x[i]) / sigma if up else (centre + x[i] - place) / sigma
            tail = exp_v(weight[i] - u * u / 2.0) * tail_v(abs(u))
            value[i] += step * (tail if u >= 0.0 else exp_v(weight[i]) - tail)
        before = now
        edge = edge + 1 if up else edge - 1


@kernel
def tilted_ratio(levels, main, cursors, sigma, thresholds, seed, samples, strength, answer):
    """Bit error ratio of Gray-coded PAM-M with linear interference, M a power of two, levels equally likely.

    :param levels: M, rising.
    :param main: cursor of the symbol itself, positive.
    :param cursors: the others; where they have no more patterns than ``samples``, each is visited once: exact, with a standard error of 0.
    :param sigma: M, noise deviation at the slicer when that level is sent, positive.
    :param thresholds: M - 1, rising.
    :param seed: uint64.
    :param samples: patterns for each of the 2 (M - 1) sides.
    :param strength: of the tilt: 1, the saddle; 0, plain patterns.
    :param answer: float64[4]: ratio, its standard error, least share of effective patterns among the sides that matter, patterns drawn.
    :returns: OK; BAD_INPUT; REFUSED: less than 2 % or fewer than 100 of a side's patterns are effective, and the ratio is not to be trusted.
    """
    count, room = levels.size, cursors.size
    answer[:] = math.nan
    bits = 0
    while 1 << bits < count:
        bits += 1
    good = count >= 2 and 1 << bits == count and thresholds.size == count - 1 and sigma.size == count and main > 0.0 and samples > 1
    for a in range(count):
        good = good and math.isfinite(levels[a]) and 0.0 < sigma[min(a, sigma.size - 1)] < math.inf
        good = good and (a == 0 or levels[a] > levels[a - 1])
    for a in range(thresholds.size):
        good = good and math.isfinite(thresholds[a]) and (a == 0 or thresholds[a] > thresholds[a - 1])
    for j in range(room):
        good = good and math.isfinite(cursors[j])
    if not good or not math.isfinite(main) or not math.isfinite(strength):
        return BAD_INPUT
    patterns = 1  # all there are; more than the samples allowed: not counted on
    for _ in range(room):
        patterns = patterns * count if patterns <= samples else patterns
    every = patterns <= samples
    drawn = patterns if every else samples
    edges, log_weight = np.empty((room, count)), np.empty((room, count))
    x, weight, value = np.empty(PIECE), np.empty(PIECE), np.empty(PIECE)
    sums, shares = np.zeros(2 * count), np.ones(2 * count)
    toward = np.empty(room)
    own = stream(seed, RARE_STREAM)
    total, variance = 0.0, 0.0
    for side in range(2 * count):
        sent, up = side // 2, side % 2 == 1
        if (up and sent == count - 1) or (not up and sent == 0):
            continue
        centre = main * levels[sent]
        d = thresholds[sent] - centre if up else centre - thresholds[sent - 1]
        for j in range(room):
            toward[j] = cursors[j] if up else -cursors[j]
        if not every:
            _tilt(strength * saddle(d, sigma[sent], levels, toward), levels, toward, edges, log_weight)
        one, two = 0.0, 0.0
        scale = 0.0  # the largest value so far: squares of 1e-200 would vanish, and those of what plain patterns find late overflow
        for first in range(0, drawn, PIECE):
            n = min(PIECE, drawn - first)
            if every:
                _enumerate(x, weight, n, first, levels, cursors)
            else:
                _draw(x, weight, n, own, side * samples + first, levels, cursors, edges, log_weight)
            _values(x, weight, value, n, sent, up, centre, sigma[sent], thresholds)
            most = scale
            for i in range(n):
                most = max(most, abs(value[i]))
            if most > 0.0:
                fall = scale / most
                one, two, scale = one * fall, two * fall * fall, most
                for i in range(n):
                    g = value[i] / scale
                    one += g
                    two += g * g
        mean = one / drawn
        sums[side] = mean * scale
        total += mean * scale
        if not every:
            # The second term: patterns that are a thousandth of all that matters may be missing among a thousand.
            scatter = max(two / drawn - mean * mean, 0.0) / (drawn - 1) + (mean / drawn) ** 2
            variance += scale * scale * scatter
            shares[side] = one * one / two / drawn if two > 0.0 else 0.0
    effective = 1.0
    for side in range(2 * count):
        if sums[side] > MATTERS * total:
            effective = min(effective, shares[side])
    answer[RATIO] = total / (count * bits)
    answer[ERROR] = math.sqrt(variance) / (count * bits)
    answer[EFFECTIVE] = effective
    answer[DRAWN] = float(drawn * 2 * (count - 1))
    if not (total > 0.0 and effective >= LEAST_SHARE and (every or effective * drawn >= LEAST_EFFECTIVE)):
        return REFUSED
    return OK
