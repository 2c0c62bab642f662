"""Filters, symbol, fibre, delay and crosstalk against poles, polynomials and propagated fields."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import response
from scipy import signal

from tests.oracle import response as slow

BAND = 53.125e9
GRID = np.array([0.0, 1e3, 1e8, 7.3e9, 26.5625e9, 53.125e9, 71.3e9, 93.7e9, 140e9, 400e9])
CTLE = (10 ** (-4.5 / 20), 10 ** (-1.5 / 20), 21e9, 24e9, 90e9, 1.3e9)
CTLE_DB = (-4.5, -1.5, 21e9, 24e9, 90e9, 1.3e9)

# name, kernel, parameters of the kernel, twin, its parameters
CASES = [
    ("pole", response.times_pole, (BAND,), slow.pole, (BAND,)),
    ("pole2 damped", response.times_pole2, (BAND, 0.05), slow.pole2, (BAND, 0.05)),
    ("pole2 bessel", response.times_pole2, (BAND, 0.57735), slow.pole2, (BAND, 0.57735)),
    ("pole2 peaking", response.times_pole2, (BAND, 1.4), slow.pole2, (BAND, 1.4)),
    ("bessel4", response.times_bessel4, (BAND,), slow.bessel4, (BAND,)),
    ("butterworth4", response.times_butterworth4, (BAND,), slow.butterworth4, (BAND,)),
    ("gaussian", response.times_gaussian, (BAND,), slow.gaussian, (BAND,)),
    ("raised cosine 0.1", response.times_raised_cosine, (106.25e9, 0.1), slow.raised_cosine, (106.25e9, 0.1)),
    ("raised cosine 0.7", response.times_raised_cosine, (106.25e9, 0.7), slow.raised_cosine, (106.25e9, 0.7)),
    ("raised cosine 1", response.times_raised_cosine, (106.25e9, 1.0), slow.raised_cosine, (106.25e9, 1.0)),
    ("symbol", response.times_symbol, (1 / 106.25e9,), slow.symbol, (1 / 106.25e9,)),
    ("ctle", response.times_ctle, CTLE, slow.ctle, CTLE_DB),
    ("chromatic", response.times_chromatic, (1.311e-6, -3.7e-3, 0.6), slow.chromatic, (1.311e-6, -3.7e-3, 0.6)),
    ("dgd", response.times_dgd, (2.24e-12,), slow.dgd, (2.24e-12,)),
    ("delay", response.times_delay, (3.7e-12,), slow.delay, (3.7e-12,)),
    ("coupling", response.times_coupling, (0.01, BAND, 20e9), slow.coupling, (0.01, BAND, 20e9)),
]
NOT_ONE_AT_DC = {"ctle": CTLE[0] * CTLE[1], "coupling": 0.0}


def of(function, frequency_hz, *parameters):
    """The response alone: what the kernel makes of ones."""
    out = np.ones(len(frequency_hz), dtype=np.complex128)
    function(np.asarray(frequency_hz, dtype=np.float64), *parameters, out)
    return out


def magnitude(function, frequency_hz, *parameters):
    return abs(of(function, [frequency_hz], *parameters)[0])


@pytest.mark.parametrize(("name", "fast", "parameters", "twin", "twin_parameters"), CASES, ids=[c[0] for c in CASES])
def test_against_the_twin(name, fast, parameters, twin, twin_parameters):
    exact = np.array([complex(twin(f, *twin_parameters)) for f in GRID])
    got = of(fast, GRID, *parameters)
    assert np.all(np.abs(got - exact) <= 1e-12 * np.abs(exact))
    assert got[0] == pytest.approx(NOT_ONE_AT_DC.get(name, 1.0), rel=1e-15, abs=0)
    start = np.exp(1j * np.arange(len(GRID))) * np.arange(1, len(GRID) + 1)
    kept = start.copy()
    fast(GRID, *parameters, kept)
    assert kept == pytest.approx(start * exact, rel=1e-12)  # multiplied in place


@pytest.mark.parametrize(
    ("function", "more"),
    [
        (response.times_pole, ()),
        (response.times_pole2, (0.02,)),
        (response.times_pole2, (0.5,)),
        (response.times_pole2, (1 / math.sqrt(2),)),
        (response.times_pole2, (2.5,)),
        (response.times_bessel4, ()),
        (response.times_butterworth4, ()),
        (response.times_gaussian, ()),
    ],
)
@pytest.mark.parametrize("bandwidth", [1e6, 41.7e9])
def test_half_power_at_the_bandwidth_and_one_without_limit(function, more, bandwidth):
    assert magnitude(function, bandwidth, bandwidth, *more) ** 2 == pytest.approx(0.5, rel=1e-13)
    assert np.all(of(function, GRID, math.inf, *more) == 1.0)


def test_two_poles_at_the_qualities_with_names():
    """Q = 1/2 is a pole squared, 1/sqrt(2) Butterworth with f0 = B."""
    double = BAND / math.sqrt(math.sqrt(2) - 1)
    assert of(response.times_pole2, GRID, BAND, 0.5) == pytest.approx(of(response.times_pole, GRID, double) ** 2, rel=1e-13)
    assert response.natural_frequency_hz(BAND, 1 / math.sqrt(2)) == pytest.approx(BAND, rel=1e-15)
    # Far apart, the lower pole alone is left: it lies at Q f0.
    assert of(response.times_pole2, GRID[:7], BAND, 1e-6) == pytest.approx(of(response.times_pole, GRID[:7], BAND), rel=1e-9)


def test_prototypes_of_scipy():
    numerator, denominator = signal.bessel(4, 2 * math.pi * BAND, analog=True, norm="mag")
    _, bessel = signal.freqs(numerator, denominator, 2 * math.pi * GRID)
    delay = response.BESSEL4_HALF_POWER / (2 * math.pi * BAND)
    delayed = of(response.times_bessel4, GRID, BAND) * of(response.times_delay, GRID, delay)
    assert delayed == pytest.approx(bessel, rel=1e-9)
    numerator, denominator = signal.butter(4, 2 * math.pi * BAND, analog=True)
    _, butterworth = signal.freqs(numerator, denominator, 2 * math.pi * GRID)
    assert of(response.times_butterworth4, GRID, BAND) == pytest.approx(butterworth, rel=1e-9)


def test_butterworth_of_the_channel_operating_margin():
    """The rounded coefficients of Annex 93A."""
    x = GRID / BAND
    quoted = 1 / (1 - 3.414214 * x**2 + x**4 + 2.613126j * (x - x**3))
    assert of(response.times_butterworth4, GRID, BAND) == pytest.approx(quoted, rel=1e-6)


def test_bessel_has_no_delay_at_dc():
    """Phase of e^s / B4(s) starts with the ninth power: flat to 1e-9 rad at a twentieth of the band."""
    assert abs(np.angle(of(response.times_bessel4, [BAND / 20], BAND)[0])) < 1e-9
    assert np.angle(of(response.times_pole2, [BAND / 20], BAND, 1 / math.sqrt(3))[0]) < -0.01


@pytest.mark.parametrize(
    ("function", "ratio"),
    [
        (response.times_pole, math.pi / 2),
        (response.times_gaussian, 1.0645),
        (response.times_bessel4, 1.0464),
        (response.times_butterworth4, math.pi / 8 / math.sin(math.pi / 8)),
    ],
)
def test_noise_bandwidths(function, ratio):
    u = (np.arange(200_000) + 0.5) / 200_000 * math.pi / 2  # f = tan u reaches to infinity
    squared = np.abs(of(function, np.tan(u), 1.0)) ** 2
    assert np.mean(squared / np.cos(u) ** 2) * math.pi / 2 == pytest.approx(ratio, rel=2e-4)


# --- impulse responses -------------------------------------------------------------------------------------------------------


def before_zero(function, *parameters, extra_delay_s=0.0):
    """Largest |h| in the quarter window before t = 0, over the largest of all, behind a smooth filter of known width.

    A Gaussian of 4 BAND with its own delay of nine standard deviations: what still comes before 0 comes from the response.
    """
    count, top = 16384, 40 * BAND
    frequency = np.arange(count + 1) / count * top
    sigma = math.sqrt(math.log(2)) / (2 * math.pi * 4 * BAND)
    spectrum = np.ones(count + 1, dtype=np.complex128)
    response.times_gaussian(frequency, 4 * BAND, spectrum)
    response.times_delay(frequency, 9 * sigma + extra_delay_s, spectrum)
    function(frequency, *parameters, spectrum)
    impulse = np.abs(np.fft.irfft(spectrum))
    return impulse[-count // 2 :].max() / impulse.max()


CAUSAL = {"pole", "pole2", "butterworth4", "ctle", "coupling", "delay"}


@pytest.mark.parametrize("case", [case for case in CASES if case[0].split()[0] in CAUSAL], ids=lambda case: case[0])
def test_causal(case):
    assert before_zero(case[1], *case[2]) < 1e-12


def test_bessel_is_causal_with_its_delay_only():
    delay = response.BESSEL4_HALF_POWER / (2 * math.pi * BAND)
    assert before_zero(response.times_bessel4, BAND, extra_delay_s=delay) < 1e-12
    assert before_zero(response.times_bessel4, BAND) > 1e-3


def test_a_delay_moves_the_pulse_later():
    frequency = np.arange(1025) / 1024 * 400e9  # steps of 1.25 ps
    spectrum = of(response.times_gaussian, frequency, 80e9)
    response.times_delay(frequency, 100 * 1.25e-12, spectrum)
    assert np.argmax(np.fft.irfft(spectrum)) == 100


# --- symbol ------------------------------------------------------------------------------------------------------------------


def test_symbol_is_the_rectangle():
    """Nulls at multiples of the symbol rate; back in time, 1 inside the UI and 0 outside."""
    assert np.all(np.abs(of(response.times_symbol, [106.25e9, 212.5e9], 1 / 106.25e9)) < 1e-15)
    frequency = np.arange(2**15) / 64.0  # 64 symbols of 1 s, 512 symbol rates
    spectrum = of(response.times_symbol, frequency, 1.0)
    pulse = np.fft.irfft(spectrum) * (2 * (2**15 - 1)) / 64.0
    t = np.fft.fftfreq(len(pulse)) * 64.0
    assert pulse[np.abs(t) < 0.4] == pytest.approx(1.0, abs=0.01)
    assert pulse[np.abs(t) > 0.6] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("roll_off", [0.0, 0.05, 0.3, 0.5, 1.0])
def test_raised_cosine_has_no_interference(roll_off):
    """Symbol and shaper together: 1 at t = 0, 0 at every other symbol."""
    frequency = np.arange(64 * 8 + 1) / 64.0
    spectrum = of(response.times_raised_cosine, frequency, 1.0, roll_off)
    response.times_symbol(frequency, 1.0, spectrum)
    samples = (np.fft.irfft(spectrum) * 16)[::16]
    assert samples == pytest.approx(np.eye(64)[0], abs=1e-14)
    assert np.all(spectrum[frequency > (1 + roll_off) / 2] == 0.0)
    assert np.all(of(response.times_raised_cosine, [1.0, 1.5, 40.0], 1.0, roll_off) == 0.0)


def test_raised_cosine_at_full_roll_off_ends_smoothly():
    """r = 1: RC/sinc = (x/2) pi cot(x pi/2), which goes to 0 with slope -pi^2/4 where both vanish."""
    near = 1 - 1e-9
    assert magnitude(response.times_raised_cosine, near, 1.0, 1.0) == pytest.approx(1e-9 * math.pi**2 / 4, rel=1e-6)


# --- equaliser, fibre, crosstalk ---------------------------------------------------------------------------------------------


def test_relative_ctle():
    relative = of(response.times_ctle_relative, GRID, *CTLE)
    assert relative * CTLE[0] * CTLE[1] == pytest.approx(of(response.times_ctle, GRID, *CTLE), rel=1e-14)
    assert relative[0] == 1.0


def test_ctle_without_a_stage():
    no_low = (CTLE[0], 1.0, *CTLE[2:5])
    without = of(response.times_ctle, GRID, *no_low, math.inf)
    assert of(response.times_ctle, GRID, *no_low, 1.3e9) == pytest.approx(without, rel=1e-15)
    flat = of(response.times_ctle, GRID, 1.0, 1.0, 20e9, 20e9, math.inf, 1e9)
    assert flat == pytest.approx(np.ones(len(GRID)), rel=1e-15)


@pytest.mark.parametrize(("alpha", "dispersion"), [(1.0, 6.615e-3), (1.0, -6.615e-3), (0.0, 11.7e-3)])
def test_sign_of_chirp(alpha, dispersion):
    """sqrt(1 + alpha^2) cos(theta + atan alpha), theta = pi lambda^2 D L f^2 / c: alpha = 1 and D > 0 fade."""
    theta = math.pi * (1.3375e-6 * GRID) ** 2 * dispersion / 299792458.0
    expected = math.sqrt(1 + alpha**2) * np.cos(theta + math.atan(alpha))
    got = of(response.times_chromatic, GRID, 1.3375e-6, dispersion, alpha)
    assert got == pytest.approx(expected, abs=1e-13)
    assert np.any(got.real < 0)  # signed beyond the null
    if alpha == 1.0:
        at_56_7 = 20 * math.log10(magnitude(response.times_chromatic, 56.7e9, 1.3375e-6, dispersion, 1.0))
        assert at_56_7 == pytest.approx(-5.4 if dispersion > 0 else 2.3, abs=0.1)


@settings(max_examples=50)
@given(amplitude=st.floats(1e-4, 1.0), reference=st.floats(1e9, 1e11), corner=st.floats(1e8, 1e12) | st.just(math.inf))
def test_coupling(amplitude, reference, corner):
    """The stated amplitude at the reference; 20 dB per decade below the corner, flat above."""
    assert magnitude(response.times_coupling, reference, amplitude, reference, corner) == pytest.approx(amplitude, rel=1e-13)
    low = min(corner, reference) / 1e3
    pair = np.abs(of(response.times_coupling, [low, 2 * low], amplitude, reference, corner))
    assert pair[1] / pair[0] == pytest.approx(2.0, rel=1e-5)
    if corner < math.inf:
        pair = np.abs(of(response.times_coupling, [1e3 * corner, 2e3 * corner], amplitude, reference, corner))
        assert pair[1] / pair[0] == pytest.approx(1.0, rel=1e-5)


@settings(max_examples=100)
@given(x=st.floats(0.0, 50.0), y=st.floats(-50.0, 50.0), scale=st.sampled_from([1e-12, 1e-6, 1.0]))
def test_one_minus_exp(x, y, scale):
    z = complex(x, y) * scale
    exact = complex(-slow.MP.expm1(-slow.MP.mpc(z)))
    assert abs(response.one_minus_exp(z) - exact) <= 1e-14 * max(abs(exact), 1e-3 * abs(z))


def test_limits_of_no_length():
    assert np.all(of(response.times_delay, GRID, 0.0) == 1.0)
    assert np.all(of(response.times_dgd, GRID, 0.0) == 1.0)
    assert of(response.times_chromatic, GRID, 1.311e-6, 0.0, 0.7) == pytest.approx(np.ones(len(GRID)), rel=1e-15)
