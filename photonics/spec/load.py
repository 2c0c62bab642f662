"""From a document to a spec: `schema_kind` tells the kind, `parse_link` and its sisters check everything at
once."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from photonics.errors import InputError, Problem, key_text, nearest, shown
from photonics.spec.base import Spec, slots_of
from photonics.spec.cable import CableSpec
from photonics.spec.cluster import ClusterSpec
from photonics.spec.link import LaneSpec, LinkSpec, PathElement
from photonics.spec.merge import Document, Lookup, Merger, Origin, Table, locate, origin_of
from photonics.spec.scalar import Fault, read_scalar
from photonics.spec.sweep import SweepSpec
from photonics.spec.switch import SwitchSpec

MODELS: dict[str, type[Spec]] = {
    "link": LinkSpec,
    "cable": CableSpec,
    "switch": SwitchSpec,
    "cluster": ClusterSpec,
    "sweep": SweepSpec,
}
_SCHEMAS = {f"photonics/{kind}/1": kind for kind in MODELS}
_MOST_PROBLEMS = 200

Location = tuple[str | int, ...]


def schema_kind(data: Document | Mapping[str, Any], where: str = "") -> str:
    """The kind ("link", "cable", "switch", "cluster", "sweep") that the `schema` key names.

    :raises InputError: the key is missing or names no kind that is known.
    """
    raw, origin = origin_of(data, where)
    allowed = ", ".join(_SCHEMAS)
    if not isinstance(raw, Mapping):
        raise InputError((origin.problem(Fault((), shown(raw), "a table")),))
    if "schema" not in raw:
        close = nearest("schema", [str(key) for key in raw], 1)
        read = f"no schema but {shown(close[0])}" if close else "no schema"
        place = origin.below(*close)
        fault = Fault((), read, f'schema = "..." with one of {allowed}')
        raise InputError((Problem(place.where(), "schema", fault.read, fault.allowed, fault.nearest),))
    schema = raw["schema"]
    if not isinstance(schema, str) or schema not in _SCHEMAS:
        close = nearest(schema, _SCHEMAS) if isinstance(schema, str) else ()
        raise InputError((origin.below("schema").problem(Fault((), shown(schema), allowed, close)),))
    return _SCHEMAS[schema]


def parse(
    document: Document | Mapping[str, Any],
    *,
    lookup_part: Lookup | None = None,
    lookup_base: Lookup | None = None,
    where: str = "",
    warnings: list[Problem] | None = None,
) -> Spec:
    """The spec of whatever kind the document says it is (see `parse_link`)."""
    return _parse(schema_kind(document, where), document, lookup_part, lookup_base, where, warnings)


def parse_link(
    document: Document | Mapping[str, Any],
    *,
    lookup_part: Lookup | None = None,
    lookup_base: Lookup | None = None,
    where: str = "",
    warnings: list[Problem] | None = None,
) -> LinkSpec:
    """Check a link design and make its spec.

    :param document: a `Document` (then faults name lines) or a dictionary of tables.
    :param lookup_part: gives the document or tables of a catalog part by name; an `InputError` of its names
        the nearest.
    :param lookup_base: the same for the design that `base` names.
    :param where: names a dictionary in messages, and as the source of its plain values.
    :param warnings: gets values that are possible but implausible.
    :raises InputError: with every problem found.
    """
    spec = _expect("link", document, lookup_part, lookup_base, where, warnings)
    assert isinstance(spec, LinkSpec)
    return spec


def parse_cable(
    document: Document | Mapping[str, Any],
    *,
    lookup_part: Lookup | None = None,
    lookup_base: Lookup | None = None,
    where: str = "",
    warnings: list[Problem] | None = None,
) -> CableSpec:
    """Check a cable and make its spec (see `parse_link`)."""
    spec = _expect("cable", document, lookup_part, lookup_base, where, warnings)
    assert isinstance(spec, CableSpec)
    return spec


def parse_switch(
    document: Document | Mapping[str, Any],
    *,
    lookup_part: Lookup | None = None,
    lookup_base: Lookup | None = None,
    where: str = "",
    warnings: list[Problem] | None = None,
) -> SwitchSpec:
    """Check a switch and make its spec (see `parse_link`)."""
    spec = _expect("switch", document, lookup_part, lookup_base, where, warnings)
    assert isinstance(spec, SwitchSpec)
    return spec


def parse_cluster(
    document: Document | Mapping[str, Any],
    *,
    lookup_part: Lookup | None = None,
    lookup_base: Lookup | None = None,
    where: str = "",
    warnings: list[Problem] | None = None,
) -> ClusterSpec:
    """Check a cluster and make its spec (see `parse_link`)."""
    spec = _expect("cluster", document, lookup_part, lookup_base, where, warnings)
    assert isinstance(spec, ClusterSpec)
    return spec


def parse_sweep(
    document: Document | Mapping[str, Any],
    *,
    where: str = "",
    warnings: list[Problem] | None = None,
) -> SweepSpec:
    """Check a sweep and make its spec (see `parse_link`); it has no parts and no base."""
    spec = _expect("sweep", document, None, None, where, warnings)
    assert isinstance(spec, SweepSpec)
    return spec


def _expect(
    kind: str,
    document: Document | Mapping[str, Any],
    lookup_part: Lookup | None,
    lookup_base: Lookup | None,
    where: str,
    warnings: list[Problem] | None,
) -> Spec:
    found = schema_kind(document, where)
    if found != kind:
        _, origin = origin_of(document, where)
        fault = Fault((), f"a {found}", f'schema = "photonics/{kind}/1"')
        raise InputError((origin.below("schema").problem(fault),))
    return _parse(kind, document, lookup_part, lookup_base, where, warnings)


def _parse(
    kind: str,
    document: Document | Mapping[str, Any],
    lookup_part: Lookup | None,
    lookup_base: Lookup | None,
    where: str,
    warnings: list[Problem] | None,
) -> Spec:
    raw, origin = origin_of(document, where)
    model = MODELS[kind]
    merger = Merger(lookup_part, lookup_base)
    tables = {key: value for key, value in raw.items() if key not in ("schema", *_extras(kind))}
    table = merger.with_base(model, merger.walk(model, tables, origin), kind)
    if kind == "link":
        _lay_fibre(merger, table, raw, origin)
        _complete_lanes(merger, table)
        _name_folders(table)
    merger.check_rules(model, table)
    problems = merger.problems
    spec: Spec | None = None
    try:
        spec = model.model_validate(table)
    except ValidationError as faults:
        errors = faults.errors(include_url=False)
        for error in errors:
            problems.extend(_problems_of(error, model, table))
        # Pydantic checks across fields only where all of them are valid; the valid ones can be wrong
        # together, too.
        problems.extend(_Partly(model, table, {error["loc"] for error in errors}, ()).cross())
    if problems or spec is None:
        raise InputError(_in_order(problems, origin))
    if warnings is not None:
        warnings.extend(_implausible(spec, table))
    return spec


def _extras(kind: str) -> tuple[str, ...]:
    return ("fibre",) if kind == "link" else ()


# ---------------------------------------------------------------- sections that are no fields of their own


def _lay_fibre(merger: Merger, table: Table, raw: Mapping[str, Any], origin: Origin) -> None:
    """Put the keys of a top-level [fibre] table over every fibre of the path: the short way to another
    length."""
    if "fibre" not in raw:
        return
    place = origin.below("fibre")
    if not isinstance(raw["fibre"], Mapping):
        merger.problems.append(place.problem(Fault((), shown(raw["fibre"]), "a table [fibre]")))
        return
    fibre = merger.walk(PathElement, raw["fibre"], place, "path")
    path = table.get("path")
    elements = path if isinstance(path, list) else []
    if not any(element.get("kind") == "fibre" for element in elements) and not table.excused("path"):
        merger.problems.append(
            place.problem(Fault((), "a table [fibre]", "a path with an element of kind fibre"))
        )
        return
    if elements:
        table["path"] = [
            merger.over(PathElement, fibre, element) if element.get("kind") == "fibre" else element
            for element in elements
        ]


def _complete_lanes(merger: Merger, table: Table) -> None:
    """Put each lane's own sections over the link's, so that every section of a lane is whole."""
    lanes = table.get("lane")
    if not isinstance(lanes, list):
        return
    fields = slots_of(LaneSpec).fields
    whole = []
    for lane in lanes:
        complete = merger.over(LaneSpec, lane, Table(lane.origin))
        for name, slot in fields.items():
            common = table.get(name)
            if slot.form != "table" or slot.model is None or name == "signal" or name not in lane:
                continue
            if isinstance(common, Table):
                section = merger.over(slot.model, lane[name], common)
                # What the link's own section lacks is told there, once.
                section.guessed |= {
                    f for f, s in slots_of(slot.model).fields.items() if s.required and f not in common
                }
                section.under = common
                complete.put(name, section, lane.origins[name])
            else:
                complete[name].guessed.update(slots_of(slot.model).fields)
        whole.append(complete)
    table["lane"] = whole


def _name_folders(table: Table) -> None:
    """Keep beside the name of a measured response's file the folder of the file that named it, which it is relative to."""
    chain = table.get("chain")
    responses = chain.get("response") if isinstance(chain, Table) else None
    for response in responses if isinstance(responses, list) else ():
        if response.get("kind") == "measured" and "file" in response and "folder" not in response:
            place = response.origins["file"]
            if place.document is not None:
                response.put("folder", os.path.dirname(place.document.path) or ".", place)


