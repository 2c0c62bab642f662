"""Feed-forward and decision-feedback taps of least mean square error, from matrices that are written out.

    H[n, i] = q(t_0 + n T - i T/s)        row n: symbol n, column i: tap i, s samples per symbol
    error   = v |H w - e_main - P b|^2 + w' R w        v: variance of the symbols, R: covariance of the noise at the taps,
                                                       P: picks the symbols main + 1 .. main + (taps of the DFE)
    (v H'H + R) w - v H'P b = v H' e_main,    -v P'H w + v P'P b = 0

Source: J. M. Cioffi, "MMSE decision-feedback equalizers and coding", IEEE Trans. Commun. 43 (1995); the equations above are the
gradient of the error, set to zero.
"""

from typing import NamedTuple

import numpy as np


class Taps(NamedTuple):
    """ffe, dfe: taps; cursors: H w, one a symbol, before the DFE takes its own away; error: mean square, ``main``: row of the decided symbol."""

    ffe: np.ndarray
    dfe: np.ndarray
    cursors: np.ndarray
    error: float
    main: int


def convolution_matrix(pulse, taps, samples_per_symbol=1):
    """H of a pulse given at the tap spacing, its first sample q(t_0): rows until the pulse has left the last tap.

    Row n holds pulse[n s - i] in column i, zero outside the pulse.
    """
    pulse = np.asarray(pulse, dtype=float)
    rows = -(-(len(pulse) + taps - 1) // samples_per_symbol)
    matrix = np.zeros((rows, taps))
    for n in range(rows):
        for i in range(taps):
            m = n * samples_per_symbol - i
            if 0 <= m < len(pulse):
                matrix[n, i] = pulse[m]
    return matrix


def autocorrelation(density, lags, highest_frequency, pieces=4000):
    """r(lag)/r(0) of noise of a one-sided power density: int S cos(2 pi f lag) df / int S df up to ``highest_frequency``."""
    x, weight = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(0.0, highest_frequency, pieces + 1)
    f = (0.5 * (edges[1:] + edges[:-1])[:, None] + 0.5 * np.diff(edges)[:, None] * x).ravel()
    share = (0.5 * np.diff(edges)[:, None] * weight).ravel() * density(f)
    return np.array([(share * np.cos(2 * np.pi * f * lag)).sum() for lag in lags]) / share.sum()


def toeplitz(lags):
    """The covariance matrix of stationary noise of these lags."""
    lags = np.asarray(lags, dtype=float)
    return np.array([[lags[abs(i - j)] for j in range(len(lags))] for i in range(len(lags))])


def mean_square_error(matrix, main, variance, covariance, ffe, dfe):
    """The error itself, from its definition."""
    left = matrix @ ffe
    left[main] -= 1.0
    left[main + 1 : main + 1 + len(dfe)] -= dfe
    return float(variance * (left @ left) + ffe @ covariance @ ffe)


def mmse(matrix, main, variance, covariance, dfe_taps=0):
    """The taps by one joint solve of the gradient's equations."""
    rows, taps = matrix.shape
    pick = np.zeros((rows, dfe_taps))
    for b in range(dfe_taps):
        pick[main + 1 + b, b] = 1.0
    both = np.hstack([matrix, -pick])
    normal = variance * both.T @ both
    normal[:taps, :taps] += covariance
    found = np.linalg.solve(normal, variance * both[main])
    ffe, dfe = found[:taps], found[taps:]
    return Taps(ffe, dfe, matrix @ ffe, mean_square_error(matrix, main, variance, covariance, ffe, dfe), main)


def mmse_by_descent(matrix, main, variance, covariance, dfe_taps=0, dfe_limit=np.inf, rounds=20_000, accuracy=1e-15):
    """The same by minimising the error, one tap after the other, from values of the error alone; no equation of the solve is used.

    A parabola through three values gives each step.  ``dfe_limit``: |b| of every feedback tap stays within it (of the unit main cursor);
    a convex error over a box, of which going along the coordinates finds the minimum.
    """
    taps = matrix.shape[1]
    place = np.zeros(taps + dfe_taps)
    place[np.argmax(np.abs(matrix[main]))] = 1.0

    def error(at):
        return mean_square_error(matrix, main, variance, covariance, at[:taps], at[taps:])

    here = error(place)
    for _ in range(rounds):
        before = here
        for i in range(len(place)):
            up, down = place.copy(), place.copy()
            up[i] += 1.0
            down[i] -= 1.0
            above, below = error(up), error(down)
            place[i] += 0.5 * (below - above) / (above + below - 2.0 * here)
            if i >= taps:
                place[i] = min(max(place[i], -dfe_limit), dfe_limit)
            here = error(place)
        if before - here <= accuracy * here:
            break
    return Taps(place[:taps], place[taps:], matrix @ place[:taps], here, main)


def best_main(matrix, variance, covariance, dfe_taps=0):
    """The taps at the decided symbol of least error, every row that leaves room for the DFE tried."""
    tried = [mmse(matrix, main, variance, covariance, dfe_taps) for main in range(matrix.shape[0] - dfe_taps)]
    return min(tried, key=lambda taps: taps.error)
