"""Yield of Gaussian cases against exact values, intervals, moments against quadrature, bad points, bounds of modules."""

import math

import numpy as np
import pytest

from photonics.errors import InputError
from photonics.studies.scatter import moments
from photonics.studies.yields import correlation_of, yields
from photonics.sweeps.plan import columns, sweep_plan
from tests.studies.toy import Toy, linear, scalar


def phi(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def test_yield_of_a_gaussian_case():
    """Margin normal(2, sqrt 1.53): 10^6 draws within four standard errors of Phi(2 / sigma); quantiles to 4 of theirs and the sketch's width."""
    n = 1_000_000
    sigma = math.sqrt(1.0 + 0.49 + 0.04)
    found = yields(linear(), ["margin_db >= 0"], points=n)
    exact = phi(2.0 / sigma)
    assert abs(found.share - exact) < 4.0 * math.sqrt(exact * (1 - exact) / n)
    assert found.ci95[0] < found.share < found.ci95[1]
    for share, value in found.quantiles["margin_db"]:
        z = (value - 2.0) / sigma
        density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) / sigma
        assert abs(phi(z) - share) < 4.0 * math.sqrt(share * (1 - share) / n) + density * abs(value) * 2.0**-11


def test_worst_case_beside_statistics():
    """A linear design: root of the sum of squares exact, and equal to the drawn quantile; the corner far outside."""
    worst = linear(margin=2.0 - 6.0)
    (budget,) = yields(linear(), ["margin_db >= 0"], points=400_000, worst=worst).budgets
    sigma = math.sqrt(1.53)
    assert budget.sigma == pytest.approx(sigma, rel=1e-6) and budget.centre == pytest.approx(2.0, rel=1e-9)
    assert budget.rss == pytest.approx(2.0 - 3.0902323 * sigma, rel=1e-6)
    assert budget.monte_carlo == pytest.approx(budget.rss, abs=0.1)
    assert budget.worst_case == pytest.approx(-4.0) and budget.nominal == pytest.approx(2.0)
    assert [path for path, _ in budget.parts] == ["tx.level", "path.loss", "rx.noise"]


def test_upper_limits_look_at_the_upper_end():
    (budget,) = yields(linear(), ["margin_db <= 5"], points=400_000).budgets
    assert budget.rss == pytest.approx(2.0 + 3.0902323 * math.sqrt(1.53), rel=1e-6)
    assert budget.monte_carlo == pytest.approx(budget.rss, abs=0.1)


def test_groups_add_up_linearly_and_correlations_by_their_rho():
    normal = ("normal", {"mean": 0.0, "sigma": 1.0})
    toy = Toy(
        {name: scalar("number", 0.0, distribution=normal, group="pair" if name in "ab" else None) for name in "abc"},
        {"y": (lambda t: t["a"] + t["b"] + t["c"], "dB", 1)},
    )
    found = yields(toy, ["y >= -3"], points=400_000)
    assert found.budgets[0].sigma == pytest.approx(math.sqrt(5.0), rel=1e-6)
    assert abs(found.share - phi(3.0 / math.sqrt(5.0))) < 4.0 * math.sqrt(0.09 * 0.91 / 400_000)
    tied = yields(linear(), ["margin_db >= 0"], points=400_000, correlations=[{"paths": ["tx.level", "path.loss"], "rho": 0.5}])
    sigma = math.sqrt(1.53 - 2.0 * 0.5 * 0.7)
    assert tied.budgets[0].sigma == pytest.approx(sigma, rel=1e-6)
    assert abs(tied.share - phi(2.0 / sigma)) < 4.0 * math.sqrt(0.02 / 400_000)


def test_correlation_of_a_plan_against_its_draws():
    plan = sweep_plan(
        linear(), method="monte-carlo", points=200_000, seed=2, outputs=("margin_db",), draws={"ranges": "none"},
        correlations=[{"paths": ["tx.level", "rx.noise"], "rho": -0.6}],
    )  # fmt: skip
    drawn = np.corrcoef(columns(plan.expansion, 0, 200_000))
    np.testing.assert_allclose(correlation_of(plan.expansion), drawn, rtol=0, atol=4.0 / math.sqrt(200_000))