# ---------------------------------------------------------------- faults in words


def _problems_of(error: Any, model: type[Spec], table: Table) -> list[Problem]:
    """Problems of one pydantic error; none if the field is already known to be broken."""
    location = tuple(error["loc"])
    kind = error["type"]
    slot = _slot_at(model, location)
    if kind == "cross":
        return _crossed(_node_at(table, location), error["ctx"]["faults"])
    if kind == "scalar":
        return [_placed(table, location, fault) for fault in error["ctx"]["faults"]]
    if kind == "missing":
        origin, holder, _ = locate(table, location)
        name = str(location[-1])
        if holder.excused(name):
            return []
        if slot is not None and slot.scalar is not None:
            allowed = slot.scalar.dimension.allowed_text()
        elif slot is not None and slot.choices:
            allowed = ", ".join(slot.choices)
        elif slot is not None and slot.form in ("table", "tables"):
            allowed = f"a table [{name}]" if slot.form == "table" else f"an array of tables [[{name}]]"
        else:
            allowed = "a text"
        place = holder.origin.below(name)
        return [Problem(holder.origin.where(), key_text(place.path), "nothing", f"{allowed} (required)")]
    read = shown(error.get("input"))
    if kind == "literal_error" and slot is not None:
        word = error["input"] if isinstance(error["input"], str) else ""
        return [
            _placed(table, location, Fault((), read, ", ".join(slot.choices), nearest(word, slot.choices)))
        ]
    return [_placed(table, location, Fault((), read, str(error["msg"])))]


