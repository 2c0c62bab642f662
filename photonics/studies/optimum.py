"""The best design under limits, over numeric axes and choices: coarse Sobol scan of every variant, then searches in the best of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from photonics.errors import InputError
from photonics.quantity import render
from photonics.results import Table, json_number, number
from photonics.results.evaluator import Choices, Evaluator
from photonics.sweeps.limits import Limit

from .limits import read_limits, slacks
from .points import Batch, check_outputs
from .scan import Scanned, scan
from .solver import Record, minimum
from .space import Space, read_space
from .subject import subject

STARTS = 8  # of local searches in a variant
SEARCHED = 8  # variants that are searched; the others keep the best point of their scan
ACTIVE = 1e-6  # of a limit's scale or an axis's width: what is closer than that is on it


@dataclass(frozen=True)
class Candidate:
    """The best point of a variant: where, what it reaches, and whether it keeps all limits."""

    choices: Choices
    values: Mapping[str, float]
    outputs: Mapping[str, float]
    feasible: bool
    searched: bool

    def as_dict(self, objective: str) -> dict[str, Any]:
        return {
            "choices": dict(self.choices),
            "values": {path: json_number(value) for path, value in self.values.items()},
            "objective": json_number(self.outputs[objective]),
            "outputs": {name: json_number(value) for name, value in self.outputs.items()},
            "feasible": self.feasible,
            "searched": self.searched,
        }


@dataclass(frozen=True)
class Optimum:
    """The best candidate and the others.

    ``status`` is "ok" or says what is missing.  ``active`` names the limits that the best point stands on and the ends of axes that
    hold it: what would have to give for a better one.  ``repeat_error`` is how far a fresh evaluation of the best point is off the
    value that was found (0 but for a bug).
    """

    design: str
    conditions: str
    objective: str
    sense: str
    unit: str
    limits: tuple[str, ...]
    paths: tuple[tuple[str, str], ...]
    best: Candidate | None
    others: tuple[Candidate, ...]
    active: tuple[str, ...]
    status: str
    evaluations: int
    repeat_error: float

    def tables(self) -> list[Table]:
        title = f"{self.design}, {self.conditions}: {self.sense} {self.objective}, {', '.join(self.limits) or 'no limits'}"
        candidates = [c for c in (self.best, *self.others) if c is not None]
        names = list(candidates[0].outputs) if candidates else []
        picked = [path for path, _ in candidates[0].choices] if candidates else []
        heads = [*picked, *(path for path, _ in self.paths), *names, ""]
        rows = []
        for c in candidates:
            said = "best" if c is self.best else ("" if c.feasible else "breaks a limit")
            if not c.searched:
                said = f"{said}, scan only".lstrip(", ")
            values = [render(c.values[path], dimension, 6) for path, dimension in self.paths]
            rows.append([*(value for _, value in c.choices), *values, *(number(c.outputs[n], 4) for n in names), said])
        right = frozenset(range(len(picked), len(heads) - 1))
        return [Table(heads, rows, title, right)]

    def __str__(self) -> str:
        lines = [str(self.tables()[0]), f"status: {self.status}; {self.evaluations} points computed"]
        if self.active:
            lines.append(f"held by: {', '.join(self.active)}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.tables()[0].html()

    def as_dict(self) -> dict[str, Any]:
        return {
            "study": "optimum",
            "design": self.design,
            "conditions": self.conditions,
            "objective": self.objective,
            "sense": self.sense,
            "unit": self.unit,
            "limits": list(self.limits),
            "status": self.status,
            "optimum": None if self.best is None else self.best.as_dict(self.objective),
            "active": list(self.active),
            "others": [c.as_dict(self.objective) for c in self.others],
            "evaluations": self.evaluations,
            "repeat_error": json_number(self.repeat_error),
        }


def optimum(
    design: Any,
    *,
    minimise: str | None = None,
    maximise: str | None = None,
    axes: Mapping[str, Sequence[str | float]] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
    limits: Sequence[str] = (),
    points: int = 1024,
    seed: int = 1,
    corner: str = "typ",
    life: str = "end",
    set_point: str = "held",
) -> Optimum:
    """The point of the axes and choices with the least (or largest) output among those that keep all limits.

    Every variant is scanned at ``points`` Sobol points; the 8 best are searched (`solver`) and what is found is evaluated once more.
    A global optimum is not proven, only searched for.  Counts are scanned and evolved as whole numbers; a local search leaves them alone.

    :param design: catalog name, file, or an evaluator.
    :param axes: path to its low and high end.
    :param choices: path to its values: ``{"design": ["1.6T-2xDR4", "800G-2xDR4"]}``.
    :param limits: such as ``"margin_db >= 1"``; one that is just met is met.
    :raises InputError: an unknown design, output or path, an empty range, nothing to move, no objective or two.
    """
    if (minimise is None) == (maximise is None):
        raise InputError.of("", "objective", "none" if minimise is None else "both of them", "minimise or maximise, one output")
    check_points(points)
    about = subject(design, corner=corner, life=life, set_point=set_point)
    evaluator = about.evaluator
    (objective,) = check_outputs(evaluator, [str(minimise or maximise)], "minimise" if maximise is None else "maximise")
    rules = read_limits(evaluator, limits)
    space = read_space(evaluator, axes or {}, choices or {}, whole=True)
    sign = 1.0 if minimise is not None else -1.0
    outputs = tuple(dict.fromkeys((objective, *(rule.output for rule in rules))))
    scanned = scan(evaluator, space, outputs, points if space.paths else 1, seed)
    size, scales = _sizes(scanned, objective, rules)
    ranked = sorted((_best_of(scanned, v, objective, rules, sign, scales), v) for v in range(len(scanned.variants)))
    candidates, evaluations = [], scanned.count
    for rank, ((violation, _, at), v) in enumerate(ranked):
        searched = bool(space.paths) and rank < SEARCHED and math.isfinite(violation)
        if not searched:
            candidates.append(_candidate(evaluator, space, scanned.variants[v], outputs, rules, scanned.unit[at], searched=not space.paths))
            continue
        record = _search(evaluator, space, scanned, v, outputs, objective, rules, sign, size, scales, seed)
        evaluations += record.evaluations
        assert record.x is not None  # the scan gave it a first point
        candidates.append(_candidate(evaluator, space, scanned.variants[v], outputs, rules, record.x, searched=True))
    candidates.sort(key=lambda c: (not c.feasible, _no_answer_last(sign * c.outputs[objective])))
    best = candidates[0] if candidates[0].feasible else None
    active: tuple[str, ...] = ()
    error = 0.0
    status = "ok"
    if best is None:
        status = "no point keeps all limits; the least violating ones are given"
        if not any(math.isfinite(c.outputs[objective]) for c in candidates):
            status = "no point has an answer"
    else:
        active = _active(best, space, rules, scales)
        again = Batch(evaluator, space.paths, outputs, best.choices)(np.array([[best.values[p] for p in space.paths]]))
        error = abs(float(again[objective][0]) - best.outputs[objective])
    return Optimum(
        evaluator.name,
        about.conditions,
        objective,
        "minimise" if sign > 0.0 else "maximise",
        evaluator.outputs[objective].unit,
        tuple(str(rule) for rule in rules),
        tuple((path, p.kind.dimension.name) for path, p in zip(space.paths, space.parameters, strict=True)),
        best,
        tuple(c for c in candidates if c is not best),
        active,
        status,
        evaluations,
        error,
    )


def check_points(points: int) -> None:
    """Points of a scan: 16 to 2^24.

    :raises InputError: another number.
    """
    if not 16 <= points <= 2**24:
        raise InputError.of("", "points", str(points), "16 to 16777216 points of the scan of a variant")


def _no_answer_last(value: float) -> float:
    return value if math.isfinite(value) else math.inf


def _sizes(scanned: Scanned, objective: str, rules: Sequence[Limit]) -> tuple[float, np.ndarray]:
    """What objective and limits are measured by: the spread of their values over the scan."""

    def size(name: str) -> float:
        values = scanned.outputs[name][np.isfinite(scanned.outputs[name])]
        spread = float(values.std()) if values.size else 0.0
        return spread if spread > 0.0 else max(float(np.abs(values).max()) if values.size else 0.0, 1e-300)

    return size(objective), np.array([size(rule.output) for rule in rules])


def _violations(rules: Sequence[Limit], outputs: Mapping[str, np.ndarray], scales: np.ndarray) -> np.ndarray:
    found = slacks(rules, outputs)
    worst = np.maximum(-found / scales[:, None], 0.0).max(axis=0) if len(rules) else np.zeros(len(outputs["status"]))
    return np.where(np.isfinite(worst), worst, np.inf)


def _ranking(scanned: Scanned, v: int, objective: str, rules: Sequence[Limit], sign: float, scales: np.ndarray) -> tuple[np.ndarray, ...]:
    part = scanned.of(v)
    value = sign * part[objective]
    violation = np.where(np.isfinite(value), _violations(rules, part, scales), np.inf)
    value = np.where(np.isfinite(value), value, np.inf)
    return violation, value, np.lexsort((value, violation))


def _best_of(scanned: Scanned, v: int, objective: str, rules: Sequence[Limit], sign: float, scales: np.ndarray) -> tuple[float, float, int]:
    violation, value, order = _ranking(scanned, v, objective, rules, sign, scales)
    return float(violation[order[0]]), float(value[order[0]]), int(order[0])


def _search(
    evaluator: Evaluator,
    space: Space,
    scanned: Scanned,
    v: int,
    outputs: Sequence[str],
    objective: str,
    rules: Sequence[Limit],
    sign: float,
    size: float,
    scales: np.ndarray,
    seed: int,
) -> Record:
    batch = Batch(evaluator, space.paths, outputs, scanned.variants[v])

    def function(unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = batch(space.points(unit))
        fine = found["status"] == 0
        return np.where(fine, sign * found[objective], np.nan), np.where(fine, slacks(rules, found), np.nan)

    record = Record(function, scales)
    _, _, order = _ranking(scanned, v, objective, rules, sign, scales)
    starts = scanned.unit[order[:STARTS]]
    record(starts)
    minimum(record, starts, size, seed)
    return record


def _candidate(
    evaluator: Evaluator, space: Space, choices: Choices, outputs: Sequence[str], rules: Sequence[Limit], unit: np.ndarray, *, searched: bool
) -> Candidate:
    point = space.points(unit[None, :])
    found = Batch(evaluator, space.paths, outputs, choices)(point)
    fine = bool(found["status"][0] == 0) and all(math.isfinite(found[name][0]) for name in outputs)
    feasible = fine and bool((slacks(rules, found) >= 0.0).all())
    values = {path: float(x) for path, x in zip(space.paths, point[0], strict=True)}
    return Candidate(choices, values, {name: float(found[name][0]) for name in outputs}, feasible, searched)


def _active(best: Candidate, space: Space, rules: Sequence[Limit], scales: np.ndarray) -> tuple[str, ...]:
    held = []
    for rule, scale in zip(rules, scales, strict=True):
        if abs(best.outputs[rule.output] - rule.value) <= ACTIVE * scale:
            held.append(str(rule))
    for path, low, high in zip(space.paths, space.low, space.high, strict=True):
        for end, name in ((low, "low"), (high, "high")):
            if abs(best.values[path] - end) <= ACTIVE * (high - low):
                held.append(f"the {name} end of {path}")
    return tuple(held)
