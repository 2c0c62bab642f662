"""A term of a budget: one number with its name, plane, unit, equation, inputs, source and confidence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .table import json_number

# From what one may lean on to what one may not; a figure is no better than its weakest input.
CONFIDENCES = ("measured", "seen", "derived", "stated", "recalled", "assumed")


def weakest(confidences: Iterable[str]) -> str:
    """The least trustworthy of several confidences; "derived" where there is none (arithmetic on constants only)."""
    found = [CONFIDENCES.index(c) for c in confidences]
    return CONFIDENCES[max(found)] if found else "derived"


@dataclass(frozen=True)
class Input:
    """One input of a term: its name, value and unit as shown to people, where it came from and how far to trust it."""

    name: str
    value: str
    source: str
    confidence: str

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "value": self.value, "source": self.source, "confidence": self.confidence}


@dataclass(frozen=True)
class Term:
    """One line of a budget.

    ``unit`` is ``dBm`` for a level at a plane and ``dB`` for a loss (positive lowers the signal) or a penalty.  ``kind`` is
    ``level``, ``loss``, ``penalty``, ``guard``, ``result`` or ``note``; only losses and guards are added up along the path.
    """

    name: str
    plane: str
    value: float
    unit: str
    kind: str
    equation: str = ""
    inputs: tuple[Input, ...] = field(default=())
    source: str = ""
    confidence: str = ""

    def __post_init__(self) -> None:
        if not self.confidence:
            object.__setattr__(self, "confidence", weakest(i.confidence for i in self.inputs))
        if not self.source:
            distinct = dict.fromkeys(i.source for i in self.inputs if i.source)
            object.__setattr__(self, "source", "; ".join(distinct) if distinct else "arithmetic on the terms above")

    def as_dict(self, explain: bool = False) -> dict[str, Any]:
        """JSON form; the value's key carries its unit (``value_db``, ``value_dbm``, ``value_usd_per_year``)."""
        out: dict[str, Any] = {
            "name": self.name,
            "plane": self.plane,
            "kind": self.kind,
            f"value_{self.unit.lower().replace('/', '_per_').replace(' ', '_')}": json_number(self.value),
            "source": self.source,
            "confidence": self.confidence,
        }
        if explain:
            out["equation"] = self.equation
            out["inputs"] = [i.as_dict() for i in self.inputs]
        return out
