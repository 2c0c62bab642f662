"""Draws against their definitions, against SciPy, and against the laws they must follow; every case has its seed."""

import math

import numpy as np
import pytest
from photonics_kernels import draw, normal
from scipy import stats

from tests.oracle import draw as twin
from tests.oracle import relative_error

U64 = np.uint64
BIG = 2**62


def expansion(sources, marginals, parameters, *, samples=1000, seed=11, tables=(), strides=None, loads=None, generator=None, shift=None, cut=None):
    """An expansion of given columns; what a test does not speak of is neutral."""
    c = len(sources)
    starts, ids, weights = [0], [], []
    for row in loads or [()] * c:
        ids += [f for f, _ in row]
        weights += [w for _, w in row]
        starts.append(len(ids))
    lengths = [len(t) for t in tables] or [0] * c
    cut = cut or [(0.0, 1.0, -math.inf, math.inf)] * c
    four = np.zeros((c, 4))
    for at, p in enumerate(parameters):
        four[at, : len(p)] = p
    return draw.Expansion(
        source=np.array(sources, np.int64),
        stride=np.array(strides or [1] * c, np.int64),
        length=np.array(lengths, np.int64),
        offset=np.cumsum([0, *lengths])[:c].astype(np.int64),
        table=np.concatenate([np.asarray(t, float) for t in tables]) if tables else np.zeros(0),
        key=np.array([(0x1234567 * (at + 1)) ** 2 % 2**64 for at in range(c)], U64),
        marginal=np.array(marginals, np.int64),
        parameters=four,
        u_low=np.array([k[0] for k in cut]),
        u_high=np.array([k[1] for k in cut]),
        lowest=np.array([k[2] for k in cut]),
        highest=np.array([k[3] for k in cut]),
        factor_start=np.array(starts, np.int64),
        factor_id=np.array(ids, np.int64),
        factor_weight=np.array(weights, float),
        generator=np.zeros((c, draw.SOBOL_BITS), U64) if generator is None else generator,
        shift=np.zeros(c, U64) if shift is None else shift,
        seed=U64(seed),
        samples=samples,
    )


def block(e, first, count):
    out = np.full((e.source.size, count), np.nan)
    draw.expand_block(e, first, count, out)
    return out


def own(e, c):
    return twin.stream(int(e.seed), int(e.key[c]))


def test_hash_is_the_definitions_to_the_bit():
    rng = np.random.default_rng(1)
    for seed, key, index in rng.integers(0, 2**64, (200, 3), dtype=U64):
        stream = U64(draw.stream(seed, key))  # a bare interpreter gets a plain int back
        assert int(stream) == twin.stream(int(seed), int(key))
        assert int(draw.hashed(stream, index)) == twin.hashed(int(stream), int(index))
        assert draw.unit(index) == twin.unit(int(index))
    assert 0.0 < draw.unit(U64(0)) and draw.unit(U64(2**64 - 1)) < 1.0


@pytest.mark.parametrize("samples", [1, 2, 3, 5, 17, 100, 1000, 65536, 99991])
def test_permutation_visits_every_number_once(samples):
    row = np.empty(samples)
    draw.permute_row(row, U64(77), 0, samples)
    assert np.array_equal(np.sort(row), np.arange(samples))
    if samples > 16:
        assert np.count_nonzero(row == np.arange(samples)) < 12  # about one fixed point


def test_permutation_is_the_definitions_also_for_huge_numbers():
    rng = np.random.default_rng(2)
    for samples in (1, 2, 3, 7, 10, 12, 1000, 10**6):
        for index in rng.integers(0, samples, 20):
            row = np.empty(1)
            draw.permute_row(row, U64(5), int(index), samples)
            assert row[0] == twin.permuted(int(index), samples, 5)
    for samples in (BIG, BIG - 1, BIG - 12345, 3 * 10**17 + 1):
        a, b = draw.sides(samples)
        assert a * b >= samples and a * a >= samples and (a - 1) ** 2 < samples
        row = np.empty(300)
        draw.permute_row(row, U64(5), samples - 300, samples)
        assert row.min() >= 0 and row.max() <= samples and np.unique(row).size == 300
        assert row.max() > 0.9 * samples and row.min() < 0.1 * samples


