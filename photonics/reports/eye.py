"""The statistical eye of a lane: openings at error probabilities; beside them bathtub, responses, taps and noise (``eye_panels``)."""

import math
from textwrap import shorten
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from photonics.results import number, ratio
from photonics.results.eye import EyeResult, SubEye

from . import style
from .eye_panels import bathtub, noise, probability, responses, taps
from .studies import frame, paper

WIDTH_IN, HEIGHT_IN = 12.0, 8.6
TRACES, TRACE_SEED = 240, 1
HIGHEST = 0.95  # outer swings from the middle: noise and interference beyond are off the panel
_EYE_IN, _TEXT_IN = (0.75, 2.82, 4.90, 4.55), 5.74  # left, bottom, width, height; where the numbers of the sub-eyes start
_RIGHT_IN, _RIGHT_WIDTH_IN = 7.95, 3.90
_LINE_IN = 0.150  # a line of small type
_STRONGEST = 0.85  # share of the colour in the opening of the smallest probability


def eye(result: EyeResult) -> Figure:
    """The eye of one lane, its bathtub, its symbol response before and behind the equaliser, taps and noise: 1200 x 860 pixels.

    Openings lie in one another, from the palest at the largest probability to the darkest at the smallest; their heights and widths stand
    beside every sub-eye, "closed" where the edges of neighbouring levels have met.  The grey traces are the equalised response under random
    symbols, without noise and jitter.  Amplitudes are in outer swings at the decision, times in UI from the sampling instant.
    The result's limit is a line of the bathtub.  An eye without numbers (a failed status) is drawn empty and says why.
    """
    with style.in_style():
        figure = style.Picture(figsize=(WIDTH_IN, HEIGHT_IN), dpi=style.DPI)
        figure.set_label(f"Statistical eye of {result.link}, lane {result.lane}, {result.corner} corner")
        _texts(figure, result)
        axes = _panel(figure, *_EYE_IN, "Eye: openings at error probabilities; grey: noise-free traces")
        _eye(figure, axes, result)
        noise(_panel(figure, 2.05, 0.75, 3.60, 1.35, "Rms at the decision, thousandths of the swing"), result)
        bathtub(_panel(figure, _RIGHT_IN, 5.35, _RIGHT_WIDTH_IN, 2.02, "Bathtub: BER over the sampling instant"), result)
        responses(_panel(figure, _RIGHT_IN, 2.55, _RIGHT_WIDTH_IN, 2.02, "Response to one symbol"), result)
        taps(_panel(figure, _RIGHT_IN, 0.75, _RIGHT_WIDTH_IN, 1.08, "Equaliser"), result)
    return figure


def verdict(result: EyeResult) -> tuple[str, str]:
    """Which openings there are, in words, with the colour of the line: at every target open, some closed, or all closed."""
    if result.status != "ok":
        return result.status, style.BAD
    said = []
    for t, target in _targets(result):
        closed = [str(e.index) for e in result.sub_eyes if not e.heights[t] > 0.0]
        if closed:
            which = "" if len(closed) == len(result.sub_eyes) else f" (sub-eye{'s' if len(closed) > 1 else ''} {', '.join(closed)})"
            said.append(f"{probability(target)}{which}")
    if not said:
        return f"every sub-eye open at {probability(min(result.targets))}", style.GOOD
    if all(not h > 0.0 for e in result.sub_eyes for h in e.heights):
        return "closed at every probability drawn", style.BAD
    opened = [probability(target) for t, target in _targets(result) if all(e.heights[t] > 0.0 for e in result.sub_eyes)]
    return "closed at " + ", ".join(said) + (f"; every sub-eye open at {', '.join(opened)}" if opened else ""), style.INK


def _targets(result: EyeResult) -> list[tuple[int, float]]:
    """Places and values of the targets, the largest first: its opening is the outermost."""
    return sorted(enumerate(result.targets), key=lambda pair: -pair[1])


def _panel(figure: Figure, left: float, bottom: float, width: float, height: float, title: str) -> Axes:
    axes = figure.add_axes((left / WIDTH_IN, bottom / HEIGHT_IN, width / WIDTH_IN, height / HEIGHT_IN))
    frame(axes)
    axes.set_title(title, loc="left", fontweight="bold", pad=6.0)
    return axes


