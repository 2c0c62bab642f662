"""The plan of a sweep: a pure function from the number of a point to its inputs, with everything that is computed and kept.

    point i = variant * N + sample     variants: the product of the choice axes, the first slowest; N samples: a grid's points or draws

All variants share the draws of their samples.  Points are computed in fixed blocks of samples of one variant, whoever computes them, so
no result depends on threads, processes or machines.
"""

import datetime
import hashlib
import itertools
import json
import math
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from photonics.errors import InputError
from photonics.results.evaluator import Choices, Evaluator
from photonics.spec.load import parse_sweep
from photonics.spec.merge import Document
from photonics.spec.sweep import MOST_POINTS, SweepSpec

from .asked import read_outputs, read_reductions
from .axes import ChoiceAxis, NumericAxis, Places, document_of, read_axes
from .computing import BlockResult, Computer
from .expanding import check_sobol, columns, digest_of, expansion_of, values_at
from .reducing import Reduction
from .scatter import loadings, scattered

if TYPE_CHECKING:
    from photonics_kernels.draw import Expansion

__all__ = ["BLOCK", "Block", "BlockResult", "Blocks", "Computer", "Plan", "build_plan", "columns", "sweep_plan"]

BLOCK = 65536  # samples; fixed for good: partial results of other blocks would not be the same numbers
MOST_VARIANTS = 100_000


@dataclass(frozen=True)
class Block:
    """Samples ``first`` .. ``first + count - 1`` of a variant; ``index`` is its place among all blocks."""

    index: int
    variant: int
    first: int
    count: int


class Blocks(Sequence[Block]):
    """All blocks of a plan, made when they are asked for: a plan of 1e15 points has no list of them."""

    def __init__(self, variants: int, samples: int) -> None:
        self._each = -(-samples // BLOCK)
        self._variants, self._samples = variants, samples

    def __len__(self) -> int:
        return self._variants * self._each

    @overload
    def __getitem__(self, index: int) -> Block: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Block]: ...
    def __getitem__(self, index: int | slice) -> Block | Sequence[Block]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        variant, within = divmod(at, self._each)
        first = within * BLOCK
        return Block(at, variant, first, min(BLOCK, self._samples - first))

    def __iter__(self) -> Iterator[Block]:
        return (self[i] for i in range(len(self)))


