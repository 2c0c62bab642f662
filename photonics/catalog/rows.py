"""Rows of an entry: every value with its unit, source, confidence and note, whatever kind of file it came from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from photonics.catalog.sourced import Sourced, plain_text
from photonics.catalog.sources import citation, is_key, source_keys

_HEAD = ("schema", "name", "about", "kind")
# A number with a unit behind it, or a percentage: what only a quantity looks like.
_QUANTITY = re.compile(r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*[A-Za-z%µΩ°].*")
# Kinds whose every quantity is a claim about the world; in a design or a cluster a plain value is the author's choice.
_CLAIMING = frozenset({"phy", "facts", "part", "cable", "switch"})


@dataclass(frozen=True)
class Row:
    """One value as it is shown. `source` is a key or a citation, empty where a claim has none (an error in the catalogue)."""

    key: str
    value: str
    confidence: str
    source: str
    note: str = ""
    date: str = ""
    conflicts_with: tuple[str, ...] = ()

    @property
    def has_source(self) -> bool:
        """Whether the source is there and, if it is a key, known."""
        return bool(self.source) and (not is_key(self.source) or self.source in source_keys())

    @property
    def citation(self) -> str:
        """The source written out; empty where there is none."""
        return citation(self.source) if self.has_source else ""

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return asdict(self) | {"citation": self.citation, "conflicts_with": list(self.conflicts_with)}


def sourced_row(entry: Sourced) -> Row:
    """The row of a value of a PHY or of a fact."""
    return Row(
        entry.key, entry.text, entry.confidence, entry.source, entry.note, entry.date, entry.conflicts_with
    )


def document_rows(data: Mapping[str, Any], kind: str, file: str) -> tuple[Row, ...]:
    """The rows of a part, design, cable, switch or cluster file, in the order of the file.

    A value without a source is what its author states; in a part, cable or switch a quantity without one is a fault, and
    its row has no source.
    """
    tables = {key: value for key, value in data.items() if key not in _HEAD or isinstance(value, Mapping)}
    return tuple(_walk(tables, "", kind, file))


def _walk(value: Any, key: str, kind: str, file: str) -> Iterator[Row]:
    if isinstance(value, Mapping):
        if _is_scalar(value):
            yield _scalar_row(key, value)
            return
        for name, inner in value.items():
            yield from _walk(inner, f"{key}.{name}" if key else name, kind, file)
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _walk(item, f"{key}[{number}]", kind, file)
    else:
        yield _plain_row(key, value, kind, file)


def _is_scalar(table: Mapping[str, Any]) -> bool:
    return any(name in table and not isinstance(table[name], Mapping) for name in ("value", "min", "distribution"))


def _scalar_row(key: str, table: Mapping[str, Any]) -> Row:
    return Row(
        key,
        _scalar_text(table),
        str(table.get("confidence", "stated")),
        str(table.get("source", "")),
        str(table.get("note", "")),
        str(table.get("date", "")),
    )


def _scalar_text(table: Mapping[str, Any]) -> str:
    if "distribution" in table:
        skip = ("distribution", "source", "confidence", "note", "date", "group")
        inner = ", ".join(f"{name} {_text(value)}" for name, value in table.items() if name not in skip)
        return f"{table['distribution']}: {inner}"
    if "min" in table:
        texts = [_text(table[name]) for name in ("min", "typ", "max") if name in table]
        # One unit for all three reads better: 3.0 / 3.4 / 3.8 pJ/bit.
        heads, units = zip(*(text.partition(" ")[::2] for text in texts), strict=True)
        if len(set(units)) == 1:
            return f"{' / '.join(heads)} {units[0]}".strip()
        return " / ".join(texts)
    return _text(table["value"])


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    return plain_text(value) if isinstance(value, bool | int | float | str) else str(value)


def _plain_row(key: str, value: Any, kind: str, file: str) -> Row:
    quantity = isinstance(value, float) or (isinstance(value, str) and _QUANTITY.fullmatch(value) is not None)
    source = "" if quantity and kind in _CLAIMING else file
    return Row(key, _text(value), "stated", source)
