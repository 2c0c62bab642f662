"""Derivatives of outputs by parameters: central differences at halved steps, extrapolated (Richardson), all points in one batch.

    D(h) = (f(x + h) - f(x - h)) / 2h = f' + c2 h^2 + c4 h^4 + ...        T[j,0] = D(h / 2^j)
    T[j,m] = T[j,m-1] + (T[j,m-1] - T[j-1,m-1]) / (4^m - 1)               error(T[j,m]) = largest change against its two parents

The entry with the least error is taken (C. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4
(1982) 75): large steps lose to curvature, small ones to rounding, and the table finds the best between them.  At a bound, where one
side is missing, the differences are one-sided and the factors 2^m.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from photonics.errors import InputError
from photonics.results.evaluator import Choices, Evaluator, Parameter

from .points import Batch, bounds

LEVELS = 8  # steps h, h/2 ... h/128
SHARE = 0.02  # first step as a share of a parameter's scale
FEWEST = 4  # levels of a side that must have an answer
KINK = 1e-3  # slopes of the two sides that differ by more than this share, and by more than their errors, are a kink
# What a step is measured by, in the canonical unit, where the size of the value says nothing: dB scales and temperatures have no
# natural zero.
_SCALES = {
    "loss": 2.0,
    "return_loss": 5.0,
    "extinction_ratio": 2.0,
    "snr": 2.0,
    "level": 2.0,
    "rin": 2.0,
    "temperature": 20.0,
    "wavelength": 5.0,
}


@dataclass(frozen=True)
class Derivative:
    """d output / d path at ``at``: NaN with a ``status`` where there is none.

    ``error`` is the estimate of the extrapolation, in the unit of the derivative; ``left`` and ``right`` are the slopes of the two
    sides, NaN where a side has no room or no answer.
    """

    output: str
    path: str
    at: float
    value: float
    error: float
    left: float
    right: float
    status: str = "ok"


def first_step(parameter: Parameter, at: float) -> float:
    """First and largest step: 2 % of the parameter's scale.

    The scale is a fixed one for dB, temperatures and wavelengths; else the value itself, or half the parameter's range where that is
    larger; else, at a value of 0, a thousandth of the plausible range, or one canonical unit.
    """
    dimension = parameter.kind.dimension
    scale = _SCALES.get(dimension.name, 0.0)
    if not scale:
        base = parameter.base
        scale = max(abs(at), 0.5 * (base.high - base.low) if base is not None else 0.0)
    if not scale and dimension.plausible is not None:
        scale = 1e-3 * (dimension.plausible[1] - dimension.plausible[0])
    return SHARE * (scale or 1.0)


def _steps(parameter: Parameter, at: float) -> tuple[np.ndarray, bool, bool]:
    """Steps, largest first, and whether there is room for them below and above."""
    low, high = bounds(parameter)
    step = first_step(parameter, at)
    below, above = at - low, high - at
    # A first step cut to an eighth still extrapolates well; with less room one side alone is better.
    both = min(below, above) >= step / 8.0
    step = min(step, min(below, above) if both else max(below, above))
    return step * 0.5 ** np.arange(LEVELS), both or below > above, both or above >= below


def extrapolated(differences: np.ndarray, factor: float, floor: np.ndarray) -> tuple[float, float]:
    """Best entry of Neville's table over ``differences`` (steps halved from one to the next) and its error.

    :param factor: 4 for central differences (errors in even powers), 2 for one-sided ones.
    :param floor: rounding error of each difference.
    """
    best, least = math.nan, math.inf
    row: list[float] = []
    for j, first in enumerate(differences):
        new = [float(first)]
        if not math.isfinite(first):
            row = []  # an answer that is missing breaks the table: it starts again below
            continue
        for m in range(1, len(row) + 1):
            weight = factor**m - 1.0
            new.append(new[m - 1] + (new[m - 1] - row[m - 1]) / weight)
            error = max(abs(new[m] - new[m - 1]), abs(new[m] - row[m - 1])) + float(floor[j])
            if error < least:
                best, least = new[m], error
        row = new
    return best, least


def _derivative(output: str, parameter: Parameter, at: float, steps: np.ndarray, lower: np.ndarray, here: float, upper: np.ndarray) -> Derivative:
    size = np.nanmax(np.abs(np.concatenate([lower, upper, [here]])))
    floor = 2.0 * np.finfo(float).eps * size / steps
    left, left_error = extrapolated((here - lower) / steps, 2.0, 2.0 * floor)
    right, right_error = extrapolated((upper - here) / steps, 2.0, 2.0 * floor)

    def made(value: float, error: float, status: str = "ok") -> Derivative:
        return Derivative(output, parameter.path, at, value, error if math.isfinite(error) else math.nan, left, right, status)

    sides = (np.isfinite(lower).sum() >= FEWEST, np.isfinite(upper).sum() >= FEWEST)
    if not any(sides):
        return made(math.nan, math.nan, "no answer beside the point")
    if not all(sides):
        return made(*((left, left_error) if sides[0] else (right, right_error)), "one-sided")
    apart = abs(right - left)
    # At the smallest step the two sides differ as well, unless the kink only lies near: large steps reach over it.
    closest = abs(upper[-1] - 2.0 * here + lower[-1]) / steps[-1]
    if apart > KINK * max(abs(left), abs(right)) and apart > 10.0 * (left_error + right_error) and not closest < 0.5 * apart:
        return made(math.nan, math.nan, f"kink: slope {left:.4g} below, {right:.4g} above")
    return made(*extrapolated((upper - lower) / (2.0 * steps), 4.0, floor))


def derivatives(
    evaluator: Evaluator,
    outputs: Sequence[str],
    parameters: Sequence[Parameter],
    at: np.ndarray,
    choices: Choices = (),
) -> tuple[tuple[Derivative, ...], ...]:
    """Derivatives of every output by every parameter at a point, all in one batch: outputs by parameters.

    :param at: the point, one value a parameter, in canonical units.
    :raises InputError: the point itself has no answer.
    """
    plans = [_steps(parameter, value) for parameter, value in zip(parameters, at, strict=True)]
    rows = [np.array(at, dtype=np.float64)]
    for k, (steps, below, above) in enumerate(plans):
        for used, sign in ((below, -1.0), (above, 1.0)):
            for step in steps if used else ():
                row = rows[0].copy()
                row[k] += sign * step
                rows.append(row)
    found = Batch(evaluator, [p.path for p in parameters], outputs, choices)(np.array(rows))
    if found["status"][0] != 0:
        words = evaluator.statuses.get(int(found["status"][0]), "unknown status")
        raise InputError.of("", evaluator.name, f"a design without an answer ({words})", "a design that can be evaluated")
    fine = found["status"] == 0
    answers: list[tuple[Derivative, ...]] = []
    for output in outputs:
        values = np.where(fine, found[output], np.nan)
        row_of, at_row = [], 1
        for parameter, value, (steps, below, above) in zip(parameters, rows[0], plans, strict=True):
            sides = []
            for used in (below, above):
                sides.append(values[at_row : at_row + LEVELS] if used else np.full(LEVELS, np.nan))
                at_row += LEVELS if used else 0
            if not math.isfinite(values[0]):
                nothing = Derivative(output, parameter.path, float(value), math.nan, math.nan, math.nan, math.nan, "no such output here")
                row_of.append(nothing)
                continue
            # The step as the floats hold it: x + h - x.
            exact = np.abs((value + steps) - value) if above else np.abs(value - (value - steps))
            row_of.append(_derivative(output, parameter, float(value), exact, sides[0], float(values[0]), sides[1]))
        answers.append(tuple(row_of))
    return tuple(answers)
