"""Error ratio of one sampling instant: levels, thresholds, noise per level and the interference's cursors in, Gray-coded bit errors out.

Every landing counts: a level errs over its nearest threshold and over the farther ones, with the bits that differ there.  Probabilities
are summed relative to the largest, so that a ratio of 1e-300 keeps its logarithm.  Amplitudes are in units of half the outer swing.
"""

import math

import numpy as np

from ._jit import kernel
from .contour import GAPS, C, log_factor, prepare, tail_sums
from .special import log_add, log_q_tail

NEGLIGIBLE = 30.0  # -ln of what is left out beside the largest term: 1e-13
MAX_SPLIT = 7  # cursors that are taken level by level where the noise leaves gaps between them
CERTAIN = 9.0  # noise sigmas beyond which a side is certain


@kernel
def gray_steps(count, up, down):
    """Fill ``up[k, j]`` and ``down[k, j]`` with the change of wrong bits when level k crosses threshold j upwards or downwards.

    Levels carry the binary reflected code k xor (k >> 1); threshold j lies between levels j and j + 1.  Returns the bits per symbol.
    """
    bits = 0
    while (1 << bits) < count:
        bits += 1
    for k in range(count):
        before = 0
        for j in range(k, count - 1):
            after = _differing(k, j + 1)
            up[k, j] = after - before
            before = after
        before = 0
        for j in range(k - 1, -1, -1):
            after = _differing(k, j)
            down[k, j] = after - before
            before = after
    return bits


@kernel
def _differing(a, b):
    """Bits in which the Gray words of two levels differ."""
    word = (a ^ (a >> 1)) ^ (b ^ (b >> 1))
    count = 0
    while word:
        count += word & 1
        word >>= 1
    return count


@kernel
def _log_from_sums(d, sigma, nodes, about):
    """ln of a tail on a contour that is laid; -inf where cancellation leaves nothing (the tail is negligible beside the contour's own)."""
    total = tail_sums(d, sigma, nodes, about)[0]
    if not total > 0.0:
        return -math.inf
    return log_factor(d, sigma, about) + math.log(total)


@kernel
def gap_log_tail(d, sigma, cursors, centred, cumulants, nodes, big, about, scratch):
    """ln P(X > d) where strong cursors leave gaps that the noise does not fill: they are taken level by level, the rest by contour.

    Returns (ln P, status); the status is GAPS where more than MAX_SPLIT cursors stand so far above the noise.
    """
    count = cursors.shape[0]
    rest = scratch[:count]
    for j in range(count):
        rest[j] = cursors[j]
    strong = np.zeros(MAX_SPLIT)
    levels = centred.shape[0]
    for split in range(1, min(MAX_SPLIT, count) + 1):
        largest = 0
        for j in range(count):
            if abs(rest[j]) > abs(rest[largest]):
                largest = j
        strong[split - 1] = rest[largest]
        rest[largest] = 0.0
        reach = CERTAIN * sigma
        spread = sigma * sigma
        for j in range(count):
            reach += abs(rest[j]) * max(abs(centred[0]), abs(centred[levels - 1]))
            spread += cumulants[2] * rest[j] * rest[j]
        # The hardest distance for the rest is one well inside it.
        if prepare(rest, centred, cumulants, math.sqrt(spread), sigma, 0.0, nodes, big, about) == GAPS:
            continue
        ways = levels**split
        total = -math.inf
        failed = False
        for way in range(ways):
            code, moved = way, d
            for s in range(split):
                moved -= strong[s] * centred[code % levels]
                code //= levels
            if moved < -reach:
                value = 0.0
            elif moved >= 0.0:
                if prepare(rest, centred, cumulants, max(moved, 1e-300), sigma, 0.0, nodes, big, about) == GAPS:
                    failed = True
                    break
                value = _log_from_sums(moved, sigma, nodes, about)
            else:
                # The other side of a mirrored sum is the small one.
                for j in range(count):
                    rest[j] = -rest[j]
                status = prepare(rest, centred, cumulants, -moved, sigma, 0.0, nodes, big, about)
                for j in range(count):
                    rest[j] = -rest[j]
                if status == GAPS:
                    failed = True
                    break
                value = math.log1p(-min(math.exp(_log_from_sums(-moved, sigma, nodes, about)), 1.0))
            total = log_add(total, value)
        if not failed:
            return total - split * math.log(float(levels)), 0
    return math.nan, GAPS


