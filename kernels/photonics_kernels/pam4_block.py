"""PAM4 error ratios of a block of points side by side: the vector form of ``link.row_log_ber`` for four levels."""

import math

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
    POWER,
    SHIFT0,
    SHIFT1,
    SHIFT2,
    SHIFT3,
    SLOPE,
    STATE_LOG,
    STATE_SLOPE,
    SUM,
    UP0,
    UP1,
    UP2,
    WIDTH,
    X0,
    X1,
    X2,
    X3,
    X4,
    X5,
)
from .vector import TAIL_PIVOT, decay_v, inverse_root_v, log_v, tail_over

SQRT_2PI_INVERSE = 1.0 / math.sqrt(2.0 * math.pi)
GRAY_SHARE = 1.0 / 8.0  # 4 levels, 2 bits
NEGLIGIBLE = 27.6  # -ln of 1e-12


@kernel
def _noise(b, beta, gamma, inverse, edge):
    """Rows 1/sigma and d ln x/d ln P of one level: x = c P/sigma, so the slope is 1 - P sigma'/sigma."""
    for i in range(WIDTH):
        p = b[POWER + i]
        linear = b[beta + i] * p
        constant = b[ALPHA + i]
        inv = inverse_root_v(constant + linear + b[gamma + i] * p * p)
        b[inverse + i] = inv
        b[edge + i] = (constant + 0.5 * linear) * inv * inv  # exempt: half the linear term belongs to the derivative of a root


@kernel
def _threshold(b, gap_row, inv_low, inv_high, up, down):
    """Distances of one eye's threshold from its two levels: where the densities cross."""
    for i in range(WIDTH):
        gap = b[gap_row + i] * b[POWER + i]
        a0 = b[inv_low + i] * b[inv_low + i]
        a1 = b[inv_high + i] * b[inv_high + i]
        quadratic = a0 - a1
        linear = gap * a1
        constant = log_v(a1 / a0) - gap * linear
        root = linear * linear - quadratic * constant
        # The form without cancellation; a negative root gives NaN, which fails the test below as it should.
        u = -constant / (linear + math.sqrt(root))
        inside = (u > 0.0) & (u < gap)
        u = u if inside else 0.5 * gap
        b[up + i] = u
        b[down + i] = gap - u


@kernel
def _halfway(b, gap_row, up, down):
    for i in range(WIDTH):
        half = 0.5 * b[gap_row + i] * b[POWER + i]
        b[up + i] = half
        b[down + i] = half


@kernel
def prepare(b, optimal):
    """Everything of an evaluation at the block's ``POWER`` that no beat state moves."""
    _noise(b, BETA0, GAMMA0, INV0, EDGE0)
    _noise(b, BETA1, GAMMA1, INV1, EDGE1)
    _noise(b, BETA2, GAMMA2, INV2, EDGE2)
    _noise(b, BETA3, GAMMA3, INV3, EDGE3)
    if optimal:
        _threshold(b, GAP0, INV0, INV1, UP0, DOWN0)
        _threshold(b, GAP1, INV1, INV2, UP1, DOWN1)
        _threshold(b, GAP2, INV2, INV3, UP2, DOWN2)
    else:
        _halfway(b, GAP0, UP0, DOWN0)
        _halfway(b, GAP1, UP1, DOWN1)
        _halfway(b, GAP2, UP2, DOWN2)


