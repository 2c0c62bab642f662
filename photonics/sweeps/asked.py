"""What a sweep asks for: outputs and reductions, held against what the design can give."""

from photonics.errors import nearest, shown
from photonics.results.evaluator import Evaluator
from photonics.spec.scalar import Fault
from photonics.spec.sweep import ReduceSpec, SweepSpec

from .axes import Keys, Places
from .limits import Limit, read_limit, read_number
from .reducing import Reduction


def read_outputs(spec: SweepSpec, evaluator: Evaluator, places: Places) -> tuple[str, ...]:
    """The outputs asked for; what is wrong goes to ``places``."""
    found: list[str] = []
    for index, name in enumerate(spec.outputs):
        keys: Keys = ("outputs", index)
        if name in found:
            places.say(keys, f"{shown(name)} a second time", "each output once")
        elif _known(name, evaluator, places, keys):
            found.append(name)
    return tuple(found)


def _known(name: str, evaluator: Evaluator, places: Places, keys: Keys) -> bool:
    if name in evaluator.outputs:
        return True
    places.say(keys, shown(name), f"an output of a {evaluator.kind}: {', '.join(evaluator.outputs)}", nearest(name, evaluator.outputs))
    return False


def read_reductions(spec: SweepSpec, evaluator: Evaluator, places: Places) -> tuple[Reduction, ...]:
    """The reductions asked for, after the one that is always there: bad points, counted and located."""
    found = [Reduction("status")]
    for index, asked in enumerate(spec.reduce):
        before = len(places.problems)
        reduction = _reduction(asked, evaluator, places, ("reduce", index))
        if len(places.problems) > before:
            continue
        if reduction in found:
            places.say(("reduce", index), f"a {reduction.kind} that is there already", "each reduction once")
        found.append(reduction)
    return tuple(found)


def _reduction(asked: ReduceSpec, evaluator: Evaluator, places: Places, at: Keys) -> Reduction:
    every = evaluator.outputs
    limits: list[Limit] = []
    for index, text in enumerate(asked.limits or ()):
        limit = read_limit(text, every)
        if isinstance(limit, Fault):
            places.fault((*at, "limits", index), limit)
        elif limit in limits:
            places.say((*at, "limits", index), f"{limit} a second time", "each limit once")
        else:
            limits.append(limit)
    goals: list[str] = []
    for key, names in (("minimise", asked.minimise or ()), ("maximise", asked.maximise or ())):
        for index, name in enumerate(names):
            keys = (*at, key, index) if len(names) > 1 else (*at, key)
            if name in goals:
                places.say(keys, f"{shown(name)} a second time", "each output as one goal")
            elif _known(name, evaluator, places, keys):
                goals.append(name)
    if asked.kind == "best" and len(goals) > 1:
        places.say(at, f"{len(goals)} goals", "one goal; a pareto has several")
    if asked.kind == "pareto" and len(goals) == 1:
        places.say(at, "1 goal", "two goals or more; a best has one")
    low = high = 0.0
    if asked.output is not None and _known(asked.output, evaluator, places, (*at, "output")) and asked.kind == "histogram":
        info = every[asked.output]
        ends = []
        for key in ("low", "high"):
            value = read_number(getattr(asked, key), info)
            if isinstance(value, Fault):
                places.fault((*at, key), value)
            else:
                ends.append(value)
        if len(ends) == 2:
            low, high = ends
            if low >= high:
                places.say((*at, "high"), f"{high:g} with low = {low:g}", "an upper end above the lower one")
    outputs = [asked.output] if asked.output is not None else [*goals, *(limit.output for limit in limits)]
    return Reduction(
        asked.kind,
        tuple(dict.fromkeys(outputs)),
        asked.at or (),
        low,
        high,
        asked.bins or 0,
        tuple(limits),
        asked.minimise or (),
        asked.maximise or (),
    )
