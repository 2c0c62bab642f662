"""Chains of filters as lanes of the statistical eye, for cases that name a filter and its bandwidth where a design has parts.

A lane is cut at the light: what stands before it shapes the signal alone, the photodiode's response shapes shot noise and RIN too, the
receiver's shapes all noise.  Stages of more than ``TRANSPARENT`` symbol rates are left out, because nothing of them would be seen at the
decision; where nothing is left, the rectangular symbol has no interference and is replaced by a Nyquist pulse, which is the same at the
sampling instants and fits the frequency grid.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from photonics_kernels import eye, eye_rows, response

from photonics.lower.eye import (
    EDGE_LIMIT,
    MOST_BANDS,
    MOST_WINDOW,
    WIDE,
    EyePoint,
    Grid,
    LaneResponse,
    half_swing_a,
    rx_oma_dbm,
)
from photonics.lower.eye import eye_rows as rows_of

TRANSPARENT = 4.0  # symbol rates
NARROW = 0.01  # symbol rates: a stage of less passes nothing of a symbol
ROLL_OFF = 0.5  # of the Nyquist pulse; any has the same samples
NOISE_BANDS = 64  # symbol rates of a noise spectrum: beyond, a single pole of one symbol rate holds 1 % of its noise
LOWEST_DBM, HIGHEST_DBM = -70.0, 40.0
WORDS = {
    eye_rows.GAP: "interference leaves gaps between the levels that the noise does not fill",
    eye_rows.SINGULAR_TAPS: "no equaliser opens the eye",
    eye_rows.WRAPS: f"the response is longer than the window of {MOST_WINDOW} symbols",
    eye_rows.NO_ROOT_HIGH: "an error floor above the target: no received power meets it",
    eye_rows.NO_ROOT_LOW: f"the target is met even at {LOWEST_DBM:g} dBm",
}

# One-sided noise bandwidth (the integral of |H|^2) of the fourth-order Bessel filter over its 3 dB bandwidth, usually printed as 1.0464.
NOISE_OVER_3DB = 1.0463689

# Filters by name: the response, and its noise bandwidth over its 3 dB bandwidth; exact but for Bessel's, which is a number.
Fill = Callable[[np.ndarray, float, np.ndarray], None]
FILTERS: dict[str, tuple[Fill, float]] = {
    "gaussian": (response.times_gaussian, math.sqrt(math.pi / math.log(2.0)) / 2.0),
    "bessel": (response.times_bessel4, NOISE_OVER_3DB),
    "butterworth": (response.times_butterworth4, math.pi / 8.0 / math.sin(math.pi / 8.0)),
    "single_pole": (response.times_pole, math.pi / 2.0),
}


@dataclass(frozen=True)
class Filter:
    """A low pass by its kind (a key of ``FILTERS``) and its 3 dB bandwidth."""

    kind: str
    bandwidth_hz: float

    @property
    def noise_bandwidth_hz(self) -> float:
        return FILTERS[self.kind][1] * self.bandwidth_hz


@dataclass(frozen=True)
class Fibre:
    """Accumulated dispersion D L in s/m (1 ps/nm is 1e-3 s/m), wavelength and the transmitter's chirp."""

    wavelength_m: float
    accumulated_s_per_m: float
    alpha: float = 0.0


