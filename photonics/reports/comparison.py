"""A comparison side by side: one row an option, one panel a question, every value with its band."""

from collections.abc import Callable
from textwrap import shorten, wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from photonics.clusters.comparison import Band, Comparison, Option
from photonics.results import number, weakest

from . import style

WIDTH_IN = 13.0
ROW_IN, TOP_IN = 0.92, 1.08  # one option; title and heads of the panels
UNDER_IN, NOTE_IN = 0.95, 0.17  # axis and legends; one line of the notes
NAME_CHARACTERS, NAME_LINES = 20, 3
NOTE_CHARACTERS = 200
_LEFT, _RIGHT, _GAP = 0.125, 0.985, 0.018
_BAR = 0.40  # of a row; the value stands above its bar
_DOWN = 0.10  # the bar's centre below the row's: value above, band below it
_TEXT = _DOWN - _BAR / 2 - 0.05
_UNDER = _DOWN + _BAR / 2 + 0.08  # the band of a bar, where it strikes through no number

Panel = tuple[str, float, Callable[[Axes, Comparison], None]]


def comparison(result: Comparison) -> Figure:
    """A comparison as a figure, 1300 pixels wide and as high as it has options.

    Power at the plug of the IT gear is stacked by group of blocks, the line under its end is the band of
    the total (independent spreads in quadrature, so it is shorter than the blocks' bands in a row).  Beside
    it: capital cost, power freed against the reference ("not decidable" where the band holds zero), worst
    margin, and which technology carries how many cables.  One link without a cluster has neither freed
    power nor cables to count; its watts and dollars are those of one link, both ends.
    """
    rows = len(result.options)
    notes = _notes(result)
    height = TOP_IN + rows * ROW_IN + UNDER_IN + NOTE_IN * len(notes) + 0.08
    with style.in_style():
        figure = style.Picture(figsize=(WIDTH_IN, height), dpi=style.DPI)
        figure.set_label(f"Comparison of {result.name}")
        title, size = (
            shorten(_title(result), 120, placeholder=" …"),
            shorten(_size(result), 190, placeholder=" …"),
        )
        figure.text(0.012, 1.0 - 0.16 / height, title, fontsize=style.TITLE_PT, fontweight="bold", va="top")
        figure.text(0.012, 1.0 - 0.48 / height, size, va="top")
        bottom = (UNDER_IN + NOTE_IN * len(notes) + 0.08) / height
        left = _LEFT
        panels = _panels(result)
        free = _RIGHT - _LEFT - _GAP * (len(panels) - 1)
        for i, (head, share, draw) in enumerate(panels):
            width = free * share / sum(p[1] for p in panels)
            axes = figure.add_axes((left, bottom, width, rows * ROW_IN / height))
            _frame(axes, result, head, names=i == 0)
            draw(axes, result)
            left += width + _GAP
        for i, note in enumerate(notes):
            y = (NOTE_IN * (len(notes) - 1 - i) + 0.10) / height
            figure.text(0.012, y, note, fontsize=style.SMALL_PT, va="bottom")
    return figure


def _panels(result: Comparison) -> list[Panel]:
    watts, money = ("W", "USD") if result.single else ("kW", "MUSD")
    power: Panel = (f"power, {watts}", 4.6, _power)
    capex: Panel = (f"capital cost, {money}", 2.2, _capex)
    margin: Panel = ("worst margin, dB", 1.9, _margin)
    if result.single:
        return [power, capex, margin]
    return [power, capex, ("freed power, kW", 2.5, _freed), margin, ("cables by technology", 2.6, _cables)]


def _title(result: Comparison) -> str:
    return f"{result.name}, {result.about}" if result.single else result.name


def _size(result: Comparison) -> str:
    if result.single:
        return "both ends of one link"
    links, switches = result.links["total"], result.switches["total"]
    return f"{result.about}: {links} links, the longest {number(result.longest_m, 1)} m; {switches} switches"


def _notes(result: Comparison) -> list[str]:
    """Foot lines: options that do not work and why, what the bands cannot separate, what the numbers mean."""
    notes = [f"not feasible: {o.name} ({o.status})" for o in result.options if not o.feasible]
    pairs = "; ".join(f"{a} against {b}" for a, b in result.overlaps)
    if pairs:
        notes.append(f"not decidable on power (the band of the difference holds zero): {pairs}")
    notes += result.notes
    weak = weakest(o.confidence for o in result.options)
    notes.append(f"bars: typical values; lines: bands of the sources' spread; the weakest input is {weak}")
    return [line for note in notes for line in wrap(note, NOTE_CHARACTERS, max_lines=2, placeholder=" …")]


