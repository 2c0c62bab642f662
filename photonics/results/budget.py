"""The budget of a link: ordered terms per lane, FEC domains, module power, spec and physics side by side."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

from .parts import Assumptions, LaneBudget, ModuleResult, PortResult
from .table import Table, joined, json_number, number

GUARD_DB = 1e-9  # float noise at a limit is no violation


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
    life: str = "end"
    assumptions: Assumptions | None = None
    typical: "Budget | None" = None  # the typical corner beside another one, for the tables
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
            "life": self.life,
            "limit_ber": json_number(self.limit_ber),
            "limit_source": self.limit_source,
            "closes": self.closes,
            "lanes": [lane.as_dict() for lane in self.lanes],
            "ports": [port.as_dict() for port in self.ports],
            "module": self.module.as_dict(),
            "assumptions": None if self.assumptions is None else self.assumptions.as_dict(),
            "warnings": list(self.warnings),
        }

    def tables(self) -> list[Table]:
        """The tables of the terminal and of the notebook: worst lane's terms, lanes, ports, module; typical values beside."""
        from .budget_tables import tables

        return tables(self)

    def __str__(self) -> str:
        m = self.module
        lane = self.worst_lane
        verdict = "closes" if self.closes else (m.status if m.status.startswith("undecided") else "does NOT close")
        head = [
            f"{self.link}: {self.about}",
            f"{self.phy}, {self.corner} corner, {self.life} of life, limit BER {self.limit_ber:.3g} per lane: {verdict}",
            f"physics margin {number(lane.margin_db)} dB, spec margin {number(lane.margin_spec_db)} dB, "
            f"overload margin {number(lane.margin_overload_db)} dB",
        ]
        if self.assumptions is not None:
            head.append(str(self.assumptions))
        head.append(
            f"module {number(m.power_w, 1)} W, {number(m.energy_pj_per_bit, 1)} pJ/bit; latency {number(m.latency_ns, 0)} ns; "
            f"launch OMA {number(m.launch_oma_dbm)} dBm {m.launch_set_by}"
        )
        notes = "\n".join(f"note: {w}" for w in self.warnings)
        return "\n".join(head) + f"\n\n{joined(self.tables())}" + (f"\n\n{notes}" if notes else "")

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.tables())


def without_decision(found: Budget, reason: str) -> Budget:
    """The budget of a design whose decision needs an engine that is not built: losses and power stay, margins and error ratios go.

    ``reason`` is the design's own; a guess in their place would be worse than none.
    """
    status = f"undecided: {reason}"
    lanes = tuple(
        replace(
            lane,
            terms=tuple(t for t in lane.terms if t.plane != "TP3-TP4" and t.name not in ("sensitivity", "physics margin")),
            spec_terms=(),
            sensitivity_oma_dbm=None,
            margin_db=None,
            margin_spec_db=None,
            log10_ber=math.nan,
            mpi_quasi_static_db=None,
            mpi_upper_bound_db=None,
            status=status,
            spec_status=status,
        )
        for lane in found.lanes
    )
    ports = tuple(replace(p, log10_ber=math.nan, log10_codeword=None, log10_frame=None, status=status) for p in found.ports)
    module = replace(
        found.module, margin_db=None, margin_spec_db=None, log10_ber=math.nan, need_oma_dbm=None, status=status
    )
    return replace(found, lanes=lanes, ports=ports, module=module, warnings=(status, *found.warnings[1:]))
