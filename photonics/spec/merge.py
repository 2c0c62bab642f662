"""From the tables of a file to one tree of values: units out of keys, parts and bases put underneath.

The tree (`Table`) is what pydantic then validates. Each table remembers for every key the document and key
path that it came from, so that an error in a value of a part names the part's file; and which fields are
given but broken, so that one slip is one problem.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from photonics.errors import InputError, Problem, key_text, shown
from photonics.spec.base import Slots, Spec, slots_of
from photonics.spec.scalar import Fault, Given, Scalar


@runtime_checkable
class Document(Protocol):
    """A parsed file that can say where a key stands; named by its shape, because readers live in a room
    above."""

    @property
    def path(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> Any: ...
    def where(self, keys: tuple[str | int, ...] = ()) -> str: ...


Lookup = Callable[[str], Document | Mapping[str, Any]]

# Looking for near names costs about a millisecond; a file of ten thousand unknown keys must not take seconds.
_MOST_SUGGESTIONS = 40
_LONGEST_CHAIN = 8


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table or value came from: a key path in a document, or in a dictionary that `label` names.

    `via` is the place that named a part or base; it stands for one that has no lines of its own.
    """

    label: str
    document: Document | None = None
    path: tuple[str | int, ...] = ()
    via: "Origin | None" = None

    def below(self, *keys: str | int) -> "Origin":
        return Origin(self.label, self.document, (*self.path, *keys), self.via)

    def where(self) -> str:
        if self.document is not None:
            return self.document.where(self.path)
        return self.via.where() if self.via is not None else self.label

    @property
    def source(self) -> str:
        """What a plain value gives as its source."""
        return self.document.name if self.document is not None else self.label or "given directly"

    def problem(self, fault: Fault) -> Problem:
        place = self.below(*fault.keys)
        return Problem(place.where(), key_text(place.path), fault.read, fault.allowed, fault.nearest)


def origin_of(given: Any, where: str, via: Origin | None = None) -> tuple[Mapping[str, Any], Origin]:
    """The data and origin of what a caller or a lookup hands in."""
    if isinstance(given, Mapping):
        return given, Origin(where, via=via)
    if isinstance(given, Document):
        return given.data, Origin(given.path, given)
    # Neither: the reader of `schema` says so.
    return given, Origin(where, via=via)


class Table(dict[str, Any]):
    """Folded values of one table.

    `broken` names fields that are given but unusable; `guessed` those that a misspelt key or a part that was
    not found probably stands for. `bare` is the table without its part, `under` the link's table below a
    lane's.
    """

    folded = True

    def __init__(self, origin: Origin) -> None:
        super().__init__()
        self.origin = origin
        self.origins: dict[str, Origin] = {}
        self.broken: set[str] = set()
        self.guessed: set[str] = set()
        self.bare: Table | None = None
        self.under: Table | None = None

    def put(self, name: str, value: Any, origin: Origin) -> None:
        self[name] = value
        self.origins[name] = origin

    def has(self) -> frozenset[str]:
        """Fields that are given, rightly or not."""
        return frozenset(self) | self.broken

    def excused(self, name: str) -> bool:
        """Whether the absence of a field already has its problem."""
        return name in self.broken or name in self.guessed


