"""Samples of the symbol response against the plain sum over the grid and against partial fractions; noise's autocorrelation; wrapping."""

import math

import numpy as np
import pytest
from photonics_kernels import pulse

from tests.kernels.eye_case import FOUR_POLE, REFLECTING, TWO_POLE, echo, grid_pulse, poles, spectrum
from tests.oracle import equalizer
from tests.oracle import pulse as slow


def samples(response, phase, window=64):
    twiddles = np.empty((2, window // 2))
    pulse.fill_twiddles(window, twiddles)
    re, im = np.empty(window), np.empty(window)
    pulse.symbol_samples(response, phase, twiddles, re, im)
    assert np.abs(im).max() < 1e-12 * window
    return re


@pytest.mark.parametrize("size", [2, 4, 64, 256])
def test_inverse_transform(size):
    rng = np.random.default_rng(1)
    x = rng.normal(size=size) + 1j * rng.normal(size=size)
    twiddles = np.empty((2, size // 2))
    pulse.fill_twiddles(size, twiddles)
    re, im = x.real.copy(), x.imag.copy()
    pulse.inverse_transform(re, im, twiddles)
    n = np.arange(size)
    np.testing.assert_allclose(re + 1j * im, np.exp(2j * np.pi * np.outer(n, n) / size) @ x, atol=1e-12 * size)


@pytest.mark.parametrize("phase", [0.0, 0.25, 0.5, -0.37, 0.913, 3.2])
@pytest.mark.parametrize("bands", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("window", [16, 64])
def test_samples_are_the_plain_sum(phase, bands, window):
    """Any phase, an even or odd number of half symbol rates; the last line counts whole, as it stands for itself and its twin."""
    response = spectrum(poles(*slow.two_pole(0.62, 0.7)), window=window, bands=bands)
    np.testing.assert_allclose(
        samples(response, phase, window), grid_pulse(response, np.arange(window) + phase, window), atol=1e-13
    )


@pytest.mark.parametrize("cut", [1, 31, 32, 33, 50, 63])
def test_samples_of_a_grid_that_ends_anywhere(cut):
    response = TWO_POLE[: 65 + cut]
    np.testing.assert_allclose(samples(response, 0.3), grid_pulse(response, np.arange(64) + 0.3), atol=1e-13)


def test_samples_are_those_of_the_oracle():
    """Its last line counts half: here it holds nothing."""
    response = FOUR_POLE.copy()
    response[-1] = 0.0
    poles_here = [*slow.two_pole(0.5, 0.75), *slow.two_pole(0.7, 0.55)]
    wanted = slow.on_grid([lambda f: np.where(f < 3.999, slow.response(poles_here, f), 0.0)], 1.0, np.arange(64) + 0.41, 64, 4)
    np.testing.assert_allclose(samples(response, 0.41), wanted, atol=1e-13)


def test_enough_bands_give_the_closed_form():
    cascade = [*slow.two_pole(0.5, 0.75), *slow.two_pole(0.7, 0.55)]
    response = spectrum(poles(*cascade), bands=32)
    found = samples(response, 0.37)
    wanted = [slow.in_closed_form(cascade, 1.0, n + 0.37) for n in range(12)]
    np.testing.assert_allclose(found[:12], wanted, atol=1e-8)
    assert found.sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("per_symbol", [1, 2])
def test_filtered_spectrum_is_the_sum_of_delayed_pulses(per_symbol):
    taps = np.array([-0.11, 0.2, 1.3, -0.4, 0.07])
    out = np.empty_like(TWO_POLE)
    pulse.filtered_spectrum(TWO_POLE, taps, per_symbol, 64, out)
    wanted = sum(w * grid_pulse(TWO_POLE, np.arange(64) + 0.2 - i / per_symbol) for i, w in enumerate(taps))
    np.testing.assert_allclose(samples(out, 0.2), wanted, atol=1e-13)


def test_filtered_spectrum_of_a_grid_shorter_than_its_period():
    out = np.empty_like(TWO_POLE[:40])
    pulse.filtered_spectrum(TWO_POLE[:40], np.array([0.7, 0.3]), 1, 64, out)
    np.testing.assert_allclose(out, TWO_POLE[:40] * (0.7 + 0.3 * np.exp(-2j * np.pi * np.arange(40) / 64)), atol=1e-14)


@pytest.mark.parametrize("interval", [1.0, 0.5])
def test_autocorrelation(interval):
    """Against the integral: the grid's trapezoid is exact to what the window's repetition leaves of a correlation that is short."""
    f = np.arange(64 * 8 + 1) / 64
    density = 1 / (1 + (f / 0.6) ** 2) ** 2
    out = np.empty(12)
    pulse.fill_autocorrelation(density, interval, 64, out)
    wanted = equalizer.autocorrelation(lambda f: 1 / (1 + (f / 0.6) ** 2) ** 2, interval * np.arange(12), 8.0)
    assert out[0] == 1.0
    np.testing.assert_allclose(out, wanted, atol=2e-5)
    weight = np.where((f == 0) | (f == f[-1]), 0.5, 1.0) * density
    plain = [(weight * np.cos(2 * np.pi * f * m * interval)).sum() / weight.sum() for m in range(12)]
    np.testing.assert_allclose(out, plain, atol=1e-13)


def test_no_density_is_white_noise():
    out = np.empty(4)
    pulse.fill_autocorrelation(np.empty(0), 1.0, 64, out)
    np.testing.assert_array_equal(out, [1.0, 0.0, 0.0, 0.0])


def test_peak():
    twiddles = np.empty((2, 32))
    pulse.fill_twiddles(64, twiddles)
    phase, sample = pulse.peak_phase(TWO_POLE, 8, twiddles, np.empty(64), np.empty(64))
    tried = {(p / 8, n): v for p in range(8) for n, v in enumerate(grid_pulse(TWO_POLE, np.arange(64) + p / 8))}
    assert (phase, sample) == max(tried, key=tried.get)


def test_edge_share_tells_a_reflection_that_wraps():
    """The sixteenth of the window that ends a quarter before the cursor's repetition: 44 to 47 symbols behind it, of 64."""
    values = np.zeros(64)
    values[5], values[(5 + 45) % 64] = 1.0, 0.1
    assert pulse.edge_share(values, 5) == pytest.approx(0.01 / 1.01, rel=1e-14)
    for behind, seen in ((43, False), (44, True), (47, True), (48, False)):
        values = np.zeros(64)
        values[60], values[(60 + behind) % 64] = 1.0, 0.5
        assert (pulse.edge_share(values, 60) > 0.1) == seen
    assert pulse.edge_share(np.zeros(64), 0) == math.inf
    far = spectrum(poles(*slow.two_pole(0.62, 0.7)), echo(0.06, 45.0))
    assert pulse.edge_share(samples(far, 0.3), int(samples(far, 0.3).argmax())) > 1e-3
    assert pulse.edge_share(samples(REFLECTING, 0.3), int(samples(REFLECTING, 0.3).argmax())) < 1e-6
