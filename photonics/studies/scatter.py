"""Mean and standard deviation of a scalar as a Monte Carlo run draws it: distributions, ranges read as one, cut at the bounds.

    uniform      sigma^2 = (b - a)^2 / 12
    triangular   sigma^2 = (a^2 + m^2 + b^2 - a m - a b - m b) / 18
    normal, lognormal (of ln x), cut to [l, u] with l' = (l - mu) / s, u' = (u - mu) / s, Z = Phi(u') - Phi(l'):
        E[x]         = mu + s (phi(l') - phi(u')) / Z
        Var[x]       = s^2 (1 + (l' phi(l') - u' phi(u')) / Z - ((phi(l') - phi(u')) / Z)^2)
        E[e^(k y)]   = e^(k mu + k^2 s^2 / 2) (Phi(u' - k s) - Phi(l' - k s)) / Z

N. L. Johnson, S. Kotz, N. Balakrishnan, "Continuous Univariate Distributions", vol. 1, chapters 13 and 14.
"""

import math
from typing import Any

import numpy as np

from photonics.errors import InputError, nearest, shown

READINGS = ("triangular", "uniform", "none")


def check_reading(ranges: str) -> str:
    """How a min/typ/max of the design is read.

    :raises InputError: none of `READINGS`.
    """
    if ranges not in READINGS:
        raise InputError.of("", "ranges", shown(ranges), ", ".join(READINGS), nearest(str(ranges), READINGS))
    return ranges


def _density(x: float) -> float:
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi) if math.isfinite(x) else 0.0


def _share(low: float, high: float) -> float:
    """Phi(high) - Phi(low), without cancellation on the upper side."""
    if low > 0.0:
        low, high = -high, -low
    return 0.5 * (math.erfc(-high / math.sqrt(2.0)) - math.erfc(-low / math.sqrt(2.0)))


def _normal(mean: float, sigma: float, low: float, high: float) -> tuple[float, float]:
    if sigma == 0.0:
        return mean, 0.0
    a, b = (low - mean) / sigma, (high - mean) / sigma
    whole = _share(a, b)
    shift = (_density(a) - _density(b)) / whole
    # a phi(a) goes to 0 with a to infinity.
    bent = ((a * _density(a) if math.isfinite(a) else 0.0) - (b * _density(b) if math.isfinite(b) else 0.0)) / whole
    return mean + sigma * shift, sigma * math.sqrt(max(1.0 + bent - shift * shift, 0.0))


def _lognormal(median: float, ratio: float, low: float, high: float) -> tuple[float, float]:
    centre, spread = math.log(median), math.log(ratio)
    if spread == 0.0:
        return median, 0.0
    a = (math.log(low) - centre) / spread if low > 0.0 else -math.inf
    b = (math.log(high) - centre) / spread
    whole = _share(a, b)
    first, second = (
        math.exp(k * centre + 0.5 * (k * spread) ** 2) * _share(a - k * spread, b - k * spread) / whole for k in (1.0, 2.0)
    )
    return first, math.sqrt(max(second - first * first, 0.0))


def _triangular(low: float, mode: float, high: float) -> tuple[float, float]:
    # About the mode: the plain formula loses digits where the triangle is narrow against its place.
    a, b = low - mode, high - mode
    return mode + (a + b) / 3.0, math.sqrt((a * a + b * b - a * b) / 18.0)


def moments(scalar: Any, ranges: str, low: float, high: float) -> tuple[float, float] | None:
    """Mean and standard deviation of a scalar, in its canonical unit; None for one that does not scatter.

    :param scalar: a ``photonics.spec.scalar.Scalar``.
    :param ranges: how its min, typ, max are read where it has no distribution: triangular, uniform, none.
    :param low: bounds of possibility, at which normal and lognormal distributions are cut.
    """
    if scalar is None:
        return None
    shape = scalar.distribution
    if shape is None:
        if scalar.single or ranges == "none":
            return None
        if ranges == "uniform":
            return 0.5 * (scalar.low + scalar.high), (scalar.high - scalar.low) / math.sqrt(12.0)
        return _triangular(scalar.low, scalar.typ, scalar.high)
    if shape.kind == "normal":
        return _normal(shape["mean"], shape["sigma"], low, high)
    if shape.kind == "lognormal":
        return _lognormal(shape["median"], shape["sigma_ratio"], low, high)
    if shape.kind == "uniform":
        return 0.5 * (shape["low"] + shape["high"]), (shape["high"] - shape["low"]) / math.sqrt(12.0)
    return _triangular(shape["low"], shape["mode"], shape["high"])


def root_sum_square(gradient: np.ndarray, sigmas: np.ndarray, correlation: np.ndarray) -> float:
    """sqrt(c' R c) with c = d m / d x times sigma of x: the statistical budget; the root of the sum of squares where R is the unit matrix."""
    contributions = gradient * sigmas
    return math.sqrt(max(float(contributions @ correlation @ contributions), 0.0))
