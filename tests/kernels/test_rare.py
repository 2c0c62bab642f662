"""Importance sampling of rare errors against enumeration of every pattern; channels, seeds and sizes are fixed."""

import math

import numpy as np
import pytest
from photonics_kernels import rare

from tests.oracle import rare as twin

LEVELS = np.array([-1.0, -0.35, 0.33, 1.0])
CHANNELS = {
    "one strong": [0.08],
    "two": [0.06, -0.05],
    "five of a line": [-0.03, 0.07, 0.04, 0.02, -0.01],
    "seven alike": [0.03] * 7,
    "eight": [0.05, -0.04, 0.03, 0.025, -0.02, 0.015, 0.01, 0.005],
}


def scaled_noise(cursors, main, thresholds, target, shape):
    """Noise deviations of a shape over the levels that give about the target: by the largest distance's tail, no more than a start."""
    low, high = 0.003, 0.4
    for _ in range(28):
        middle = math.sqrt(low * high)
        answer = np.empty(4)
        rare.tilted_ratio(LEVELS, main, cursors, middle * shape, thresholds, np.uint64(1), 300, 1.0, answer)
        low, high = (low, middle) if answer[0] > target else (middle, high)
    return math.sqrt(low * high) * shape


@pytest.mark.parametrize("target", [1e-6, 1e-9, 1e-12, 1e-15])
@pytest.mark.parametrize("name", CHANNELS)
def test_within_four_standard_errors_of_enumeration(name, target):
    """20 cases of 1000 patterns a side, the standard error itself below 5 %; one and two cursors have fewer patterns, and no error."""
    cursors = np.array(CHANNELS[name])
    shape = np.array([1.0, 1.02, 1.05, 1.1]) if len(cursors) < 6 else np.ones(4)
    thresholds = np.array([-0.66, 0.01, 0.68])
    sigma = scaled_noise(cursors, 1.0, thresholds, target, shape)
    answer = np.empty(4)
    assert rare.tilted_ratio(LEVELS, 1.0, cursors, sigma, thresholds, np.uint64(7), 1000, 1.0, answer) == rare.OK
    exact = twin.enumerated_ratio(LEVELS.tolist(), 1.0, cursors.tolist(), sigma.tolist(), thresholds.tolist())
    assert target / 2 < exact < 2 * target
    if len(cursors) < 5:
        assert answer[rare.RATIO] == pytest.approx(exact, rel=1e-9) and answer[rare.ERROR] == 0.0
        assert answer[rare.DRAWN] == 6 * 4 ** len(cursors)
        return
    assert abs(answer[rare.RATIO] - exact) < 4.0 * answer[rare.ERROR]
    assert 0.0 < answer[rare.ERROR] < 0.05 * exact
    assert answer[rare.DRAWN] == 6000 and 0.1 < answer[rare.EFFECTIVE] <= 1.0


def test_standard_error_is_the_scatter():
    """100 seeds of 500 patterns a side: the scatter of the answers is their mean stated error within 25 %, and their mean is the enumeration's."""
    cursors, thresholds, sigma = np.array(CHANNELS["five of a line"]), np.array([-2 / 3, 0.0, 2 / 3]), np.full(4, 0.03)
    found, stated, answer = [], [], np.empty(4)
    for seed in range(100):
        assert rare.tilted_ratio(LEVELS, 1.0, cursors, sigma, thresholds, np.uint64(seed), 500, 1.0, answer) == rare.OK
        found.append(answer[rare.RATIO])
        stated.append(answer[rare.ERROR])
    exact = twin.enumerated_ratio(LEVELS.tolist(), 1.0, cursors.tolist(), sigma.tolist(), thresholds.tolist())
    assert np.std(found) == pytest.approx(np.mean(stated), rel=0.25)
    assert abs(np.mean(found) - exact) < 4.0 * np.std(found) / 10.0