@dataclass
class Merger:
    """Walks raw tables along the models and collects every problem on the way."""

    lookup_part: Lookup | None = None
    lookup_base: Lookup | None = None
    problems: list[Problem] = field(default_factory=list)
    suggestions: int = 0

    def walk(self, model: type[Spec], raw: Mapping[str, Any], origin: Origin, section: str = "") -> Table:
        """Fold one table and all below it; a `part` named in it is put underneath."""
        slots = slots_of(model)
        table = Table(origin)
        misnamed_base = False
        for key, value in raw.items():
            place = origin.below(key)
            if not isinstance(key, str) or key not in slots.spellings:
                misnamed_base |= self._unknown(table, slots, str(key), place) == "base"
                continue
            name, unit = slots.spellings[key]
            if name in table or name in table.broken:
                first = table.origins[name].path[-1] if name in table.origins else name
                self._say(place, f"{key} beside {first}", "one spelling of one quantity")
                continue
            self._put(table, slots, name, unit, value, place)
        if misnamed_base:
            self.excuse(model, table)
        if section and "part" in slots.fields and isinstance(table.get("part"), str):
            table = self._with_part(model, table, section)
        return table

    def _put(self, table: Table, slots: Slots, name: str, unit: str, value: Any, place: Origin) -> None:
        slot = slots.fields[name]
        if slot.form == "scalar":
            table.put(name, value if isinstance(value, Scalar) else Given(value, unit, place.source), place)
        elif slot.form == "plain":
            table.put(name, value, place)
        elif slot.form == "table" and slot.model is not None:
            if isinstance(value, Mapping):
                table.put(name, self.walk(slot.model, value, place, name), place)
            else:
                self._say(place, shown(value), f"a table [{name}]")
                table.broken.add(name)
        elif slot.model is not None:
            if isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value):
                model = slot.model
                table.put(
                    name, [self.walk(model, v, place.below(i), name) for i, v in enumerate(value)], place
                )
            else:
                self._say(place, shown(value), f"an array of tables [[{name}]]")
                table.broken.add(name)

    def _unknown(self, table: Table, slots: Slots, key: str, place: Origin) -> str | None:
        """Tell an unknown key; returns the field that was probably meant."""
        self.suggestions += 1
        if self.suggestions > _MOST_SUGGESTIONS:
            self._say(place, "an unknown key", "a key of this table")
            return None
        likely = slots.likely(key, table.has())
        if likely in ("part", "base"):
            # What the part would have brought is not missing: it is misnamed.
            table.guessed.update(slots.fields)
        elif likely is not None:
            table.guessed.add(likely)
        names = ", ".join(slots.fields)
        self._say(
            place, "an unknown key", names if len(names) < 200 else "a key of this table", slots.nearest(key)
        )
        return likely

    def _say(self, place: Origin, read: str, allowed: str, close: tuple[str, ...] = ()) -> None:
        self.problems.append(place.problem(Fault((), read, allowed, close)))

    # ---- parts and bases

    def _with_part(self, model: type[Spec], own: Table, section: str) -> Table:
        name, place = own["part"], own.origins["part"]
        found = self._look_up(self.lookup_part, name, place, "part")
        if found is None:
            own.guessed.update(slots_of(model).fields)
            return own
        raw, origin = origin_of(found, name, place)
        tables = raw.get(section)
        if not isinstance(tables, Mapping):
            held = tuple(key for key, value in raw.items() if isinstance(value, Mapping))
            what = f"{shown(name)}, a part for {', '.join(held) or 'nothing'}"
            self._say(place, what, f"a part with a table [{section}]")
            own.guessed.update(slots_of(model).fields)
            return own
        part = self.walk(model, tables, origin.below(section))
        merged = self.over(model, own, part)
        merged.bare = own
        return merged

    def _look_up(
        self, lookup: Lookup | None, name: str, place: Origin, what: str
    ) -> Document | Mapping[str, Any] | None:
        if lookup is None:
            self._say(place, shown(name), f"no {what}: there is no catalog to look in")
            return None
        try:
            return lookup(name)
        except InputError as fault:
            for problem in fault.problems:
                # A fault inside the catalog's own file keeps its place; a name that is not there stands where
                # it was written.
                here = problem.at(place.where(), key_text(place.path))
                self.problems.append(problem if ":" in problem.where else here)
            return None

    def excuse(self, model: type[Spec], table: Table) -> None:
        """Nothing of this table or below counts as missing: a base would have brought it."""
        table.guessed.update(slots_of(model).fields)
        for name, slot in slots_of(model).fields.items():
            if slot.form == "table" and slot.model is not None and isinstance(table.get(name), Table):
                self.excuse(slot.model, table[name])

    def with_base(self, model: type[Spec], own: Table, kind: str) -> Table:
        """The table with the chain of its bases underneath."""
        seen: list[str] = []
        chain = [own]
        while isinstance(chain[-1].get("base"), str):
            name, place = chain[-1]["base"], chain[-1].origins["base"]
            if name in seen or len(seen) >= _LONGEST_CHAIN:
                self._say(place, f"{shown(name)}, a base that comes back to itself", "a base that ends")
                self.excuse(model, own)
                break
            seen.append(name)
            found = self._look_up(self.lookup_base, name, place, "base")
            if found is None:
                self.excuse(model, own)
                break
            raw, origin = origin_of(found, name, place)
            schema = raw.get("schema")
            if schema != f"photonics/{kind}/1":
                self._say(
                    place, f"{shown(name)}, whose schema is {shown(schema)}", f"a base that is a {kind}"
                )
                self.excuse(model, own)
                break
            chain.append(self.walk(model, {k: v for k, v in raw.items() if k != "schema"}, origin))
        merged = chain[-1]
        for table in reversed(chain[:-1]):
            merged = self.over(model, table, merged)
        return merged

    def over(self, model: type[Spec], upper: Table, lower: Table) -> Table:
        """`upper` on top of `lower`: tables merge key by key, everything else is replaced as a whole."""
        slots = slots_of(model)
        bare_upper, bare_lower = upper.bare or upper, lower.bare or lower
        if "part" in bare_upper and lower.bare is not None:
            # A new part takes the place of the old part's values; only what was written beside the old part
            # stays.
            lower = lower.bare
        merged = Table(upper.origin)
        dropped = self._dropped(model, upper)
        for name, value in lower.items():
            if name not in dropped:
                merged.put(name, value, lower.origins[name])
        for name, value in upper.items():
            slot = slots.fields[name]
            below = merged.get(name)
            if (
                slot.form == "table"
                and slot.model is not None
                and isinstance(below, Table)
                and isinstance(value, Table)
            ):
                merged.put(name, self.over(slot.model, value, below), upper.origins[name])
            else:
                merged.put(name, value, upper.origins[name])
        merged.broken = upper.broken | {name for name in lower.broken if name not in upper}
        merged.guessed = upper.guessed | {name for name in lower.guessed if name not in upper}
        if bare_upper is not upper or bare_lower is not lower:
            merged.bare = self.over(model, bare_upper, bare_lower)
        return merged

    @staticmethod
    def _dropped(model: type[Spec], upper: Table) -> set[str]:
        """Fields of the lower table that the upper one's choice of an alternative rules out."""
        given = upper.has()
        dropped: set[str] = set()
        for sides in model.ALTERNATIVES:
            chosen = [side for side in sides if given & set(side)]
            if len(chosen) == 1:
                dropped.update(name for side in sides if side is not chosen[0] for name in side)
        return dropped

    # ---- rules of presence

    def check_rules(self, model: type[Spec], table: Table) -> None:
        """Report what `model.rules` finds in this table and below."""
        known = set(_rule_faults(model, table.under)) if table.under is not None else set()
        for fault in _rule_faults(model, table):
            if fault not in known:
                self.problems.append(_place_fault(table, fault))
        for name, slot in slots_of(model).fields.items():
            if slot.model is None or name not in table:
                continue
            value = table[name]
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, Table):
                    self.check_rules(slot.model, item)


