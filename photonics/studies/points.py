"""A variant of a design evaluated at any list of points, all of them in one batch."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from photonics.errors import InputError, Problem, nearest, shown
from photonics.results.evaluator import Choices, Evaluator, Parameter
from photonics.spec.scalar import Given, read_scalar


def check_outputs(evaluator: Evaluator, names: Iterable[str], key: str) -> tuple[str, ...]:
    """The names if the evaluator has them all.

    :raises InputError: an unknown output, with the nearest names.
    """
    found = tuple(names)
    for name in found:
        if name not in evaluator.outputs:
            allowed = f"an output of {evaluator.name}: {', '.join(evaluator.outputs)}"
            raise InputError.of("", key, shown(name), allowed, nearest(name, evaluator.outputs))
    return found


def plain_unit(unit: str) -> str:
    """The unit of an output as it is written behind a number: the unit of a bare number, "1", is not."""
    return "" if unit == "1" else unit


def read_value(parameter: Parameter, given: str | float, key: str, unit: str = "") -> float:
    """A value of a parameter in its canonical unit: "500 m", or a bare number where ``unit`` says its unit or there is none.

    :param unit: that the path ended in, as in ``fibre.length_m``.
    :raises InputError: another unit or none, or out of bounds.
    """
    scalar, faults = read_scalar(Given(given, unit), parameter.kind.dimension)
    if scalar is None:
        raise InputError(Problem("", key, fault.read, fault.allowed, fault.nearest) for fault in faults)
    return float(scalar.typ)


def bounds(parameter: Parameter) -> tuple[float, float]:
    """Least and largest value of a parameter; an end that is itself excluded (``above``) is moved by one step of the floats."""
    dimension = parameter.kind.dimension
    low = math.nextafter(dimension.low, math.inf) if dimension.above else dimension.low
    return low, dimension.high


def movable(evaluator: Evaluator) -> tuple[Parameter, ...]:
    """The parameters that have a value and are no whole numbers: what a derivative can be asked of."""
    return tuple(p for p in evaluator.parameters() if math.isfinite(p.value) and not p.kind.dimension.whole)


class Batch:
    """A variant with its columns fixed: a table of points in, outputs out.

    The points are columns of a plan's expansion, each column as long as the list, so that a thousand points cost one call of the
    evaluator.  Values are in the canonical units of the paths.
    """

    def __init__(self, evaluator: Evaluator, paths: Sequence[str], outputs: Sequence[str], choices: Choices = ()) -> None:
        self.paths = tuple(paths)
        self.outputs = tuple(outputs)
        self._evaluator, self._choices = evaluator, choices
        self._bound: Any = None
        self._template: Any = None

    def _prepare(self, first: np.ndarray) -> None:
        """Bind, and make an expansion of the right columns; its table is put in at every call."""
        from photonics.sweeps.plan import sweep_plan

        columns = list(zip(self.paths, first.tolist(), strict=True))
        if not columns:
            # A plan has a column at least; it is taken out again, so that a variant stands at its own values, not at this design's.
            some = next(p for p in self._evaluator.parameters() if math.isfinite(p.value))
            columns = [(some.path, some.value)]
        axes: list[dict[str, Any]] = []
        for path, value in columns:
            unit = self._evaluator.parameter(path).kind.dimension.unit
            axes.append({"path": path, "values": [f"{value!r} {unit}" if unit else value]})
        plan = sweep_plan(self._evaluator, axes=axes, outputs=self.outputs, name="points")
        assert plan.paths == tuple(path for path, _ in columns)
        self._template = _columns_of(plan.expansion, len(self.paths))
        self._bound = self._evaluator.bind(self._choices, self.paths, self.outputs)

    def __call__(self, points: np.ndarray) -> dict[str, np.ndarray]:
        """Outputs and ``status`` of ``points``, one row a point, one column a path; NaN where a point has no answer."""
        points = np.asarray(points, dtype=np.float64)
        count, columns = points.shape
        if count == 0:
            return {name: np.empty(0) for name in self.outputs} | {"status": np.empty(0, np.int8)}
        if self._bound is None:
            self._prepare(points[0])
        expansion = self._template._replace(
            stride=np.ones(columns, np.int64),
            length=np.full(columns, count, np.int64),
            offset=np.arange(columns, dtype=np.int64) * count,
            table=np.ascontiguousarray(points.T).ravel(),
            samples=count,
        )
        found: dict[str, np.ndarray] = self._bound(expansion, 0, count)
        return found


def _columns_of(expansion: Any, count: int) -> Any:
    """An expansion's first columns, all of it or none here: every array but the table has one row a column, loadings one more."""
    if count == len(expansion.key):
        return expansion
    cut = {name: part[:count] for name, part in expansion._asdict().items() if isinstance(part, np.ndarray) and name != "table"}
    return expansion._replace(**(cut | {"factor_start": expansion.factor_start[: count + 1]}))


def nominal(evaluator: Evaluator, outputs: Sequence[str], choices: Choices = ()) -> dict[str, float]:
    """Outputs of the design as it stands, with ``status``."""
    found = Batch(evaluator, (), outputs, choices)(np.empty((1, 0)))
    return {name: float(values[0]) for name, values in found.items()}
