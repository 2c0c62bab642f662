"""The values of the catalogue: sources, units, arithmetic behind the derived ones, and what PHYs share."""

import math
import re

import pytest

from photonics import catalog
from photonics.catalog.sourced import Sourced, read_sourced, read_table
from photonics.catalog.sources import is_key
from photonics.errors import InputError, PhotonicsError

PHYS = (
    "400GBASE-DR4", "800GBASE-DR8", "100GBASE-DR", "100GBASE-FR1", "100GBASE-LR1", "400GBASE-FR4", "400G-LR4-10",
    "200GBASE-DR1", "400GBASE-DR2", "800GBASE-DR4", "1.6TBASE-DR8",
    "200GBASE-DR1-2", "400GBASE-DR2-2", "800GBASE-DR4-2", "1.6TBASE-DR8-2",
    "800GBASE-FR4-500", "800GBASE-FR4", "800GBASE-LR4", "200GBASE-DR4", "200GBASE-FR4",
    "OCI-200G-gen1", "OCI-400G-gen2", "100G-DR-LPO",
)  # fmt: skip
UNITS = {
    "", "%", "dB", "dBm", "dB/Hz", "dBohm", "dB/km", "dB/m", "dB/cm", "dB/mm", "dB/inch",
    "m", "nm", "um", "mm", "inch", "mile", "mm2", "1/mm", "AWG", "kg", "degC", "K", "deg/mm",
    "GBd", "GHz", "MHz", "kHz", "Gb/s", "Tb/s", "Gb/s/mm", "Tb/s/mm2", "ppm", "UI", "bit",
    "ps", "fs", "ns", "h", "year", "ns/m", "ns/mm", "ps/nm", "ps/(nm^2 km)", "ps/sqrt(km)", "ns MHz", "sqrt(ns)/mm",
    "W", "mW", "kW", "MW", "W/mm2", "pJ/bit", "TWh/year", "V", "mV", "Vpp", "V cm", "V^2/GHz", "GHz Vpp",
    "A", "mA", "uA", "nA", "pA/sqrt(Hz)", "A/W", "ohm", "fF", "nF", "nH", "pH", "nH/mm",
    "1/(mm sqrt(GHz))", "1/(mm GHz)", "GHz/K", "nm/K", "pm/K", "pm/V", "K/s",
    "FIT", "1/month", "USD", "USD/h", "USD/year", "USD/MW/year", "USD/kWh",
    "taps", "count", "symbols", "codewords", "lanes", "fibres", "lasers", "modules", "channels", "engines", "cables",
    "joints", "links", "events", "GPUs",
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


def test_arithmetic_memory_and_hearsay_are_never_called_seen():
    allowed = {
        "Arithmetic": ("derived", "measured"),
        "Comparison": ("derived",),
        "Recollection": ("derived", "recalled"),
        "General knowledge": ("recalled",),
    }
    for entry in everything():
        for kind, confidences in allowed.items():
            if entry.citation.startswith(kind):
                assert entry.confidence in confidences, entry
        if "hearsay" in entry.citation:
            assert entry.confidence == "stated", entry
        if entry.confidence == "derived":
            assert entry.note, f"{entry.key}: a derived value must tell how"


def test_dates_are_years_months_or_days():
    for entry in everything():
        assert re.fullmatch(r"(\d{4}(-\d\d(-\d\d)?)?)?", entry.date), entry


def test_every_citation_is_used():
    used = {row.source for entry in catalog.list() for row in entry.rows}
    assert set(catalog.source_keys()) <= used


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
        if "penalty_alloc" in phy:
            penalties = phy.number("tdecq_max") + phy.number("mpi_alloc")
            assert phy.number("penalty_alloc") == pytest.approx(penalties, abs=1e-9)


def test_least_oma_as_the_mail_on_the_reflector_works_it_out():
    phy = catalog.phy("200GBASE-DR1")
    for tecq, tdecq, oma in ((1.5, 2.5, 1.3), (1.5, 0.5, 0.3), (3.5, 5.0, 3.8)):
        slope = phy.number("oma_minus_tdecq_min") + max(tecq, tdecq)
        assert max(phy.number("oma_min_floor"), slope) == pytest.approx(oma)


def test_four_wavelengths_together():
    ten_km, two_km = catalog.phy("400G-LR4-10"), catalog.phy("400GBASE-FR4")
    four = 10 * math.log10(4)
    assert ten_km.number("pavg_total_tx_max") == pytest.approx(ten_km.number("pavg_tx_max") + four, abs=0.05)
    # Here the sum is limited to less than four lanes at their own limit.
    assert two_km.number("pavg_total_tx_max") < two_km.number("pavg_tx_max") + four


def test_the_extinction_ratio_below_which_the_linear_average_minimum_fits():
    lpo = catalog.phy("100G-DR-LPO")
    er = 10**0.665
    average = lpo.number("oma_min_floor") + 10 * math.log10((er + 1) / (er - 1) / 2)
    assert average == pytest.approx(lpo.number("pavg_tx_min"), abs=0.005)


def test_target_error_ratios():
    lpo, inner = catalog.phy("100G-DR-LPO"), catalog.phy("800GBASE-DR4-2")
    assert lpo.number("tdecq_target_ser") == 2 * lpo.number("pre_fec_ber_max")
    assert 0.75 * math.erfc(lpo.number("tdecq_qt") / math.sqrt(2)) == pytest.approx(4.0e-4, rel=1e-3)
    assert inner.number("tdecq_target_ser") == 2 * inner.number("pre_inner_fec_ber_max")
    gain = 10 * math.log10(3.414 / 2.489) - 5 * math.log10(113.4375 / 106.25)
    assert inner.number("rs_gain_vs_dr") == pytest.approx(gain, abs=0.005)


def test_no_limit_is_made_up_where_the_power_table_was_not_found():
    for name in ("800GBASE-DR4-2", "800GBASE-FR4-500", "800GBASE-FR4", "800GBASE-LR4"):
        phy = catalog.phy(name)
        for key in ("oma_max", "oma_min_floor", "oma_minus_tdecq_min", "pavg_tx_min", "rs_floor", "srs_oma", "mpi_alloc"):
            assert phy.get(key) is None
            assert "power table" in phy.why_absent(key)
    with pytest.raises(InputError, match="post_inner_fec_ber_max"):
        catalog.phy("800GBASE-DR4-2").require("pre_fec_ber_max")


def test_average_minimum_is_the_floor_at_an_extinction_ratio():
    # P_avg = OMA/2 (ER+1)/(ER-1)
    dr4 = catalog.phy("400GBASE-DR4")
    er = 10.0
    at_10_db = dr4.number("oma_min_floor") + 10 * math.log10((er + 1) / (er - 1) / 2)
    assert dr4.number("pavg_tx_min") == pytest.approx(at_10_db, abs=0.05)
    dr1 = catalog.phy("200GBASE-DR1")
    assert dr1.number("oma_min_floor_d31") == pytest.approx(dr1.number("pavg_tx_min") + 10 * math.log10(2), abs=0.05)


def dispersion(wavelength_nm: float, zero_nm: float, length_km: float) -> float:
    """Accumulated dispersion in ps/nm, slope 0.092."""
    return length_km * 0.092 / 4 * wavelength_nm * (1 - (zero_nm / wavelength_nm) ** 4)


@pytest.mark.parametrize(
    ("name", "low_nm", "high_nm", "km", "tolerance"),
    [
        ("400GBASE-DR4", 1304.5, 1317.5, 0.5, 0.02),
        ("200GBASE-DR1", 1304.5, 1317.5, 0.5, 0.02),
        ("100GBASE-FR1", 1304.5, 1317.5, 2, 0.05),
        ("800GBASE-DR4-2", 1304.5, 1317.5, 2, 0.05),
        ("100GBASE-LR1", 1304.5, 1317.5, 10, 0.02),
        ("400GBASE-FR4", 1264.5, 1337.5, 2, 0.05),
        ("800GBASE-FR4", 1264.5, 1337.5, 2, 0.05),
        ("800GBASE-FR4-500", 1264.5, 1337.5, 0.5, 0.005),
        ("800GBASE-LR4", 1294.53, 1310.19, 10, 0.06),
    ],
)
def test_dispersion_limits_follow_the_fibre_formula(name, low_nm, high_nm, km, tolerance):
    phy = catalog.phy(name)
    assert phy.number("dispersion_pos_max") == pytest.approx(dispersion(high_nm, 1300.0, km), abs=tolerance)
    assert phy.number("dispersion_neg_min") == pytest.approx(dispersion(low_nm, 1324.0, km), abs=tolerance)


def test_oci_allows_more_dispersion_than_its_fibre_has():
    phy = catalog.phy("OCI-200G-gen1")
    wavelengths = [*phy.grid_a.value, *phy.grid_b.value]
    assert dispersion(max(wavelengths), 1300.0, 0.5) < phy.number("dispersion_pos_max")
    assert dispersion(min(wavelengths), 1324.0, 0.5) > phy.number("dispersion_neg_min")


@pytest.mark.parametrize(
    ("first", "others"),
    [
        ("200GBASE-DR1", {"400GBASE-DR2": 2, "800GBASE-DR4": 4, "1.6TBASE-DR8": 8}),
        ("200GBASE-DR1-2", {"400GBASE-DR2-2": 2, "800GBASE-DR4-2": 4, "1.6TBASE-DR8-2": 8}),
    ],
)
def test_members_of_a_family_share_all_but_the_lanes(first, others):
    shared = catalog.phy(first)
    for name, lanes in others.items():
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
    assert catalog.phy("100G-DR-LPO").scope.conflicts_with == ("interop_scope",)
    assert catalog.phy("1.6TBASE-DR8-2").pre_inner_fec_ber_d21.conflicts_with == ("pre_inner_fec_ber_max",)
    assert catalog.phy("OCI-200G-gen1").mpi_at_19db_faces.conflicts_with == ("mpi_alloc",)


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
        ({"bound": "nearly"}, "bound"),
        ({"remark": "x"}, "unknown field"),
    ],
)
def test_a_fault_in_shipped_data_is_a_bug_of_the_package(change, what):
    raw = {key: value for key, value in (GOOD | change).items() if value is not None}
    with pytest.raises(PhotonicsError, match=what) as caught:
        read_sourced("loss", raw, "somewhere")
    assert caught.value.exit_code == 4
    assert "somewhere: loss" in str(caught.value)


def test_a_limit_is_shown_as_one():
    dark = read_sourced("dark", {**GOOD, "value": 10, "unit": "nA", "bound": "below"}, "somewhere")
    assert (dark.text, dark.number) == ("below 10 nA", 10.0)


def test_a_conflict_with_nothing_is_a_bug():
    with pytest.raises(PhotonicsError, match="not there"):
        read_table({"loss": GOOD | {"conflicts_with": ["gone"]}}, "somewhere")
