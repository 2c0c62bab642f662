"""Error ratio of one sampling instant: levels, thresholds, noise per level and the interference's cursors in, Gray-coded bit errors out.

Every landing counts: a level errs over its nearest threshold and over the farther ones, with the bits that differ there.  Probabilities
are summed relative to the largest, so that a ratio of 1e-300 keeps its logarithm.  Amplitudes are in units of half the outer swing.
"""

import math

import numpy as np

from ._jit import kernel
from .contour import BEND, GAPS, NARROW, P2, REACH, SLOPE, STEP, C, log_factor, prepare, tail_sums
from .special import log_add, log_q_tail

NEGLIGIBLE = 24.0  # -ln of what is left out beside the largest term, of bounds on both: 4e-11
MAX_SPLIT = 7  # cursors that are taken level by level where the noise leaves gaps between them
CERTAIN = 9.0  # noise sigmas beyond which a side is certain
PRECISE = 16.5  # -ln of the error, relative to the largest term, that a tail may have on another tail's contour
CANCELLED = 14.0  # ln of what a tail may be larger on the contour of a less probable one: rounding grows as much
ALIKE = 3.0  # -ln between the most probable tail and a wider one that rules the contour in its place
NARROWEST = 0.6  # of the ruling tail's sigma: what is narrower gets its own contour


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
        if prepare(rest, centred, cumulants, math.sqrt(spread), sigma, sigma, 0.0, nodes, big, about) == GAPS:
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
                if prepare(rest, centred, cumulants, max(moved, 1e-300), sigma, sigma, 0.0, nodes, big, about) == GAPS:
                    failed = True
                    break
                value = _log_from_sums(moved, sigma, nodes, about)
            else:
                # The other side of a mirrored sum is the small one.
                for j in range(count):
                    rest[j] = -rest[j]
                status = prepare(rest, centred, cumulants, -moved, sigma, sigma, 0.0, nodes, big, about)
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
def lay(cursors, centred, cumulants, symmetric, least_d, sigma, narrow, start, nodes, big, about, scratch):
    """Contours for both sides of a sum: row 0 of ``nodes`` and ``about`` for tails above, row 1 for tails below (the same if symmetric).

    ``sigma`` is that of the tail at ``least_d``, ``narrow`` the least of the tails that share the contours.
    """
    d = max(least_d, 1e-300)
    status = prepare(cursors, centred, cumulants, d, sigma, narrow, start, nodes[0], big, about[0])
    if status or symmetric:
        return status
    count = cursors.shape[0]
    for j in range(count):
        scratch[j] = -cursors[j]
    return prepare(scratch[:count], centred, cumulants, d, sigma, narrow, about[0, C], nodes[1], big, about[1])


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
    """The same without a contour laid: each tail on its own; and a status."""
    count = cursors.shape[0]
    sign = 1.0 if side > 0 else -1.0
    if d < 0.0:
        sign = -sign
    for j in range(count):
        scratch[0, j] = sign * cursors[j]
    own = scratch[0, :count]
    at = max(abs(d), 1e-300)
    if prepare(own, centred, cumulants, at, sigma, sigma, 0.0, nodes[0], big, about[0]) == GAPS:
        value, status = gap_log_tail(abs(d), sigma, own, centred, cumulants, nodes[0], big, about[0], scratch[1])
    else:
        value, status = _log_from_sums(at, sigma, nodes[0], about[0]), 0
    if d < 0.0:
        value = math.log1p(-min(math.exp(value), 1.0))
    return value, status


@kernel
def _may_share(d, sigma, ref, about):
    """Whether a tail at ``d`` >= 0 is precise enough on a contour that another tail ruled, beside a largest term of about e^ref.

    Three errors, each against PRECISE: the nodes end too early for a smaller sigma; the rule repeats the sum every D = 2 pi/step, e^(+-c D)
    times as large, and with a larger sigma or far from the saddle the next image is not gone; a larger tail is a small difference of large terms.
    """
    c = about[C]
    factor = log_factor(d, sigma, about) - ref
    if factor > CANCELLED:
        return False
    variance, small = sigma * sigma, 2.0 * about[P2]
    if REACH / 2.0 * (variance + small) / (about[NARROW] * about[NARROW] + small) - factor < PRECISE:
        return False
    if c * 2.0 * math.pi / about[STEP] + ref - math.log(about[STEP] / math.pi) < PRECISE:
        return False  # laid for a distance that no tail on this side has
    # Near the contour's c the sum is as good as Gaussian: mean K'(c), variance K''(c).
    away = 2.0 * math.pi / about[STEP] - abs(d - about[SLOPE] - variance * c)
    return away > 0.0 and away * away / (2.0 * (variance + about[BEND])) - factor >= PRECISE


