"""Comparisons as figures: what stands in them, for clusters and for links, and that no text is clipped or covered."""

from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from photonics import catalog
from photonics.clusters import Option, compare
from photonics.clusters.comparison import Band, Comparison
from photonics.reports import comparison
from photonics.reports.links import _decades, length
from photonics.reports.style import (
    GROUPS,
    TECHNOLOGIES,
    Fill,
    group_of,
    ink_on,
    pale,
    technology_fills,
)
from photonics.results import number
from tests.reports.drawn import badly_placed, words

ALL = [entry.name for kind in ("link", "cable") for entry in catalog.list(kind)]


@pytest.fixture(scope="module")
def pod() -> Comparison:
    return compare("pod-1024")


@pytest.fixture(scope="module")
def everything() -> Comparison:
    """Every shipped design and cable beside each other."""
    return compare(*ALL)


def some(result: Comparison, *options: Option) -> Comparison:
    return replace(result, options=options, reference=options[0].name, overlaps=())


def panel(figure: Figure, head: str):
    return next(axes for axes in figure.axes if axes.get_title(loc="left").startswith(head))


def test_a_cluster(pod: Comparison) -> None:
    figure = comparison(pod)
    assert not badly_placed(figure)
    said = words(figure)
    for option in pod.options:
        power = f"{number(option.power.typ / 1e3, 1)} kW"
        alone = f"links alone {number(option.link_power.typ / 1e3, 1)}"
        assert any(line.startswith(power) and line.endswith(alone) for line in said), power
        assert any(line.startswith(f"{number(option.capex.typ / 1e6)} MUSD") for line in said)
        assert f"{number(option.worst_margin_db)} dB" in said
        if option.name != pod.reference:
            freed = f"{number(option.freed_w.typ / 1e3, 1)} kW ({number(option.freed_w.low / 1e3, 1)}.."
            assert any(line.startswith(freed) for line in said), freed
    others = [o for o in pod.options if o.name != pod.reference]
    open_ = [o for o in others if o.feasible and o.freed_w.low <= 0.0 <= o.freed_w.high]
    assert said.count("not decidable") == len(open_)
    assert said.count("undecided") == sum(o.undecided for o in others)
    assert any("2048" in line and "switches" in line for line in said)


def test_a_freed_power_above_its_band_is_decided(pod: Comparison) -> None:
    options = [
        o
        if o.name == pod.reference
        else replace(o, feasible=True, status="ok", freed_w=Band(9e3, 4e3, 15e3))
        for o in pod.options
    ]
    said = words(comparison(replace(pod, options=tuple(options))))
    assert "not decidable" not in said
    assert "9.0 kW (4.0..15.0)" in said


def test_a_cluster_of_cables_that_do_not_reach() -> None:
    result = compare("pod-1024", "dac-1.6t", "1.6T-2xDR4", "aec-1.6t")
    figure = comparison(result)
    assert not badly_placed(figure)
    said = words(figure)
    assert "freed power, kW" in said
    infeasible = [o.name for o in result.options if not o.feasible]
    assert infeasible and said.count("(not feasible)") == len(infeasible)
    assert all(any(line.startswith(f"not feasible: {name}") for line in said) for name in infeasible)


@pytest.mark.parametrize("count", [1, 2, 6, 14, len(ALL)])
def test_links_of_every_number(everything: Comparison, count: int) -> None:
    """From one link to the whole catalogue, taken from both ends of it so that copper stands among them."""
    half = count // 2
    options = (*everything.options[: count - half], *everything.options[len(ALL) - half :])
    result = some(everything, *options)
    figure = comparison(result)
    assert figure.get_size_inches()[0] * figure.get_dpi() == pytest.approx(1300.0)
    assert not badly_placed(figure)
    said = words(figure)
    assert "freed power, kW" not in said and "reach" in said
    assert said.count("(undecided)") == said.count("undecided") == sum(o.undecided for o in options)
    for o in options:
        assert any(line.startswith(f"{o.ends[0]} {length(o.reach.typ)}") for line in said)
        assert f"{o.assumed_share_power:.0%} of watts" in said
        assert o.assumed_share_db is None or f"{o.assumed_share_db:.0%} of dB" in said
        if o.margin_spec_db is not None:
            assert f"spec {number(o.margin_spec_db)}" in said
        if o.worst_margin_db is not None:
            ends = f"{number(o.margin_assumed_worst_db)}..{number(o.margin_assumed_best_db)}"
            assert f"physics {number(o.worst_margin_db)}, hypotheses {ends}" in said
        digits = 1 if o.energy.typ >= 1.0 else 2
        energy = f"{number(o.energy.typ, digits)} pJ/bit ("
        assert any(line.startswith(energy) and line.endswith(f"{number(o.link_power.typ, 1)} W") for line in said)


