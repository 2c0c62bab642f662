"""A lane as the fused pass wants it: one base value per row, what does not change, and which rows a path of the design moves.

The other way down the staircase (``lower.link``) makes one lane in one corner with every term named; this one makes many points with
none.  Both read the same fields at the same ends, and a test holds every shipped design against both.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from photonics_kernels import roles

from photonics.spec.link import LinkSpec

from .corner import at, ends

_STAGES = {"before_modulator": roles.BEFORE_MODULATOR, "after_modulator": roles.AFTER_MODULATOR}
Keys = tuple[str | int, ...]


def _elements(spec: LinkSpec) -> list[Any]:
    """Elements in the order light meets them: inside the module, then the channel."""
    return [*spec.transmit_path, *spec.path]


def base_rows(spec: LinkSpec, corner: str) -> np.ndarray:
    """Value of every row of ``roles`` for one lane in a corner; NaN where the design has none."""
    values = np.full(roles.NAMED + roles.ELEMENT_ROWS * len(_elements(spec)), math.nan)
    for row, name in enumerate(roles.NAMES):
        section, _, field = name.rstrip("<>").partition(".")
        values[row] = _value(getattr(spec, section), field, name[-1], corner)
    for e, element in enumerate(_elements(spec)):
        for k, name in enumerate(roles.ELEMENT_FIELDS):
            if hasattr(element, name.rstrip("<>")):
                values[roles.NAMED + e * roles.ELEMENT_ROWS + k] = _value(element, name.rstrip("<>"), name[-1], corner)
    return values


def _value(section: Any, field: str, end: str, corner: str) -> float:
    if getattr(section, field) is None:
        return math.nan
    if end in "<>":
        both = ends(section, field, corner)
        return both[0] if end == "<" else both[-1]
    return at(section, field, corner)


def program(spec: LinkSpec, corner: str) -> roles.LaneProgram:
    """What of one lane is the same at every point."""
    from .link import BOUNDS  # brings the kernels: the rest of this file, which checks paths, must do without

    elements = _elements(spec)
    fibres = [e for e in spec.path if e.kind == "fibre"]
    inside = len(spec.transmit_path)

    def kind(place: int, element: Any) -> int:
        if place < inside:
            return _STAGES[element.stage]
        return int(roles.FIBRE if element.kind == "fibre" else roles.CHANNEL)

    def flags(values: Sequence[bool]) -> np.ndarray:
        return np.array(values, dtype=np.bool_)

    return roles.LaneProgram(
        element_kind=np.array([kind(i, e) for i, e in enumerate(elements)], dtype=np.int64),
        element_count=np.array([getattr(e, "count", 1) for e in elements], dtype=np.int64),
        element_by_loss=flags([e.loss is not None for e in elements]),
        element_reflects=flags([getattr(e, "return_loss", None) is not None for e in elements]),
        element_pdl=flags([getattr(e, "pdl", None) is not None for e in elements]),
        element_splits=flags([getattr(e, "ways", None) is not None for e in elements]),
        cooled=spec.laser.temperature is not None,
        rin_average=spec.laser.rin_avg is not None,
        by_drive=spec.modulator.extinction_ratio is None,
        eml=spec.laser.kind == "eml",
        avalanche=spec.receiver.gain is not None,
        converter=spec.receiver.adc_enob is not None,
        optimal=spec.receiver.thresholds == "optimal",
        tecq=spec.launch.tecq is not None,
        worst_polarisation=corner == "worst",
        mpi=roles.QUASI_STATIC if spec.analysis.mpi == "quasi-static" else roles.UPPER_BOUND,
        bound=int(BOUNDS[spec.analysis.bound]),
        wavelengths=len(ends(spec.signal, "wavelength", corner)),
        alphas=len(ends(spec.modulator, "chirp_alpha", corner)),
        zeros=max((len(ends(f, "zero_dispersion_wavelength", corner)) for f in fibres), default=1),
        worse=1 if corner == "worst" else -1,
    )


def rows_moved(spec: LinkSpec, keys: Keys) -> list[int]:
    """Rows that a scalar of the lane's spec stands in; none if the fused pass does not read it."""
    found = []
    if len(keys) == 2:
        name = f"{keys[0]}.{keys[1]}"
        found = [row for row, text in enumerate(roles.NAMES) if text.rstrip("<>") == name]
    elif keys[0] in ("transmit_path", "path") and isinstance(keys[1], int):
        place = keys[1] + (len(spec.transmit_path) if keys[0] == "path" else 0)
        first = roles.NAMED + place * roles.ELEMENT_ROWS
        found = [first + k for k, text in enumerate(roles.ELEMENT_FIELDS) if text.rstrip("<>") == keys[2]]
    return found


def moves_dispersion(keys: Keys) -> bool:
    """Whether a scalar enters the dispersion or DGD penalty; a lane's own scalar as well as the link's."""
    keys = keys[2:] if keys[0] == "lane" else keys
    return keys[-1] in ("wavelength", "symbol_rate", "chirp_alpha", "zero_dispersion_wavelength", "dispersion_slope", "dgd") or (
        keys[0] == "path" and keys[-1] == "length"
    )


def has_eye(spec: LinkSpec) -> bool:
    """Whether the statistical eye answers for this link: it has a chain, and its symbols are Gray-coded."""
    return spec.chain is not None and spec.signal.format != "PAM6"


def moves_chain(spec: LinkSpec, keys: Keys) -> bool:
    """Whether a scalar of the lane's spec enters its responses, equaliser or jitter."""
    if not has_eye(spec) or spec.chain is None:
        return False
    if keys == ("electronics", "ffe_taps"):
        return spec.electronics.retiming == "both"  # elsewhere the host equalises
    if keys == ("signal", "wavelength"):
        return any(r.quality_factor is not None for r in spec.chain.response)  # a ring's lifetime
    return keys[0] == "chain" or keys == ("signal", "symbol_rate")
