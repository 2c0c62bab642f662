"""Figures of studies: margin map, yield curves, tornado.  Pareto fronts have a file of their own, ``fronts``."""

import math
from collections.abc import Sequence
from textwrap import shorten, wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from photonics.quantity import dimension_of, render
from photonics.results import number, percent
from photonics.studies.points import plain_unit
from photonics.studies.sensitivity import Sensitivities, Sensitivity
from photonics.studies.surface import Surface
from photonics.studies.yield_answers import CurvePoint, Yield

from . import style

WIDTH_IN = 10.0
TOP_IN, UNDER_IN = 0.95, 0.62  # title and line under it; axis and its label
MOST_BARS = 16
MOST_CURVES = 4
_ROW_IN = 0.40
_NAME = 34  # characters of a parameter's path that a bar's label shows


def page(height: float, label: str, title: str, line: str) -> Figure:
    figure = style.Picture(figsize=(WIDTH_IN, height), dpi=style.DPI)
    figure.set_label(label)
    figure.text(0.014, 1.0 - 0.14 / height, shorten(title, 96, placeholder=" …"), fontsize=style.TITLE_PT, fontweight="bold", va="top")
    lines = "\n".join(wrap(line, 135, max_lines=2, placeholder=" …"))
    figure.text(0.014, 1.0 - 0.44 / height, lines, va="top", linespacing=1.3)
    return figure


def frame(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=style.GRID, linewidth=0.6)


def scaled_unit(dimension: str, values: Sequence[float]) -> tuple[float, str]:
    """Size in canonical units, and name, of the unit that suits the largest of the values: 1000 m is 1 km."""
    d = dimension_of(dimension)
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    unit = render(largest, d, 3).partition(" ")[2] if largest > 0.0 else d.unit
    factor = d.units.get(unit)
    if factor is None or callable(factor):
        return 1.0, d.unit
    return float(factor), unit


def named(what: str, unit: str) -> str:
    """A name with its unit; that of a bare number is not written."""
    return f"{what}, {unit}" if plain_unit(unit) else what


# ---------------------------------------------------------------- margin map


def margin_map(result: Surface) -> Figure:
    """An output over two parameters: colours by level, the contour of the target in black with the good side named, the design itself as
    a dot, crosses where there is no answer."""
    height = 6.6
    with style.in_style():
        title = f"{result.design}: {named(result.output, result.unit)}"
        known = result.values[np.isfinite(result.values)]
        crossed = known.size > 0 and known.min() < result.target < known.max()
        line = f"{result.conditions}; all other parameters as they stand; "
        line += f"{'black line: ' if crossed else 'nowhere on this map: '}{result.output} = {result.target:g}"
        figure = page(height, f"Map of {result.output} of {result.design}", title, line)
        axes = figure.add_axes((0.10, UNDER_IN / height, 0.76, (height - TOP_IN - UNDER_IN) / height))
        fx, x_unit = scaled_unit(result.dimensions[0], result.x.tolist())
        fy, y_unit = scaled_unit(result.dimensions[1], result.y.tolist())
        x, y = result.x / fx, result.y / fy
        axes.set_facecolor(style.BAND)
        axes.set_xlim(x[0], x[-1])
        axes.set_ylim(y[0], y[-1])
        _hatch_missing(axes)
        if known.size == 0:
            axes.text(0.5, 0.5, "no point has an answer", transform=axes.transAxes, ha="center", color=style.BAD, bbox=paper())
        else:
            _levels(figure, axes, x, y, result)
        if x[0] <= result.base[0] / fx <= x[-1] and y[0] <= result.base[1] / fy <= y[-1]:
            axes.plot(
                [result.base[0] / fx],
                [result.base[1] / fy],
                marker="o",
                markersize=8,
                color=style.PAPER,
                markeredgecolor=style.INK,
                markeredgewidth=1.6,
                zorder=6,
                clip_on=False,
            )
        axes.set_xlabel(named(result.paths[0], x_unit))
        axes.set_ylabel(named(result.paths[1], y_unit))
        if result.bad:
            _foot(figure, height, "crosses: " + "; ".join(f"{n} points, {why}" for why, n in result.bad.items()))
    return figure


def paper() -> dict[str, object]:
    return {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1.5}


def _foot(figure: Figure, height: float, text: str) -> None:
    """A line at the foot; the axes move up for it."""
    for one in figure.axes:
        p = one.get_position()
        one.set_position((p.x0, p.y0 + 0.2 / height, p.width, p.height - 0.2 / height))
    figure.text(0.014, 0.08 / height, shorten(text, 150, placeholder=" …"), fontsize=style.SMALL_PT, va="bottom")


def _hatch_missing(axes: Axes) -> None:
    """Crosses all over: what has an answer is painted on top."""
    look: dict[str, Any] = {"facecolor": style.PAPER, "edgecolor": style.GRID, "hatch": style.UNKNOWN_HATCH, "linewidth": 0.0}
    axes.fill_between(axes.get_xlim(), *axes.get_ylim(), zorder=0, **look)


