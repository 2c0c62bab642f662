"""One set of energy blocks against published module powers: residuals, and the differences people decide by."""

import pytest

import photonics as ph
from photonics.validation.power import power_residuals


@pytest.fixture(scope="module")
def powers():
    return {e.name: ph.budget(e.name, corner="typ").module.power_w for e in ph.catalog.list("link")}


# Published differences in W per module end, with the spread of their sources (ECOC 2026 talks, data sheets, operators).
DIFFERENCES = [
    # 25 - 11 (NVIDIA), 30 - 10 (Source Photonics), 25..30 - 10..13 (Credo), 30 - 11 (Amphenol maxima)
    ("1.6T-2xDR4", "1.6T-2xDR4-lpo", 12.0, 20.0),
    # 25 - 18 (NVIDIA), 30 - 15..17, 30 - 20 (Amphenol), 21 - 12 (HyperLight)
    ("1.6T-2xDR4", "1.6T-2xDR4-lro", 6.0, 15.0),
    # 20 % of a DSP's 11 to 15 W; 30 W (5 nm) against 25 W (3 nm) modules
    ("1.6T-2xDR4-5nm", "1.6T-2xDR4", 2.2, 7.0),
    # 23..30 against 12..18
    ("1.6T-2xDR4", "800G-2xDR4", 5.0, 18.0),
    # 30 - 9, 25 - 7, 30 - 5, 25..30 - 8..9
    ("1.6T-2xDR4", "1.6T-CPO-ring", 16.0, 25.0),
    # 12..18 against 8..9
    ("800G-2xDR4", "800G-2xDR4-lpo", 3.0, 10.0),
]


@pytest.mark.parametrize(("one", "other", "low", "high"), DIFFERENCES)
def test_differences_lie_within_the_spread_of_their_sources(powers, one, other, low, high):
    assert low <= powers[one] - powers[other] <= high


def test_residuals_are_printed_with_their_source():
    found = power_residuals()
    assert len(found.rows) >= 14
    text = str(found)
    for row in found.rows:
        assert row.source and row.design in text
        assert row.predicted_low_w <= row.predicted_w <= row.predicted_high_w
    named = {r.design: r for r in found.rows}
    for design in ("1.6T-2xDR4", "800G-2xDR4", "400G-DR4", "1.6T-2xDR4-lro"):
        assert abs(named[design].unexplained_w) / named[design].published_w < 0.15, design


def test_published_totals_reach_no_block(powers):
    """Taking a design's published power away moves none of its own."""
    for name, power in powers.items():
        spec = ph.load(name)
        bare = spec.model_copy(update={"module": spec.module.model_copy(update={"published_power": None})})
        assert ph.budget(bare, corner="typ").module.power_w == power
