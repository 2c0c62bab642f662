"""Links beside each other, each over its own length: energy, margins, reach, and how much rests on hypotheses."""

import math
from collections.abc import Iterable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from photonics.clusters.comparison import Comparison, Option
from photonics.results import number

from . import style
from .panels import (
    TEXT,
    UNDER,
    Panel,
    above,
    banded,
    capital,
    filled,
    groups_legend,
    in_row,
    legend,
    margin_axis,
    marked,
    page,
    spread,
    stacked,
)

ROW_IN, UNDER_IN = 0.80, 1.05  # one option; axis and legends
_UPPER, _LOWER, _THIN = -0.11, 0.13, 0.19  # centres and height of two bars of one row
_OVER, _BELOW = _UPPER - _THIN / 2 - 0.05, _LOWER + _THIN / 2 + 0.05  # their texts
_REACH = 0.24  # height of a reach's bar
NEAR_M, FAR_M = 1.0, 10e3
SPEC = style.SKY


def links(result: Comparison) -> Figure:
    """Links and cables without a cluster, 1300 pixels wide and as high as there are options.

    Energy per bit of one end is stacked by group of blocks.  Of the margins (worst corner) the physics one
    is above, with a line to what it is with all hypotheses at their best, and the clause's one below; they
    are never mixed.  Where an engine that is not built would have to decide there are crosses and the word,
    and the notes say which.  Reach is the PHY's or the cable's own band, from 1 m to 10 km.  The pale bars
    are the parts of the dB and of the watts that rest on hypotheses.
    """
    panels = [
        Panel("energy of one end, pJ/bit", 3.3, _energy),
        Panel("margin, worst corner, dB", 2.5, _margins),
        Panel("reach", 2.4, _reach),
        Panel("on hypotheses", 1.4, _hypotheses),
        Panel("capital cost, USD", 1.8, capital),
    ]
    size = "one link of each, watts and dollars of both ends; line on a physics margin: all hypotheses at their worst and best"
    return page(result, panels, f"{result.name}, {result.about}", size, ROW_IN, UNDER_IN)


def _energy(axes: Axes, result: Comparison) -> None:
    most = max([o.energy.high for o in result.options] + [1e-9])
    used: dict[str, None] = {}
    for row, option in enumerate(result.options):
        if not option.shares:
            in_row(axes, row + TEXT, "carries no cable", style.BAD)
            continue
        total = option.link_power.typ
        # Blocks are watts of both ends; one factor makes them add up to the energy of one.
        stacked(axes, row, option.blocks, option.energy.typ / total if total > 0.0 else 0.0, most, used)
        spread(axes, row + UNDER, option.energy, 1.0)
        digits = 1 if option.energy.typ >= 1.0 else 2
        above(axes, row, 0.0, f"{banded(option.energy, 1.0, digits, 'pJ/bit')}, {number(total, 1)} W")
    axes.set_xlim(0.0, most * 1.03)
    groups_legend(axes, used, 2)


def _margins(axes: Axes, result: Comparison) -> None:
    drawn = [
        value
        for o in result.options
        for value in (o.worst_margin_db, o.margin_spec_db, o.margin_assumed_worst_db, o.margin_assumed_best_db)
    ]
    margin_axis(axes, drawn, 0.06)
    for row, option in enumerate(result.options):
        if not option.shares:
            in_row(axes, row + TEXT, "none", style.FAINT)
        elif option.undecided:
            _unknown(axes, row)
        else:
            _margin_pair(axes, row, option)
    fills = {"physics": style.GOOD, "spec": SPEC, "below zero": style.BAD}
    legend(axes, {name: style.Fill(colour) for name, colour in fills.items()}, 3)


def _unknown(axes: Axes, row: int) -> None:
    """The place of both bars crossed out faintly: a margin of zero would be a number, and this is none."""
    left, right = axes.get_xlim()
    axes.barh(
        row,
        right - left,
        0.52,
        left=left,
        facecolor=style.PAPER,
        edgecolor=style.GRID,
        hatch=style.UNKNOWN_HATCH,
        linewidth=0.0,
        zorder=2,
    )
    axes.text(
        (left + right) / 2,
        row,
        "undecided",
        ha="center",
        va="center",
        fontsize=style.SMALL_PT,
        fontweight="bold",
        zorder=7,
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 2.0},
    )


