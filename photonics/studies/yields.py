"""Yield: which share of what is made keeps all limits, drawn from the distributions of the design; worst case beside statistics."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from photonics.errors import InputError, shown
from photonics.results.evaluator import Evaluator
from photonics.sweeps.axes import resolve
from photonics.sweeps.limits import Limit
from photonics.sweeps.reducing import wilson

from .gradient import Derivative, derivatives
from .limits import read_limits
from .points import Batch, bounds, check_outputs, nominal, read_value
from .scan import silent
from .scatter import check_reading, moments, root_sum_square
from .sensitivity import check_globs, draw_globs
from .subject import subject
from .yield_answers import Budgeted, CurvePoint, LaneBounds, LimitYield, Yield

TAIL = 0.001  # share of the worst, at which worst case, root sum of squares and Monte Carlo are compared
QUANTILES = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
# Of the curve: evenly spaced on the scale of the normal distribution, so that the tails are seen.
_CURVE = tuple(0.5 * math.erfc(-z / math.sqrt(2.0)) for z in np.linspace(-3.5, 3.5, 57))
MOST_POINTS = 10**10
MOST_AGAINST = 1000


def check_count(key: str, value: int, least: int, most: int) -> None:
    """A whole number of a range.

    :raises InputError: anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError.of("", key, shown(value), f"a whole number from {least} to {most}")


def yields(
    design: Any,
    limits: Sequence[str] = ("margin_db >= 0",),
    *,
    points: int = 100_000,
    seed: int = 1,
    ranges: str = "triangular",
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    correlations: Sequence[Mapping[str, Any]] = (),
    lanes: int | None = None,
    against: str | None = None,
    values: Sequence[str | float] = (),
    span: tuple[str | float, str | float, int] | None = None,
    worst: Evaluator | None = None,
    corner: str = "typ",
    life: str = "end",
    set_point: str = "held",
) -> Yield:
    """The share of draws that keep all limits, with its 95 % interval, and what the draws do to every limited output.

    :param design: catalog name, file, or an evaluator.
    :param limits: such as ``"margin_db >= 0"`` and ``"laser_room_db >= 0"``; a draw without an answer keeps none of them.
    :param ranges: how a min/typ/max without a distribution is drawn: triangular, uniform, none (it stays typical).
    :param only: globs of the paths that scatter; ``exclude`` those that do not.
    :param correlations: ``{"paths": [...], "rho": 0.5}``; scalars of one group of the design go together anyway.
    :param lanes: a module of that many lanes, each with this yield: its bounds are given too.
    :param against: a path, and ``values`` of it or a ``span`` (low, high, number): the yield at each of them, all with the same draws.
    :param worst: the same design at its worst corner; made here where ``design`` is no evaluator.
    :raises InputError: an unknown design, path or output, a limit of another form, nothing that scatters.
    """
    check_count("points", points, 1, MOST_POINTS)
    check_count("seed", seed, 0, 2**63 - 1)
    check_reading(ranges)
    if lanes is not None:
        check_count("lanes", lanes, 1, 10_000)
    given = (len(values) > 0) + (span is not None)
    if given != (against is not None):
        read = "values or a span without a path" if against is None else f"{shown(against)} with {given or 'no'} lists of values"
        raise InputError.of("", "against", read, "a path with values, or with a span (low, high, number)")
    if len(values) > MOST_AGAINST:
        raise InputError.of("", "values", f"{len(values)} values", f"at most {MOST_AGAINST}")
    if span is not None:
        check_count("num", span[2], 2, MOST_AGAINST)
    if not limits or isinstance(limits, str):
        raise InputError.of("", "limits", "none" if not limits else shown(limits), 'a list such as ["margin_db >= 0"]')
    about = subject(design, corner=corner, life=life, set_point=set_point, with_worst=worst is None)
    evaluator, worst = about.evaluator, worst or about.worst
    rules = read_limits(evaluator, limits)
    outputs = check_outputs(evaluator, dict.fromkeys(rule.output for rule in rules), "limits")
    against, moved = _against(evaluator, against, values, span)
    draws: dict[str, Any] = {"ranges": ranges}
    check_globs(evaluator, only, exclude)
    draws |= draw_globs(only, exclude)
    draw = _Draw(evaluator, rules, outputs, points, seed, draws, correlations)
    found, plan = draw.run({})
    kept, status = found.reduction("yield"), found.reduction("status")
    good, count = kept["passed"], kept["points"]
    known = {name: found.reduction("quantiles", k) for k, name in enumerate(outputs)}
    each = tuple(
        LimitYield(str(rule), row["passed"], count, wilson(row["passed"], count), _curve(rule, known[rule.output], count))
        for rule, row in zip(rules, kept["each"], strict=True)
    )
    shown_at = {name: tuple((q["at"], _plain(q["value"])) for q in known[name]["quantiles"] if q["at"] in QUANTILES) for name in outputs}
    curve = tuple(draw.at(against, value) for value in moved) if against is not None else ()
    return Yield(
        evaluator.name,
        about.conditions,
        tuple(str(rule) for rule in rules),
        points,
        seed,
        ranges,
        tuple(plan.paths),
        good,
        wilson(good, count),
        each,
        shown_at,
        {name: evaluator.outputs[name].unit for name in outputs},
        {_reason(evaluator, row["status"]): row["points"] for row in status["bad"]},
        tuple({"reason": _reason(evaluator, row["status"]), **point} for row in status["bad"] for point in row["first"]),
        tuple(_budget(evaluator, plan, rule, ranges, worst, known[rule.output]) for rule in rules),
        _lane_bounds(lanes, good, count),
        against,
        evaluator.parameter(against).kind.dimension.name if against is not None else "",
        curve,
    )


