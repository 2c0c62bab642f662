"""TDECQ's inner part: the noise that an equalised record leaves room for, and how that moves with taps, centre and thresholds.

Two histogram windows of 0.04 UI stand either side of the eye's centre.  A window's error ratio at a noise of deviation s BEHIND the equaliser is

    SER_W(s) = (1/width) int (1/L) sum_j [ Q((t_above - y_j)/s) + Q((y_j - t_below)/s) ] dtime

over the window's times and the L symbols of the record, y_j the equalised power, t_above and t_below the thresholds beside the symbol's own
level (an outer level has one).  Between samples y is the polynomial through the six nearest; the integral over the window is Gauss's rule of
five nodes.  A window is an integral, never a count of whole samples.  s* solves SER_W(s*) = target; the smaller of the two windows' s*
over Ceq is sigma_G.

The margins y leaves are binned finely (mean and moments of every bin), so that solving for s costs nothing beside the pass over the samples.
Everything is kept as z = 1/s.  Source: IEEE 802.3 clause 121.8.5.3 in our own words; the slopes are derived here.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from ._jit import kernel
from .vector import decay_v, tail_v

BLOCK = 256  # symbols at once: a block of every row stays in the first-level cache
MAX_TAPS = 32
SAMPLES, BEFORE = 6, 2  # exempt: samples that a value between them is taken from, and how many of them lie before the nearest
CLOSED, OUTSIDE, BEYOND = 1, 2, 3  # status: no noise is small enough; a window reaches over the rows that were filled; not in the range asked
FAR = 1000.0  # exempt: outer levels have a threshold this many swings away, which is none
ROOT_2PI = math.sqrt(2.0 * math.pi)
PER_SIGMA = 40.0  # exempt: bins a sigma; the error falls as the fourth power
LOWER, UPPER = 8.0, 9.0  # exempt: sigma either side of a threshold; beyond, a sample is wrong or right to 1e-15
MOST_STRETCH = 8.0  # a root further from the bins' own z is looked for with finer bins
MOST_CLOSED = 2000.0  # times the noise of a perfect eye: what is less counts as none
TOL_ROOT = 1e-6  # Newton's last step; what is left is its square

# Gauss-Legendre on -1..1, five nodes: (1/3) sqrt(5 -+ 2 sqrt(10/7)).
INNER = math.sqrt(5.0 - 2.0 * math.sqrt(10.0 / 7.0)) / 3.0
OUTER = math.sqrt(5.0 + 2.0 * math.sqrt(10.0 / 7.0)) / 3.0
MASS_MIDDLE = 64.0 / 225.0
MASS_INNER = (322.0 + 13.0 * math.sqrt(70.0)) / 1800.0
MASS_OUTER = (322.0 - 13.0 * math.sqrt(70.0)) / 1800.0


class Record(NamedTuple):
    """One period, ready for any taps: sample columns (see ``tdecq_record.fill_rows``) and the symbols."""

    rows: Any  # (columns, pad + L + pad): row r holds sample first + r of every symbol
    first: int
    pad: int
    samples_per_ui: int
    symbols: Any  # (L,) int64, 0 .. levels - 1
    levels: int


class Window(NamedTuple):
    """Where a window reads, and its scratch."""

    base: Any  # (5,) int64: row of each node's first sample
    weight: Any  # (5, SAMPLES): of the samples around a node
    slope: Any  # (5, SAMPLES): of their change with time, per UI
    mass: Any  # (5,): share of the window
    values: Any  # (5, L): equalised power at the nodes
    columns: Any  # (5, pad + L + pad): power at the nodes before the equaliser
    drifts: Any  # (5, pad + L + pad): its change with time, per UI
    sums: Any  # (MAX_TAPS + 8, BLOCK)
    below: Any  # (L,): thresholds beside every symbol
    above: Any  # (L,)
    bins: Any  # (PER_SIGMA (LOWER + UPPER), 4): mass, mean distance, second and third central moment


def window(record):
    """Scratch for one window of a record."""
    n, wide = record.symbols.shape[0], record.rows.shape[1]
    return Window(
        np.zeros(5, np.int64), np.zeros((5, SAMPLES)), np.zeros((5, SAMPLES)), np.zeros(5), np.empty((5, n)), np.empty((5, wide)),
        np.empty((5, wide)), np.empty((MAX_TAPS + 8, BLOCK)), np.empty(n), np.empty(n), np.empty((int(PER_SIGMA * (LOWER + UPPER)), 4)),
    )  # fmt: skip


@kernel
def place_nodes(record, at_ui, width_ui, nodes, scratch):
    """Gauss nodes of the window about ``at_ui``: five, or the middle alone with ``nodes`` = 1.  Returns a status."""
    lowest, highest = record.rows.shape[0], 0
    for m in range(nodes):
        offset, mass = 0.0, 1.0
        if nodes == 5:
            offset = (0.0, INNER, -INNER, OUTER, -OUTER)[m]
            mass = (MASS_MIDDLE, MASS_INNER, MASS_INNER, MASS_OUTER, MASS_OUTER)[m]
        place = (at_ui + offset * width_ui / 2.0) * record.samples_per_ui - 0.5
        whole = math.floor(place)
        f = place - whole
        scratch.mass[m] = mass
        scratch.base[m] = int(whole) - BEFORE - record.first
        # Lagrange's polynomial through samples -2 .. 3 about the node, and its derivative.
        for q in range(SAMPLES):
            under, weight, slope = 1.0, 1.0, 0.0
            for p in range(SAMPLES):
                if p != q:
                    slope = slope * (f - (p - BEFORE)) + weight
                    weight *= f - (p - BEFORE)
                    under *= q - p
            scratch.weight[m, q] = weight / under
            scratch.slope[m, q] = slope / under * record.samples_per_ui
        lowest, highest = min(lowest, scratch.base[m]), max(highest, scratch.base[m] + SAMPLES)
    if lowest < 0 or highest > record.rows.shape[0]:
        return OUTSIDE
    return 0


@kernel
def place_thresholds(record, thresholds, swing, scratch):
    """Fill ``below`` and ``above`` of every symbol; ``swing`` is the outer one."""
    table = np.empty(record.levels + 1)
    table[0] = thresholds[0] - FAR * swing
    table[record.levels] = thresholds[record.levels - 2] + FAR * swing
    for i in range(record.levels - 1):
        table[i + 1] = thresholds[i]
    for j in range(record.symbols.shape[0]):
        scratch.below[j] = table[record.symbols[j]]
        scratch.above[j] = table[record.symbols[j] + 1]


@kernel
def _between_samples(record, nodes, base, weight, out):
    """Row m of ``out``: the weighted sum of the six columns of node m, pads included."""
    width = record.rows.shape[1]
    for start in range(0, width, BLOCK):
        end = min(start + BLOCK, width)
        for m in range(nodes):
            k = base[m]
            a, b, c = record.rows[k, start:end], record.rows[k + 1, start:end], record.rows[k + 2, start:end]
            d, e, f = record.rows[k + 3, start:end], record.rows[k + 4, start:end], record.rows[k + 5, start:end]
            p, q, r, s, t, u = weight[m, 0], weight[m, 1], weight[m, 2], weight[m, 3], weight[m, 4], weight[m, 5]
            into = out[m, start:end]
            for i in range(end - start):
                into[i] = (p * a[i] + q * b[i]) + (r * c[i] + s * d[i]) + (t * e[i] + u * f[i])


@kernel
def _equalise_block(column, origin, taps, width, out):
    """out[i] = sum_k taps[k] column[origin + i - k]; four taps at a time."""
    count = taps.shape[0]
    for i in range(width):
        out[i] = 0.0
    k = 0
    while k + 4 <= count:
        a, b, c, d = taps[k], taps[k + 1], taps[k + 2], taps[k + 3]
        at = origin - k
        for i in range(width):
            out[i] += (a * column[at + i] + b * column[at + i - 1]) + (c * column[at + i - 2] + d * column[at + i - 3])
        k += 4
    while k < count:
        a, at = taps[k], origin - k
        for i in range(width):
            out[i] += a * column[at + i]
        k += 1


@kernel
def fill_values(record, taps, main, nodes, scratch):
    """The equalised power at every node of the window and every symbol."""
    n = record.symbols.shape[0]
    _between_samples(record, nodes, scratch.base, scratch.weight, scratch.columns)
    for start in range(0, n, BLOCK):
        width = min(BLOCK, n - start)
        for m in range(nodes):
            _equalise_block(scratch.columns[m], record.pad + start + main, taps, width, scratch.values[m, start : start + width])


@kernel
def _tally(bins, place, mass):
    """A mass and its first three moments about the middle of the bin that it falls into."""
    k = int(place)
    d = place - (k + 0.5)
    bins[k, 0] += mass
    bins[k, 1] += mass * d
    bins[k, 2] += mass * d * d
    bins[k, 3] += mass * d * d * d


@kernel
def fill_bins(nodes, z, scratch):
    """Distances of every sample from the thresholds beside it, binned in steps of 1/(PER_SIGMA z): mass, mean and moments.

    Distances count from LOWER sigma on the wrong side (whatever is further out is wrong with certainty) to UPPER on the right one.
    """
    bins = scratch.bins
    bins[:] = 0.0
    n = scratch.below.shape[0]
    scale, zero, top = z * PER_SIGMA, LOWER * PER_SIGMA, (LOWER + UPPER) * PER_SIGMA - 0.5
    for m in range(nodes):
        mass = scratch.mass[m]
        for j in range(n):
            y = scratch.values[m, j]
            _tally(bins, min(max((scratch.above[j] - y) * scale + zero, 0.0), top), mass)
            _tally(bins, min(max((y - scratch.below[j]) * scale + zero, 0.0), top), mass)
    for k in range(bins.shape[0]):
        weight = bins[k, 0]
        if weight > 0.0:
            mean = bins[k, 1] / weight
            square = bins[k, 2] / weight
            bins[k, 3] = (bins[k, 3] / weight - 3.0 * mean * square + 2.0 * mean * mean * mean) / (scale * scale * scale)
            bins[k, 2] = (square - mean * mean) / (scale * scale)
            bins[k, 1] = (k + 0.5 + mean - zero) / scale
            bins[k, 0] = weight / n


@kernel
def error_ratio(z, bins):
    """(SER of the window at z = 1/s, minus its slope in z) from its bins.

    A bin's mean tail is Q at its mean distance plus second and third central moments times Q''/2 and Q'''/6: exact for a bin that holds one
    value, fourth order in its width otherwise.
    """
    ratio, fall = 0.0, 0.0
    for k in range(bins.shape[0]):
        if bins[k, 0] > 0.0:
            u = bins[k, 1] * z
            a = abs(u)
            bell = decay_v(-0.5 * a * a)
            tail = bell * tail_v(a)
            tail = 1.0 - tail if u < 0.0 else tail
            bell /= ROOT_2PI
            spread = 0.5 * bins[k, 2] * z * z
            skew = bins[k, 3] * z * z * z / 6.0
            ratio += bins[k, 0] * (tail + bell * (spread * u + skew * (u * u - 1.0)))
            fall += bins[k, 0] * bell * (u - spread * u * (3.0 - u * u))
    return ratio, fall / z


@kernel
def smallest_z(target, start, most, bins):
    """(the smallest z, largest noise, at which the error ratio falls to ``target``, its fall there, status).

    Newton on ln SER, which is nearly a parabola in z, inside a bracket that shrinks with every value.  BEYOND: not up to ``most``.
    """
    low, high, z = 0.0, math.inf, start
    fall = 0.0
    for _ in range(100):
        ratio, fall = error_ratio(z, bins)
        if ratio > target:
            low = z
        else:
            high = z
        following = 0.0
        if ratio > 1e-280 and fall > 0.0:
            following = z + ratio / fall * math.log(ratio / target)
        elif high == math.inf:
            following = 2.0 * z
        if high == math.inf:
            following = min(following, 1.5 * z)  # exempt: a longer step might leap over a root
        if abs(following - z) <= TOL_ROOT * z:
            return following, fall, 0
        if not low < following < high:
            following = (low + high) / 2.0 if high < math.inf else 1.5 * low  # exempt: as above
        if following > most:
            return most, fall, BEYOND
        z = following
    return z, fall, BEYOND


@kernel
def solve_window(nodes, target, start, scratch):
    """``smallest_z`` from the values in ``scratch``: bins of the middle node first, then, at a fitting width, of all nodes."""
    z = start
    for step in range(40):
        all_nodes = nodes if step > 0 else 1
        fill_bins(all_nodes, z, scratch)
        following, fall, status = smallest_z(target, z, MOST_STRETCH * z, scratch.bins)
        if status == 0 and all_nodes == nodes and following < 1.5 * z:  # exempt: bins that are wider are filled anew
            return following, fall, 0
        if following > MOST_CLOSED * start:
            break
        z = following
    return math.inf, 0.0, CLOSED


@kernel
def _slopes(record, taps, main, nodes, z, scratch, out):
    """dSER/d(tap, ..., centre, threshold, ...) of the window at z, into ``out``."""
    n, count = record.symbols.shape[0], taps.shape[0]
    out[:] = 0.0
    sums = scratch.sums
    sums[:] = 0.0
    rise, upper, lower, drift = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    _between_samples(record, nodes, scratch.base, scratch.slope, scratch.drifts)
    for start in range(0, n, BLOCK):
        width = min(BLOCK, n - start)
        origin = record.pad + start + main
        below, above = scratch.below[start : start + width], scratch.above[start : start + width]
        upper[:] = 0.0
        lower[:] = 0.0
        for m in range(nodes):
            y, column = scratch.values[m, start : start + width], scratch.columns[m]
            mass = scratch.mass[m]
            for i in range(width):
                u, v = (above[i] - y[i]) * z, (y[i] - below[i]) * z
                near, far = mass * decay_v(-0.5 * u * u), mass * decay_v(-0.5 * v * v)
                upper[i] += near
                lower[i] += far
                rise[i] = near - far
            _equalise_block(scratch.drifts[m], origin, taps, width, drift)
            centre = sums[count]
            for i in range(width):
                centre[i] += drift[i] * rise[i]
            for k in range(count):
                into, at = sums[k], origin - k
                for i in range(width):
                    into[i] += rise[i] * column[at + i]
        for i in range(width):
            symbol = record.symbols[start + i]
            if symbol < record.levels - 1:
                out[count + 1 + symbol] -= upper[i]
            if symbol > 0:
                out[count + symbol] += lower[i]
    for k in range(count + 1):
        for i in range(BLOCK):
            out[k] += sums[k, i]
    for k in range(out.shape[0]):
        out[k] *= z / (ROOT_2PI * n)


@kernel
def window_noise(record, taps, main, at_ui, width_ui, thresholds, swing, target, start, nodes, want_slopes, scratch, slopes):
    """(ln of the largest noise behind the equaliser that a window leaves room for, status).

    ``taps`` T-spaced, tap ``main`` on the symbol itself; ``at_ui`` the window's middle; ``start`` a first guess of z = 1/noise, at or below
    the root best (the largest noise is wanted); ``nodes`` 5, or 1 for a quick look at the window's middle.  With ``want_slopes``
    ``slopes`` (taps, centre, thresholds) becomes the change of that logarithm.  Status CLOSED: no noise is small enough; OUTSIDE:
    the window lies beyond the record's rows.
    """
    status = place_nodes(record, at_ui, width_ui, nodes, scratch)
    if status != 0:
        return math.nan, status
    place_thresholds(record, thresholds, swing, scratch)
    fill_values(record, taps, main, nodes, scratch)
    z, fall, status = solve_window(nodes, target, start, scratch)
    if status != 0:
        return -math.inf, status
    if want_slopes:
        _slopes(record, taps, main, nodes, z, scratch, slopes)
        for k in range(slopes.shape[0]):
            slopes[k] /= -fall * z
    return -math.log(z), 0


@kernel
def window_error_ratio(record, taps, main, at_ui, width_ui, thresholds, swing, noise, scratch):
    """(the window's error ratio at a noise of that deviation behind the equaliser, status)."""
    status = place_nodes(record, at_ui, width_ui, 5, scratch)
    if status != 0:
        return math.nan, status
    place_thresholds(record, thresholds, swing, scratch)
    fill_values(record, taps, main, 5, scratch)
    fill_bins(5, 1.0 / noise, scratch)
    ratio, _ = error_ratio(1.0 / noise, scratch.bins)
    return ratio, 0


@kernel
def noise_growth(taps, correlation):
    """Ceq = sqrt(w' R w): what the equaliser makes of the receiver's noise, R from ``correlation`` at 0, 1, 2, ... UI."""
    total = 0.0
    for i in range(taps.shape[0]):
        for j in range(taps.shape[0]):
            total += taps[i] * taps[j] * correlation[abs(i - j)]
    return math.sqrt(total)