def test_each_limit_and_all_of_them():
    found = yields(linear(), ["margin_db >= 0", "room_db >= 0"], points=400_000)
    error = 4.0 * math.sqrt(0.07 / 400_000)
    assert found.each[1].share == pytest.approx(phi(1.5), abs=error)
    # Level, which both limits see, integrated by Gauss-Hermite: room wants level <= 1.5, margin the rest's draws.
    z, w = np.polynomial.legendre.leggauss(200)
    level = 0.5 * (z + 1.0) * 10.0 - 8.5
    density = np.exp(-0.5 * level**2) / math.sqrt(2.0 * math.pi)
    exact = 5.0 * w @ (density * [phi((2.0 + x) / math.sqrt(0.53)) for x in level])
    assert found.share == pytest.approx(float(exact), abs=error)


def test_curve_against_the_limit():
    one = yields(linear(), ["margin_db >= 0"], points=400_000).each[0]
    assert len(one.curve) > 50
    for point in one.curve:
        assert point.share == pytest.approx(1.0 - phi((point.at - 2.0) / math.sqrt(1.53)), abs=0.004)
        assert point.low <= point.share <= point.high


def test_against_a_parameter_uses_the_same_draws():
    found = yields(linear(), ["margin_db >= 0"], points=100_000, against="path.loss", span=("28 dB", "34 dB", 7))
    sigma = math.sqrt(1.04)
    for point, loss in zip(found.curve, range(28, 35), strict=True):
        exact = phi((32.0 - loss) / sigma)
        assert point.at == loss and abs(point.share - exact) < 4.0 * math.sqrt(exact * (1 - exact) / 100_000) + 1e-5
    shares = [p.share for p in found.curve]
    assert shares == sorted(shares, reverse=True)
    with_values = yields(linear(), ["margin_db >= 0"], points=100_000, against="path.loss", values=["30 dB"])
    assert with_values.curve[0] == found.curve[2]


def test_draws_without_an_answer_fail_and_are_told():
    shape = ("uniform", {"low": 0.0, "high": 1.0})
    toy = Toy({"a": scalar("number", 0.5, distribution=shape)}, {"y": (lambda t: np.where(t["a"] < 0.25, np.nan, t["a"]), "1", 1)})
    found = yields(toy, ["y >= 0.5"], points=100_000)
    assert found.share == pytest.approx(0.5, abs=0.007)
    assert found.bad["no answer"] == pytest.approx(25_000, abs=600)
    assert found.located[0]["reason"] == "no answer" and found.located[0]["inputs"]["a"] < 0.25
    assert found.each[0].curve[0].share < 0.76
    document = found.as_dict()
    assert document["yield"] == found.share and document["bad_points"] == found.bad


def test_a_module_of_equal_lanes():
    found = yields(linear(), ["margin_db >= 0"], points=10_000, lanes=8)
    assert found.module.independent == pytest.approx(found.share**8) and found.module.common == found.share
    assert found.module.ci95 == (pytest.approx(found.ci95[0] ** 8), found.ci95[1])
    assert yields(linear(), ["margin_db >= 0"], points=100).module is None


def test_readings_of_ranges():
    toy = Toy({"a": scalar("loss", 2.0, 1.0, 5.0), "b": scalar("loss", 1.0)}, {"y": (lambda t: t["a"] + 0.0 * t["b"], "dB", -1)})
    uniform = yields(toy, ["y <= 2"], points=100_000, ranges="uniform")
    triangular = yields(toy, ["y <= 2"], points=100_000, ranges="triangular")
    assert uniform.share == pytest.approx(0.25, abs=0.006) and triangular.share == pytest.approx(0.25, abs=0.006)
    assert uniform.budgets[0].sigma == pytest.approx(4.0 / math.sqrt(12.0), rel=1e-6)
    assert triangular.budgets[0].sigma == pytest.approx(math.sqrt(13.0 / 18.0), rel=1e-6)
    with pytest.raises(InputError, match="nothing scatters|nothing that"):
        yields(toy, ["y <= 2"], points=100, ranges="none")


