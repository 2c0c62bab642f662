"""Error ratios of an eye with intersymbol interference, by methods that share nothing but the equation.

    y = l_k q_0 + sum_j l_(a_j) q_j + sum_p A_kp cos(phi_p) + sigma_k n        a_j equiprobable, phi_p uniform, n standard normal
    BER = 1/(M log2 M) sum_k sum_j P(y in region j | level k) hamming(gray(k), gray(j))        over all regions, not neighbours alone

Amplitudes are in units of half the outer swing: l_0 = -1 and l_(M-1) = +1 where nothing is compressed.

    enumerated   mean of Gaussian tails over all M^n combinations, and over Chebyshev nodes of every beat; n up to 10
    split        the same by two halves of the cursors, of whose pairs only those within reach of a threshold are visited: tiny noise
    convolved    cursors that are whole multiples of a step: the distribution on the lattice without any rounding of places; any n
    inverted     the step as the Fourier series of a square wave longer than the support, in high precision:
                 P(y > th) = 1/2 + (2/pi) sum_(n odd) Im[E exp(j n pi (y - th)/L)]/n + error, |error| <= P(|y - th| > L)
    jittered     mean over the sampling time: two Gaussians, by Gauss-Legendre pieces that are doubled until nothing moves

The first three add positive terms only, so that they keep relative accuracy at any depth of a double.
Source: total probability; the last one also J. Gil-Pelaez, "Note on the inversion theorem", Biometrika 38 (1951), and, for the square
wave, N. C. Beaulieu, "An infinite series for the computation of the complementary probability distribution function of a sum of
independent random variables", IEEE Trans. Commun. 38 (1990).
"""

import math
from typing import NamedTuple

import numpy as np

from tests.oracle import MP
from tests.oracle.pam import gray, hamming

_TAIL = np.frompyfunc(math.erfc, 1, 1)  # the C library's, good to a few units in the last place down to 1e-308
_ROOT_2 = math.sqrt(2.0)


class Eye(NamedTuple):
    """above[k][t] = P(y > threshold t | level k) and below[k][t] = P(y < threshold t | level k), each accurate by itself; BER and SER."""

    above: list
    below: list
    ber: object
    ser: object


def judged(above, below):
    """The eye that follows from its tails: a region is the difference of the tails at its two edges, on the side away from the level."""
    count = len(above)
    bits = count.bit_length() - 1
    assert count == 1 << bits
    wrong = missed = 0 * above[0][0]
    for k in range(count):
        up, down = [*above[k], 0], [0, *below[k]]
        for j in range(count):
            share = up[j - 1] - up[j] if j > k else down[j + 1] - down[j] if j < k else 0
            wrong += share * hamming(gray(k), gray(j))
        missed += (up[k] if k < count - 1 else 0) + (down[k] if k else 0)
    return Eye(above, below, wrong / (count * bits), missed / count)


def _sums(cursors, levels):
    """All M^n values of sum_j l_(a_j) q_j."""
    total = np.zeros(1)
    for q in cursors:
        total = (total[:, None] + float(q) * np.asarray(levels, dtype=float)).ravel()
    return total


def _chebyshev(nodes):
    """Equal-weight nodes of cos(phi): exact for polynomials below degree 2 nodes."""
    return np.cos(np.pi * (2 * np.arange(nodes) + 1) / (2 * nodes))


def _amplitudes(beat, count):
    """One tuple of beat amplitudes per level, whatever was given: nothing, one tuple for all levels, or one per level."""
    if beat is None or len(beat) == 0:
        return [()] * count
    rows = [tuple(np.atleast_1d(row)) for row in beat] if np.ndim(beat[0]) else [tuple(beat)] * count
    assert len(rows) == count
    return rows


