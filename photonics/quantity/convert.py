"""Reading and writing quantities: text or bare number to the canonical unit, and back."""

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache

from photonics.errors import nearest, shown
from photonics.quantity.dimension import Dimension, Factor, QuantityError
from photonics.quantity.table import DIMENSIONS

_ONE = Decimal(1)  # exempt: a mark for "as it stands"; nothing is multiplied by it
_NUMBER = re.compile(r"([+-]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?)\s*(.*)", re.DOTALL)
_LONGEST = 100
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)\b", re.IGNORECASE)
# Micro sign and Greek mu, ohm sign and Greek omega: keyboards and data sheets use either.
_ALIASES = str.maketrans(
    {
        "\u00b5": "u",
        "\u03bc": "u",
        "\u2126": "ohm",
        "\u03a9": "ohm",
        "\u2103": "degC",
        "\u00b7": " ",
        "\u00b2": "^2",
    }
)


def dimension_of(name: str | Dimension) -> Dimension:
    """The dimension of that name; a `KeyError` with the nearest names is a bug of the caller."""
    if isinstance(name, Dimension):
        return name
    if name not in DIMENSIONS:
        raise KeyError(f"no dimension {name!r}; nearest: {', '.join(nearest(name, DIMENSIONS))}")
    return DIMENSIONS[name]


@cache
def _dimensions_with(unit: str) -> tuple[Dimension, ...]:
    return tuple(d for d in DIMENSIONS.values() if unit in d.units and unit)


def _units_text(dimension: Dimension) -> str:
    return ", ".join(unit for unit in dimension.units if unit)


def _unit_error(text: str, unit: str, dimension: Dimension) -> QuantityError:
    """Why this unit does not serve: missing, of another dimension, or unknown."""
    units = _units_text(dimension)
    allowed = dimension.allowed_text() + (f" (units: {units})" if units else "")
    if not unit:
        return QuantityError(f"{shown(text)}, which has no unit", allowed)
    others = _dimensions_with(unit)
    if others:
        return QuantityError(f"{shown(text)}, which is {others[0].noun}", allowed)
    close = nearest(unit, [u for u in dimension.units if u])
    return QuantityError(f"{shown(text)}, whose unit {shown(unit)} is not known here", allowed, close)


def check(value: float, dimension: str | Dimension) -> float:
    """`value` (canonical unit) if it is finite, whole where it must be, and inside the bounds; else
    `QuantityError`."""
    d = dimension_of(dimension)
    return _checked(value, d, lambda: f"{value:g} {d.unit}".rstrip())


def _checked(value: float, d: Dimension, read: Callable[[], str]) -> float:
    # `read` is a function, because a good value needs no words.
    if not math.isfinite(value):
        raise QuantityError(f"{read()}, which is not finite", d.allowed_text())
    if value < d.low or value > d.high or (d.above and value == d.low):
        raise QuantityError(read(), f"{d.noun}, {d.limits_text()}")
    if d.whole and value != int(value):
        raise QuantityError(read(), d.allowed_text())
    # Minus zero would print as "-0 dB" and compare equal: no reader wants to meet it.
    return value + 0.0


def convert(value: float, unit: str, dimension: str | Dimension) -> float:
    """A bare number in `unit` as a checked value in the canonical unit of `dimension`."""
    d = dimension_of(dimension)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise QuantityError(shown(value), d.allowed_text())
    if unit not in d.units:
        raise _unit_error(f"{value} {unit}".strip(), unit, d)

    def read() -> str:
        return f"{shown(value)} {unit}".rstrip()

    try:
        number = float(value)
    except OverflowError:
        raise QuantityError(f"{read()}, which is too large", d.allowed_text()) from None
    if not math.isfinite(number):
        raise QuantityError(f"{read()}, which is not finite", d.allowed_text())
    return _checked(_scaled(number, repr(number), d.units[unit], d), d, read)


def _scaled(number: float, text: str, factor: Factor, dimension: Dimension) -> float:
    if callable(factor):
        return factor(number)
    if factor == _ONE:
        return number
    try:
        return float(Decimal(text) * factor)
    except (InvalidOperation, OverflowError):
        raise QuantityError(f"{shown(text)}, which is out of range", dimension.allowed_text()) from None


def split(text: str, dimension: str | Dimension) -> tuple[str, str]:
    """The number and the unit of a text, neither judged yet: "1_000 µm" is ("1000", "um")."""
    d = dimension_of(dimension)
    if len(text) > _LONGEST:
        raise QuantityError(f"a text of {len(text)} characters", d.allowed_text())
    stripped = text.strip()
    if not stripped.isascii():
        stripped = stripped.translate(_ALIASES)
    match = _NUMBER.fullmatch(stripped)
    if match is None:
        kind = "which is not finite" if _NOT_FINITE.match(stripped) else "which does not start with a number"
        if not stripped:
            kind = "which is empty"
        raise QuantityError(f"{shown(text)}, {kind}", d.allowed_text())
    return match.group(1).replace("_", ""), " ".join(match.group(2).split())


def parse(text: str, dimension: str | Dimension) -> float:
    """Read "0.35 dB/km" as the given dimension.

    :param text: a number, an optional space, a unit. Case matters (mW is not MW); `µ`, `Ω`, `²` are
        understood.
    :param dimension: name of a dimension (`DIMENSIONS`) or a `Dimension`.
    :returns: the value in the canonical unit (`Dimension.unit`), correctly rounded, inside the bounds of
        possibility.
    :raises QuantityError: (a `ValueError`) says what was read, what is allowed, and the nearest units.
    """
    d = dimension_of(dimension)
    number_text, unit = split(text, d)
    factor = d.units.get(unit)
    if factor is None:
        raise _unit_error(text, unit, d)
    number = float(number_text)
    if not math.isfinite(number):
        raise QuantityError(f"{shown(text)}, which is too large", d.allowed_text())
    return _checked(_scaled(number, number_text, factor, d), d, lambda: shown(text))


def render(value: float, dimension: str | Dimension, digits: int | None = None) -> str:
    """`value` (canonical unit) with a unit that suits its size, such that `parse` returns the same float.

    :param digits: significant digits to round to for reading; without it the text is exact.
    """
    d = dimension_of(dimension)
    unit, factor = d.unit, _ONE
    for name in d.ladder:
        step = d.units[name]
        if not callable(step) and (name == d.ladder[0] or abs(value) >= float(step)):
            unit, factor = name, step
    if value == 0.0 or not math.isfinite(value):
        unit, factor = d.unit, _ONE
    if factor == _ONE:
        number = value
    else:
        number = float(Decimal(repr(value)) / factor)
        if digits is None and float(Decimal(repr(number)) * factor) != value:
            unit, number = d.unit, value
    if digits is None:
        text = str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
    else:
        text = f"{number:.{digits}g}"
    return f"{text} {unit}".rstrip()
