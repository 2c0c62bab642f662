"""One block of a plan computed: the variant bound once, its outputs, and the partial results of all reductions."""

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

    def __call__(self, block: "Block") -> BlockResult:
        found = self.bound(block.variant)(self.plan.expansion, block.first, block.count)
        partials = tuple(partial(reduction, self.plan, block, found) for reduction in self.plan.reductions)
        return BlockResult({name: found[name] for name in (*self.plan.outputs, "status")}, partials)
