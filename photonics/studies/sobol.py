"""Sobol indices: which share of an output's variance each parameter carries, alone (first order) and with all its company (total).

    A, B     two independent samples of N points;  AB_i = A with parameter i taken from B
    S_i      = 1/N sum (f(B) - c) (f(AB_i) - f(A)) / V           A. Saltelli et al., Computer Physics Communications 181 (2010) 259, table 2
    T_i      = 1/2N sum (f(A) - f(AB_i))^2 / V                   M. Jansen, Computer Physics Communications 117 (1999) 35
    V        variance over A and B together;  c the mean of the first points, which costs no bias and saves most of S_i's scatter

The draws are those of a Monte Carlo plan: B and AB_i are its expansion with other stream keys in all columns, or in those of one
parameter, so no point is stored.  Columns that are drawn together (a group, a correlation) are one factor: indices of dependent
parameters one by one have no meaning as shares.  The intervals are bootstrap percentiles over fixed batches of samples.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from photonics.errors import InputError

BATCHES = 256  # of samples, resampled as wholes
REPLICAS = 1000  # of the bootstrap
CHUNK = 16_384  # samples in memory at a time
OTHER = np.uint64(0x5851F42D4C957F2D)  # turns the key of a stream into that of another one
LEAST_POINTS = 4 * BATCHES


@dataclass(frozen=True)
class SobolIndex:
    """Indices of a factor (one path, or several that are drawn together) with their 95 % intervals."""

    paths: tuple[str, ...]
    first: float
    first_ci95: tuple[float, float]
    total: float
    total_ci95: tuple[float, float]


@dataclass(frozen=True)
class SobolResult:
    """Indices of all factors; ``mean`` and ``variance`` of the output; ``left_out`` of ``points`` samples had a point without answer."""

    indices: tuple[SobolIndex, ...]
    mean: float
    variance: float
    points: int
    left_out: int
    evaluations: int


def factors(expansion: Any) -> list[list[int]]:
    """Columns that are drawn together: connected by a loading of the copula or by a common stream."""
    count = len(expansion.key)
    group = list(range(count))

    def join(a: int, b: int) -> None:
        old, new = group[max(a, b)], group[min(a, b)]
        for c in range(count):
            if group[c] == old:
                group[c] = new

    for c in range(count):
        for f in range(int(expansion.factor_start[c]), int(expansion.factor_start[c + 1])):
            join(c, int(expansion.factor_id[f]))
        for other in range(c):
            if expansion.key[other] == expansion.key[c]:
                join(c, other)
    return [[c for c in range(count) if group[c] == g] for g in sorted(set(group))]


def _swapped(expansion: Any, columns: Sequence[int]) -> Any:
    key = expansion.key.copy()
    key[list(columns)] ^= OTHER
    return expansion._replace(key=key)


class _Sums:
    """Sums over each batch, of which every estimate is a ratio: one row a batch."""

    def __init__(self, count: int) -> None:
        self.used = np.zeros(BATCHES)
        self.plain = np.zeros(BATCHES)
        self.square = np.zeros(BATCHES)
        self.first = np.zeros((BATCHES, count))
        self.total = np.zeros((BATCHES, count))

    def add(self, batch: np.ndarray, a: np.ndarray, b: np.ndarray, mixed: np.ndarray) -> None:
        def into(target: np.ndarray, terms: np.ndarray) -> None:
            target += np.bincount(batch, terms, BATCHES)

        into(self.used, np.ones(a.size))
        into(self.plain, a + b)
        into(self.square, a * a + b * b)
        for i, ab in enumerate(mixed):
            into(self.first[:, i], b * (ab - a))
            into(self.total[:, i], (a - ab) ** 2)

    def estimates(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Mean (less the centre), variance, first and total indices; one row for each row of weights over batches."""
        n = weights @ self.used
        mean = weights @ self.plain / (2.0 * n)
        variance = weights @ self.square / (2.0 * n) - mean**2
        with np.errstate(divide="ignore", invalid="ignore"):
            first = (weights @ self.first / n[:, None]) / variance[:, None]
            total = (weights @ self.total / (2.0 * n[:, None])) / variance[:, None]
        return mean, variance, first, total


def sobol_indices(plan: Any, evaluator: Any, output: str) -> SobolResult:
    """Sobol indices of an output over the draws of a Monte Carlo plan of one variant.

    :param plan: method "monte-carlo"; its samples are the points of A.
    :raises InputError: fewer than `LEAST_POINTS` samples, no answers, or an output that does not vary.
    """
    samples = int(plan.samples)
    if samples < LEAST_POINTS:
        raise InputError.of("", "sobol", f"{samples} points", f"at least {LEAST_POINTS}")
    bound = evaluator.bind(plan.variants[0], plan.paths, (output,))
    parts = factors(plan.expansion)
    everything = range(len(plan.paths))
    expansions = [plan.expansion, _swapped(plan.expansion, everything), *(_swapped(plan.expansion, part) for part in parts)]
    sums, centre, left_out = _Sums(len(parts)), math.nan, 0
    for begin in range(0, samples, CHUNK):
        count = min(CHUNK, samples - begin)
        rows = []
        for expansion in expansions:
            found = bound(expansion, begin, count)
            rows.append(np.where(found["status"] == 0, found[output], np.nan))
        values = np.stack(rows)
        fine = np.isfinite(values).all(axis=0)
        left_out += int(count - fine.sum())
        if not fine.any():
            continue
        values = values[:, fine]
        if math.isnan(centre):
            centre = float(values[:2].mean())
        values -= centre
        batch = (np.arange(begin, begin + count)[fine] * BATCHES) // samples
        sums.add(batch, values[0], values[1], values[2:])
    if left_out == samples:
        raise InputError.of("", output, "no sample with an answer", "draws that the design can be evaluated at")
    mean, variance, first, total = (e[0] for e in sums.estimates(np.ones((1, BATCHES))))
    if not variance > (1e-12 * max(abs(centre), 1e-300)) ** 2:
        raise InputError.of("", output, f"an output that does not vary ({centre:g})", "an output that its draws move")
    draw = np.random.Generator(np.random.PCG64(20_041))
    weights = draw.multinomial(BATCHES, np.full(BATCHES, 1.0 / BATCHES), REPLICAS).astype(np.float64)
    _, _, firsts, totals = sums.estimates(weights)
    indices = []
    for i, part in enumerate(parts):
        ends = [np.percentile(e[:, i], (2.5, 97.5)) for e in (firsts, totals)]
        paths = tuple(plan.paths[c] for c in part)
        indices.append(
            SobolIndex(paths, float(first[i]), (float(ends[0][0]), float(ends[0][1])), float(total[i]), (float(ends[1][0]), float(ends[1][1])))
        )
    return SobolResult(tuple(indices), float(mean + centre), float(variance), samples, left_out, samples * len(expansions))
