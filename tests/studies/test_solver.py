"""The solver on problems with known optima, alone and beside what else scipy offers: the comparison of its docstring."""

import numpy as np
import pytest
from scipy.stats import qmc

from photonics.studies.solver import Record, evolution, local_search, minimum


def in_box(low, high, function):
    low, high = np.array(low, float), np.array(high, float)

    def batch(unit):
        objective, slack = function((low + (high - low) * unit).T)
        return np.asarray(objective, float), np.array(slack) if len(slack) else np.empty((0, len(unit)))

    return batch, low.size


def g07(x):
    """Hock and Schittkowski 113: 10 axes, 8 limits, six of them active."""
    value = (
        x[0] ** 2 + x[1] ** 2 + x[0] * x[1] - 14 * x[0] - 16 * x[1] + (x[2] - 10) ** 2 + 4 * (x[3] - 5) ** 2 + (x[4] - 3) ** 2
        + 2 * (x[5] - 1) ** 2 + 5 * x[6] ** 2 + 7 * (x[7] - 11) ** 2 + 2 * (x[8] - 10) ** 2 + (x[9] - 7) ** 2 + 45
    )  # fmt: skip
    limits = [
        105 - 4 * x[0] - 5 * x[1] + 3 * x[6] - 9 * x[7],
        -10 * x[0] + 8 * x[1] + 17 * x[6] - 2 * x[7],
        8 * x[0] - 2 * x[1] - 5 * x[8] + 2 * x[9] + 12,
        -3 * (x[0] - 2) ** 2 - 4 * (x[1] - 3) ** 2 - 2 * x[2] ** 2 + 7 * x[3] + 120,
        -5 * x[0] ** 2 - 8 * x[1] - (x[2] - 6) ** 2 + 2 * x[3] + 40,
        -(x[0] ** 2) - 2 * (x[1] - 2) ** 2 + 2 * x[0] * x[1] - 14 * x[4] + 6 * x[5],
        -0.5 * (x[0] - 8) ** 2 - 2 * (x[1] - 4) ** 2 - 3 * x[4] ** 2 + x[5] + 30,
        3 * x[0] - 6 * x[1] - 12 * (x[8] - 8) ** 2 + 7 * x[9],
    ]
    return value, limits


def g06(x):
    return (x[0] - 10) ** 3 + (x[1] - 20) ** 3, [(x[0] - 5) ** 2 + (x[1] - 5) ** 2 - 100, 82.81 - (x[0] - 6) ** 2 - (x[1] - 5) ** 2]


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2, [2 - x[0] ** 2 - x[1] ** 2]


def rastrigin(x):
    """Least with a sum of at least 1.5: two ones and a zero, of value about 1.98992."""
    return sum(a * a - 10 * np.cos(2 * np.pi * a) + 10 for a in x), [x[0] + x[1] + x[2] - 1.5]


def kink(x):
    """Largest of three pieces: no gradient where it matters."""
    pieces = [np.abs(x[0] - 1) + x[1] ** 2, np.abs(x[1] + 0.3) + x[2] ** 2, np.abs(x[2] - 0.2) + x[3] ** 2]
    return np.maximum.reduce(pieces), []


def worst_lane(x):
    """Watts under the margin of the worse of two lanes."""
    return 10 ** (x[0] / 10) + np.exp(-x[1]), [np.minimum(x[0] - x[1] - 2, 1.5 * x[0] - 2 * x[1] - 1.9)]


def hole(x):
    """A disc without answers that reaches over the valley."""
    value = (x[0] - 0.7) ** 2 + (x[1] - 0.2) ** 2 + 0.3 * np.sin(9 * x[0])
    return np.where(np.hypot(x[0] - 0.5, x[1] - 0.5) < 0.25, np.nan, value), [x[1] - x[0] + 0.3]


# name, low, high, function, best known value, how far above it the search may end
PROBLEMS = [
    ("rosenbrock", [-1.5] * 2, [1.5] * 2, rosenbrock, 0.0, 1e-10),
    ("g06", [13, 0], [100, 100], g06, -6961.81387558015, 1e-4),
    ("g07", [-10] * 10, [10] * 10, g07, 24.30620906818, 1e-6),
    ("rastrigin", [-4] * 3, [5] * 3, rastrigin, 1.98991811, 1e-5),
    ("kink", [-2] * 4, [3] * 4, kink, 0.06446659, 1e-4),
    ("worst_lane", [-3, 0], [6, 3], worst_lane, 2.354687472, 1e-8),
    ("hole", [0, 0], [1, 1], hole, -0.26997690, 1e-6),
]


def scanned(low, high, function):
    batch, axes = in_box(low, high, function)
    unit = qmc.Sobol(axes, scramble=False).random(1024)
    objective, slack = batch(unit)
    scales = slack.std(axis=1)
    record = Record(batch, scales)
    record(unit)
    violation = np.maximum(-slack / scales[:, None], 0).max(axis=0) if len(scales) else np.zeros(1024)
    order = np.lexsort((np.nan_to_num(objective, nan=np.inf), np.where(np.isfinite(objective), violation, np.inf)))
    return record, unit[order[:8]], float(np.nanstd(objective))


@pytest.mark.parametrize(("name", "low", "high", "function", "best", "above"), PROBLEMS, ids=[p[0] for p in PROBLEMS])
def test_known_optima_are_found_and_kept_inside_the_limits(name, low, high, function, best, above):
    record, starts, size = scanned(low, high, function)
    minimum(record, starts, size, seed=1)
    assert record.violation == 0.0
    assert best - 1e-6 * max(1.0, abs(best)) <= record.value <= best + above
    # What it says is what the function says, and the limits hold without any tolerance.
    objective, slack = record.function(record.x[None])
    assert objective[0] == record.value and (slack >= 0.0).all()


def test_each_half_is_needed():
    """What the docstring claims: evolution alone misses the ten-dimensional optimum, local searches alone the valley beside a hole."""
    record, starts, size = scanned(*PROBLEMS[2][1:4])
    evolution(record, 10, 1)
    assert record.value > 24.30620906818 + 0.01
    record, starts, size = scanned(*PROBLEMS[6][1:4])
    for start in starts:
        local_search(record, start, size)
    assert record.value > -0.26997690 + 1e-4


def test_an_impossible_problem_ends_with_the_least_violating_point():
    batch, _ = in_box([0.0], [1.0], lambda x: (x[0], [x[0] - 2.0]))
    record = Record(batch, np.array([1.0]))
    minimum(record, np.array([[0.5]]), 1.0, 1)
    assert record.violation == pytest.approx(1.0, abs=1e-6) and record.x[0] == pytest.approx(1.0, abs=1e-6)
