"""The time-domain link, one symbol at a time and from the definitions: sums over taps of numbers that are functions of their index.

    hash          splitmix64's finaliser of (stream's bits + index * golden ratio)
    symbol n      two bits of hash n // 32, from the low end
    variates      u = float32(k + 1/2) 2^-48 of a hash's upper 48 bits, phi = 2 pi (a + 1/2)/2^16 - pi of the lower 16;
                  samples 2i, 2i + 1: sqrt(-2 ln u) (cos phi, sin phi) of hash i
    sample m      of a filter: sum_k h[k] x[m - k]

Python's own whole numbers and floats, no arrays; samples are remembered, nothing else is for speed.
"""

import math
from functools import lru_cache

import numpy as np

from tests.oracle.draw import mix, stream

_BITS, _GOLDEN = 2**64, 0x9E3779B97F4A7C15
KEYS = {"symbols": 0x57A7E01, "driver": 0x57A7E02, "intensity": 0x57A7E03, "current": 0x57A7E04, "amplitude": 0x57A7E05, "converter": 0x57A7E06}


def bits(own, index):
    """64 bits of a place."""
    return mix((own + index * _GOLDEN) % _BITS)


def symbol(own, n):
    """PAM4 symbol n of a stream."""
    return bits(own, n // 32) >> 2 * (n % 32) & 3


def pair(word):
    """Two Gaussian variates of 64 bits."""
    uniform = float(np.float32(word >> 16) + np.float32(0.5))
    angle = 2.0 * math.pi * ((word & 0xFFFF) + 0.5) / 65536.0 - math.pi
    radius = math.sqrt(max(-2.0 * (math.log(uniform) - 48.0 * math.log(2.0)), 0.0))
    return radius * math.cos(angle), radius * math.sin(angle)


def unmixed(word):
    """The number that the finaliser turns into ``word``: it is a bijection."""
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        x = word
        for _ in range(64 // shift):
            x = word ^ (x >> shift)
        word = x * pow(factor, -1, _BITS) % _BITS
    return word


class Link:
    """A link by the names of the kernel's fields, as plain lists and numbers; ``decision(n)`` is what symbol n is decided on."""

    def __init__(self, seed, **fields):
        self.__dict__.update(fields)
        self._own = {name: stream(seed, key) for name, key in KEYS.items()}
        self.light, self.current, self.seen = (lru_cache(None)(f) for f in (self._light, self._current, self._seen))
        self.field = lru_cache(None)(self._field)

    def sent(self, n):
        return self.pattern[n % len(self.pattern)] if self.pattern else symbol(self._own["symbols"], n)

    def amplitude(self, n):
        return self.levels[self.sent(n)] + self.numbers[7] * pair(bits(self._own["amplitude"], n))[0]

    def noise(self, name, m):
        return pair(bits(self._own[name], m // 2))[m % 2]

    def _field(self, m):
        v = 0.0
        for k, tap in enumerate(self.transmit):
            if (m - k) % self.per_symbol == 0:
                v += tap * self.amplitude((m - k) // self.per_symbol)
        v += self.numbers[3] * self.noise("driver", m)
        v = sum(c * v**k for k, c in enumerate(self.curve))
        if self.modulator == 1:
            d = self.numbers[0]  # from the two arms: unequal amplitudes 1 +- sqrt(d) over 2, phases +v and -v
            e = ((1.0 + math.sqrt(d)) * np.exp(1j * v) + (1.0 - math.sqrt(d)) * np.exp(-1j * v)) / 2.0 / math.sqrt(1.0 + d)
        else:
            e = complex(math.sqrt(max(v, 0.0)) if self.modulator == 0 else math.exp(-v / 2.0))
        power = abs(e) ** 2
        e *= np.exp(0.5j * self.numbers[1] * math.log(max(power, 1e-30)))
        return e * math.sqrt(max(1.0 + self.numbers[4] * self.noise("intensity", m), 0.0))

    def _light(self, m):
        if not self.fibre:
            return abs(self.field(m)) ** 2
        last = len(self.fibre) - 1
        return abs(sum(self.fibre[abs(k)] * self.field(m - last - k) for k in range(-last, last + 1))) ** 2

    def _current(self, m):
        i = self.numbers[2] * sum(tap * self.light(m - k) for k, tap in enumerate(self.diode))
        return i + math.sqrt(self.numbers[5] + self.numbers[6] * max(i, 0.0)) * self.noise("current", m)

    def _seen(self, m):
        return sum(tap * self.current(m - k) for k, tap in enumerate(self.receive)) + self.numbers[8] * self.noise("converter", m)

    def decision(self, n):
        m = self.per_symbol * (n + self.delay) + self.phase
        return sum(tap * self.seen(m - k * self.spacing) for k, tap in enumerate(self.equaliser))
