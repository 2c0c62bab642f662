"""The budget of a link: ordered terms per lane, FEC domains, module power, spec and physics side by side."""

from dataclasses import dataclass, field
from typing import Any

from .table import Table, brief, joined, json_number, number, ratio
from .term import Input, Term

GUARD_DB = 1e-9  # float noise at a limit is no violation

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
            "status": "ok" if self.log10_frame is not None else "no code: frames are lost at the bit errors' own rate",
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


@dataclass(frozen=True)
class Budget:
    """The answer to ``photonics budget``: lanes, FEC domains and module of one design in one corner."""

    link: str
    about: str
    phy: str
    corner: str
    lanes: tuple[LaneBudget, ...]
    ports: tuple[PortResult, ...]
    module: ModuleResult
    limit_ber: float
    limit_source: str
    warnings: tuple[str, ...] = field(default=())

    @property
    def worst_lane(self) -> LaneBudget:
        """The lane with the least physics margin; a lane without a margin is worst of all."""
        return min(self.lanes, key=lambda lane: -1e9 if lane.margin_db is None else lane.margin_db)

    @property
    def closes(self) -> bool:
        """Whether every lane has its margins at or above zero (those that exist), keeps its clause lines and has status ok."""
        for lane in self.lanes:
            margins = (lane.margin_db, lane.margin_spec_db, lane.margin_overload_db, lane.margin_damage_db)
            if lane.status != "ok" or any(m is not None and m < -GUARD_DB for m in margins):
                return False
            if any(line.room < -GUARD_DB for line in lane.compliance):
                return False
        return True

    def as_dict(self) -> dict[str, Any]:
        return {
            "link": self.link,
            "about": self.about,
            "phy": self.phy,
            "corner": self.corner,
            "limit_ber": json_number(self.limit_ber),
            "limit_source": self.limit_source,
            "closes": self.closes,
            "lanes": [lane.as_dict() for lane in self.lanes],
            "ports": [port.as_dict() for port in self.ports],
            "module": self.module.as_dict(),
            "warnings": list(self.warnings),
        }

    def tables(self) -> list[Table]:
        """The tables of the terminal and of the notebook: worst lane's terms, lanes, ports, module."""
        lane = self.worst_lane
        return [
            _terms(f"{self.link}, {self.corner} corner, lane {lane.lane} (worst): physics budget", lane.terms),
            _terms("spec budget (clause lines; it already holds ISI, RIN and dispersion in TDECQ)", lane.spec_terms),
            _compliance(lane),
            self._lanes(),
            self._ports(),
            self._energy(),
        ]

    def _lanes(self) -> Table:
        # Lanes that agree in every figure share a row: eight equal rows say less than one.
        groups: dict[tuple[str, ...], list[int]] = {}
        for lane in self.lanes:
            figures = (
                number(lane.optical_loss_db),
                number(lane.rx_oma_dbm),
                number(lane.sensitivity_oma_dbm),
                number(lane.margin_db),
                number(lane.margin_spec_db),
                number(lane.margin_overload_db),
                ratio(lane.log10_ber),
                lane.status,
            )
            groups.setdefault(figures, []).append(lane.lane)
        rows = [[_span(lanes), *figures] for figures, lanes in groups.items()]
        heads = [
            "lanes",
            "loss dB",
            "rx OMA dBm",
            "sens. dBm",
            "margin dB",
            "spec dB",
            "overload dB",
            "pre-FEC BER",
            "status",
        ]
        return Table(heads, rows, "lanes", frozenset(range(1, 8)))

    def _ports(self) -> Table:
        rows = [
            [
                str(p.port),
                _span(list(p.lanes)),
                p.code,
                ratio(p.log10_ber),
                ratio(p.log10_codeword),
                ratio(p.log10_frame),
            ]
            for p in self.ports
        ]
        heads = ["port", "lanes", "code", "BER with segments", "codeword error", "frame loss (64 B)"]
        return Table(heads, rows, "FEC domains", frozenset({3, 4, 5}))

    def _energy(self) -> Table:
        m = self.module
        rows = [
            [t.name, number(t.power_w), number(t.energy_pj_per_bit), t.boundary, t.confidence] for t in m.energy_terms
        ]
        rows.append(["module total", number(m.power_w), number(m.energy_pj_per_bit), m.energy_boundary, ""])
        if m.published_w is not None and m.unexplained_w is not None:
            share = m.unexplained_w / m.published_w
            rows.append(["published total", number(m.published_w), "", m.energy_boundary, brief(m.published_source, 40)])
            rows.append(["unexplained by the blocks", f"{m.unexplained_w:+.2f}", "", m.energy_boundary, f"{share:+.0%} of it"])
        title = f"power of one module end; pJ per bit of the {m.payload_gbps:.0f} Gb/s payload, transmit and receive"
        return Table(["block", "W", "pJ/bit", "boundary", "confidence"], rows, title, frozenset({1, 2}))

    def __str__(self) -> str:
        m = self.module
        lane = self.worst_lane
        head = (
            f"{self.link}: {self.about}\n"
            f"{self.phy}, {self.corner} corner, limit BER {self.limit_ber:.3g} per lane: {'closes' if self.closes else 'does NOT close'}\n"
            f"physics margin {number(lane.margin_db)} dB, spec margin {number(lane.margin_spec_db)} dB, "
            f"overload margin {number(lane.margin_overload_db)} dB\n"
            f"module {number(m.power_w, 1)} W, {number(m.energy_pj_per_bit, 1)} pJ/bit; "
            f"latency {number(m.latency_ns, 0)} ns; launch OMA {number(m.launch_oma_dbm)} dBm {m.launch_set_by}"
        )
        notes = "\n".join(f"note: {w}" for w in self.warnings)
        return f"{head}\n\n{joined(self.tables())}" + (f"\n\n{notes}" if notes else "")

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.tables())


def _terms(title: str, terms: tuple[Term, ...]) -> Table:
    rows = [
        [t.name, t.plane, f"{t.value:+.2f}" if t.unit == "dB" else number(t.value), t.unit, t.confidence, brief(t.source)]
        for t in terms
    ]
    return Table(["term", "plane", "value", "unit", "confidence", "source"], rows, title, frozenset({2}))


def _compliance(lane: LaneBudget) -> Table:
    rows = [[c.name, number(c.value), number(c.limit), c.unit, number(c.room), c.confidence] for c in lane.compliance]
    heads = ["clause line", "value", "limit", "unit", "room dB", "confidence"]
    return Table(heads, rows, "clause lines of the transmitter and channel", frozenset({1, 2, 4}))


def _span(lanes: list[int]) -> str:
    """0,1,2,3 as 0-3."""
    if len(lanes) > 1 and lanes == list(range(lanes[0], lanes[-1] + 1)):
        return f"{lanes[0]}-{lanes[-1]}"
    return ",".join(str(lane) for lane in lanes)
