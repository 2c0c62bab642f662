"""Module power of every shipped design against what has been published: the residual of one shared set of blocks.

Nothing is fitted: a design names its published figure for this comparison only, and no block reads it.
"""

from dataclasses import dataclass
from typing import Any

from photonics import catalog
from photonics.links import budget
from photonics.results import Table, json_number, number


@dataclass(frozen=True)
class Residual:
    """Typical power of a design's blocks, the published figure, and what the blocks leave unexplained."""

    design: str
    technology: str
    predicted_w: float
    predicted_low_w: float
    predicted_high_w: float
    published_w: float
    source: str
    confidence: str

    @property
    def unexplained_w(self) -> float:
        return self.published_w - self.predicted_w

    def as_dict(self) -> dict[str, Any]:
        return {
            "design": self.design,
            "technology": self.technology,
            "predicted_power_w": json_number(self.predicted_w),
            "predicted_power_w_low": json_number(self.predicted_low_w),
            "predicted_power_w_high": json_number(self.predicted_high_w),
            "published_power_w": json_number(self.published_w),
            "unexplained_power_w": json_number(self.unexplained_w),
            "source": self.source,
            "confidence": self.confidence,
        }


@dataclass(frozen=True)
class Residuals:
    """One row a design that names a published power."""

    rows: tuple[Residual, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"residuals": [r.as_dict() for r in self.rows]}

    def table(self) -> Table:
        rows = [
            [
                r.design,
                r.technology,
                f"{number(r.predicted_w, 1)} ({number(r.predicted_low_w, 1)}..{number(r.predicted_high_w, 1)})",
                number(r.published_w, 1),
                f"{r.unexplained_w:+.1f}",
                f"{r.unexplained_w / r.published_w:+.0%}",
                r.confidence,
                r.source,
            ]
            for r in self.rows
        ]
        heads = ["design", "technology", "blocks W", "published W", "unexplained W", "of it", "confidence", "published by"]
        title = "module power of one set of blocks, typical corner (band: blocks in quadrature), against published figures"
        return Table(heads, rows, title, frozenset({2, 3, 4, 5}))

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table().html()


def power_residuals() -> Residuals:
    """Residuals of every link design of the catalog that names a published power, largest share first."""
    out = []
    for entry in catalog.list("link"):
        spec = catalog.load_link(entry.name)
        published = spec.module.published_power
        if published is None:
            continue
        worst, typ, best = (budget(spec, corner=c).module for c in ("worst", "typ", "best"))
        blocks = {t.name: t.power_w for t in typ.energy_terms if t.boundary == "module"}
        up = sum((t.power_w - blocks[t.name]) ** 2 for t in worst.energy_terms if t.name in blocks) ** 0.5
        down = sum((t.power_w - blocks[t.name]) ** 2 for t in best.energy_terms if t.name in blocks) ** 0.5
        out.append(
            Residual(
                spec.name, spec.technology, typ.power_w, typ.power_w - down, typ.power_w + up, published.typ, published.source,
                published.confidence,
            )
        )
    return Residuals(tuple(sorted(out, key=lambda r: -abs(r.unexplained_w / r.published_w))))