def _mean_tail(distance, sigma, weight=None):
    """(Weighted) mean of P(sigma n > distance) over an array of distances, summed without rounding."""
    tails = 0.5 * _TAIL(distance / (sigma * _ROOT_2)).astype(float)
    if weight is None:
        return math.fsum(tails) / len(tails)
    return math.fsum(tails * weight)


def enumerated(levels, main, isi, sigmas, thresholds, beat=None, nodes=48):
    """The eye as a mean over every combination.

    main: the cursor q_0 of the decided symbol; isi: the other q_j.  beat: amplitudes A_p, the same for all levels or a row per level;
    each is met at ``nodes`` phases, which leaves nothing where A < nodes/6 sigma (the caller compares two node counts).
    """
    sums = _sums(isi, levels)
    above, below = [], []
    for level, sigma, row in zip(levels, sigmas, _amplitudes(beat, len(levels)), strict=True):
        here = sums
        for amplitude in row:
            here = (here[:, None] + amplitude * _chebyshev(nodes)).ravel()
        gaps = [threshold - level * main - here for threshold in thresholds]
        above.append([_mean_tail(gap, sigma) for gap in gaps])
        below.append([_mean_tail(-gap, sigma) for gap in gaps])
    return judged(above, below)


def enumerated_in_digits(levels, main, isi, sigmas, thresholds, digits=40):
    """``enumerated`` with mpmath's error function and so many digits, for a handful of cursors: it tells what doubles cost there."""
    with MP.workdps(digits):
        levels = [MP.mpf(v) for v in levels]
        total = [MP.mpf(0)]
        for q in isi:
            total = [s + q * v for s in total for v in levels]
        above, below = [], []
        for level, sigma in zip(levels, sigmas, strict=True):
            scale = MP.sqrt(2) * sigma
            gaps = [[(threshold - level * main - s) / scale for s in total] for threshold in thresholds]
            above.append([MP.fsum(MP.erfc(x) for x in row) / (2 * len(total)) for row in gaps])
            below.append([MP.fsum(MP.erfc(-x) for x in row) / (2 * len(total)) for row in gaps])
        return judged(above, below)


