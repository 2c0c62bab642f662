"""The time-domain link against closed forms: error ratios without and with interference, noise densities, chirp against dispersion.

Counts are compared within three standard errors plus what 0.02 dB of power does; each run has its seed and its size.
"""

import math

import numpy as np
import pytest
from photonics_kernels import wave
from photonics_kernels.wave_filter import dispersion_taps
from photonics_kernels.wave_stages import DIRECT

from tests.oracle import rare as twin

LEVELS = np.array([0.25, 0.75, 1.25, 1.75])
C = 299792458.0


def link(dtype=np.float64, *, levels=LEVELS, transmit=(1.0, 1.0), fibre=((), ()), diode=(1.0,), receive=(1.0,), equaliser=(1.0,), sigma=0.0,
         thresholds=(0.5, 1.0, 1.5), per=2, spacing=2, phase=1, delay=0, alpha=0.0, shot=0.0, intensity=0.0, driver=0.0, pattern=()):  # fmt: skip
    """A directly modulated link of relative power."""

    def number(x):
        return np.asarray(x, dtype)

    return wave.Wave(
        number(levels), number(transmit), number([0.0, 1.0]), number(fibre[0]), number(fibre[1]), number(diode), number(receive), number(equaliser),
        number(thresholds), number([0.0, alpha, 1.0, driver, intensity, sigma**2, shot, 0.0, 0.0]), np.asarray(pattern, np.int32), DIRECT, per, spacing,
        phase, delay,
    )  # fmt: skip


def bit_errors(w, count, seed):
    answer = np.zeros(4, np.int64)
    assert wave.run(w, np.uint64(seed), 0, count, np.zeros(0, np.int64), np.zeros(0, w.levels.dtype), answer) == wave.OK
    return int(answer[2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("sigma", "shot", "intensity", "driver"), [
    (0.08, 0.0, 0.0, 0.0), (0.05, 0.005, 0.0, 0.0), (0.05, 0.0, 0.05, 0.0), (0.05, 0.0, 0.0, 0.06), (0.06, 0.0003, 0.03, 0.03),
])  # fmt: skip
def test_without_interference(dtype, sigma, shot, intensity, driver):
    """4 million symbols a case, seed 21: the closed form with each level's own variance, to 0.02 dB and three standard errors of the count.

    A driver's noise passes the modulator before the shot and intensity noise: noise on noise, as a
    driver's noise that carries shot noise of its own and skews a level, is left to the allowance.
    """
    count, thresholds = 1 << 22, [0.47, 0.96, 1.46] if shot or intensity else [0.5, 1.0, 1.5]

    def ratio(scale):
        sigmas = [math.sqrt(sigma**2 + shot * p + (intensity * p) ** 2 + driver**2) * scale for p in LEVELS]
        return twin.gray_ratio(LEVELS.tolist(), sigmas, thresholds)

    exact = ratio(1.0)
    found = bit_errors(link(dtype, sigma=sigma, shot=shot, intensity=intensity, driver=driver, thresholds=thresholds), count, 21)
    # errors of a symbol's two bits come one by one at these ratios
    allowance = abs(ratio(10 ** (0.02 / 20)) - exact) + 3.0 * math.sqrt(exact / (2 * count))
    assert 2000 < found and abs(found / (2 * count) - exact) < allowance


def test_linear_interference():
    """4 million symbols, seed 22: transmit pulse, receiver filter and a half-spaced equaliser; mean over all 4^k patterns, within 3 standard errors."""
    transmit, receive, equaliser = [0.2, 0.9, 0.15, 0.05], [0.7, 0.3], [-0.05, 1.1, -0.08]
    w = link(transmit=transmit, receive=receive, equaliser=equaliser, spacing=1, phase=0, delay=1, sigma=0.062)
    pulse = np.convolve(np.convolve(transmit, receive), equaliser)
    cursors = pulse[0::2]
    main = 1  # sample 2 of the symbol's own response
    noise = 0.062 * math.sqrt(float((np.convolve(receive, equaliser) ** 2).sum()))
    middle = cursors.sum()  # every level's mean is 1
    thresholds = [middle + cursors[main] * t for t in (-0.5, 0.0, 0.5)]
    exact = twin.enumerated_ratio(LEVELS.tolist(), cursors[main], np.delete(cursors, main).tolist(), [noise] * 4, thresholds)
    count = 1 << 22
    found = bit_errors(w._replace(thresholds=np.array(thresholds)), count, 22)
    assert found > 2000
    assert abs(found / (2 * count) - exact) < 3.0 * math.sqrt(exact / (2 * count))


@pytest.mark.parametrize("dispersion", [6.6e-3, -6.6e-3])
@pytest.mark.parametrize("alpha", [0.0, 1.0, -1.0, 0.4])
def test_chirp_against_dispersion(alpha, dispersion):
    """Small-signal response of the whole chain, from its response to one small step in 64 symbols.

    D L = 6.6 ps/nm at 1331 nm, 106.25 GBd: |cos theta - alpha sin theta| = sqrt(1 + alpha^2) |cos(theta + atan alpha)|, theta = pi lambda^2 D L f^2/c;
    at alpha = 1 and D > 0 the response at 56.7 GHz is -5.4 dB, with the other sign of dispersion +2.3 dB.
    """
    per, period, lags, rate = 8, 64, 96, 8 * 106.25e9
    re, im = np.zeros(lags), np.zeros(lags)
    dispersion_taps(math.pi * 1.331e-6**2 * dispersion * rate**2 / C, re, im)
    pattern = np.zeros(period, np.int32)
    pattern[5] = 3
    step = 2e-4
    # A raised cosine of two symbols' length: at least 0.3 of its spectrum is left at 60 GHz and none beyond what the taps carry.
    shape = (1.0 - np.cos(2.0 * np.pi * (np.arange(16) + 0.5) / 16)) / 2.0
    response = np.zeros((2, per * period))
    for which, taps in enumerate(((re, im), ((), ()))):
        for phase in range(per):
            w = link(levels=np.array([1.0, 1.0, 1.0, 1.0 + step]), transmit=shape, fibre=taps, per=per, spacing=8, phase=phase, alpha=alpha, pattern=pattern)
            z, answer = np.zeros(period), np.zeros(4, np.int64)
            assert wave.run(w, np.uint64(1), 0, period, np.zeros(0, np.int64), z, answer) == wave.OK
            response[which, phase::per] = z
    spectra = np.fft.rfft(response, axis=1)
    f = np.arange(spectra.shape[1]) * rate / (per * period)
    kept = (f > 0) & (f < 60e9)
    theta = math.pi * 1.331e-6**2 * dispersion * f[kept] ** 2 / C
    formula = math.sqrt(1.0 + alpha**2) * np.abs(np.cos(theta + math.atan(alpha)))
    seen = np.abs(spectra[0, kept] / spectra[1, kept])
    assert np.abs(seen - formula).max() < 4e-3
    if alpha == 1.0:
        assert 20.0 * math.log10(np.interp(56.7e9, f[kept], seen)) == pytest.approx(-5.4 if dispersion > 0 else 2.3, abs=0.1)
