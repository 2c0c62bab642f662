"""What TDECQ needs of a periodic record beside its eye: sample columns, settled runs, crossings, the reference receiver's noise.

A record is one period of a waveform, N samples per UI; sample k stands at (k + 0.5)/N UI, so that symbol j fills [j, j + 1).  Source:
IEEE 802.3 clause 121.8.5 in our own words (the runs and the noise's spectrum are recalled from it).
"""

import math

import numpy as np

from ._jit import kernel
from .response import times_bessel4

GRID_STEP = 0.05  # exempt: in half-power bandwidths; the sum below converges faster than any power of it
MAX_GRID = 200.0  # |H|^2 falls as the eighth power: what lies beyond is 1e-15 of the whole


@kernel
def fill_rows(waveform, samples_per_ui, first, pad, rows):
    """Row r of ``rows`` becomes the column of samples first + r of every symbol: rows[r, pad + j] = x[(j N + first + r) mod all].

    ``pad`` symbols stand before and behind (the record is periodic), so that taps may reach over the ends.  ``first`` may be negative.
    """
    total = waveform.shape[0]
    height, width = rows.shape
    for start in range(0, width, 64):
        for r in range(height):
            at = ((start - pad) * samples_per_ui + first + r) % total
            for i in range(start, min(start + 64, width)):
                rows[r, i] = waveform[at]
                at += samples_per_ui
                if at >= total:
                    at -= total * (at // total)


@kernel
def run_power(waveform, samples_per_ui, symbols, level, shortest):
    """(mean power over the central two UI of the runs of ``level``, how many runs, the shortest length counted).

    Every run of ``shortest`` symbols or more counts; where there is none, those of the greatest length that occurs stand in (two at
    least, or the count is 0).  Runs may pass over the end of the record.  A sample on the edge of the two UI counts half.
    """
    n = symbols.shape[0]
    total = waveform.shape[0]
    begin = -1
    for j in range(n):
        if symbols[j] != level:
            begin = j
            break
    if begin < 0:
        return math.nan, 0, 0
    longest, length = 0, 0
    for i in range(1, n + 1):
        if symbols[(begin + i) % n] == level:
            length += 1
            longest = max(longest, length)
        else:
            length = 0
    least = min(shortest, longest)
    if least < 2:
        return math.nan, 0, least
    power, weight, runs, length = 0.0, 0.0, 0, 0
    for i in range(1, n + 1):
        if symbols[(begin + i) % n] == level:
            length += 1
            continue
        if length >= least:
            runs += 1
            twice = 2 * (begin + i) - length - 2  # twice the left edge, in UI
            for k in range((twice * samples_per_ui) // 2 - 1, ((twice + 4) * samples_per_ui) // 2 + 2):
                inside = 2 * k + 1 - twice * samples_per_ui  # twice the distance from the left edge, in samples
                if 0 <= inside <= 4 * samples_per_ui:
                    share = 0.5 if inside == 0 or inside == 4 * samples_per_ui else 1.0
                    power += share * waveform[k % total]
                    weight += share
        length = 0
    return power / weight, runs, least


@kernel
def equalised_record(waveform, samples_per_ui, taps, main, out):
    """The whole record behind a T-spaced equaliser: out(t) = sum_k taps[k] x(t - (k - main) T)."""
    total = waveform.shape[0]
    out[:] = 0.0
    for k in range(taps.shape[0]):
        shift = ((k - main) * samples_per_ui) % total
        tap = taps[k]
        for i in range(shift):
            out[i] += tap * waveform[i + total - shift]
        for i in range(shift, total):
            out[i] += tap * waveform[i - shift]


@kernel
def crossing_ui(waveform, samples_per_ui, level):
    """Mean time at which the record crosses ``level``, in UI from a symbol's boundary, -0.5 to 0.5; NaN where it never does.

    A circular mean: crossings lie around a boundary of the UI, and 0.98 and 0.02 are neighbours.
    """
    total = waveform.shape[0]
    cosine, sine = 0.0, 0.0
    for k in range(total):
        a = waveform[k] - level
        b = waveform[k + 1 if k + 1 < total else 0] - level
        if (a < 0.0) != (b < 0.0):
            angle = 2.0 * math.pi * (k % samples_per_ui + 0.5 + a / (a - b)) / samples_per_ui
            cosine += math.cos(angle)
            sine += math.sin(angle)
    if cosine == 0.0 and sine == 0.0:
        return math.nan
    middle = math.atan2(sine, cosine)
    away, count = 0.0, 0
    # The mean of the angles themselves, about the circular mean: the latter weighs outliers less.
    for k in range(total):
        a = waveform[k] - level
        b = waveform[k + 1 if k + 1 < total else 0] - level
        if (a < 0.0) != (b < 0.0):
            angle = 2.0 * math.pi * (k % samples_per_ui + 0.5 + a / (a - b)) / samples_per_ui - middle
            away += angle - 2.0 * math.pi * math.floor(angle / (2.0 * math.pi) + 0.5)
            count += 1
    turns = (middle + away / count) / (2.0 * math.pi)
    return turns - math.floor(turns + 0.5)


@kernel
def noise_correlation(bandwidth_per_baud, out):
    """Correlation at 0, 1, 2, ... UI of white noise behind a fourth-order Bessel-Thomson filter, 1 at 0; ``bandwidth_per_baud`` is f_3dB T.

    rho(m T) = int |H|^2 cos(2 pi f m T) df / int |H|^2 df.  The integrand is analytic and even, so that the plain sum over a grid converges
    exponentially in its step.
    """
    count = int(MAX_GRID / GRID_STEP) + 1
    frequency = np.arange(count) * GRID_STEP
    response = np.ones(count, np.complex128)
    times_bessel4(frequency, 1.0, response)
    for m in range(out.shape[0]):
        total, whole = 0.0, 0.0
        for k in range(count):
            power = response[k].real * response[k].real + response[k].imag * response[k].imag
            power *= 0.5 if k == 0 else 1.0
            total += power * math.cos(2.0 * math.pi * frequency[k] * bandwidth_per_baud * m)
            whole += power
        out[m] = total / whole
