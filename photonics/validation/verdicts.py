"""What a validation says: one row per quantity, and the whole as a document and a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from photonics.results import Table, brief, json_number


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
    grade: str = ""  # of published experiments only

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "quantity": self.quantity,
            "expected": _plain(self.expected),
            "got": _plain(self.got),
            "tolerance": _plain(self.tolerance),
            "passed": self.passed,
            "status": self.status,
            "why": self.why,
            "source": self.source,
            "confidence": self.confidence,
            "grade": self.grade or None,
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
            [c.id, c.kind, c.quantity, _show(c.expected), _show(c.got), _tolerance(c.tolerance), c.status, brief(c.why)]
            for c in self.cases
        ]
        heads = ["case", "kind", "quantity", "expected", "got", "tolerance", "verdict", "why"]
        return Table(heads, rows, "", frozenset({3, 4}))

    def __str__(self) -> str:
        return f"{self.table()}\n\n{self.passed} passed, {self.failed} failed"

    def _repr_html_(self) -> str:
        return self.table().html()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return json_number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _show(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return f"{len(value)} values" if len(value) > 4 else " ".join(f"{v:.4g}" if isinstance(v, int | float) else "-" for v in value)
    return f"{value:.6g}" if isinstance(value, float) else brief(str(value), 30)


def _tolerance(value: Any) -> str:
    """A tolerance in few words; of a published experiment the interval in which a reported value passes."""
    if isinstance(value, str):
        return value
    if "allowed" in value:
        allowed = value["allowed"]  # a pair, or a list of them for a series; None where the model has no answer
        if isinstance(allowed, list):
            return f"{len(allowed)} intervals"
        return "-" if allowed is None else f"{allowed[0]:.4g}..{allowed[1]:.4g}"
    ((name, limit),) = value.items()
    return f"{name} {limit:g}" if isinstance(limit, int | float) else f"{name} {limit}"
