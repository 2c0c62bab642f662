"""What a sweep needs to know of anything that can be evaluated at many points: parameters, outputs, and a bound batch.

The rooms that compute (links, later engines and clusters) implement these protocols; sweeps and studies speak only to them, so a new
kind of design needs no change there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Parameter:
    """A scalar that may become an axis: its path, its value in the design and the type that reads and checks it.

    ``base`` is a ``photonics.spec.scalar.Scalar`` (range, distribution, group, source, confidence), ``kind`` its ``ScalarOf`` (dimension,
    worst side, bounds).  ``value`` is what the evaluator uses where no axis moves it, in the canonical unit.  ``base`` is None for a
    parameter that the design leaves out but could have.
    """

    path: str
    kind: Any
    base: Any
    value: float


@dataclass(frozen=True)
class OutputInfo:
    """A result column: unit, meaning, and which direction is better (+1 larger, -1 smaller, 0 neither)."""

    name: str
    unit: str
    about: str
    better: int = 0


class Bound(Protocol):
    """A variant with its axes fixed: computes any run of samples.  Thread safe; depends on nothing but its arguments.

    One with slow points may have an attribute ``piece``: the points that a thread takes at once where several share a block.
    """

    def __call__(self, expansion: Any, first: int, count: int) -> dict[str, np.ndarray]:
        """Outputs of samples ``first .. first + count - 1`` of an ``Expansion`` whose columns are the paths it was bound to.

        Always holds ``status`` (int8; 0 is fine, the others are named by the evaluator's ``statuses``); an output that does not exist
        at a point is NaN there.
        """


class Evaluator(Protocol):
    """A design of any kind, ready to be evaluated at many points."""

    @property
    def name(self) -> str:
        """Name of the design."""

    @property
    def kind(self) -> str:
        """Kind of design: "link" and so on."""

    @property
    def outputs(self) -> Mapping[str, OutputInfo]:
        """What it can compute, by name."""

    @property
    def statuses(self) -> Mapping[int, str]:
        """Meaning of each status but 0."""

    def document(self) -> Mapping[str, Any]:
        """Everything its numbers depend on besides the axes, as plain tables: what a digest is taken of."""

    def parameters(self) -> Sequence[Parameter]:
        """Every scalar path of the design, in its order."""

    def parameter(self, path: str) -> Parameter:
        """The parameter of any spelling of a path (an alias of several elements has one, too).

        :raises InputError: no such path; the nearest are named.
        """

    def canonical(self, path: str) -> tuple[str, ...]:
        """The plain paths behind a spelling: ``fibre.length`` may stand for several elements."""

    def choices(self, path: str, values: Sequence[str]) -> tuple[str, ...]:
        """The values of a choice axis, checked.

        :raises InputError: the path takes no choice, or a value is none of its choices.
        """

    def bind(self, choices: Choices, paths: Sequence[str], outputs: Sequence[str]) -> Bound:
        """The variant that the choices give, with ``paths`` as the columns of the expansions to come.

        :raises InputError: a choice or combination that makes no valid design, a path it does not have, an unknown output.
        """

    def explain_plan(self, paths: Sequence[str]) -> tuple[str, ...]:
        """How the columns are lowered: which are tabulated once per axis value, which are computed per block because several axes
        meet in them."""
