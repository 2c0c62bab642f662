"""A map: one output over two parameters, all others as they stand."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from photonics.errors import InputError, shown
from photonics.quantity import render
from photonics.results import Table, json_number, number

from .points import check_outputs
from .scan import silent
from .space import read_space
from .subject import subject

LEAST, MOST = 2, 2000  # points of an axis


@dataclass(frozen=True)
class Surface:
    """``values[i, j]`` of an output at ``x[j]``, ``y[i]``, in canonical units; NaN where a point has no answer.

    ``base`` are the design's own x and y; ``bad`` counts the points without an answer by reason.
    """

    design: str
    conditions: str
    output: str
    unit: str
    target: float
    paths: tuple[str, str]
    dimensions: tuple[str, str]
    units: tuple[str, str]
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    base: tuple[float, float]
    bad: Mapping[str, int]

    def table(self) -> Table:
        """At most 8 by 12 of the points, evenly picked."""
        columns = np.unique(np.linspace(0, self.x.size - 1, 8).round().astype(int))
        rows = np.unique(np.linspace(0, self.y.size - 1, 12).round().astype(int))
        heads = [f"{self.paths[1]} \\ {self.paths[0]}", *(render(float(self.x[j]), self.dimensions[0], 4) for j in columns)]
        body = [[render(float(self.y[i]), self.dimensions[1], 4), *(number(float(self.values[i, j]), 3) for j in columns)] for i in rows]
        title = f"{self.design}, {self.conditions}: {self.output}, {self.unit}"
        return Table(heads, body, title, frozenset(range(len(heads))))

    def __str__(self) -> str:
        bad = "; ".join(f"{count} points: {why}" for why, count in self.bad.items())
        return f"{self.table()}" + (f"\nwithout an answer: {bad}" if bad else "")

    def _repr_html_(self) -> str:
        return self.table().html()

    def as_dict(self) -> dict[str, Any]:
        return {
            "study": "map",
            "design": self.design,
            "conditions": self.conditions,
            "output": self.output,
            "unit": self.unit,
            "target": json_number(self.target),
            "x": {"path": self.paths[0], "unit": self.units[0], "values": self.x.tolist(), "base": json_number(self.base[0])},
            "y": {"path": self.paths[1], "unit": self.units[1], "values": self.y.tolist(), "base": json_number(self.base[1])},
            "values": [[json_number(float(v)) for v in row] for row in self.values],
            "bad_points": dict(self.bad),
        }


def surface(
    design: Any,
    output: str,
    axes: Mapping[str, Sequence[str | float]],
    *,
    num: tuple[int, int] = (121, 81),
    target: float = 0.0,
    corner: str = "typ",
    life: str = "end",
    set_point: str = "held",
) -> Surface:
    """An output over an even grid of two parameters.

    :param design: catalog name, file, or an evaluator.
    :param axes: two paths, each to its low and high end; the first lies along x.
    :param num: points along x and y, 2 to 2000.
    :param target: the value whose contour a figure draws, in the unit of the output.
    :raises InputError: an unknown design, output or path, an empty range, not two axes.
    """
    for key, count in zip(("x", "y"), num, strict=True):
        if not LEAST <= count <= MOST:
            raise InputError.of("", f"num of {key}", str(count), f"{LEAST} to {MOST} points")
    if not math.isfinite(target):
        raise InputError.of("", "target", shown(target), "a finite number")
    if len(axes) != 2:
        raise InputError.of("", "axis", f"{len(axes)} axes", "two: the first along x, the second along y")
    about = subject(design, corner=corner, life=life, set_point=set_point)
    evaluator = about.evaluator
    (output,) = check_outputs(evaluator, [output], "output")
    space = read_space(evaluator, axes, {})
    from photonics.sweeps.plan import sweep_plan
    from photonics.sweeps.running import run

    grid = []
    for path, parameter, low, high, count in zip(space.paths, space.parameters, space.low, space.high, num, strict=True):
        unit = parameter.kind.dimension.unit
        ends = [f"{float(end)!r} {unit}" if unit else float(end) for end in (low, high)]
        grid.append({"path": path, "linspace": {"start": ends[0], "stop": ends[1], "num": count}})
    plan = sweep_plan(evaluator, axes=grid, method="grid", outputs=(output,), name="map")
    parts: list[np.ndarray] = []

    def keep(_chunks: Any, _chunk: int, found: Mapping[str, np.ndarray]) -> None:
        parts.append(np.where(found["status"] == 0, found[output], np.nan).ravel())

    result = run(plan, evaluator, each=keep, progress=silent)
    # The first axis is the slowest: points come as x by y.
    values = np.concatenate(parts).reshape(num).T
    bad = {evaluator.statuses.get(row["status"], f"status {row['status']}"): row["points"] for row in result.reduction("status")["bad"]}
    x, y = (np.linspace(low, high, count) for low, high, count in zip(space.low, space.high, num, strict=True))
    first, second = space.parameters
    return Surface(
        evaluator.name,
        about.conditions,
        output,
        evaluator.outputs[output].unit,
        float(target),
        (space.paths[0], space.paths[1]),
        (first.kind.dimension.name, second.kind.dimension.name),
        (first.kind.dimension.unit, second.kind.dimension.unit),
        x,
        y,
        values,
        (first.value, second.value),
        bad,
    )