@kernel
def lay(cursors, centred, cumulants, symmetric, least_d, sigma, start, nodes, big, about, scratch):
    """Contours for both sides of a sum: row 0 of ``nodes`` and ``about`` for tails above, row 1 for tails below (the same if symmetric)."""
    d = max(least_d, 1e-300)
    status = prepare(cursors, centred, cumulants, d, sigma, start, nodes[0], big, about[0])
    if status or symmetric:
        return status
    count = cursors.shape[0]
    for j in range(count):
        scratch[j] = -cursors[j]
    return prepare(scratch[:count], centred, cumulants, d, sigma, about[0, C], nodes[1], big, about[1])


@kernel
def tail_of(d, sigma, side, symmetric, nodes, about):
    """ln P(side x X > d) on the contours of ``lay``; a distance below zero by its complement."""
    at = 0 if symmetric or side > 0 else 1
    if d >= 0.0:
        return _log_from_sums(d, sigma, nodes[at], about[at])
    other = 0 if symmetric or side < 0 else 1
    return math.log1p(-min(math.exp(_log_from_sums(-d, sigma, nodes[other], about[other])), 1.0))


@kernel
def _own_tail(d, sigma, side, cursors, centred, cumulants, nodes, big, about, scratch):
    """The same without a contour laid: with gaps, each tail by itself."""
    count = cursors.shape[0]
    sign = 1.0 if side > 0 else -1.0
    if d < 0.0:
        sign = -sign
    for j in range(count):
        scratch[0, j] = sign * cursors[j]
    value, status = gap_log_tail(abs(d), sigma, scratch[0, :count], centred, cumulants, nodes[0], big, about[0], scratch[1])
    if d < 0.0:
        value = math.log1p(-min(math.exp(value), 1.0))
    return value, status


@kernel
def log_error_ratio(
    cursors, gain, centred, cumulants, symmetric, sigma, shift, threshold, steps, start, nodes, big, about, scratch
):
    """ln of the Gray-coded bit error ratio and of the symbol error ratio of one instant, and a status.

    Level k lies at ``gain`` x centred[k] + ``shift``[k]; its Gaussian noise is ``sigma``[k]; ``cursors`` are those of the interference, the wanted
    one left out; ``threshold`` has M - 1 places, counted from the levels' mean.  ``steps`` is (up, down) of ``gray_steps``.  Status 0, or GAPS.
    """
    levels = centred.shape[0]
    spread = 0.0
    for j in range(cursors.shape[0]):
        spread += cumulants[2] * cursors[j] * cursors[j]
    # The most probable tail rules the contour.
    nearest, at_d, at_sigma = math.inf, 0.0, sigma[0]
    for k in range(levels):
        place = gain * centred[k] + shift[k]
        width = math.sqrt(sigma[k] * sigma[k] + spread)
        if k < levels - 1 and (threshold[k] - place) / width < nearest:
            nearest, at_d, at_sigma = (threshold[k] - place) / width, threshold[k] - place, sigma[k]
        if k > 0 and (place - threshold[k - 1]) / width < nearest:
            nearest, at_d, at_sigma = (place - threshold[k - 1]) / width, place - threshold[k - 1], sigma[k]
    status = 0
    gaps = False
    plain = spread == 0.0
    if not plain:
        gaps = lay(cursors, centred, cumulants, symmetric, at_d, at_sigma, start, nodes, big, about, scratch[0]) == GAPS
    # Sums are kept relative to e^ref: the factor of the most probable tail, or its own logarithm where tails come one by one.
    ref = 0.0
    if plain:
        ref = log_q_tail(at_d / at_sigma)
    elif not gaps and at_d > 0.0:
        ref = log_factor(at_d, at_sigma, about[0])
    elif gaps:
        ref, status = _own_tail(at_d, at_sigma, 1, cursors, centred, cumulants, nodes, big, about, scratch)
    bits, symbols = 0.0, 0.0
    for k in range(levels):
        place = gain * centred[k] + shift[k]
        for side in (1, -1):
            j = k if side > 0 else k - 1
            first = True
            while 0 <= j < levels - 1:
                d = (threshold[j] - place) * side
                if plain:
                    value = math.exp(log_q_tail(d / sigma[k]) - ref)
                elif gaps:
                    logarithm, bad = _own_tail(d, sigma[k], side, cursors, centred, cumulants, nodes, big, about, scratch)
                    value = math.exp(logarithm - ref)
                    status = max(status, bad)
                elif d >= 0.0:
                    at = 0 if symmetric or side > 0 else 1
                    factor = log_factor(d, sigma[k], about[at]) - ref
                    if factor < -NEGLIGIBLE:
                        break
                    value = math.exp(factor) * max(tail_sums(d, sigma[k], nodes[at], about[at])[0], 0.0)
                else:
                    value = math.exp(tail_of(d, sigma[k], side, symmetric, nodes, about) - ref)
                if first:
                    symbols += value
                bits += value * (steps[0, k, j] if side > 0 else steps[1, k, j])
                first = False
                j += side
    share = math.log(float(levels))
    per_symbol = math.log(math.log(float(levels)) / math.log(2.0))
    log_bits = math.log(bits) + ref - share - per_symbol if bits > 0.0 else -math.inf
    log_symbols = math.log(symbols) + ref - share if symbols > 0.0 else -math.inf
    return min(log_bits, 0.0), min(log_symbols, 0.0), status


