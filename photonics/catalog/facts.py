"""Facts beside the PHYs: components, modules, platforms, copper, codes, delays, failure rates, money.

A fact belongs to a group, which is an entry to list and to show; its key is known to no other group. What was looked for
in vain stands in the group's `absent` with the reason.
"""

import re
from dataclasses import dataclass
from functools import cache

from photonics.catalog.sourced import Sourced, read_table
from photonics.catalog.sources import DATA, collection, heads, shipped
from photonics.errors import InputError, PhotonicsError, nearest, shown

# A fact in the text of a file: a line that begins so. Reading keys only finds the file of a fact without parsing them all.
_FACT = re.compile(r"^(\w+) = \{", re.MULTILINE)


@dataclass(frozen=True)
class Group:
    """Facts on one theme, and what was not found about it."""

    name: str
    about: str
    facts: tuple[Sourced, ...]
    absent: tuple[tuple[str, str], ...] = ()


@cache
def _groups(file: str) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for key, raw in shipped(file)["group"].items():
        where = f"catalog data {file}, {key}"
        table = read_table(raw.get("values", {}), where)
        absent = dict(raw.get("absent", {}))
        for name in absent:
            if name in table:
                raise PhotonicsError(f"{where}: {name} is absent and has a value")
        groups[raw["name"]] = Group(raw["name"], raw["about"], tuple(table.values()), tuple(absent.items()))
    return groups


@cache
def _files() -> dict[str, str]:
    """Which file holds which fact."""
    found: dict[str, str] = {}
    for file in collection("facts"):
        for key in _FACT.findall((DATA / file).read_text(encoding="utf-8")):
            if key in found:
                raise PhotonicsError(f"catalog data {file}: a second fact {key!r}, the first is in {found[key]}")
            found[key] = file
    return found


def group_abouts() -> dict[str, str]:
    """The names of all groups with what each is about; no value is read for it."""
    return {raw["name"]: raw["about"] for file in collection("facts") for raw in heads(file)["group"].values()}


def group(name: str) -> Group:
    """The group of that name; a `KeyError` where there is none."""
    for file in collection("facts"):
        if any(raw["name"] == name for raw in heads(file)["group"].values()):
            return _groups(file)[name]
    raise KeyError(name)


@cache
def _facts(file: str) -> dict[str, Sourced]:
    return {member.key: member for group in _groups(file).values() for member in group.facts}


def why_no_fact(name: str) -> str:
    """Why there is no fact of that name, where it was looked for; else an empty text."""
    for file in collection("facts"):
        for group in _groups(file).values():
            if name in dict(group.absent):
                return dict(group.absent)[name]
    return ""


def fact(name: str) -> Sourced:
    """The fact of that name, such as `fact("fibre_delay")`: 4.9 ns/m, with source and confidence.

    `low` and `high` are there where the source gives a range; then `value` may be None (see `Sourced.middle`).

    :raises InputError: no such fact, with the nearest names, or no value for it, with the reason.
    """
    files = _files()
    if name not in files:
        reason = why_no_fact(name)
        read = f"a fact without a value ({reason})" if reason else shown(name)
        raise InputError.of("catalog", name if reason else "fact", read, "a fact of the catalog", nearest(name, files))
    return _facts(files[name])[name]


def fact_names() -> tuple[str, ...]:
    """All names that `fact` knows."""
    return tuple(_files())
