"""Electrical powers against their definitions."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import energy

from tests.oracle import energy as slow
from tests.oracle import relative_error


@pytest.mark.parametrize("temperature_c", [25.0, 50.0, 70.0, 5.0])
def test_laser_current(temperature_c):
    args = (0.07, 0.012, 0.35, temperature_c, 25.0, 60.0, 180.0)
    assert relative_error(energy.laser_current_a(*args), slow.laser_current_a(*args)) < 1e-13


def test_laser_current_by_hand():
    """At the reference temperature threshold and slope are the data sheet's; 25 K up with T0 = 50 K: sqrt(e)
    times."""
    assert energy.laser_current_a(0.07, 0.012, 0.35, 25.0, 25.0, 60.0, 180.0) == pytest.approx(
        0.212, rel=1e-14
    )
    got = energy.laser_current_a(0.0, 0.010, 0.35, 50.0, 25.0, 50.0, 180.0)
    assert got == pytest.approx(0.010 * math.sqrt(math.e), rel=1e-14)
    got = energy.laser_current_a(0.07, 0.0, 0.35, 50.0, 25.0, 50.0, 50.0)
    assert got == pytest.approx(0.2 * math.sqrt(math.e), rel=1e-14)


def test_the_other_powers():
    pairs = [
        (energy.laser_electrical_w(0.25, 1.1, 3.2), slow.laser_electrical_w(0.25, 1.1, 3.2)),
        (energy.tec_w(0.5, 0.07, 0.12, 1.8), slow.tec_w(0.5, 0.07, 0.12, 1.8)),
        (energy.driver_w(3.3, 2.5, 100.0, 1.6), slow.driver_w(3.3, 2.5, 100.0, 1.6)),
        (energy.dsp_logic_j_per_bit(0.9e-12, 0.05e-12, 21.0), slow.dsp_logic_j_per_bit(0.9e-12, 0.05e-12, 21.0)),
        (energy.conversion_loss_w(12.0, 0.88), slow.conversion_loss_w(12.0, 0.88)),
    ]
    for got, exact in pairs:
        assert relative_error(got, exact) < 1e-14


@settings(max_examples=100)
@given(
    power=st.floats(1e-3, 0.3),
    rise=st.floats(0.0, 60.0),
    load=st.floats(0.1, 50.0),
    efficiency=st.floats(0.5, 1.0),
)
def test_no_free_energy(power, rise, load, efficiency):
    """A hotter laser needs more current; a laser gives out less light than it takes in; a converter loses."""
    cold = energy.laser_current_a(power, 0.012, 0.35, 25.0, 25.0, 60.0, 180.0)
    hot = energy.laser_current_a(power, 0.012, 0.35, 25.0 + rise, 25.0, 60.0, 180.0)
    assert hot >= cold
    electrical = energy.laser_electrical_w(hot, 1.1, 3.0)
    assert electrical > power
    assert energy.tec_w(electrical, power, 0.0, 2.0) > 0.0
    assert energy.conversion_loss_w(load, efficiency) >= 0.0


@pytest.mark.parametrize(("cold_c", "hot_c"), [(50.0, 65.0), (45.0, 85.0), (-40.0, 25.0)])
def test_cooler(cold_c, hot_c):
    assert relative_error(energy.tec_cop(cold_c, hot_c, 0.06), slow.tec_cop(cold_c, hot_c, 0.06)) < 1e-13


def test_no_lift_needs_no_cooler():
    assert energy.tec_cop(50.0, 50.0, 0.06) == math.inf
    assert energy.tec_cop(50.0, 30.0, 0.06) == math.inf
    assert energy.tec_w(0.2, 0.01, 0.1, math.inf) == 0.0

