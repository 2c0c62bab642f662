"""Elementary functions without branches, so that a loop over a block of points becomes vector instructions.

The library's ``math.exp``, ``log`` and ``erfc`` are calls, one number at a time: a loop that holds one of them stays scalar.  These are
plain arithmetic and bit patterns; a compiler runs eight of them side by side.  Ranges are stated and not checked inside.
"""

import math

import numpy as np

from ._jit import kernel

LOG2_E = 1.0 / math.log(2.0)
# ln 2 in two parts: the first has 32 trailing zero bits, so that n times it is exact for every exponent n.
LN2_HIGH = 6.93147180369123816490e-01
LN2 = math.log(2.0)
LN2_LOW = 1.90821492927058770002e-10
ROUNDER = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to the nearest whole number, kept in the low bits
ROUNDER_BITS = 4843621399236968448  # that number's own bit pattern
EXP_LOWEST = -708.0  # below, exp would be subnormal: it is 0 here
EXP_HIGHEST = 709.0
ROOT_GUESS = 6910469410427058089  # 0x5fe6eb50c7b537a9: half the exponent, negated, and the best constant for the mantissa
HALF_ROOT2_BITS = 4604544271217802189  # of sqrt(1/2): mantissas are taken from there to sqrt 2

# Chebyshev interpolation at 16 nodes, in 40-digit arithmetic, of (u + 4) e^(u^2/2) Q(u) in q = (u - 4)/(u + 4): 3e-12 relative for all u >= 0.
T0, T1, T2, T3 = 0.7552851304135332, -0.6078966419689603, 0.38713740102709787, -0.18652185833536342
T4, T5, T6, T7 = 0.060396568808023667, -0.007540181030221511, -0.003479642112152336, 0.001630754237192824
T8, T9, T10, T11 = 0.00013313598734655257, -0.00023083781907626765, -1.4228641463510025e-06, 3.4579004646821355e-05
T12, T13, T14, T15 = 4.8952975768111106e-08, -5.215502183456761e-06, -8.001348046748187e-08, 5.416172117238435e-07
TAIL_PIVOT = 4.0




@kernel
def exp_v(x):
    """e^x, 4e-16 relative, for x up to 709; 0 below -708; NaN stays NaN.

    x = n ln 2 + r with |r| <= (ln 2)/2; e^r by its series to r^13/13!, 2^n through the exponent bits.
    """
    kept = min(max(x, EXP_LOWEST), EXP_HIGHEST)
    shifted = kept * LOG2_E + ROUNDER
    n = shifted - ROUNDER
    r = (kept - n * LN2_HIGH) - n * LN2_LOW
    r2 = r * r
    # Even and odd powers apart: two short chains of dependent steps in place of a long one.
    even = 1.0 + r2 * (1.0 / 2.0 + r2 * (1.0 / 24.0 + r2 * (1.0 / 720.0 + r2 * (1.0 / 40320.0 + r2 * (1.0 / 3628800.0 + r2 * (1.0 / 479001600.0))))))
    odd = 1.0 + r2 * (1.0 / 6.0 + r2 * (1.0 / 120.0 + r2 * (1.0 / 5040.0 + r2 * (1.0 / 362880.0 + r2 * (1.0 / 39916800.0 + r2 * (1.0 / 6227020800.0))))))
    power = np.int64((np.float64(shifted).view(np.int64) - ROUNDER_BITS + 1023) << 52).view(np.float64)
    value = (even + r * odd) * power
    value = 0.0 if x < EXP_LOWEST else value
    return x if x != x else value


