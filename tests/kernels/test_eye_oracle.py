"""The twins of the eye among themselves: every answer by two methods that share nothing, and the NumPy benchmark against them."""

import itertools
import json
import math

import numpy as np
import pytest

from tests.benchmarks import numpy_eye
from tests.oracle import MP, detection, equalizer, eye, make_eye_channels, pam, pulse
from tests.oracle.eye_channels import PAM2, PAM4, PAM8, channels, middles

CHANNELS = channels()
STORED = {entry["name"]: entry for entry in json.loads(make_eye_channels.FILE.read_text(encoding="utf-8"))["channels"]}
#: Cheap enough to be answered again in every run, one or two of each kind.
AGAIN = [
    "no_isi_pam8_1e-6", "short_1e-30", "thresholds_off_the_middle", "dominant_1e-15", "plateau_4e-8", "echoes_at_25_and_40_ui_1e-12",
    "pam2_40_cursors_1e-40", "unequal_noise_60_cursors_1e-12", "lopsided_and_unequal",
]


def close(value, exact, relative):
    return abs(MP.mpf(value) - MP.mpf(exact)) <= relative * abs(MP.mpf(exact))


# --- the stored channels ------------------------------------------------------------------------------------------------------


def test_stored_channels_are_those_of_the_module_and_two_methods_agree_on_each():
    assert list(STORED) == list(CHANNELS)
    assert len(STORED) >= 30
    for name, entry in STORED.items():
        for key, value in entry["inputs"].items():
            assert json.loads(json.dumps(getattr(CHANNELS[name], key))) == value, (name, key)
        assert len(entry["methods"]) >= 2
        assert entry["agreement"] < 1e-12, name
        assert entry.get("agreement_over_jitter", 0.0) < 1e-12, name


@pytest.mark.parametrize("name", AGAIN)
def test_stored_answers_come_back(name):
    c, expected = CHANNELS[name], STORED[name]["expected"]
    found = eye.convolved(c.levels, c.main, c.isi, c.sigmas, c.thresholds, c.digits, c.denominator)
    assert found.ber == pytest.approx(expected["ber"], rel=1e-12, abs=0)
    assert found.ser == pytest.approx(expected["ser"], rel=1e-12, abs=0)
    np.testing.assert_allclose(found.above, expected["above"], rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(found.below, expected["below"], rtol=1e-11, atol=1e-300)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(CHANNELS))
def test_every_stored_answer_is_made_again(name):
    made, stored = make_eye_channels.answer(CHANNELS[name]), STORED[name]
    for key, value in made["expected"].items():
        np.testing.assert_allclose(value, stored["expected"][key], rtol=1e-11, atol=1e-300, err_msg=key)
    assert made["agreement"] < 1e-12


# --- one method against the other ---------------------------------------------------------------------------------------------


def test_without_isi_the_eye_is_the_plain_constellation():
    for levels in (PAM2, PAM4, PAM8):
        sigmas = [0.2 / len(levels) * (1 + 0.1 * k) for k in range(len(levels))]
        found = eye.enumerated(levels, 1.0, (), sigmas, middles(levels))
        assert close(found.ber, pam.gray_error_ratio(levels, sigmas, middles(levels)), 1e-13)
        assert close(found.ser, pam.symbol_error_ratio(levels, sigmas, middles(levels)), 1e-13)


@pytest.mark.parametrize("sigma", [0.1, 0.02, 0.012])
def test_double_precision_costs_the_enumeration_nothing_down_to_1e_minus_60(sigma):
    isi = (0.05, -0.04, 0.03, 0.02)
    exact = eye.enumerated_in_digits(PAM4, 1.0, isi, (sigma,) * 4, middles(PAM4))
    found = eye.enumerated(PAM4, 1.0, isi, (sigma,) * 4, middles(PAM4))
    assert close(found.ber, exact.ber, 1e-12)
    for a, b in zip(np.ravel(found.above), np.ravel(exact.above), strict=True):
        assert close(a, b, 1e-11) or b < 1e-300


def test_fourier_series_is_the_inversion_integral():
    isi, sigma = (0.05, -0.04, 0.03, 0.02), 0.04
    found = eye.inverted(PAM4, 1.0, isi, (sigma,) * 4, middles(PAM4))
    integral = eye.gil_pelaez(PAM4, 1.0, isi, sigma, PAM4[1], middles(PAM4)[1])
    assert close(found.above[1][1], integral, 1e-14)


