"""Where the search for the sensitivities begins: the root of a block of PAM4 points without a beat, in single precision.

The power at which the top eye alone has its Q, in closed form, then Newton steps on the error ratio of all three eyes: that of
``pam4_alone`` in half the bits, with twice the points in a vector and half the terms in every series.  What is left, some 1e-4 of the power
and more where the error ratio hardly falls with it, is the double-precision search's.
"""

import math

import numpy as np

from ._jit import kernel
from .block import (
    ALPHA,
    BETA0,
    BETA1,
    BETA2,
    BETA3,
    COUPLING,
    GAMMA0,
    GAMMA1,
    GAMMA2,
    GAMMA3,
    GAP0,
    GAP1,
    GAP2,
    HALF,
    POWER,
    WIDTH,
)

F = np.float32
ONE, HALF_, ZERO, TWO = F(1.0), F(0.5), F(0.0), F(2.0)
ROUND32, ROUND32_BITS = F(12582912.0), 1262485504  # 1.5 * 2^23: as ``vector.ROUNDER``
ROOT32 = 1597463007  # 0x5f3759df
HALF_ROOT2_BITS32 = 1060439283  # of sqrt(1/2)
LOG2_E32, LN2_32, LN2_HIGH32, LN2_LOW32 = F(1.0 / math.log(2.0)), F(math.log(2.0)), F(0.693359375), F(-2.12194440e-4)
LOWEST32 = F(-80.0)
# Chebyshev interpolation at 7 nodes of ln(1 + f)/f over a mantissa's range: 4e-7.
L0, L1, L2, L3 = F(1.0000010273533488), F(-0.5000087739481974), F(0.3331356328616582), F(-0.24920336264665574)
L4, L5, L6 = F(0.20525443619698835), F(-0.18573840134002428), F(0.11657806143415021)
E2, E3, E4, E5, E6 = F(1.0 / 2.0), F(1.0 / 6.0), F(1.0 / 24.0), F(1.0 / 120.0), F(1.0 / 720.0)
C0375, CURVE, CLIP_LOW, CLIP_HIGH = F(0.375), F(1.5), F(-0.4), F(0.5)
TINY = F(1e-36)
SLOPE_FACTOR, SHARE = F(-1.0 / math.sqrt(2.0 * math.pi)), F(1.0 / 8.0)
PIVOT = F(4.0)
# As ``vector.T0`` and on at 8 nodes: 1.4e-6.
S0, S1, S2, S3 = F(0.7552841134985342), F(-0.6078952805427094), F(0.38716995430728723), F(-0.18656562417457245)
S4, S5, S6, S7 = F(0.06023347738178146), F(-0.007315911653884332), F(-0.0032174083395578507), F(0.0012491457596596708)

# Rows of the single-precision buffer, which lies over the second one: a view of the same array, so that a compiler sees what overlaps.
(
    F_P, F_V0, F_V1, F_V2, F_V3, F_I0, F_I1, F_I2, F_I3, F_E0, F_E1, F_E2, F_E3, F_G0, F_G1, F_G2, F_X0, F_X1, F_X2, F_X3, F_X4, F_X5, F_R0,
    F_R1, F_R2, F_A, F_B0, F_B1, F_B2, F_B3, F_C0, F_C1, F_C2, F_C3, F_LOW, F_HIGH, F_TOP,
    F_FLOOR, F_D0, F_D1, F_D2, F_SUM, F_DRIFT, F_ROOT,
) = (2 * HALF + k * WIDTH for k in range(44))  # fmt: skip


@kernel
def _root(x):
    """1/sqrt(x), 1e-7."""
    y = np.int32(ROOT32 - np.int32(np.float32(x).view(np.int32) >> 1)).view(np.float32)
    e = ONE - x * y * y
    y += y * e * (HALF_ + C0375 * e)
    e = ONE - x * y * y
    return y + y * e * HALF_


