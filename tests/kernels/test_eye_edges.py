"""Bathtubs and the edges of sub-eyes, against single points and against the tails themselves."""

import math

import numpy as np
import pytest
from photonics_kernels import eye_edges
from photonics_kernels.eye_rows import FINE, SINGULAR_TAPS

from tests.kernels.eye_case import FOUR_POLE, REFLECTING, TWO_POLE, Instant, Seen, fourier_tails, rows
from tests.oracle import eye as slow

CASES = {
    "no jitter": (TWO_POLE, {"amplifier_a2": 2e-3, "tap_count": 7, "pre": 2}),
    "unequal noise": (TWO_POLE, {"amplifier_a2": 4e-4, "tap_count": 7, "pre": 2, "rin_relative": [[0.0, 4e-4, 1.2e-3, 3e-3]]}),
    "two Diracs": (FOUR_POLE, {"amplifier_a2": 1e-3, "tap_count": 9, "pre": 3, "dirac_ui": 0.03}),
    "levels that do not mirror": (
        REFLECTING, {"amplifier_a2": 1e-3, "tap_count": 7, "pre": 2, "levels": (-1.0, -0.45, 0.25, 1.0), "random_ui": 0.02},
    ),
}  # fmt: skip


def fine_bathtub(given, offsets):
    found = np.empty(len(offsets))
    assert eye_edges.bathtub(given, 0, np.array(offsets), found) == FINE
    return found


@pytest.mark.parametrize("name", CASES)
def test_bathtub_goes_through_the_point_and_rises_on_either_side(name):
    response, more = CASES[name]
    given = rows(response, **more)
    found = fine_bathtub(given, [-0.2, -0.1, 0.0, 0.1, 0.2])
    assert found[2] == pytest.approx(Seen(given).log_ber[0], rel=1e-12)
    assert found[0] > found[1] > found[2] < found[3] < found[4]
    moved = Seen(given._replace(offset_ui=np.array([0.1])))  # to the worse side
    assert max(found[1], found[3]) == pytest.approx(moved.log_ber[0], rel=1e-12)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("target", [1e-3, 1e-6, 1e-10])
def test_edges_have_the_probability(name, target):
    response, more = CASES[name]
    given = rows(response, **more)
    offsets = np.array([0.0, 0.06])
    low, high, middle = np.empty((2, 3)), np.empty((2, 3)), np.empty(3)
    assert eye_edges.sub_eye_edges(given, 0, offsets, math.log(target), low, high, middle) == FINE
    here = Instant(given, 0, Seen(given))
    levels = given.levels[0]
    sigma, dirac = given.random_ui[0], given.dirac_ui[0]
    np.testing.assert_allclose(middle, (levels[1:] + levels[:-1]) / 2 - levels.mean(), atol=1e-12)
    for n, offset in enumerate(offsets):
        for e in range(3):
            for edge, level, side in ((low[n, e], e, 0), (high[n, e], e + 1, 1)):

                def tail(time, edge=edge, level=level, side=side, offset=offset):
                    cursors = here.cursors(offset + time)
                    isi, sigmas = np.delete(cursors, here.main), here.sigmas(cursors)
                    at = edge + levels.mean() * cursors.sum()
                    return fourier_tails(levels, cursors[here.main], isi, sigmas, (at,))[side][level, 0]

                wanted = slow.jittered(tail, sigma, dirac, accuracy=1e-5, reach=8.0)
                # An edge is found to 1e-7 of half a swing: at this noise a few parts in 1e5 of the probability.
                assert wanted == pytest.approx(target, rel=1e-3), (n, e, side)


def test_without_taps_there_are_no_edges():
    given = rows(np.zeros_like(TWO_POLE), amplifier_a2=1e-3)
    low, high, found = np.empty((1, 3)), np.empty((1, 3)), np.empty(1)
    assert eye_edges.sub_eye_edges(given, 0, np.zeros(1), math.log(1e-6), low, high, np.empty(3)) == SINGULAR_TAPS
    assert np.isnan(low).all() and np.isnan(high).all()
    assert eye_edges.bathtub(given, 0, np.zeros(1), found) == SINGULAR_TAPS
    assert np.isnan(found).all()
