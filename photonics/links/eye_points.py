"""One lane's statistical eye at many points: columns in, penalties of the closed form, error ratios and sensitivities out.

What a column moves decides what is built again: a response once for each distinct combination of the columns that enter it, an equaliser
once for each of its own, jitter at every point.  Nothing depends on how points are cut into runs: combinations are looked up by value.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cached_property, partial
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
from photonics_kernels import answers, path, scale
from photonics_kernels import eye as kernels
from photonics_kernels import eye_rows as status_of

from photonics.errors import InputError
from photonics.lower.beats import beat_states, state_counts, steepest_q
from photonics.lower.chain import Chain, at
from photonics.lower.eye import Equaliser, LaneResponse
from photonics.lower.eye_columns import Lowered, Settings, eye_rows
from photonics.lower.link import LEVELS, NM, PS, Distortion, lane_case
from photonics.lower.points import moves_chain, moves_dispersion
from photonics.spec.link import LinkSpec

from .chain import MeasuredFiles
from .curves import SHORT_REACH, STEPS, Curve
from .eye_solver import STATUS, solve
from .limits import Limit
from .outputs import NO_EYE, WRAPS
from .sensitivity import open_row, penalty

Keys = tuple[str | int, ...]
K = TypeVar("K")
T = TypeVar("T")
Array = np.ndarray
Columns = Mapping[int, Array]  # values of the columns that a run has, by their number
AT_ONCE = 1024  # points in a batch: its responses and states stay small
MOST_BYTES = 256 << 20  # of responses that are kept
MOST_PENALTIES = 1 << 20  # that are kept
MOST_TAPS = status_of.MAX_TAPS
# Half swings between which a sensitivity is sought: -60 and 30 dBm on 1 A/W.
LOWEST_A, HIGHEST_A = 5e-10, 0.5
START_DBM = -5.0
FINER = 2.0  # states are chosen as for a beat of twice the strength: 1e-5 of a mean BER
ERRORS_TO_FAIL = 16.0  # symbols of a codeword
CHAIN_STEP = 0.1  # of a scalar's value: distance of the nodes of its curve
TURN_STEP, CHIRP_STEP = 0.02, 0.25  # the same over the phase of dispersion at half the symbol rate, and over chirp: short, as a phase may jump
_CODES = {
    status_of.FINE: 0, status_of.WRAPS: WRAPS, status_of.NO_ROOT_HIGH: answers.NO_ROOT_FLOOR, status_of.NO_ROOT_LOW: answers.NO_ROOT_BELOW,
}  # fmt: skip
_WORDS = {"ok": 0} | {words: _CODES.get(code, NO_EYE) for code, words in STATUS.items() if code != status_of.WRAPS}

def moved(spec: Any, keys: Keys, value: float) -> Any:
    """The spec with one scalar replaced by a single value; nothing is validated again."""
    if not keys:
        return replace(spec, typ=value, low=value, high=value)
    key = keys[0]
    if isinstance(key, int):
        return tuple(moved(part, keys[1:], value) if place == key else part for place, part in enumerate(spec))
    return spec.model_copy(update={key: moved(getattr(spec, key), keys[1:], value)})


def combinations(columns: Sequence[Array], count: int) -> tuple[list[tuple[float, ...]], Array]:
    """The distinct rows of some columns, and for each of ``count`` points which one it has."""
    code, first = np.zeros(count, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        _, first, code = np.unique(code * len(values) + place.reshape(-1), return_index=True, return_inverse=True)
        code = code.reshape(-1)
    return [tuple(float(column[i]) for column in columns) for i in first], code


class _Found(Generic[K, T]):
    """What was built for a combination of values, shared by threads; all of it is forgotten when it grows too large."""

    def __init__(self, build: Callable[[K], T], size: Callable[[T], int], most: int) -> None:
        self._build, self._size, self._most = build, size, most
        self._kept: dict[K, T] = {}
        self._used = 0
        self._lock = Lock()

    def __call__(self, values: K) -> T:
        found = self._kept.get(values)
        if found is None:
            found = self._build(values)
            with self._lock:
                if self._used > self._most:
                    self._kept, self._used = {}, 0
                self._kept[values] = found
                self._used += self._size(found)
        return found


class LaneEye:
    """The eye of one distinct lane in a corner.

    :param own: the link as the lane sees it.
    :param moves: for each column the scalars of ``own`` that it moves.
    """

    def __init__(self, own: LinkSpec, lane: int, corner: str, limit: Limit, moves: Sequence[Sequence[Keys]]) -> None:
        self._spec, self._lane, self._corner, self._limit = own.model_copy(update={"lane": ()}), lane, corner, limit
        self._count = LEVELS[own.signal.format]
        self._jitter_of: dict[str, int] = {}
        self._smooth = [
            (c, Curve(at(getattr(own, str(keys[0])), str(keys[1]), corner), *STEPS[keys], partial(self._beside, keys)))
            for c, scalars in enumerate(moves) for keys in scalars if keys in STEPS
        ]  # fmt: skip
        self._drawn = {
            (c, keys): curve
            for c, scalars in enumerate(moves) for keys in scalars if moves_chain(own, keys) and (curve := self._curve(keys)) is not None
        }  # fmt: skip
        chain: list[tuple[int, Keys]] = []
        response: list[tuple[int, Keys]] = []
        equaliser: list[tuple[int, Keys]] = []
        for column, scalars in enumerate(moves):
            for keys in scalars:
                if moves_chain(own, keys):
                    chain.append((column, keys))
                if keys[:2] == ("chain", "jitter"):
                    self._jitter_of[str(keys[2])] = column
                elif keys == ("electronics", "ffe_taps") or (keys[:2] == ("chain", "equalizer") and not str(keys[2]).startswith("transmit_")):
                    if moves_chain(own, keys):
                        equaliser.append((column, keys))
                elif moves_chain(own, keys) or moves_dispersion(keys):
                    response.append((column, keys))
        # Columns that move the fibre's dispersion, DGD or the chirp that meets it.
        self.turns = frozenset(c for c, scalars in enumerate(moves) for keys in scalars if moves_dispersion(keys) and keys != ("signal", "symbol_rate"))
        self.chirps = frozenset(c for c, scalars in enumerate(moves) for keys in scalars if keys[-1] in ("chirp_alpha", "dgd"))
        self._curves: dict[tuple[Any, ...], Curve] = {}
        self._chain, self._response, self._equaliser = chain, response, equaliser
        self._penalty = _Found(self._one_penalty, lambda _: 1, MOST_PENALTIES)
        self._shape = _Found(self._one_response, _bytes, MOST_BYTES)
        self._filter = _Found(self._one_equaliser, lambda _: 1, MOST_PENALTIES)

    @property
    def follows(self) -> bool:
        """Whether a column moves the closed form's penalty, so that it differs from point to point."""
        return bool(self._chain or self._smooth or self.turns)

    def _with(self, drivers: Sequence[tuple[int, Keys]], values: Sequence[float]) -> LinkSpec:
        spec = self._spec
        for (_, keys), value in zip(drivers, values, strict=True):
            spec = moved(spec, keys, value)
        return spec

    # ------------------------------------------------------------ what a combination stands for

    def _one_penalty(self, key: tuple[tuple[tuple[int, Keys], ...], tuple[float, ...]]) -> tuple[float, int]:
        drivers, values = key
        spec = self._with(drivers, values)
        if not any(keys == ("signal", "wavelength") for _, keys in drivers):
            return self._of(spec)
        # A ring's wavelength: what it makes of the fibre is counted with the fibre.
        rest = [(driver, value) for driver, value in zip(drivers, values, strict=True) if driver[1] != ("signal", "wavelength")]
        fibre = self._with([driver for driver, _ in rest], [value for _, value in rest])
        return self._of(spec, lane_case(fibre, self._lane, self._corner).distortion)

    def _of(self, spec: LinkSpec, distortion: Distortion | None = None) -> tuple[float, int]:
        if not _possible(spec, self._corner):
            return math.nan, answers.IMPOSSIBLE
        case = lane_case(spec, self._lane, self._corner)
        if distortion is not None:
            case = replace(case, distortion=distortion)
        row, _, _ = open_row(case, self._limit)
        found = penalty(case, row, self._limit)
        if math.isfinite(found.total_db):
            return found.total_db, 0
        return math.nan, _WORDS.get(found.status, NO_EYE)

    def _curve(self, keys: Keys) -> Curve | None:
        """The curve that stands for a scalar of the chain where it is drawn; None for a count and for what has no size."""
        section: Any = self._spec
        for key in keys[:-1]:
            section = section[key] if isinstance(key, int) else getattr(section, key)
        scalar = getattr(section, str(keys[-1]))
        step = CHAIN_STEP * (abs(scalar.typ) or abs(scalar.high))
        if scalar.dimension == "count" or step == 0.0:
            return None
        return Curve(at(section, str(keys[-1]), self._corner), step, False, partial(self._beside, keys))

    def _beside(self, keys: Keys, value: float) -> float:
        """The design's penalty with one other scalar moved."""
        try:
            return self._of(moved(self._spec, keys, value))[0]
        except InputError:
            return math.nan  # a drive beyond V_pi

    def _one_response(self, values: tuple[float, ...]) -> LaneResponse | None:
        spec = self._with(self._response, values)
        if not _possible(spec, self._corner):
            return None
        chain = Chain(spec, self._corner, MeasuredFiles(self._corner))
        return chain.lane(lane_case(spec, self._lane, self._corner).distortion)

    def _one_equaliser(self, values: tuple[float, ...]) -> Equaliser | None:
        spec = self._with(self._equaliser, values)
        return Chain(spec, self._corner).equaliser() if _possible(spec, self._corner) else None

    # ------------------------------------------------------------ runs of points

    @cached_property
    def _fibre(self) -> Distortion:
        return lane_case(self._spec, self._lane, self._corner).distortion

    def _behind(self, alpha: float, dgd_s: float, turned: float) -> float:
        """The design's penalty behind another fibre: ``turned`` is lambda^2 times its accumulated dispersion, as a phase at half the symbol rate.

        Less the design's own: what its dispersion costs beyond the closed form's penalties, which the fused pass has.
        """
        own, nyquist = self._fibre, at(self._spec.signal, "symbol_rate", self._corner) / 2.0
        length_m = own.wavelength_nm * NM
        total = turned / self._turn / length_m**2
        ratios = [path.equalised_penalty(length_m, total, alpha, 0.0, nyquist), path.equalised_penalty(length_m, 0.0, 0.0, dgd_s, nyquist)]
        if any(status for _, status in ratios):
            return math.nan
        chromatic_db, dgd_db = (float(scale.ratio_to_db(ratio)) for ratio, _ in ratios)
        moved_to = replace(own, chromatic_db=chromatic_db, dgd_db=dgd_db, accumulated_ps_nm=total / 1e-3, dgd_ps=dgd_s / PS, alpha=alpha)
        return self._of(self._spec, moved_to)[0]

    @property
    def _turn(self) -> float:
        """Phase at the design's half symbol rate of one unit of lambda^2 times accumulated dispersion."""
        return math.pi / path.SPEED_OF_LIGHT_M_S * (at(self._spec.signal, "symbol_rate", self._corner) / 2.0) ** 2

    def behind_fibres(self, turned: Array, alpha: Array, dgd_s: Array, drawn: bool) -> Array:
        """What the points' fibres add to the penalty of the design's own, in dB; by ``lower.eye_columns.dispersion``.

        A curve over the dispersion for each pair of chirp and DGD; of chirps and DGDs that are ``drawn`` a curve each.
        """
        own = self._fibre
        base = (own.alpha, own.dgd_ps * PS)
        own_turn = own.accumulated_ps_nm * 1e-3 * (own.wavelength_nm * NM) ** 2 * self._turn
        out = np.zeros(len(turned))
        if drawn:
            by_chirp = self._over(("alpha",), own.alpha, CHIRP_STEP, lambda a: self._behind(a, base[1], own_turn))
            by_dgd = self._over(("dgd",), base[1], self._dgd_step, lambda d: self._behind(base[0], d, own_turn))
            out = by_chirp(alpha) + by_dgd(dgd_s)
            alpha, dgd_s = np.full(len(out), base[0]), np.full(len(out), base[1])
        at_design = self._behind(*base, own_turn)
        pairs, which = combinations([alpha, dgd_s], len(out))
        for k, pair in enumerate(pairs):
            # The curve's first node is on the design's dispersion; another chirp or DGD differs from the design there already.
            a, d = pair
            curve = self._over(pair, own_turn, TURN_STEP, partial(self._behind, a, d))
            mine = which == k
            out[mine] += curve(turned[mine] * self._turn) + (0.0 if pair == base else self._behind(a, d, own_turn) - at_design)
        return out

    @property
    def _dgd_step(self) -> float:
        return 0.05 / at(self._spec.signal, "symbol_rate", self._corner)

    def _over(self, key: tuple[Any, ...], x: float, step: float, penalty_at: Callable[[float], float]) -> Curve:
        return self._curves.setdefault(key, Curve(x, step, False, penalty_at, SHORT_REACH))

    def penalties(self, columns: Columns, count: int, drawn: AbstractSet[int] = frozenset()) -> tuple[Array, Array]:
        """ISI, jitter and equaliser noise in dB for a run of points (NaN without one), and a status for each.

        Exact in what moves the chain, but for the ``drawn`` columns: no two points of those are alike.  What they and each scalar beside the
        chain add is taken from a curve of its own, as if all others stood where the design has them.
        """
        curves = [*self._smooth, *((c, curve) for (c, _), curve in self._drawn.items() if c in drawn)]
        exact = tuple((c, keys) for c, keys in self._chain if c not in drawn or (c, keys) not in self._drawn)
        distinct, which = combinations([columns[c] for c, _ in exact], count)
        found = [self._penalty((exact, values)) for values in distinct]
        cost = np.array([db for db, _ in found])[which]
        status = np.array([code for _, code in found], dtype=np.int8)[which]
        for column, curve in curves:
            cost = cost + curve(columns[column])
        return cost, np.where((status == 0) & np.isnan(cost), np.int8(answers.NO_ROOT_FLOOR), status)

    def error_ratios(self, columns: Columns, light: Lowered, rx_dbm: Array) -> tuple[Array, Array]:
        """ln of the mean BER at received OMAs, and statuses."""
        half = scale.WATT_PER_MILLIWATT * 10.0 ** (rx_dbm / 10.0) * light.swing_a_w

        def answer(batch: "_Batch", out: Array, status: Array) -> None:
            found = solve(batch.rows)
            out[batch.at], status[batch.at] = found.log_ber, _codes(found.status)

        return self._run(columns, light, half, lambda one, h: state_counts(one, steepest_q(one, h), FINER), answer)

    def sensitivities(self, columns: Columns, light: Lowered, start_q: float) -> tuple[Array, Array]:
        """Received OMA in dBm at which each point just meets the lane's limit, and statuses."""
        half = np.full(len(light.er), scale.WATT_PER_MILLIWATT * 10.0 ** (START_DBM / 10.0)) * light.swing_a_w
        errors = FINER * (ERRORS_TO_FAIL if self._limit.by_codeword else 1.0)

        def answer(batch: "_Batch", out: Array, status: Array) -> None:
            n = len(batch.at)
            root, state = np.empty(n), np.empty(n, dtype=np.int64)
            limits = np.full(n, self._limit.log_limit)
            kernels.eye_sensitivities(batch.rows, limits, self._limit.by_codeword, LOWEST_A, HIGHEST_A, root, state)
            watts = root / light.swing_a_w[batch.at]
            out[batch.at], status[batch.at] = 10.0 * np.log10(watts / scale.WATT_PER_MILLIWATT), _codes(state)

        return self._run(columns, light, half, lambda one, h: state_counts(one, np.full(len(h), start_q), errors), answer)

    def _run(
        self, columns: Columns, light: Lowered, half: Array, states: Callable[[Lowered, Array], Array],
        answer: Callable[["_Batch", Array, Array], None],
    ) -> tuple[Array, Array]:  # fmt: skip
        """Batches of points that share a grid, a tap spacing and a number of states."""
        n = len(half)
        out, status = np.full(n, math.nan), np.zeros(n, dtype=np.int8)
        status[~light.sound()] = answers.IMPOSSIBLE
        fine = (status == 0) & np.isfinite(half) & (half > 0.0)
        for start in range(0, n, AT_ONCE):
            at = start + np.flatnonzero(fine[start : start + AT_ONCE])
            if len(at):
                self._piece(columns, light.part(at), half, at, states, answer, out, status)
        return out, status

    def _piece(
        self, columns: Columns, light: Lowered, half: Array, at: Array, states: Callable[[Lowered, Array], Array],
        answer: Callable[["_Batch", Array, Array], None], out: Array, status: Array,
    ) -> None:  # fmt: skip
        n = len(at)
        shapes, which = combinations([columns[c][at] for c, _ in self._response], n)
        filters, filtered = combinations([columns[c][at] for c, _ in self._equaliser], n)
        responses, equalisers = [self._shape(v) for v in shapes], [self._filter(v) for v in filters]
        bad = np.array([r is None for r in responses])[which] | np.array([e is None for e in equalisers])[filtered]
        status[at[bad]] = answers.IMPOSSIBLE
        chosen = Settings(filtered, which, *(self._jitter(name, columns, at, light) for name in ("random", "dual_dirac", "offset")))
        kinds = [
            (0, 0, 0) if r is None or e is None else (r.grid.window, r.grid.bands, e.per_symbol)
            for r, e in ((responses[w], equalisers[f]) for w, f in zip(which.tolist(), filtered.tolist(), strict=True))
        ]
        with np.errstate(invalid="ignore"):
            need = states(light, half[at])
        groups = [(*kind, count) for kind, count in zip(kinds, need.tolist(), strict=True)]
        for group in sorted(set(groups)):
            if group[0] == 0:
                continue
            of = np.flatnonzero([g == group for g in groups])
            one, mine = light.part(of), chosen.part(of)
            used, place = np.unique(mine.response, return_inverse=True)
            taken, filters_at = np.unique(mine.equaliser, return_inverse=True)
            mine = replace(mine, response=place.reshape(-1), equaliser=filters_at.reshape(-1))
            rows = eye_rows(
                [r for u in used if (r := responses[u]) is not None], [e for t in taken if (e := equalisers[t]) is not None], one, mine,
                np.ascontiguousarray(half[at][of]), beat_states(one, group[3]),
            )  # fmt: skip
            answer(_Batch(rows, at[of]), out, status)

    def _jitter(self, name: str, columns: Columns, at_points: Array, light: Lowered) -> Array:
        """A kind of jitter in unit intervals at every point."""
        column = self._jitter_of.get(name)
        assert self._spec.chain is not None  # a lane without a chain has no eye
        time = at(self._spec.chain.jitter, name, self._corner) if column is None else columns[column][at_points]
        out: Array = time * light.symbol_rate
        return out