@kernel
def _log(x):
    """ln x, 7e-7 absolute."""
    bits = np.float32(x).view(np.int32)
    n = np.int32(np.int32(bits - HALF_ROOT2_BITS32) >> 23)
    f = np.int32(bits - np.int32(n << 23)).view(np.float32) - ONE
    f2 = f * f
    return F(n) * LN2_32 + f * ((L0 + f * L1) + f2 * ((L2 + f * L3) + f2 * (L4 + f * (L5 + f * L6))))


@kernel
def _decay(x):
    """e^x for x <= 0, 1e-7; at least e^-80."""
    kept = max(x, LOWEST32)
    shifted = kept * LOG2_E32 + ROUND32
    n = shifted - ROUND32
    r = (kept - n * LN2_HIGH32) - n * LN2_LOW32
    power = np.int32(np.int32(np.float32(shifted).view(np.int32) - (ROUND32_BITS - 127)) << 23).view(np.float32)
    return (ONE + r * (ONE + r * (E2 + r * (E3 + r * (E4 + r * (E5 + r * E6)))))) * power


@kernel
def _tail(u, inverse):
    q = (u - PIVOT) * inverse
    z = q * q
    z2 = z * z
    even, odd = (S0 + z * S2) + z2 * (S4 + z * S6), (S1 + z * S3) + z2 * (S5 + z * S7)
    return (even + q * odd) * inverse


@kernel
def _noise(f, beta, gamma, variance, inverse, edge):
    for i in range(WIDTH):
        p = f[F_P + i]
        linear = f[beta + i] * p
        constant = f[F_A + i]
        v = constant + linear + f[gamma + i] * p * p
        inv = _root(v)
        f[variance + i] = v
        f[inverse + i] = inv
        f[edge + i] = (constant + HALF_ * linear) * inv * inv


@kernel
def _eye(f, gap, v_low, v_high, i_low, i_high, x_up, x_down, part):
    """As in ``pam4_alone``, in sigmas of the lower level: x_up = (g^2 + t^2 L)/(g + t D), t = s_high/s_low."""
    for i in range(WIDTH):
        v0, v1, i0, i1 = f[v_low + i], f[v_high + i], f[i_low + i], f[i_high + i]
        g = f[gap + i] * f[F_P + i] * i0
        t = v1 * i1 * i0
        u = t * t
        ln = _log(u)
        q = g * g
        r = q + (u - ONE) * ln
        above = (q + u * ln) / (g + t * (r * _root(r)))
        f[x_up + i] = above
        f[x_down + i] = (g - above) * (i1 * v0 * i0)
        f[part + i] = t


@kernel
def _pair(f, up, down, part, decay, edge_low, edge_high):
    for i in range(WIDTH):
        x0, x1, r, g = f[up + i], f[down + i], f[part + i], f[decay + i]
        s0, s1 = x0 + PIVOT, x1 + PIVOT
        both = ONE / (s0 * s1)
        f[F_SUM + i] += g * (_tail(x0, both * s1) + r * _tail(x1, both * s0))
        f[F_DRIFT + i] += g * (x0 * f[edge_low + i] + r * x1 * f[edge_high + i])


