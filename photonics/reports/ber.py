"""Error ratio against received power: one curve or several over each other, with target and sensitivities."""

import math
from collections.abc import Sequence
from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from photonics.results import BerCurve, BerPoint, number

from . import style
from .eye_panels import DEEPEST, decades, probability
from .studies import TOP_IN, UNDER_IN, frame, page, paper

HEIGHT_IN = 6.0
_LOOKS = ((style.BLUE, "-", "o"), (style.VERMILION, (0, (5, 2)), "s"), (style.GREEN, (0, (1, 1.4)), "^"), (style.PURPLE, (0, (6, 2, 1, 2)), "D"))
MOST_MARKERS = 60  # points of a curve that get a mark


def ber(curves: BerCurve | Sequence[BerCurve]) -> Figure:
    """BER over received outer OMA at TP3, 1000 x 600 pixels; curves of several methods, lanes or links differ in colour, dash and mark.

    The dashed line is the target, a drop line the power that reaches it.  What a curve says below 1e-18 is not drawn.  Counted points
    have a bar over their 95 % interval, one that bounds the ratio and no more a triangle at the bound.  Points without a
    number are left out and counted; a curve without a sensitivity says why.
    """
    every = [curves] if isinstance(curves, BerCurve) else list(curves)
    names = _names(every)
    with style.in_style():
        links = list(dict.fromkeys(c.link for c in every))
        title = f"{' and '.join(links[:2])}{' and others' if len(links) > 2 else ''}: BER against received power"
        notes = "; ".join(dict.fromkeys([_where(every), *(c.note for c in every if c.note)]))
        figure = page(HEIGHT_IN, f"BER of {', '.join(links)} against received OMA", title, notes)
        axes = figure.add_axes((0.085, UNDER_IN / HEIGHT_IN, 0.885, (HEIGHT_IN - TOP_IN - UNDER_IN) / HEIGHT_IN))
        frame(axes)
        axes.set_xlabel("received outer OMA at TP3, dBm")
        axes.set_ylabel("pre-FEC BER")
        floor = _axis(axes, every)
        if floor is None:
            axes.text(0.5, 0.5, "no point has an error ratio", transform=axes.transAxes, ha="center", color=style.BAD)
            return figure
        targets = dict.fromkeys(c.target_ber for c in every if c.target_ber is not None)
        for target in targets:
            axes.axhline(math.log10(target), color=style.INK, linewidth=1.0, linestyle=(0, (5, 3)), zorder=2)
            axes.annotate(
                f"target {probability(target)}", (1.0, math.log10(target)), xycoords=("axes fraction", "data"), xytext=(-2, 2),
                textcoords="offset points", ha="right", va="bottom", fontsize=style.SMALL_PT, bbox=paper(), zorder=3,
            )  # fmt: skip
        for k, (curve, name) in enumerate(zip(every, names, strict=True)):
            _curve(axes, curve, f"{name}: {_sensitivity(curve)}", k, floor)
        # Curves fall from the upper left to the lower right: the lower left corner is free.
        axes.legend(loc="lower left", handlelength=3.2, labelspacing=0.5, fontsize=style.TEXT_PT, borderaxespad=0.8)
    return figure


def _names(curves: Sequence[BerCurve]) -> list[str]:
    """What tells the curves apart: the method, and where they differ link, lane and corner."""
    differing = [len({value(c) for c in curves}) > 1 for value in (_link, _lane, _corner)]
    return [
        shorten(", ".join([_method(c), *(said(c) for said, told in zip((_link, _lane, _corner), differing, strict=True) if told)]), 60, placeholder=" …")
        for c in curves
    ]


def _link(curve: BerCurve) -> str:
    return curve.link


def _lane(curve: BerCurve) -> str:
    return f"lane {curve.lane}"


def _corner(curve: BerCurve) -> str:
    return f"{curve.corner} corner"


def _method(curve: BerCurve) -> str:
    if curve.method == "waveform":
        return "counted errors, straight light" if "light follows the drive" in curve.note else "counted errors"
    return {"eye": "statistical eye", "closed-form": "closed form"}.get(curve.method, curve.method)


def _where(curves: Sequence[BerCurve]) -> str:
    """Lane and corner that the curves share."""
    shared = [{said(c) for c in curves} for said in (_lane, _corner)]
    return ", ".join(next(iter(one)) for one in shared if len(one) == 1)


