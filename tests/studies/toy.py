"""A design made of formulas: what studies find can be held against closed forms.  Nothing in ``photonics.studies`` knows it."""

from dataclasses import dataclass, field

import numpy as np

from photonics.errors import InputError, nearest
from photonics.results.evaluator import OutputInfo, Parameter
from photonics.spec.scalar import Distribution, Scalar, ScalarOf
from photonics.sweeps.plan import columns

NO_ANSWER = 3


def scalar(dimension, typ, low=None, high=None, distribution=None, group=None):
    """A scalar of the toy in the canonical unit; ``distribution`` is (kind, {parameter: value})."""
    kind = ScalarOf(dimension)
    shape = Distribution(distribution[0], tuple(distribution[1].items())) if distribution else None
    return Scalar(
        typ,
        typ if low is None else low,
        typ if high is None else high,
        kind.dimension.unit,
        "the tests",
        "assumed",
        distribution=shape,
        group=group,
        dimension=dimension,
    )


@dataclass
class Toy:
    """Parameters by path (dimension, scalar), outputs by name (function of a table of columns, unit, better); NaN gets a status."""

    scalars: dict
    functions: dict
    name: str = "toy"
    kind: str = "toy"
    variants: dict = field(default_factory=dict)  # choice path -> {value: number}, seen by the functions under its path
    statuses: dict = field(default_factory=lambda: {NO_ANSWER: "no answer"})
    calls: int = 0
    points: int = 0

    @property
    def outputs(self):
        return {name: OutputInfo(name, unit, name, better) for name, (_, unit, better) in self.functions.items()}

    def document(self):
        return {"name": self.name, "scalars": {path: str(s) for path, s in self.scalars.items()}}

    def parameters(self):
        return tuple(Parameter(path, ScalarOf(s.dimension), s, s.typ) for path, s in self.scalars.items())

    def parameter(self, path):
        for found in self.parameters():
            if found.path == path:
                return found
        raise InputError.of("", path, path, "a parameter of the toy", nearest(path, self.scalars))

    def canonical(self, path):
        return (self.parameter(path).path,)

    def choices(self, path, values):
        known = self.variants.get(path)
        if known is None:
            raise InputError.of("", path, path, "a choice of the toy", nearest(path, self.variants))
        for value in values:
            if value not in known:
                raise InputError.of("", path, value, ", ".join(known), nearest(value, known))
        return tuple(values)

    def explain_plan(self, paths):
        return ()

    def bind(self, choices, paths, outputs):
        assert set(outputs) <= self.functions.keys()
        return BoundToy(self, dict(choices), tuple(paths), tuple(outputs))


@dataclass
class BoundToy:
    toy: Toy
    choices: dict
    paths: tuple
    outputs: tuple

    def __call__(self, expansion, first, count):
        self.toy.calls += 1
        self.toy.points += count
        table = {path: np.full(count, s.typ) for path, s in self.toy.scalars.items()}
        for path, values in self.toy.variants.items():
            table[path] = np.full(count, values[self.choices.get(path, next(iter(values)))])
        table |= dict(zip(self.paths, columns(expansion, first, count), strict=True))
        found = {name: np.asarray(self.toy.functions[name][0](table), dtype=float) + np.zeros(count) for name in self.outputs}
        status = np.zeros(count, np.int8)
        for values in found.values():
            status[np.isnan(values)] = NO_ANSWER
        return found | {"status": status}


# exempt from being realistic: a margin that is linear in dB, with Gaussian scatter
LINEAR = {"rx.noise": -0.5, "tx.level": 1.0, "path.loss": -1.0}


def linear(sigma=1.0, margin=2.0):
    """margin_db = margin + level - loss/1 - noise/2 of normal draws: normal itself, with a sigma known exactly."""
    return Toy(
        {
            "tx.level": scalar("level", 0.0, -3.0 * sigma, 3.0 * sigma, ("normal", {"mean": 0.0, "sigma": sigma})),
            "path.loss": scalar("loss", 30.0, 27.0, 33.0, ("normal", {"mean": 30.0, "sigma": 0.7})),
            "rx.noise": scalar("snr", 10.0, 7.0, 13.0, ("normal", {"mean": 10.0, "sigma": 0.4})),
        },
        {
            "margin_db": (lambda t: margin + t["tx.level"] - (t["path.loss"] - 30.0) - 0.5 * (t["rx.noise"] - 10.0), "dB", 1),
            "room_db": (lambda t: 1.5 - t["tx.level"], "dB", 1),
            "power_w": (lambda t: 4.0 + 0.1 * t["tx.level"] ** 2, "W", -1),
        },
    )


def ishigami(a=7.0, b=0.1):
    """sin x1 + a sin^2 x2 + b x3^4 sin x1 of three uniform draws in -pi..pi: Sobol indices known exactly."""
    shape = ("uniform", {"low": -np.pi, "high": np.pi})
    return Toy(
        {f"x{k}": scalar("number", 0.0, -np.pi, np.pi, shape) for k in (1, 2, 3)},
        {"y": (lambda t: np.sin(t["x1"]) + a * np.sin(t["x2"]) ** 2 + b * t["x3"] ** 4 * np.sin(t["x1"]), "1", 0)},
    )


def curve(function, dimension="number", typ=1.0, low=None, high=None, better=1):
    """One parameter ``x``, one output ``y``."""
    return Toy({"x": scalar(dimension, typ, low, high)}, {"y": (lambda t: function(t["x"]), "1", better)})
