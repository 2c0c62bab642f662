"""The shipped data files, and citations: the data name their sources by key, this module writes them out.

A collection is a file that holds many tables, or several of one theme each: facts-latency.toml, facts-copper.toml, ...
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from photonics.errors import InputError, PhotonicsError, nearest, shown

DATA = Path(__file__).parent / "data"

# A key is one word; everything else is a citation that stands where it is used.
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@cache
def shipped(file: str) -> dict[str, Any]:
    """The parsed tables of a shipped data file."""
    try:
        with open(DATA / file, "rb") as stream:
            return tomllib.load(stream)
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise PhotonicsError(f"catalog data {file}: {fault}") from fault


def collection(stem: str) -> tuple[str, ...]:
    """The files of a collection: STEM.toml and STEM-THEME.toml, in the order of their names."""
    return tuple(sorted(path.name for path in DATA.glob("*.toml") if path.stem.partition("-")[0] == stem))


@cache
def heads(file: str) -> dict[str, Any]:
    """The tables of a file of a collection without their values and reasons: enough to list it, at a fraction of the cost."""
    kept: list[str] = []
    keep = True
    try:
        for line in (DATA / file).read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                keep = not line.rstrip().endswith((".values]", ".absent]"))
            if keep:
                kept.append(line)
        return tomllib.loads("\n".join(kept))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise PhotonicsError(f"catalog data {file}: {fault}") from fault


def is_key(source: str) -> bool:
    """Whether `source` has the form of a key (one word), rather than of a citation written out."""
    return _KEY.fullmatch(source) is not None


@cache
def _citations() -> dict[str, str]:
    known: dict[str, str] = {}
    for file in collection("sources"):
        for key, text in shipped(file)["sources"].items():
            if key in known:
                raise PhotonicsError(f"catalog data {file}: a second source {key!r}")
            known[key] = text
    return known


def source_keys() -> tuple[str, ...]:
    """All keys that `citation` knows, in the order of the files."""
    return tuple(_citations())


def citation(source: str) -> str:
    """What a source key stands for: kind of document, author, date, how it was read.

    A source that is already written out is returned as it is.

    :raises InputError: a key that the catalogue does not have, with the nearest ones.
    """
    if not is_key(source):
        return source
    known = _citations()
    if source not in known:
        raise InputError.of(
            "catalog", "source", shown(source), "a source key of the catalog", nearest(source, known)
        )
    return known[source]
