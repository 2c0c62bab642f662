"""The result of a comparison: options side by side, each with its band, and which pairs the bands cannot separate."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from photonics.results import Table, json_number


@dataclass(frozen=True)
class Band:
    """A value with the ends that the spread of its sources gives it."""

    typ: float
    low: float
    high: float

    def times(self, factor: float) -> "Band":
        """The band times a positive factor."""
        return Band(self.typ * factor, self.low * factor, self.high * factor)

    def by(self, other: "Band") -> "Band":
        """The product with a positive band that varies by itself: the ends are the outermost of the four."""
        ends = [mine * its for mine in (self.low, self.high) for its in (other.low, other.high)]
        return Band(self.typ * other.typ, min(ends), max(ends))


ZERO = Band(0.0, 0.0, 0.0)
UNDECIDED = "undecided"  # how the status begins of what no engine here can decide


def combined(blocks: Iterable[Band]) -> Band:
    """Sum of independent blocks: typical values add, the distances to each end add in quadrature.

    Adding the ends themselves would say that every unknown is at its worst at once, and then no two options differ.
    """
    parts = list(blocks)
    typ = math.fsum(b.typ for b in parts)
    down = math.sqrt(math.fsum((b.typ - b.low) ** 2 for b in parts))
    up = math.sqrt(math.fsum((b.high - b.typ) ** 2 for b in parts))
    return Band(typ, typ - down, typ + up)


def difference(first: Mapping[str, Band], second: Mapping[str, Band]) -> Band:
    """first - second over named blocks: a block of the same name is the same class of part in both, so its ends move together."""
    out = []
    for name in dict.fromkeys([*first, *second]):
        a, b = first.get(name, ZERO), second.get(name, ZERO)
        ends = (a.low - b.low, a.typ - b.typ, a.high - b.high)
        out.append(Band(ends[1], min(ends), max(ends)))
    return combined(out)


@dataclass(frozen=True)
class Share:
    """How many cables of an option one technology carries, over what lengths, and its physics at the longest.

    ``bought_m`` are the metres of all its cables as paid for: stock lengths where there are any, else installed ones.
    Margins are of the worst corner; the two ``margin_assumed`` are that corner with every assumed or recalled input at its worst
    and at its best end.  ``link_power_w`` is of all its cables, both ends, typical.  None is what does not exist.
    """

    name: str
    end: str
    count: int
    longest_m: float
    bought_m: float
    reach: Band
    payload_gbps: float
    link_power_w: float
    margin_db: float | None
    log10_ber: float | None
    status: str
    margin_spec_db: float | None = None
    margin_assumed_worst_db: float | None = None
    margin_assumed_best_db: float | None = None
    assumed_share_db: float | None = None
    assumed_share_power: float | None = None

    @property
    def undecided(self) -> bool:
        """Whether an engine that is not built would have to say if this works."""
        return self.status.startswith(UNDECIDED)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "end": self.end,
            "count": self.count,
            "longest_m": json_number(self.longest_m),
            "bought_m": json_number(self.bought_m),
            "reach_m": json_number(self.reach.typ),
            "payload_gbps": json_number(self.payload_gbps),
            "link_power_w": json_number(self.link_power_w),
            "worst_margin_db": json_number(self.margin_db),
            "worst_pre_fec_ber": None if self.log10_ber is None else json_number(10.0**self.log10_ber),
            "log10_worst_ber": json_number(self.log10_ber),
            "margin_spec_db": json_number(self.margin_spec_db),
            "margin_assumed_worst_db": json_number(self.margin_assumed_worst_db),
            "margin_assumed_best_db": json_number(self.margin_assumed_best_db),
            "assumed_share_db": json_number(self.assumed_share_db),
            "assumed_share_power": json_number(self.assumed_share_power),
            "status": self.status,
        }


@dataclass(frozen=True)
class Option:
    """One way to cable the cluster.  ``power`` is links and switches at the plug of the IT gear, ``link_power`` its links alone.

    ``feasible`` is true only where that is known: a status that begins with "undecided" says what would have to decide it.
    ``reach`` is that of the technology that reaches farthest.

    ``freed_w`` is IT power, ``freed_facility_w`` the same at the meter (times PUE) and ``energy_value`` what that energy costs in a
    year.  It counts once: as ``extra_gpus``, or as ``lease``, or as ``energy_value``.
    """

    name: str
    ends: tuple[str, str]
    feasible: bool
    status: str
    shares: tuple[Share, ...]
    links: int
    unreached: int
    reach: Band
    blocks: dict[str, Band]  # watts of every block of the fabric, both ends of all links and the switches
    power: Band
    link_power: Band
    capex: Band
    energy: Band  # J/bit x 1e12 of one end, mean over the links
    hard_failures: Band
    flaps: Band
    freed_w: Band
    extra_gpus: Band
    extra_gpus_naive: Band
    lease: Band
    freed_facility_w: Band
    energy_value: Band
    worst_margin_db: float | None
    log10_worst_ber: float | None
    latency_ns: float | None
    confidence: str

    @property
    def undecided(self) -> bool:
        """Whether nothing stands against the option but that no engine here can decide it."""
        return not self.feasible and self.status.startswith(UNDECIDED)

    @property
    def verdict(self) -> str:
        """``yes``, ``no`` or ``undecided``."""
        return "yes" if self.feasible else UNDECIDED if self.undecided else "no"

    @property
    def payload_gbps(self) -> float | None:
        """Payload of one link; None where the option mixes rates or carries nothing."""
        rates = {s.payload_gbps for s in self.shares}
        return rates.pop() if len(rates) == 1 else None

    @property
    def margin_spec_db(self) -> float | None:
        """The least spec margin of its technologies, worst corner, among those that have one."""
        return _least(s.margin_spec_db for s in self.shares)

    @property
    def margin_assumed_worst_db(self) -> float | None:
        """The least physics margin with every hypothesis at its worst end."""
        return _least(s.margin_assumed_worst_db for s in self.shares)

    @property
    def margin_assumed_best_db(self) -> float | None:
        """The least physics margin with every hypothesis at its best end, all else in the worst corner."""
        return _least(s.margin_assumed_best_db for s in self.shares)

    @property
    def assumed_share_db(self) -> float | None:
        """The part of its losses, guards and penalties in dB that rests on hypotheses, of the technology with the least margin."""
        known = [s for s in self.shares if s.assumed_share_db is not None]
        if not known:
            return None
        return min(known, key=lambda s: -math.inf if s.margin_db is None else s.margin_db).assumed_share_db

    @property
    def assumed_share_power(self) -> float | None:
        """The part of the links' watts in blocks whose inputs are assumed or recalled; switches do not count."""
        known = [(s.link_power_w, s.assumed_share_power) for s in self.shares if s.assumed_share_power is not None]
        total = math.fsum(watts for watts, _ in known)
        return math.fsum(watts * part for watts, part in known) / total if total > 0.0 else None

    def as_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "name": self.name,
            "ends": list(self.ends),
            "feasible": self.feasible,
            "status": self.status,
            "worst_margin_db": json_number(self.worst_margin_db),
            "worst_pre_fec_ber": None if self.log10_worst_ber is None else json_number(10.0**self.log10_worst_ber),
            "log10_worst_ber": json_number(self.log10_worst_ber),
            "margin_spec_db": json_number(self.margin_spec_db),
            "margin_assumed_worst_db": json_number(self.margin_assumed_worst_db),
            "margin_assumed_best_db": json_number(self.margin_assumed_best_db),
            "assumed_share_db": json_number(self.assumed_share_db),
            "assumed_share_power": json_number(self.assumed_share_power),
            "reach_m": json_number(self.reach.typ),
            "reach_m_low": json_number(self.reach.low),
            "reach_m_high": json_number(self.reach.high),
            "payload_gbps": json_number(self.payload_gbps),
            "latency_ns": json_number(self.latency_ns),
            "confidence": self.confidence,
            "energy_boundary": "module",
            "energy_ends": 1,
            "rate_basis": "payload",
            "shares": [s.as_dict() for s in self.shares],
            "power_blocks": [
                {"name": n, "power_w": json_number(b.typ), "power_w_low": json_number(b.low), "power_w_high": json_number(b.high)}
                for n, b in self.blocks.items()
            ],
            "unreached": self.unreached,
        }
        bands = {
            "power_w": (self.power, 1.0),
            "link_power_w": (self.link_power, 1.0),
            "capex_usd": (self.capex, 1.0),
            "energy_pj_per_bit": (self.energy, 1.0),
            "hard_failures_per_day": (self.hard_failures, 1.0),
            "flaps_per_day": (self.flaps, 1.0),
            "freed_it_kw": (self.freed_w, 1e-3),
            "extra_gpus": (self.extra_gpus, 1.0),
            "extra_gpus_naive": (self.extra_gpus_naive, 1.0),
            "lease_value_usd_per_year": (self.lease, 1.0),
            "freed_facility_kw": (self.freed_facility_w, 1e-3),
            "energy_value_usd_per_year": (self.energy_value, 1.0),
        }
        for name, (band, scale) in bands.items():
            for suffix, value in (("", band.typ), ("_low", band.low), ("_high", band.high)):
                # An option that carries no cable has no power, price or worth: null, and its status says why.
                plain = json_number(value * scale) if self.shares else None
                out[name + suffix] = int(plain) if name.startswith("extra") and plain is not None else plain
        return out


