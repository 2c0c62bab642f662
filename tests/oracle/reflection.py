"""Multipath interference: reflector pairs, three worst-case closures and the distribution of the beat.

    a_ij = sqrt(R_i R_j) T_ij,  beat of level k with a copy of level m = 2 sqrt(P_k P_m) a_ij cos(phase)
    half eye of PAM-M = OMA / (2 (M - 1)),  closure = beat / half eye,  penalty = -10 log10(1 - closure)
    x = sum a_ij cos(phi_ij), phases uniform: one pair F(x) = 1/2 + asin(x/a)/pi; many pairs: the
    characteristic function is the product of J0(a_ij t), and x is bounded by S = sum a_ij, so F is a Fourier
    series on [-S, S]
Source: power bookkeeping of the IEEE 802.3 contributions bhatt_01_0512 and farhood_01_1112 (bounds); DLMF
10.9.1.
"""

import itertools

import numpy as np

from tests.oracle import MP


def pair_amplitudes(reflectance, span_transmission):
    """([a_ij for i < j, row by row], their sum). T_ij is the product of the spans between the two
    reflectors."""
    powers = [MP.mpf(float(r)) for r in reflectance]
    spans = [MP.mpf(float(t)) for t in span_transmission]
    amplitudes = []
    for i in range(len(powers)):
        for j in range(i + 1, len(powers)):
            transmission = MP.mpf(1)
            for span in spans[i:j]:
                transmission *= span
            amplitudes.append(MP.sqrt(powers[i] * powers[j]) * transmission)
    return amplitudes, MP.fsum(amplitudes)


def mpi_closure(bound, levels_w, pair_sum):
    """Closure of the top eye. bound 0: both on the top level; 1: also the victim one level down, averaged
    over the
    two edges of the eye; 2: victim on the top level, amplitude of the interferer averaged over the levels."""
    levels = [MP.mpf(float(p)) for p in levels_w]
    count = len(levels)
    top = levels[-1]
    half_eye = (top - levels[0]) / (2 * (count - 1))

    def beat(victim, interferer):
        return 2 * MP.sqrt(victim * interferer) * MP.mpf(pair_sum)

    if bound == 0:
        worst = beat(top, top)
    elif bound == 1:
        worst = (beat(top, top) + beat(levels[-2], top)) / 2
    else:
        worst = sum(beat(top, p) for p in levels) / count
    return worst / half_eye


def mpi_variance_relative(amplitudes):
    """Variance of the beat 2 P sum a cos(phi) over the phases, over P^2: each pair by integration over its
    phase."""
    total = MP.mpf(0)
    for a in amplitudes:
        amplitude = MP.mpf(float(a))
        total += MP.quad(lambda u, amp=amplitude: (2 * amp * MP.cos(u)) ** 2, [0, MP.pi, 2 * MP.pi]) / (
            2 * MP.pi
        )
    return total


def _arcsine_cdf(x, a):
    if x <= -a:
        return MP.mpf(0)
    if x >= a:
        return MP.mpf(1)
    return MP.mpf(1) / 2 + MP.asin(x / a) / MP.pi


def _two_pair_cdf(x, a, b):
    """P(a cos u + b cos v < x): the arcsine law of a, averaged over v, split where its argument meets +-a."""
    splits = [MP.mpf(0)]
    for edge in (a, -a):
        cosine = (x - edge) / b
        if -1 < cosine < 1:
            splits.append(MP.acos(cosine))
    splits = [*sorted(splits), MP.pi]
    with MP.workdps(20):
        return MP.quad(lambda v: _arcsine_cdf(x - b * MP.cos(v), a), splits) / MP.pi


def bessel_j0(z):
    """J0 of an array of positive numbers: the mean of cos(z sin u) over a circle below 30, Hankel's
    expansion above.

    96 equally spaced angles integrate the periodic function to rounding for z < 30 (DLMF 10.9.2); sixteen
    terms of the expansion (DLMF 10.17.3) leave less than 1e-15 above.
    """
    z = np.asarray(z, dtype=float)
    angles = 2 * np.pi * np.arange(96) / 96
    near = np.cos(np.minimum(z, 30.0)[:, None] * np.sin(angles)).mean(axis=1)
    far = np.maximum(z, 30.0)
    even, odd = np.zeros_like(far), np.zeros_like(far)
    coefficient = 1.0
    for k in range(16):
        sign = -1.0 if (k // 2) % 2 else 1.0
        if k % 2:
            odd += sign * coefficient / far**k
        else:
            even += sign * coefficient / far**k
        coefficient *= -((2 * k + 1) ** 2) / (8.0 * (k + 1))
    phase = far - np.pi / 4
    hankel = np.sqrt(2 / (np.pi * far)) * (np.cos(phase) * even - np.sin(phase) * odd)
    return np.where(z < 30.0, near, hankel)


def _fourier_masses(edges, amplitudes, terms=40_000):
    """Bin masses from the Fourier series on [-S, S], whose coefficients are prod J0(n pi a / S).

    Integrated over a bin the terms fall as n^-(1 + pairs/2): what is left out is below 1e-7 for three pairs,
    far less for more.
    """
    total = float(sum(amplitudes))
    points = np.array([float(x) for x in edges])
    cdf = points / (2 * total)
    for start in range(1, terms, 10_000):
        n = np.arange(start, start + 10_000, dtype=float)
        coefficient = np.ones_like(n)
        for a in amplitudes:
            coefficient *= bessel_j0(n * np.pi * (float(a) / total))
        cdf += np.sin(np.outer(points, n * np.pi / total)) @ (coefficient / (n * np.pi))
        if np.abs(coefficient).max() < 1e-15:
            break
    return list(np.diff(cdf))


def beat_masses(amplitudes, edges):
    """Probability mass of x = sum a cos(phi) in each of the bins that edges bound."""
    amps = [MP.mpf(float(a)) for a in amplitudes if a > 0]
    points = [MP.mpf(float(x)) for x in edges]
    if len(amps) == 1:
        cdf = [_arcsine_cdf(x, amps[0]) for x in points]
    elif len(amps) == 2:
        cdf = [_two_pair_cdf(x, max(amps), min(amps)) for x in points]
    else:
        return _fourier_masses(points, amps)
    return [b - a for a, b in itertools.pairwise(cdf)]


def beat_samples(amplitudes, count, seed):
    """Random draws of x with independent uniform phases (numpy's PCG64, fixed seed): a check on the two
    above."""
    rng = np.random.default_rng(seed)
    x = np.zeros(count)
    for a in amplitudes:
        x += float(a) * np.cos(2 * np.pi * rng.random(count))
    return x
