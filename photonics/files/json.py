"""JSON documents with the same discipline as TOML: limits first, no duplicate keys, no NaN, faults with their
line."""

import json
import re
from pathlib import Path
from typing import Any

from photonics.errors import InputError, key_text
from photonics.files.places import JsonPlaces, Lines, structure
from photonics.files.text import read_text
from photonics.files.toml import MAX_NESTING, Document, line_at

LIMIT_BYTES = 8 << 20


class _Duplicate(Exception):
    pass


class _NotFinite(Exception):
    pass


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise _Duplicate
    return table


def _constant(name: str) -> Any:
    raise _NotFinite(name)


def load_json(path: str | Path, limit_bytes: int = LIMIT_BYTES) -> Document:
    """Read a JSON file; the result answers `line_of` like a TOML document.

    :raises InputError: unreadable (`read_text`), nested deeper than `MAX_NESTING`, not JSON, a key given
        twice, NaN or Infinity, or a number of thousands of digits.
    """
    return loads_json(read_text(path, limit_bytes), str(path))


def loads_json(text: str, path: str = "") -> Document:
    """Parse JSON text; `path` names it in messages."""
    found = structure(text)
    if found.nesting > MAX_NESTING:
        where = f"{path}:{line_at(text, found.nesting_at)}"
        raise InputError.of(
            where, "", f"brackets nested {found.nesting} deep", f"at most {MAX_NESTING} levels"
        )
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except json.JSONDecodeError as fault:
        raise InputError.of(
            f"{path}:{fault.lineno}",
            "",
            f"text that is not JSON at column {fault.colno} ({fault.msg.lower()})",
            "JSON",
        ) from None
    except _Duplicate:
        twice = JsonPlaces(text).duplicate
        if twice is None:
            raise InputError.of(path, "", "a key given twice", "one value per key") from None
        lines = Lines(text)
        raise InputError.of(
            f"{path}:{lines.of(twice[2])}",
            key_text(twice[0]),
            "a key given twice",
            f"one value; the first is in line {lines.of(twice[1])}",
        ) from None
    except _NotFinite as fault:
        name = str(fault)
        place = re.search(rf"(?<![\w\"]){re.escape(name)}(?![\w\"])", text)
        line = line_at(text, place.start()) if place else 1
        raise InputError.of(
            f"{path}:{line}", "", name, "a finite number, or null with a status beside it"
        ) from None
    except ValueError:
        digits = re.search(r"[0-9]{4300,}", text)
        line = line_at(text, digits.start()) if digits else 1
        raise InputError.of(
            f"{path}:{line}", "", "a number of thousands of digits", "a number that fits 64 bits"
        ) from None
    return Document(path, text, data, scanner=JsonPlaces)
