"""Causal filters over blocks of samples that are kept phase by phase, so that every loop runs over neighbours in memory.

A row of a block holds P phases one after the other, each ``width`` = history + n numbers long.  Sample m = P (n0 + i) + p, of P samples a
symbol and a block that starts at symbol n0, lies at ``p * width + history + i``.  Tap k of a filter at phase p reads phase (p - k) mod P,
(k - p + that)/P symbols earlier: neighbours again, whatever P is, so up-sampling and decimation cost nothing.

The loop over taps is outside, in groups, the loop over the block inside.  Places are uint64 offsets into flat rows, laid out once a run: a
slice costs Numba twenty nanoseconds of counting references, and a signed index a test for being negative that keeps a loop scalar.
"""

import math

import numpy as np

from ._jit import kernel

GROUP = 4  # taps are padded to a multiple of this with zeros


@kernel
def padded(count):
    """Taps after padding."""
    return (count + GROUP - 1) // GROUP * GROUP


@kernel
def tap_row(taps):
    """Taps as a padded table of one row."""
    table = np.zeros((1, padded(taps.size)), dtype=taps.dtype)
    for k in range(taps.size):
        table[0, k] = taps[k]
    return table


@kernel
def tap_phases(taps, per_symbol):
    """Taps of a filter that is fed one impulse a symbol: row p holds taps p, p + P, ... for its output at phase p."""
    table = np.zeros((per_symbol, padded((taps.size + per_symbol - 1) // per_symbol)), dtype=taps.dtype)
    for k in range(taps.size):
        table[k % per_symbol, k // per_symbol] = taps[k]
    return table


@kernel
def places(taps, count, per_symbol, stride, width, history):
    """Where tap k of the output at phase p reads: ``table[p, k]``, the taps behind ``count`` being padding that reads where tap 0 does.

    :param stride: samples between taps: 1 of a filter at the sampling rate, P/2 of a half-spaced equaliser, P of a symbol-spaced one.
    """
    table = np.zeros((per_symbol, taps), dtype=np.uint64)
    for p in range(per_symbol):
        for k in range(taps):
            at = p - k * stride if k < count else p
            symbols = at // per_symbol  # rounds down
            table[p, k] = np.uint64((at - symbols * per_symbol) * width + history + symbols)
    return table


@kernel
def filter_row(out, to, taps, row, x, at, phase, n):
    """out[to + i] = sum_k taps[row, k] x[at[phase, k] + i], i = 0 .. n - 1."""
    count = taps.shape[1]
    k = 4
    a, b, c, d = taps[row, 0], taps[row, 1], taps[row, 2], taps[row, 3]
    u0, u1, u2, u3 = at[phase, 0], at[phase, 1], at[phase, 2], at[phase, 3]
    if count % 8 == 0:
        e, f, g, h = taps[row, 4], taps[row, 5], taps[row, 6], taps[row, 7]
        u4, u5, u6, u7 = at[phase, 4], at[phase, 5], at[phase, 6], at[phase, 7]
        for i in range(n):
            j = np.uint64(i)
            # one chain of fused products; the compiler works on several of them at a time
            first = a * x[u0 + j] + b * x[u1 + j] + c * x[u2 + j] + d * x[u3 + j]
            out[to + j] = first + e * x[u4 + j] + f * x[u5 + j] + g * x[u6 + j] + h * x[u7 + j]
        k = 8
    else:
        for i in range(n):
            j = np.uint64(i)
            out[to + j] = a * x[u0 + j] + b * x[u1 + j] + c * x[u2 + j] + d * x[u3 + j]
    while k < count:
        a, b, c, d = taps[row, k], taps[row, k + 1], taps[row, k + 2], taps[row, k + 3]
        e, f, g, h = taps[row, k + 4], taps[row, k + 5], taps[row, k + 6], taps[row, k + 7]
        u0, u1, u2, u3 = at[phase, k], at[phase, k + 1], at[phase, k + 2], at[phase, k + 3]
        u4, u5, u6, u7 = at[phase, k + 4], at[phase, k + 5], at[phase, k + 6], at[phase, k + 7]
        for i in range(n):
            j = np.uint64(i)
            first = out[to + j] + a * x[u0 + j] + b * x[u1 + j] + c * x[u2 + j] + d * x[u3 + j]
            out[to + j] = first + e * x[u4 + j] + f * x[u5 + j] + g * x[u6 + j] + h * x[u7 + j]
        k += 8


@kernel
def mirror_taps(taps):
    """Taps of lags 0, 1, ... of a filter that is even in time, padded: a middle, then pairs, four and four."""
    table = np.zeros(1 + max((taps.size + 2) // 4 * 4, 4), dtype=taps.dtype)
    for k in range(taps.size):
        table[k] = taps[k]
    return table


@kernel
def mirror_places(lags, count, per_symbol, width, history):
    """Where pair k reads: ``table[p, k, 0]`` k samples before the middle, ``table[p, k, 1]`` k after; the middle is ``count - 1`` samples ago."""
    table = np.zeros((per_symbol, lags, 2), dtype=np.uint64)
    for p in range(per_symbol):
        for k in range(lags):
            for side in range(2):
                lag = k if k < count else 0
                at = p - (count - 1) - (lag if side == 0 else -lag)
                symbols = at // per_symbol
                table[p, k, side] = np.uint64((at - symbols * per_symbol) * width + history + symbols)
    return table


@kernel
def filter_field(out, to, x, y, taps_re, taps_im, re, im, at, phase, n):
    """Power behind an even complex filter: out[to + i] = |sum_k h[k] (E[m - k] + E[m + k])|^2, h[0] E[m] once, from the tables of ``mirror_*``.

    Evenness halves the products.  x and y hold the field between groups of taps.
    """
    lags = taps_re.size
    for k in range(1, lags, 4):
        a, b, c, d = taps_re[k], taps_re[k + 1], taps_re[k + 2], taps_re[k + 3]
        e, f, g, h = taps_im[k], taps_im[k + 1], taps_im[k + 2], taps_im[k + 3]
        u0, u1, u2, u3 = at[phase, k, 0], at[phase, k, 1], at[phase, k + 1, 0], at[phase, k + 1, 1]
        u4, u5, u6, u7 = at[phase, k + 2, 0], at[phase, k + 2, 1], at[phase, k + 3, 0], at[phase, k + 3, 1]
        middle_re, middle_im, u = taps_re[0], taps_im[0], at[phase, 0, 0]
        if lags == 5:
            # The usual nine taps in one pass, without a stop in memory.
            for i in range(n):
                j = np.uint64(i)
                p, q, r, s = re[u0 + j] + re[u1 + j], re[u2 + j] + re[u3 + j], re[u4 + j] + re[u5 + j], re[u6 + j] + re[u7 + j]
                real = middle_re * re[u + j] + a * p + b * q + c * r + d * s
                imaginary = middle_im * re[u + j] + e * p + f * q + g * r + h * s
                p, q, r, s = im[u0 + j] + im[u1 + j], im[u2 + j] + im[u3 + j], im[u4 + j] + im[u5 + j], im[u6 + j] + im[u7 + j]
                real = real - middle_im * im[u + j] - e * p - f * q - g * r - h * s
                imaginary = imaginary + middle_re * im[u + j] + a * p + b * q + c * r + d * s
                out[to + j] = real * real + imaginary * imaginary
            return
        if k == 1:
            for i in range(n):
                j = np.uint64(i)
                p, q = re[u + j], im[u + j]
                x[j], y[j] = middle_re * p - middle_im * q, middle_re * q + middle_im * p
        for i in range(n):
            j = np.uint64(i)
            p, q, r, s = re[u0 + j] + re[u1 + j], re[u2 + j] + re[u3 + j], re[u4 + j] + re[u5 + j], re[u6 + j] + re[u7 + j]
            real = x[j] + a * p + b * q + c * r + d * s
            imaginary = y[j] + e * p + f * q + g * r + h * s
            p, q, r, s = im[u0 + j] + im[u1 + j], im[u2 + j] + im[u3 + j], im[u4 + j] + im[u5 + j], im[u6 + j] + im[u7 + j]
            x[j] = real - e * p - f * q - g * r - h * s
            y[j] = imaginary + a * p + b * q + c * r + d * s
    for i in range(n):
        j = np.uint64(i)
        out[to + j] = x[j] * x[j] + y[j] * y[j]


@kernel
def keep_history(row, per_symbol, width, history):
    """Move the last ``history`` numbers of every phase to its front, before the next block."""
    for p in range(per_symbol):
        front, back = np.uint64(p * width), np.uint64((p + 1) * width - history)
        for i in range(history):
            row[front + np.uint64(i)] = row[back + np.uint64(i)]


@kernel
def dispersion_taps(bend_rad, re, im):
    """Impulse response of a dispersive fibre on the sampling grid at lags 0, 1, ..., as many as ``re`` holds; it is even in time.

    H(nu) = e^(j bend nu^2), nu in cycles a sample, |nu| <= 1/2.  With e^(+j w t) a fibre is e^(-j beta2 L w^2/2), beta2 = -D lambda^2/(2 pi c):

        bend = pi lambda^2 D L f_s^2 / c

    and the power's response to a tone at f without chirp is cos(bend (f/f_s)^2).  Sums over 64 points a lag; what lies beyond the lags is lost.
    """
    grid = 64 * re.size
    for k in range(re.size):
        x, y = 0.0, 0.0
        for i in range(grid):
            nu = (i + 0.5) / grid - 0.5
            angle = bend_rad * nu * nu
            weight = math.cos(2.0 * math.pi * nu * k) / grid  # H is even: the sine part vanishes
            x += weight * math.cos(angle)
            y += weight * math.sin(angle)
        re[k] = x
        im[k] = y
