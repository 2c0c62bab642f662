"""Modulators, photodiode and amplifier against circuit meshes, summed electrodes and the integrated ring."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import devices, response

from tests.kernels.test_response import BAND, GRID, before_zero, magnitude, of
from tests.oracle import response as slow

EML = (45.0, 90e-12, 35e-15, 12.0, 55.0)
RING = (2.4e-12, 41e9, 0.37, 70e9)
CASES = [
    ("eml", devices.times_eml, EML, slow.eml),
    ("eml without parasitics", devices.times_eml, (50.0, 0.0, 60e-15, 0.0, 50.0), slow.eml),
    ("travelling wave", devices.times_travelling_wave, (2.5e-3, 0.11, 2.2e-4), slow.travelling_wave),
    ("travelling wave, light slower", devices.times_travelling_wave, (4e-3, -0.05, 3e-4), slow.travelling_wave),
    ("ring", devices.times_ring, RING, slow.ring),
    ("ring, other side", devices.times_ring, (2.4e-12, -41e9, 0.37, 70e9), slow.ring),
    ("ring, critical", devices.times_ring, (5e-12, 12e9, 0.5, 1e12), slow.ring),
    ("photodiode", devices.times_photodiode, (77e9, 61e9), slow.photodiode),
    ("tia", devices.times_tia, (60e9, 0.68), slow.pole2),
]


@pytest.mark.parametrize(("name", "fast", "parameters", "twin"), CASES, ids=[case[0] for case in CASES])
def test_against_the_twin(name, fast, parameters, twin):
    got = of(fast, GRID, *parameters)
    assert got[0] == pytest.approx(1.0, rel=1e-15)
    exact = np.array([complex(twin(f, *parameters)) for f in GRID[1:]])
    assert np.all(np.abs(got[1:] - exact) <= 1e-12 * np.abs(exact))
    start = np.exp(1j * np.arange(1, len(GRID))) * np.arange(1, len(GRID))
    kept = start.copy()
    fast(GRID[1:], *parameters, kept)
    assert kept == pytest.approx(start * exact, rel=1e-12)  # multiplied in place


# --- electro-absorption modulator --------------------------------------------------------------------------------------------


def test_eml_without_parasitics_is_one_pole():
    """Source and termination in parallel charge the junction."""
    bandwidth = 1 / (2 * math.pi * 60e-15 * 25.0)
    assert of(devices.times_eml, GRID, 50.0, 0.0, 60e-15, 0.0, 50.0) == pytest.approx(
        of(response.times_pole, GRID, bandwidth), rel=1e-13
    )


def test_eml_without_termination_is_a_resonator():
    """Rt = inf: series R, L, C, two poles at 1/(2 pi sqrt(L C)) of quality sqrt(L/C)/R."""
    r, inductance, capacitance = 62.0, 120e-12, 40e-15
    x = GRID * 2 * math.pi * math.sqrt(inductance * capacitance)
    expected = 1 / (1 - x**2 + 1j * x * r * math.sqrt(capacitance / inductance))
    assert of(devices.times_eml, GRID, 50.0, inductance, capacitance, 12.0, math.inf) == pytest.approx(expected, rel=1e-13)


def test_bond_wire_peaks():
    with_wire = magnitude(devices.times_eml, 40e9, 50.0, 60e-12, 50e-15, 5.0, 50.0)
    without = magnitude(devices.times_eml, 40e9, 50.0, 0.0, 50e-15, 5.0, 50.0)
    assert with_wire > without


def test_eml_without_capacitance_follows_the_wire():
    """C = 0: L into Rs + Rt."""
    bandwidth = 100.0 / (2 * math.pi * 80e-12)
    assert of(devices.times_eml, GRID, 45.0, 80e-12, 0.0, 5.0, 55.0) == pytest.approx(
        of(response.times_pole, GRID, bandwidth), rel=1e-13
    )


# --- travelling wave ---------------------------------------------------------------------------------------------------------


def test_travelling_wave_that_matches_is_flat():
    assert np.all(of(devices.times_travelling_wave, GRID, 3e-3, 0.0, 0.0) == 1.0)
    assert np.all(of(devices.times_travelling_wave, GRID, 0.0, 0.2, 3e-4) == 1.0)


def test_walk_off_alone_is_a_sinc():
    """Half the power at 0.4429 c/(dn L): 133 GHz for dn = 0.1 over 10 mm; the box of transit times behind its mean."""
    length, mismatch = 10e-3, 0.1
    edge = devices.TRANSIT_HALF_POWER * 299792458.0 / (mismatch * length)
    assert edge == pytest.approx(132.8e9, rel=1e-3)
    assert magnitude(devices.times_travelling_wave, edge, length, mismatch, 0.0) ** 2 == pytest.approx(0.5, rel=1e-12)
    mean_s = mismatch * length / 299792458.0 / 2
    boxed = of(response.times_symbol, GRID, 2 * mean_s) * of(response.times_delay, GRID, mean_s)
    assert of(devices.times_travelling_wave, GRID, length, mismatch, 0.0) == pytest.approx(boxed, rel=1e-12)
    # The other sign: light is the slower one, the conjugate response.
    assert of(devices.times_travelling_wave, GRID, length, -mismatch, 0.0) == pytest.approx(boxed.conj(), rel=1e-12)


def test_loss_of_6_4_db_costs_3_db():
    """1 dB/(cm sqrt(GHz)) over 1 cm loses 6.4 dB at 40.96 GHz; the response there is 3 dB down, a known rule."""
    skin = 100 / (20 * math.log10(math.e)) / math.sqrt(1e9)
    assert skin == pytest.approx(3.6407e-4, rel=1e-4)
    assert 20 * math.log10(magnitude(devices.times_travelling_wave, 40.96e9, 1e-2, 0.0, skin)) == pytest.approx(-3.0, abs=0.02)


@pytest.mark.parametrize("z", [1e-9, 1e-5, 1e-3])
def test_series_near_zero(z):
    """(1 - e^-z)/z = 1 - z/2 + z^2/6 - z^3/24."""
    skin = z / 1e-3  # over 1 mm at 1 Hz
    assert of(devices.times_travelling_wave, [1.0], 1e-3, 0.0, skin)[0] == pytest.approx(
        1 - z / 2 + z**2 / 6 - z**3 / 24, rel=1e-14
    )


# --- ring --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frequency_ghz", [15.0, 45.0, 90.0])
@pytest.mark.parametrize(("detuning_ghz", "share"), [(25.0, 0.5), (-45.0, 0.3), (45.0, 0.7)])
def test_ring_against_the_integrated_equation(frequency_ghz, detuning_ghz, share):
    """A tone of 10 MHz on the detuning: what second order adds to the first harmonic is below 1e-6."""
    tone = slow.ring_tone(frequency_ghz * 1e9, 2e-12, detuning_ghz * 1e9, share, 1e7, steps=400, settle=25)
    got = of(devices.times_ring, [frequency_ghz * 1e9], 2e-12, detuning_ghz * 1e9, share, math.inf)[0]
    assert got == pytest.approx(tone, rel=1e-6)


def test_ring_peaks_near_the_detuning():
    frequency = np.arange(1.0, 200.0, 0.25) * 1e9
    gain = np.abs(of(devices.times_ring, frequency, 4e-12, 80e9, 0.5, math.inf))
    assert frequency[np.argmax(gain)] == pytest.approx(80e9, rel=0.03)
    assert gain.max() > 2.0


def test_ring_at_critical_coupling_close_to_the_line_is_one_pole():
    """g_0 = g/2 and D0 << g: the zero cancels one pole; half the power at half the line's width, 1/(4 pi tau)."""
    assert of(devices.times_ring, GRID, 3e-12, 1e4, 0.5, math.inf) == pytest.approx(
        of(response.times_pole, GRID, 1 / (4 * math.pi * 3e-12)), rel=1e-10
    )


