"""A coarse look over a space: every variant at the same Sobol points, all outputs kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from photonics.errors import InputError
from photonics.results.evaluator import Choices, Evaluator

from .space import Space

MOST_KEPT = 20_000_000  # values in memory: 160 MB


def silent(done: int, total: int) -> None:
    """Progress of a study's own sweeps: none, they take moments."""


@dataclass(frozen=True)
class Scanned:
    """Variants, the points of the unit cube (the same for all variants), and outputs in the order of the points: variant by variant.

    An output is NaN where the point's status is not 0.
    """

    variants: tuple[Choices, ...]
    unit: np.ndarray
    outputs: Mapping[str, np.ndarray]

    @property
    def samples(self) -> int:
        return int(self.unit.shape[0])

    @property
    def count(self) -> int:
        return self.samples * len(self.variants)

    def of(self, variant: int) -> dict[str, np.ndarray]:
        """The outputs of one variant."""
        part = slice(variant * self.samples, (variant + 1) * self.samples)
        return {name: values[part] for name, values in self.outputs.items()}


def space_plan(evaluator: Evaluator, space: Space, outputs: Sequence[str], points: int, seed: int, reduce: Sequence[Mapping[str, Any]] = ()) -> Any:
    """The plan of a scan: Sobol points of the numeric axes; the choices alone where there are none."""
    from photonics.sweeps.plan import sweep_plan

    drawn: dict[str, Any] = {"method": "sobol", "points": points, "seed": seed} if space.paths else {"method": "grid"}
    return sweep_plan(evaluator, axes=space.axes(), outputs=outputs, reduce=reduce, name="scan", **drawn)


def scan(evaluator: Evaluator, space: Space, outputs: Sequence[str], points: int, seed: int) -> Scanned:
    """Every variant at ``points`` points.

    :raises InputError: more values than fit in memory.
    """
    from photonics.sweeps.running import run

    plan = space_plan(evaluator, space, outputs, points, seed)
    names = (*outputs, "status")
    if plan.points * len(names) > MOST_KEPT:
        raise InputError.of("", "points", f"{plan.points} points of {len(outputs)} outputs", f"at most {MOST_KEPT} values in all")
    kept: dict[str, list[np.ndarray]] = {name: [] for name in names}

    def keep(_chunks: Any, _chunk: int, found: Mapping[str, np.ndarray]) -> None:
        for name in names:
            kept[name].append(np.array(found[name]).ravel())

    run(plan, evaluator, each=keep, progress=silent)
    values = {name: np.concatenate(parts) for name, parts in kept.items()}
    fine = values["status"] == 0
    answers = {name: np.where(fine, values[name], np.nan) for name in outputs} | {"status": values["status"]}
    inputs = plan.inputs(np.arange(plan.samples, dtype=np.int64))
    # Through the values, so that the searches start exactly where the scan has looked.
    columns = [(inputs[path] - low) / (high - low) for path, low, high in zip(space.paths, space.low, space.high, strict=True)]
    unit = np.clip(np.stack(columns, axis=1), 0.0, 1.0) if columns else np.empty((plan.samples, 0))
    return Scanned(tuple(plan.variants), unit, answers)
