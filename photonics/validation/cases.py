"""``photonics validate``: case files read, run and judged by their own tolerances."""

import fnmatch
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photonics.errors import InputError, Problem, key_text, shown
from photonics.files.json import load_json
from photonics.results import Table, brief, json_number

from .unsupported import Unsupported


@dataclass(frozen=True)
class CaseResult:
    """One quantity of one case: expected, got, tolerance, verdict; ``status`` is ok, failed or unsupported."""

    id: str
    kind: str
    quantity: str
    expected: Any
    got: Any
    tolerance: Any
    passed: bool
    status: str
    why: str
    source: str
    confidence: str
    file: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "quantity": self.quantity,
            "expected": _plain(self.expected),
            "got": _plain(self.got),
            "tolerance": self.tolerance,
            "passed": self.passed,
            "status": self.status,
            "why": self.why,
            "source": self.source,
            "confidence": self.confidence,
            "file": self.file,
        }


@dataclass(frozen=True)
class Validation:
    """Every quantity of every case that was asked for; ``passed`` and ``failed`` count cases, not quantities."""

    cases: tuple[CaseResult, ...]

    @property
    def passed(self) -> int:
        return sum(all(c.passed for c in group) for group in self._groups().values())

    @property
    def failed(self) -> int:
        return len(self._groups()) - self.passed

    def _groups(self) -> dict[tuple[str, str], list[CaseResult]]:
        groups: dict[tuple[str, str], list[CaseResult]] = {}
        for case in self.cases:
            groups.setdefault((case.file, case.id), []).append(case)
        return groups

    def as_dict(self) -> dict[str, Any]:
        return {"cases": [c.as_dict() for c in self.cases], "passed": self.passed, "failed": self.failed}

    def table(self) -> Table:
        rows = [
            [c.id, c.kind, c.quantity, _show(c.expected), _show(c.got), _tolerance(c.tolerance), c.status, brief(c.why, 50)]
            for c in self.cases
        ]
        heads = ["case", "kind", "quantity", "expected", "got", "tolerance", "verdict", "why"]
        return Table(heads, rows, "", frozenset({3, 4}))

    def __str__(self) -> str:
        return f"{self.table()}\n\n{self.passed} passed, {self.failed} failed"

    def _repr_html_(self) -> str:
        return self.table().html()


def validate(
    *paths: str | Path, kind: str | None = None, id: str | None = None, grade: str | None = None
) -> Validation:
    """Run the cases of one or more files against the models.

    ``kind`` keeps one kind, ``id`` a glob of case names, ``grade`` a grade of published experiments (whose schema is not read yet:
    such a file is a clear error).  A case of an unknown kind or with an unknown input is unsupported, says why, counts as failed
    and stops nothing.  A malformed file, or a choice that leaves no case, raises ``InputError``.
    """
    if not paths:
        raise InputError.of("", "file", "nothing", "at least one case file")
    # Every file is read before an adapter (and Numba with it) is loaded: bad input is answered at once.
    read = [(str(path), _read(Path(path))) for path in paths]
    out: list[CaseResult] = []
    for path, cases in read:
        for case in cases:
            if kind is not None and case["kind"] != kind:
                continue
            if id is not None and not fnmatch.fnmatchcase(case["id"], id):
                continue
            if grade is not None and case.get("grade") != grade:
                continue
            out += _run(case, path)
    if not out:
        raise InputError.of("", "choice", f"kind {kind!r}, id {id!r}, grade {grade!r}", "a choice that leaves at least one case")
    return Validation(tuple(out))


_KEYS = {"id": str, "kind": str, "inputs": dict, "expected": dict, "tolerance": dict, "source": str, "confidence": str}
_FORMS = {str: "a text", dict: "an object"}


def _read(path: Path) -> list[dict[str, Any]]:
    """Cases of a file, its form checked; every fault of the file in one error, each with its line."""
    document = load_json(path)
    data = document.data
    problems: list[Problem] = []

    def fault(keys: tuple[str | int, ...], read: str, allowed: str) -> None:
        problems.append(Problem(f"{path}:{document.line_of(keys)}", key_text(keys), read, allowed))

    if not isinstance(data, dict) or data.get("schema") != 1:
        read = shown(data.get("schema")) if isinstance(data, dict) else "no object"
        allowed = '1, the schema of case files: {"schema": 1, "about": ..., "cases": [...]}'
        raise InputError.of(str(path), "schema", read, allowed)
    cases = data.get("cases")
    if not isinstance(cases, list) or not cases:
        raise InputError.of(str(path), "cases", "nothing" if not cases else shown(cases), "a list of cases")
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


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return json_number(value) if isinstance(value, int | float) else value


def _show(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return f"{len(value)} values"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _tolerance(value: Any) -> str:
    if value == "exact":
        return "exact"
    ((name, limit),) = value.items()
    return f"{name} {limit:g}"
