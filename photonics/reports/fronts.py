"""Pareto fronts: what cannot be bettered in every objective at once, with the named designs on it."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from photonics.studies.pareto import FrontPoint, Pareto

from . import style
from .studies import TOP_IN, UNDER_IN, frame, named, page

HEIGHT_IN = 6.6
MOST_NAMED = 40  # designs whose name is written
_ANGLES = tuple(math.radians(a) for a in (20, 160, -20, -160, 60, 120, -60, -120, 90, -90))
_REACHES = (9.0, 16.0, 28.0, 44.0, 64.0, 90.0)  # of a name from its point, points of type


def pareto(result: Pareto) -> Figure:
    """The front of two objectives as a stair, or of three with the third as colour; every named design as it stands is a diamond with
    its name, hollow where it breaks a limit."""
    with style.in_style():
        goals = " and ".join(f"{sense[:-1]}ing {output}" for output, sense, _ in result.objectives)
        line = f"{result.conditions}; {goals}"
        if result.limits:
            line += f"; limits: {', '.join(result.limits)}"
        line += f"; {len(result.front)} of {result.points} points are on the front"
        figure = page(HEIGHT_IN, f"Pareto front of {result.design}", f"{result.design}: front", line)
        three = len(result.objectives) == 3
        axes = figure.add_axes((0.085, UNDER_IN / HEIGHT_IN, 0.79 if three else 0.885, (HEIGHT_IN - TOP_IN - UNDER_IN) / HEIGHT_IN))
        frame(axes)
        first, second = result.objectives[:2]
        axes.set_xlabel(_label(first))
        axes.set_ylabel(_label(second))
        own = [p for p in result.named if all(math.isfinite(p.outputs[output]) for output, _, _ in result.objectives)]
        every = [*result.front, *own]
        if not every:
            axes.text(0.5, 0.5, result.status, transform=axes.transAxes, ha="center", color=style.BAD)
            axes.set_xticks([])
            axes.set_yticks([])
            return figure
        for k, setter in ((0, axes.set_xlim), (1, axes.set_ylim)):
            values = [p.outputs[result.objectives[k][0]] for p in every]
            low, high = min(values), max(values)
            room = high - low or max(abs(high), 1.0)
            setter(low - 0.08 * room, high + 0.10 * room)
        if not result.front:
            axes.text(0.5, 0.95, result.status, transform=axes.transAxes, ha="center", color=style.BAD)
        handles = [_draw_front(figure, axes, result)] if result.front else []
        handles += _draw_named(axes, own, result)
        if handles:
            box = axes.get_position()
            figure.legend(
                handles=handles, loc="upper left", bbox_to_anchor=(box.x0, box.y1 + 0.035), ncols=len(handles), borderaxespad=0.0, handletextpad=0.4
            )
        _names(figure, axes, own, result)
        missing = len(result.named) - len(own)
        if missing:
            note = f"{missing} named without an answer"
            figure.text(0.985, 0.08 / HEIGHT_IN, note, ha="right", va="bottom", fontsize=style.SMALL_PT, color=style.BAD)
    return figure


def _label(objective: tuple[str, str, str]) -> str:
    output, sense, unit = objective
    better = "less is better" if sense == "minimise" else "more is better"
    return f"{named(output, unit)} ({better})"


def _draw_front(figure: Figure, axes: Axes, result: Pareto) -> Any:
    first, second = (output for output, _, _ in result.objectives[:2])
    x = np.array([p.outputs[first] for p in result.front])
    y = np.array([p.outputs[second] for p in result.front])
    # Few points are rings, so that a named design on the front is seen inside its own.
    few = x.size <= 60
    size = 120.0 if few else 12.0
    if len(result.objectives) == 2:
        # The region that the front leaves unreached begins at the stair: from point to point the worse of both.
        order = np.argsort(x)
        where: Literal["post", "pre"] = "post" if result.objectives[0][1] == "minimise" else "pre"
        axes.step(x[order], y[order], where=where, color=style.BLUE, linewidth=1.0, alpha=0.6, zorder=2)
        face = "none" if few else style.BLUE
        return axes.scatter(x, y, s=size, facecolor=face, edgecolor=style.BLUE, linewidth=1.6 if few else 0.0, zorder=3, label="front")
    from matplotlib.colors import LinearSegmentedColormap

    third = result.objectives[2]
    z = np.array([p.outputs[third[0]] for p in result.front])
    colours = LinearSegmentedColormap.from_list("third", [style.ORANGE, style.PURPLE, style.BLUE])
    dots = axes.scatter(x, y, c=z, s=size, cmap=colours, zorder=3, label="front")
    box = axes.get_position()
    beside = figure.add_axes((box.x1 + 0.02, box.y0, 0.02, box.height))
    scale = figure.colorbar(dots, cax=beside)
    scale.set_label(_label(third))
    return dots


def _draw_named(axes: Axes, some: Sequence[FrontPoint], result: Pareto) -> list[Any]:
    first, second = (output for output, _, _ in result.objectives[:2])
    handles = []
    for keeps, face, words in ((True, style.INK, "as it stands"), (False, style.PAPER, "as it stands, breaks a limit")):
        kept = [p for p in some if (p.status == "ok") == keeps]
        if kept:
            handles.append(
                axes.scatter(
                    [p.outputs[first] for p in kept],
                    [p.outputs[second] for p in kept],
                    marker="D",
                    s=34,
                    facecolor=face,
                    edgecolor=style.INK,
                    linewidth=1.2,
                    zorder=5,
                    label=words,
                )
            )
    return handles


def _names(figure: Figure, axes: Axes, some: Sequence[FrontPoint], result: Pareto) -> None:
    """Names beside their points, the nearest free place first; a name that finds none is left to the table."""
    first, second = (output for output, _, _ in result.objectives[:2])
    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    renderer = canvas.get_renderer()
    frame_box = axes.get_window_extent(renderer)
    places = [tuple(axes.transData.transform((p.outputs[first], p.outputs[second]))) for p in some]
    taken = [(px - 6, py - 6, px + 6, py + 6) for px, py in places]
    left = 0
    for i, (point, (px, py)) in enumerate(zip(some, places, strict=True)):
        if i >= MOST_NAMED:
            left += 1
            continue
        text = axes.annotate(
            point.name or result.design,
            (point.outputs[first], point.outputs[second]),
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=style.SMALL_PT,
            va="center",
            zorder=7,
        )
        box = text.get_window_extent(renderer)
        wide, high = box.width, box.height
        for reach in _REACHES:
            spot = _spot(px, py, wide, high, reach * figure.dpi / 72.0, taken, frame_box)
            if spot is not None:
                break
        else:
            text.remove()
            left += 1
            continue
        x0, y0 = spot
        taken.append((x0, y0, x0 + wide, y0 + high))
        text.set_horizontalalignment("left")
        text.set_position(((x0 - px) * 72.0 / figure.dpi, (y0 + high / 2 - py) * 72.0 / figure.dpi))
        if math.hypot(x0 + wide / 2 - px, y0 + high / 2 - py) > wide / 2 + 30:
            _lead(axes, (px, py), (x0, y0, wide, high))
    if left:
        figure.text(0.014, 0.08 / HEIGHT_IN, f"{left} names found no room: see the table", fontsize=style.SMALL_PT, va="bottom")


def _spot(px: float, py: float, wide: float, high: float, reach: float, taken: Sequence[Any], frame_box: Any) -> tuple[float, float] | None:
    for angle in _ANGLES:
        cx, cy = px + reach * math.cos(angle), py + reach * math.sin(angle)
        x0 = cx if math.cos(angle) > 0.1 else (cx - wide if math.cos(angle) < -0.1 else cx - wide / 2)
        y0 = cy - high / 2
        if x0 < frame_box.x0 + 2 or x0 + wide > frame_box.x1 - 2 or y0 < frame_box.y0 + 2 or y0 + high > frame_box.y1 - 2:
            continue
        if all(x0 > t[2] or x0 + wide < t[0] or y0 > t[3] or y0 + high < t[1] for t in taken):
            return x0, y0
    return None


def _lead(axes: Axes, point: tuple[float, float], box: tuple[float, float, float, float]) -> None:
    """A thin line from a point to the near edge of its name."""
    (px, py), (x0, y0, wide, high) = point, box
    end = (min(max(px, x0), x0 + wide), y0 + high / 2)
    inverse = axes.transData.inverted()
    (ax, ay), (bx, by) = inverse.transform((px, py)), inverse.transform(end)
    axes.plot([ax, bx], [ay, by], color=style.FAINT, linewidth=0.7, zorder=4)
