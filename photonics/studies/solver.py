"""Constrained minimum of a function of a unit cube that is computed in batches: local searches, evolution, all points kept.

What scipy offers was tried on seven problems (2 to 10 axes; limits active and curved, many valleys, a kink, a region without answers), each
local method from the 8 best of 1024 scrambled Sobol points; how far the value ended above the best known, and points computed:

    problem                          SLSQP            trust-constr     differential evolution
    Rosenbrock in a disk             8e-18   1.7e3    8e-6    1.4e4    0       1.1e4
    G06, two curved limits           9e-6    1.3e3    3.1     1.9e3    2e-7    8.1e3
    G07, 10 axes, 8 limits           1e-9    3.0e3    1e-5    6.4e3    1.1     5.7e4
    Rastrigin over a limit           3.0     2.0e3    3.9     3.8e3    0       7.6e3
    kink in 4 axes                   2e-5    3.0e4    1e-4    2.9e4    0       1.1e4
    watts under a worst-lane margin  0       1.3e3    1e-8    1.5e3    0       5.1e3
    region without answers           4e-4    1.1e3    4e-4    1.1e3    0       5.4e3

Other starts move SLSQP's misses (Rastrigin 0 to 3.0, the region 4e-4 to 1.3e-2).  SLSQP ends sharpest where the function is smooth, evolution finds the valley where it is not; trust-constr was never best and 5 to 50
times slower per point.  So: SLSQP from several starts, one evolution, SLSQP once more from the best point seen.
"""

import inspect
import math
import warnings
from collections.abc import Callable

import numpy as np

# (points, axes) -> (objective, slack of every limit by points); a limit holds where its slack is 0 or more; NaN: no answer.
Function = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]

STEP = 1e-6  # of the finite differences, in units of an axis's range
BACK_OFF = 1e-12  # of a limit's scale: a search that ends on a limit ends on its good side


class _Missing(Exception):
    """A local search ran into a place without an answer."""


class Record:
    """The function with everything it has seen: the best feasible point and, before there is one, the least violating."""

    def __init__(self, function: Function, scales: np.ndarray) -> None:
        self.function, self.scales = function, scales
        self.evaluations = 0
        self.x: np.ndarray | None = None
        self.value, self.violation = math.inf, math.inf

    def __call__(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        objective, slack = self.function(points)
        if not len(points):
            return objective, slack
        self.evaluations += len(points)
        violation = np.maximum(-slack / self.scales[:, None], 0.0).max(axis=0) if slack.size else np.zeros(len(points))
        bad = ~np.isfinite(objective) | ~np.isfinite(violation)
        violation = np.where(bad, np.inf, violation)
        order = np.lexsort((np.where(bad, np.inf, objective), violation))
        best = int(order[0])
        if violation[best] < self.violation or (violation[best] == self.violation < np.inf and objective[best] < self.value):
            self.x, self.value, self.violation = points[best].copy(), float(objective[best]), float(violation[best])
        return objective, slack


class _Local:
    """Value, slacks and their gradients at a point, all from one batch."""

    def __init__(self, record: Record, size: float) -> None:
        self.record, self.size = record, size
        self.x: np.ndarray | None = None

    def at(self, x: np.ndarray) -> "_Local":
        x = np.clip(x, 0.0, 1.0)
        if self.x is not None and np.array_equal(x, self.x):
            return self
        count = x.size
        # At a face of the cube the step turns inward: both points stay inside.
        up, down = np.minimum(x + STEP, 1.0), np.maximum(x - STEP, 0.0)
        points = np.tile(x, (2 * count + 1, 1))
        points[np.arange(count) + 1, np.arange(count)] = up
        points[np.arange(count) + 1 + count, np.arange(count)] = down
        objective, slack = self.record(points)
        if not (np.isfinite(objective).all() and np.isfinite(slack).all()):
            raise _Missing
        width = up - down
        scales = self.record.scales
        self.value = float(objective[0]) / self.size
        self.gradient = (objective[1 : count + 1] - objective[count + 1 :]) / width / self.size
        self.slack = slack[:, 0] / scales - BACK_OFF
        self.jacobian = (slack[:, 1 : count + 1] - slack[:, count + 1 :]) / width / scales[:, None]
        self.x = x.copy()
        return self


def local_search(record: Record, start: np.ndarray, size: float) -> None:
    """One search by SLSQP; what it finds is in the record, also when it is cut short by a place without an answer.

    :param size: what the objective is measured by; makes the tolerance a relative one.
    """
    from scipy.optimize import minimize

    local = _Local(record, size)
    constraint = {"type": "ineq", "fun": lambda x: local.at(x).slack, "jac": lambda x: local.at(x).jacobian}
    try:
        with warnings.catch_warnings():
            # A step beyond the cube is brought back to it, here and by SciPy, which some versions warn about.
            warnings.filterwarnings("ignore", "Values in x were outside bounds", RuntimeWarning)
            minimize(
                lambda x: local.at(x).value,
                start,
                jac=lambda x: local.at(x).gradient,
                bounds=[(0.0, 1.0)] * start.size,
                constraints=[constraint] if record.scales.size else [],
                method="SLSQP",
                options={"maxiter": 200, "ftol": 1e-12},
            )
    except _Missing:
        pass


def _seed_name(function: Callable[..., object]) -> str:
    """The argument's name changed with SciPy 1.15."""
    return "rng" if "rng" in inspect.signature(function).parameters else "seed"


def evolution(record: Record, axes: int, seed: int) -> None:
    """Differential evolution of the whole cube, a generation a batch; violations are driven to zero before values are compared."""
    from scipy.optimize import NonlinearConstraint, differential_evolution

    def values(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        points = np.atleast_2d(x.T)
        objective, slack = record(points)
        bad = ~np.isfinite(objective) | ~np.isfinite(slack).all(axis=0)
        return np.where(bad, 1e300, objective), np.where(bad, -1e300, slack / record.scales[:, None])

    limits = record.scales.size
    constraints = (NonlinearConstraint(lambda x: values(x)[1], 0.0, np.inf),) if limits else ()
    differential_evolution(
        lambda x: values(x)[0],
        [(0.0, 1.0)] * axes,
        constraints=constraints,
        vectorized=True,
        updating="deferred",
        polish=False,
        **{_seed_name(differential_evolution): np.random.Generator(np.random.PCG64(seed))},
        maxiter=300,
        tol=1e-10,
    )


def minimum(record: Record, starts: np.ndarray, size: float, seed: int, *, evolve: bool = True) -> None:
    """Searches from every start, then evolution, then once more from the best point seen: all in the record."""
    for start in starts:
        local_search(record, start, size)
    if evolve:
        evolution(record, starts.shape[1], seed)
        if record.x is not None:
            local_search(record, record.x, size)