def _levels(figure: Figure, axes: Axes, x: np.ndarray, y: np.ndarray, result: Surface) -> None:
    from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm

    known = result.values[np.isfinite(result.values)]
    low, high = float(known.min()), float(known.max())
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        low, high = low - 0.5, high + 0.5
    ticks = MaxNLocator(10).tick_values(low, high)
    below, above = min(low, result.target), max(high, result.target)
    room = max(above - below, 1e-12)
    # Both sides reach as far from the target as the farther one: equal distances look equal.
    reach = max(result.target - below, above - result.target, 1e-3 * room)
    colours = LinearSegmentedColormap.from_list("sides", [style.BAD, style.PAPER, style.GOOD])
    norm = TwoSlopeNorm(result.target, result.target - reach, result.target + reach)
    filled = axes.contourf(x, y, np.ma.masked_invalid(result.values), levels=ticks, cmap=colours, norm=norm, zorder=1)
    if low < result.target < high:
        axes.contour(x, y, np.ma.masked_invalid(result.values), levels=[result.target], colors=[style.INK], linewidths=2.2, zorder=4)
    others = [t for t in ticks if low < t < high and t != result.target]
    if others:
        axes.contour(x, y, np.ma.masked_invalid(result.values), levels=others, colors=[style.FAINT], linewidths=0.6, linestyles="solid", zorder=3)
    bar = axes.get_position()
    beside = figure.add_axes((bar.x1 + 0.02, bar.y0, 0.022, bar.height))
    scale = figure.colorbar(filled, cax=beside)
    scale.outline.set_edgecolor(style.FAINT)
    if low < result.target < high:
        beside.axhline(result.target, color=style.INK, linewidth=2.2)


# ---------------------------------------------------------------- yield


def yield_curve(result: Yield) -> Figure:
    """Yield with its 95 % band: against a parameter where the study has moved one, else against the value of each limit, up to four
    limits beside each other.  The dashed line and the dot are the limit and the yield of the study."""
    with style.in_style():
        many = len(result.limits) > MOST_CURVES and result.against is None
        panels = 1 if result.against is not None else min(len(result.each), MOST_CURVES)
        rows = (panels + 1) // 2
        height = TOP_IN + rows * (3.6 if panels > 1 else 4.6) + 0.1
        title = f"{result.design}: yield {percent(result.share)}"
        line = (
            f"{result.conditions}; {result.points} draws, ranges read as {result.ranges}; 95 % of this number: "
            f"{percent(result.ci95[0])} .. {percent(result.ci95[1])}; limits: {', '.join(result.limits)}"
        )
        if many:
            line += f" (the first {MOST_CURVES} are drawn)"
        figure = page(height, f"Yield of {result.design}", title, line)
        columns = min(panels, 2)
        width = (0.985 - 0.075 * columns) / columns
        for k in range(panels):
            row, column = divmod(k, 2)
            tall = (height - TOP_IN) / rows
            bottom = (rows - 1 - row) * tall + UNDER_IN
            axes = figure.add_axes((0.075 + column * (width + 0.075), bottom / height, width, (tall - UNDER_IN - 0.30) / height))
            frame(axes)
            if result.against is not None:
                factor, unit = scaled_unit(result.against_dimension, [p.at for p in result.curve])
                _band(axes, result.curve, factor, named(result.against, unit))
            else:
                _limit_panel(axes, result, k)
    return figure


def _band(axes: Axes, curve: Sequence[CurvePoint], factor: float, label: str) -> None:
    """The curve with its band; a bar with ends where there is but one point."""
    points = sorted(curve, key=lambda p: p.at)
    x = np.array([p.at for p in points]) / factor
    low, share, high = (100.0 * np.array([getattr(p, name) for p in points]) for name in ("low", "share", "high"))
    if x.size == 1:
        axes.errorbar(x, share, [share - low, high - share], color=style.BLUE, marker="o", capsize=4)
    else:
        axes.fill_between(x, low, high, color=style.SKY, alpha=0.45, linewidth=0.0, zorder=2)
        marker = "o" if x.size <= 40 else None
        axes.plot(x, share, color=style.BLUE, linewidth=1.8, marker=marker, markersize=3.5, zorder=3)
    least, most = float(low.min()), float(high.max())
    room = max(most - least, 0.05)
    axes.set_ylim(max(least - 0.06 * room, -2.0), min(most + 0.06 * room, 102.0))
    axes.set_ylabel("yield, %")
    axes.set_xlabel(label)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.6g}"))


