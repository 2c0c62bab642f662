"""The time-domain link as one writes it with NumPy: whole records, one array operation a stage.  Imports nothing of ours.

Two sources of random numbers: ``counters``, the streams of ``photonics_kernels.random_block`` from their definition, so that error positions
can be compared symbol by symbol; and NumPy's own generator, which is faster, for timing.  A link is any object with the fields of
``photonics_kernels.wave.Wave``; everything is computed in the type of its arrays.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

CHUNK = 1 << 15  # symbols of a record: 2^14 to 2^16 are the fastest a symbol, on a second-level cache of 2 MiB
KEYS = {"symbols": 0x57A7E01, "driver": 0x57A7E02, "intensity": 0x57A7E03, "current": 0x57A7E04, "amplitude": 0x57A7E05, "converter": 0x57A7E06}
GOLDEN, MIX_A, MIX_B = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
GRAY = np.array([0, 1, 3, 2])
BIT_COUNT = np.array([0, 1, 1, 2])

Source = Callable[[str, int, int], Any]


def mix(x: Any) -> Any:
    """Finaliser of splitmix64."""
    x = (x ^ (x >> np.uint64(30))) * MIX_A
    x = (x ^ (x >> np.uint64(27))) * MIX_B
    return x ^ (x >> np.uint64(31))


def hashes(seed: int, key: int, index: Any) -> Any:
    """64 bits of each index (whole numbers, negative ones too) of a stream."""
    with np.errstate(over="ignore"):
        own = mix(mix(np.array([seed], np.uint64) + GOLDEN) ^ np.uint64(key))
        return mix(own + index.astype(np.uint64) * GOLDEN)


def counters(seed: int, dtype: Any = np.float64) -> Source:
    """Random numbers as functions of their index: symbols of a run, or the Gaussian variates of its samples (even first, two a hash)."""

    def draw(what: str, first: int, count: int) -> Any:
        if what == "symbols":
            n = np.arange(first, first + count)
            return (hashes(seed, KEYS[what], n // 32) >> (2 * (n % 32)).astype(np.uint64)) & np.uint64(3)
        single = what == "amplitude"  # one variate a hash: one a symbol
        bits = hashes(seed, KEYS[what], np.arange(first, first + count) if single else np.arange(first // 2, (first + count) // 2))
        k = np.float32((bits >> np.uint64(16)).astype(np.int64)) + np.float32(0.5)
        depth = np.maximum(-(np.log(k.astype(np.float64)) - 48.0 * np.log(2.0)), 0.0)
        low = (bits & np.uint64(0xFFFF)).astype(np.int64)
        angle = (low + 0.5) * (2.0 * np.pi / 65536.0) - np.pi
        size = np.sqrt(2.0 * depth)
        if single:
            return (size * np.cos(angle)).astype(dtype)
        out = np.empty(count)
        out[0::2] = size * np.cos(angle)
        out[1::2] = size * np.sin(angle)
        return out.astype(dtype)

    return draw


def generator(seed: int, dtype: Any) -> Source:
    """NumPy's own generator, of which the place in the record plays no part."""
    rng = np.random.Generator(np.random.SFC64(seed))

    def draw(what: str, first: int, count: int) -> Any:
        return rng.integers(0, 4, count, dtype=np.uint8) if what == "symbols" else rng.standard_normal(count, dtype=dtype)

    return draw


