"""Elementary functions in the precision of their argument, without branches: loops over a block of samples become vector instructions.

``vector`` carries fifteen digits in double precision; a time-domain run of a billion symbols wants single precision and eight digits.
Each function takes ``t``, the type of the numbers (``row.dtype.type``): a bare constant would widen a float32 to a float64, at half the speed.
Polynomials: Chebyshev interpolation in 40 digits; the errors given are those of float64, float32 adds its own rounding (6e-8).
Valid ranges are stated and not checked inside.
"""

import math

import numpy as np

from ._jit import kernel

LN2 = math.log(2.0)
LOG2_E = 1.0 / LN2
ONE_TURN = 0.5 / math.pi
MIDDLE = 1.5  # of a mantissa
# ln(1.5 + x), |x| <= 1/2: 1e-9 absolute
L0, L1, L2, L3 = 0.4054651081081644, 0.6666666811000469, -0.22222223107338182, 0.0987642828917091
L4, L5, L6, L7 = -0.049382011347678785, 0.02636287822289694, -0.014647507184034838, 0.008134240264419536
L8, L9, L10 = -0.0047382592316698975, 0.0037503729369382944, -0.002260995300484353
# sin(x)/x and cos(x) in x^2, |x| <= pi/2: 4e-9 and 2e-10
T0, T1, T2, T3 = 0.999999995698809, -0.16666657947846011, 0.008333050170671773, -0.00019809017408678003
T4 = 2.605107635334788e-06
D0, D1, D2, D3 = 0.999999999779154, -0.4999999935543786, 0.04166663615972319, -0.0013888360284403018
D4, D5 = 2.4760109673159873e-05, -2.6050657493719744e-07
# e^x, |x| <= (ln 2)/2: 2e-9 relative
E0, E1, E2, E3 = 1.0, 1.000000037716214, 0.5000000047117757, 0.16666415514653277
E4, E5, E6 = 0.04166635289677516, 0.008375126398153335, 0.0013941108433972674
BIAS = 127  # of a float32's exponent
OFFSET = 512  # whole numbers are found by cutting off a positive number: this lifts a negative one


@kernel
def log_mantissa(m, t):
    """ln m of a mantissa 1 <= m < 2, 1e-9 absolute."""
    x = m - t(MIDDLE)
    x2 = x * x
    x4 = x2 * x2
    low = (t(L0) + t(L1) * x) + x2 * (t(L2) + t(L3) * x)
    high = (t(L4) + t(L5) * x) + x2 * (t(L6) + t(L7) * x)
    return low + x4 * (high + x4 * (t(L8) + x * (t(L9) + t(L10) * x)))


@kernel
def log_t(x, t):
    """ln x for x within float32's normal range (1.2e-38 to 3e38), 6e-8 absolute: the argument is rounded to float32 first."""
    bits = np.float32(x).view(np.int32)
    m = np.int32((bits & 0x7FFFFF) | 0x3F800000).view(np.float32)
    return t(np.int32((bits >> 23) - BIAS)) * t(LN2) + log_mantissa(t(m), t)


@kernel
def exp_t(x, t):
    """e^x for -87 <= x <= 88, 2e-9 relative; the end of that range beyond it."""
    kept = min(max(x, t(-87.0)), t(88.0))
    n = np.int32(np.int32(kept * t(LOG2_E) + t(OFFSET + 0.5)) - OFFSET)
    r = kept - t(n) * t(LN2)
    r2 = r * r
    value = (t(E0) + t(E1) * r) + r2 * ((t(E2) + t(E3) * r) + r2 * (t(E4) + r * (t(E5) + t(E6) * r)))
    return value * t(np.int32((n + BIAS) << 23).view(np.float32))


@kernel
def half_turn(x, t):
    """(cos 2x, sin 2x) for |x| <= pi/2, 1e-8: without a choice of quadrant, by one doubling of the angle."""
    z = x * x
    z2 = z * z
    cosine = (t(D0) + t(D1) * z) + z2 * ((t(D2) + t(D3) * z) + z2 * (t(D4) + t(D5) * z))
    sine = x * ((t(T0) + t(T1) * z) + z2 * ((t(T2) + t(T3) * z) + z2 * t(T4)))
    twice = sine + sine
    return t(1.0) - twice * sine, twice * cosine


@kernel
def turn_t(x, t):
    """(cos x, sin x), 3e-8; in float32 the argument's own rounding, 6e-8 |x|, comes on top."""
    turns = np.floor(x * t(ONE_TURN) + t(0.5))
    return half_turn(x * t(0.5) - turns * t(math.pi), t)
