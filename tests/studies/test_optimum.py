"""Optimum, front and map over axes and choices, against closed forms and against brute force."""

import itertools

import numpy as np
import pytest

from photonics.errors import InputError
from photonics.studies import optimum, pareto, study, surface
from photonics.studies.files import axes_of
from tests.studies.toy import Toy, linear, scalar


def chooser():
    """margin = level - loss + bonus of the part; watts = 10^(level / 10) + cost of the part; no answer above 9 dBm with "c"."""
    bonus, cost = {"a": 0.0, "b": 1.0, "c": 3.0}, {"a": 0.0, "b": 0.1, "c": 2.0}
    names = list(bonus)
    table = {"part": {name: float(k) for k, name in enumerate(names)}}

    def of(values, t):
        return np.array([values[n] for n in names])[t["part"].astype(int)]

    def margin(t):
        found = t["level"] - t["loss"] + of(bonus, t)
        return np.where((t["part"] == 2) & (t["level"] > 9.0), np.nan, found)

    return Toy(
        {"level": scalar("level", 3.0), "loss": scalar("loss", 2.0)},
        {
            "margin_db": (margin, "dB", 1),
            "power_w": (lambda t: 10 ** (t["level"] / 10) + of(cost, t), "W", -1),
            "loss_db": (lambda t: t["loss"], "dB", -1),
        },
        variants=table,
    )


AXES = {"level": ("-10 dBm", "10 dBm"), "loss": ("1 dB", "5 dB")}
PARTS = {"part": ["a", "b", "c"]}


def test_optimum_over_axes_and_choices():
    """margin >= 4: part b at level 4 dBm and loss 1 dB, 10^0.4 + 0.1 W; a needs 5 dBm, c pays 2 W."""
    found = optimum(chooser(), minimise="power_w", axes=AXES, choices=PARTS, limits=["margin_db >= 4"])
    assert found.status == "ok" and found.best.choices == (("part", "b"),)
    assert found.best.outputs["power_w"] == pytest.approx(10**0.4 + 0.1, rel=1e-9)
    assert found.best.values["loss"] == pytest.approx(1.0, abs=1e-7) and found.best.values["level"] == pytest.approx(4.0, abs=1e-6)
    assert found.best.outputs["margin_db"] >= 4.0
    assert set(found.active) == {"margin_db >= 4", "the low end of loss"}
    assert found.repeat_error == 0.0
    by_part = {c.choices[0][1]: c.outputs["power_w"] for c in found.others}
    assert by_part == {"a": pytest.approx(10**0.5, rel=1e-9), "c": pytest.approx(10**0.2 + 2.0, rel=1e-9)}
    assert found.as_dict()["optimum"]["choices"] == {"part": "b"}


def test_optimum_against_a_fine_grid():
    """Maximum of the margin under a limit on watts: never below the best of 3 x 201 x 201 points, and within their spacing of it."""
    found = optimum(chooser(), maximise="margin_db", axes=AXES, choices=PARTS, limits=["power_w <= 6", "loss_db >= 1.5"])
    best = -np.inf
    for (name, bonus, cost), level, loss in itertools.product(
        (("a", 0.0, 0.0), ("b", 1.0, 0.1), ("c", 3.0, 2.0)), np.linspace(-10, 10, 201), np.linspace(1, 5, 201)
    ):
        if 10 ** (level / 10) + cost <= 6 and loss >= 1.5 and not (name == "c" and level > 9):
            best = max(best, level - loss + bonus)
    assert best <= found.best.outputs["margin_db"] <= best + 0.12


def test_choices_alone():
    found = optimum(chooser(), maximise="margin_db", choices=PARTS)
    assert found.best.choices == (("part", "c"),) and found.best.values == {} and found.best.searched
    assert found.evaluations == 3


def test_no_point_keeps_the_limits():
    found = optimum(chooser(), minimise="power_w", axes=AXES, choices=PARTS, limits=["margin_db >= 40"])
    assert found.best is None and "no point" in found.status and found.as_dict()["optimum"] is None
    assert len(found.others) == 3 and not any(c.feasible for c in found.others)