@dataclass(frozen=True)
class Comparison:
    """Every option of a cluster (or of one link), the reference among them, and the pairs that cannot be told apart."""

    name: str
    about: str
    options: tuple[Option, ...]
    reference: str
    overlaps: tuple[tuple[str, str], ...]
    links: dict[str, int]
    switches: dict[str, int]
    longest_m: float
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "about": self.about,
            "reference": self.reference,
            "options": [o.as_dict() for o in self.options],
            "overlaps": [list(pair) for pair in self.overlaps],
            "links": dict(self.links),
            "switches": dict(self.switches),
            "longest_m": json_number(self.longest_m),
            "notes": list(self.notes),
        }

    @property
    def single(self) -> bool:
        """Whether this is one link and not a cluster: then watts and dollars are the right size."""
        return not self.switches

    @property
    def basis(self) -> str:
        """What the bands of ``overlaps`` are of: links of different rates are told apart by their energy, not by their watts."""
        return "energy per bit" if self.single else "power"

    def table(self) -> Table:
        """One row an option: power, energy, money, failures, freed power, each typical with its band."""
        from .comparison_tables import costs

        return costs(self)

    def margins(self) -> Table:
        """One row an option: reach, spec and physics margin, and how much of its dB and watts rests on hypotheses."""
        from .comparison_tables import margins

        return margins(self)

    def cables(self) -> Table:
        """Which technology carries how many cables of a cluster, and how far."""
        from .comparison_tables import cables

        return cables(self)

    def tables(self) -> list[Table]:
        """The tables of the terminal and of the notebook; one link has no cables to count."""
        return [self.table(), self.margins(), *([] if self.single else [self.cables()])]

    def undecidable(self) -> dict[str, list[str]]:
        """``overlaps`` by its first name, so that many options still make few lines."""
        found: dict[str, list[str]] = {}
        for a, b in self.overlaps:
            found.setdefault(a, []).append(b)
        return found

    def verdicts(self) -> list[str]:
        """A line for every reason why options do not work, or why nobody can tell."""
        found: dict[tuple[str, str], list[str]] = {}
        for o in self.options:
            if not o.feasible:
                reason = o.status.removeprefix(f"{UNDECIDED}: ") if o.undecided else o.status
                found.setdefault((UNDECIDED if o.undecided else "not feasible", reason), []).append(o.name)
        return [f"{verdict}: {', '.join(names)} ({reason})" for (verdict, reason), names in found.items()]

    def __str__(self) -> str:
        from .comparison_tables import text

        return text(self)

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.tables())


def _least(values: Iterable[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return min(known) if known else None
