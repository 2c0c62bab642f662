"""Axes and random draws of a sweep: sample index in, values out, nothing remembered in between.

A sweep keeps its axes, not its points.  ``expand_block`` gives the values of any run of samples from the ``Expansion``, and each value
depends on the seed, the column's key and the sample's index alone, so that no result depends on how the samples are cut into blocks.

    uniform variate u in (0, 1)  <-  hash of (seed, key, index); or a Latin hypercube's stratum; or a Sobol sequence's digits
    correlated columns           <-  z = L Phi^-1(u), u = Phi(z)   (Gaussian copula, L lower triangular)
    truncation                   <-  u' = u_low + (u_high - u_low) u
    value                        <-  inverse distribution at u'

Sources: S. Vigna, splitmix64 (constants of D. Stafford's variant 13); J. Black and P. Rogaway, "Ciphers with arbitrary finite domains"
(2002), for the permutation; I. Antonov and V. Saleev (1979) for Sobol sequences in Gray-code order.
"""

import math
from typing import NamedTuple

import numpy as np

from ._jit import kernel
from .normal import inverse_normal_row, normal_row
from .vector import exp_v

TABLE, RANDOM, LATIN, SOBOL = 0, 1, 2, 3  # sources
UNIFORM, NORMAL, TRIANGULAR, LOGNORMAL, PICK, WHOLE = 0, 1, 2, 3, 4, 5  # marginals
SOBOL_BITS = 52  # digits of a Sobol coordinate: all that fit beside the half step in a double
ROUNDS = 8  # of the permutation
PIECE = 1024  # samples worked on at a time: a row of 8 KiB stays in the first-level cache

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_A, MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
MIX_C = np.uint64(0xD6E8FEB86659FD93)
U0, U1, U12, U27, U30, U31, U32 = (np.uint64(n) for n in (0, 1, 12, 27, 30, 31, 32))
LOW_HALF = np.uint64(0xFFFFFFFF)
ONE_BITS = np.uint64(0x3FF0000000000000)
BELOW_ONE = 1.0 - 2.0**-53  # 1 in the unit of the variates' grid: (1 + k 2^-52) - BELOW_ONE = (k + 1/2) 2^-52, exactly
LEAST = 2.0**-53
STRATUM_EDGE = 2.0**-20  # of a stratum, left out at both ends: no rounding carries a draw into the next one
JITTER = np.uint64(0x6A09E667F3BCC909)  # parts a column's jitter within its stratum from its permutation


class Expansion(NamedTuple):
    """The columns of a sweep.  c columns; values in the canonical unit of each column's path.

    source          c   TABLE, RANDOM, LATIN, SOBOL: where the column's index or uniform variate comes from
    stride, length, offset  c   TABLE: ``table[offset + (sample // stride) % length]``; PICK draws from the same slice
    table               all axis values, one after the other
    key             c   uint64, names the column's random stream
    marginal        c   UNIFORM, NORMAL, TRIANGULAR, LOGNORMAL, PICK (of the table, equally likely), WHOLE (whole numbers)
    parameters      c,4 UNIFORM, WHOLE: low, high; NORMAL: mean, sigma; TRIANGULAR: low, mode, high; LOGNORMAL: ln median, ln ratio
    u_low, u_high   c   the part of the distribution that is kept
    lowest, highest c   the same bounds as values: rounding must not carry a draw across them
    factor_start    c+1 loadings of the copula, row by row; a row of none takes the column's own variate
    factor_id           column whose variate is loaded, never above the row's own
    factor_weight       its weight; the squares of a row add up to 1
    generator       c,52  SOBOL: generator matrix, column by column, as whole numbers of 52 bits
    shift           c   SOBOL: digital shift
    seed                uint64
    samples             N, the number of samples: LATIN has N strata
    """

    source: np.ndarray
    stride: np.ndarray
    length: np.ndarray
    offset: np.ndarray
    table: np.ndarray
    key: np.ndarray
    marginal: np.ndarray
    parameters: np.ndarray
    u_low: np.ndarray
    u_high: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    factor_start: np.ndarray
    factor_id: np.ndarray
    factor_weight: np.ndarray
    generator: np.ndarray
    shift: np.ndarray
    seed: np.uint64
    samples: int