def test_splitting_doubles_the_cursors():
    isi = (0.3, *[0.0032] * 13)
    found = eye.split(PAM4, 1.0, isi, (3e-4,) * 4, middles(PAM4))
    lattice = eye.convolved(PAM4, 1.0, isi, (3e-4,) * 4, middles(PAM4), 4, 3)
    assert found.ber == pytest.approx(lattice.ber, rel=1e-12, abs=0)


def test_twice_the_phases_of_a_beat_change_nothing():
    c = CHANNELS["one_beat"]
    one, two = (eye.enumerated(c.levels, c.main, c.isi[:2], c.sigmas, c.thresholds, c.beat, nodes) for nodes in (32, 64))
    assert one.ber == pytest.approx(two.ber, rel=1e-13, abs=0)


@pytest.mark.parametrize(("random", "dual_dirac", "offset"), [(0.01, 0.0, 0.0), (0.02, 0.03, 0.01), (0.0, 0.03, 0.01)])
def test_mean_over_the_jitter_of_an_exponential(random, dual_dirac, offset):
    """E exp(r t) = exp(r offset + r^2 random^2/2) cosh(r dual_dirac)."""
    rate = 250.0 if random else 20.0
    found = eye.jittered(lambda t: math.exp(rate * t), random, dual_dirac, offset)
    exact = math.exp(rate * offset + 0.5 * (rate * random) ** 2) * math.cosh(rate * dual_dirac)
    assert found == pytest.approx(exact, rel=1e-9)


# --- pulse --------------------------------------------------------------------------------------------------------------------

CASCADE = [*pulse.one_pole(0.5), *pulse.two_pole(0.7, 0.8), *pulse.two_pole(0.9, 0.4)]


def test_one_pole_is_an_exponential():
    w = 2 * math.pi * 0.4
    for t in (-0.1, 0.3, 1.0, 2.5):
        exact = (1 - math.exp(-w * t) if t > 0 else 0.0) - (1 - math.exp(-w * (t - 1)) if t > 1 else 0.0)
        assert pulse.in_closed_form(pulse.one_pole(0.4), 1.0, t) == pytest.approx(exact, abs=1e-15)


@pytest.mark.parametrize("poles", [pulse.one_pole(0.4), pulse.two_pole(0.6, 0.9), CASCADE])
def test_the_integral_gives_the_partial_fractions(poles):
    for t in (0.35, 1.6):
        found = pulse.by_integral([lambda f: pulse.response([MP.mpc(p) for p in poles], f)], 1.0, t)
        assert found == pytest.approx(pulse.in_closed_form(poles, 1.0, t), abs=1e-12)


def test_band_and_grid_approach_the_whole_pulse():
    def h(f):
        return pulse.response(CASCADE, f)

    times = np.array([0.2, 0.9, 1.7, 4.0])
    exact = np.array([pulse.in_closed_form(CASCADE, 1.0, t) for t in times])
    # Five poles and the symbol's own: what lies above 30 symbol rates falls as the sixth power.
    np.testing.assert_allclose(pulse.in_band([h], 1.0, times, 30.0), exact, atol=1e-8)
    grid = pulse.on_grid([h], 1.0, times, 64, 30)
    np.testing.assert_allclose(grid, exact, atol=1e-8)
    half = pulse.on_grid([h], 1.0, np.arange(64) + 0.3, 64, 30)
    assert half.sum() == pytest.approx(1.0, abs=1e-13)  # gain 1 at DC


# --- equaliser ----------------------------------------------------------------------------------------------------------------


def _sampled(samples_per_symbol, symbols=10):
    times = np.arange(symbols * samples_per_symbol) / samples_per_symbol + 0.1
    return np.array([pulse.in_closed_form(CASCADE, 1.0, t) for t in times])


@pytest.mark.parametrize("samples_per_symbol", [1, 2])
@pytest.mark.parametrize("dfe_taps", [0, 2])
def test_solved_taps_are_those_of_least_error(samples_per_symbol, dfe_taps):
    matrix = equalizer.convolution_matrix(_sampled(samples_per_symbol), 5, samples_per_symbol)
    lags = [math.exp(-0.8 * n / samples_per_symbol) for n in range(5)]
    covariance = 0.01 * equalizer.toeplitz(lags)
    solved = equalizer.mmse(matrix, 3, 5 / 9, covariance, dfe_taps)
    found = equalizer.mmse_by_descent(matrix, 3, 5 / 9, covariance, dfe_taps)
    assert solved.error == pytest.approx(found.error, rel=1e-9)
    np.testing.assert_allclose(solved.ffe, found.ffe, atol=2e-5)
    np.testing.assert_allclose(solved.dfe, solved.cursors[4 : 4 + dfe_taps], atol=1e-12)  # the DFE takes away what is left there
    assert equalizer.best_main(matrix, 5 / 9, covariance, dfe_taps).error <= solved.error


