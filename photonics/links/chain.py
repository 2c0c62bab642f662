"""One lane's chain, ready for the eye: responses from the description and from measured files, kept while the description stays."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from photonics.electrical.load import load_transfer, load_two_port
from photonics.electrical.two_ports import renormalised
from photonics.errors import InputError
from photonics.lower.chain import Chain
from photonics.lower.eye import Equaliser, Jitter, LaneResponse
from photonics.lower.link import LaneCase
from photonics.spec.response import ResponseSpec


@dataclass(frozen=True, eq=False)
class LaneChain:
    """Response with and without the fibre, equaliser and jitter of a lane in a corner."""

    response: LaneResponse
    equaliser: Equaliser
    jitter: Jitter


class MeasuredFiles:
    """Reads the measured responses of a chain onto its grid, with all checks of ``photonics.electrical``."""

    def __init__(self, corner: str) -> None:
        self._corner = corner  # a file has one state: the same in every corner

    def two_port(self, r: ResponseSpec, frequency_hz: np.ndarray, symbol_rate_hz: float, reference_ohm: float) -> tuple[Any, str]:
        """S11, S12, S21, S22 (4 x K) of a Touchstone file in a reference, and how it was continued."""
        found = load_two_port(
            r.path, ports=r.ports, frequency_hz=frequency_hz, symbol_rate_hz=symbol_rate_hz, beyond=r.beyond, passive=True
        )
        return renormalised(found, reference_ohm).s, "; ".join(found.notes)

    def transfer(self, r: ResponseSpec, frequency_hz: np.ndarray, symbol_rate_hz: float) -> tuple[np.ndarray, str]:
        """A table's transfer relative to DC, and how it was continued."""
        found = load_transfer(
            r.path, ports=None, frequency_hz=frequency_hz, symbol_rate_hz=symbol_rate_hz, source_ohm=None, load_ohm=None,
            beyond=r.beyond, phase=r.phase, passive=False,
        )  # fmt: skip
        if abs(found.values[0]) == 0.0:
            raise InputError.of(str(r.path), "chain.response", "a response that is 0 at DC", "one that passes DC: it is taken relative to that")
        return found.values / found.values[0], found.note


def lane_chain(case: LaneCase, *, fibre: bool = True) -> LaneChain:
    """The chain of a lane's case; ``fibre`` says whether its dispersion and DGD are in the response."""
    return _kept(_Key(case, fibre))


class _Key:
    """What a response depends on: the chain, the symbol rate, the corner, the fibre."""

    def __init__(self, case: LaneCase, fibre: bool) -> None:
        self.case, self.fibre = case, fibre
        spec = case.spec
        self._told = (spec.chain, spec.signal, spec.electronics.ffe_taps, case.corner, case.distortion if fibre else None)
        # Of all of it: specs that share a hash are compared field by field, which takes a hundred times as long.
        self._hash = hash(self._told)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.fibre == other.fibre and self._told == other._told


@lru_cache(maxsize=256)
def _kept(key: _Key) -> LaneChain:
    case = key.case
    chain = Chain(case.spec, case.corner, MeasuredFiles(case.corner))
    return LaneChain(chain.lane(case.distortion if key.fibre else None), chain.equaliser(), chain.jitter())
