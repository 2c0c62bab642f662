"""The eye's penalty against scalars beside the chain: one curve each, from nodes that are computed when a point first comes near."""

import math
from collections.abc import Callable

import numpy as np

Keys = tuple[str | int, ...]
# Scalars of noise and levels that the penalty rests on: distance of a curve's nodes, as a difference or (True) a ratio.
STEPS: dict[Keys, tuple[float, bool]] = {
    ("environment", "case_temperature"): (10.0, False), ("laser", "rin_avg"): (0.5, False), ("laser", "rin_oma"): (0.5, False),
    ("modulator", "extinction_ratio"): (0.125, False), ("modulator", "v_pi"): (1.02, True), ("modulator", "drive_swing"): (1.02, True),
    ("modulator", "level_mismatch"): (0.01, False), ("launch", "sndr"): (0.5, False), ("receiver", "responsivity"): (1.1, True),
    ("receiver", "gain"): (1.1, True), ("receiver", "ionisation_ratio"): (0.05, False), ("receiver", "noise_density"): (1.1, True),
    ("receiver", "dark_current"): (1.5, True), ("receiver", "noise_bandwidth"): (1.1, True), ("receiver", "adc_enob"): (0.04, False),
    ("receiver", "adc_full_scale"): (1.02, True),
}  # fmt: skip
REACH, SHORT_REACH = np.arange(-2, 4), np.arange(-1, 3)  # nodes that a value between nodes 0 and 1 is interpolated from
MOST_NODES = 4000  # either way: beyond, there is no such part


class Curve:
    """What a scalar adds to the penalty of the design's own value: polynomials through six nodes around a point, or four (``SHORT_REACH``).

    The nodes stand at fixed distances from the design's value, so that what a point gets does not depend on the others.  Where they are
    not all there (an error floor beyond one of them) it is the straight line between two, and NaN where one of those is missing.
    """

    def __init__(self, x: float, step: float, by_ratio: bool, penalty: Callable[[float], float], reach: np.ndarray = REACH) -> None:
        self._x, self._step, self._by_ratio, self._penalty, self._reach = x, step, by_ratio, penalty, reach.tolist()
        self._powers = np.linalg.inv(np.vander(reach.astype(float), increasing=True))
        self._known: dict[int, float] = {}

    def _node(self, k: int) -> float:
        found = self._known.get(k)
        if found is None:
            x = self._x * self._step**k if self._by_ratio else self._x + k * self._step
            found = self._known[k] = self._penalty(x)
        return found

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Penalty at the values less that of the design, in dB."""
        if len(values) == 0 or (self._by_ratio and self._x == 0.0):
            return np.zeros(len(values))  # there is no ratio to nought, and what is nought adds nothing worth a curve
        with np.errstate(invalid="ignore", divide="ignore"):
            place = np.log(values / self._x) / math.log(self._step) if self._by_ratio else (values - self._x) / self._step
        # A value of the design itself stands on its node in spite of rounding.
        near = np.round(place)
        place = np.where(np.abs(place - near) < 1e-12, near, place)
        fine = np.isfinite(place) & (np.abs(place) < MOST_NODES)
        low = np.floor(np.where(fine, place, 0.0)).astype(np.int64)
        t = np.where(fine, place - low, math.nan)
        first = int(low.min())
        cell = low - first
        # A cell that holds nothing but its own node asks for no neighbours.
        there = np.bincount(cell) > 0
        between = np.bincount(cell, weights=t != 0.0) > 0.0
        powers, here = np.full((len(self._reach), len(there)), math.nan), np.full(len(there), math.nan)
        for k in np.flatnonzero(there).tolist():
            here[k] = self._node(first + k) - self._node(0)
            if between[k]:
                powers[:, k] = self._polynomial(first + k)
        out: np.ndarray = powers[-1, cell]
        for row in powers[-2::-1]:
            out = out * t + row[cell]
        return np.where(t == 0.0, here[cell], out)

    def _polynomial(self, k: int) -> np.ndarray:
        """Coefficients in the place between node ``k`` and the next, the constant first."""
        nodes = np.array([self._node(k + r) for r in self._reach]) - self._node(0)
        if np.isnan(nodes).any():
            zero = self._reach.index(0)
            out = np.zeros(len(nodes))
            out[:2] = nodes[zero], nodes[zero + 1] - nodes[zero]
            return out
        found: np.ndarray = self._powers @ nodes
        return found
