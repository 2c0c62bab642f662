"""Cause before effect: the phase that a magnitude asks for, and what a measured phase adds to it.

A response without zeros in the right half-plane has the phase -H[ln |H|] (Hilbert transform; Bode, Kramers and
Kronig). A causal response may add a delay and all-pass sections, which come AFTER the main arrival.
"""

import math
from typing import Any

import numpy as np

from photonics.electrical.measured import Floats, MeasuredResponse

_CEPSTRUM = 1 << 15  # points of the half-spectrum; with eight times the band, 4096 of them inside it
_BAND = 8.0
_DEEPEST = 1e-4  # of the largest magnitude: below -80 dB a file holds noise, whose logarithm means nothing
_POINTS = 4096
_OVERSAMPLING = 8


def minimum_phase(frequency_hz: Floats, magnitude: Floats) -> Floats:
    """Phase in rad of the minimum-phase response of this magnitude, 0 at DC.

    Cepstrum folded onto positive time, over eight times the band; above the file's end the magnitude goes on as
    the power of frequency that its upper quarter follows (never rising). Where the end is still in the
    passband this is a guess. For a pole in 1/8 to 1/1.6 of the band the error is a delay of 2.5 % to 4.1 % of a
    period at the file's end (immaterial to an eye), and 0.01 rad beside it.
    """
    end_hz = float(frequency_hz[-1])
    grid_hz = np.linspace(0.0, _BAND * end_hz, _CEPSTRUM + 1)
    log = np.log(np.maximum(magnitude, _DEEPEST * magnitude.max()))
    upper = frequency_hz > 0.75 * end_hz
    power = 0.0
    if np.count_nonzero(upper) >= 3:
        power = min(0.0, float(np.polyfit(np.log(frequency_hz[upper]), log[upper], 1)[0]))
    wide = np.interp(grid_hz, frequency_hz, log)
    outside = grid_hz > end_hz
    wide[outside] = log[-1] + power * np.log(grid_hz[outside] / end_hz)
    cepstrum = np.fft.irfft(wide)
    half = cepstrum.size // 2
    cepstrum[1:half] *= 2.0
    cepstrum[half + 1 :] = 0.0
    return np.interp(frequency_hz, grid_hz, np.fft.rfft(cepstrum).imag)


def _even(response: MeasuredResponse) -> tuple[Floats, Floats, Floats, Floats]:
    """(frequency, magnitude, phase, window) on a uniform grid from 0; the window keeps the end from ringing."""
    grid_hz = np.linspace(0.0, float(response.frequency_hz[-1]), _POINTS + 1)
    magnitude = np.interp(grid_hz, response.frequency_hz, response.magnitude)
    phase_rad = np.interp(grid_hz, response.frequency_hz, response.phase_rad)
    window = np.cos(np.linspace(0.0, math.pi / 2.0, _POINTS + 1)) ** 2
    return grid_hz, magnitude, phase_rad, window


def excess_phase(response: MeasuredResponse) -> tuple[float, float]:
    """(rms in rad, delay in s) of the phase beyond the minimum one: a straight line fitted, the rest as rms.

    Weighted by the power and by a window over the file's band, so that noise in the stop band does not count.
    """
    grid_hz, magnitude, phase_rad, window = _even(response)
    excess = phase_rad - phase_rad[0] - minimum_phase(grid_hz, magnitude)
    weight = magnitude**2 * window
    slope = float((weight * grid_hz * excess).sum() / (weight * grid_hz**2).sum())
    rest = excess - slope * grid_hz
    return float(np.sqrt((weight * rest**2).sum() / weight.sum())), -slope / (2.0 * math.pi)


def _impulse(response: MeasuredResponse) -> tuple[np.ndarray[Any, Any], float]:
    """(energy of the band-limited impulse response, its peak in the middle; seconds per sample)."""
    grid_hz, magnitude, phase_rad, window = _even(response)
    samples = 2 * _POINTS * _OVERSAMPLING
    # The delay is taken out first: a long line would otherwise turn the phase by more than the grid resolves.
    slope = float(np.median(np.diff(phase_rad)))
    spectrum = magnitude * window * np.exp(1j * (phase_rad - slope * np.arange(_POINTS + 1)))
    impulse = np.fft.irfft(spectrum, samples)
    energy = np.roll(impulse, samples // 2 - int(np.argmax(np.abs(impulse)))) ** 2
    return energy, 1.0 / (2.0 * float(grid_hz[-1]) * _OVERSAMPLING)


def sides_of_peak(response: MeasuredResponse) -> tuple[float, float]:
    """Shares of the impulse response's energy ahead of and behind its peak, one cell 1/(end of the file) apart."""
    energy, _ = _impulse(response)
    middle, cell = energy.size // 2, 2 * _OVERSAMPLING
    total = energy.sum()
    return float(energy[: middle - cell].sum() / total), float(energy[middle + cell + 1 :].sum() / total)


def memory_s(response: MeasuredResponse) -> float:
    """Time behind the peak after which 0.1 % of the impulse response's energy is still to come."""
    energy, step_s = _impulse(response)
    behind = energy[energy.size // 2 :]
    rest = behind[::-1].cumsum()[::-1]
    return float(np.count_nonzero(rest > 1e-3 * energy.sum()) * step_s)
