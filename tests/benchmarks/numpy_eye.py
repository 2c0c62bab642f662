"""W2's frozen twin: one point of the statistical eye, from the spectrum of the pulse to the error ratio over the jitter, in NumPy.

    pulse       q(n T/64) from 2049 lines up to 32 symbol rates: one irfft of 4096
    equaliser   at 32 sampling phases T/32 apart: (v H'H + R) w = v H' e_main, 15 taps a symbol apart, LAPACK over the stack;
                H'H from the pulse's autocorrelation; the phase of least v (1 - h'w)
    eye         at 32 times T/64 apart about that phase: combined cursors c = w * q, 64 + 14 of them;
                tails of ISI and noise from the characteristic function, prod_j mean_k exp(j x l_k c_j) exp(-x^2 sigma_k^2/2)
    jitter      two Gaussians: the trapezoidal rule on those 32 times, exact to rounding where ``random`` is at least 1/64 UI

Two ways to the tails, both from the Fourier series of a step (odd harmonics of a square wave; see tests/oracle/eye.py):

    link_point_plain  2048 bins, time by time and cursor by cursor: W2 as performance.md measured it
    link_point        2048 bins by FFT for every level and time, six-point Lagrange interpolation at the thresholds, all times in one call
    link_point_lean   the series at the 12 places that are asked for, harmonics that count alone; no grid at all

Accuracy: 1e-6 of error ratios from 1e-6 up; both ways add numbers of order one and stop at about 1e-13, and no tuning takes either below
1e-16.  The benchmark's point has 1.2e-5.  Frozen: a faster kernel is compared with this file as it stands; the lean way is the fastest
that was found in NumPy.  What it computes is held against tests/oracle by tests/kernels/test_eye_oracle.py.

Rules of speed kept here: even levels need one cosine a cursor and harmonic, (cos a + cos a/3)/2 = c (2 c^2 - 1) with c = cos a/3, and that
comes from the two harmonics before it; harmonics beyond the reach of the noise are zero and are not computed; all phases, times and
levels go through one call; thresholds and times separate by the addition theorem.
What a like-for-like comparison must hold still: 32 phases and 32 times are the workload.  Fewer times at the nodes of a Gauss rule would
make this file about as much faster as they would any other.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

PER_SYMBOL = 64  # samples of the pulse in a symbol
WINDOW = 64  # symbols
LENGTH = PER_SYMBOL * WINDOW
BEFORE = 16  # symbols of the window before the one that the pulse peaks in
PHASES = 32
TIMES = 32
BINS = 2048
FINE = 7.7  # sigmas of the last harmonic: exp(-FINE^2/2) = 1e-13
FAR = 7.7  # sigmas of the support: what lies beyond comes back with a probability of 1e-13
RESTART = 32  # harmonics
GRAY_DISTANCE = np.array([[0, 1, 2, 1], [1, 0, 1, 2], [2, 1, 0, 1], [1, 2, 1, 0]])
#: BER = sum_k (d(k, 0) + sum_t P(y > th_t | k) (d(k, t + 1) - d(k, t)))/8
GRAY_STEPS = np.diff(GRAY_DISTANCE, axis=1) / 8.0
GRAY_CONSTANT = GRAY_DISTANCE[:, 0].sum() / 8.0


@dataclass(frozen=True)
class Point:
    """One link point.  Amplitudes in half outer swings, times in UI; PAM4 with even levels.

    spectrum: 2049 values at k/64 symbol rates of all responses times that of the rectangular symbol, 1 at DC.
    level_variance: noise before the equaliser on each level, all of it with the autocorrelation ``noise_lags`` (15, the first is 1).
    converter_variance: white at the taps.  transmitter_variance: of each symbol.
    random, dual_dirac: jitter; random from 1/64 to 0.025.  before_main: taps before the main one.
    """

    spectrum: np.ndarray
    level_variance: np.ndarray
    noise_lags: np.ndarray
    converter_variance: float
    transmitter_variance: float
    random: float
    dual_dirac: float
    before_main: int = 4
    levels: np.ndarray = field(default_factory=lambda: np.array([-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0]))


@dataclass(frozen=True)
class Seen:
    """What the point was decided with: combined cursors [time][n], place of the main one, noise [time][level], thresholds, weights."""

    cursors: np.ndarray
    main: int
    sigmas: np.ndarray
    thresholds: np.ndarray
    weights: np.ndarray
    taps: np.ndarray
    phase: int


_SYMBOLS = PER_SYMBOL * np.arange(-BEFORE, WINDOW - BEFORE)
_PHASES = (LENGTH * 2 + (np.arange(PHASES) - PHASES // 2)[:, None] * (PER_SYMBOL // PHASES) + _SYMBOLS) % LENGTH
_STEPS = np.arange(TIMES) - TIMES // 2
_TIMES = (LENGTH * 2 + _STEPS[:, None] + _SYMBOLS) % LENGTH


def equalised(point: Point) -> Seen:
    """Pulse, taps, and the combined cursors at every time."""
    taps, levels = len(point.noise_lags), point.levels
    pulse = np.fft.irfft(point.spectrum, LENGTH)
    pulse *= PER_SYMBOL
    twice = np.concatenate([pulse, pulse])
    peak = int(pulse.argmax())
    seen = twice[peak:][_PHASES]
    variance = float(levels @ levels) / len(levels)
    spectrum = np.fft.rfft(seen, 2 * WINDOW)
    lags = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, 2 * WINDOW)[:, :taps]
    lags *= variance + point.transmitter_variance
    lags += point.level_variance.mean() * point.noise_lags
    lags[:, 0] += point.converter_variance
    both = np.concatenate([lags[:, :0:-1], lags], axis=1)
    normal = sliding_window_view(both, taps, axis=1)[:, ::-1]  # rows of a Toeplitz matrix are one row, shifted
    main = BEFORE + point.before_main
    wanted = variance * seen[:, main - taps + 1 : main + 1][:, ::-1]
    found = np.linalg.solve(normal, wanted[:, :, None])[:, :, 0]
    best = int(np.einsum("pi,pi->p", wanted, found).argmax())
    w = found[best]
    here = (peak + (best - PHASES // 2) * (PER_SYMBOL // PHASES)) % LENGTH
    padded = np.zeros(2 * (WINDOW - 1) + taps)
    padded[WINDOW - 1 : WINDOW - 1 + taps] = w
    spread = sliding_window_view(padded, WINDOW + taps - 1)[::-1]  # [n][n + i] = w_i
    cursors = twice[here:][_TIMES] @ spread
    power = np.einsum("tn,tn->t", cursors, cursors)
    shaped = w @ (point.noise_lags[np.abs(np.subtract.outer(np.arange(taps), np.arange(taps)))] @ w)
    white = point.converter_variance * (w @ w) + point.transmitter_variance * power
    sigmas = np.sqrt(point.level_variance * shaped + white[:, None])
    at = _STEPS / PER_SYMBOL
    weights = np.exp(-0.5 * ((at - point.dual_dirac) / point.random) ** 2) + np.exp(-0.5 * ((at + point.dual_dirac) / point.random) ** 2)
    weights /= 2.0 * np.sqrt(2.0 * np.pi) * point.random * PER_SYMBOL
    thresholds = cursors[TIMES // 2, main] * 0.5 * (levels[1:] + levels[:-1])
    return Seen(cursors, main, sigmas, thresholds, weights, w, best)


def _isi(seen: Seen, x: np.ndarray) -> np.ndarray:
    """Characteristic function of the ISI [time][harmonic], x = x_0 (1, 3, 5 ..): real, the levels are symmetric.

    cos (n + 2) a = 2 cos 2a cos n a - cos (n - 2) a, started afresh every RESTART harmonics, where it has lost two digits.
    """
    third = np.ascontiguousarray(np.delete(seen.cursors, seen.main, axis=1).T) / 3.0
    twice = 2.0 * np.cos(2.0 * x[0] * third)
    now, before, factor = np.empty_like(third), np.empty_like(third), np.empty_like(third)
    product = np.empty((len(x), third.shape[1]))
    for k, frequency in enumerate(x):
        if k % RESTART == 0:
            np.cos(frequency * third, out=now)
            np.cos((frequency - 2.0 * x[0]) * third, out=before)
        np.multiply(now, now, out=factor)
        factor *= 2.0
        factor -= 1.0
        factor *= now
        np.multiply.reduce(factor, axis=0, out=product[k])
        np.multiply(twice, now, out=factor)
        np.subtract(factor, before, out=before)
        now, before = before, now
    return product.T


def _half_period(seen: Seen) -> float:
    """Half the period of the square wave: beyond it lies a probability below exp(-FAR^2/2), by Hoeffding's bound or by the peak."""
    rest = np.delete(np.abs(seen.cursors), seen.main, axis=1)
    noise = seen.sigmas.max(axis=1)
    spread = np.minimum(rest.sum(axis=1) + FAR * noise, FAR * np.sqrt(np.einsum("tn,tn->t", rest, rest) + noise**2))
    return float((spread + np.abs(seen.cursors[:, seen.main])).max() + np.abs(seen.thresholds).max())


