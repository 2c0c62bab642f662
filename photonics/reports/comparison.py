"""A comparison side by side: one row an option, one panel a question, every value with its band."""

from textwrap import shorten

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from photonics.clusters.comparison import Comparison
from photonics.results import number

from . import style
from .links import links
from .panels import (
    BAR,
    DOWN,
    TEXT,
    UNDER,
    Panel,
    above,
    banded,
    capital,
    groups_legend,
    in_row,
    legend,
    margin_axis,
    page,
    segment,
    spread,
    stacked,
)

ROW_IN, UNDER_IN = 0.92, 0.95  # one option; axis and legends


def comparison(result: Comparison) -> Figure:
    """A comparison as a figure, 1300 pixels wide and as high as it has options.

    Power of links and switches at the plug of the IT gear is stacked by group of blocks, the line under its
    end is the band of the total (independent spreads in quadrature, so it is shorter than the blocks' bands
    in a row); the links alone are named beside it.  Then: capital cost, power freed against the reference
    ("not decidable" where the band holds zero), worst margin, and which technology carries how many cables.
    Links without a cluster have a figure of their own, `links`.
    """
    if result.single:
        return links(result)
    panels = [
        Panel("power of links and switches, kW", 4.6, _power),
        Panel("capital cost, MUSD", 2.2, capital),
        Panel("freed power, kW", 2.5, _freed),
        Panel("worst margin, dB", 1.9, _margin),
        Panel("cables by technology", 2.6, _cables),
    ]
    return page(result, panels, result.name, _size(result), ROW_IN, UNDER_IN)


def _size(result: Comparison) -> str:
    count, switches = result.links["total"], result.switches["total"]
    return f"{result.about}: {count} links, the longest {number(result.longest_m, 1)} m; {switches} switches"


def _power(axes: Axes, result: Comparison) -> None:
    most = max([o.power.high * 1e-3 for o in result.options] + [1e-9])
    used: dict[str, None] = {}
    for row, option in enumerate(result.options):
        stacked(axes, row, option.blocks, 1e-3, most, used)
        if option.shares:
            spread(axes, row + UNDER, option.power, 1e-3)
            said = f"{banded(option.power, 1e-3, 1, 'kW')}, links alone {number(option.link_power.typ * 1e-3, 1)}"
            if option.unreached:
                said = f"{banded(option.power, 1e-3, 1, 'kW')}, {option.links - option.unreached} of {option.links} links"
            above(axes, row, 0.0, said)
        else:
            above(axes, row, 0.0, "carries no cable", style.BAD)
    axes.set_xlim(0.0, most * 1.03)
    groups_legend(axes, used, 4)


def _freed(axes: Axes, result: Comparison) -> None:
    ends = [end * 1e-3 for o in result.options for end in (o.freed_w.low, o.freed_w.high)] + [0.0]
    low, high = min(ends), max(ends)
    room = max(high - low, 1e-9)
    axes.set_xlim(low - 0.08 * room, high + 0.08 * room)
    axes.axvline(0.0, color=style.INK, linewidth=1.0, zorder=2)
    against = {"yes": "", "no": "not feasible"}
    base = next(o for o in result.options if o.name == result.reference)
    for row, option in enumerate(result.options):
        if option.name == result.reference:
            in_row(axes, row + TEXT, "reference", style.FAINT)
            continue
        band = option.freed_w
        said, colour = [banded(band, 1e-3, 1, "kW")], style.GOOD if band.low > 0.0 else style.BAD
        if not (base.feasible and option.feasible):
            # What carries fewer cables draws less: the number stays, but says nothing about the technology.
            one = option if base.feasible else base
            word = against.get(one.verdict, one.verdict)
            said.append(word if one is option else f"reference {word}")
            colour = style.FAINT
        elif band.low <= 0.0 <= band.high:
            said.append("not decidable")
            colour = style.FAINT
        spread(axes, row + DOWN, band, 1e-3, colour)
        axes.plot([band.typ * 1e-3], [row + DOWN], marker="o", markersize=6, color=colour, zorder=6)
        in_row(axes, row + TEXT, "\n".join(said), style.INK)


def _margin(axes: Axes, result: Comparison) -> None:
    margin_axis(axes, [o.worst_margin_db for o in result.options], 0.15)
    for row, option in enumerate(result.options):
        value = option.worst_margin_db
        without = sum(s.count for s in option.shares if s.margin_db is None)
        said = [] if value is None else [f"{number(value)} dB"]
        if not option.shares:
            in_row(axes, row + TEXT, "none", style.FAINT)
            continue
        if without:
            said.append(f"{without} without a margin")
        if value is not None:
            axes.barh(row + DOWN, value, BAR, color=style.GOOD if value >= 0.0 else style.BAD, zorder=3)
        bad = value < 0.0 if value is not None else not option.undecided
        in_row(axes, row + TEXT, "\n".join(said), style.BAD if bad else style.INK)


def _cables(axes: Axes, result: Comparison) -> None:
    fills = style.technology_fills(s.end for o in result.options for s in o.shares)
    total = max(result.links["total"], 1)
    for row, option in enumerate(result.options):
        start, said = 0, []
        for share in option.shares:
            reach = f"to {number(share.longest_m, 1)} m" if share.count / total > 0.26 else ""
            segment(axes, row, start, share.count, fills[share.end], reach)
            said.append(f"{share.count} {share.end}")
            start += share.count
        if option.unreached:
            axes.barh(
                row + DOWN,
                option.unreached,
                BAR,
                left=start,
                facecolor=style.PAPER,
                edgecolor=style.BAD,
                hatch="xxx",
                zorder=3,
            )
            said.append(f"{option.unreached} out of reach")
        colour = style.BAD if option.unreached else style.INK
        above(axes, row, 0.0, shorten(", ".join(said), 40, placeholder=" …"), colour)
    axes.set_xlim(0.0, total * 1.02)
    legend(axes, fills, 2)