def _reason(evaluator: Evaluator, code: int) -> str:
    return evaluator.statuses.get(code, f"status {code}")


def _plain(value: float | None) -> float:
    return math.nan if value is None else value


def _against(
    evaluator: Evaluator, key: str | None, values: Sequence[str | float], span: tuple[str | float, str | float, int] | None
) -> tuple[str | None, list[float]]:
    if key is None:
        return None, []
    path, unit, parameter = resolve(key, evaluator)
    if span is None:
        return path, [read_value(parameter, value, key, unit) for value in values]
    low, high = (read_value(parameter, end, key, unit) for end in span[:2])
    if not low < high:
        raise InputError.of("", key, f"{shown(span[0])} .. {shown(span[1])}", "low below high")
    return path, np.linspace(low, high, span[2]).tolist()


class _Draw:
    """Monte Carlo runs that differ in what is fixed and in nothing else: the same seed, so the same draws."""

    def __init__(
        self,
        evaluator: Evaluator,
        rules: Sequence[Limit],
        outputs: Sequence[str],
        points: int,
        seed: int,
        draws: Mapping[str, Any],
        correlations: Sequence[Mapping[str, Any]],
    ) -> None:
        self.evaluator, self.rules, self.outputs = evaluator, rules, tuple(outputs)
        self.points, self.seed, self.draws, self.correlations = points, seed, draws, correlations

    def run(self, fixed: Mapping[str, float], *, brief: bool = False) -> tuple[Any, Any]:
        from photonics.sweeps.plan import sweep_plan
        from photonics.sweeps.running import run

        texts = [str(rule) for rule in self.rules]
        reduce: list[dict[str, Any]] = [{"kind": "yield", "limits": texts}]
        if not brief:
            at = sorted({*QUANTILES, *_CURVE, TAIL, 1.0 - TAIL})
            reduce += [{"kind": "quantiles", "output": name, "at": at} for name in self.outputs]
        plan = sweep_plan(
            self.evaluator,
            axes=[{"path": path, "values": [self._text(path, value)]} for path, value in fixed.items()],
            method="monte-carlo",
            points=self.points,
            seed=self.seed,
            outputs=self.outputs,
            reduce=reduce,
            draws=self.draws,
            correlations=self.correlations,
            name="yield",
        )
        if len(plan.paths) == len(fixed):
            read = f"{self.evaluator.name}, of which nothing scatters (ranges read as {self.draws['ranges']})"
            raise InputError.of("", "draws", read, "a distribution in the design, or its ranges read as triangular or uniform")
        return run(plan, self.evaluator, progress=silent), plan

    def _text(self, path: str, value: float) -> str | float:
        unit = self.evaluator.parameter(path).kind.dimension.unit
        return f"{value!r} {unit}" if unit else value

    def at(self, path: str, value: float) -> CurvePoint:
        kept = self.run({path: value}, brief=True)[0].reduction("yield")
        return CurvePoint(value, kept["yield"], *wilson(kept["passed"], kept["points"]))


