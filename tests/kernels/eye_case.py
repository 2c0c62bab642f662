"""What the eye's tests share: spectra on a grid, rows of points, and an error ratio in double precision by the Fourier series of the step."""

import math

import numpy as np
from photonics_kernels import eye, eye_rows

from tests.oracle import equalizer, pulse
from tests.oracle.eye import judged

WINDOW, BANDS = 64, 4


def spectrum(*responses, window=WINDOW, bands=BANDS):
    """A rectangular symbol of one UI through responses H(f), f in symbol rates."""
    f = np.arange(window * bands + 1) / window
    value = np.sinc(f) * np.exp(-1j * np.pi * f)
    for h in responses:
        value = value * h(f)
    return value


def poles(*p):
    return lambda f: pulse.response(p, f)


def echo(height, delay):
    """A reflection ``delay`` UI later, DC gain kept."""
    return lambda f: (1 + height * np.exp(-2j * np.pi * f * delay)) / (1 + height)


def raised_cosine(roll_off):
    """What makes of a rectangular symbol a pulse without intersymbol interference."""

    def h(f):
        x = np.clip((np.abs(f) - (1 - roll_off) / 2) / roll_off, 0.0, 1.0)
        return np.where(f < 0.999, np.cos(np.pi * x / 2) ** 2 / np.sinc(np.minimum(f, 0.999)), 0.0)

    return h


TWO_POLE = spectrum(poles(*pulse.two_pole(0.62, 0.7)))
FOUR_POLE = spectrum(poles(*pulse.two_pole(0.5, 0.75), *pulse.two_pole(0.7, 0.55)))
REFLECTING = spectrum(poles(*pulse.two_pole(0.62, 0.7)), echo(0.06, 40.2))


def grid_pulse(spectrum, times, window=WINDOW):
    """q at any times of a spectrum on the grid, the plain sum."""
    k = np.arange(len(spectrum))
    angles = 2j * np.pi / window * np.outer(np.atleast_1d(times), k)
    doubled = np.where(k == 0, 1.0, 2.0) / window * spectrum
    return (doubled * np.exp(angles)).real.sum(axis=1)


def pam(count):
    return tuple(np.linspace(-1.0, 1.0, count))


def rows(spectra, n=1, **more):
    """``n`` points without any noise but the amplifier's and without an equaliser, on one or several spectra; ``more`` replaces columns."""
    spectra = np.atleast_2d(spectra)
    levels = more.pop("levels", pam(4))
    count = len(levels)
    lags = 80
    white = np.zeros((len(spectra), lags))
    white[:, 0] = 1.0
    zero, none = np.zeros(n), np.zeros((n, count))
    whole = {"which": 0, "tap_count": 1, "pre": 0, "per_symbol": 1, "feedback": 0, "memory": 0}
    real = {
        "half_swing_a": 1.0, "amplifier_a2": 0.0, "dark_shot_a2": 0.0, "quantisation_relative": 0.0, "transmitter_relative": 0.0,
        "tap_limit": math.inf, "feedback_limit": math.inf, "random_ui": 0.0, "dirac_ui": 0.0, "offset_ui": 0.0,
    }  # fmt: skip
    columns = {name: np.full(n, value, dtype=np.int64) for name, value in whole.items()}
    columns |= {name: np.full(n, value) for name, value in real.items()}
    columns |= {
        "window": WINDOW, "spectrum": spectra, "aggressor": np.zeros((len(spectra), 0, spectra.shape[1]), dtype=complex),
        "amplifier_acf": white, "light_acf": white.copy(), "levels": np.tile(np.array(levels), (n, 1)),
        "shot_a": none, "rin_relative": none, "beat_relative": none, "beat_deviation": none, "beat_mean": zero,
        "state_x": np.zeros((n, 1)), "state_mass": np.ones((n, 1)), "optimal": np.zeros(n, dtype=bool),
    }  # fmt: skip
    for name, value in more.items():
        old = columns[name]
        shape = np.shape(value) if name in OWN else old.shape
        # A copy: what broadcasting gives is read-only, for which every kernel would be compiled again.
        columns[name] = np.array(np.broadcast_to(np.asarray(value, dtype=old.dtype), shape), order="C")
    return eye_rows.EyeRows(**columns)


OWN = ("state_x", "state_mass", "aggressor", "amplifier_acf", "light_acf")  # of a shape of their own


