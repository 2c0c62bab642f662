"""Answers of the statistical eye about one lane: error ratio against power, sensitivity, the eye itself."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from photonics_kernels import eye_edges, eye_rows, pulse

from photonics import catalog
from photonics.errors import InputError
from photonics.lower.beats import gauss_rule
from photonics.lower.eye import LaneResponse
from photonics.lower.eye import eye_rows as rows_of
from photonics.lower.link import LEVELS, Row, lane_case
from photonics.results import BerCurve, BerPoint
from photonics.results.eye import EyeResult, SubEye
from photonics.spec.link import LinkSpec

from .chain import LaneChain, lane_chain
from .eye_solver import HIGHEST_DBM, LOWEST_DBM, STATUS, Solved, point_of, sensitivities, solve
from .limits import Limit, lane_limit
from .sensitivity import full_row

LN10 = math.log(10.0)
BEATS = 8
OUTAGES = (1e-2, 1e-4, 1e-6)
NOTE = "statistical eye: responses, equaliser, jitter of [chain]; no sampling error, so no interval"


def chain_or_refuse(spec: LinkSpec) -> None:
    """A link without a chain has no eye: say what is missing."""
    if spec.chain is None:
        raise InputError.of(
            "", "chain", f"nothing in {spec.name}", "a [chain] with [[chain.response]], [chain.equalizer] and [chain.jitter], or a part of that kind"
        )
    if spec.signal.format == "PAM6":
        raise InputError.of("", "signal.format", "PAM6", "NRZ, PAM4 or PAM8: the statistical eye counts Gray-coded symbols")


def eye_curve(spec: LinkSpec, corner: str, lane: int, powers: Sequence[float] | None, target_ber: float | None) -> BerCurve:
    """BER of one lane by the statistical eye at given powers, or around its sensitivity; ``ber`` is its public face."""
    chain_or_refuse(spec)
    case = lane_case(spec, lane, corner)
    clause = lane_limit(spec, catalog.phy(spec.phy))
    limit = Limit(clause.ber if target_ber is None else target_ber, clause.source, False)
    chain = lane_chain(case)
    count = LEVELS[spec.signal.format]
    row = _few_beats(replace(full_row(case, limit)[0], rx_oma_dbm=-5.0))
    found, status = sensitivities([chain.response], [point_of(chain, row)], count, math.log(limit.ber), False)
    centre = found[0] if math.isfinite(found[0]) else -5.0
    if powers is None:
        powers = [min(max(centre - 5.0 + 0.5 * i, LOWEST_DBM), HIGHEST_DBM) for i in range(21)]
    points = [point_of(chain, replace(row, rx_oma_dbm=p)) for p in powers]
    solved = solve(rows_of([chain.response], points, count))
    curve = tuple(BerPoint(p, float(v) / LN10) for p, v in zip(powers, solved.log_ber, strict=True))
    sense = found[0] if math.isfinite(found[0]) else None
    note = "; ".join(_notes(chain, row))
    return BerCurve(spec.name, "eye", corner, lane, curve, limit.ber, sense, STATUS[status[0]], note)


def link_eye(
    spec: LinkSpec, corner: str, lane: int, rx_dbm: float | None, targets: Sequence[float], offsets: int
) -> EyeResult:
    """The eye of one lane at a received OMA, that of its budget where none is given; ``eye`` is its public face."""
    chain_or_refuse(spec)
    case = lane_case(spec, lane, corner)
    limit = lane_limit(spec, catalog.phy(spec.phy))
    chain = lane_chain(case)
    count = LEVELS[spec.signal.format]
    row = replace(full_row(case, limit)[0], rx_oma_dbm=-5.0)
    if rx_dbm is None:
        rx_dbm = _received(spec, corner, lane)
    if math.isnan(rx_dbm):
        found, status = sensitivities([chain.response], [point_of(chain, row)], count, math.log(limit.ber), False)
        if not math.isfinite(found[0]):
            raise InputError.of("", "rx_oma_dbm", f"nothing, and no sensitivity ({STATUS[status[0]]})", "a received OMA in dBm")
        rx_dbm = found[0]
    rows = rows_of([chain.response], [point_of(chain, _few_beats(replace(row, rx_oma_dbm=rx_dbm)))], count)
    solved = solve(rows)
    at = np.linspace(-0.5, 0.5, offsets)
    wide = np.linspace(-0.5, 0.5, 2 * offsets - 1)
    log_ber = np.empty(len(wide))
    eye_edges.bathtub(rows, 0, wide, log_ber)
    low, high = np.empty((len(targets), offsets, count - 1)), np.empty((len(targets), offsets, count - 1))
    middle = np.empty(count - 1)
    for t, target in enumerate(targets):
        eye_edges.sub_eye_edges(rows, 0, at, math.log(target), low[t], high[t], middle)
    times, plain, equalised = _pulses(chain.response, rows, solved)
    half = offsets // 2
    eyes = tuple(
        SubEye(
            e, float(middle[e]) / 2.0,
            tuple(float(high[t, half, e] - low[t, half, e]) / 2.0 for t in range(len(targets))),
            tuple(_width(at, low[t, :, e], high[t, :, e], float(middle[e])) for t in range(len(targets))),
        )
        for e in range(count - 1)
    )  # fmt: skip
    gains, taps = solved.gains[0], solved.taps[0][: chain.equaliser.taps]
    return EyeResult(
        link=spec.name, corner=corner, lane=lane, rx_oma_dbm=rx_dbm, log10_ber=float(solved.log_ber[0]) / LN10,
        log10_codeword=float(solved.log_codeword[0]) / LN10, levels=tuple(float(v) / 2.0 for v in rows.levels[0]), sub_eyes=eyes,
        targets=tuple(targets), offsets_ui=tuple(at.tolist()), edges_low=_nested(low / 2.0), edges_high=_nested(high / 2.0),
        bathtub_offsets_ui=tuple(wide.tolist()), bathtub_log10_ber=tuple((log_ber / LN10).tolist()), pulse_ui=tuple(times.tolist()),
        pulse=tuple(plain.tolist()), equalised_pulse=tuple(equalised.tolist()), taps=tuple(taps.tolist()),
        main_tap=chain.equaliser.pre * chain.equaliser.per_symbol, taps_per_symbol=chain.equaliser.per_symbol,
        feedback_taps=_feedback(rows, equalised, times), detector=_detector(chain), noise=_noise(rows, gains),
        isi_rms=_isi(rows, equalised, times), burst_errors=float(gains[eye_rows.BURST]),
        continuation=float(gains[eye_rows.CONTINUATION]), notes=_notes(chain, row), status=STATUS[int(solved.status[0])],
        limit_ber=limit.ber, outage=_outage(chain, replace(row, rx_oma_dbm=rx_dbm), count),
    )  # fmt: skip


def _received(spec: LinkSpec, corner: str, lane: int) -> float:
    """Received OMA of a lane in its budget; NaN where nothing sets a launch."""
    from .budgets import link_budget

    return link_budget(spec, corner).lanes[lane].rx_oma_dbm


def _few_beats(row: Row) -> Row:
    """The row with the beat's density as a Gauss rule of BEATS states: polynomials of the state up to degree 15 keep their mean."""
    return row if len(row.states[0]) <= BEATS else replace(row, states=gauss_rule(*row.states, BEATS))


