"""PHYs: the limits that a clause of IEEE 802.3 sets for one optical interface.

    OMA_min(T) = max(oma_min_floor, oma_minus_tdecq_min + T)     T = max(TDECQ, TECQ)   in dB and dBm, OMAouter
    RS(S)      = max(rs_floor, rs_offset + S)                    S = TECQ or SECQ

Per lane. A value that no public document was found to give is absent, not guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from photonics.catalog.sourced import Sourced, read_table
from photonics.catalog.sources import collection, heads, shipped
from photonics.errors import InputError, PhotonicsError, nearest, shown


@dataclass(frozen=True)
class Phy:
    """The table of one PHY: `phy.oma_max.value`, `phy.oma_max.unit`, and so on.

    A key that other PHYs have and this one lacks reads as None (`require` says why it is lacking); a key that no PHY has
    is an `AttributeError`, so that a slip of the pen does not pass for a missing value.
    """

    name: str
    about: str
    entries: tuple[Sourced, ...]
    absent: tuple[tuple[str, str], ...] = ()
    same_as: str = ""

    @cached_property
    def _by_key(self) -> dict[str, Sourced]:
        return {entry.key: entry for entry in self.entries}

    def __getattr__(self, key: str) -> Sourced | None:
        # Only keys come here: fields and methods are found first. Names of the data model must not recurse.
        if key.startswith("_") or key == "entries":
            raise AttributeError(key)
        if key not in self._by_key and key not in _vocabulary():
            close = ", ".join(nearest(key, _vocabulary()))
            raise AttributeError(f"no PHY has a value {key!r}" + (f"; nearest: {close}" if close else ""))
        return self._by_key.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[Sourced]:
        return iter(self.entries)

    def keys(self) -> tuple[str, ...]:
        """The keys that have a value, in the order of the table."""
        return tuple(self._by_key)

    def get(self, key: str) -> Sourced | None:
        """The value of `key`, or None where this PHY has none."""
        return self._by_key.get(key)

    def why_absent(self, key: str) -> str:
        """Why there is no value for `key`, in words."""
        if key not in _vocabulary():
            return "no PHY of the catalog has such a key"
        return dict(self.absent).get(key, "no public document that gives it was found")

    def require(self, key: str) -> Sourced:
        """The value of `key`.

        :raises InputError: this PHY has none; the problem says why, and names the nearest keys that it has.
        """
        found = self._by_key.get(key)
        if found is None:
            raise InputError.of(
                f"catalog PHY {self.name}",
                key,
                f"a key without a value ({self.why_absent(key)})",
                "a key that this PHY has",
                nearest(key, self._by_key),
            )
        return found

    def number(self, key: str) -> float:
        """The value of `key` as a float, in the unit of the table; an `InputError` where there is none."""
        return self.require(key).number

    def __str__(self) -> str:
        from photonics.catalog.entries import show

        return str(show(self.name))

    def _repr_html_(self) -> str:
        from photonics.catalog.entries import show

        return show(self.name)._repr_html_()


def _read(file: str, name: str, raw: dict[str, Any], same: Phy | None) -> Phy:
    where = f"catalog data {file}, {name}"
    own = read_table(raw.get("values", {}), where)
    absent = dict(raw.get("absent", {}))
    if same is not None:
        # Own values take the place of the shared ones and keep the order of the shared table.
        shared = {entry.key: entry for entry in same.entries}
        own = shared | own
        absent = dict(same.absent) | absent
    for key in absent:
        if key in own:
            raise PhotonicsError(f"{where}: {key} is absent and has a value")
    return Phy(name, raw["about"], tuple(own.values()), tuple(absent.items()), raw.get("same_as", ""))


@cache
def _files() -> dict[str, str]:
    """Which file holds which PHY."""
    found: dict[str, str] = {}
    for file in collection("phys"):
        for name in heads(file)["phy"]:
            if name in found:
                raise PhotonicsError(f"catalog data {file}: {name} stands in {found[name]} too")
            found[name] = file
    return found


@cache
def _phys(file: str) -> dict[str, Phy]:
    """The PHYs of one file."""
    phys: dict[str, Phy] = {}
    for name, raw in shipped(file)["phy"].items():
        other = raw.get("same_as")
        if other is not None and other not in phys:
            raise PhotonicsError(f"catalog data {file}: {name} is the same as {other!r}, which does not stand above it")
        phys[name] = _read(file, name, raw, None if other is None else phys[other])
    return phys


@cache
def _vocabulary() -> frozenset[str]:
    every = [phy(name) for name in phy_names()]
    keys = {key for table in every for key in table.keys()}
    return frozenset(keys | {key for table in every for key, _ in table.absent})


def own_keys(name: str) -> tuple[str, ...]:
    """The keys that stand in the table of this PHY itself, those of `same_as` left out."""
    return tuple(shipped(_files()[name])["phy"][name].get("values", {}))


def phy_abouts() -> dict[str, str]:
    """The names of all PHYs with what each is about; no table is read for it."""
    return {name: heads(file)["phy"][name]["about"] for name, file in _files().items()}


def phy_names() -> tuple[str, ...]:
    """The names of all PHYs."""
    return tuple(_files())


def phy(name: str) -> Phy:
    """The PHY of that name, such as "800GBASE-DR4".

    :raises InputError: no such PHY, with the nearest names.
    """
    files = _files()
    if name not in files:
        raise InputError.of(
            "catalog", "phy", shown(name), f"one of {', '.join(files)}", nearest(name, files)
        )
    return _phys(files[name])[name]
