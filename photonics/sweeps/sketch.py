"""Quantiles of any number of values in little memory: counts in buckets of the values' own floating-point form.

A bucket holds all doubles that agree in sign, exponent and the first 12 binary digits of the mantissa: its width is 2^-12 of its lower
end or less.  Counts are whole numbers, so sketches add up exactly and in any order, and a quantile is known to lie inside one bucket.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

DIGITS = 12  # of the mantissa
_SHIFT = 52 - DIGITS
_MAGNITUDE = (1 << (63 - _SHIFT)) - 1
_DENSE = 1 << 17  # span of keys up to which counting in a table is faster than sorting


def keys_of(values: np.ndarray) -> np.ndarray:
    """Numbers of the buckets of finite or infinite values, in the order of the values; minus zero counts as zero."""
    bits = (values + 0.0).view(np.int64) >> _SHIFT
    # Of negative doubles the bits grow with the magnitude: turned round, so that keys rise with values.
    return bits ^ ((bits >> 63) & _MAGNITUDE)


def edges(key: int) -> tuple[float, float]:
    """Least and greatest value of a bucket: the first belongs to it, the second to it or to its neighbour's edge."""
    if key < 0:
        low, high = edges(-1 - key)
        return -high, -low
    both = np.array([key << _SHIFT, (key + 1) << _SHIFT], np.int64).view(np.float64)
    low, high = float(both[0]), float(both[1])
    return low, (high if not math.isnan(high) else math.inf)


def sketch(values: np.ndarray) -> dict[str, Any]:
    """The sketch of an array; NaN is left out and counted."""
    values = np.ascontiguousarray(values, dtype=np.float64)
    missing = np.isnan(values)
    left_out = int(np.count_nonzero(missing))
    if left_out:
        values = values[~missing]
    if not values.size:
        return {"left_out": left_out, "least": None, "greatest": None, "keys": np.empty(0, np.int64), "counts": np.empty(0, np.int64)}
    keys = keys_of(values)
    lowest = int(keys.min())
    if int(keys.max()) - lowest < _DENSE:
        table = np.bincount(keys - lowest)
        found = np.flatnonzero(table)
        keys, counts = found + lowest, table[found]
    else:
        ordered = np.sort(keys.astype(np.int32))
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        keys, counts = ordered[starts].astype(np.int64), np.diff(np.append(starts, ordered.size))
    return {
        "left_out": left_out,
        "least": float(values.min()) + 0.0,
        "greatest": float(values.max()) + 0.0,
        "keys": keys.astype(np.int64),
        "counts": counts.astype(np.int64),
    }


def add(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """The sketch of both together."""
    if not a["keys"].size or not b["keys"].size:
        more = a if a["keys"].size else b
        return more | {"left_out": a["left_out"] + b["left_out"]}
    more, less = (a, b) if a["keys"].size >= b["keys"].size else (b, a)
    at = np.searchsorted(more["keys"], less["keys"])
    known = more["keys"][np.minimum(at, more["keys"].size - 1)] == less["keys"]
    counts = more["counts"].copy()
    counts[at[known]] += less["counts"][known]
    new = ~known
    keys = np.insert(more["keys"], at[new], less["keys"][new])
    counts = np.insert(counts, at[new], less["counts"][new])
    return {
        "left_out": a["left_out"] + b["left_out"],
        "least": min(a["least"], b["least"]),
        "greatest": max(a["greatest"], b["greatest"]),
        "keys": keys,
        "counts": counts,
    }


def quantiles(of: dict[str, Any], at: Sequence[float]) -> list[dict[str, float | None]]:
    """Quantiles with their brackets: ``low`` <= the value of rank ceil(q n) <= ``high``, and ``value`` the middle between them.

    The value of rank 1 (q = 0) and of rank n (q = 1) are kept themselves, so there the bracket is one number.  All None without values.
    """
    total = int(of["counts"].sum())
    if not total:
        return [{"at": q, "value": None, "low": None, "high": None} for q in at]
    upto = np.cumsum(of["counts"])
    found: list[dict[str, float | None]] = []
    for q in at:
        # The decimal number that was written: 0.1 of 10 values is 1 of them, whatever the double next to 0.1 is.
        rank = min(max(math.ceil(Fraction(repr(q)) * total), 1), total)
        low, high = edges(int(of["keys"][np.searchsorted(upto, rank)]))
        low, high = max(low, of["least"]), min(high, of["greatest"])
        if rank == 1:
            low = high = of["least"]
        elif rank == total:
            low = high = of["greatest"]
        middle = low if low == high else 0.5 * (low + high)
        found.append({"at": q, "value": middle, "low": low, "high": high})
    return found
