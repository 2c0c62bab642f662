"""The parts of a budget: a lane, a FEC domain, a block of power, a delay, a clause line, the assumptions behind them."""

from dataclasses import dataclass
from typing import Any

from .table import json_number, number
from .term import Input, Term


@dataclass(frozen=True)
class Segment:
    """An electrical segment of a retimed link: its share of the bit errors and its plane."""

    name: str
    plane: str
    bit_error_ratio: float
    source: str
    confidence: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "plane": self.plane,
            "bit_error_ratio": json_number(self.bit_error_ratio),
            "source": self.source,
            "confidence": self.confidence,
        }


@dataclass(frozen=True)
class ClauseLine:
    """A line of the clause checked against the design: limit, value, and how much room is left."""

    name: str
    value: float
    limit: float
    unit: str
    room: float
    source: str
    confidence: str

    def as_dict(self) -> dict[str, Any]:
        unit = self.unit.lower().replace("/", "_")
        return {
            "name": self.name,
            f"value_{unit}": json_number(self.value),
            f"limit_{unit}": json_number(self.limit),
            "room_db": json_number(self.room),
            "source": self.source,
            "confidence": self.confidence,
        }


@dataclass(frozen=True)
class Assumptions:
    """What of the worst lane's physics budget rests on hypotheses, and its margin with all of them at either end."""

    total_db: float
    assumed_db: float
    recalled_db: float
    margin_worst_db: float | None
    margin_best_db: float | None

    @property
    def share(self) -> float:
        """Assumed and recalled dB over all dB of losses, guards and penalties."""
        return (self.assumed_db + self.recalled_db) / self.total_db if self.total_db else 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            "total_db": json_number(self.total_db),
            "assumed_db": json_number(self.assumed_db),
            "recalled_db": json_number(self.recalled_db),
            "share": json_number(self.share),
            "margin_worst_db": json_number(self.margin_worst_db),
            "margin_best_db": json_number(self.margin_best_db),
        }

    def __str__(self) -> str:
        return (
            f"{self.share:.0%} of {number(self.total_db, 1)} dB rests on hypotheses (assumed {number(self.assumed_db, 1)}, recalled "
            f"{number(self.recalled_db, 1)}); margin with all of them at worst {number(self.margin_worst_db)} dB, at best "
            f"{number(self.margin_best_db)} dB"
        )


@dataclass(frozen=True)
class LaneBudget:
    """One lane in one corner.  ``terms`` is the physics budget in order, ``spec_terms`` the clause's; the two never mix."""

    lane: int
    terms: tuple[Term, ...]
    spec_terms: tuple[Term, ...]
    compliance: tuple[ClauseLine, ...]
    optical_loss_db: float
    rx_oma_dbm: float
    rx_average_dbm: float
    sensitivity_oma_dbm: float | None
    margin_db: float | None
    margin_spec_db: float | None
    margin_overload_db: float
    margin_damage_db: float
    log10_ber: float
    mpi_method: str
    mpi_quasi_static_db: float | None
    mpi_upper_bound_db: float | None
    status: str = "ok"
    spec_status: str = "ok"

    @property
    def pre_fec_ber(self) -> float:
        return 10.0**self.log10_ber

    def as_dict(self) -> dict[str, Any]:
        return {
            "lane": self.lane,
            "terms": [t.as_dict() for t in self.terms],
            "spec_terms": [t.as_dict() for t in self.spec_terms],
            "compliance": [c.as_dict() for c in self.compliance],
            "optical_loss_db": json_number(self.optical_loss_db),
            "rx_oma_dbm": json_number(self.rx_oma_dbm),
            "rx_average_dbm": json_number(self.rx_average_dbm),
            "sensitivity_oma_dbm": json_number(self.sensitivity_oma_dbm),
            "margin_db": json_number(self.margin_db),
            "margin_spec_db": json_number(self.margin_spec_db),
            "margin_overload_db": json_number(self.margin_overload_db),
            "margin_damage_db": json_number(self.margin_damage_db),
            "pre_fec_ber": json_number(self.pre_fec_ber),
            "log10_ber": json_number(self.log10_ber),
            "mpi_method": self.mpi_method,
            "mpi_quasi_static_db": json_number(self.mpi_quasi_static_db),
            "mpi_upper_bound_db": json_number(self.mpi_upper_bound_db),
            "status": self.status,
            "spec_status": self.spec_status,
        }


