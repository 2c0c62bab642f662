"""Symbols and Gaussian variates from counters: their definition, and the laws they must follow; every case has its seed and its size."""

import math

import numpy as np
import pytest
from photonics_kernels import random_block
from photonics_kernels.draw import stream

from tests.oracle import wave as twin

U64 = np.uint64


def own(seed, key=1):
    return U64(stream(U64(seed), U64(key)))


def normals(count, seed, key=1, first=0, step=1, dtype=np.float64):
    row = np.empty(2 * count, dtype)
    random_block.fill_normals(row, own(seed, key), first, step, count)
    return row[:count], row[count:]


def test_symbols_and_variates_are_their_definitions():
    for first in (0, 64, -96, 2**40):
        row = np.zeros(96 + 5, np.int32)
        random_block.fill_symbols(row, U64(5), own(3), first, 96)
        assert row[5:].tolist() == [twin.symbol(int(own(3)), first + n) for n in range(96)]
        assert not row[:5].any()
    for first, step in ((0, 1), (-7, 1), (10**12, 4)):
        exact = np.array([twin.pair(twin.bits(int(own(4)), first + i * step)) for i in range(2000)])
        for dtype, error in ((np.float64, 4e-8), (np.float32, 5e-6)):
            one, other = normals(2000, 4, first=first, step=step, dtype=dtype)
            # the logarithm's absolute error counts where -ln u is small: compare squares too
            assert np.abs(one - exact[:, 0]).max() < 100 * error and np.median(np.abs(one - exact[:, 0])) < error
            square = (exact**2).sum(1)
            assert (np.abs(one.astype(float) ** 2 + other.astype(float) ** 2 - square) / (1.0 + square)).max() < 2 * error


def test_variates_do_not_depend_on_the_cut():
    whole = normals(1000, 5)
    first, second = normals(333, 5), normals(667, 5, first=333)
    for k in range(2):
        assert np.array_equal(whole[k], np.concatenate([first[k], second[k]]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tails_reach_beyond_eight_deviations(dtype):
    """Hashes that hold the least uniform variate, found by undoing the hash: the furthest value there is, on each side of both variates."""
    for angle, at, sign in ((32768, 0, 1.0), (0, 0, -1.0), (49152, 1, 1.0), (16384, 1, -1.0)):
        row = np.empty(2, dtype)
        random_block.fill_normals(row, U64(twin.unmixed(angle)), 0, 1, 1)
        assert row[at] * sign == pytest.approx(math.sqrt(98.0 * math.log(2.0)), rel=1e-5)
        assert row[at] * sign > 8.2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_moments_and_tails(dtype):
    """2^23 variates, seed 6: moments within 5 standard errors, counts beyond 1 to 5 deviations within 5 roots of their mean."""
    z = np.concatenate(normals(2**22, 6, dtype=dtype)).astype(np.float64)
    n = z.size
    square = z * z
    assert abs(z.mean()) < 5.0 / math.sqrt(n)
    assert abs(square.mean() - 1.0) < 5.0 * math.sqrt(2.0 / n)
    assert abs((square * z).mean()) < 5.0 * math.sqrt(15.0 / n)
    assert abs((square * square).mean() - 3.0) < 5.0 * math.sqrt(96.0 / n)
    for limit in (1.0, 2.0, 3.0, 4.0, 5.0):
        mean = n * math.erfc(limit / math.sqrt(2.0)) / 2.0
        for count in (np.count_nonzero(z > limit), np.count_nonzero(z < -limit)):
            assert abs(count - mean) < 5.0 * math.sqrt(mean) + 1.0


def test_streams_and_neighbours_are_uncorrelated():
    """2^20 variates a stream: two seeds side by side, two streams of a seed, the two of a hash, neighbours; values and squares within 5 standard errors."""
    n = 2**20
    one, other = normals(n, 7)
    rows = [one, other, normals(n, 8)[0], normals(n, 7, key=2)[0], normals(n, 7, first=1)[0], normals(n, 7, first=512)[1]]
    for i, a in enumerate(rows):
        for b in rows[:i]:
            assert abs(np.dot(a, b)) / n < 5.0 / math.sqrt(n)
            assert abs(np.dot(a * a - 1.0, b * b - 1.0)) / n < 10.0 / math.sqrt(n)


def test_symbols_are_equally_likely_and_independent():
    """2^22 symbols, seed 9: singles, pairs and triples of neighbours, by chi square at about 5 deviations."""
    row = np.zeros(2**22, np.int32)
    random_block.fill_symbols(row, U64(0), own(9), 0, row.size)
    for length in (1, 2, 3):
        code = sum(row[k : row.size - length + 1 + k].astype(np.int64) * 4**k for k in range(length))
        seen = np.bincount(code, minlength=4**length)
        mean = code.size / 4**length
        chi = float(((seen - mean) ** 2 / mean).sum())
        freedom = 4**length - 1
        assert abs(chi - freedom) < 6.0 * math.sqrt(2.0 * freedom) * length
