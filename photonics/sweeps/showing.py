"""A sweep's reductions as tables for people, one form for each kind; JSON holds everything, these hold what is read first."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from photonics.results.table import Table, percent

MOST_ROWS = 20
Row = Mapping[str, Any]


def tables(reduction: Row) -> list[Table]:
    """The tables of one reduction, and one with a line per variant where choices make several."""
    found = _SHOW[reduction["kind"]](reduction)
    return found + _variants(reduction)


def figure(value: Any) -> str:
    """A number as a table shows it; a dash for what does not exist."""
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _count(number: int) -> str:
    return f"{number:,}"


def _words(table: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {figure(value)}" for key, value in table.items())


def _status(r: Row) -> list[Table]:
    if not r["bad"]:
        return [Table(["points", "without an answer"], [[_count(r["points"]), "none"]], "points", frozenset({0}))]
    rows = []
    for bad in r["bad"]:
        first = bad["first"][0] if bad["first"] else {}
        place = f"point {first['point']}" if first else ""
        rows.append([str(bad["status"]), str(bad.get("meaning", "")), _count(bad["points"]), place, _words(first.get("inputs", {}))])
    title = f"{_count(r['bad_points'])} of {_count(r['points'])} points have no answer"
    return [Table(["status", "meaning", "points", "first", "its inputs"], rows, title, frozenset({0, 2}))]


def _quantiles(r: Row) -> list[Table]:
    rows = [[percent(q["at"]), figure(q["value"]), figure(q["low"]), figure(q["high"])] for q in r["quantiles"]]
    rows = [["least", figure(r["least"]), "", ""], *rows, ["greatest", figure(r["greatest"]), "", ""]]
    left = f"; {_count(r['left_out'])} without a value" if r["left_out"] else ""
    title = f"quantiles of {r['outputs'][0]}, {_count(r['points'])} points{left}"
    return [Table(["at", "value", "not below", "not above"], rows, title, frozenset({0, 1, 2, 3}))]


def _yield(r: Row) -> list[Table]:
    rows = []
    if len(r["each"]) > 1:
        rows = [[one["limit"], _count(one["passed"]), percent(one["yield"]), ""] for one in r["each"]]
    interval = "" if r["yield_ci95"] is None else " .. ".join(percent(end) for end in r["yield_ci95"])
    name = r["each"][0]["limit"] if len(r["each"]) == 1 else "all limits"
    rows.insert(0, [name, _count(r["passed"]), percent(r["yield"]), interval])
    return [Table(["limit", "passed", "yield", "95 %"], rows, f"yield, {_count(r['points'])} points", frozenset({1, 2, 3}))]


def _histogram(r: Row) -> list[Table]:
    edges, counts = r["edges"], r["counts"]
    each = -(-len(counts) // MOST_ROWS)  # neighbouring bins share a line: JSON has them all
    most = max(1, *(sum(counts[i : i + each]) for i in range(0, len(counts), each)))
    rows = [["below", figure(edges[0]), _count(r["below"]), ""]]
    for i in range(0, len(counts), each):
        number = sum(counts[i : i + each])
        rows.append([figure(edges[i]), figure(edges[min(i + each, len(counts))]), _count(number), "#" * round(40 * number / most)])
    rows.append([figure(edges[-1]), "above", _count(r["above"]), ""])
    return [Table(["from", "to", "points", ""], rows, f"histogram of {r['outputs'][0]}", frozenset({0, 1, 2}))]


def _front(r: Row) -> list[Table]:
    rows = [[str(p["point"]), _words(p["outputs"]), _words(p.get("inputs", {}))] for p in r["front"][:MOST_ROWS]]
    more = f", the first {MOST_ROWS} shown" if len(r["front"]) > MOST_ROWS else ""
    thinned = ", thinned" if r["thinned"] else ""
    return [Table(["point", "outputs", "inputs"], rows, f"Pareto front: {len(r['front'])} points{thinned}{more}", frozenset({0}))]


def _best(r: Row) -> list[Table]:
    goal = ", ".join([*(f"least {n}" for n in r.get("minimise", ())), *(f"largest {n}" for n in r.get("maximise", ()))])
    if r["best"] is None:
        return [Table(["best"], [["no point keeps the limits"]], goal)]
    p = r["best"]
    rows = [[str(p["point"]), _words(p["outputs"]), _words(p.get("inputs", {}))]]
    return [Table(["point", "outputs", "inputs"], rows, f"{goal}: best of {_count(r['candidates'])}", frozenset({0}))]


def _variants(r: Row) -> list[Table]:
    """One line per variant with its figure: yield, medians, best or bad points."""
    lines: Sequence[Row] = r.get("variants", ())
    if not lines:
        return []
    rows = [[_words(line.get("choices", {})) or f"variant {line['variant']}", _told(r["kind"], line)] for line in lines[:MOST_ROWS]]
    more = f", {len(lines) - MOST_ROWS} more" if len(lines) > MOST_ROWS else ""
    return [Table(["variant", r["kind"]], rows, f"by variant{more}")]


def _told(kind: str, line: Row) -> str:
    if kind == "yield":
        return percent(line["yield"])
    if kind == "quantiles":
        return _words({f"{100.0 * q['at']:g} %": q["value"] for q in line["quantiles"]})
    if kind == "status":
        return f"{_count(line['bad_points'])} without an answer"
    if kind == "pareto":
        return f"{len(line['front'])} points"
    if kind == "best":
        return "none" if line["best"] is None else _words(line["best"]["outputs"])
    return f"{_count(sum(line['counts']))} inside"


_SHOW: dict[str, Callable[[Row], list[Table]]] = {
    "status": _status,
    "quantiles": _quantiles,
    "yield": _yield,
    "histogram": _histogram,
    "pareto": _front,
    "best": _best,
}
