"""Checks of a PHY's table against itself: relations that must hold between limits which were read independently.

    receiver offset        rs_offset = srs_oma - secq
    transmitter knee       oma_min_floor - oma_minus_tdecq_min = tdecq_knee
    low-ER knee            oma_min_floor - oma_minus_tdecq_min_low_er = tdecq_knee_low_er
    receiver knee          rs_floor - rs_offset = the same knee
    average power          pavg_rx_min = pavg_tx_min - channel_il_max
    budget closure         rs_offset = oma_minus_tdecq_min - channel_il_max - mpi_alloc
    stressed closure       srs_oma = oma_minus_tdecq_min + tdecq_max - channel_il_max - mpi_alloc
    power budget           power_budget = channel_il_max + tdecq_max + mpi_alloc
    average overload       pavg_rx_max = pavg_tx_max, a link without loss
    OMA overload           oma_rx_max = oma_max, the same
    MPI allocation         oma_minus_tdecq_min - channel_il_max - rs_offset lies between 0.1 and 0.5 dB
    average at the floor   pavg_tx_min - oma_min_floor lies between that of infinite extinction and that of 3.5 dB

A relation says something only if every value in it was seen. A value that was recalled, or solved from the relation itself,
makes it true by construction: the verdict is then "not independent", and the reason names the values. Where a value was not
seen but others that define it were, those take its place, and the reason says so. NRZ is measured by TDEC: its keys say
tdec and sec where those of PAM4 say tdecq and secq.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from photonics.catalog.phys import Phy, phy
from photonics.results.table import Table

# Tables print tenths of a dB, so sums of their values are exact but for rounding in floating point.
TOLERANCE_DB = 0.005
MPI_DB = (0.1, 0.5)
# P_avg/OMA = (ER + 1) / (2 (ER - 1)): at infinite extinction, and at the smallest that the clauses allow, 3.5 dB.
AVERAGE_OVER_OMA_DB = (-3.0103, 1.1636)

HOLDS, FAILS, NOT_INDEPENDENT = "holds", "fails", "not independent"


@dataclass(frozen=True)
class Identity:
    """One relation: both sides and their difference in dB (or dBm), None where a value is lacking, and the verdict.

    `verdict` is "holds", "fails" or "not independent"; `reason` says what the verdict rests on. Where a value must lie in a
    range, `right` is the nearest value inside it, so that a difference of 0 means inside.
    """

    name: str
    equation: str
    left: float | None
    right: float | None
    difference: float | None
    verdict: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return dict(vars(self))


@dataclass(frozen=True)
class _Reading:
    """One way to read a quantity: a signed sum of keys, and in `how` what it stands in for."""

    terms: tuple[tuple[int, str], ...]
    how: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for _, key in self.terms)


# A quantity is read in the first of its ways whose values were all seen.
_Quantity = tuple[_Reading, ...]


def _plain(*keys: str) -> _Quantity:
    """A quantity that has a key of its own, or one of several names."""
    return tuple(_Reading(((1, key),)) for key in keys)


_OFFSET = (
    *_plain("rs_offset"),
    _Reading(((1, "srs_oma"), (-1, "secq")), "rs_offset read as srs_oma - secq"),
    _Reading(((1, "srs_oma"), (-1, "sec")), "rs_offset read as srs_oma - sec"),
)
_STRESS = _plain("secq", "sec")
_SLOPE = _plain("oma_minus_tdecq_min", "oma_minus_tdec_min")
_WORST = _plain("tdecq_max", "tdec_max")
_LOSS = (
    *_plain("channel_il_max"),
    _Reading(((1, "pavg_tx_min"), (-1, "pavg_rx_min")), "channel_il_max read as pavg_tx_min - pavg_rx_min"),
)
_TOP = (
    _Reading(((1, "oma_minus_tdecq_min"), (1, "tdecq_max"))),
    _Reading(((1, "oma_minus_tdec_min"), (1, "tdec_max"))),
    _Reading(((1, "oma_min_at_tdec_max"),), "oma_min_at_tdec_max was seen itself"),
)
_KNEE = (
    _Reading(((1, "oma_min_floor"), (-1, "oma_minus_tdecq_min"))),
    _Reading(((1, "oma_min_floor"), (-1, "oma_minus_tdec_min"))),
    *(_Reading(((1, key),), f"the knee itself was seen: {key}") for key in ("tdecq_knee", "tdec_knee", "tecq_knee")),
)


def _not_seen(table: Phy, keys: Sequence[str]) -> list[str]:
    """The values that keep a relation from being independent, each with the reason."""
    reasons = []
    for key in dict.fromkeys(keys):
        entry = table.get(key)
        if entry is None:
            reasons.append(f"{key} has no value")
        elif entry.confidence not in ("seen", "measured"):
            reasons.append(f"{key} is {entry.confidence}")
    return reasons


def _read(table: Phy, quantity: _Quantity) -> _Reading:
    """The first way all of whose values were seen, else the first that has all values, else the first."""
    for reading in quantity:
        if not _not_seen(table, reading.keys):
            return reading
    for reading in quantity:
        if all(key in table for key in reading.keys):
            return reading
    return quantity[0]


# One side of a relation: quantities with signs.
_Side = tuple[tuple[int, _Quantity], ...]


@dataclass(frozen=True)
class _Relation:
    """`left` equals `right`, or lies in the range `within`."""

    name: str
    equation: str
    left: _Side
    right: _Side = ()
    within: tuple[float, float] | None = None

    def judge(self, table: Phy) -> Identity:
        read = [[(sign, _read(table, quantity)) for sign, quantity in side] for side in (self.left, self.right)]
        readings = [reading for side in read for _, reading in side]
        not_seen = _not_seen(table, [key for reading in readings for key in reading.keys])
        left, right = (_sum(table, side) for side in read)
        if self.within is not None:
            right = None if left is None else min(max(left, self.within[0]), self.within[1])
        difference = None if left is None or right is None else round(left - right, 9)
        if not_seen or difference is None:
            return Identity(self.name, self.equation, left, right, difference, NOT_INDEPENDENT, "; ".join(not_seen))
        verdict = HOLDS if abs(difference) <= TOLERANCE_DB else FAILS
        hows = dict.fromkeys(reading.how for reading in readings if reading.how)
        return Identity(self.name, self.equation, left, right, difference, verdict, "; ".join(["all seen", *hows]))


def _sum(table: Phy, side: Sequence[tuple[int, _Reading]]) -> float | None:
    """The signed sum of a side, None where a value is lacking."""
    if any(key not in table for _, reading in side for key in reading.keys):
        return None
    total = sum(sign * inner * table.number(key) for sign, reading in side for inner, key in reading.terms)
    return round(total, 9)


_RELATIONS = (
    _Relation(
        "receiver offset",
        "rs_offset = srs_oma - secq",
        ((1, _plain("rs_offset")),),
        ((1, _plain("srs_oma")), (-1, _STRESS)),
    ),
    _Relation(
        "transmitter knee",
        "oma_min_floor - oma_minus_tdecq_min = tdecq_knee",
        ((1, _plain("oma_min_floor")), (-1, _SLOPE)),
        ((1, _plain("tdecq_knee", "tdec_knee")),),
    ),
    _Relation(
        "low-ER knee",
        "oma_min_floor - oma_minus_tdecq_min_low_er = tdecq_knee_low_er",
        ((1, _plain("oma_min_floor")), (-1, _plain("oma_minus_tdecq_min_low_er"))),
        ((1, _plain("tdecq_knee_low_er")),),
    ),
    _Relation(
        "receiver knee",
        "rs_floor - rs_offset = oma_min_floor - oma_minus_tdecq_min",
        ((1, _plain("rs_floor")), (-1, _OFFSET)),
        ((1, _KNEE),),
    ),
    _Relation(
        "average power",
        "pavg_rx_min = pavg_tx_min - channel_il_max",
        ((1, _plain("pavg_rx_min")),),
        ((1, _plain("pavg_tx_min")), (-1, _plain("channel_il_max"))),
    ),
    _Relation(
        "budget closure",
        "rs_offset = oma_minus_tdecq_min - channel_il_max - mpi_alloc",
        ((1, _OFFSET),),
        ((1, _SLOPE), (-1, _LOSS), (-1, _plain("mpi_alloc"))),
    ),
    _Relation(
        "stressed closure",
        "srs_oma = oma_minus_tdecq_min + tdecq_max - channel_il_max - mpi_alloc",
        ((1, _plain("srs_oma")),),
        ((1, _TOP), (-1, _LOSS), (-1, _plain("mpi_alloc"))),
    ),
    _Relation(
        "power budget",
        "power_budget = channel_il_max + tdecq_max + mpi_alloc",
        ((1, _plain("power_budget")),),
        ((1, _plain("channel_il_max")), (1, _WORST), (1, _plain("mpi_alloc"))),
    ),
    _Relation(
        "average overload",
        "pavg_rx_max = pavg_tx_max",
        ((1, _plain("pavg_rx_max")),),
        ((1, _plain("pavg_tx_max")),),
    ),
    _Relation(
        "OMA overload",
        "oma_rx_max = oma_max",
        ((1, _plain("oma_rx_max")),),
        ((1, _plain("oma_max")),),
    ),
    _Relation(
        "MPI allocation",
        f"oma_minus_tdecq_min - channel_il_max - rs_offset within {MPI_DB[0]} to {MPI_DB[1]} dB",
        ((1, _SLOPE), (-1, _LOSS), (-1, _OFFSET)),
        within=MPI_DB,
    ),
    _Relation(
        "average at the floor",
        "pavg_tx_min - oma_min_floor within -3.01 dB (infinite extinction) to 1.16 dB (3.5 dB)",
        ((1, _plain("pavg_tx_min")), (-1, _plain("oma_min_floor"))),
        within=AVERAGE_OVER_OMA_DB,
    ),
)


def identities_of(table: Phy | str) -> tuple[Identity, ...]:
    """The relations of a PHY (or of the PHY of that name), judged on seen values only.

    :raises InputError: no such PHY.
    """
    table = phy(table) if isinstance(table, str) else table
    return tuple(relation.judge(table) for relation in _RELATIONS)


def identities_table(table: Phy | str) -> Table:
    """The same as a table to print."""
    table = phy(table) if isinstance(table, str) else table

    def cell(value: float | None) -> str:
        return "-" if value is None else f"{value:.2f}"

    rows = []
    for found in identities_of(table):
        first, *more = textwrap.wrap(found.reason, 38)
        numbers = (cell(number) for number in (found.left, found.right, found.difference))
        rows.append([found.name, *numbers, found.verdict, first])
        rows += [["", "", "", "", "", line] for line in more]
    heads = ["identity", "left", "right", "difference", "verdict", "because"]
    return Table(heads, rows, f"{table.name}: the table against itself, in dB", frozenset({1, 2, 3}))
