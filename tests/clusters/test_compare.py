"""The comparison over a cluster: contract keys, conservation, lengths, bands, bad input."""

import dataclasses
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
    "link_power_w", "assumed_share_db", "assumed_share_power", "margin_spec_db", "margin_assumed_worst_db", "margin_assumed_best_db",
    "reach_m", "reach_m_low", "reach_m_high", "payload_gbps", "freed_facility_kw", "energy_value_usd_per_year",
)
BANDS = (
    "power_w", "capex_usd", "energy_pj_per_bit", "hard_failures_per_day", "flaps_per_day", "freed_it_kw", "lease_value_usd_per_year",
    "link_power_w", "freed_facility_kw", "energy_value_usd_per_year",
)
HYPOTHESES = {"assumed", "recalled"}
TABLE_COLUMNS = 190


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


def test_an_option_with_copper_is_not_known_to_work(pod):
    """Copper is placed by length only: what hangs on it is undecided, never feasible by guess."""
    copper, retimed, _ = pod.options
    assert [o.verdict for o in pod.options] == ["undecided", "yes", "yes"]
    assert not copper.feasible and copper.status.startswith("undecided: aec-1.6t: ")
    assert "undecided: copper where it reaches (aec-1.6t: " in str(pod)
    # The margin is that of the cables that have one; the share of watts counts them all.
    assert copper.worst_margin_db == pytest.approx(retimed.worst_margin_db)
    aec, optical = (next(s for s in copper.shares if s.end == end) for end in ("AEC", "retimed"))
    assert aec.assumed_share_power == 1.0 and aec.assumed_share_db is None
    mixed = (aec.link_power_w + optical.link_power_w * optical.assumed_share_power) / (aec.link_power_w + optical.link_power_w)
    assert copper.assumed_share_power == pytest.approx(mixed, rel=1e-12)


def test_what_an_option_rests_on_is_that_of_its_budget(pod):
    found = ph.compare("1.6T-2xDR4").options[0]
    worst, typ = ph.budget("1.6T-2xDR4"), ph.budget("1.6T-2xDR4", corner="typ").module
    assert found.worst_margin_db == pytest.approx(worst.module.margin_db, abs=1e-9)
    assert found.margin_spec_db == pytest.approx(worst.module.margin_spec_db, abs=1e-9)
    assert found.assumed_share_db == pytest.approx(worst.assumptions.share, rel=1e-9)
    assert found.margin_assumed_worst_db == pytest.approx(worst.assumptions.margin_worst_db, abs=1e-9)
    assert found.margin_assumed_best_db == pytest.approx(worst.assumptions.margin_best_db, abs=1e-9)
    blocks = [t for t in typ.energy_terms if t.boundary == "module"]
    weak = math.fsum(t.power_w for t in blocks if t.confidence in HYPOTHESES)
    assert 0.0 < found.assumed_share_power < 1.0
    assert found.assumed_share_power == pytest.approx(weak / typ.power_w, rel=1e-9)
    # Over a cluster the switches' watts do not dilute it.
    retimed = next(o for o in pod.options if o.name == "retimed pluggables")
    assert retimed.assumed_share_power == pytest.approx(found.assumed_share_power, rel=1e-9)


def test_links_beside_each_other_each_at_its_own_length():
    found = ph.compare("1.6T-2xDR4", "1.6T-2xDR4-sipho", "400G-FR4", "aec-1.6t", "dac-1.6t")
    assert [o.verdict for o in found.options] == ["yes", "yes", "yes", "undecided", "undecided"]
    assert [o.shares[0].longest_m for o in found.options] == [500.0, 500.0, 2000.0, 2.5, 1.0]
    assert found.longest_m == 2000.0
    fr4, aec = (json.loads(json.dumps(o.as_dict(), allow_nan=False)) for o in found.options[2:4])
    assert (fr4["reach_m_low"], fr4["reach_m"], fr4["reach_m_high"]) == (2000.0, 2000.0, 2000.0)
    assert (aec["reach_m_low"], aec["reach_m"], aec["reach_m_high"]) == (2.0, 2.5, 3.0)
    assert aec["power_w"] == 32.0 and aec["feasible"] is False and aec["status"].startswith("undecided: reach by length only")
    nothing = ("worst_margin_db", "log10_worst_ber", "assumed_share_db", "margin_spec_db", "margin_assumed_worst_db", "margin_assumed_best_db")
    assert all(aec[key] is None for key in nothing) and aec["assumed_share_power"] == 1.0
    # Links of different rates are told apart by energy per bit.
    assert any("same payload" in note for note in found.notes) and "energy per bit" in str(found)


