"""Error ratios of PAM-M without intersymbol interference: one Gaussian per level, thresholds between them.

Tails are summed relative to the largest of them, so that a BER of 1e-200 keeps its logarithm; the plain BER returned beside
it is then 0 only where a double ends.
"""

import math

import numpy as np

from ._jit import kernel
from .special import SQRT2, erfcx

LN10 = math.log(10.0)
_PAM6_OUTER_PRIOR = 1.0 / 8.0
_PAM6_INNER_PRIOR = 3.0 / 16.0


@kernel
def middle_thresholds(levels, thresholds):
    """Thresholds halfway between neighbouring levels: a receiver that knows the levels but not their noise."""
    for k in range(levels.shape[0] - 1):
        thresholds[k] = (levels[k] + levels[k + 1]) / 2.0


@kernel
def optimal_thresholds(levels, sigmas, priors, thresholds):
    """Thresholds where the weighted densities of two neighbouring levels cross; returns how many eyes had no such crossing.

    p_i N(x; m_i, s_i) = p_j N(x; m_j, s_j) is a quadratic in x.  The root between the two levels is taken; where there is none
    (one density covers the other) the midpoint is kept and counted in the return value, so that nobody mistakes it.
    """
    kept = 0
    for k in range(levels.shape[0] - 1):
        m0, m1 = levels[k], levels[k + 1]
        s0, s1 = sigmas[k], sigmas[k + 1]
        # In u = x - m0: u^2 (1/s0^2 - 1/s1^2) + 2 u g/s1^2 - g^2/s1^2 + 2 ln(p1 s0 / (p0 s1)) = 0, g = m1 - m0.
        # (weighted densities equal: ln p0/s0 - u^2/(2 s0^2) = ln p1/s1 - (u-g)^2/(2 s1^2))
        gap = m1 - m0
        quadratic = 1.0 / (s0 * s0) - 1.0 / (s1 * s1)
        linear = gap / (s1 * s1)  # half of the coefficient
        constant = 2.0 * math.log(priors[k + 1] * s0 / (priors[k] * s1)) - gap * gap / (s1 * s1)
        root = linear * linear - quadratic * constant
        u = math.nan
        if root >= 0.0:
            # The form without cancellation: it is also right where the quadratic coefficient vanishes (equal noise).
            u = -constant / (linear + math.sqrt(root))
        if 0.0 < u < gap:
            thresholds[k] = m0 + u
        else:
            thresholds[k] = (m0 + m1) / 2.0
            kept += 1
    return kept


@kernel
def _scaled_tail(x, floor):
    """Q(x) / exp(-floor^2/2) for x >= floor >= 0: the common factor that lets deep tails be added."""
    return math.exp((floor - x) * (floor + x) / 2.0) * erfcx(x / SQRT2) / 2.0


@kernel
def _nearest(levels, sigmas, thresholds):
    """Smallest distance of a level from one of its thresholds in units of its sigma, not below 0."""
    last = levels.shape[0] - 1
    least = math.inf
    for k in range(last + 1):
        if k < last:
            least = min(least, (thresholds[k] - levels[k]) / sigmas[k])
        if k > 0:
            least = min(least, (levels[k] - thresholds[k - 1]) / sigmas[k])
    return max(least, 0.0)


@kernel
def _landing(level, sigma, lower, upper, floor):
    """P(lower < level + noise < upper) / exp(-floor^2/2), without cancellation between two tails of one side.

    ``lower`` and ``upper`` may be infinite.  Meant for landings away from ``level``; the landing on the level itself is not
    needed by an error count.
    """
    a = (lower - level) / sigma
    b = (upper - level) / sigma
    if a >= floor:
        tail = _scaled_tail(a, floor)
        return tail - (_scaled_tail(b, floor) if b < math.inf else 0.0)
    if b <= -floor:
        tail = _scaled_tail(-b, floor)
        return tail - (_scaled_tail(-a, floor) if a > -math.inf else 0.0)
    # A threshold on the wrong side of its level: ``floor`` is 0 then, the probability of order one, and no tail is needed.
    high = math.erfc(-b / SQRT2) / 2.0 if b < math.inf else 1.0
    low = math.erfc(-a / SQRT2) / 2.0 if a > -math.inf else 0.0
    return high - low


@kernel
def _region(thresholds, j):
    """Decision region of level j: from the threshold below it to the threshold above it."""
    lower = -math.inf if j == 0 else thresholds[j - 1]
    upper = math.inf if j == thresholds.shape[0] else thresholds[j]
    return lower, upper


@kernel
def _finish(total, floor):
    """Undo the common factor exp(-floor^2/2): the plain ratio and its decimal logarithm."""
    if total <= 0.0:
        return 0.0, -math.inf
    logarithm = math.log(total) - floor * floor / 2.0
    return math.exp(logarithm), logarithm / LN10


