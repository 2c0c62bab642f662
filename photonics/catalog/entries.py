"""What is in the catalogue: entries to list, to show and to count."""

import html
import textwrap
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from typing import Any

from photonics.catalog.facts import group, group_abouts
from photonics.catalog.index import Located, files
from photonics.catalog.phys import own_keys, phy, phy_abouts
from photonics.catalog.rows import Row, document_rows, sourced_row
from photonics.catalog.sources import is_key
from photonics.errors import InputError, PhotonicsError, nearest, shown
from photonics.results.table import Table
from photonics.results.term import CONFIDENCES

WIDTH = 110


@dataclass(frozen=True)
class Counts:
    """How far the values may be trusted. `conflicts` counts pairs of values that disagree; `without_source` must be 0."""

    seen: int = 0
    recalled: int = 0
    derived: int = 0
    measured: int = 0
    assumed: int = 0
    stated: int = 0
    conflicts: int = 0
    without_source: int = 0

    @property
    def total(self) -> int:
        """The number of values."""
        return self.seen + self.recalled + self.derived + self.measured + self.assumed + self.stated

    def __add__(self, other: "Counts") -> "Counts":
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + theirs[name] for name in mine})

    def as_dict(self) -> dict[str, int]:
        """JSON form, `total` included."""
        return asdict(self) | {"total": self.total}

    def __str__(self) -> str:
        words = {"conflicts": "pairs in conflict", "without_source": "without a source"}
        parts = [f"{number} {words.get(name, name)}" for name, number in asdict(self).items() if number]
        return f"{self.total} values" + (f": {', '.join(parts)}" if parts else "")


def count(rows: Iterable[Row]) -> Counts:
    """The counts of some rows of one table."""
    numbers = dict.fromkeys(asdict(Counts()), 0)
    pairs: set[frozenset[str]] = set()
    for row in rows:
        if row.confidence not in CONFIDENCES:
            raise PhotonicsError(f"catalog data: {row.key}: confidence {row.confidence!r}")
        numbers[row.confidence] += 1
        numbers["without_source"] += not row.has_source
        pairs.update(frozenset((row.key, other)) for other in row.conflicts_with)
    return Counts(**numbers | {"conflicts": len(pairs)})


