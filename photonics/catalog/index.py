"""What files the catalogue has: every TOML file below `data/` whose schema is "photonics/KIND/VERSION" and that has a name.

Only the head of a file is read (its keys above the first table), so listing stays cheap as the catalogue grows.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from photonics.catalog.sources import DATA
from photonics.errors import PhotonicsError
from photonics.files.text import read_text
from photonics.files.toml import Document, loads

# Files that hold many entries, not one: the first word of their names.
_COLLECTIONS = frozenset({"sources", "phys", "facts"})


@dataclass(frozen=True)
class Located:
    """One file of the catalogue: its kind (of the schema), name, what it is about, and where it lies."""

    kind: str
    name: str
    about: str
    path: Path

    @property
    def label(self) -> str:
        """The file as messages name it: the same on every machine."""
        return f"catalog/{self.path.parent.name}/{self.path.name}"

    def document(self) -> Document:
        """The parsed file."""
        return loads(read_text(self.path), self.label)


def _head(path: Path) -> dict[str, Any]:
    """The top-level keys of a file, read without its tables."""
    lines: list[str] = []
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            if line.startswith("["):
                break
            lines.append(line)
    try:
        return tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        # The bracket stood inside a text or a list: only the whole file tells.
        pass
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise PhotonicsError(f"catalog data {path.name}: {fault}") from fault


def scan(folder: Path) -> dict[str, Located]:
    """All files of a data folder by name.

    :raises PhotonicsError: a file without schema or name, or two files of one name: the package itself is at fault.
    """
    found: dict[str, Located] = {}
    for path in sorted(folder.rglob("*.toml")):
        if path.parent == folder and path.stem.partition("-")[0] in _COLLECTIONS:
            continue
        head = _head(path)
        schema, name = head.get("schema"), head.get("name")
        parts = schema.split("/") if isinstance(schema, str) else []
        if len(parts) != 3 or parts[0] != "photonics":
            raise PhotonicsError(f"catalog data {path.name}: schema {schema!r} is not photonics/KIND/VERSION")
        if not isinstance(name, str) or not name:
            raise PhotonicsError(f"catalog data {path.name}: no name")
        if name in found:
            raise PhotonicsError(f"catalog data {path.name}: the name {name!r} is taken by {found[name].path.name}")
        found[name] = Located(parts[1], name, str(head.get("about", "")), path)
    return found


@cache
def files() -> dict[str, Located]:
    """All files of the catalogue by name."""
    return scan(DATA)
