"""Gaussian tails that neither underflow nor cancel, and logarithms of sums.

``1 - erf`` loses everything beyond 6 sigma and ``erfc`` itself ends at 27, so tails are carried as ``exp(-x^2)`` times a
scaled function, and very small probabilities as natural logarithms.
"""

import math

from ._jit import kernel

SQRT2 = math.sqrt(2.0)
SQRT_PI = math.sqrt(math.pi)
LN2 = math.log(2.0)
LIMIT_CONTINUED_FRACTION = 4.0  # above, the fraction below is exact to rounding; below, erfc itself is
MAX_FRACTION_TERMS = 60


@kernel
def erfcx(x):
    """Scaled complementary error function exp(x^2) erfc(x), for x >= -5.

    Below 4 the product is taken as written (relative error about x^2 machine epsilons); above, the continued fraction of
    Laplace, erfcx(x) = (1/sqrt pi) / (x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), evaluated from its 60th term backwards.
    Source: NIST DLMF 7.9.1.
    """
    if x < LIMIT_CONTINUED_FRACTION:
        return math.exp(x * x) * math.erfc(x)
    tail = x
    for term in range(MAX_FRACTION_TERMS, 0, -1):
        tail = x + term / (2.0 * tail)
    return 1.0 / (SQRT_PI * tail)


@kernel
def q_tail(x):
    """Upper tail of the unit Gaussian, Q(x) = erfc(x / sqrt 2) / 2; zero beyond about 38."""
    return math.erfc(x / SQRT2) / 2.0


@kernel
def log_q_tail(x):
    """Natural logarithm of Q(x), finite for every finite x (Q(1e8) has the logarithm -5e15)."""
    if x < 0.0:
        return math.log1p(-q_tail(-x))
    return -x * x / 2.0 + math.log(erfcx(x / SQRT2)) - LN2


@kernel
def inverse_q_tail(probability):
    """The x with Q(x) = probability, 0 < probability < 1; NaN outside.

    Newton's method on ln Q, whose slope is -phi(x)/Q(x): ln Q is concave, so from a start on the far side of the root every
    step stays there and convergence is quadratic.  Works for any double, down to the subnormals.
    """
    if not 0.0 < probability < 1.0:
        return math.nan
    if probability > 0.5:
        return -_inverse_upper(1.0 - probability)
    return _inverse_upper(probability)


@kernel
def _inverse_upper(probability):
    goal = math.log(probability)
    x = math.sqrt(-2.0 * goal)  # exempt: where Newton starts; beyond the root, as Q(x) < exp(-x^2/2)
    for _ in range(60):
        hazard = math.sqrt(2.0 / math.pi) / erfcx(x / SQRT2)  # exempt: phi(x)/Q(x), which sets the length of a step and not the root
        step = (log_q_tail(x) - goal) / hazard
        x += step
        if abs(step) < 1e-15 * (1.0 + abs(x)):
            break
    return x


@kernel
def log_add(a, b):
    """ln(e^a + e^b) without overflow; either may be -inf."""
    if a < b:
        a, b = b, a
    if b == -math.inf:
        return a
    return a + math.log1p(math.exp(b - a))


@kernel
def log_binomial(n, k):
    """ln of the binomial coefficient n over k, through ln Gamma (absolute error about 1e-12 at n = 544)."""
    return math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
