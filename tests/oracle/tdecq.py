"""TDECQ from the notes, one quantity at a time: NumPy for sums over symbols, erfc from the standard library, bisection for the noise.

Sample k of N per UI stands at (k + 0.5)/N UI; the record is one period.  Between samples the power is the polynomial through the six nearest, found
here by solving for its coefficients; windows are integrated cell by cell with a rule that is exact far beyond what the polynomial needs.
"""

import math

import numpy as np

from tests.oracle import MP

ERFC = np.vectorize(math.erfc)


def q_tail(x):
    return ERFC(np.asarray(x) / math.sqrt(2.0)) / 2.0


def q_of_target(target, levels=4):
    """x with 2 (M - 1)/M Q(x) = target: the half opening of a perfect eye over its noise."""
    wanted = MP.mpf(target) * levels / (2 * (levels - 1))
    return float(MP.findroot(lambda x: MP.log(MP.erfc(x / MP.sqrt(2)) / 2 / wanted), 3))


def bessel4(frequency, bandwidth):
    """Response of the reference receiver, its delay at DC taken out."""
    x = math.sqrt(2.0)
    coefficients = [105.0, 105.0, 45.0, 10.0, 1.0]

    def transfer(w):
        return 105.0 / sum(c * (1j * w) ** k for k, c in enumerate(coefficients))

    low, high = 0.0, 10.0
    for _ in range(100):
        x = (low + high) / 2.0
        low, high = (x, high) if abs(transfer(x)) ** 2 > 0.5 else (low, x)
    w = np.asarray(frequency) / bandwidth * x
    return transfer(w) * np.exp(1j * w)


def filtered(waveform, samples_per_ui, bandwidth_per_baud):
    """A periodic record behind the reference receiver."""
    frequency = np.fft.rfftfreq(len(waveform), 1.0 / samples_per_ui)
    return np.fft.irfft(np.fft.rfft(waveform) * bessel4(frequency, bandwidth_per_baud), len(waveform))


def noise_correlation(lags, bandwidth_per_baud):
    """Of white noise behind that filter, from the poles: h(t) = sum r_i e^(p_i t), rho(t) ~ sum r_i r_j e^(p_i t) / -(p_i + p_j)."""
    poles = np.roots([1.0, 10.0, 45.0, 105.0, 105.0])
    residues = [105.0 / np.prod([p - q for q in poles if q != p]) for p in poles]
    low, high = 0.0, 10.0
    for _ in range(100):
        edge = (low + high) / 2.0
        low, high = (edge, high) if abs(105.0 / np.polyval([1.0, 10.0, 45.0, 105.0, 105.0], 1j * edge)) ** 2 > 0.5 else (low, edge)
    scale = 2.0 * math.pi * bandwidth_per_baud / edge

    def at(lag):
        return sum(
            r * s * np.exp(p * scale * lag) / -(p + q) for r, p in zip(residues, poles, strict=True) for s, q in zip(residues, poles, strict=True)
        ).real

    return np.array([at(lag) / at(0.0) for lag in lags])


def equalised(waveform, samples_per_ui, taps, main):
    return sum(tap * np.roll(waveform, (k - main) * samples_per_ui) for k, tap in enumerate(taps))


def run_power(waveform, samples_per_ui, symbols, level, length):
    """Mean over the central two UI of every run of ``length`` or more of a level; even N."""
    n, found = len(symbols), []
    turn = next(j for j in range(n) if symbols[j] != level)
    j = 0
    while j < n:
        run = 0
        while symbols[(turn + j + run) % n] == level:
            run += 1
        if run >= length:
            left = (turn + j + run / 2.0 - 1.0) * samples_per_ui
            found += [waveform[int(left + i) % len(waveform)] for i in range(2 * samples_per_ui)]
        j += max(run, 1)
    return float(np.mean(found))


def at_time(waveform, samples_per_ui, time_ui):
    """The record at that time of every symbol: the polynomial through the six samples about it."""
    n = len(waveform) // samples_per_ui
    place = time_ui * samples_per_ui - 0.5
    nearest = math.floor(place) + np.arange(-2, 4)
    columns = np.array([waveform[(np.arange(n) * samples_per_ui + k) % len(waveform)] for k in nearest])
    coefficients = np.linalg.solve(np.vander(nearest - place, 6), columns)
    return coefficients[5]


