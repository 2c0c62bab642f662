"""A link at many points: the evaluator that sweeps and studies drive, over the fused pass.

A point is one draw of the design's scalars, the same for all lanes of the module; margins, error ratios and rooms are those of the worst
distinct lane, watts those of the whole module.  ``set_point`` says how the launch is set: ``held``, as the unchanged design sets itself
once (a stated ``oma_outer`` moves with its axis); ``solved``, anew at every point as ``budget`` would for a design with those values.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photonics import catalog
from photonics.errors import InputError, key_text, nearest, shown
from photonics.lower.points import has_eye, moves_chain, moves_dispersion, rows_moved
from photonics.results.evaluator import Choices, OutputInfo, Parameter
from photonics.spec.base import slots_of
from photonics.spec.corner import check_corner, check_life
from photonics.spec.link import LinkSpec

from .outputs import OUTPUTS, STATUSES

if TYPE_CHECKING:
    from .bound import BoundLink

SET_POINTS = ("held", "solved")
Keys = tuple[str | int, ...]


class LinkPoints:
    """Evaluator of a link design in a corner and age (protocol ``photonics.results.evaluator.Evaluator``)."""

    kind = "link"
    outputs: Mapping[str, OutputInfo] = OUTPUTS
    statuses: Mapping[int, str] = STATUSES

    def __init__(self, spec: LinkSpec, corner: str = "typ", life: str = "end", set_point: str = "held") -> None:
        check_corner(corner)
        check_life(life)
        if set_point not in SET_POINTS:
            raise InputError.of("", "set_point", shown(set_point), "held or solved", nearest(str(set_point), SET_POINTS))
        self.spec, self.corner, self.life, self.set_point = spec, corner, life, set_point

    @property
    def name(self) -> str:
        """Name of the design."""
        return self.spec.name

    def document(self) -> dict[str, Any]:
        """Design, corner, age and set point: all that the numbers depend on beside axes, catalogue and package."""
        return {"design": self.spec.as_document(), "corner": self.corner, "life": self.life, "set_point": self.set_point}

    @cached_property
    def scalars(self) -> dict[str, tuple[Keys, Any, Any]]:
        return {key_text(keys): (keys, scalar, kind) for keys, scalar, kind in self.spec.scalars()}

    def parameters(self) -> tuple[Parameter, ...]:
        """Every scalar that moves an output, in the order of the design."""
        return tuple(
            Parameter(path, kind, scalar, self._value(keys, scalar))
            for path, (keys, scalar, kind) in self.scalars.items()
            if self._moves(keys)
        )

    def _value(self, keys: Keys, scalar: Any) -> float:
        section: Any = self.spec
        for key in keys[:-1]:
            section = section[key] if isinstance(key, int) else getattr(section, key)
        side = type(section).worst_side(str(keys[-1]))
        return float(scalar.typ if side == "either" else scalar.corner(self.corner, side))

    def _moves(self, keys: Keys) -> bool:
        if keys[-1] == "margin_target" and self.set_point == "held":
            return False  # it sets the launch, and a launch that is held is set already
        return any(self.rows(lane, keys) or self.in_chain(lane, keys) for lane in self.distinct)

    def parameter(self, path: str) -> Parameter:
        """The parameter of a spelling; an alias gives the first of the elements that it stands for."""
        plain = self.canonical(path)[0]
        keys, scalar, kind = self.scalars[plain]
        return Parameter(path, kind, scalar, self._value(keys, scalar))

    def canonical(self, path: str) -> tuple[str, ...]:
        """Plain paths behind ``fibre.length`` (all fibres), ``path.NAME.length`` or a plain path itself."""
        found = [plain for plain in self.scalars if plain == path or path in self._spellings(plain)]
        movable = [plain for plain in found if self._moves(self.scalars[plain][0])]
        if movable:
            return tuple(movable)
        if found:
            allowed = "a scalar that moves one of the outputs: " + ", ".join(OUTPUTS)
            raise InputError.of("", "path", f"{shown(path)}, which moves none of them", allowed)
        known = [p.path for p in self.parameters()]
        known += [s for p in known for s in self._spellings(p)]
        close = nearest(path, known) or nearest(path.rpartition(".")[2], [k.rpartition(".")[2] for k in known])
        raise InputError.of("", "path", shown(path), f"a scalar of {self.name}, such as receiver.noise_density", close)

    def _spellings(self, plain: str) -> tuple[str, ...]:
        keys = self.scalars[plain][0]
        if keys[0] == "chain" and isinstance(keys[2], int):
            return (f"chain.{keys[1]}.{getattr(self.spec.chain, str(keys[1]))[keys[2]].name}.{keys[3]}",)
        if keys[0] not in ("path", "transmit_path"):
            return ()
        element = getattr(self.spec, str(keys[0]))[keys[1]]
        more = (f"fibre.{keys[2]}",) if element.kind == "fibre" else ()
        return (f"{keys[0]}.{element.name}.{keys[2]}", *more)

    def choices(self, path: str, values: Sequence[str]) -> tuple[str, ...]:
        """Values of a choice axis: designs, parts of a section, or the words of a field."""
        for value in values:
            self._chosen(((path, value),))
        return tuple(values)

    def _chosen(self, choices: Choices) -> LinkSpec:
        """The spec that the choices give: another design first, then parts and words over it."""
        spec = self.spec
        for path, value in choices:
            if path == "design":
                spec = catalog.load_link(value)
        changed = [(path, value) for path, value in choices if path != "design"]
        if not changed:
            return spec
        tables = spec.as_document()
        for path, value in changed:
            section, _, field = path.partition(".")
            slot = slots_of(LinkSpec).fields.get(section)
            inner = slots_of(slot.model).fields if slot is not None and slot.form == "table" and slot.model is not None else {}
            if field not in inner or inner[field].form != "plain":
                known = [f"{s}.{f}" for s, o in slots_of(LinkSpec).fields.items() if o.form == "table" and o.model is not None
                         for f, p in slots_of(o.model).fields.items() if p.form == "plain"]
                allowed = "design, or a field with words such as receiver.part or analysis.bound"
                raise InputError.of("", "path", f"{shown(path)} with a choice", allowed, nearest(path, ["design", *known]))
            # A part stands for the whole section: keys that the design puts over its own part go with it.
            tables[section] = {"part": value} if field == "part" else {**tables[section], field: value}
        from photonics.spec.load import parse_link

        return parse_link(tables, lookup_part=catalog.loading.lookup_part, where=spec.name)

    @cached_property
    def distinct(self) -> dict[int, int]:
        """Lane -> how many lanes it stands for."""
        special = {lane.index for lane in self.spec.lane}
        lanes = int(self.spec.signal.lanes)
        found = {i: 1 for i in sorted(special)}
        plain = [i for i in range(lanes) if i not in special]
        if plain:
            found[plain[0]] = len(plain)
        return dict(sorted(found.items()))

    def own(self, lane: int, keys: Keys) -> Keys | None:
        """The scalar of the lane's own spec that a scalar of the link moves; None where the lane has replaced it."""
        if keys[0] == "lane":
            return keys[2:] if self.spec.lane[int(keys[1])].index == lane else None
        for override in self.spec.lane:
            if override.index == lane:
                replaced = getattr(override, str(keys[0]), None)
                if replaced is not None and keys[0] in ("path", "transmit_path"):
                    return None  # a list of elements of its own: the link's elements are not in it
                mine, theirs = _at(self.spec.for_lane(lane), keys), _at(self.spec, keys)
                if replaced is not None and mine != theirs:
                    return None
        return keys

    def rows(self, lane: int, keys: Keys) -> list[int]:
        """Rows of a lane that a scalar moves: its own scalar, or the link's where the lane has not replaced it."""
        own = self.own(lane, keys)
        if own == ("receiver", "equalised_penalty") and has_eye(self.spec):
            return []  # the eye says what stands in its row
        return [] if own is None else rows_moved(self.spec.for_lane(lane), own)

    def in_chain(self, lane: int, keys: Keys) -> bool:
        """Whether a scalar moves the chain of a lane, and so its eye and the closed form's penalty."""
        own = self.own(lane, keys)
        return own is not None and moves_chain(self.spec.for_lane(lane), own)

    def explain_plan(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Which columns are computed per block because several axes meet in them, and what is computed once."""
        columns: dict[str, list[str]] = {}
        chain: list[str] = []
        for path in paths:
            for plain in self.canonical(path):
                keys = self.scalars[plain][0]
                if any(self.in_chain(lane, keys) for lane in self.distinct):
                    chain.append(path)
                if not any(self.rows(lane, keys) for lane in self.distinct):
                    continue
                columns.setdefault("dispersion penalty" if moves_dispersion(keys) else _column(keys), []).append(path)
                if keys[-1] == "length":
                    columns.setdefault("loss", []).append(path)
        lines = ["axis values are read and checked once; decibels become ratios in the kernel, block by block"]
        for column, drivers in columns.items():
            names = ", ".join(dict.fromkeys(drivers))
            lines.append(f"{column}: per block, from {names}" if len(set(drivers)) > 1 else f"{column}: from {names}")
        if "dispersion penalty" not in columns:
            lines.append("dispersion penalty: once, no axis moves it")
        if chain:
            names = ", ".join(dict.fromkeys(chain))
            lines.append(f"penalty of the eye: once for each distinct combination of {names} in a block, some 10 ms each; drawn ones by a curve each")
        elif has_eye(self.spec):
            lines.append("penalty of the eye: once, no axis moves the chain; a curve for each scalar of noise and levels that moves")
        if self.spec.signal.format != "PAM4":
            lines.append(f"{self.spec.signal.format}: point by point (the vector form is for PAM4), some 100 times slower")
        return tuple(lines)

    def bind(self, choices: Choices, paths: Sequence[str], outputs: Sequence[str]) -> "BoundLink":
        """The variant of the choices with ``paths`` as columns."""
        for name in outputs:
            if name not in OUTPUTS:
                raise InputError.of("", "outputs", shown(name), "one of " + ", ".join(OUTPUTS), nearest(name, OUTPUTS))
        from .bound import BoundLink  # brings the kernels: what is wrong is told before

        other = LinkPoints(self._chosen(choices), self.corner, self.life, self.set_point) if choices else self
        return BoundLink(other, tuple(paths), tuple(outputs))


def _column(keys: Keys) -> str:
    if keys[0] == "path":
        return "reflections" if keys[-1] == "return_loss" else "loss"
    return {"laser": "laser", "electronics": "watts", "module": "price"}.get(str(keys[0]), f"{keys[0]} {keys[-1]}")


def _at(spec: Any, keys: Keys) -> Any:
    for key in keys:
        try:
            spec = spec[key] if isinstance(key, int) else getattr(spec, key)
        except IndexError:
            return None
    return spec


def evaluator(
    design: str | Path | LinkSpec, *, corner: str = "typ", life: str = "end", set_point: str = "held", where: str = ""
) -> LinkPoints:
    """The evaluator of a design, by catalogue name, file or spec; ``where`` is the file that names it."""
    spec = design if isinstance(design, LinkSpec) else catalog.load_link(design)
    return LinkPoints(spec, corner, life, set_point)
