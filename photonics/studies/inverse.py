"""Inverse design: which values of a parameter bring an output to a target, and over which stretch a limit holds.

The output need not rise or fall all the way: a window is scanned in one batch, every change of sign of ``output - target`` is
narrowed by Brent's method on a batch of one, every dip towards the target that stays on one side is followed to its bottom, so that a
close pair of solutions is not missed.  A jump across the target is no solution and is told as one.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from photonics.errors import InputError, shown
from photonics.quantity import render
from photonics.results import Table, json_number, number
from photonics.results.evaluator import Parameter
from photonics.sweeps.axes import resolve

from .points import Batch, bounds, check_outputs, plain_unit, read_value
from .subject import subject

SCAN = 512  # points of the scan
DECADES = 3.0  # of the window about a value that has neither bounds nor a plausible range to go by
MOST = 64  # solutions
_TOUCH = 1e-12  # of the output's whole change: what a dip may end above the target and still touch it
_MET = 1e-9  # of the output's own change over a scan step: what a solution may miss the target by


@dataclass(frozen=True)
class Solution:
    """A value that meets the target: the output there, and whether the output rises (+1) or falls (-1) through it (0: it touches)."""

    value: float
    output: float
    direction: int


@dataclass(frozen=True)
class Inverse:
    """Values of a parameter that bring an output to a target, within the window that was searched.

    ``status`` is "one", "several" or "none: why".  ``holds`` are the stretches where the output is on the better side of the target.
    ``jumps`` are places where the output leaps across the target or ceases to exist beside it.
    """

    design: str
    conditions: str
    path: str
    unit: str
    dimension: str
    output: str
    output_unit: str
    target: float
    low: float
    high: float
    solutions: tuple[Solution, ...]
    holds: tuple[tuple[float, float], ...]
    jumps: tuple[float, ...]
    status: str
    base: float
    at_least: bool

    @property
    def value(self) -> float:
        """The only solution.

        :raises InputError: there is none, or more than one.
        """
        if self.status != "one":
            raise InputError.of("", self.path, self.status, f"one solution of {self.output} = {self.target:g}")
        return self.solutions[0].value

    def tables(self) -> list[Table]:
        title = f"{self.design}, {self.conditions}: {self.path} for {self.output} = {self.target:g} {plain_unit(self.output_unit)}".rstrip()
        words = {1: "rises", -1: "falls", 0: "touches"}
        rows = [[render(s.value, self.dimension, 8), number(s.output, 6), words[s.direction]] for s in self.solutions]
        return [Table([self.path, self.output, "through the target it"], rows, title, frozenset({0, 1}))]

    def __str__(self) -> str:
        window = f"{render(self.low, self.dimension, 6)} .. {render(self.high, self.dimension, 6)}"
        sign = ">=" if self.at_least else "<="
        stretches = "; ".join(f"{render(a, self.dimension, 6)} .. {render(b, self.dimension, 6)}" for a, b in self.holds)
        lines = [str(self.tables()[0]) if self.solutions else self.tables()[0].title, f"solutions: {self.status}; searched {window}"]
        lines.append(f"{self.output} {sign} {self.target:g} holds over: {stretches or 'no part of it'}")
        if self.jumps:
            places = ", ".join(render(x, self.dimension, 6) for x in self.jumps)
            lines.append(f"no solution, but a jump or the end of the answers, at {places}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.tables()[0].html()

    def as_dict(self) -> dict[str, Any]:
        return {
            "study": "inverse",
            "design": self.design,
            "conditions": self.conditions,
            "path": self.path,
            "unit": self.unit,
            "output": self.output,
            "output_unit": self.output_unit,
            "target": json_number(self.target),
            "searched": [json_number(self.low), json_number(self.high)],
            "base": json_number(self.base),
            "status": self.status,
            "value": json_number(self.solutions[0].value) if self.status == "one" else None,
            "solutions": [{"value": s.value, "output": s.output, "direction": s.direction} for s in self.solutions],
            "holds": [list(stretch) for stretch in self.holds],
            "jumps": list(self.jumps),
        }


def window(parameter: Parameter) -> tuple[float, float]:
    """Where to search without being told: the plausible range widened to the base value; else the parameter's own bounds where they
    are no wider than 1000 canonical units; else three decades either way of the value, within the bounds.

    :raises InputError: a value of 0, or none, with nothing else to go by.
    """
    dimension = parameter.kind.dimension
    low, high = bounds(parameter)
    base = parameter.value
    if dimension.plausible is not None:
        ends = [*dimension.plausible, *([base] if math.isfinite(base) else [])]
        return max(min(ends), low), min(max(ends), high)
    if high - low <= 1000.0:
        return low, high
    if not math.isfinite(base) or base == 0.0:
        raise InputError.of("", parameter.path, "a parameter without a range to search", "low and high of the search")
    ends = [base * 10.0**-DECADES, base * 10.0**DECADES]
    return max(min(ends), low), min(max(ends), high)


def _scan_points(low: float, high: float, base: float) -> np.ndarray:
    """Points of the scan, with the design's own value among them: evenly spaced in the logarithm over more than two decades."""
    if low > 0.0 and high / low > 100.0:
        points = np.geomspace(low, high, SCAN)
    else:
        points = np.linspace(low, high, SCAN)
    points[0], points[-1] = low, high
    inside = [base] if math.isfinite(base) and low < base < high else []
    return np.unique(np.concatenate([points, inside]))