def _split_tail(first, second, gap, sigma, reach, most):
    """Mean over pairs of P(sigma n > gap - a - b), a of ``first``, b of the sorted ``second``; pairs out of reach count as 0 or 1."""
    low = np.searchsorted(second, gap - first - reach * sigma)
    high = np.searchsorted(second, gap - first + reach * sigma)
    within = high - low
    assert within.sum() <= most, f"{within.sum()} pairs are too many to visit"
    parts = [float((len(second) - high).sum())]  # b far above: certainly over the threshold
    for at in np.array_split(np.arange(len(first)), max(1, int(within.sum()) // 2_000_000 + 1)):
        number = within[at]
        start = np.cumsum(number) - number
        place = np.arange(number.sum()) - np.repeat(start - low[at], number)
        distance = gap - np.repeat(first[at], number) - second[place]
        if distance.size:
            parts.append(0.5 * math.fsum(_TAIL(distance / (sigma * _ROOT_2))))
    return math.fsum(parts) / (len(first) * len(second))


def split(levels, main, isi, sigmas, thresholds, most=30_000_000):
    """``enumerated`` by meeting in the middle: up to twice as many cursors where the noise is small against the ISI.

    Pairs nearer to the threshold than a reach in sigmas are summed, pairs beyond it are over the threshold for certain or never.  The
    reach is widened until what it leaves out is below 1e-13 of the answer (relative to 1e-290 where nothing is found).
    """
    order = sorted(isi, key=abs)
    first, second = _sums(order[0::2], levels), np.sort(_sums(order[1::2], levels))

    def tail(gap, sigma, sign):
        a, b = (first, second) if sign > 0 else (-first, np.sort(-second))
        reach = 8.3
        while True:
            found = _split_tail(a, b, sign * gap, sigma, reach, most)
            needed = math.sqrt(-2.0 * math.log(1e-13 * max(found, 1e-290)))
            if needed <= reach:
                return found
            reach = min(needed + 0.5, reach * 1.25)  # in small steps: the window must not grow past what is needed

    above, below = [], []
    for level, sigma in zip(levels, sigmas, strict=True):
        above.append([tail(threshold - level * main, sigma, 1) for threshold in thresholds])
        below.append([tail(threshold - level * main, sigma, -1) for threshold in thresholds])
    return judged(above, below)


def lattice(levels, isi, digits, denominator):
    """(places, probabilities) of sum_j l_(a_j) q_j, exactly: q_j 10^digits and l_k denominator are whole numbers."""
    whole_cursors = [round(float(q) * 10**digits) for q in isi]
    whole_levels = [round(float(v) * denominator) for v in levels]
    assert all(abs(n - q * 10**digits) < 1e-6 for n, q in zip(whole_cursors, isi, strict=True))
    assert all(abs(n - v * denominator) < 1e-9 for n, v in zip(whole_levels, levels, strict=True))
    shifts = [[n * (m - whole_levels[0]) for m in whole_levels] for n in whole_cursors if n]
    step = math.gcd(*(s for row in shifts for s in row)) if shifts else 1
    lowest, mass = whole_levels[0] * sum(whole_cursors), np.ones(1)
    for row in shifts:
        places = [s // step for s in row]
        base = min(places)
        spread = np.zeros(len(mass) + max(places) - base)
        for place in places:
            spread[place - base : place - base + len(mass)] += mass
        mass = spread / len(row)
        lowest += base * step
    found = np.flatnonzero(mass)
    return (lowest + step * found) / (10.0**digits * denominator), mass[found]


def convolved(levels, main, isi, sigmas, thresholds, digits, denominator, beat=None, nodes=48):
    """The eye from the exact distribution on the lattice of step 10^-digits/denominator."""
    places, mass = lattice(levels, isi, digits, denominator)
    above, below = [], []
    for level, sigma, row in zip(levels, sigmas, _amplitudes(beat, len(levels)), strict=True):
        at, weight = places, mass
        for amplitude in row:
            at = (at[:, None] + amplitude * _chebyshev(nodes)).ravel()
            weight = np.repeat(weight, nodes) / nodes
        gaps = [threshold - level * main - at for threshold in thresholds]
        above.append([_mean_tail(gap, sigma, weight) for gap in gaps])
        below.append([_mean_tail(-gap, sigma, weight) for gap in gaps])
    return judged(above, below)


def characteristic(w, levels, isi):
    """E exp(j w sum_j l_(a_j) q_j) as (real, imaginary) of mpmath numbers."""
    real, imaginary = MP.mpf(1), MP.mpf(0)
    symmetric = all(a == -b for a, b in zip(levels, reversed(levels), strict=True))
    for q in isi:
        angles = [w * q * v for v in (levels[len(levels) // 2 :] if symmetric else levels)]
        c = MP.fsum(MP.cos(a) for a in angles) / len(angles)
        if symmetric:
            real, imaginary = real * c, imaginary * c
        else:
            s = MP.fsum(MP.sin(a) for a in angles) / len(angles)
            real, imaginary = real * c - imaginary * s, real * s + imaginary * c
    return real, imaginary


def inverted(levels, main, isi, sigmas, thresholds, beat=None, digits=45):
    """The eye by the Fourier series of the step, with an absolute error below 10^-digits.

    Terms: about (2 digits ln 10)^(1/2) L/(pi sigma), L the largest distance |y - th|: some hundreds, 1e5 at sigma = 1e-4.
    """
    rows = _amplitudes(beat, len(levels))
    with MP.workdps(digits + 10):
        v, q = [MP.mpf(x) for x in levels], [MP.mpf(x) for x in isi if x]
        s, th = [MP.mpf(x) for x in sigmas], [MP.mpf(x) for x in thresholds]
        q0 = MP.mpf(main)
        deviations = MP.sqrt(2 * (digits + 2) * MP.log(10))
        largest = max(abs(x) for x in v)
        length = largest * (abs(q0) + MP.fsum(abs(x) for x in q)) + max(abs(x) for x in th) + deviations * max(s)
        length += max(MP.fsum(abs(MP.mpf(a)) for a in row) for row in rows)
        sums = [[MP.mpf(0) for _ in th] for _ in v]
        n = 1
        while n * MP.pi / length * min(s) < deviations:
            w = n * MP.pi / length
            real, imaginary = characteristic(w, v, q)
            for k, row in enumerate(rows):
                gauss = MP.exp(-((s[k] * w) ** 2) / 2) / n
                for amplitude in row:
                    gauss *= MP.besselj(0, amplitude * w)
                for t, threshold in enumerate(th):
                    angle = w * (v[k] * q0 - threshold)
                    sums[k][t] += gauss * (real * MP.sin(angle) + imaginary * MP.cos(angle))
            n += 2
        half, scale = MP.mpf(1) / 2, 2 / MP.pi
        above = [[half + scale * x for x in row] for row in sums]
        below = [[half - scale * x for x in row] for row in sums]
        return judged(above, below)


def gil_pelaez(levels, main, isi, sigma, level, threshold, digits=30):
    """P(y > threshold | level) by the inversion integral itself, 1/2 + (1/pi) int_0^inf Im[phi(w) exp(-j w th)]/w dw, piece by piece."""
    with MP.workdps(digits + 5):
        v, q = [MP.mpf(x) for x in levels], [MP.mpf(x) for x in isi]
        gap, sigma = MP.mpf(level) * main - threshold, MP.mpf(sigma)
        end = MP.sqrt(2 * (digits + 2) * MP.log(10)) / sigma
        rate = abs(gap) + MP.fsum(abs(x) for x in q)
        pieces = int(end * rate / 6) + 4

        def integrand(w):
            real, imaginary = characteristic(w, v, q)
            return MP.exp(-((sigma * w) ** 2) / 2) * (real * MP.sin(w * gap) + imaginary * MP.cos(w * gap)) / w

        total, error = MP.quad(integrand, MP.linspace(MP.mpf(10) ** (-digits - 5), end, pieces), error=True)
        assert error < MP.mpf(10) ** (-digits + 8)
        return MP.mpf(1) / 2 + total / MP.pi


def jittered(ber_at, random, dual_dirac, offset=0.0, accuracy=1e-10, points=12, reach=12.0):
    """Mean of ``ber_at(time)`` over a sampling time of density [N(offset - d, random) + N(offset + d, random)]/2, d = dual_dirac.

    Time in the unit of ``random``.  Pieces of ``points`` Gauss-Legendre nodes over +-``reach`` standard deviations are halved until
    the mean moves by less than ``accuracy`` of itself; exp(-reach^2/2) = 5e-32 of a BER of 1/2 is what is cut off.
    """
    if random == 0.0:
        return 0.5 * (ber_at(offset - dual_dirac) + ber_at(offset + dual_dirac))
    x, weight = np.polynomial.legendre.leggauss(points)
    centres = [offset - dual_dirac, offset + dual_dirac] if dual_dirac else [offset]
    previous, pieces = None, 4
    while True:
        edges = np.linspace(-reach, reach, pieces + 1)
        z = (0.5 * (edges[1:] + edges[:-1])[:, None] + 0.5 * np.diff(edges)[:, None] * x).ravel()
        share = (0.5 * np.diff(edges)[:, None] * weight).ravel() * np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        total = [w * ber_at(c + random * t) for c in centres for t, w in zip(z, share, strict=True)]
        found = math.fsum(float(value) for value in total) / len(centres)
        if previous is not None and abs(found - previous) <= accuracy * found:
            return found
        assert pieces < 512, "the mean over the jitter does not settle"
        previous, pieces = found, 2 * pieces