@dataclass(frozen=True)
class Chain:
    """Filters of a lane, side by side, with the symbol rate."""

    symbol_rate_hz: float
    transmit: tuple[Filter, ...] = ()
    photodiode: tuple[Filter, ...] = ()
    receive: tuple[Filter, ...] = ()
    fibre: Fibre | None = None

    @property
    def closed(self) -> bool:
        """Whether a stage passes nothing of a symbol."""
        return any(f.bandwidth_hz < NARROW * self.symbol_rate_hz for f in (*self.transmit, *self.photodiode, *self.receive))

    def lane(self) -> LaneResponse:
        """The lane's response; the window doubles until the response does not wrap around, the bands until the spectrum has fallen."""
        grid = Grid(self.symbol_rate_hz)
        while True:
            found = self._on(grid)
            if abs(found.signal[-grid.window // 2 :]).max() > WIDE and grid.bands < MOST_BANDS:
                grid = replace(grid, bands=2 * grid.bands)
            elif found.edge_share > EDGE_LIMIT and grid.window < MOST_WINDOW:
                grid = replace(grid, window=2 * grid.window)
            else:
                return found

    def _on(self, grid: Grid) -> LaneResponse:
        f = grid.frequency_hz
        signal = np.ones(len(f), dtype=np.complex128)
        response.times_symbol(f, 1.0 / self.symbol_rate_hz, signal)
        seen = self._times((*self.transmit, *self.photodiode, *self.receive), f, signal)
        if self.fibre is not None and self.fibre.accumulated_s_per_m != 0.0:
            seen += 1
            response.times_chromatic(
                f, self.fibre.wavelength_m, self.fibre.accumulated_s_per_m, self.fibre.alpha, signal
            )
        if not seen:
            response.times_raised_cosine(f, self.symbol_rate_hz, ROLL_OFF, signal)
        noise_f = replace(grid, bands=NOISE_BANDS).frequency_hz
        amplifier, light = np.ones(len(noise_f), dtype=np.complex128), np.ones(len(noise_f), dtype=np.complex128)
        shaped = self._times(self.receive, noise_f, amplifier)
        lit = self._times((*self.receive, *self.photodiode), noise_f, light)
        white = np.zeros(0)
        return LaneResponse(
            grid,
            signal,
            np.zeros((0, len(f)), dtype=np.complex128),
            np.abs(amplifier) ** 2 if shaped else white,
            np.abs(light) ** 2 if lit else white,
        )

    def _times(self, filters: Sequence[Filter], f: np.ndarray, out: np.ndarray) -> int:
        """Multiply filters into ``out``; how many of them are seen."""
        seen = [each for each in filters if each.bandwidth_hz < TRANSPARENT * self.symbol_rate_hz]
        for each in seen:
            FILTERS[each.kind][0](f, each.bandwidth_hz, out)
        return len(seen)


@dataclass(frozen=True)
class Asked:
    """One point of a chain: its row, equaliser and jitter; the point's own ``response`` is not read."""

    chain: Chain
    point: EyePoint


def _batches(asked: Sequence[Asked]) -> list[tuple[list[int], list[LaneResponse], list[EyePoint]]]:
    """Points whose responses share a grid and whose taps a spacing, with their places in ``asked``; closed chains are left out."""
    lanes = {a.chain: a.chain.lane() for a in asked if not a.chain.closed}
    out: dict[object, tuple[list[int], list[LaneResponse], list[EyePoint]]] = {}
    place: dict[tuple[object, Chain], int] = {}
    for i, a in enumerate(asked):
        if a.chain.closed:
            continue
        lane = lanes[a.chain]
        key = (lane.grid, a.point.equaliser.per_symbol, len(a.point.row.states[0]))
        where, responses, points = out.setdefault(key, ([], [], []))
        if (key, a.chain) not in place:
            place[key, a.chain] = len(responses)
            responses.append(lane)
        where.append(i)
        points.append(replace(a.point, response=place[key, a.chain]))
    return list(out.values())


def log_error_ratios(asked: Sequence[Asked], level_count: int) -> tuple[np.ndarray, np.ndarray]:
    """ln BER and a status for every point; NaN where a chain passes nothing."""
    log_ber, status = np.full(len(asked), math.nan), np.full(len(asked), eye_rows.SINGULAR_TAPS)
    for where, responses, points in _batches(asked):
        rows, n = rows_of(responses, points, level_count), len(points)
        found, codeword, bad, phase = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64), np.empty(n)
        taps, noise, gains = np.zeros((n, int(rows.tap_count.max()))), np.zeros((n, level_count)), np.zeros((n, 8))
        eye.eye_points(rows, found, codeword, bad, phase, taps, noise, gains)
        log_ber[where], status[where] = found, bad
    return log_ber, status


def sensitivities_dbm(asked: Sequence[Asked], level_count: int) -> np.ndarray:
    """OMA in dBm at which every point just meets its row's ``log_limit``; NaN where no power does."""
    out = np.full(len(asked), math.nan)
    for where, responses, points in _batches(asked):
        rows, n = rows_of(responses, points, level_count), len(points)
        half, bad = np.empty(n), np.empty(n, dtype=np.int64)
        lowest = min(half_swing_a(p.row, LOWEST_DBM) for p in points)
        highest = max(half_swing_a(p.row, HIGHEST_DBM) for p in points)
        limits = np.array([p.row.log_limit for p in points])
        eye.eye_sensitivities(rows, limits, False, lowest, highest, half, bad)
        for i, point, value in zip(where, points, half.tolist(), strict=True):
            out[i] = rx_oma_dbm(point.row, value) if math.isfinite(value) else math.nan
    return out
