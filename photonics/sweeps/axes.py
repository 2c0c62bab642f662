"""Axes of a sweep beside its design: paths found, values read in the units of the paths, overlaps refused."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photonics import catalog
from photonics.errors import InputError, Problem, key_text, nearest, shown
from photonics.files.text import read_text
from photonics.quantity import Dimension, QuantityError, check
from photonics.results.evaluator import Evaluator, Parameter
from photonics.spec.merge import Document
from photonics.spec.scalar import Fault, Given, read_scalar
from photonics.spec.sweep import MOST_VALUES, AxisSpec, SweepSpec

from .laws import Law, law_of, range_law

FILE_LIMIT = 64 << 20
MOST_FAULTS = 10  # of one list: a file in the wrong unit has the same fault in every line

Keys = tuple[str | int, ...]


class Places:
    """Where the keys of a sweep stand, and all that is wrong with them, for one message at the end."""

    def __init__(self, source: Document | str) -> None:
        self._document = source if isinstance(source, Document) else None
        self._label = "" if isinstance(source, Document) else source
        self.problems: list[Problem] = []

    @property
    def folder(self) -> Path:
        """What the names of files in the sweep are relative to."""
        return Path(self._document.path).parent if self._document is not None else Path(".")

    def where(self, keys: Keys) -> str:
        """ "file:line" of a key, or the label of a sweep that was made in Python."""
        return self._document.where(keys) if self._document is not None else self._label

    def say(self, keys: Keys, read: str, allowed: str, close: tuple[str, ...] = ()) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.where(keys), key_text(keys), read, allowed, close))

    def fault(self, keys: Keys, fault: Fault) -> None:
        """Note a fault of a value, at its own key."""
        full = (*keys, *fault.keys)
        self.say(full, fault.read, fault.allowed, fault.nearest)

    def take(self, error: InputError, keys: Keys) -> None:
        """Note the problems of an error; those without a place get that of the key."""
        for problem in error.problems:
            self.problems.append(problem if ":" in problem.where else problem.at(self.where(keys), key_text(keys)))


def document_of(where: str) -> Document | str:
    """The document of the file that a sweep stands in, which knows its lines; ``where`` itself if it names no file."""
    if not where:
        return where
    try:
        found: Document = catalog.find(where)
        return found
    except InputError:
        return where


@dataclass(frozen=True, eq=False)
class ChoiceAxis:
    """An axis of names: whole designs, parts, words."""

    path: str
    values: tuple[str, ...]

    @property
    def about(self) -> str:
        """In words."""
        return f"{self.path}: {len(self.values)} choices"


@dataclass(frozen=True, eq=False)
class NumericAxis:
    """A column of numbers in the canonical unit of its path: ``values`` of a grid or list, or the ``law`` that it is drawn from.

    ``plain`` are the paths behind its spelling.  ``scatter`` is True for a column that no axis names and [draws] brought.
    """

    path: str
    plain: tuple[str, ...]
    unit: str
    form: str
    values: np.ndarray | None = None
    law: Law | None = None
    scatter: bool = False
    group: str | None = None

    @property
    def about(self) -> str:
        """In words."""
        unit = f" {self.unit}" if self.unit else ""
        if self.values is not None:
            ends = f"{self.values[0]:g} to {self.values[-1]:g}{unit}"
            drawn = ", each equally likely" if self.law is not None else ""
            return f"{self.path}: {self.values.size} values, {ends}{drawn}"
        assert self.law is not None
        return f"{self.path}: {self.law.about(unit)}"


def read_axes(spec: SweepSpec, evaluator: Evaluator, places: Places) -> tuple[list[ChoiceAxis], list[NumericAxis]]:
    """The axes of a sweep; what is wrong goes to ``places``."""
    choices: list[ChoiceAxis] = []
    numbers: list[NumericAxis] = []
    seen: dict[str, int] = {}
    for index, axis in enumerate(spec.axis):
        at: Keys = ("axis", index)
        if axis.choice is not None:
            found = _choice(axis, evaluator, places, at)
            names: tuple[str, ...] = (axis.path,)
            if found is not None:
                choices.append(found)
        else:
            column = _numeric(axis, spec.random, evaluator, places, at)
            names = column.plain if column is not None else ()
            if column is not None:
                numbers.append(column)
        for name in names:
            if name in seen:
                first = seen[name]
                also = "" if name == axis.path == spec.axis[first].path else f", which is {name}"
                places.say((*at, "path"), f"{shown(axis.path)}{also}, a second time", f"one axis for it; axis[{first}] has it")
                break
        for name in names:
            seen.setdefault(name, index)
    return choices, numbers


def _choice(axis: AxisSpec, evaluator: Evaluator, places: Places, at: Keys) -> ChoiceAxis | None:
    assert axis.choice is not None
    for index, name in enumerate(axis.choice):
        if name in axis.choice[:index]:
            places.say((*at, "choice", index), f"{shown(name)} a second time", "each choice once")
            return None
    try:
        return ChoiceAxis(axis.path, tuple(evaluator.choices(axis.path, axis.choice)))
    except InputError as error:
        places.take(error, (*at, "choice"))
        return None


def resolve(path: str, evaluator: Evaluator) -> tuple[str, str, Parameter]:
    """The path without a unit at its end, that unit, and the parameter.

    :raises InputError: no such path, with the nearest.
    """
    try:
        return path, "", evaluator.parameter(path)
    except InputError as error:
        head, dot, last = path.rpartition(".")
        parts = last.split("_")
        for cut in range(1, len(parts)):
            name = head + dot + "_".join(parts[:cut])
            try:
                parameter = evaluator.parameter(name)
            except InputError:
                continue
            unit = parameter.kind.dimension.suffixes.get("_".join(parts[cut:]))
            if unit is not None:
                return name, unit, parameter
        raise error


def _numeric(axis: AxisSpec, random: bool, evaluator: Evaluator, places: Places, at: Keys) -> NumericAxis | None:
    try:
        path, unit, parameter = resolve(axis.path, evaluator)
        plain = tuple(evaluator.canonical(path))
    except InputError as error:
        places.take(error, (*at, "path"))
        return None
    dimension: Dimension = parameter.kind.dimension
    before = len(places.problems)
    values: np.ndarray | None = None
    law: Law | None = None
    if axis.range is not None:
        form = "range"
        ends = [_read(raw, unit, dimension, places, (*at, form, i)) for i, raw in enumerate(axis.range)]
        if len(places.problems) == before:
            if ends[0] >= ends[1]:
                places.say((*at, form), f"{shown(axis.range[0])} to {shown(axis.range[1])}", "a lower end below the upper one")
            else:
                law = range_law(ends[0], ends[1], dimension)
    elif axis.distribution is not None:
        form = "distribution"
        law = _distribution(axis.distribution, unit, dimension, places, (*at, form))
    else:
        form, values = _values(axis, unit, dimension, places, at)
        if len(places.problems) == before and not random:
            _distinct(values, dimension, places, (*at, form))
        law = Law("pick") if random else None
    if len(places.problems) > before:
        return None
    return NumericAxis(path, plain, dimension.unit, form, values, law)


def _read(raw: Any, unit: str, dimension: Dimension, places: Places, keys: Keys) -> float:
    scalar, faults = read_scalar(Given(raw, unit), dimension)
    for fault in faults:
        places.fault(keys, fault)
    return scalar.typ if scalar is not None else np.nan


def _distribution(raw: dict[str, Any], unit: str, dimension: Dimension, places: Places, keys: Keys) -> Law | None:
    if "distribution" not in raw:
        allowed = "normal, uniform, triangular or lognormal, with their parameters"
        places.say(keys, "a table without distribution", f"distribution = {allowed}")
        return None
    scalar, faults = read_scalar(Given(raw, unit), dimension)
    for fault in faults:
        places.fault(keys, fault)
    if scalar is None:
        return None
    if scalar.group is not None:
        places.say((*keys, "group"), f"the group {shown(scalar.group)}", "a [[correlation]] with rho = 1")
        return None
    law = law_of(scalar, dimension, "none")
    if isinstance(law, Fault):
        places.fault(keys, law)
        return None
    return law


def _values(axis: AxisSpec, unit: str, dimension: Dimension, places: Places, at: Keys) -> tuple[str, np.ndarray]:
    """Values of a list, a spacing or a file."""
    if axis.file is not None:
        return "file", _from_file(axis.file, str(axis.column), unit, dimension, places, at)
    if axis.values is not None:
        found, before = [], len(places.problems)
        for index, raw in enumerate(axis.values):
            found.append(_read(raw, unit, dimension, places, (*at, "values", index)))
            if len(places.problems) >= before + MOST_FAULTS:
                break
        return "values", np.array(found)
    form = "linspace" if axis.linspace is not None else "logspace"
    spacing = axis.linspace if axis.linspace is not None else axis.logspace
    assert spacing is not None
    keys = (*at, form)
    before = len(places.problems)
    start = _read(spacing.start, unit, dimension, places, (*keys, "start"))
    stop = _read(spacing.stop, unit, dimension, places, (*keys, "stop"))
    if len(places.problems) > before:
        return form, np.empty(0)
    if spacing.num == 1 and start != stop:
        places.say((*keys, "num"), "1 with two different ends", "at least 2")
        return form, np.empty(0)
    if form == "linspace":
        values = np.linspace(start, stop, spacing.num)
    elif not (start > 0.0 and stop > 0.0):
        end = "start" if start <= 0.0 else "stop"
        raw = spacing.start if start <= 0.0 else spacing.stop
        places.say((*keys, end), shown(raw), f"both ends above 0 {dimension.unit}".strip() + " in a logspace")
        return form, np.empty(0)
    else:
        values = np.geomspace(start, stop, spacing.num)
    if dimension.whole:
        for value in values:
            try:
                check(float(value), dimension)
            except QuantityError as fault:
                places.say(keys, f"a spacing that meets {fault.read}", fault.allowed)
                break
    return form, values


def _distinct(values: np.ndarray, dimension: Dimension, places: Places, keys: Keys) -> None:
    """A grid has each value once: two points with the same inputs would have one name."""
    sizes, firsts = np.unique(values, return_index=True)
    if sizes.size < values.size:
        twice = np.setdiff1d(np.arange(values.size), firsts)[0]
        unit = f" {dimension.unit}" if dimension.unit else ""
        places.say(keys, f"{values[twice]:g}{unit} a second time", "each value of a grid once")


def _from_file(name: str, column: str, unit: str, dimension: Dimension, places: Places, at: Keys) -> np.ndarray:
    path = places.folder / name
    try:
        text = read_text(path, FILE_LIMIT)
    except InputError as error:
        problem = error.problems[0]
        places.say((*at, "file"), f"{shown(name)}, {problem.read}", problem.allowed)
        return np.empty(0)
    rows = csv.reader(io.StringIO(text))
    try:
        header = [cell.strip() for cell in next(rows)]
        if column not in header:
            allowed = f"a column of {name}: {', '.join(shown(cell) for cell in header[:20])}"
            places.say((*at, "column"), shown(column), allowed, nearest(column, header))
            return np.empty(0)
        return _column(rows, header.index(column), str(path), unit or _unit_of(column, dimension), dimension, places, (*at, "column"))
    except csv.Error as fault:
        places.problems.append(Problem(f"{path}:{rows.line_num}", "", f"text that is not CSV ({fault})", "comma-separated values"))
    return np.empty(0)


def _column(rows: Any, at: int, path: str, unit: str, dimension: Dimension, places: Places, keys: Keys) -> np.ndarray:
    found: list[float] = []
    before = len(places.problems)
    for row in rows:
        if not row:
            continue
        cell = row[at].strip() if at < len(row) else ""
        try:
            raw: Any = float(cell)
        except ValueError:
            raw = cell
        scalar, faults = read_scalar(Given(raw, unit), dimension)
        for fault in faults:
            places.problems.append(Problem(f"{path}:{rows.line_num}", key_text(keys), fault.read, fault.allowed, fault.nearest))
        found.append(scalar.typ if scalar is not None else np.nan)
        if len(places.problems) >= before + MOST_FAULTS:
            break
        if len(found) > MOST_VALUES:
            places.say(keys, f"more than {MOST_VALUES} lines", f"at most {MOST_VALUES} values")
            break
    if not found:
        places.say(keys, "a column without values", "at least one value below the first line")
    return np.array(found)


def _unit_of(column: str, dimension: Dimension) -> str:
    """The unit that a column's name ends in (``length_m``), if it does."""
    parts = column.casefold().split("_")
    for cut in range(1, len(parts)):
        unit = dimension.suffixes.get("_".join(parts[cut:]))
        if unit is not None:
            return unit
    return ""