def _margin_pair(axes: Axes, row: int, option: Option) -> None:
    physics, spec = option.worst_margin_db, option.margin_spec_db
    ends = (option.margin_assumed_worst_db, option.margin_assumed_best_db)
    if physics is None:
        in_row(axes, row + _OVER, "no physics margin", style.BAD)
    else:
        colour = style.GOOD if physics >= 0.0 else style.BAD
        axes.barh(row + _UPPER, physics, _THIN, color=colour, zorder=3)
        text = f"physics {number(physics)}"
        if None not in ends:
            text += f", hypotheses {number(ends[0])}..{number(ends[1])}"
        in_row(axes, row + _OVER, text, style.BAD if physics < 0.0 else style.INK)
    inside = [end for end in ends if end is not None]
    if inside:
        marked(axes, row + _UPPER, inside)
    if spec is None:
        in_row(axes, row + _BELOW, "no spec margin", style.FAINT, va="top")
    else:
        axes.barh(row + _LOWER, spec, _THIN, color=SPEC if spec >= 0.0 else style.BAD, zorder=3)
        in_row(axes, row + _BELOW, f"spec {number(spec)}", style.BAD if spec < 0.0 else style.INK, va="top")


def _reach(axes: Axes, result: Comparison) -> None:
    fills = style.technology_fills(o.ends[0] for o in result.options)
    near, far = _decades(end for o in result.options for end in (o.reach.low, o.reach.high))
    left = near * 0.7
    axes.set_xscale("log")
    axes.set_xlim(left, far * 1.9)
    ticks = [10.0**n for n in range(round(math.log10(near)), round(math.log10(far)) + 1)]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda metres, _: length(metres)))
    for row, option in enumerate(result.options):
        band, kind = option.reach, option.ends[0]
        fill = fills[kind]
        if not 0.0 < band.typ < math.inf:
            in_row(axes, row + TEXT, f"{kind}: no reach", style.BAD)
            continue
        filled(axes, row + 0.04, left, band.typ - left, _REACH, fill)
        text = f"{kind} {length(band.typ)}"
        if band.low < band.high:
            spread(axes, row + 0.04 + _REACH / 2 + 0.10, band, 1.0)
            text += f" ({length(band.low)}..{length(band.high)})"
        in_row(axes, row + 0.04 - _REACH / 2 - 0.05, text, style.INK)
    legend(axes, fills, 3)


def _decades(metres: Iterable[float]) -> tuple[float, float]:
    """1 m to 10 km, or farther by whole decades where a reach asks for it."""
    known = [m for m in metres if 0.0 < m < math.inf]
    near, far = min([NEAR_M, *known]), max([FAR_M, *known])
    return 10.0 ** math.floor(math.log10(near) + 1e-9), 10.0 ** math.ceil(math.log10(far) - 1e-9)


def length(metres: float) -> str:
    """Metres as people write them: 2 km, 500 m, 2.5 m, 3 mm."""
    for unit, scale in (("km", 1e3), ("m", 1.0), ("cm", 1e-2)):
        if metres >= scale * (1.0 - 1e-9):
            return f"{metres / scale:.3g} {unit}"
    return f"{metres / 1e-3:.3g} mm"


def _hypotheses(axes: Axes, result: Comparison) -> None:
    axes.set_xlim(0.0, 1.02)  # the edge of a full bar is a line too
    axes.xaxis.set_major_locator(FixedLocator([0.0, 0.5, 1.0]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda part, _: f"{part:.0%}"))
    first, _, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    for row, option in enumerate(result.options):
        parts = (
            (option.assumed_share_db, "dB", _UPPER, _OVER, "bottom"),
            (option.assumed_share_power, "watts", _LOWER, _BELOW, "top"),
        )
        for part, what, at, beside, va in parts:
            if part is None:
                in_row(axes, row + beside, f"{what}: none", style.FAINT, va=va)
                continue
            axes.barh(row + at, 1.0, _THIN, color=style.BAND, zorder=2)
            axes.barh(
                row + at,
                part,
                _THIN,
                facecolor=style.pale(style.PURPLE),
                edgecolor=style.PURPLE,
                linewidth=0.9,
                zorder=3,
            )
            in_row(axes, row + beside, f"{part:.0%} of {what}", style.INK, va=va)
