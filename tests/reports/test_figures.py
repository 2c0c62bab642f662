"""Waterfalls and files: every shipped design draws, says its key numbers with units, and no text is clipped or covered."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from photonics import catalog
from photonics.errors import InputError
from photonics.links import budget
from photonics.reports import save, waterfall
from photonics.reports.steps import steps
from photonics.reports.style import Picture, rendered
from photonics.reports.waterfall import _METHOD
from photonics.results import Budget, number
from tests.reports.drawn import badly_placed, words

DESIGNS = [entry.name for entry in catalog.list("link")]
# Every design where it is hardest; the other corners draw the same way, and one design shows that they do.
DRAWN = [*((name, "worst") for name in DESIGNS), ("1.6T-2xDR4", "typ"), ("1.6T-2xDR4", "best"), ("1.6T-2xDR4-lpo", "typ")]


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


@pytest.mark.parametrize(("name", "corner"), DRAWN)
def test_a_waterfall_of_every_design(name: str, corner: str) -> None:
    result = budget(name, corner=corner)
    figure = waterfall(result)
    assert not badly_placed(figure)
    said = "\n".join(words(figure))
    lane = result.worst_lane
    wanted = [
        f"{name}, {corner} corner",
        f"{number(result.module.power_w, 1)} W",
        "pJ/bit",
        "TP1-TP2 transmitter",
    ]
    for which, margin in (("physics", lane.margin_db), ("spec", lane.margin_spec_db)):
        wanted.append(f"{which} margin " + ("none" if margin is None else f"{number(margin)} dB"))
    if result.module.clause_oma_dbm is not None:
        wanted.append(f"clause minimum {number(result.module.clause_oma_dbm)} dBm")
    if lane.status.startswith("undecided"):
        assert "does NOT close" not in said and "sensitivity" not in said.replace(_METHOD, "")
        wanted.append(lane.status)
    else:
        wanted += [
            "closes" if result.closes else "does NOT close",
            f"received OMA {number(lane.rx_oma_dbm)} dBm",
            "no sensitivity" if lane.sensitivity_oma_dbm is None else f"sensitivity {number(lane.sensitivity_oma_dbm)} dBm",
            "TP3-TP4 receiver",
        ]
    for text in wanted:
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