def _frame(axes: Axes, result: Comparison, head: str, *, names: bool) -> None:
    rows = len(result.options)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_title(head, loc="left", fontweight="bold", pad=6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.6)
    for edge in range(1, rows):
        axes.axhline(edge - 0.5, color=style.GRID, linewidth=0.6)
    axes.set_yticks(range(rows))
    axes.tick_params(axis="y", length=0)
    axes.set_yticklabels([_name(o, result) if names else "" for o in result.options], fontsize=style.TEXT_PT)
    if names:
        for text, option in zip(axes.get_yticklabels(), result.options, strict=True):
            text.set_color(style.INK if option.feasible else style.BAD)
            text.set_fontweight("bold" if option.name == result.reference and not result.single else "normal")


def _name(option: Option, result: Comparison) -> str:
    lines = wrap(option.name, NAME_CHARACTERS, max_lines=NAME_LINES, placeholder=" …")
    if not option.feasible:
        lines.append("(not feasible)")
    elif option.name == result.reference and not result.single:
        lines.append("(reference)")
    return "\n".join(lines)


def _banded(band: Band, scale: float, digits: int, unit: str) -> str:
    low, high = number(band.low * scale, digits), number(band.high * scale, digits)
    return f"{number(band.typ * scale, digits)} {unit} ({low}..{high})"


def _above(axes: Axes, row: int, x: float, text: str, colour: str = style.INK, align: str = "left") -> None:
    """The value of a bar, in the gap over it."""
    axes.text(x, row + _TEXT, text, ha=align, va="bottom", fontsize=style.SMALL_PT, color=colour)


def _segment(axes: Axes, row: int, start: float, length: float, colour: str, inside: str = "") -> None:
    """A piece of a stacked bar, with what is written in it."""
    y = row + _DOWN
    axes.barh(y, length, _BAR, left=start, color=colour, edgecolor=style.PAPER, linewidth=0.8, zorder=3)
    if inside:
        x, ink = start + length / 2, style.ink_on(colour)
        axes.text(x, y, inside, ha="center", va="center", fontsize=style.SMALL_PT, color=ink, zorder=4)


def _spread(axes: Axes, y: float, band: Band, scale: float, colour: str = style.INK) -> None:
    """A band as a line with ends and a mark at the typical value."""
    axes.plot([band.low * scale, band.high * scale], [y, y], color=colour, linewidth=1.4, zorder=5)
    for x in (band.low, band.typ, band.high):
        axes.plot([x * scale, x * scale], [y - 0.06, y + 0.06], color=colour, linewidth=1.4, zorder=5)


def _power(axes: Axes, result: Comparison) -> None:
    scale, unit = (1.0, "W") if result.single else (1e-3, "kW")
    most = max([o.power.high * scale for o in result.options] + [1e-9])
    used: dict[str, None] = {}
    for row, option in enumerate(result.options):
        sums = dict.fromkeys(style.GROUPS, 0.0)
        for block, band in option.blocks.items():
            sums[style.group_of(block)] += band.typ * scale
        start = 0.0
        for group, value in sums.items():
            if value <= 0.0:
                continue
            used[group] = None
            inside = number(value, 0 if value >= 10.0 else 1)
            wide = value / most > 0.018 * len(inside)
            _segment(axes, row, start, value, style.GROUPS[group], inside if wide else "")
            start += value
        if option.shares:
            _spread(axes, row + _UNDER, option.power, scale)
            part = f", {option.links - option.unreached} of {option.links} links" if option.unreached else ""
            _above(axes, row, 0.0, _banded(option.power, scale, 1, unit) + part)
        else:
            _above(axes, row, 0.0, "carries no cable", style.BAD)
    axes.set_xlim(0.0, most * 1.03)
    order = [g for g in style.GROUPS if g in used]
    _legend(axes, {g: style.GROUPS[g] for g in order}, 4)


def _legend(axes: Axes, colours: dict[str, str], columns: int) -> None:
    handles = [Patch(facecolor=colour, label=name) for name, colour in colours.items()]
    height = axes.get_position().height * axes.get_figure().get_figheight()  # type: ignore[union-attr]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(-0.005, -0.34 / height),
        ncols=columns,
        handlelength=1.1,
        handleheight=0.9,
        columnspacing=1.1,
        handletextpad=0.5,
        labelspacing=0.35,
        borderaxespad=0.0,
    )