def reach(wave: Any) -> int:
    """Symbols that a decision depends on, at most."""
    samples = sum(a.size for a in (wave.transmit, wave.fibre_re, wave.fibre_re, wave.diode, wave.receive))
    return -(-(samples + wave.equaliser.size * wave.spacing) // wave.per_symbol) + 2 + wave.delay


def filtered(taps: Any, x: Any) -> Any:
    """Causal filter, of zeros before the record."""
    return np.convolve(x, taps)[: x.size]


def modulated(wave: Any, v: Any, field: bool) -> Any:
    """Field, or power alone where nothing disperses it, relative to the modulator's full power."""
    extinction, alpha = wave.numbers[0], wave.numbers[1]
    if wave.modulator == 0:
        power = np.maximum(v, 0)
    elif wave.modulator == 2:
        power = np.exp(-v)
    else:
        g = 2 * np.sqrt(extinction) / (1 + extinction)
        wide, slim = (np.sqrt(1 + g) + np.sqrt(1 - g)) / 2, (np.sqrt(1 + g) - np.sqrt(1 - g)) / 2
        if field:
            e = wide * np.cos(v) + 1j * slim * np.sin(v)
            return e * np.exp(0.5j * alpha * np.log(np.abs(e) ** 2)) if alpha else e
        return 0.5 + (wide * wide - slim * slim) / 2 * np.cos(2 * v)
    if not field:
        return power
    return np.sqrt(power) * np.exp(0.5j * alpha * np.log(np.maximum(power, v.dtype.type(1e-30)))) if alpha else np.sqrt(power) + 0j


def equalised(wave: Any, source: Source, first: int, count: int) -> tuple[Any, Any]:
    """Decision samples and symbols ``first`` .. ``first + count - 1``."""
    per, numbers, dtype = wave.per_symbol, wave.numbers, wave.levels.dtype
    begin = first - reach(wave)
    begin -= begin % 32
    symbols = first + count + wave.delay - begin  # of the record
    place, samples = begin * per, symbols * per
    if wave.pattern.size:
        sent = wave.pattern[np.arange(begin, begin + symbols) % wave.pattern.size]
    else:
        sent = source("symbols", begin, symbols)
    impulses = np.zeros(samples, dtype)
    impulses[::per] = wave.levels[sent.astype(np.intp)]
    if numbers[7]:
        impulses[::per] += numbers[7] * source("amplitude", begin, symbols)
    x = filtered(wave.transmit, impulses)
    if numbers[3]:
        x += numbers[3] * source("driver", place, samples)
    value = np.full_like(x, wave.curve[-1])
    for c in wave.curve[-2::-1]:
        value = value * x + c
    field = wave.fibre_re.size > 0
    light = modulated(wave, value, field)
    if numbers[4]:
        factor = np.maximum(1 + numbers[4] * source("intensity", place, samples), 0)
        light *= np.sqrt(factor) if field else factor
    if field:
        half = wave.fibre_re + 1j * wave.fibre_im
        light = filtered(np.concatenate([half[:0:-1], half]), light)
        light = light.real**2 + light.imag**2
    current = numbers[2] * filtered(wave.diode, light)
    if numbers[6]:
        current += np.sqrt(numbers[5] + numbers[6] * np.maximum(current, 0)) * source("current", place, samples)
    elif numbers[5]:
        current += np.sqrt(numbers[5]) * source("current", place, samples)
    seen = filtered(wave.receive, current)
    if numbers[8]:
        seen += numbers[8] * source("converter", place, samples)
    # Equaliser at the symbol rate only: one slice of the record for every tap.
    at = (np.arange(first, first + count) + wave.delay - begin) * per + wave.phase
    z = np.zeros(count, dtype)
    for k, tap in enumerate(wave.equaliser):
        z += tap * seen[at[0] - k * wave.spacing : at[-1] - k * wave.spacing + 1 : per]
    return z, sent[first - begin : first - begin + count]


def errors(wave: Any, source: Source, first: int, count: int) -> tuple[Any, int]:
    """(numbers of the wrong symbols, bit errors)."""
    z, sent = equalised(wave, source, first, count)
    decided = np.searchsorted(wave.thresholds, z)
    wrong = np.flatnonzero(decided != sent)
    return first + wrong, int(BIT_COUNT[GRAY[decided[wrong]] ^ GRAY[sent[wrong].astype(np.intp)]].sum())


def count_chunks(wave: Any, source: Source, count: int) -> tuple[int, int]:
    """(symbol errors, bit errors) of a long run, chunk by chunk."""
    symbols = bits = 0
    for first in range(0, count, CHUNK):
        wrong, more = errors(wave, source, first, min(CHUNK, count - first))
        symbols += wrong.size
        bits += more
    return symbols, bits
