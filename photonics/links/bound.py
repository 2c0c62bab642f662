"""A variant of a link with its axes fixed, over the fused pass: lanes in, module out."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from photonics_kernels import answers as kept
from photonics_kernels import block, roles, sense_block, special
from photonics_kernels import link_points as kernels
from photonics_kernels.roles import LaneProgram

from photonics import catalog
from photonics.lower.eye_columns import Lowered, dispersion, lowered
from photonics.lower.link import LEVELS, lane_case
from photonics.lower.points import base_rows, has_eye, moves_dispersion, program
from photonics.spec.link import BITS_PER_SYMBOL, LinkSpec

from .eye_points import LaneEye, refuse_without_eye
from .latency import kp4_ns
from .launch import set_point as launch_set_point
from .limits import Limit, lane_limit, log_codeword, no_limit
from .outputs import OUTPUTS, UNDECIDED
from .runs import Run

if TYPE_CHECKING:
    from .points import LinkPoints

LN10 = math.log(10.0)
_SENSITIVITY = {"margin_db", "sensitivity_oma_dbm"}
_BER = {"pre_fec_ber", "log10_ber"}
_MEETS = {"meets_limit"}
_CLOSED = _SENSITIVITY | _BER | _MEETS  # of the closed form: what the eye's penalty moves
_EYE_BER = {"eye_log10_ber", "eye_pre_fec_ber"}
_EYE_SENSITIVITY = {"eye_margin_db", "eye_sensitivity_oma_dbm"}
_EYE = _EYE_BER | _EYE_SENSITIVITY
_DECIDED = _CLOSED | _EYE | {"margin_spec_db"}  # what an undecided design does not say
_ENERGY = {"power_w", "energy_pj_per_bit"}
# Rows of a lane's answers behind the pass's own.
EYE_LOG_BER, EYE_SENSITIVITY_DBM, EYE_MARGIN_DB = range(kept.OUTPUTS, kept.OUTPUTS + 3)
PENALTY, STATED_OMA = roles.PENALTY_DB // block.WIDTH, roles.OMA_OUTER_DBM // block.WIDTH
GUARDS = tuple(row // block.WIDTH for row in (roles.SETTING_GUARD_DB, roles.COUPLING_GUARD_DB, roles.AGEING_GUARD_DB))
_ROWS = {
    "margin_db": (kept.OUT_MARGIN_DB,),
    "meets_limit": (kept.OUT_MEETS,),
    "pre_fec_ber": (kept.OUT_LOG_BER,),
    "log10_ber": (kept.OUT_LOG_BER,),
    "rx_oma_dbm": (kept.OUT_RX_DBM,),
    "sensitivity_oma_dbm": (kept.OUT_SENSITIVITY_DBM,),
    "optical_loss_db": (kept.OUT_LOSS_DB,),
    "launch_oma_dbm": (kept.OUT_LAUNCH_DBM,),
    "margin_spec_db": (kept.OUT_MARGIN_SPEC_DB,),
    "overload_room_db": (kept.OUT_OVERLOAD_ROOM_DB,),
    "laser_room_db": (kept.OUT_LASER_ROOM_DB,),
    "power_w": (kept.OUT_LASER_DBM, kept.OUT_LASER_W, kept.OUT_BIAS_W, kept.OUT_OTHER_W, kept.OUT_EFFICIENCY),
    "energy_pj_per_bit": (
        kept.OUT_LASER_DBM, kept.OUT_LASER_W, kept.OUT_BIAS_W, kept.OUT_OTHER_W, kept.OUT_EFFICIENCY, kept.OUT_PAYLOAD,
    ),
    "price_usd": (kept.OUT_PRICE,),
    "latency_ns": (kept.OUT_FIBRE_M, kept.OUT_DSP_LATENCY, kept.OUT_PAYLOAD),
    "eye_log10_ber": (EYE_LOG_BER,),
    "eye_pre_fec_ber": (EYE_LOG_BER,),
    "eye_margin_db": (EYE_MARGIN_DB,),
    "eye_sensitivity_oma_dbm": (EYE_SENSITIVITY_DBM,),
}
_ALIKE = {"power_w": (kept.OUT_POWER_W,), "energy_pj_per_bit": (kept.OUT_ENERGY_PJ,)}  # where one lane stands for all
Keys = tuple[str | int, ...]
Rows = dict[int, np.ndarray]
PIECE = 4096  # points of a slow block that a thread takes at once
_WHOLE = ("table", "factor_start", "factor_id", "factor_weight")  # fields of an expansion that are not one entry per column


@dataclass(frozen=True)
class _Lane:
    """One distinct lane: how many lanes it stands for, and its arguments to the pass."""

    lane: int
    target_start: np.ndarray
    target_row: np.ndarray
    base: np.ndarray
    worst: np.ndarray
    program: LaneProgram
    program_worst: LaneProgram
    task: Any
    moves: bool
    count: int  # of levels
    floor: int  # status where the eye finds no penalty in the asked corner whatever the columns are; 0 else
    eye: LaneEye | None
    eye_worst: LaneEye | None

    @property
    def follows(self) -> bool:
        """Whether the penalty of the eye differs from point to point."""
        return self.eye is not None and self.eye.follows

    def value(self, row: int, values: dict[int, np.ndarray], count: int, base: np.ndarray | None = None) -> np.ndarray:
        """Values of a row at the points of a run, in the corner asked for or that of ``base``."""
        for column in reversed(list(values)):
            if row in self.target_row[self.target_start[column] : self.target_start[column + 1]]:
                return values[column]
        return np.full(count, (self.base if base is None else base)[row])

    def lowered(self, run: Run) -> Lowered:
        """What the eye needs of light and receiver at the samples asked for."""
        values = run.asked()
        return lowered(lambda row: self.value(row, values, run.count), self.program, self.count)

    def targets(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows that the columns move, as compressed rows."""
        if len(columns) == len(self.target_start) - 1:
            return self.target_start, self.target_row
        rows = [self.target_row[self.target_start[c] : self.target_start[c + 1]] for c in columns]
        start = np.concatenate(([0], np.cumsum([len(r) for r in rows]))).astype(np.int64)
        return start, np.concatenate(rows) if rows else self.target_row[:0]