@dataclass(frozen=True)
class Entry:
    """One entry: its kind (phy, facts, part, link, cable, switch, cluster), its name and what it is about.

    Its rows are read when they are first asked for.
    """

    kind: str
    name: str
    about: str

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every value with its source, confidence and note."""
        if self.kind == "phy":
            return tuple(sourced_row(entry) for entry in phy(self.name))
        if self.kind == "facts":
            return tuple(sourced_row(entry) for entry in group(self.name).facts)
        located = files()[self.name]
        return document_rows(located.document().data, located.kind, located.path.name)

    @cached_property
    def own_rows(self) -> tuple[Row, ...]:
        """The rows that stand in this entry itself: what a PHY shares with another is left to the other."""
        if self.kind != "phy":
            return self.rows
        own = own_keys(self.name)
        return tuple(row for row in self.rows if row.key in own)

    @property
    def counts(self) -> Counts:
        """How many of the rows are seen, recalled, and so on."""
        return count(self.rows)

    @property
    def absent(self) -> tuple[tuple[str, str], ...]:
        """Keys that were looked for in vain, with the reason (PHYs and facts)."""
        if self.kind == "phy":
            return phy(self.name).absent
        return group(self.name).absent if self.kind == "facts" else ()

    def as_dict(self, rows: bool = True) -> dict[str, Any]:
        """JSON form; without `rows` no file is read beyond its head."""
        out: dict[str, Any] = {"kind": self.kind, "name": self.name, "about": self.about}
        if rows:
            out["counts"] = self.counts.as_dict()
            out["rows"] = [row.as_dict() for row in self.rows]
            out["absent"] = dict(self.absent)
        return out

    def _heading(self) -> list[str]:
        lines = [f"{self.name} ({self.kind})", *textwrap.wrap(self.about, WIDTH), str(self.counts)]
        if self.kind == "phy" and phy(self.name).same_as:
            lines.append(f"shares the values of {phy(self.name).same_as}; the audit counts them there")
        return lines

    def _sources(self) -> list[tuple[str, str]]:
        keys = dict.fromkeys(row.source for row in self.rows if is_key(row.source) and row.has_source)
        by_key = {row.source: row.citation for row in self.rows}
        return [(key, by_key[key]) for key in keys]

    def __str__(self) -> str:
        parts = ["\n".join(self._heading()), str(Table(_HEADS, _wrapped(self.rows)))]
        for title, pairs in (("Sources", self._sources()), ("No value", list(self.absent))):
            if pairs:
                parts.append("\n".join([title, *_definitions(pairs)]))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        rows = [[r.key, r.value, r.confidence, r.citation or r.source, _remark(r)] for r in self.rows]
        heads = ["key", "value", "confidence", "source", "note"]
        title, *rest = self._heading()
        lead = f"<p><b>{html.escape(title)}</b><br>{'<br>'.join(html.escape(line) for line in rest)}</p>"
        return lead + Table(heads, rows).html()


_HEADS = ("key", "value", "confidence", "source: note")


def _remark(row: Row) -> str:
    """Date, note and conflicts of a row, in one text."""
    conflict = f"CONFLICTS WITH {', '.join(row.conflicts_with)}" if row.conflicts_with else ""
    text = "; ".join(part for part in (conflict, row.note) if part)
    return f"{text} ({row.date})".strip() if row.date else text


def _wrapped(rows: Iterable[Row]) -> list[list[str]]:
    """The rows with long cells broken, so that the table is at most `WIDTH` wide."""
    rows = list(rows)
    key_width = min(40, max([len("key"), *(len(row.key) for row in rows)]))
    value_width = min(30, max([len("value"), *(len(row.value) for row in rows)]))
    rest = WIDTH - key_width - value_width - len("confidence") - 3 * len("  ")
    lines: list[list[str]] = []
    for row in rows:
        text = f"{row.source or 'NO SOURCE'}: {_remark(row)}" if _remark(row) else row.source or "NO SOURCE"
        cells = [
            textwrap.wrap(row.key, key_width) or [""],
            textwrap.wrap(row.value, value_width) or [""],
            [row.confidence],
            textwrap.wrap(text, rest),
        ]
        for i in range(max(len(cell) for cell in cells)):
            lines.append([cell[i] if i < len(cell) else "" for cell in cells])
    return lines


def _definitions(pairs: list[tuple[str, str]]) -> list[str]:
    width = max(len(key) for key, _ in pairs) + 4
    lines: list[str] = []
    for key, text in pairs:
        wrapped = textwrap.wrap(text, WIDTH - width) or [""]
        lines += [f"  {key:<{width - 2}}{wrapped[0]}", *(" " * width + line for line in wrapped[1:])]
    return lines


@cache
def _entries() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    listed = [Entry("phy", name, about) for name, about in phy_abouts().items()]
    listed += [Entry("facts", name, about) for name, about in group_abouts().items()]
    listed += [_file_entry(located) for located in files().values()]
    for entry in listed:
        if entry.name in found:
            raise PhotonicsError(f"catalog data: two entries are called {entry.name!r}")
        found[entry.name] = entry
    return found


def _file_entry(located: Located) -> Entry:
    return Entry(located.kind, located.name, located.about)


def kinds() -> tuple[str, ...]:
    """The kinds of entries there are."""
    return tuple(dict.fromkeys(entry.kind for entry in _entries().values()))


def list_entries(kind: str | None = None) -> tuple[Entry, ...]:
    """All entries, or those of one kind (phy, facts, part, link, cable, switch, cluster).

    :raises InputError: no such kind.
    """
    if kind is not None and kind not in kinds():
        raise InputError.of("catalog", "kind", shown(kind), ", ".join(kinds()), nearest(kind, kinds()))
    return tuple(entry for entry in _entries().values() if kind in (None, entry.kind))


def show(name: str) -> Entry:
    """The entry of that name; printed, it is a table of all its values with their sources.

    :raises InputError: no such entry, with the nearest names.
    """
    entries = _entries()
    if name not in entries:
        raise InputError.of("catalog", "name", shown(name), "a name of the catalog", nearest(name, entries))
    return entries[name]


def audit() -> Counts:
    """How many values of the whole catalogue are seen, recalled, derived, measured, assumed, stated, and in conflict.

    Values that PHYs share are counted once. `without_source` is 0, or the catalogue is broken (`unsourced` names them).
    """
    total = Counts()
    for entry in _entries().values():
        total += count(entry.own_rows)
    return total


def unsourced() -> tuple[str, ...]:
    """The values without a source, or with a source key that has no citation, as "entry: key"."""
    return tuple(
        f"{entry.name}: {row.key}" for entry in _entries().values() for row in entry.own_rows if not row.has_source
    )