# ---------------------------------------------------------------- hash


@kernel
def mix(x):
    """A whole number of 64 bits well stirred: splitmix64's finaliser, a bijection."""
    x = (x ^ (x >> U30)) * MIX_A
    x = (x ^ (x >> U27)) * MIX_B
    return x ^ (x >> U31)


@kernel
def stream(seed, key):
    """The stream's own 64 bits, of a seed and the column's key."""
    return mix(mix(seed + GOLDEN) ^ key)


@kernel
def hashed(own, index):
    """64 random bits of a sample: two rounds of mixing over the index, the stream's bits stirred in before each."""
    return mix(mix(own + index * GOLDEN) ^ (own * MIX_C))


@kernel
def unit(bits):
    """Uniform variate of 64 random bits: (k + 1/2) 2^-52 of the upper 52, strictly inside 0..1, exactly."""
    return np.uint64((bits >> U12) | ONE_BITS).view(np.float64) - BELOW_ONE


@kernel
def fill_random(row, own, first):
    """Independent uniform variates of samples ``first``, ``first`` + 1, ..."""
    start = np.uint64(first)
    for i in range(row.size):
        row[i] = unit(hashed(own, start + np.uint64(i)))


# ---------------------------------------------------------------- Latin hypercube


@kernel
def sides(samples):
    """Sides a, b of the smallest near-square that holds ``samples`` numbers: a b >= N, a b < N + a."""
    a = np.int64(math.sqrt(float(samples)))
    while a * a < samples:
        a += 1
    while a > 1 and (a - 1) * (a - 1) >= samples:
        a -= 1
    return a, (samples + a - 1) // a


@kernel
def _turn(left, right, side, own):
    """One round: left + F(right) modulo its side, F being a hash spread over 0..side-1."""
    x = (right + own) * MIX_A
    x = (x ^ (x >> U32)) * MIX_B
    moved = left + (((x >> U32) * side) >> U32)
    return moved - side if moved >= side else moved