def _limit_panel(axes: Axes, result: Yield, k: int) -> None:
    one, budget = result.each[k], result.budgets[k]
    output = budget.output
    if not one.curve:
        axes.text(0.5, 0.5, "no draw has this output", transform=axes.transAxes, ha="center", color=style.BAD)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_xlabel(one.limit)
        return
    _band(axes, one.curve, 1.0, f"limit on {named(output, result.units[output])}")
    x = [p.at for p in one.curve]
    low, high = min(*x, budget.value), max(*x, budget.value)
    room = max(high - low, 1e-9)
    axes.set_xlim(low - 0.04 * room, high + 0.04 * room)
    axes.set_ylim(-3.0, 103.0)
    axes.axvline(budget.value, color=style.INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=4)
    axes.plot([budget.value], [100.0 * one.share], marker="o", markersize=7, color=style.INK, zorder=5, clip_on=False)
    left = budget.value > 0.5 * (low + high)
    # Over the panel: no curve comes there.
    axes.annotate(
        f"{one.limit}: {percent(one.share)}",
        (budget.value, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        ha="right" if left else "left",
        va="bottom",
        annotation_clip=False,
    )


# ---------------------------------------------------------------- tornado


def tornado(result: Sensitivities) -> Figure:
    """What the range of each parameter does to the output, the others typical: the widest on top, at most 16.

    The blue part of a bar is the parameter's low end, the orange one its high end; the values of both stand at the ends of the bar.
    """
    wide = [row for row in result.rows if row.output_low is not None and row.output_high is not None]
    moving = [row for row in wide if _moves(row, result.value)]
    drawn = moving[:MOST_BARS]
    rows = max(len(drawn), 1)
    height = TOP_IN + rows * _ROW_IN + UNDER_IN + 0.25
    with style.in_style():
        value = f"{number(result.value, 3)} {plain_unit(result.unit)}".rstrip()
        line = f"{result.conditions}; {result.output} = {value} with all parameters as they stand"
        rest = len(result.rows) - len(drawn)
        if rest:
            line += f"; {rest} more move it less, not at all, or have no range"
        figure = page(height, f"Tornado of {result.output} of {result.design}", f"{result.design}: what moves {result.output}", line)
        axes = figure.add_axes((0.27, (UNDER_IN + 0.25) / height, 0.70, rows * _ROW_IN / height))
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.grid(axis="x", color=style.GRID, linewidth=0.6)
        axes.set_ylim(rows - 0.5, -0.5)
        axes.set_yticks([])
        axes.set_xlabel(named(result.output, result.unit))
        if not drawn:
            axes.text(0.5, 0.5, "no parameter has a range that moves it", transform=axes.transAxes, ha="center", va="center")
            axes.set_xticks([])
            return figure
        _bars(axes, drawn, result.value)
        for colour, name, x in ((style.SKY, "at its low end", 0.27), (style.ORANGE, "at its high end", 0.42)):
            figure.text(x, 0.10 / height, "■", color=colour, va="bottom", fontsize=style.TEXT_PT)
            figure.text(x + 0.018, 0.10 / height, name, va="bottom", fontsize=style.SMALL_PT)
    return figure


def _moves(row: Sensitivity, value: float) -> bool:
    ends = [e for e in (row.output_low, row.output_high) if e is not None]
    return any(not math.isfinite(e) or abs(e - value) > 1e-12 * max(abs(value), 1.0) for e in ends)


def _bars(axes: Axes, rows: Sequence[Sensitivity], value: float) -> None:
    ends = [float(e) for row in rows for e in (row.output_low, row.output_high) if e is not None and math.isfinite(e)]
    low, high = min([value, *ends]), max([value, *ends])
    room = max(high - low, 1e-12)
    axes.set_xlim(low - 0.17 * room, high + 0.17 * room)
    axes.axvline(value, color=style.INK, linewidth=1.0, zorder=4)
    names = []
    for i, row in enumerate(rows):
        names.append(row.path if len(row.path) <= _NAME else f"…{row.path[-_NAME + 1 :]}")
        lows, highs = float(row.output_low or 0.0), float(row.output_high or 0.0)
        # Where both ends lie on one side the shorter bar is drawn over the longer one.
        pair = [(lows, style.SKY, row.low), (highs, style.ORANGE, row.high)]
        pair.sort(key=lambda p: -abs(p[0] - value) if math.isfinite(p[0]) else 0.0)
        same = math.isfinite(lows) and math.isfinite(highs) and (lows - value) * (highs - value) > 0.0
        missing = [render(at, row.dimension, 3) for end, _, at in pair if not math.isfinite(end) and at is not None]
        if len(missing) == 2:
            axes.text(value, i, "  no answer at either end", va="center", fontsize=style.SMALL_PT, color=style.BAD, zorder=6)
        for rank, (end, colour, at) in enumerate(pair):
            if not math.isfinite(end):
                continue
            axes.barh(i, end - value, 0.62, left=value, color=colour, zorder=2 + rank)
            if at is None or (same and rank == 1):
                continue
            right = end > value or (end == value and end is highs)
            said = render(at, row.dimension, 3)
            if same:
                both = sorted(p[2] for p in pair if p[2] is not None)
                said = " / ".join(render(b, row.dimension, 3) for b in both)
            if missing:
                said += f" (no answer at {missing[0]})"
            axes.text(
                end + (0.008 if right else -0.008) * room,
                i,
                said,
                ha="left" if right else "right",
                va="center",
                fontsize=style.SMALL_PT,
                zorder=6,
            )
    axes.set_yticks(range(len(rows)))
    axes.tick_params(axis="y", length=0)
    axes.set_yticklabels(names, fontsize=style.TEXT_PT)
    axes.yaxis.set_minor_formatter(NullFormatter())
