"""Gauss rules of the multipath beat against exact moments and averages: 64 sets of pairs in a block."""

import functools
import math

import numpy as np
import pytest
from photonics_kernels import beat_block, block

from tests.oracle import MP, beat

W = block.WIDTH
RULES = [(beat_block.four_states, 4), (beat_block.six_states, 6), (beat_block.eight_states, 8)]
SPECIAL = [[1.0], [1.0, 1.0], [1.0, 0.5], [1.0, 1e-3], [1.0, 1e-6], [0.3] * 15, [2e-5] * 3, [0.0], [0.0, 0.0]]


def pairs():
    """Nine special sets, then amplitudes over some decades: 2 to 28 pairs, as of 2 to 8 faces."""
    rng = np.random.default_rng(21)
    rest = [np.exp(rng.normal(-8.0, rng.uniform(0.1, 2.0), n * (n - 1) // 2)) for n in rng.integers(2, 9, W - len(SPECIAL))]
    return [*(np.array(s) for s in SPECIAL), *rest]


SETS = pairs()


@functools.cache
def moments(i):
    return beat.moments([float(v) for v in SETS[i]], 15)


def filled(sets):
    b = np.zeros(block.ROWS * W)
    for i, a in enumerate(sets):
        b[block.PAIRS + i] = a.sum()
        for k in range(1, 8):
            b[block.PAIRS + k * W + i] = (a ** (2 * k)).sum()
    return b


def rule(fill, count, b):
    """Nodes and weights, count x WIDTH each."""
    rows = np.full(2 * count * W, 7.0)
    fill(b, rows)
    return rows.reshape(2, count, W)


@pytest.mark.parametrize(("fill", "count"), RULES)
def test_moments_are_exact_to_twice_the_states(fill, count):
    x, weight = rule(fill, count, filled(SETS))
    for i, a in enumerate(SETS):
        if not a.any():
            continue
        exact = moments(i)
        sigma = float(MP.sqrt(exact[2]))
        for n in range(0, 2 * count, 2):  # the odd ones are zero by symmetry, which another test shows
            target = float(exact[n] / MP.mpf(sigma) ** n)
            got = float((weight[:, i] * (x[:, i] / sigma) ** n).sum())
            # Two pairs of which one is far weaker make a nearly singular rule of eight: its digits are few, its moments right.
            assert got == pytest.approx(target, rel=3e-10 if count == 8 else 2e-12), (i, n)


@pytest.mark.parametrize(("fill", "count"), RULES)
def test_nodes_lie_inside_the_beat_and_weights_are_a_probability(fill, count):
    x, weight = rule(fill, count, filled(SETS))
    total = np.array([a.sum() for a in SETS])
    assert np.all(weight > 0.0)
    assert np.abs(weight.sum(axis=0) - 1.0).max() < 1e-12
    assert np.all(np.abs(x) <= total)
    assert np.array_equal(x[0::2], -x[1::2])
    assert np.array_equal(weight[0::2], weight[1::2])


@pytest.mark.parametrize(("fill", "count"), RULES)
def test_one_pair_gives_the_nodes_of_chebyshev(fill, count):
    x, weight = rule(fill, count, filled([np.array([4e-4])] * W))
    expected = [float(v) * 4e-4 for v in beat.one_pair_rule(count)]
    # Eight: sums of powers are rounded, and fourteen of them say where eight nodes lie.
    assert np.sort(x[:, 3]) == pytest.approx(expected, rel=3e-8, abs=0.0)
    assert weight[:, 3] == pytest.approx(1.0 / count, rel=3e-8)


@pytest.mark.parametrize(("fill", "count"), RULES)
def test_without_reflections_every_state_is_zero(fill, count):
    x, weight = rule(fill, count, filled([np.zeros(1)] * W))
    assert np.all(x == 0.0)
    assert np.abs(weight.sum(axis=0) - 1.0).max() < 1e-12


@pytest.mark.parametrize(("fill", "count"), RULES)
def test_a_rule_scales_with_the_amplitudes(fill, count):
    x, weight = rule(fill, count, filled(SETS))
    larger, same = rule(fill, count, filled([8.0 * a for a in SETS]))
    assert larger == pytest.approx(8.0 * x, rel=1e-9, abs=1e-18)
    assert same == pytest.approx(weight, rel=1e-9)


# What the choice of states rests on: largest part of E[exp(T x/S)] that a rule misses up to the strength it is used for.
@pytest.mark.parametrize(("at", "strength", "missed"), [(0, 2.0, 3e-5), (1, 4.5, 1.1e-5), (2, 6.5, 6e-7)])
def test_exponentials_are_missed_by_little_and_from_below(at, strength, missed):
    fill, count = RULES[at]
    x, weight = rule(fill, count, filled(SETS))
    errors = []
    for i, a in enumerate(SETS):
        if not a.any():
            continue
        t = strength / a.sum()
        got = float((weight[:, i] * np.exp(t * x[:, i])).sum())
        errors.append(got / float(np.prod(np.i0(t * a))) - 1.0)
    assert -missed < min(errors) < -0.3 * missed  # the bound is met, and it is no idle one
    assert max(errors) < 1e-12  # Gauss rules are optimistic for a function whose derivatives are all positive


def test_more_states_are_closer():
    b = filled(SETS)
    a = SETS[20]
    t = 5.0 / a.sum()
    exact = float(np.prod(np.i0(t * a)))
    gaps = []
    for fill, count in RULES:
        x, weight = rule(fill, count, b)
        gaps.append(abs(float((weight[:, 20] * np.exp(t * x[:, 20])).sum()) / exact - 1.0))
    assert gaps[0] > 20.0 * gaps[1] > 400.0 * gaps[2]


@pytest.mark.parametrize("a", [[3e-4], [3e-4, 1e-4], [2e-4, 2e-4, 1e-4]])
def test_a_tail_of_a_gaussian_against_direct_integration(a):
    """Q((1 - 200 x)/sigma), the average that the pass takes, in three sizes of beat; sigma for an error ratio about 1e-4."""

    def tail(x):
        return MP.erfc((1 - 200 * x) / (MP.mpf("0.27") * MP.sqrt(2))) / 2

    with MP.workdps(20):
        exact = float(beat.mean(tail, a, 24))
    x, weight = rule(beat_block.eight_states, 8, filled([np.array(a)] * W))
    got = math.fsum(w * float(tail(MP.mpf(float(v)))) for v, w in zip(x[:, 0], weight[:, 0], strict=True))
    assert got == pytest.approx(exact, rel=1e-8)


def test_the_slow_twin_agrees_with_itself():
    a = [0.7, 0.4]
    with MP.workdps(25):
        by_sum = beat.mean(MP.exp, a, 24)
        by_phase = beat.exponential_mean(a, 1)
    assert float(by_sum / by_phase - 1) == pytest.approx(0.0, abs=1e-18)
    by_moments = MP.fsum(m / MP.factorial(n) for n, m in enumerate(beat.moments(a, 40)))
    assert float(by_moments / by_phase - 1) == pytest.approx(0.0, abs=1e-25)


def test_strength():
    """T = errors x 2 Q^2 (shift of the top level at the whole beat) / (half of its spacing is Q sigma): written out for one point."""
    rng = np.random.default_rng(22)
    b = np.zeros(block.ROWS * W)
    pair_sum, shift, gap = rng.uniform(1e-4, 4e-3, W), rng.uniform(1.0, 3.0, W), rng.uniform(0.2, 0.34, W)
    b[block.PAIRS : block.PAIRS + W], b[block.SHIFT3 : block.SHIFT3 + W], b[block.GAP2 : block.GAP2 + W] = pair_sum, shift, gap
    most = beat_block.strength(b, 3.3, 16.0)
    expected = 16.0 * 3.3**2 * (pair_sum * shift) / (gap / 2.0)
    assert b[block.STRENGTH : block.STRENGTH + W] == pytest.approx(expected, rel=1e-13)
    assert most == pytest.approx(expected.max(), rel=1e-13)
