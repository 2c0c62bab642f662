"""Figures of studies: they say their numbers, nothing is clipped or covered, at small and large sizes of data."""

import numpy as np
import pytest

from photonics import catalog, studies
from photonics.reports import margin_map, pareto, tornado, yield_curve
from photonics.reports.studies import MOST_BARS, scaled_unit
from photonics.reports.style import rendered
from tests.reports.drawn import badly_placed, words
from tests.studies.toy import Toy, ishigami, linear, scalar

LINK = "1.6T-2xDR4"
LINKS = tuple(entry.name for entry in catalog.list("link"))


def said(figure):
    assert badly_placed(figure) == []
    assert rendered(figure, "png") == rendered(figure, "png")
    return "\n".join(words(figure))


def plane(function, unit="dB"):
    return Toy({"a": scalar("number", 1.0), "b": scalar("loss", 3.0)}, {"m": (function, unit, 1)})


def test_margin_map_of_a_link():
    found = studies.surface(LINK, "margin_db", {"fibre.length": ("10 m", "25 km"), "receiver.noise_density": ("8 pA/sqrt(Hz)", "60 pA/sqrt(Hz)")}, num=(41, 31))
    text = said(margin_map(found))
    for word in ("fibre.length, km", "receiver.noise_density, pA/sqrt(Hz)", "black line: margin_db = 0", f"{LINK}: margin_db, dB"):
        assert word in text


@pytest.mark.parametrize(
    ("function", "words_in"),
    [
        (lambda t: np.nan * t["a"], ("no point has an answer", "crosses: 30 points")),
        (lambda t: 5.0 + 0.0 * t["a"], ("nowhere on this map",)),
        (lambda t: np.where(t["a"] > 2.0, np.nan, t["a"] - 0.1 * t["b"]), ("black line", "crosses: 10 points")),
        (lambda t: 1e-9 * t["a"], ("black line",)),
        (lambda t: -1e6 - t["b"], ("nowhere on this map",)),
    ],
)
def test_margin_maps_of_odd_data(function, words_in):
    text = said(margin_map(studies.surface(plane(function), "m", {"a": (-4, 4), "b": ("0 dB", "10 dB")}, num=(6, 5))))
    for word in words_in:
        assert word in text, word


def test_the_contour_lies_where_the_output_is_zero():
    figure = margin_map(studies.surface(plane(lambda t: t["a"] - 0.5 * t["b"]), "m", {"a": (-4, 4), "b": ("0 dB", "10 dB")}))
    thick = [c for c in figure.axes[0].collections if getattr(c, "get_linewidths", lambda: [0])()[0:1] == [2.2] or 2.2 in np.atleast_1d(c.get_linewidth())]
    points = np.vstack([path.vertices for collection in thick for path in collection.get_paths() if len(path.vertices)])
    assert len(points) > 20
    np.testing.assert_allclose(points[:, 0], 0.5 * points[:, 1], atol=1e-9)


@pytest.mark.parametrize(
    "limits",
    [["margin_db >= 0"], ["margin_db >= 0", "room_db >= 0"], ["margin_db >= 0", "room_db >= 0", "power_w <= 4.5", "power_w >= 4", "margin_db <= 9"]],
    ids=len,
)
@pytest.mark.parametrize("points", [20, 20_000])
def test_yield_curves(limits, points):
    found = studies.yields(linear(), limits, points=points)
    text = said(yield_curve(found))
    assert f"{points} draws" in text and f"yield {100 * found.share:.2f} %" in text
    for one in found.each[:4]:
        assert f"{one.limit}: {100 * one.share:.2f} %" in text


@pytest.mark.parametrize("num", [2, 25, 100])
def test_yield_along_a_parameter(num):
    found = studies.yields(linear(), ["margin_db >= 0"], points=500, against="path.loss", span=("28 dB", "34 dB", num))
    figure = yield_curve(found)
    assert "path.loss, dB" in said(figure)
    line = max((line for line in figure.axes[0].get_lines()), key=lambda one: len(one.get_xdata()))
    np.testing.assert_allclose(line.get_ydata(), [100.0 * p.share for p in found.curve])


