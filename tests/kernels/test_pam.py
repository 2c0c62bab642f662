"""Error ratios of PAM-M against integrated densities, from 1e-2 to 1e-18 and far below."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from photonics_kernels import pam

from tests.oracle import MP, relative_error
from tests.oracle import pam as slow

#: Nearest threshold in sigmas: symbol error ratios of about 1e-2, 3e-4, 1e-6, 1e-9, 1e-13, 1e-18 and 1e-198.
DEPTHS = (2.3, 3.42802, 4.69495, 6.0, 7.3, 8.75, 30.0)


def thresholds_of(levels, sigmas, kind, priors=None):
    thresholds = np.empty(len(levels) - 1)
    if kind == "mid":
        pam.middle_thresholds(levels, thresholds)
    else:
        priors = np.full(len(levels), 1 / len(levels)) if priors is None else priors
        assert pam.optimal_thresholds(levels, sigmas, priors, thresholds) == 0
    return thresholds


def channel(count, depth, shape):
    """Levels that are not quite evenly spaced, and sigmas: equal, or rising with the level as shot noise and
    RIN do."""
    k = np.arange(count)
    levels = 1e-4 * (0.7 + k + 0.02 * np.sin(3.0 * k))
    rising = np.ones(count) if shape == "equal" else 0.55 + 0.45 * k / (count - 1)
    return levels, 0.5e-4 / depth * rising


def check(got, exact, tolerance=1e-9):
    ratio, log10_ratio = got
    if exact > MP.mpf("1e-300"):
        assert relative_error(ratio, exact) < tolerance
    # 1e-9 of a ratio is 4e-10 of its decimal logarithm.
    assert float(abs(log10_ratio - MP.log10(exact))) < 4.3e-10 + 1e-14 * abs(log10_ratio)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(("shape", "kind"), [("equal", "mid"), ("rising", "mid"), ("rising", "optimal")])
@pytest.mark.parametrize("count", [2, 4, 8])
def test_gray_error_ratio(count, shape, kind, depth):
    levels, sigmas = channel(count, depth, shape)
    thresholds = thresholds_of(levels, sigmas, kind)
    check(pam.gray_error_ratio(levels, sigmas, thresholds), slow.gray_error_ratio(levels, sigmas, thresholds))


@pytest.mark.parametrize("depth", [2.3, 6.0, 8.75, 30.0])
@pytest.mark.parametrize("count", [2, 4, 6, 8])
def test_symbol_error_ratio(count, depth):
    levels, sigmas = channel(count, depth, "rising")
    thresholds = thresholds_of(levels, sigmas, "mid")
    check(
        pam.symbol_error_ratio(levels, sigmas, thresholds),
        slow.symbol_error_ratio(levels, sigmas, thresholds),
    )


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(("shape", "kind"), [("equal", "mid"), ("rising", "optimal")])
def test_pam6_error_ratio(shape, kind, depth):
    levels, sigmas = channel(6, depth, shape)
    priors = np.array([float(p) for p in slow.pam6_priors()])
    thresholds = thresholds_of(levels, sigmas, kind, priors)
    check(pam.pam6_error_ratio(levels, sigmas, thresholds), slow.pam6_error_ratio(levels, sigmas, thresholds))


def test_pam6_in_heavy_noise():
    """Double errors and corner decisions only matter here: BER 0.1."""
    levels, sigmas = channel(6, 0.8, "rising")
    thresholds = thresholds_of(levels, sigmas, "mid")
    exact = slow.pam6_error_ratio(levels, sigmas, thresholds)
    assert exact > 0.1
    check(pam.pam6_error_ratio(levels, sigmas, thresholds), exact, tolerance=1e-12)


def test_pam6_priors():
    priors = np.empty(6)
    pam.pam6_priors(priors)
    assert priors.tolist() == [0.125, 0.1875, 0.1875, 0.1875, 0.1875, 0.125]
    assert priors.tolist() == [float(p) for p in slow.pam6_priors()]


@pytest.mark.parametrize("count", [2, 4, 8])
def test_threshold_on_the_wrong_side(count):
    """A level pushed across its threshold (a large beat): ratios of order one, no tail to scale by."""
    levels, sigmas = channel(count, 6.0, "rising")
    thresholds = thresholds_of(levels, sigmas, "mid")
    moved = levels + 0.62e-4
    for kernel, twin in (
        (pam.gray_error_ratio, slow.gray_error_ratio),
        (pam.symbol_error_ratio, slow.symbol_error_ratio),
    ):
        exact = twin(moved, sigmas, thresholds)
        assert exact > 0.25
        check(kernel(moved, sigmas, thresholds), exact, tolerance=1e-12)


# BER [3 Q(x) + 2 Q(3x) - Q(5x)] / 4 and its root x, computed independently to the digits printed.
@pytest.mark.parametrize(
    ("ber", "x"),
    [
        (1e-6, 4.69495),
        (2.28e-4, 3.42802),
        (2.4e-4, 3.41407),
        (2.92e-4, 3.36027),
        (4.8e-3, 2.48929),
        (4.85e-3, 2.48560),
    ],
)
def test_published_roots(ber, x):
    levels = np.array([0.0, 2.0, 4.0, 6.0])
    thresholds = thresholds_of(levels, None, "mid")
    got, log10_got = pam.gray_error_ratio(levels, np.full(4, 1 / x), thresholds)
    assert got == pytest.approx(ber, rel=5e-6 * (x + 1))  # the last digit printed
    assert log10_got == pytest.approx(math.log10(got), abs=1e-13)


def test_published_symbol_error_ratio():
    """SER = 1.5 Q(3.414) = 4.8e-4, and 1.5 Q(3.4634) = 4.0e-4: the TDECQ targets of IEEE 802.3 and of LPO."""
    levels = np.array([0.0, 2.0, 4.0, 6.0])
    thresholds = thresholds_of(levels, None, "mid")
    for argument, ser in ((3.414, 4.8e-4), (3.4634, 4.0e-4)):
        assert pam.symbol_error_ratio(levels, np.full(4, 1 / argument), thresholds)[0] == pytest.approx(
            ser, rel=1e-3
        )


@pytest.mark.parametrize("count", [2, 4, 6, 8])
def test_thresholds(count):
    levels, sigmas = channel(count, 4.7, "rising")
    middle, optimal = np.empty(count - 1), np.empty(count - 1)
    pam.middle_thresholds(levels, middle)
    priors = np.linspace(0.8, 1.2, count) / count
    assert pam.optimal_thresholds(levels, sigmas, priors, optimal) == 0
    exact, kept = slow.optimal_thresholds(levels, sigmas, priors)
    assert kept == 0
    for got, want in zip(middle, slow.middle_thresholds(levels), strict=True):
        assert relative_error(got, want) < 1e-15
    for got, want in zip(optimal, exact, strict=True):
        assert relative_error(got, want) < 1e-14


def test_optimal_thresholds_of_equal_noise_are_the_midpoints():
    levels, sigmas = channel(4, 4.7, "equal")
    assert thresholds_of(levels, sigmas, "optimal") == pytest.approx(
        thresholds_of(levels, sigmas, "mid"), rel=1e-14
    )


@pytest.mark.parametrize(
    ("sigmas", "priors"),
    [
        ([0.05, 3.0, 3.0, 3.0], [0.25] * 4),
        ([4.0, 4.0, 0.4, 0.4], [0.999, 0.0003, 0.0004, 0.0003]),
        ([0.3, 0.3, 0.3, 0.3], [0.25] * 4),
        # Either side of the limit: with equal sigmas the crossing leaves the eye at ln(p0/p1) = (gap /
        # sigma)^2 / 2 = 0.5.
        ([1.0, 1.0, 1.0, 1.0], [math.exp(0.497), 1.0, 1.0, 1.0]),
        ([1.0, 1.0, 1.0, 1.0], [math.exp(0.503), 1.0, 1.0, 1.0]),
    ],
)
def test_eyes_without_a_crossing_keep_the_midpoint(sigmas, priors):
    levels = np.array([0.0, 1.0, 2.0, 3.0])
    thresholds = np.empty(3)
    kept = pam.optimal_thresholds(levels, np.array(sigmas), np.array(priors), thresholds)
    exact, slow_kept = slow.optimal_thresholds(levels, sigmas, priors)
    assert kept == slow_kept
    assert thresholds == pytest.approx([float(t) for t in exact], abs=1e-13)


@settings(max_examples=150)
@given(
    count=st.sampled_from([2, 4, 8]),
    depth=st.floats(2.2, 40.0),
    shape=st.sampled_from(["equal", "rising"]),
    which=st.integers(0, 7),
    growth=st.floats(1.001, 1.2),
)
def test_every_noise_counts(count, depth, shape, which, growth):
    """More noise on any one level raises every error ratio (at fixed thresholds, where errors are rare)."""
    levels, sigmas = channel(count, depth, shape)
    thresholds = thresholds_of(levels, sigmas, "mid")
    noisier = sigmas.copy()
    noisier[which % count] *= growth
    before, after = (pam.gray_error_ratio(levels, s, thresholds)[1] for s in (sigmas, noisier))
    assume(before < -1.3)
    # The level that was raised may lie so far below the worst that its share is lost in the last digit.
    assert after >= before - 1e-14 * abs(before)
    everywhere = pam.gray_error_ratio(levels, sigmas * growth, thresholds)[1]
    assert everywhere > before
    assert pam.symbol_error_ratio(levels, noisier, thresholds)[1] >= pam.symbol_error_ratio(
        levels, sigmas, thresholds
    )[1] - 1e-14 * abs(before)


@settings(max_examples=100)
@given(depth=st.floats(2.2, 12.0), ratio=st.floats(0.6, 1.6), scale=st.floats(1e-6, 1e3))
def test_optimal_thresholds_beat_the_midpoint_and_units_do_not_matter(depth, ratio, scale):
    levels = np.array([0.0, 1.0, 2.0, 3.0])
    sigmas = 0.5 / depth * np.array([1.0, ratio**0.3, ratio**0.6, ratio])
    mid, best = thresholds_of(levels, sigmas, "mid"), thresholds_of(levels, sigmas, "optimal")
    by_mid = pam.symbol_error_ratio(levels, sigmas, mid)
    by_best = pam.symbol_error_ratio(levels, sigmas, best)
    assert by_best[1] <= by_mid[1] + 1e-12
    scaled = pam.symbol_error_ratio(levels * scale, sigmas * scale, mid * scale)
    assert scaled[1] == pytest.approx(by_mid[1], rel=1e-11)
