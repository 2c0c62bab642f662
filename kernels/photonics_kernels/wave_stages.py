"""Stages of the time-domain link that have no memory: driver curve, modulator, noise, decisions.  Each works on one phase of a block,
n numbers of flat rows from places given as uint64 (``wave_filter`` says why).

Every loop is straight arithmetic in the rows' own precision; choices between models are made outside the loops.
"""

import numpy as np

from ._jit import kernel
from .wave_math import exp_t, log_t, turn_t

DIRECT, INTERFEROMETER, ABSORPTION = 0, 1, 2  # modulators
DARKEST = 1e-30  # relative power below which a modulator's chirp is that of this power: the logarithm needs a positive number


@kernel
def amplitudes(row, to, symbols, at, levels, n):
    """Amplitude of each PAM4 symbol, levels[symbol], by its two bits: a look-up would not become vector instructions."""
    t = row.dtype.type
    base, one = levels[0], levels[1] - levels[0]
    two = levels[2] - levels[0]
    three = levels[3] - levels[2] - one
    for i in range(n):
        j = np.uint64(i)
        symbol = symbols[at + j]
        low, high = t(np.int32(symbol & 1)), t(np.int32(symbol >> 1))
        row[to + j] = base + low * one + high * (two + low * three)


@kernel
def bend(row, at, curve, n):
    """Driver's level curve: x <- sum_k curve[k] x^k, in place."""
    order = curve.size
    top = curve[order - 1]
    if order == 2:
        c0 = curve[0]
        for i in range(n):
            j = at + np.uint64(i)
            row[j] = c0 + top * row[j]
        return
    if order == 4:
        c0, c1, c2 = curve[0], curve[1], curve[2]
        for i in range(n):
            j = at + np.uint64(i)
            x = row[j]
            row[j] = c0 + x * (c1 + x * (c2 + x * top))
        return
    for i in range(n):
        j = at + np.uint64(i)
        x, value = row[j], top
        for k in range(order - 1):
            value = value * x + curve[order - 2 - k]
        row[j] = value


@kernel
def add_scaled(row, at, noise, noise_at, sigma, n):
    """x <- x + sigma noise."""
    for i in range(n):
        j = np.uint64(i)
        row[at + j] += sigma * noise[noise_at + j]


@kernel
def _balance(extinction, t):
    """g = 2 sqrt(e)/(e + 1) of a device's extinction ratio e, by the darkest relative power d = 1/e: 2 sqrt(d)/(1 + d)."""
    return t(2.0) * np.sqrt(extinction) / (t(1.0) + extinction)


@kernel
def power_row(out, to, v, at, kind, extinction, n):
    """Relative power of a modulator driven by v (see ``field_rows``) without its field: all that a link without dispersion needs."""
    t = out.dtype.type
    if kind == DIRECT:
        for i in range(n):
            j = np.uint64(i)
            out[to + j] = max(v[at + j], t(0.0))
        return
    if kind == ABSORPTION:
        for i in range(n):
            j = np.uint64(i)
            out[to + j] = exp_t(-v[at + j], t)
        return
    # cI^2 cos^2 v + cQ^2 sin^2 v, where cI^2 + cQ^2 = 1 and cI^2 - cQ^2 = sqrt(1 - g^2)
    share = _balance(extinction, t)
    swing = np.sqrt(t(1.0) - share * share) * t(0.5)
    for i in range(n):
        j = np.uint64(i)
        x = v[at + j]
        cosine, _ = turn_t(x + x, t)
        out[to + j] = t(0.5) + swing * cosine


