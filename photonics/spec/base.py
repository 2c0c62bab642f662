"""What all specs share: frozen pydantic models whose scalar fields may carry their unit in the key.

`slots_of` tells what a model's fields are, so that files can be merged, checked and located field by field;
`Spec` is the base class.
"""

import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError, core_schema

from photonics.errors import nearest, shown
from photonics.spec.scalar import Fault, Given, Scalar, ScalarOf, Side


class Values(Protocol):
    """Field values by name, as a dictionary's `get` gives them."""

    def get(self, name: str, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Slot:
    """One field of a spec: `form` is "scalar", "table", "tables" (an array of tables) or "plain"."""

    name: str
    form: str
    required: bool
    scalar: ScalarOf | None = None
    model: "type[Spec] | None" = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slots:
    """The fields of a model, and every spelling of a key that reaches one: `length`, `length_m`, `length_km`."""

    fields: dict[str, Slot]
    spellings: dict[str, tuple[str, str]]

    def likely(self, key: str, present: "set[str] | frozenset[str]") -> str | None:
        """The field that a misspelt key probably means, one that is not there for choice."""
        absent = {s: f for s, (f, _) in self.spellings.items() if f not in present}
        for choices in (absent, {s: f for s, (f, _) in self.spellings.items()}):
            close = nearest(key, choices, 1)
            if close:
                return choices[close[0]]
        return None

    def nearest(self, key: str) -> tuple[str, ...]:
        """Names to offer for an unknown key: fields first, spellings with a unit only when no field is close."""
        return nearest(key, self.fields) or nearest(key, self.spellings)


@cache
def slots_of(model: "type[Spec]") -> Slots:
    """The slots of a model, worked out once."""
    fields: dict[str, Slot] = {}
    spellings: dict[str, tuple[str, str]] = {}
    for name, info in model.model_fields.items():
        slot = _slot(name, info.annotation, tuple(info.metadata), info.is_required())
        fields[name] = slot
        if slot.scalar is not None:
            for suffix, unit in slot.scalar.dimension.suffixes.items():
                spellings.setdefault(f"{name}_{suffix}", (name, unit))
    for name, slot in fields.items():
        # A field whose own name ends in a unit takes bare numbers in that unit.
        unit = ""
        if slot.scalar is not None:
            ends = [u for suffix, u in slot.scalar.dimension.suffixes.items() if name.endswith(f"_{suffix}")]
            unit = ends[0] if ends else ""
        spellings[name] = (name, unit)
    return Slots(fields, spellings)


def _slot(name: str, annotation: Any, metadata: tuple[Any, ...], required: bool) -> Slot:
    for item in metadata:
        if isinstance(item, ScalarOf):
            return Slot(name, "scalar", required, scalar=item)
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        inner, *more = typing.get_args(annotation)
        return _slot(name, inner, tuple(more), required)
    if origin in (typing.Union, types.UnionType):
        inner = [arg for arg in typing.get_args(annotation) if arg is not type(None)]
        return _slot(name, inner[0], (), required) if len(inner) == 1 else Slot(name, "plain", required)
    if origin is typing.Literal:
        return Slot(name, "plain", required, choices=tuple(str(arg) for arg in typing.get_args(annotation)))
    if origin is tuple:
        element = typing.get_args(annotation)[0]
        if isinstance(element, type) and issubclass(element, Spec):
            return Slot(name, "tables", required, model=element)
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return Slot(name, "table", required, model=annotation)
    return Slot(name, "plain", required)


class Spec(BaseModel):
    """Base of all specs: frozen, no unknown keys, scalars with units.

    `ALTERNATIVES` lists either/or groups of fields: in merging, a file that gives a field of one side drops
    the other side that came from below. `rules` yields faults of presence, `cross` those of values, that no
    single field can see.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    ALTERNATIVES: ClassVar[tuple[tuple[tuple[str, ...], ...], ...]] = ()

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        """Faults of presence: `has` are the fields given (or misspelt), `plain` their values as written."""
        return iter(())

    @classmethod
    def cross(cls, values: Values) -> Iterator[Fault]:
        """Faults between values; whatever is absent or invalid in the values, or anywhere below them, is
        None."""
        return iter(())

    @model_validator(mode="after")
    def _check_cross(self) -> "Spec":
        faults = tuple(self.cross(self.__dict__))
        if faults:
            text = "; ".join(f"read {fault.read}, allowed: {fault.allowed}" for fault in faults)
            raise PydanticCustomError("cross", "{text}", {"text": text, "faults": faults})
        return self

    @classmethod
    def worst_side(cls, field: str) -> Side:
        """Which end of a scalar field hurts: "high", "low", or "either" when it depends."""
        scalar = slots_of(cls).fields[field].scalar
        if scalar is None:
            raise KeyError(f"{cls.__name__}.{field} is no scalar")
        return scalar.worst

    def given(self, field: str) -> bool:
        """Whether a field has a value; in a file that is not valid as a whole, whether one was written."""
        return getattr(self, field) is not None

    def as_document(self) -> dict[str, Any]:
        """The tables of a file that gives this spec, complete in itself: every value written out, no part and
        no base."""
        kind = getattr(type(self), "KIND", "")
        head = {"schema": f"photonics/{kind}/1"} if kind else {}
        return head | _without_names(self.model_dump(mode="json", exclude_none=True))

    def scalars(self) -> Iterator[tuple[tuple[str | int, ...], Scalar, ScalarOf]]:
        """Every scalar below this spec: key path, value, type; in the order of the fields."""
        for name, slot in slots_of(type(self)).fields.items():
            value = getattr(self, name)
            if value is None:
                continue
            if slot.scalar is not None:
                yield (name,), value, slot.scalar
            elif slot.form == "table":
                for keys, scalar, kind in value.scalars():
                    yield (name, *keys), scalar, kind
            elif slot.form == "tables":
                for index, element in enumerate(value):
                    for keys, scalar, kind in element.scalars():
                        yield (name, index, *keys), scalar, kind

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, data: Any) -> Any:
        """Units in keys, for specs made directly in Python; files are folded, merged and located in `merge`."""
        if not isinstance(data, Mapping) or getattr(data, "folded", False):
            return data
        slots = slots_of(cls)
        folded: dict[str, Any] = {}
        for key, value in data.items():
            name, unit = slots.spellings.get(key, (key, ""))
            if name in folded:
                raise PydanticCustomError(
                    "twice", "{key} gives {name} a second time", {"key": key, "name": name}
                )
            slot = slots.fields.get(name)
            is_scalar = slot is not None and slot.form == "scalar" and not isinstance(value, Scalar | Given)
            folded[name] = Given(value, unit) if is_scalar and value is not None else value
        for fault in cls.rules(frozenset(k for k, v in folded.items() if v is not None), folded):
            raise PydanticCustomError(
                "rule", "{read}; allowed: {allowed}", {"read": fault.read, "allowed": fault.allowed}
            )
        return folded


def _without_names(table: Any) -> Any:
    """A dumped table without the names of parts and bases, whose values it already holds."""
    if isinstance(table, dict):
        return {name: _without_names(value) for name, value in table.items() if name not in ("part", "base")}
    if isinstance(table, list | tuple):
        return [_without_names(item) for item in table]
    return table


# ---------------------------------------------------------------- plain field types, with the messages of this package


def _plain(check: Callable[[Any], Any], schema: dict[str, Any]) -> Any:
    class Plain:
        @staticmethod
        def __get_pydantic_core_schema__(source: Any, handler: Any) -> Any:
            return core_schema.no_info_plain_validator_function(check)

        @staticmethod
        def __get_pydantic_json_schema__(core: Any, handler: Any) -> dict[str, Any]:
            return dict(schema)

    return Plain()


def fault(
    read: str, allowed: str, close: tuple[str, ...] = (), keys: tuple[str | int, ...] = ()
) -> PydanticCustomError:
    """A fault of a plain field, in the same words as a scalar's."""
    text = f"read {read}, allowed: {allowed}"
    return PydanticCustomError(
        "scalar", "{text}", {"text": text, "faults": (Fault(keys, read, allowed, close),)}
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise fault(shown(value), "a text")
    if len(value) > 2000 or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise fault(shown(value), "a text of at most 2000 characters")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise fault(shown(value), "true or false")
    return value


def _whole(low: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= 10**9:
            raise fault(shown(value), f"a whole number of at least {low}")
        return value

    return check


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise fault(shown(value), "a list of names")
    for index, item in enumerate(value):
        if not isinstance(item, str) or not item.strip():
            raise fault(shown(item), "a name", keys=(index,))
    return tuple(value)


def _ports(value: Any) -> tuple[int, ...]:
    allowed = "the four ports as [in+, in-, out+, out-], numbered from 1, such as [1, 3, 2, 4]"
    if not isinstance(value, list | tuple) or any(isinstance(v, bool) or not isinstance(v, int) for v in value):
        raise fault(shown(value), allowed)
    if sorted(value) != [1, 2, 3, 4]:
        raise fault(", ".join(shown(v) for v in value[:8]), allowed)
    return tuple(value)


def _lengths(value: Any) -> tuple[float, ...]:
    if not isinstance(value, list | tuple):
        raise fault(shown(value), "a list of lengths in m, such as [1.0, 2.0]")
    for index, item in enumerate(value):
        if isinstance(item, bool) or not isinstance(item, int | float) or not 0.0 < item < 1e9:
            raise fault(shown(item), "a length in m above 0", keys=(index,))
        if index and item <= value[index - 1]:
            raise fault(
                f"{shown(item)} after {shown(value[index - 1])}", "lengths in rising order", keys=(index,)
            )
    return tuple(float(item) for item in value)


Text = Annotated[str, _plain(_text, {"type": "string", "minLength": 1})]
Flag = Annotated[bool, _plain(_flag, {"type": "boolean"})]
Texts = Annotated[
    tuple[str, ...], _plain(_texts, {"type": "array", "items": {"type": "string"}, "minItems": 1})
]
MetreList = Annotated[
    tuple[float, ...], _plain(_lengths, {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}})
]
PortList = Annotated[
    tuple[int, ...],
    _plain(_ports, {"type": "array", "items": {"enum": [1, 2, 3, 4]}, "minItems": 4, "maxItems": 4}),
]
PositiveWhole = Annotated[int, _plain(_whole(1), {"type": "integer", "minimum": 1})]
NaturalWhole = Annotated[int, _plain(_whole(0), {"type": "integer", "minimum": 0})]
