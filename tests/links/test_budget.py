"""The budget of a link: contract keys, arithmetic that must close, physics that must be monotone."""

import json
import math

import pytest

import photonics as ph
from photonics.results import Budget

DESIGNS = ("1.6T-2xDR4", "1.6T-2xDR4-sipho", "1.6T-2xDR4-interposer", "800G-2xDR4")
CORNERS = ("worst", "typ", "best")


@pytest.fixture(scope="module")
def budgets() -> dict[tuple[str, str], Budget]:
    return {(d, c): ph.budget(d, corner=c) for d in DESIGNS for c in CORNERS}


@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("design", DESIGNS)
def test_json_has_every_key_of_the_contract_and_no_nan(budgets, design, corner):
    document = json.loads(json.dumps(budgets[design, corner].as_dict(), allow_nan=False))
    assert document["corner"] == corner
    lane_keys = {
        "terms", "optical_loss_db", "rx_oma_dbm", "sensitivity_oma_dbm", "margin_db", "margin_spec_db", "margin_overload_db",
        "pre_fec_ber", "log10_ber",
    }
    module_keys = {
        "margin_db", "pre_fec_ber", "power_w", "energy_pj_per_bit", "energy_boundary", "energy_ends", "rate_basis",
        "energy_terms", "latency_ns",
    }
    assert len(document["lanes"]) == 8
    for lane in document["lanes"]:
        assert lane_keys <= set(lane)
        for term in lane["terms"]:
            assert {"name", "plane", "source", "confidence"} <= set(term)
            assert "value_db" in term or "value_dbm" in term
            assert term["source"] and term["confidence"]
    assert len(document["ports"]) == 2
    assert all("frame_loss_ratio_64b" in port for port in document["ports"])
    assert module_keys <= set(document["module"])
    assert document["module"]["energy_ends"] == 1 and document["module"]["rate_basis"] == "payload"


@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("design", DESIGNS)
def test_terms_add_up_plane_by_plane(budgets, design, corner):
    lane = budgets[design, corner].worst_lane
    named = {t.name: t for t in lane.terms}
    losses = [t for t in lane.terms if t.kind in ("loss", "guard")]
    inside = math.fsum(t.value for t in losses if t.plane == "TP1-TP2")
    guards = math.fsum(t.value for t in losses if t.kind == "guard")
    channel = math.fsum(t.value for t in losses if t.plane == "TP2-TP3")
    set_point = named["launch OMA, set point"].value
    assert named["laser output, average"].value - inside == pytest.approx(set_point, abs=1e-9)
    assert named["launch OMA"].value == pytest.approx(set_point - guards, abs=1e-9)
    assert lane.optical_loss_db == pytest.approx(channel, abs=1e-12)
    assert lane.rx_oma_dbm == pytest.approx(named["launch OMA"].value - channel, abs=1e-9)
    receiver = math.fsum(t.value for t in lane.terms if t.plane == "TP3-TP4")
    assert lane.sensitivity_oma_dbm == pytest.approx(receiver, abs=1e-9)
    assert lane.margin_db == pytest.approx(lane.rx_oma_dbm - lane.sensitivity_oma_dbm, abs=1e-12)


@pytest.mark.parametrize("design", DESIGNS)
def test_spec_margin_is_the_clause_arithmetic_alone(budgets, design):
    lane = budgets[design, "worst"].worst_lane
    named = {t.name: t.value for t in lane.spec_terms}
    again = (
        named["launch OMA"] - named["channel insertion loss, as built"] - named["MPI and DGD allocation"] - named["receiver requirement"]
    )
    assert lane.margin_spec_db == pytest.approx(again, abs=1e-12)
    physics = {t.name for t in lane.terms} & {t.name for t in lane.spec_terms}
    assert physics <= {"launch OMA"}, "TDECQ already holds ISI, RIN and dispersion: no physics penalty may appear beside it"


def test_power_is_the_sum_of_named_blocks_within_the_boundary(budgets):
    for found in budgets.values():
        inside = [t for t in found.module.energy_terms if t.boundary == "module"]
        assert found.module.power_w == pytest.approx(math.fsum(t.power_w for t in inside), rel=1e-12)
        for t in found.module.energy_terms:
            assert t.energy_pj_per_bit == pytest.approx(t.power_w / found.module.payload_gbps * 1e3, rel=1e-12)
        assert any(t.boundary == "host" for t in found.module.energy_terms)


def test_one_set_of_blocks_predicts_both_module_generations(budgets):
    """Within 15 % of 25 W and of 15 W; the published totals are compared, never used: changing one moves no block."""
    for design, published in (("1.6T-2xDR4", 25.0), ("800G-2xDR4", 15.0)):
        module = budgets[design, "typ"].module
        assert module.published_w == published
        assert abs(module.unexplained_w) / published < 0.15
        assert "unexplained by the blocks" in str(budgets[design, "typ"])
    spec = ph.load("1.6T-2xDR4")
    bare = spec.model_copy(update={"module": spec.module.model_copy(update={"published_power": None})})
    assert ph.budget(bare, corner="typ").module.power_w == budgets["1.6T-2xDR4", "typ"].module.power_w


