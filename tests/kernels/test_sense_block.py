"""The search for sensitivities side by side against error ratios of one point each: roots, floors, blocks with bad points, cost."""

import math

import numpy as np
import pytest
from photonics_kernels import beat_block, block, fec, link, pam, sense_block, special

from photonics.links.bound import codeword_table

W = block.WIDTH
TABLE, SLOPES = codeword_table()
NO_BEAT = np.zeros(2 * W)
LIMITS = [2.4e-4, 1e-12, 1e-3, 2e-2]


def span(b, row):
    return b[row : row + W]


def filled(seed, relative=(1e-6, 5e-4), beat=1e-4):
    """64 points: levels of an outer OMA of 1, thermal noise of 0.5 to 30 uW, shot noise, relative noise, and pairs of faces."""
    rng = np.random.default_rng(seed)
    b = np.zeros(block.ROWS * W)
    low = 1.0 / rng.uniform(0.6, 5.0, W)
    draw_in = rng.uniform(0.85, 1.0, W) / 6.0
    levels = np.array([low, low + 0.5 - draw_in, low + 0.5 + draw_in, low + 1.0])
    span(b, block.ALPHA)[:] = np.exp(rng.uniform(math.log(5e-7), math.log(3e-5), W)) ** 2
    shot, spread = 10.0 ** rng.uniform(-11.0, -8.5, W), np.exp(rng.uniform(*np.log(relative), W))
    roots = np.sqrt(levels)
    for k in range(4):
        span(b, block.LEVEL0 + k * W)[:] = levels[k]
        span(b, block.BETA0 + k * W)[:] = shot * levels[k]
        span(b, block.GAMMA0 + k * W)[:] = spread * levels[k] / levels[3]
        span(b, block.SHIFT0 + k * W)[:] = 2.0 * roots[k] * roots.mean(axis=0)
    for k in range(3):
        span(b, block.GAP0 + k * W)[:] = levels[k + 1] - levels[k]
    span(b, block.COUPLING)[:] = rng.uniform(0.4, 1.0, W)
    amplitudes = beat * rng.uniform(0.0, 1.0, (10, W))
    span(b, block.PAIRS)[:] = amplitudes.sum(axis=0)
    for k in range(1, 8):
        span(b, block.PAIRS + k * W)[:] = (amplitudes ** (2 * k)).sum(axis=0)
    return b


def start_q(limit):
    return max(float(special.inverse_q_tail(min(4.0 * limit, 0.4))), 0.3)


def log_codeword(log_ber):
    return float(fec.log_codeword_error_ratio(fec.log_rs_symbol_error_ratio(log_ber, 10), 544, 15))


def search(b, limit, beat=NO_BEAT, states=1, optimal=True, by_codeword=False):
    log_ber = math.log(limit)
    log_limit = log_codeword(log_ber) if by_codeword else log_ber
    q = start_q(limit)
    evaluations = sense_block.sensitivity_block(b, beat, states, q < 2.4, optimal, by_codeword, TABLE, SLOPES, log_limit, log_ber, q)
    return evaluations, log_limit


def log_ratio(b, i, p, states, optimal, by_codeword):
    """ln of the mean error ratio of a point at P, by the one-point functions."""
    level, sigma, moved, threshold = (np.empty(n) for n in (4, 4, 4, 3))
    for k in range(4):
        level[k] = b[block.LEVEL0 + k * W + i] * p
        beta, gamma = b[block.BETA0 + k * W + i], b[block.GAMMA0 + k * W + i]
        sigma[k] = math.sqrt(b[block.ALPHA + i] + p * (beta + p * gamma))
    if optimal:
        pam.optimal_thresholds(level, sigma, np.full(4, 0.25), threshold)
    else:
        pam.middle_thresholds(level, threshold)
    total = -math.inf
    for x, weight in states:
        for k in range(4):
            moved[k] = level[k] + b[block.SHIFT0 + k * W + i] * p * x
        value = pam.gray_error_ratio(moved, sigma, threshold)[1] * link.LN10
        total = special.log_add(total, math.log(weight) + (log_codeword(value) if by_codeword else value))
    return total


