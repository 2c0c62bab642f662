"""What is kept of millions of points: counts of bad points, quantiles, histogram, yield, Pareto front, the best point.

Every reduction is computed block by block (``partial``), merged in the order of the blocks (``merge``), and turned into plain values at
the end (``finish``).  All of them are exact under merging: how points are cut into blocks changes nothing.  A sweep with choices keeps one
partial result for each variant, and the end gives both: all points together, and each variant.

Bad points (a status that is not 0) have no part in yield (they fail), front and best; an output that does not exist at a point (NaN) is
left out of quantiles and histogram, and counted.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import sketch
from .front import front, thinned
from .limits import Limit

if TYPE_CHECKING:
    from .plan import Block, Plan

Partial = dict[str, Any]
LOCATED = 5  # bad points of each status whose place is kept
CI95 = 1.959963984540054  # exempt: two-sided 95 % of the normal distribution


@dataclass(frozen=True)
class Reduction:
    """One thing to keep; ``outputs`` are all that it reads.  ``low`` and ``high`` are in the unit of the output."""

    kind: str
    outputs: tuple[str, ...] = ()
    at: tuple[float, ...] = ()
    low: float = 0.0
    high: float = 0.0
    bins: int = 0
    limits: tuple[Limit, ...] = ()
    minimise: tuple[str, ...] = ()
    maximise: tuple[str, ...] = ()

    @property
    def goals(self) -> tuple[str, ...]:
        """Outputs to be made small, then those to be made large."""
        return self.minimise + self.maximise

    def document(self) -> dict[str, Any]:
        """The reduction as plain values."""
        table: dict[str, Any] = {"kind": self.kind, "outputs": list(self.outputs)}
        if self.kind == "quantiles":
            table |= {"at": list(self.at), "relative_width": 2.0**-sketch.DIGITS}
        if self.kind == "histogram":
            table |= {"low": self.low, "high": self.high, "bins": self.bins}
        if self.limits:
            table["limits"] = [str(limit) for limit in self.limits]
        if self.minimise:
            table["minimise"] = list(self.minimise)
        if self.maximise:
            table["maximise"] = list(self.maximise)
        return table


# ---------------------------------------------------------------- one block


def partial(reduction: Reduction, plan: "Plan", block: "Block", outputs: Mapping[str, np.ndarray]) -> Partial:
    """The reduction of one block.

    :param outputs: arrays of the block's points; ``status`` and everything in ``reduction.outputs`` among them.
    :returns: {variant: data}; picklable, and JSON-able through ``to_json``.
    """
    start = block.variant * plan.samples + block.first
    return {str(block.variant): _PARTIAL[reduction.kind](reduction, start, outputs)}


def _status(reduction: Reduction, start: int, outputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    status = outputs["status"]
    bad = np.flatnonzero(status)
    counts: dict[str, int] = {}
    first: dict[str, list[int]] = {}
    if bad.size:
        found = status[bad]
        for code in np.unique(found).tolist():
            here = bad[found == code]
            counts[str(code)] = int(here.size)
            first[str(code)] = [start + int(at) for at in here[:LOCATED]]
    return {"points": int(status.size), "bad": counts, "first": first}


def _quantiles(reduction: Reduction, start: int, outputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    return sketch.sketch(outputs[reduction.outputs[0]])


def _histogram(reduction: Reduction, start: int, outputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    values = outputs[reduction.outputs[0]]
    inside = (values >= reduction.low) & (values <= reduction.high)
    counts, _ = np.histogram(values[inside], bins=reduction.bins, range=(reduction.low, reduction.high))
    below = int(np.count_nonzero(values < reduction.low))
    above = int(np.count_nonzero(values > reduction.high))
    return {
        "counts": counts.astype(np.int64),
        "below": below,
        "above": above,
        "left_out": int(values.size) - int(np.count_nonzero(inside)) - below - above,
    }


def _passing(reduction: Reduction, outputs: Mapping[str, np.ndarray]) -> np.ndarray:
    fine: np.ndarray = outputs["status"] == 0
    for limit in reduction.limits:
        fine = fine & limit.holds(outputs)
    return fine


def _yield(reduction: Reduction, start: int, outputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    fine = outputs["status"] == 0
    each = [limit.holds(outputs) & fine for limit in reduction.limits]
    passed = each[0]
    for one in each[1:]:
        passed = passed & one
    return {
        "points": int(fine.size),
        "bad": int(fine.size - np.count_nonzero(fine)),
        "passed": int(np.count_nonzero(passed)),
        "each": [int(np.count_nonzero(one)) for one in each],
    }


def _candidates(reduction: Reduction, outputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Places of the points that may be best, and their goals, all to be small."""
    may = _passing(reduction, outputs)
    for name in reduction.goals:
        may = may & np.isfinite(outputs[name])
    places = np.flatnonzero(may)
    signs = [1.0] * len(reduction.minimise) + [-1.0] * len(reduction.maximise)
    goals = [sign * outputs[name][places] for sign, name in zip(signs, reduction.goals, strict=True)]
    return places, np.stack(goals)


