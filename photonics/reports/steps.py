"""The terms of a lane as the columns of a waterfall: what stands where, before anything is drawn."""

import math
from dataclasses import dataclass

from photonics.results import LaneBudget


@dataclass(frozen=True)
class Step:
    """One column: a level (`top` is `bottom`) or what takes the light from `top` down to `bottom`, in dBm."""

    name: str
    kind: str
    zone: str
    top: float
    bottom: float
    assumed: bool

    @property
    def known(self) -> bool:
        """Whether there is a number to draw."""
        return math.isfinite(self.top) and math.isfinite(self.bottom)


def steps(lane: LaneBudget) -> list[Step]:
    """The physics terms of a lane as columns, from the laser to the margin.

    The receiver's terms say how far the need rises above that of a receiver with thermal and shot noise
    alone. Drawn downwards from the received OMA they end above that need by the margin: received OMA -
    sensitivity.
    """
    out: list[Step] = []
    level, need = math.nan, None
    inside_receiver = False
    for term in lane.terms:
        assumed = term.confidence == "assumed"
        inside_receiver = inside_receiver or term.plane == "TP3-TP4"
        if term.kind == "level" and term.plane == "TP3-TP4":
            need = Step(term.name, "level", "TP4", term.value, term.value, assumed)
        elif term.kind == "level" and not inside_receiver:
            level = term.value
            out.append(Step(term.name, "level", term.plane, level, level, assumed))
        elif term.kind in ("loss", "guard", "penalty"):
            below = level - term.value
            out.append(Step(term.name, term.kind, term.plane, level, below, assumed))
            level = below
    if need is not None:
        out.append(need)
        weak = any(t.confidence == "assumed" for t in lane.terms if t.kind == "result")
        arrives = math.nan if lane.margin_db is None else need.top + lane.margin_db
        out.append(Step("physics margin", "margin", "TP4", arrives, need.top, weak))
    return out
