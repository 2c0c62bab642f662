"""Levels, OMA, extinction ratio, modulator and noise reference against their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import transmitter

from tests.oracle import relative_error
from tests.oracle import transmitter as slow

OMA = st.floats(1e-7, 1e-1)
ER_DB = st.floats(0.5, 30.0)


def ratio(db):
    return 10.0 ** (db / 10.0)


@pytest.mark.parametrize("er_db", [2.5, 3.5, 4.5, 10.0, 20.0])
@pytest.mark.parametrize("oma_w", [3e-5, 1.7e-3])
def test_outer_levels_and_average(oma_w, er_db):
    er = ratio(er_db)
    low, high = transmitter.outer_powers_w(oma_w, er)
    slow_low, slow_high = slow.outer_powers_w(oma_w, er)
    assert relative_error(low, slow_low) < 1e-14
    assert relative_error(high, slow_high) < 1e-14
    average = transmitter.average_power_w(oma_w, er)
    assert relative_error(average, slow.average_power_w(oma_w, er)) < 1e-14
    back = transmitter.oma_from_average_w(average, er)
    assert relative_error(back, slow.oma_from_average_w(average, er)) < 1e-14


# Average power less OMA [dB] and P3 / OMA at an extinction ratio [dB], computed independently.
@pytest.mark.parametrize(
    ("er_db", "average_less_oma_db", "top_over_oma"),
    [
        (3.5, 1.164, 1.8073),
        (4.5, 0.212, 1.5499),
        (5, -0.166, 1.4625),
        (6, -0.781, 1.3354),
        (10, -2.139, 1.1111),
    ],
)
def test_average_to_oma_table(er_db, average_less_oma_db, top_over_oma):
    er = ratio(er_db)
    assert 10 * math.log10(transmitter.average_power_w(1.0, er)) == pytest.approx(
        average_less_oma_db, abs=6e-4
    )
    assert -10 * math.log10(transmitter.oma_from_average_w(1.0, er)) == pytest.approx(
        average_less_oma_db, abs=6e-4
    )
    assert transmitter.outer_powers_w(1.0, er)[1] == pytest.approx(top_over_oma, abs=6e-5)


def test_infinite_extinction_limit():
    assert 10 * math.log10(transmitter.average_power_w(1.0, 1e12)) == pytest.approx(-3.0103, abs=1e-5)


@settings(max_examples=200)
@given(oma_w=OMA, er_db=ER_DB)
def test_conversions_close(oma_w, er_db):
    er = ratio(er_db)
    low, high = transmitter.outer_powers_w(oma_w, er)
    assert high - low == pytest.approx(oma_w, rel=1e-12)
    assert high / low == pytest.approx(er, rel=1e-12)
    average = transmitter.average_power_w(oma_w, er)
    assert average == pytest.approx((low + high) / 2, rel=1e-12)
    assert transmitter.oma_from_average_w(average, er) == pytest.approx(oma_w, rel=1e-12)


@pytest.mark.parametrize("count", [2, 4, 6, 8])
@pytest.mark.parametrize("rlm", [1.0, 0.93])
def test_levels(count, rlm):
    levels = np.empty(count)
    transmitter.fill_levels_w(1.2e-3, ratio(4.5), rlm, levels)
    exact = slow.levels_w(1.2e-3, ratio(4.5), rlm, count)
    for got, want in zip(levels, exact, strict=True):
        assert relative_error(got, want) < 1e-14


@settings(max_examples=100)
@given(er_db=ER_DB, rlm=st.floats(0.5, 1.0))
def test_mismatch_ratio_returns_what_was_put_in(er_db, rlm):
    levels = np.empty(4)
    transmitter.fill_levels_w(1e-3, ratio(er_db), rlm, levels)
    assert transmitter.level_mismatch_ratio(levels) == pytest.approx(rlm, rel=1e-11)
    eyes = np.diff(levels)
    assert eyes.min() / (1e-3 / 3) == pytest.approx(rlm, rel=1e-11)


@pytest.mark.parametrize(
    "levels",
    [
        [0.0, 1.0, 2.0, 3.0],
        [1.0, 1.9, 3.0, 4.0],  # es1 the larger: 2 - 3 es1 or 3 es2 decides
        [1.0, 2.2, 3.0, 4.0],  # 3 es1 decides
        [1.0, 2.0, 2.8, 4.0],  # 3 es2 decides
        [1.0, 2.0, 3.3, 4.0],  # 2 - 3 es2 decides
        [1.0, 1.7, 3.0, 4.0],  # 2 - 3 es1 decides
    ],
)
def test_mismatch_ratio_of_uneven_levels(levels):
    got = transmitter.level_mismatch_ratio(np.array(levels))
    assert float(abs(got - slow.level_mismatch_ratio(levels))) < 1e-14


@pytest.mark.parametrize(("drive", "v_pi"), [(0.4, 5.0), (2.5, 5.0), (1.8, 6.5), (4.9, 5.0)])
def test_modulator_at_quadrature(drive, v_pi):
    swing, er = transmitter.mzm_quadrature(drive, v_pi)
    slow_swing, slow_er = slow.mzm_quadrature(drive, v_pi)
    assert relative_error(swing, slow_swing) < 1e-14
    # ER = (1 + s)/(1 - s): the subtraction in the denominator costs digits as s nears 1.
    assert relative_error(er, slow_er) < 3e-16 * (10 + float(slow_er))


def test_modulator_at_half_drive_and_beyond():
    swing, er = transmitter.mzm_quadrature(2.0, 4.0)
    assert swing == pytest.approx(math.sqrt(0.5), rel=1e-15)
    assert er == pytest.approx(3.0 + 2.0 * math.sqrt(2.0), rel=1e-14)
    for drive in (0.0, -1.0, 4.04, math.nan):
        assert all(math.isnan(value) for value in transmitter.mzm_quadrature(drive, 4.0))


@settings(max_examples=100)
@given(st.floats(0.01, 0.999))
def test_modulator_swing_is_passive(fraction):
    swing, er = transmitter.mzm_quadrature(3.0 * fraction, 3.0)
    assert 0.0 < swing <= 1.0
    assert er > 1.0
    # OMA over average power from the swing and from the extinction ratio are the same number: 2 s.
    assert transmitter.oma_from_average_w(0.5, er) == pytest.approx(swing, rel=1e-9)


@pytest.mark.parametrize("er_db", [3.5, 6.0, 15.0])
def test_rin_reference(er_db):
    got = transmitter.rin_oma_from_average(10**-14.2, ratio(er_db))
    assert relative_error(got, slow.rin_oma_from_average(10**-14.2, ratio(er_db))) < 1e-14
    # In dB: RIN_OMA = RIN_avg + 20 log10[(ER + 1)/(ER - 1)]; 8.349 dB at an ER of 3.5 dB.
    er = ratio(er_db)
    assert 10 * math.log10(got) + 142.0 == pytest.approx(20 * math.log10((er + 1) / (er - 1)), abs=1e-9)
