"""Multipath interference: pair sums, bounds and the distribution of the beat."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import reflection, transmitter

from tests.oracle import reflection as slow
from tests.oracle import relative_error

SIMPLE, IMPROVED, STATISTICAL = 0, 1, 2
FACES_AND_JOINTS_DB = (-35.0, -25.0, -25.0, -25.0, -25.0, -35.0)


def pairs(reflectance_db, span_loss_db=None):
    """(amplitudes, their sum) from the kernel; lossless spans unless told."""
    powers = np.array([10 ** (r / 10) for r in reflectance_db])
    losses = [0.0] * (len(powers) - 1) if span_loss_db is None else span_loss_db
    spans = np.array([10 ** (-loss / 10) for loss in losses])
    amplitudes = np.empty(len(powers) * (len(powers) - 1) // 2)
    return amplitudes, reflection.pair_amplitudes(powers, spans, amplitudes)


def even_levels(er_db, count=4):
    levels = np.empty(count)
    transmitter.fill_levels_w(1.0, 10 ** (er_db / 10), 1.0, levels)
    return levels


def penalty_db(closure):
    return -10 * math.log10(1 - closure)


def distribution(amplitudes, bins):
    """(edges, masses) from the kernel over the whole range."""
    amplitudes = np.asarray(amplitudes, dtype=float)
    total = amplitudes.sum()
    edges = np.linspace(-total, total, bins + 1)
    masses = np.empty(bins)
    reflection.beat_state_density(amplitudes, edges, masses)
    return edges, masses


@pytest.mark.parametrize("losses", [[0.0] * 5, [0.5, 1.25, 0.1, 0.7, 2.0]])
def test_pair_amplitudes(losses):
    amplitudes, total = pairs((-26.0, -35.0, -41.0, -28.0, -55.0, -26.0), losses)
    powers = [10 ** (r / 10) for r in (-26.0, -35.0, -41.0, -28.0, -55.0, -26.0)]
    exact, exact_total = slow.pair_amplitudes(powers, [10 ** (-loss / 10) for loss in losses])
    assert len(exact) == len(amplitudes) == 15
    for got, want in zip(amplitudes, exact, strict=True):
        assert relative_error(got, want) < 1e-14
    assert relative_error(total, exact_total) < 1e-14


@pytest.mark.parametrize("bound", [SIMPLE, IMPROVED, STATISTICAL])
@pytest.mark.parametrize("count", [2, 4, 6, 8])
def test_closure_from_beats(bound, count):
    levels = even_levels(4.5, count) * 3.3e-4
    assert (
        relative_error(reflection.mpi_closure(bound, levels, 2.7e-3), slow.mpi_closure(bound, levels, 2.7e-3))
        < 1e-13
    )


def test_unknown_bound():
    assert math.isnan(reflection.mpi_closure(3, even_levels(4.5), 1e-3))


# IEEE 802.3 400G reflector mail msg00229 (2.5, 6.2, 1.78 and 3.81 dB; its "-26 dB" fits only
# as -25 dB), recomputed independently to three digits: ER 6 dB, six reflectors.
@pytest.mark.parametrize(
    ("reflectance_db", "simple_db", "statistical_db"),
    [
        (FACES_AND_JOINTS_DB, 2.497, 1.780),
        ((-25.0,) * 6, 6.201, 3.813),
        ((-26.0,) * 6, 4.02, 2.71),
    ],
)
def test_published_bounds(reflectance_db, simple_db, statistical_db):
    total = pairs(reflectance_db)[1]
    levels = even_levels(6.0)
    assert penalty_db(reflection.mpi_closure(SIMPLE, levels, total)) == pytest.approx(simple_db, abs=5e-3)
    assert penalty_db(reflection.mpi_closure(STATISTICAL, levels, total)) == pytest.approx(
        statistical_db, abs=5e-3
    )


# Factor of the statistical and of the improved bound at an extinction ratio [dB]: computed independently.
@pytest.mark.parametrize(
    ("er_db", "statistical", "improved"),
    [
        (3.5, 0.8415, 0.9515),
        (4.5, 0.8091, 0.9430),
        (5.0, 0.7947, 0.9393),
        (6.0, 0.7688, 0.9331),
        (10.0, 0.6963, 0.9183),
    ],
)
def test_published_factors(er_db, statistical, improved):
    levels = even_levels(er_db)
    simple = reflection.mpi_closure(SIMPLE, levels, 1e-3)
    er = 10 ** (er_db / 10)
    assert simple == pytest.approx(12e-3 * er / (er - 1), rel=1e-12)
    assert reflection.mpi_closure(STATISTICAL, levels, 1e-3) / simple == pytest.approx(statistical, abs=6e-5)
    assert reflection.mpi_closure(IMPROVED, levels, 1e-3) / simple == pytest.approx(improved, abs=6e-5)


def test_allocations():
    """Two faces at -26 dB, ER 3.5 dB: 0.204 dB without loss, 0.101 dB through a 3 dB channel."""
    levels = even_levels(3.5)
    for loss_db, expected in ((0.0, 0.204), (3.0, 0.101)):
        total = pairs((-26.0, -26.0), [loss_db])[1]
        got = penalty_db(reflection.mpi_closure(STATISTICAL, levels, total))
        assert got == pytest.approx(expected, abs=1.5e-3)


def test_gaussian_variance():
    amplitudes = pairs((-26.0, -30.0, -35.0, -55.0), [0.5, 0.3, 1.0])[0]
    assert (
        relative_error(reflection.mpi_variance_relative(amplitudes), slow.mpi_variance_relative(amplitudes))
        < 1e-13
    )
    # Six at -26 dB, ER 6 dB: 0.33 dB in the Gaussian approximation, where the simple bound says 4.0 dB.
    er = 10**0.6
    relative = reflection.mpi_variance_relative(pairs((-26.0,) * 6)[0])
    penalty = -5 * math.log10(1 - (6 * 3.41407) ** 2 * relative * (er / (er - 1)) ** 2)
    assert penalty == pytest.approx(0.33, abs=3e-3)


@settings(max_examples=200)
@given(
    er_db=st.floats(1.0, 20.0),
    count=st.sampled_from([2, 4, 6, 8]),
    reflectance_db=st.lists(st.floats(-60.0, -14.0), min_size=2, max_size=7),
    loss_db=st.floats(0.0, 2.0),
)
def test_bounds_are_ordered_and_loss_helps(er_db, count, reflectance_db, loss_db):
    amplitudes, lossy = pairs(reflectance_db, [loss_db] * (len(reflectance_db) - 1))
    lossless = pairs(reflectance_db)[1]
    assert 0.0 < lossy <= lossless
    assert amplitudes.max() <= 10 ** (max(reflectance_db) / 10) * (
        1 + 1e-12
    )  # no pair sends back more than came
    levels = even_levels(er_db, count)
    simple, improved, statistical = (
        reflection.mpi_closure(b, levels, lossy) for b in (SIMPLE, IMPROVED, STATISTICAL)
    )
    assert statistical <= improved * (1 + 1e-12)
    assert improved <= simple
    if count == 2:
        assert statistical == pytest.approx(improved, rel=1e-12)


@pytest.mark.parametrize("bins", [21, 65])
def test_one_pair_is_the_arcsine_law(bins):
    edges, masses = distribution([2.5e-3], bins)
    exact = slow.beat_masses([2.5e-3], edges)
    assert max(abs(got - float(want)) for got, want in zip(masses, exact, strict=True)) < 1e-12


# Two faces; a strong pair among weak ones; three reflectors; six equal reflectors with and without loss.
DISTRIBUTIONS = {
    "two pairs": [1.0, 0.45],
    "three pairs": [1.0, 0.6, 0.35],
    "six pairs": [1.0, 0.8, 0.7, 0.3, 0.25, 0.2],
    "strong among weak": [1.0] + [0.035] * 12,
    "fifteen equal pairs": [1.0] * 15,
    "fifteen pairs with loss": [0.9 ** (j - i) for i, j in itertools.combinations(range(6), 2)],
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_beat_distribution(name):
    """Distribution function, variance and upper tail at 129 bins.

    What the state average needs is the probability of a large beat, so the mass beyond half of the range is
    held to a few per cent, and the variance (exactly sum a^2 / 2; a bin of pitch h adds h^2/12 by grouping)
    to one per cent.
    """
    amplitudes = np.array(DISTRIBUTIONS[name])
    edges, masses = distribution(amplitudes, 129)
    exact = np.array([float(mass) for mass in slow.beat_masses(amplitudes, edges)])
    assert masses.min() >= 0.0
    assert masses.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.abs(np.cumsum(masses - exact)).max() < 3e-3
    centres = (edges[1:] + edges[:-1]) / 2
    variance = float(masses @ centres**2)
    assert variance == pytest.approx(float(amplitudes @ amplitudes) / 2, rel=1e-2)
    beyond = centres > amplitudes.sum() / 2
    assert masses[beyond].sum() == pytest.approx(exact[beyond].sum(), rel=3e-2)
    assert masses == pytest.approx(masses[::-1], rel=1e-9)


@settings(max_examples=40)
@given(
    amplitudes=st.lists(st.floats(1e-6, 1e-2), min_size=1, max_size=6),
    half_bins=st.integers(10, 24),
)
def test_beat_mass_is_whole_and_centred(amplitudes, half_bins):
    edges, masses = distribution(amplitudes, 2 * half_bins + 1)
    assert masses.min() >= 0.0
    assert masses.sum() == pytest.approx(1.0, abs=1e-12)
    centres = (edges[1:] + edges[:-1]) / 2
    assert float(masses @ centres) == pytest.approx(0.0, abs=1e-9 * sum(amplitudes))


def test_an_even_number_of_bins_is_refused():
    amplitudes = np.array([1e-3])
    assert math.isnan(reflection.beat_state_density(amplitudes, np.linspace(-1e-3, 1e-3, 21), np.empty(20)))