@kernel
def permute_digits(digits, a, b, own):
    """All rounds over numbers left * a + right, held as left * 2^32 + right: a permutation of 0..ab-1."""
    side_a, side_b, key = np.uint64(a), np.uint64(b), own
    for _ in range(ROUNDS // 2):
        first, second = mix(key + GOLDEN), mix(key + GOLDEN + GOLDEN)
        key = second
        for i in range(digits.size):
            left, right = digits[i] >> U32, digits[i] & LOW_HALF
            left = _turn(left, right, side_b, first)
            digits[i] = (left << U32) | _turn(right, left, side_a, second)


@kernel
def _within(jitter):
    return STRATUM_EDGE + (1.0 - 2.0 * STRATUM_EDGE) * jitter


@kernel
def permute_row(row, own, first, samples):
    """Where numbers ``first``, ``first`` + 1, ... of 0..N-1 go under the stream's permutation of 0..N-1, N up to 2^62, as whole floats.

    A Feistel network over the two digits of a number in a near-square a x b; a result of N or more is sent round again, which happens
    once in about sqrt N numbers.
    """
    a, b = sides(samples)
    digits = row.view(np.uint64)
    at = 0
    while at < row.size:
        # Runs of one left digit: no division in the loop over samples.
        left, right = (first + at) // a, (first + at) % a
        run = min(row.size - at, a - right)
        packed = (np.uint64(left) << U32) | np.uint64(right)
        for k in range(run):
            digits[at + k] = packed + np.uint64(k)
        at += run
    permute_digits(digits, a, b, own)
    side, limit = np.uint64(a), np.uint64(samples)
    for i in range(row.size):
        while (digits[i] >> U32) * side + (digits[i] & LOW_HALF) >= limit:
            permute_digits(digits[i : i + 1], a, b, own)
    for i in range(row.size):
        row[i] = float((digits[i] >> U32) * side + (digits[i] & LOW_HALF))


@kernel
def fill_latin(row, own, first, samples):
    """Uniform variates of a Latin hypercube: sample i in stratum p(i) of N, at a random place within it."""
    permute_row(row, own, first, samples)
    start, jitter, width = np.uint64(first), own ^ JITTER, float(samples)
    for i in range(row.size):
        # Beyond 2^33 samples a place at the end of the last stratum rounds to 1.
        row[i] = min((row[i] + _within(unit(hashed(jitter, start + np.uint64(i))))) / width, BELOW_ONE)


# ---------------------------------------------------------------- Sobol


@kernel
def sobol_digits(index, generator, shift):
    """Digits of one coordinate of Sobol point ``index``: the columns of the matrix that its Gray code names, over the shift."""
    gray = np.uint64(index) ^ (np.uint64(index) >> U1)
    digits = shift
    at = 0
    while gray != U0:
        if gray & U1 != U0:
            digits ^= generator[at]
        gray >>= U1
        at += 1
    return digits


@kernel
def fill_sobol(row, generator, shift, first):
    """Uniform variates (digits + 1/2) 2^-52 of consecutive Sobol points.

    From a start that is a multiple of 2^m, the next 2^m points are the first 2^m of the sequence moved by one constant; and of these
    the second half is the first half moved, and so on down: one exclusive or per point.
    """
    digits = row.view(np.uint64)
    at = 0
    while at < row.size:
        index = first + at
        digits[at] = sobol_digits(index, generator, shift)
        have, bit = 1, 0
        while (index >> bit) & 1 == 0 and have < row.size - at:
            move = generator[bit] ^ generator[bit - 1] if bit > 0 else generator[0]
            more = min(have, row.size - at - have)
            for k in range(more):
                digits[at + have + k] = digits[at + k] ^ move
            have += more
            bit += 1
        at += have
    for i in range(row.size):
        row[i] = np.uint64(digits[i] | ONE_BITS).view(np.float64) - BELOW_ONE


# ---------------------------------------------------------------- tables


@kernel
def fill_table(row, values, stride, first):
    """Values of a grid axis: ``values[(sample // stride) % n]`` run by run."""
    n = values.size
    at, index, left = 0, (first // stride) % n, stride - first % stride
    while at < row.size:
        if stride == 1:
            run = min(row.size - at, n - index)
            for k in range(run):
                row[at + k] = values[index + k]
            index = 0
        else:
            run = min(row.size - at, left)
            value = values[index]
            for k in range(run):
                row[at + k] = value
            index = index + 1 if index + 1 < n else 0
            left = stride
        at += run


# ---------------------------------------------------------------- marginals


@kernel
def fill_marginal(row, marginal, p0, p1, p2, u_low, u_high, lowest, highest):
    """Variates in ``row`` turned into values of the distribution, cut to the part u_low..u_high of it, which lies in lowest..highest."""
    n = row.size
    if marginal == UNIFORM:
        low, width = p0, p1 - p0
        for i in range(n):
            row[i] = min(max(low + width * row[i], lowest), highest)
        return
    if marginal == WHOLE:
        low, number = p0, p1 - p0 + 1.0  # exempt: whole numbers from low to high, both counted
        for i in range(n):
            row[i] = min(low + math.floor(number * row[i]), highest)
        return
    if u_low > 0.0 or u_high < 1.0:
        width = u_high - u_low
        for i in range(n):
            row[i] = min(max(u_low + width * row[i], LEAST), BELOW_ONE)
    if marginal == TRIANGULAR:
        low, mode, high = p0, p1, p2
        span = high - low
        share = (mode - low) / span if span > 0.0 else 0.0
        rise, fall = span * (mode - low), span * (high - mode)
        for i in range(n):
            u = row[i]
            # One root for both sides: a blend, as a compiler would make two roots of a choice.
            left = 1.0 if u < share else 0.0
            right = 1.0 - left
            root = math.sqrt(left * (rise * u) + right * (fall * (1.0 - u)))
            row[i] = min(max(left * (low + root) + right * (high - root), lowest), highest)
        return
    centre, spread = p0, p1
    inverse_normal_row(row)
    if marginal == LOGNORMAL:
        for i in range(n):
            row[i] = min(max(exp_v(centre + spread * row[i]), lowest), highest)
    else:
        for i in range(n):
            row[i] = min(max(centre + spread * row[i], lowest), highest)


@kernel
def fill_pick(row, values):
    """Variates in ``row`` turned into values of a list, each equally likely."""
    for i in range(row.size):
        row[i] = values[min(int(row[i] * values.size), values.size - 1)]


@kernel
def _expand_piece(e, first, count, at, out):
    """Columns of ``count`` samples from ``first`` on, written from ``out[:, at]``."""
    columns = e.source.size
    # Plain names: handing the whole tuple to a function costs as much as a hundred draws.
    marginal, p = e.marginal, e.parameters
    u_low, u_high, lowest, highest = e.u_low, e.u_high, e.lowest, e.highest
    for c in range(columns):
        row = out[c, at : at + count]
        source = e.source[c]
        if source == TABLE:
            fill_table(row, e.table[e.offset[c] : e.offset[c] + e.length[c]], e.stride[c], first)
            continue
        own = stream(e.seed, e.key[c])
        if source == RANDOM:
            fill_random(row, own, first)
        elif source == LATIN:
            fill_latin(row, own, first, e.samples)
        else:
            fill_sobol(row, e.generator[c], e.shift[c], first)
        if e.factor_start[c + 1] > e.factor_start[c]:
            inverse_normal_row(row)
        elif marginal[c] == PICK:
            fill_pick(row, e.table[e.offset[c] : e.offset[c] + e.length[c]])
        else:
            fill_marginal(row, marginal[c], p[c, 0], p[c, 1], p[c, 2], u_low[c], u_high[c], lowest[c], highest[c])
    if e.factor_id.size == 0:
        return
    # From the last column down: a row loads no column above its own, so what it needs is still as drawn.
    for step in range(columns):
        c = columns - 1 - step
        begin, end = e.factor_start[c], e.factor_start[c + 1]
        if end == begin:
            continue
        row = out[c, at : at + count]
        own_weight = 0.0
        if e.factor_id[end - 1] == c:
            own_weight = e.factor_weight[end - 1]
            end -= 1
        for i in range(count):
            row[i] = own_weight * row[i]
        for f in range(begin, end):
            weight = e.factor_weight[f]
            other = out[e.factor_id[f], at : at + count]
            for i in range(count):
                row[i] += weight * other[i]
        normal_row(row)
        for i in range(count):
            row[i] = min(max(row[i], LEAST), BELOW_ONE)
        if marginal[c] == PICK:
            fill_pick(row, e.table[e.offset[c] : e.offset[c] + e.length[c]])
        else:
            fill_marginal(row, marginal[c], p[c, 0], p[c, 1], p[c, 2], u_low[c], u_high[c], lowest[c], highest[c])


@kernel
def expand_block(expansion, first, count, out):
    """Values of samples ``first`` .. ``first + count - 1``: ``out[c, 0:count]`` for every column c.

    :param out: float64, C-contiguous, one row per column, at least ``count`` long.  Only that part is written.
    """
    at = 0
    while at < count:
        piece = min(PIECE, count - at)
        _expand_piece(expansion, first + at, piece, at, out)
        at += piece


@kernel
def expand_points(expansion, samples, out):
    """The same for samples in any order: ``out[c, k]`` of ``samples[k]``."""
    columns = expansion.source.size
    one = np.empty((columns, 1))
    for k in range(samples.size):
        _expand_piece(expansion, samples[k], 1, 0, one)
        for c in range(columns):
            out[c, k] = one[c, 0]
