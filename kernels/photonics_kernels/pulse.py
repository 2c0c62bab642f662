"""Samples of the symbol response at any sampling phase, straight from its spectrum.

A spectrum S holds the response to one rectangular symbol of one unit interval on f_k = k/(N T), k = 0..B N: dimensionless, 1 at DC when the
lane passes DC.  The samples one UI apart at phase tau (in UI) are the inverse transform of the spectrum folded at the symbol rate,

    X_k(tau) = sum_m S(f_k + m/T) e^(j 2 pi (f_k + m/T) tau),   q_n = (1/N) sum_k X_k e^(j 2 pi k n/N),

so only N samples are computed where a transform of the oversampled pulse would compute all phases.  The window is periodic: a response
longer than N symbols wraps around, and `edge_share` says how much of its energy lies where that would show.
Convention e^(+j w t): a delay is e^(-j w tau).
"""

import math

import numpy as np

from ._jit import kernel


@kernel
def fill_twiddles(size, twiddles):
    """Fill ``twiddles`` (2 x size/2) with cos and sin of 2 pi k/size, k = 0..size/2 - 1; ``size`` is a power of two."""
    for k in range(size // 2):
        angle = 2.0 * math.pi * k / size
        twiddles[0, k] = math.cos(angle)
        twiddles[1, k] = math.sin(angle)


@kernel
def inverse_transform(re, im, twiddles):
    """sum_k x_k e^(+j 2 pi k n/N) in place, N a power of two, without the factor 1/N: Cooley-Tukey with decimation in time."""
    size = re.shape[0]
    j = 0
    for i in range(1, size):
        bit = size >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
    half = 1
    while half < size:
        stride = size // (2 * half)
        for start in range(0, size, 2 * half):
            for k in range(half):
                a, b = start + k, start + k + half
                wr, wi = twiddles[0, k * stride], twiddles[1, k * stride]
                xr = re[b] * wr - im[b] * wi
                xi = re[b] * wi + im[b] * wr
                re[b], im[b] = re[a] - xr, im[a] - xi
                re[a], im[a] = re[a] + xr, im[a] + xi
        half *= 2


@kernel
def fold(spectrum, phase, re, im):
    """Fill ``re`` and ``im`` (N each) with the spectrum folded at the symbol rate for the sampling phase ``phase`` in UI.

    Of each pair of a frequency and its negative twin the one in 0..N/2 is added up; the rest follows by symmetry.
    """
    size = re.shape[0]
    last = spectrum.shape[0] - 1
    half = size // 2
    turn = 2.0 * math.pi * phase / size
    dc, ds = math.cos(turn), math.sin(turn)
    for k in range(size):
        re[k] = 0.0
        im[k] = 0.0
    # Half a symbol rate at a time: upwards onto 0..N/2, then downwards onto N/2..0 with the sign of the negative twin.
    at = 0
    up = True
    while at <= last:
        span = min(half, last - at)
        angle = turn * at
        co, si = math.cos(angle), math.sin(angle)
        stop = span if at + span < last else span + 1
        for j in range(stop):
            value = spectrum[at + j]
            xr = value.real * co - value.imag * si
            xi = value.real * si + value.imag * co
            if up:
                re[j] += xr
                im[j] += xi
            else:
                re[half - j] += xr
                im[half - j] -= xi
            co, si = co * dc - si * ds, co * ds + si * dc
        # A multiple of half the symbol rate is its own twin's place too.
        if at > 0:
            value = spectrum[at]
            co, si = math.cos(angle), math.sin(angle)
            xr = value.real * co - value.imag * si
            xi = value.real * si + value.imag * co
            place = 0 if up else half
            re[place] += xr
            im[place] += -xi if up else xi
        if at + span == last and stop == span + 1 and span == half:
            value = spectrum[last]
            angle = turn * last
            co, si = math.cos(angle), math.sin(angle)
            xr = value.real * co - value.imag * si
            xi = value.real * si + value.imag * co
            place = half if up else 0
            re[place] += xr
            im[place] += -xi if up else xi
        if stop == span + 1:
            break
        at += half
        up = not up
    for k in range(1, half):
        re[size - k] = re[k]
        im[size - k] = -im[k]


@kernel
def symbol_samples(spectrum, phase, twiddles, re, im):
    """Fill ``re`` with the N samples q(n T + phase T) of the symbol response; ``im`` is scratch and ends near zero."""
    size = re.shape[0]
    fold(spectrum, phase, re, im)
    inverse_transform(re, im, twiddles)
    for n in range(size):
        re[n] /= size


@kernel
def filtered_spectrum(spectrum, taps, per_symbol, size, out):
    """Fill ``out`` with the spectrum behind an FFE: S(f) sum_i w_i e^(-j 2 pi f i T/per_symbol)."""
    # The FFE's own spectrum repeats after `per_symbol` symbol rates.
    period = min(size * per_symbol, spectrum.shape[0])
    for k in range(period):
        angle = -2.0 * math.pi * k / (size * per_symbol)
        dc, ds = math.cos(angle), math.sin(angle)
        re, im = 0.0, 0.0
        for i in range(taps.shape[0] - 1, -1, -1):
            re, im = re * dc - im * ds + taps[i], re * ds + im * dc
        weight = complex(re, im)
        for m in range(k, spectrum.shape[0], size * per_symbol):
            out[m] = spectrum[m] * weight


@kernel
def fill_autocorrelation(density, interval_ui, size, out):
    """Normalised autocorrelation of noise with one-sided power density ``density`` on the grid, at multiples of ``interval_ui``.

    r(m) = sum_k S_k cos(2 pi k m interval/N) / sum_k S_k by the trapezoid rule; the last node of the grid counts half.  An empty
    ``density`` (length 0) stands for white noise: 1 at lag 0, else 0.
    """
    count = out.shape[0]
    nodes = density.shape[0]
    if nodes == 0:
        for m in range(count):
            out[m] = 1.0 if m == 0 else 0.0
        return
    total = 0.0
    for k in range(nodes):
        total += density[k] * (0.5 if k in (0, nodes - 1) else 1.0)
    for m in range(count):
        angle = 2.0 * math.pi * m * interval_ui / size
        dc, ds = math.cos(angle), math.sin(angle)
        co, si = 1.0, 0.0
        value = 0.0
        for k in range(nodes):
            value += density[k] * co * (0.5 if k in (0, nodes - 1) else 1.0)
            co, si = co * dc - si * ds, co * ds + si * dc
        out[m] = value / total


@kernel
def peak_phase(spectrum, phases, twiddles, re, im):
    """Sampling phase (UI, one of ``phases`` in 0..1) and sample index where the symbol response is largest."""
    best, at_phase, at_sample = -math.inf, 0.0, 0
    for p in range(phases):
        phase = p / phases
        symbol_samples(spectrum, phase, twiddles, re, im)
        for n in range(re.shape[0]):
            if re[n] > best:
                best, at_phase, at_sample = re[n], phase, n
    return at_phase, at_sample


@kernel
def edge_share(samples, cursor):
    """Share of the response's energy in the sixteenth of the window farthest behind the cursor, where a longer one wraps around."""
    size = samples.shape[0]
    total, edge = 0.0, 0.0
    for n in range(size):
        total += samples[n] * samples[n]
    first = size - size // 4 - size // 16
    for m in range(first, first + size // 16):
        value = samples[(cursor + m) % size]
        edge += value * value
    return edge / total if total > 0.0 else np.inf