class BoundLink:
    """A variant of a link with its axes fixed: ``photonics.results.evaluator.Bound``."""

    def __init__(self, points: "LinkPoints", paths: tuple[str, ...], outputs: tuple[str, ...]) -> None:
        self._points, self._outputs = points, outputs
        spec = points.spec
        phy = catalog.phy(spec.phy)
        self._limit = lane_limit(spec, phy)
        self._undecided = spec.undecided is not None or no_limit(spec, phy) is not None
        self._lanes = int(spec.signal.lanes)
        self._share = int(spec.laser.lanes_per_laser)
        self._keys = [[points.scalars[plain][0] for plain in points.canonical(path)] for path in paths]
        self._eye = has_eye(spec)
        self._eye_asked = bool(_EYE & set(outputs))
        # Points of the eye take a hundred microseconds: a block of them is cut where there are threads to share it.
        self.piece = PIECE if self._eye_asked else 0
        if self._eye_asked:
            refuse_without_eye(spec, sorted(_EYE & set(outputs)))
        # Where nothing asked for rests on the penalty it is not computed.
        self._penalised = self._eye and (bool(_CLOSED & set(outputs)) or points.set_point == "solved")
        self._alike = len(points.distinct) == 1
        of = _ROWS | _ALIKE if self._alike else _ROWS
        self._rows = sorted({kept.OUT_STATUS, *(row for name in outputs for row in of[name] if row < kept.OUTPUTS), *self._seen()})
        self._kept_columns = np.array(
            [any(self._needs(lane, keys) for lane in points.distinct for keys in group) for group in self._keys], dtype=np.bool_
        )
        self._last: tuple[Any, Any] | None = None
        self._distinct = [self._lane(lane, phy) for lane in points.distinct]

    def _seen(self) -> set[int]:
        """Rows that the eye is asked with."""
        return {kept.OUT_RX_DBM} if self._eye else set()

    def _lane(self, lane: int, phy: Any) -> _Lane:
        points, spec = self._points, self._points.spec
        own = spec.for_lane(lane)
        start, rows = [0], []
        for group in self._keys:
            for keys in group:
                rows += points.rows(lane, keys)
            start.append(len(rows))
        stated = own.launch.oma_outer is not None
        held = math.nan
        if not stated and points.set_point == "held":
            held = launch_set_point(lane_case(spec, lane, "worst"), phy, self._limit).oma_dbm
        base, worst, floor = base_rows(own, points.corner), base_rows(own, "worst"), 0
        eye = eye_worst = None
        if self._eye:
            moves = [[k for keys in group if (k := points.own(lane, keys)) is not None] for group in self._keys]
            eye = LaneEye(own, lane, points.corner, self._limit, moves)
            eye_worst = LaneEye(own, lane, "worst", self._limit, moves)
            base[PENALTY] = worst[PENALTY] = 0.0
            if self._penalised and not eye.follows:
                (cost,), (floor,) = eye.penalties({}, 1)
                base[PENALTY] = 0.0 if floor else cost  # the pass then finds all else that may be wrong with a point
                (worst[PENALTY],), _ = eye_worst.penalties({}, 1)
        return _Lane(
            lane, np.array(start, dtype=np.int64), np.array(rows, dtype=np.int64), base, worst, program(own, points.corner),
            program(own, "worst"), self._task(own, phy, stated, held), any(moves_dispersion(keys) for group in self._keys for keys in group),
            LEVELS[own.signal.format], int(floor), eye, eye_worst,
        )

    def _task(self, own: LinkSpec, phy: Any, stated: bool, held: float) -> kept.Pass:
        points, limit, wanted = self._points, self._limit, set(self._outputs)
        mode = kept.STATED if stated else kept.HELD if points.set_point == "held" else kept.SOLVED
        e = own.electronics
        table, slopes = codeword_table()

        def line(name: str) -> float:
            value = phy.get(name)
            return math.nan if value is None else float(value.number)

        def both(a: float, b: float) -> tuple[float, float]:
            return (math.nan, math.nan) if math.isnan(a) or math.isnan(b) else (a, b)

        slope = line("oma_minus_tdecq_min")
        slope = line("oma_minus_tdec_min") if math.isnan(slope) else slope
        # A line of which half is unknown is no line: NaN in both, as the one-point side has none.
        floor, slope = both(line("oma_min_floor"), slope)
        rs_floor, rs_offset = both(line("rs_floor"), line("rs_offset"))
        return kept.Pass(
            level_count=LEVELS[own.signal.format], bits_per_symbol=BITS_PER_SYMBOL[own.signal.format],
            log_limit=limit.log_limit, log_limit_ber=math.log(limit.ber), by_codeword=limit.by_codeword, start_q=_start_q(limit), table=table, table_slopes=slopes,
            set_point=mode, set_point_dbm=held, clause_floor_dbm=floor, clause_slope_dbm=slope,
            mpi_allocation_db=line("mpi_alloc"), rs_floor_dbm=rs_floor, rs_offset_dbm=rs_offset,
            need_counts=own.undecided is None, lanes=self._lanes, lasers=self._lanes // self._share,
            dsp_share={"both": 1.0, "transmit": 0.5, "none": 0.0}[e.retiming],
            has_dsp_part=(e.serdes_energy is not None, e.converter_energy is not None,
                          None not in (e.dsp_fixed_energy, e.dsp_tap_energy, e.ffe_taps)),
            want_ber=bool(wanted & _BER), want_sensitivity=bool(wanted & _SENSITIVITY), want_meets=bool(wanted & _MEETS), want_energy=bool(wanted & _ENERGY),
        )

    def _needs(self, lane: int, keys: Keys) -> bool:
        """Whether a scalar can move one of the outputs asked for; what cannot is not even drawn."""
        section, field = str(keys[0]), str(keys[-1])
        if section == "lane":
            section = str(keys[2])
        outputs = set(self._outputs)
        if (self._penalised or self._eye_asked) and self._points.in_chain(lane, keys):
            return True
        if not self._points.rows(lane, keys):
            return False
        energy = bool(outputs & _ENERGY)
        if section == "laser" and not field.startswith("rin_"):
            return energy or (field == "power_max" and "laser_room_db" in outputs)
        if section == "transmit_path" or (section, field) == ("modulator", "insertion_loss"):
            return energy or "laser_room_db" in outputs
        if section == "electronics":
            return energy or (field == "dsp_latency" and "latency_ns" in outputs)
        if (section, field) in (("modulator", "bias_power"), ("signal", "payload_rate")):
            return energy or (field == "payload_rate" and "latency_ns" in outputs)
        if section == "module":
            return "price_usd" in outputs
        if (section, field) == ("receiver", "overload_average"):
            return "overload_room_db" in outputs
        if section == "launch" and field in ("tdecq", "tecq", "tdecq_guard"):
            return "margin_spec_db" in outputs or self._points.set_point == "solved"
        return True

    def _trimmed(self, expansion: Any) -> tuple[Any, np.ndarray]:
        """The expansion without the columns that move nothing asked for, and which were kept; correlated ones stay together."""
        if self._kept_columns.all() or expansion.factor_start[-1] > 0:
            return expansion, np.arange(len(self._keys))
        last = self._last
        if last is None or last[0] is not expansion:
            keep = self._kept_columns
            parts = {
                name: value[keep] if isinstance(value, np.ndarray) and name not in _WHOLE else value
                for name, value in expansion._asdict().items()
            }
            parts["factor_start"] = np.zeros(int(keep.sum()) + 1, dtype=expansion.factor_start.dtype)
            last = self._last = (expansion, type(expansion)(**parts))
        return last[1], np.flatnonzero(self._kept_columns)

    def __call__(self, expansion: Any, first: int, count: int) -> dict[str, np.ndarray]:
        """Outputs and status of samples ``first .. first + count - 1``."""
        expansion, columns = self._trimmed(expansion)
        by_block = self._eye_asked or any(lane.follows and self._penalised for lane in self._distinct)
        by_block = by_block or (any(lane.floor for lane in self._distinct) and bool(_BER & set(self._outputs)))
        run = Run(expansion, columns, first, count) if by_block else None
        found = []
        for lane in self._distinct:
            if run is None:
                out = self._pass(lane, lane.task, expansion, first, count, lane.targets(columns))
                floor = np.full(count, lane.floor, dtype=np.int8)
            else:
                out, floor = self._followed(lane, run, columns)
            self._eyed(lane, run, out, floor)
            found.append(out)
        return self._gather(found, count)

    def _pass(
        self, lane: _Lane, task: kept.Pass, expansion: Any, first: int, count: int, targets: tuple[np.ndarray, np.ndarray],
        rows: list[int] | None = None,
    ) -> Rows:  # fmt: skip
        """The fused pass over a lane."""
        wanted = self._rows if rows is None else rows
        out = np.empty((len(wanted), count))
        kernels.link_points(
            expansion, first, count, *targets, lane.base, lane.worst, lane.program, lane.program_worst, task, self._points.life == "end",
            lane.moves, np.array(wanted, dtype=np.int64), out,
        )
        return dict(zip(wanted, out, strict=True))

    def _followed(self, lane: _Lane, run: Run, columns: np.ndarray) -> tuple[Rows, np.ndarray]:
        """The pass with the penalty as a column of its own where the chain moves, and the status of each point's penalty."""
        targets, first = lane.targets(columns), run.here.start
        if not (lane.follows and self._penalised) or lane.eye is None or lane.eye_worst is None:
            floor = np.full(run.count, lane.floor, dtype=np.int8)
            return self._pass(lane, lane.task, run.expansion(), first, run.count, targets), floor
        task, more, rows = lane.task, [], []
        if task.set_point == kept.SOLVED:
            # One column sets a row in both corners, but a chain costs more in the worst one: the launch is solved for there first.
            quiet = task._replace(want_ber=False, want_sensitivity=False, want_meets=False, want_energy=False)
            cost, _ = self._cost(lane, run, True)
            with_cost = _added(targets, [PENALTY])
            launch = self._pass(lane, quiet, run.expansion([cost]), 0, run.size, with_cost, [kept.OUT_LAUNCH_DBM])[kept.OUT_LAUNCH_DBM]
            setting, coupling, ageing = (lane.value(row, run.values, run.size) for row in GUARDS)
            lost = setting + (coupling + ageing if self._points.life == "end" else 0.0)
            task, more, rows = task._replace(set_point=kept.STATED), [launch + lost], [STATED_OMA]
        cost, floor = self._cost(lane, run, False)
        out = self._pass(lane, task, run.expansion([*more, np.where(floor == 0, cost, 0.0)]), first, run.count, _added(targets, [*rows, PENALTY]))
        return out, floor[run.here]

    def _cost(self, lane: _Lane, run: Run, worst: bool) -> tuple[np.ndarray, np.ndarray]:
        """Penalty of the eye at every point of a run, in the asked or the worst corner, and its status."""
        eye = lane.eye_worst if worst else lane.eye
        assert eye is not None  # of a lane that follows
        cost, status = eye.penalties(run.values, run.size, run.drawn)
        if eye.turns:
            base, held = (lane.worst, lane.program_worst) if worst else (lane.base, lane.program)
            fibre = dispersion(lambda row: lane.value(row, run.values, run.size, base), held)
            more = eye.behind_fibres(*fibre, bool(eye.chirps & run.drawn))
            cost, status = cost + more, np.where((status == 0) & np.isnan(more), np.int8(kept.NO_ROOT_FLOOR), status)
        return cost, status

    def _eyed(self, lane: _Lane, run: Run | None, out: Rows, floor: np.ndarray) -> None:
        """What the eye says of a lane, into its answers: no penalty, error ratios, sensitivities."""
        if floor.any():
            self._without_penalty(lane, run, out, floor)
        if not self._eye_asked or run is None or lane.eye is None:
            return
        if not (_CLOSED & set(self._outputs)):
            # A band that no ideal equaliser restores is the closed form's concern: the eye has the equaliser that there is.
            out[kept.OUT_STATUS][out[kept.OUT_STATUS] == kept.BAND_CLOSED] = kept.FINE
        light, columns, rx_dbm = lane.lowered(run), run.asked(), out[kept.OUT_RX_DBM]
        states = []
        if _EYE_BER & set(self._outputs):
            out[EYE_LOG_BER], state = lane.eye.error_ratios(columns, light, rx_dbm)
            states.append(state)
        if _EYE_SENSITIVITY & set(self._outputs):
            out[EYE_SENSITIVITY_DBM], state = lane.eye.sensitivities(columns, light, lane.task.start_q)
            out[EYE_MARGIN_DB] = rx_dbm - out[EYE_SENSITIVITY_DBM]
            states.append(state)
        for state in states:
            out[kept.OUT_STATUS] = np.where(out[kept.OUT_STATUS] == kept.FINE, state, out[kept.OUT_STATUS])

    def _without_penalty(self, lane: _Lane, run: Run | None, out: Rows, floor: np.ndarray) -> None:
        """Points whose chain no gain on receiver noise stands for: an error floor as a rule.  The eye says what is left at their power."""
        for row in {kept.OUT_MARGIN_DB, kept.OUT_SENSITIVITY_DBM} & set(out):
            out[row][floor != 0] = math.nan
        # What the pass has found wrong beside its own search comes first.
        at = np.flatnonzero((floor != 0) & (out[kept.OUT_STATUS] < kept.BAND_CLOSED))
        out[kept.OUT_STATUS][at] = floor[at]
        if kept.OUT_MEETS in out:
            out[kept.OUT_MEETS][at] = np.where(floor[at] == kept.NO_ROOT_FLOOR, 0.0, math.nan)
        if kept.OUT_LOG_BER in out and run is not None and lane.eye is not None:
            columns = {column: values[at] for column, values in run.asked().items()}
            out[kept.OUT_LOG_BER][at], _ = lane.eye.error_ratios(columns, lane.lowered(run).part(at), out[kept.OUT_RX_DBM][at])

    def _gather(self, found: list[Rows], count: int) -> dict[str, np.ndarray]:
        """The module from its lanes: the worst of each, watts of all."""

        def worst(row: int, largest: bool = False) -> np.ndarray:
            values = [out[row] for out in found]
            if len(values) == 1:
                return values[0]
            return np.maximum.reduce(values) if largest else np.minimum.reduce(values)

        status = worst(kept.OUT_STATUS, True).astype(np.int8)
        answers: dict[str, np.ndarray] = {}
        watts = self._watts(found) if _ENERGY & set(self._outputs) and not self._alike else None
        for name in self._outputs:
            answers[name] = self._output(name, found, worst, watts)
        if self._undecided and _DECIDED & set(self._outputs):
            for name in _DECIDED & set(self._outputs):
                answers[name] = np.full(count, math.nan)
            status = np.where(status == 0, np.int8(UNDECIDED), status)
        answers["status"] = status
        return answers

    def _output(self, name: str, found: list[Rows], worst: Callable[[int, bool], np.ndarray], watts: np.ndarray | None) -> np.ndarray:
        if name == "pre_fec_ber":
            return np.exp(worst(kept.OUT_LOG_BER, True))
        if name == "log10_ber":
            return worst(kept.OUT_LOG_BER, True) / LN10
        if name in _EYE_BER:
            ratio = worst(EYE_LOG_BER, True)
            return np.exp(ratio) if name == "eye_pre_fec_ber" else ratio / LN10
        if self._alike and name in _ENERGY:
            return found[0][_ALIKE[name][0]]
        if watts is not None and name in _ENERGY:
            return watts if name == "power_w" else watts * 1e12 / found[0][kept.OUT_PAYLOAD]
        if name == "latency_ns":
            return self._latency(found[0], worst(kept.OUT_FIBRE_M, True))
        # Where a larger value is better the smallest lane speaks for the module, and the other way round.
        return worst(_ROWS[name][0], OUTPUTS[name].better < 0)

    def _watts(self, found: list[Rows]) -> np.ndarray:
        """Lasers and biases of the lanes, and the rest; lanes that share a laser ask it for the light of the hardest."""
        order = {lane.lane: out for lane, out in zip(self._distinct, found, strict=True)}
        plain = next((lane for lane, number in self._points.distinct.items() if number > 1), None)
        lanes = [order[i] if i in order or plain is None else order[plain] for i in range(self._lanes)]
        own = np.sum([out[kept.OUT_BIAS_W] for out in lanes], axis=0)
        for at in range(0, self._lanes, self._share):
            group = lanes[at : at + self._share]
            need = np.stack([out[kept.OUT_LASER_DBM] for out in group])
            watts = np.stack([out[kept.OUT_LASER_W] for out in group])
            own += np.take_along_axis(watts, need.argmax(axis=0)[None], axis=0)[0]
        load: np.ndarray = (own + found[0][kept.OUT_OTHER_W]) / found[0][kept.OUT_EFFICIENCY]
        return load

    def _latency(self, out: Rows, fibre_m: np.ndarray) -> np.ndarray:
        spec = self._points.spec
        per_m = catalog.fact("fibre_delay").number
        code = kp4_ns(spec, out[kept.OUT_PAYLOAD]) if spec.fec.code == "kp4" else 0.0
        dsp = 0.0 if spec.electronics.dsp_latency is None else out[kept.OUT_DSP_LATENCY] * 1e9
        total: np.ndarray = fibre_m * per_m + dsp + code
        return total


