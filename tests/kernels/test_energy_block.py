"""Watts of a block of points against the rooms of one point each: 64 random modules at a time."""

import math

import numpy as np
import pytest
from photonics_kernels import block, energy, energy_block, roles

from tests.oracle import energy as slow
from tests.oracle import relative_error

W = block.WIDTH
RANGES = (
    (roles.CASE_C, 0.0, 80.0), (roles.LASER_THRESHOLD_A, 5e-3, 20e-3), (roles.LASER_SLOPE, 0.05, 0.4), (roles.LASER_JUNCTION_V, 0.8, 1.2),
    (roles.LASER_SERIES_OHM, 2.0, 10.0), (roles.LASER_REFERENCE_C, 20.0, 50.0), (roles.LASER_T0, 40.0, 90.0), (roles.LASER_T1, 80.0, 250.0),
    (roles.LASER_COOLED_C, 40.0, 60.0), (roles.LASER_HEATING, 2.0, 20.0), (roles.TEC_CARNOT, 0.05, 0.2), (roles.TEC_LEAK_W, 0.0, 0.3),
    (roles.TEC_RISE, 2.0, 15.0), (roles.SYMBOL_RATE, 20e9, 113e9), (roles.DRIVER_SUPPLY_V, 1.0, 4.0), (roles.DRIVER_SWING_V, 0.5, 3.0),
    (roles.DRIVER_LOAD, 25.0, 75.0), (roles.DRIVER_STAGES, 1.0, 4.0), (roles.BIAS_W, 0.0, 0.1), (roles.TIA, 0.5e-12, 3e-12),
    (roles.CONTROLLER_W, 0.2, 2.0), (roles.SERDES, 1e-12, 5e-12), (roles.CONVERTER, 0.5e-12, 3e-12), (roles.DSP_FIXED, 0.1e-12, 2e-12),
    (roles.DSP_TAP, 1e-14, 1e-13), (roles.TAPS, 5.0, 40.0),
)  # fmt: skip


def rows(seed):
    rng = np.random.default_rng(seed)
    r = np.full(roles.NAMED * W, math.nan)
    for row, low, high in RANGES:
        r[row : row + W] = rng.uniform(low, high, W)
    return r, rng.uniform(0.0, 18.0, W)


def laser(r, need, cooled):
    out = np.empty(W)
    energy_block.laser_w(r, cooled, need, out)
    return out


@pytest.mark.parametrize("cooled", [True, False])
def test_lasers(cooled):
    r, need = rows(51)
    got = laser(r, need, cooled)
    lifts = 0
    for i in range(W):
        optical = 1e-3 * 10.0 ** (need[i] / 10.0)
        case = r[roles.CASE_C + i]
        temperature = r[roles.LASER_COOLED_C + i] if cooled else case + r[roles.LASER_HEATING + i]
        law = [r[row + i] for row in (roles.LASER_REFERENCE_C, roles.LASER_T0, roles.LASER_T1)]
        current = energy.laser_current_a(optical, r[roles.LASER_THRESHOLD_A + i], r[roles.LASER_SLOPE + i], temperature, *law)
        watts = energy.laser_electrical_w(current, r[roles.LASER_JUNCTION_V + i], r[roles.LASER_SERIES_OHM + i])
        if cooled:
            cop = energy.tec_cop(temperature, case + r[roles.TEC_RISE + i], r[roles.TEC_CARNOT + i])
            lifts += math.isfinite(cop)
            watts += energy.tec_w(watts, optical, r[roles.TEC_LEAK_W + i], cop)
        assert got[i] == pytest.approx(watts, rel=1e-13)
    # Both sides of the lift occur: a cooler that pumps and one that has nothing to pump.
    assert not cooled or 10 < lifts < W - 5


def test_a_laser_against_the_slow_twin():
    r, need = rows(52)
    got = laser(r, need, False)
    for i in range(0, W, 8):
        temperature = r[roles.CASE_C + i] + r[roles.LASER_HEATING + i]
        law = [r[row + i] for row in (roles.LASER_REFERENCE_C, roles.LASER_T0, roles.LASER_T1)]
        optical = 1e-3 * 10.0 ** (need[i] / 10.0)
        current = slow.laser_current_a(optical, r[roles.LASER_THRESHOLD_A + i], r[roles.LASER_SLOPE + i], temperature, *law)
        exact = slow.laser_electrical_w(current, r[roles.LASER_JUNCTION_V + i], r[roles.LASER_SERIES_OHM + i])
        assert relative_error(got[i], exact) < 1e-13


def test_nan_of_the_need_stays():
    r, need = rows(53)
    need[3] = math.nan
    got = laser(r, need, True)
    assert math.isnan(got[3])
    assert np.isfinite(np.delete(got, 3)).all()


@pytest.mark.parametrize("share", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("parts", [(True, True, True), (False, True, True), (True, False, True), (True, True, False), (False, False, False)])
@pytest.mark.parametrize(("lanes", "bits"), [(8, 2.0), (1, 1.0), (4, 2.5)])
def test_load(lanes, bits, parts, share):
    r, _ = rows(54)
    for row, there in zip(((roles.SERDES,), (roles.CONVERTER,), (roles.DSP_FIXED, roles.DSP_TAP, roles.TAPS)), parts, strict=True):
        for each in row:
            if not there:
                r[each : each + W] = math.nan  # a part that the design leaves out must not be read
    out = np.empty(W)
    energy_block.load_w(r, lanes, bits, share, parts, out)
    for i in range(W):
        line = lanes * r[roles.SYMBOL_RATE + i] * bits
        driver = energy.driver_w(*(r[row + i] for row in (roles.DRIVER_SUPPLY_V, roles.DRIVER_SWING_V, roles.DRIVER_LOAD, roles.DRIVER_STAGES)))
        terms = [lanes * driver, line * r[roles.TIA + i], r[roles.CONTROLLER_W + i]]
        terms += [share * line * r[roles.SERDES + i]] if parts[0] else []
        terms += [share * line * r[roles.CONVERTER + i]] if parts[1] else []
        logic = energy.dsp_logic_j_per_bit(r[roles.DSP_FIXED + i], r[roles.DSP_TAP + i], r[roles.TAPS + i])
        terms += [share * line * logic] if parts[2] else []
        assert out[i] == pytest.approx(math.fsum(terms), rel=1e-14)
