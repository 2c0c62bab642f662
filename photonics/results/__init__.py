"""Result values: frozen, comparable, printable.  They hold answers and know how to show them, never how to compute them."""

from .budget import Budget, ClauseLine, EnergyTerm, LaneBudget, LatencyTerm, ModuleResult, PortResult, Segment
from .curves import BerCurve, BerPoint, FecResult
from .explanation import Explanation
from .table import Table, brief, json_number, number, ratio
from .term import Input, Term, weakest

__all__ = [
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
    "ratio",
    "weakest",
]
