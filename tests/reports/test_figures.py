"""Figures: every shipped design draws, says its key numbers with units, and no text is clipped or covered."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import combinations, product
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from photonics import catalog
from photonics.clusters import compare
from photonics.clusters.comparison import Band, Comparison
from photonics.errors import InputError
from photonics.links import budget
from photonics.reports import comparison, save, waterfall
from photonics.reports.steps import steps
from photonics.reports.style import (
    GROUPS,
    Picture,
    group_of,
    in_style,
    ink_on,
    pale,
    rendered,
    technology_colours,
)
from photonics.results import Budget, number

DESIGNS = [entry.name for entry in catalog.list("link")]
CORNERS = ["worst", "typ", "best"]
TOUCH_PX = 3.0  # boxes of texts hold room for letters that go lower than those that are there


@pytest.fixture(scope="module")
def pod() -> Comparison:
    return compare("pod-1024")


@pytest.fixture(scope="module")
def link() -> Budget:
    return budget("1.6T-2xDR4")


def failing(change: str) -> Budget:
    """The shipped link with less launch power than it needs, or with so much noise that there is a floor."""
    spec = catalog.load_link("1.6T-2xDR4")
    if change == "negative margin":
        level = replace(spec.laser.power_max, typ=0.5, low=0.5, high=0.5)
        launch = spec.launch.model_copy(update={"solve": None, "margin_target": None, "oma_outer": level})
    else:
        noise = spec.launch.sndr
        launch = spec.launch.model_copy(update={"sndr": replace(noise, typ=16.0, low=16.0, high=16.0)})
    return budget(spec.model_copy(update={"launch": launch}))


def words(figure: Figure) -> list[str]:
    """All texts of the figure's SVG, one entry a line of text."""
    root = ElementTree.fromstring(rendered(figure, "svg"))
    return ["".join(t.itertext()) for t in root.iter("{http://www.w3.org/2000/svg}text")]


def out_of_view(figure: Figure) -> set[int]:
    """Labels of ticks beyond the ends of their axis: matplotlib keeps them and draws them not."""
    found = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    found |= {id(tick.label1), id(tick.label2)}
    return found


def badly_placed(figure: Figure) -> list[str]:
    """Texts that reach out of the figure, and pairs of level texts that lie on one another."""
    canvas = FigureCanvasAgg(figure)
    with in_style():
        figure.draw_without_rendering()
        renderer = canvas.get_renderer()
        width, height = canvas.get_width_height()
        unseen = out_of_view(figure)
        # Text's own extent: that of an annotation holds its arrow too.
        boxes = [
            (text, Text.get_window_extent(text, renderer))
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text().strip() and id(text) not in unseen
        ]
    faults = [
        f"out of the figure: {text.get_text()!r}"
        for text, box in boxes
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]
    level = [(text, box) for text, box in boxes if text.get_rotation() == 0]
    for (one, a), (other, b) in combinations(level, 2):
        across, along = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > TOUCH_PX and along > TOUCH_PX:
            faults.append(f"on one another: {one.get_text()!r} and {other.get_text()!r}")
    return faults


@pytest.mark.parametrize(("name", "corner"), list(product(DESIGNS, CORNERS)))
def test_a_waterfall_of_every_design_and_corner(name: str, corner: str) -> None:
    result = budget(name, corner=corner)
    figure = waterfall(result)
    assert not badly_placed(figure)
    said = "\n".join(words(figure))
    lane = result.worst_lane
    for text in (
        f"{name}, {corner} corner",
        "closes",
        f"physics margin {number(lane.margin_db)} dB",
        f"spec margin {number(lane.margin_spec_db)} dB",
        f"received OMA {number(lane.rx_oma_dbm)} dBm",
        f"sensitivity {number(lane.sensitivity_oma_dbm)} dBm",
        f"clause minimum {number(result.module.clause_oma_dbm)} dBm",
        f"{number(result.module.power_w, 1)} W",
        "pJ/bit",
        "TP1-TP2 transmitter",
        "TP3-TP4 receiver",
    ):
        assert text in said, text