def test_convolution_matrix_is_the_convolution():
    samples, taps = _sampled(2), np.array([0.1, -0.4, 1.3, -0.2])
    matrix = equalizer.convolution_matrix(samples, 4, 2)
    np.testing.assert_allclose(matrix @ taps, np.convolve(samples, taps)[::2], atol=1e-15)


def test_a_limit_on_the_feedback_is_met_and_costs():
    matrix = equalizer.convolution_matrix(_sampled(1), 5)
    covariance = 0.01 * np.eye(5)
    free = equalizer.mmse(matrix, 2, 5 / 9, covariance, 1)
    bound = 0.5 * abs(free.dfe[0])
    held = equalizer.mmse_by_descent(matrix, 2, 5 / 9, covariance, 1, bound)
    assert abs(held.dfe[0]) == pytest.approx(bound, rel=1e-12)
    assert free.error < held.error < equalizer.mmse(matrix, 2, 5 / 9, covariance).error


def test_noise_of_one_pole_has_an_exponential_autocorrelation():
    lags = np.arange(4.0)
    found = equalizer.autocorrelation(lambda f: 1 / (1 + (f / 0.1) ** 2), lags, 800.0, 40_000)
    np.testing.assert_allclose(found, np.exp(-2 * math.pi * 0.1 * lags), atol=2e-4)  # what the band leaves out: 0.1/800 2/pi


# --- decisions with memory ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("levels", "tap", "sigma"), [(PAM4, 0.7, 0.13), (PAM4, 1.0, 0.12), (PAM2, 0.5, 0.4)])
def test_markov_chain_of_the_dfe_is_what_happens(levels, tap, sigma):
    thresholds = middles(levels)
    ber, ser, after_error, after_none = detection.dfe_chain(levels, tap, sigma, thresholds)
    found_ber, found_ser, count = detection.dfe_monte_carlo(levels, tap, sigma, thresholds, 20_000, 60, seed=4)
    # Errors come in bursts of mean length 1/(1 - after_error): so many fewer independent ones; five deviations.
    slack = 5 * math.sqrt(2 / (1 - after_error) / count) + 1 / 60  # and a start without an error
    assert found_ser == pytest.approx(ser, rel=slack)
    assert found_ber == pytest.approx(ber, rel=slack)
    alone = pam.symbol_error_ratio(levels, [sigma] * len(levels), thresholds)
    assert close(after_none, alone, 1e-12)
    shares = detection.burst_shares(levels, tap, sigma, thresholds, 12)
    assert math.fsum(shares) == pytest.approx(1.0, abs=1e-12)
    assert after_error > 5 * after_none


@pytest.mark.parametrize("taps", [(0.8,), (0.5, 0.3)])
def test_viterbi_finds_the_nearest_of_all_sequences(taps):
    rng = np.random.default_rng(3)
    length, blocks, memory = 5, 40, len(taps)
    received = rng.normal(0.0, 0.8, (blocks, length))
    start = (2, 1)[:memory]
    every = np.array(list(itertools.product(range(4), repeat=length)))
    known = np.concatenate([np.tile(start[::-1], (len(every), 1)), every], axis=1)
    values = np.array(PAM4)[known]
    clean = values[:, memory:].copy()
    for m, tap in enumerate(taps):
        clean += tap * values[:, memory - 1 - m : memory - 1 - m + length]
    nearest = every[((received[:, None, :] - clean) ** 2).sum(axis=2).argmin(axis=1)]
    np.testing.assert_array_equal(detection.viterbi(PAM4, taps, received, start), nearest)


def test_mlse_without_memory_is_the_slicer_and_with_a_whole_echo_meets_the_error_events():
    sigma = 0.14
    ber, ser, count = detection.mlse_monte_carlo(PAM4, (0.0,), sigma, 1000, 200, seed=5)
    slack = 5 / math.sqrt(count)
    assert ser == pytest.approx(float(pam.symbol_error_ratio(PAM4, [sigma] * 4, middles(PAM4))), rel=slack)
    assert ber == pytest.approx(float(pam.gray_error_ratio(PAM4, [sigma] * 4, middles(PAM4))), rel=slack)
    # PAM2 on 1 + D: n errors of alternating sign happen to 2 of 2^n patterns at the distance sqrt(8), all n: SER = 4 Q(sqrt(2)/sigma)
    sigma = 0.45
    _, ser, count = detection.mlse_monte_carlo(PAM2, (1.0,), sigma, 4000, 200, seed=6, guard=32)
    assert ser == pytest.approx(2 * math.erfc(1 / sigma), rel=0.1 + 10 / math.sqrt(count))


