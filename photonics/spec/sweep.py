"""Many points of one design (`schema = "photonics/sweep/1"`): axes, random draws, what is computed and what is kept of it.

Values of axes stay as they were written: which unit they may have is known only beside the design, so the sweep's plan reads them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import create_model

from photonics.errors import shown
from photonics.spec.base import PositiveWhole, Spec, Text, Texts, _plain, fault
from photonics.spec.scalar import Fault

MOST_POINTS = 2**62  # an index of a point is a whole number of 64 bits with a sign; one bit is spare
MOST_VALUES = 10_000_000

METHODS = ("grid", "latin-hypercube", "sobol", "monte-carlo")
FORMS = ("linspace", "logspace", "values", "choice", "file", "range", "distribution")
REDUCTIONS = ("quantiles", "histogram", "yield", "pareto", "best")

# What each kind of reduction must have, and what it may have.
_REDUCE_NEEDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "quantiles": (("output", "at"), ()),
    "histogram": (("output", "low", "high", "bins"), ()),
    "yield": (("limits",), ()),
    "pareto": ((), ("minimise", "maximise", "limits")),
    "best": ((), ("minimise", "maximise", "limits")),
}


# ---------------------------------------------------------------- values as written


def _raw(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise fault(shown(value), "a number, or a text with a number and its unit")
    return value


def _raws(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise fault(shown(value), "a list of values")
    if not value:
        raise fault("an empty list", "at least one value")
    for index, item in enumerate(value):
        if isinstance(item, bool) or not isinstance(item, int | float | str):
            raise fault(shown(item), "a number, or a text with a number and its unit", keys=(index,))
    return tuple(value)


def _ends(value: Any) -> tuple[Any, ...]:
    values = _raws(value)
    if len(values) != 2:
        raise fault(f"a list of {len(values)}", "two values, the lower and the upper end")
    return values


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise fault(shown(value), 'a table such as { distribution = "normal", mean = "...", sigma = "..." }')
    return dict(value)


def _number(low: float, high: float, what: str) -> Any:
    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise fault(shown(value), what)
        return float(value)

    return check


def _shares(value: Any) -> tuple[float, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise fault(shown(value), "a list of numbers from 0 to 1, such as [0.001, 0.5, 0.999]")
    for index, item in enumerate(value):
        if isinstance(item, bool) or not isinstance(item, int | float) or not 0.0 <= item <= 1.0:
            raise fault(shown(item), "a number from 0 to 1", keys=(index,))
    return tuple(float(item) for item in value)


def _names(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not listed:
        raise fault(shown(value), "the name of an output, or a list of names")
    for index, item in enumerate(listed):
        if not isinstance(item, str) or not item.strip():
            raise fault(shown(item), "the name of an output", keys=(index,))
    return tuple(listed)


def _count(low: int, high: int, what: str) -> Any:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise fault(shown(value), f"{what} from {low} to {high}")
        return value

    return check


Raw = Annotated[Any, _plain(_raw, {"type": ["number", "string"]})]
Raws = Annotated[Any, _plain(_raws, {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 1})]
Ends = Annotated[
    Any, _plain(_ends, {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 2, "maxItems": 2})
]
RawTable = Annotated[Any, _plain(_table, {"type": "object"})]
Shares = Annotated[
    tuple[float, ...],
    _plain(_shares, {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 1}, "minItems": 1}),
]
Names = Annotated[
    tuple[str, ...],
    _plain(_names, {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
Rho = Annotated[
    float, _plain(_number(-1.0, 1.0, "a correlation from -1 to 1"), {"type": "number", "minimum": -1, "maximum": 1})
]
Points = Annotated[
    int,
    _plain(
        _count(1, MOST_POINTS, "a whole number of points"), {"type": "integer", "minimum": 1, "maximum": MOST_POINTS}
    ),
]
Seed = Annotated[
    int,
    _plain(_count(0, 2**63 - 1, "a whole number"), {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}),
]
Number = Annotated[
    int,
    _plain(
        _count(1, MOST_VALUES, "a whole number of values"), {"type": "integer", "minimum": 1, "maximum": MOST_VALUES}
    ),
]


# ---------------------------------------------------------------- tables


class SpacingSpec(Spec):
    """Evenly spaced values, both ends included: `num` of them."""

    start: Raw
    stop: Raw
    num: Number


class AxisSpec(Spec):
    """One thing that moves: a scalar's path with values in one of the forms, or the path of a choice with its names."""

    path: Text
    linspace: SpacingSpec | None = None
    logspace: SpacingSpec | None = None
    values: Raws | None = None
    choice: Texts | None = None
    file: Text | None = None
    column: Text | None = None
    range: Ends | None = None
    distribution: RawTable | None = None

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        forms = [name for name in FORMS if name in has]
        if not forms:
            yield Fault((), "an axis without values", f"one of {', '.join(FORMS)}")
        for name in forms[1:]:
            yield Fault((name,), f"{name} beside {forms[0]}", "one form of values")
        if "file" in has and "column" not in has:
            yield Fault(("file",), "a file without its column", "column = the name in the file's first line")
        if "column" in has and "file" not in has:
            yield Fault(("column",), "a column without a file", "a file beside it")