@pytest.mark.parametrize("samples", [1, 2, 10, 1000, 123_457])
def test_latin_hypercube_has_one_draw_in_each_stratum(samples):
    e = expansion([draw.LATIN] * 2, [draw.UNIFORM] * 2, [(0.0, 1.0)] * 2, samples=samples)
    u = block(e, 0, samples)
    for c in range(2):
        assert np.array_equal(np.sort(np.floor(u[c] * samples)), np.arange(samples))
    for i in range(0, samples, max(1, samples // 20)):
        assert abs(u[0, i] - float(twin.latin(i, samples, own(e, 0)))) < 2e-16
    if samples > 100:
        assert abs(np.corrcoef(u)[0, 1]) < 5.0 / math.sqrt(samples)


@pytest.fixture(scope="module")
def generator():
    """A scrambled generator matrix of SciPy's own engine, 52 digits, with what SciPy draws from it."""
    d, bits = 5, draw.SOBOL_BITS
    engine = stats.qmc.Sobol(d, scramble=True, bits=bits, rng=np.random.default_rng(3))
    points = engine.random(2**12)
    digits = (points * 2.0**bits).astype(U64)
    shift = digits[0]
    matrix = np.zeros((d, bits), U64)
    for k in range(12):
        # Point 2^k has the Gray code 2^k + 2^(k-1).
        matrix[:, k] = digits[2**k] ^ shift ^ (matrix[:, k - 1] if k else U64(0))
    return matrix, shift, points


def test_sobol_is_scipys_point_for_point(generator):
    matrix, shift, points = generator
    d = shift.size
    e = expansion([draw.SOBOL] * d, [draw.UNIFORM] * d, [(0.0, 1.0)] * d, generator=matrix, shift=shift)
    half = 2.0 ** -(draw.SOBOL_BITS + 1)
    assert np.array_equal(block(e, 0, 2**12), points.T + half)
    for first, count in ((1, 4000), (37, 128), (1000, 1), (4095, 1), (2047, 2), (96, 1024)):
        assert np.array_equal(block(e, first, count), points[first : first + count].T + half)
    for index in (0, 1, 5, 4095):
        columns = [int(v) for v in matrix[2]]
        assert int(draw.sobol_digits(index, matrix[2], shift[2])) == twin.sobol_digits(index, columns, int(shift[2]))


def test_table_columns_are_a_grid_in_c_order():
    values = [np.arange(3.0), np.arange(5.0) + 10.0, np.arange(7.0) + 20.0]
    e = expansion([draw.TABLE] * 3, [0] * 3, [()] * 3, tables=values, strides=[35, 7, 1])
    whole = np.array(np.meshgrid(*values, indexing="ij")).reshape(3, -1)
    assert np.array_equal(block(e, 0, 105), whole)
    for first, count in ((1, 100), (34, 3), (90, 15)):
        assert np.array_equal(block(e, first, count), whole[:, first : first + count])
    far = 2**61 + 12345
    for c, stride in enumerate((35, 7, 1)):
        assert block(e, far, 50)[c].tolist() == [twin.table_value(values[c].tolist(), stride, far + i) for i in range(50)]


KINDS = {
    "uniform": (draw.UNIFORM, (2.0, 5.0)),
    "normal": (draw.NORMAL, (1.5, 0.25)),
    "triangular": (draw.TRIANGULAR, (-1.0, 0.5, 4.0)),
    "lognormal": (draw.LOGNORMAL, (math.log(3e-12), math.log(1.2))),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", [(0.0, 1.0), (0.1, 0.97)])
def test_marginals_are_the_inverse_distributions(kind, cut):
    code, p = KINDS[kind]
    low, high = (0.0, 1.0) if kind == "uniform" else cut
    rng = np.random.default_rng(4)
    us = np.concatenate([rng.random(40), 10.0 ** -rng.uniform(1, 15.9, 20), 1.0 - 10.0 ** -rng.uniform(1, 15, 20), [2.0**-53, 1.0 - 2.0**-53]])
    row = us.copy()
    draw.fill_marginal(row, code, *[*p, 0.0][:3], low, high, -math.inf, math.inf)
    for u, got in zip(us, row, strict=True):
        # The place in the distribution is a double; the value belongs to that double.
        inner = min(max(low + (high - low) * u, 2.0**-53), 1.0 - 2.0**-53)
        exact = twin.marginal(kind, p, inner)
        assert abs(got - float(exact)) <= 1e-13 * max(abs(float(exact)), abs(p[1]) if kind == "normal" else 0.0, 4.0 * (kind == "triangular") + 0.0)


def test_normal_inverse_and_its_inverse():
    rng = np.random.default_rng(5)
    us = np.concatenate([rng.random(60), 10.0 ** -rng.uniform(0.5, 15.9, 30), 1.0 - 10.0 ** -rng.uniform(0.5, 15.5, 30), [0.075, 0.925, 0.5]])
    z = us.copy()
    normal.inverse_normal_row(z)
    for u, got in zip(us[:-1], z[:-1], strict=True):
        assert relative_error(got, twin.inverse_normal(float(u))) < 2e-15
    assert z[-1] == 0.0
    back = np.concatenate([z, [-37.0, 37.0, 0.0]])
    given = back.copy()
    normal.normal_row(back)
    for x, got in zip(given, back, strict=True):
        assert relative_error(got, twin.normal(float(x))) < 2e-13


def mixed(samples=5000):
    """Every source and marginal at once, with a copula."""
    rng = np.random.default_rng(6)
    sources = [draw.TABLE, draw.RANDOM, draw.LATIN, draw.SOBOL, draw.RANDOM, draw.RANDOM, draw.RANDOM, draw.LATIN]
    marginals = [0, draw.NORMAL, draw.TRIANGULAR, draw.UNIFORM, draw.LOGNORMAL, draw.PICK, draw.WHOLE, draw.NORMAL]
    parameters = [(), (1.0, 0.1), (0.0, 1.0, 3.0), (2.0, 3.0), (0.0, 0.2), (), (3.0, 9.0), (5.0, 1.0)]
    tables = [np.arange(7.0), [], [], [], [], [1.0, 2.0, 5.0, 9.0], [], []]
    loads = [(), ((1, 1.0),), (), (), ((1, 0.6), (4, 0.8)), (), (), ((1, -0.5), (4, 0.5), (7, math.sqrt(0.5)))]
    cut = [(0.0, 1.0, -math.inf, math.inf)] * 8
    cut[7] = (0.2, 0.9, 4.158, 6.2816)
    matrix = rng.integers(0, 2**52, (8, 52), dtype=U64)
    return expansion(sources, marginals, parameters, samples=samples, tables=tables, strides=[3] + [1] * 7, loads=loads, generator=matrix,
        shift=matrix[:, 5].copy(), cut=cut)


def test_no_value_depends_on_how_samples_are_cut():
    e = mixed()
    whole = block(e, 0, 5000)
    rng = np.random.default_rng(7)
    at = 0
    while at < 5000:
        count = int(min(5000 - at, rng.choice([1, 2, 3, 7, 64, 128, 129, 1000])))
        assert np.array_equal(block(e, at, count), whole[:, at : at + count])
        at += count
    chosen = rng.integers(0, 5000, 200)
    out = np.empty((8, 200))
    draw.expand_points(e, chosen, out)
    assert np.array_equal(out, whole[:, chosen])


def test_only_the_block_asked_for_is_written():
    out = np.full((8, 40), -7.0)
    draw.expand_block(mixed(), 11, 30, out)
    assert np.all(out[:, 30:] == -7.0) and np.all(out[:, :30] != -7.0)


@pytest.mark.parametrize("source", [draw.RANDOM, draw.LATIN])
def test_distributions_and_independence(source):
    n = 200_000
    e = expansion([source] * 4, [KINDS[k][0] for k in KINDS], [KINDS[k][1] for k in KINDS], samples=n, seed=8)
    x = block(e, 0, n)
    laws = [
        stats.uniform(2.0, 3.0),
        stats.norm(1.5, 0.25),
        stats.triang(1.5 / 5.0, -1.0, 5.0),
        stats.lognorm(math.log(1.2), scale=3e-12),
    ]
    for row, law in zip(x, laws, strict=True):
        assert stats.kstest(row, law.cdf).pvalue > 1e-3
        error = law.std() / math.sqrt(n)
        assert abs(row.mean() - law.mean()) < 5.0 * error
        assert row.std() == pytest.approx(law.std(), rel=0.02)
    ranks = np.array([stats.rankdata(row) for row in x])
    assert np.all(np.abs(np.corrcoef(ranks) - np.eye(4)) < 5.0 / math.sqrt(n))
    # Neighbours in the index, too, and the lowest bits of the hash, which no variate shows.
    assert abs(np.corrcoef(ranks[0, 1:], ranks[0, :-1])[0, 1]) < 5.0 / math.sqrt(n)


def test_every_bit_of_the_hash_is_fair_and_follows_every_bit_of_the_index():
    n = 20_000
    stream = U64(draw.stream(U64(1), U64(2)))
    bits = np.array([int(draw.hashed(stream, U64(i))) for i in range(n)], U64)
    place = np.arange(64, dtype=U64)[:, None]
    ones = ((bits >> place) & U64(1)).mean(axis=1)
    assert np.all(np.abs(ones - 0.5) < 5.0 * 0.5 / math.sqrt(n))
    for flip in (0, 1, 17, 40, 63):
        other = np.array([int(draw.hashed(stream, U64(i ^ (1 << flip)))) for i in range(2000)], U64)
        changed = (((bits[:2000] ^ other) >> place) & U64(1)).mean(axis=1)
        assert np.all(np.abs(changed - 0.5) < 5.0 * 0.5 / math.sqrt(2000))


def test_copula_gives_the_correlation_and_keeps_the_marginals():
    n, rho = 200_000, 0.6
    loads = [((0, 1.0),), ((0, rho), (1, 0.8)), ((0, 1.0),), ()]
    kinds = ["normal", "lognormal", "triangular", "normal"]
    e = expansion([draw.RANDOM] * 4, [KINDS[k][0] for k in kinds], [KINDS[k][1] for k in kinds], samples=n, seed=9, loads=loads)
    x = block(e, 0, n)
    z = np.array([(x[0] - 1.5) / 0.25, (np.log(x[1]) - math.log(3e-12)) / math.log(1.2), stats.norm.ppf(stats.triang(0.3, -1.0, 5.0).cdf(x[2]))])
    r = np.corrcoef(z)
    assert r[0, 1] == pytest.approx(rho, abs=5.0 * (1.0 - rho**2) / math.sqrt(n))
    assert r[0, 2] == pytest.approx(1.0, abs=1e-9)
    assert stats.kstest(z[1], "norm").pvalue > 1e-3
    assert abs(np.corrcoef(x[0], x[3])[0, 1]) < 5.0 / math.sqrt(n)


def test_truncation_is_exact():
    law = stats.norm(1.5, 0.25)
    low, high = 1.4, 1.9
    cut = [(float(law.cdf(low)), float(law.cdf(high)), low, high)]
    e = expansion([draw.RANDOM], [draw.NORMAL], [(1.5, 0.25)], cut=cut, seed=10)
    x = block(e, 0, 100_000)[0]
    assert low <= x.min() < low + 1e-4 and high - 1e-4 < x.max() <= high
    assert stats.kstest(x, stats.truncnorm(-0.4, 1.6, 1.5, 0.25).cdf).pvalue > 1e-3


def test_whole_numbers_and_picks_are_equally_likely():
    n = 70_000
    e = expansion([draw.RANDOM] * 2, [draw.WHOLE, draw.PICK], [(3.0, 9.0), ()], tables=[[], [1.0, 2.0, 5.0, 9.0, 11.0]], seed=12)
    x = block(e, 0, n)
    for row, values in ((x[0], range(3, 10)), (x[1], (1, 2, 5, 9, 11))):
        counts = [np.count_nonzero(row == v) for v in values]
        assert sum(counts) == n
        assert stats.chisquare(counts).pvalue > 1e-3


def test_other_seeds_and_keys_give_other_draws():
    e = expansion([draw.RANDOM] * 2, [draw.UNIFORM] * 2, [(0.0, 1.0)] * 2)
    a = block(e, 0, 1000)
    b = block(e._replace(seed=U64(12)), 0, 1000)
    assert not np.any(a == b) and not np.any(a[0] == a[1])
    assert np.array_equal(block(e._replace(samples=77), 0, 1000), a)
