"""What matters: gradient, tornado and Sobol indices of one output, parameter by parameter."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from photonics.errors import InputError, nearest, shown
from photonics.quantity import render
from photonics.results import Table, json_number, number
from photonics.results.evaluator import Evaluator, Parameter

from .gradient import Derivative, derivatives
from .points import Batch, bounds, check_outputs, movable, plain_unit
from .scatter import check_reading, moments
from .sobol import LEAST_POINTS, SobolIndex, SobolResult, sobol_indices
from .subject import Subject, subject


@dataclass(frozen=True)
class Sensitivity:
    """One parameter: derivative, what its range does to the output with all others typical, and its share of the variance.

    ``output_low`` and ``output_high`` are the outputs at the ends ``low`` and ``high`` of the parameter's range; None where it has no
    range, or NaN where an end has no answer.  ``sigma`` is the standard deviation of its draws, ``contribution`` derivative times sigma.
    """

    path: str
    unit: str
    dimension: str
    derivative: Derivative
    low: float | None = None
    high: float | None = None
    output_low: float | None = None
    output_high: float | None = None
    sigma: float | None = None
    sobol: SobolIndex | None = None

    @property
    def swing(self) -> float | None:
        """Output at the upper end less output at the lower one."""
        if self.output_low is None or self.output_high is None:
            return None
        return self.output_high - self.output_low

    @property
    def contribution(self) -> float | None:
        return None if self.sigma is None else self.derivative.value * self.sigma

    def as_dict(self) -> dict[str, Any]:
        index = self.sobol
        return {
            "path": self.path,
            "unit": self.unit,
            "value": json_number(self.derivative.at),
            "derivative": json_number(self.derivative.value),
            "derivative_error": json_number(self.derivative.error),
            "status": self.derivative.status,
            "low": json_number(self.low),
            "high": json_number(self.high),
            "output_low": json_number(self.output_low),
            "output_high": json_number(self.output_high),
            "swing": json_number(self.swing),
            "sigma": json_number(self.sigma),
            "contribution": json_number(self.contribution),
            "sobol_with": list(index.paths) if index else [],
            "sobol_first": json_number(index.first) if index else None,
            "sobol_first_ci95": [json_number(x) for x in index.first_ci95] if index else None,
            "sobol_total": json_number(index.total) if index else None,
            "sobol_total_ci95": [json_number(x) for x in index.total_ci95] if index else None,
        }


@dataclass(frozen=True)
class Sensitivities:
    """All parameters' sensitivities of one output, the largest swing first."""

    design: str
    conditions: str
    output: str
    unit: str
    value: float
    ranges: str
    rows: tuple[Sensitivity, ...]
    sobol: SobolResult | None = None

    def tables(self) -> list[Table]:
        title = f"{self.design}, {self.conditions}: {self.output} = {number(self.value, 4)} {plain_unit(self.unit)}".rstrip()
        heads = ["parameter", "value", "derivative", "per", "low", "high", "at low", "at high", "swing", "x sigma"]
        rows = []
        still = 0
        for row in self.rows:
            d = row.derivative
            if d.value == 0.0 and not row.swing:
                still += 1
                continue
            rows.append(
                [
                    row.path,
                    render(d.at, row.dimension, 4),
                    f"{d.value:.5g}" if math.isfinite(d.value) else d.status,
                    row.unit or "1",
                    "-" if row.low is None else render(row.low, row.dimension, 4),
                    "-" if row.high is None else render(row.high, row.dimension, 4),
                    number(row.output_low, 4),
                    number(row.output_high, 4),
                    number(row.swing, 4),
                    number(row.contribution, 4),
                ]
            )
        if still:
            title += f"; {still} more do not move it"
        tables = [Table(heads, rows, title, frozenset({2, 6, 7, 8, 9}))]
        if self.sobol is not None:
            tables.append(_sobol_table(self.sobol))
        return tables

    def __str__(self) -> str:
        said = [str(table) for table in self.tables()]
        said.append(
            "derivative: per canonical unit, at the value; swing: range from low to high, all others as they stand; "
            f"x sigma: derivative times the standard deviation of the draws (ranges read as {self.ranges})"
        )
        return "\n\n".join(said)

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.tables())

    def as_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "study": "sensitivity",
            "design": self.design,
            "conditions": self.conditions,
            "output": self.output,
            "unit": self.unit,
            "value": json_number(self.value),
            "ranges": self.ranges,
            "sensitivities": [row.as_dict() for row in self.rows],
        }
        if self.sobol is not None:
            out["sobol"] = {
                "points": self.sobol.points,
                "left_out": self.sobol.left_out,
                "evaluations": self.sobol.evaluations,
                "mean": json_number(self.sobol.mean),
                "variance": json_number(self.sobol.variance),
            }
        return out


def _sobol_table(found: SobolResult) -> Table:
    rows = [
        [
            ", ".join(i.paths),
            number(i.first, 4),
            f"{number(i.first_ci95[0], 4)}..{number(i.first_ci95[1], 4)}",
            number(i.total, 4),
            f"{number(i.total_ci95[0], 4)}..{number(i.total_ci95[1], 4)}",
        ]
        for i in sorted(found.indices, key=lambda i: -i.total)
    ]
    title = f"Sobol indices, {found.points} samples, standard deviation {math.sqrt(found.variance):.4g}"
    if found.left_out:
        title += f"; {found.left_out} samples with a point that has no answer are left out"
    return Table(["parameter", "first order", "95 %", "total", "95 %"], rows, title, frozenset({1, 2, 3, 4}))


