"""Fronts: the points of a space that nothing in it beats in every objective at once, with the named designs beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from photonics.errors import InputError, shown
from photonics.quantity import render
from photonics.results import Table, json_number, number
from photonics.results.evaluator import Choices

from .limits import read_limits, slack
from .optimum import check_points
from .points import Batch, check_outputs
from .scan import silent, space_plan
from .space import read_space
from .subject import subject

MOST_OBJECTIVES = 3


@dataclass(frozen=True)
class FrontPoint:
    """A point: its choices, the values of the numeric axes (none for a named design as it stands) and the objectives."""

    choices: Choices
    values: Mapping[str, float]
    outputs: Mapping[str, float]
    status: str = "ok"

    @property
    def name(self) -> str:
        return ", ".join(value for _, value in self.choices)

    def as_dict(self) -> dict[str, Any]:
        return {
            "choices": dict(self.choices),
            "values": {path: json_number(value) for path, value in self.values.items()},
            "outputs": {name: json_number(value) for name, value in self.outputs.items()},
            "status": self.status,
        }


@dataclass(frozen=True)
class Pareto:
    """``front`` in the order of the first objective, best first; ``named`` are the variants as they stand, no axis moved."""

    design: str
    conditions: str
    objectives: tuple[tuple[str, str, str], ...]  # output, "minimise" or "maximise", unit
    limits: tuple[str, ...]
    paths: tuple[tuple[str, str], ...]
    front: tuple[FrontPoint, ...]
    named: tuple[FrontPoint, ...]
    points: int
    bad: int
    status: str

    def tables(self) -> list[Table]:
        goals = ", ".join(f"{sense} {output}" for output, sense, _ in self.objectives)
        title = f"{self.design}, {self.conditions}: {goals}; {', '.join(self.limits) or 'no limits'}"
        picked = [path for path, _ in self.named[0].choices]
        heads = [*picked, *(path for path, _ in self.paths), *(output for output, _, _ in self.objectives)]
        right = frozenset(range(len(picked), len(heads)))
        named_heads = [*(picked or ["design"]), *heads[len(picked) + len(self.paths) :], "status"]
        rows = [
            [
                *(value for _, value in point.choices),
                *(render(point.values[path], dimension, 5) for path, dimension in self.paths),
                *(number(point.outputs[output], 4) for output, _, _ in self.objectives),
            ]
            for point in self.front
        ]
        named = [
            [
                *([value for _, value in point.choices] or [self.design]),
                *(number(point.outputs[output], 4) for output, _, _ in self.objectives),
                point.status,
            ]
            for point in self.named
        ]
        at = len(picked or ["design"])
        return [
            Table(heads, rows, title, right),
            Table(named_heads, named, "as they stand", frozenset(range(at, at + len(self.objectives)))),
        ]

    def __str__(self) -> str:
        front, named = self.tables()
        said = f"{len(self.front)} of {self.points} points; {self.bad} points have no answer; status: {self.status}"
        return f"{front}\n{said}\n\n{named}"

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.tables())

    def as_dict(self) -> dict[str, Any]:
        return {
            "study": "pareto",
            "design": self.design,
            "conditions": self.conditions,
            "objectives": [{"output": output, "sense": sense, "unit": unit} for output, sense, unit in self.objectives],
            "limits": list(self.limits),
            "status": self.status,
            "front": [point.as_dict() for point in self.front],
            "named": [point.as_dict() for point in self.named],
            "points": self.points,
            "bad_points": self.bad,
        }


def pareto(
    design: Any,
    *,
    minimise: Sequence[str] = (),
    maximise: Sequence[str] = (),
    axes: Mapping[str, Sequence[str | float]] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
    limits: Sequence[str] = (),
    points: int = 4096,
    seed: int = 1,
    corner: str = "typ",
    life: str = "end",
    set_point: str = "held",
) -> Pareto:
    """The front of two or three objectives over choices and numeric axes, of those points that keep all limits.

    Numeric axes are sampled at ``points`` Sobol points a variant: the front is as fine as they lie, and every point of it was computed.

    :param design: catalog name, file, or an evaluator.
    :param choices: path to its values; ``design`` to catalog names compares whole designs.
    :raises InputError: an unknown design, output or path, fewer than two objectives or more than three, nothing to move.
    """
    for key, given in (("minimise", minimise), ("maximise", maximise)):
        if isinstance(given, str):
            raise InputError.of("", key, shown(given), "a list of outputs")
    names = (*minimise, *maximise)
    if not 2 <= len(names) <= MOST_OBJECTIVES:
        raise InputError.of("", "minimise, maximise", f"{len(names)} objectives", f"2 to {MOST_OBJECTIVES}")
    if len(set(names)) < len(names):
        raise InputError.of("", "minimise, maximise", "an output twice", "each output once")
    check_points(points)
    about = subject(design, corner=corner, life=life, set_point=set_point)
    evaluator = about.evaluator
    check_outputs(evaluator, minimise, "minimise")
    check_outputs(evaluator, maximise, "maximise")
    rules = read_limits(evaluator, limits)
    space = read_space(evaluator, axes or {}, choices or {})
    outputs = tuple(dict.fromkeys((*names, *(rule.output for rule in rules))))
    from photonics.sweeps.running import run

    reduction: dict[str, Any] = {"kind": "pareto"}
    reduction |= {key: list(value) for key, value in (("minimise", minimise), ("maximise", maximise)) if value}
    if rules:
        reduction["limits"] = [str(rule) for rule in rules]
    plan = space_plan(evaluator, space, outputs, points, seed, [reduction])
    found = run(plan, evaluator, progress=silent)
    kept = found.reduction("pareto")
    front = [_point(plan, space.paths, row) for row in kept["front"]]
    sign = 1.0 if minimise else -1.0
    front.sort(key=lambda p: tuple(sign * p.outputs[name] for name in names))
    named = [_as_it_stands(evaluator, variant, outputs, names, rules) for variant in plan.variants]
    return Pareto(
        evaluator.name,
        about.conditions,
        tuple((name, "minimise" if name in minimise else "maximise", evaluator.outputs[name].unit) for name in names),
        tuple(str(rule) for rule in rules),
        tuple((path, p.kind.dimension.name) for path, p in zip(space.paths, space.parameters, strict=True)),
        tuple(front),
        tuple(named),
        plan.points,
        found.reduction("status")["bad_points"],
        _status(kept),
    )


def _point(plan: Any, paths: Sequence[str], row: Mapping[str, Any]) -> FrontPoint:
    """A row of the reducer's front: its variant and its inputs follow from its number."""
    choices = plan.variants[row["point"] // plan.samples]
    return FrontPoint(choices, {path: float(row["inputs"][path]) for path in paths}, dict(row["outputs"]))


def _status(kept: Mapping[str, Any]) -> str:
    if not kept["front"]:
        return "no point keeps all limits and has an answer"
    return "thinned: the front has more points than are kept" if kept["thinned"] else "ok"


def _as_it_stands(evaluator: Any, choices: Choices, outputs: Sequence[str], names: Sequence[str], rules: Sequence[Any]) -> FrontPoint:
    found = Batch(evaluator, (), outputs, choices)(np.empty((1, 0)))
    code = int(found["status"][0])
    broken = [str(rule) for rule in rules if not slack(rule, found)[0] >= 0.0]
    status = evaluator.statuses.get(code, "unknown status") if code else (f"breaks {', '.join(broken)}" if broken else "ok")
    return FrontPoint(choices, {}, {name: float(found[name][0]) if code == 0 else float("nan") for name in names}, status)


