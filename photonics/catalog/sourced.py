"""A number of the catalogue with everything a reader needs to trust or doubt it: unit, source, confidence, note."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from photonics.errors import InputError, PhotonicsError
from photonics.results.term import CONFIDENCES

Plain = bool | int | float | str
Value = Plain | tuple[Plain, ...]

_KEYS = ("value", "bound", "low", "high", "unit", "source", "confidence", "note", "date", "conflicts_with")
# What a source says of a number that it does not give exactly.
BOUNDS = ("", "about", "below", "above", "at most", "at least")


def plain_text(value: Value) -> str:
    """A value for people: 0.000228 as 2.28e-4, a pair as its range, true and false as yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return (" to " if len(value) == 2 else ", ").join(plain_text(v) for v in value)
    if value != 0 and not 1e-3 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.10e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return f"{value:.10g}"


@dataclass(frozen=True)
class Sourced:
    """One value of the catalogue, in `unit` ("" for a bare number).

    `value` is None where the source gives a range only; then `low` and `high` hold it. `bound` is there where the source
    gives a limit or a round figure: "below" 10 nA, "about" 7. `confidence` is seen (read in the source), recalled (from
    memory, a hypothesis), derived (arithmetic, told in `note`), measured, assumed or stated (hearsay: somebody says so).
    `conflicts_with` names the keys of the same table that disagree with this one: neither is dropped.
    """

    key: str
    value: Value | None
    unit: str
    source: str
    confidence: str
    note: str = ""
    low: float | None = None
    high: float | None = None
    date: str = ""
    conflicts_with: tuple[str, ...] = ()
    bound: str = ""

    @property
    def number(self) -> float:
        """The value as a float; an `InputError` where there is no single number (text, a list, a bare range)."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            read = self.text or "nothing"
            raise InputError.of("catalog", self.key, f"{read}, which is not one number", "a key with one number")
        return float(self.value)

    def __float__(self) -> float:
        return self.number

    @property
    def middle(self) -> float:
        """The value, or the arithmetic mean of `low` and `high` where only they are known."""
        if self.value is None and self.low is not None and self.high is not None:
            return 0.5 * (self.low + self.high)
        return self.number

    @property
    def text(self) -> str:
        """Value and unit as people write them: "-2.9 dBm", "below 10 nA", "1.45e6 (1.39e6 to 1.46e6) USD"."""
        ends = None if self.low is None or self.high is None else plain_text((self.low, self.high))
        if self.value is None:
            text = ends or ""
        elif ends is None:
            text = plain_text(self.value)
        else:
            text = f"{plain_text(self.value)} ({ends})"
        return f"{self.bound} {text} {self.unit}".strip()

    @property
    def citation(self) -> str:
        """The source written out."""
        from photonics.catalog.sources import citation

        return citation(self.source)

    def __str__(self) -> str:
        return f"{self.text} ({self.confidence}, {self.source})"


def read_sourced(key: str, raw: Any, where: str) -> Sourced:
    """One entry of a shipped data file; a fault in it is a fault of the package, hence a `PhotonicsError`."""

    def fault(what: str) -> PhotonicsError:
        return PhotonicsError(f"{where}: {key}: {what}")

    if not isinstance(raw, Mapping):
        raise fault("a table with value, unit, source and confidence is needed")
    for name in raw:
        if name not in _KEYS:
            raise fault(f"unknown field {name!r}")
    for name in ("unit", "source", "confidence"):
        if not isinstance(raw.get(name), str):
            raise fault(f"no {name}")
    if not raw["source"]:
        raise fault("an empty source")
    if raw["confidence"] not in CONFIDENCES:
        raise fault(f"confidence {raw['confidence']!r}")
    if raw.get("bound", "") not in BOUNDS:
        raise fault(f"bound {raw['bound']!r}")
    value, low, high = raw.get("value"), raw.get("low"), raw.get("high")
    if (low is None) != (high is None) or (value is None and low is None):
        raise fault("a value, or low and high, or all three are needed")
    if isinstance(value, list):
        value = tuple(value)
    if low is not None and high is not None and not low <= (low if value is None else value) <= high:
        raise fault("low <= value <= high does not hold")
    return Sourced(
        key,
        value,
        raw["unit"],
        raw["source"],
        raw["confidence"],
        raw.get("note", ""),
        None if low is None else float(low),
        None if high is None else float(high),
        raw.get("date", ""),
        tuple(raw.get("conflicts_with", ())),
        raw.get("bound", ""),
    )


def read_table(raw: Mapping[str, Any], where: str) -> dict[str, Sourced]:
    """All entries of one table. A conflict is written down once and holds for both sides."""
    table = {key: read_sourced(key, entry, where) for key, entry in raw.items()}
    for key, entry in list(table.items()):
        for other in entry.conflicts_with:
            if other not in table:
                raise PhotonicsError(f"{where}: {key}: conflicts with {other!r}, which is not there")
            table[other] = _in_conflict(table[other], key)
    return table


def _in_conflict(entry: Sourced, other: str) -> Sourced:
    if other in entry.conflicts_with:
        return entry
    return replace(entry, conflicts_with=(*entry.conflicts_with, other))