def _texts(figure: Figure, result: EyeResult) -> None:
    title = f"{shorten(result.link, 40, placeholder=' …')}, lane {result.lane}, {result.corner} corner: statistical eye"
    left = 0.014
    figure.text(left, 1.0 - 0.14 / HEIGHT_IN, title, fontsize=style.TITLE_PT, fontweight="bold", va="top")
    line = (
        f"received OMA {number(result.rx_oma_dbm)} dBm; pre-FEC BER {ratio(result.log10_ber)}, codeword error ratio "
        f"{ratio(result.log10_codeword)}; {result.detector}"
    )
    figure.text(left, 1.0 - 0.45 / HEIGHT_IN, shorten(line, 160, placeholder=" …"), va="top")
    said, colour = verdict(result)
    figure.text(left, 1.0 - 0.68 / HEIGHT_IN, shorten(said, 150, placeholder=" …"), va="top", color=colour, fontweight="bold")
    slow = [f"above {ratio(b)} in {probability(p)} of the time" for p, b in result.outage]
    notes = "; ".join([*([f"BER with slow beats of multipath: {', '.join(slow)}"] if slow else []), *result.notes])
    figure.text(left, 0.07 / HEIGHT_IN, shorten(notes, 190, placeholder=" …"), fontsize=style.SMALL_PT, va="bottom")


# ---------------------------------------------------------------- the eye


def _eye(figure: Figure, axes: Axes, result: EyeResult) -> None:
    at = np.array(result.offsets_ui)
    axes.set_xlim(at[0], at[-1])
    axes.set_xlabel("sampling offset, UI")
    axes.set_ylabel("amplitude, outer swings")
    axes.grid(False)
    traces = _traces(result)
    reach = float(np.abs(traces).max()) if traces.size else 0.5
    reach = min(max(reach, *(abs(v) for v in result.levels)) + 0.10, HIGHEST) if math.isfinite(reach) else HIGHEST
    axes.set_ylim(-reach, reach)
    if traces.size:
        times = np.linspace(-0.5, 0.5, traces.shape[1])
        lines = [np.column_stack((times, trace)) for trace in traces]
        axes.add_collection(LineCollection(lines, colors=[style.GREY], linewidths=0.5, alpha=0.35, zorder=1))
    for e in result.sub_eyes:
        axes.axhline(e.threshold, color=style.VERMILION, linewidth=1.0, linestyle=(0, (5, 3)), zorder=4)
    for level in result.levels:
        axes.axhline(level, color=style.INK, linewidth=1.1, zorder=2)
    axes.axvline(0.0, color=style.INK, linewidth=1.0, linestyle=(0, (1, 1.5)), zorder=5)
    axes.annotate(
        "sampling instant", (0.0, -reach), xytext=(4, 3), textcoords="offset points", ha="left", va="bottom",
        fontsize=style.SMALL_PT, zorder=7, bbox=paper(),
    )  # fmt: skip
    order = _targets(result)
    for rank, (t, _) in enumerate(order):
        low, high = np.array(result.edges_low[t]), np.array(result.edges_high[t])
        for e in result.sub_eyes:
            _opening(axes, at, low[:, e.index], high[:, e.index], rank, len(order))
    for e in result.sub_eyes:
        if all(h <= 0.0 for h in e.heights):
            axes.annotate(
                "closed", (0.0, e.threshold), xytext=(5, 0), textcoords="offset points", va="center", fontsize=style.SMALL_PT,
                fontweight="bold", color=style.BAD, bbox=paper(), zorder=8,
            )  # fmt: skip
    _names_of_lines(axes, result)
    _leaders(axes, result)
    _numbers(figure, axes, result)
    if not result.sub_eyes or all(math.isnan(h) for e in result.sub_eyes for h in e.heights):
        axes.text(0.5, 0.5, f"no edges: {result.status}", transform=axes.transAxes, ha="center", color=style.BAD, bbox=paper(), zorder=9)


def shade(rank: int, count: int) -> tuple[float, float, float]:
    """Colour of the opening of a rank: from pale at the largest probability to full at the smallest; the greys run the same way."""
    share = _STRONGEST if count == 1 else 0.25 + (_STRONGEST - 0.25) * rank / (count - 1)
    r, g, b = (1.0 - share * (1.0 - part) for part in to_rgb(style.BLUE))
    return (r, g, b)