def test_an_undecided_design_has_power_and_reach_but_no_margin(pod):
    spec = ph.load("1.6T-2xDR4").model_copy(update={"name": "linear", "undecided": "the eye is not known"})
    alone = ph.compare("1.6T-2xDR4", spec).options[1]
    assert alone.verdict == "undecided" and alone.status == "undecided: the eye is not known"
    document = json.loads(json.dumps(alone.as_dict(), allow_nan=False))
    assert document["feasible"] is False and document["power_w"] > 0.0 and document["reach_m"] == 500.0
    for key in ("worst_margin_db", "worst_pre_fec_ber", "assumed_share_db", "margin_spec_db", "margin_assumed_worst_db", "margin_assumed_best_db"):
        assert document[key] is None, key
        assert document["shares"][0].get(key) is None, key
    assert 0.0 < document["assumed_share_power"] < 1.0
    over = ph.compare("pod-1024", "1.6T-2xDR4", spec).options[1]
    assert over.verdict == "undecided" and over.worst_margin_db is None
    # Its launch follows the clause and not a need that nobody knows: the lasers differ a little.
    assert over.power.typ == pytest.approx(pod.options[1].power.typ, rel=0.01)


def test_what_already_fails_is_not_undecided():
    """Copper over a whole pod: some cables are out of reach, which no engine can mend."""
    option = ph.compare("pod-1024", "aec-1.6t").options[0]
    assert option.verdict == "no" and not option.feasible
    assert "out of reach" in option.status and "undecided: reach by length only" in option.status


def test_a_design_longer_than_its_phy_reaches():
    spec = ph.load("1.6T-2xDR4")
    fibre = next(i for i, e in enumerate(spec.path) if e.kind == "fibre")
    length = dataclasses.replace(spec.path[fibre].length, typ=600.0, low=600.0, high=600.0)
    path = (*spec.path[:fibre], spec.path[fibre].model_copy(update={"length": length}), *spec.path[fibre + 1 :])
    option = ph.compare(spec.model_copy(update={"path": path})).options[0]
    assert option.verdict == "no" and option.status == "600 m are out of reach: 500 m"
    document = option.as_dict()
    assert document["power_w"] is None and document["assumed_share_power"] is None and document["reach_m"] == 500.0


def test_links_alone_and_links_with_switches_keep_their_columns(pod):
    heads = pod.table().heads
    assert {"links alone kW", "links + switches kW", "freed kW"} <= set(heads)
    for option, row in zip(pod.options, pod.table().rows, strict=True):
        assert row[heads.index("links alone kW")].startswith(f"{option.link_power.typ * 1e-3:.1f} (")
        assert row[heads.index("links + switches kW")].startswith(f"{option.power.typ * 1e-3:.1f} (")
    single = ph.compare("1.6T-2xDR4")
    assert "link W, both ends" in single.table().heads and not any("switch" in head for head in single.table().heads)


def test_margins_table_says_what_a_margin_rests_on(pod):
    table = ph.compare("1.6T-2xDR4", "dac-1.6t").margins()
    optical, copper = (dict(zip(table.heads, row, strict=True)) for row in table.rows)
    assert optical["reach m"] == "500" and copper["reach m"] == "1 (1..2)"
    assert (copper["feasible"], copper["physics dB"], copper["spec dB"], copper["hyp. worst..best dB"]) == ("undecided", "-", "-", "-")
    assert optical["hyp. % of dB"].endswith("%") and copper["hyp. % of dB"] == "-" and copper["hyp. % of link W"] == "100%"
    worst, best = map(float, optical["hyp. worst..best dB"].split(".."))
    assert worst <= float(optical["physics dB"]) <= best
    html = pod._repr_html_()
    assert html.count("<table>") == 3 and "hyp. % of dB" in html


def test_tables_stay_readable(pod):
    names = sorted((e.name for e in ph.catalog.list("link")), key=len)[-4:]
    links = ph.compare(*names, "dac-800g", "aec-1.6t")
    long = dataclasses.replace(pod.options[0], name="a name that goes on and on " * 4, status="a reason that does not end " * 20)
    for result in (pod, links, dataclasses.replace(pod, options=(long, *pod.options[1:]))):
        widest = max(str(result).splitlines(), key=len)
        assert len(widest) <= TABLE_COLUMNS, widest
        for table in result.tables():
            assert len(table.heads) == len(set(table.heads)) and all(len(row) == len(table.heads) for row in table.rows)


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


def test_explain_of_a_cluster_goes_down_to_blocks_and_adds_up():
    found = ph.compare("pod-1024")
    terms = {t.name: t for t in ph.explain("pod-1024").terms}
    for option in found.options:
        watts = sum(t.value for n, t in terms.items() if n.startswith(f"{option.name}:") and n.endswith("power") and "freed" not in n)
        assert watts == pytest.approx(option.power.typ, rel=1e-9)
    term = terms["retimed pluggables: 1.6T-2xDR4, power"]
    assert any(i.name == "DSP: electrical interface" and i.source for i in term.inputs)
    (lease,) = ph.explain("pod-1024", "copper where it reaches: lease").as_dict()["terms"]
    assert lease["inputs"][-1]["name"] == "lease_value" and "Core Scientific" in lease["inputs"][-1]["source"]
    with pytest.raises(ph.InputError):
        ph.explain("dac-1.6t")
