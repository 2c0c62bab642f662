"""PAM4 error ratios of a block of points without a beat and with thresholds at the crossings: half the work of ``pam4_block``.

Where two densities cross, exp(-x_up^2/2)/s0 = exp(-x_down^2/2)/s1: one exponential serves both tails of an eye.  With g the gap, v the
variances and L = ln(v1/v0) the crossing lies at

    x_up = (g^2 + v1 L)/(g s0 + s1 D) above the lower level, D = sqrt(g^2 + (v1 - v0) L)

where nothing cancels and no root is negative, v1 - v0 and L having one sign.  Divisions are what such a loop waits for: those of three
eyes are one, with the product of their denominators.  And a processor looks some hundred instructions ahead: loops are short, so that it
finds the next points' work while the results of these are on their way.

Functions take the number of points that count, the first ``n`` of the rows: a search goes on with the few that are left.
"""

import numpy as np

from ._jit import kernel
from .block import (
    ALPHA,
    BEAT,
    BETA0,
    BETA1,
    BETA2,
    BETA3,
    DOWN0,
    DOWN1,
    DOWN2,
    DRIFT,
    EDGE0,
    EDGE1,
    EDGE2,
    EDGE3,
    FLOOR,
    GAMMA0,
    GAMMA1,
    GAMMA2,
    GAMMA3,
    GAP0,
    GAP1,
    GAP2,
    HALF,
    INV0,
    INV1,
    INV2,
    INV3,
    PART0,
    PART1,
    PART2,
    PICKED,
    POWER,
    PROBLEM,
    RATIO,
    RATIO_SLOPE,
    SHIFT0,
    SHIFT1,
    SHIFT2,
    SHIFT3,
    SUM,
    UP0,
    UP1,
    UP2,
    VARIANCE0,
    VARIANCE1,
    VARIANCE2,
    VARIANCE3,
    WIDTH,
    X0,
    X1,
    X2,
    X3,
    X4,
    X5,
)
from .pam4_block import GRAY_SHARE, SQRT_2PI_INVERSE, add_far_tails
from .vector import (
    HALF_ROOT2_BITS,
    LN2,
    TAIL_PIVOT,
    decay_v,
    inverse_root_v,
    log_series,
    log_v,
    tail_over,
)

NEGLIGIBLE_ALONE = 23.0  # -ln of 1e-10
FAR_ROWS = (
    POWER, GAP0, GAP1, GAP2, UP0, UP1, UP2, DOWN0, DOWN1, DOWN2, INV0, INV1, INV2, INV3, SHIFT0, SHIFT1, SHIFT2, SHIFT3, FLOOR, SUM,
)  # fmt: skip


@kernel
def _noise(b, beta, gamma, variance, inverse, edge, n):
    """Variance of one level, 1/sigma, and d ln x/d ln P of a distance in sigmas."""
    for i in range(n):
        p = b[POWER + i]
        linear = b[beta + i] * p
        constant = b[ALPHA + i]
        v = constant + linear + b[gamma + i] * p * p
        inv = inverse_root_v(v)
        b[variance + i] = v
        b[inverse + i] = inv
        b[edge + i] = (constant + 0.5 * linear) * inv * inv  # exempt: half the linear term belongs to the derivative of a root


@kernel
def _split(x):
    """Binary exponent and mantissa in [sqrt(1/2), sqrt 2) of a normal positive x."""
    bits = np.float64(x).view(np.int64)
    e = (bits - HALF_ROOT2_BITS) >> 52
    return float(e), np.int64(bits - (e << 52)).view(np.float64)


@kernel
def _logs(b, n):
    """Rows UP*: ln(v_high/v_low) of each eye; and the shares s_high/s_low."""
    for i in range(n):
        i0, i1, i2, i3 = b[INV0 + i], b[INV1 + i], b[INV2 + i], b[INV3 + i]
        v1, v2, v3 = b[VARIANCE1 + i], b[VARIANCE2 + i], b[VARIANCE3 + i]
        e0, m0 = _split(v1 * i0 * i0)
        e1, m1 = _split(v2 * i1 * i1)
        e2, m2 = _split(v3 * i2 * i2)
        d0, d1, d2 = m0 + 1.0, m1 + 1.0, m2 + 1.0
        d01 = d0 * d1
        inverse = 1.0 / (d01 * d2)
        rest = inverse * d2
        b[UP0 + i] = e0 * LN2 + log_series((m0 - 1.0) * rest * d1)
        b[UP1 + i] = e1 * LN2 + log_series((m1 - 1.0) * rest * d0)
        b[UP2 + i] = e2 * LN2 + log_series((m2 - 1.0) * inverse * d01)
        b[PART0 + i], b[PART1 + i], b[PART2 + i] = v1 * i1 * i0, v2 * i2 * i1, v3 * i3 * i2