def _placed(table: Table, location: Location, fault: Fault) -> Problem:
    """A fault at the place where its value was written, which may be the file of a part."""
    origin, _, _ = locate(table, (*location, *fault.keys))
    return Problem(origin.where(), key_text(origin.path), fault.read, fault.allowed, fault.nearest)


def _crossed(node: Table, faults: Iterable[Fault]) -> list[Problem]:
    """Faults between values, each at the key that the user's own file holds; none while a misspelt key hides
    one."""
    if _has_guesses(node):
        return []
    found = []
    for fault in faults:
        keys = (fault.keys, *fault.also)
        own = [path for path in keys if locate(node, path)[0].label == node.origin.label]
        found.append(_placed(node, (), replace(fault, keys=own[0] if own else fault.keys)))
    return found


class _Partly:
    """A table that is not valid as a whole, seen as the spec that it would be: what is absent or invalid is
    None."""

    def __init__(self, model: type[Spec], table: Table, bad: set[Location], at: Location) -> None:
        self._model, self._table, self._bad, self._at = model, table, bad, at

    def get(self, name: str) -> Any:
        slot = slots_of(self._model).fields[name]
        value = self._table.get(name)
        at = (*self._at, name)
        if name not in self._table:
            return None if slot.required else self._model.model_fields[name].default
        if slot.scalar is not None:
            return read_scalar(value, slot.scalar.dimension)[0]
        if slot.model is not None and isinstance(value, Table):
            return _Partly(slot.model, value, self._bad, at)
        if slot.model is not None and isinstance(value, list):
            return [_Partly(slot.model, item, self._bad, (*at, index)) for index, item in enumerate(value)]
        return None if at in self._bad else value

    __getattr__ = get

    def given(self, name: str) -> bool:
        """Whether the field was written, rightly or not (`Spec.given`)."""
        return name in self._table or self._table.excused(name)

    def cross(self) -> Iterator[Problem]:
        """What the models' `cross` finds here and below."""
        if self._model.cross.__func__ is not Spec.cross.__func__:  # type: ignore[attr-defined]
            yield from _crossed(self._table, self._model.cross(self))
        for name, slot in slots_of(self._model).fields.items():
            if slot.model is not None and name in self._table:
                value = self.get(name)
                for item in value if isinstance(value, list) else [value]:
                    yield from item.cross()


