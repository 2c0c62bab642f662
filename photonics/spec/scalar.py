"""One value of a design: how large, how sure, and who says so.

A scalar is a single number, a range (min, typ, max) or a distribution, always kept in the canonical unit of
its dimension, with its source and the confidence of that source. `ScalarOf` makes a field type of it: `Loss =
Annotated[Scalar, ScalarOf("loss", "high")]`.
"""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from photonics.errors import nearest, shown
from photonics.quantity import Dimension, QuantityError, check, convert, dimension_of, parse, render, split

Confidence = Literal["seen", "recalled", "derived", "measured", "assumed", "stated"]
CONFIDENCES: tuple[str, ...] = ("seen", "recalled", "derived", "measured", "assumed", "stated")
Side = Literal["high", "low", "either"]

_ABOUT = ("source", "confidence", "note", "date")
_RANGE = ("min", "typ", "max")
_PARAMETERS: dict[str, tuple[str, ...]] = {
    "normal": ("mean", "sigma"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "lognormal": ("median", "sigma_ratio"),
}
_SPREADS = ("sigma",)
_MOST_SUGGESTIONS = 10
_CUT = "three sigma cut at "
_VALUES = ("value", *_RANGE, "mean", "sigma", "low", "mode", "high", "median", "sigma_ratio")
_TABLE_KEYS = (*_VALUES, *_ABOUT, "distribution", "group")


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a scalar scatters: `kind` and its parameters in the canonical unit, `d["sigma"]`.

    normal(mean, sigma); uniform(low, high); triangular(low, mode, high); lognormal(median, sigma_ratio),
    where `sigma_ratio` >= 1 is the factor of one standard deviation.
    """

    kind: str
    parameters: tuple[tuple[str, float], ...]

    def __getitem__(self, name: str) -> float:
        return dict(self.parameters)[name]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value with its range, unit, source and confidence.

    `low <= typ <= high`, all in `unit`; equal when the value is single. For a distribution `typ` is the mean,
    median or mode and the ends are three standard deviations away (or the ends of the distribution), cut at
    the bounds of possibility. Scalars of one `group` are drawn together in Monte Carlo runs. `dimension` is
    the name that `quantity.render` wants.
    """

    typ: float
    low: float
    high: float
    unit: str
    source: str
    confidence: Confidence
    note: str = ""
    date: str = ""
    distribution: Distribution | None = None
    group: str | None = None
    dimension: str = ""

    @property
    def single(self) -> bool:
        """Whether worst and best are the same number."""
        return self.low == self.high

    def corner(self, which: Literal["worst", "typ", "best"], worst_is: Side) -> float:
        """The value at a corner; `worst_is` says which end hurts ("either" has no worst end: both must be
        tried)."""
        if which == "typ" or self.single:
            return self.typ
        if worst_is not in ("high", "low"):
            raise ValueError(
                f"a scalar whose worst side is {worst_is!r} has no {which} end: try low and high"
            )
        if which not in ("worst", "best"):
            raise ValueError(f"corner {which!r}; allowed: worst, typ, best")
        return self.high if (which == "worst") == (worst_is == "high") else self.low

    def __float__(self) -> float:
        return self.typ

    def __int__(self) -> int:
        return int(self.typ)

    def __index__(self) -> int:
        # Counts are written as scalars; `range(signal.lanes)` should work, and no other scalar should pass
        # for an index.
        if self.unit or self.typ != int(self.typ):
            raise TypeError("only a count serves as an index")
        return int(self.typ)

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.single:
            return f"{self.typ:g}{unit}"
        return f"{self.typ:g}{unit} ({self.low:g} to {self.high:g})"


@dataclass(frozen=True, slots=True)
class Given:
    """A value as a file gives it, on its way to becoming a scalar: the unit its key carried, and its file."""

    raw: Any
    unit: str = ""
    source: str = "given directly"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault inside a value: the keys below it, and the words of a `Problem`.

    `also` are other key paths that take part in it: the one that the user's own file holds is named.
    """

    keys: tuple[str | int, ...]
    read: str
    allowed: str
    nearest: tuple[str, ...] = ()
    also: tuple[tuple[str | int, ...], ...] = ()


class _Faults(Exception):
    def __init__(self, *faults: Fault) -> None:
        self.faults = faults


def read_scalar(given: Any, dimension: Dimension) -> tuple[Scalar | None, tuple[Fault, ...]]:
    """Make a scalar of any of its written forms; the faults found are returned, not raised, so that all are
    told."""
    if isinstance(given, Scalar):
        return _again(given, dimension)
    if not isinstance(given, Given):
        given = Given(given)
    try:
        if isinstance(given.raw, Mapping):
            return _from_table(given, dimension), ()
        value = _number(given.raw, given.unit, dimension, ())
        return Scalar(
            value, value, value, dimension.unit, given.source, "stated", dimension=dimension.name
        ), ()
    except _Faults as found:
        return None, found.faults


def _again(scalar: Scalar, dimension: Dimension) -> tuple[Scalar | None, tuple[Fault, ...]]:
    if scalar.unit != dimension.unit:
        return None, (Fault((), f"a scalar in {scalar.unit or 'no unit'}", dimension.allowed_text()),)
    try:
        for value in (scalar.low, scalar.typ, scalar.high):
            check(value, dimension)
    except QuantityError as fault:
        return None, (Fault((), fault.read, fault.allowed, fault.nearest),)
    if not scalar.low <= scalar.typ <= scalar.high:
        return None, (Fault((), f"{scalar.low:g}, {scalar.typ:g}, {scalar.high:g}", "min <= typ <= max"),)
    return scalar if scalar.dimension else replace(scalar, dimension=dimension.name), ()


def _number(raw: Any, unit: str, dimension: Dimension, keys: tuple[str, ...]) -> float:
    """One number of a scalar: a text with its unit, or a bare number where the unit is known."""
    try:
        if isinstance(raw, str):
            value = parse(raw, dimension)
            # A key that names a unit and a text that names another one contradict each other.
            if unit and split(raw, dimension)[1] != unit:
                raise QuantityError(f"{shown(raw)} under a key that says {unit}", f"a number in {unit}")
            return value
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise QuantityError(_shown_any(raw), dimension.allowed_text())
        if unit or not dimension.unit:
            return convert(raw, unit, dimension)
        if not math.isfinite(raw):
            raise QuantityError(f"{raw}, which is not finite", dimension.allowed_text())
        hint = next(iter(dimension.suffixes), "")
        also = f", or a key that ends in _{hint}" if hint else ""
        raise QuantityError(f"{shown(raw)}, which has no unit", dimension.allowed_text() + also)
    except QuantityError as fault:
        raise _Faults(Fault(keys, fault.read, fault.allowed, fault.nearest)) from None
    except OverflowError:
        raise _Faults(Fault(keys, shown(raw), dimension.allowed_text())) from None


def _shown_any(raw: Any) -> str:
    if isinstance(raw, datetime.date | datetime.time | datetime.datetime):
        return f"{raw}, which is a date or time"
    return shown(raw)


def _from_table(given: Given, dimension: Dimension) -> Scalar:
    raw: Mapping[str, Any] = given.raw
    faults: list[Fault] = []
    about = _read_about(raw, given.source, faults) | {"dimension": dimension.name}
    needed = _needed(raw, dimension, faults)
    misspelt = _unknown_keys(raw, needed, faults)
    values: dict[str, float] = {}
    for name in needed:
        if name not in raw:
            if name not in misspelt:
                faults.append(Fault((), f"a table without {name}", f"{', '.join(needed)} together"))
            continue
        try:
            values[name] = _parameter(raw[name], given.unit, dimension, name)
        except _Faults as found:
            faults.extend(found.faults)
    if faults:
        raise _Faults(*faults)
    if "distribution" in raw:
        return _distributed(str(raw["distribution"]), values, dimension, about)
    if "value" in values:
        value = values["value"]
        return Scalar(value, value, value, dimension.unit, **about)
    low, typ, high = (values[name] for name in _RANGE)
    if not low <= typ <= high:
        unit = f" {dimension.unit}" if dimension.unit else ""
        raise _Faults(Fault((), f"min {low:g}, typ {typ:g}, max {high:g}{unit}", "min <= typ <= max"))
    return Scalar(typ, low, high, dimension.unit, **about)


def _read_about(raw: Mapping[str, Any], source: str, faults: list[Fault]) -> dict[str, Any]:
    """Source, confidence, note, date and group; a value without them is stated by its file."""
    about: dict[str, Any] = {"source": source, "confidence": "stated"}
    for name in (*_ABOUT, "group"):
        if name not in raw:
            continue
        value = raw[name]
        if name == "date" and isinstance(value, datetime.date | int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value.strip():
            faults.append(Fault((name,), _shown_any(value), "a text"))
        elif name == "confidence" and value not in CONFIDENCES:
            faults.append(Fault((name,), shown(value), ", ".join(CONFIDENCES), nearest(value, CONFIDENCES)))
        else:
            about[name] = value
    if "group" in raw and "distribution" not in raw:
        faults.append(Fault(("group",), "a group without a distribution", "a distribution beside it"))
    return about


def _needed(raw: Mapping[str, Any], dimension: Dimension, faults: list[Fault]) -> tuple[str, ...]:
    """The value keys that this form of table must have; none if it mixes two forms, which is a fault."""
    if "distribution" in raw:
        kind = raw["distribution"]
        if not isinstance(kind, str) or kind not in _PARAMETERS:
            word = kind if isinstance(kind, str) else ""
            faults.append(
                Fault(("distribution",), _shown_any(kind), ", ".join(_PARAMETERS), nearest(word, _PARAMETERS))
            )
            return ()
        needed = _PARAMETERS[kind]
    elif any(name in raw for name in _RANGE):
        needed = _RANGE
    else:
        needed = ("value",)
    foreign = [name for name in _VALUES if name in raw and name not in needed]
    for name in foreign:
        read = f"{name} beside {next((n for n in needed if n in raw), 'distribution')}"
        faults.append(Fault((name,), read, f"either {' and '.join(needed)}, or another form"))
    if foreign:
        return ()
    return needed


def _unknown_keys(raw: Mapping[str, Any], needed: tuple[str, ...], faults: list[Fault]) -> set[str]:
    """Report unknown keys; return the needed names that they probably stand for, so that one slip is one
    fault."""
    stands_for: set[str] = set()
    unknown = [key for key in raw if key not in _TABLE_KEYS]
    for at, key in enumerate(unknown):
        # Looking for near names is slow; a table of thousands of unknown keys gets a few suggestions.
        close = nearest(str(key), _TABLE_KEYS) if at < _MOST_SUGGESTIONS else ()
        missing = [name for name in needed if name not in raw and name not in stands_for]
        likely = nearest(str(key), missing, 1) if at < _MOST_SUGGESTIONS else ()
        stands_for.update(likely or missing[:1])
        faults.append(
            Fault((key,), f"the unknown key {shown(key)}", "value, or min, typ, max, or distribution", close)
        )
    return stands_for


def _parameter(raw: Any, unit: str, dimension: Dimension, name: str) -> float:
    if name == "sigma_ratio":
        return _number(raw, "", replace(dimension_of("ratio"), low=1.0, above=False), (name,))
    if name in _SPREADS:
        spread = dimension_of(dimension.spread or dimension.name)
        spread = replace(spread, low=0.0, above=False, whole=False)
        if unit not in spread.units:
            # Degrees of either scale differ in kelvin and dBm in dB; a sigma in milliwatts is none in dB.
            unit = spread.unit if unit == dimension.unit or dimension.name == "temperature" else ""
        return _number(raw, unit, spread, (name,))
    return _number(raw, unit, dimension, (name,))


def _distributed(kind: str, values: dict[str, float], dimension: Dimension, about: dict[str, Any]) -> Scalar:
    """A scalar of a distribution: centre, three-sigma ends, cut where physics ends."""
    if kind == "normal":
        typ = values["mean"]
        low, high = typ - 3.0 * values["sigma"], typ + 3.0 * values["sigma"]
    elif kind == "lognormal":
        typ = values["median"]
        if typ <= 0.0:
            raise _Faults(Fault(("median",), f"{typ:g} {dimension.unit}".strip(), "a median above 0"))
        low, high = typ / values["sigma_ratio"] ** 3, typ * values["sigma_ratio"] ** 3
    else:
        low, high = values["low"], values["high"]
        typ = values.get("mode", 0.5 * (low + high))
        if not low <= typ <= high:
            raise _Faults(
                Fault((), ", ".join(f"{k} {v:g}" for k, v in values.items()), "low <= mode <= high")
            )
    cut_low, cut_high = max(low, dimension.low), min(high, dimension.high)
    if (cut_low, cut_high) != (low, high):
        said = f"{_CUT}{dimension.limits_text()}"
        about = about | {"note": "; ".join(part for part in (about.get("note", ""), said) if part)}
    shape = Distribution(kind, tuple((name, values[name]) for name in _PARAMETERS[kind]))
    return Scalar(typ, cut_low, cut_high, dimension.unit, distribution=shape, **about)


def as_table(scalar: Scalar, dimension: Dimension) -> dict[str, Any]:
    """The scalar as a file writes it; reading it back gives the same scalar."""

    def text(value: float, of: Dimension = dimension) -> Any:
        if of.unit:
            return render(value, of)
        return int(value) if of.whole and value == int(value) else value

    table: dict[str, Any]
    if scalar.distribution is not None:
        table = {"distribution": scalar.distribution.kind}
        spread = dimension_of(dimension.spread or dimension.name)
        for name, value in scalar.distribution.parameters:
            table[name] = (
                value if name == "sigma_ratio" else text(value, spread if name in _SPREADS else dimension)
            )
        if scalar.group is not None:
            table["group"] = scalar.group
    elif scalar.single:
        table = {"value": text(scalar.typ)}
    else:
        table = {"min": text(scalar.low), "typ": text(scalar.typ), "max": text(scalar.high)}
    table |= {"source": scalar.source, "confidence": scalar.confidence}
    # The note of a cut distribution is made on reading; written out it would grow with every round.
    note = scalar.note.partition(_CUT)[0].rstrip("; ")
    return table | {name: words for name, words in (("note", note), ("date", scalar.date)) if words}


@dataclass(frozen=True)
class ScalarOf:
    """Field type of a scalar: its dimension, the side that hurts, and bounds narrower than the dimension's.

    One slip gives one error: a single validator reads every form, and pydantic never tries alternatives.
    """

    name: str
    worst: Side = "either"
    low: float | None = None
    high: float | None = None
    plausible: tuple[float, float] | None = None

    @cached_property
    def dimension(self) -> Dimension:
        """The dimension with the bounds of this kind."""
        base = dimension_of(self.name)
        if self.low is None and self.high is None and self.plausible is None:
            return base
        return replace(
            base,
            low=base.low if self.low is None else self.low,
            high=base.high if self.high is None else self.high,
            above=base.above and self.low is None,
            plausible=self.plausible or base.plausible,
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        dimension = self.dimension

        def validate(given: Any) -> Scalar:
            scalar, faults = read_scalar(given, dimension)
            if scalar is None:
                text = "; ".join(f"read {fault.read}, allowed: {fault.allowed}" for fault in faults)
                raise PydanticCustomError("scalar", "{text}", {"text": text, "faults": faults})
            return scalar

        def write(scalar: Scalar) -> dict[str, Any]:
            return as_table(scalar, dimension)

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(write, when_used="json")
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"$comment": "scalar", "x-dimension": self.name}