def _capex(axes: Axes, result: Comparison) -> None:
    scale, unit, digits = (1.0, "USD", 0) if result.single else (1e-6, "MUSD", 2)
    most = max([o.capex.high * scale for o in result.options] + [1e-9])
    for row, option in enumerate(result.options):
        if not option.shares:
            _in_row(axes, row, "none", style.FAINT)
            continue
        axes.barh(row + _DOWN, option.capex.typ * scale, _BAR, color=style.SKY, zorder=3)
        _spread(axes, row + _UNDER, option.capex, scale)
        _above(axes, row, 0.0, _banded(option.capex, scale, digits, unit))
    axes.set_xlim(0.0, most * 1.05)


def _freed(axes: Axes, result: Comparison) -> None:
    ends = [end * 1e-3 for o in result.options for end in (o.freed_w.low, o.freed_w.high)] + [0.0]
    low, high = min(ends), max(ends)
    room = max(high - low, 1e-9)
    axes.set_xlim(low - 0.08 * room, high + 0.08 * room)
    axes.axvline(0.0, color=style.INK, linewidth=1.0, zorder=2)
    sound = next(o.feasible for o in result.options if o.name == result.reference)
    for row, option in enumerate(result.options):
        if option.name == result.reference:
            _in_row(axes, row, "reference", style.FAINT)
            continue
        band = option.freed_w
        said, colour = [_banded(band, 1e-3, 1, "kW")], style.GOOD if band.low > 0.0 else style.BAD
        if not (sound and option.feasible):
            # What carries fewer cables draws less: the number stays, but says nothing about the technology.
            said.append("not feasible" if sound else "reference not feasible")
            colour = style.FAINT
        elif band.low <= 0.0 <= band.high:
            said.append("not decidable")
            colour = style.FAINT
        _spread(axes, row + _DOWN, band, 1e-3, colour)
        axes.plot([band.typ * 1e-3], [row + _DOWN], marker="o", markersize=6, color=colour, zorder=6)
        _in_row(axes, row, "\n".join(said), style.INK)


def _in_row(axes: Axes, row: int, text: str, colour: str) -> None:
    """A text over the band, wherever the zero line happens to be."""
    axes.text(
        0.01,
        row + _TEXT,
        text,
        transform=axes.get_yaxis_transform(),
        ha="left",
        va="bottom",
        fontsize=style.SMALL_PT,
        color=colour,
        zorder=7,
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
    )


def _margin(axes: Axes, result: Comparison) -> None:
    known = [o.worst_margin_db for o in result.options if o.worst_margin_db is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    room = max(high - low, 0.5)
    axes.set_xlim(low - 0.05 * room if low < 0.0 else 0.0, high + 0.15 * room)
    axes.axvline(0.0, color=style.INK, linewidth=1.0, zorder=4)
    for row, option in enumerate(result.options):
        value = option.worst_margin_db
        undecided = sum(s.count for s in option.shares if s.margin_db is None)
        said = [] if value is None else [f"{number(value)} dB"]
        if not option.shares:
            _in_row(axes, row, "none", style.FAINT)
            continue
        if undecided:
            said.append(f"{undecided} without a margin")
        if value is not None:
            axes.barh(row + _DOWN, value, _BAR, color=style.GOOD if value >= 0.0 else style.BAD, zorder=3)
        bad = (value is not None and value < 0.0) or (value is None and bool(option.shares))
        _in_row(axes, row, "\n".join(said), style.BAD if bad else style.INK)


def _cables(axes: Axes, result: Comparison) -> None:
    colours = style.technology_colours(s.end for o in result.options for s in o.shares)
    total = max(result.links["total"], 1)
    for row, option in enumerate(result.options):
        start, said = 0, []
        for share in option.shares:
            reach = f"to {number(share.longest_m, 1)} m" if share.count / total > 0.26 else ""
            _segment(axes, row, start, share.count, colours[share.end], reach)
            said.append(f"{share.count} {share.end}")
            start += share.count
        if option.unreached:
            axes.barh(
                row + _DOWN,
                option.unreached,
                _BAR,
                left=start,
                facecolor=style.PAPER,
                edgecolor=style.BAD,
                hatch="xxx",
                zorder=3,
            )
            said.append(f"{option.unreached} out of reach")
        colour = style.BAD if option.unreached else style.INK
        _above(axes, row, 0.0, shorten(", ".join(said), 40, placeholder=" …"), colour)
    axes.set_xlim(0.0, total * 1.02)
    _legend(axes, colours, 2)
