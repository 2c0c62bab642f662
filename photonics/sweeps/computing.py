"""One block of a plan computed: the variant bound once, its outputs, and the partial results of all reductions."""

import functools
from concurrent.futures import Executor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from photonics.results.evaluator import Bound, Evaluator

from .reducing import Partial, partial

if TYPE_CHECKING:
    from .plan import Block, Plan

BOUND_AT_ONCE = 64  # variants that are bound before a run begins, so that a choice that fits no design is told then


@dataclass(frozen=True)
class BlockResult:
    """Outputs of a block's points (the plan's, and ``status``), and one partial result for each reduction."""

    outputs: dict[str, np.ndarray]
    partials: tuple[Partial, ...]


class Computer:
    """Computes blocks.  Thread safe; can be sent to another process if its evaluator can, where variants are bound anew.

    :raises InputError: a variant that makes no valid design.
    """

    def __init__(self, plan: "Plan", evaluator: Evaluator) -> None:
        self.plan, self.evaluator = plan, evaluator
        self._prepare()
        for variant in range(min(len(plan.variants), BOUND_AT_ONCE)):
            self.bound(variant)

    def _prepare(self) -> None:
        self._bound: dict[int, Bound] = {}
        self._lock = Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {"plan": self.plan, "evaluator": self.evaluator}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.plan, self.evaluator = state["plan"], state["evaluator"]
        self._prepare()

    def bound(self, variant: int) -> Bound:
        """The bound batch of a variant, made on the first question."""
        with self._lock:
            if variant not in self._bound:
                plan = self.plan
                self._bound[variant] = self.evaluator.bind(plan.variants[variant], plan.paths, plan.needed)
            return self._bound[variant]

    def __call__(self, block: "Block", spare: Executor | None = None) -> BlockResult:
        """The outputs and partial results of a block; ``spare`` are threads that may share the work where points are slow."""
        bound, expansion = self.bound(block.variant), self.plan.expansion
        piece = int(getattr(bound, "piece", 0))
        if spare is None or not 0 < piece < block.count:
            found = bound(expansion, block.first, block.count)
        else:
            # Every point is what it is by itself, so that pieces say the same as the whole.
            starts = range(block.first, block.first + block.count, piece)
            sizes = (min(piece, block.first + block.count - start) for start in starts)
            parts = list(spare.map(functools.partial(bound, expansion), starts, sizes))
            found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        partials = tuple(partial(reduction, self.plan, block, found) for reduction in self.plan.reductions)
        return BlockResult({name: found[name] for name in (*self.plan.outputs, "status")}, partials)
