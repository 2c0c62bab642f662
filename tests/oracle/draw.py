"""Axes and random draws, one number at a time, from their definitions in whole numbers and 40 digits.

    grid value   values[(sample // stride) mod n]
    hash         splitmix64's finaliser, twice, over the stream's and the sample's bits
    variate      (floor(h / 2^12) + 1/2) / 2^52
    permutation  numbers written as two digits of bases b, a; each round adds a hash of one digit to the other, modulo its base; a result
                 outside 0..N-1 goes round again
    Sobol        exclusive or of the generator's columns at the ones of the Gray code i xor floor(i/2)
    marginals    roots of the distribution functions, by solving F(x) = u
"""

from tests.oracle import MP

_BITS = 2**64
_GOLDEN = 0x9E3779B97F4A7C15
_A, _B, _C = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93
_JITTER = 0x6A09E667F3BCC909
_ROUNDS = 8


def mix(x):
    """Finaliser of splitmix64."""
    x = ((x ^ (x >> 30)) * _A) % _BITS
    x = ((x ^ (x >> 27)) * _B) % _BITS
    return x ^ (x >> 31)


def stream(seed, key):
    """A column's own 64 bits."""
    return mix(mix((seed + _GOLDEN) % _BITS) ^ key)


def hashed(own, index):
    """64 bits of a sample."""
    return mix(mix((own + index * _GOLDEN) % _BITS) ^ ((own * _C) % _BITS))


def unit(bits):
    """The variate of 64 bits, exactly."""
    return (MP.mpf(bits // 2**12) + MP.mpf(1) / 2) / 2**52


def permuted(index, samples, own):
    """Image of ``index`` under the stream's permutation of 0..samples-1."""
    a = 1
    while a * a < samples:
        a += 1
    b = -(-samples // a)
    keys, key = [], own
    for _ in range(_ROUNDS // 2):
        keys += [mix((key + _GOLDEN) % _BITS), mix((key + 2 * _GOLDEN) % _BITS)]
        key = keys[-1]
    while True:
        left, right = divmod(index, a)
        for at, key in enumerate(keys):
            source, side = (right, b) if at % 2 == 0 else (left, a)
            x = ((source + key) * _A) % _BITS
            x = ((x ^ (x >> 32)) * _B) % _BITS
            move = ((x >> 32) * side) >> 32
            if at % 2 == 0:
                left = (left + move) % b
            else:
                right = (right + move) % a
        index = left * a + right
        if index < samples:
            return index


def latin(index, samples, own):
    """Variate of a Latin hypercube: a place in the stratum, a millionth of it left out at either end."""
    edge = MP.mpf(2) ** -20
    place = edge + (1 - 2 * edge) * unit(hashed(own ^ _JITTER, index))
    return (permuted(index, samples, own) + place) / samples


def sobol_digits(index, columns, shift):
    """Digits of a Sobol coordinate as a whole number."""
    gray = index ^ (index // 2)
    for at, column in enumerate(columns):
        if (gray >> at) % 2:
            shift ^= column
    return shift


def table_value(values, stride, sample):
    """Value of a grid axis."""
    return values[(sample // stride) % len(values)]


def inverse_normal(u):
    """z with Phi(z) = u."""
    u = MP.mpf(u)
    return -MP.findroot(lambda z: MP.log(MP.erfc(z / MP.sqrt(2)) / 2) - MP.log(u), MP.sqrt(-2 * MP.log(u)) - MP.mpf(1) / 2) if (
        u < MP.mpf(1) / 2
    ) else (MP.mpf(0) if u == MP.mpf(1) / 2 else -inverse_normal(1 - u))


def normal(z):
    """Phi(z)."""
    return MP.erfc(-MP.mpf(z) / MP.sqrt(2)) / 2


def marginal(kind, parameters, u):
    """Value at the cumulative probability u: "uniform" low, high; "normal" mean, sigma; "triangular" low, mode, high; "lognormal" ln
    median, ln ratio."""
    p, u = [MP.mpf(x) for x in parameters], MP.mpf(u)
    if kind == "uniform":
        return p[0] + (p[1] - p[0]) * u
    if kind == "triangular":
        low, mode, high = p[:3]
        share = (mode - low) / (high - low)
        if u < share:
            return low + MP.sqrt(u * (high - low) * (mode - low))
        return high - MP.sqrt((1 - u) * (high - low) * (high - mode))
    z = inverse_normal(u)
    return p[0] + p[1] * z if kind == "normal" else MP.exp(p[0] + p[1] * z)