def test_ring_junction():
    alone = of(devices.times_ring, GRID, *RING[:3], math.inf)
    assert of(devices.times_ring, GRID, *RING) == pytest.approx(alone * of(response.times_pole, GRID, RING[3]), rel=1e-14)


# --- photodiode and amplifier ------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(transit=st.floats(1e9, 3e11), rc=st.floats(1e9, 3e11))
def test_photodiode(transit, rc):
    assert magnitude(devices.times_photodiode, transit, transit, math.inf) ** 2 == pytest.approx(0.5, rel=1e-13)
    assert magnitude(devices.times_photodiode, rc, math.inf, rc) ** 2 == pytest.approx(0.5, rel=1e-13)
    assert magnitude(devices.times_photodiode, 5e10, math.inf, math.inf) == 1.0
    # Together close to the root sum of squares of the two, the usual rule.
    both = 1 / math.hypot(1 / transit, 1 / rc)
    assert magnitude(devices.times_photodiode, both, transit, rc) ** 2 == pytest.approx(0.5, abs=0.06)


def test_noise_rise():
    out = np.full(len(GRID), np.nan)
    devices.noise_rise(GRID, 35e9, out)
    assert out == pytest.approx([float(slow.noise_rise(f, 35e9)) for f in GRID], rel=1e-14)
    devices.noise_rise(GRID, math.inf, out)
    assert np.all(out == 1.0)


@pytest.mark.parametrize(
    ("function", "parameters", "extra"),
    [
        (devices.times_eml, EML, 0.0),
        (devices.times_ring, RING, 0.0),
        (devices.times_tia, (60e9, 0.68), 0.0),
        (devices.times_travelling_wave, (10e-3, 0.1, 0.0), 0.0),
        (devices.times_photodiode, (77e9, 61e9), devices.TRANSIT_HALF_POWER / 77e9 / 2),
    ],
)
def test_causal(function, parameters, extra):
    assert before_zero(function, *parameters, extra_delay_s=extra) < 1e-12


def test_photodiode_without_its_mean_delay_starts_early():
    assert before_zero(devices.times_photodiode, BAND / 4, math.inf) > 1e-3
