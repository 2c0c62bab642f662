"""Reductions against the plain answer over all points at once, whatever the order and the cuts."""

import json
import math
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from photonics.sweeps import reducing, sketch
from photonics.sweeps.front import MOST, front
from photonics.sweeps.limits import Limit
from photonics.sweeps.plan import Block, Computer, sweep_plan
from photonics.sweeps.reducing import Reduction
from tests.sweeps.toy import Toy

N = 20_000


def values(seed=1, n=N):
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.normal(0.5, 1.0, n // 2), rng.lognormal(-20.0, 8.0, n // 4), -rng.lognormal(3.0, 9.0, n // 4)])
    rng.shuffle(x)
    return x


def in_blocks(reduction, outputs, cuts, variants=1, plan=None):
    """The merged partial result of blocks that end at ``cuts``, the same for each variant."""
    n = len(outputs["status"])
    plan = plan or SimpleNamespace(samples=n)
    merged = None
    index = 0
    for variant in range(variants):
        for first, last in zip([0, *cuts], [*cuts, n], strict=True):
            block = Block(index, variant, first, last - first)
            index += 1
            part = reducing.partial(reduction, plan, block, {name: array[first:last] for name, array in outputs.items()})
            # What a resumed run reads back is what it wrote.
            part = reducing.from_json(json.loads(json.dumps(reducing.to_json(part), allow_nan=False)))
            merged = part if merged is None else reducing.merge(reduction, merged, part)
    return merged


def outputs(seed=1, n=N, bad=0.03):
    rng = np.random.default_rng(seed + 100)
    status = np.where(rng.random(n) < bad, rng.integers(1, 4, n), 0).astype(np.int8)
    x, y, z = values(seed, n), rng.normal(0, 1, n), rng.gamma(2.0, 1.0, n)
    x = np.where(status == 3, np.nan, x)
    return {"x": x, "y": y, "z": z, "status": status}


REDUCTIONS = [
    Reduction("status"),
    Reduction("quantiles", ("x",), at=(0.0, 0.001, 0.25, 0.5, 0.999, 1.0)),
    Reduction("histogram", ("y",), low=-2.0, high=1.5, bins=37),
    Reduction("yield", ("x", "y"), limits=(Limit("x", True, 0.0), Limit("y", False, 0.5))),
    Reduction("pareto", ("y", "z"), minimise=("y",), maximise=("z",)),
    Reduction("pareto", ("x", "y", "z"), minimise=("x", "z"), maximise=("y",), limits=(Limit("y", True, -1.0),)),
    Reduction("best", ("z", "y"), minimise=("z",), limits=(Limit("y", True, 1.0),)),
]


@pytest.mark.parametrize("reduction", REDUCTIONS, ids=lambda r: f"{r.kind}-{len(r.goals)}")
def test_no_cut_and_no_order_of_merging_changes_anything(reduction):
    found = outputs()
    whole = reducing.finish(reduction, in_blocks(reduction, found, []))
    for cuts in ([1], [N - 1], [3000, 3001, 15_000], list(range(500, N, 500))):
        assert reducing.finish(reduction, in_blocks(reduction, found, cuts)) == whole
    plan = SimpleNamespace(samples=N)
    parts = [
        reducing.partial(reduction, plan, Block(i, 0, at, 5000), {k: v[at : at + 5000] for k, v in found.items()})
        for i, at in enumerate(range(0, N, 5000))
    ]
    a, b, c, d = parts
    left = reducing.merge(reduction, reducing.merge(reduction, reducing.merge(reduction, a, b), c), d)
    right = reducing.merge(reduction, a, reducing.merge(reduction, b, reducing.merge(reduction, c, d)))
    assert reducing.to_json(left) == reducing.to_json(right)
    assert reducing.finish(reduction, left) == whole
    json.dumps(whole, allow_nan=False)


def test_buckets_follow_the_order_of_the_doubles_and_hold_what_they_should():
    rng = np.random.default_rng(3)
    x = np.concatenate([values(4), [0.0, -0.0, 5e-324, -5e-324, 1e308, -1e308, math.inf, -math.inf], 2.0 ** rng.integers(-1000, 1000, 100)])
    x.sort()
    keys = sketch.keys_of(x)
    assert np.all(np.diff(keys) >= 0)
    for value, key in zip(x[::37], keys[::37], strict=True):
        low, high = sketch.edges(int(key))
        assert low <= value <= high
        if 1e-300 < abs(value) < 1e300:
            assert high - low <= 2.0**-12 * abs(value) * (1.0 + 1e-3)
    assert sketch.keys_of(np.array([-0.0]))[0] == sketch.keys_of(np.array([0.0]))[0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("narrow", [True, False], ids=["table", "sort"])
def test_quantiles_lie_in_their_brackets(seed, narrow):
    x = values(seed, 4001 - 1)
    if narrow:
        x = 3.0 + np.abs(x) % 1.0
    at = (0.0, 1e-4, 0.001, 0.1, 0.25, 0.5, 0.7, 0.9, 0.999, 1.0)
    ordered = np.sort(x)
    for row in sketch.quantiles(sketch.sketch(x), at):
        rank = min(max(math.ceil(Fraction(repr(row["at"])) * x.size), 1), x.size)
        exact = ordered[rank - 1]
        assert row["low"] <= exact <= row["high"]
        assert row["high"] - row["low"] <= 2.0**-12 * abs(exact) * 1.001
        assert row["low"] <= row["value"] <= row["high"]
        if row["at"] in (0.0, 1.0):
            assert row["value"] == exact


def test_quantiles_of_few_values_and_of_none():
    one = sketch.sketch(np.array([math.nan, 2.5, math.nan]))
    assert one["left_out"] == 2
    assert [row["value"] for row in sketch.quantiles(one, (0.0, 0.3, 1.0))] == [2.5] * 3
    none = sketch.sketch(np.array([math.nan]))
    assert sketch.quantiles(none, (0.5,)) == [{"at": 0.5, "value": None, "low": None, "high": None}]
    both = sketch.add(none, one)
    assert both["left_out"] == 3 and both["counts"].sum() == 1
    ten = sketch.sketch(np.arange(1.0, 11.0))
    # 0.1 of ten values is the first of them, 0.7 the seventh, although 0.7 * 10 is above 7 in doubles of some roundings.
    assert [round(row["value"]) for row in sketch.quantiles(ten, (0.1, 0.11, 0.7))] == [1, 2, 7]


def test_infinite_values_are_counted_and_told_as_none():
    r = Reduction("quantiles", ("x",), at=(0.0, 0.5, 1.0))
    found = {"x": np.array([-math.inf, 1.0, math.inf]), "status": np.zeros(3, np.int8)}
    rows = reducing.finish(r, in_blocks(r, found, [1]))["quantiles"]
    assert rows[0]["value"] is None and rows[2]["value"] is None and rows[1]["value"] == pytest.approx(1.0, rel=2**-12)


def test_bad_points_are_counted_by_status_and_the_first_are_located():
    found = outputs()
    result = reducing.finish(REDUCTIONS[0], in_blocks(REDUCTIONS[0], found, list(range(100, N, 100))))
    assert result["points"] == N and result["bad_points"] == np.count_nonzero(found["status"])
    for row in result["bad"]:
        where = np.flatnonzero(found["status"] == row["status"])
        assert row["points"] == where.size
        assert [place["point"] for place in row["first"]] == where[: reducing.LOCATED].tolist()


def test_histogram_is_numpys():
    found = outputs()
    r = REDUCTIONS[2]
    result = reducing.finish(r, in_blocks(r, found, [999, 5000]))
    y = found["y"]
    counts, edges = np.histogram(y, bins=37, range=(-2.0, 1.5))
    assert result["counts"] == counts.tolist() and np.allclose(result["edges"], edges, rtol=1e-15)
    assert result["below"] == np.count_nonzero(y < -2.0) and result["above"] == np.count_nonzero(y > 1.5)
    assert sum(result["counts"]) + result["below"] + result["above"] + result["left_out"] == N


def test_yield_counts_bad_points_and_missing_outputs_as_failures():
    found = outputs()
    r = REDUCTIONS[3]
    result = reducing.finish(r, in_blocks(r, found, [10_000]))
    fine = found["status"] == 0
    good = fine & (found["x"] >= 0.0) & (found["y"] <= 0.5)
    assert result["passed"] == np.count_nonzero(good) and result["yield"] == good.mean()
    assert result["bad_points"] == np.count_nonzero(~fine)
    assert [row["passed"] for row in result["each"]] == [np.count_nonzero(fine & (found["x"] >= 0.0)), np.count_nonzero(fine & (found["y"] <= 0.5))]
    low, high = result["yield_ci95"]
    assert 0.0 < low < result["yield"] < high < 1.0


def test_a_limit_just_met_is_met():
    r = Reduction("yield", ("x",), limits=(Limit("x", True, 1.0), Limit("x", False, 1.0)))
    assert reducing.finish(r, in_blocks(r, {"x": np.array([1.0]), "status": np.zeros(1, np.int8)}, []))["yield"] == 1.0


@pytest.mark.parametrize(
    ("passed", "points", "low", "high"),
    # R. G. Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_is_the_published_one(passed, points, low, high):
    assert reducing.wilson(passed, points) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    mirrored = reducing.wilson(points - passed, points)
    assert mirrored == (pytest.approx(1.0 - high, abs=5e-5), pytest.approx(1.0 - low, abs=5e-5))


def brute(goals):
    """The front by its definition; of equals the first."""
    keep = []
    for i in range(goals.shape[1]):
        g = goals[:, i, None]
        beaten = np.any(np.all(goals <= g, axis=0) & np.any(goals < g, axis=0))
        twin = np.any(np.all(goals[:, :i] == g, axis=0))
        if not beaten and not twin:
            keep.append(i)
    return sorted(keep)


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("kind", ["independent", "opposed", "whole numbers", "all equal"])
def test_front_is_that_of_brute_force(k, kind):
    rng = np.random.default_rng(k)
    goals = rng.random((k, 700))
    if kind == "opposed":
        goals[-1] = k - goals[:-1].sum(axis=0) + 0.01 * goals[-1]
    elif kind == "whole numbers":
        goals = np.floor(goals * 6.0)
    elif kind == "all equal":
        goals = np.ones((k, 700))
    assert sorted(front(goals, np.arange(700)).tolist()) == brute(goals)
    shuffled = rng.permutation(700)
    assert sorted(shuffled[front(goals[:, shuffled], shuffled)].tolist()) == brute(goals)


def test_front_and_best_leave_out_bad_points_and_name_points_by_number():
    found = outputs()
    r = REDUCTIONS[5]
    result = reducing.finish(r, in_blocks(r, found, [7000]))
    may = np.flatnonzero((found["status"] == 0) & (found["y"] >= -1.0) & np.isfinite(found["x"]))
    goals = np.stack([found["x"], found["z"], -found["y"]])[:, may]
    assert sorted(row["point"] for row in result["front"]) == may[brute(goals)].tolist()
    row = result["front"][0]
    assert row["outputs"] == {name: found[name][row["point"]] for name in ("x", "z", "y")} and not result["thinned"]
    best = reducing.finish(REDUCTIONS[6], in_blocks(REDUCTIONS[6], found, [7000]))
    may = np.flatnonzero((found["status"] == 0) & (found["y"] >= 1.0))
    assert best["best"]["point"] == may[np.argmin(found["z"][may])] and best["candidates"] == may.size
    assert best["best"]["outputs"]["y"] >= 1.0


def test_of_equally_good_points_the_first_is_best():
    r = Reduction("best", ("x",), maximise=("x",))
    found = {"x": np.array([1.0, 3.0, 3.0, 2.0, 3.0]), "status": np.array([0, 1, 0, 0, 0], np.int8)}
    for cuts in ([], [2], [3], [1, 2, 3, 4]):
        assert reducing.finish(r, in_blocks(r, found, cuts))["best"]["point"] == 2
    none = reducing.finish(r, in_blocks(r, found | {"status": np.ones(5, np.int8)}, [2]))
    assert none["best"] is None and none["candidates"] == 0


def test_a_front_that_is_too_long_is_thinned_and_says_so():
    n = MOST + 5000
    x = np.linspace(0.0, 1.0, n)
    r = Reduction("pareto", ("x", "y"), minimise=("x", "y"))
    result = reducing.finish(r, in_blocks(r, {"x": x, "y": 1.0 - x, "status": np.zeros(n, np.int8)}, []))
    assert result["thinned"] and len(result["front"]) == MOST
    assert {row["point"] for row in result["front"]} >= {0, n - 1}


def test_results_of_a_plan_locate_their_points_and_tell_variants_apart():
    axes = [
        {"path": "design", "choice": ["plain", "wide"]},
        {"path": "node.temperature", "values": ["20 degC", "120 degC"]},
        {"path": "placement.sigma", "values": ["0.2 um", "0.4 um"]},
    ]
    reduce = [
        {"kind": "yield", "limits": ["margin_db >= 0.7 dB"]},
        {"kind": "best", "maximise": "margin_db"},
        {"kind": "quantiles", "output": "loss_db", "at": [0, 1]},
    ]
    plan = sweep_plan(Toy(), axes=axes, outputs=["loss_db"], reduce=reduce)
    computer = Computer(plan, Toy())
    merged = None
    for block in plan.blocks():
        parts = computer(block).partials
        merged = parts if merged is None else tuple(map(reducing.merge, plan.reductions, merged, parts))
    status, share, best, loss = (reducing.finish(r, p, plan) for r, p in zip(plan.reductions, merged, strict=True))
    assert status["bad_points"] == 4 and status["bad"][0]["status"] == 2
    assert status["bad"][0]["first"][0] == {"point": 2, "inputs": {"design": "plain", "node.temperature": 120.0, "placement.sigma": 2e-7}}
    assert [row["bad_points"] for row in status["variants"]] == [2, 2]
    assert share["yield"] == 3 / 8 and share["yield_ci95"] is None  # a grid is no sample
    assert [(row["choices"], row["yield"]) for row in share["variants"]] == [({"design": "plain"}, 0.25), ({"design": "wide"}, 0.5)]
    assert best["best"]["inputs"] == {"design": "wide", "node.temperature": 20.0, "placement.sigma": 2e-7}
    assert loss["variants"][1]["greatest"] < loss["greatest"] == loss["variants"][0]["greatest"]