def _sensitivity(curve: BerCurve) -> str:
    missing = sum(math.isnan(p.log10_ber) for p in curve.points)
    left_out = f" ({missing} point{'s' if missing > 1 else ''} without a number)" if missing else ""
    if curve.status != "ok":
        return f"no sensitivity, {curve.status}{left_out}"
    return f"sensitivity {number(curve.sensitivity_oma_dbm, 2)} dBm{left_out}"


def _axis(axes: Axes, curves: Sequence[BerCurve]) -> float | None:
    """Ranges of both axes; the lowest decade, None where no point has a number."""
    points = [p for c in curves for p in c.points if not math.isnan(p.log10_ber)]
    if not points:
        decades(axes, DEEPEST, 0.0)
        return None
    targets = [math.log10(c.target_ber) for c in curves if c.target_ber is not None]
    least = min([_lowest(p) for p in points] + targets)
    floor = max(DEEPEST, math.floor(least - 0.3)) if math.isfinite(least) else DEEPEST
    decades(axes, min(floor, -2.0), 0.0)
    powers = [p.rx_oma_dbm for p in points] + [c.sensitivity_oma_dbm for c in curves if c.sensitivity_oma_dbm is not None]
    low, high = min(powers), max(powers)
    room = max(high - low, 1.0)
    axes.set_xlim(low - 0.03 * room, high + 0.03 * room)
    return min(floor, -2.0)


def _lowest(point: BerPoint) -> float:
    """The lowest decade that a point asks of the axis: a count without an error stands at what it excludes."""
    return math.log10(point.ci95_high) if point.ci95_high and _bounded(point) else point.log10_ber


def _bounded(point: BerPoint) -> bool:
    """Whether a count says no more than that the ratio is below the upper end of its interval: no error, or a few of hardly any weight."""
    return bool(point.ci95_high) and point.log10_ber < math.log10(point.ci95_high or 1.0) - 1.5


def _curve(axes: Axes, curve: BerCurve, label: str, k: int, floor: float) -> None:
    colour, dash, marker = _LOOKS[k % len(_LOOKS)]
    points = sorted((p for p in curve.points if not math.isnan(p.log10_ber)), key=lambda p: p.rx_oma_dbm)
    for p in points:
        if p.ci95_low and p.ci95_high and not _bounded(p):
            axes.vlines(p.rx_oma_dbm, math.log10(p.ci95_low), math.log10(p.ci95_high), color=colour, linewidth=1.2, zorder=4 + k)
    free = [p for p in points if _bounded(p)]
    axes.plot(
        [p.rx_oma_dbm for p in free], [math.log10(p.ci95_high or 1.0) for p in free], linestyle="none", marker="v", markersize=7, markerfacecolor=style.PAPER,
        color=colour, zorder=4 + k,
    )  # fmt: skip
    points = [p for p in points if p not in free]
    x = np.array([p.rx_oma_dbm for p in points])
    y = np.array([max(p.log10_ber, floor - 5.0) for p in points])
    axes.plot(
        x, y, color=colour, linestyle=dash, linewidth=1.8, marker=marker if x.size <= MOST_MARKERS else None, markersize=4.5,
        markerfacecolor=colour if k % 2 == 0 else style.PAPER, label=label, zorder=4 + k,
    )  # fmt: skip
    ends = [(p.rx_oma_dbm, p.ci95_low, p.ci95_high) for p in points if p.ci95_low is not None and p.ci95_high is not None]
    for power, low, high in ends:
        if high > 0.0:
            lower = math.log10(low) if low > 0.0 else floor - 5.0
            axes.plot([power, power], [lower, math.log10(high)], color=colour, linewidth=1.2, zorder=4 + k)
    if curve.status == "ok" and curve.sensitivity_oma_dbm is not None and curve.target_ber is not None:
        target = math.log10(curve.target_ber)
        axes.plot([curve.sensitivity_oma_dbm] * 2, [floor, target], color=colour, linewidth=1.0, linestyle=dash, zorder=3)
        axes.plot(
            [curve.sensitivity_oma_dbm], [target], marker="o", markersize=10 + 4 * k, color="none", markeredgecolor=colour, markeredgewidth=1.6, zorder=8
        )