def test_the_columns_add_up(link: Budget) -> None:
    """What the figure shows is the budget: the chain is unbroken and the margin is what is left."""
    lane = link.worst_lane
    columns = steps(lane)
    *chain, need, margin = columns
    for before, after in zip(chain, chain[1:], strict=False):
        assert after.top == pytest.approx(before.bottom, abs=1e-9)
    assert need.zone == margin.zone == "TP4"
    assert margin.top == pytest.approx(chain[-1].bottom, abs=1e-9)
    assert margin.top - margin.bottom == pytest.approx(lane.rx_oma_dbm - lane.sensitivity_oma_dbm, abs=1e-9)
    assert {s.name for s in columns if s.kind == "guard"} == {t.name for t in lane.terms if t.kind == "guard"}


def test_assumptions_are_marked(link: Budget) -> None:
    labels = [text.get_text() for text in waterfall(link).axes[0].get_xticklabels()]
    assumed = [t.name for t in link.worst_lane.terms if t.confidence == "assumed" and t.kind != "level"]
    assert assumed and sum(label.endswith("*") for label in labels) >= len(assumed)
    for column, label in zip(steps(link.worst_lane), labels, strict=True):
        assert label.endswith("*") == column.assumed


def test_a_negative_margin_is_told_in_words() -> None:
    result = failing("negative margin")
    figure = waterfall(result)
    assert not badly_placed(figure)
    said = words(figure)
    margin = number(result.worst_lane.margin_db)
    assert margin.startswith("-")
    assert f"{margin} dB" in said
    assert any(line.startswith(f"does NOT close: physics margin {margin} dB") for line in said)


def test_a_floor_has_no_margin_and_says_why() -> None:
    result = failing("floor")
    assert result.worst_lane.margin_db is None
    figure = waterfall(result)
    assert not badly_placed(figure)
    said = words(figure)
    assert {"none", "no sensitivity", "no value"} <= set(said)
    assert any("error floor above the limit" in line for line in said)


def test_a_budget_without_any_level_still_draws(link: Budget) -> None:
    """A lane without launch power has no number to place."""
    lane = link.worst_lane
    nothing = tuple(replace(t, value=float("nan")) for t in lane.terms if t.kind != "result")
    lane = replace(
        lane,
        terms=nothing,
        margin_db=None,
        sensitivity_oma_dbm=None,
        rx_oma_dbm=float("nan"),
        status="no launch power",
    )
    said = words(waterfall(replace(link, lanes=(lane,))))
    assert "no level to draw" in said
    assert any("no launch power" in line for line in said)


def test_names_are_not_mathematics(link: Budget) -> None:
    figure = waterfall(replace(link, link="a $\\frac$ link <b>", about="x" * 500))
    assert any("a $\\frac$ link <b>" in line for line in words(figure))
    assert not badly_placed(figure)


def test_a_cluster(pod: Comparison) -> None:
    figure = comparison(pod)
    assert not badly_placed(figure)
    said = words(figure)
    for option in pod.options:
        power = f"{number(option.power.typ / 1e3, 1)} kW"
        assert any(line.startswith(power) for line in said), power
        assert any(line.startswith(f"{number(option.capex.typ / 1e6)} MUSD") for line in said)
        assert f"{number(option.worst_margin_db)} dB" in said
        if option.name != pod.reference:
            freed = f"{number(option.freed_w.typ / 1e3, 1)} kW ({number(option.freed_w.low / 1e3, 1)}.."
            assert any(line.startswith(freed) for line in said), freed
    open_ = [o for o in pod.options if o.name != pod.reference and o.freed_w.low <= 0.0 <= o.freed_w.high]
    assert said.count("not decidable") == len(open_)
    assert any("2048" in line and "switches" in line for line in said)


def test_a_freed_power_above_its_band_is_decided(pod: Comparison) -> None:
    options = [
        o if o.name == pod.reference else replace(o, freed_w=Band(9e3, 4e3, 15e3)) for o in pod.options
    ]
    said = words(comparison(replace(pod, options=tuple(options))))
    assert "not decidable" not in said
    assert "9.0 kW (4.0..15.0)" in said