def assert_roots(b, log_limit, states, optimal, by_codeword, tolerance_db=1e-7):
    step = 10.0 ** (tolerance_db / 10.0)
    for i in range(W):
        p = b[block.FOUND + i]
        assert b[block.STATE + i] == sense_block.FINE
        assert log_ratio(b, i, p / step, states(i), optimal, by_codeword) > log_limit > log_ratio(b, i, p * step, states(i), optimal, by_codeword)


@pytest.mark.parametrize("optimal", [True, False])
@pytest.mark.parametrize("limit", LIMITS)
def test_roots_without_a_beat(limit, optimal):
    b = filled(61)
    _, log_limit = search(b, limit, optimal=optimal)
    assert_roots(b, log_limit, lambda i: [(0.0, 1.0)], optimal, False)


@pytest.mark.parametrize("limit", [2.4e-4, 1e-3, 4.8e-4])
def test_roots_at_a_codeword_limit_without_a_beat_are_those_of_the_bit_error_ratio(limit):
    by_bits, by_words = filled(62), filled(62)
    search(by_bits, limit)
    _, log_limit = search(by_words, limit, by_codeword=True)
    assert span(by_words, block.FOUND) == pytest.approx(span(by_bits, block.FOUND), rel=3e-8)  # the table's
    assert log_limit < math.log(limit)


@pytest.mark.parametrize(("fill", "states"), [(beat_block.four_states, 4), (beat_block.six_states, 6), (beat_block.eight_states, 8)])
@pytest.mark.parametrize(("limit", "by_codeword"), [(2.4e-4, True), (2.4e-4, False), (1e-12, False)])
def test_roots_with_a_beat(limit, by_codeword, fill, states):
    b, beat = filled(63), np.zeros(2 * states * W)
    fill(b, beat)
    evaluations, log_limit = search(b, limit, beat, states, by_codeword=by_codeword)
    rows = beat.reshape(2, states, W)
    assert_roots(b, log_limit, lambda i: list(zip(*rows[:, :, i], strict=True)), True, by_codeword)
    assert evaluations <= 7


@pytest.mark.parametrize(("limit", "most"), [(2.4e-4, 5), (1e-12, 5), (2e-2, 7)])
def test_the_search_takes_few_evaluations(limit, most):
    """The slowest of 64 points decides the block's cost: 20 blocks, receiver noise and relative noise of all shares."""
    assert max(search(filled(100 + k), limit)[0] for k in range(20)) <= most


def test_points_near_their_floor_are_found_too():
    """Relative noise that leaves 5 to 20 % of the Q that the top eye alone needs: half of the points have a root, some far up."""
    b = filled(64)
    limit = 2.4e-4
    lack = np.geomspace(0.05, 0.2, W)
    spread = (1.0 / 3.0 / (2.0 * start_q(limit) * (1.0 + lack))) ** 2
    for k in range(4):
        span(b, block.GAMMA0 + k * W)[:] = spread
        span(b, block.BETA0 + k * W)[:] = 0.0
        span(b, block.LEVEL0 + k * W)[:] = 1.0 + k / 3.0
    for k in range(3):
        span(b, block.GAP0 + k * W)[:] = 1.0 / 3.0
    # Six tails count equally here and the start, where the top eye errs alone, lies below what they need.
    _, log_limit = search(b, limit)
    found = span(b, block.STATE) == sense_block.FINE
    for i in range(W):
        top = 1.0 * b[block.COUPLING + i]
        reached = log_ratio(b, i, top, [(0.0, 1.0)], True, False) < log_limit
        assert reached == found[i]
    good = np.flatnonzero(found)
    assert 20 < good.size < 44
    assert np.all(np.isnan(span(b, block.FOUND)[~found]))
    for i in good:
        p = b[block.FOUND + i]
        low, high = (log_ratio(b, i, p * (1.0 + s * 1e-6), [(0.0, 1.0)], True, False) for s in (-1, 1))
        assert low > log_limit > high


