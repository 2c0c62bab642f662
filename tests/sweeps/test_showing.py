"""Reductions as people read them: what each table says, and that nothing runs into a cell as a list."""

from photonics.results.table import joined
from photonics.sweeps.showing import tables


def text(reduction):
    return joined(tables(reduction))


def test_bad_points_are_counted_named_and_located():
    bad = {"status": 1, "meaning": "error floor", "points": 12, "first": [{"point": 75, "inputs": {"fibre.length": 8669.88}}]}
    told = text({"kind": "status", "points": 60000, "bad_points": 12, "bad": [bad]})
    assert "12 of 60,000 points have no answer" in told
    assert "error floor" in told and "point 75" in told and "fibre.length 8669.88" in told


def test_points_without_faults_say_so():
    assert "60,000" in text({"kind": "status", "points": 60000, "bad_points": 0, "bad": []})


def test_yield_by_limit_and_by_variant():
    one = {"passed": 90, "yield": 0.9, "yield_ci95": [0.82, 0.94], "points": 100}
    each = [{"limit": "a >= 0", "passed": 95, "yield": 0.95}, {"limit": "b <= 1", "passed": 92, "yield": 0.92}]
    variants = [{"variant": 0, "choices": {"design": "A"}, **one}, {"variant": 1, "choices": {"design": "B"}, **one}]
    told = text({"kind": "yield", "outputs": ["a", "b"], "each": each, "variants": variants, **one})
    assert "82.00 % .. 94.00 %" in told and "all limits" in told and "b <= 1" in told
    assert "design A" in told and "design B" in told


def test_a_grid_has_no_interval():
    each = [{"limit": "a >= 0", "passed": 9, "yield": 0.9}]
    told = text({"kind": "yield", "outputs": ["a"], "each": each, "passed": 9, "yield": 0.9, "yield_ci95": None, "points": 10})
    assert ".." not in told and "a >= 0" in told


def test_quantiles_with_their_bracket():
    rows = [{"at": 0.5, "value": 1.6, "low": 1.5, "high": 1.7}]
    told = text({"kind": "quantiles", "outputs": ["m"], "points": 10, "left_out": 3, "least": -2.0, "greatest": 4.0, "quantiles": rows})
    assert "3 without a value" in told and "50.00 %" in told and "1.7" in told and "-2" in told


def test_histogram_lines_hold_every_point():
    told = text({"kind": "histogram", "outputs": ["m"], "edges": [0.0, 1.0, 2.0], "counts": [3, 6], "below": 1, "above": 2, "left_out": 0})
    bars = [line.count("#") for line in told.splitlines() if "#" in line]
    assert bars == [20, 40] and "below" in told and "above" in told


def test_front_and_best_name_their_points():
    point = {"point": 7, "inputs": {"x": 1.5}, "outputs": {"e": 3.0, "m": 2.0}}
    front = text({"kind": "pareto", "outputs": ["e", "m"], "front": [point] * 25, "thinned": False})
    assert "25 points" in front and "first 20 shown" in front and front.count("x 1.5") == 20
    best = text({"kind": "best", "outputs": ["e"], "minimise": ["e"], "candidates": 9, "best": point})
    assert "least e" in best and "e 3, m 2" in best
    assert "no point keeps the limits" in text({"kind": "best", "outputs": ["e"], "minimise": ["e"], "candidates": 0, "best": None})
