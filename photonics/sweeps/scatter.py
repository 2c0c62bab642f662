"""What no axis names and yet varies: the distributions of a design's scalars, their groups, and correlations between draws."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np

from photonics.errors import InputError, nearest, shown
from photonics.results.evaluator import Evaluator
from photonics.spec.scalar import Fault
from photonics.spec.sweep import CorrelationSpec, DrawsSpec

from .axes import Keys, NumericAxis, Places, resolve
from .laws import law_of

Row = tuple[tuple[int, float], ...]
ROUNDING = 1e-9  # by which a factored correlation matrix may miss its entries


def _fits(path: str, pattern: str) -> bool:
    """Whether a pattern with * and ? names a path; brackets are those of an element's number, not a set of letters."""
    return fnmatchcase(path, pattern.replace("[", "[[]"))


def scattered(draws: DrawsSpec, evaluator: Evaluator, taken: Sequence[NumericAxis], places: Places) -> tuple[list[NumericAxis], tuple[str, ...]]:
    """A column for every scalar that scatters, in the order of the design; and what was left as it is although it has a spread.

    Scalars that an axis moves are left to it.
    """
    named = {plain for axis in taken for plain in axis.plain}
    every = list(evaluator.parameters())
    paths = [p.path for p in every]
    for key, patterns in (("only", draws.only or ()), ("except", draws.left_out)):
        for index, pattern in enumerate(patterns):
            if not any(_fits(path, pattern) for path in paths):
                places.say(("draws", key, index), shown(pattern), "a pattern that meets a scalar of the design", nearest(pattern, paths))
    found: list[NumericAxis] = []
    still: list[str] = []
    for parameter in every:
        plain = tuple(evaluator.canonical(parameter.path))
        if parameter.base is None or named & set(plain) or not _chosen(parameter.path, draws):
            continue
        dimension = parameter.kind.dimension
        law = law_of(parameter.base, dimension, draws.ranges)
        if isinstance(law, Fault):
            places.say(("draws",), f"{parameter.path}: {law.read}", law.allowed)
        elif law is not None:
            found.append(
                NumericAxis(parameter.path, plain, dimension.unit, "draws", None, law, scatter=True, group=parameter.base.group)
            )
        elif not parameter.base.single and draws.ranges != "none":
            still.append(parameter.path)
    return found, tuple(still)


def _chosen(path: str, draws: DrawsSpec) -> bool:
    inside = draws.only is None or any(_fits(path, pattern) for pattern in draws.only)
    return inside and not any(_fits(path, pattern) for pattern in draws.left_out)


def loadings(columns: Sequence[NumericAxis], correlations: Sequence[CorrelationSpec], evaluator: Evaluator, places: Places) -> list[Row]:
    """Rows (column, weight) of the copula's factor matrix L, with L L^T the correlation matrix; empty for a column on its own.

    Columns of one group follow the first of them.  A row loads no column above its own.
    """
    leader = list(range(len(columns)))
    groups: dict[str, int] = {}
    for at, column in enumerate(columns):
        if column.group is not None:
            leader[at] = groups.setdefault(column.group, at)
    pairs = _pairs(columns, leader, correlations, evaluator, places)
    involved = sorted({at for pair in pairs for at in pair})
    rows: dict[int, Row] = {}
    if involved and not places.problems:
        factor = _factored(involved, pairs)
        if factor is None:
            names = ", ".join(columns[at].path for at in involved)
            read = f"correlations of {names} that contradict each other"
            places.say(("correlation",), read, "a positive semidefinite matrix; pairs that are not named have rho = 0")
            return [()] * len(columns)
        for i, at in enumerate(involved):
            rows[at] = tuple((involved[j], float(factor[i, j])) for j in range(i + 1) if factor[i, j] != 0.0)
    followed = {leader[at] for at in range(len(columns)) if leader[at] != at}
    for at in followed:
        rows.setdefault(at, ((at, 1.0),))
    return [rows.get(leader[at], ()) for at in range(len(columns))]


def _pairs(
    columns: Sequence[NumericAxis], leader: Sequence[int], correlations: Sequence[CorrelationSpec], evaluator: Evaluator, places: Places
) -> dict[tuple[int, int], float]:
    by_plain = {plain: at for at, column in enumerate(columns) if column.law is not None for plain in column.plain}
    pairs: dict[tuple[int, int], float] = {}
    for index, correlation in enumerate(correlations):
        members: list[int] = []
        for k, path in enumerate(correlation.paths):
            keys: Keys = ("correlation", index, "paths", k)
            try:
                plain = evaluator.canonical(resolve(path, evaluator)[0])
            except InputError as error:
                places.take(error, keys)
                continue
            if plain[0] not in by_plain:
                drawn = [column.path for column in columns if column.law is not None]
                places.say(keys, f"{shown(path)}, which is not drawn", "an axis that is drawn, or a scalar that scatters", nearest(path, drawn))
            elif by_plain[plain[0]] in members:
                places.say(keys, f"{shown(path)} a second time", "each path once")
            else:
                members.append(by_plain[plain[0]])
        here: Keys = ("correlation", index, "rho")
        for i, a in enumerate(members):
            for b in members[:i]:
                pair = (min(leader[a], leader[b]), max(leader[a], leader[b]))
                known = 1.0 if pair[0] == pair[1] else pairs.get(pair)
                if known is not None and known != correlation.rho:
                    names = f"{columns[b].path} and {columns[a].path}"
                    why = "they are of one group, whose rho is 1" if pair[0] == pair[1] else f"{known:g}, as said before"
                    places.say(here, f"{correlation.rho:g} for {names}", why)
                if pair[0] != pair[1]:
                    pairs.setdefault(pair, correlation.rho)
    return pairs


def _factored(involved: Sequence[int], pairs: dict[tuple[int, int], float]) -> np.ndarray | None:
    """Lower triangular L with L L^T = R, R positive semidefinite; None if it is not."""
    n = len(involved)
    place = {at: i for i, at in enumerate(involved)}
    wanted = np.eye(n)
    for (a, b), rho in pairs.items():
        wanted[place[a], place[b]] = wanted[place[b], place[a]] = rho
    factor = np.zeros((n, n))
    rest = wanted.copy()
    for j in range(n):
        # A vanishing pivot is a column that the ones before it determine: of a semidefinite matrix nothing is left below it.
        if rest[j, j] > ROUNDING:
            factor[j:, j] = rest[j:, j] / np.sqrt(rest[j, j])
            rest = rest - np.outer(factor[:, j], factor[:, j])
    return factor if np.allclose(factor @ factor.T, wanted, rtol=0.0, atol=ROUNDING) else None
