"""Inverse design: round trips to 1e-9, several solutions, none, jumps, touches, ends of answers."""

import numpy as np
import pytest
from scipy.optimize import brentq

from photonics.errors import InputError
from photonics.studies.inverse import inverse
from tests.studies.toy import curve, linear


@pytest.mark.parametrize("seed", range(40))
def test_round_trip(seed):
    """40 random smooth monotonic curves: the output at a known x as target gives x back to 1e-9."""
    draw = np.random.default_rng(seed)
    a, b, c = draw.uniform(0.1, 3.0, 3)
    sign = draw.choice([-1.0, 1.0])
    at = draw.uniform(-25.0, 25.0)

    def f(x):
        return sign * (a * x + b * np.arctan(c * x))

    found = inverse(curve(f), "y", "x", float(f(at)), low=-30.0, high=30.0)
    assert found.status == "one"
    assert found.value == pytest.approx(at, rel=1e-9, abs=1e-9)
    assert found.solutions[0].output == pytest.approx(float(f(at)), rel=1e-9, abs=1e-9)
    assert found.solutions[0].direction == sign


@pytest.mark.parametrize(("path", "exact"), [("tx.level", -2.0), ("path.loss", 32.0), ("rx.noise", 14.0)])
def test_every_parameter_of_a_linear_design(path, exact):
    found = inverse(linear(), "margin_db", path)
    assert found.value == pytest.approx(exact, rel=1e-12) and len(found.holds) == 1


def test_all_of_several_solutions_and_where_the_limit_holds():
    found = inverse(curve(np.sin), "y", "x", 0.5, low=-10.0, high=10.0)
    exact = sorted(x for k in range(-3, 4) for x in (np.arcsin(0.5) + 2 * np.pi * k, np.pi - np.arcsin(0.5) + 2 * np.pi * k) if -10 < x < 10)
    np.testing.assert_allclose([s.value for s in found.solutions], exact, rtol=1e-9)
    assert found.status == "several"
    for low, high in found.holds:
        inside = np.linspace(low, high, 100)[1:-1]
        assert (np.sin(inside) >= 0.5).all()
    assert sum(high - low for low, high in found.holds) == pytest.approx(sum(np.sin(np.linspace(-10, 10, 400_001)) >= 0.5) / 20_000, abs=1e-3)
    with pytest.raises(InputError, match="several"):
        _ = found.value


def test_a_close_pair_between_two_points_of_the_scan():
    found = inverse(curve(lambda x: (x - 0.5037) ** 2 - 1e-8), "y", "x", 0.0, low=-10.0, high=10.0)
    np.testing.assert_allclose([s.value for s in found.solutions], [0.5036, 0.5038], rtol=1e-9)


def test_touching_the_target():
    found = inverse(curve(lambda x: (x - 0.5037) ** 2), "y", "x", 0.0, low=-10.0, high=10.0)
    assert len(found.solutions) == 1 and found.solutions[0].direction == 0
    assert found.solutions[0].value == pytest.approx(0.5037, abs=1e-6)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: np.exp(x), "above the target"),
        (lambda x: -1.0 - x**2, "below the target"),
        (lambda x: np.nan * x, "nowhere"),
        (lambda x: np.where(x < 0.123, -1.0, 1.0), "jumps"),
    ],
)
def test_no_solution_says_why(function, words):
    found = inverse(curve(function), "y", "x", 0.0, low=-10.0, high=10.0)
    assert found.solutions == () and found.status.startswith("none") and words in found.status
    assert found.as_dict()["value"] is None
    if words == "jumps":
        assert found.jumps == (pytest.approx(0.123, abs=1e-9),)


def test_a_pole_is_no_solution():
    found = inverse(curve(lambda x: 1.0 / (x - 0.3)), "y", "x", 0.0, low=-1.0, high=1.0)
    assert found.solutions == () and len(found.jumps) == 1 and found.jumps[0] == pytest.approx(0.3, abs=1e-9)


def test_answers_that_end():
    """Square root: nothing below 2, so the stretch that holds begins there and no solution is made up."""
    found = inverse(curve(lambda x: np.sqrt(np.where(x < 2.0, np.nan, x - 2.0)) + 1.0), "y", "x", 0.5, low=0.0, high=10.0)
    assert found.solutions == () and found.jumps == (pytest.approx(2.0, abs=1e-9),)
    assert found.holds == ((pytest.approx(2.0, abs=1e-9), 10.0),)


def test_largest_reach_of_an_attenuated_path():
    """Margin 6 dB less 0.4 dB/km and a penalty that grows with length: against brentq on the formula itself."""

    def f(x):
        return 6.0 - 0.4e-3 * x - (x / 2e4) ** 2

    found = inverse(curve(f, "length", 500.0), "y", "x", low="1 m", high="100 km")
    exact = brentq(f, 1.0, 1e5, xtol=1e-9, rtol=1e-14)
    assert found.value == pytest.approx(exact, rel=1e-9) and found.holds == ((1.0, pytest.approx(exact)),)


def test_less_may_be_better():
    found = inverse(linear(), "power_w", "tx.level", 4.4, low="0 dBm", high="10 dBm")
    assert found.value == pytest.approx(2.0, rel=1e-9) and found.holds == ((0.0, pytest.approx(2.0)),)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "tx.lvel"}, "tx.level"),
        ({"output": "marg_db"}, "margin_db"),
        ({"low": "3 dB"}, "power level"),
        ({"low": 3}, "no unit"),
        ({"low": "5 dBm", "high": "1 dBm"}, "low below high"),
        ({"high": "900 dBm"}, "at most 60"),
        ({"target": float("nan")}, "finite"),
    ],
)
def test_bad_options(options, words):
    with pytest.raises(InputError, match=words):
        inverse(linear(), **({"output": "margin_db", "path": "tx.level"} | options))
