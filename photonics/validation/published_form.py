"""The schema of published experiments: what a case says, and every fault of its form with its line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from photonics.errors import InputError, Problem, key_text, shown
from photonics.files.toml import Document

GRADES = ("A", "B", "C")
LIMIT_NUMBER = 1e300  # an integer of more digits has no float


@dataclass(frozen=True)
class Item:
    """One input or reported value: a number, a text, a list of numbers, or numbers by name; its unit and circumstances."""

    value: Any
    unit: str = ""
    at: str = ""


@dataclass(frozen=True)
class Missing:
    """An input that was not found, with the range assumed for it; a text as nominal value is a choice, not a number."""

    name: str
    unit: str
    low: float
    high: float
    nominal: float | str


@dataclass(frozen=True)
class Experiment:
    """One published case as it stands in a file."""

    id: str
    kind: str
    grade: str
    inputs: Mapping[str, Item]
    missing: tuple[Missing, ...]
    reported: Mapping[str, Item]
    uncertainty: str
    source: str
    tag: str


_MARKS = frozenset({"reported", "missing", "uncertainty"})
_KEYS = {"id": str, "kind": str, "inputs": dict, "missing": list, "reported": dict, "uncertainty": str, "tag": str, "grade": str}
_FORMS = {str: "a text", dict: "an object", list: "a list"}
_VALUE = "a number, a text, a list of numbers, or an object of numbers"


def is_published(data: Any) -> bool:
    """Whether a file holds published experiments rather than case files of schema 1: both say 1, the keys of the cases differ."""
    cases = data.get("cases") if isinstance(data, dict) else None
    return isinstance(cases, list) and any(isinstance(c, dict) and not _MARKS.isdisjoint(c) for c in cases)


def read_published(document: Document) -> list[Experiment]:
    """The experiments of a file; ``InputError`` with every fault of its form, each with its line."""
    problems: list[Problem] = []

    def fault(keys: tuple[str | int, ...], read: str, allowed: str) -> None:
        problems.append(Problem(f"{document.path}:{document.line_of(keys)}", key_text(keys), read, allowed))

    seen: set[str] = set()
    found = []
    for i, case in enumerate(document.data["cases"]):
        at: tuple[str | int, ...] = ("cases", i)
        if not isinstance(case, dict):
            fault(at, shown(case), "an object")
            continue
        before = len(problems)
        for key, kind in _KEYS.items():
            if not isinstance(case.get(key), kind):
                here = (*at, key) if key in case else at
                fault(here, shown(case[key]) if key in case else f"no {key}", f"{key}: {_FORMS[kind]}")
        if not isinstance(case.get("source"), str | dict):
            read = shown(case["source"]) if "source" in case else "no source"
            fault((*at, "source") if "source" in case else at, read, "source: a text or an object")
        if len(problems) > before:
            continue
        if case["id"] in seen:
            fault((*at, "id"), shown(case["id"]), "an id that no other case of the file has")
        seen.add(case["id"])
        if case["grade"] not in GRADES:
            fault((*at, "grade"), shown(case["grade"]), "one of " + ", ".join(GRADES))
        if not case["reported"]:
            fault((*at, "reported"), "an empty object", "at least one reported value")
        inputs = {name: _item(item, (*at, "inputs", name), fault) for name, item in case["inputs"].items()}
        reported = {name: _item(item, (*at, "reported", name), fault) for name, item in case["reported"].items()}
        missing = [_missing(m, (*at, "missing", j), inputs, fault) for j, m in enumerate(case["missing"])]
        names = [m.name for m in missing if m is not None]
        for j, name in enumerate(names):
            if name in names[:j]:
                fault((*at, "missing"), f"{shown(name)} twice", "one range for each missing input")
        if len(problems) == before:
            found.append(
                Experiment(
                    case["id"], case["kind"], case["grade"], inputs, tuple(m for m in missing if m is not None), reported,
                    case["uncertainty"], _source(case["source"]), case["tag"],
                )
            )
    if problems:
        raise InputError(problems)
    return found


Fault = Callable[[tuple[str | int, ...], str, str], None]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LIMIT_NUMBER


def _item(item: Any, at: tuple[str | int, ...], fault: Fault) -> Item:
    """An input or reported value: a bare value, or an object with ``value`` and, if it has one, a unit."""
    if not isinstance(item, dict):
        item = {"value": item}
    elif "value" not in item:
        fault(at, "no value", f"value: {_VALUE}")
        return Item(None)
    value = item["value"]
    parts = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else None
    if not (isinstance(value, str) or _number(value) or (parts and all(_number(p) for p in parts))):
        fault((*at, "value"), shown(value), _VALUE)
    for key in ("unit", "at"):
        if not isinstance(item.get(key, ""), str):
            fault((*at, key), shown(item[key]), f"{key}: a text")
            return Item(value)
    return Item(value, item.get("unit", ""), item.get("at", ""))


def _missing(entry: Any, at: tuple[str | int, ...], inputs: Mapping[str, Item], fault: Fault) -> Missing | None:
    """One missing input with its range; None (and the fault noted) where its form is wrong."""
    if not isinstance(entry, dict):
        fault(at, shown(entry), "an object")
        return None
    good = True
    for key in ("name", "unit"):
        if not isinstance(entry.get(key), str):
            fault((*at, key), shown(entry[key]) if key in entry else f"no {key}", f"{key}: a text")
            good = False
    for key in ("assumed_low", "assumed_high"):
        if not _number(entry.get(key)):
            fault((*at, key), shown(entry[key]) if key in entry else f"no {key}", f"{key}: a number")
            good = False
    if not good:
        return None
    low, high, nominal = entry["assumed_low"], entry["assumed_high"], entry.get("assumed_nominal")
    if low > high:
        fault((*at, "assumed_low"), shown(low), f"at most assumed_high, {shown(high)}")
    if nominal is None or not (isinstance(nominal, str) or (_number(nominal) and low <= nominal <= high)):
        fault((*at, "assumed_nominal"), shown(nominal), f"a number from {shown(low)} to {shown(high)}, or a text")
        return None
    if entry["name"] in inputs:
        fault((*at, "name"), shown(entry["name"]), "an input that the case does not give")
    return Missing(entry["name"], entry["unit"], float(low), float(high), nominal if isinstance(nominal, str) else float(nominal))


def _source(source: Any) -> str:
    if isinstance(source, str):
        return source
    return ", ".join(str(source[key]) for key in ("title", "venue", "year") if source.get(key) not in (None, "", "n/a"))
