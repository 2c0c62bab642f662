"""From captured samples to one period that TDECQ can be asked of: checks, reference receiver, lock on the pattern, symbols.

The record is taken as periodic and sampled an integer number of times per UI by the same clock, so that its clock offset is none and its
phase a number of samples: the lock finds it.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from photonics_kernels import patterns
from photonics_kernels.response import times_bessel4

from photonics.errors import InputError

from .tdecq_asked import MOST_SAMPLES, Asked

Array = np.ndarray[Any, np.dtype[np.float64]]
Symbols = np.ndarray[Any, np.dtype[np.int64]]

FEWEST_SYMBOLS = 32
DENSE = 32  # samples per UI that a filtered record is brought to at least
LEAST_LOCK = 0.6  # correlation with the pattern
SSPRQ_NOTE = "SSPRQ as generated here is unverified: the order of its passes is recalled; a file of the published symbols may be given instead"
LEAST_LINE = 15.0  # over the spectrum about it: chance makes 5
LEAST_ALIKE = 0.75  # variance of the averaged period over that of all
MOST_CLIPPED = 0.002  # share of the samples at one and the same extreme


@dataclass(frozen=True, eq=False)
class Capture:
    """One period, symbol 0 from sample 0, behind the reference receiver."""

    waveform: Array
    samples_per_ui: int
    symbols: Symbols
    known: bool
    periods: int
    shift: int
    kept: Array | None  # all periods, where several were averaged
    notes: tuple[str, ...]


def pattern_symbols(pattern: Any, levels: int) -> tuple[Symbols, tuple[str, ...]] | None:
    """Symbols of a pattern, from its name or from (values, where they come from), and what is to be said of it."""
    if pattern is None:
        return None
    if isinstance(pattern, str):
        return (patterns.prbs13q(), ()) if pattern == "prbs13q" else (patterns.ssprq(), (SSPRQ_NOTE,))
    values, where = pattern
    return pattern_of(values, where, levels), ()


def pattern_of(values: Array, where: str, levels: int) -> Symbols:
    """Symbols from a file or an array: whole numbers from 0 to M - 1, every one of them."""
    whole = np.rint(values)
    if np.any(whole != values) or whole.min() < 0 or whole.max() > levels - 1 or len(np.unique(whole)) < levels:
        raise InputError.of(where, "pattern", f"values from {values.min():g} to {values.max():g}", f"the symbols 0 to {levels - 1}, all of them")
    return np.asarray(whole, dtype=np.int64)


def refuse_clipped(samples: Array, where: str) -> None:
    """A pile of samples at one extreme that no inner value comes near: the instrument was overdriven."""
    low, high = float(samples.min()), float(samples.max())
    if not high > low:
        raise InputError.of(where, "waveform", f"{samples.size} equal samples", "a modulated waveform")
    piles = {side: int(np.count_nonzero(samples == value)) for side, value in (("low", low), ("high", high))}
    side = max(piles, key=lambda key: piles[key])
    if piles[side] < MOST_CLIPPED * samples.size:
        return
    values, counts = np.unique(samples, return_counts=True)
    inner = int(counts[1:-1].max()) if len(values) > 2 else 0
    if len(values) > 16 and piles[side] > 3 * inner:
        share = f"{100.0 * piles[side] / samples.size:.2g} % of the samples at {values[-1 if side == 'high' else 0]:.6g}"
        raise InputError.of(where, "waveform", f"{share}, clipped at the {side} end", "a waveform within the instrument's range")


def reference_receiver(samples: Array, samples_per_ui: int, bandwidth_per_baud: float) -> tuple[Array, int]:
    """(the record behind a fourth-order Bessel-Thomson filter, free of delay at DC; its samples per UI).

    A sparse record comes back denser, 32 per UI or more: behind the filter nothing is left beyond half its rate.
    """
    dense = samples_per_ui * max(1, math.ceil(DENSE / samples_per_ui))
    total = samples.size // samples_per_ui * dense
    spectrum: Any = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(samples.size, 1.0 / samples_per_ui)  # in symbol rates
    times_bessel4(frequency, bandwidth_per_baud, spectrum)
    if dense != samples_per_ui:
        # The first sample stands half a step behind the record's beginning, in either grid.
        spectrum *= np.exp(2j * np.pi * frequency * (0.5 / dense - 0.5 / samples_per_ui))
        if samples.size % 2 == 0:
            spectrum[-1] *= 0.5
        spectrum = np.concatenate((spectrum, np.zeros(total // 2 + 1 - spectrum.size))) * (dense / samples_per_ui)
    return np.fft.irfft(spectrum, total), dense


def refuse_other_rate(samples: Array, samples_per_ui: int, where: str) -> None:
    """The squared slope of a waveform repeats with its symbols: the lowest strong line of its spectrum tells how many samples they have.

    Of long captures only: a short one says too little.
    """
    piece = samples[: min(samples.size, 1 << 17)]
    if piece.size < 512 * samples_per_ui:
        return
    slope = np.diff(piece) ** 2
    power = np.abs(np.fft.rfft((slope - slope.mean()) * np.hanning(slope.size)))
    blocks = np.array_split(power, max(1, power.size // 64))
    floor = np.repeat([np.median(block) for block in blocks], [len(block) for block in blocks])
    lines = np.where(power > LEAST_LINE * floor, power, 0.0)
    lines[: max(8, slope.size // MOST_SAMPLES // 2)] = 0.0
    if not lines.any():
        return
    line = int(np.argmax(lines > 0.3 * lines.max()))
    line += int(np.argmax(lines[line : line + 4]))
    found = slope.size / line
    if abs(samples_per_ui / found - 1.0) > 0.02:
        raise InputError.of(where, "samples_per_ui", f"{samples_per_ui}, while the transitions repeat every {found:.4g} samples", f"{found:.4g}, or a pattern")


def lock(samples: Array, samples_per_ui: int, symbols: Symbols, bandwidth_per_baud: float | None) -> tuple[int, float]:
    """(sample at which symbol 0 begins, correlation there, -1 to 1) of one period.

    Correlation of the samples with the pattern, by its spectrum, at four phases of the UI, then sample by sample with the pattern's own waveform:
    held symbols, behind the reference receiver where a bandwidth is given.  A beginning within an eighth of a UI of the record's own
    grid is taken as on it: that much a transmitter's response makes.
    """
    n, length = samples_per_ui, len(symbols)
    sent = (symbols - symbols.mean()) / symbols.std()
    spectrum = np.conj(np.fft.rfft(sent))
    table = samples.reshape(length, n)
    best, coarse = 0.0, 0
    for phase in range(0, n, max(n // 4, 1)):
        found = np.fft.irfft(np.fft.rfft(table[:, phase]) * spectrum, length)
        at = int(np.argmax(np.abs(found)))
        if abs(found[at]) > abs(best):
            best, coarse = float(found[at]), at * n + phase
    pulse = np.zeros(16 * n)
    pulse[4 * n : 5 * n] = 1.0
    if bandwidth_per_baud is not None:
        frequency, response = np.fft.rfftfreq(16 * n, 1.0 / n), np.ones(8 * n + 1, np.complex128)
        times_bessel4(frequency, bandwidth_per_baud, response)
        pulse = np.fft.irfft(np.fft.rfft(pulse) * response, 16 * n)
    pulse = pulse[3 * n : 6 * n]  # from a symbol before the beginning to a symbol behind the end
    first = coarse - 5 * n // 2
    value = np.empty(6 * n)
    for i in range(6 * n):
        row, phase = divmod(first + i, n)
        value[i] = np.einsum("i,i->", np.roll(table[:, phase], -row), sent)
    sums = np.correlate(value, pulse, "valid")
    top = int(np.argmax(np.abs(sums)))
    beginning = first + n + top
    nearest = round(beginning / n) * n
    beginning = nearest if 8 * abs(beginning - nearest) <= n else beginning
    spread = float(samples.std()) * float(pulse.sum()) * length
    return beginning % samples.size, float(sums[top]) / spread if spread > 0.0 else 0.0


def decided(samples: Array, samples_per_ui: int, levels: int) -> tuple[Symbols, float]:
    """(symbols decided from the waveform itself, mean square of what is left over the symbols' variance).

    Levels by Lloyd's algorithm where the eye is widest, then an 11-tap equaliser driven by its own decisions.
    """
    table = samples.reshape(-1, samples_per_ui)
    phases = np.unique(np.linspace(0, samples_per_ui - 1, 16).astype(int))
    thin = table[:: max(1, len(table) // 8192)]
    _, phase = min((_sliced(thin[:, p], levels)[1], int(p)) for p in phases)
    column = table[:, phase] - table[:, phase].mean()
    column = column / max(float(column.std()), 1e-300)
    symbols, rest = _sliced(column, levels)
    seen = np.stack([np.roll(column, k) for k in range(-5, 6)] + [np.ones_like(column)], axis=1)
    normal = seen.T @ seen
    normal += 1e-9 * np.trace(normal) * np.eye(len(normal))  # a clock's columns depend on each other
    for _ in range(8):
        taps = np.linalg.solve(normal, seen.T @ symbols.astype(float))
        estimate = seen @ taps
        following = np.clip(np.rint(estimate), 0, levels - 1).astype(np.int64)
        rest = float(np.mean((estimate - following) ** 2)) / max(float(np.var(following)), 1e-12)
        if np.array_equal(following, symbols):
            break
        symbols = following
    return symbols, rest


def _sliced(column: Array, levels: int) -> tuple[Symbols, float]:
    low, high = np.quantile(column, (0.02, 0.98))
    centres = np.linspace(low, high, levels)
    symbols = np.zeros(len(column), dtype=np.int64)
    for _ in range(12):
        symbols = np.searchsorted((centres[1:] + centres[:-1]) / 2.0, column)
        counts = np.bincount(symbols, minlength=levels)
        if counts.min() == 0:
            break
        centres = np.bincount(symbols, column, levels) / counts
    return symbols, float(np.mean((column - centres[symbols]) ** 2)) / max(float(np.var(column)), 1e-300)


def prepared(samples: Array, where: str, samples_per_ui: int, sent: Any, asked: Asked) -> Capture:
    """One period of the capture (or all, where they are kept), locked, filtered where asked, with its symbols."""
    pattern, levels, average = pattern_symbols(sent, asked.levels), asked.levels, asked.average
    bandwidth_per_baud = None if asked.filtered else asked.bandwidth_per_baud
    refuse_clipped(samples, where)
    notes: list[str] = [*asked.notes, *(pattern[1] if pattern else ())]
    n = samples_per_ui
    if pattern is None:
        if samples.size % n:
            raise InputError.of(where, "samples_per_ui", f"{n}, which does not divide {samples.size} samples", "a whole number of symbols, or a pattern")
        if samples.size < FEWEST_SYMBOLS * n:
            raise InputError.of(where, "waveform", f"{samples.size} samples", f"{FEWEST_SYMBOLS} symbols of {n} samples, or more")
        refuse_other_rate(samples, n, where)
        shift, periods, kept, one = 0, 1, None, samples
    else:
        period = len(pattern[0]) * n
        if samples.size < period:
            raise InputError.of(where, "waveform", f"{samples.size} samples", f"a period of the pattern: {len(pattern[0])} symbols of {n} samples, {period}")
        periods = samples.size // period
        if samples.size % period:
            notes.append(f"{samples.size % period} samples behind the last whole period are left out")
        whole = samples[: periods * period].reshape(periods, period)
        mean = whole.mean(axis=0)
        if periods > 1 and mean.var() < LEAST_ALIKE * whole.var():
            raise InputError.of(
                where, "pattern", f"no lock: {periods} periods that differ", f"a waveform that repeats every {len(pattern[0])} symbols of {n} samples"
            )
        shift, correlation = lock(mean, n, pattern[0], asked.bandwidth_per_baud if asked.filtered else None)
        if abs(correlation) < LEAST_LOCK or correlation < 0.0:
            read = f"no lock: correlation {correlation:.2f} at best" + (" (inverted)" if correlation <= -LEAST_LOCK else "")
            raise InputError.of(where, "pattern", read, f"a correlation of {LEAST_LOCK} or more: the pattern, its polarity or samples per UI differ")
        kept = np.roll(whole.reshape(-1), -shift) if periods > 1 else None
        one = np.roll(mean, -shift)
        if periods > 1 and not average:
            one = np.roll(whole.reshape(-1), -shift)
    if bandwidth_per_baud is not None:
        kept = reference_receiver(kept, n, bandwidth_per_baud)[0] if kept is not None else None
        one, n = reference_receiver(one, n, bandwidth_per_baud)
    if pattern is None:
        symbols, rest = decided(one, n, levels)
        if rest > 0.02:
            notes.append(f"symbols are decided from the waveform itself, and {100.0 * rest:.1f} % of the power is not explained: give the pattern")
    else:
        symbols = np.tile(pattern[0], len(one) // (len(pattern[0]) * n))
    return Capture(one, n, symbols, pattern is not None, periods, shift, kept, tuple(notes))