def _opening(axes: Axes, at: np.ndarray, low: np.ndarray, high: np.ndarray, rank: int, count: int) -> None:
    """The part around the instant where the upper edge lies above the lower one; its tips, linear between the offsets, close it."""
    with np.errstate(invalid="ignore"):
        room = high - low
    middle = len(at) // 2
    if not room[middle] > 0.0:
        return
    first = last = middle
    while first > 0 and room[first - 1] > 0.0:
        first -= 1
    while last < len(at) - 1 and room[last + 1] > 0.0:
        last += 1
    x, below, above = list(at[first : last + 1]), list(low[first : last + 1]), list(high[first : last + 1])
    for inside, outside, front in ((first, first - 1, True), (last, last + 1, False)):
        if not 0 <= outside < len(at) or not math.isfinite(room[outside]):
            continue
        share = room[inside] / (room[inside] - room[outside])
        tip = at[inside] + share * (at[outside] - at[inside])
        y = low[inside] + share * (low[outside] - low[inside])
        place = 0 if front else len(x)
        x.insert(place, tip)
        below.insert(place, y)
        above.insert(place, y)
    colour = shade(rank, count)
    axes.fill_between(x, below, above, facecolor=colour, edgecolor=style.INK, linewidth=0.7, zorder=3)


def _names_of_lines(axes: Axes, result: EyeResult) -> None:
    """Levels and thresholds say their values at the left, unless so many of them leave no room."""
    every = [(v, f"level {k}: {number(v, 3)}", style.INK) for k, v in enumerate(result.levels)]
    every += [(e.threshold, f"threshold {number(e.threshold, 3)}", style.VERMILION) for e in result.sub_eyes]
    low, high = axes.get_ylim()
    gap = 0.17 / _EYE_IN[3] * (high - low)
    last = -math.inf
    for value, said, colour in sorted(every):
        if not low < value < high - gap or value < last + gap:
            continue
        last = value
        axes.annotate(
            said, (-0.5, value), xytext=(3, 2), textcoords="offset points", ha="left", va="bottom",
            fontsize=style.SMALL_PT, color=colour, zorder=6, bbox=paper(),
        )  # fmt: skip


def _leaders(axes: Axes, result: EyeResult) -> None:
    """The outlines of the most open sub-eye named by their probabilities: on the lines where these leave room, else beside them."""
    middle = len(result.offsets_ui) // 2
    open_ones = [(t, target) for t, target in _targets(result) if any(e.heights[t] > 0.0 for e in result.sub_eyes)]
    if not open_ones:
        return
    best = max(result.sub_eyes, key=lambda e: (e.heights[open_ones[-1][0]], e.index))
    named = [(t, target) for t, target in open_ones if best.heights[t] > 0.0]
    at = np.array(result.offsets_ui)
    low, high = axes.get_ylim()
    inch = (high - low) / _EYE_IN[3]
    innermost = np.array(result.edges_high[named[-1][0]])[middle, best.index] - best.threshold
    on_it = 0.8 * innermost > 0.2 * inch * (len(named) + 0.5) and best.widths_ui[named[-1][0]] * _EYE_IN[2] > 1.2
    centre = min(max(best.threshold, low + 0.1 * inch * (len(named) + 2)), high - 0.1 * inch * len(named))
    for rank, (t, target) in enumerate(named):
        edge = np.array(result.edges_high[t])[:, best.index]
        look: dict[str, Any] = {"fontsize": style.SMALL_PT, "fontweight": "bold", "va": "center", "zorder": 8, "bbox": paper()}
        if on_it:
            # On the right flank, each at a height of its own.
            y = best.threshold + 0.2 * inch * (rank + 1.0)
            k = middle
            while k < len(at) - 2 and edge[k + 1] > y:
                k += 1
            share = (edge[k] - y) / (edge[k] - edge[k + 1]) if edge[k] > edge[k + 1] else 0.0
            axes.text(float(at[k] + min(max(share, 0.0), 1.0) * (at[1] - at[0])), y, probability(target), ha="center", **look)
            continue
        # A line from the upper outline, a third of the way to its right tip, to a name at the border.
        k = min(middle + max(1, round(0.15 * best.widths_ui[t] * (len(at) - 1))), len(at) - 1)
        if not edge[k] > best.threshold:
            k = middle
        axes.annotate(
            probability(target), (at[k], edge[k]), xytext=(0.485, centre + 0.19 * inch * ((len(named) - 1) / 2.0 - rank)), ha="right",
            arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}, **look,
        )  # fmt: skip