def _curve(rule: Limit, known: Mapping[str, Any], count: int) -> tuple[CurvePoint, ...]:
    """Yield against the limit's value: the share of all draws that have the output and lie on the good side, from the quantiles."""
    points = []
    for row in known["quantiles"]:
        if row["at"] not in _CURVE or row["value"] is None:
            continue
        good = known["points"] * ((1.0 - row["at"]) if rule.at_least else row["at"])
        points.append(CurvePoint(row["value"], good / count, *wilson(round(good), count)))
    return tuple(points)


def _lane_bounds(lanes: int | None, good: int, count: int) -> LaneBounds | None:
    if lanes is None:
        return None
    low, high = wilson(good, count)
    share = good / count
    return LaneBounds(lanes, share**lanes, share, (low**lanes, high))


def correlation_of(expansion: Any) -> np.ndarray:
    """Correlation of the normal variates behind the columns of a plan: L L' of the copula's loadings."""
    columns = len(expansion.key)
    loadings = np.eye(columns)
    for c in range(columns):
        begin, end = int(expansion.factor_start[c]), int(expansion.factor_start[c + 1])
        if end > begin:
            loadings[c] = 0.0
            loadings[c, expansion.factor_id[begin:end]] = expansion.factor_weight[begin:end]
    return loadings @ loadings.T


def _slope(derivative: Derivative) -> float:
    """The derivative; at a kink the mean of both sides; 0 where there is none, which the budget says."""
    if math.isfinite(derivative.value):
        return derivative.value
    sides = [s for s in (derivative.left, derivative.right) if math.isfinite(s)]
    return sum(sides) / len(sides) if sides else 0.0


def _budget(
    evaluator: Evaluator, plan: Any, rule: Limit, ranges: str, worst: Evaluator | None, known: Mapping[str, Any]
) -> Budgeted:
    """Worst case, root sum of squares and Monte Carlo of one output, each at the unlucky end."""
    parameters = [evaluator.parameter(path) for path in plan.paths]
    scatter = [moments(p.base, ranges, *bounds(p)) for p in parameters]
    smooth = [k for k, p in enumerate(parameters) if scatter[k] is not None and not p.kind.dimension.whole]
    notes = []
    if len(smooth) < len(parameters):
        notes.append("whole numbers are not in the root sum of squares")
    means = np.array([scatter[k][0] for k in smooth])  # type: ignore[index]
    sigmas = np.array([scatter[k][1] for k in smooth])  # type: ignore[index]
    picked = [parameters[k] for k in smooth]
    try:
        (gradient,) = derivatives(evaluator, (rule.output,), picked, means)
        centre = float(Batch(evaluator, [p.path for p in picked], (rule.output,))(means[None, :])[rule.output][0])
        if any(d.status not in ("ok", "one-sided") for d in gradient):
            notes.append("kinks and missing derivatives are in the root sum of squares by the mean slope of their sides")
        slopes = np.array([_slope(d) for d in gradient])
        correlation = correlation_of(plan.expansion)[np.ix_(smooth, smooth)]
        sigma = root_sum_square(slopes, sigmas, correlation)
        parts = sorted(((p.path, float(s * w)) for p, s, w in zip(picked, slopes, sigmas, strict=True)), key=lambda x: -abs(x[1]))
    except InputError as error:
        centre, sigma, parts = math.nan, math.nan, []
        notes.append(f"no root sum of squares at the mean of the draws: {error.problems[0].read}")
    side = -1.0 if rule.at_least else 1.0
    tail = TAIL if rule.at_least else 1.0 - TAIL
    drawn = next(_plain(row["value"]) for row in known["quantiles"] if row["at"] == tail)
    return Budgeted(
        str(rule),
        rule.output,
        rule.value,
        nominal(evaluator, (rule.output,))[rule.output],
        nominal(worst, (rule.output,))[rule.output] if worst is not None else None,
        centre,
        sigma,
        centre + side * Z_TAIL * sigma,
        drawn,
        tuple(parts),
        tuple(notes),
    )


Z_TAIL = 3.090232306167813  # -Phi^-1(TAIL)
