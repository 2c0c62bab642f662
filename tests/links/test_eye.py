"""The statistical eye of designs: against the closed form, its own budgets, the oracle's tails, and what is refused."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from photonics_kernels import link as link_kernels
from photonics_kernels import response, scale

import photonics as ph
from photonics import catalog
from photonics.links.chain import lane_chain
from photonics.links.eye_solver import NO_BEAT, STATUS, point_of, sensitivities, solve
from photonics.links.limits import lane_limit
from photonics.links.sensitivity import full_row
from photonics.lower.eye import (
    Equaliser,
    EyePoint,
    Grid,
    Jitter,
    LaneResponse,
    eye_rows,
    half_swing_a,
    rx_oma_dbm,
)
from photonics.lower.link import LEVELS, lane_case, link_rows

LADDER = ("1.6T-2xDR4", "1.6T-2xDR4-lpo", "800G-2xDR4", "1.6T-OCI-ring")


def nyquist_lane(rate_hz, roll_off=0.3):
    """A lane without interference: its symbol response is a raised-cosine pulse, its noise white."""
    grid = Grid(rate_hz)
    f = grid.frequency_hz
    signal = np.ones(len(f), dtype=complex)
    response.times_symbol(f, 1.0 / rate_hz, signal)
    response.times_raised_cosine(f, rate_hz, roll_off, signal)
    nothing = np.empty(0)
    return LaneResponse(grid, signal, np.zeros((0, len(f)), dtype=complex), nothing, nothing)


def design_row(name, corner):
    spec = ph.load(name)
    limit = lane_limit(spec, catalog.phy(spec.phy))
    case = lane_case(spec, 0, corner)
    return spec, case, limit, replace(full_row(case, limit)[0], enhancement_db=0.0)


@pytest.mark.parametrize("name", ["1.6T-2xDR4", "800G-2xDR4", "1.6T-OCI-ring", "1.6T-2xDR4-sipho"])
@pytest.mark.parametrize("corner", ["typ", "worst", "best"])
def test_without_interference_it_is_the_closed_form(name, corner):
    """Noise bandwidth held, ISI to zero: sensitivities within 1e-6 dB, every noise and the beat on."""
    spec, _, limit, row = design_row(name, corner)
    row = replace(row, closure_db=0.0)
    count = LEVELS[spec.signal.format]
    lane = nyquist_lane(float(spec.signal.symbol_rate.typ))
    for by_codeword, log_limit in ((False, math.log(limit.ber)), (row.by_codeword, row.log_limit)):
        exact = link_kernels.closed_form(link_rows([replace(row, by_codeword=by_codeword, log_limit=log_limit)], count), True)
        found, status = sensitivities([lane], [EyePoint(row, Equaliser(1, 0), Jitter())], count, log_limit, by_codeword)
        if exact.status[0] == 0:
            assert status == [0]
            assert found[0] == pytest.approx(float(scale.w_to_dbm(exact.sensitivity_w[0])), abs=1e-6)
        else:
            assert status != [0]


def test_its_error_ratio_without_interference_is_the_closed_forms_at_any_power():
    spec, _, _, row = design_row("1.6T-2xDR4", "typ")
    lane = nyquist_lane(float(spec.signal.symbol_rate.typ), 0.5)
    rows = [replace(row, rx_oma_dbm=p, optimal=o) for p in (-14.0, -9.0, -5.0, 0.0) for o in (False, True)]
    exact = link_kernels.closed_form(link_rows(rows, 4), False).log10_mean_ber
    found = solve(eye_rows([lane], [EyePoint(r, Equaliser(1, 0), Jitter()) for r in rows], 4)).log_ber / math.log(10.0)
    assert found == pytest.approx(exact, abs=1e-7)


def test_half_swing_and_oma_are_inverses():
    _, _, _, row = design_row("1.6T-2xDR4", "worst")
    assert rx_oma_dbm(row, half_swing_a(row, -3.7)) == pytest.approx(-3.7, abs=1e-12)


@pytest.mark.parametrize("name", LADDER)
def test_the_curve_passes_its_own_sensitivity(name):
    curve = ph.ber(name, method="eye", target_ber=1e-3)
    assert curve.status == "ok"
    at = ph.ber(name, method="eye", target_ber=1e-3, rx_oma_dbm=[curve.sensitivity_oma_dbm]).points[0]
    assert at.log10_ber == pytest.approx(-3.0, abs=1e-6)
    ratios = [p.log10_ber for p in curve.points]
    assert ratios == sorted(ratios, reverse=True)


@pytest.mark.parametrize("corner", ["typ", "worst"])
@pytest.mark.parametrize("name", ["1.6T-2xDR4", "800G-2xDR4", "1.6T-2xDR4-tfln"])
def test_the_budgets_penalties_are_the_eyes(name, corner):
    """With its terms the closed form has the eye's sensitivity at the limit's own BER, fibre included, beats apart."""
    spec, case, limit, _ = design_row(name, corner)
    row = replace(full_row(case, limit)[0], states=NO_BEAT, beat_square=0.0, log_limit=math.log(limit.ber), by_codeword=False)
    exact = link_kernels.closed_form(link_rows([row], 4), True)
    chain = lane_chain(case)
    found, _ = sensitivities([chain.response], [point_of(chain, replace(row, rx_oma_dbm=-5.0))], 4, math.log(limit.ber), False)
    assert float(scale.w_to_dbm(exact.sensitivity_w[0])) == pytest.approx(found[0], abs=1e-6)
    terms = {t.name: t.value for t in ph.budget(name, corner=corner).worst_lane.terms}
    assert terms["equaliser noise"] > 0.2 and terms["ISI"] > -0.1 and terms["jitter"] > 0.0


def test_budget_and_eye_tell_one_error_ratio_near_the_limit():
    """The penalty is exact at the limit; a decibel from it the two differ by their curves' steepness alone."""
    lane = ph.budget("1.6T-2xDR4", corner="worst").worst_lane
    point = ph.ber("1.6T-2xDR4", method="eye", corner="worst", rx_oma_dbm=[lane.rx_oma_dbm]).points[0]
    assert point.log10_ber == pytest.approx(lane.log10_ber, abs=0.15)


