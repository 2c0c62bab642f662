"""Slips of the pen: every scalar of a design file, each spoilt in every way that a reader must notice.

`mutations(text)` takes the text of a link, cable, switch or cluster file and yields spoilt texts, each with
the line that the error has to name. It knows nothing of how a file is read except the models' fields and the
places of keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from photonics.files.toml import Document, loads
from photonics.spec.base import Spec, slots_of
from photonics.spec.link import PathElement
from photonics.spec.load import MODELS, schema_kind
from photonics.spec.scalar import ScalarOf

Keys = tuple[str | int, ...]

# The keys of a scalar's table that hold numbers of its own dimension.
_NUMBERS = ("value", "min", "typ", "max", "mean", "low", "mode", "high", "median")


@dataclass(frozen=True)
class Spot:
    """One number of a scalar in a text: the field's key path, the number's own, and the spans of key and
    value."""

    field: Keys
    keys: Keys
    scalar: ScalarOf
    line: int
    field_line: int
    field_span: tuple[int, int]
    value_span: tuple[int, int]


@dataclass(frozen=True)
class Mutation:
    """A spoilt text: what was done, where, and the line that the one problem must name."""

    kind: str
    keys: Keys
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.kind}:{'.'.join(map(str, self.keys))}"


def spots(text: str) -> list[Spot]:
    """Every number of every scalar in the text of a design file."""
    document = loads(text, "design.toml")
    model = MODELS[schema_kind(document)]
    data = {key: value for key, value in document.data.items() if key != "schema"}
    found = list(_spots(document, model, data, ()))
    if isinstance(data.get("fibre"), Mapping) and model is MODELS["link"]:
        found += _spots(document, PathElement, data["fibre"], ("fibre",))
    return found


def _spots(document: Document, model: type[Spec], data: Mapping[str, Any], at: Keys) -> Iterator[Spot]:
    slots = slots_of(model)
    for key, value in data.items():
        if key not in slots.spellings:
            continue
        slot = slots.fields[slots.spellings[key][0]]
        here = (*at, key)
        if slot.scalar is not None:
            inner = (
                [(*here, name) for name in value if name in _NUMBERS]
                if isinstance(value, Mapping)
                else [here]
            )
            for keys in inner:
                yield _spot(document, here, keys, slot.scalar)
        elif slot.form == "table" and slot.model is not None:
            yield from _spots(document, slot.model, value, here)
        elif slot.form == "tables" and slot.model is not None:
            for index, element in enumerate(value):
                yield from _spots(document, slot.model, element, (*here, index))


def _spot(document: Document, field: Keys, keys: Keys, scalar: ScalarOf) -> Spot:
    field_place, place = document.place_of(field), document.place_of(keys)
    assert field_place is not None and place is not None, f"{keys} has no place"
    return Spot(
        field, keys, scalar, document.line_of(keys), document.line_of(field), field_place.key, place.value
    )


def mutations(text: str) -> Iterator[Mutation]:
    """All spoilt versions of a text, one slip each."""
    misspelt: set[Keys] = set()
    for spot in spots(text):
        for kind, value in _slips(text, spot):
            yield Mutation(kind, spot.keys, spot.line, _replaced(text, spot.value_span, value))
        if spot.field not in misspelt:
            misspelt.add(spot.field)
            start, end = spot.field_span
            # Doubling the first letter cannot turn one unit ending into another, as doubling the last could
            # (m, mm).
            key = text[start] + text[start:end]
            yield Mutation("misspelt key", spot.field, spot.field_line, _replaced(text, spot.field_span, key))


def _slips(text: str, spot: Spot) -> Iterator[tuple[str, str]]:
    dimension = spot.scalar.dimension
    written = text[slice(*spot.value_span)]
    quoted = written[:1] in "\"'"
    if dimension.unit and quoted:
        number = written[1:-1].strip().split()[0]
        yield "unit missing", f'"{number}"'
        yield "unit missing, bare number", number
    yield "wrong dimension", '"3 dB"' if not dimension.unit else _of_another_dimension(dimension.units)
    yield "NaN", "nan"
    if dimension.unit:
        yield "NaN with unit", f'"nan {dimension.unit}"'
    if dimension.low >= 0.0:
        yield "negative where impossible", f'"-1 {dimension.unit}"' if quoted and dimension.unit else "-1"


def _of_another_dimension(units: Mapping[str, Any]) -> str:
    return '"3 dB/km"' if "dB/km" not in units else '"3 ohm"'


def _replaced(text: str, span: tuple[int, int], by: str) -> str:
    return text[: span[0]] + by + text[span[1] :]