def window_values(waveform, samples_per_ui, centre_ui, width_ui):
    """(values at times x symbols, weights of the times, summing to 1) of one window."""
    left, right = centre_ui - width_ui / 2.0, centre_ui + width_ui / 2.0
    edges = [(k + 0.5) / samples_per_ui for k in range(math.ceil(left * samples_per_ui - 0.5), math.floor(right * samples_per_ui - 0.5) + 1)]
    edges = [left, *[e for e in edges if left < e < right], right]
    nodes, weights = np.polynomial.legendre.leggauss(8)
    times, masses = [], []
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        times += list((a + b) / 2.0 + (b - a) / 2.0 * nodes)
        masses += list((b - a) / 2.0 * weights / width_ui)
    return np.array([at_time(waveform, samples_per_ui, t) for t in times]), np.array(masses)


def error_ratio(values, masses, symbols, thresholds, sigma):
    """Symbol error ratio of one window under a Gaussian noise of deviation sigma behind the equaliser."""
    total = 0.0
    for level in range(len(thresholds) + 1):
        y = values[:, symbols == level]
        wrong = np.zeros(len(masses))
        if level < len(thresholds):
            wrong += q_tail((thresholds[level] - y) / sigma).sum(axis=1)
        if level > 0:
            wrong += q_tail((y - thresholds[level - 1]) / sigma).sum(axis=1)
        total += float(masses @ wrong)
    return total / len(symbols)


def largest_noise(ratio, target, guess):
    """sigma with ratio(sigma) = target, ratio rising: bisection in sigma, about ``guess``."""
    low, high = guess / 4096.0, 8.0 * guess
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if ratio(middle) <= target else (low, middle)
    return math.sqrt(low * high)


def tdecq(waveform, samples_per_ui, symbols, taps, main, centre_ui, *, target=4.8e-4, bandwidth_per_baud=0.5, outer=None, levels=4,
          gap_ui=0.05, width_ui=0.04, shifts=None, scope_noise=0.0):  # fmt: skip
    """(TDECQ in dB, Ceq, sigma_G) at given taps and centre; ``outer`` are the powers of the settled outer levels, found in runs otherwise."""
    symbols = np.asarray(symbols)
    low, high = outer or (run_power(waveform, samples_per_ui, symbols, 0, 6), run_power(waveform, samples_per_ui, symbols, levels - 1, 7))
    oma, mean = high - low, float(np.mean(waveform))
    thresholds = [mean + oma * ((i + 0.5) / (levels - 1) - 0.5) for i in range(levels - 1)]
    if shifts is not None:
        thresholds = [t + oma * s for t, s in zip(thresholds, shifts, strict=True)]
    behind = equalised(np.asarray(waveform, float), samples_per_ui, taps, main)
    correlation = noise_correlation(range(len(taps)), bandwidth_per_baud)
    ceq = math.sqrt(sum(taps[i] * taps[j] * correlation[abs(i - j)] for i in range(len(taps)) for j in range(len(taps))))
    qt = q_of_target(target, levels)
    windows = [window_values(behind, samples_per_ui, centre_ui + side * gap_ui, width_ui) for side in (-1.0, 1.0)]
    guess = oma / (2.0 * (levels - 1) * qt)
    noise = min(
        largest_noise(lambda s, w=w: error_ratio(*w, symbols, thresholds, s), target, guess) for w in windows
    )
    sigma_g = noise / ceq
    return 10.0 * math.log10(oma / (2.0 * (levels - 1) * qt * math.hypot(sigma_g, scope_noise))), ceq, sigma_g


def gaussian_levels(powers, deviations, target=4.8e-4, thresholds=None):
    """TDECQ of levels that each carry Gaussian noise of their own and no interference (anchors 2 to 4), in dB, by bisection on the closed form."""
    powers = np.asarray(powers, float)
    oma, mean, m = powers[-1] - powers[0], float(powers.mean()), len(powers)
    thresholds = thresholds or [mean + oma * ((i + 0.5) / (m - 1) - 0.5) for i in range(m - 1)]

    def ratio(sigma):
        total = 0.0
        for level, (power, own) in enumerate(zip(powers, deviations, strict=True)):
            s = math.hypot(sigma, own)
            total += float(q_tail((thresholds[level] - power) / s)) if level < m - 1 else 0.0
            total += float(q_tail((power - thresholds[level - 1]) / s)) if level > 0 else 0.0
        return total / m

    qt = q_of_target(target, m)
    sigma = largest_noise(ratio, target, oma / (2.0 * (m - 1) * qt))
    return 10.0 * math.log10(oma / (2.0 * (m - 1) * qt * sigma))
