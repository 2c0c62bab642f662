"""Tails of intersymbol interference plus Gaussian noise, by contour integration of the moment generating function.

X = sum_j h_j (l_a_j - mean) + noise.  With the cumulant function K(s) = sum_j ln psi(h_j s) + sigma^2 s^2 / 2, psi(z) the mean of e^(z l)
over the centred levels,

    P(X > d) = 1/(2 pi i) int e^(K(s) - s d) / s ds      along s = c + i y, any c > 0,

summed by the trapezoid rule in y.  The contour stands near the saddle K'(c) = d, where nothing cancels; the rule's error is e^(-2 pi c / step)
and falls exponentially, so a dozen nodes carry ten digits at any depth of tail.  Integrals are kept relative to e^(K(c) - c d): a tail of
1e-300 has its logarithm.  Cursors that are small on the whole contour enter by four or eight cumulants, not by their own factor.

Lowering a density on bins and convolving, the common way, was 18 % off at 4e-13 with 4096 bins and slower by a hundred.
Source: Helstrom, saddle-point integration of the tail (IEEE Trans. AES 1978); the bounds on step and reach are derived here.
"""

import math

import numpy as np

from ._jit import kernel
from .special import log_q_tail

MAX_LEVELS = 8
MAX_BIG = 512
MAX_NODES = 4096  # room of the usual buffers; beyond: the interference has gaps that the noise does not fill, see `gaps`
DIGITS = 21.0  # -ln of the trapezoid's error relative to the tail, less what the saddle's width takes of it
REACH = 46.0  # twice -ln of the integrand at the last node
SMALL = 0.42  # |h s| below which a cursor's cumulants to the eighth are good to 1e-8 of its factor
LEAST_C = 1.3  # in units of 1/sigma: closer to the pole at 0 nothing is gained
STEPS = 30
CLOSE = 0.03  # relative change of c that ends Newton's search: the contour need not pass the saddle exactly
GAPS = 1  # status: more nodes would be needed than there is room for


@kernel
def level_cumulants(levels, centred, cumulants):
    """Centre equiprobable ``levels`` and fill ``cumulants`` (0..8) of one symbol; returns the mean.

    From the central moments by k_n = m_n - sum_{i=1}^{n-1} C(n-1, i-1) k_i m_(n-i); k_1 = 0 of the centred levels.
    """
    count = levels.shape[0]
    mean = 0.0
    for k in range(count):
        mean += levels[k] / count
    for k in range(count):
        centred[k] = levels[k] - mean
    moments = np.zeros(9)
    moments[0] = 1.0
    for n in range(1, 9):
        for k in range(count):
            moments[n] += centred[k] ** n / count
    cumulants[0] = 0.0
    for n in range(1, 9):
        value = moments[n]
        binomial = 1.0  # C(n - 1, i - 1)
        for i in range(1, n):
            value -= binomial * cumulants[i] * moments[n - i]
            binomial *= (n - i) / i
        cumulants[n] = value
    cumulants[1] = 0.0
    return mean


@kernel
def contour_buffers():
    """Scratch of one thread: node factors (re, im), big cursors, and the numbers that describe a contour."""
    return np.empty((2, MAX_NODES + 1)), np.empty(MAX_BIG), np.zeros(16)


# Places in the description of a contour.
C, STEP, NODES, LOG_ISI, SLOPE, BEND = 0, 1, 2, 3, 4, 5  # the last two: K' and K'' of the interference at c
P2, P3, P4, P5, P6, P7, P8 = 6, 7, 8, 9, 10, 11, 12  # sums of powers of the small cursors times cumulant over factorial
BIG, NARROW = 13, 14


@kernel
def _slopes(c, big, count, centred, about):
    """K' and K'' of the interference at real c: big cursors by their factors, small ones by their cumulants."""
    first = c * (2.0 * about[P2] + c * (3.0 * about[P3] + c * (4.0 * about[P4] + c * (5.0 * about[P5] + c * 6.0 * about[P6]))))
    second = 2.0 * about[P2] + c * (6.0 * about[P3] + c * (12.0 * about[P4] + c * (20.0 * about[P5] + c * 30.0 * about[P6])))
    levels = centred.shape[0]
    for j in range(count):
        h = big[j]
        top = c * max(h * centred[0], h * centred[levels - 1])
        zero, one, two = 0.0, 0.0, 0.0
        for k in range(levels):
            x = h * centred[k]
            e = math.exp(c * x - top)
            zero += e
            one += x * e
            two += x * x * e
        mean = one / zero
        first += mean
        second += two / zero - mean * mean
    return first, second