def link_point(point: Point, every_bin: bool = False) -> float:
    """BER over the jitter by 2048 bins and an FFT for every time and level.  every_bin: harmonics that are zero are computed as well."""
    seen = equalised(point)
    half = _half_period(seen)
    count = BINS // 4 if every_bin else min(int(FINE * half / (np.pi * seen.sigmas.min()) / 2.0) + 1, BINS // 4)
    odd = 2 * np.arange(count) + 1
    x = np.pi / half * odd
    isi = _isi(seen, x) * (-2j / (np.pi * odd)) * (BINS / 2.0)
    spectrum = np.zeros((TIMES, len(point.levels), 2 * count), dtype=complex)
    spectrum[:, :, 1::2] = isi[:, None, :] * np.exp(-0.5 * (seen.sigmas[:, :, None] * x) ** 2)
    below = np.fft.irfft(spectrum, BINS)  # 1/2 - P(ISI + noise > place), places from 0 in steps of 2 half/BINS, round
    gaps = seen.thresholds - (seen.cursors[:, seen.main, None] * point.levels)[:, :, None]
    place = gaps * (BINS / (2.0 * half))
    first = np.floor(place).astype(np.int64)
    u = place - first
    # Lagrange's polynomials on -2 .. 3
    a, b, c, d, e, f = u + 2.0, u + 1.0, u, u - 1.0, u - 2.0, u - 3.0
    lagrange = np.stack([
        b * c * d * e * f / -120.0, a * c * d * e * f / 24.0, a * b * d * e * f / -12.0,
        a * b * c * e * f / 12.0, a * b * c * d * f / -24.0, a * b * c * d * e / 120.0,
    ], axis=-1)
    index = (first[..., None] + np.arange(-2, 4)) % BINS
    near = below[np.arange(TIMES)[:, None, None, None], np.arange(len(point.levels))[:, None, None], index]
    above = 0.5 - np.einsum("tkhi,tkhi->tkh", near, lagrange)
    ber = GRAY_CONSTANT + np.einsum("tkh,kh->t", above, GRAY_STEPS)
    return float(seen.weights @ ber)


