"""The time-domain link of one lane: errors counted on random symbols, and the error ratio with its interval."""

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from photonics_kernels import eye_rows as eye_kernel
from photonics_kernels import wave
from photonics_kernels import wave_feedback as feedback
from scipy.special import gammaincinv

from photonics import catalog
from photonics.errors import InputError, UnsupportedError
from photonics.lower.chain import Chain
from photonics.lower.eye import Jitter
from photonics.lower.eye import eye_rows as rows_of
from photonics.lower.link import LEVELS, lane_case
from photonics.lower.wave import Filters, lane_filters, lane_wave, level_currents
from photonics.results import BerCurve, BerPoint
from photonics.spec.link import LinkSpec

from .chain import MeasuredFiles, lane_chain
from .eye_solver import NO_BEAT, STATUS, point_of, sensitivities, solve
from .eyes import chain_or_refuse
from .limits import Limit, lane_limit
from .sensitivity import full_row

PER_SYMBOL = 4  # samples
AT_ONCE = 1 << 17  # symbols that a thread sends before errors are counted up
TRAINING = 1 << 17  # symbols on which thresholds are placed
TRAINED_AT = 1 << 40  # number of the first of them: never sent otherwise
WARM = 64  # symbols before a run of decision feedback, which forgets in them what it did not see
ENOUGH_ERRORS = 400  # symbol errors, 5 % rms
MOST_SYMBOLS = 20_000_000  # of a point
PROBLEMS = {
    wave.TOO_LONG: "a filter that is longer than a block of symbols",
    wave.NOT_FINITE: "decisions on numbers that are not finite",
    wave.BAD_SAMPLING: "a sampling that the kernel does not know",
}
JITTER_STEP, JITTER_REACH = 0.7, 5.6  # rms: the mean over random jitter by the trapezoid rule; Gauss's few nodes miss the closed eye far out
DEFAULT_STEPS_DB = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)  # from the eye's sensitivity
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Counted:
    """Errors of a run at one sampling instant, whose weight in the mean over jitter is ``share``."""

    symbols: int
    symbol_errors: int
    bit_errors: int
    share: float = 1.0

    @property
    def ber(self) -> float:
        return self.bit_errors / (2.0 * self.symbols)


def mean_ber(runs: Sequence[Counted]) -> tuple[float, float, float]:
    """BER, and the two ends of its 95 % interval, of runs weighted by their shares.

    The interval is that of Fay and Feuer (1997) for a weighted sum of Poisson counts of wrong symbols, exact for one run; without
    an error its upper end is what 95 % of such runs would have shown.
    """
    bits = sum(r.bit_errors for r in runs) / max(1, sum(r.symbol_errors for r in runs)) if any(r.symbol_errors for r in runs) else 1.0
    weights = [r.share * bits / (2.0 * r.symbols) for r in runs]
    value = sum(w * r.symbol_errors for w, r in zip(weights, runs, strict=True))
    spread = sum(w * w * r.symbol_errors for w, r in zip(weights, runs, strict=True))
    most = max(weights)
    low = spread / value * float(gammaincinv(value**2 / spread, 0.025)) if value > 0.0 else 0.0
    up, upper_spread = value + most, spread + most**2
    return sum(r.share * r.ber for r in runs), low, upper_spread / up * float(gammaincinv(up**2 / upper_spread, 0.975))


