"""Many points where lanes differ, the format is not PAM4, or nothing is launched: each against ``budget`` or a run of its own."""

import math

import numpy as np
import pytest

import photonics as ph
from photonics import catalog
from photonics.links.points import LinkPoints, evaluator
from photonics.spec.load import parse_link

from .columns import evaluate


def design(name, change=None, lanes=()):
    """A shipped design with some of its tables changed, and lanes of their own."""
    tables = catalog.load_link(name).as_document()
    for section, keys in (change or {}).items():
        tables[section] = {**tables[section], **keys} if isinstance(keys, dict) else keys
    if lanes:
        tables["lane"] = list(lanes)
    return parse_link(tables, lookup_part=catalog.loading.lookup_part, where="test")


def test_a_lane_of_its_own_length_has_a_dispersion_of_its_own():
    """More than one block of points, so that a penalty computed once for all of them would show."""
    path = catalog.load_link("400G-FR4").as_document()["path"]
    spec = design("400G-FR4", lanes=[{"index": 0, "path": path}])
    place = next(k for k, element in enumerate(path) if element["kind"] == "fibre")
    axis = f"lane[0].path[{place}].length"
    points = LinkPoints(spec, "worst")
    many = evaluate(points, ["sensitivity_oma_dbm"], {axis: [500.0] * 64 + [9000.0] * 64})["sensitivity_oma_dbm"]
    alone = evaluate(points, ["sensitivity_oma_dbm"], {axis: [9000.0]})["sensitivity_oma_dbm"]
    assert many[64:] == pytest.approx(np.full(64, alone[0]), abs=1e-9)


@pytest.mark.parametrize("loss", ["26 dB", "24 dB", "22 dB", "21 dB"])
def test_nrz_takes_its_own_bound(loss):
    """Two levels close at a third of the reflections that four do."""
    change = {"analysis": {"mpi": "upper-bound", "bound": "simple"}, "launch": {"return_loss": loss}, "receiver": {"return_loss": loss}}
    spec = design("1.6T-OCI-ring", change)
    table = spec.as_document()
    table["path"] = [{**element, "return_loss": loss} if "return_loss" in element else element for element in table["path"]]
    spec = parse_link(table, lookup_part=catalog.loading.lookup_part, where="test")
    found = ph.budget(spec, corner="worst").module
    got = evaluate(LinkPoints(spec, "worst"), ["margin_db"])
    assert got["status"][0] == 0
    assert got["margin_db"][0] == pytest.approx(found.margin_db, abs=1e-6)


@pytest.mark.parametrize("name", ["1.6T-OCI-ring", "800G-DR8"])
def test_without_a_launch_there_is_no_error_ratio(name):
    change = {"phy": "800GBASE-DR4-2", "fec": {"code": "none"}, "launch": {"sndr": "16 dB"}}
    spec = design(name, change)
    got = evaluate(LinkPoints(spec, "worst"), ["log10_ber", "pre_fec_ber", "meets_limit", "margin_db"])
    assert got["status"][0] == 7
    assert all(math.isnan(got[key][0]) for key in ("log10_ber", "pre_fec_ber", "meets_limit", "margin_db"))
    told = ph.budget(spec, corner="worst").as_dict()
    assert told["module"]["pre_fec_ber"] is None and told["ports"][0]["pre_fec_ber"] is None
    assert "no launch power" in told["module"]["status"]


def test_biases_of_unlike_lanes_add_up():
    own = {**catalog.load_link("1.6T-2xDR4").as_document()["modulator"], "bias_power": "120 mW"}
    spec = design("1.6T-2xDR4", lanes=[{"index": 3, "modulator": own}])
    bias = next(t.power_w for t in ph.budget(spec, corner="typ").module.energy_terms if t.name.startswith("modulator bias"))
    assert bias == pytest.approx(7 * float(spec.modulator.bias_power.typ) + 0.12, rel=1e-12)
    got = evaluate(LinkPoints(spec, "typ"), ["power_w"])["power_w"][0]
    assert got == pytest.approx(ph.budget(spec, corner="typ").module.power_w, rel=1e-9)


def test_a_lane_with_a_list_of_its_own_is_not_moved_by_the_links():
    path = catalog.load_link("1.6T-2xDR4").as_document()["path"]
    spec = design("1.6T-2xDR4", lanes=[{"index": 0, "path": path}])
    points = LinkPoints(spec, "typ")
    assert not points.rows(0, ("path", 1, "length")) and points.rows(1, ("path", 1, "length"))


def test_a_held_launch_has_no_target_to_move():
    assert "launch.margin_target" not in {p.path for p in evaluator("1.6T-2xDR4").parameters()}
