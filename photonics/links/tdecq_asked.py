"""What TDECQ is asked with: every argument checked, before an engine is loaded."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from photonics.errors import InputError, nearest, shown

MAX_TAPS = 32
LEAST_SAMPLES, MOST_SAMPLES = 4, 1024
LEVELS = {"pam4": 4, "nrz": 2}
METRICS = {"pam4": ("TDECQ", "TECQ", "SECQ"), "nrz": ("TDEC",)}
TARGET = {"pam4": 4.8e-4, "nrz": 2.4e-4}
EQUALIZERS = ("none", "ffe5", "ffe9", "ffe15")
CENTERS = ("optimal", "crossing")
PERIODS = ("average", "keep")
PATTERNS = ("prbs13q", "ssprq")
MOST_ADJUSTED = 0.05


@dataclass(frozen=True)
class Asked:
    """What is asked of a waveform."""

    metric: str
    levels: int
    target: float
    equalizer: str
    taps: tuple[float, ...] | None  # scaled to a sum of 1
    main: int
    center: str | float
    bandwidth_per_baud: float | None  # of the reference receiver: filters, unless filtered, and shapes the noise; None: neither
    bandwidth_ghz: float | None
    filtered: bool
    scope_noise: float
    adjust: float
    average: bool
    outer: tuple[float, float] | None
    notes: tuple[str, ...]


def check(*, baud_gbd: Any, samples_per_ui: Any, taps: Iterable[float] | None, main_tap: Any, equalizer: Any, target_ser: Any,
          reference_bandwidth_ghz: Any, filtered: bool, scope_noise_w: Any, center: Any, adjust_thresholds: Any, periods: Any, signal: Any,
          metric: Any, outer_levels_w: Any) -> Asked:  # fmt: skip
    """The arguments as one value; raises ``InputError`` for the first that is out of its range."""
    baud = _number("baud_gbd", baud_gbd, 0.001, 1000.0, "a symbol rate from 0.001 to 1000 GBd")
    if isinstance(samples_per_ui, bool) or not isinstance(samples_per_ui, int) or not LEAST_SAMPLES <= samples_per_ui <= MOST_SAMPLES:
        raise InputError.of("", "samples_per_ui", shown(samples_per_ui), f"a whole number from {LEAST_SAMPLES} to {MOST_SAMPLES}")
    kind = _one_of("signal", signal, tuple(LEVELS))
    given: tuple[float, ...] | None = None
    notes: list[str] = []
    if taps is not None:
        if equalizer is not None:
            raise InputError.of("", "equalizer", shown(equalizer), "nothing beside taps")
        given, notes = _taps(taps)
    main = int(given.index(max(given, key=abs))) if given else 0
    if main_tap is not None:
        if given is None:
            raise InputError.of("", "main_tap", shown(main_tap), "nothing without taps")
        if isinstance(main_tap, bool) or not isinstance(main_tap, int) or not 0 <= main_tap < len(given):
            raise InputError.of("", "main_tap", shown(main_tap), f"a tap from 0 to {len(given) - 1}")
        main = main_tap
    name = _one_of("equalizer", equalizer or ("ffe5" if kind == "pam4" else "none"), EQUALIZERS)
    target = _number("target_ser", TARGET[kind] if target_ser is None else target_ser, 1e-15, 0.1, "an error ratio from 1e-15 to 0.1")
    bandwidth: float | None = baud / 2.0
    if isinstance(reference_bandwidth_ghz, str) and reference_bandwidth_ghz.casefold() == "none":
        bandwidth = None
    elif reference_bandwidth_ghz is not None:
        bandwidth = _number("reference_bandwidth_ghz", reference_bandwidth_ghz, 0.05 * baud, 10.0 * baud, "none, or from 0.05 to 10 times the symbol rate")
    noise = _number("scope_noise_w", scope_noise_w, 0.0, math.inf, "a noise of 0 W rms or more")
    adjust = _number("adjust_thresholds", adjust_thresholds, 0.0, MOST_ADJUSTED, f"0 to {MOST_ADJUSTED} of OMAouter")
    where = center
    if not isinstance(center, str) or center.casefold() not in CENTERS:
        where = _number("center", center, -1.0, 2.0, "optimal, crossing, or UI from -1 to 2")
    upper = METRICS[kind][0] if metric is None else str(metric).upper()
    if upper not in METRICS[kind]:
        raise InputError.of("", "metric", shown(metric), "one of " + ", ".join(METRICS[kind]))
    outer = None
    if outer_levels_w is not None:
        low, high = (_number("outer_levels_w", v, -math.inf, math.inf, "two powers, low and high") for v in outer_levels_w)
        if not high > low:
            raise InputError.of("", "outer_levels_w", f"{low:g} and {high:g}", "the lower power first")
        outer = (low, high)
    return Asked(
        upper, LEVELS[kind], target, name, given, main, where.casefold() if isinstance(where, str) else where,
        None if bandwidth is None else bandwidth / baud, bandwidth, bool(filtered), noise, adjust, _one_of("periods", periods, PERIODS) == "average",
        outer, tuple(notes),
    )  # fmt: skip


def _number(key: str, value: Any, low: float, high: float, allowed: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or not low <= number <= high:
        raise InputError.of("", key, shown(value), allowed)
    return number


def _one_of(key: str, value: Any, choices: tuple[str, ...]) -> str:
    plain = str(value).casefold()
    if plain not in choices:
        raise InputError.of("", key, shown(value), "one of " + ", ".join(choices), nearest(plain, choices))
    return plain


def _taps(taps: Iterable[float]) -> tuple[tuple[float, ...], list[str]]:
    given = tuple(_number("taps", w, -100.0, 100.0, "finite taps") for w in taps)
    if not 1 <= len(given) <= MAX_TAPS:
        raise InputError.of("", "taps", f"{len(given)} taps", f"1 to {MAX_TAPS}")
    total = math.fsum(given)
    if not total > 0.01 * max(abs(w) for w in given):
        raise InputError.of("", "taps", f"a sum of {total:g}", "a sum above zero, 1 best")
    notes = [] if abs(total - 1.0) < 1e-9 else [f"taps with a sum of {total:.6g} are scaled to 1"]
    return tuple(w / total for w in given), notes


def pattern_from(pattern: Any, levels: int) -> Any:
    """A pattern as ``tdecq_capture.prepared`` takes it: None, a known name, or (symbols, where they come from).

    A word that is no name of a pattern and no file is refused with the nearest names.
    """
    from photonics.files.waveform import checked, read_waveform

    if pattern is None:
        return None
    if isinstance(pattern, str | PathLike):
        text = str(pattern)
        plain = text.casefold()
        if plain == "prbs31q":
            raise InputError.of("", "pattern", shown(text), "a pattern of which a capture holds a period (PRBS31Q has 2^31 - 1 symbols), or a file of symbols")
        if plain in PATTERNS:
            if levels != 4:
                raise InputError.of("", "pattern", shown(text), "a file of the symbols 0 and 1: the patterns by name are PAM4")
            return plain
        if not Path(text).suffix:
            raise InputError.of("", "pattern", shown(text), ", ".join(PATTERNS) + " or a file of symbols", nearest(plain, PATTERNS))
        return read_waveform(text), text
    return checked(pattern, "pattern"), "pattern"
