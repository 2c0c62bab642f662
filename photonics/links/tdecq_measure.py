"""TDECQ of a prepared capture: outer levels, taps, centre and thresholds, the answer and its shares."""

import math
from typing import Any

import numpy as np
from photonics_kernels import special, tdecq, tdecq_record

from photonics.errors import InputError
from photonics.results.tdecq import TdecqResult

from .tdecq_asked import Asked
from .tdecq_capture import Array, Capture
from .tdecq_search import (
    EQUALIZERS,
    LAST_STEPS,
    PHASES,
    Equalizer,
    Point,
    Setting,
    at,
    best_centre,
    best_taps,
    improved,
    spread,
    widest,
)

WIDTH_UI = 0.04
GAP_UI = {4: 0.05, 2: 0.1}  # of the windows from their common centre: 0.45 and 0.55 UI; NRZ: 0.4 and 0.6
RUNS = {4: (6, 7), 2: (6, 7)}  # settled lows and highs
ROUNDS = 4  # of taps and crossing, in turn
CLOSED = "closed eye: no noise is small enough for the target; the penalty does not exist"
MARGIN_SAMPLES = 6


def setting_of(capture: Capture, waveform: Array, symbols: Any, asked: Asked, outer: tuple[float, float], times: tuple[float, float]) -> Setting:
    """The record's columns between two times (UI), and what is asked of it."""
    n, m = capture.samples_per_ui, asked.levels
    gap = GAP_UI[m]
    first = math.floor((times[0] - gap - WIDTH_UI / 2.0) * n) - MARGIN_SAMPLES
    count = math.ceil((times[1] + gap + WIDTH_UI / 2.0) * n) + MARGIN_SAMPLES - first
    pad = tdecq.MAX_TAPS
    rows = np.empty((count, len(symbols) + 2 * pad))
    tdecq_record.fill_rows(waveform, n, first, pad, rows)
    record = tdecq.Record(rows, first, pad, n, np.asarray(symbols, np.int64), m)
    correlation = np.eye(pad)[0]
    if asked.bandwidth_per_baud is not None:
        tdecq_record.noise_correlation(asked.bandwidth_per_baud, correlation)
    qt = special.inverse_q_tail(asked.target * m / (2.0 * (m - 1)))
    return Setting(
        record, float(waveform.mean()), outer[1] - outer[0], asked.target, qt, correlation, gap, WIDTH_UI, asked.adjust, tdecq.window(record)
    )


def outer_levels(capture: Capture, asked: Asked, where: str) -> tuple[tuple[float, float], list[str]]:
    """(power of the settled lows, of the settled highs), and what is to be said of them."""
    if asked.outer is not None:
        return asked.outer, []
    found, notes = [], []
    for level, least in zip((0, asked.levels - 1), RUNS[asked.levels], strict=True):
        power, runs, counted = tdecq_record.run_power(capture.waveform, capture.samples_per_ui, capture.symbols, level, least)
        if runs == 0:
            raise InputError.of(where, "waveform", f"no run of the level {level}", f"runs of {least} symbols in the pattern, or the outer levels' powers")
        if counted < least:
            notes.append(f"no run of {least} symbols of level {level}: {runs} of {counted} stand in for OMAouter")
        found.append(float(power))
    if not found[1] > found[0]:
        raise InputError.of(where, "waveform", f"an OMA of {found[1] - found[0]:g}", "highest symbols above the lowest: inverted, or another pattern")
    return (found[0], found[1]), notes


def _crossing(capture: Capture, mean: float, taps: Array, main: int, near: float) -> float:
    """Half a UI behind the mean crossing of the equalised record, the one nearest to a time."""
    behind = np.empty_like(capture.waveform)
    tdecq_record.equalised_record(capture.waveform, capture.samples_per_ui, taps, main, behind)
    crossing = float(tdecq_record.crossing_ui(behind, capture.samples_per_ui, mean))
    return crossing + 0.5 + round(near - crossing - 0.5)


def solved(capture: Capture, asked: Asked, setting: Setting, times: Array) -> Point:
    """The taps and the centre that were asked for."""
    given = None if asked.taps is None else np.array(asked.taps)
    eq = EQUALIZERS[asked.equalizer]
    if asked.taps is None and eq.taps == 1:
        given = np.ones(1)
    middle = widest(times, lambda t: spread(setting, np.ones(1), 0, t))
    if isinstance(asked.center, float):
        return at_fixed(setting, given, asked.main, eq, asked.center)
    if asked.center == "optimal":
        return best_centre(setting, given, asked.main, times) if given is not None else best_taps(setting, eq, times, None)
    taps, main = (given, asked.main) if given is not None else (np.ones(1), 0)
    centre = _crossing(capture, setting.mean, taps, main, middle)
    point = at_fixed(setting, given, asked.main, eq, centre)
    for _ in range(ROUNDS if given is None else 0):
        following = _crossing(capture, setting.mean, point.taps, point.main, middle)
        if abs(following - centre) < 1e-5:
            break
        centre = following
        point = at_fixed(setting, given, asked.main, eq, centre)
    return point


def at_fixed(setting: Setting, given: Array | None, main: int, eq: Equalizer, centre: float) -> Point:
    """The best point at a given centre."""
    if given is None:
        return best_taps(setting, eq, np.array([centre]), centre)
    point = at(setting, given, main, centre)
    if setting.adjust > 0.0:
        return improved(setting, point, None, False, (centre, centre), 5, LAST_STEPS)
    return point


def penalty_db(setting: Setting, log_sigma: float, scope_noise: float = 0.0) -> float:
    """10 log10 (OMA / (2 (M - 1) Qt sqrt(sigma_G^2 + sigma_S^2)))."""
    return 10.0 * math.log10(setting.perfect_noise() / math.hypot(math.exp(log_sigma), scope_noise))