def _rule_faults(model: type[Spec], table: Table) -> Iterator[Fault]:
    """Faults of presence that hold whether or not the guesses about misspelt keys are right."""
    certain = list(model.rules(table.has(), table))
    if not table.guessed:
        return iter(certain)
    guessed = set(model.rules(table.has() | table.guessed, table))
    return iter([fault for fault in certain if fault in guessed])


def _place_fault(table: Table, fault: Fault) -> Problem:
    if fault.keys and fault.keys[0] in table.origins:
        return table.origins[str(fault.keys[0])].problem(Fault(fault.keys[1:], fault.read, fault.allowed))
    return table.origin.problem(fault)


def locate(table: Table, path: tuple[str | int, ...]) -> tuple[Origin, Table, bool]:
    """The origin of the deepest part of `path` that exists, the table it lies in, and whether all of it
    exists."""
    node: Any = table
    holder, origin = table, table.origin
    for at, part in enumerate(path):
        if isinstance(node, Table):
            holder = node
            if part not in node.origins:
                return origin, holder, False
            origin, node = node.origins[str(part)], node[str(part)]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
            origin = node.origin if isinstance(node, Table) else origin.below(part)
        else:
            return origin.below(*path[at:]), holder, True
        if isinstance(node, Table):
            origin = origin if isinstance(part, str) else node.origin
    return origin, holder, True