@dataclass(frozen=True)
class PortResult:
    """One FEC domain: the lanes it spans, its error ratio with the electrical segments, and what is left after the code."""

    port: int
    lanes: tuple[int, ...]
    code: str
    log10_ber: float
    log10_codeword: float | None
    log10_frame: float | None
    segments: tuple[Segment, ...] = ()
    status: str = "ok"

    def as_dict(self) -> dict[str, Any]:
        return {
            "port": self.port,
            "lanes": list(self.lanes),
            "code": self.code,
            "pre_fec_ber": json_number(10.0**self.log10_ber),
            "log10_ber": json_number(self.log10_ber),
            "codeword_error_ratio": None if self.log10_codeword is None else json_number(10.0**self.log10_codeword),
            "log10_codeword_error_ratio": json_number(self.log10_codeword),
            "frame_loss_ratio_64b": None if self.log10_frame is None else json_number(10.0**self.log10_frame),
            "log10_frame_loss_ratio_64b": json_number(self.log10_frame),
            "segments": [s.as_dict() for s in self.segments],
            "status": self.status,
        }


@dataclass(frozen=True)
class EnergyTerm:
    """Power of one block; ``boundary`` is ``module`` or ``host`` (the host's share is shown, never added to the module)."""

    name: str
    power_w: float
    energy_pj_per_bit: float
    boundary: str
    equation: str
    inputs: tuple[Input, ...]
    source: str
    confidence: str

    def as_dict(self, explain: bool = False) -> dict[str, Any]:
        out: dict[str, Any] = {
            "name": self.name,
            "power_w": json_number(self.power_w),
            "energy_pj_per_bit": json_number(self.energy_pj_per_bit),
            "boundary": self.boundary,
            "source": self.source,
            "confidence": self.confidence,
        }
        if explain:
            out["equation"] = self.equation
            out["inputs"] = [i.as_dict() for i in self.inputs]
        return out


@dataclass(frozen=True)
class LatencyTerm:
    """Delay of one stage of the link, one way."""

    name: str
    value_ns: float
    source: str
    confidence: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value_ns": json_number(self.value_ns),
            "source": self.source,
            "confidence": self.confidence,
        }


@dataclass(frozen=True)
class ModuleResult:
    """The whole module, one end: worst lane, power and energy with their boundary, latency of the link."""

    margin_db: float | None
    margin_spec_db: float | None
    log10_ber: float
    power_w: float
    energy_pj_per_bit: float
    energy_terms: tuple[EnergyTerm, ...]
    latency_ns: float | None
    latency_terms: tuple[LatencyTerm, ...]
    launch_set_by: str
    launch_oma_dbm: float
    clause_oma_dbm: float | None
    need_oma_dbm: float | None
    energy_boundary: str = "module"
    energy_ends: int = 1
    rate_basis: str = "payload"
    payload_gbps: float = 0.0
    published_w: float | None = None
    published_source: str = ""
    status: str = "ok"

    @property
    def unexplained_w(self) -> float | None:
        """What a published module power has that the blocks do not explain; None where the design names none."""
        return None if self.published_w is None else self.published_w - self.power_w

    def as_dict(self) -> dict[str, Any]:
        return {
            "margin_db": json_number(self.margin_db),
            "margin_spec_db": json_number(self.margin_spec_db),
            "pre_fec_ber": json_number(10.0**self.log10_ber),
            "log10_ber": json_number(self.log10_ber),
            "power_w": json_number(self.power_w),
            "energy_pj_per_bit": json_number(self.energy_pj_per_bit),
            "energy_boundary": self.energy_boundary,
            "energy_ends": self.energy_ends,
            "rate_basis": self.rate_basis,
            "payload_gbps": json_number(self.payload_gbps),
            "energy_terms": [t.as_dict() for t in self.energy_terms],
            "published_power_w": json_number(self.published_w),
            "published_source": self.published_source or None,
            "unexplained_power_w": json_number(self.unexplained_w),
            "latency_ns": json_number(self.latency_ns),
            "latency_terms": [t.as_dict() for t in self.latency_terms],
            "launch_set_by": self.launch_set_by,
            "launch_oma_dbm": json_number(self.launch_oma_dbm),
            "clause_oma_dbm": json_number(self.clause_oma_dbm),
            "need_oma_dbm": json_number(self.need_oma_dbm),
            "status": self.status,
        }