def _pareto(reduction: Reduction, start: int, outputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    places, goals = _candidates(reduction, outputs)
    kept = front(goals, places)
    return _thin({"index": places[kept] + start, "goals": goals[:, kept], "thinned": False})


def _thin(data: dict[str, Any]) -> dict[str, Any]:
    stay = thinned(data["index"].size)
    return data if stay is None else {"index": data["index"][stay], "goals": data["goals"][:, stay], "thinned": True}


def _best(reduction: Reduction, start: int, outputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    places, goals = _candidates(reduction, outputs)
    if not places.size:
        return {"candidates": 0, "goal": None, "index": None, "outputs": {}}
    at = int(np.argmin(goals[0]))  # the first of equals
    place = int(places[at])
    shown = {name: float(outputs[name][place]) for name in reduction.outputs}
    return {"candidates": int(places.size), "goal": float(goals[0, at]), "index": start + place, "outputs": shown}


_PARTIAL: dict[str, Callable[[Reduction, int, Mapping[str, np.ndarray]], dict[str, Any]]] = {
    "status": _status,
    "quantiles": _quantiles,
    "histogram": _histogram,
    "yield": _yield,
    "pareto": _pareto,
    "best": _best,
}


# ---------------------------------------------------------------- two together


def merge(reduction: Reduction, a: Partial, b: Partial) -> Partial:
    """Both together; associative, and neither is changed."""
    both = dict(a)
    for variant, data in b.items():
        both[variant] = _MERGE[reduction.kind](both[variant], data) if variant in both else data
    return both


def _merge_status(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    codes = sorted({*a["bad"], *b["bad"]}, key=int)
    return {
        "points": a["points"] + b["points"],
        "bad": {code: a["bad"].get(code, 0) + b["bad"].get(code, 0) for code in codes},
        "first": {code: sorted(a["first"].get(code, []) + b["first"].get(code, []))[:LOCATED] for code in codes},
    }


def _merge_histogram(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    return {name: a[name] + b[name] for name in a}


def _merge_yield(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    both: dict[str, Any] = {name: a[name] + b[name] for name in ("points", "bad", "passed")}
    return both | {"each": [x + y for x, y in zip(a["each"], b["each"], strict=True)]}


def _merge_pareto(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    index, goals = np.concatenate((a["index"], b["index"])), np.concatenate((a["goals"], b["goals"]), axis=1)
    kept = front(goals, index)
    return _thin({"index": index[kept], "goals": goals[:, kept], "thinned": a["thinned"] or b["thinned"]})


def _merge_best(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    both = a["candidates"] + b["candidates"]
    if not a["candidates"] or not b["candidates"]:
        return (a if a["candidates"] else b) | {"candidates": both}
    better = a if (a["goal"], a["index"]) <= (b["goal"], b["index"]) else b
    return better | {"candidates": both}


_MERGE: dict[str, Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]] = {
    "status": _merge_status,
    "quantiles": sketch.add,
    "histogram": _merge_histogram,
    "yield": _merge_yield,
    "pareto": _merge_pareto,
    "best": _merge_best,
}


# ---------------------------------------------------------------- the end


def finish(reduction: Reduction, partial: Partial, plan: "Plan | None" = None) -> dict[str, Any]:
    """The result as plain, JSON-able values; numbers that do not exist are None.

    With the plan, points that are named by their number (bad ones, the front, the best) carry their inputs, and variants their choices.
    """
    order = sorted(partial, key=int)
    total = partial[order[0]]
    for variant in order[1:]:
        total = _MERGE[reduction.kind](total, partial[variant])
    result = reduction.document() | _FINISH[reduction.kind](reduction, total, plan)
    if len(order) > 1:
        rows = []
        for variant in order:
            row: dict[str, Any] = {"variant": int(variant)}
            if plan is not None:
                row["choices"] = dict(plan.variants[int(variant)])
            rows.append(row | _FINISH[reduction.kind](reduction, partial[variant], plan))
        result["variants"] = rows
    return result


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _placed(indices: list[int], plan: "Plan | None") -> list[dict[str, Any]]:
    if plan is None or not indices:
        return [{"point": index} for index in indices]
    columns = plan.inputs(np.array(indices, np.int64))
    return [
        {"point": index, "inputs": {path: values[at].item() if hasattr(values[at], "item") else values[at] for path, values in columns.items()}}
        for at, index in enumerate(indices)
    ]


def _finish_status(reduction: Reduction, data: dict[str, Any], plan: "Plan | None") -> dict[str, Any]:
    rows = [
        {"status": int(code), "points": data["bad"][code], "first": _placed(data["first"][code], plan)}
        for code in sorted(data["bad"], key=int)
    ]
    return {"points": data["points"], "bad_points": sum(data["bad"].values()), "bad": rows}


def _finish_quantiles(reduction: Reduction, data: dict[str, Any], plan: "Plan | None") -> dict[str, Any]:
    rows = [{name: _number(value) for name, value in row.items()} for row in sketch.quantiles(data, reduction.at)]
    return {
        "points": int(data["counts"].sum()),
        "left_out": data["left_out"],
        "least": _number(data["least"]),
        "greatest": _number(data["greatest"]),
        "quantiles": rows,
    }


def _finish_histogram(reduction: Reduction, data: dict[str, Any], plan: "Plan | None") -> dict[str, Any]:
    return {
        "edges": np.linspace(reduction.low, reduction.high, reduction.bins + 1).tolist(),
        "counts": data["counts"].tolist(),
        "below": data["below"],
        "above": data["above"],
        "left_out": data["left_out"],
    }


def wilson(passed: int, points: int) -> tuple[float, float]:
    """The 95 % interval of a share by E. B. Wilson, J. Amer. Stat. Assoc. 22 (1927) 209: also right for 0 and for all of them."""
    share, z2 = passed / points, CI95 * CI95
    middle = (share + z2 / (2.0 * points)) / (1.0 + z2 / points)
    half = CI95 * math.sqrt(share * (1.0 - share) / points + z2 / (4.0 * points * points)) / (1.0 + z2 / points)
    # exempt: the ends for none and for all are 0 and 1 exactly, which rounding misses
    return (0.0 if passed == 0 else max(middle - half, 0.0), 1.0 if passed == points else min(middle + half, 1.0))


def _finish_yield(reduction: Reduction, data: dict[str, Any], plan: "Plan | None") -> dict[str, Any]:
    points = data["points"]
    interval = None if plan is not None and plan.method == "grid" else list(wilson(data["passed"], points))
    return {
        "points": points,
        "bad_points": data["bad"],
        "passed": data["passed"],
        "yield": data["passed"] / points,
        "yield_ci95": interval,
        "each": [
            {"limit": str(limit), "passed": passed, "yield": passed / points}
            for limit, passed in zip(reduction.limits, data["each"], strict=True)
        ],
    }


def _finish_pareto(reduction: Reduction, data: dict[str, Any], plan: "Plan | None") -> dict[str, Any]:
    signs = np.array([1.0] * len(reduction.minimise) + [-1.0] * len(reduction.maximise))
    values = data["goals"].T * signs + 0.0
    rows = _placed(data["index"].tolist(), plan)
    for row, goals in zip(rows, values.tolist(), strict=True):
        row["outputs"] = dict(zip(reduction.goals, goals, strict=True))
    return {"front": rows, "thinned": data["thinned"]}


def _finish_best(reduction: Reduction, data: dict[str, Any], plan: "Plan | None") -> dict[str, Any]:
    if not data["candidates"]:
        return {"candidates": 0, "best": None}
    (row,) = _placed([data["index"]], plan)
    values = {name: _number(value) for name, value in data["outputs"].items()}
    return {"candidates": data["candidates"], "best": row | {"outputs": values}}


_FINISH: dict[str, Callable[[Reduction, dict[str, Any], "Plan | None"], dict[str, Any]]] = {
    "status": _finish_status,
    "quantiles": _finish_quantiles,
    "histogram": _finish_histogram,
    "yield": _finish_yield,
    "pareto": _finish_pareto,
    "best": _finish_best,
}


# ---------------------------------------------------------------- files


def to_json(partial: Partial) -> Any:
    """A partial result as JSON values; ``from_json`` gives back the same, to the bit."""
    return {variant: {name: _out(value) for name, value in data.items()} for variant, data in partial.items()}


def from_json(data: Any) -> Partial:
    """The partial result of ``to_json``."""
    return {variant: {name: _in(value) for name, value in table.items()} for variant, table in data.items()}


def _out(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"array": value.dtype.name, "shape": list(value.shape), "values": value.ravel().tolist()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    if isinstance(value, dict):
        return {"table": {name: _out(item) for name, item in value.items()}}
    return value


def _in(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return np.array(value["values"], dtype=value["array"]).reshape(value["shape"])
    if "float" in value:
        return float(value["float"])
    return {name: _in(item) for name, item in value["table"].items()}