@kernel
def _newton(f, root_limit):
    """One step on sqrt(-ln BER) in P, with the curvature that the top eye has: q(P) = g P/(s2 + s3)."""
    _noise(f, F_B0, F_C0, F_V0, F_I0, F_E0)
    _noise(f, F_B1, F_C1, F_V1, F_I1, F_E1)
    _noise(f, F_B2, F_C2, F_V2, F_I2, F_E2)
    _noise(f, F_B3, F_C3, F_V3, F_I3, F_E3)
    _eye(f, F_G0, F_V0, F_V1, F_I0, F_I1, F_X0, F_X1, F_R0)
    _eye(f, F_G1, F_V1, F_V2, F_I1, F_I2, F_X2, F_X3, F_R1)
    _eye(f, F_G2, F_V2, F_V3, F_I2, F_I3, F_X4, F_X5, F_R2)
    for i in range(WIDTH):
        x0, x2, x4 = f[F_X0 + i], f[F_X2 + i], f[F_X4 + i]
        e0, e1, e2 = HALF_ * x0 * x0, HALF_ * x2 * x2, HALF_ * x4 * x4
        floor = min(min(e0, e1), e2)
        f[F_FLOOR + i] = floor
        f[F_D0 + i], f[F_D1 + i], f[F_D2 + i] = _decay(floor - e0), _decay(floor - e1), _decay(floor - e2)
        f[F_SUM + i], f[F_DRIFT + i] = ZERO, ZERO
    _pair(f, F_X0, F_X1, F_R0, F_D0, F_E0, F_E1)
    _pair(f, F_X2, F_X3, F_R1, F_D1, F_E1, F_E2)
    _pair(f, F_X4, F_X5, F_R2, F_D2, F_E2, F_E3)
    for i in range(WIDTH):
        root = max(f[F_FLOOR + i] - _log(f[F_SUM + i] * SHARE), TINY)
        f[F_ROOT + i] = root * _root(root)
    for i in range(WIDTH):
        root, p = f[F_ROOT + i], f[F_P + i]
        x = TWO * (root - root_limit) * root * f[F_SUM + i] / (SLOPE_FACTOR * f[F_DRIFT + i])
        x = min(max(x, CLIP_LOW), CLIP_HIGH)
        moved = p * (ONE + x + CURVE * x * x * (ONE - HALF_ * (f[F_E2 + i] + f[F_E3 + i])))
        moved = min(max(moved, f[F_LOW + i]), f[F_HIGH + i])
        f[F_P + i] = moved if moved == moved else p


@kernel
def near_root(b, start_q, log_limit, lowest_w, highest_w):
    """Row POWER: P near the limit, within the range of the search; its upper end where the top eye alone never has its Q."""
    f = b.view(np.float32)
    # One loop for all rows: a small one is unrolled to single numbers before it can become vectors.
    for i in range(WIDTH):
        f[F_A + i], f[F_TOP + i] = F(b[ALPHA + i]), F(b[COUPLING + i])
        f[F_B0 + i], f[F_B1 + i], f[F_B2 + i], f[F_B3 + i] = F(b[BETA0 + i]), F(b[BETA1 + i]), F(b[BETA2 + i]), F(b[BETA3 + i])
        f[F_C0 + i], f[F_C1 + i], f[F_C2 + i], f[F_C3 + i] = F(b[GAMMA0 + i]), F(b[GAMMA1 + i]), F(b[GAMMA2 + i]), F(b[GAMMA3 + i])
        f[F_G0 + i], f[F_G1 + i], f[F_G2 + i] = F(b[GAP0 + i]), F(b[GAP1 + i]), F(b[GAP2 + i])
    low, high, q_inverse, root_limit = F(lowest_w), F(highest_w), F(1.0 / start_q), F(math.sqrt(-log_limit))
    for i in range(WIDTH):
        coupling = f[F_TOP + i]
        f[F_LOW + i], f[F_HIGH + i] = low * coupling, high * coupling
    for i in range(WIDTH):
        # As ``sense_block._power_of``.
        b2, b3, c2, c3 = f[F_B2 + i], f[F_B3 + i], f[F_C2 + i], f[F_C3 + i]
        slope = f[F_G2 + i] * q_inverse
        inverse = ONE / slope
        a = HALF_ * (slope + (c3 - c2) * inverse)
        c = HALF_ * (b3 - b2) * inverse
        quadratic = a * a - c3
        linear = TWO * a * c - b3
        constant = c * c - f[F_A + i]
        root = max(linear * linear - (TWO + TWO) * quadratic * constant, TINY)
        p = (root * _root(root) - linear) / (TWO * quadratic)
        p = p if quadratic > ZERO else f[F_HIGH + i]
        f[F_P + i] = min(max(p, f[F_LOW + i]), f[F_HIGH + i])
    _newton(f, root_limit)
    _newton(f, root_limit)
    for i in range(WIDTH):
        # The bracket in double precision: an end of it must be tried as it is.
        low_w, high_w = lowest_w * b[COUPLING + i], highest_w * b[COUPLING + i]
        p = f[F_P + i]
        power = max(float(p), low_w)
        power = low_w if p <= f[F_LOW + i] else power
        power = high_w if p >= f[F_HIGH + i] else power
        b[POWER + i] = power if low_w == low_w else math.nan
