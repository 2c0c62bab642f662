"""``photonics validate``: case files read, run and judged by their own tolerances."""

import fnmatch
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from photonics.errors import InputError, Problem, key_text, shown
from photonics.files.json import load_json
from photonics.files.toml import Document

from .published import judged
from .published_form import GRADES, Experiment, is_published, read_published
from .unsupported import Unsupported
from .verdicts import CaseResult, Validation


def validate(
    *paths: str | Path, kind: str | None = None, id: str | None = None, grade: str | None = None
) -> Validation:
    """Run the cases of one or more files against the models.

    A file holds case files of schema 1 (a tolerance for each expected value) or published experiments (missing inputs are swept);
    both call themselves schema 1 and are told apart by the keys of their cases.  ``kind`` keeps one kind, ``id`` a glob of case
    names, ``grade`` a grade (A, B or C) of published experiments.  A case of an unknown kind or with an unknown input is
    unsupported, says why, counts as failed and stops nothing.  A malformed file, or a choice that leaves no case, raises
    ``InputError``.
    """
    if not paths:
        raise InputError.of("", "file", "nothing", "at least one case file")
    if grade is not None and grade not in GRADES:
        raise InputError.of("", "grade", shown(grade), "one of " + ", ".join(GRADES))
    # Every file is read before an adapter (and Numba with it) is loaded: bad input is answered at once.
    read = [(str(path), _read(load_json(path))) for path in paths]
    out: list[CaseResult] = []
    for path, cases in read:
        for case in cases:
            published = isinstance(case, Experiment)
            of = (case.kind, case.id, case.grade) if published else (case["kind"], case["id"], case.get("grade"))
            if kind is not None and of[0] != kind:
                continue
            if id is not None and not fnmatch.fnmatchcase(of[1], id):
                continue
            if grade is not None and of[2] != grade:
                continue
            out += judged(case, path) if published else _run(case, path)
    if not out:
        raise InputError.of("", "choice", f"kind {kind!r}, id {id!r}, grade {grade!r}", "a choice that leaves at least one case")
    return Validation(tuple(out))


_KEYS = {"id": str, "kind": str, "inputs": dict, "expected": dict, "tolerance": dict, "source": str, "confidence": str}
_FORMS = {str: "a text", dict: "an object"}


def _read(document: Document) -> list[Any]:
    """Cases or experiments of a file, its form checked; every fault of the file in one error, each with its line."""
    path, data = document.path, document.data
    problems: list[Problem] = []

    def fault(keys: tuple[str | int, ...], read: str, allowed: str) -> None:
        problems.append(Problem(f"{path}:{document.line_of(keys)}", key_text(keys), read, allowed))

    if not isinstance(data, dict) or data.get("schema") != 1:
        read = shown(data.get("schema")) if isinstance(data, dict) else "no object"
        allowed = '1, the schema of case files: {"schema": 1, "about": ..., "cases": [...]}'
        raise InputError.of(path, "schema", read, allowed)
    cases = data.get("cases")
    if not isinstance(cases, list) or not cases:
        raise InputError.of(path, "cases", "nothing" if not cases else shown(cases), "a list of cases")
    if is_published(data):
        return list(read_published(document))
    seen: set[str] = set()
    for i, case in enumerate(cases):
        if not isinstance(case, dict):
            fault(("cases", i), shown(case), "an object")
            continue
        before = len(problems)
        for key, kind in _KEYS.items():
            if not isinstance(case.get(key), kind):
                at = ("cases", i, key) if key in case else ("cases", i)
                fault(at, shown(case[key]) if key in case else f"no {key}", f"{key}: {_FORMS[kind]}")
        if len(problems) > before:
            continue
        if case["id"] in seen:
            fault(("cases", i, "id"), shown(case["id"]), "an id that no other case of the file has")
        seen.add(case["id"])
        for quantity, tolerance in case["tolerance"].items():
            if not _good_tolerance(tolerance):
                allowed = '"exact", {"abs": x}, {"rel": x} or {"decades": x}, x >= 0'
                fault(("cases", i, "tolerance", quantity), shown(tolerance), allowed)
        for quantity in case["expected"]:
            if quantity not in case["tolerance"]:
                fault(("cases", i, "tolerance"), f"no tolerance for {quantity}", "one for every expected quantity")
    if problems:
        raise InputError(problems)
    return cases


def _good_tolerance(tolerance: Any) -> bool:
    if tolerance == "exact":
        return True
    if not isinstance(tolerance, dict) or len(tolerance) != 1:
        return False
    ((name, value),) = tolerance.items()
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return name in ("abs", "rel", "decades") and number and value >= 0


def _run(case: Mapping[str, Any], file: str) -> Iterable[CaseResult]:
    from .adapters import compute

    got: Mapping[str, Any] = {}
    stop = ""
    try:
        got = compute(case["kind"], case["inputs"])
    except Unsupported as error:
        stop = str(error)
    for quantity, expected in case["expected"].items():
        tolerance = case["tolerance"][quantity]
        why, value, passed = stop, None, False
        if not stop and quantity not in got:
            why = f"quantity {quantity!r} is not computed for kind {case['kind']}"
        elif not stop:
            value = got[quantity]
            passed, why = _judge(value, expected, tolerance)
        status = "ok" if passed else ("unsupported" if value is None else "failed")
        yield CaseResult(
            case["id"], case["kind"], quantity, expected, value, tolerance, passed, status, why, case["source"], case["confidence"], file
        )


def _judge(got: Any, expected: Any, tolerance: Any) -> tuple[bool, str]:
    """Whether a value lies within its tolerance; lists element by element, and why not."""
    if isinstance(expected, list):
        if not isinstance(got, list | tuple) or len(got) != len(expected):
            return False, "another number of elements"
        for i, (g, e) in enumerate(zip(got, expected, strict=True)):
            good, why = _judge(g, e, tolerance)
            if not good:
                return False, f"element {i}: {why}"
        return True, ""
    if tolerance == "exact":
        return (True, "") if got == expected else (False, "not equal")
    if not isinstance(expected, int | float) or not isinstance(got, int | float) or not math.isfinite(got):
        return False, "no finite number to compare"
    ((name, limit),) = tolerance.items()
    if name == "abs":
        off = abs(got - expected)
    elif name == "rel":
        off = abs(got - expected) / abs(expected) if expected else math.inf if got else 0.0
    else:
        off = abs(math.log10(got) - math.log10(expected)) if got > 0 and expected > 0 else (0.0 if got == expected else math.inf)
    return (True, "") if off <= limit else (False, f"off by {off:.3g}, {name} {limit:g} allowed")

