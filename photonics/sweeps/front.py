"""Pareto fronts that merge: the front of all points is the front of the fronts of their parts.

A point is on the front if no other is as good in every goal and better in one.  Of points with the same goals the first stays.
"""

import numpy as np

MOST = 20_000  # points of a front that are kept; a longer one is thinned evenly along its first goal, and says so


def front(goals: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Positions of the points on the front, in the order of their first goal.

    :param goals: goals by points, each to be small; finite.
    :param index: number of each point; decides between equals.
    """
    kept = _cull(goals)
    goals, index = goals[:, kept], index[kept]
    order = np.lexsort((index, *goals[::-1]))
    goals = goals[:, order]
    return kept[order[_stairs(goals[1]) if len(goals) == 2 else _filter(goals)]]


def _cull(goals: np.ndarray) -> np.ndarray:
    """Positions that remain when what a few good points beat is gone: cheap, and most of a block goes."""
    k, count = goals.shape
    kept = np.arange(count)
    if count < 64:
        return kept
    low, high = goals.min(axis=1), goals.max(axis=1)
    with np.errstate(over="ignore"):
        spans = high - low
    scales = np.where((spans > 0.0) & np.isfinite(spans), 1.0 / np.where(spans > 0.0, spans, 1.0), 0.0)
    for turn in range(k + 1):
        # All goals alike at first, then each foremost in its turn.
        weights = scales * np.where(np.arange(k) == turn - 1, 8.0, 1.0)
        left = goals[:, kept] if turn else goals
        pivot = left[:, np.argmin(weights @ left)]
        # What is as bad in every goal goes, but not the pivot and its equals.
        no_better, equal = left[0] >= pivot[0], left[0] == pivot[0]
        for row, goal in zip(left[1:], pivot[1:], strict=True):
            no_better &= row >= goal
            equal &= row == goal
        kept = kept[~no_better | equal]
    return kept


def _stairs(second: np.ndarray) -> np.ndarray:
    """Two goals, sorted: on the front is what is lower in the second than all before."""
    lowest = np.minimum.accumulate(second)
    return np.flatnonzero(np.concatenate(([True], second[1:] < lowest[:-1]))) if second.size else np.empty(0, np.int64)


def _filter(goals: np.ndarray) -> np.ndarray:
    """Any number of goals, sorted: the first of those that remain is on the front, and what it beats or equals goes."""
    left, found = np.arange(goals.shape[1]), []
    while left.size:
        best = left[0]
        found.append(best)
        left = left[np.any(goals[:, left] < goals[:, best, None], axis=0)]
    return np.array(found, dtype=np.int64)


def thinned(count: int) -> np.ndarray | None:
    """Which of ``count`` points of a front stay, both ends among them; None if all do."""
    if count <= MOST:
        return None
    return np.unique(np.linspace(0, count - 1, MOST).round().astype(np.int64))