def test_blocks_of_a_link_add_up_to_its_energy(everything: Comparison) -> None:
    option = next(o for o in everything.options if o.name == "1.6T-2xDR4")
    axes = panel(comparison(some(everything, option)), "energy of one end")
    assert sum(bar.get_width() for bar in axes.patches) == pytest.approx(option.energy.typ, rel=1e-9)
    assert option.energy.typ == pytest.approx(option.link_power.typ / 2 / option.payload_gbps * 1e3, rel=1e-9)


def test_margins_below_zero_and_margins_that_are_not_there(everything: Comparison) -> None:
    sound = next(o for o in everything.options if o.name == "1.6T-2xDR4")
    share = replace(sound.shares[0], margin_assumed_worst_db=-3.25, margin_assumed_best_db=1.5, margin_spec_db=-0.75)
    negative = replace(
        sound, name="negative", feasible=False, status="margin below zero", worst_margin_db=-2.5, shares=(share,)
    )
    nothing = replace(
        share, margin_db=None, margin_spec_db=None, margin_assumed_worst_db=None, margin_assumed_best_db=None
    )
    floor = replace(
        sound, name="floor", feasible=False, status="error floor", worst_margin_db=None, shares=(nothing,)
    )
    far = replace(sound, name="far", feasible=False, status="600 m are out of reach: 500 m", shares=(), worst_margin_db=None)
    figure = comparison(some(everything, sound, negative, floor, far))
    assert not badly_placed(figure)
    said = words(figure)
    assert "physics -2.50, hypotheses -3.25..1.50" in said and "spec -0.75" in said
    assert {"no physics margin", "no spec margin", "carries no cable", "none"} <= set(said)
    assert said.count("(not feasible)") == 3
    low, high = panel(figure, "margin").get_xlim()
    assert low < -3.25 and high > 9.0


def test_reaches_are_on_one_logarithmic_axis(everything: Comparison) -> None:
    axes = panel(comparison(everything), "reach")
    assert axes.get_xscale() == "log"
    low, high = axes.get_xlim()
    assert low < 1.0 and high > 10e3
    assert [t.get_text() for t in axes.get_xticklabels()] == ["1 m", "10 m", "100 m", "1 km", "10 km"]
    assert _decades([0.05, 120e3]) == pytest.approx((0.01, 1e6))
    assert [length(m) for m in (0.003, 0.05, 1.0, 2.5, 500.0, 2000.0)] == ["3 mm", "5 cm", "1 m", "2.5 m", "500 m", "2 km"]


def test_names_are_cut_and_many_pairs_are_counted(everything: Comparison) -> None:
    long = tuple(replace(o, name=f"{'a very long name of a link ' * 4}{i}") for i, o in enumerate(everything.options[:8]))
    pairs = tuple((a.name, b.name) for a in long for b in long if a is not b)
    figure = comparison(replace(some(everything, *long), overlaps=pairs))
    assert not badly_placed(figure)
    assert any(f"{len(pairs)} pairs" in line for line in words(figure))


def test_no_shipped_block_is_left_over(pod: Comparison, everything: Comparison) -> None:
    blocks = {block for o in (*pod.options, *everything.options) for block in o.blocks}
    assert {group_of(block) for block in blocks} <= set(GROUPS) - {"other"}
    assert group_of("something new") == "other"


def test_every_shipped_technology_has_a_fill_of_its_own(everything: Comparison) -> None:
    assert {o.ends[0].casefold() for o in everything.options} <= set(TECHNOLOGIES)
    assert len(set(TECHNOLOGIES.values())) == len(TECHNOLOGIES)


def test_fills() -> None:
    names = ["retimed", "AEC", "free space", "carrier pigeon"]
    fills = technology_fills(names)
    assert list(fills) == names and len(set(fills.values())) == 4
    assert technology_fills(["aec"])["aec"] == fills["AEC"]
    many = technology_fills(f"new {i}" for i in range(20))
    assert len(set(many.values())) == 20 and any(fill.hatch for fill in many.values())
    assert Fill("#000000").hatch == ""
    assert pale("#000000") == pytest.approx((0.66, 0.66, 0.66))
    assert ink_on("#000000") == "#FFFFFF" != ink_on("#FFFFFF")