class LaneWave:
    """The time-domain link of one lane in a corner.

    :param linear: light follows the drive, as the statistical eye has it; else the device's own curve bends it.
    :raises InputError: no chain, another format than PAM4.
    :raises UnsupportedError: sequence detection.
    """

    def __init__(self, spec: LinkSpec, lane: int, corner: str, limit: Limit, *, linear: bool = False, per_symbol: int = PER_SYMBOL) -> None:
        chain_or_refuse(spec)
        if LEVELS[spec.signal.format] != 4:
            raise InputError.of("", "signal.format", spec.signal.format, "PAM4: the time-domain link slices four levels")
        self._case = lane_case(spec, lane, corner)
        self.chain = lane_chain(self._case)
        if self.chain.equaliser.memory:
            raise UnsupportedError.of("", "method", "waveform with sequence detection", "eye, or a chain that decides symbol by symbol")
        if per_symbol not in (2, 4, 8):
            raise InputError.of("", "samples_per_symbol", str(per_symbol), "2, 4 or 8")
        full = full_row(self._case, limit)[0]
        self._beats = full.beat_square > 0.0 or full.closure_db > 0.0
        self.row = replace(full, states=NO_BEAT, beat_square=0.0, closure_db=0.0, enhancement_db=0.0)
        self._modulator = "linear" if linear else spec.modulator.kind
        self._per, self._parts = per_symbol, Chain(self._case.spec, corner, MeasuredFiles(corner))

    def at(self, rx_oma_dbm: float, *, dtype: type = np.float32, offset_ui: float = 0.0) -> "Link":
        """The link at a received power, thresholds halfway; ``offset_ui`` off the eye's best phase."""
        row = replace(self.row, rx_oma_dbm=rx_oma_dbm)
        e = self.chain.equaliser
        rows = rows_of([self.chain.response], [point_of(self.chain, row, Jitter())], 4)
        solved = solve(rows)
        if int(solved.status[0]) not in (eye_kernel.FINE, eye_kernel.WRAPS):
            raise InputError.of("", "chain", STATUS[int(solved.status[0])], "a chain that its equaliser opens")
        taps, spacing = solved.taps[0][: e.taps].copy(), self._per // e.per_symbol
        phase = float(solved.phase_ui[0])
        best = self._filters(taps, spacing, phase)
        filters = best if offset_ui == 0.0 else self._filters(taps, spacing, phase + offset_ui)
        # Feedback is adapted at the best phase, as the taps are.
        most = e.feedback_limit * best.cursors[0]
        feedback = np.clip(best.cursors[1 : 1 + e.feedback], -most, most)
        alpha = self._case.distortion.alpha
        made = lane_wave(filters, self.chain.response, rows, row, self._modulator, alpha, taps, spacing, dtype)
        return Link(made, feedback, level_currents(row))

    def note(self, symbols: int, seed: int) -> str:
        """What a reader of this lane's counted errors must know."""
        parts = [f"time domain: errors counted on up to {symbols:,} random symbols a point (seed {seed}), 95 % interval"]
        if self._modulator == "linear":
            parts.append("light follows the drive")
        elif self._modulator == "ring":
            parts.append("light follows the drive: a ring's own curve is not in the model")
        else:
            parts.append(f"the curve of the {self._modulator} is in the light")
        if self._beats:
            parts.append("multipath interference is left out")
        return "; ".join((*parts, *self.chain.response.notes))

    def _filters(self, taps: np.ndarray, spacing: int, phase_ui: float) -> Filters:
        grid, distortion = self.chain.response.grid, self._case.distortion
        return lane_filters(self._parts, grid, distortion, self._per, taps, spacing, phase_ui)

    def nodes(self) -> list[tuple[float, float]]:
        """Sampling instants that stand for the jitter, in UI off the best phase, and their weights: slow against the equaliser's length."""
        jitter = self.chain.jitter
        x = np.arange(-JITTER_REACH, JITTER_REACH + JITTER_STEP / 2.0, JITTER_STEP) if jitter.random_ui > 0.0 else np.zeros(1)
        w = np.exp(-(x**2) / 2.0)
        sides = (-jitter.dirac_ui, jitter.dirac_ui) if jitter.dirac_ui > 0.0 else (0.0,)
        share = w / w.sum() / len(sides)
        return [(side + jitter.random_ui * float(t), float(p)) for side in sides for t, p in zip(x, share, strict=True)]

    def errors_at(
        self, rx_oma_dbm: float, seed: int, *, errors: int = ENOUGH_ERRORS, most: int = MOST_SYMBOLS, dtype: type = np.float32,
        threads: int | None = None, progress: Progress | None = None,
    ) -> list[Counted]:  # fmt: skip
        """Errors at every sampling instant of the jitter, ``most`` symbols in all; thresholds are those of the best phase."""
        best = trained(self.at(rx_oma_dbm, dtype=dtype), seed)

        def moved(offset_ui: float) -> Link:
            if offset_ui == 0.0:
                return best
            link = self.at(rx_oma_dbm, dtype=dtype, offset_ui=offset_ui)
            return replace(link, wave=link.wave._replace(thresholds=best.wave.thresholds))

        offset = self.chain.jitter.offset_ui
        if offset > 0.0:
            # Which way a clock is off is not known: the side with more errors in a first run of the same symbols.
            plus, minus = (int(moved(side * offset).errors(seed, TRAINED_AT, AT_ONCE)[wave.SYMBOL_ERRORS]) for side in (1.0, -1.0))
            offset = offset if plus >= minus else -offset
        nodes = self.nodes()
        each = max(32, most // len(nodes))
        # A few instants make most of the mean, which ones is not known before.
        wanted = errors if len(nodes) == 1 else max(1, errors // 4)
        found = []
        for k, (at, share) in enumerate(nodes):
            found.append(replace(count(moved(at + offset), seed + k, errors=wanted, most=each, threads=threads), share=share))
            if progress is not None:
                progress(k + 1, len(nodes))
        return found


@dataclass(frozen=True, eq=False)
class Link:
    """The kernel's link, decision-feedback taps (none: an empty array) and the levels' currents in the same unit."""

    wave: wave.Wave
    feedback: np.ndarray
    currents: np.ndarray

    def samples(self, seed: int, first: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Equalised samples and sent symbols from symbol ``first`` on; both numbers are multiples of 32."""
        record, answer = np.empty(size, dtype=self.wave.levels.dtype), np.empty(4, dtype=np.int64)
        _checked(wave.run(self.wave, np.uint64(seed), first, size, np.empty(0, dtype=np.int64), record, answer))
        sent = np.empty(size, dtype=np.int32)
        wave.sent_symbols(np.uint64(seed), first, sent)
        return record, sent

    def errors(self, seed: int, first: int, size: int) -> np.ndarray:
        """Symbols, symbol errors, bit errors of a run."""
        answer = np.empty(4, dtype=np.int64)
        if len(self.feedback):
            record, sent = self.samples(seed, first - WARM, size + WARM)
            feedback.decide_with_feedback(record, sent, self.wave.thresholds, self.currents, self.feedback, WARM, answer)
            return answer
        nothing = np.empty(0, dtype=np.int64), np.empty(0, dtype=self.wave.levels.dtype)
        _checked(wave.run(self.wave, np.uint64(seed), first, size, *nothing, answer))
        return answer


def trained(link: Link, seed: int) -> Link:
    """The link with thresholds where Gaussians of a training run's means and variances cross, level by level."""
    record, sent = link.samples(seed, TRAINED_AT, TRAINING)
    seen, skip = record.astype(float), len(link.feedback)
    for k, tap in enumerate(link.feedback):
        seen[k + 1 :] -= tap * link.currents[sent[: -k - 1]]
    seen, sent = seen[skip:], sent[skip:]
    means, sigmas = ([float(f(seen[sent == k])) for k in range(4)] for f in (np.mean, np.std))
    places = [_crossing(means[k], means[k + 1], sigmas[k], sigmas[k + 1]) for k in range(3)]
    return replace(link, wave=link.wave._replace(thresholds=np.array(places, dtype=link.wave.levels.dtype)))


def _crossing(low: float, high: float, low_sigma: float, high_sigma: float) -> float:
    """Where two Gaussian densities cross between their means; halfway in units of their widths where they do not."""
    between = (low * high_sigma + high * low_sigma) / (low_sigma + high_sigma)
    a = 1.0 / low_sigma**2 - 1.0 / high_sigma**2
    b = -2.0 * (low / low_sigma**2 - high / high_sigma**2)
    c = low**2 / low_sigma**2 - high**2 / high_sigma**2 - 2.0 * math.log(high_sigma / low_sigma)
    if abs(a) < 1e-9 / low_sigma**2:
        return between
    root = b * b - 4.0 * a * c
    if root < 0.0:
        return between
    found = [(-b + sign * math.sqrt(root)) / (2.0 * a) for sign in (1.0, -1.0)]
    inside = [x for x in found if low < x < high]
    return inside[0] if inside else between


def _checked(status: int) -> None:
    if status != wave.OK:
        raise InputError.of("", "chain", PROBLEMS[status], "responses that settle within some hundred symbols")


def count(
    link: Link, seed: int, *, errors: int = ENOUGH_ERRORS, most: int = MOST_SYMBOLS, threads: int | None = None
) -> Counted:
    """Symbols in runs of ``AT_ONCE`` until there are errors enough, or ``most`` of them.  The same whatever the number of threads."""
    workers = threads or os.cpu_count() or 1
    runs = max(1, -(-most // AT_ONCE))

    def one(k: int) -> np.ndarray:
        size = min(AT_ONCE, most - k * AT_ONCE)
        return link.errors(seed, k * AT_ONCE, -(-size // 32) * 32)  # symbols come by the 32

    total = np.zeros(4, dtype=np.int64)
    with ThreadPoolExecutor(workers) as pool:
        done = 0
        while done < runs and total[wave.SYMBOL_ERRORS] < errors:
            batch = list(pool.map(one, range(done, min(done + workers, runs))))
            for answer in batch:
                # Runs behind the one with enough errors do not count: where a count ends must not hang on the threads.
                if total[wave.SYMBOL_ERRORS] < errors:
                    total += answer
                    done += 1
    return Counted(int(total[wave.SYMBOLS]), int(total[wave.SYMBOL_ERRORS]), int(total[wave.BIT_ERRORS]))


def waveform_curve(
    spec: LinkSpec, corner: str, lane: int, powers: Sequence[float] | None, target_ber: float | None, *,
    linear: bool = False, symbols: int = MOST_SYMBOLS, seed: int = 1, progress: Progress | None = None,
) -> BerCurve:  # fmt: skip
    """BER of one lane counted in the time domain at given powers, or around the eye's sensitivity; ``ber`` is its public face."""
    clause = lane_limit(spec, catalog.phy(spec.phy))
    limit = Limit(clause.ber if target_ber is None else target_ber, clause.source, False)
    counted = LaneWave(spec, lane, corner, limit, linear=linear)
    if powers is None:
        row = replace(counted.row, rx_oma_dbm=-5.0)
        found, _ = sensitivities([counted.chain.response], [point_of(counted.chain, row)], 4, math.log(limit.ber), False)
        centre = found[0] if math.isfinite(found[0]) else -5.0
        powers = [centre + step for step in DEFAULT_STEPS_DB]
    points = []
    for k, power in enumerate(powers):
        ratio, low, high = mean_ber(counted.errors_at(power, seed, most=symbols))
        points.append(BerPoint(power, math.log10(ratio) if ratio > 0.0 else -math.inf, low, high))
        if progress is not None:
            progress(k + 1, len(powers))
    sense, status = _between(points, limit.ber)
    return BerCurve(spec.name, "waveform", corner, lane, tuple(points), limit.ber, sense, status, counted.note(symbols, seed))


def _between(points: Sequence[BerPoint], target: float) -> tuple[float | None, str]:
    """The power at which the counted curve crosses the target, straight in the root of -ln BER between two of its points."""
    known = sorted((p.rx_oma_dbm, math.sqrt(-p.log10_ber)) for p in points if math.isfinite(p.log10_ber))
    wanted = math.sqrt(-math.log10(target))
    for (x0, y0), (x1, y1) in zip(known, known[1:], strict=False):
        if y0 <= wanted <= y1 and y1 > y0:
            return x0 + (x1 - x0) * (wanted - y0) / (y1 - y0), "ok"
    return None, "the counted points do not reach across the target"
