"""The two ranges among the relations of a PHY's table: where they end, and where the second comes from."""

import math
from dataclasses import replace

import pytest

from photonics import catalog
from photonics.catalog.identities import AVERAGE_OVER_OMA_DB, FAILS, HOLDS, TOLERANCE_DB


def verdict(name, key, value, relation):
    """Of one relation, with one value of the PHY replaced."""
    phy = catalog.phy(name)
    entries = tuple(replace(e, value=value) if e.key == key else e for e in phy.entries)
    return {i.name: i.verdict for i in catalog.identities_of(replace(phy, entries=entries))}[relation]


@pytest.mark.parametrize(
    ("mpi_db", "expected"), [(0.094, FAILS), (0.096, HOLDS), (0.3, HOLDS), (0.504, HOLDS), (0.506, FAILS)]
)
def test_mpi_allocation(mpi_db, expected):
    """0.1 to 0.5 dB, give or take half a hundredth: the stressed level is moved until this much is left."""
    phy = catalog.phy("400GBASE-DR4")
    value = {key: phy.number(key) for key in ("oma_minus_tdecq_min", "channel_il_max", "secq")}
    stressed = value["oma_minus_tdecq_min"] - value["channel_il_max"] - mpi_db + value["secq"]
    assert verdict("400GBASE-DR4", "srs_oma", stressed, "MPI allocation") == expected


def test_average_over_oma():
    """(ER + 1) / (2 (ER - 1)) without end and at 3.5 dB."""
    er = 10**0.35
    ends = 10 * math.log10(1 / 2), 10 * math.log10((er + 1) / (2 * (er - 1)))
    assert pytest.approx(ends, abs=2e-4) == AVERAGE_OVER_OMA_DB
    floor = catalog.phy("400G-LR4-10").number("oma_min_floor")
    beyond = 2 * TOLERANCE_DB
    for end, outwards in zip(ends, (-1, 1), strict=True):
        for step, expected in ((-beyond, HOLDS), (beyond, FAILS)):
            average = floor + end + outwards * step
            assert verdict("400G-LR4-10", "pavg_tx_min", average, "average at the floor") == expected
