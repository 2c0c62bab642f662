"""Published experiments: the sweep of what a paper left out, and the verdict.

A published case says what was measured (``reported``), what is known of the set-up (``inputs``) and what is not (``missing``, each
with an assumed range).  The model is run over those ranges: every corner, the nominal point, and a grid along each input whose
effect may turn round.  The case passes when the reported value lies in the swept interval, widened by the uncertainty the case
states and by what its grade allows.  No input is tuned for a case: what a case neither gives nor lists comes from one table
(``published_defaults``).  The schema itself is read in ``published_form``.
"""

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from photonics.errors import shown
from photonics.quantity import convert

from .published_form import Experiment
from .unsupported import Unsupported
from .verdicts import CaseResult

# What a grade adds to the interval: (dB, ratio).  A: a closed problem, 1 dB or 2 %; B: 2 dB with the stated assumptions, twice A's ratio
# for an energy; C: sign, order and trend, so half a decade either way and, in a series, the right order of its members.
TOLERANCE_OF_GRADE = {"A": (1.0, 1.02), "B": (2.0, 1.04), "C": (5.0, math.sqrt(10.0))}
MAX_STATES = 50_000
TOL_ROUNDING = 1e-9


@dataclass(frozen=True)
class Axis:
    """One swept number, in the unit the model takes: its ends, its nominal value, and how many levels enter the product.

    Two levels are the corners.  More are needed where the response may turn round between them (the gain of an avalanche diode, a
    bandwidth that trades noise for interference); ``ratio`` spaces them geometrically.
    """

    name: str
    low: float
    nominal: float
    high: float
    levels: int = 2
    ratio: bool = False

    def values(self) -> tuple[float, ...]:
        if self.low == self.high:
            return (self.low,)
        steps = [i / (self.levels - 1) for i in range(self.levels)]
        if self.ratio:
            return tuple(self.low * (self.high / self.low) ** s for s in steps)
        return tuple(self.low + (self.high - self.low) * s for s in steps)


State = Mapping[str, float]


@dataclass(frozen=True)
class Quantity:
    """A quantity that a kind predicts: its dimension in ``photonics.quantity``, and whether tolerances add in dB or multiply."""

    dimension: str
    decibel: bool = False


@dataclass(frozen=True)
class Prediction:
    """A quantity over all states in the dimension's canonical unit; NaN where the model has no answer."""

    values: Any  # numpy array, states x elements; this module is read before numpy is
    note: str = ""
    lead: str = ""  # what the verdict says first


@dataclass(frozen=True)
class Kind:
    """A kind of experiment that a model answers.

    ``needs`` and ``notes`` name what may be given: the first enters the model, the second is known and does not matter to it.
    ``prepare`` gives the swept axes and the function that predicts every quantity over a list of states (the first is nominal).
    ``numbers`` reads a reported value that is a sentence.
    """

    needs: frozenset[str]
    notes: frozenset[str]
    quantities: Mapping[str, Quantity]
    prepare: Callable[[Experiment], tuple[list[Axis], Callable[[Sequence[State]], Mapping[str, Prediction]]]]
    numbers: Callable[[str, str], list[float] | None] = lambda quantity, text: None


# --- sweeping ----------------------------------------------------------------------------------------------------------------


def sweep(axes: Sequence[Axis]) -> list[dict[str, float]]:
    """The nominal state first, then every combination of the axes' levels."""
    count = math.prod(len(axis.values()) for axis in axes)
    if count > MAX_STATES:
        raise Unsupported(f"{len(axes)} missing inputs make {count} combinations; at most {MAX_STATES} are swept")
    names = [axis.name for axis in axes]
    points = [tuple(axis.nominal for axis in axes), *itertools.product(*(axis.values() for axis in axes))]
    return [dict(zip(names, values, strict=True)) for values in dict.fromkeys(points)]


# --- judging -----------------------------------------------------------------------------------------------------------------

