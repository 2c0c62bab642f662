"""``ber``, ``fec`` and ``explain`` as functions: agreement with the budget, errors of their arguments."""

import json
import math

import pytest

import photonics as ph


def test_ber_curve_passes_through_its_sensitivity():
    curve = ph.ber("1.6T-2xDR4", target_ber=1e-5)
    again = ph.ber("1.6T-2xDR4", target_ber=1e-5, rx_oma_dbm=[curve.sensitivity_oma_dbm])
    assert again.points[0].log10_ber == pytest.approx(-5.0, abs=1e-8)
    falling = [p.log10_ber for p in curve.points]
    assert falling == sorted(falling, reverse=True)
    document = json.loads(json.dumps(curve.as_dict(), allow_nan=False))
    assert document["method"] == "closed-form"
    assert {"rx_oma_dbm", "pre_fec_ber", "log10_ber", "ci95_low", "ci95_high"} <= set(document["points"][0])


def test_ber_at_the_budget_power_is_the_budget_ber():
    lane = ph.budget("1.6T-2xDR4", corner="worst").worst_lane
    point = ph.ber("1.6T-2xDR4", corner="worst", rx_oma_dbm=[lane.rx_oma_dbm]).points[0]
    assert point.log10_ber == pytest.approx(lane.log10_ber, abs=1e-9)


def test_no_root_is_said(tmp_path):
    curve = ph.ber("1.6T-2xDR4", corner="worst", target_ber=1e-30)
    assert curve.sensitivity_oma_dbm is None
    assert "floor" in curve.status
    assert json.loads(json.dumps(curve.as_dict(), allow_nan=False))["sensitivity_oma_dbm"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        {"method": "eyes"}, {"method": "waveform", "symbols": 3}, {"target_ber": 0.0}, {"target_ber": 0.5}, {"target_ber": math.nan},
        {"rx_oma_dbm": []}, {"rx_oma_dbm": [math.nan]}, {"rx_oma_dbm": [100.0]}, {"lane": 8}, {"lane": -1}, {"corner": "wrst"},
    ],
)
def test_ber_refuses_what_makes_no_sense(arguments):
    with pytest.raises(ph.InputError) as caught:
        ph.ber("1.6T-2xDR4", **arguments)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(("interleave", "expected"), [(1, 9.2e-13), (2, 1.7e-12), (4, 3.4e-12)])
def test_reference_frame_loss_ratios(interleave, expected):
    found = ph.fec(code="kp4", pre_fec_ber=2.4e-4, interleave=interleave)
    assert float(f"{found.frame_loss_ratio_64b:.1e}") == expected


def test_fec_keeps_logarithms_where_numbers_end():
    found = ph.fec(code="kp4", pre_fec_ber=1e-30)
    assert found.codeword_error_ratio == 0.0
    assert found.log10_codeword == pytest.approx(16 * -29 + math.log10(math.comb(544, 16)), abs=1e-9)
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_uncoded_frame_is_lost_with_any_of_its_bits():
    found = ph.fec(code="none", pre_fec_ber=1e-6)
    assert found.frame_loss_ratio_64b == pytest.approx(1 - (1 - 1e-6) ** (84 * 8), rel=1e-9)


@pytest.mark.parametrize(
    "arguments",
    [
        {"code": "kp5", "pre_fec_ber": 1e-4}, {"code": "kp4+hamming128", "pre_fec_ber": 1e-4}, {"code": "kp4", "pre_fec_ber": 0.6},
        {"code": "kp4", "pre_fec_ber": -1e-9}, {"code": "kp4", "pre_fec_ber": math.nan}, {"code": "kp4", "pre_fec_ber": 1e-4, "interleave": 0},
        {"code": "kp4", "pre_fec_ber": 1e-4, "burst_continuation": 0.3}, {"code": "kp4", "pre_fec_ber": True},
    ],
)
def test_fec_refuses_what_makes_no_sense(arguments):
    with pytest.raises(ph.InputError):
        ph.fec(**arguments)


def test_explain_goes_down_to_the_parts():
    found = ph.explain("1.6T-2xDR4", "intensity noise")
    (term,) = found.as_dict()["terms"]
    assert "RIN" in term["equation"]
    assert term["inputs"][0]["name"] == "rin_avg" and term["inputs"][0]["source"]
    everything = ph.explain("1.6T-2xDR4")
    document = json.loads(json.dumps(everything.as_dict(), allow_nan=False))
    for term in document["terms"]:
        assert {"name", "equation", "inputs", "source", "confidence"} <= set(term)
        for item in term["inputs"]:
            assert item["source"] and item["confidence"] and item["value"], (term["name"], item)
    with pytest.raises(ph.InputError) as caught:
        ph.explain("1.6T-2xDR4", "quantization")
    assert "quantisation" in caught.value.problems[0].nearest


def test_every_assumed_input_is_visible():
    """No number of a design hides: each of its scalars is an input of some term, or named by the result."""
    names = {i.name for c in ("worst",) for t in ph.explain("1.6T-2xDR4", corner=c).terms for i in t.inputs}
    spec = ph.load("1.6T-2xDR4")
    hidden = []
    for section in ("laser", "modulator", "launch", "receiver", "electronics"):
        model = getattr(spec, section)
        for field in type(model).model_fields:
            value = getattr(model, field)
            if hasattr(value, "confidence") and field not in names:
                hidden.append(f"{section}.{field}")
    # These speak through other lines of the budget: limits, faces, latency, zero losses, definitions.
    spoken = {
        "laser.power_max", "laser.lanes_per_laser", "laser.reference_temperature", "launch.margin_target", "launch.return_loss",
        "modulator.insertion_loss", "receiver.return_loss", "receiver.overload_average", "receiver.damage_average",
        "electronics.dsp_latency", "electronics.ffe_taps", "receiver.equalised_penalty",  # a chain stands in its place
    }
    assert set(hidden) <= spoken, hidden


def test_the_receivers_noise_says_how_it_follows_the_temperature():
    (term,) = ph.explain("1.6T-2xDR4", "receiver noise").terms
    assert "I_d doubles per 10 K" in term.equation and "i_n ~ sqrt(T)" in term.equation and "from 25 degC" in term.equation
    assert "case_temperature" in {i.name for i in term.inputs}