def test_yield_without_any_output():
    toy = Toy(ishigami().scalars, {"y": (lambda t: np.nan * t["x1"], "dB", 1)})
    assert "no draw has this output" in said(yield_curve(studies.yields(toy, ["y >= 0"], points=50)))


def test_tornado_of_a_link():
    found = studies.sensitivity(LINK)
    figure = tornado(found)
    text = said(figure)
    assert found.rows[0].path in text and "at its low end" in text
    assert len(figure.axes[0].get_yticklabels()) == MOST_BARS
    assert f"{len(found.rows) - MOST_BARS} more" in text


def test_tornado_bars_end_where_the_outputs_are():
    found = studies.sensitivity(linear())
    figure = tornado(found)
    ends = sorted((round(p.get_x(), 9), round(p.get_x() + p.get_width(), 9)) for p in figure.axes[0].patches)
    wanted = sorted((2.0, round(e, 9)) for row in found.rows for e in (row.output_low, row.output_high))
    assert ends == wanted or sorted(map(sorted, ends)) == sorted(map(sorted, wanted))


def test_tornado_of_odd_data():
    long = "a_rather_long_section.with_a_long_name_of_a_parameter"
    toy = Toy(
        {long: scalar("number", 1.0, 0.0, 2.0), "b": scalar("loss", 3.0, 1.0, 8.0), "c": scalar("loss", 3.0, 1.0, 8.0)},
        {"m": (lambda t: np.where(t["b"] > 7.0, np.nan, t["c"] ** 2 - t["b"] + (t[long] - 1.1) ** 2), "dB", 1)},
    )
    text = said(tornado(studies.sensitivity(toy, "m")))
    assert "no answer at 8 dB" in text and "long_name_of_a_parameter" in text
    assert "no parameter has a range that moves it" in said(tornado(studies.sensitivity(ishigami(), "y")))


@pytest.mark.parametrize("count", [1, 4, len(LINKS)])
@pytest.mark.parametrize("third", [(), ("price_usd",)], ids=["two", "three"])
def test_fronts_with_the_named_designs(count, third):
    found = studies.pareto(LINK, minimise=["energy_pj_per_bit", *third], maximise=["margin_db"], choices={"design": LINKS[:count]})
    text = said(pareto(found))
    known = [p for p in found.named if np.isfinite(list(p.outputs.values())).all()]
    for point in known:
        assert point.name in text, point.name
    assert "less is better" in text and "more is better" in text
    if len(known) < count:
        assert f"{count - len(known)} named without an answer" in text


def test_forty_named_designs_in_a_crowd():
    """Names that find no room are counted, and none lies on another."""
    names = {f"design number {k}": float(k) for k in range(60)}
    toy = Toy(
        {"a": scalar("number", 1.0)},
        {"x": (lambda t: np.sin(t["part"]) * 3.0, "W", -1), "y": (lambda t: np.cos(1.7 * t["part"]), "dB", 1)},
        variants={"part": names},
    )
    text = said(pareto(studies.pareto(toy, minimise=["x"], maximise=["y"], choices={"part": list(names)})))
    assert "names found no room" in text


@pytest.mark.parametrize("points", [16, 4096])
def test_fronts_over_axes(points):
    axes = {"tx.level": ("-10 dBm", "10 dBm"), "path.loss": ("20 dB", "40 dB")}
    found = studies.pareto(linear(), minimise=["power_w"], maximise=["margin_db"], axes=axes, points=points)
    assert f"{len(found.front)} of {points} points" in said(pareto(found))
    nothing = studies.pareto(linear(), minimise=["power_w"], maximise=["margin_db"], axes=axes, points=16, limits=["room_db >= 300"])
    assert "no point keeps all limits" in said(pareto(nothing))


@pytest.mark.parametrize(
    ("dimension", "values", "wanted"),
    [("length", [10.0, 2e3], (1000.0, "km")), ("noise_density", [1e-11], (1e-12, "pA/sqrt(Hz)")), ("level", [3.0], (1.0, "dBm")), ("number", [3.0], (1.0, "")), ("length", [0.0], (1.0, "m"))],
)  # fmt: skip
def test_units_that_suit_the_values(dimension, values, wanted):
    factor, unit = scaled_unit(dimension, values)
    assert (factor, unit) == (pytest.approx(wanted[0]), wanted[1])
