"""The error tree: everything the package raises on purpose is a `PhotonicsError`.

A fault in what a user wrote is a `Problem`: where it stands, which key, what was read and what is allowed.
All problems of a file travel in one `InputError`, so that one run of the command line is enough to mend the
file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

# Longest piece of a user's text that a message repeats: a hostile file must not flood the terminal.
_LONGEST_ECHO = 60


class PhotonicsError(Exception):
    """Base of all errors of the package; `exit_code` is what the command line returns (4: a bug)."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: `where` ("file:line", "file" or ""), the `key` path, what was `read`, what is `allowed`.

    `nearest` holds the names closest to a misspelt one, best first.
    """

    where: str
    key: str
    read: str
    allowed: str
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.where, self.key) if part)
        text = f"{head}: read {self.read}" if head else f"read {self.read}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.nearest:
            text += f"; nearest: {', '.join(self.nearest)}"
        return text

    def at(self, where: str, key: str) -> "Problem":
        """The same fault seen from another place (the key that named a part, say)."""
        return replace(self, where=where, key=key)


class InputError(PhotonicsError):
    """What a user gave cannot be used. `problems` lists every fault found, in the order of the file."""

    exit_code = 3

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def of(cls, where: str, key: str, read: str, allowed: str, nearest: Iterable[str] = ()) -> "InputError":
        """An error with a single problem."""
        return cls((Problem(where, key, read, allowed, tuple(nearest)),))

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class UnsupportedError(InputError):
    """A known wish that is not built: the problem says what is missing and why."""


def nearest(word: str, choices: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """The `n` choices that look most like `word`, best first; empty if none is close.

    Upper and lower case count as the same letter here, so that "DB" finds "dB".
    """
    if len(word) > 200:
        return ()
    by_folded: dict[str, list[str]] = {}
    for choice in choices:
        by_folded.setdefault(choice.casefold(), []).append(choice)
    found = get_close_matches(word.casefold(), by_folded, n=n, cutoff=0.6)
    return tuple(choice for folded in found for choice in by_folded[folded])[:n]


def shown(value: object) -> str:
    """A user's value as a message repeats it: quoted, on one line, printable, cut when long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 200:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST_ECHO else value[:_LONGEST_ECHO] + "..."
        # Not ascii(): units may hold a micro sign. Lone surrogates and controls must not reach a terminal.
        inner = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
        return f"'{inner}'"
    return str(value)


def key_text(path: Iterable[object]) -> str:
    """A key path as messages write it: ("path", 1, "loss") is `path[1].loss`; elements count from 0."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not isinstance(part, str):
            text += f"[{shown(str(part))}]"
        else:
            plain = part.replace("_", "").replace("-", "").isalnum()
            name = part if plain and len(part) <= _LONGEST_ECHO else shown(part)
            text += f".{name}" if text else name
    return text