@kernel
def _near(b):
    """Sum of the six tails over the next threshold, and its slope, in units of e^-FLOOR."""
    for i in range(WIDTH):
        p = b[BEAT + i]
        d0, d1, d2, d3 = b[SHIFT0 + i] * p, b[SHIFT1 + i] * p, b[SHIFT2 + i] * p, b[SHIFT3 + i] * p
        x0, x1 = (b[UP0 + i] - d0) * b[INV0 + i], (b[DOWN0 + i] + d1) * b[INV1 + i]
        x2, x3 = (b[UP1 + i] - d1) * b[INV1 + i], (b[DOWN1 + i] + d2) * b[INV2 + i]
        x4, x5 = (b[UP2 + i] - d2) * b[INV2 + i], (b[DOWN2 + i] + d3) * b[INV3 + i]
        b[X0 + i], b[X1 + i], b[X2 + i], b[X3 + i], b[X4 + i], b[X5 + i] = x0, x1, x2, x3, x4, x5
        least = max(min(min(min(x0, x1), min(x2, x3)), min(x4, x5)), 0.0)
        b[FLOOR + i] = 0.5 * least * least
        b[SLOPE + i] = 0.0
    for i in range(WIDTH):
        floor = b[FLOOR + i]
        x0, x1, x2 = b[X0 + i], b[X1 + i], b[X2 + i]
        u0, u1, u2 = abs(x0), abs(x1), abs(x2)
        s0, s1, s2 = u0 + TAIL_PIVOT, u1 + TAIL_PIVOT, u2 + TAIL_PIVOT
        s01 = s0 * s1
        inverse = 1.0 / (s01 * s2)  # one division for three tails
        g0, g1, g2 = decay_v(floor - 0.5 * x0 * x0), decay_v(floor - 0.5 * x1 * x1), decay_v(floor - 0.5 * x2 * x2)
        inv2 = inverse * s01
        inv01 = inverse * s2
        q0, q1, q2 = g0 * tail_over(u0, inv01 * s1), g1 * tail_over(u1, inv01 * s0), g2 * tail_over(u2, inv2)
        total = (q0 if x0 >= 0.0 else 1.0 - q0) + (q1 if x1 >= 0.0 else 1.0 - q1)
        b[SUM + i] = total + (q2 if x2 >= 0.0 else 1.0 - q2)
        b[SLOPE + i] = g0 * x0 * b[EDGE0 + i] + (g1 * x1 + g2 * x2) * b[EDGE1 + i]
    for i in range(WIDTH):
        floor = b[FLOOR + i]
        x0, x1, x2 = b[X3 + i], b[X4 + i], b[X5 + i]
        u0, u1, u2 = abs(x0), abs(x1), abs(x2)
        s0, s1, s2 = u0 + TAIL_PIVOT, u1 + TAIL_PIVOT, u2 + TAIL_PIVOT
        s01 = s0 * s1
        inverse = 1.0 / (s01 * s2)
        g0, g1, g2 = decay_v(floor - 0.5 * x0 * x0), decay_v(floor - 0.5 * x1 * x1), decay_v(floor - 0.5 * x2 * x2)
        inv2 = inverse * s01
        inv01 = inverse * s2
        q0, q1, q2 = g0 * tail_over(u0, inv01 * s1), g1 * tail_over(u1, inv01 * s0), g2 * tail_over(u2, inv2)
        total = (q0 if x0 >= 0.0 else 1.0 - q0) + (q1 if x1 >= 0.0 else 1.0 - q1)
        b[SUM + i] += total + (q2 if x2 >= 0.0 else 1.0 - q2)
        b[SLOPE + i] += (g0 * x0 + g1 * x1) * b[EDGE2 + i] + g2 * x2 * b[EDGE3 + i]


@kernel
def _counts(b):
    """How many points have a tail over a second threshold of more than 1e-12 of their nearest one."""
    found = 0
    for i in range(WIDTH):
        power, p = b[POWER + i], b[BEAT + i]
        gap1 = b[GAP1 + i] * power
        x0 = (b[GAP0 + i] * power + b[UP1 + i] - b[SHIFT0 + i] * p) * b[INV0 + i]
        x1 = (gap1 + b[UP2 + i] - b[SHIFT1 + i] * p) * b[INV1 + i]
        x2 = (b[GAP2 + i] * power + b[DOWN1 + i] + b[SHIFT3 + i] * p) * b[INV3 + i]
        x3 = (gap1 + b[DOWN0 + i] + b[SHIFT2 + i] * p) * b[INV2 + i]
        least = max(min(min(x0, x1), min(x2, x3)), 0.0)
        found += 1 if 0.5 * least * least - b[FLOOR + i] < NEGLIGIBLE else 0
    return found


