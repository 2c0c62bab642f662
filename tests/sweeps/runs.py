"""Sweeps for the tests of runner and store: a slab of glass, small blocks, and a process that can be killed.

The slab is an evaluator as any room may bring one; nothing in ``photonics.sweeps`` knows it.
"""

import os
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from photonics.errors import InputError
from photonics.results.evaluator import OutputInfo, Parameter
from photonics.spec.scalar import Scalar, ScalarOf
from photonics.sweeps import plan as plans
from photonics.sweeps import storing
from photonics.sweeps.running import run

SMALL_BLOCK = 1024  # 65536 takes a megabyte a block; what is tested does not depend on the size
INDICES = {"silica": 1.45, "sapphire": 1.76}
TOO_DARK_DB = 9.0


def _scalar(value, unit, dimension):
    return Scalar(value, 0.9 * value, 1.1 * value, unit, "a drawer in the lab", "assumed", dimension=dimension)


class Slab:
    """Loss and delay of a slab: loss_db = attenuation x length, delay_ns = n x length / c; dark above 9 dB.

    ``delay_s`` is slept once a block: time for somebody to interfere.
    """

    name, kind = "slab", "slab"
    outputs = {  # noqa: RUF012
        "loss_db": OutputInfo("loss_db", "dB", "loss of the slab", -1),
        "delay_ns": OutputInfo("delay_ns", "ns", "delay of the slab", -1),
    }
    statuses = {1: "too dark"}  # noqa: RUF012

    def __init__(self, delay_s=0.0):
        self.delay_s = delay_s

    def document(self):
        return {"slab": 1}

    def parameters(self):
        return (
            Parameter("slab.length", ScalarOf("length"), _scalar(1.0, "m", "length"), 1.0),
            Parameter("slab.attenuation", ScalarOf("loss"), _scalar(3.0, "dB", "loss"), 3.0),
        )

    def parameter(self, path):
        for found in self.parameters():
            if found.path == path:
                return found
        raise InputError.of("", path, path, "slab.length or slab.attenuation", ["slab.length"])

    def canonical(self, path):
        return (self.parameter(path).path,)

    def choices(self, path, values):
        if path != "glass" or not set(values) <= INDICES.keys():
            raise InputError.of("", path, str(values), "glass: silica, sapphire")
        return tuple(values)

    def bind(self, choices, paths, outputs):
        return BoundSlab(dict(choices).get("glass", "silica"), tuple(paths), self.delay_s)

    def explain_plan(self, paths):
        return ("nothing is lowered",)


class BoundSlab:
    def __init__(self, glass, paths, delay_s):
        self.glass, self.paths, self.delay_s = glass, paths, delay_s

    def __call__(self, expansion, first, count):
        from photonics_kernels.draw import expand_block

        out = np.empty((len(self.paths), count))
        expand_block(expansion, first, count, out)
        if self.delay_s:
            time.sleep(self.delay_s)
        given = dict(zip(self.paths, out, strict=True))
        length, attenuation = given.get("slab.length", 1.0), given.get("slab.attenuation", 3.0)
        loss = length * attenuation + np.zeros(count)
        status = (loss > TOO_DARK_DB).astype(np.int8)
        loss[status != 0] = np.nan
        delay = INDICES[self.glass] * length / 0.299792458 + np.zeros(count)
        return {"loss_db": loss, "delay_ns": delay, "status": status}


REDUCE = (
    {"kind": "quantiles", "output": "loss_db", "at": [0.01, 0.5, 0.99]},
    {"kind": "yield", "limits": ["loss_db <= 4"]},
    {"kind": "best", "minimise": "delay_ns", "limits": ["loss_db >= 2"]},
)
GLASSES = {"path": "glass", "choice": ["silica", "sapphire"]}


def grid(evaluator, lengths=400, attenuations=25, axes=(GLASSES,), **more):
    """A grid over glass, length and attenuation: 2 x 400 x 25 points where nothing is said."""
    numeric = (
        {"path": "slab.length", "linspace": {"start": "0.5 m", "stop": "2 m", "num": lengths}},
        {"path": "slab.attenuation", "linspace": {"start": "1 dB", "stop": "6 dB", "num": attenuations}},
    )
    asked = {"outputs": ("loss_db", "delay_ns"), "reduce": REDUCE, "keep": True, "name": "slab"} | more
    return plans.sweep_plan(evaluator, axes=(*axes, *numeric), method="grid", **asked)


def random(evaluator, points=10_000, method="monte-carlo", **more):
    """The same two inputs drawn at random."""
    numeric = (
        {"path": "slab.length", "range": ["0.5 m", "2 m"]},
        {"path": "slab.attenuation", "range": ["1 dB", "6 dB"]},
    )
    asked = {"outputs": ("loss_db", "delay_ns"), "reduce": REDUCE, "keep": True, "name": "slab"} | more
    return plans.sweep_plan(evaluator, axes=(GLASSES, *numeric), method=method, points=points, seed=7, **asked)


def decoded(folder):
    """Every value of a store, with its coordinates."""
    from photonics.sweeps.opening import open_sweep

    return open_sweep(folder).load()


def files(folder):
    """Every file of a folder by its relative name."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(Path(folder).rglob("*")) if p.is_file()}


def interrupted_run(folder, chunks, then_s, plan, evaluator):
    """A process that stores a sweep and is killed ``then_s`` after it has merged ``chunks`` chunks; None lets it finish.

    Returns how many it had merged, and what the system says of its end.  Forked from a process without threads.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        with suppress(BaseException):
            run(plan, evaluator, workers=2, store=folder, resume=True, progress=lambda *_: os.write(write, b"."))
            code = 0
        os._exit(code)
    os.close(write)
    merged = 0
    while (chunks is None or merged < chunks) and os.read(read, 1):
        merged += 1
    if chunks is not None:
        time.sleep(then_s)
        os.kill(pid, signal.SIGKILL)
    _, state = os.waitpid(pid, 0)
    os.close(read)
    return merged, state


@contextmanager
def small_blocks(block=SMALL_BLOCK):
    """Blocks of few points, and checkpoints as often as they can be had."""
    before = plans.BLOCK, storing.CHECKPOINT_EVERY_S, storing.CHECKPOINT_SHARE
    plans.BLOCK, storing.CHECKPOINT_EVERY_S, storing.CHECKPOINT_SHARE = block, 0.0, 0.5
    try:
        yield
    finally:
        plans.BLOCK, storing.CHECKPOINT_EVERY_S, storing.CHECKPOINT_SHARE = before
