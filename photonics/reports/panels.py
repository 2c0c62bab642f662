"""What figures with one row an option share: the page, the frame of a panel, bars, bands, legends and notes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten, wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from photonics.clusters.comparison import Band, Comparison, Option
from photonics.results import number, weakest

from . import style

WIDTH_IN = 13.0
TOP_IN, NOTE_IN = 1.08, 0.17  # title and heads of the panels; one line of the notes
NAME_CHARACTERS, NAME_LINES = 20, 3
NOTE_CHARACTERS = 200
PAIR_LINES = 4  # more lines of pairs than these are for the table
LETTER_PX = 6.0  # a figure of SMALL_PT is about this wide
BAR = 0.40  # of a row; the value stands above its bar
DOWN = 0.10  # the bar's centre below the row's: value above, band below it
TEXT = DOWN - BAR / 2 - 0.05
UNDER = DOWN + BAR / 2 + 0.08  # the band of a bar, where it strikes through no number
_LEFT, _RIGHT, _GAP = 0.125, 0.985, 0.018


@dataclass(frozen=True)
class Panel:
    """One question: its head, its share of the width, and what draws the rows of all options."""

    head: str
    share: float
    draw: Callable[[Axes, Comparison], None]


def page(result: Comparison, panels: Sequence[Panel], title: str, size: str, row_in: float, under_in: float) -> Figure:
    """A figure of `panels` side by side, 1300 pixels wide and as high as it has options and notes."""
    rows = len(result.options)
    notes = _notes(result)
    height = TOP_IN + rows * row_in + under_in + NOTE_IN * len(notes) + 0.08
    with style.in_style():
        figure = style.Picture(figsize=(WIDTH_IN, height), dpi=style.DPI)
        figure.set_label(f"Comparison of {result.name}")
        title, size = shorten(title, 120, placeholder=" …"), shorten(size, 190, placeholder=" …")
        figure.text(0.012, 1.0 - 0.16 / height, title, fontsize=style.TITLE_PT, fontweight="bold", va="top")
        figure.text(0.012, 1.0 - 0.48 / height, size, va="top")
        bottom = (under_in + NOTE_IN * len(notes) + 0.08) / height
        left = _LEFT
        free = _RIGHT - _LEFT - _GAP * (len(panels) - 1)
        for i, panel in enumerate(panels):
            width = free * panel.share / sum(p.share for p in panels)
            axes = figure.add_axes((left, bottom, width, rows * row_in / height))
            _frame(axes, result, panel.head, names=i == 0)
            panel.draw(axes, result)
            left += width + _GAP
        for i, note in enumerate(notes):
            y = (NOTE_IN * (len(notes) - 1 - i) + 0.10) / height
            figure.text(0.012, y, note, fontsize=style.SMALL_PT, va="bottom")
    return figure


def _notes(result: Comparison) -> list[str]:
    """Foot lines: options that do not work and why, what the bands cannot separate, what the numbers mean."""
    notes = result.verdicts()
    pairs = [f"{one} against {', '.join(others)}" for one, others in result.undecidable().items()]
    if pairs:
        said = "; ".join(pairs) if len(pairs) <= PAIR_LINES else f"{len(result.overlaps)} pairs, named below the table"
        notes.append(f"not decidable on {result.basis} (the band of the difference holds zero): {said}")
    notes += result.notes
    weak = weakest(o.confidence for o in result.options)
    notes.append(f"bars: typical values; lines: bands of the sources' spread; the weakest input is {weak}")
    return [line for note in notes for line in wrap(note, NOTE_CHARACTERS, max_lines=3, placeholder=" …")]


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
            text.set_color(style.BAD if option.verdict == "no" else style.INK)
            text.set_fontweight("bold" if option.name == result.reference and not result.single else "normal")


def _name(option: Option, result: Comparison) -> str:
    lines = wrap(option.name, NAME_CHARACTERS, max_lines=NAME_LINES, placeholder=" …")
    if option.undecided:
        lines.append("(undecided)")
    elif not option.feasible:
        lines.append("(not feasible)")
    elif option.name == result.reference and not result.single:
        lines.append("(reference)")
    return "\n".join(lines)


def banded(band: Band, scale: float, digits: int, unit: str) -> str:
    """Typical value, unit and band of a bar."""
    low, high = number(band.low * scale, digits), number(band.high * scale, digits)
    return f"{number(band.typ * scale, digits)} {unit} ({low}..{high})"


def above(axes: Axes, row: int, x: float, text: str, colour: str = style.INK) -> None:
    """The value of a bar, in the gap over it."""
    axes.text(x, row + TEXT, text, ha="left", va="bottom", fontsize=style.SMALL_PT, color=colour)


def in_row(axes: Axes, y: float, text: str, colour: str, *, va: str = "bottom") -> None:
    """A text at the left of the panel, wherever the zero line happens to be."""
    axes.text(
        0.01,
        y,
        text,
        transform=axes.get_yaxis_transform(),
        ha="left",
        va=va,
        fontsize=style.SMALL_PT,
        color=colour,
        zorder=7,
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
    )


def filled(axes: Axes, y: float, left: float, length: float, height: float, fill: style.Fill) -> None:
    """A bar, or a piece of one, with colour and hatch of its fill."""
    axes.barh(
        y,
        length,
        height,
        left=left,
        facecolor=fill.colour,
        edgecolor=style.PAPER,
        hatch=fill.hatch or None,
        linewidth=0.8,
        zorder=3,
    )


def segment(axes: Axes, row: int, start: float, length: float, fill: style.Fill, inside: str = "") -> None:
    """A piece of a stacked bar, with what is written in it."""
    y = row + DOWN
    filled(axes, y, start, length, BAR, fill)
    if inside:
        x, ink = start + length / 2, style.ink_on(fill.colour)
        axes.text(x, y, inside, ha="center", va="center", fontsize=style.SMALL_PT, color=ink, zorder=4)


def stacked(
    axes: Axes, row: int, blocks: Mapping[str, Band], scale: float, most: float, used: dict[str, None]
) -> None:
    """Blocks of power as one bar by group; a group is noted in `used`, a value stands where it fits in."""
    sums = dict.fromkeys(style.GROUPS, 0.0)
    for block, band in blocks.items():
        sums[style.group_of(block)] += band.typ * scale
    start = 0.0
    room_px = axes.get_position().width * WIDTH_IN * style.DPI
    for group, value in sums.items():
        if value <= 0.0:
            continue
        used[group] = None
        inside = number(value, 0 if value >= 10.0 else 1)
        wide = value / most * room_px > LETTER_PX * len(inside) + 6.0
        segment(axes, row, start, value, style.Fill(style.GROUPS[group]), inside if wide else "")
        start += value


def spread(axes: Axes, y: float, band: Band, scale: float, colour: str = style.INK) -> None:
    """A band as a line with ends and a mark at the typical value."""
    marked(axes, y, (band.low * scale, band.typ * scale, band.high * scale), colour)


def marked(axes: Axes, y: float, places: Sequence[float], colour: str = style.INK) -> None:
    """A line over all the places, with a mark at each."""
    axes.plot([min(places), max(places)], [y, y], color=colour, linewidth=1.4, zorder=5)
    for x in places:
        axes.plot([x, x], [y - 0.06, y + 0.06], color=colour, linewidth=1.4, zorder=5)


def margin_axis(axes: Axes, margins: Sequence[float | None], room: float) -> None:
    """An axis of dB that holds zero and all the margins there are, with a share of `room` at its right."""
    known = [margin for margin in margins if margin is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    width = max(high - low, 0.5)
    axes.set_xlim(low - 0.05 * width if low < 0.0 else 0.0, high + room * width)
    axes.axvline(0.0, color=style.INK, linewidth=1.0, zorder=4)


def groups_legend(axes: Axes, used: Mapping[str, None], columns: int) -> None:
    """The groups of blocks that were drawn, in the order of the stack."""
    legend(axes, {g: style.Fill(colour) for g, colour in style.GROUPS.items() if g in used}, columns)


def legend(axes: Axes, fills: Mapping[str, style.Fill], columns: int) -> None:
    """What the fills of a panel mean, under its axis."""
    handles = [
        Patch(facecolor=fill.colour, edgecolor=style.PAPER, hatch=fill.hatch or None, linewidth=0.0, label=name)
        for name, fill in fills.items()
    ]
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


def capital(axes: Axes, result: Comparison) -> None:
    """Capital cost of every option."""
    scale, unit, digits = (1.0, "USD", 0) if result.single else (1e-6, "MUSD", 2)
    most = max([o.capex.high * scale for o in result.options] + [1e-9])
    for row, option in enumerate(result.options):
        if not option.shares:
            in_row(axes, row + TEXT, "none", style.FAINT)
            continue
        axes.barh(row + DOWN, option.capex.typ * scale, BAR, color=style.SKY, zorder=3)
        spread(axes, row + UNDER, option.capex, scale)
        above(axes, row, 0.0, banded(option.capex, scale, digits, unit))
    axes.set_xlim(0.0, most * 1.05)
