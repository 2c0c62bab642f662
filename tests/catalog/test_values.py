"""The values of the catalogue: sources, units, arithmetic behind the derived ones, and what PHYs share."""

import math

import pytest

from photonics import catalog
from photonics.catalog.sourced import Sourced, read_sourced, read_table
from photonics.catalog.sources import is_key
from photonics.errors import InputError, PhotonicsError

PHYS = (
    "400GBASE-DR4", "800GBASE-DR8", "100GBASE-DR", "200GBASE-DR1", "400GBASE-DR2", "800GBASE-DR4", "1.6TBASE-DR8",
)
UNITS = {
    "", "dB", "dBm", "dB/Hz", "m", "nm", "GBd", "GHz", "ppm", "ps", "ps/nm", "%", "taps", "count",
    "symbols", "bit", "codewords", "ns", "ns/m", "FIT", "h", "USD/MW/year", "USD/kWh",
}  # fmt: skip


def everything() -> list[Sourced]:
    values = [entry for name in catalog.phy_names() for entry in catalog.phy(name)]
    return values + [catalog.fact(name) for name in catalog.fact_names()]


def test_all_phys_are_there():
    assert set(PHYS) <= set(catalog.phy_names())


def test_every_value_has_unit_source_and_citation():
    for entry in everything():
        assert entry.unit in UNITS, entry
        assert is_key(entry.source), entry
        assert len(entry.citation) > 30, entry
        assert entry.citation != entry.source


def test_arithmetic_and_memory_are_never_called_seen():
    for entry in everything():
        if entry.source in ("CALC", "STD", "DJ"):
            assert entry.confidence in ("derived", "recalled"), entry
        if entry.confidence == "derived":
            assert entry.note, f"{entry.key}: a derived value must tell how"


def test_names_that_say_less_or_more_agree_with_the_sign():
    for name in PHYS:
        phy = catalog.phy(name)
        for low, high in (("pavg_tx_min", "pavg_tx_max"), ("oma_min_floor", "oma_max"), ("reach_min", "reach")):
            if low in phy and high in phy:
                assert phy.number(low) < phy.number(high)
        for entry in phy:
            if "reflectance_max" in entry.key and entry.key != "discrete_reflectance_max":
                assert entry.number < 0


def test_penalties_and_budgets_add_up():
    for name in PHYS:
        phy = catalog.phy(name)
        if "power_budget" in phy:
            parts = sum(phy.number(key) for key in ("channel_il_max", "tdecq_max", "mpi_alloc"))
            assert phy.number("power_budget") == pytest.approx(parts, abs=1e-9)
            assert phy.number("penalty_alloc") == pytest.approx(parts - phy.number("channel_il_max"), abs=1e-9)


def test_average_minimum_is_the_floor_at_an_extinction_ratio():
    # P_avg = OMA/2 (ER+1)/(ER-1)
    dr4 = catalog.phy("400GBASE-DR4")
    er = 10.0
    at_10_db = dr4.number("oma_min_floor") + 10 * math.log10((er + 1) / (er - 1) / 2)
    assert dr4.number("pavg_tx_min") == pytest.approx(at_10_db, abs=0.05)
    dr1 = catalog.phy("200GBASE-DR1")
    assert dr1.number("oma_min_floor_d31") == pytest.approx(dr1.number("pavg_tx_min") + 10 * math.log10(2), abs=0.05)


def dispersion(wavelength_nm: float, zero_nm: float) -> float:
    """Accumulated dispersion of 0.5 km in ps/nm, slope 0.092."""
    return 0.5 * 0.092 / 4 * wavelength_nm * (1 - (zero_nm / wavelength_nm) ** 4)


def test_dispersion_limits_follow_the_fibre_formula():
    low, high = catalog.phy("200GBASE-DR1").wavelength_range.value
    for name in ("400GBASE-DR4", "200GBASE-DR1"):
        phy = catalog.phy(name)
        assert phy.number("dispersion_pos_max") == pytest.approx(dispersion(high, 1300.0), abs=0.02)
        assert phy.number("dispersion_neg_min") == pytest.approx(dispersion(low, 1324.0), abs=0.02)


def test_members_of_a_family_share_all_but_the_lanes():
    shared = catalog.phy("200GBASE-DR1")
    for name, lanes in (("400GBASE-DR2", 2), ("800GBASE-DR4", 4), ("1.6TBASE-DR8", 8)):
        phy = catalog.phy(name)
        assert phy.lanes.value == lanes
        assert phy.lanes.confidence == "seen"
        assert phy.keys() == shared.keys()
        assert all(phy.get(key) == shared.get(key) for key in shared.keys() if key != "lanes")
        assert phy.absent == shared.absent