def shares(capture: Capture, asked: Asked, setting: Setting, point: Point, outer: tuple[float, float], total: float) -> tuple[tuple[str, float], ...]:
    """What each impairment adds, in dB, in an order in which they add up.

    Level mismatch: levels at their means behind the equaliser, no interference; noise enhancement: Ceq; interference of the averaged
    pattern: the rest of its TDECQ; noise of the record: what its TDECQ adds to that; receiver noise sigma_S: what R takes off.
    """
    averaged, kept = setting, None
    single = len(capture.symbols) // capture.periods if capture.periods > 1 else len(capture.symbols)
    times = (point.centre, point.centre)
    if capture.kept is not None and capture.waveform.size == capture.kept.size:
        mean = capture.waveform.reshape(capture.periods, -1).mean(axis=0)
        averaged, kept = setting_of(capture, mean, capture.symbols[:single], asked, outer, times), setting
    average_log = at(averaged, point.taps, point.main, point.centre, point.shifts).log_sigma if kept is not None else point.log_sigma
    if not math.isfinite(average_log):
        return ()
    average = penalty_db(averaged, average_log)
    growth = 10.0 * math.log10(float(tdecq.noise_growth(point.taps, setting.correlation)))
    levels = _level_penalty(averaged, point)
    parts = [("level mismatch", levels), ("noise enhancement of the equaliser (Ceq)", growth)]
    label = "interference" if capture.periods > 1 else "interference, and noise that the record holds"
    parts.append((label, average - levels - growth))
    alone = penalty_db(setting, point.log_sigma)
    if kept is not None:
        parts.append(("noise of the record", alone - average))
    if asked.scope_noise > 0.0:
        parts.append(("receiver noise of the measurement taken off (sigma_S)", total - alone))
    return tuple(parts)


def _level_penalty(setting: Setting, point: Point) -> float:
    """TDECQ of the equalised levels' means alone, Ceq = 1."""
    record, n = setting.record, len(setting.record.symbols)
    thresholds = setting.thresholds(point.shifts)
    row = round(point.centre * record.samples_per_ui - 0.5) - record.first
    seen = record.rows[min(max(row, 0), len(record.rows) - 1)]
    power = sum(tap * seen[record.pad - k + point.main : record.pad - k + point.main + n] for k, tap in enumerate(point.taps))
    means = [float(np.mean(power[record.symbols == a])) for a in range(setting.levels)]

    def ratio(sigma: float) -> float:
        total = 0.0
        for a, y in enumerate(means):
            total += special.q_tail((thresholds[a] - y) / sigma) if a < setting.levels - 1 else 0.0
            total += special.q_tail((y - thresholds[a - 1]) / sigma) if a > 0 else 0.0
        return total / setting.levels

    low, high = 0.0, 4.0 * setting.perfect_noise()
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if ratio(middle) <= setting.target else (low, middle)
    return 10.0 * math.log10(setting.perfect_noise() / low) if low > 0.0 else math.inf


def measured(capture: Capture, asked: Asked, where: str) -> TdecqResult:
    """The answer: taps, centre and thresholds as asked, the penalty, both windows' error ratios, the shares."""
    outer, notes = outer_levels(capture, asked, where)
    fixed = isinstance(asked.center, float)
    middle = float(asked.center) if fixed else 0.5
    reach = 0.0 if fixed else 0.7
    times = np.arange(PHASES) / PHASES
    setting = setting_of(capture, capture.waveform, capture.symbols, asked, outer, (min(middle - reach, middle), middle + reach))
    point = solved(capture, asked, setting, times)
    thresholds = setting.thresholds(point.shifts)
    ceq = float(tdecq.noise_growth(point.taps, setting.correlation))
    closed = not math.isfinite(point.log_sigma)
    total = None if closed else penalty_db(setting, point.log_sigma, asked.scope_noise)
    ratios: list[float | None] = [None, None]
    if not closed:
        noise = math.exp(point.log_sigma) * ceq
        ratios = [
            float(tdecq.window_error_ratio(
                setting.record, point.taps, point.main, point.centre + side * setting.gap_ui, setting.width_ui, thresholds, setting.oma, noise,
                setting.scratch,
            )[0])
            for side in (-1.0, 1.0)
        ]  # fmt: skip
    parts = () if total is None else shares(capture, asked, setting, point, outer, total)
    mode = "given" if fixed else str(asked.center)
    name = asked.equalizer if asked.taps is None else "given taps"
    return TdecqResult(
        metric=asked.metric, tdecq_db=total, ceq=ceq, taps=tuple(float(w) for w in point.taps), main_tap=point.main, equalizer=name,
        center_ui=point.centre, center_mode=mode, oma_outer_w=setting.oma, average_power_w=setting.mean,
        extinction_ratio_db=10.0 * math.log10(outer[1] / outer[0]) if outer[0] > 0.0 else None, thresholds_w=tuple(float(t) for t in thresholds),
        threshold_shifts=tuple(float(d) for d in point.shifts), ser_left=ratios[0], ser_right=ratios[1], target_ser=asked.target,
        sigma_g_w=None if closed else math.exp(point.log_sigma), scope_noise_w=asked.scope_noise, reference_bandwidth_ghz=asked.bandwidth_ghz,
        symbols=len(capture.symbols), samples_per_ui=capture.samples_per_ui, periods=capture.periods, shift_samples=capture.shift, parts=parts,
        notes=(*capture.notes, *notes), status=CLOSED if closed else "ok",
    )  # fmt: skip