@kernel
def _reach(b, gap, v_low, v_high, i_low, i_high, log, numerator, denominator, n):
    """Numerator and denominator of one eye's x_up."""
    for i in range(n):
        v0, v1, ln = b[v_low + i], b[v_high + i], b[log + i]
        g = b[gap + i] * b[POWER + i]
        square = g * g
        root = square + (v1 - v0) * ln
        b[numerator + i] = square + v1 * ln
        b[denominator + i] = g * (v0 * b[i_low + i]) + v1 * b[i_high + i] * (root * inverse_root_v(root))


@kernel
def _crossings(b, n):
    """Distances of the three crossings from their levels in sigmas."""
    for i in range(n):
        p = b[POWER + i]
        d0, d1, d2 = b[DOWN0 + i], b[DOWN1 + i], b[DOWN2 + i]
        d01 = d0 * d1
        inverse = 1.0 / (d01 * d2)
        rest = inverse * d2
        up0, up1, up2 = b[UP0 + i] * rest * d1, b[UP1 + i] * rest * d0, b[UP2 + i] * inverse * d01
        i0, i1, i2, i3 = b[INV0 + i], b[INV1 + i], b[INV2 + i], b[INV3 + i]
        b[X0 + i], b[X2 + i], b[X4 + i] = up0, up1, up2
        b[X1 + i] = (b[GAP0 + i] * p - up0 * (b[VARIANCE0 + i] * i0)) * i1
        b[X3 + i] = (b[GAP1 + i] * p - up1 * (b[VARIANCE1 + i] * i1)) * i2
        b[X5 + i] = (b[GAP2 + i] * p - up2 * (b[VARIANCE2 + i] * i2)) * i3


@kernel
def _all_cross(b, n):
    """Whether in every eye of every point that has no problem the densities cross between the levels."""
    wrong = 0
    for i in range(n):
        least = min(min(min(b[X0 + i], b[X1 + i]), min(b[X2 + i], b[X3 + i])), min(b[X4 + i], b[X5 + i]))
        wrong += 0 if (least > 0.0) | (b[PROBLEM + i] != 0.0) else 1
    return wrong == 0


@kernel
def _pair(b, up, down, part, decay, inverse, edge_low, edge_high, n):
    """Add both tails of one eye, and what their slope is of."""
    for i in range(n):
        x0, x1, r, g, both = b[up + i], b[down + i], b[part + i], b[decay + i], b[inverse + i]
        tails = tail_over(x0, both * (x1 + TAIL_PIVOT)) + r * tail_over(x1, both * (x0 + TAIL_PIVOT))
        b[SUM + i] += g * tails
        b[DRIFT + i] += g * (x0 * b[edge_low + i] + r * x1 * b[edge_high + i])


@kernel
def sums_alone(b, n):
    """Rows SUM and DRIFT, in units of e^-FLOOR: tails over the next thresholds and what their slope is of; 1e-11 of them.

    False, and nothing of use, where in some eye the densities do not cross.
    """
    _noise(b, BETA0, GAMMA0, VARIANCE0, INV0, EDGE0, n)
    _noise(b, BETA1, GAMMA1, VARIANCE1, INV1, EDGE1, n)
    _noise(b, BETA2, GAMMA2, VARIANCE2, INV2, EDGE2, n)
    _noise(b, BETA3, GAMMA3, VARIANCE3, INV3, EDGE3, n)
    _logs(b, n)
    _reach(b, GAP0, VARIANCE0, VARIANCE1, INV0, INV1, UP0, UP0, DOWN0, n)
    _reach(b, GAP1, VARIANCE1, VARIANCE2, INV1, INV2, UP1, UP1, DOWN1, n)
    _reach(b, GAP2, VARIANCE2, VARIANCE3, INV2, INV3, UP2, UP2, DOWN2, n)
    _crossings(b, n)
    if not _all_cross(b, n):
        return False
    for i in range(n):
        x0, x2, x4 = b[X0 + i], b[X2 + i], b[X4 + i]
        e0, e1, e2 = 0.5 * x0 * x0, 0.5 * x2 * x2, 0.5 * x4 * x4
        floor = min(min(e0, e1), e2)
        b[FLOOR + i] = floor
        b[UP0 + i], b[UP1 + i], b[UP2 + i] = decay_v(floor - e0), decay_v(floor - e1), decay_v(floor - e2)
    for i in range(n):
        a = (b[X0 + i] + TAIL_PIVOT) * (b[X1 + i] + TAIL_PIVOT)
        c = (b[X2 + i] + TAIL_PIVOT) * (b[X3 + i] + TAIL_PIVOT)
        d = (b[X4 + i] + TAIL_PIVOT) * (b[X5 + i] + TAIL_PIVOT)
        ac = a * c
        inverse = 1.0 / (ac * d)  # one division for six tails
        b[DOWN0 + i], b[DOWN1 + i], b[DOWN2 + i] = inverse * c * d, inverse * a * d, inverse * ac
        b[SUM + i], b[DRIFT + i] = 0.0, 0.0
    _pair(b, X0, X1, PART0, UP0, DOWN0, EDGE0, EDGE1, n)
    _pair(b, X2, X3, PART1, UP1, DOWN1, EDGE1, EDGE2, n)
    _pair(b, X4, X5, PART2, UP2, DOWN2, EDGE2, EDGE3, n)
    return True


