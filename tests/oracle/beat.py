"""Averages over the multipath beat x = sum a_p cos(phi_p), phases uniform and independent, the slow way.

    E[f(x)]      one integral over a half turn per pair; a long sum of pairs by the trapezoidal rule over whole turns
    E[exp(t x)]  prod_p I0(a_p t): the phases are independent, and (1/pi) int_0^pi exp(z cos u) du = I0(z)
    E[x^n]       binomial convolution of the moments of the single terms, E[cos^2k] = (2k - 1)!!/(2k)!!
Source: DLMF 10.32.1 (I0) and 4.26 (powers of the cosine).
"""

from tests.oracle import MP


def moments(amplitudes, highest):
    """E[x^n] for n = 0 .. highest."""
    evens = range(0, highest + 1, 2)
    of_cosine = {n: MP.fac2(n - 1) / MP.fac2(n) if n else MP.mpf(1) for n in evens}
    ways = {(n, k): MP.binomial(n, k) for n in evens for k in evens}
    found = {n: MP.mpf(n == 0) for n in evens}
    for a in amplitudes:
        own = {k: MP.mpf(a) ** k * of_cosine[k] for k in evens}
        found = {n: MP.fsum(ways[n, k] * own[k] * found[n - k] for k in evens if k <= n) for n in evens}
    return [found.get(n, MP.mpf(0)) for n in range(highest + 1)]


def exponential_mean(amplitudes, t):
    """E[exp(t x)]: each pair integrated over its phase."""
    product = MP.mpf(1)
    for a in amplitudes:
        product *= MP.quad(lambda u, amplitude=a: MP.exp(amplitude * t * MP.cos(u)), [0, MP.pi / 2, MP.pi]) / MP.pi
    return product


def mean(function, amplitudes, points=40):
    """E[f(x)] of a function smooth in x, by the trapezoidal rule over every phase (it converges faster than any power there).

    The last amplitude is the innermost sum.  ``points`` per half turn: 40 leave less than 1e-20 for exp(10 cos u).
    """
    cosines = [MP.cos(MP.pi * (2 * k + 1) / (2 * points)) for k in range(points)]

    def over(rest, x):
        if not rest:
            return function(x)
        return MP.fsum(over(rest[1:], x + rest[0] * c) for c in cosines) / points

    return over([MP.mpf(a) for a in amplitudes], MP.mpf(0))


def one_pair_rule(count):
    """Nodes of Gauss's rule for one pair of amplitude 1, whose density is 1/(pi sqrt(1 - x^2)): those of Chebyshev, all weights equal."""
    return sorted(MP.cos(MP.pi * (2 * k + 1) / (2 * count)) for k in range(count))
