"""The evaluator of a design, whatever its kind: found through the table of rooms, so that a new kind needs no change here."""

from importlib import import_module
from pathlib import Path
from typing import Any

from photonics import catalog
from photonics.catalog.index import files as catalog_files
from photonics.errors import InputError, UnsupportedError, shown
from photonics.results.evaluator import Evaluator
from photonics.spec.base import Spec
from photonics.spec.load import schema_kind
from photonics.spec.rooms import ROOMS
from photonics.spec.sweep import SweepSpec

from .axes import Places, document_of


def kind_of(design: str | Path | Spec) -> str:
    """The kind of a design: a spec's own, or that of the schema of the file or catalogue entry.

    :raises InputError: unknown name, missing file, no known schema.
    """
    if isinstance(design, Spec):
        return str(getattr(design, "KIND", "design"))
    return schema_kind(catalog.find(design))


def evaluator(
    design: str | Path | Spec, *, corner: str = "typ", life: str = "end", set_point: str = "held", where: str = ""
) -> Evaluator:
    """The evaluator that the room of this kind of design makes.

    :param design: a catalogue name, a file, or a spec.
    :param where: the place that named the design, for messages.
    :raises InputError: unknown design or condition; ``UnsupportedError``: a kind that no room evaluates at many points.
    """
    kind = kind_of(design)
    module = f"photonics.{ROOMS[kind]}.points" if kind in ROOMS else ""
    try:
        room: Any = import_module(module) if module else None
    except ModuleNotFoundError as missing:
        if missing.name not in (module, module.rpartition(".")[0]):
            raise
        room = None
    if room is None:
        read = f"{shown(design if isinstance(design, str) else str(getattr(design, 'name', design)))}, which is a {kind}"
        raise UnsupportedError.of(where, "design", read, f"a design that can be evaluated at many points: {', '.join(_ready())}")
    made: Evaluator = room.evaluator(design, corner=corner, life=life, set_point=set_point, where=where)
    return made


def _ready() -> list[str]:
    from importlib.util import find_spec

    return [kind for kind, room in ROOMS.items() if find_spec(f"photonics.{room}") and find_spec(f"photonics.{room}.points")]


def evaluator_of(spec: SweepSpec, *, where: str = "") -> Evaluator:
    """The evaluator of a sweep's design, under the conditions that the sweep states.

    :param where: the sweep's file; a design that is a file lies beside it.
    :raises InputError: an unknown design or condition, placed at the sweep's ``design`` unless it has a place of its own.
    """
    places = Places(document_of(where))
    design: str = spec.design
    beside = places.folder / design
    if design not in catalog_files() and beside.is_file():
        design = str(beside)
    try:
        return evaluator(design, corner=spec.corner, life=spec.life, set_point=spec.set_point, where=places.where(("design",)))
    except UnsupportedError:
        raise
    except InputError as error:
        places.take(error, ("design",))
        raise InputError(places.problems) from None
