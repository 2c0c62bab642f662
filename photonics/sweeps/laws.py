"""Distributions as a sweep draws from them: parameters in canonical units, cut exactly at the bounds of what is possible."""

import math
from dataclasses import dataclass

from photonics.quantity import Dimension
from photonics.spec.scalar import Fault, Scalar

LEAST_SHARE = 1e-3  # of a distribution inside its bounds: with less it is the wrong distribution, and the draws lose digits


@dataclass(frozen=True)
class Law:
    """A distribution: "uniform" (low, high), "normal" (mean, sigma), "triangular" (low, mode, high), "lognormal" (ln median, ln ratio),
    "whole" (whole numbers low..high, equally likely) or "pick" (from a list, equally likely).

    ``u_low`` to ``u_high`` is the part that is kept: the part of the distribution between ``lowest`` and ``highest``.
    """

    kind: str
    parameters: tuple[float, ...] = ()
    u_low: float = 0.0
    u_high: float = 1.0
    lowest: float = -math.inf
    highest: float = math.inf

    def about(self, unit: str = "") -> str:
        """In words; ``unit`` with a space before it."""
        p = self.parameters
        if self.kind in ("uniform", "whole"):
            text = f"{p[0]:g} to {p[1]:g}{unit}, {'uniform' if self.kind == 'uniform' else 'whole numbers, equally likely'}"
        elif self.kind == "triangular":
            text = f"{p[0]:g} to {p[2]:g}{unit}, triangular about {p[1]:g}"
        elif self.kind == "normal":
            text = f"normal, mean {p[0]:g}{unit}, sigma {p[1]:g}"
        elif self.kind == "lognormal":
            text = f"lognormal, median {math.exp(p[0]):g}{unit}, ratio {math.exp(p[1]):g}"
        else:
            text = "equally likely values"
        cut = 1.0 - (self.u_high - self.u_low)
        if cut > 0.0:
            text += f", cut to {self.lowest:g} .. {self.highest:g} ({cut:.2g} of it lies outside)"
        return text


def _normal_share(x: float) -> float:
    """Phi(x)."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def range_law(low: float, high: float, dimension: Dimension) -> Law:
    """Anything between two ends, equally likely; whole numbers where the dimension has only those."""
    return Law("whole" if dimension.whole else "uniform", (low, high), lowest=low, highest=high)


def law_of(scalar: Scalar, dimension: Dimension, ranges: str) -> Law | Fault | None:
    """How a scalar of a design scatters; None if it does not.

    :param ranges: how a min, typ, max is read: "triangular", "uniform" or "none".
    :returns: a ``Fault`` for a distribution that cannot be drawn from.
    """
    shape = scalar.distribution
    if shape is None:
        if scalar.single or ranges == "none" or dimension.whole:
            return None
        ends = {"lowest": scalar.low, "highest": scalar.high}
        if ranges == "uniform":
            return Law("uniform", (scalar.low, scalar.high), **ends)
        return Law("triangular", (scalar.low, scalar.typ, scalar.high), **ends)
    if dimension.whole:
        return Fault((), f"a {shape.kind} distribution of whole numbers", "a range or values")
    lowest = math.nextafter(dimension.low, math.inf) if dimension.above else dimension.low
    p = dict(shape.parameters)
    if shape.kind == "uniform":
        return Law("uniform", (p["low"], p["high"]), lowest=p["low"], highest=p["high"])
    if shape.kind == "triangular":
        return Law("triangular", (p["low"], p["mode"], p["high"]), lowest=p["low"], highest=p["high"])
    if shape.kind == "normal":
        centre, spread = p["mean"], p["sigma"]
        low, high = lowest, dimension.high
    else:
        centre, spread = math.log(p["median"]), math.log(p["sigma_ratio"])
        low = math.log(lowest) if lowest > 0.0 else -math.inf
        high = math.log(dimension.high)
    if spread == 0.0:
        u_low, u_high = 0.0, 1.0
    else:
        u_low, u_high = _normal_share((low - centre) / spread), _normal_share((high - centre) / spread)
    if u_high - u_low < LEAST_SHARE:
        read = f"a {shape.kind} distribution of which {max(u_high - u_low, 0.0):.2g} lies inside what is possible"
        return Fault((), read, f"{dimension.limits_text()} for at least {LEAST_SHARE:g} of it")
    return Law(shape.kind, (centre, spread), u_low, u_high, lowest, dimension.high)