def test_a_floor_and_a_limit_that_is_always_met_have_a_status_and_no_number():
    b = filled(65)
    floor, below = np.arange(0, W, 5), np.arange(2, W, 5)
    for k in range(4):
        span(b, block.GAMMA0 + k * W)[floor] = 5e-3
        for row in (block.GAMMA0, block.BETA0):
            span(b, row + k * W)[below] = 1e-20
    span(b, block.ALPHA)[below] = 1e-26
    alone = filled(65)
    search(alone, 2.4e-4)
    search(b, 2.4e-4)
    state, found = span(b, block.STATE), span(b, block.FOUND)
    assert np.all(state[floor] == sense_block.NO_ROOT_FLOOR)
    assert np.all(state[below] == sense_block.NO_ROOT_BELOW)
    assert np.all(np.isnan(found[floor])) and np.all(np.isnan(found[below]))
    rest = np.setdiff1d(np.arange(W), np.concatenate([floor, below]))
    assert np.all(state[rest] == sense_block.FINE)
    assert found[rest] == pytest.approx(span(alone, block.FOUND)[rest], rel=1e-9)


@pytest.mark.parametrize("row", [block.ALPHA, block.BETA3, block.GAMMA2, block.GAP2, block.COUPLING])
def test_nan_of_one_point_ends_and_spoils_no_other(row):
    alone, b = filled(66), filled(66)
    search(alone, 2.4e-4)
    span(b, row)[7] = math.nan
    evaluations, _ = search(b, 2.4e-4)
    assert evaluations <= sense_block.MAX_EVALUATIONS
    assert math.isnan(b[block.FOUND + 7])
    others = np.delete(np.arange(W), 7)
    assert span(b, block.FOUND)[others] == pytest.approx(span(alone, block.FOUND)[others], rel=1e-8)


def test_a_point_with_a_problem_is_left_out():
    b = filled(67)
    span(b, block.PROBLEM)[[1, 40]] = 5.0
    search(b, 2.4e-4)
    assert np.isnan(span(b, block.FOUND)[[1, 40]]).all()
    assert np.isfinite(np.delete(span(b, block.FOUND), [1, 40])).all()


@pytest.mark.parametrize("by_codeword", [True, False])
@pytest.mark.parametrize("states", [1, 6])
def test_mean_of_the_error_ratio_and_its_slope(states, by_codeword):
    b, beat = filled(68), np.zeros(2 * states * W)
    if states > 1:
        beat_block.six_states(b, beat)
    rng = np.random.default_rng(69)
    power = np.exp(rng.uniform(math.log(1e-5), math.log(3e-4), W))
    values = []
    for step in (0.0, -1e-4, 1e-4):
        span(b, block.POWER)[:] = power * math.exp(step)
        sense_block.mean_log_ratio(b, beat, states, True, True, by_codeword, TABLE, SLOPES)
        values.append((span(b, block.RATIO).copy(), span(b, block.RATIO_SLOPE).copy()))
    rows = beat.reshape(2, states, W)
    for i in range(W):
        each = list(zip(*rows[:, :, i], strict=True)) if states > 1 else [(0.0, 1.0)]
        exact = log_ratio(b, i, power[i], each, True, by_codeword)
        # A codeword error ratio near one is where the table's cubic pieces are coarsest; without it rounding is left.
        assert values[0][0][i] == pytest.approx(min(exact, 0.0), rel=1e-9 if by_codeword else 5e-12, abs=1e-6 if by_codeword else 5e-12)
        if exact < -4.0:
            numeric = (values[2][0][i] - values[1][0][i]) / 2e-4
            # The slope holds thresholds at their place in the eye: right where no beat moves the levels, close where one does.
            assert values[0][1][i] == pytest.approx(numeric, rel=1e-5 if states == 1 else 4e-2)