@kernel
def best_threshold(low, high, sigma_low, sigma_high, symmetric, nodes, about):
    """Threshold between two levels where their densities cross, by a safeguarded secant on the difference of log densities.

    ``low`` and ``high`` are the levels' places; the contours are those of ``lay``.  Returns (threshold, 0), or (middle, 1) where the
    densities do not cross between the levels.
    """
    a, b = low, high
    middle = (low + high) / 2.0
    fa = _log_ratio(a + 0.02 * (high - low), low, high, sigma_low, sigma_high, symmetric, nodes, about)
    fb = _log_ratio(b - 0.02 * (high - low), low, high, sigma_low, sigma_high, symmetric, nodes, about)
    # Noise differs little between neighbours: the Gaussian answer is the start, the bracket the guard.
    x = (low * sigma_high + high * sigma_low) / (sigma_low + sigma_high)
    if not (fa > 0.0 > fb):
        fa, fb = math.inf, -math.inf
    last, f_last = math.nan, math.nan
    for _ in range(40):
        f = _log_ratio(x, low, high, sigma_low, sigma_high, symmetric, nodes, about)
        if not math.isfinite(f):
            return middle, 1
        if f > 0.0:
            a = x
        else:
            b = x
        if math.isnan(last):
            after = x + (1e-3 if f > 0.0 else -1e-3) * (high - low)
        else:
            after = x - f * (x - last) / (f - f_last) if f != f_last else x
        last, f_last = x, f
        if not a < after < b:
            after = (a + b) / 2.0
        if abs(after - x) < 1e-9 * (high - low):
            if low < after < high:
                return after, 0
            return middle, 1
        x = after
    return x, 0


@kernel
def _log_ratio(x, low, high, sigma_low, sigma_high, symmetric, nodes, about):
    """ln density of the lower level at x over that of the upper one; falls from low to high."""
    below = 0 if symmetric else 1
    up = tail_sums(x - low, sigma_low, nodes[0], about[0])[1]
    down = tail_sums(high - x, sigma_high, nodes[below], about[below])[1]
    if not (up > 0.0 and down > 0.0):
        return math.nan
    return (
        log_factor(x - low, sigma_low, about[0]) + math.log(up) - log_factor(high - x, sigma_high, about[below]) - math.log(down)
    )