def inverse(
    design: Any,
    output: str,
    path: str,
    target: float = 0.0,
    *,
    low: str | float | None = None,
    high: str | float | None = None,
    corner: str = "typ",
    life: str = "end",
    set_point: str = "held",
) -> Inverse:
    """The values of a parameter at which an output equals a target: received or launched OMA, laser power, loss, noise, reach.

    :param design: catalog name, file, or an evaluator.
    :param path: the parameter; all others stay as they stand.
    :param target: in the unit of the output.
    :param low: ends of the search with their unit ("10 m"; a bare number where the path ends in one); without them, see `window`.
    :returns: every solution in the window, narrowed to the last digits of a double.
    :raises InputError: an unknown design, output or path, a value out of the parameter's bounds, an empty window.
    """
    if not math.isfinite(target):
        raise InputError.of("", "target", shown(target), "a finite number")
    about = subject(design, corner=corner, life=life, set_point=set_point)
    evaluator = about.evaluator
    (output,) = check_outputs(evaluator, [output], "output")
    path, unit, parameter = resolve(path, evaluator)
    if parameter.kind.dimension.whole:
        raise InputError.of("", path, "a whole number", "a parameter that moves without steps; sweep this one")
    first = read_value(parameter, low, "low", unit) if low is not None else None
    last = read_value(parameter, high, "high", unit) if high is not None else None
    if first is None or last is None:
        found_low, found_high = window(parameter)
        first, last = found_low if first is None else first, found_high if last is None else last
    if not first < last:
        read = f"{render(first, parameter.kind.dimension)} .. {render(last, parameter.kind.dimension)}"
        raise InputError.of("", path, f"a search over {read}", "low below high")
    better = evaluator.outputs[output].better
    search = _Search(Batch(evaluator, (path,), (output,)), output, target)
    search.over(_scan_points(first, last, parameter.value), at_least=better >= 0)
    info = evaluator.outputs[output]
    dimension = parameter.kind.dimension
    return Inverse(
        evaluator.name,
        about.conditions,
        path,
        dimension.unit,
        dimension.name,
        output,
        info.unit,
        float(target),
        first,
        last,
        tuple(search.solutions),
        tuple(search.holds),
        tuple(search.jumps),
        search.status(),
        parameter.value,
        better >= 0,
    )


