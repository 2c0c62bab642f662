"""Loading what is described in files: designs, cables, switches, clusters, sweeps, by catalogue name or by path."""

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photonics.catalog.facts import group_abouts
from photonics.catalog.index import Located, files
from photonics.catalog.phys import phy_names
from photonics.errors import InputError, Problem, key_text, nearest, shown
from photonics.files.text import read_text
from photonics.files.toml import Document
from photonics.files.toml import load as load_toml

if TYPE_CHECKING:
    from photonics.spec.cable import CableSpec
    from photonics.spec.cluster import ClusterSpec
    from photonics.spec.link import LinkSpec
    from photonics.spec.sweep import SweepSpec
    from photonics.spec.switch import SwitchSpec

# What `load` reads; the spec models are imported on use, so that listing the catalogue never loads pydantic.
_LOADABLE = ("link", "cable", "switch", "cluster", "sweep")


def _named(kinds: Iterable[str]) -> dict[str, Located]:
    wanted = tuple(kinds)
    return {name: located for name, located in files().items() if located.kind in wanted}


def _looks_like_path(source: str) -> bool:
    return source.endswith(".toml") or "/" in source or os.sep in source


def _siblings(path: Path) -> list[str]:
    """TOML files beside a path, written as the path was."""
    try:
        return [str(path.parent / found.name) for found in path.parent.glob("*.toml")]
    except (OSError, ValueError):
        return []


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return True  # a name that no file can have: the reader says what is wrong with it


def _from_path(source: str) -> Document:
    path = Path(source)
    if not _is_there(path):
        close = nearest(str(path), _siblings(path)) or nearest(path.stem, _named(_LOADABLE))
        raise InputError.of(source, "", "no such file", "a file that exists, or a name of the catalog", close)
    return load_toml(source)


def find(source: str | Path) -> Document:
    """The document of a catalogue name or of a file.

    A catalogue name wins over a file of the same name; "./NAME" means the file.

    :raises InputError: no such name and no such file, with the nearest of both; or a file that cannot be read.
    """
    if isinstance(source, Path) or _looks_like_path(source):
        return _from_path(str(source))
    located = files().get(source)
    if located is not None and located.kind in _LOADABLE:
        return located.document()
    other = located.kind if located else "PHY" if source in phy_names() else "group of facts"
    if located is not None or source in phy_names() or source in group_abouts():
        allowed = f"the name of a {_words(_LOADABLE)}"
        raise InputError.of("", "name", f"{shown(source)}, which is a {other} of the catalog", allowed)
    try:
        if Path(source).is_file():
            return load_toml(source)
    except (OSError, ValueError):
        pass  # no name that a file could have: then it is an unknown name
    choices = [*_named(_LOADABLE), *_siblings(Path("."))]
    raise InputError.of(
        "", "name", shown(source), "a name of the catalog, or the path of a TOML file", nearest(source, choices)
    )


def _words(kinds: Iterable[str]) -> str:
    *most, last = kinds
    return f"{', '.join(most)} or {last}" if most else last


def _load(source: str | Path, wanted: str | None, warnings: list[Problem] | None) -> Any:
    from photonics.spec import load as reader

    document = find(source)
    kind = reader.schema_kind(document)
    if wanted is not None and kind != wanted:
        allowed = f'schema = "photonics/{wanted}/1"'
        raise InputError.of(document.where(("schema",)), "schema", shown(document.data["schema"]), allowed)
    problems = tuple(_names_unknown(document, kind))
    try:
        spec = reader.parse(document, lookup_part=lookup_part, lookup_base=lookup_base, warnings=warnings)
    except InputError as fault:
        raise InputError((*fault.problems, *problems)) from None
    if problems:
        raise InputError(problems)
    return spec


def _names_unknown(document: Document, kind: str) -> Iterator[Problem]:
    """Names of other entries that the document gives and the catalogue does not have; paths of files are left alone."""
    data = document.data
    wanted: list[tuple[tuple[str | int, ...], Any, Collection[str], str]] = []
    if kind == "link":
        wanted.append((("phy",), data.get("phy"), phy_names(), "a PHY"))
    elif kind == "cluster":
        wanted.append((("switch",), data.get("switch"), _named(("switch",)), "a switch"))
        options = data.get("options")
        for i, option in enumerate(options if isinstance(options, list) else ()):
            links = option.get("links") if isinstance(option, dict) else None
            for j, link in enumerate(links if isinstance(links, list) else ()):
                wanted.append((("options", i, "links", j), link, _named(("link", "cable")), "a link or cable"))
    for keys, name, known, what in wanted:
        if isinstance(name, str) and name.strip() and name not in known and not _looks_like_path(name):
            allowed = f"{what} of the catalog"
            yield Problem(document.where(keys), key_text(keys), shown(name), allowed, nearest(name, known))


def load(
    source: str | Path, warnings: list[Problem] | None = None
) -> "LinkSpec | CableSpec | SwitchSpec | ClusterSpec | SweepSpec":
    """A design, cable, switch, cluster or sweep, by catalogue name or file path; its schema tells which.

    :param source: a name such as "1.6T-2xDR4", or the path of a TOML file.
    :param warnings: gets the values that are possible but unusual.
    :raises InputError: unknown name or missing file (with the nearest), unknown schema, or every fault of the file at once.
    """
    return _load(source, None, warnings)


def load_link(source: str | Path, warnings: list[Problem] | None = None) -> "LinkSpec":
    """A link or module ("photonics/link/1"); see `load`."""
    return _load(source, "link", warnings)


def load_cable(source: str | Path, warnings: list[Problem] | None = None) -> "CableSpec":
    """A cable as a product ("photonics/cable/1"); see `load`."""
    return _load(source, "cable", warnings)


def load_switch(source: str | Path, warnings: list[Problem] | None = None) -> "SwitchSpec":
    """A switch ("photonics/switch/1"); see `load`."""
    return _load(source, "switch", warnings)


def load_cluster(source: str | Path, warnings: list[Problem] | None = None) -> "ClusterSpec":
    """A cluster ("photonics/cluster/1"); see `load`."""
    return _load(source, "cluster", warnings)


def load_sweep(source: str | Path, warnings: list[Problem] | None = None) -> "SweepSpec":
    """A sweep ("photonics/sweep/1"); see `load`."""
    return _load(source, "sweep", warnings)


def _lookup(name: str, kinds: Collection[str], key: str) -> Document:
    known = _named(kinds)
    if name not in known:
        raise InputError.of("", key, shown(name), f"a {_words(kinds)} of the catalog", nearest(name, known))
    return known[name].document()


def lookup_part(name: str) -> Document:
    """The file of a part: what `part = "NAME"` in a table of a design stands for.

    :raises InputError: no such part, with the nearest names.
    """
    return _lookup(name, ("part",), "part")


def lookup_base(name: str) -> Document:
    """The file of a catalogue design (or cable, switch, cluster): what `base = "NAME"` at the head of a file starts from.

    :raises InputError: no such entry, with the nearest names.
    """
    return _lookup(name, _LOADABLE, "base")


def design_text(name: str) -> str:
    """The text of a catalogue file, comments included: the starter that `init --from NAME` writes.

    :raises InputError: no such file in the catalogue, with the nearest names.
    """
    if name not in files():
        raise InputError.of("", "name", shown(name), "a design of the catalog", nearest(name, _named(_LOADABLE)))
    return read_text(files()[name].path)
