"""PAM4 error ratios of a block of points without a beat and with thresholds at the crossings: half the work of ``pam4_block``.

Where two densities cross, exp(-x_up^2/2)/s0 = exp(-x_down^2/2)/s1: one exponential serves both tails of an eye.  With g the gap, v the
variances and L = ln(v1/v0) the crossing lies at

    x_up = (g^2 + v1 L)/(g s0 + s1 D) above the lower level, D = sqrt(g^2 + (v1 - v0) L)

where nothing cancels and no root is negative, v1 - v0 and L having one sign.

``exact_log_ber`` is what is reported: 1e-11.  ``quick_log_ber`` is for searches: some 1e-9 of the BER.
"""

import math

from ._jit import kernel
from .block import (
    ALPHA,
    BETA0,
    BETA1,
    BETA2,
    BETA3,
    DOWN0,
    DOWN1,
    DOWN2,
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
    INV0,
    INV1,
    INV2,
    INV3,
    PART0,
    PART1,
    PART2,
    POWER,
    RATIO,
    RATIO_SLOPE,
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
from .pam4_block import GRAY_SHARE, SQRT_2PI_INVERSE
from .vector import (
    TAIL_PIVOT,
    decay_quick,
    decay_v,
    inverse_root_quick,
    inverse_root_v,
    log_quick,
    log_v,
    tail_over,
    tail_quick,
)


@kernel
def _noise(b, beta, gamma, variance, inverse):
    """Variance of one level, and 1/sigma."""
    for i in range(WIDTH):
        p = b[POWER + i]
        v = b[ALPHA + i] + p * (b[beta + i] + p * b[gamma + i])
        b[variance + i] = v
        b[inverse + i] = inverse_root_v(v)


@kernel
def _eye(b, gap, v_low, v_high, i_low, i_high, x_up, x_down, part, up, down):
    """Distances of one eye's crossing from its levels in sigmas and in powers, and the share s1/s0 of the upper level's density."""
    for i in range(WIDTH):
        v0, v1, i0, i1 = b[v_low + i], b[v_high + i], b[i_low + i], b[i_high + i]
        g = b[gap + i] * b[POWER + i]
        log = log_v(v1 * i0 * i0)
        square = g * g
        root = square + (v1 - v0) * log
        s0 = v0 * i0
        above = (square + v1 * log) / (g * s0 + v1 * i1 * (root * inverse_root_v(root)))
        reach = above * s0
        rest = g - reach
        b[x_up + i] = above
        b[x_down + i] = rest * i1
        b[part + i] = v1 * i1 * i0
        b[up + i] = reach
        b[down + i] = rest


@kernel
def _all_cross(b):
    """Whether in every eye of every point the densities cross between the levels."""
    least = math.inf
    for i in range(WIDTH):
        least = min(least, min(min(min(b[X0 + i], b[X1 + i]), min(b[X2 + i], b[X3 + i])), min(b[X4 + i], b[X5 + i])))
    return least > 0.0


@kernel
def exact_log_ber(b):
    """Rows SUM, FLOOR, UP*, DOWN* and INV* at the block's POWER, without tails over a second threshold; no slope.

    False, and nothing of use, where in some eye the densities do not cross.
    """
    _noise(b, BETA0, GAMMA0, VARIANCE0, INV0)
    _noise(b, BETA1, GAMMA1, VARIANCE1, INV1)
    _noise(b, BETA2, GAMMA2, VARIANCE2, INV2)
    _noise(b, BETA3, GAMMA3, VARIANCE3, INV3)
    _eye(b, GAP0, VARIANCE0, VARIANCE1, INV0, INV1, X0, X1, PART0, UP0, DOWN0)
    _eye(b, GAP1, VARIANCE1, VARIANCE2, INV1, INV2, X2, X3, PART1, UP1, DOWN1)
    _eye(b, GAP2, VARIANCE2, VARIANCE3, INV2, INV3, X4, X5, PART2, UP2, DOWN2)
    if not _all_cross(b):
        return False
    for i in range(WIDTH):
        x0, x1, x2, x3, x4, x5 = b[X0 + i], b[X1 + i], b[X2 + i], b[X3 + i], b[X4 + i], b[X5 + i]
        e0, e1, e2 = 0.5 * x0 * x0, 0.5 * x2 * x2, 0.5 * x4 * x4
        floor = min(min(e0, e1), e2)
        s0, s1, s2, s3, s4, s5 = x0 + TAIL_PIVOT, x1 + TAIL_PIVOT, x2 + TAIL_PIVOT, x3 + TAIL_PIVOT, x4 + TAIL_PIVOT, x5 + TAIL_PIVOT
        a, c, d = s0 * s1, s2 * s3, s4 * s5
        ac = a * c
        inverse = 1.0 / (ac * d)  # one division for six tails
        ia, ic, id_ = inverse * c * d, inverse * a * d, inverse * ac
        q0 = tail_over(x0, ia * s1) + b[PART0 + i] * tail_over(x1, ia * s0)
        q1 = tail_over(x2, ic * s3) + b[PART1 + i] * tail_over(x3, ic * s2)
        q2 = tail_over(x4, id_ * s5) + b[PART2 + i] * tail_over(x5, id_ * s4)
        b[SUM + i] = decay_v(floor - e0) * q0 + decay_v(floor - e1) * q1 + decay_v(floor - e2) * q2
        b[FLOOR + i] = floor
    return True


@kernel
def _noise_quick(b, beta, gamma, variance, inverse, edge):
    """As ``_noise``, with d ln x/d ln P of a distance in sigmas."""
    for i in range(WIDTH):
        p = b[POWER + i]
        linear = b[beta + i] * p
        constant = b[ALPHA + i]
        v = constant + linear + b[gamma + i] * p * p
        inv = inverse_root_quick(v)
        b[variance + i] = v
        b[inverse + i] = inv
        b[edge + i] = (constant + 0.5 * linear) * inv * inv  # exempt: half the linear term belongs to the derivative of a root


@kernel
def _eye_quick(b, gap, v_low, v_high, i_low, i_high, x_up, x_down, part):
    for i in range(WIDTH):
        v0, v1, i0, i1 = b[v_low + i], b[v_high + i], b[i_low + i], b[i_high + i]
        g = b[gap + i] * b[POWER + i]
        log = log_quick(v1 * i0 * i0)
        square = g * g
        root = square + (v1 - v0) * log
        s0 = v0 * i0
        above = (square + v1 * log) / (g * s0 + v1 * i1 * (root * inverse_root_quick(root)))
        b[x_up + i] = above
        b[x_down + i] = (g - above * s0) * i1
        b[part + i] = v1 * i1 * i0


@kernel
def quick_log_ber(b):
    """Rows RATIO and RATIO_SLOPE (in ln P) at the block's POWER; False where in some eye the densities do not cross."""
    _noise_quick(b, BETA0, GAMMA0, VARIANCE0, INV0, EDGE0)
    _noise_quick(b, BETA1, GAMMA1, VARIANCE1, INV1, EDGE1)
    _noise_quick(b, BETA2, GAMMA2, VARIANCE2, INV2, EDGE2)
    _noise_quick(b, BETA3, GAMMA3, VARIANCE3, INV3, EDGE3)
    _eye_quick(b, GAP0, VARIANCE0, VARIANCE1, INV0, INV1, X0, X1, PART0)
    _eye_quick(b, GAP1, VARIANCE1, VARIANCE2, INV1, INV2, X2, X3, PART1)
    _eye_quick(b, GAP2, VARIANCE2, VARIANCE3, INV2, INV3, X4, X5, PART2)
    if not _all_cross(b):
        return False
    for i in range(WIDTH):
        x0, x1, x2, x3, x4, x5 = b[X0 + i], b[X1 + i], b[X2 + i], b[X3 + i], b[X4 + i], b[X5 + i]
        e0, e1, e2 = 0.5 * x0 * x0, 0.5 * x2 * x2, 0.5 * x4 * x4
        floor = min(min(e0, e1), e2)
        s0, s1, s2, s3, s4, s5 = x0 + TAIL_PIVOT, x1 + TAIL_PIVOT, x2 + TAIL_PIVOT, x3 + TAIL_PIVOT, x4 + TAIL_PIVOT, x5 + TAIL_PIVOT
        a, c, d = s0 * s1, s2 * s3, s4 * s5
        ac = a * c
        inverse = 1.0 / (ac * d)
        ia, ic, id_ = inverse * c * d, inverse * a * d, inverse * ac
        r0, r1, r2 = b[PART0 + i], b[PART1 + i], b[PART2 + i]
        g0, g1, g2 = decay_quick(floor - e0), decay_quick(floor - e1), decay_quick(floor - e2)
        q0 = tail_quick(x0, ia * s1) + r0 * tail_quick(x1, ia * s0)
        q1 = tail_quick(x2, ic * s3) + r1 * tail_quick(x3, ic * s2)
        q2 = tail_quick(x4, id_ * s5) + r2 * tail_quick(x5, id_ * s4)
        total = g0 * q0 + g1 * q1 + g2 * q2
        d0, d1, d2, d3 = b[EDGE0 + i], b[EDGE1 + i], b[EDGE2 + i], b[EDGE3 + i]
        drift = g0 * (x0 * d0 + r0 * x1 * d1) + g1 * (x2 * d1 + r1 * x3 * d2) + g2 * (x4 * d2 + r2 * x5 * d3)
        b[RATIO + i] = min(log_quick(total * GRAY_SHARE) - floor, 0.0)
        b[RATIO_SLOPE + i] = -SQRT_2PI_INVERSE * drift / total
    return True
