"""The relations inside a PHY's table: which say something, and that a wrong value is found."""

from dataclasses import replace

import pytest

from photonics import catalog
from photonics.catalog.identities import FAILS, HOLDS, NOT_INDEPENDENT

LANE_200G = ("200GBASE-DR1", "400GBASE-DR2", "800GBASE-DR4", "1.6TBASE-DR8")
NAMES = (
    "receiver offset", "transmitter knee", "low-ER knee", "receiver knee", "average power", "budget closure",
    "stressed closure", "power budget", "average overload", "OMA overload", "MPI allocation", "average at the floor",
)  # fmt: skip

# On seen values only. PHYs that are not named here have none: their tables are recalled, or were not found.
HOLDING = {
    "400GBASE-DR4": {
        "transmitter knee", "average power", "average overload", "OMA overload", "MPI allocation", "average at the floor",
    },
    "400GBASE-FR4": {
        "receiver offset", "transmitter knee", "low-ER knee", "receiver knee", "average overload", "OMA overload",
        "MPI allocation", "average at the floor",
    },
    "400G-LR4-10": {"transmitter knee", "average at the floor"},
    "800GBASE-DR8": {"average at the floor"},
    "100GBASE-DR": {"average power", "average at the floor"},
    **{name: {"average power", "average overload"} for name in LANE_200G},
    "OCI-200G-gen1": {"receiver knee", "budget closure", "stressed closure", "MPI allocation", "average at the floor"},
    "OCI-400G-gen2": {"receiver offset", "receiver knee", "stressed closure"},
    "100G-DR-LPO": {"receiver knee", "budget closure", "stressed closure", "power budget", "MPI allocation"},
}  # fmt: skip


def by_name(phy):
    return {identity.name: identity for identity in catalog.identities_of(phy)}


def changed(phy, key, **fields):
    """The PHY with one value replaced."""
    entries = tuple(replace(e, **fields) if e.key == key else e for e in phy.entries)
    return replace(phy, entries=entries)


@pytest.mark.parametrize("name", catalog.phy_names())
def test_what_holds_and_what_says_nothing(name):
    found = by_name(name)
    assert tuple(found) == NAMES
    assert {i.name for i in found.values() if i.verdict == HOLDS} == HOLDING.get(name, set())
    assert {i.verdict for i in found.values()} <= {HOLDS, NOT_INDEPENDENT}
    for identity in found.values():
        assert identity.reason
        # Even a relation that proves nothing must close, or a table has a slip.
        if identity.difference is not None:
            assert abs(identity.difference) < 0.005


def test_the_reason_names_the_values_that_were_not_seen():
    assert by_name("400GBASE-DR4")["receiver offset"].reason == "rs_offset is recalled"
    assert "tdecq_knee has no value" in by_name("800GBASE-DR8")["transmitter knee"].reason
    assert by_name("800GBASE-DR8")["average power"].left is None
    reason = by_name("1.6TBASE-DR8")["receiver knee"].reason
    assert "rs_floor is recalled" in reason and "rs_offset is derived" in reason


def test_an_allocation_solved_from_the_budget_is_no_check():
    # 200G lanes: the MPI allocation was seen, but the offset was derived, so the sum proves nothing.
    identity = by_name("200GBASE-DR1")["MPI allocation"]
    assert identity.left == pytest.approx(0.1)
    assert (identity.verdict, identity.reason) == (NOT_INDEPENDENT, "rs_offset is derived")


def test_seen_stress_values_stand_in_for_the_offset():
    # 100G-DR-LPO: the offset was derived, what defines it was seen.
    lpo = by_name("100G-DR-LPO")
    assert lpo["receiver offset"].verdict == NOT_INDEPENDENT
    assert (lpo["budget closure"].left, lpo["receiver knee"].left) == (-6.5, 1.4)
    assert "tecq_knee" in lpo["receiver knee"].reason
    identity = by_name("400GBASE-DR4")["MPI allocation"]
    assert (identity.left, identity.right, identity.difference) == (0.1, 0.1, 0.0)
    assert "srs_oma - secq" in identity.reason


