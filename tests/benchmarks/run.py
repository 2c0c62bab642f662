"""Benchmarks against what one would use otherwise: ``python tests/benchmarks/run.py [NAME...] [--json]``.

Both contestants run in one process in turn, so that whatever else the machine does meets both; medians of the repeats are compared, in
CPU seconds of the calling thread.  The ratio is what counts: absolute times move by half between runs of a busy machine.
Exit 3: a name that is no benchmark, or one that is not built yet.
"""

import argparse
import difflib
import json
import math
import os
import platform
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[2] / "kernels")]

BAD_NAME = 3
REPEATS = 9
POINTS = 32768
W2_POINTS = 50
LATER = ("w4_rs", "w4_chase", "w4_burst", "circuit", "circuit_monte_carlo", "com_search", "fabric_100k",
         "fabric_1m", "check_1000")


def interleaved(*contestants: Callable[[], Any], repeats: int = REPEATS) -> list[float]:
    """Median CPU seconds of each, one after the other in every round; the first round warms up and is not counted."""
    times: list[list[float]] = [[] for _ in contestants]
    for round_ in range(repeats + 1):
        for k, contestant in enumerate(contestants):
            start = time.thread_time()
            contestant()
            if round_:
                times[k].append(time.thread_time() - start)
    return [statistics.median(t) for t in times]


