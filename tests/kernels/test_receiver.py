"""Noise variances against integrated densities, and the budget's statements about laser noise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import pam, receiver, special, transmitter

from tests.oracle import receiver as slow
from tests.oracle import relative_error


def test_variances_against_integrated_densities():
    band = 55e9
    pairs = [
        (receiver.thermal_variance_a2(15e-12, band), slow.thermal_variance_a2(15e-12, band)),
        (receiver.shot_variance_a2(1.7e-4, band), slow.shot_variance_a2(1.7e-4, band)),
        (
            receiver.rin_average_variance_a2(1.7e-4, 10**-14.2, band),
            slow.rin_average_variance_a2(1.7e-4, 10**-14.2, band),
        ),
        (
            receiver.rin_oma_variance_a2(2.1e-4, 10**-13.6, band),
            slow.rin_oma_variance_a2(2.1e-4, 10**-13.6, band),
        ),
        (receiver.transmitter_variance_a2(2.1e-4, 10**3.1), slow.transmitter_variance_a2(2.1e-4, 10**3.1)),
        (receiver.quantisation_variance_a2(3e-4, 4.7), slow.quantisation_variance_a2(3e-4, 4.7)),
    ]
    for got, exact in pairs:
        assert relative_error(got, exact) < 1e-14


def test_nothing_makes_no_noise():
    assert receiver.shot_variance_a2(0.0, 55e9) == 0.0
    assert receiver.transmitter_variance_a2(1e-4, math.inf) == 0.0
    assert receiver.quantisation_variance_a2(1e-4, math.inf) == 0.0


def test_published_densities():
    """17 pA/rtHz over 63.9 GHz is 4.30 uA; shot noise of 0.8 mA is 16.0 pA/rtHz (independent arithmetic)."""
    assert math.sqrt(receiver.thermal_variance_a2(17e-12, 63.9e9)) == pytest.approx(4.30e-6, abs=5e-9)
    assert math.sqrt(receiver.shot_variance_a2(0.8e-3, 1.0)) == pytest.approx(16.0e-12, abs=5e-14)


# RIN_xOMA [dB/Hz], symbol rate [GBd], target symbol error ratio, penalty [dB]: computed independently from
# -5 log10(1 - (3 Q_t)^2 RIN B), B = 1.0464 times the half-baud 3 dB point (fourth-order Bessel-Thomson).
@pytest.mark.parametrize(
    ("rin_db_hz", "baud", "ser", "penalty_db"),
    [
        (-136.0, 53.125e9, 4.8e-4, 0.165),
        (-139.0, 106.25e9, 4.8e-4, 0.166),
        (-132.0, 26.5625e9, 4.8e-4, 0.210),
        (-139.0, 113.4375e9, 9.6e-3, 0.092),
    ],
)
def test_rin_penalties(rin_db_hz, baud, ser, penalty_db):
    """Raise the OMA by the tabulated penalty: with the laser noise the symbol error ratio must be back on
    target."""
    band = 1.0464 * baud / 2
    thermal = receiver.thermal_variance_a2(17e-12, band)
    x = special.inverse_q_tail(ser / 1.5)
    quiet_oma = 6 * x * math.sqrt(thermal)
    # (OMA/6)^2 / (thermal + OMA^2 k) = x^2, k the relative variance: solved for the OMA.
    k = receiver.rin_oma_variance_a2(1.0, 10 ** (rin_db_hz / 10), band)
    noisy_oma = math.sqrt(thermal / (1 / (36 * x * x) - k))
    assert 10 * math.log10(noisy_oma / quiet_oma) == pytest.approx(penalty_db, abs=6e-4)
    levels = np.linspace(0.0, noisy_oma, 4)
    sigma = math.sqrt(thermal + receiver.rin_oma_variance_a2(noisy_oma, 10 ** (rin_db_hz / 10), band))
    thresholds = np.empty(3)
    pam.middle_thresholds(levels, thresholds)
    assert pam.symbol_error_ratio(levels, np.full(4, sigma), thresholds)[0] == pytest.approx(ser, rel=1e-9)


# Open cases pam4_*: closed form, level-dependent noise, mid thresholds; expected values were computed
# independently.
@pytest.mark.parametrize(
    ("average_dbm", "er_db", "responsivity", "density_pa", "band_ghz", "rin_db_hz", "ber"),
    [
        (-9.0, 5.0, 0.9, 15.0, 55.0, -142.0, 9.221644191994004e-06),
        (-6.0, 3.5, 0.7, 20.0, 60.0, -139.0, 0.0010514453152151877),
        (-11.0, 8.0, 1.0, 12.0, 50.0, -300.0, 3.495362321073647e-11),
    ],
)
def test_open_cases(average_dbm, er_db, responsivity, density_pa, band_ghz, rin_db_hz, ber):
    er, band, dark = 10 ** (er_db / 10), band_ghz * 1e9, 1e-8
    oma = transmitter.oma_from_average_w(1e-3 * 10 ** (average_dbm / 10), er)
    levels = np.empty(4)
    transmitter.fill_levels_w(oma, er, 1.0, levels)
    currents = responsivity * levels
    sigmas = np.sqrt(
        [
            receiver.thermal_variance_a2(density_pa * 1e-12, band)
            + receiver.shot_variance_a2(current + dark, band)
            + receiver.rin_average_variance_a2(current, 10 ** (rin_db_hz / 10), band)
            for current in currents
        ]
    )
    thresholds = np.empty(3)
    pam.middle_thresholds(currents, thresholds)
    assert pam.gray_error_ratio(currents, sigmas, thresholds)[0] == pytest.approx(ber, rel=2e-6)


@settings(max_examples=100)
@given(current=st.floats(1e-6, 1e-2), er_db=st.floats(1.0, 20.0), band=st.floats(1e9, 2e11))
def test_both_rin_references_carry_one_noise(current, er_db, band):
    """Noise of the average power by one reference is the noise of half the OMA by the other."""
    er, rin = 10 ** (er_db / 10), 10**-14.5
    average = transmitter.average_power_w(current, er)
    by_average = receiver.rin_average_variance_a2(average, rin, band)
    by_oma = receiver.rin_oma_variance_a2(current, transmitter.rin_oma_from_average(rin, er), band)
    assert by_oma == pytest.approx(by_average, rel=1e-12)


@pytest.mark.parametrize("temperature_c", [-5.0, 25.0, 37.0, 70.0, 85.0])
def test_temperature_laws(temperature_c):
    for kernel, twin, at_25c in (
        (receiver.dark_current_a, slow.dark_current_a, 1e-8),
        (receiver.noise_density_a_rthz, slow.noise_density_a_rthz, 16e-12),
    ):
        assert relative_error(kernel(at_25c, temperature_c), twin(at_25c, temperature_c)) < 1e-13


def test_dark_current_doubles_every_ten_kelvin():
    assert receiver.dark_current_a(1e-8, 35.0) == pytest.approx(2e-8, rel=1e-14)
    assert receiver.dark_current_a(1e-8, 15.0) == pytest.approx(0.5e-8, rel=1e-14)


@pytest.mark.parametrize("gain", [1.0, 1.7, 5.0, 10.0, 30.0])
@pytest.mark.parametrize("ratio", [0.0, 0.02, 0.2, 0.45, 1.0])
def test_excess_noise(gain, ratio):
    assert relative_error(receiver.excess_noise_factor(gain, ratio), slow.excess_noise_factor(gain, ratio)) < 1e-13


def test_excess_noise_at_its_ends():
    """No gain, no excess; only one carrier ionising: below 2; both alike: the gain itself."""
    assert receiver.excess_noise_factor(1.0, 0.3) == pytest.approx(1.0, rel=1e-14)
    assert receiver.excess_noise_factor(1e9, 0.0) == pytest.approx(2.0, rel=1e-8)
    assert receiver.excess_noise_factor(12.0, 1.0) == pytest.approx(12.0, rel=1e-14)

