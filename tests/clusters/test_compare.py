"""The comparison over a cluster: contract keys, conservation, lengths, bands, bad input."""

import json
import math

import pytest

import photonics as ph
from photonics.clusters.comparison import Band, combined, difference
from photonics.clusters.layout import cables
from photonics.clusters.topology import clos

KEYS = (
    "name", "ends", "feasible", "power_w", "capex_usd", "energy_pj_per_bit", "hard_failures_per_day", "flaps_per_day",
    "worst_margin_db", "freed_it_kw", "extra_gpus", "extra_gpus_naive", "lease_value_usd_per_year",
)
BANDS = ("power_w", "capex_usd", "energy_pj_per_bit", "hard_failures_per_day", "flaps_per_day", "freed_it_kw", "lease_value_usd_per_year")


@pytest.fixture(scope="module")
def pod():
    return ph.compare("pod-1024")


def test_json_has_every_key_of_the_contract(pod):
    document = json.loads(json.dumps(pod.as_dict(), allow_nan=False))
    assert {"options", "overlaps", "links"} <= set(document)
    assert [o["name"] for o in document["options"]] == ["copper where it reaches", "retimed pluggables", "interposer-engine pluggables"]
    for option in document["options"]:
        assert set(KEYS) <= set(option)
        for band in BANDS:
            low, typ, high = option[f"{band}_low"], option[band], option[f"{band}_high"]
            assert low <= typ <= high, band


def test_counts_are_those_of_the_even_striping_rule(pod):
    assert pod.links == {"endpoint": 1024, "fabric": 1024, "total": 2048}
    assert pod.switches == {"leaf": 32, "spine": 16, "total": 48}
    for option in pod.options:
        assert sum(s.count for s in option.shares) + option.unreached == option.links == 2048


def test_power_is_the_sum_of_its_named_blocks(pod):
    for option in pod.options:
        assert option.power.typ == pytest.approx(math.fsum(b.typ for b in option.blocks.values()), rel=1e-12)
    retimed = next(o for o in pod.options if o.name == "retimed pluggables")
    module = ph.budget("1.6T-2xDR4", corner="typ").module
    assert retimed.link_power.typ == pytest.approx(2048 * 2 * module.power_w, rel=1e-9)
    assert retimed.energy.typ == pytest.approx(module.energy_pj_per_bit, rel=1e-9)


def test_copper_only_where_its_stock_length_reaches(pod):
    copper = pod.options[0]
    assert {s.name for s in copper.shares} == {"aec-1.6t", "1.6T-2xDR4"}
    for share in copper.shares:
        if share.end == "AEC":
            assert share.longest_m <= 2.5
            assert share.margin_db is None and "undecided" in share.status
        else:
            assert share.margin_db > 0.0


def test_lengths_against_a_route_worked_by_hand():
    spec = ph.load("pod-1024")
    laid = cables(spec, clos(endpoints=1024, radix=64, tiers=2))
    # Server 0, GPU 0: rack at slot 0, U 4; leaf 0 at slot 2, U 10: two racks away, so by the tray.
    route = (2.4 - 4 * 0.04445) + (2.4 - 10 * 0.04445) + 2 * 0.6
    assert laid.installed_m[0] == pytest.approx((route + 2 * 0.75) * 1.07, rel=1e-12)
    # Server 8, GPU 3: slot 1, U 4; leaf 3 at slot 2, U 16: the neighbour, through the side.
    assert laid.installed_m[8 * 8 + 3] == pytest.approx(12 * 0.04445 + 0.6 + 0.6, rel=1e-12)
    # Leaf 0 (row 0, U 10) to spine 15 (row 1, slot 5, U 36): across rows by the cross tray.
    route = (2.4 - 10 * 0.04445) + (2.4 - 36 * 0.04445) + 3 * 0.6 + 3.0 + 1.5
    last = 1024 + 2 * 15
    assert laid.installed_m[last] == pytest.approx((route + 1.5) * 1.07, rel=1e-12)


def test_bands_of_shared_blocks_move_together():
    a = {"dsp": Band(10.0, 8.0, 14.0), "laser": Band(3.0, 2.0, 5.0)}
    b = {"dsp": Band(10.0, 8.0, 14.0), "laser": Band(1.0, 0.5, 2.0)}
    apart = difference(a, b)
    assert apart.typ == pytest.approx(2.0) and apart.low == pytest.approx(1.5) and apart.high == pytest.approx(3.0)
    both = combined(a.values())
    assert both.typ == 13.0 and both.low == pytest.approx(13 - math.hypot(2, 1)) and both.high == pytest.approx(13 + math.hypot(4, 2))


def test_freed_power_counts_the_ports_of_the_added_gpus(pod):
    spec = ph.load("pod-1024")
    base = next(o for o in pod.options if o.name == pod.reference)
    assert base.freed_w.typ == 0.0
    for option in pod.options:
        freed = base.power.typ - option.power.typ
        assert option.freed_w.typ == pytest.approx(freed, abs=1e-6)
        if option is not base:
            assert option.extra_gpus_naive.typ == math.floor(freed / spec.gpu_power.typ)
            assert option.extra_gpus.typ == math.floor(freed / (spec.gpu_power.typ + option.power.typ / 1024))
            assert option.lease.typ == pytest.approx(freed * 1e-6 * 1.45e6, rel=1e-9)


def test_links_beside_each_other():
    found = ph.compare("1.6T-2xDR4", "1.6T-2xDR4-sipho", "aec-1.6t")
    assert [o.feasible for o in found.options] == [True, True, False]
    document = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert document["options"][2]["power_w"] is None and "reach" in document["options"][2]["status"]


def test_port_limit_refuses_a_hot_module(tmp_path):
    text = ph.catalog.design_text("switch-102t-64x1.6T").replace('name = "switch-102t-64x1.6T"', 'name = "cool-switch"')
    text = text.replace('port_power_limit = { min = "33 W", typ = "35 W", max = "40 W"', 'port_power_limit = { min = "18 W", typ = "18 W", max = "18 W"')
    (tmp_path / "cool.toml").write_text(text)
    cluster = ph.load("pod-1024").model_copy(update={"switch": str(tmp_path / "cool.toml")})
    found = ph.compare(cluster)
    assert not any(o.feasible for o in found.options)
    assert all("port" in o.status for o in found.options)


@pytest.mark.parametrize("arguments", [("pod-1024", "pod-1024"), ("nope",), ("switch-102t-64x1.6T",)])
def test_what_cannot_be_compared(arguments):
    with pytest.raises(ph.InputError):
        ph.compare(*arguments)
