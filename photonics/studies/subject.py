"""What a study is about: an evaluator, made of a design or given, and the conditions it stands under."""

from dataclasses import dataclass
from typing import Any

from photonics.errors import InputError, nearest, shown
from photonics.results.evaluator import Evaluator
from photonics.spec.corner import check_corner, check_life

SET_POINTS = ("held", "solved")


@dataclass(frozen=True)
class Subject:
    """The evaluator; ``worst`` is the same design with everything at its worst corner, where that can be had."""

    evaluator: Evaluator
    conditions: str
    worst: Evaluator | None = None


def subject(design: Any, *, corner: str, life: str, set_point: str, with_worst: bool = False) -> Subject:
    """The evaluator of a catalog name, a file or a spec; one that is given already (it has ``bind``) is taken as it is.

    :raises InputError: an unknown design or condition.
    """
    check_corner(corner)
    check_life(life)
    if set_point not in SET_POINTS:
        raise InputError.of("", "set_point", shown(set_point), " or ".join(SET_POINTS), nearest(str(set_point), SET_POINTS))
    if hasattr(design, "bind"):
        return Subject(design, "as given")
    from photonics.sweeps.evaluators import evaluator

    made = evaluator(design, corner=corner, life=life, set_point=set_point)
    worst = evaluator(design, corner="worst", life=life, set_point=set_point) if with_worst else None
    return Subject(made, f"{corner} corner, {life} of life, set point {set_point}", worst)