@kernel
def _ones(number):
    """Number of set bits."""
    count = 0
    while number:
        count += number & 1
        number >>= 1
    return count


@kernel
def gray_error_ratio(levels, sigmas, thresholds):
    """BER and log10 BER of Gray-mapped PAM-2, 4 or 8 with a noise of its own on each equiprobable level.

    BER = 1/(M log2 M) sum_k sum_j P(k -> j) d_H(gray k, gray j), gray k = k xor (k >> 1).  With equal noise and x = half the
    spacing over sigma this is (1/4)[3 Q(x) + 2 Q(3x) - Q(5x)] for M = 4.  Levels ascending, sigmas > 0.
    """
    count = levels.shape[0]
    bits = _ones(count - 1)
    floor = _nearest(levels, sigmas, thresholds)
    total = 0.0
    for k in range(count):
        for j in range(count):
            if j != k:
                lower, upper = _region(thresholds, j)
                distance = _ones((k ^ (k >> 1)) ^ (j ^ (j >> 1)))
                total += distance * _landing(levels[k], sigmas[k], lower, upper, floor)
    return _finish(total / (count * bits), floor)


@kernel
def symbol_error_ratio(levels, sigmas, thresholds):
    """SER and log10 SER of PAM-M, any M >= 2, equiprobable: the mean over levels of leaving one's own region."""
    count = levels.shape[0]
    floor = _nearest(levels, sigmas, thresholds)
    total = 0.0
    for k in range(count):
        if k < count - 1:
            total += _landing(levels[k], sigmas[k], thresholds[k], math.inf, floor)
        if k > 0:
            total += _landing(levels[k], sigmas[k], -math.inf, thresholds[k - 1], floor)
    return _finish(total / count, floor)


@kernel
def pam6_priors(priors):
    """Level probabilities of cross-32 on two PAM6 symbols: 4 of 32 points on an outer row, 6 of 32 on an inner one."""
    for k in range(6):
        priors[k] = _PAM6_OUTER_PRIOR if k == 0 or k == 5 else _PAM6_INNER_PRIOR


def _cross_32_labels():
    """5-bit label of each (x, y) level pair; the four corners, which are never sent, carry their nearest point's label.

    An 8 x 4 rectangle with Gray labels on both axes (3 and 2 bits); its outermost columns |u| = 7 are folded onto the rows
    |y| = 5: x = sign(u) (4 - |v|), y = sign(v) 5.  Corners are decided as (sign x 3, sign y 5).  Neighbours differ in
    1.17 bits on average, not in one: PAM6 has no Gray code.
    """
    labels = np.zeros((6, 6), dtype=np.int64)
    for iu in range(8):
        for iv in range(4):
            u, v = 2 * iu - 7, 2 * iv - 3
            x, y = (u, v) if abs(u) != 7 else (int(math.copysign(4 - abs(v), u)), int(math.copysign(5, v)))  # exempt: int() absorbs a per cent
            labels[(x + 5) // 2, (y + 5) // 2] = ((iu ^ (iu >> 1)) << 2) | (iv ^ (iv >> 1))
    for x in (0, 5):
        for y in (0, 5):
            labels[x, y] = labels[1 if x == 0 else 4, y]
    return labels


_CROSS_32 = _cross_32_labels()


@kernel
def pam6_error_ratio(levels, sigmas, thresholds):
    """BER and log10 BER of PAM6 carrying 5 bits on two symbols (cross-32, mapping of ``_cross_32_labels``).

    Both symbols see the same levels and independent noise; every one of 32 sent points and 36 decisions is summed:
    BER = 1/(32 * 5) sum P(x -> x') P(y -> y') d_H.
    """
    floor = _nearest(levels, sigmas, thresholds)
    scale = math.exp(-floor * floor / 2.0)
    away = np.zeros((6, 6))  # P(k -> j)/scale for j != k; the diagonal holds P(k -> k) itself
    for k in range(6):
        leave = 0.0
        for j in range(6):
            if j != k:
                lower, upper = _region(thresholds, j)
                away[k, j] = _landing(levels[k], sigmas[k], lower, upper, floor)
                leave += away[k, j]
        away[k, k] = 1.0 - leave * scale
    total = 0.0
    for x in range(6):
        for y in range(6):
            if (x == 0 or x == 5) and (y == 0 or y == 5):
                continue
            for xx in range(6):
                for yy in range(6):
                    wrong = _ones(_CROSS_32[x, y] ^ _CROSS_32[xx, yy])
                    if wrong == 0:
                        continue
                    product = away[x, xx] * away[y, yy]
                    if xx != x and yy != y:
                        product *= scale  # two rare events: one factor was taken out of each
                    total += wrong * product
    return _finish(total / (32 * 5), floor)