def test_values_in_conflict_are_both_kept_and_point_at_each_other():
    phy = catalog.phy("1.6TBASE-DR8")
    for newer, older in (
        ("pavg_tx_min", "pavg_tx_min_d13"),
        ("pavg_rx_min", "pavg_rx_min_d13"),
        ("oma_min_floor_d31", "oma_min_floor"),
    ):
        assert older in phy.get(newer).conflicts_with
        assert newer in phy.get(older).conflicts_with
        assert phy.number(newer) != phy.number(older)
    assert catalog.phy("800GBASE-DR8").orl_tolerance.conflicts_with == ("orl_tolerance_clause",)


def test_a_lacking_value_is_none_and_require_says_why():
    phy = catalog.phy("800GBASE-DR8")
    assert phy.pavg_rx_min is None
    with pytest.raises(InputError) as caught:
        phy.require("pavg_rx_min")
    text = str(caught.value)
    assert "800GBASE-DR8" in text and "pavg_rx_min" in text and "receiver table" in text
    # No reason of its own: the general one.
    assert "no public document" in catalog.phy("100GBASE-DR").why_absent("dgd_max")


def test_a_slip_of_the_pen_is_not_a_lacking_value():
    phy = catalog.phy("400GBASE-DR4")
    with pytest.raises(AttributeError, match="oma_max"):
        _ = phy.oma_mx
    with pytest.raises(InputError, match="oma_max"):
        phy.require("oma_mx")
    with pytest.raises(InputError, match="800GBASE-DR4") as caught:
        catalog.phy("800GBASE-DR44")
    assert "800GBASE-DR4" in caught.value.problems[0].nearest


def test_phy_is_a_value():
    import copy
    import pickle

    phy = catalog.phy("800GBASE-DR4")
    assert pickle.loads(pickle.dumps(phy)) == phy
    assert copy.deepcopy(phy) == phy
    assert hash(phy) == hash(catalog.phy("800GBASE-DR4"))
    assert "oma_max" in phy and "oma_rx_max" not in phy
    assert [entry.key for entry in phy] == [*phy.keys()]
    with pytest.raises(AttributeError):
        phy.name = "other"


def test_a_text_is_no_number():
    with pytest.raises(InputError, match="not one number"):
        catalog.phy("200GBASE-DR1").number("discrete_reflectance")
    with pytest.raises(InputError, match="not one number"):
        catalog.phy("200GBASE-DR1").number("wavelength_range")


# ---------------------------------------------------------------- facts


def test_kp4():
    assert catalog.fact("kp4_n").value - catalog.fact("kp4_k").value == 2 * catalog.fact("kp4_t").value
    bits = catalog.fact("kp4_n").value * catalog.fact("kp4_symbol_bits").value
    assert catalog.fact("kp4_codeword_bits").value == bits


def test_shares_of_the_error_budget_add_up():
    auis = 2 * (float(catalog.fact("aui_c2c_ber")) + float(catalog.fact("aui_c2m_ber")))
    assert float(catalog.fact("ber_added_for_test")) == pytest.approx(auis)
    # 2.921e-4 and 2.28e-4 are printed with different precision.
    assert float(catalog.fact("pmd_ber_share")) + auis == pytest.approx(float(catalog.fact("total_ber")), abs=2e-7)
    total = float(catalog.fact("pmd_ber_share_100g")) + 4 * float(catalog.fact("aui_ber_100g"))
    assert total == pytest.approx(float(catalog.fact("total_ber_100g")))
    assert catalog.phy("1.6TBASE-DR8").number("pre_fec_ber_max") == float(catalog.fact("pmd_ber_share"))


def log_codeword_error_ratio(ber: float) -> float:
    """RS(544,514) under independent errors, by the binomial sum."""
    symbol = -math.expm1(10 * math.log1p(-ber))
    terms = [
        math.lgamma(545) - math.lgamma(i + 1) - math.lgamma(545 - i) + i * math.log(symbol) + (544 - i) * math.log1p(-symbol)
        for i in range(16, 200)
    ]
    return max(terms) + math.log(sum(math.exp(term - max(terms)) for term in terms))


def test_frame_loss_and_codeword_limits_are_what_the_code_gives():
    ratio = math.exp(log_codeword_error_ratio(float(catalog.fact("total_ber"))))
    assert ratio == pytest.approx(float(catalog.fact("codeword_error_ratio_max")), rel=0.01)
    word = math.exp(log_codeword_error_ratio(float(catalog.fact("pmd_ber_share_100g"))))
    for ways in (1, 2, 4):
        frames = ways * 640 / 84
        loss = -math.expm1(ways * math.log1p(-word)) * (1 + frames) / frames
        assert loss == pytest.approx(float(catalog.fact(f"frame_loss_ratio_{ways}way")), rel=0.03)


