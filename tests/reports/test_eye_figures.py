"""Figures of the statistical eye and of error ratios: they say their numbers, draw what the result holds, nothing is clipped or covered."""

import math
from dataclasses import replace

import numpy as np
import pytest

from photonics.links import ber as ber_of
from photonics.links import eye as eye_of
from photonics.reports import ber, eye
from photonics.reports.eye import HEIGHT_IN, WIDTH_IN, shade, verdict
from photonics.reports.eye_panels import probability, rms_beyond
from photonics.reports.style import rendered
from photonics.results import BerCurve, BerPoint, number, ratio
from photonics.results.eye import EyeResult, SubEye
from tests.reports.drawn import badly_placed, words

NAN = float("nan")


def said(figure):
    assert badly_placed(figure) == []
    assert rendered(figure, "png") == rendered(figure, "png")
    return "\n".join(words(figure))


def made(count=4, targets=(1e-3, 1e-6, 1e-9), open_at=0.2, window=32, per_symbol=1, taps=9, feedback=1, depth=-9.0) -> EyeResult:
    """An eye drawn by hand: lozenges that shrink by a third of ``open_at`` from target to target, a Gaussian response."""
    at = np.linspace(-0.5, 0.5, 33)
    wide = np.linspace(-0.5, 0.5, 65)
    levels = np.linspace(-0.5, 0.5, count)
    middles = (levels[1:] + levels[:-1]) / 2.0
    half = [open_at / 2.0 / (count - 1) * (1.0 - k / 3.0) for k in range(len(targets))]
    low = [[[float(m - (h - 0.5 * abs(x))) for m in middles] for x in at] for h in half]
    high = [[[float(m + (h - 0.5 * abs(x))) for m in middles] for x in at] for h in half]
    times = np.arange(-window // 2, window // 2, 1 / 16) + 0.01
    eyes = tuple(SubEye(e, float(m), tuple(2.0 * h for h in half), tuple(max(4.0 * h, 0.0) for h in half)) for e, m in enumerate(middles))
    return EyeResult(
        link="drawn", corner="typ", lane=0, rx_oma_dbm=-3.0, log10_ber=depth, log10_codeword=10.0 * depth, levels=tuple(levels.tolist()), sub_eyes=eyes,
        targets=tuple(targets), offsets_ui=tuple(at.tolist()), edges_low=nested(low), edges_high=nested(high),
        bathtub_offsets_ui=tuple(wide.tolist()), bathtub_log10_ber=tuple((depth * (1.0 - 1.9 * np.abs(wide))).tolist()),
        pulse_ui=tuple(times.tolist()), pulse=tuple((0.7 * np.exp(-((times + 2.0) ** 2))).tolist()), equalised_pulse=tuple(np.exp(-2.0 * times**2).tolist()),
        taps=tuple(np.linspace(-0.2, 1.3, taps).tolist()), main_tap=min(taps - 1, 3), taps_per_symbol=per_symbol,
        feedback_taps=(0.2, 0.1, -0.05, 0.02, 0.01)[:feedback], detector="FFE by hand", noise=(("amplifier", 0.01), ("shot", 0.004), ("quantisation", 0.0)),
        isi_rms=0.003, burst_errors=1.0, continuation=0.0, notes=("a note",), limit_ber=2.28e-4,
    )  # fmt: skip


def nested(values):
    return tuple(tuple(tuple(row) for row in sheet) for sheet in values)


@pytest.mark.parametrize(("name", "corner"), [("1.6T-2xDR4", "typ"), ("1.6T-2xDR4", "worst"), ("1.6T-2xDR4-lro", "typ"), ("1.6T-OCI-ring", "typ")])
def test_an_eye_of_shipped_designs(name, corner):
    result = eye_of(name, corner=corner, offsets=33)
    figure = eye(result)
    text = said(figure)
    assert figure.get_size_inches().tolist() == [WIDTH_IN, HEIGHT_IN]
    assert figure.get_label() == f"Statistical eye of {name}, lane 0, {corner} corner"
    wanted = [
        f"{name}, lane 0, {corner} corner: statistical eye",
        f"received OMA {number(result.rx_oma_dbm)} dBm; pre-FEC BER {ratio(result.log10_ber)}",
        result.detector,
        "sampling offset, UI",
        "amplitude, outer swings",
        "sampling instant",
        "Bathtub",
        "Response to one symbol",
        "behind the equaliser",
        "cursor",
        "FFE",
        "interference left",
        verdict(result)[0],
        *(f"level {k}: {number(v, 3)}" for k, v in enumerate(result.levels)),
        *(f"threshold {number(e.threshold, 3)}" for e in result.sub_eyes),
        *(f"sub-eye {e.index}: height x width" for e in result.sub_eyes),
        *(kind for kind, _ in result.noise),
    ]
    for target in result.targets:
        assert text.count(f"{probability(target)}: ") == len(result.sub_eyes)
    if result.feedback_taps:
        wanted += ["fed back", "feedback"]
    for one in wanted:
        assert one in text, one


def test_a_closed_eye_says_so():
    result = eye_of("1.6T-2xDR4", rx_oma_dbm=-14.0, offsets=9)
    assert verdict(result)[0] == "closed at every probability drawn"
    text = said(eye(result))
    assert text.split("\n").count("closed") == 3
    assert text.count("closed by") == 9


@pytest.mark.parametrize("count", [2, 4, 8])
@pytest.mark.parametrize("targets", [(1e-6,), (1e-3, 1e-6, 1e-9), (0.1, 1e-2, 1e-3, 2.28e-4, 1e-6, 1e-9, 1e-12, 1e-18)], ids=len)
@pytest.mark.parametrize("open_at", [0.9, 0.25, -0.4])
def test_eyes_by_hand(count, targets, open_at):
    assert "height x width" in said(eye(made(count, targets, open_at)))


def test_where_targets_find_no_room_those_about_the_closing_are_told():
    text = said(eye(made(8, (0.1, 1e-2, 1e-3, 2.28e-4, 1e-6, 1e-9, 1e-12, 1e-18), 0.9)))
    assert text.count("1e-3: ") == text.count("2.28e-4: closed by") == 7 and "1e-18: " not in text


def openings(figure):
    """Filled outlines of the eye panel: low and high end of each, by colour."""
    return [c for c in figure.axes[0].collections if len(c.get_facecolor()) and not len(getattr(c, "get_segments", list)())]


def test_openings_are_the_edges_from_pale_to_dark():
    result = made(2, open_at=0.45)
    found = openings(eye(result))
    assert len(found) == 3
    for rank, collection in enumerate(found):
        path = collection.get_paths()[0].vertices
        assert np.ptp(path[:, 1]) == pytest.approx(result.sub_eyes[0].heights[rank], abs=1e-9)
        assert np.ptp(path[:, 0]) == pytest.approx(result.sub_eyes[0].widths_ui[rank], abs=1e-9)
        assert tuple(collection.get_facecolor()[0][:3]) == pytest.approx(shade(rank, 3))
    greys = [sum(shade(k, 3)) for k in range(3)]
    assert greys == sorted(greys, reverse=True)


def test_targets_in_any_order_nest():
    one, other = made(2, (1e-3, 1e-6), 0.8), made(2, (1e-3, 1e-6), 0.8)
    turned = replace(
        other, targets=other.targets[::-1], edges_low=other.edges_low[::-1], edges_high=other.edges_high[::-1],
        sub_eyes=tuple(replace(e, heights=e.heights[::-1], widths_ui=e.widths_ui[::-1]) for e in other.sub_eyes),
    )  # fmt: skip
    assert rendered(eye(one), "png") == rendered(eye(turned), "png")


def test_traces_pass_the_levels_at_the_instant():
    """Without interference at the instant every trace is at a level there; feedback takes its share of the previous symbol."""
    times = np.array(made().pulse_ui)
    response = np.where(np.abs(times) < 0.5, 1.0, 0.0) + np.where(np.abs(times - 1.0) < 0.5, 0.3, 0.0)
    result = replace(made(), equalised_pulse=tuple(response.tolist()), feedback_taps=(0.3,))
    lines = next(c for c in eye(result).axes[0].collections if hasattr(c, "get_segments") and len(c.get_segments()) > 100)
    at_instant = np.array([line[16, 1] for line in lines.get_segments()])
    apart = np.abs(at_instant[:, None] - np.array(result.levels)).min(axis=1)
    assert apart.max() < 1e-9 and set(np.round(at_instant, 6)) == set(np.round(result.levels, 6))


def test_an_eye_without_any_number_still_draws():
    base = made()
    none = nested(np.full((3, 33, 3), NAN))
    result = replace(
        base, log10_ber=NAN, log10_codeword=NAN, edges_low=none, edges_high=none, bathtub_log10_ber=(NAN,) * 65, pulse=(NAN,) * len(base.pulse),
        equalised_pulse=(NAN,) * len(base.pulse), taps=(NAN,) * 9, feedback_taps=(NAN,), isi_rms=NAN, noise=(("amplifier", NAN),), burst_errors=NAN,
        sub_eyes=tuple(replace(e, threshold=NAN, heights=(NAN,) * 3, widths_ui=(0.0,) * 3) for e in base.sub_eyes), status="no light", limit_ber=None,
    )  # fmt: skip
    text = said(eye(result))
    for word in ("no light", "no edges: no light", "no error ratio: no light", "no response: no light", "no taps: no light", "no edge"):
        assert word in text, word
    assert "closed" not in text


def test_edges_with_gaps_are_drawn_where_they_are():
    base = made(2, open_at=0.8)
    low = np.array(base.edges_low)
    low[0, :14] = NAN
    said(eye(replace(base, edges_low=nested(low))))


@pytest.mark.parametrize(("depth", "word"), [(-3.0, "(dot)"), (-90.0, "below the panel"), (-math.inf, "below the panel"), (-0.4, "(dot)")])
def test_bathtubs_are_clipped(depth, word):
    base = made()
    result = made(depth=depth) if math.isfinite(depth) else replace(base, log10_ber=depth, bathtub_log10_ber=(-1.0, *(depth,) * 63, -1.0))
    figure = eye(result)
    text = said(figure)
    assert word in text and "limit 2.28e-4" in text
    low, high = figure.axes[2].get_ylim()
    assert -18.0 <= low < high == 0.0


def test_bursts_and_slow_beats_are_told():
    assert "2.00 errors a burst counted" in said(eye(replace(made(), burst_errors=2.0)))
    assert "BER with slow beats of multipath: above 3.2e-9 in 1e-4 of the time; a note" in said(eye(replace(made(), outage=((1e-4, -8.5),))))
    assert "burst" not in said(eye(made()))


def test_energy_beyond_the_view_is_told():
    base = made(window=64)
    times = np.array(base.pulse_ui)
    tail = np.array(base.equalised_pulse) + np.where((times > 19.5) & (times < 22.5), 0.05, 0.0)
    result = replace(base, equalised_pulse=tuple(tail.tolist()))
    places = np.arange(math.ceil(times[0]), math.floor(times[-1]) + 1)
    wanted = math.sqrt(np.var(result.levels) * 3 * 0.05**2)
    assert rms_beyond(result, places, np.interp(places, times, tail)) == pytest.approx(wanted, rel=1e-6)
    text = said(eye(result))
    assert "interference beyond the view:" in text and f"{number(1000 * wanted, 1)} thousandths" in text
    assert "beyond the view" not in said(eye(base))


@pytest.mark.parametrize("feedback", [0, 1, 5])
@pytest.mark.parametrize(("per_symbol", "taps"), [(1, 1), (1, 9), (2, 60)])
def test_taps(feedback, per_symbol, taps):
    result = made(feedback=feedback, per_symbol=per_symbol, taps=taps)
    text = said(eye(result))
    assert ("feedback" in text) == (feedback > 0)
    assert ("more beyond" in text) == (taps == 60)
    assert number(result.taps[result.main_tap], 2) in text


def test_names_are_not_mathematics():
    text = said(eye(replace(made(), link="a $\\frac$ link <b>", detector="x" * 300, notes=("y" * 500,))))
    assert "a $\\frac$ link <b>" in text


def test_a_probability_reads_as_a_power_of_ten():
    assert [probability(v) for v in (1e-3, 2.28e-4, 1e-18, 0.1, 9.999e-7)] == ["1e-3", "2.28e-4", "1e-18", "1e-1", "1e-6"]


# ---------------------------------------------------------------- error ratio against power


def curve(**changes):
    points = tuple(BerPoint(p, -0.1 * (p + 12.0) ** 2 - 1.0) for p in range(-11, 2))
    return replace(BerCurve("drawn", "eye", "typ", 0, points, 2.28e-4, -6.9, note="a note"), **changes)


def test_methods_over_each_other():
    curves = [ber_of("1.6T-2xDR4", method=m) for m in ("closed-form", "eye")]
    figure = ber(curves)
    text = said(figure)
    for one, name in zip(curves, ("closed form", "statistical eye"), strict=True):
        assert f"{name}: sensitivity {number(one.sensitivity_oma_dbm)} dBm" in text
    for word in ("received outer OMA at TP3, dBm", "pre-FEC BER", "target 2.28e-4", "1e-2", "lane 0, typ corner", "1.6T-2xDR4"):
        assert word in text, word
    drawn = figure.axes[0].get_lines()
    for one in curves:
        wanted = [p.log10_ber for p in one.points]
        assert any(len(line.get_ydata()) == len(wanted) and np.allclose(line.get_ydata(), wanted) for line in drawn)


def test_one_curve_alone():
    assert said(ber(curve())) == said(ber([curve()]))


def test_curves_of_lanes_corners_and_links_are_told_apart():
    text = said(ber([curve(), curve(lane=3), curve(corner="worst"), curve(link="x" * 30), curve(method="closed-form")]))
    assert "lane 3" in text and "worst corner" in text and "x" * 30 in text


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"sensitivity_oma_dbm": None, "status": "error floor above the limit"}, "no sensitivity, error floor above the limit"),
        ({"points": (BerPoint(-3.0, NAN), BerPoint(-2.0, -4.0))}, "(1 point without a number)"),
        ({"points": (BerPoint(-3.0, NAN),)}, "no point has an error ratio"),
        ({"points": ()}, "no point has an error ratio"),
        ({"points": (BerPoint(-3.0, -300.0), BerPoint(-2.0, -math.inf))}, "1e-18"),
        ({"points": (BerPoint(-3.0, -3.0, 5e-4, 2e-3), BerPoint(-2.0, -9.0, 0.0, 4e-9))}, "sensitivity"),
        ({"target_ber": None, "sensitivity_oma_dbm": None, "status": "no target"}, "no target"),
    ],
)
def test_odd_curves(changes, word):
    assert word in said(ber(curve(**changes)))
