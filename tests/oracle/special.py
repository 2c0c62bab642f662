"""Gaussian tails and friends from their integrals.

    Q(x)        = (2 pi)^-1/2 int_x^inf exp(-t^2 / 2) dt
    erfcx(x)    = exp(x^2) erfc(x) = (2 / sqrt(pi)) int_0^inf exp(-t^2 - 2 x t) dt        (x >= 0)
    ln C(n, k)  from exact integers
Source: NIST DLMF 7.2, 7.7.1 and 26.3.1. Nothing here calls an error function.
"""

import math

from tests.oracle import MP


def _decaying_integral(a, b):
    """int_0^inf exp(-a t - b t^2) dt for a >= 0, b > 0, in pieces over which the exponent falls by about
    8."""
    total = errors = t = MP.mpf(0)
    while a * t + b * t * t < 110:  # what is left is below exp(-110) = 1e-48 of the integral's scale
        # The step at whose end the exponent has grown by 8: the positive root of b h^2 + (a + 2 b t) h = 8.
        slope = a + 2 * b * t
        step = 16 / (slope + MP.sqrt(slope * slope + 32 * b))
        piece, error = MP.quad(lambda u: MP.exp(-a * u - b * u * u), [t, t + step], error=True)
        total += piece
        errors += error
        t += step
    assert errors < MP.mpf("1e-22") * total
    return total


def erfcx(x):
    """Scaled complementary error function for x >= 0."""
    return 2 / MP.sqrt(MP.pi) * _decaying_integral(2 * MP.mpf(x), MP.mpf(1))


def q_tail(x):
    """P(standard normal > x), any sign of x."""
    x = MP.mpf(x)
    if x < 0:
        return 1 - q_tail(-x)
    return MP.exp(-x * x / 2) / MP.sqrt(2 * MP.pi) * _decaying_integral(x, MP.mpf(1) / 2)


def log_q_tail(x):
    """ln Q(x): mpmath's exponents do not underflow, so this is the logarithm of the integral."""
    return MP.log(q_tail(x))


def inverse_q_tail(p):
    """x with Q(x) = p, 0 < p < 1, by bisection on the integral."""
    p = MP.mpf(p)
    if p > MP.mpf(1) / 2:
        return -inverse_q_tail(1 - p)
    low, high = MP.mpf(0), MP.mpf(1)
    while q_tail(high) > p:
        low, high = high, 2 * high
    # 20 halvings bring the interval below 1e-4; Newton steps on ln Q (derivative -phi/Q) finish the digits.
    for _ in range(20):
        middle = (low + high) / 2
        if q_tail(middle) > p:
            low = middle
        else:
            high = middle
    x = (low + high) / 2
    for _ in range(4):
        tail = q_tail(x)
        x += MP.log(tail / p) * tail / (MP.exp(-x * x / 2) / MP.sqrt(2 * MP.pi))
    return x


def log_add(a, b):
    """ln(exp(a) + exp(b)), either may be minus infinity."""
    return MP.log(MP.exp(MP.mpf(a)) + MP.exp(MP.mpf(b)))


def log_binomial(n, k):
    """ln C(n, k) of whole numbers 0 <= k <= n, from the exact integer."""
    return MP.log(MP.mpf(math.comb(int(n), int(k))))