def _numbers(figure: Figure, axes: Axes, result: EyeResult) -> None:
    """Height and width of every sub-eye at every target, right of it, each line with the fill of its opening."""
    count = len(result.sub_eyes)
    if count == 0:
        return
    room = _EYE_IN[3] / count / _LINE_IN
    lines = min(len(result.targets), max(int(room - 1.7), 1))
    order = _targets(result)
    # Where not all find room, those that end with the first at which every eye is closed.
    opened = [rank for rank, (t, _) in enumerate(order) if any(e.heights[t] > 0.0 for e in result.sub_eyes)]
    start = min(max((opened[-1] if opened else 0) + 2 - lines, 0), len(order) - lines)
    shown = list(enumerate(order))[start : start + lines]
    low, high = axes.get_ylim()
    places = [(e.threshold - low) / (high - low) for e in result.sub_eyes]
    near = min((b - a for a, b in zip(places, places[1:], strict=False)), default=1.0)
    if not all(0.0 < p < 1.0 for p in places) or near * _EYE_IN[3] < (lines + 1.3) * _LINE_IN:
        places = [(k + 0.5) / count for k in range(count)]  # beside their eyes they would lie on one another
    for e, place in zip(result.sub_eyes, places, strict=True):
        top = _EYE_IN[1] + _EYE_IN[3] * place + (lines + 1) * _LINE_IN / 2.0
        _line(figure, top, f"sub-eye {e.index}: height x width")
        for k, (rank, (t, target)) in enumerate(shown):
            y = top - (k + 1) * _LINE_IN
            is_open = e.heights[t] > 0.0
            patch = Rectangle(
                (_TEXT_IN / WIDTH_IN, (y - 0.115) / HEIGHT_IN), 0.12 / WIDTH_IN, 0.10 / HEIGHT_IN,
                transform=figure.transFigure, facecolor=shade(rank, len(order)) if is_open else style.PAPER,
                edgecolor=style.INK, linewidth=0.6,
            )  # fmt: skip
            figure.add_artist(patch)
            _line(figure, y, f"{probability(target)}: {_opened(e, t)}", 0.18, style.INK if is_open else style.BAD)


def _opened(e: SubEye, t: int) -> str:
    if math.isnan(e.heights[t]):
        return "no edge"
    if not e.heights[t] > 0.0:
        return f"closed by {number(-e.heights[t], 3)}"
    return f"{number(e.heights[t], 3)} x {number(e.widths_ui[t], 3)} UI"


def _line(figure: Figure, y: float, said: str, indent: float = 0.0, colour: str = style.INK) -> None:
    figure.text((_TEXT_IN + indent) / WIDTH_IN, y / HEIGHT_IN, said, fontsize=style.SMALL_PT, va="top", color=colour)


def _traces(result: EyeResult) -> np.ndarray:
    """Equalised signal over one UI under random symbols, feedback subtracted; rows are traces.  Empty where the response has no number."""
    times, response = np.array(result.pulse_ui), np.array(result.equalised_pulse)
    if len(times) < 2 or not np.isfinite(response).all():
        return np.empty((0, 0))
    at = np.linspace(-0.5, 0.5, 33)
    reach = int(min(-times[0], times[-1])) - 1
    symbols = np.arange(-reach, reach + 1)  # the wanted one is 0; those before it act by their postcursors
    shapes = np.array([np.interp(at - k, times, response) for k in symbols])
    levels = np.array(result.levels)
    sent = levels[np.random.default_rng(TRACE_SEED).integers(0, len(levels), (TRACES, len(symbols)))]
    signal: np.ndarray = sent @ shapes
    for k, tap in enumerate(result.feedback_taps, start=1):
        signal -= tap * sent[:, symbols == -k]
    return signal
