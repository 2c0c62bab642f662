"""The statistical eye's arrays: responses on a frequency grid, and rows of numbers in units of the received swing.

``LaneResponse`` is one lane's spectrum with the spectra of the noises behind the photodiode; ``eye_rows`` stacks points that share a few such
responses into the structure of arrays of ``photonics_kernels.eye_rows``.  The noise numbers come from the same ``Row`` as the closed
form's, so that the two engines differ in interference, jitter and equaliser only.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
from photonics_kernels import eye_rows as kernel
from photonics_kernels import pulse, receiver, scale, sequence, transmitter

from .link import Row

BANDS = 4  # symbol rates that a signal's spectrum covers, and the most it is widened to
MOST_BANDS = 16
NOISE_BANDS = 8  # symbol rates that a noise spectrum covers: beyond, a receiver has fallen by 20 dB or is called white
WINDOW, MOST_WINDOW = 64, 1024
WIDE = 0.05  # a response of more than this at the grid's end asks for more bands
CLIPPED = 3.5  # rms of PAM4 with much interference: 5e-4 of the samples lie beyond
EDGE_LIMIT = 1e-5  # energy share at the window's far edge that asks for a longer window


@dataclass(frozen=True)
class Grid:
    """Frequencies k/(window T), k = 0 .. window x bands."""

    symbol_rate_hz: float
    window: int = WINDOW
    bands: int = BANDS

    @property
    def frequency_hz(self) -> np.ndarray:
        return _frequencies(self)

    @property
    def noise_frequency_hz(self) -> np.ndarray:
        return _frequencies(replace(self, bands=NOISE_BANDS))


@lru_cache(maxsize=64)
def _frequencies(grid: Grid) -> np.ndarray:
    values = np.arange(grid.window * grid.bands + 1) * (grid.symbol_rate_hz / grid.window)
    values.setflags(write=False)
    return values


@dataclass(frozen=True, eq=False)
class LaneResponse:
    """What a lane makes of one symbol, and of noise behind the photodiode.

    ``signal`` is the response to a rectangular symbol (its own spectrum included), 1 at DC; ``aggressors`` (A x K) those to neighbours' symbols;
    ``amplifier_density`` and ``light_density`` are power spectra on the noise grid, in any unit, empty for white noise.  The noise
    bandwidth that a receiver states is that of its amplifier and converter front end: ``amplifier_share`` and ``light_share`` say how much
    of that noise reaches the equaliser through lines, analogue equalisers and (light) the photodiode besides.
    """

    grid: Grid
    signal: np.ndarray
    aggressors: np.ndarray
    amplifier_density: np.ndarray
    light_density: np.ndarray
    notes: tuple[str, ...] = ()
    amplifier_share: float = 1.0
    light_share: float = 1.0

    @cached_property
    def excursion(self) -> float:
        """Largest signal before the equaliser over half the outer swing: what a converter's range is set to.

        The sum of the response's magnitudes one UI apart, or CLIPPED times the signal's rms where that is less: then rarer peaks are clipped.
        1 without interference.
        """
        size = self.grid.window
        twiddles = np.empty((2, size // 2))
        pulse.fill_twiddles(size, twiddles)
        re, im = np.empty(size), np.empty(size)
        phase, _ = pulse.peak_phase(self.signal, 128, twiddles, re, im)
        pulse.symbol_samples(self.signal, phase, twiddles, re, im)
        return float(min(np.abs(re).sum(), CLIPPED * math.sqrt(5.0 / 9.0 * (re**2).sum())))

    @property
    def edge_share(self) -> float:
        """Share of the unequalised response's energy in the far sixteenth of the window: what wraps around."""
        size = self.grid.window
        twiddles = np.empty((2, size // 2))
        pulse.fill_twiddles(size, twiddles)
        re, im = np.empty(size), np.empty(size)
        phase, sample = pulse.peak_phase(self.signal, 8, twiddles, re, im)
        pulse.symbol_samples(self.signal, phase, twiddles, re, im)
        return float(pulse.edge_share(re, sample))


@dataclass(frozen=True)
class Equaliser:
    """Taps and their limits; ``memory`` above 0 puts sequence estimation in the place of the feedback taps."""

    taps: int
    pre: int
    per_symbol: int = 1
    tap_limit: float = math.inf
    feedback: int = 0
    feedback_limit: float = math.inf
    memory: int = 0


@dataclass(frozen=True)
class Jitter:
    """Of the sampling instant, in unit intervals: rms, distance of two Diracs from the middle, fixed offset."""

    random_ui: float = 0.0
    dirac_ui: float = 0.0
    offset_ui: float = 0.0


@dataclass(frozen=True)
class EyePoint:
    """One point: the closed form's row (its ``enhancement_db`` is not read), a response, an equaliser, jitter.

    ``levels`` takes the place of the equally spaced levels with the row's R_LM: currents from -1 to 1 in half outer swings, lowest first.
    """

    row: Row
    equaliser: Equaliser
    jitter: Jitter
    response: int = 0
    levels: tuple[float, ...] | None = field(default=None)


def half_swing_a(row: Row, rx_oma_dbm: float) -> float:
    """Half the outer photocurrent swing of an outer OMA at TP3."""
    return float(scale.dbm_to_w(rx_oma_dbm) * scale.db_to_ratio(-row.coupling_db)) * row.responsivity_a_w / 2.0


def rx_oma_dbm(row: Row, half: float) -> float:
    """The inverse of ``half_swing_a``."""
    return float(scale.w_to_dbm(2.0 * half / row.responsivity_a_w / scale.db_to_ratio(-row.coupling_db)))


def _levels(point: EyePoint, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Level places in half swings, closed by an MPI bound where the row has one; and their powers over the outer OMA."""
    row = point.row
    power = np.empty(count)
    transmitter.fill_levels_w(1.0, float(scale.db_to_ratio(row.er_db)), row.rlm, power)
    middle = (power[0] + power[-1]) / 2.0
    if point.levels is not None:
        power = middle + np.asarray(point.levels) / 2.0
    return (power - middle) * 2.0 * float(scale.db_to_ratio(-row.closure_db)), power


def eye_rows(responses: Sequence[LaneResponse], points: Sequence[EyePoint], level_count: int) -> kernel.EyeRows:
    """Stack points over their responses, which must share one grid."""
    n, m = len(points), level_count
    lags = max(p.equaliser.taps for p in points) + 1
    if any(p.equaliser.memory for p in points):
        lags += 2 * (sequence.MAX_ALTERNATING + 3)
    spacings = {p.equaliser.per_symbol for p in points}
    if len(spacings) > 1:
        raise ValueError("points of one batch have taps of one spacing")
    per = spacings.pop()
    grid = responses[0].grid
    amplifier, light = np.empty((len(responses), lags)), np.empty((len(responses), lags))
    for s, response in enumerate(responses):
        pulse.fill_autocorrelation(response.amplifier_density, 1.0 / per, grid.window, amplifier[s])
        pulse.fill_autocorrelation(response.light_density, 1.0 / per, grid.window, light[s])
    states = max(len(p.row.states[0]) for p in points)
    levels, shot, rin = np.empty((n, m)), np.empty((n, m)), np.empty((n, m))
    beat, deviation, mean = np.empty((n, m)), np.empty((n, m)), np.empty(n)
    x, mass = np.zeros((n, states)), np.zeros((n, states))
    columns: dict[str, np.ndarray] = {
        name: np.empty(n) for name in ("half", "amplifier", "dark", "quantisation", "transmitter")
    }
    for i, point in enumerate(points):
        row = point.row
        levels[i], power = _levels(point, m)
        columns["half"][i] = half_swing_a(row, row.rx_oma_dbm)
        seen = responses[point.response]
        columns["amplifier"][i] = seen.amplifier_share * receiver.thermal_variance_a2(row.density_a_rthz, row.bandwidth_hz)
        columns["dark"][i] = seen.light_share * row.excess_noise * receiver.shot_variance_a2(row.dark_a, row.bandwidth_hz)
        # Powers are over the outer OMA: a level's current is 2 x power half swings.
        shot[i] = seen.light_share * row.excess_noise * receiver.shot_variance_a2(1.0, row.bandwidth_hz) * 2.0 * power
        rin[i] = 0.0
        if row.rin_avg_db_hz is not None:
            rin[i] += (2.0 * power) ** 2 * float(scale.db_to_ratio(row.rin_avg_db_hz)) * row.bandwidth_hz
        if row.rin_oma_db_hz is not None:
            rin[i] += float(scale.db_to_ratio(row.rin_oma_db_hz)) * row.bandwidth_hz
        rin[i] *= seen.light_share
        columns["transmitter"][i] = 0.0 if row.sndr_db is None else 1.0 / float(scale.db_to_ratio(row.sndr_db))
        columns["quantisation"][i] = (
            0.0 if row.enob is None else receiver.quantisation_variance_a2(2.0 * row.full_scale * seen.excursion, row.enob)
        )
        root = np.sqrt(power)
        beat[i] = 16.0 * power * (power.mean() - root.mean() ** 2) * row.beat_square
        deviation[i] = 4.0 * root.mean() * (root - root.mean())
        mean[i] = 4.0 * root.mean() ** 2
        x[i, : len(row.states[0])], mass[i, : len(row.states[1])] = row.states

    def whole(values: Sequence[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    def real(values: Sequence[float]) -> np.ndarray:
        return np.array(values, dtype=np.float64)

    eq, jitter = [p.equaliser for p in points], [p.jitter for p in points]
    return kernel.EyeRows(
        window=grid.window,
        spectrum=np.stack([r.signal for r in responses]),
        aggressor=np.stack([r.aggressors for r in responses]),
        amplifier_acf=amplifier,
        light_acf=light,
        which=whole([p.response for p in points]),
        levels=levels,
        half_swing_a=columns["half"],
        amplifier_a2=columns["amplifier"],
        dark_shot_a2=columns["dark"],
        shot_a=shot,
        rin_relative=rin,
        quantisation_relative=columns["quantisation"],
        transmitter_relative=columns["transmitter"],
        beat_relative=beat,
        beat_deviation=deviation,
        beat_mean=mean,
        state_x=x,
        state_mass=mass,
        tap_count=whole([e.taps for e in eq]),
        pre=whole([e.pre for e in eq]),
        per_symbol=whole([e.per_symbol for e in eq]),
        tap_limit=real([e.tap_limit for e in eq]),
        feedback=whole([max(e.feedback, e.memory) for e in eq]),
        feedback_limit=real([e.feedback_limit for e in eq]),
        memory=whole([e.memory for e in eq]),
        random_ui=real([j.random_ui for j in jitter]),
        dirac_ui=real([j.dirac_ui for j in jitter]),
        offset_ui=real([j.offset_ui for j in jitter]),
        optimal=np.array([p.row.optimal for p in points], dtype=np.bool_),
    )