def _node_at(table: Table, location: Location) -> Any:
    node: Any = table
    for part in location:
        node = node[part]
    return node


def _has_guesses(node: Any) -> bool:
    if isinstance(node, list):
        return any(_has_guesses(item) for item in node)
    if not isinstance(node, Table):
        return False
    return bool(node.guessed) or any(_has_guesses(value) for value in node.values())


def _slot_at(model: type[Spec], location: Location) -> Any:
    slot = None
    inner: type[Spec] | None = model
    for part in location:
        if isinstance(part, int):
            continue
        if inner is None or part not in slots_of(inner).fields:
            return None
        slot = slots_of(inner).fields[part]
        inner = slot.model
    return slot


def _in_order(problems: list[Problem], origin: Origin) -> list[Problem]:
    """Each problem once, those of the file itself first and by line, at most as many as anybody reads."""

    def rank(problem: Problem) -> tuple[bool, str, int]:
        path, _, line = problem.where.rpartition(":")
        return (path != origin.label, path, int(line) if line.isdigit() else 0)

    unique = sorted(dict.fromkeys(problems), key=rank)
    if len(unique) > _MOST_PROBLEMS:
        more = len(unique) - _MOST_PROBLEMS
        unique = [*unique[:_MOST_PROBLEMS], Problem(origin.label, "", f"{more} more problems", "none")]
    return unique


def _implausible(spec: Spec, table: Table) -> list[Problem]:
    """Values inside the bounds of possibility but outside of what is usual."""
    found = []
    for keys, scalar, kind in spec.scalars():
        dimension = kind.dimension
        if dimension.plausible is None:
            continue
        low, high = dimension.plausible
        if scalar.low < low or scalar.high > high:
            unit = f" {dimension.unit}" if dimension.unit else ""
            allowed = f"usually {low:g} to {high:g}{unit}; a slip of unit?"
            found.append(_placed(table, keys, Fault((), f"{scalar}, which is unusual", allowed)))
    return [replace(problem) for problem in dict.fromkeys(found)]