class _Search:
    def __init__(self, batch: Batch, output: str, target: float) -> None:
        self.batch, self.output, self.target = batch, output, target
        self.solutions: list[Solution] = []
        self.holds: list[tuple[float, float]] = []
        self.jumps: list[float] = []
        self.dips: list[float] = []
        self.x = self.gap = np.empty(0)

    def gaps(self, x: np.ndarray) -> np.ndarray:
        found = self.batch(np.asarray(x, dtype=np.float64)[:, None])
        return np.where(found["status"] == 0, found[self.output], np.nan) - self.target

    def gap_at(self, x: float) -> float:
        return float(self.gaps(np.array([x]))[0])

    def over(self, x: np.ndarray, *, at_least: bool) -> None:
        x, gap = self._with_dips(x, self.gaps(x))
        self.x, self.gap = x, gap
        for a, b, fa, fb in zip(x, x[1:], gap, gap[1:], strict=False):
            if len(self.solutions) >= MOST:
                break
            if math.isnan(fa) != math.isnan(fb):
                edge = self._edge(float(a), float(b), math.isnan(fa))
                self.jumps.append(edge)
            elif fa * fb < 0.0:
                self._narrow(float(a), float(b))
        # A dip that only touches the target ends within rounding of it.
        touch = _TOUCH * np.nanmax(np.abs(gap)) if np.isfinite(gap).any() else 0.0
        for i in np.flatnonzero((gap == 0.0) | (np.isin(x, self.dips) & (np.abs(gap) <= touch)))[:MOST]:
            sides = [gap[j] for j in (i - 1, i + 1) if 0 <= j < gap.size]
            turn = int(np.sign(sides[-1] - sides[0])) if len(sides) == 2 and sides[0] * sides[1] < 0.0 else 0
            if not any(s.value == float(x[i]) for s in self.solutions):
                self.solutions.append(Solution(float(x[i]), float(gap[i]) + self.target, turn))
        self.solutions.sort(key=lambda s: s.value)
        self._stretches(at_least)

    def _with_dips(self, x: np.ndarray, gap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The scan with the bottoms of its dips towards the target added: there a pair of solutions may hide between two points."""
        from scipy.optimize import minimize_scalar

        size = np.abs(gap)
        added: list[float] = []
        for i in range(1, x.size - 1):
            near = gap[i - 1 : i + 2]
            if np.isfinite(near).all() and (np.sign(near) == np.sign(near[1])).all() and near[1] != 0.0:
                if size[i] <= size[i - 1] and size[i] <= size[i + 1] and not size[i - 1] == size[i] == size[i + 1]:
                    sign = float(np.sign(near[1]))

                    def height(at: float, sign: float = sign) -> float:
                        found = sign * self.gap_at(at)
                        return found if math.isfinite(found) else math.inf

                    # Half the digits are all that a smooth minimum can be told to.
                    bottom = minimize_scalar(height, bounds=(x[i - 1], x[i + 1]), method="bounded", options={"xatol": 1e-8 * (x[i + 1] - x[i - 1])})
                    added.append(float(bottom.x))
                    if len(added) >= MOST:
                        break
        self.dips = added
        if not added:
            return x, gap
        more = np.unique(np.concatenate([x, added]))
        return more, self.gaps(more)

    def _narrow(self, a: float, b: float) -> None:
        from scipy.optimize import brentq

        class Missing(Exception):
            pass

        def function(at: float) -> float:
            found = self.gap_at(at)
            if math.isnan(found):
                raise Missing
            return found

        start, end = self.gap_at(a), self.gap_at(b)
        try:
            root = float(brentq(function, a, b, xtol=4e-16 * max(abs(a), abs(b), 1e-300), rtol=8.9e-16, maxiter=200))
        except Missing:
            self.jumps.append(0.5 * (a + b))
            return
        miss = self.gap_at(root)
        # Of a jump one side stays far off however close the other comes.
        near = max(1e-9 * (b - a), 4.0 * np.spacing(abs(root)))
        beside = self.gaps(np.array([max(root - near, a), min(root + near, b)]))
        step = abs(end - start)
        if not abs(miss) <= max(_MET * step, 1e-12 * abs(self.target)) or not np.abs(beside).max() <= 1e-3 * step:
            self.jumps.append(root)
            return
        self.solutions.append(Solution(root, miss + self.target, 1 if end > start else -1))

    def _edge(self, a: float, b: float, left_missing: bool) -> float:
        """Where answers begin or end between two points, by bisection."""
        for _ in range(60):
            middle = 0.5 * (a + b)
            if middle in (a, b):
                break
            if math.isnan(self.gap_at(middle)) == left_missing:
                a = middle
            else:
                b = middle
        return b if left_missing else a

    def _stretches(self, at_least: bool) -> None:
        """Runs of the window where the output is on the better side, between solutions, jumps and the ends."""
        cuts = sorted({float(self.x[0]), float(self.x[-1]), *(s.value for s in self.solutions), *self.jumps})
        sign = 1.0 if at_least else -1.0
        for a, b in zip(cuts, cuts[1:], strict=False):
            inside = sign * self.gaps(np.array([a + share * (b - a) for share in (0.25, 0.5, 0.75)]))
            if np.isfinite(inside).all() and (inside >= 0.0).sum() >= 2:
                if self.holds and self.holds[-1][1] == a:
                    self.holds[-1] = (self.holds[-1][0], b)
                else:
                    self.holds.append((a, b))

    def status(self) -> str:
        """One, several, or none and why."""
        count = len(self.solutions)
        if count == 1:
            return "one"
        if count:
            return "several" if count < MOST else f"several: the first {MOST} are given"
        known = self.gap[np.isfinite(self.gap)]
        if not known.size:
            return "none: the output exists nowhere in the window"
        where = "where it exists" if known.size < self.gap.size else "over the whole window"
        if (known > 0.0).all():
            return f"none: the output stays above the target {where}, by {known.min():.4g} at least"
        if (known < 0.0).all():
            return f"none: the output stays below the target {where}, by {-known.max():.4g} at least"
        return "none: the output jumps across the target"