def _notes(chain: LaneChain, row: Row) -> tuple[str, ...]:
    """What a reader of this lane's eye must know."""
    beats = ("the beats of multipath are not in sequence detection",) if chain.equaliser.memory and len(row.states[0]) > 1 else ()
    return (NOTE, *beats, *chain.response.notes)


def _outage(chain: LaneChain, row: Row, count: int) -> tuple[tuple[float, float], ...]:
    """The error ratio that the slow beat exceeds with each probability of OUTAGES: every state by itself, worst first."""
    x, mass = row.states
    if len(x) == 1 or chain.equaliser.memory:
        return ()
    kept = np.flatnonzero(mass > 0.0)
    one = np.ones(1)
    points = [point_of(chain, replace(row, states=(x[k : k + 1], one))) for k in kept]
    log_ber = solve(rows_of([chain.response], points, count)).log_ber
    order = np.argsort(-log_ber)
    above = np.cumsum(mass[kept][order])
    out = []
    for probability in OUTAGES:
        at = min(int(np.searchsorted(above, probability)), len(order) - 1)
        out.append((probability, float(log_ber[order[at]]) / LN10))
    return tuple(out)


def _nested(values: np.ndarray) -> tuple[tuple[tuple[float, ...], ...], ...]:
    return tuple(tuple(tuple(row) for row in sheet) for sheet in values.tolist())


