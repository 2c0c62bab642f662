"""Where an optimum or a front is looked for: numeric axes from a low to a high end, and choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from photonics.errors import InputError, shown
from photonics.results.evaluator import Choices, Evaluator, Parameter
from photonics.sweeps.axes import resolve

from .points import read_value

MOST_VARIANTS = 10_000


@dataclass(frozen=True)
class Space:
    """Numeric axes (paths, parameters, ends in canonical units) and choice axes (path, values)."""

    parameters: tuple[Parameter, ...]
    paths: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    choices: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def variants(self) -> tuple[Choices, ...]:
        """All combinations of the choices, the first choice axis the slowest: one empty one where nothing is chosen."""
        found: list[Choices] = [()]
        for path, values in self.choices:
            found = [(*have, (path, value)) for have in found for value in values]
        return tuple(found)

    def points(self, unit: np.ndarray) -> np.ndarray:
        """Points of the unit cube as values, never beyond the ends by rounding; a count is the whole number that lies nearest."""
        values = np.clip(self.low + (self.high - self.low) * unit, self.low, self.high)
        whole = np.array([p.kind.dimension.whole for p in self.parameters], dtype=np.bool_)
        return np.where(whole, np.rint(values), values)

    def axes(self) -> list[dict[str, Any]]:
        """The axes as a plan takes them."""
        found: list[dict[str, Any]] = [{"path": path, "choice": list(values)} for path, values in self.choices]
        for path, parameter, low, high in zip(self.paths, self.parameters, self.low, self.high, strict=True):
            unit = parameter.kind.dimension.unit
            ends = [f"{float(end)!r} {unit}" if unit else float(end) for end in (low, high)]
            found.append({"path": path, "range": ends})
        return found


def read_space(
    evaluator: Evaluator, axes: Mapping[str, Sequence[str | float]], choices: Mapping[str, Sequence[str]], *, least: int = 1, whole: bool = False
) -> Space:
    """The space, checked.

    :param axes: path to its low and high end: texts with a unit, or numbers where the path ends in one (``fibre.length_m``) or has none.
    :param choices: path to its values, such as ``design`` to catalog names.
    :param least: axes of either kind that there must be.
    :param whole: whether a whole number may be an axis.
    :raises InputError: nothing to move, an unknown path, a value out of bounds, an empty range, too many combinations.
    """
    if len(axes) + len(choices) < least:
        raise InputError.of("", "axis", "nothing to move", "at least one axis (path, low, high) or choice (path, values)")
    parameters, low, high = [], [], []
    moved: dict[str, str] = {}
    paths = []
    for key, ends in axes.items():
        path, unit, parameter = resolve(key, evaluator)
        if parameter.kind.dimension.whole and not whole:
            raise InputError.of("", path, "a whole number as a range", "a sweep over its values")
        if isinstance(ends, str) or len(ends) != 2:
            raise InputError.of("", path, shown(ends), "a low and a high end")
        first, last = (read_value(parameter, end, key, unit) for end in ends)
        if not first < last:
            raise InputError.of("", path, f"{shown(ends[0])} .. {shown(ends[1])}", "low below high")
        for plain in evaluator.canonical(path):
            if plain in moved:
                raise InputError.of("", path, f"{plain}, which {moved[plain]} moves already", "each parameter on one axis")
            moved[plain] = path
        paths.append(path)
        parameters.append(parameter)
        low.append(first)
        high.append(last)
    chosen, count = [], 1
    for path, values in choices.items():
        if isinstance(values, str) or not values:
            raise InputError.of("", path, "no values", "at least one choice")
        found = evaluator.choices(path, tuple(values))
        if len(set(found)) < len(found):
            raise InputError.of("", path, "a choice twice", "each choice once")
        chosen.append((path, found))
        count *= len(found)
        if count > MOST_VARIANTS:
            raise InputError.of("", path, f"{count} combinations of choices", f"at most {MOST_VARIANTS}")
    return Space(tuple(parameters), tuple(paths), np.array(low, dtype=np.float64), np.array(high, dtype=np.float64), tuple(chosen))