class _Batch:
    """Rows of the kernel and the places of their answers."""

    def __init__(self, rows: status_of.EyeRows, at: Array) -> None:
        self.rows, self.at = rows, at


def _bytes(response: LaneResponse | None) -> int:
    if response is None:
        return 1
    return sum(a.nbytes for a in (response.signal, response.aggressors, response.amplifier_density, response.light_density))


def _codes(status: Array) -> Array:
    return np.array([_CODES.get(code, NO_EYE) for code in status.tolist()], dtype=np.int8)


def _possible(spec: LinkSpec, corner: str) -> bool:
    """Whether what axes made of a chain is one: taps enough around the main one, feedback or sequence detection, jitter not negative."""
    chain = spec.chain
    assert chain is not None
    e, taps = chain.equalizer, spec.ffe_taps or 0
    if not int(e.ffe_pre.typ) < taps <= MOST_TAPS:
        return False
    if int(at(e, "dfe_taps", corner)) > 0 and int(at(e, "mlse_memory", corner)) > 0:
        return False
    if e.transmit_taps is not None and e.transmit_pre is not None:
        return round(at(e, "transmit_pre", corner)) < round(at(e, "transmit_taps", corner))
    return True


def refuse_without_eye(spec: LinkSpec, outputs: Sequence[str]) -> None:
    """:raises InputError: outputs of the eye asked of a link that has none."""
    if spec.chain is None:
        allowed = "outputs of the closed form, or a design with a [chain]"
    elif spec.signal.format == "PAM6":
        allowed = "outputs of the closed form: the statistical eye counts Gray-coded symbols"
    else:
        return
    raise InputError.of("", "outputs", f"{', '.join(outputs)} of {spec.name}, which has no eye", allowed)