def test_no_answers_at_all():
    toy = Toy({"a": scalar("number", 1.0)}, {"y": (lambda t: np.nan * t["a"], "1", 0)})
    assert optimum(toy, minimise="y", axes={"a": (0, 1)}).status == "no point has an answer"


def test_the_same_seed_gives_the_same_optimum():
    one, other = (optimum(chooser(), minimise="power_w", axes=AXES, choices=PARTS, limits=["margin_db >= 4"]).as_dict() for _ in range(2))
    assert one == other


def dominated(p, others, senses):
    def better(a, b):
        gains = [(a[n] - b[n]) * s for n, s in senses.items()]
        return all(g >= 0 for g in gains) and any(g > 0 for g in gains)

    return any(better(o, p) for o in others)


@pytest.mark.parametrize("limits", [(), ("loss_db >= 2",)])
def test_front_of_three_objectives_against_all_pairs(limits):
    """512 points a part, 1536 in all: the front is exactly what pairwise comparison leaves."""
    toy = chooser()
    found = pareto(toy, minimise=["power_w", "loss_db"], maximise=["margin_db"], axes=AXES, choices=PARTS, limits=limits, points=512)
    senses = {"power_w": -1.0, "loss_db": -1.0, "margin_db": 1.0}
    from photonics.studies.scan import scan
    from photonics.studies.space import read_space

    scanned = scan(toy, read_space(toy, AXES, PARTS), tuple(senses), 512, 1)
    names = tuple(senses)
    every = [dict(zip(names, row, strict=True)) for row in zip(*(scanned.outputs[n].tolist() for n in names), strict=True)]
    every = [p for p in every if np.isfinite(p["margin_db"]) and (not limits or p["loss_db"] >= 2.0)]
    exact = sorted(tuple(p.values()) for p in every if not dominated(p, every, senses))
    assert sorted(tuple(p.outputs[n] for n in names) for p in found.front) == exact
    assert found.bad == int(np.isnan(scanned.outputs["margin_db"]).sum()) > 0
    firsts = [p.outputs["power_w"] for p in found.front]
    assert firsts == sorted(firsts)


def test_front_of_named_designs():
    found = pareto(chooser(), minimise=["power_w"], maximise=["margin_db"], choices=PARTS)
    assert [p.name for p in found.front] == ["a", "b", "c"] and [p.name for p in found.named] == ["a", "b", "c"]
    assert found.front[1].outputs == {"power_w": pytest.approx(10**0.3 + 0.1), "margin_db": pytest.approx(2.0)}
    limited = pareto(chooser(), minimise=["power_w"], maximise=["margin_db"], choices=PARTS, limits=["margin_db >= 1.5"])
    assert [p.name for p in limited.front] == ["b", "c"]
    assert [p.status for p in limited.named] == ["breaks margin_db >= 1.5", "ok", "ok"]
    nothing = pareto(chooser(), minimise=["power_w"], maximise=["margin_db"], choices=PARTS, limits=["margin_db >= 99"])
    assert nothing.front == () and "no point" in nothing.status


def test_named_designs_stand_at_their_own_values():
    """Nothing of the base design may reach into a variant that is looked at as it stands: bound without columns."""
    toy = chooser()
    seen = []
    bind = toy.bind
    toy.bind = lambda choices, paths, outputs: seen.append((choices, tuple(paths))) or bind(choices, paths, outputs)
    pareto(toy, minimise=["power_w"], maximise=["margin_db"], choices=PARTS)
    assert {paths for choices, paths in seen if choices} == {()}


def test_map_against_direct_evaluation():
    found = surface(linear(), "margin_db", {"tx.level": ("-4 dBm", "4 dBm"), "path.loss": ("28 dB", "34 dB")}, num=(9, 4))
    assert found.values.shape == (4, 9)
    np.testing.assert_allclose(found.values, 2.0 + found.x[None, :] - (found.y[:, None] - 30.0), rtol=1e-12)
    assert found.base == (0.0, 30.0) and found.bad == {}


