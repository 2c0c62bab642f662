"""TDECQ's frozen twin in NumPy and SciPy: the noise that one window leaves room for, and its slopes, from the same sample columns.

    columns   six sample columns weighted to each of five Gauss nodes (Lagrange), equalised by shifted sums
    solve     Newton on ln SER in z = 1/sigma with scipy.special.ndtr over all samples, no bins; from the middle node's root
    slopes    the same derivatives as the kernels', one matrix product for the taps

Stands in for ``photonics_kernels.tdecq`` in the search, so that both contestants take the same steps.
"""

import math

import numpy as np
from scipy.special import ndtr

OUTSIDE, CLOSED = 2, 1
NODES, WEIGHTS = np.polynomial.legendre.leggauss(5)
ORDER = [2, 1, 3, 0, 4]  # the middle first, as it starts the search


def lagrange(f):
    """Weights of samples -2 .. 3 at f, and their slopes."""
    points = np.arange(-2.0, 4.0)
    weights, slopes = np.empty(6), np.empty(6)
    for q in range(6):
        others = np.delete(points, q)
        under = np.prod(points[q] - others)
        weights[q] = np.prod(f - others) / under
        slopes[q] = sum(np.prod(f - np.delete(others, r)) for r in range(5)) / under
    return weights, slopes


def columns(record, at_ui, width_ui, nodes):
    """Power and its slope at the nodes, before the equaliser, pads included; weights of the nodes."""
    value, drift, mass = [], [], []
    for m in ORDER[:nodes]:
        place = (at_ui + NODES[m] * width_ui / 2.0) * record.samples_per_ui - 0.5
        base = math.floor(place)
        weights, slopes = lagrange(place - base)
        rows = record.rows[base - 2 - record.first : base + 4 - record.first]
        value.append(weights @ rows)
        drift.append(slopes @ rows * record.samples_per_ui)
        mass.append(WEIGHTS[m] / 2.0 if nodes > 1 else 1.0)
    return np.array(value), np.array(drift), np.array(mass)


def equalised(raw, record, taps, main):
    n, pad = len(record.symbols), record.pad
    return sum(tap * raw[:, pad + main - k : pad + main - k + n] for k, tap in enumerate(taps))


def solve(y, mass, below, above, target, z):
    for _ in range(60):
        u, v = (above - y) * z, (y - below) * z
        ratio = float(mass @ (ndtr(-u) + ndtr(-v)).mean(axis=1))
        fall = float(mass @ (u * np.exp(-0.5 * u * u) + v * np.exp(-0.5 * v * v)).mean(axis=1)) / math.sqrt(2.0 * math.pi) / z
        step = min(ratio / fall * math.log(ratio / target), 0.5 * z)
        z += step
        if abs(step) <= 1e-6 * z:
            return z, fall
    return math.inf, fall


def window_noise(record, taps, main, at_ui, width_ui, thresholds, swing, target, start, nodes, want_slopes, scratch, slopes):
    """As ``photonics_kernels.tdecq.window_noise``."""
    raw, drift, mass = columns(record, at_ui, width_ui, nodes)
    y = equalised(raw, record, taps, main)
    table = np.concatenate(([thresholds[0] - 1e3 * swing], thresholds, [thresholds[-1] + 1e3 * swing]))
    below, above = table[record.symbols], table[record.symbols + 1]
    if nodes > 1:
        start, _ = solve(y[:1], np.ones(1), below, above, target, start)
    z, fall = solve(y, mass, below, above, target, start)
    if not math.isfinite(z):
        return -math.inf, CLOSED
    if want_slopes:
        n, pad = len(record.symbols), record.pad
        near = mass[:, None] * np.exp(-0.5 * ((above - y) * z) ** 2)
        far = mass[:, None] * np.exp(-0.5 * ((y - below) * z) ** 2)
        rise = near - far
        for k in range(len(taps)):
            slopes[k] = np.einsum("mj,mj->", rise, raw[:, pad + main - k : pad + main - k + n])
        slopes[len(taps)] = np.einsum("mj,mj->", rise, equalised(drift, record, taps, main))
        for i in range(len(thresholds)):
            up, low = near[:, record.symbols == i].sum(), far[:, record.symbols == i + 1].sum()
            slopes[len(taps) + 1 + i] = low - up
        slopes *= z / (math.sqrt(2.0 * math.pi) * n) / (-fall * z)
    return -math.log(z), 0


def noise_growth(taps, correlation):
    index = np.abs(np.subtract.outer(np.arange(len(taps)), np.arange(len(taps))))
    return math.sqrt(taps @ correlation[index] @ taps)
