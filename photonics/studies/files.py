"""Axes of a study out of a sweep file: where it moves, not how its points are drawn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from photonics import catalog
from photonics.errors import InputError
from photonics.spec.sweep import AxisSpec


def axes_of(source: str | Path) -> tuple[dict[str, tuple[Any, Any]], dict[str, Sequence[str]]]:
    """Numeric axes as path to its two ends, and choice axes as path to its values.

    :raises InputError: no sweep file, or an axis (a list, a file, a distribution) that is no stretch to search.
    """
    spec = catalog.load_sweep(source)
    axes: dict[str, tuple[Any, Any]] = {}
    choices: dict[str, Sequence[str]] = {}
    for axis in spec.axis:
        if axis.choice is not None:
            choices[axis.path] = axis.choice
            continue
        ends = _ends(axis)
        if ends is None:
            raise InputError.of(str(source), axis.path, "an axis that is no stretch", "range, linspace, logspace, or choice")
        axes[axis.path] = ends
    return axes, choices


def _ends(axis: AxisSpec) -> tuple[Any, Any] | None:
    if axis.range is not None:
        return axis.range[0], axis.range[1]
    spacing = axis.linspace or axis.logspace
    return None if spacing is None else (spacing.start, spacing.stop)
