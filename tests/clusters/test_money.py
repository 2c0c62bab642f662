"""Money of a comparison: fibre by stock length, freed power at the meter, and an explanation that adds up to both."""

import math
from dataclasses import replace

import pytest

import photonics as ph
from photonics.clusters.comparison import Band
from photonics.clusters.layout import cables
from photonics.clusters.topology import clos
from photonics.files.toml import loads
from photonics.spec.load import parse_cluster


@pytest.fixture(scope="module")
def cluster():
    return ph.load("pod-1024")


@pytest.fixture(scope="module")
def pod(cluster):
    return ph.compare(cluster)


def with_stock(cluster, *metres):
    return cluster.model_copy(update={"layout": cluster.layout.model_copy(update={"fibre_stock_lengths_m": metres})})


def retimed_of(found):
    return next(o for o in found.options if o.name == "retimed pluggables")


def paid(installed, stock):
    """Metres bought, cable by cable: the next stock length up, what is laid where the list ends."""
    return [min((s for s in stock if s >= length), default=length) for length in installed]


@pytest.mark.parametrize("stock", [(), (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0), (4.0, 9.0), (500.0,)])
def test_fibre_is_paid_for_by_stock_length(cluster, stock):
    laid = cables(cluster, clos(endpoints=1024, radix=64, tiers=2)).installed_m.tolist()
    option = retimed_of(ph.compare(with_stock(cluster, *stock)))
    metres = math.fsum(paid(laid, stock))
    (share,) = option.shares
    assert share.bought_m == pytest.approx(metres, rel=1e-12)
    assert share.longest_m == pytest.approx(max(laid), rel=1e-12)  # the light's way is the route
    module, switch, lay = ph.load("1.6T-2xDR4").module, ph.load(cluster.switch), cluster.layout
    usd = 2048 * (2 * module.price.typ + lay.fibre_price_fixed.typ) + metres * lay.fibre_price_per_m.typ + 48 * switch.price.typ
    assert option.capex.typ == pytest.approx(usd, rel=1e-12)


def test_a_product_of_bands_by_hand():
    assert Band(2.0, -1.0, 3.0).by(Band(1.2, 1.1, 1.4)) == Band(2.4, -1.4, 3.0 * 1.4)
    assert Band(-2.0, -4.0, -1.0).by(Band(1.5, 1.0, 2.0)) == Band(-3.0, -8.0, -1.0)


def test_freed_power_at_the_meter_and_its_energy(cluster, pod):
    """Both are the freed IT power times PUE, and that times the hours of a year times the price; zero for the reference."""
    for option in pod.options:
        kw = option.freed_w.typ * 1e-3 * cluster.pue.typ
        document = option.as_dict()
        assert document["freed_facility_kw"] == pytest.approx(kw, rel=1e-12)
        assert document["energy_value_usd_per_year"] == pytest.approx(kw * 8760.0 * cluster.energy_price.typ, rel=1e-12)
        ends = [w * 1e-3 * p * 8760.0 * c for w in (option.freed_w.low, option.freed_w.high)
                for p in (cluster.pue.low, cluster.pue.high) for c in (cluster.energy_price.low, cluster.energy_price.high)]  # fmt: skip
        assert document["energy_value_usd_per_year_low"] == pytest.approx(min(ends), rel=1e-9)
        assert document["energy_value_usd_per_year_high"] == pytest.approx(max(ends), rel=1e-9)
    assert any("as lease, or as energy not bought" in note for note in pod.notes)


@pytest.mark.parametrize(("field", "moves"), [("pue", {"freed_facility_kw", "energy_value_usd_per_year"}), ("energy_price", {"energy_value_usd_per_year"})])
def test_pue_and_price_move_what_they_should_and_nothing_else(cluster, pod, field, moves):
    old = getattr(cluster, field)
    doubled = replace(old, typ=2 * old.typ, low=2 * old.low, high=2 * old.high)
    moved = ph.compare(cluster.model_copy(update={field: doubled})).options[0].as_dict()
    before = pod.options[0].as_dict()
    keys = {key.removesuffix("_low").removesuffix("_high") for key in before if before[key] != moved[key]}
    assert keys == moves
    assert all(moved[key] == pytest.approx(2 * before[key], rel=1e-12) for key in moves)