def chosen(evaluator: Evaluator, only: Sequence[str], exclude: Sequence[str]) -> tuple[Parameter, ...]:
    """The parameters that a derivative can be asked of, narrowed to those that ``only`` names, less those of ``exclude`` (globs).

    :raises InputError: a glob that finds nothing.
    """
    check_globs(evaluator, only, exclude)
    found = movable(evaluator)
    kept = [p for p in found if not only or any(_matches(p.path, glob) for glob in only)]
    kept = [p for p in kept if not any(_matches(p.path, glob) for glob in exclude)]
    if not kept:
        raise InputError.of("", "only, except", "globs that leave no parameter", "at least one")
    return tuple(kept)


def check_globs(evaluator: Evaluator, only: Sequence[str], exclude: Sequence[str]) -> None:
    """Refuses a glob that meets no parameter of the design, as it was written.

    :raises InputError: with the nearest paths.
    """
    paths = [p.path for p in evaluator.parameters()]
    for key, globs in (("only", only), ("except", exclude)):
        for glob in globs:
            if not any(_matches(path, glob) for path in paths):
                raise InputError.of("", key, shown(glob), "paths or globs of the design's parameters", nearest(glob, paths))


def draw_globs(only: Sequence[str], exclude: Sequence[str]) -> dict[str, list[str]]:
    """The globs as the draws of a plan take them, where a bracket would begin a set of characters."""
    pairs = (("only", only), ("except", exclude))
    return {key: [glob.replace("[", "?").replace("]", "?") for glob in globs] for key, globs in pairs if globs}


def _matches(path: str, glob: str) -> bool:
    # Brackets are elements of a list here, no sets of characters.
    return fnmatchcase(path, glob.replace("[", "[[]"))


def tornado(evaluator: Evaluator, output: str, parameters: Sequence[Parameter]) -> Mapping[str, tuple[float, float, float, float]]:
    """Low end, high end and the outputs there, of every parameter that has a range, the others as they stand; one batch."""
    wide = [p for p in parameters if p.base is not None and p.base.low < p.base.high]
    if not wide:
        return {}
    ends = []
    for p in wide:
        low, high = bounds(p)
        ends.append((max(p.base.low, low), min(p.base.high, high)))
    points = np.tile([p.value for p in wide], (2 * len(wide), 1))
    for k, (low, high) in enumerate(ends):
        points[2 * k, k], points[2 * k + 1, k] = low, high
    found = Batch(evaluator, [p.path for p in wide], (output,))(points)
    values = np.where(found["status"] == 0, found[output], np.nan)
    return {p.path: (*ends[k], float(values[2 * k]), float(values[2 * k + 1])) for k, p in enumerate(wide)}


def sensitivity(
    design: Any,
    output: str = "margin_db",
    *,
    ranges: str = "triangular",
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    sobol: int | None = None,
    seed: int = 1,
    correlations: Sequence[Mapping[str, Any]] = (),
    corner: str = "typ",
    life: str = "end",
    set_point: str = "held",
) -> Sensitivities:
    """Gradient, tornado and, if asked for, Sobol indices of an output of a design.

    :param design: catalog name, file, or an evaluator.
    :param ranges: how a min/typ/max is read as a distribution: triangular, uniform, none.
    :param only: globs of the paths to look at; ``exclude`` those to leave out.
    :param sobol: samples of the Sobol indices, at least 1024; each costs as many evaluations as there are parameters, and two.
    :param set_point: "held" keeps the launch that the unchanged design sets itself to, "solved" sets it again at every point.
    :returns: the parameters, the largest swing first, then the largest contribution, then in the design's order.
    :raises InputError: an unknown design, output, path or option.
    """
    check_reading(ranges)
    if sobol is not None and sobol < LEAST_POINTS:
        raise InputError.of("", "sobol", str(sobol), f"at least {LEAST_POINTS} points")
    about: Subject = subject(design, corner=corner, life=life, set_point=set_point)
    evaluator = about.evaluator
    (output,) = check_outputs(evaluator, [output], "output")
    parameters = chosen(evaluator, only, exclude)
    at = np.array([p.value for p in parameters])
    (gradient,) = derivatives(evaluator, (output,), parameters, at)
    swings = tornado(evaluator, output, parameters)
    indices: SobolResult | None = None
    of_path: dict[str, SobolIndex] = {}
    if sobol is not None:
        from photonics.sweeps.plan import sweep_plan

        draws: dict[str, Any] = {"ranges": ranges}
        draws |= draw_globs(only, exclude)
        plan = sweep_plan(
            evaluator,
            method="monte-carlo",
            points=sobol,
            seed=seed,
            outputs=(output,),
            draws=draws,
            correlations=correlations,
            name="sobol",
        )
        indices = sobol_indices(plan, evaluator, output)
        of_path = {path: index for index in indices.indices for path in index.paths}
    rows = []
    for parameter, derivative in zip(parameters, gradient, strict=True):
        scatter = moments(parameter.base, ranges, *bounds(parameter))
        low, high, at_low, at_high = swings.get(parameter.path, (None, None, None, None))
        dimension = parameter.kind.dimension
        rows.append(
            Sensitivity(
                parameter.path,
                dimension.unit,
                dimension.name,
                derivative,
                low,
                high,
                at_low,
                at_high,
                None if scatter is None else scatter[1],
                of_path.get(parameter.path),
            )
        )
    value = float(Batch(evaluator, (), (output,))(np.empty((1, 0)))[output][0])
    rows.sort(key=_weight)
    return Sensitivities(evaluator.name, about.conditions, output, evaluator.outputs[output].unit, value, ranges, tuple(rows), indices)


def _weight(row: Sensitivity) -> tuple[float, float]:
    def size(value: float | None) -> float:
        return abs(value) if value is not None and math.isfinite(value) else 0.0

    return -size(row.swing), -size(row.contribution)
