"""Result values: frozen, comparable, printable.  They hold answers and know how to show them, never how to compute them."""

from .budget import Budget, without_decision
from .curves import BerCurve, BerPoint, FecResult
from .explanation import Explanation
from .parts import (
    Assumptions,
    ClauseLine,
    EnergyTerm,
    LaneBudget,
    LatencyTerm,
    ModuleResult,
    PortResult,
    Segment,
)
from .table import Table, brief, json_number, number, percent, ratio
from .term import Input, Term, weakest

__all__ = [
    "Assumptions",
    "BerCurve",
    "BerPoint",
    "Budget",
    "ClauseLine",
    "EnergyTerm",
    "Explanation",
    "FecResult",
    "Input",
    "LaneBudget",
    "LatencyTerm",
    "ModuleResult",
    "PortResult",
    "Segment",
    "Table",
    "Term",
    "brief",
    "json_number",
    "number",
    "percent",
    "ratio",
    "weakest",
    "without_decision",
]