def test_map_counts_points_without_an_answer():
    toy = Toy({"a": scalar("number", 1.0), "b": scalar("number", 1.0)}, {"y": (lambda t: np.where(t["a"] > t["b"], np.nan, t["a"]), "dB", 1)})
    found = surface(toy, "y", {"a": (0, 4), "b": (0, 4)}, num=(5, 5))
    assert found.bad == {"no answer": 10} and np.isnan(found.values).sum() == 10
    assert found.as_dict()["values"][0] == [0.0, None, None, None, None]


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("optimun", {}, "optimum"),
        ("optimum", {"axes": AXES}, "minimise or maximise"),
        ("optimum", {"axes": AXES, "minimise": "power_w", "maximise": "margin_db"}, "minimise or maximise"),
        ("optimum", {"minimise": "power_w"}, "nothing to move"),
        ("optimum", {"minimise": "powr_w", "axes": AXES}, "power_w"),
        ("optimum", {"minimise": "power_w", "axes": {"levl": ("0 dBm", "1 dBm")}}, "level"),
        ("optimum", {"minimise": "power_w", "axes": {"level": ("0 dB", "1 dBm")}}, "power level"),
        ("optimum", {"minimise": "power_w", "axes": {"level": ("2 dBm", "1 dBm")}}, "low below high"),
        ("optimum", {"minimise": "power_w", "axes": {"level": (0, 1)}}, "no unit"),
        ("optimum", {"minimise": "power_w", "axes": AXES, "points": 3}, "points"),
        ("optimum", {"minimise": "power_w", "choices": {"part": ["a", "d"]}}, "a, b, c"),
        ("optimum", {"minimise": "power_w", "choices": {"part": ["a", "a"]}}, "once"),
        ("optimum", {"minimise": "power_w", "choices": {"part": []}}, "at least one"),
        ("pareto", {"minimise": ["power_w"], "choices": PARTS}, "2 to 3"),
        ("pareto", {"minimise": ["power_w", "power_w"], "choices": PARTS}, "twice"),
        ("pareto", {"minimise": "power_w", "choices": PARTS}, "list"),
        ("pareto", {"minimise": ["power_w"], "maximise": ["margn_db"], "choices": PARTS}, "margin_db"),
        ("map", {"output": "margin_db", "axes": {"level": ("0 dBm", "1 dBm")}}, "two"),
        ("map", {"output": "margin_db", "axes": AXES, "num": (1, 5)}, "2 to 2000"),
    ],
)
def test_bad_options(kind, options, words):
    with pytest.raises(InputError, match=words):
        study(kind, chooser(), **options)


def test_paths_that_end_in_a_unit():
    found = optimum(chooser(), minimise="power_w", axes={"level_dbm": (-10, 10)}, limits=["margin_db >= 1"])
    assert found.best.values == {"level": pytest.approx(3.0, abs=1e-6)}


def test_axes_of_a_sweep_file(tmp_path):
    path = tmp_path / "axes.toml"
    head = 'schema = "photonics/sweep/1"\nname = "axes"\ndesign = "1.6T-2xDR4"\nmethod = "sobol"\npoints = 10\nseed = 1\noutputs = ["margin_db"]\n'
    path.write_text(
        head
        + '[[axis]]\npath = "fibre.length"\nrange = ["10 m", "2 km"]\n'
        + '[[axis]]\npath = "receiver.adc_enob"\nlinspace = { start = 4, stop = 6, num = 3 }\n'
        + '[[axis]]\npath = "design"\nchoice = ["1.6T-2xDR4", "800G-2xDR4"]\n'
    )
    axes, choices = axes_of(path)
    assert axes == {"fibre.length": ("10 m", "2 km"), "receiver.adc_enob": (4, 6)}
    assert choices == {"design": ("1.6T-2xDR4", "800G-2xDR4")}
    path.write_text(head + '[[axis]]\npath = "fibre.length"\nvalues = ["10 m", "2 km"]\n')
    with pytest.raises(InputError, match="no stretch"):
        axes_of(path)
