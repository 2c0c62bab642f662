"""The result of a comparison: options side by side, each with its band, and which pairs the bands cannot separate."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from photonics.results import Table, json_number, number, ratio


@dataclass(frozen=True)
class Band:
    """A value with the ends that the spread of its sources gives it."""

    typ: float
    low: float
    high: float

    def times(self, factor: float) -> "Band":
        """The band times a positive factor."""
        return Band(self.typ * factor, self.low * factor, self.high * factor)


ZERO = Band(0.0, 0.0, 0.0)


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
    """How many cables of an option one technology carries, over what lengths, and its physics at the longest."""

    name: str
    end: str
    count: int
    longest_m: float
    margin_db: float | None
    log10_ber: float | None
    status: str
    assumed_share: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "end": self.end,
            "count": self.count,
            "longest_m": json_number(self.longest_m),
            "worst_margin_db": json_number(self.margin_db),
            "worst_pre_fec_ber": None if self.log10_ber is None else json_number(10.0**self.log10_ber),
            "log10_worst_ber": json_number(self.log10_ber),
            "status": self.status,
        }


@dataclass(frozen=True)
class Option:
    """One way to cable the cluster.  ``power`` is links and switches at the plug of the IT gear, ``link_power`` its links."""

    name: str
    ends: tuple[str, str]
    feasible: bool
    status: str
    shares: tuple[Share, ...]
    links: int
    unreached: int
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
    worst_margin_db: float | None
    log10_worst_ber: float | None
    latency_ns: float | None
    confidence: str

    def as_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "name": self.name,
            "ends": list(self.ends),
            "feasible": self.feasible,
            "status": self.status,
            "worst_margin_db": json_number(self.worst_margin_db),
            "worst_pre_fec_ber": None if self.log10_worst_ber is None else json_number(10.0**self.log10_worst_ber),
            "log10_worst_ber": json_number(self.log10_worst_ber),
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

    def table(self) -> Table:
        """One row an option, typical value with its band under the heads people compare."""
        watts, dollars = (("W", 1.0, 1), ("USD", 1.0, 0)) if self.single else (("kW", 1e-3, 1), ("MUSD", 1e-6, 2))
        heads = ["option", "feasible", f"power {watts[0]}", "pJ/bit/end", f"capex {dollars[0]}", "margin dB", "worst BER"]
        rows = []
        for o in self.options:
            if not o.shares:
                rows.append([o.name, "no", *["-"] * (5 if self.single else 8), o.confidence])
                continue
            row = [
                o.name,
                "yes" if o.feasible else "no",
                _band(o.power, *watts[1:]),
                _band(o.energy, 1.0, 1),
                _band(o.capex, *dollars[1:]),
                number(o.worst_margin_db),
                ratio(o.log10_worst_ber),
            ]
            if not self.single:
                is_reference = o.name == self.reference
                row.append(_band(o.hard_failures, 1.0, 2))
                row.append("reference" if is_reference else _band(o.freed_w, 1e-3, 1))
                row.append("-" if is_reference else f"{o.extra_gpus.typ:.0f}")
            rows.append([*row, o.confidence])
        if not self.single:
            heads += ["hard/day", "freed kW", "GPUs"]
        heads.append("rests on")
        return Table(heads, rows, f"{self.name}: {self.about}", frozenset(range(2, len(heads) - 1)))

    def shares(self) -> Table:
        """Which technology carries how many cables, and how far."""
        rows = [
            [o.name, s.name, str(s.count), number(s.longest_m, 1), number(s.margin_db), ratio(s.log10_ber), s.status]
            for o in self.options
            for s in o.shares
        ]
        heads = ["option", "technology", "cables", "longest m", "margin dB", "pre-FEC BER", "status"]
        return Table(heads, rows, "cables by technology", frozenset({2, 3, 4, 5}))

    def __str__(self) -> str:
        lines = [str(self.table()), "", str(self.shares()), ""]
        lines += [f"not decidable on power: {a} against {b} (the band of their difference holds zero)" for a, b in self.overlaps]
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.table().html() + self.shares().html()


def _band(band: Band, scale: float, digits: int) -> str:
    return f"{number(band.typ * scale, digits)} ({number(band.low * scale, digits)}..{number(band.high * scale, digits)})"