# kind, parameters, dimension: 9 distributions, four of them cut at a bound
SHAPES = [
    ("normal", {"mean": 10.0, "sigma": 1.0}, "loss"),
    ("normal", {"mean": 0.5, "sigma": 1.0}, "loss"),
    ("normal", {"mean": 0.9, "sigma": 0.3}, "fraction"),
    ("normal", {"mean": -1.0, "sigma": 1.5}, "loss"),
    ("lognormal", {"median": 3.0, "sigma_ratio": 1.4}, "ratio"),
    ("lognormal", {"median": 0.5, "sigma_ratio": 2.0}, "fraction"),
    ("uniform", {"low": 1.0, "high": 4.0}, "loss"),
    ("triangular", {"low": 1.0, "mode": 1.5, "high": 4.0}, "loss"),
    ("triangular", {"low": 1.0, "mode": 4.0, "high": 4.0}, "loss"),
]


@pytest.mark.parametrize(("kind", "parameters", "dimension"), SHAPES)
def test_moments_against_quadrature_and_against_the_draws(kind, parameters, dimension):
    one = scalar(dimension, 1.0, 0.5, 2.0, (kind, parameters))
    toy = Toy({"a": one}, {"y": (lambda t: t["a"], "1", 0)})
    limits = toy.parameter("a").kind.dimension
    mean, sigma = moments(one, "none", limits.low, limits.high)
    p = dict(parameters)
    if kind == "normal":
        low, high = max(limits.low, p["mean"] - 12 * p["sigma"]), min(limits.high, p["mean"] + 12 * p["sigma"])

        def density(x):
            return np.exp(-0.5 * ((x - p["mean"]) / p["sigma"]) ** 2)

    elif kind == "lognormal":
        spread = math.log(p["sigma_ratio"])
        low, high = p["median"] * math.exp(-12 * spread), min(limits.high, p["median"] * math.exp(12 * spread))

        def density(x):
            return np.exp(-0.5 * (np.log(x / p["median"]) / spread) ** 2) / x

    else:
        low, high, mode = p["low"], p["high"], p.get("mode")

        def density(x):
            if mode is None:
                return np.ones_like(x)
            return np.where(x < mode, (x - low) / max(mode - low, 1e-300), (high - x) / max(high - mode, 1e-300))

    nodes, weights = np.polynomial.legendre.leggauss(64)
    # Many panels, and in the logarithm where the distribution lives there.
    edges = np.geomspace(low, high, 400) if kind == "lognormal" else np.linspace(low, high, 2001)
    x = (edges[:-1, None] + np.diff(edges)[:, None] * 0.5 * (nodes + 1)).ravel()
    w = (np.diff(edges)[:, None] * 0.5 * weights).ravel() * density(x)
    expected = (w @ x) / w.sum()
    deviation = math.sqrt((w @ (x - expected) ** 2) / w.sum())
    assert mean == pytest.approx(expected, rel=1e-6) and sigma == pytest.approx(deviation, rel=2e-6)
    plan = sweep_plan(toy, method="monte-carlo", points=200_000, seed=1, outputs=("y",), draws={"ranges": "none"})
    drawn = columns(plan.expansion, 0, 200_000)[0]
    assert drawn.mean() == pytest.approx(mean, abs=5.0 * sigma / math.sqrt(200_000))
    assert drawn.std() == pytest.approx(sigma, rel=0.03)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"limits": []}, "limit"),
        ({"limits": ["margin_db > 0"]}, ">="),
        ({"limits": ["margin_db"]}, "margin_db"),
        ({"limits": ["margn_db >= 0"]}, "margin_db"),
        ({"limits": ["margin_db >= 0", "margin_db >= 0"]}, "twice"),
        ({"limits": ["margin_db >= 0 W"]}, "dB"),
        ({"points": 0}, "points"),
        ({"seed": -1}, "seed"),
        ({"ranges": "gauss"}, "triangular"),
        ({"lanes": 0}, "lanes"),
        ({"against": "path.loss"}, "path.loss"),
        ({"span": ("1 dB", "2 dB", 3)}, "without a path"),
        ({"against": "path.los", "values": ["1 dB"]}, "path.loss"),
        ({"against": "path.loss", "values": ["1 dBm"]}, "loss"),
        ({"against": "path.loss", "span": ("2 dB", "1 dB", 3)}, "low below high"),
        ({"only": ["nothing.*"]}, "nothing"),
    ],
)
def test_bad_options(options, words):
    with pytest.raises(InputError, match=words):
        yields(linear(), **options)