@kernel
def field_rows(re, im, to, v, at, kind, extinction, alpha, n):
    """Relative field of a modulator driven by v, |field|^2 = power.

    DIRECT          power v, nothing below 0
    INTERFEROMETER  cI cos v + j cQ sin v, cI, cQ = (sqrt(1 + g) +- sqrt(1 - g))/2, g of the device's own extinction: v in rad
    ABSORPTION      power e^(-v)

    each turned by the chirp (alpha/2) ln power, carrier e^(+j w t).

    :param extinction: darkest relative power of an interferometer, 0 for an ideal one.
    """
    t = re.dtype.type
    half = alpha * t(0.5)
    if kind == ABSORPTION:
        if alpha == t(0.0):
            for i in range(n):
                j = np.uint64(i)
                re[to + j] = exp_t(-v[at + j] * t(0.5), t)
                im[to + j] = t(0.0)
            return
        for i in range(n):
            j = np.uint64(i)
            x = v[at + j]
            size = exp_t(-x * t(0.5), t)
            cosine, sine = turn_t(-x * half, t)
            re[to + j] = size * cosine
            im[to + j] = size * sine
        return
    if kind == DIRECT:
        if alpha == t(0.0):
            for i in range(n):
                j = np.uint64(i)
                re[to + j] = np.sqrt(max(v[at + j], t(0.0)))
                im[to + j] = t(0.0)
            return
        for i in range(n):
            j = np.uint64(i)
            power = max(v[at + j], t(0.0))
            size = np.sqrt(power)
            cosine, sine = turn_t(half * log_t(max(power, t(DARKEST)), t), t)
            re[to + j] = size * cosine
            im[to + j] = size * sine
        return
    share = _balance(extinction, t)
    wide, slim = np.sqrt(t(1.0) + share), np.sqrt(t(1.0) - share)
    first, second = (wide + slim) * t(0.5), (wide - slim) * t(0.5)
    if alpha == t(0.0):
        for i in range(n):
            j = np.uint64(i)
            cosine, sine = turn_t(v[at + j], t)
            re[to + j] = first * cosine
            im[to + j] = second * sine
        return
    # In two passes: one would need more constants than there are registers.
    for i in range(n):
        j = np.uint64(i)
        cosine, sine = turn_t(v[at + j], t)
        re[to + j] = first * cosine
        im[to + j] = second * sine
    for i in range(n):
        j = np.uint64(i)
        x, y = re[to + j], im[to + j]
        cosine, sine = turn_t(half * log_t(max(x * x + y * y, t(DARKEST)), t), t)
        re[to + j] = x * cosine - y * sine
        im[to + j] = x * sine + y * cosine


@kernel
def intensity_noise(row, at, noise, noise_at, sigma, n):
    """x <- x (1 + sigma noise), the factor not below 0: relative intensity noise on a power."""
    t = row.dtype.type
    for i in range(n):
        j = np.uint64(i)
        row[at + j] *= max(t(1.0) + sigma * noise[noise_at + j], t(0.0))


@kernel
def intensity_noise_field(re, im, at, noise, noise_at, sigma, n):
    """The same on a field: its root."""
    t = re.dtype.type
    for i in range(n):
        j = np.uint64(i)
        size = np.sqrt(max(t(1.0) + sigma * noise[noise_at + j], t(0.0)))
        re[at + j] *= size
        im[at + j] *= size


@kernel
def current_noise(row, at, noise, noise_at, gain, constant, per_a, n):
    """x <- i + sqrt(constant + per_a i) noise, i = gain x: photocurrent with amplifier (A^2) and shot noise (A^2 per A)."""
    t = row.dtype.type
    if per_a == t(0.0):
        sigma = np.sqrt(constant)
        for i in range(n):
            j = np.uint64(i)
            row[at + j] = gain * row[at + j] + sigma * noise[noise_at + j]
        return
    for i in range(n):
        j = np.uint64(i)
        current = gain * row[at + j]
        row[at + j] = current + np.sqrt(constant + per_a * max(current, t(0.0))) * noise[noise_at + j]


@kernel
def count_errors(z, symbols, at, thresholds, begin, end):
    """(symbol errors, bit errors, numbers that are not finite) of decisions on z[begin:end], sent symbols[at + i]; Gray code 0, 1, 3, 2 from below.

    At most 16 000 numbers at a time.
    """
    low, middle, high = thresholds[0], thresholds[1], thresholds[2]
    zero, none, one = z.dtype.type(0.0), np.int32(0), np.int32(1)
    both, bad = np.int32(0), np.int32(0)  # symbol errors and, from bit 16 on, bit errors: one sum of 32 bits runs twice as fast as two of 64
    for i in range(begin, end):
        j = np.uint64(i)
        x = z[j]
        sent = symbols[at + j]
        # the code's upper bit says "above the middle", its lower one "between the outer thresholds"
        upper = np.int32((one if x > middle else none) ^ (sent >> 1))
        lower = np.int32(((one if x > low else none) ^ (one if x > high else none)) ^ ((sent ^ (sent >> 1)) & 1))
        both = np.int32(both + (upper | lower) + ((upper + lower) << 16))
    for i in range(begin, end):
        x = z[np.uint64(i)]
        bad = np.int32(bad + (none if x - x == zero else one))
    return np.int64(both & 0xFFFF), np.int64(both >> 16), np.int64(bad)


@kernel
def list_errors(z, symbols, at, thresholds, begin, end, first, positions, found):
    """Numbers of the wrong symbols, z[0] deciding symbol ``first``, into ``positions`` from ``found`` on while there is room; returns how many."""
    for i in range(begin, end):
        level = np.int32(z[i] > thresholds[0]) + np.int32(z[i] > thresholds[1]) + np.int32(z[i] > thresholds[2])
        if level != symbols[at + np.uint64(i)] and found < positions.size:
            positions[found] = first + i
            found += 1
    return found