@kernel
def log_v(x):
    """ln x, 4e-16 absolute near 1 and relative elsewhere, for normal positive x; garbage for anything else.

    x = 2^n m with m in [sqrt(1/2), sqrt 2); ln m = 2 artanh s, s = (m - 1)/(m + 1), by its series to s^21.
    """
    bits = np.float64(x).view(np.int64)
    n = (bits - HALF_ROOT2_BITS) >> 52
    m = np.int64(bits - (n << 52)).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    z2 = z * z
    low = 1.0 / 3.0 + z2 * (1.0 / 7.0 + z2 * (1.0 / 11.0 + z2 * (1.0 / 15.0 + z2 * (1.0 / 19.0))))
    high = 1.0 / 5.0 + z2 * (1.0 / 9.0 + z2 * (1.0 / 13.0 + z2 * (1.0 / 17.0 + z2 * (1.0 / 21.0))))
    scale = float(n)
    # m - 1 is exact; 2s loses a bit near 1, the correction form does not matter at 4e-16
    return scale * LN2_HIGH + (2.0 * s * (1.0 + z * low + z2 * high) + scale * LN2_LOW)


@kernel
def decay_v(x):
    """e^x for x <= 0, 7e-15 relative; 0 below -708.  The cheap form of ``exp_v`` for the weights of tails; NaN gives garbage."""
    kept = max(x, EXP_LOWEST)
    shifted = kept * LOG2_E + ROUNDER
    n = shifted - ROUNDER
    r = (kept - n * LN2_HIGH) - n * LN2_LOW
    r2 = r * r
    even = 1.0 + r2 * (1.0 / 2.0 + r2 * (1.0 / 24.0 + r2 * (1.0 / 720.0 + r2 * (1.0 / 40320.0 + r2 * (1.0 / 3628800.0)))))
    odd = 1.0 + r2 * (1.0 / 6.0 + r2 * (1.0 / 120.0 + r2 * (1.0 / 5040.0 + r2 * (1.0 / 362880.0 + r2 * (1.0 / 39916800.0)))))
    power = np.int64((np.float64(shifted).view(np.int64) - ROUNDER_BITS + 1023) << 52).view(np.float64)
    value = (even + r * odd) * power
    return 0.0 if x < EXP_LOWEST else value


@kernel
def tail_over(u, inverse):
    """Scaled Gaussian tail e^(u^2/2) Q(u) for u >= 0, 3e-12 relative, with ``inverse`` = 1/(u + TAIL_PIVOT).

    The reciprocal is the caller's: a division costs as much as ten products, and six of them can share one.
    """
    q = (u - TAIL_PIVOT) * inverse
    z = q * q
    z2 = z * z
    even = (T0 + z * T2) + z2 * ((T4 + z * T6) + z2 * ((T8 + z * T10) + z2 * (T12 + z * T14)))
    odd = (T1 + z * T3) + z2 * ((T5 + z * T7) + z2 * ((T9 + z * T11) + z2 * (T13 + z * T15)))
    return (even + q * odd) * inverse


@kernel
def tail_v(u):
    """Scaled Gaussian tail e^(u^2/2) Q(u) for u >= 0: Q itself underflows beyond 38, this never does."""
    return tail_over(u, 1.0 / (u + TAIL_PIVOT))


@kernel
def inverse_root_v(x):
    """1/sqrt(x) for normal positive x, 2e-16 relative: a guess from the bit pattern and three cubic steps, no division.

    y (1 + e/2 + 3 e^2/8) with e = 1 - x y^2 leaves 5 e^3/16: 0.07, 1e-4, 4e-13, rounding.
    """
    y = np.int64(ROOT_GUESS - (np.float64(x).view(np.int64) >> 1)).view(np.float64)
    e = 1.0 - x * y * y
    y += y * e * (0.5 + 0.375 * e)
    e = 1.0 - x * y * y
    y += y * e * (0.5 + 0.375 * e)
    e = 1.0 - x * y * y
    return y + y * e * (0.5 + 0.375 * e)


@kernel
def log_series(s):
    """2 artanh s = ln((1 + s)/(1 - s)) for |s| <= 0.1716, 2e-11 absolute."""
    z = s * s
    return s * (2.0 + z * (2.0 / 3.0 + z * (2.0 / 5.0 + z * (2.0 / 7.0 + z * (2.0 / 9.0 + z * (2.0 / 11.0))))))