def two_threads(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """How much more two threads do in the same wall time than one does: 2 at best."""

    def wall(threads: int) -> float:
        pool = [threading.Thread(target=work) for _ in range(threads)]
        start = time.perf_counter()
        for thread in pool:
            thread.start()
        for thread in pool:
            thread.join()
        return time.perf_counter() - start

    one, two = [], []
    for _ in range(repeats):
        one.append(wall(1))
        two.append(wall(2))
    return 2.0 * statistics.median(one) / statistics.median(two)


def w1_link() -> list[dict[str, Any]]:
    """The closed-form sweep: 26 inputs to 6 outputs per point."""
    import numpy as np

    from tests.benchmarks import numpy_link, w1

    table, draws = w1.tables(POINTS, seed=1), w1.draws(POINTS, seed=1)
    bound, still = w1.bound("upper-bound", numpy_link.INPUTS), w1.bound("quasi-static", numpy_link.INPUTS)
    fixed = w1.fixed("upper-bound")
    columns = w1.columns(table, POINTS)
    twin = numpy_link.Twin(fixed)
    out, status = np.empty((6, POINTS)), np.empty(POINTS, dtype=np.int8)
    mild = w1.tables(POINTS, seed=1, ranges=w1.MILD)

    def ours() -> Any:
        return bound(table, 0, POINTS)

    def other() -> None:
        with np.errstate(all="ignore"):
            twin(columns, out, status)

    seconds, twin_seconds, drawn, quasi = interleaved(
        ours, other, lambda: bound(draws, 0, POINTS), lambda: still(mild, 0, POINTS)
    )
    with np.errstate(all="ignore"):
        floor, whole = numpy_link.ufunc_floor(fixed, columns)
    answers = ours()
    other()
    both = (status == 0) & (answers["status"] == 0)
    margin = float(np.abs(answers["margin_db"] - out[3])[both].max())
    log_ber = float(np.abs(answers["log10_ber"] * np.log(10.0) - out[1]).max())
    accuracy = {
        "margin_db_max": margin, "log_ber_max": log_ber, "status_differs": int((status != answers["status"]).sum()),
        "no_root_share": float((status != 0).mean()), "points": POINTS,
    }
    per_point = 1e9 / POINTS
    main = {
        "name": "w1_link", "ours": seconds * per_point, "other": twin_seconds * per_point, "unit": "ns/point/core",
        "ratio": twin_seconds / seconds, "other_is": f"NumPy/SciPy in chunks of {numpy_link.CHUNK}, tests/benchmarks/numpy_link.py",
        "accuracy": accuracy, "per_core_ns_per_point": seconds * per_point, "two_thread_scaling": two_threads(ours),
        "twin_overhead": whole / floor,
    }
    alone: dict[str, Any] = {"other": None, "unit": "ns/point/core", "ratio": None, "accuracy": None}
    return [
        main,
        {**alone, "name": "w1_link_draws", "ours": drawn * per_point, "other_is": "no twin: the same points as random draws"},
        {**alone, "name": "w1_link_quasi_static", "ours": quasi * per_point,
         "other_is": "no twin: mean over beat states (Gauss rules), narrower ranges"},
    ]


def w2_eye() -> list[dict[str, Any]]:
    """The statistical eye: spectrum to error ratio averaged over jitter, 15 taps at the best phase."""
    from tests.benchmarks import numpy_eye, w2

    point = numpy_eye.example()
    batch = w2.rows(point, W2_POINTS)
    seconds, plain, shared, skipping, lean = interleaved(
        lambda: w2.solve(batch), lambda: numpy_eye.link_point_plain(point), lambda: numpy_eye.link_point(point, True),
        lambda: numpy_eye.link_point(point), lambda: numpy_eye.link_point_lean(point),
    )
    ours = seconds / W2_POINTS * 1e6
    accuracy = {"plain_twin": numpy_eye.link_point_plain(point) / numpy_eye.link_point(point) - 1.0, "relative_ber": w2.agreement(point), "ber": numpy_eye.link_point(point)}
    twin = "NumPy, 32 MMSE solves, 32 phases, tests/benchmarks/numpy_eye.py: "
    rows = (
        ("w2_eye", plain, twin + "2048-bin characteristic function, time by time (as performance.md set it)"),
        ("w2_eye_shared", shared, twin + "the same, one cosine a cursor, all times in one call"),
        ("w2_eye_bins", skipping, twin + "2048 bins, harmonics that are zero left out"),
        ("w2_eye_lean", lean, twin + "no bins, harmonics at the thresholds alone (the fastest found)"),
    )
    return [
        {
            "name": name, "ours": ours, "other": other * 1e6, "unit": "us/point", "ratio": other * 1e6 / ours, "other_is": other_is,
            "accuracy": accuracy, "two_thread_scaling": two_threads(lambda: w2.solve(batch), 3) if name == "w2_eye" else None,
        }
        for name, other, other_is in rows
    ]


def w3_waveform() -> list[dict[str, Any]]:
    """The time-domain link: random symbols to error counts."""
    from tests.benchmarks import w3

    return w3.rows(interleaved, two_threads)


def tdecq() -> list[dict[str, Any]]:
    """TDECQ at given taps, and with 15 taps and the centre optimised."""
    from tests.benchmarks import tdecq as case

    given = case.setting()
    rows = []
    for name, work, rounds in (("tdecq", case.one, REPEATS), ("tdecq_optimised", case.optimised, 5)):
        ours, other = interleaved(lambda w=work: w(given), lambda w=work: case.by_twin(w, given), repeats=rounds)  # type: ignore[misc]
        mine, twins = work(given), case.by_twin(work, given)
        logs = [found if isinstance(found, float) else found.log_sigma for found in (mine, twins)]
        what = "5 given taps" if name == "tdecq" else "15 taps and centre, the same search"
        rows.append({
            "name": name, "ours": ours * 1e3, "other": other * 1e3, "unit": "ms", "ratio": other / ours,
            "other_is": f"NumPy/SciPy, {what}, tests/benchmarks/numpy_tdecq.py",
            "accuracy": {"db": 10.0 / math.log(10.0) * abs(logs[0] - logs[1]), "symbols": case.SYMBOLS, "samples_per_ui": case.SAMPLES},
        })  # fmt: skip
    return rows


BENCHMARKS: dict[str, Callable[[], list[dict[str, Any]]]] = {"w1_link": w1_link, "w2_eye": w2_eye, "w3_waveform": w3_waveform, "tdecq": tdecq}


def machine() -> dict[str, Any]:
    """What the numbers were taken on, and how busy it was."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else model
    load = list(os.getloadavg()) if hasattr(os, "getloadavg") else None
    return {"cpu": model, "cores": os.cpu_count(), "load_average": load}


def main(arguments: list[str]) -> int:
    """Run the benchmarks that the arguments name, all that exist without a name."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name in BENCHMARKS:
            continue
        if name in LATER:
            print(f"benchmark {name}: not built yet; built: {', '.join(BENCHMARKS)}", file=sys.stderr)
            return BAD_NAME
        close = difflib.get_close_matches(name, [*BENCHMARKS, *LATER], 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        print(f"benchmark {name!r}: no such name; known: {', '.join([*BENCHMARKS, *LATER])}{hint}", file=sys.stderr)
        return BAD_NAME
    names = options.names or list(BENCHMARKS)
    before = machine()
    results = [row for name in names for row in BENCHMARKS[name]()]
    left_out = [] if options.names else [{"name": name, "why": "not built yet"} for name in LATER]
    document = {"machine": before, "results": results, "left_out": left_out}
    if options.json:
        print(json.dumps(document, indent=2))
        return 0
    print(f"{before['cpu']}, {before['cores']} cores, load {before['load_average']}")
    for row in results:
        against = "" if row["ratio"] is None else f"  {row['ratio']:.1f}x  ({row['other']:.0f} {row['unit']})"
        print(f"{row['name']:22s} {row['ours']:9.1f} {row['unit']}{against}  {row['other_is']}")
        for key in ("accuracy", "two_thread_scaling", "twin_overhead"):
            if row.get(key) is not None:
                print(f"    {key}: {row[key]}")
    for entry in left_out:
        print(f"{entry['name']:22s} {entry['why']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
