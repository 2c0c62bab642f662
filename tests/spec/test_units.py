"""Units one of which would lie outside of the bounds of its dimension: read at a usual size instead."""

from decimal import Decimal

import pytest

from photonics.quantity import DIMENSIONS, QuantityError, convert, parse

#: (dimension, unit): what one of the unit is in the canonical unit, and a number of it that is possible.
FACTORS = {
    ("wavelength", "nm"): ("1", "1310"),
    ("noise_density", "A/sqrt(Hz)"): ("1", "16e-12"),
    ("noise_density", "A/rtHz"): ("1", "16e-12"),
    ("rin", "dB/Hz"): ("1", "-150.5"),
    ("rin", "dBc/Hz"): ("1", "-150.5"),
    ("error_ratio", ""): ("1", "2.4e-4"),
}


@pytest.mark.parametrize(("name", "unit"), FACTORS)
def test_usual_value(name, unit):
    factor, number = FACTORS[name, unit]
    expected = float(Decimal(factor) * Decimal(number))
    assert parse(f"{number} {unit}", name) == expected
    assert convert(float(number), unit, name) == expected


def test_no_other_unit_is_too_large_or_too_small():
    """All other units are read by their ones elsewhere."""
    for name, dimension in DIMENSIONS.items():
        for unit in dimension.units:
            try:
                parse(f"1 {unit}", name)
            except QuantityError:
                assert (name, unit) in FACTORS