@kernel
def _split(cursors, reach, big, cumulants, about):
    """Sort cursors into those whose |h| times ``reach`` is small (cumulant sums) and big ones (kept); returns how many are big."""
    limit = SMALL / reach
    s2, s3, s4, s5, s6, s7, s8 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    count = 0
    for j in range(cursors.shape[0]):
        h = cursors[j]
        if abs(h) > limit:
            big[count] = h
            count += 1
        else:
            h2 = h * h
            h4 = h2 * h2
            s2 += h2
            s3 += h2 * h
            s4 += h4
            s5 += h4 * h
            s6 += h4 * h2
            s7 += h4 * h2 * h
            s8 += h4 * h4
    about[P2] = s2 * cumulants[2] / 2.0
    about[P3] = s3 * cumulants[3] / 6.0
    about[P4] = s4 * cumulants[4] / 24.0
    about[P5] = s5 * cumulants[5] / 120.0
    about[P6] = s6 * cumulants[6] / 720.0
    about[P7] = s7 * cumulants[7] / 5040.0
    about[P8] = s8 * cumulants[8] / 40320.0
    return count


@kernel
def _saddle(d, sigma, big, count, centred, about, start, least):
    """Where K'(c) = d, not below ``least``; Newton guarded by a bracket, to CLOSE only."""
    low, high = 0.0, math.inf
    c = max(start, least)
    for _ in range(STEPS):
        first, second = _slopes(c, big, count, centred, about)
        g = first + sigma * sigma * c - d
        slope = second + sigma * sigma
        if g > 0.0:
            high = c
        else:
            low = c
        after = c - g / slope
        if not low < after < high:
            after = (low + high) / 2.0 if high < math.inf else 2.0 * c
        if abs(after - c) < CLOSE * c:
            return max(after, least)
        if after < least and high <= least:
            return least
        c = after
    return max(c, least)


@kernel
def prepare(cursors, centred, cumulants, d, sigma, narrow, start, nodes, big, about):
    """Lay the contour for tails near ``d`` in noise ``sigma`` and tabulate the interference's factor on its nodes.

    ``d`` must be positive and is the distance of the most probable tail; other tails of similar sigma share the contour, whose reach is
    that of the least of them, ``narrow``.  ``start`` is a guess of c (0 for none).  Fills ``nodes`` with prod psi(h s)/psi(h c), less the
    1/s, and ``about``.  Returns 0, or GAPS where ``nodes`` has too little room.
    """
    variance = sigma * sigma
    least_variance = narrow * narrow
    spread = variance
    for j in range(cursors.shape[0]):
        spread += cumulants[2] * cursors[j] * cursors[j]
    least = LEAST_C / math.sqrt(spread)
    guess = start if start > 0.0 else max(d / spread, least)
    # The reach in y follows from what decays for certain: the noise, and the cursors small enough to be near Gaussian.
    reach = math.sqrt(REACH / least_variance)
    count = _split(cursors, math.hypot(guess, reach), big, cumulants, about)
    reach = math.sqrt(REACH / (least_variance + 2.0 * about[P2]))
    count = _split(cursors, math.hypot(guess, reach), big, cumulants, about)
    c = _saddle(d, sigma, big, count, centred, about, guess, least)
    if c > 1.1 * guess:
        reach = math.sqrt(REACH / least_variance)
        count = _split(cursors, math.hypot(c, reach), big, cumulants, about)
        reach = math.sqrt(REACH / (least_variance + 2.0 * about[P2]))
        count = _split(cursors, math.hypot(c, reach), big, cumulants, about)
    levels = centred.shape[0]
    log_isi = _small_log(c, about)
    for j in range(count):
        zero = 0.0
        x = big[j] * c
        top = max(x * centred[0], x * centred[levels - 1])
        for k in range(levels):
            zero += math.exp(x * centred[k] - top)
        log_isi += top + math.log(zero / levels)
    depth = c * d - log_isi - variance * c * c / 2.0
    step = 2.0 * math.pi * c / (max(depth, 0.0) + DIGITS)
    reach = math.sqrt(REACH / (least_variance + 2.0 * about[P2]))
    wanted = math.ceil(reach / step)
    if not wanted < nodes.shape[1]:
        return GAPS
    n = int(wanted)
    about[C] = c
    about[STEP] = step
    about[NODES] = n
    about[LOG_ISI] = log_isi
    about[BIG] = count
    about[NARROW] = narrow
    about[SLOPE], about[BEND] = _slopes(c, big, count, centred, about)
    _tabulate(c, step, n, big, count, centred, about, nodes)
    return 0


@kernel
def _small_log(c, about):
    """ln of the small cursors' factor at real c."""
    c2 = c * c
    return c2 * (
        about[P2] + c * (about[P3] + c * (about[P4] + c * (about[P5] + c * (about[P6] + c * (about[P7] + c * about[P8])))))
    )