# --- the benchmark ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seen():
    return numpy_eye.equalised(numpy_eye.example())


def test_numpy_twin_equalises_as_the_dense_equations_do(seen):
    point = numpy_eye.example()
    f = np.arange(2049) / 64.0
    samples = np.array([2.0 / 64.0 * (point.spectrum * np.exp(2j * np.pi * f * n / 64)).real.sum() for n in range(4096)])
    samples -= (point.spectrum[0].real + (point.spectrum[-1] * np.exp(2j * np.pi * 32 * np.arange(4096) / 64)).real) / 64.0
    peak, variance = int(samples.argmax()), 5 / 9
    noise = point.level_variance.mean() * equalizer.toeplitz(point.noise_lags) + point.converter_variance * np.eye(15)
    errors, taps = [], []
    for phase in range(32):
        at = np.take(samples, peak + 2 * (phase - 16) + 64 * np.arange(-16, 48), mode="wrap")
        matrix = equalizer.convolution_matrix(at, 15)
        # noise of the transmitter rides on the symbols: it adds to the normal matrix as so much more variance would
        found = equalizer.mmse(matrix, 20, variance, noise + point.transmitter_variance * matrix.T @ matrix)
        errors.append(found.error)
        taps.append(found.ffe)
    best = int(np.argmin(errors))
    assert best == seen.phase
    np.testing.assert_allclose(seen.taps, taps[best], atol=1e-10)
    for row in (0, 16, 31):
        at = np.take(samples, peak + 2 * (best - 16) + row - 16 + 64 * np.arange(-16, 48), mode="wrap")
        np.testing.assert_allclose(seen.cursors[row], np.convolve(at, seen.taps), atol=1e-12)
    squares = (seen.cursors[16] ** 2).sum()
    lags = equalizer.toeplitz(point.noise_lags)
    for k in range(4):
        variance = point.level_variance[k] * (seen.taps @ lags @ seen.taps)
        variance += point.converter_variance * (seen.taps @ seen.taps) + point.transmitter_variance * squares
        assert seen.sigmas[16, k] ** 2 == pytest.approx(variance, rel=1e-12)


def test_numpy_twin_keeps_six_digits_of_the_error_ratio(seen):
    total = 0.0
    for cursors, sigmas, weight in zip(seen.cursors, seen.sigmas, seen.weights, strict=True):
        if weight > 1e-9:
            isi = np.delete(cursors, seen.main)
            total += weight * float(eye.inverted(PAM4, cursors[seen.main], isi, sigmas, seen.thresholds, digits=13).ber)
    point = numpy_eye.example()
    assert 1e-6 < total < 1e-4
    assert numpy_eye.link_point(point) == pytest.approx(total, rel=1e-6)
    assert numpy_eye.link_point_lean(point) == pytest.approx(total, rel=1e-6)
    assert numpy_eye.link_point(point, every_bin=True) == pytest.approx(total, rel=1e-6)


@pytest.mark.slow
def test_numpy_twin_integrates_the_jitter(seen):
    """32 times T/64 apart against Gauss-Legendre over any time, the pulse summed from its spectrum at each."""
    point = numpy_eye.example()
    f = np.arange(2049) / 64.0
    doubled = np.where((f == 0.0) | (f == 32.0), 1.0, 2.0) / 64.0 * point.spectrum
    pulse_at_peak = np.fft.irfft(point.spectrum, 4096).argmax()
    start = (pulse_at_peak + 2 * (seen.phase - 16)) / 64.0 + np.arange(-16, 48)
    lags = equalizer.toeplitz(point.noise_lags)
    shaped = point.level_variance * (seen.taps @ lags @ seen.taps) + point.converter_variance * (seen.taps @ seen.taps)

    def ber(time):
        samples = np.array([(doubled * np.exp(2j * np.pi * f * t)).real.sum() for t in start + time])
        cursors = np.convolve(samples, seen.taps)
        sigmas = np.sqrt(shaped + point.transmitter_variance * (cursors**2).sum())
        isi = np.delete(cursors, seen.main)
        return float(eye.inverted(PAM4, cursors[seen.main], isi, sigmas, seen.thresholds, digits=14).ber)

    mean = eye.jittered(ber, point.random, point.dual_dirac, accuracy=1e-7, reach=7.0)
    assert numpy_eye.link_point_lean(point) == pytest.approx(mean, rel=1e-6)