def test_seen_average_powers_stand_in_for_the_loss():
    identity = by_name("400GBASE-FR4")["MPI allocation"]
    assert (identity.left, identity.verdict) == (0.3, HOLDS)
    assert "channel_il_max read as pavg_tx_min - pavg_rx_min" in identity.reason


def test_nrz_is_read_by_its_own_keys():
    gen1, gen2 = by_name("OCI-200G-gen1"), by_name("OCI-400G-gen2")
    assert gen1["stressed closure"].left == gen1["stressed closure"].right == -6.2
    # Generation 2 gives the OMA at the largest TDEC itself.
    assert gen2["stressed closure"].right == -3.2
    assert "oma_min_at_tdec_max" in gen2["stressed closure"].reason


@pytest.mark.parametrize(
    ("name", "key", "value", "fails"),
    [
        ("400GBASE-FR4", "secq", 3.3, "receiver offset"),
        ("400GBASE-FR4", "rs_floor", -4.5, "receiver knee"),
        ("400GBASE-FR4", "oma_minus_tdecq_min_low_er", -1.5, "low-ER knee"),
        ("400GBASE-FR4", "oma_rx_max", 4.2, "OMA overload"),
        ("400G-LR4-10", "pavg_tx_min", -2.8, "average at the floor"),
        ("OCI-200G-gen1", "mpi_alloc", 0.3, "budget closure"),
        ("OCI-200G-gen1", "tdec_max", 3.3, "stressed closure"),
        ("100G-DR-LPO", "power_budget", 6.5, "power budget"),
        ("1.6TBASE-DR8", "pavg_rx_max", 4.1, "average overload"),
    ],
)
def test_a_slip_in_any_family_is_found(name, key, value, fails):
    identity = by_name(changed(catalog.phy(name), key, value=value))[fails]
    assert identity.verdict == FAILS
    assert abs(identity.difference) > 0.05


@pytest.mark.parametrize(
    ("key", "value", "fails"),
    [
        ("pavg_rx_min", -5.8, "average power"),
        ("oma_min_floor", -0.7, "transmitter knee"),
        ("srs_oma", -1.7, "MPI allocation"),
        ("channel_il_max", 6.0, "MPI allocation"),
        ("channel_il_max", 6.0, "average power"),
    ],
)
def test_a_wrong_seen_value_is_found(key, value, fails):
    identity = by_name(changed(catalog.phy("400GBASE-DR4"), key, value=value))[fails]
    assert identity.verdict == FAILS
    assert abs(identity.difference) > 0.05


@pytest.mark.parametrize(("offset", "verdict"), [(-5.75, FAILS), (-5.7, HOLDS), (-5.3, HOLDS), (-5.25, FAILS)])
def test_the_ends_of_the_plausible_allocation(offset, verdict):
    phy = changed(catalog.phy("400GBASE-DR4"), "rs_offset", value=offset, confidence="seen")
    assert by_name(phy)["MPI allocation"].verdict == verdict


def test_all_seen_makes_all_independent():
    phy = catalog.phy("400GBASE-DR4")
    phy = replace(phy, entries=tuple(replace(e, confidence="seen") for e in phy.entries))
    found = by_name(phy)
    # The table has no knee for low extinction ratios.
    assert found.pop("low-ER knee").verdict == NOT_INDEPENDENT
    assert {i.verdict for i in found.values()} == {HOLDS}


def test_the_public_error_of_six_db_is_caught():
    # A tutorial prints 6.0 dB of channel loss for 400GBASE-DR4.
    phy = changed(catalog.phy("400GBASE-DR4"), "channel_il_max", value=6.0)
    assert by_name(phy)["average power"].difference == pytest.approx(3.0)


@pytest.mark.parametrize("name", catalog.phy_names())
def test_the_table_reads(name):
    text = str(catalog.identities_table(name))
    assert "transmitter knee" in text and "not independent" in text
    assert max(map(len, text.splitlines())) <= 110
