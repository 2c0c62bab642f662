"""Arrays that xarray reads piece by piece: outputs out of their chunks, inputs out of the index."""

from typing import TYPE_CHECKING, Any

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

if TYPE_CHECKING:
    from .opening import Layout

PIECE = 1 << 18  # inputs are computed in pieces of at most this many samples


class _Stored(BackendArray):
    """An array of variants x samples, seen with its axes as dimensions."""

    def __init__(self, array: Any, layout: "Layout") -> None:
        self.array, self.layout = array, layout
        self.shape, self.dtype = layout.shape, np.dtype(array.dtype)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._outer)

    def _outer(self, key: tuple[Any, ...]) -> Any:
        picked = [_picked(k, n) for k, n in zip(key, self.shape, strict=True)]
        rows = _flat(picked[: self.layout.choices], self.shape[: self.layout.choices])
        columns = _flat(picked[self.layout.choices :], self.shape[self.layout.choices :])
        values = self.array.oindex[_slice(rows), _slice(columns)]
        shape = [len(p) for p, k in zip(picked, key, strict=True) if not isinstance(k, int | np.integer)]
        return np.asarray(values).reshape(shape)


class _Inputs(BackendArray):
    """A column of inputs along the samples: a pure function of the index, kept nowhere."""

    def __init__(self, expansion: Any, column: int, samples: int) -> None:
        self.expansion, self.column = expansion, column
        self.shape, self.dtype = (samples,), np.dtype("float64")

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._outer)

    def _outer(self, key: tuple[Any, ...]) -> Any:
        from photonics_kernels.draw import expand_block, expand_points

        (k,) = key
        wanted = _picked(k, self.shape[0])
        values = np.empty(len(wanted))
        for at in range(0, len(wanted), PIECE):
            part = wanted[at : at + PIECE]
            out = np.empty((len(self.expansion.source), len(part)))
            run = _slice(part)
            if isinstance(run, slice):
                expand_block(self.expansion, run.start, len(part), out)
            else:
                expand_points(self.expansion, part, out)
            values[at : at + PIECE] = out[self.column]
        return values[0] if isinstance(k, int | np.integer) else values


def stored(array: Any, layout: "Layout") -> Any:
    """An output, read where it is looked at."""
    return indexing.LazilyIndexedArray(_Stored(array, layout))


def inputs_along(expansion: Any, column: int, samples: int) -> Any:
    """An input along the points, computed where it is looked at."""
    return indexing.LazilyIndexedArray(_Inputs(expansion, column, samples))


def _picked(key: Any, n: int) -> np.ndarray:
    """The indices that a key of an axis of ``n`` picks, without a list of all the others."""
    if isinstance(key, slice):
        return np.arange(*key.indices(n), dtype=np.int64)
    return np.atleast_1d(np.asarray(key, np.int64))


def _flat(picked: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Flat indices of a product of picked indices, the first slowest."""
    flat = np.zeros(1, np.int64)
    for indices, n in zip(picked, shape, strict=True):
        flat = (flat[:, None] * n + indices).reshape(-1)
    return flat


def _slice(indices: np.ndarray) -> Any:
    """A run without gaps as a slice: the chunks are then read whole."""
    if len(indices) and indices[-1] - indices[0] + 1 == len(indices) and bool(np.all(np.diff(indices) == 1)):
        return slice(int(indices[0]), int(indices[-1]) + 1)
    return indices