@kernel
def _tabulate(c, step, n, big, count, centred, about, nodes):
    """Factors of the interference on the nodes, relative to their value at c, divided by s."""
    levels = centred.shape[0]
    zero = _small_log(c, about)
    small = about[P2] != 0.0
    for m in range(n + 1):
        y = m * step
        re, im = 1.0, 0.0
        if small:
            # sum of p_k s^k by Horner in complex numbers
            a, b = about[P8], 0.0
            for k in range(7, 1, -1):
                a, b = a * c - b * y + about[P2 + k - 2], a * y + b * c
            a, b = a * c - b * y, a * y + b * c
            a, b = a * c - b * y, a * y + b * c
            size = math.exp(a - zero)
            re, im = size * math.cos(b), size * math.sin(b)
        nodes[0, m] = re
        nodes[1, m] = im
    for j in range(count):
        h = big[j]
        x = h * c
        turn = h * step
        top = max(x * centred[0], x * centred[levels - 1])
        total = 0.0
        for k in range(levels):
            total += math.exp(x * centred[k] - top)
        if levels == 4 and centred[0] == -centred[3] and centred[1] == -centred[2]:
            # cosh of two levels: half the exponentials, and no branch inside the loop over nodes
            up, inner = centred[3], centred[2]
            e, g = math.exp(x * up - top), math.exp(-x * up - top)
            ch3, sh3 = (e + g) / total, (e - g) / total
            e, g = math.exp(x * inner - top), math.exp(-x * inner - top)
            ch1, sh1 = (e + g) / total, (e - g) / total
            dc3, ds3 = math.cos(turn * up), math.sin(turn * up)
            dc1, ds1 = math.cos(turn * inner), math.sin(turn * inner)
            co3, si3, co1, si1 = 1.0, 0.0, 1.0, 0.0
            for m in range(n + 1):
                fr = ch3 * co3 + ch1 * co1
                fi = sh3 * si3 + sh1 * si1
                a, b = nodes[0, m], nodes[1, m]
                nodes[0, m] = a * fr - b * fi
                nodes[1, m] = a * fi + b * fr
                co3, si3 = co3 * dc3 - si3 * ds3, co3 * ds3 + si3 * dc3
                co1, si1 = co1 * dc1 - si1 * ds1, co1 * ds1 + si1 * dc1
        else:
            for m in range(n + 1):
                fr, fi = 0.0, 0.0
                for k in range(levels):
                    weight = math.exp(x * centred[k] - top) / total
                    angle = m * turn * centred[k]
                    fr += weight * math.cos(angle)
                    fi += weight * math.sin(angle)
                a, b = nodes[0, m], nodes[1, m]
                nodes[0, m] = a * fr - b * fi
                nodes[1, m] = a * fi + b * fr
    for m in range(n + 1):
        y = m * step
        square = c * c + y * y
        a, b = nodes[0, m], nodes[1, m]
        nodes[0, m] = (a * c + b * y) / square
        nodes[1, m] = (b * c - a * y) / square
    nodes[0, 0] /= 2.0  # the trapezoid's first node counts half


@kernel
def tail_sums(d, sigma, nodes, about):
    """Sums over the nodes for one tail: (of the integrand, of s times it); times step/pi e^(K(c) - c d) they are tail and density."""
    c, step = about[C], about[STEP]
    n = int(about[NODES])
    variance = sigma * sigma
    # e^(sigma^2 (s^2 - c^2)/2 - i y d): a Gaussian in y and a turn proportional to it, both by recurrence.
    turn = (variance * c - d) * step
    dc, ds = math.cos(turn), math.sin(turn)
    ratio = math.exp(-variance * step * step / 2.0)
    square = ratio * ratio
    weight = 1.0
    co, si = 1.0, 0.0
    total, density = 0.0, 0.0
    for m in range(n + 1):
        a, b = nodes[0, m], nodes[1, m]
        re = weight * (a * co - b * si)
        im = weight * (a * si + b * co)
        total += re
        density += c * re - m * step * im
        weight *= ratio
        ratio *= square
        co, si = co * dc - si * ds, co * ds + si * dc
    return total, density


@kernel
def log_factor(d, sigma, about):
    """K(c) - c d + ln(step/pi) of a tail: what the sums are relative to."""
    c = about[C]
    return about[LOG_ISI] + sigma * sigma * c * c / 2.0 - c * d + math.log(about[STEP] / math.pi)


@kernel
def gaussian_tail(d, sigma):
    """ln P(noise > d), without interference."""
    return log_q_tail(d / sigma)