def test_plain_patterns_are_refused_where_they_fail():
    """Sixteen cursors at about 1e-12, 12 seeds of 1000 plain patterns a side: wrong by more than ten times in most of them, and never given out."""
    levels, cursors, thresholds = np.linspace(-1.0, 1.0, 4), np.full(16, 0.018), np.array([-2 / 3, 0.0, 2 / 3])
    sigma, answer, plain, wrong = np.full(4, 0.016), np.empty(4), np.empty(4), 0
    assert rare.tilted_ratio(levels, 1.0, cursors, sigma, thresholds, np.uint64(3), 20_000, 1.0, answer) == rare.OK
    assert 1e-13 < answer[rare.RATIO] < 1e-11 and answer[rare.EFFECTIVE] > 0.2 and answer[rare.ERROR] < 0.02 * answer[rare.RATIO]
    for seed in range(12):
        assert rare.tilted_ratio(levels, 1.0, cursors, sigma, thresholds, np.uint64(seed), 1000, 0.0, plain) == rare.REFUSED
        assert plain[rare.EFFECTIVE] < rare.LEAST_SHARE and np.isfinite(plain).all()
        wrong += not 0.1 < plain[rare.RATIO] / answer[rare.RATIO] < 10.0
    assert wrong > 6
    # too few patterns to say: refused as well
    assert rare.tilted_ratio(levels, 1.0, cursors, sigma, thresholds, np.uint64(3), 90, 1.0, answer) == rare.REFUSED


def test_without_interference_it_is_the_closed_form():
    sigma, thresholds, answer = np.array([0.05, 0.045, 0.05, 0.06]), np.array([-0.66, 0.0, 0.66]), np.empty(4)
    assert rare.tilted_ratio(LEVELS, 1.0, np.zeros(0), sigma, thresholds, np.uint64(1), 2, 1.0, answer) == rare.OK
    exact = twin.gray_ratio(LEVELS.tolist(), sigma.tolist(), thresholds.tolist())
    assert answer[rare.RATIO] == pytest.approx(exact, rel=1e-10) and answer[rare.ERROR] < 1e-10 * exact


def test_errors_that_are_not_rare_need_no_tilt():
    """An eye that interference closes: 20 000 patterns a side."""
    cursors, sigma, thresholds = np.array([0.3, -0.2, 0.15, 0.1, -0.1, 0.05, 0.05, 0.05]), np.full(4, 0.1), np.array([-0.6, 0.0, 0.7])
    answer = np.empty(4)
    assert rare.tilted_ratio(LEVELS, 1.0, cursors, sigma, thresholds, np.uint64(2), 20_000, 1.0, answer) == rare.OK
    exact = twin.enumerated_ratio(LEVELS.tolist(), 1.0, cursors.tolist(), sigma.tolist(), thresholds.tolist())
    assert exact > 0.1 and abs(answer[rare.RATIO] - exact) < 4.0 * answer[rare.ERROR]


def test_two_levels_and_far_tails():
    """PAM2, one cursor: the mean of two tails, down to 1e-116."""
    levels, cursors, thresholds, answer = np.array([-1.0, 1.0]), np.array([0.2]), np.array([0.0]), np.empty(4)
    for sigma in (0.2, 0.1, 0.035):
        assert rare.tilted_ratio(levels, 1.0, cursors, np.full(2, sigma), thresholds, np.uint64(5), 4000, 1.0, answer) == rare.OK
        exact = sum(math.erfc((1.0 + x) / sigma / math.sqrt(2.0)) for x in (-0.2, 0.2)) / 4.0
        assert answer[rare.RATIO] == pytest.approx(exact, rel=1e-9)


def test_bad_input_is_told():
    good = dict(levels=LEVELS, main=1.0, cursors=np.array([0.1]), sigma=np.full(4, 0.1), thresholds=np.array([-0.6, 0.0, 0.6]), samples=1000, strength=1.0)

    def status(**changes):
        case = {**good, **changes}
        answer = np.empty(4)
        return rare.tilted_ratio(
            case["levels"], case["main"], case["cursors"], case["sigma"], case["thresholds"], np.uint64(1), case["samples"], case["strength"], answer
        )

    assert status() == rare.OK
    for changes in (
        {"levels": LEVELS[:3]}, {"levels": LEVELS[::-1].copy()}, {"main": 0.0}, {"main": math.nan}, {"cursors": np.array([math.inf])},
        {"sigma": np.array([0.1, 0.0, 0.1, 0.1])}, {"sigma": np.full(3, 0.1)}, {"sigma": np.full(4, math.nan)},
        {"thresholds": np.array([0.0, -0.6, 0.6])}, {"thresholds": np.array([0.0])}, {"samples": 1}, {"strength": math.nan},
    ):  # fmt: skip
        assert status(**changes) == rare.BAD_INPUT, changes
