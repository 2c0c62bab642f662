"""Few states for the multipath beat of many points: Gauss rules of its distribution, from cumulants where it is weak, else from its density in
129 bins."""

import math

import numpy as np
from photonics_kernels import beat_block, block, receiver, reflection

from .eye_columns import ORDERS, Array, Lowered
from .link import BEAT_BINS

# Strength of the beat (see ``beat_block``) up to which so many states leave 1e-5 of the mean; beyond the last the density itself is taken.
RULES = ((1.0, 2), (2.5, 3), (5.0, 4), (8.0, 6), (12.0, 8), (40.0, 16), (160.0, 32))
SETTLED = 1e-12  # of the first squared norm: a recursion that has used up its measure


def steepest_q(light: Lowered, half_swing_a: Array) -> Array:
    """Q of the top eye without interference and before the equaliser: more than the eye has, so beats are never taken for weaker than they are."""
    twice = 2.0 * light.power[:, -1]
    gap = (light.power[:, -1] - light.power[:, -2]) * 2.0 * light.opening
    shot_a = 2.0 * receiver.ELEMENTARY_CHARGE_C * light.excess * light.bandwidth
    variance = (light.density**2 * light.bandwidth + shot_a * light.dark_a) / half_swing_a**2 + shot_a * twice / half_swing_a
    variance = variance + (twice**2 * light.rin_avg + light.rin_oma) * light.bandwidth + light.transmitter
    out: Array = gap / 2.0 / np.sqrt(variance)
    return out


def state_counts(light: Lowered, q: Array, errors: float) -> Array:
    """How many states every point's mean over the beat needs at a Q, where ``errors`` wrong symbols make a failure."""
    n = len(q)
    if not light.quasi_static:
        return np.ones(n, dtype=np.int64)
    root = np.sqrt(light.power)
    shift = 2.0 * root.mean(axis=1) * root[:, -1]
    strength = errors * 2.0 * q**2 * light.pair_sums[0] * shift / (light.power[:, -1] - light.power[:, -2])
    counts = np.full(n, BEAT_BINS, dtype=np.int64)
    for most, states in reversed(RULES):
        counts[strength <= most] = states
    counts[light.pair_sums[0] == 0.0] = 1
    return counts


def beat_states(light: Lowered, count: int) -> tuple[Array, Array]:
    """Places and masses (n x count) of the beat for points that all need ``count`` states."""
    n = len(light.er)
    if count == 1:
        return np.zeros((n, 1)), np.ones((n, 1))
    if count <= 3:
        return _fewest(light, count)
    if count <= 8:
        return _few(light, count)
    x, mass = np.empty((n, count)), np.empty((n, count))
    known: dict[bytes, tuple[Array, Array]] = {}
    for i in range(n):
        reflectance, span = np.ascontiguousarray(light.reflectance[:, i]), np.ascontiguousarray(light.span[:, i])
        key = reflectance.tobytes() + span.tobytes()
        if key not in known:
            known[key] = _many(reflectance, span, count)
        x[i], mass[i] = known[key]
    return x, mass


def _fewest(light: Lowered, count: int) -> tuple[Array, Array]:
    """Two states at the beat's own spread, or three with its fourth moment besides: Gauss's rules of a symmetric distribution."""
    sums = light.pair_sums
    spread = np.sqrt(sums[1] / 2.0)
    if count == 2:
        return np.stack([spread, -spread], axis=1), np.full((len(spread), 2), 0.5)
    kurtosis = 3.0 + beat_block.CUMULANTS[1] * sums[2] / spread**4
    far, weight = spread * np.sqrt(kurtosis), 0.5 / kurtosis
    return np.stack([far, -far, 0.0 * far], axis=1), np.stack([weight, weight, 1.0 - 2.0 * weight], axis=1)


def _few(light: Lowered, count: int) -> tuple[Array, Array]:
    """By the kernels of the fused pass, a block at a time."""
    n, width = len(light.er), block.WIDTH
    fill = {4: beat_block.four_states, 6: beat_block.six_states, 8: beat_block.eight_states}[count]
    rows, beat = np.zeros(block.ROWS * width), np.empty(2 * count * width)
    x, mass = np.empty((n, count)), np.empty((n, count))
    for at in range(0, n, width):
        here = np.minimum(np.arange(at, at + width), n - 1)
        for k in range(len(ORDERS)):
            rows[block.PAIRS + k * width : block.PAIRS + (k + 1) * width] = light.pair_sums[k, here]
        fill(rows, beat)
        found = beat.reshape(2 * count, width)[:, : n - at]
        x[at : at + width], mass[at : at + width] = found[:count].T, found[count:].T
    return x, mass


def _many(reflectance: Array, span: Array, count: int) -> tuple[Array, Array]:
    amplitudes = np.empty(len(reflectance) * (len(reflectance) - 1) // 2)
    total = float(reflection.pair_amplitudes(reflectance, span, amplitudes))
    edges = np.linspace(-total, total, BEAT_BINS + 1)
    mass = np.empty(BEAT_BINS)
    reflection.beat_state_density(amplitudes, edges, mass)
    middle = (edges[1:] + edges[:-1]) / 2.0
    return (middle, mass) if count == BEAT_BINS else gauss_rule(middle, mass, count)


def gauss_rule(x: Array, mass: Array, count: int) -> tuple[Array, Array]:
    """Gauss's rule of a discrete measure: ``count`` nodes and weights that integrate polynomials up to degree 2 count - 1 exactly.

    Stieltjes's recursion with every polynomial made orthogonal to all before it, then the eigenvalues of the Jacobi matrix (Golub and Welsch
    1969).  Where the measure has fewer points that count, the nodes past them have no weight.
    """
    size = float(np.abs(x).max()) or 1.0
    y, weight = x / size, mass / mass.sum()
    basis = np.empty((count, len(y)))
    diagonal, off = np.zeros(count), np.zeros(count - 1)
    basis[0] = 1.0
    reached = count
    for k in range(count):
        diagonal[k] = float(weight @ (y * basis[k] ** 2))
        if k == count - 1:
            break
        after = y * basis[k]
        for _ in range(2):
            after = after - ((weight * after) @ basis[: k + 1].T) @ basis[: k + 1]
        norm = math.sqrt(float(weight @ after**2))
        if norm < SETTLED:
            reached = k + 1
            break
        off[k] = norm
        basis[k + 1] = after / norm
    jacobi = np.diag(diagonal[:reached]) + np.diag(off[: reached - 1], 1) + np.diag(off[: reached - 1], -1)
    nodes, vectors = np.linalg.eigh(jacobi)
    places, masses = np.zeros(count), np.zeros(count)
    places[:reached], masses[:reached] = nodes * size, vectors[0] ** 2 * float(mass.sum())
    return places, masses