@pytest.mark.parametrize(
    "names",
    [
        ["1.6T-2xDR4"],
        ["1.6T-2xDR4", "800G-2xDR4", "dac-1.6t"],
        ["pod-1024", "dac-1.6t", "1.6T-2xDR4", "aec-1.6t"],
    ],
)
def test_one_link_and_options_that_do_not_reach(names: list[str]) -> None:
    result = compare(*names)
    figure = comparison(result)
    assert not badly_placed(figure)
    said = words(figure)
    assert ("freed power, kW" in said) == (not result.single)
    infeasible = [o.name for o in result.options if not o.feasible]
    assert said.count("(not feasible)") == len(infeasible)
    assert all(any(line.startswith(f"not feasible: {name}") for line in said) for name in infeasible)


def test_no_shipped_block_is_left_over(pod: Comparison) -> None:
    single = compare(*DESIGNS)
    blocks = {block for o in (*pod.options, *single.options) for block in o.blocks}
    assert {group_of(block) for block in blocks} <= set(GROUPS) - {"other"}
    assert group_of("something new") == "other"


def test_colours() -> None:
    colours = technology_colours(["retimed", "AEC", "free space", "carrier pigeon"])
    assert len(set(colours.values())) == 4
    assert technology_colours(["aec"])["aec"] == colours["AEC"]
    assert pale("#000000") == pytest.approx((0.66, 0.66, 0.66))
    assert ink_on("#000000") == "#FFFFFF" != ink_on("#FFFFFF")


@pytest.mark.parametrize(
    ("suffix", "magic"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF"), (".PNG", b"\x89PNG")]
)
def test_saving(tmp_path, link: Budget, suffix: str, magic: bytes) -> None:
    target = tmp_path / f"figure{suffix}"
    assert save(waterfall(link), target) == target
    assert target.read_bytes().startswith(magic)
    first = target.read_bytes()
    save(waterfall(link), str(target))
    assert target.read_bytes() == first, "the same budget gives the same bytes"
    assert [p.name for p in tmp_path.iterdir()] == [target.name]


def test_svg_carries_neither_date_nor_version(link: Budget) -> None:
    text = rendered(waterfall(link), "svg").decode()
    assert "<dc:date>" not in text and "matplotlib.org" not in text
    assert "<title>Loss waterfall of 1.6T-2xDR4, worst corner</title>" in text


@pytest.mark.parametrize("name", ["figure.jpg", "figure", "figure.svgz", ".png"])
def test_another_suffix_is_bad_input(tmp_path, link: Budget, name: str) -> None:
    with pytest.raises(InputError, match=r"allowed: \.png, \.svg, \.pdf") as caught:
        save(waterfall(link), tmp_path / name)
    assert caught.value.exit_code == 3
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_bad_input(tmp_path, link: Budget) -> None:
    with pytest.raises(InputError, match="does not exist; allowed: an existing folder"):
        save(waterfall(link), tmp_path / "not" / "there.png")
    folder = tmp_path / "folder.png"
    folder.mkdir()
    with pytest.raises(InputError, match="a folder"):
        save(waterfall(link), folder)


def test_a_failed_write_leaves_the_old_file(tmp_path, link: Budget, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "figure.svg"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        save(waterfall(link), target)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["figure.svg"]

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("in the middle of drawing")

    monkeypatch.undo()
    figure = waterfall(link)
    monkeypatch.setattr(Figure, "savefig", broken)
    with pytest.raises(RuntimeError):
        save(figure, target)
    assert target.read_text() == "old"


def test_a_notebook_shows_it(link: Budget) -> None:
    figure = waterfall(link)
    assert isinstance(figure, Picture)
    assert figure._repr_png_().startswith(b"\x89PNG")


ROOMS = "import photonics.links, photonics.clusters, photonics.cli.main"
DRAWING = """
import matplotlib
from photonics.links import budget
from photonics.reports import waterfall

def settings():
    return {k: matplotlib.rcParams[k] for k in matplotlib.rcParams if k != "backend"}  # asking for it would choose one

before = settings()
waterfall(budget("1.6T-2xDR4"))._repr_png_()
assert settings() == before
"""
LOADED = """
import sys
print(*sorted(m for m in ("matplotlib", "matplotlib.pyplot") if m in sys.modules))
"""


@pytest.mark.parametrize(("code", "loaded"), [(ROOMS, ""), (DRAWING, "matplotlib")])
def test_matplotlib_stays_in_this_room(code: str, loaded: str) -> None:
    """Links and clusters do not load it; figures load no pyplot and leave no setting behind."""
    command = [sys.executable, "-c", code + LOADED]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == loaded