def _added(targets: tuple[np.ndarray, np.ndarray], rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Targets with a column more for each of ``rows``, which moves that row alone."""
    start, row = targets
    return np.concatenate((start, start[-1] + 1 + np.arange(len(rows)))), np.concatenate((row, np.array(rows, dtype=np.int64)))


def _start_q(limit: Limit) -> float:
    """Q of the top eye where the search starts: that of three equal eyes at the limit, near which most roots are."""
    return max(float(special.inverse_q_tail(min(4.0 / 3.0 * limit.ber, 0.4))), 0.3)


_TABLE: list[tuple[np.ndarray, np.ndarray]] = []


def codeword_table() -> tuple[np.ndarray, np.ndarray]:
    """ln of the KP4 codeword error ratio and its slope, over ln BER: what the fused pass interpolates (1e-8 of its value)."""
    if not _TABLE:
        x = np.arange(sense_block.TABLE_LOWEST, math.log(0.5) + sense_block.TABLE_STEP, sense_block.TABLE_STEP)
        x = np.minimum(x, math.log(0.5))
        step = 1e-4
        value = np.array([log_codeword(v) for v in x])
        low = np.array([log_codeword(v - step) for v in x])
        high = np.array([log_codeword(min(v + step, math.log(0.5))) for v in x])
        slope = (high - low) / (np.minimum(x + step, math.log(0.5)) - (x - step))
        _TABLE.append((value, slope))
    return _TABLE[0]
