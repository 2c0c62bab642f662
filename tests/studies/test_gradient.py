"""Derivatives against analytic ones; bounds, kinks, holes; tornado against direct evaluation."""

import math

import numpy as np
import pytest

from photonics.errors import InputError
from photonics.studies.gradient import derivatives
from photonics.studies.sensitivity import sensitivity
from tests.studies.toy import Toy, curve, linear, scalar

# function, its derivative, dimension, where: 15 cases, scales from 1e-12 to 1e14
CASES = [
    (np.sin, np.cos, "number", 0.7),
    (np.exp, np.exp, "number", 3.0),
    (np.exp, np.exp, "number", 0.0),
    (lambda x: x**5 - 3 * x, lambda x: 5 * x**4 - 3, "number", -2.0),
    (lambda x: 1 / x, lambda x: -1 / x**2, "ratio", 1e-6),
    (lambda x: np.log(x), lambda x: 1 / x, "ratio", 4e12),
    (lambda x: np.sqrt(x), lambda x: 0.5 / np.sqrt(x), "length", 500.0),
    (lambda x: -10 * np.log10(1 + (x / 16e-12) ** 2), lambda x: -20 / math.log(10) * x / 16e-12**2 / (1 + (x / 16e-12) ** 2), "noise_density", 1.6e-11),
    (lambda x: 10 ** (x / 10), lambda x: math.log(10) / 10 * 10 ** (x / 10), "level", -3.0),
    (lambda x: 10 ** (-x / 10), lambda x: -math.log(10) / 10 * 10 ** (-x / 10), "loss", 0.0),
    (lambda x: 10 ** (-x / 10), lambda x: -math.log(10) / 10 * 10 ** (-x / 10), "loss", 0.05),
    (lambda x: x**2, lambda x: 2 * x, "fraction", 1.0),
    (lambda x: np.exp(-((x - 0.3) ** 2)), lambda x: -2 * (x - 0.3) * np.exp(-((x - 0.3) ** 2)), "fraction", 0.0),
    (lambda x: 1.0 / (x + 273.15), lambda x: -1.0 / (x + 273.15) ** 2, "temperature", 55.0),
    (lambda x: np.tanh(x / 1e13), lambda x: (1 - np.tanh(x / 1e13) ** 2) / 1e13, "frequency", 6e12),
]


@pytest.mark.parametrize(("function", "slope", "dimension", "at"), CASES)
def test_derivatives_are_right_to_1e_minus_6_and_say_how_far(function, slope, dimension, at):
    toy = curve(function, dimension, at)
    ((found,),) = derivatives(toy, ("y",), toy.parameters(), np.array([at]))
    exact = float(slope(at))
    assert found.status in ("ok", "one-sided")
    assert found.value == pytest.approx(exact, rel=1e-6, abs=1e-300)
    # The estimate is none too proud; 1e-12 of the value is below what the floats of the formula itself hold.
    assert abs(found.value - exact) <= 20.0 * found.error + 1e-10 * abs(exact)
    assert found.error <= 1e-6 * abs(exact)
    assert toy.calls == 1, "one batch"


def test_a_bound_gives_a_one_sided_derivative():
    toy = curve(lambda x: np.exp(x), "loss", 0.0)
    ((found,),) = derivatives(toy, ("y",), toy.parameters(), np.array([0.0]))
    assert found.status == "one-sided" and math.isnan(found.left) and found.right == pytest.approx(1.0, rel=1e-6)


def test_a_kink_is_told_and_not_averaged():
    toy = curve(lambda x: np.maximum(2.0 * (x - 1.0), -(x - 1.0)), "number", 1.0)
    ((found,),) = derivatives(toy, ("y",), toy.parameters(), np.array([1.0]))
    assert math.isnan(found.value) and found.status.startswith("kink")
    assert (found.left, found.right) == (pytest.approx(-1.0, abs=1e-9), pytest.approx(2.0, abs=1e-9))


def test_a_kink_nearby_does_not_spoil_the_derivative():
    toy = curve(lambda x: np.abs(x - 1.001) + x**2, "number", 1.0)
    ((found,),) = derivatives(toy, ("y",), toy.parameters(), np.array([1.0]))
    assert found.value == pytest.approx(1.0, rel=1e-6)


def test_a_hole_on_one_side():
    toy = curve(lambda x: np.where(x > 1.0, np.nan, x**3), "number", 1.0)
    ((found,),) = derivatives(toy, ("y",), toy.parameters(), np.array([1.0]))
    assert found.status == "one-sided" and found.value == pytest.approx(3.0, rel=1e-6)


def test_no_answer_at_the_point_itself_is_an_error():
    toy = curve(lambda x: np.full_like(x, np.nan))
    with pytest.raises(InputError, match="no answer"):
        derivatives(toy, ("y",), toy.parameters(), np.array([1.0]))


def test_tornado_and_order_of_a_linear_design():
    found = sensitivity(linear(), "margin_db")
    assert [row.path for row in found.rows] == ["tx.level", "path.loss", "rx.noise"]
    for row, slope, half, sigma in zip(found.rows, (1.0, -1.0, -0.5), (3.0, 3.0, 3.0), (1.0, 0.7, 0.4), strict=True):
        assert row.derivative.value == pytest.approx(slope, rel=1e-9)
        assert row.swing == pytest.approx(2.0 * half * slope, rel=1e-12)
        assert row.contribution == pytest.approx(slope * sigma, rel=1e-6)
        assert row.output_low == pytest.approx(2.0 - half * slope)
    assert found.as_dict()["sensitivities"][0]["path"] == "tx.level"


def test_tornado_leaves_out_what_has_no_range_and_marks_ends_without_answer():
    toy = Toy(
        {"a": scalar("number", 1.0), "b": scalar("loss", 3.0, 1.0, 8.0)},
        {"m": (lambda t: np.where(t["b"] > 7.0, np.nan, t["a"] * t["b"]), "dB", 1)},
    )
    rows = {row.path: row for row in sensitivity(toy, "m").rows}
    assert rows["a"].swing is None and rows["b"].output_low == pytest.approx(1.0) and math.isnan(rows["b"].output_high)
    assert rows["b"].as_dict()["output_high"] is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"output": "margn_db"}, "margin_db"),
        ({"ranges": "triangle"}, "triangular"),
        ({"only": ["tx.lvel"]}, "tx.level"),
        ({"sobol": 10}, "1024"),
        ({"exclude": ["*"]}, "no parameter"),
        ({"corner": "wurst"}, "worst"),
        ({"life": "middle"}, "begin"),
        ({"set_point": "loose"}, "held"),
    ],
)
def test_bad_options(options, words):
    with pytest.raises(InputError, match=words):
        sensitivity(linear(), **options)