def test_shared_blocks_come_from_the_same_sources_in_both_generations():
    """The per-bit DSP interface, driver law, controller and conversion carry the same values at 800G and 1.6T."""
    slow, fast = ph.load("800G-2xDR4").electronics, ph.load("1.6T-2xDR4").electronics
    for field in ("serdes_energy", "driver_supply", "driver_load", "driver_stage_factor", "controller_power", "conversion_efficiency"):
        a, b = getattr(slow, field), getattr(fast, field)
        assert (a.low, a.typ, a.high) == (b.low, b.typ, b.high), field


def test_set_point_covers_the_larger_need(budgets):
    for design in DESIGNS:
        module = budgets[design, "worst"].module
        guards = math.fsum(t.value for t in budgets[design, "worst"].worst_lane.terms if t.kind == "guard")
        needs = [n for n in (module.clause_oma_dbm, module.need_oma_dbm) if n is not None]
        assert module.launch_oma_dbm == pytest.approx(max(needs) + guards, abs=1e-9)


def test_laser_power_follows_the_ber_need(tmp_path):
    """A noisier receiver asks for more light, and the laser block burns more: the wall plug is solved back from the full BER."""
    quiet, loud = (ph.budget(_variant(tmp_path, pa), corner="typ").module for pa in (17, 45))
    assert loud.need_oma_dbm > quiet.need_oma_dbm + 1.0
    assert loud.launch_set_by.startswith("set by the BER")
    assert _block(loud, "laser wall plug") > _block(quiet, "laser wall plug")


def _block(module, name):
    return next(t.power_w for t in module.energy_terms if t.name == name)


def _variant(tmp_path, density):
    path = tmp_path / f"noise-{density}.toml"
    path.write_text(
        f'schema = "photonics/link/1"\nname = "noise-{density}"\nbase = "1.6T-2xDR4"\n[receiver]\nnoise_density = "{density} pA/sqrt(Hz)"\n'
    )
    return str(path)


def test_a_floor_above_the_limit_is_a_status_not_a_number(tmp_path):
    path = tmp_path / "floor.toml"
    path.write_text('schema = "photonics/link/1"\nname = "floor"\nbase = "1.6T-2xDR4"\n[launch]\nsndr = "14 dB"\n')
    found = ph.budget(str(path), corner="typ")
    lane = found.worst_lane
    assert lane.margin_db is None and lane.sensitivity_oma_dbm is None
    assert "floor" in lane.status
    assert not found.closes
    document = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert document["lanes"][0]["margin_db"] is None and "floor" in document["lanes"][0]["status"]
    assert document["module"]["margin_db"] is None


def test_lane_override_changes_that_lane_alone(tmp_path):
    path = tmp_path / "lane.toml"
    path.write_text(
        'schema = "photonics/link/1"\nname = "lane"\nbase = "1.6T-2xDR4"\n[[lane]]\nindex = 3\n[lane.receiver]\ncoupling_loss = "3 dB"\n'
    )
    found = ph.budget(str(path), corner="typ")
    base = ph.budget("1.6T-2xDR4", corner="typ")
    assert found.worst_lane.lane == 3
    assert found.lanes[2].margin_db == pytest.approx(base.lanes[2].margin_db, abs=1e-9)
    assert found.ports[0].log10_frame > found.ports[1].log10_frame  # lane 3 lies in the first domain


def test_rin_references_convert_and_are_never_pasted(tmp_path):
    """The same noise given as average- and as OMA-referred agrees at mid level weight; pasted, it would not."""
    er = 10 ** 0.45
    oma_db = -150.0 + 20.0 * math.log10((er + 1) / (er - 1))
    results = []
    for key, value in (("rin_avg", -150.0), ("rin_oma", oma_db), ("rin_oma", -150.0)):
        path = tmp_path / f"{key}{value}.toml"
        path.write_text(f'schema = "photonics/link/1"\nname = "r"\nbase = "1.6T-2xDR4"\n[laser]\n{key} = "{value!r} dB/Hz"\n')
        terms = {t.name: t.value for t in ph.budget(str(path), corner="typ").worst_lane.terms}
        results.append(terms["relative intensity noise"])
    average, converted, pasted = results
    assert average == pytest.approx(converted, rel=0.5)
    assert pasted < 0.35 * average


def test_reference_mpi_penalties_of_six_legacy_reflectors():
    """Six -26 dB faces, ER 4.5 dB, lossless: 0.22 dB by mean BER, 2.2 dB by mean codeword error ratio, 5.2 dB by the bound.

    The middle figure is a Monte Carlo of the reference notes; ours bins the phases' density and bounds the pattern noise.
    """
    from tests.links.legacy import legacy_mpi

    by_ber, by_codeword, bound = legacy_mpi()
    assert by_ber == pytest.approx(0.22, abs=0.02)
    assert by_codeword == pytest.approx(2.2, abs=0.25)
    assert bound == pytest.approx(5.2, abs=0.05)