@dataclass(frozen=True, eq=False)
class Plan:
    """A sweep, ready to be computed.

    ``paths`` are the numeric columns of ``expansion``, ``outputs`` what is stored, ``reductions`` what is kept of all points (the first
    always counts the bad ones).  ``evaluation`` is the evaluator's own document, ``how`` what it says about lowering the columns.
    """

    name: str
    about: str
    design: str
    kind: str
    method: str
    seed: int | None
    variants: tuple[Choices, ...]
    samples: int
    paths: tuple[str, ...]
    outputs: tuple[str, ...]
    reductions: tuple[Reduction, ...]
    keep: bool
    expansion: "Expansion"
    choices: tuple[ChoiceAxis, ...]
    columns: tuple[NumericAxis, ...]
    evaluation: Mapping[str, Any]
    how: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """Number of points."""
        return len(self.variants) * self.samples

    @property
    def axes(self) -> tuple[ChoiceAxis | NumericAxis, ...]:
        """Choice axes, then numeric ones."""
        return (*self.choices, *self.columns)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the choice axes and then of the grid's axes; of draws, the number of samples."""
        lengths = [len(axis.values) for axis in self.choices]
        if self.method == "grid":
            return (*lengths, *(int(n) for n in self.expansion.length))
        return (*lengths, self.samples)

    @property
    def needed(self) -> tuple[str, ...]:
        """Outputs to compute: those to store and those that reductions read."""
        return tuple(dict.fromkeys((*self.outputs, *(name for r in self.reductions for name in r.outputs))))

    def blocks(self) -> Blocks:
        """The fixed blocks, in order."""
        return Blocks(len(self.variants), self.samples)

    def document(self) -> dict[str, Any]:
        """Everything the results depend on, as plain values.  Names and remarks are not among it, nor is anything of time or place."""
        return dict(self._document)

    @cached_property
    def _document(self) -> dict[str, Any]:
        moved = [
            {"path": axis.path, "unit": axis.unit, "form": axis.form, "means": list(axis.plain), "values": axis.about}
            for axis in self.columns
        ]
        return {
            "plan": {
                "method": self.method,
                "seed": self.seed,
                "samples": self.samples,
                "block": BLOCK,
                "choices": [{"path": axis.path, "values": list(axis.values)} for axis in self.choices],
                "columns": moved,
                "expansion": digest_of(self.expansion),
                "outputs": list(self.outputs),
                "reductions": [reduction.document() for reduction in self.reductions],
                "keep": self.keep,
            },
            "kind": self.kind,
            "evaluator": self.evaluation,
            "catalog": catalog_digest(),
            "versions": versions(),
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document: two plans with the same one give the same numbers."""
        text = json.dumps(self._document, sort_keys=True, separators=(",", ":"), allow_nan=True, default=_as_json)
        return hashlib.sha256(text.encode()).hexdigest()

    def inputs(self, indices: np.ndarray) -> dict[str, np.ndarray]:
        """Inputs of points by their numbers: texts of the choices, numbers in canonical units of the columns."""
        indices = np.asarray(indices, np.int64)
        if indices.size and (indices.min() < 0 or indices.max() >= self.points):
            raise IndexError(f"points are numbered 0 to {self.points - 1}")
        variant, sample = np.divmod(indices, self.samples)
        found: dict[str, np.ndarray] = {}
        for at, axis in enumerate(self.choices):
            found[axis.path] = np.array([choices[at][1] for choices in self.variants])[variant]
        values = values_at(self.expansion, sample)
        return found | {path: values[column] for column, path in enumerate(self.paths)}

    def explain(self) -> tuple[str, ...]:
        """In words: how many points of what, what is drawn and cut, what is lowered once and what for every block."""
        lines = [f"{self.points} points of {self.design}: {len(self.variants)} variants x {self.samples} samples, {self.method}"]
        lines += [axis.about for axis in self.axes if isinstance(axis, ChoiceAxis) or not axis.scatter]
        drawn = [axis for axis in self.columns if axis.scatter]
        lines += [f"drawn: {axis.about}" for axis in drawn]
        if self.still:
            lines.append(f"left at their values although they have a range, as counts are not drawn: {', '.join(self.still)}")
        return (*lines, *self.notes, *self.how)


def _as_json(value: Any) -> Any:
    """What an evaluator's document may hold beside plain values; anything else has no text that stays the same."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in an evaluator's document")


@cache
def catalog_digest() -> str:
    """SHA-256 of the catalogue's files but its sweeps: what a design's name stands for."""
    from photonics.catalog.sources import DATA

    seen = hashlib.sha256()
    folder = Path(str(DATA))
    for path in sorted(folder.rglob("*.toml")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("sweeps/"):
            seen.update(name.encode())
            seen.update(path.read_bytes())
    return seen.hexdigest()


def versions() -> dict[str, str]:
    """Of what computes: another one may give other last digits."""
    import scipy
    from photonics_kernels._jit import source_digest

    # Not by an import: the package itself stands above all rooms.
    return {
        "photonics": sys.modules["photonics"].__version__,
        "kernels": source_digest(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "python": ".".join(platform.python_version_tuple()[:2]),
    }


# ---------------------------------------------------------------- from a description


def build_plan(spec: SweepSpec, evaluator: Evaluator, *, where: Document | str = "") -> Plan:
    """The plan of a sweep's description for a design.

    :param where: the file it stands in (or its ``Document``), so that faults name lines and files lie beside it; else a label.
    :raises InputError: everything that is wrong, together.
    """
    return _planned(spec, evaluator, Places(document_of(where) if isinstance(where, str) else where))


def _planned(spec: SweepSpec, evaluator: Evaluator, places: Places) -> Plan:
    choices, numbers = read_axes(spec, evaluator, places)
    outputs = read_outputs(spec, evaluator, places)
    reductions = read_reductions(spec, evaluator, places)
    still: tuple[str, ...] = ()
    rows: list[Any] = [()] * len(numbers)
    if spec.random:
        if spec.draws is not None:
            drawn, still = scattered(spec.draws, evaluator, numbers, places)
            numbers += drawn
        if not numbers and not places.problems:
            places.say(("draws",), "nothing that scatters", "a scalar with a distribution or a range; or an axis that is drawn")
        rows = loadings(numbers, spec.correlation, evaluator, places)
    samples = spec.points or 0 if spec.random else math.prod(a.values.size for a in numbers if a.values is not None)
    variants = math.prod(len(axis.values) for axis in choices)
    if variants * samples > MOST_POINTS:
        places.say(("points",) if spec.random else (), f"{variants * samples} points", f"at most {MOST_POINTS}")
    if variants > MOST_VARIANTS:
        places.say((), f"{variants} combinations of choices", f"at most {MOST_VARIANTS}")
    if not places.problems and spec.method == "sobol":
        try:
            check_sobol(len(numbers), samples)
        except InputError as error:
            places.take(error, ("points",))
    if places.problems:
        raise InputError(dict.fromkeys(places.problems))
    paths = tuple(axis.path for axis in numbers)
    names = [axis.path for axis in choices]
    evaluation = evaluator.document()
    seed = spec.seed if spec.random else None
    return Plan(
        name=spec.name,
        about=spec.about or "",
        design=evaluator.name,
        kind=evaluator.kind,
        method=spec.method,
        seed=seed,
        variants=tuple(tuple(zip(names, values, strict=True)) for values in itertools.product(*(axis.values for axis in choices))),
        samples=samples,
        paths=paths,
        outputs=outputs,
        reductions=reductions,
        keep=spec.keep == "all",
        expansion=expansion_of(numbers, rows, spec.method, seed or 0, samples),
        choices=tuple(choices),
        columns=tuple(numbers),
        evaluation=evaluation,
        how=tuple(evaluator.explain_plan(paths)),
        still=still,
        notes=_notes(spec, numbers, rows, evaluation),
    )


def _notes(spec: SweepSpec, numbers: Sequence[NumericAxis], rows: Sequence[Any], evaluation: Mapping[str, Any]) -> tuple[str, ...]:
    notes: list[str] = []
    if {"corner", "life", "set_point"} <= set(evaluation):
        stands = f"{evaluation['corner']} corner, {evaluation['life']} of life, set point {evaluation['set_point']}"
        notes.append(f"what nothing moves stands at: {stands}")
    tied = [axis.path for axis, row in zip(numbers, rows, strict=True) if row]
    if tied:
        notes.append(f"drawn together (Gaussian copula): {', '.join(tied)}")
        if spec.method in ("latin-hypercube", "sobol"):
            notes.append("of columns drawn together only the first keeps its even spread; the others follow the mixture")
    if spec.method in ("latin-hypercube", "sobol"):
        notes.append("a yield's interval is that of independent points; these are spread more evenly, so it is on the wide side")
    return tuple(notes)


def sweep_plan(
    evaluator: Evaluator,
    *,
    axes: Sequence[Mapping[str, Any]] | Mapping[str, Any] = (),
    method: str = "grid",
    points: int | None = None,
    seed: int | None = None,
    outputs: Sequence[str] = (),
    reduce: Sequence[Mapping[str, Any]] = (),
    draws: Mapping[str, Any] | None = None,
    correlations: Sequence[Mapping[str, Any]] = (),
    keep: bool = False,
    name: str = "sweep",
) -> Plan:
    """The same from Python, for an evaluator that is there already.

    :param axes: tables as in a file, ``{"path": "fibre.length", "linspace": {...}}``; or ``{path: table or list of values}``.
    :param keep: whether the points are to be stored.
    :raises InputError: everything that is wrong, together.
    """
    tables: list[Any] = []
    if isinstance(axes, Mapping):
        for path, given in axes.items():
            tables.append({"path": path} | (dict(given) if isinstance(given, Mapping) else {"values": given}))
    else:
        tables = list(axes)
    document: dict[str, Any] = {
        "schema": "photonics/sweep/1",
        "name": name,
        "design": evaluator.name,
        "method": method,
        "outputs": list(outputs),
        "keep": "all" if keep else "none",
    }
    optional = {
        "axis": tables,
        "points": points,
        "seed": seed,
        "draws": draws,
        "correlation": list(correlations),
        "reduce": list(reduce),
    }
    document |= {key: value for key, value in optional.items() if value not in (None, [])}
    spec = parse_sweep(_plain(document), where=name)
    return _planned(spec, evaluator, Places(name))


def _plain(value: Any) -> Any:
    """Arrays and numbers of numpy as a file's values."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value

