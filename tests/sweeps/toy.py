"""A toy design with analytic answers: an engine whose fibres are placed with an error, beside a cluster's radix.

    loss_db        4.342945 (dx/w)^2 + tilt      coupling of two Gaussian modes of radius w at the offset dx = sigma * draw
    margin_db      room_db - loss_db
    reach          radix / 2                     a tree's endpoints per leaf
    total          offset + slope * x            linear, whose moments are known

Nothing in ``sweeps`` knows these paths: a later room's parameter is an axis because its evaluator says so.
"""

import math
from dataclasses import dataclass

import numpy as np

from photonics.errors import InputError, nearest, shown
from photonics.results.evaluator import OutputInfo, Parameter
from photonics.spec.scalar import Given, ScalarOf, read_scalar
from photonics.sweeps import columns

DB = 10.0 / math.log(10.0)

PARAMETERS = {
    "placement.sigma": (ScalarOf("length", "high"), {"distribution": "normal", "mean": "0.4 um", "sigma": "0.1 um"}),
    "mode.radius": (ScalarOf("length", "either"), "1.6 um"),
    "coupler.tilt_loss": (ScalarOf("loss", "high"), {"min": "0.1 dB", "typ": "0.2 dB", "max": "0.5 dB"}),
    "link.room": (ScalarOf("loss", "low"), {"distribution": "normal", "mean": "1.0 dB", "sigma": "0.2 dB", "group": "oven"}),
    "link.other_room": (ScalarOf("loss", "low"), {"distribution": "normal", "mean": "2.0 dB", "sigma": "0.5 dB", "group": "oven"}),
    "cluster.radix": (ScalarOf("count", "low"), {"value": 64}),
    "line.offset": (ScalarOf("number", "either"), {"value": 1.0}),
    "line.slope": (ScalarOf("number", "either"), {"distribution": "normal", "mean": 0.0, "sigma": 1.0}),
    "path[0].length": (ScalarOf("length", "high"), "1 m"),
    "path[1].length": (ScalarOf("length", "high"), "2 m"),
    "node.temperature": (ScalarOf("temperature", "high"), "55 degC"),
}
ALIASES = {"fibre.length": ("path[0].length", "path[1].length")}
CHOICES = {"design": ("plain", "wide"), "analysis.bound": ("tight", "loose")}


@dataclass(frozen=True)
class Toy:
    """The evaluator; ``scale`` is a property of the design that its document must tell."""

    scale: float = 1.0
    name: str = "toy"
    kind: str = "toy"

    @property
    def outputs(self):
        rows = (("loss_db", "dB", -1), ("margin_db", "dB", 1), ("reach", "1", 1), ("total", "1", 0), ("length_m", "m", -1))
        return {name: OutputInfo(name, unit, name, better) for name, unit, better in rows}

    @property
    def statuses(self):
        return {1: "no light", 2: "too warm"}

    def document(self):
        return {"scale": self.scale, "parameters": {path: str(raw) for path, (_, raw) in PARAMETERS.items()}}

    def parameters(self):
        return [self.parameter(path) for path in PARAMETERS]

    def parameter(self, path):
        plain = self.canonical(path)[0]
        kind, raw = PARAMETERS[plain]
        scalar, faults = read_scalar(Given(raw), kind.dimension)
        assert scalar is not None, faults
        return Parameter(path, kind, scalar, scalar.typ)

    def canonical(self, path):
        if path in ALIASES:
            return ALIASES[path]
        if path not in PARAMETERS:
            raise InputError.of("", "path", shown(path), "a scalar of toy", nearest(path, [*PARAMETERS, *ALIASES]))
        return (path,)

    def choices(self, path, values):
        if path not in CHOICES:
            raise InputError.of("", "path", shown(path), "a choice of toy", nearest(path, CHOICES))
        for value in values:
            if value not in CHOICES[path]:
                raise InputError.of("", path, shown(value), ", ".join(CHOICES[path]), nearest(value, CHOICES[path]))
        return tuple(values)

    def bind(self, choices, paths, outputs):
        for path in paths:
            self.parameter(path)
        return Line(self, dict(choices), tuple(paths), tuple(outputs))

    def explain_plan(self, paths):
        return (f"per block: {', '.join(paths)}",)


@dataclass(frozen=True)
class Line:
    """A variant of the toy."""

    toy: Toy
    chosen: dict
    paths: tuple
    outputs: tuple

    def __call__(self, expansion, first, count):
        x = {path: np.full(count, self.toy.parameter(path).value) for path in PARAMETERS}
        for path, row in zip(self.paths, columns(expansion, first, count), strict=True):
            for plain in self.toy.canonical(path):
                x[plain] = row
        radius = x["mode.radius"] * (2.0 if self.chosen.get("design") == "wide" else 1.0) * self.toy.scale
        loss = DB * (x["placement.sigma"] / radius) ** 2 + x["coupler.tilt_loss"]
        status = np.zeros(count, np.int8)
        status[x["node.temperature"] > 100.0] = 2
        status[loss > 250.0] = 1
        found = {
            "loss_db": loss,
            "margin_db": np.where(status == 1, np.nan, x["link.room"] - loss),
            "reach": x["cluster.radix"] / 2.0,
            "total": x["line.offset"] + x["line.slope"],
            "length_m": x["path[0].length"] + x["path[1].length"],
        }
        return {name: found[name] for name in self.outputs} | {"status": status}
