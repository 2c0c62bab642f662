"""How much of a budget rests on what nobody has read: the share of its dB, and the margin with those inputs at either end."""

import math
from dataclasses import replace
from typing import Any

from photonics.lower.link import lane_case
from photonics.results import Assumptions, Term
from photonics.spec.base import Spec
from photonics.spec.link import LinkSpec
from photonics.spec.scalar import Scalar

from .launch import SetPoint, walk
from .limits import Limit
from .sensitivity import sensitivity

HYPOTHESES = ("assumed", "recalled")


def assumptions(
    spec: LinkSpec, lane: int, corner: str, life: str, point: SetPoint, limit: Limit, terms: tuple[Term, ...]
) -> Assumptions:
    """Share of the losses, guards and penalties whose confidence is assumed (and recalled), and the margin's two ends.

    The ends move every assumed and recalled scalar of the design to its best or worst end and leave the others in the corner;
    the module stays set as it is, unless its stated launch is such a scalar itself.
    """
    # A penalty that no power pays (an error floor) has no dB to share.
    counted = [t for t in terms if t.kind in ("loss", "guard", "penalty") and math.isfinite(t.value)]
    total = sum(abs(t.value) for t in counted)
    by = {c: sum(abs(t.value) for t in counted if t.confidence == c) for c in HYPOTHESES}
    ends = []
    for end in ("worst", "best"):
        moved = lane_case(_moved(spec, end), lane, corner, life)
        sense = sensitivity(moved, limit, detail=False)
        way = walk(moved, point)
        ends.append(None if sense.oma_dbm is None else way.launch_oma_dbm - moved.optical_loss_db - sense.oma_dbm)
    return Assumptions(total, by["assumed"], by["recalled"], ends[0], ends[1])


def _moved(value: Any, end: str, side: str = "") -> Any:
    """A copy of a description with every hypothesis collapsed to one end; a scalar without a worse side keeps its range."""
    if isinstance(value, Scalar):
        if value.confidence not in HYPOTHESES or side not in ("high", "low"):
            return value
        at_end = value.high if (end == "worst") == (side == "high") else value.low
        return replace(value, typ=at_end, low=at_end, high=at_end)
    if isinstance(value, tuple):
        return tuple(_moved(v, end) for v in value)
    if isinstance(value, Spec):
        kind = type(value)
        changed = {}
        for name in kind.model_fields:
            old = getattr(value, name)
            new = _moved(old, end, kind.worst_side(name) if isinstance(old, Scalar) else "")
            if new is not old:
                changed[name] = new
        return value.model_copy(update=changed) if changed else value
    return value
