"""Where a module's launch is set: a stated range end by end, and the target of one that is solved for."""

from dataclasses import replace

import pytest

import photonics as ph

LOW, TYP, HIGH = 2.0, 3.0, 4.5


def stated(confidence="seen"):
    """The EML module with a launch stated from 2 to 4.5 dBm instead of solved for."""
    spec = ph.load("1.6T-2xDR4")
    level = replace(spec.laser.power_max, typ=TYP, low=LOW, high=HIGH, source="sheet", confidence=confidence)
    launch = spec.launch.model_copy(update={"solve": False, "margin_target": None, "oma_outer": level})
    return spec.model_copy(update={"launch": launch})


@pytest.fixture(scope="module")
def budgets():
    return {corner: ph.budget(stated(), corner=corner) for corner in ("worst", "typ", "best")}


@pytest.mark.parametrize(("corner", "dbm"), [("worst", LOW), ("typ", TYP), ("best", HIGH)])
def test_each_corner_starts_from_its_own_end_of_a_stated_launch(budgets, corner, dbm):
    lane = budgets[corner].worst_lane
    terms = {t.name: t for t in lane.terms}
    assert terms["launch OMA, set point"].value == dbm
    (given,) = terms["launch OMA, set point"].inputs
    assert (given.name, given.value, given.source) == ("oma_outer", f"{dbm:g} dBm", "sheet")
    guards = sum(t.value for t in lane.terms if t.kind == "guard")
    assert lane.rx_oma_dbm == pytest.approx(dbm - guards - lane.optical_loss_db, abs=1e-9)
    # The laser is asked for the light of the same corner.
    inside = sum(t.value for t in lane.terms if t.plane == "TP1-TP2" and t.kind == "loss")
    assert terms["laser output, average"].value == pytest.approx(dbm + inside, abs=1e-9)


def test_what_must_not_be_exceeded_is_asked_of_the_high_end(budgets):
    """Against the module whose launch is the high end alone: the same room below overload, damage and the clause's maxima."""
    spec = stated()
    alone = replace(spec.launch.oma_outer, typ=HIGH, low=HIGH)
    high = spec.model_copy(update={"launch": spec.launch.model_copy(update={"oma_outer": alone})})
    for corner, found in budgets.items():
        lane, other = found.worst_lane, ph.budget(high, corner=corner).worst_lane
        assert lane.margin_overload_db == pytest.approx(other.margin_overload_db, abs=1e-9)
        assert lane.margin_damage_db == pytest.approx(other.margin_damage_db, abs=1e-9)
        lines, others = ({c.name: c.value for c in each.compliance} for each in (lane, other))
        for name in ("average launch power, set point and setting error", "launch OMA, set point and setting error"):
            assert lines[name] == pytest.approx(others[name], abs=1e-9)
        assert lines["launch OMA, set point and setting error"] == pytest.approx(HIGH + spec.launch.oma_setting_guard.high, abs=1e-9)
    # The least launch power is asked of the corner's own.
    least = "average launch power, end of life"
    worst, best = ({c.name: c.value for c in budgets[corner].worst_lane.compliance} for corner in ("worst", "best"))
    assert worst[least] < best[least] - (HIGH - LOW) + 1.5


def test_an_assumed_launch_is_a_hypothesis_like_any_other():
    seen, assumed = (ph.budget(stated(c)).assumptions for c in ("seen", "assumed"))
    assert assumed.margin_worst_db == pytest.approx(seen.margin_worst_db, abs=1e-9)  # the worst corner has the low end already
    assert assumed.margin_best_db == pytest.approx(seen.margin_best_db + HIGH - LOW, abs=1e-9)


def test_a_stated_range_goes_with_the_module_into_a_comparison():
    (option,) = ph.compare(stated()).options
    assert option.worst_margin_db == pytest.approx(ph.budget(stated()).module.margin_db, abs=1e-9)


def test_a_stated_launch_has_no_target_and_a_solved_one_needs_it(budgets):
    found = budgets["worst"]
    lane = found.worst_lane
    assert found.module.launch_set_by == "as stated" and found.module.launch_oma_dbm == TYP
    assert found.module.need_oma_dbm == pytest.approx(lane.sensitivity_oma_dbm + lane.optical_loss_db, abs=1e-9)
    solved = ph.load("1.6T-2xDR4")
    bare = solved.model_copy(update={"launch": solved.launch.model_copy(update={"margin_target": None})})
    with pytest.raises(ph.InputError, match="margin_target"):
        ph.budget(bare)