class Seen:
    """Answers of ``eye_points``."""

    def __init__(self, given):
        n, count = given.levels.shape
        self.log_ber, self.log_codeword, self.phase = np.empty(n), np.empty(n), np.empty(n)
        self.status = np.empty(n, dtype=np.int64)
        self.taps, self.noise, self.gains = np.zeros((n, 160)), np.empty((n, count)), np.empty((n, 8))
        eye.eye_points(given, self.log_ber, self.log_codeword, self.status, self.phase, self.taps, self.noise, self.gains)


class Instant:
    """Cursors and noise of a point at a sampling time, by plain sums over the taps that the kernel found."""

    def __init__(self, given, i, seen):
        self.given, self.i = given, i
        self.s = given.which[i]
        self.per, self.taps = int(given.per_symbol[i]), seen.taps[i, : given.tap_count[i]]
        self.phase = seen.phase[i]
        self.main = int(np.argmax(self.cursors(0.0)))

    def cursors(self, time):
        """Of the whole window; NumPy's transform of the spectrum behind the taps, folded at the symbol rate."""
        k = np.arange(self.given.spectrum.shape[1])
        turns = np.exp(-2j * np.pi * np.outer(k, np.arange(len(self.taps))) / (WINDOW * self.per)) @ self.taps
        value = self.given.spectrum[self.s] * turns * np.exp(2j * np.pi * k * (self.phase + time) / WINDOW) * np.where(k == 0, 1.0, 2.0)
        value = np.append(value, np.zeros(-len(value) % WINDOW)).reshape(-1, WINDOW).sum(axis=0)
        return np.fft.ifft(value).real

    def sigmas(self, cursors):
        g, i = self.given, self.i
        scale = g.half_swing_a[i]
        amplifier = self.taps @ equalizer.toeplitz(g.amplifier_acf[self.s, : len(self.taps)]) @ self.taps
        light = self.taps @ equalizer.toeplitz(g.light_acf[self.s, : len(self.taps)]) @ self.taps
        variance = g.amplifier_a2[i] * amplifier / scale**2 + g.quantisation_relative[i] * (self.taps @ self.taps)
        variance = variance + light * (g.dark_shot_a2[i] / scale**2 + g.shot_a[i] / scale + g.rin_relative[i])
        return np.sqrt(variance + (cursors @ cursors) * (g.transmitter_relative[i] + g.beat_relative[i]))

    def eye(self, time):
        """(main cursor, the others, noise per level, thresholds halfway at the nominal time)."""
        cursors = self.cursors(time)
        levels = self.given.levels[self.i]
        nominal = self.cursors(0.0)
        mean = levels.mean() * (nominal.sum() - cursors.sum())  # thresholds stand still: the mean is taken out by the kernel
        middle = (levels[1:] + levels[:-1]) / 2 - levels.mean()
        thresholds = nominal[self.main] * middle + levels.mean() * cursors.sum()
        assert abs(mean) < 1e-9
        return cursors[self.main], np.delete(cursors, self.main), self.sigmas(cursors), thresholds


def fourier_tails(levels, main, isi, sigmas, thresholds):
    """``oracle.eye.inverted`` in double precision, absolute error about 1e-15: P(y above), P(y below) as [level, threshold]."""
    levels, isi = np.asarray(levels), np.asarray(isi)
    length = np.abs(levels).max() * (abs(main) + np.abs(isi).sum()) + np.abs(thresholds).max() + 8.5 * max(sigmas)
    n = np.arange(1, int(8.8 * length / (math.pi * min(sigmas))) + 2, 2)
    w = n * math.pi / length
    value = np.ones(len(n), dtype=complex)
    for q in isi:
        value *= np.exp(1j * w[:, None] * q * levels).mean(axis=1)
    sums = np.empty((len(levels), len(thresholds)))
    for k, level in enumerate(levels):
        gauss = value * np.exp(-((sigmas[k] * w) ** 2) / 2) / n
        for t, threshold in enumerate(thresholds):
            sums[k, t] = 2 / math.pi * math.fsum((gauss * np.exp(1j * w * (level * main - threshold))).imag)
    return 0.5 + sums, 0.5 - sums


def fourier_ber(levels, main, isi, sigmas, thresholds):
    """Gray-coded error ratio of ``fourier_tails``."""
    return judged(*fourier_tails(levels, main, isi, sigmas, thresholds)).ber
