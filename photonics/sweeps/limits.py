"""Limits on outputs as a sweep file writes them: ``margin_db >= 0``."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from photonics.errors import nearest, shown
from photonics.results.evaluator import OutputInfo
from photonics.spec.scalar import Fault

_FORM = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(>=|<=|>|<)\s*([+-]?[0-9.][0-9.eE_+-]*)\s*(\S.*?)?\s*")
_ALLOWED = 'an output, >= or <=, and a number in its unit, such as "margin_db >= 0"'


@dataclass(frozen=True)
class Limit:
    """``output >= value`` (``at_least``) or ``output <= value``, in the unit of the output; just met is met."""

    output: str
    at_least: bool
    value: float

    def __str__(self) -> str:
        return f"{self.output} {'>=' if self.at_least else '<='} {repr(self.value).removesuffix('.0')}"

    def holds(self, outputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Where the limit holds; not where there is no output."""
        found = outputs[self.output]
        result: np.ndarray = found >= self.value if self.at_least else found <= self.value
        return result


def read_limit(text: str, outputs: Mapping[str, OutputInfo]) -> Limit | Fault:
    """A limit from its text, or what is wrong with it."""
    match = _FORM.fullmatch(text)
    if match is None:
        return Fault((), shown(text), _ALLOWED)
    name, sign, number, unit = match.groups()
    if name not in outputs:
        return Fault((), shown(name), "an output of the design", nearest(name, outputs))
    value = read_number(f"{number} {unit or ''}", outputs[name])
    if isinstance(value, Fault):
        return value
    if sign in (">", "<"):
        return Fault((), shown(text), f"{sign}= (a limit that is just met counts as met)")
    return Limit(name, sign == ">=", value)


def read_number(raw: object, info: OutputInfo) -> float | Fault:
    """A number in the unit of an output: bare, or a text with that unit."""
    unit = "" if info.unit == "1" else info.unit
    allowed = f"a number in {unit}" if unit else "a number without a unit"
    if isinstance(raw, str):
        number, _, said = raw.strip().partition(" ")
        if said.strip() not in ("", unit):
            return Fault((), shown(raw), allowed)
        try:
            value = float(number.replace("_", ""))
        except ValueError:
            return Fault((), shown(raw), allowed)
    elif isinstance(raw, bool) or not isinstance(raw, int | float):
        return Fault((), shown(raw), allowed)
    else:
        value = float(raw)
    return value if math.isfinite(value) else Fault((), shown(raw), allowed)
