"""A variant of a link with its axes fixed, over the fused pass: lanes in, module out."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from photonics_kernels import answers as kept
from photonics_kernels import link_points as kernels
from photonics_kernels import sense_block, special
from photonics_kernels.roles import LaneProgram

from photonics import catalog
from photonics.lower.link import LEVELS, lane_case
from photonics.lower.points import base_rows, moves_dispersion, program
from photonics.spec.link import BITS_PER_SYMBOL, LinkSpec

from .latency import kp4_ns
from .launch import set_point as launch_set_point
from .limits import Limit, lane_limit, log_codeword, no_limit
from .outputs import OUTPUTS, UNDECIDED

if TYPE_CHECKING:
    from .points import LinkPoints

LN10 = math.log(10.0)
_SENSITIVITY = {"margin_db", "sensitivity_oma_dbm"}
_BER = {"pre_fec_ber", "log10_ber"}
_MEETS = {"meets_limit"}
_DECIDED = _SENSITIVITY | _BER | _MEETS | {"margin_spec_db"}  # what an undecided design does not say
_ENERGY = {"power_w", "energy_pj_per_bit"}
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
}
Keys = tuple[str | int, ...]
Rows = dict[int, np.ndarray]
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
        self._rows = sorted({kept.OUT_STATUS, *(row for name in outputs for row in _ROWS[name])})
        self._kept = np.array(self._rows, dtype=np.int64)
        self._kept_columns = np.array(
            [any(self._needs(lane, keys) for lane in points.distinct for keys in group) for group in self._keys], dtype=np.bool_
        )
        self._last: tuple[Any, Any] | None = None
        self._distinct = [self._lane(lane, phy) for lane in points.distinct]

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
        return _Lane(
            lane, np.array(start, dtype=np.int64), np.array(rows, dtype=np.int64), base_rows(own, points.corner), base_rows(own, "worst"),
            program(own, points.corner), program(own, "worst"), self._task(own, phy, stated, held),
            any(moves_dispersion(keys) for group in self._keys for keys in group),
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
            need_counts=own.undecided is None, lanes=self._lanes,
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
        if not self._points.rows(lane, keys):
            return False
        outputs = set(self._outputs)
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
        found = []
        expansion, columns = self._trimmed(expansion)
        ageing = self._points.life == "end"
        for lane in self._distinct:
            out = np.empty((len(self._rows), count))
            kernels.link_points(
                expansion, first, count, *lane.targets(columns), lane.base, lane.worst, lane.program, lane.program_worst,
                lane.task, ageing, lane.moves, self._kept, out,
            )
            found.append(dict(zip(self._rows, out, strict=True)))
        return self._gather(found, count)

    def _gather(self, found: list[Rows], count: int) -> dict[str, np.ndarray]:
        """The module from its lanes: the worst of each, watts of all."""

        def worst(row: int, largest: bool = False) -> np.ndarray:
            values = [out[row] for out in found]
            if len(values) == 1:
                return values[0]
            return np.maximum.reduce(values) if largest else np.minimum.reduce(values)

        status = worst(kept.OUT_STATUS, True).astype(np.int8)
        answers: dict[str, np.ndarray] = {}
        watts = self._watts(found) if _ENERGY & set(self._outputs) else None
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
        if watts is not None and name in _ENERGY:
            return watts if name == "power_w" else watts * 1e12 / found[0][kept.OUT_PAYLOAD]
        if name == "latency_ns":
            return self._latency(found[0], worst(kept.OUT_FIBRE_M, True))
        # Where a larger value is better the smallest lane speaks for the module, and the other way round.
        return worst(_ROWS[name][0], OUTPUTS[name].better < 0)

    def _watts(self, found: list[Rows]) -> np.ndarray:
        """Lasers and biases of the lanes, and the rest; lanes that share a laser ask it for the light of the hardest."""
        if len(found) == 1:
            own = found[0][kept.OUT_LASER_W] * (self._lanes // self._share) + found[0][kept.OUT_BIAS_W] * self._lanes
        else:
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
