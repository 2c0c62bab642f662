"""Filters phase by phase against plain convolution, and the fibre's taps against the fibre."""

import numpy as np
import pytest
from photonics_kernels import wave_filter


def rows_of(x, per, width, history):
    """Samples of one block after its history, phase by phase; x starts ``history`` symbols early."""
    return np.ascontiguousarray(x.reshape(width, per).T).ravel()


@pytest.mark.parametrize("per", [2, 4, 8])
@pytest.mark.parametrize("count", [1, 3, 4, 5, 8, 12, 15, 23])
def test_filter_is_a_convolution(per, count):
    """24 cases, seeds by case; half of them with float32 taps and samples."""
    rng = np.random.default_rng(100 * per + count)
    dtype = np.float64 if count % 2 else np.float32
    n, history = 96, 24
    width = n + history
    x = rng.standard_normal(per * width).astype(dtype)
    taps = rng.standard_normal(count).astype(dtype)
    rows, out = rows_of(x, per, width, history), np.zeros(n + 1, dtype)
    table = wave_filter.tap_row(taps)
    error = 2e-5 if dtype is np.float32 else 1e-13
    for stride in (1, per // 2, per):
        at = wave_filter.places(table.shape[1], count, per, stride, width, history)
        spread = np.zeros((count - 1) * stride + 1)
        spread[::stride] = taps
        whole = np.convolve(x, spread)
        for phase in range(per):
            wave_filter.filter_row(out, np.uint64(1), table, 0, rows, at, phase, n)
            assert np.abs(out[1:] - whole[history * per + phase : width * per : per]).max() < error
    assert out[0] == 0.0


@pytest.mark.parametrize("per", [2, 4, 8])
@pytest.mark.parametrize("count", [1, 2, 7, 8, 30])
def test_transmit_filter_is_fed_impulses(per, count):
    rng = np.random.default_rng(per + 10 * count)
    n, history = 64, 32
    symbols, taps, out = rng.standard_normal(n + history), rng.standard_normal(count), np.zeros(n)
    impulses = np.zeros(per * symbols.size)
    impulses[::per] = symbols
    whole = np.convolve(impulses, taps)
    table = wave_filter.tap_phases(taps, per)
    at = wave_filter.places(table.shape[1], table.shape[1], 1, 1, n + history, history)
    for phase in range(per):
        wave_filter.filter_row(out, np.uint64(0), table, phase, symbols, at, 0, n)
        assert np.abs(out - whole[history * per + phase : impulses.size : per]).max() < 1e-12


@pytest.mark.parametrize("lags", [1, 2, 3, 5, 6, 9, 12])
def test_even_filter_of_a_field(lags):
    rng = np.random.default_rng(lags)
    per, n, history = 2, 80, 40
    width = n + history
    e = rng.standard_normal(per * width) + 1j * rng.standard_normal(per * width)
    half = rng.standard_normal(lags) + 1j * rng.standard_normal(lags)
    whole = np.abs(np.convolve(e, np.concatenate([half[:0:-1], half]))) ** 2
    re, im = (wave_filter.mirror_taps(np.ascontiguousarray(a)) for a in (half.real, half.imag))
    at = wave_filter.mirror_places(re.size, lags, per, width, history)
    out, x, y = np.zeros(n), np.zeros(n), np.zeros(n)
    for phase in range(per):
        wave_filter.filter_field(
            out, np.uint64(0), x, y, re, im, rows_of(e.real.copy(), per, width, history), rows_of(e.imag.copy(), per, width, history), at, phase, n
        )
        assert np.abs(out / whole[history * per + phase : width * per : per] - 1.0).max() < 1e-10


@pytest.mark.parametrize("dispersion", [3.2e-3, -6.6e-3])
def test_fibre_taps_are_the_fibre_within_the_band(dispersion):
    """D L in s/m at 212.5 GHz of sampling: 9 lags within 1.2 %, 33 within 0.2 % of e^(j bend nu^2) up to 0.8 of half the rate, and the right sign."""
    bend = np.pi * 1.311e-6**2 * dispersion * 212.5e9**2 / 299792458.0
    nu = np.linspace(0.0, 0.4, 200)
    worst = []
    for lags in (9, 33):
        re, im = np.zeros(lags), np.zeros(lags)
        wave_filter.dispersion_taps(bend, re, im)
        k = np.arange(1, lags)
        h = re[0] + 1j * im[0] + 2.0 * (np.cos(2.0 * np.pi * np.outer(nu, k)) @ (re[1:] + 1j * im[1:]))
        worst.append(np.abs(h - np.exp(1j * bend * nu**2)).max())
    assert worst[0] < 1.2e-2 and worst[1] < 2e-3
