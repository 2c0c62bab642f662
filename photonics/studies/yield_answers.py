"""What a yield study answers: shares with intervals, quantiles, budgets side by side; printable, and plain as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from photonics.quantity import render
from photonics.results import Table, json_number, number, percent


@dataclass(frozen=True)
class CurvePoint:
    """Yield at a value of a limit or of a parameter, with its 95 % interval."""

    at: float
    share: float
    low: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        return {"at": json_number(self.at), "yield": self.share, "yield_ci95": [self.low, self.high]}


@dataclass(frozen=True)
class LimitYield:
    """One limit by itself: draws that keep it, of how many, and the yield against other values of the limit."""

    limit: str
    good: int
    points: int
    ci95: tuple[float, float]
    curve: tuple[CurvePoint, ...]

    @property
    def share(self) -> float:
        return self.good / self.points

    def as_dict(self) -> dict[str, Any]:
        return {
            "limit": self.limit,
            "yield": self.share,
            "yield_ci95": list(self.ci95),
            "good": self.good,
            "curve": [point.as_dict() for point in self.curve],
        }


@dataclass(frozen=True)
class Budgeted:
    """One limited output three ways, each at its unlucky end; ``value`` is the limit's own.

    ``nominal`` is the design as it stands; ``worst_case`` all scalars at their worst corner (None where there is no such evaluator);
    ``centre`` the output at the mean of all draws, ``sigma`` the root of the sum of squares of derivative times sigma, ``rss`` the centre
    less (or plus) 3.09 sigma; ``monte_carlo`` the quantile of the draws that as many lie beyond, 0.1 %.  ``parts`` are the products
    derivative times sigma, largest first.
    """

    limit: str
    output: str
    value: float
    nominal: float
    worst_case: float | None
    centre: float
    sigma: float
    rss: float
    monte_carlo: float
    parts: tuple[tuple[str, float], ...]
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "limit": self.limit,
            "nominal": json_number(self.nominal),
            "worst_case": json_number(self.worst_case),
            "mean_point": json_number(self.centre),
            "rss_sigma": json_number(self.sigma),
            "rss_0p1_percent": json_number(self.rss),
            "monte_carlo_0p1_percent": json_number(self.monte_carlo),
            "parts": [{"path": path, "contribution": json_number(value)} for path, value in self.parts],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class LaneBounds:
    """A module of equal lanes: between the yield of a lane to the power of their number (independent of each other) and the yield of a
    lane itself (all scatter as one).  ``ci95`` spans both intervals."""

    lanes: int
    independent: float
    common: float
    ci95: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        return {"lanes": self.lanes, "independent": self.independent, "fully_common": self.common, "ci95": list(self.ci95)}


@dataclass(frozen=True)
class Yield:
    """The share of draws that keep all limits; ``bad`` counts draws without an answer by reason, ``located`` shows the first of them."""

    design: str
    conditions: str
    limits: tuple[str, ...]
    points: int
    seed: int
    ranges: str
    drawn: tuple[str, ...]
    good: int
    ci95: tuple[float, float]
    each: tuple[LimitYield, ...]
    quantiles: Mapping[str, tuple[tuple[float, float], ...]]
    units: Mapping[str, str]
    bad: Mapping[str, int]
    located: tuple[Mapping[str, Any], ...]
    budgets: tuple[Budgeted, ...]
    module: LaneBounds | None
    against: str | None
    against_dimension: str
    curve: tuple[CurvePoint, ...]

    @property
    def share(self) -> float:
        return self.good / self.points

    def tables(self) -> list[Table]:
        draws = f"{self.points} draws of {len(self.drawn)} parameters, ranges {self.ranges}, seed {self.seed}"
        title = f"{self.design}, {self.conditions}: {draws}"
        rows = [["all limits", percent(self.share), _interval(self.ci95)]]
        rows += [[one.limit, percent(one.share), _interval(one.ci95)] for one in self.each]
        if self.module is not None:
            m = self.module
            rows.append([f"module of {m.lanes} equal lanes", f"{percent(m.independent)} .. {percent(m.common)}", _interval(m.ci95)])
        tables = [Table(["limit", "yield", "95 %"], rows, title, frozenset({1, 2}))]
        shares = [p for p, _ in next(iter(self.quantiles.values()))]
        rows = [[f"{name}, {self.units[name]}", *(number(v, 3) for _, v in row)] for name, row in self.quantiles.items()]
        heads = ["quantiles", *(f"{100.0 * p:g} %" for p in shares)]
        tables.append(Table(heads, rows, "", frozenset(range(1, len(heads)))))
        rows = [
            [b.limit, number(b.nominal, 3), number(b.worst_case, 3), number(b.centre, 3), number(b.sigma, 4), number(b.rss, 3), number(b.monte_carlo, 3)]
            for b in self.budgets
        ]
        heads = ["budget", "as it stands", "worst case", "at the means", "RSS sigma", "RSS 0.1 %", "Monte Carlo 0.1 %"]
        tables.append(Table(heads, rows, "worst case beside statistics", frozenset(range(1, 7))))
        if self.against is not None:
            rows = [[render(p.at, self.against_dimension, 6), percent(p.share), _interval((p.low, p.high))] for p in self.curve]
            tables.append(Table([self.against, "yield", "95 %"], rows, "", frozenset({0, 1, 2})))
        return tables

    def __str__(self) -> str:
        said = [str(table) for table in self.tables()]
        if self.module is not None:
            said.append("module: from all lanes independent (yield to the power of their number) to all lanes scattering as one")
        if self.bad:
            said.append("draws without an answer: " + ", ".join(f"{n} {why}" for why, n in self.bad.items()))
        said += sorted({note for b in self.budgets for note in b.notes})
        return "\n\n".join(said)

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.tables())

    def as_dict(self) -> dict[str, Any]:
        return {
            "study": "yield",
            "design": self.design,
            "conditions": self.conditions,
            "limits": list(self.limits),
            "points": self.points,
            "seed": self.seed,
            "ranges": self.ranges,
            "drawn": list(self.drawn),
            "good": self.good,
            "yield": self.share,
            "yield_ci95": list(self.ci95),
            "each": [one.as_dict() for one in self.each],
            "quantiles": {name: [{"at": p, "value": json_number(v)} for p, v in row] for name, row in self.quantiles.items()},
            "units": dict(self.units),
            "bad_points": dict(self.bad),
            "bad_located": [dict(row) for row in self.located],
            "budgets": [b.as_dict() for b in self.budgets],
            "module": None if self.module is None else self.module.as_dict(),
            "against": self.against,
            "curve": [point.as_dict() for point in self.curve],
        }


def _interval(ends: tuple[float, float]) -> str:
    return f"{percent(ends[0])} .. {percent(ends[1])}"
