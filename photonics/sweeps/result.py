"""What a sweep answers: how many points, how fast, and what became of them; printable, and plain as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from photonics.results.table import joined

from .showing import tables

if TYPE_CHECKING:
    from .plan import Plan


@dataclass(frozen=True)
class SweepResult:
    """A sweep that is complete.

    ``reductions`` are the results in the order of the plan, as plain tables, each with its ``kind``; the first counts the
    points by status.  ``computed`` counts the points of this run; an earlier one may have left the others.  ``store`` and
    ``export`` are where the points lie, or None.  ``explanation`` says in words what was planned: axes, draws, what is
    lowered once and what for every block.
    """

    name: str
    design: str
    points: int
    digest: str
    outputs: tuple[Mapping[str, Any], ...]
    reductions: tuple[Mapping[str, Any], ...]
    computed: int
    seconds: float
    store: str | None = None
    export: str | None = None
    explanation: tuple[str, ...] = ()
    plan: "Plan | None" = field(default=None, compare=False, repr=False)

    @property
    def points_per_second(self) -> float | None:
        """Rate of this run; None where there was nothing left to compute."""
        return self.computed / self.seconds if self.computed and self.seconds > 0.0 else None

    def reduction(self, kind: str, number: int = 0) -> Mapping[str, Any]:
        """The ``number``-th result of a kind: "status", "quantiles", "histogram", "yield", "pareto", "best".

        :raises KeyError: there is none.
        """
        found = [r for r in self.reductions if r["kind"] == kind]
        if number >= len(found):
            raise KeyError(f"no {kind} number {number} among {[r['kind'] for r in self.reductions]}")
        return found[number]

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "design": self.design,
            "points": self.points,
            "computed": self.computed,
            "points_per_second": self.points_per_second,
            "seconds": self.seconds,
            "status": "ok" if self.computed else "nothing was left to compute",
            "outputs": [dict(row) for row in self.outputs],
            "digest": self.digest,
            "reductions": [dict(row) for row in self.reductions],
            "store": self.store,
            "export": self.export,
            "explanation": list(self.explanation),
        }

    def __str__(self) -> str:
        rate = self.points_per_second
        speed = f" in {self.seconds:.2f} s, {rate:.3g} per second" if rate else ", all from an earlier run"
        lines = [f"{self.name}: {self.points} points of {self.design}{speed}", f"digest {self.digest[:16]}"]
        if self.plan is not None:
            seed = "" if self.plan.seed is None else f", seed {self.plan.seed}"
            drawn = [axis.path for axis in self.plan.columns if axis.scatter]
            lines.append(f"{self.plan.method}{seed}" + (f"; {len(drawn)} scalars drawn from the design's ranges or distributions" if drawn else ""))
            lines += self.plan.notes
            if self.plan.still:
                lines.append(f"left at their values although they have a range: {', '.join(self.plan.still)}")
            if self.plan.keep and not self.store and not self.export:
                lines.append("the points themselves are not kept: no store and no export was asked for")
        lines += [f"{what}: {where}" for what, where in (("store", self.store), ("export", self.export)) if where]
        return "\n".join(lines) + "\n\n" + joined(table for row in self.reductions for table in tables(row))

    def _repr_html_(self) -> str:
        return "".join(table.html() for row in self.reductions for table in tables(row))
