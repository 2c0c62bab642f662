"""Numbers as tables write them."""

from photonics.results import percent


def test_a_share_near_one_does_not_read_as_one():
    assert percent(1.0) == "100.00 %"
    assert percent(0.0) == "0.00 %"
    assert percent(0.5) == "50.00 %"
    assert percent(0.9995) == "99.9500 %"
    assert percent(1.0 - 3.8e-7) == "99.999962 %"
    assert percent(1e-9) == "0.00000010 %"
    assert percent(None) == "-"
