"""Where a key stands in a TOML or JSON text: line and span of every key and value, found only when an error
asks.

`tomllib` and `json` give values without places. These scanners walk a text that the parser has already
accepted, so they need not judge it, only measure it; a walk of 5 kB takes about a millisecond and happens
once per document.
"""

import json
import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass

Key = tuple[str | int, ...]

# Strings can hide brackets, quotes and number signs. Each alternative also takes an unterminated end, so that
# no start is scanned twice and a scan stays linear in the text.
_STRING = (
    r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*(?:"{3,5}|\Z)'
    r"|'''(?:[^']|'(?!''))*(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\.)*"?'
    r"|'[^'\n]*'?"
)
_TOKEN = re.compile(
    rf"(?P<string>{_STRING})|(?P<skip>\#[^\n]*)|(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<equals>=)"
)
_DOT = re.compile(rf"(?P<string>{_STRING})|(?P<skip>\#[^\n]*)|(?P<dot>\.)|(?P<end>[\n,={{}}])")
_BLANK = re.compile(r"(?:[ \t\r\n]|\#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_PART = re.compile(rf"(?:{_STRING})|[A-Za-z0-9_-]+")
_ATOM = re.compile(rf"(?:{_STRING})|[^\[\]{{}},\#\n\r]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Spans (start, end) of a key as written and of its value; for a header the value is the header line."""

    key: tuple[int, int]
    value: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Structure:
    """Measures of a text outside its strings and comments, with the characters at which they are reached."""

    nesting: int
    nesting_at: int
    dots: int
    dots_at: int
    entries: int


def structure(text: str) -> Structure:
    """Deepest bracket nesting, longest dotted key, and number of entries (`=` signs and opening brackets)."""
    depth = deepest = at = entries = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            depth += 1
            entries += 1
            if depth > deepest:
                deepest, at = depth, match.start()
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "equals":
            entries += 1
    return Structure(deepest, at, *_longest_dotted(text), entries)


def _longest_dotted(text: str) -> tuple[int, int]:
    """Most dots between two separators. Prose in strings does not count, and is the only place of many dots."""
    if all(line.count(".") <= 16 for line in text.split("\n")):
        return 0, 0
    dots = most = at = 0
    for match in _DOT.finditer(text):
        if match.lastgroup == "dot":
            dots += 1
            if dots > most:
                most, at = dots, match.start()
        elif match.lastgroup == "end":
            dots = 0
    return most, at


def unclosed(text: str) -> int:
    """Where the first string without an end begins, or else the first bracket without one, or else the last
    line."""
    opened: list[int] = []
    for match in _TOKEN.finditer(text):
        kind, found = match.lastgroup, match.group()
        if kind == "string":
            quotes = found[:3] if found[:3] in ('"""', "'''") else found[0]
            if len(found) < 2 * len(quotes) or not found.endswith(quotes):
                return match.start()
        elif kind == "open":
            opened.append(match.start())
        elif kind == "close" and opened:
            opened.pop()
    return opened[0] if opened else len(text.rstrip())


class Lines:
    """Character position to line number, counted from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0] + [match.end() for match in re.finditer("\n", text)]

    def of(self, position: int) -> int:
        return bisect_right(self._starts, position)


class TomlPlaces:
    """Places of all keys of a TOML text. `duplicate` is the first key given twice, with both positions, or
    None."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places: dict[Key, Place] = {}
        self.duplicate: tuple[Key, int, int] | None = None
        self._counts: dict[Key, int] = {}
        self._headers: set[Key] = set()
        self._implied: dict[Key, int] = {}
        try:
            self._document()
        except (ValueError, IndexError):
            # The text is not TOML; what was measured so far still helps to place the parser's complaint.
            pass

    # ---- structure

    def _document(self) -> None:
        prefix: Key = ()
        at = self._skip(0)
        while at < len(self.text):
            if self.text[at] == "[":
                prefix, at = self._header(at)
            else:
                at = self._assignment(at, prefix)
            at = self._skip(at)

    def _header(self, at: int) -> tuple[Key, int]:
        start = at
        double = self.text.startswith("[[", at)
        names, spans, at = self._key(at + (2 if double else 1))
        at = self.text.index("]", at) + (2 if double else 1)
        key = self._resolve(names[:-1])
        for depth in range(1, len(names)):
            self._note(self._resolve(names[:depth]), spans[depth - 1], (start, at), implied=True)
        last = (*key, names[-1])
        if double:
            count = self._counts.get(last, 0)
            self._counts[last] = count + 1
            self._note(last, spans[-1], (start, at), implied=True)
            last = (*last, count)
            self._note(last, spans[-1], (start, at))
        else:
            self._note(last, spans[-1], (start, at), twice=last in self._headers)
            self._headers.add(last)
        return last, at

    def _assignment(self, at: int, prefix: Key) -> int:
        names, spans, at = self._key(at)
        at = self._skip_space(at)
        if self.text[at] != "=":
            raise ValueError("no equals sign")
        at = self._skip_space(at + 1)
        key = prefix
        for name, span in zip(names[:-1], spans[:-1], strict=True):
            key = (*key, name)
            self._note(key, span, span, implied=True)
        key = (*key, names[-1])
        start = at
        at = self._value(at, key)
        self._note(key, spans[-1], (start, at), twice=True)
        return at

    def _value(self, at: int, key: Key) -> int:
        opening = self.text[at]
        if opening == "[":
            at, index = self._skip(at + 1), 0
            while self.text[at] != "]":
                start = at
                at = self._value(at, (*key, index))
                self._note((*key, index), (start, at), (start, at))
                index += 1
                at = self._skip(at)
                if self.text[at] == ",":
                    at = self._skip(at + 1)
            return at + 1
        if opening == "{":
            at = self._skip(at + 1)
            while self.text[at] != "}":
                at = self._skip(self._assignment(at, key))
                if self.text[at] == ",":
                    at = self._skip(at + 1)
            return at + 1
        match = _ATOM.match(self.text, at)
        if match is None:
            raise ValueError("no value")
        return at + len(match.group().rstrip())

    # ---- pieces

    def _key(self, at: int) -> tuple[list[str], list[tuple[int, int]], int]:
        names, spans = [], []
        while True:
            at = self._skip_space(at)
            match = _PART.match(self.text, at)
            if match is None:
                raise ValueError("no key")
            names.append(_unquoted(match.group()))
            spans.append(match.span())
            at = self._skip_space(match.end())
            if self.text[at] != ".":
                return names, spans, at
            at += 1

    def _resolve(self, names: list[str]) -> Key:
        """A header's names as a full key: a name of an array of tables means its latest element."""
        key: Key = ()
        for name in names:
            key = (*key, name)
            if key in self._counts:
                key = (*key, self._counts[key] - 1)
        return key

    def _note(
        self,
        key: Key,
        span: tuple[int, int],
        value: tuple[int, int],
        implied: bool = False,
        twice: bool = False,
    ) -> None:
        if implied:
            if key not in self.places:
                self.places[key] = Place(span, value)
                self._implied[key] = 1
            return
        if key in self.places and key not in self._implied:
            if twice and self.duplicate is None:
                self.duplicate = (key, self.places[key].key[0], span[0])
            return
        self._implied.pop(key, None)
        self.places[key] = Place(span, value)

    def _skip(self, at: int) -> int:
        return _BLANK.match(self.text, at).end()  # type: ignore[union-attr]

    def _skip_space(self, at: int) -> int:
        return _SPACE.match(self.text, at).end()  # type: ignore[union-attr]


def _unquoted(text: str) -> str:
    if text[0] == "'":
        return text[1:-1]
    if text[0] == '"':
        # One spelling of escapes, that of the parser itself.
        return next(iter(tomllib.loads(f"{text} = 0")))
    return text


_JSON_ATOM = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s\[\]{},:"]+')
_JSON_SPACE = re.compile(r"[ \t\r\n]*")


class JsonPlaces:
    """Places of all keys and elements of a JSON text that `json` has accepted, or of as much of it as is well
    formed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places: dict[Key, Place] = {}
        self.duplicate: tuple[Key, int, int] | None = None
        try:
            self._value(self._skip(0), (), None)
        except (ValueError, IndexError):
            pass

    def _value(self, at: int, key: Key, span: tuple[int, int] | None) -> int:
        start = at
        opening = self.text[at]
        if opening in "[{":
            closing = "]" if opening == "[" else "}"
            at, index = self._skip(at + 1), 0
            while self.text[at] != closing:
                inner: tuple[int, int] | None = None
                name: str | int = index
                if opening == "{":
                    name, inner = self._name(at)
                    at = self._skip(inner[1])
                    if self.text[at] != ":":
                        raise ValueError("no colon")
                    at = self._skip(at + 1)
                at = self._skip(self._value(at, (*key, name), inner))
                index += 1
                if self.text[at] == ",":
                    at = self._skip(at + 1)
            at += 1
        else:
            match = _JSON_ATOM.match(self.text, at)
            if match is None:
                raise ValueError("no value")
            at = match.end()
        span = span or (start, start)
        if key in self.places and self.duplicate is None:
            self.duplicate = (key, self.places[key].key[0], span[0])
        self.places.setdefault(key, Place(span, (start, at)))
        return at

    def _name(self, at: int) -> tuple[str, tuple[int, int]]:
        match = _JSON_ATOM.match(self.text, at)
        if match is None or self.text[at] != '"':
            raise ValueError("no name")
        return json.loads(match.group(), strict=False), match.span()

    def _skip(self, at: int) -> int:
        return _JSON_SPACE.match(self.text, at).end()  # type: ignore[union-attr]