def test_latencies():
    cycles = 3 + 3 + 31
    for name, rate_gbps in (("kp4_latency_800g", 850), ("kp4_latency_1t6_floor", 1700)):
        assert float(catalog.fact(name)) == pytest.approx(cycles + 4 * 5440 / rate_gbps, abs=0.5)
    dsp = catalog.fact("module_dsp_latency")
    assert (dsp.low, dsp.high, dsp.value, dsp.middle) == (100.0, 160.0, None, 130.0)
    assert float(catalog.fact("module_lpo_latency")) == 5
    assert float(catalog.fact("fibre_delay")) == pytest.approx(1.467 / 0.299792458, abs=0.01)
    with pytest.raises(InputError, match="100 to 160 ns"):
        float(dsp)


def test_money():
    lease = catalog.fact("lease_value")
    per_mw_year = [3.5e9 / 12 / 200, 2.0e9 / 12 / 120, 8.7e9 / 12 / 500]
    assert lease.low == pytest.approx(min(per_mw_year), rel=0.002)
    assert lease.high == pytest.approx(max(per_mw_year), rel=0.002)
    assert lease.value == pytest.approx(per_mw_year[2])
    assert lease.low <= lease.value <= lease.high
    assert float(catalog.fact("electricity_price")) == 0.078


def test_failure_rates_from_counts():
    assert float(catalog.fact("module_return_rate_lpo")) == pytest.approx(7 / 2.58e7 * 1e9, rel=0.01)
    assert float(catalog.fact("module_return_rate_retimed")) == pytest.approx(209 / 8.35e8 * 1e9, rel=0.01)
    assert float(catalog.fact("link_flap_rate_lpo")) == pytest.approx(178 / 2.58e7 * 1e9, rel=0.01)
    assert float(catalog.fact("link_flap_rate_retimed")) == pytest.approx(13746 / 8.35e8 * 1e9, rel=0.01)
    assert float(catalog.fact("network_interruption_rate")) == pytest.approx(35 / (16384 * 54 * 24) * 1e9, rel=0.001)
    aec, dsp = catalog.fact("aec_fit"), catalog.fact("dsp_fit")
    assert (aec.low, aec.high) == (2 * dsp.low, 2 * dsp.high)


def test_an_unknown_fact_names_the_nearest():
    with pytest.raises(InputError, match="fibre_delay"):
        catalog.fact("fiber_delay")


# ---------------------------------------------------------------- how values are read and shown


def test_citations():
    assert "Edgecore" in catalog.citation("EC_DR4")
    written_out = "a talk, named where it is used"
    assert catalog.citation(written_out) == written_out
    with pytest.raises(InputError, match="EC_DR4"):
        catalog.citation("EC_DR5")


@pytest.mark.parametrize(
    ("value", "low", "high", "unit", "text"),
    [
        (-2.9, None, None, "dBm", "-2.9 dBm"),
        (0.000228, None, None, "", "2.28e-4"),
        (0, None, None, "dB", "0 dB"),
        (1.45e6, 1.39e6, 1.46e6, "USD", "1.45e6 (1.39e6 to 1.46e6) USD"),
        (None, 100.0, 160.0, "ns", "100 to 160 ns"),
        ((1304.5, 1317.5), None, None, "nm", "1304.5 to 1317.5 nm"),
        ((1, 2, 4), None, None, "count", "1, 2, 4 count"),
        (False, None, None, "", "no"),
        ("as another", None, None, "", "as another"),
    ],
)
def test_text_of_a_value(value, low, high, unit, text):
    assert Sourced("key", value, unit, "CALC", "derived", low=low, high=high).text == text


GOOD = {"value": 1.0, "unit": "dB", "source": "STD", "confidence": "recalled"}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"value": None}, "a value"),
        ({"low": 0.5}, "low and high"),
        ({"low": 2.0, "high": 3.0}, "low <= value"),
        ({"unit": None}, "no unit"),
        ({"source": None}, "no source"),
        ({"source": ""}, "empty source"),
        ({"confidence": "sure"}, "confidence"),
        ({"remark": "x"}, "unknown field"),
    ],
)
def test_a_fault_in_shipped_data_is_a_bug_of_the_package(change, what):
    raw = {key: value for key, value in (GOOD | change).items() if value is not None}
    with pytest.raises(PhotonicsError, match=what) as caught:
        read_sourced("loss", raw, "somewhere")
    assert caught.value.exit_code == 4
    assert "somewhere: loss" in str(caught.value)


def test_a_conflict_with_nothing_is_a_bug():
    with pytest.raises(PhotonicsError, match="not there"):
        read_table({"loss": GOOD | {"conflicts_with": ["gone"]}}, "somewhere")
