"""Multipath interference: delayed copies of the signal, one per pair of reflectors.

A pair (i, j) sends back a copy whose field is a_ij = sqrt(R_i R_j) T_ij times the signal's, with T_ij the one-way power
transmission between the two faces (the copy crosses that span twice more, in field sqrt(T) each time).  Against level k with
the copy on level m the beat is 2 sqrt(P_k P_m) a_ij cos(phi).  phi drifts slowly: it is constant over a codeword.
"""

import math

import numpy as np

from ._jit import kernel

REFINEMENT = 9  # odd, so that a bin's middle is a node; 5 left 0.03 dB of penalty at 65 bins

SIMPLE, IMPROVED, STATISTICAL = 0, 1, 2


@kernel
def pair_amplitudes(reflectance, span_transmission, amplitudes):
    """Fill ``amplitudes`` with a_ij of every pair i < j, row by row, and return their sum S.

    ``reflectance`` holds n power reflectances in order along the link, ``span_transmission`` the n - 1 one-way power
    transmissions between neighbours (1 where loss is to be ignored), ``amplitudes`` has n (n - 1)/2 places.
    """
    total = 0.0
    place = 0
    for i in range(reflectance.shape[0]):
        between = 1.0
        for j in range(i + 1, reflectance.shape[0]):
            between *= span_transmission[j - 1]
            amplitudes[place] = math.sqrt(reflectance[i] * reflectance[j]) * between
            total += amplitudes[place]
            place += 1
    return total


@kernel
def mpi_closure(bound, levels_w, pair_sum):
    """Relative closure c of the top eye by one of three bounds; the penalty is -10 log10(1 - c), infinite from c = 1 on.

    simple       c0 = 4 (M-1) S ER/(ER-1): victim and interferer both on the top level, every phase aligned.
    improved     c0 (1 + sqrt(P[M-2]/P[M-1]))/2: the beat shrinks with the received symbol's power.
    statistical  c0 mean_m sqrt(P[m]/P[M-1]): the interferer's amplitude replaced by its mean over the symbols.

    Sources: bhatt_01_0512 type (simple), farhood_01_1112 (statistical), as tabulated in IEEE 802.3 400G mail msg00229; the
    factor of "improved" is derived, no published number checks it.  Any other ``bound`` gives NaN.
    """
    top = levels_w.shape[0] - 1
    closure = 4.0 * top * pair_sum * levels_w[top] / (levels_w[top] - levels_w[0])
    if bound == SIMPLE:
        return closure
    if bound == IMPROVED:
        return closure * (1.0 + math.sqrt(levels_w[top - 1] / levels_w[top])) / 2.0
    if bound == STATISTICAL:
        mean = 0.0
        for m in range(top + 1):
            mean += math.sqrt(levels_w[m] / levels_w[top])
        return closure * mean / (top + 1)
    return math.nan


@kernel
def mpi_variance_relative(amplitudes):
    """Variance of the beat relative to P_k^2 in the Gaussian limit of many weak pairs: sum 2 a_ij^2.

    Optimistic for few strong pairs, whose beat is bounded and slow; kept for comparison, never the default.
    """
    total = 0.0
    for a in amplitudes:
        total += 2.0 * a * a
    return total


@kernel
def _arcsine_below(x, amplitude):
    """P(a cos phi <= x), phi uniform."""
    if x >= amplitude:
        return 1.0
    if x <= -amplitude:
        return 0.0
    return 0.5 + math.asin(x / amplitude) / math.pi


@kernel
def _arcsine_below_integral(x, amplitude):
    """Integral of ``_arcsine_below`` from minus infinity to x."""
    if x >= amplitude:
        return x
    if x <= -amplitude:
        return 0.0
    return x / 2.0 + (x * math.asin(x / amplitude) + math.sqrt((amplitude - x) * (amplitude + x))) / math.pi


@kernel
def beat_state_density(amplitudes, edges, mass):
    """Fill ``mass`` with the probability of x = sum a_ij cos(phi_ij) in each bin, phases uniform and independent.

    ``edges`` (one more than ``mass``) runs uniformly over [-S, S], S the sum of the amplitudes; the number of bins must be odd,
    so that one bin is centred on zero (an even number gives NaN).  Works on a lattice nine times finer than the bins: the
    strongest pair is binned exactly, every other one split linearly between neighbouring nodes (which keeps its mean and adds
    at most a sixth of a squared fine step to its variance), and the lattices are convolved.  Every term is positive, so
    the tails keep their relative accuracy, which inverting a characteristic function in floating point would not.  Rounding each
    pair to whole bins instead was tried: its errors add up, 11 % of the mass beyond S/2 for fifteen pairs in 129 bins.
    Returns the probability that had to be moved into the outermost bins.
    """
    bins = mass.shape[0]
    if bins % 2 == 0:
        return math.nan
    fine = (edges[1] - edges[0]) / REFINEMENT
    pad = amplitudes.shape[0] + 2  # a split reaches at most one node beyond its amplitude
    size = bins * REFINEMENT + 2 * pad
    strongest = 0
    for i in range(amplitudes.shape[0]):
        if amplitudes[i] > amplitudes[strongest]:
            strongest = i
    have = np.zeros(size)
    centre = size // 2
    reach = int(math.ceil(amplitudes[strongest] / fine)) + 1
    for d in range(-reach, reach + 1):
        upper = _arcsine_below((d + 0.5) * fine, amplitudes[strongest])
        weight = upper - _arcsine_below((d - 0.5) * fine, amplitudes[strongest])
        if weight > 0.0:
            have[centre + d] = weight
    for i in range(amplitudes.shape[0]):
        if i == strongest or amplitudes[i] == 0.0:
            continue
        a = amplitudes[i]
        out = np.zeros(size)
        reach = int(math.ceil(a / fine))
        for d in range(-reach, reach + 1):
            above = _arcsine_below_integral((d + 1) * fine, a)
            here = _arcsine_below_integral(d * fine, a)
            weight = (above - 2.0 * here + _arcsine_below_integral((d - 1) * fine, a)) / fine
            if weight <= 0.0:
                continue
            for b in range(max(0, -d), min(size, size - d)):
                out[b + d] += weight * have[b]
        have = out
    for b in range(bins):
        mass[b] = 0.0
    moved = 0.0
    for b in range(size):
        place = (b - pad) // REFINEMENT
        if place < 0 or place >= bins:
            moved += have[b]
            place = min(max(place, 0), bins - 1)
        mass[place] += have[b]
    return moved