@kernel
def log_ber_alone(b, n):
    """Rows RATIO (ln BER) and RATIO_SLOPE (in ln P) at the block's POWER, without tails over a second threshold; False as ``sums_alone``."""
    if not sums_alone(b, n):
        return False
    for i in range(n):
        total = b[SUM + i]
        b[RATIO + i] = min(log_v(total * GRAY_SHARE) - b[FLOOR + i], 0.0)
        b[RATIO_SLOPE + i] = -SQRT_2PI_INVERSE * b[DRIFT + i] / total
    return True


@kernel
def _pick_far(b):
    """Rows UP* and DOWN*, and which points have a tail over a second threshold of more than 1e-10 of their nearest: how many, in PICKED."""
    for i in range(WIDTH):
        p = b[POWER + i]
        i0, i1, i2, i3 = b[INV0 + i], b[INV1 + i], b[INV2 + i], b[INV3 + i]
        up0, down0 = b[X0 + i] * b[VARIANCE0 + i] * i0, b[X1 + i] * b[VARIANCE1 + i] * i1
        up1, down1 = b[X2 + i] * b[VARIANCE1 + i] * i1, b[X3 + i] * b[VARIANCE2 + i] * i2
        up2, down2 = b[X4 + i] * b[VARIANCE2 + i] * i2, b[X5 + i] * b[VARIANCE3 + i] * i3
        b[UP0 + i], b[UP1 + i], b[UP2 + i] = up0, up1, up2
        b[DOWN0 + i], b[DOWN1 + i], b[DOWN2 + i] = down0, down1, down2
        gap1 = b[GAP1 + i] * p
        x0, x1 = (b[GAP0 + i] * p + up1) * i0, (gap1 + up2) * i1
        x2, x3 = (b[GAP2 + i] * p + down1) * i3, (gap1 + down0) * i2
        least = max(min(min(x0, x1), min(x2, x3)), 0.0)
        b[BEAT + i] = 1.0 if 0.5 * least * least - b[FLOOR + i] < NEGLIGIBLE_ALONE else 0.0
    found = 0
    for i in range(WIDTH):
        b[PICKED + found] = float(i)
        found += int(b[BEAT + i])
        b[BEAT + i] = 0.0
    return found


@kernel
def add_far_alone(b):
    """Add to SUM the tails over more than one threshold at those points where they count, after ``sums_alone``."""
    found = _pick_far(b)
    if found == 0:
        return
    few = b[HALF:]
    n = pick(b, few, FAR_ROWS, found)
    for i in range(n):
        few[BEAT + i] = 0.0
    add_far_tails(few, n)
    for k in range(found):
        b[SUM + int(b[PICKED + k])] = few[SUM + k]


@kernel
def pick(b, few, rows, found):
    """Copy the rows of the ``found`` points named in PICKED to the start of those of ``few``; how many with those that fill a vector up."""
    n = (found + 7) // 8 * 8  # exempt: whole vectors of eight
    for k in range(found):
        at = int(b[PICKED + k])
        for row in rows:
            few[row + k] = b[row + at]
    for row in rows:
        for k in range(found, n):
            few[row + k] = few[row + found - 1]
    return n


@kernel
def exact_log_ber(b, far):
    """Row RATIO at the block's POWER, with tails over a second threshold where asked for; False, and nothing of use, where in some eye the densities do not cross."""
    if not sums_alone(b, WIDTH):
        return False
    if far:
        add_far_alone(b)
    for i in range(WIDTH):
        b[RATIO + i] = min(log_v(b[SUM + i] * GRAY_SHARE) - b[FLOOR + i], 0.0)
    return True