# `except` is the word for it, and a word of Python: a class body cannot hold it.
_Chosen: Any = create_model("_Chosen", __base__=Spec, **{"except": (Texts | None, None)})  # type: ignore[call-overload]


class DrawsSpec(_Chosen):
    """How what no axis names scatters: `ranges` says how a min, typ, max is read; `only` and `except` choose by path (* and ? match)."""

    ranges: Literal["triangular", "uniform", "none"]
    only: Texts | None = None

    @property
    def left_out(self) -> tuple[str, ...]:
        """The patterns of `except`."""
        return getattr(self, "except") or ()


class CorrelationSpec(Spec):
    """Every two of these paths have this correlation (of the normal variates behind them)."""

    paths: Texts
    rho: Rho

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        paths = plain.get("paths")
        if isinstance(paths, list | tuple) and len(paths) == 1:
            yield Fault(("paths",), "a list of 1", "at least two paths")


class ReduceSpec(Spec):
    """What is kept of all points: quantiles, a histogram, a yield, a Pareto front, the best point."""

    kind: Literal["quantiles", "histogram", "yield", "pareto", "best"]
    output: Text | None = None
    at: Shares | None = None
    low: Raw | None = None
    high: Raw | None = None
    bins: PositiveWhole | None = None
    limits: Texts | None = None
    minimise: Names | None = None
    maximise: Names | None = None

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        kind = plain.get("kind")
        if not isinstance(kind, str) or kind not in _REDUCE_NEEDS:
            return
        needs, may = _REDUCE_NEEDS[kind]
        for name in needs:
            if name not in has:
                yield Fault((), f"{kind} without {name}", " and ".join(needs))
        for name in sorted(has - {"kind", *needs, *may}):
            allowed = ", ".join((*needs, *may))
            yield Fault((name,), f"{name} with {kind}", f"{allowed} with it")
        goals = [name for name in ("minimise", "maximise") if name in has]
        if kind in ("pareto", "best") and not goals:
            yield Fault((), f"{kind} without a goal", "minimise or maximise with the name of an output")
        if kind == "best" and len(goals) == 2:
            yield Fault(("maximise",), "maximise beside minimise", "one goal")


class SweepSpec(Spec):
    """A plan of many points. What no axis moves stands at `corner`, at the age `life`; `set_point` says whether the launch keeps the
    setting of the unchanged design ("held") or is set again at every point ("solved")."""

    KIND: ClassVar[str] = "sweep"

    name: Text
    about: Text | None = None
    design: Text
    corner: Literal["worst", "typ", "best"] = "typ"
    life: Literal["begin", "end"] = "end"
    set_point: Literal["held", "solved"] = "held"
    method: Literal["grid", "latin-hypercube", "sobol", "monte-carlo"]
    points: Points | None = None
    seed: Seed | None = None
    outputs: Texts
    keep: Literal["all", "none"] = "all"
    axis: tuple[AxisSpec, ...] = ()
    draws: DrawsSpec | None = None
    correlation: tuple[CorrelationSpec, ...] = ()
    reduce: tuple[ReduceSpec, ...] = ()

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        method = plain.get("method")
        if not isinstance(method, str) or method not in METHODS:
            return
        axes = plain.get("axis") or ()
        if method == "grid":
            yield from _grid_faults(has, axes)
            return
        for name in ("points", "seed"):
            if name not in has:
                yield Fault((), f"{method} without {name}", f"{name} = a whole number")
        if "axis" not in has and "draws" not in has:
            yield Fault((), "nothing that moves", "an [[axis]], or [draws]")

    @property
    def random(self) -> bool:
        """Whether points are drawn and not a grid."""
        return self.method != "grid"


def _grid_faults(has: frozenset[str], axes: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    for name in ("points", "seed"):
        if name in has:
            yield Fault((name,), f"{name} with a grid", "none: a grid has the points of its axes")
    for name in ("draws", "correlation"):
        if name in has:
            yield Fault((name,), f"{name} with a grid", f"a method that draws: {', '.join(METHODS[1:])}")
    if "axis" not in has:
        yield Fault((), "nothing that moves", "at least one [[axis]]")
    for index, axis in enumerate(axes):
        for form in ("range", "distribution"):
            if form in axis:
                allowed = f"linspace, logspace, values, choice or file; or a method that draws: {', '.join(METHODS[1:])}"
                yield Fault(("axis", index, form), f"a {form} with a grid", allowed)
