"""A run of samples with its columns in hand: where what a column moves has to be computed before the fused pass, or after it."""

from collections.abc import Sequence

import numpy as np
from photonics_kernels import block, draw


class Run:
    """Values of the columns for the whole blocks that samples ``first .. first + count - 1`` lie in, as the pass takes them.

    Blocks are those that the pass would make of the expansion itself, so an answer does not depend on which of the two it was given.
    """

    def __init__(self, expansion: draw.Expansion, columns: np.ndarray, first: int, count: int) -> None:
        width = block.WIDTH
        begin = first - first % width
        end = max(min((first + count + width - 1) // width * width, int(expansion.samples)), first + count)
        self.size, self.count = end - begin, count
        self.here = slice(first - begin, first - begin + count)  # the samples asked for
        self._table = np.empty((len(expansion.source), self.size))
        draw.expand_block(expansion, begin, self.size, self._table)
        # Continuous variates: no two points are alike.
        varied = (expansion.source != draw.TABLE) & (expansion.marginal != draw.PICK) & (expansion.marginal != draw.WHOLE)
        self.drawn = frozenset(columns[varied].tolist())
        self.values = dict(zip(columns.tolist(), self._table, strict=True))

    def expansion(self, more: Sequence[np.ndarray] = ()) -> draw.Expansion:
        """The columns as tables, and ``more`` columns behind them; sample 0 is the first of the first block."""
        return table_of(np.vstack([self._table, *more]))

    def asked(self) -> dict[int, np.ndarray]:
        """Values of the samples asked for."""
        return {column: values[self.here] for column, values in self.values.items()}


def table_of(values: np.ndarray) -> draw.Expansion:
    """An expansion of tables: sample k takes column k of ``values``."""
    c, n = values.shape
    none, part = np.zeros(c, dtype=np.int64), np.zeros(c)
    return draw.Expansion(
        source=np.full(c, draw.TABLE, dtype=np.int64), stride=np.ones(c, dtype=np.int64), length=np.full(c, n, dtype=np.int64),
        offset=np.arange(c, dtype=np.int64) * n, table=np.ascontiguousarray(values, dtype=np.float64).reshape(-1),
        key=np.zeros(c, dtype=np.uint64), marginal=none, parameters=np.zeros((c, 4)), u_low=part, u_high=part + 1.0,
        lowest=part - np.inf, highest=part + np.inf, factor_start=np.zeros(c + 1, dtype=np.int64), factor_id=none[:0], factor_weight=part[:0],
        generator=np.zeros((c, draw.SOBOL_BITS), dtype=np.uint64), shift=np.zeros(c, dtype=np.uint64), seed=np.uint64(0), samples=n,
    )  # fmt: skip