def link_point_plain(point: Point) -> float:
    """BER over the jitter as performance.md set W2: time by time, the product over cursors on every bin, one transform a level.

    Nothing is shared between the 32 times and a cursor costs its cosines; what an engineer writes first, and what the others start from.
    """
    seen = equalised(point)
    half = _half_period(seen)
    odd = 2 * np.arange(BINS // 4) + 1
    x = np.pi / half * odd
    place = np.arange(-2, 4)
    total = 0.0
    for t in range(TIMES):
        isi = np.ones(len(x))
        for j, c in enumerate(seen.cursors[t]):
            if j != seen.main:
                isi *= np.cos(np.outer(point.levels, x * c)).mean(axis=0)
        ber = GRAY_CONSTANT
        for k, level in enumerate(point.levels):
            spectrum = np.zeros(BINS // 2 + 1, dtype=complex)
            spectrum[1::2] = isi * np.exp(-0.5 * (seen.sigmas[t, k] * x) ** 2) * (-2j / (np.pi * odd)) * (BINS / 2.0)
            tail = 0.5 - np.fft.irfft(spectrum, BINS)
            for h, threshold in enumerate(seen.thresholds):
                at = (threshold - seen.cursors[t, seen.main] * level) * (BINS / (2.0 * half))
                first = int(np.floor(at))
                u = at - first - place
                weights = np.array([np.prod(np.delete(u, i)) / np.prod(np.delete(place[i] - place, i)) for i in range(6)])
                ber += GRAY_STEPS[k, h] * float(weights @ tail[(first + place) % BINS])
        total += seen.weights[t] * ber
    return float(total)


def link_point_lean(point: Point) -> float:
    """BER over the jitter from the harmonics that count, at the thresholds alone."""
    seen = equalised(point)
    half = _half_period(seen)
    odd = 2 * np.arange(int(FINE * half / (np.pi * seen.sigmas.min()) / 2.0) + 1) + 1
    x = np.pi / half * odd
    at_threshold = np.outer(seen.thresholds, x)
    cosine, sine = GRAY_STEPS @ np.cos(at_threshold), GRAY_STEPS @ np.sin(at_threshold)  # [level][harmonic]
    # levels are odd multiples of a third: cos 3a and sin 3a follow from those of a, and the lower two mirror the upper two
    angle = np.outer(seen.cursors[:, seen.main] / 3.0, x)
    c, s = np.cos(angle), np.sin(angle)
    c3, s3 = c * (4.0 * c * c - 3.0), s * (3.0 - 4.0 * s * s)
    decay = np.exp((-0.5 * seen.sigmas**2)[:, :, None] * (x * x))
    total = decay[:, 2] * (s * cosine[2] - c * sine[2]) + decay[:, 3] * (s3 * cosine[3] - c3 * sine[3])
    total -= decay[:, 1] * (s * cosine[1] + c * sine[1]) + decay[:, 0] * (s3 * cosine[0] + c3 * sine[0])
    total *= _isi(seen, x)
    ber = GRAY_CONSTANT + 0.5 * GRAY_STEPS.sum() + total @ (2.0 / (np.pi * odd))
    return float(seen.weights @ ber)


def example(noise: float = 0.036) -> Point:
    """The benchmark's point: driver, package, modulator and amplifier, 3 dB of skin effect at Nyquist, echoes at 25 and 40 UI."""
    k = np.arange(LENGTH // 2 + 1)
    f = k / WINDOW
    spectrum = np.sinc(f) * np.exp(-1j * np.pi * f) + 0j
    for natural, quality in ((0.6, 0.65), (0.7, 0.6), (0.6, 0.7)):
        ratio = f / natural
        spectrum /= 1.0 - ratio**2 + 1j * ratio / quality
    receive = 1.0 / (1.0 - (f / 0.6) ** 2 + 1j * f / 0.6 / 0.7071)
    spectrum *= receive * np.exp(-(1.0 + 1.0j) * 0.345 * np.sqrt(f / 0.5))
    spectrum *= (1.0 + 0.03 * np.exp(-2j * np.pi * f * 25.0) - 0.05 * np.exp(-2j * np.pi * f * 40.0)) / 0.98
    power = np.abs(receive) ** 2
    lags = np.array([(power * np.cos(2.0 * np.pi * f * n)).sum() for n in range(15)])
    levels = noise**2 * np.array([0.8, 0.93, 1.06, 1.2])
    return Point(spectrum, levels, lags / lags[0], 1e-5, 2e-5, 0.018, 0.01)
