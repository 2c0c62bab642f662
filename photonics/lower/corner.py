"""A corner picks one end of every scalar: for each field the spec says which side is the worse one.

``worst`` takes every bad end at once (no correlation is assumed to help), ``best`` every good one, ``typ`` the typical values.
A worst corner is therefore a bound, not a likely state.
"""

from typing import Any

from photonics.catalog import Sourced
from photonics.errors import InputError
from photonics.quantity import render
from photonics.results import Input
from photonics.spec.base import Spec, slots_of


def at(section: Any, field: str, corner: str) -> float:
    """Value of a scalar field in a corner, in the spec's canonical unit; the field must be there."""
    scalar = getattr(section, field)
    if scalar is None:
        raise InputError.of("", field, "nothing", "a value is needed here")
    return float(scalar.corner(corner, type(section).worst_side(field)))


def maybe(section: Any, field: str, corner: str) -> float | None:
    """As ``at``, None where the optional field is absent."""
    return None if getattr(section, field) is None else at(section, field, corner)


def ends(section: Any, field: str, corner: str) -> tuple[float, ...]:
    """The values to try for a field whose worse side depends on the others: both ends off the typical corner."""
    scalar = getattr(section, field)
    return (float(scalar.typ),) if corner == "typ" else tuple(dict.fromkeys((float(scalar.low), float(scalar.high))))


def as_input(section: Any, field: str, corner: str, label: str = "") -> Input:
    """The scalar as an input of a term: value in this corner, with unit, source and confidence."""
    scalar = getattr(section, field)
    kind: type[Spec] = type(section)
    slot = slots_of(kind).fields[field].scalar
    assert slot is not None  # only scalar fields are asked for
    side = type(section).worst_side(field)
    if side == "either" and corner != "typ" and scalar.low != scalar.high:
        text = f"{render(scalar.low, slot.dimension, 4)} to {render(scalar.high, slot.dimension, 4)}"
    else:
        text = render(at(section, field, corner) if side != "either" else scalar.typ, slot.dimension, 4)
    return Input(label or field, text, scalar.source, scalar.confidence)


def sourced(value: Sourced, label: str = "") -> Input:
    """A catalog value as an input of a term."""
    return Input(label or value.key, value.text, value.citation, value.confidence)