@kernel
def _ruling_tail(gain, centred, sigma, shift, threshold, spread):
    """(d, sigma, side, narrow) of the tail for which a contour is laid, and the distance of the nearest threshold in its own spread.

    The most probable tail rules, or the widest of those that are nearly as probable; ``narrow`` is what the reach must be for so
    that the others may share the contour.
    """
    levels = centred.shape[0]
    nearest, at_d, at_sigma, at_side, at_width, narrow = math.inf, 0.0, sigma[0], 1, 0.0, sigma[0]
    for turn in range(3):
        limit = nearest * abs(nearest) / 2.0 + ALIKE
        for k in range(levels):
            place = gain * centred[k] + shift[k]
            width = math.sqrt(sigma[k] * sigma[k] + spread)
            for side in (1, -1):
                j = k if side > 0 else k - 1
                if not 0 <= j < levels - 1:
                    continue
                d = (threshold[j] - place) * side
                z = d / width
                if turn == 0:
                    if z < nearest:
                        nearest, at_d, at_sigma, at_side, at_width, narrow = z, d, sigma[k], side, width, sigma[k]
                elif turn == 1:
                    if width > 1.001 * at_width and z * abs(z) / 2.0 < limit:
                        at_d, at_sigma, at_side, at_width, narrow = d, sigma[k], side, width, sigma[k]
                elif sigma[k] > NARROWEST * at_sigma:
                    # A less probable tail may end earlier, and none of them need be better than PRECISE.
                    left = PRECISE + 1.0 - max(z * abs(z) / 2.0 - nearest * abs(nearest) / 2.0, 0.0)
                    if left > 1.0:
                        narrow = min(narrow, sigma[k] * math.sqrt(REACH / 2.0 / left))
    return at_d, at_sigma, at_side, narrow, nearest


@kernel
def log_error_ratio(
    cursors, gain, centred, cumulants, symmetric, sigma, shift, threshold, steps, start, nodes, big, about, scratch
):
    """ln of the Gray-coded bit error ratio and of the symbol error ratio of one instant, and a status.

    Level k lies at ``gain`` x centred[k] + ``shift``[k]; its Gaussian noise is ``sigma``[k]; ``cursors`` are those of the interference, the wanted
    one left out; ``threshold`` has M - 1 places, counted from the levels' mean.  ``steps`` is (up, down) of ``gray_steps``.  Status 0, or GAPS
    with NaN.
    """
    levels = centred.shape[0]
    spread = 0.0
    for j in range(cursors.shape[0]):
        spread += cumulants[2] * cursors[j] * cursors[j]
    at_d, at_sigma, at_side, narrow, nearest = _ruling_tail(gain, centred, sigma, shift, threshold, spread)
    status = 0
    gaps = False
    plain = spread == 0.0
    if not plain:
        gaps = lay(cursors, centred, cumulants, symmetric, at_d, at_sigma, narrow, start, nodes, big, about, scratch[0]) == GAPS
    # Sums are kept relative to e^ref: the factor of the ruling tail, or the largest so far where tails come one by one.
    ref = -math.inf
    if plain:
        ref = log_q_tail(nearest)
    elif not gaps:
        ref = log_factor(at_d, at_sigma, about[0 if symmetric or at_side > 0 else 1]) if at_d > 0.0 else math.log(about[0, STEP] / math.pi)
    c = about[0, C]
    bits, symbols = 0.0, 0.0
    alone = 0  # one bit for every tail that needs a contour of its own
    for turn in range(1 if plain else 2):
        for k in range(levels):
            place = gain * centred[k] + shift[k]
            for side in (1, -1):
                j = k if side > 0 else k - 1
                first = True
                while 0 <= j < levels - 1:
                    d = (threshold[j] - place) * side
                    value = 0.0
                    if plain:
                        value = math.exp(log_q_tail(d / sigma[k]) - ref)
                    elif turn == 1:
                        if gaps or alone >> (k * levels + j) & 1:
                            logarithm, bad = _own_tail(d, sigma[k], side, cursors, centred, cumulants, nodes, big, about, scratch)
                            status = max(status, bad)
                            if logarithm > ref:
                                bits *= math.exp(ref - logarithm)
                                symbols *= math.exp(ref - logarithm)
                                ref = logarithm
                            value = math.exp(logarithm - ref) if logarithm > -math.inf else 0.0
                    elif not gaps:
                        at = 0 if symmetric or (side > 0) == (d >= 0.0) else 1
                        factor = log_factor(abs(d), sigma[k], about[at]) - ref
                        if d >= 0.0 and factor < -NEGLIGIBLE:
                            break
                        alike = d >= at_d and sigma[k] == at_sigma and (symmetric or side == at_side)
                        if not alike and not _may_share(abs(d), sigma[k], ref, about[at]):
                            alone |= 1 << (k * levels + j)
                        elif d >= 0.0:
                            value = math.exp(factor) * max(tail_sums(d, sigma[k], nodes[at], about[at])[0], 0.0)
                        else:
                            value = math.exp(tail_of(d, sigma[k], side, symmetric, nodes, about) - ref)
                    if first:
                        symbols += value
                    bits += value * (steps[0, k, j] if side > 0 else steps[1, k, j])
                    first = False
                    j += side
        if alone == 0 and not gaps:
            break
    about[0, C] = c  # the next instant starts there
    if status:
        return math.nan, math.nan, status
    share = math.log(float(levels))
    per_symbol = math.log(math.log(float(levels)) / math.log(2.0))
    log_bits = math.log(bits) + ref - share - per_symbol if bits > 0.0 else -math.inf
    log_symbols = math.log(symbols) + ref - share if symbols > 0.0 else -math.inf
    return min(log_bits, 0.0), min(log_symbols, 0.0), 0


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
            if low + 1e-6 * (high - low) < after < high - 1e-6 * (high - low):
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
