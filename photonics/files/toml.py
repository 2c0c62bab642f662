"""TOML documents: limits first, then `tomllib`; the place of a key is looked up when an error asks for it."""

import re
import tomllib
from pathlib import Path
from typing import Any

from photonics.errors import InputError, key_text
from photonics.files.places import JsonPlaces, Key, Lines, Place, TomlPlaces, structure, unclosed
from photonics.files.text import LIMIT_BYTES, read_text

MAX_NESTING = 32
MAX_ENTRIES = 20_000
# CPython refuses to convert integers with more digits; tomllib then raises a plain ValueError without a
# place.
_MAX_DIGITS = 4300
_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)\s*$")


class Document:
    """A parsed file: `path` as the user gave it, its `text` and its `data`.

    `line_of` finds the line of a key path by scanning the text once, on the first question. `at` gives a view
    of a table inside.
    """

    def __init__(
        self,
        path: str,
        text: str,
        data: Any,
        *,
        root: Key = (),
        scanner: type[TomlPlaces] | type[JsonPlaces] = TomlPlaces,
    ) -> None:
        self.path = path
        self.text = text
        self.data = data
        self._root = root
        self._scanner = scanner
        self._scan: tuple[dict[Key, Place], Lines] | None = None

    def __repr__(self) -> str:
        return f"Document({self.path!r}, {key_text(self._root) or 'whole'})"

    @property
    def name(self) -> str:
        """The file name without its folder: what a plain value of this file gives as its source."""
        return Path(self.path).name

    def at(self, *keys: str | int) -> "Document":
        """The document seen from one of its tables: `data` is that table, places stay those of the file."""
        data = self.data
        for key in keys:
            data = data[key]
        view = Document(self.path, self.text, data, root=(*self._root, *keys), scanner=self._scanner)
        view._scan = self._scan
        return view

    def _places(self) -> tuple[dict[Key, Place], Lines]:
        if self._scan is None:
            self._scan = (self._scanner(self.text).places, Lines(self.text))
        return self._scan

    def places(self) -> dict[Key, Place]:
        """The places of all keys of the text, by full key path."""
        return self._places()[0]

    def place_of(self, keys: Key) -> Place | None:
        """Spans of a key and of its value in `text`, or None if the text does not hold that very key."""
        return self._places()[0].get((*self._root, *keys))

    def line_of(self, keys: Key = ()) -> int:
        """The line (from 1) of a key, or of the nearest enclosing table that the text does hold."""
        places, lines = self._places()
        full = (*self._root, *keys)
        while full and full not in places:
            full = full[:-1]
        return lines.of(places[full].key[0]) if full else 1

    def where(self, keys: Key = ()) -> str:
        """ "file:line" of a key, as messages begin."""
        return f"{self.path}:{self.line_of(keys)}"


def load(path: str | Path, limit_bytes: int = LIMIT_BYTES) -> Document:
    """Read a TOML file.

    :raises InputError: the file cannot be read (`read_text`), is nested deeper than `MAX_NESTING`, has more
        than `MAX_ENTRIES` keys and brackets, or is not TOML; the message names the line.
    """
    return loads(read_text(path, limit_bytes), str(path))


def loads(text: str, path: str = "") -> Document:
    """Parse TOML text; `path` names it in messages."""
    _check_structure(text, path)
    try:
        data = tomllib.loads(text)
    except ValueError as fault:
        raise _syntax_error(text, path, fault) from None
    return Document(path, text, data)


def _check_structure(text: str, path: str) -> None:
    """Refuse what would cost a parser much time or stack, before it starts."""
    found = structure(text)
    if found.nesting > MAX_NESTING:
        raise _too_much(
            text, path, found.nesting_at, f"brackets nested {found.nesting} deep", f"{MAX_NESTING} levels"
        )
    if found.dots > MAX_NESTING:
        raise _too_much(text, path, found.dots_at, f"a key of {found.dots + 1} parts", f"{MAX_NESTING} parts")
    if found.entries > MAX_ENTRIES:
        raise InputError.of(path, "", f"{found.entries} keys and brackets", f"at most {MAX_ENTRIES}")


def _too_much(text: str, path: str, at: int, read: str, most: str) -> InputError:
    return InputError.of(f"{path}:{line_at(text, at)}", "", read, f"at most {most}")


def line_at(text: str, at: int) -> int:
    """The line, from 1, of a character position."""
    return text.count("\n", 0, at) + 1


def _syntax_error(text: str, path: str, fault: ValueError) -> InputError:
    message = str(fault)
    if not isinstance(fault, tomllib.TOMLDecodeError):
        digits = re.search(rf"[0-9_]{{{_MAX_DIGITS},}}", text)
        line = line_at(text, digits.start()) if digits else 1
        return InputError.of(
            f"{path}:{line}", "", "a number of thousands of digits", "a number that fits 64 bits"
        )
    place = _PLACE.search(message)
    reason = message[: place.start()].strip() if place else message
    if re.search("overwrite|twice|mutate|already|duplicate", reason, re.IGNORECASE):
        twice = TomlPlaces(text).duplicate
        if twice is not None:
            key, first, second = twice
            allowed = f"one value; the first is in line {line_at(text, first)}"
            return InputError.of(
                f"{path}:{line_at(text, second)}", key_text(key), "a key given twice", allowed
            )
    if place and place.group(1):
        where, at = f"{path}:{place.group(1)}", f"at column {place.group(2)}"
    else:
        # The parser only noticed at the end of the file: its author wants to know where the string or bracket
        # began.
        where, at = f"{path}:{line_at(text, unclosed(text))}", "that is never closed"
    return InputError.of(where, "", f"text that is not TOML {at} ({_own_words(reason)})", "TOML")


def _own_words(reason: str) -> str:
    """The parser's reason as part of a sentence, without text of the file that may hold anything."""
    reason = reason[:1].lower() + reason[1:]
    return "".join(c if c.isprintable() else "?" for c in reason)[:120]