@kernel
def add_far_tails(b, n):
    """Add the six tails over the second and third threshold, with the bits that Gray coding gives or takes back there, at the first ``n`` points.

    A level that lands two regions away differs in two bits and three away in one again, hence the signs.
    """
    for i in range(n):
        power, p, floor = b[POWER + i], b[BEAT + i], b[FLOOR + i]
        gap0, gap1 = b[GAP0 + i] * power, b[GAP1 + i] * power
        d0, d1 = b[SHIFT0 + i] * p, b[SHIFT1 + i] * p
        x0 = (gap0 + b[UP1 + i] - d0) * b[INV0 + i]
        x1 = (gap0 + gap1 + b[UP2 + i] - d0) * b[INV0 + i]
        x2 = (gap1 + b[UP2 + i] - d1) * b[INV1 + i]
        u0, u1, u2 = abs(x0), abs(x1), abs(x2)
        s0, s1, s2 = u0 + TAIL_PIVOT, u1 + TAIL_PIVOT, u2 + TAIL_PIVOT
        s01 = s0 * s1
        inverse = 1.0 / (s01 * s2)
        inv01 = inverse * s2
        q0 = decay_v(floor - 0.5 * x0 * x0) * tail_over(u0, inv01 * s1)
        q1 = decay_v(floor - 0.5 * x1 * x1) * tail_over(u1, inv01 * s0)
        q2 = decay_v(floor - 0.5 * x2 * x2) * tail_over(u2, inverse * s01)
        total = (q0 if x0 >= 0.0 else 1.0 - q0) - (q1 if x1 >= 0.0 else 1.0 - q1)
        b[SUM + i] += total + (q2 if x2 >= 0.0 else 1.0 - q2)
    for i in range(n):
        power, p, floor = b[POWER + i], b[BEAT + i], b[FLOOR + i]
        gap1, gap2 = b[GAP1 + i] * power, b[GAP2 + i] * power
        d2, d3 = b[SHIFT2 + i] * p, b[SHIFT3 + i] * p
        x0 = (gap2 + b[DOWN1 + i] + d3) * b[INV3 + i]
        x1 = (gap2 + gap1 + b[DOWN0 + i] + d3) * b[INV3 + i]
        x2 = (gap1 + b[DOWN0 + i] + d2) * b[INV2 + i]
        u0, u1, u2 = abs(x0), abs(x1), abs(x2)
        s0, s1, s2 = u0 + TAIL_PIVOT, u1 + TAIL_PIVOT, u2 + TAIL_PIVOT
        s01 = s0 * s1
        inverse = 1.0 / (s01 * s2)
        inv01 = inverse * s2
        q0 = decay_v(floor - 0.5 * x0 * x0) * tail_over(u0, inv01 * s1)
        q1 = decay_v(floor - 0.5 * x1 * x1) * tail_over(u1, inv01 * s0)
        q2 = decay_v(floor - 0.5 * x2 * x2) * tail_over(u2, inverse * s01)
        total = (q0 if x0 >= 0.0 else 1.0 - q0) - (q1 if x1 >= 0.0 else 1.0 - q1)
        b[SUM + i] += total + (q2 if x2 >= 0.0 else 1.0 - q2)


@kernel
def add_far(b, far):
    """Tails over more than one threshold, where they are asked for and any point of the block has some that count."""
    if far and _counts(b) > 0:
        add_far_tails(b, WIDTH)


@kernel
def state_log_ber(b, far):
    """Rows ``STATE_LOG`` (ln BER) and ``STATE_SLOPE`` (d ln BER/d ln P) of the beat state in row ``BEAT``, after ``prepare``.

    ``far`` adds the tails over more than one threshold: 1e-9 of the BER at 1e-3, more above.  Distances of a negative sign count as
    errors of order one.  The slope is that at fixed relative thresholds: exact for crossings, which minimise their pair's sum, where
    no beat state moves the levels, and close to it where one does.
    """
    _near(b)
    add_far(b, far)
    for i in range(WIDTH):
        total = b[SUM + i]
        b[STATE_LOG + i] = log_v(total * GRAY_SHARE) - b[FLOOR + i]
        b[STATE_SLOPE + i] = -SQRT_2PI_INVERSE * b[SLOPE + i] / total
