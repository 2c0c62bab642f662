"""Panels beside an eye: bathtub, response to one symbol, taps, noise by kind."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from photonics.results import number, ratio
from photonics.results.eye import EyeResult

from . import style
from .studies import paper

DEEPEST = -18.0  # log10 of the lowest BER drawn
BEFORE_UI, AFTER_UI = -6.5, 16.5  # of the response that is drawn, from the sampling instant
SMALLEST = 1e-3  # interference beyond the view is told from here on, rms in outer swings
BURSTS = 1.005  # errors that follow one of the feedback, it counted, from which the figure speaks of them


def probability(value: float) -> str:
    """A probability as a power of ten that reads well small: 1e-3, 2.28e-4."""
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def decades(axes: Axes, low: float, high: float) -> None:
    """A y axis of log10 BER, its ticks written as powers of ten."""
    axes.set_ylim(low, high)
    step = max(1, math.ceil((high - low) / 7.0))
    axes.yaxis.set_major_locator(FixedLocator(list(range(math.ceil(low), math.floor(high) + 1, step))))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: "1" if v == 0 else f"1e{v:.0f}"))


def bathtub(axes: Axes, result: EyeResult) -> None:
    """BER over the sampling instant, clipped at 1e-18; the dot is the BER of the lane.  Jitter, and the errors that feedback repeats, are in both."""
    at, values = np.array(result.bathtub_offsets_ui), np.array(result.bathtub_log10_ber)
    axes.set_xlim(at[0], at[-1])
    axes.set_xlabel("sampling offset, UI")
    axes.set_ylabel("BER")
    axes.yaxis.set_label_coords(-0.115, 0.5)
    known = values[~np.isnan(values)]
    if known.size == 0:
        axes.text(0.5, 0.5, f"no error ratio: {result.status}", transform=axes.transAxes, ha="center", color=style.BAD)
        decades(axes, DEEPEST, 0.0)
        return
    limit = None if result.limit_ber is None else math.log10(result.limit_ber)
    lowest = [float(known.min()), result.log10_ber] + ([] if limit is None else [limit])
    least = min(v for v in lowest if not math.isnan(v))
    floor = max(DEEPEST, math.floor(least - 0.5)) if math.isfinite(least) else DEEPEST
    decades(axes, floor, 0.0)
    axes.plot(at, np.maximum(values, floor - 5.0), color=style.BLUE, linewidth=1.8, zorder=4)
    axes.axvline(0.0, color=style.INK, linewidth=1.0, linestyle=(0, (1, 1.5)), zorder=3)
    # A wide tub is empty in its middle and leaves the side; a narrow one leaves the corners outside its walls.
    with np.errstate(invalid="ignore"):
        deep = at[values < 0.7 * floor]
    wide = deep.size > 0 and float(np.ptp(deep)) > 0.5
    if result.limit_ber is not None and limit is not None:
        axes.axhline(limit, color=style.VERMILION, linewidth=1.0, linestyle=(0, (5, 3)), zorder=3)
        axes.annotate(
            f"limit {probability(result.limit_ber)}", (at[0] if wide else at[-1], limit), xytext=(3 if wide else -2, 2), textcoords="offset points",
            ha="left" if wide else "right", va="bottom", fontsize=style.SMALL_PT, color=style.VERMILION, bbox=paper(), zorder=5,
        )  # fmt: skip
    _at_the_instant(axes, result, floor, wide)


def _at_the_instant(axes: Axes, result: EyeResult, floor: float, wide: bool) -> None:
    """The dot, or an arrow down where it lies below the panel, and in words the errors that feedback repeats."""
    if math.isnan(result.log10_ber):
        return
    below = result.log10_ber < floor
    said = [f"BER {ratio(result.log10_ber)}" + (", below the panel" if below else " (dot)")]
    if result.burst_errors > BURSTS:
        said.append(f"{number(result.burst_errors, 2)} errors a burst counted")
    y = max(result.log10_ber, floor)
    axes.plot([0.0], [y], marker="v" if below else "o", markersize=7, color=style.ORANGE, markeredgecolor=style.INK, zorder=7, clip_on=False)
    axes.text(
        0.5 if wide else 0.012, 0.20 if wide else 0.03, "\n".join(said), transform=axes.transAxes, ha="center" if wide else "left", va="bottom",
        fontsize=style.SMALL_PT, linespacing=1.2, bbox=paper(), zorder=6,
    )  # fmt: skip


# ---------------------------------------------------------------- response and taps


def view(result: EyeResult) -> tuple[float, float]:
    """Ends in UI of the axis that response and taps share; the response itself may be shorter."""
    return max(BEFORE_UI, result.pulse_ui[0]), min(AFTER_UI, result.pulse_ui[-1])


def responses(axes: Axes, result: EyeResult) -> None:
    """The response to one symbol before the equaliser, dashed, and behind it, with its samples one UI apart by kind."""
    times = np.array(result.pulse_ui)
    before, behind = np.array(result.pulse), np.array(result.equalised_pulse)
    left, right = view(result)
    axes.set_xlim(left, right)
    axes.set_xlabel("time from the sampling instant, UI")
    axes.set_ylabel("share of the swing")
    axes.yaxis.set_label_coords(-0.115, 0.5)
    axes.axhline(0.0, color=style.FAINT, linewidth=0.8, zorder=1)
    if not (np.isfinite(before).all() and np.isfinite(behind).all()):
        axes.text(0.5, 0.5, f"no response: {result.status}", transform=axes.transAxes, ha="center", color=style.BAD)
        return
    seen = (times >= left) & (times <= right)
    # The filter delays by its main tap; without that delay the two would stand apart by as much and could not be compared.
    earlier = result.main_tap / result.taps_per_symbol
    shifted = np.interp(times - earlier, times, before)
    label = "before the equaliser" + (f", {earlier:g} UI later" if earlier > 0.0 else "")
    axes.plot(times[seen], behind[seen], color=style.BLUE, linewidth=1.8, label="behind the equaliser", zorder=3)
    axes.plot(times[seen], shifted[seen], color=style.VERMILION, linewidth=1.3, linestyle=(0, (4, 2)), label=label, zorder=4)
    places = np.arange(math.ceil(times[0]), math.floor(times[-1]) + 1)
    samples = np.interp(places, times, behind)
    fed = len(result.feedback_taps)
    kinds = (
        ("cursor", "o", places == 0, style.INK, 7.0),
        ("precursors", "v", (places < 0) & (places >= left), style.INK, 4.5),
        ("fed back", "D", (places > 0) & (places <= fed), style.PAPER, 4.5),
        ("postcursors", "s", (places > fed) & (places <= right), style.INK, 3.6),
    )
    for name, marker, which, fill, size in kinds:
        if which.any():
            axes.plot(
                places[which], samples[which], linestyle="none", marker=marker, markersize=size, color=fill, markeredgecolor=style.INK,
                markeredgewidth=0.9, label=name, zorder=6,
            )  # fmt: skip
    low, high = min(0.0, float(before.min()), float(behind.min())), max(float(before.max()), float(behind.max()))
    axes.set_ylim(low - 0.08 * (high - low), high + 0.10 * (high - low))
    axes.legend(loc="upper right", handlelength=2.0, labelspacing=0.25, borderaxespad=0.2)
    beyond = rms_beyond(result, places, samples)
    if beyond > SMALLEST:
        said = f"interference beyond the view:\n{number(1000.0 * beyond, 1)} thousandths of the swing, rms"
        axes.text(0.985, 0.36, said, transform=axes.transAxes, ha="right", va="center", fontsize=style.SMALL_PT, bbox=paper(), zorder=7)


def rms_beyond(result: EyeResult, places: np.ndarray, samples: np.ndarray) -> float:
    """Rms in outer swings of the interference from symbols whose samples the panel does not show."""
    left, right = view(result)
    rest = samples[(places < left) | (places > right)]
    return math.sqrt(float(np.var(np.array(result.levels))) * float((rest**2).sum()))


def taps(axes: Axes, result: EyeResult) -> None:
    """Taps as stems at their places in symbols from the main one, those of the feedback hollow; the largest say their values."""
    values = np.array(result.taps)
    places = (np.arange(len(values)) - result.main_tap) / result.taps_per_symbol
    left, right = view(result)
    axes.set_xlim(left, right)
    axes.set_xlabel("place of the tap, UI from the main one")
    axes.set_ylabel("tap")
    axes.yaxis.set_label_coords(-0.115, 0.5)
    axes.axhline(0.0, color=style.FAINT, linewidth=0.8, zorder=1)
    finite = np.isfinite(values)
    if not finite.any():
        axes.text(0.5, 0.5, f"no taps: {result.status}", transform=axes.transAxes, ha="center", color=style.BAD)
        return
    seen = finite & (places >= left) & (places <= right)
    axes.vlines(places[seen], 0.0, values[seen], color=style.BLUE, linewidth=1.6, zorder=3)
    axes.plot(places[seen], values[seen], linestyle="none", marker="o", markersize=4.0, color=style.BLUE, label="FFE", zorder=4)
    fed = np.array(result.feedback_taps)
    every = [0.0, *values[seen], *fed[np.isfinite(fed)]]
    if fed.size and np.isfinite(fed).all():
        # A little aside, so that neither stem hides the other.
        aside = np.arange(1, fed.size + 1) + 0.22
        axes.vlines(aside, 0.0, fed, color=style.ORANGE, linewidth=1.6, zorder=3)
        axes.plot(
            aside, fed, linestyle="none", marker="s", markersize=4.5, color=style.PAPER, markeredgecolor=style.ORANGE, markeredgewidth=1.4,
            label="feedback", zorder=4,
        )  # fmt: skip
    low, high = min(every), max(every)
    room = max(high - low, 0.5)
    axes.set_ylim(low - 0.24 * room, high + 0.28 * room)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    for k in _told(values, places, result.main_tap, seen, 0.18 * room):
        up = values[k] >= 0.0
        axes.annotate(
            number(float(values[k]), 2), (places[k], values[k]), xytext=(0, 4 if up else -4), textcoords="offset points", ha="center",
            va="bottom" if up else "top", fontsize=style.SMALL_PT, zorder=5,
        )  # fmt: skip
    hidden = int((finite & ~seen).sum())
    if hidden:
        axes.plot([], [], linestyle="none", label=f"{hidden} more beyond")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.02), ncols=3, handlelength=1.2, borderaxespad=0.0, borderpad=0.0, columnspacing=1.2)


def _told(values: np.ndarray, places: np.ndarray, main: int, seen: np.ndarray, high: float) -> list[int]:
    """The main tap and up to three more of the largest; of taps whose numbers, ``high`` as they are, would touch, the larger one."""
    told: list[int] = []
    order = [main, *(k for k in np.argsort(-np.abs(values)) if k != main)]
    for k in order:
        near = any(abs(places[k] - places[other]) < 2.3 and abs(values[k] - values[other]) < high for other in told)
        if seen[k] and not near and abs(values[k]) > 0.08 * abs(values[main]) and len(told) < 4:
            told.append(int(k))
    return told


# ---------------------------------------------------------------- noise


def noise(axes: Axes, result: EyeResult) -> None:
    """Rms of every kind of noise at the decision, and hatched the interference that the equaliser leaves."""
    rows = [*((name, 1000.0 * value, False) for name, value in result.noise), ("interference left", 1000.0 * result.isi_rms, True)]
    top = max((value for _, value, _ in rows if math.isfinite(value)), default=0.0)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.set_xlim(0.0, 1.16 * top if top > 0.0 else 1.0)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    axes.tick_params(axis="y", length=0)
    axes.grid(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.6)
    for i, (_, value, hatched) in enumerate(rows):
        if math.isfinite(value):
            axes.barh(i, value, 0.66, color=style.PAPER if hatched else style.SKY, edgecolor=style.INK, linewidth=0.6, hatch="////" if hatched else None)
        axes.annotate(
            f"{number(value, 1)}", (value if math.isfinite(value) else 0.0, i), xytext=(3, 0), textcoords="offset points", va="center",
            fontsize=style.SMALL_PT,
        )  # fmt: skip
