"""Sobol indices against exact ones (Ishigami, linear, additive), coverage of the intervals, groups, and a slow twin."""

import itertools

import numpy as np
import pytest

from photonics.errors import InputError
from photonics.studies.sensitivity import sensitivity
from photonics.studies.sobol import factors, sobol_indices
from photonics.sweeps.plan import sweep_plan
from tests.studies.toy import Toy, ishigami, linear, scalar

A, B = 7.0, 0.1
_V = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
_V1, _V2, _V13 = 0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, B**2 * np.pi**8 * (1 / 18 - 1 / 50)
FIRST, TOTAL = np.array([_V1, _V2, 0.0]) / _V, np.array([_V1 + _V13, _V2, _V13]) / _V


def plan_of(toy, points, seed=1, output="y", **more):
    return sweep_plan(toy, method="monte-carlo", points=points, seed=seed, outputs=(output,), draws={"ranges": "none"}, **more)


def indices(toy, points, seed=1, output="y", **more):
    return sobol_indices(plan_of(toy, points, seed, output, **more), toy, output)


def test_ishigami():
    """2^17 samples: standard errors of 0.002 to 0.0035; six indices within four of them."""
    found = indices(ishigami(), 2**17, seed=3)
    assert [i.paths for i in found.indices] == [("x1",), ("x2",), ("x3",)]
    np.testing.assert_allclose([i.first for i in found.indices], FIRST, rtol=0, atol=0.014)
    np.testing.assert_allclose([i.total for i in found.indices], TOTAL, rtol=0, atol=0.014)
    assert found.variance == pytest.approx(_V, rel=0.01) and found.mean == pytest.approx(A / 2, abs=0.05)
    assert found.evaluations == 5 * 2**17 and found.left_out == 0


def test_intervals_cover_what_they_say():
    """25 seeds x 6 indices: the interval holds the exact value in 85 to 100 % of them (95 % wanted)."""
    hits = []
    for seed in range(25):
        for i, first, total in zip(indices(ishigami(), 4096, seed).indices, FIRST, TOTAL, strict=True):
            hits += [i.first_ci95[0] <= first <= i.first_ci95[1], i.total_ci95[0] <= total <= i.total_ci95[1]]
    assert 0.85 <= np.mean(hits) < 1.0


def test_a_linear_design_has_the_shares_of_its_variances():
    found = indices(linear(), 2**15, output="margin_db")
    shares = {"tx.level": 1.0, "path.loss": 0.49, "rx.noise": 0.04}
    for index in found.indices:
        exact = shares[index.paths[0]] / 1.53
        assert index.first == pytest.approx(exact, abs=0.03) and index.total == pytest.approx(exact, abs=0.02)


def test_what_is_drawn_together_is_one_factor():
    """y = a + b + c with a, b of one group (rho = 1): the pair carries 4 of 5 parts; correlated pairs are one, too."""
    normal = ("normal", {"mean": 0.0, "sigma": 1.0})
    toy = Toy(
        {name: scalar("number", 0.0, distribution=normal, group="pair" if name in "ab" else None) for name in "abc"},
        {"y": (lambda t: t["a"] + t["b"] + t["c"], "1", 0)},
    )
    found = indices(toy, 2**14)
    assert [i.paths for i in found.indices] == [("a", "b"), ("c",)]
    assert found.indices[0].total == pytest.approx(0.8, abs=0.02) and found.indices[1].total == pytest.approx(0.2, abs=0.01)
    tied = plan_of(linear(), 1024, output="margin_db", correlations=[{"paths": ["tx.level", "rx.noise"], "rho": 0.5}])
    assert [[tied.paths[c] for c in part] for part in factors(tied.expansion)] == [["tx.level", "rx.noise"], ["path.loss"]]


def test_slow_twin_by_nested_quadrature():
    """First and total indices of a function of two uniform variables by 60 x 60 Gauss points: conditional means and variances."""
    shape = ("uniform", {"low": 0.0, "high": 1.0})

    def f(a, b):
        return np.exp(a) * (1.0 + 2.0 * b**2) + np.sin(5.0 * b)

    toy = Toy({"a": scalar("number", 0.5, distribution=shape), "b": scalar("number", 0.5, distribution=shape)}, {"y": (lambda t: f(t["a"], t["b"]), "1", 0)})
    x, w = np.polynomial.legendre.leggauss(60)
    x, w = 0.5 * (x + 1), 0.5 * w
    values = np.array([[f(a, b) for b in x] for a in x])
    mean = w @ values @ w
    variance = w @ values**2 @ w - mean**2
    by_a, by_b = w @ (values @ w - mean) ** 2, w @ (w @ values - mean) ** 2
    first, total = np.array([by_a, by_b]) / variance, 1.0 - np.array([by_b, by_a]) / variance
    found = indices(toy, 2**16).indices
    np.testing.assert_allclose([i.first for i in found], first, rtol=0, atol=0.015)
    np.testing.assert_allclose([i.total for i in found], total, rtol=0, atol=0.015)


def test_draws_of_the_three_samples_are_independent_where_they_must_be():
    """Columns of A, B and AB: equal where nothing was swapped, uncorrelated where it was (4 standard errors of 1e5 draws)."""
    from photonics.studies.sobol import _swapped
    from photonics.sweeps.plan import columns

    plan = plan_of(ishigami(), 100_000)
    a = columns(plan.expansion, 0, 100_000)
    b = columns(_swapped(plan.expansion, [0, 1, 2]), 0, 100_000)
    mixed = columns(_swapped(plan.expansion, [1]), 0, 100_000)
    assert np.array_equal(mixed[[0, 2]], a[[0, 2]]) and np.array_equal(mixed[1], b[1])
    for i, j in itertools.product(range(3), range(3)):
        assert abs(np.corrcoef(a[i], b[j])[0, 1]) < 4.0 / np.sqrt(100_000)


def test_holes_are_counted_and_left_out():
    shape = ("uniform", {"low": 0.0, "high": 1.0})
    toy = Toy({"a": scalar("number", 0.5, distribution=shape), "b": scalar("number", 0.5, distribution=shape)},
              {"y": (lambda t: np.where(t["a"] > 0.9, np.nan, t["a"] + t["b"]), "1", 0)})  # fmt: skip
    found = indices(toy, 4096)
    # A sample is used only if none of a (A and AB_b), b's a (B and AB_a) is above 0.9: 0.81 of them.
    assert found.left_out == pytest.approx(0.19 * 4096, abs=4 * np.sqrt(4096 * 0.19 * 0.81))


def test_refusals():
    with pytest.raises(InputError, match="1024"):
        indices(ishigami(), 1000)
    with pytest.raises(InputError, match="does not vary"):
        indices(Toy(ishigami().scalars, {"y": (lambda t: 0.0 * t["x1"] + 5.0, "1", 0)}), 1024)
    with pytest.raises(InputError, match="no sample with an answer"):
        indices(Toy(ishigami().scalars, {"y": (lambda t: np.nan * t["x1"], "1", 0)}), 1024)


def test_sensitivity_carries_the_indices_and_repeats():
    one, other = (sensitivity(ishigami(), "y", sobol=2048, seed=5).as_dict() for _ in range(2))
    assert one == other
    assert one != sensitivity(ishigami(), "y", sobol=2048, seed=6).as_dict()
    assert {row["path"]: row["sobol_with"] for row in one["sensitivities"]} == {f"x{k}": [f"x{k}"] for k in (1, 2, 3)}