def test_a_cluster_has_no_patch_panels():
    text = ph.catalog.design_text("pod-1024").replace("spine_row = 1\n", "spine_row = 1\npatch_panels = 2\n")
    with pytest.raises(ph.InputError, match=r"layout\.patch_panels"):
        parse_cluster(loads(text, "x.toml"))


def test_prices_of_an_explanation_add_up_to_capex(pod, cluster):
    terms = {t.name: t for t in ph.explain(cluster).terms}
    for option in pod.options:
        usd = [t.value for name, t in terms.items() if name.startswith(f"{option.name}: ") and name.endswith("price")]
        assert math.fsum(usd) == pytest.approx(option.capex.typ, rel=1e-12)
    fibre = terms["retimed pluggables: 1.6T-2xDR4, fibre price"]
    assert [i.name for i in fibre.inputs] == ["cables", "fibre_price_fixed", "metres bought", "fibre_price_per_m"]
    bare = cluster.model_copy(update={"layout": cluster.layout.model_copy(update={"fibre_price_fixed": None, "fibre_price_per_m": None})})
    assert not any(t.name.endswith("fibre price") for t in ph.explain(bare).terms)


def test_explained_worth_of_freed_power(pod, cluster):
    terms = {t.name: t for t in ph.explain(cluster).terms}
    for option in pod.options:
        if option.name == pod.reference:
            continue
        facility, energy = terms[f"{option.name}: freed facility power"], terms[f"{option.name}: energy value"]
        assert facility.value == option.freed_facility_w.typ and energy.value == option.energy_value.typ
        assert [i.name for i in energy.inputs] == ["reference", "pue", "energy_price"]
        assert "exclusive with lease and extra GPUs" in energy.equation


def test_keys_of_explained_values_are_words(cluster):
    keys = {key for t in ph.explain(cluster).as_dict()["terms"] for key in t if key.startswith("value_")}
    assert keys == {"value_w", "value_usd", "value_per_day", "value_gpus", "value_usd_per_year"}


def test_options_that_name_files(tmp_path, cluster):
    """Read through the option's own list, not by the name inside the file; two files of one name stay two designs."""
    dear = tmp_path / "dear.toml"
    dear.write_text('schema = "photonics/link/1"\nname = "1.6T-2xDR4"\nbase = "1.6T-2xDR4"\n[module]\nprice = "5000 USD"\n', encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text('schema = "photonics/link/1"\nname = "of my own"\nbase = "1.6T-2xDR4"\n', encoding="utf-8")
    plain, named = cluster.options[1], cluster.options[2]
    options = (
        plain,
        named.model_copy(update={"name": "dear", "links": (str(dear),)}),
        named.model_copy(update={"name": "mine", "links": (str(other),)}),
    )
    spec = cluster.model_copy(update={"options": options})
    retimed, costly, mine = ph.compare(spec).options
    extra = 2048 * 2 * (5000.0 - ph.load("1.6T-2xDR4").module.price.typ)
    assert costly.capex.typ - retimed.capex.typ == pytest.approx(extra, rel=1e-9)
    assert mine.capex.typ == pytest.approx(retimed.capex.typ, rel=1e-12)
    terms = {t.name: t.value for t in ph.explain(spec).terms}
    assert terms["dear: 1.6T-2xDR4, price"] - terms["retimed pluggables: 1.6T-2xDR4, price"] == pytest.approx(extra, rel=1e-12)
    assert terms["mine: of my own, price"] == terms["retimed pluggables: 1.6T-2xDR4, price"]