_DB_TEXT = re.compile(r"(?:\+-|\+/-|±)\s*(\d+(?:\.\d+)?)\s*dB|^\s*(\d+(?:\.\d+)?)\s*dB")
_PERCENT_TEXT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_FACTOR_TEXT = re.compile(r"factor (\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Uncertainty:
    """What the words of a case allow: an addition in dB and a ratio; nothing where they hold no number."""

    db: float
    ratio: float

    @classmethod
    def of(cls, text: str) -> "Uncertainty":
        """The first "+-x dB", "x %", "factor x" or "one decade" of a sentence; each also as the other kind."""
        match = _DB_TEXT.search(text)
        if match:
            db = float(match.group(1) or match.group(2))
            return cls(db, 10.0 ** (db / 10.0))
        ratio = 1.0
        if match := _PERCENT_TEXT.search(text):
            ratio = 1.0 + float(match.group(1)) / 100.0
        elif match := _FACTOR_TEXT.search(text):
            ratio = max(float(match.group(1)), 1.0)
        elif "one decade" in text:
            ratio = 10.0
        return cls(10.0 * math.log10(ratio), ratio)


def widened(low: float, high: float, quantity: Quantity, grade: str, uncertainty: Uncertainty) -> tuple[float, float]:
    """The swept interval with the case's uncertainty and its grade's allowance on both sides."""
    db, ratio = TOLERANCE_OF_GRADE[grade]
    if quantity.decibel:
        return low - uncertainty.db - db, high + uncertainty.db + db
    factor = ratio * uncertainty.ratio
    return low / factor if low > 0.0 else low * factor, high * factor if high > 0.0 else high / factor


def bound_of(name: str, unit: str) -> int:
    """-1 for a reported upper bound ("below", "upper bound"), +1 for a lower one ("above"), 0 for a value."""
    words = f"{name.replace('_', ' ')} {unit}"
    return -1 if re.search(r"\bbelow\b|upper bound$", words) else 1 if re.search(r"\babove\b|lower bound$", words) else 0


def inside(value: float, allowed: tuple[float, float], bound: int) -> bool:
    """Whether a reported value agrees: in the interval, or for a bound, some allowed prediction keeps it."""
    return (bound > 0 or allowed[0] <= value) and (bound < 0 or value <= allowed[1])


def same_order(reported: Sequence[float], nominal: Sequence[float | None]) -> bool:
    """Whether a series rises and falls where the prediction does: what grade C asks of more than one number."""
    known = [(r, n) for r, n in zip(reported, nominal, strict=True) if n is not None]
    return all((b - a) * (d - c) > 0.0 or (a == b and c == d) for (a, c), (b, d) in itertools.pairwise(known))


def judged(case: Experiment, file: str) -> list[CaseResult]:
    """The verdict on a published case: one row for each reported quantity that its kind predicts.

    What the paper reports besides is named in the first row and not judged; a case of which nothing can be predicted is unsupported.
    """
    from .published_kinds import kind_of  # brings Numba: only once every file has been read

    try:
        kind = kind_of(case)
        _known(case, kind)
        axes, predict = kind.prepare(case)
        states = sweep(axes)
        predictions = predict(states)
    except Unsupported as error:
        return [_unsupported(case, name, str(error), file) for name in case.reported]
    except (ValueError, ArithmeticError) as error:
        return [_unsupported(case, name, f"an input that cannot be used: {error}", file) for name in case.reported]
    wanted = [name for name in case.reported if name in kind.quantities]
    others = [name for name in case.reported if name not in kind.quantities]
    if not wanted:
        why = f"nothing that kind {case.kind} predicts is reported; it predicts {', '.join(sorted(kind.quantities))}"
        return [_unsupported(case, name, why, file) for name in others]
    remark = f"; reported besides and not judged: {', '.join(others)}" if others else ""
    out = []
    for name in wanted:
        if name not in predictions:
            why = f"{name} cannot be computed from what the case gives ({', '.join(case.inputs) or 'no input'})"
            out.append(_unsupported(case, name, why, file))
            continue
        try:
            out.append(_verdict(case, name, kind, predictions[name], len(states), remark, file))
        except (Unsupported, ValueError) as error:
            out.append(_unsupported(case, name, str(error), file))
        remark = ""
    return out


def _known(case: Experiment, kind: Kind) -> None:
    names = [*case.inputs, *(m.name for m in case.missing)]
    unknown = sorted({name for name in names if name not in kind.needs and name not in kind.notes})
    if unknown:
        raise Unsupported(f"unknown input {', '.join(unknown)} for kind {case.kind}")


def _unsupported(case: Experiment, name: str, why: str, file: str) -> CaseResult:
    expected = case.reported[name].value
    expected = list(expected.values()) if isinstance(expected, dict) else expected
    return CaseResult(
        case.id, case.kind, name, expected, None, {"grade": case.grade}, False, "unsupported", why, case.source, case.tag, file, case.grade
    )


_SPELT = {"years": "year", "percent": "%", "fraction": "", "1": "", "BER": ""}


def canonical(value: float, unit: str, dimension: str) -> float:
    """A number in a printed unit as the dimension's own; words behind the unit ("dBm average", "W per port") do not count."""
    plain = unit if unit in _SPELT else unit.split(" ")[0]
    return convert(value, _SPELT.get(plain, plain), dimension)


def _verdict(
    case: Experiment, name: str, kind: Kind, found: Prediction, count: int, remark: str, file: str
) -> CaseResult:
    item, quantity = case.reported[name], kind.quantities[name]
    if isinstance(item.value, str):
        read = kind.numbers(name, item.value)
        if read is None:
            raise Unsupported(f"{shown(item.value)} is a sentence from which no number of {name} could be read")
        expected, factor = read, 1.0
    else:
        expected = list(item.value.values()) if isinstance(item.value, dict) else item.value
        expected = expected if isinstance(expected, list) else [expected]
        factor = canonical(1.0, item.unit, quantity.dimension)
    columns = [[v / factor for v in column] for column in zip(*found.values.tolist(), strict=True)]
    if len(columns) != len(expected):
        raise Unsupported(f"{len(expected)} reported values against {len(columns)} predicted ones")
    uncertainty = Uncertainty.of(case.uncertainty)
    bound = bound_of(name, item.unit)
    swept: list[tuple[float, float] | None] = []
    allowed: list[tuple[float, float] | None] = []
    faults, outside = [], []
    for value, column in zip(expected, columns, strict=True):
        finite = [v for v in column if math.isfinite(v)]
        if not finite:
            swept.append(None)
            allowed.append(None)
            faults.append("no swept state has an answer")
            continue
        interval = min(finite), max(finite)
        limits = widened(*interval, quantity, case.grade, uncertainty)
        swept.append(interval)
        allowed.append(limits)
        outside.append(max(interval[0] - value if bound <= 0 else 0.0, value - interval[1] if bound >= 0 else 0.0))
        if not inside(value, limits, bound):
            side = "above" if value > limits[1] else "below"
            faults.append(f"{value:.4g} is {side} {limits[0]:.4g}..{limits[1]:.4g}, the interval with its allowances")
    nominal = [column[0] if math.isfinite(column[0]) else None for column in columns]
    if case.grade == "C" and not faults and not same_order(expected, nominal):
        faults.append("the series does not rise and fall where the prediction does")
    without = sum(not math.isfinite(v) for v in columns[0])
    unit = f" {item.unit}" if item.unit else ""
    ranges = ", ".join("none" if s is None else f"{s[0]:.4g}" + (f"..{s[1]:.4g}" if s[1] > s[0] else "") for s in swept)
    why = f"{'; '.join(faults)}; " if faults else ""
    why += f"{found.lead}{'; ' if found.lead else ''}swept {ranges}{unit}" + (f" over {count} states" if count > 1 else " (nothing is missing)")
    why += f", {without} of them without an answer" if without else ""
    why += f", the reported value up to {max(outside):.3g} outside" if max(outside, default=0.0) > TOL_ROUNDING else ""
    why += f"{'; ' if found.note else ''}{found.note}{remark}"
    one = not isinstance(item.value, list | dict) and len(expected) == 1
    tolerance = {
        "grade": case.grade,
        "uncertainty": case.uncertainty,
        "swept": swept[0] if one else swept,
        "allowed": allowed[0] if one else allowed,
    }
    passed = not faults
    return CaseResult(
        case.id, case.kind, name, expected[0] if one else expected, nominal[0] if one else nominal, tolerance, passed,
        "ok" if passed else "failed", why, case.source, case.tag, file, case.grade,
    )
