"""Random symbols and Gaussian variates by the block, from counters: index in, value out, nothing remembered in between.

    64 bits        <-  splitmix64's finaliser of own + index * golden ratio, `own` being a stream's 64 bits of (seed, key)
    PAM4 symbols   <-  2 bits each, 32 of one hash
    Gaussian pair  <-  one hash: u = (k + 1/2) 2^-48, k the upper 48 bits, to float32's 24 digits; phi = 2 pi (a + 1/2) 2^-16 - pi, a the lower
                       16 bits:  (r cos phi, r sin phi), r = sqrt(-2 ln u)

A float32 of 48 bits keeps its relative precision down to 2^-49, so tails end at sqrt(98 ln 2) = 8.24 standard deviations in float32 as in
float64, and the two precisions draw the same numbers.  65536 equidistant angles leave no trace: the mean of a
characteristic function over n equidistant angles is exact up to Bessel functions of order n.
Two streams are two places on one cycle of 2^64: runs of n numbers overlap with a probability of 2n/2^64.

Sources: S. Vigna, splitmix64 (constants of D. Stafford's variant 13); G. Box and M. Muller (1958).
"""

import math

import numpy as np

from ._jit import kernel
from .draw import GOLDEN, LOW_HALF, U32, mix
from .wave_math import BIAS, LN2, half_turn, log_mantissa

PER_HASH = 32  # symbols of two bits in 64
DEPTH = 48  # bits of the uniform variate
ANGLE_STEP = math.pi / 65536.0  # of half the angle: 65536 directions, at the middles of as many parts of a turn
FIRST_ANGLE = ANGLE_STEP / 2.0 - math.pi / 2.0
U16, LOW_16 = np.uint64(16), np.uint64(0xFFFF)


@kernel
def bits_at(own, index):
    """64 random bits of place ``index`` of a stream."""
    return mix(own + index * GOLDEN)


@kernel
def fill_symbols(row, at, own, first, n):
    """Equiprobable PAM4 symbols 0..3 of places ``first`` .. ``first + n - 1`` from ``row[at]`` (int32) on; ``first`` and ``n`` multiples of 32."""
    for group in range(n // PER_HASH):
        bits = bits_at(own, np.uint64(np.int64(first // PER_HASH + group)))
        place = at + np.uint64(group * PER_HASH)
        # Halves apart: numbers of 32 bits, twice as many side by side.
        low, high = np.uint32(bits & LOW_HALF), np.uint32(bits >> U32)
        for k in range(PER_HASH // 2):
            row[place + np.uint64(k)] = np.int32((low >> np.uint32(2 * k)) & np.uint32(3))
        place += np.uint64(PER_HASH // 2)
        for k in range(PER_HASH // 2):
            row[place + np.uint64(k)] = np.int32((high >> np.uint32(2 * k)) & np.uint32(3))


@kernel
def fill_normals(row, own, first, step, n):
    """Independent standard Gaussian variates: ``row[i]``, ``row[n + i]``, i < n, are the pair of place ``first + i * step``.

    float32 or float64 by the row.  8.24 standard deviations at most, by construction.
    """
    t = row.dtype.type
    second = np.uint64(n)
    place, move = own + np.uint64(np.int64(first)) * GOLDEN, np.uint64(step) * GOLDEN
    # Two passes: numbers of 64 bits take the widest registers, and next to them a core leaves half of its arithmetic units idle.
    for i in range(n):
        j = np.uint64(i)
        bits = mix(place)
        place += move  # adding up: a product of 64 bits costs as much as a third of the hash
        row[j] = t(np.float32(np.int64(bits >> U16)))
        row[second + j] = t(np.int32(bits & LOW_16))
    for i in range(n):
        j = np.uint64(i)
        word = np.float32(np.float32(row[j]) + np.float32(0.5)).view(np.int32)
        mantissa = np.int32((word & 0x7FFFFF) | 0x3F800000).view(np.float32)
        # -ln u; near u = 1 the polynomial's own error may leave it below zero
        depth = t(np.int32(DEPTH + BIAS - (word >> 23))) * t(LN2) - log_mantissa(t(mantissa), t)
        cosine, sine = half_turn(row[second + j] * t(ANGLE_STEP) + t(FIRST_ANGLE), t)
        radius = np.sqrt(max(depth + depth, t(0.0)))
        row[j] = radius * cosine
        row[second + j] = radius * sine