def _width(at: np.ndarray, low: np.ndarray, high: np.ndarray, middle: float) -> float:
    """Width in UI of the opening around the threshold: between where either edge crosses it, linear between the offsets."""
    room = np.minimum(high - middle, middle - low)
    centre = len(at) // 2
    if not room[centre] > 0.0:
        return 0.0
    ends = []
    for step in (-1, 1):
        k = centre
        while 0 <= k + step < len(at) and room[k + step] > 0.0:
            k += step
        if 0 <= k + step < len(at) and math.isfinite(room[k + step]):
            share = room[k] / (room[k] - room[k + step])
            ends.append(float(at[k] + share * (at[k + step] - at[k])))
        else:
            ends.append(float(at[k]))
    return ends[1] - ends[0]


def _pulses(response: LaneResponse, rows: eye_rows.EyeRows, solved: Solved) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Symbol response before and behind the FFE, 16 samples a UI, from the sampling instant on the time axis."""
    per = 16
    size = response.grid.window
    taps = solved.taps[0][: int(rows.tap_count[0])]
    behind = np.empty_like(response.signal)
    pulse.filtered_spectrum(response.signal, taps, int(rows.per_symbol[0]), size, behind)
    length = size * per
    plain, equalised = (_at_rate(s, length) * per for s in (response.signal, behind))
    phase = float(solved.phase_ui[0])
    at = np.arange(length) / per
    # The wanted symbol is where the equalised response is largest at the sampling phase.
    samples = np.interp((np.arange(size) + phase) % size, np.append(at, size), np.append(equalised, equalised[0]))
    instant = float(np.argmax(samples) + phase)
    times = (at - instant + size / 2.0) % size - size / 2.0
    order = np.argsort(times)
    return times[order], plain[order], equalised[order]


def _at_rate(spectrum: np.ndarray, length: int) -> np.ndarray:
    half = np.zeros(length // 2 + 1, dtype=np.complex128)
    keep = min(len(half), len(spectrum))
    half[:keep] = spectrum[:keep]
    out: np.ndarray = np.fft.irfft(half, length)
    return out


def _symbols(equalised: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Samples one UI apart through the sampling instant, and their places."""
    size = int(round(times[-1] - times[0]))
    places = np.arange(-size // 2 + 1, size // 2)
    return np.interp(places, times, equalised), places


def _feedback(rows: eye_rows.EyeRows, equalised: np.ndarray, times: np.ndarray) -> tuple[float, ...]:
    samples, places = _symbols(equalised, times)
    limit = float(rows.feedback_limit[0])
    behind = [float(samples[places == k][0]) for k in range(1, int(rows.feedback[0]) + 1)]
    return tuple(min(max(b, -limit), limit) for b in behind)


def _isi(rows: eye_rows.EyeRows, equalised: np.ndarray, times: np.ndarray) -> float:
    samples, places = _symbols(equalised, times)
    behind = int(rows.feedback[0])
    rest = samples[(places < 0) | (places > behind)]
    variance = float(np.var(rows.levels[0]))
    return math.sqrt(variance * float((rest**2).sum())) / 2.0


def _detector(chain: LaneChain) -> str:
    e = chain.equaliser
    words = f"FFE of {e.taps} taps" if e.taps > 1 else "no equaliser"
    if e.memory:
        return f"{words}, sequence detection over {e.memory} symbol{'s' if e.memory > 1 else ''}"
    return f"{words}, {e.feedback} of decision feedback" if e.feedback else words


def _noise(rows: eye_rows.EyeRows, gains: np.ndarray) -> tuple[tuple[str, float], ...]:
    """Rms of each noise at the decision in outer swings, mean over levels."""
    half = float(rows.half_swing_a[0])
    light = float(rows.dark_shot_a2[0]) / half**2 + float(rows.shot_a[0].mean()) / half
    parts = (
        ("amplifier", gains[eye_rows.AMPLIFIER_GAIN] * float(rows.amplifier_a2[0]) / half**2),
        ("shot", gains[eye_rows.LIGHT_GAIN] * light),
        ("intensity noise", gains[eye_rows.LIGHT_GAIN] * float(rows.rin_relative[0].mean())),
        ("quantisation", gains[eye_rows.WHITE_GAIN] * float(rows.quantisation_relative[0])),
        ("transmitter", float(rows.transmitter_relative[0])),
        ("spread of multipath", float(rows.beat_relative[0].mean())),
    )
    return tuple((name, math.sqrt(max(float(value), 0.0)) / 2.0) for name, value in parts)
