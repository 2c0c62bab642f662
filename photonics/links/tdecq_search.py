"""Taps, centre and thresholds that make TDECQ least: a small smooth minimax over the kernels' noise and slopes.

    maximise t   with   t <= ln s_left(w, c, d) - ln Ceq(w),   t <= ln s_right(w, c, d) - ln Ceq(w),   sum w = 1,

and the linear limits of a reference equaliser (s: the largest noise behind it, c: the common centre of the windows, d: the thresholds' shifts).
Taps start from the minimum mean square error at the noise that a perfect eye would bear; every allowed main tap is tried.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from photonics_kernels import tdecq as kernels
from scipy.optimize import minimize

Array = np.ndarray[Any, np.dtype[np.float64]]

CLOSED_LOG = -40.0  # stands for a closed window inside the search
ROUNDNESS = 0.1  # scales the search's coordinates; fewest steps of 0.03 to 10
TOLERANCE = 1e-5  # of ln sigma_G: 5e-5 dB
CENTRE_REACH_UI = 0.15  # how far the common centre may move from where the eye is widest
PHASES = 16
FIRST_STEPS, LAST_STEPS = 8, 60


@dataclass(frozen=True)
class Equalizer:
    """A reference equaliser: how many taps, T-spaced, which may be the main one, and what each may be (tap sum 1)."""

    name: str
    taps: int
    mains: tuple[int, ...]
    main_limits: tuple[float, float] = (0.0, math.inf)
    near: tuple[float, float] | None = None  # of taps one symbol from the main one; None: not above the main tap in magnitude
    second: tuple[float, float] | None = None
    others: tuple[float, float] | None = None
    mirror: float | None = None  # most of |w(+1) - w(-1)| over w(0)
    source: str = ""

    def limits(self, offset: int) -> tuple[float, float] | None:
        return {1: self.near, 2: self.second}.get(abs(offset), self.others)


EQUALIZERS = {
    e.name: e
    for e in (
        Equalizer("none", 1, (0,), source="no equaliser"),
        Equalizer("ffe5", 5, (0, 1, 2), (0.8, math.inf), source="802.3 clause 121 and later: largest of taps 1 to 3, at least 0.8 (recalled)"),
        Equalizer("ffe9", 9, (0, 1, 2, 3), source="LPO MSA: 9 taps (seen at second hand); its limits are not known"),
        Equalizer(
            "ffe15", 15, (0, 1, 2, 3), (0.8, 2.5), (-0.4, 0.05), (-0.1, 0.2), (-0.1, 0.1), 0.25,
            "P802.3dj: 15 taps, at most 3 before the main one, limits seen at second hand and not checked against a draft",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Setting:
    """What is asked of a record: levels, target, windows, noise spectrum."""

    record: Any
    mean: float
    oma: float
    target: float
    qt: float
    correlation: Array  # of the receiver's noise at 0, 1, 2, ... UI
    gap_ui: float
    width_ui: float
    adjust: float = 0.0  # how far each threshold may move, in OMA
    scratch: Any = field(default=None)

    @property
    def levels(self) -> int:
        return int(self.record.levels)

    def thresholds(self, shifts: Array) -> Array:
        m = self.levels
        return np.asarray(self.mean + self.oma * ((np.arange(m - 1) + 0.5) / (m - 1) - 0.5 + shifts))

    def perfect_noise(self) -> float:
        return self.oma / (2.0 * (self.levels - 1) * self.qt)


@dataclass(frozen=True, eq=False)
class Point:
    """Taps, main tap, centre, shifts of the thresholds (in OMA), and the log of sigma_G that they leave room for."""

    taps: Array
    main: int
    centre: float
    shifts: Array
    log_sigma: float


def windows(setting: Setting, taps: Array, main: int, centre: float, shifts: Array, nodes: int, slopes: bool) -> tuple[list[float], list[Array]]:
    """ln sigma_G of the left and the right window, each with its slopes in taps, centre and shifts."""
    values, derivatives = [], []
    ceq = float(kernels.noise_growth(taps, setting.correlation))
    index = np.abs(np.subtract.outer(np.arange(len(taps)), np.arange(len(taps))))
    growth = setting.correlation[index] @ taps / ceq**2
    for side in (-1.0, 1.0):
        out = np.zeros(len(taps) + setting.levels)
        value, status = kernels.window_noise(
            setting.record, taps, main, centre + side * setting.gap_ui, setting.width_ui, setting.thresholds(shifts), setting.oma,
            setting.target, 1.0 / setting.perfect_noise(), nodes, slopes, setting.scratch, out,
        )  # fmt: skip
        if status == kernels.OUTSIDE:
            raise ValueError("a window beyond the columns of the record")
        values.append(value - math.log(ceq) if status == 0 else -math.inf)
        if status == 0:
            out[: len(taps)] -= growth
            out[len(taps) + 1 :] *= setting.oma
        derivatives.append(out)
    return values, derivatives


def at(setting: Setting, taps: Array, main: int, centre: float, shifts: Array | None = None, nodes: int = 5) -> Point:
    """The point of given taps and centre."""
    moved = np.zeros(setting.levels - 1) if shifts is None else shifts
    return Point(taps, main, centre, moved, min(windows(setting, taps, main, centre, moved, nodes, False)[0]))


def column(setting: Setting, time_ui: float) -> Array:
    """The samples nearest to that time of every symbol, pads included."""
    record = setting.record
    row = round(time_ui * record.samples_per_ui - 0.5) - record.first
    return np.asarray(record.rows[min(max(row, 0), len(record.rows) - 1)])


def _seen(column_: Array, pad: int, n: int, offset: int) -> Array:
    return column_[pad - offset : pad - offset + n]


def product(a: Array, b: Array) -> float:
    """Inner product on this thread alone: BLAS would share so short a sum among threads and wait for them."""
    return float(np.einsum("i,i->", a, b))


def covariance(setting: Setting, taps: int, time_ui: float) -> Array:
    """Of the samples that the taps see at a time, with the noise that a perfect eye would bear."""
    record, seen = setting.record, column(setting, time_ui) - setting.mean
    n, pad = len(record.symbols), record.pad
    still = _seen(seen, pad, n, 0)
    lags = np.array([product(still, _seen(seen, pad, n, k)) for k in range(taps)]) / n + setting.perfect_noise() ** 2 * setting.correlation[:taps]
    return np.asarray(lags[np.abs(np.subtract.outer(np.arange(taps), np.arange(taps)))])


def mmse(setting: Setting, taps: int, main: int, time_ui: float, matrix: Array) -> tuple[Array, float]:
    """(taps that minimise the mean square error at that time, scaled to a sum of 1; the error over the symbols' variance); ``matrix`` is the covariance there."""
    record, seen = setting.record, column(setting, time_ui) - setting.mean
    n, pad = len(record.symbols), record.pad
    sent = record.symbols - record.symbols.mean()
    sent = sent * (setting.oma / (setting.levels - 1))
    right = np.array([product(sent, _seen(seen, pad, n, k - main)) for k in range(taps)]) / n
    found = np.linalg.solve(matrix, right)
    error = 1.0 - float(found @ right) / (product(sent, sent) / n)
    total = float(found.sum())
    return np.asarray(found / total if total > 0.1 else np.eye(taps)[main], dtype=np.float64), error


def spread(setting: Setting, taps: Array, main: int, time_ui: float) -> float:
    """Variance of the equalised power within its levels, at a time."""
    record, seen = setting.record, column(setting, time_ui)
    n = len(record.symbols)
    power = sum(tap * _seen(seen, record.pad, n, k - main) for k, tap in enumerate(taps))
    return float(sum(np.var(power[record.symbols == a]) * np.mean(record.symbols == a) for a in range(setting.levels) if (record.symbols == a).any()))


def widest(times: Array, measure: Callable[[float], float]) -> float:
    """The time with the least measure."""
    return float(times[int(np.argmin([measure(float(t)) for t in times]))])


def clipped(eq: Equalizer, taps: Array, main: int) -> Array:
    """Taps brought within their limits, the main one taking what is left of the sum of 1."""
    out = taps.copy()
    for k in range(len(out)):
        if k != main:
            low, high = eq.limits(k - main) or (-0.9 * out[main], 0.9 * out[main])
            out[k] = min(max(out[k], low), high)
    out[main] = 0.0
    out[main] = 1.0 - out.sum()
    return out


def _to_taps(n: int, main: int) -> Array:
    """Taps from the others than the main one, less what they are at zero: the main tap takes what is left of the sum."""
    out = np.delete(np.eye(n), main, axis=1)
    out[main] = -1.0
    return out


def _linear(eq: Equalizer, main: int) -> tuple[Array, Array]:
    """(A, b) of the limits A v + b >= 0 on the other taps v."""
    n = eq.taps
    total = np.eye(n)[main]
    places = [k for k in range(n) if k != main]
    to_taps = _to_taps(n, main)
    rows: list[Array] = []
    bounds: list[float] = []

    def at_least(weights: Array, bound: float) -> None:
        rows.append(weights @ to_taps)
        bounds.append(float(weights @ total) - bound)

    unit = np.eye(n)
    if eq.main_limits[0] > 0.0:
        at_least(unit[main], eq.main_limits[0])
    if math.isfinite(eq.main_limits[1]):
        at_least(-unit[main], -eq.main_limits[1])
    for k in places:
        limits = eq.limits(k - main)
        at_least(unit[k] if limits else unit[main] + unit[k], limits[0] if limits else 0.0)
        at_least(-unit[k] if limits else unit[main] - unit[k], -limits[1] if limits else 0.0)
    if eq.mirror is not None and 0 < main < n - 1:
        for sign in (-1.0, 1.0):
            at_least(eq.mirror * unit[main] + sign * (unit[main + 1] - unit[main - 1]), 0.0)
    return np.array(rows) if rows else np.zeros((0, n - 1)), np.array(bounds)


def improved(setting: Setting, start: Point, eq: Equalizer | None, free_centre: bool, reach: tuple[float, float], nodes: int, steps: int) -> Point:
    """A better point from ``start``: taps free within ``eq`` (None: held), centre within ``reach`` where free, thresholds within ``adjust``."""
    n, m, main = len(start.taps), setting.levels, start.main
    places = [k for k in range(n) if k != main] if eq is not None else []
    shifting = setting.adjust > 0.0
    if not places and not free_centre and not shifting:
        return at(setting, start.taps, main, start.centre, start.shifts, nodes)
    c_at, d_at = len(places), len(places) + int(free_centre)
    size = d_at + (m - 1 if shifting else 0)

    stretch, to_taps = np.zeros((0, 0)), np.zeros((n, 0))
    if places:
        # The error about its least is nearly a quadratic form of the samples' covariance: in these coordinates it is nearly round.
        to_taps = _to_taps(n, main)
        seen = to_taps.T @ covariance(setting, n, start.centre) @ to_taps / (ROUNDNESS * setting.perfect_noise() * setting.oma)
        stretch = np.linalg.inv(np.linalg.cholesky(seen)).T

    def unpack(v: Array) -> tuple[Array, float, Array]:
        taps = start.taps + to_taps @ (stretch @ v[: len(places)]) if places else start.taps
        return taps, float(v[c_at]) if free_centre else start.centre, v[d_at : d_at + m - 1] * 0.1 if shifting else start.shifts

    kept: dict[bytes, tuple[Array, Array]] = {}

    def both(v: Array) -> tuple[Array, Array]:
        key = v[:size].tobytes()
        if key not in kept:
            values, slopes = windows(setting, *_reordered(unpack(v[:size]), main), nodes, True)
            jacobian = np.zeros((2, size + 1))
            for i, s in enumerate(slopes):
                if places:
                    jacobian[i, : len(places)] = s[:n] @ to_taps @ stretch
                if free_centre:
                    jacobian[i, c_at] = s[n]
                if shifting:
                    jacobian[i, d_at:size] = 0.1 * s[n + 1 :]
            jacobian[:, size] = -1.0
            kept[key] = np.maximum(np.array(values), CLOSED_LOG + math.log(setting.oma)), jacobian
        logs, slope = kept[key]
        return logs - v[size], slope

    first = np.zeros(size + 1)
    if free_centre:
        first[c_at] = start.centre
    if shifting:
        first[d_at:size] = start.shifts * 10.0
    first[size] = float(min(both(first)[0]))
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * len(places)
    bounds += [reach] * int(free_centre) + [(-10.0 * setting.adjust, 10.0 * setting.adjust)] * (size - d_at) + [(None, None)]
    constraints: list[dict[str, Any]] = [{"type": "ineq", "fun": lambda v: both(v)[0], "jac": lambda v: both(v)[1]}]
    if places and eq is not None:
        limits, least = _linear(eq, main)
        if len(least):
            slack = least + limits @ start.taps[places]
            matrix = np.hstack((limits @ stretch, np.zeros((len(slack), size + 1 - len(places)))))
            constraints.append({"type": "ineq", "fun": lambda v: matrix @ v + slack, "jac": lambda v: matrix})
    down = np.zeros(size + 1)
    down[size] = -1.0
    found = minimize(
        lambda v: -v[size], first, jac=lambda v: down, bounds=bounds, constraints=constraints, method="SLSQP",
        options={"maxiter": steps, "ftol": TOLERANCE},
    )  # fmt: skip
    best = start if math.isfinite(start.log_sigma) else replace(start, log_sigma=-math.inf)
    for v in (found.x, first):
        taps, centre, shifts = unpack(v[:size])
        legal = eq is None or not places or bool(np.all(_slack(eq, main, taps) >= -1e-7))
        if legal and reach[0] - 1e-9 <= centre <= reach[1] + 1e-9:
            point = at(setting, taps, main, centre, np.clip(shifts, -setting.adjust, setting.adjust) if shifting else shifts, nodes)
            if point.log_sigma > best.log_sigma or best is start:
                best = point
    return best


def _reordered(parts: tuple[Array, float, Array], main: int) -> tuple[Array, int, float, Array]:
    taps, centre, shifts = parts
    return taps, main, centre, shifts


def _slack(eq: Equalizer, main: int, taps: Array) -> Array:
    matrix, offset = _linear(eq, main)
    others = np.delete(taps, main)
    return np.asarray(matrix @ others + offset) if len(offset) else np.zeros(1)


def best_taps(setting: Setting, eq: Equalizer, times: Array, centre: float | None) -> Point:
    """The least TDECQ over taps within ``eq`` and, where ``centre`` is None, over the common centre: every main tap in turn."""
    zero = np.zeros(setting.levels - 1)
    tested = times if centre is None else np.array([centre])
    matrices = [covariance(setting, eq.taps, float(t)) for t in tested]
    starts: list[Point] = []
    for main in eq.mains:
        found = [mmse(setting, eq.taps, main, float(t), matrix) for t, matrix in zip(tested, matrices, strict=True)]
        best = int(np.argmin([error for _, error in found]))
        starts.append(at(setting, clipped(eq, found[best][0], main), main, float(tested[best]), zero, 1))
    free = centre is None
    tried = []
    for start in starts:
        reach = (start.centre - CENTRE_REACH_UI, start.centre + CENTRE_REACH_UI)
        tried.append((improved(setting, start, eq, free, reach, 1, FIRST_STEPS if len(starts) > 1 else LAST_STEPS), reach))
    tried.sort(key=lambda found: -found[0].log_sigma)
    point, reach = tried[0]
    if len(starts) > 1:
        point = improved(setting, point, eq, free, reach, 1, LAST_STEPS)
    # The windows' middles stood for them so far: balance the two whole windows.
    return improved(setting, at(setting, point.taps, point.main, point.centre, point.shifts), None, free, reach, 5, LAST_STEPS)


def best_centre(setting: Setting, taps: Array, main: int, times: Array) -> Point:
    """The least TDECQ of given taps over the common centre (and the thresholds, where they may move)."""
    middle = widest(times, lambda t: spread(setting, taps, main, t))
    around = [at(setting, taps, main, middle + step, None, 1) for step in np.linspace(-0.12, 0.12, 9)]
    start = max(around, key=lambda p: p.log_sigma)
    reach = (middle - CENTRE_REACH_UI, middle + CENTRE_REACH_UI)
    point = improved(setting, start, None, True, reach, 1, LAST_STEPS)
    return improved(setting, at(setting, taps, main, point.centre, point.shifts), None, True, reach, 5, LAST_STEPS)