def test_fewer_taps_more_jitter_less_band_cost_margin():
    base = ph.load("1.6T-2xDR4")
    chain = base.chain

    def margin(spec):
        return ph.budget(spec, corner="typ").worst_lane.sensitivity_oma_dbm

    def scaled(scalar, factor):
        return replace(scalar, typ=scalar.typ * factor, low=scalar.low * factor, high=scalar.high * factor)

    plain = margin(base)
    narrow = tuple(r.model_copy(update={"bandwidth": scaled(r.bandwidth, 0.8)}) if r.name == "driver" else r for r in chain.response)
    shaky = chain.jitter.model_copy(update={"random": scaled(chain.jitter.random, 2.0)})
    few = base.electronics.model_copy(update={"ffe_taps": replace(base.electronics.ffe_taps, typ=7.0, low=7.0, high=7.0)})
    for changed in (
        base.model_copy(update={"chain": chain.model_copy(update={"response": narrow})}),
        base.model_copy(update={"chain": chain.model_copy(update={"jitter": shaky})}),
        base.model_copy(update={"electronics": few}),
    ):
        assert margin(changed) > plain + 0.005


def test_the_eye_says_what_it_is():
    found = ph.eye("1.6T-2xDR4", rx_oma_dbm=-3.0)
    document = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert document["method"] == "eye" and document["status"] == "ok"
    assert [e["index"] for e in document["sub_eyes"]] == [0, 1, 2]
    for eye in found.sub_eyes:
        assert list(eye.heights) == sorted(eye.heights, reverse=True)
        assert list(eye.widths_ui) == sorted(eye.widths_ui, reverse=True)
    # The bathtub at the sampling instant is the error ratio itself; it rises to both sides.
    middle = len(found.bathtub_offsets_ui) // 2
    assert found.bathtub_log10_ber[middle] == pytest.approx(found.log10_ber, abs=1e-4)
    assert found.bathtub_log10_ber[0] > found.log10_ber < found.bathtub_log10_ber[-1]
    assert max(found.equalised_pulse) == pytest.approx(1.0, abs=0.1)
    assert sum(v**2 for _, v in found.noise) > 0.0
    assert "sub-eye" in str(found)
    at_budget = ph.eye("1.6T-2xDR4", corner="worst")
    assert at_budget.rx_oma_dbm == pytest.approx(ph.budget("1.6T-2xDR4", corner="worst").worst_lane.rx_oma_dbm, abs=1e-9)


def test_linear_designs_are_decided():
    for name in ("1.6T-2xDR4-lpo", "1.6T-2xDR4-lro", "1.6T-2xDR4-npo", "800G-2xDR4-lpo"):
        typical, worst = ph.budget(name, corner="typ"), ph.budget(name, corner="worst")
        assert typical.closes and typical.worst_lane.margin_db > 0.0, name
        # Every bad end of a host channel at once leaves an error floor: said, with the error ratio that is left.
        assert not worst.closes and "floor" in worst.worst_lane.status, name
        assert -3.0 < worst.worst_lane.log10_ber < -0.5, name
        assert not any("undecided" in b.worst_lane.status for b in (typical, worst))


def test_a_direction_without_a_dsp_has_no_segment_of_its_own():
    assert len(ph.budget("1.6T-2xDR4", corner="typ").ports[0].segments) == 2
    assert [s.plane for s in ph.budget("1.6T-2xDR4-lro", corner="typ").ports[0].segments] == ["TP0-TP1"]
    assert ph.budget("1.6T-2xDR4-lpo", corner="typ").ports[0].segments == ()


def test_eecq_at_tp1a_stands_against_the_msas_limit():
    lines = {corner: {c.name: c for c in ph.budget("800G-2xDR4-lpo", corner=corner).worst_lane.compliance} for corner in ("best", "typ", "worst")}
    closures = [lines[c]["EECQ at TP1a, by the statistical eye"] for c in ("best", "typ", "worst")]
    assert [c.value for c in closures] == sorted(c.value for c in closures)
    assert closures[0].limit == 3.5 and closures[1].room > 0.0 > closures[2].room
    assert not any("EECQ" in c.name for c in ph.budget("800G-2xDR4", corner="typ").worst_lane.compliance)


def test_what_is_refused():
    plain = ph.load("1.6T-2xDR4").model_copy(update={"chain": None})
    for call in (
        lambda: ph.ber(plain, method="eye"), lambda: ph.eye(plain), lambda: ph.eye("1.6T-2xDR4", lane=8),
        lambda: ph.eye("1.6T-2xDR4", targets=()), lambda: ph.eye("1.6T-2xDR4", targets=(0.5,)), lambda: ph.eye("1.6T-2xDR4", offsets=64),
        lambda: ph.eye("1.6T-2xDR4", rx_oma_dbm=math.nan), lambda: ph.eye("1.6T-2xDR4", corner="wrst"),
    ):  # fmt: skip
        with pytest.raises(ph.InputError) as caught:
            call()
        assert len(caught.value.problems) == 1
    assert set(STATUS) == set(range(7))
