"""The clause's side of a link: error limit of a lane, launch minimum, receiver requirement."""

import math
from dataclasses import dataclass

from photonics_kernels import fec as fec_kernels

from photonics.catalog import Phy, fact
from photonics.lower.corner import sourced
from photonics.results import Input
from photonics.spec.link import LinkSpec

KP4_N, KP4_T, KP4_BITS = 544, 15, 10
UNCODED_BER = 1e-12


@dataclass(frozen=True)
class Limit:
    """The pre-FEC BER a lane may have, with its logarithms and where it comes from."""

    ber: float
    source: Input
    by_codeword: bool

    @property
    def log_limit(self) -> float:
        """ln of what a sensitivity is measured against: the codeword error ratio at the limit BER, or the BER itself."""
        if not self.by_codeword:
            return math.log(self.ber)
        return float(log_codeword(math.log(self.ber)))


def log_codeword(log_ber: float) -> float:
    """ln of the KP4 codeword error ratio of a bit error ratio given as ln."""
    symbol = fec_kernels.log_rs_symbol_error_ratio(log_ber, KP4_BITS)
    return float(fec_kernels.log_codeword_error_ratio(symbol, KP4_N, KP4_T))


def lane_limit(spec: LinkSpec, phy: Phy) -> Limit:
    """Limit of the optical lane: the PHY's pre-FEC BER with KP4, 1e-12 without a code."""
    quasi_static = spec.analysis.mpi == "quasi-static"
    if spec.fec.code == "none":
        source = Input("uncoded BER target", f"{UNCODED_BER:g}", "usual target of links without a code", "assumed")
        return Limit(UNCODED_BER, source, False)
    value = phy.get("pre_fec_ber_max")
    if value is None:
        # Only the set point and the losses of such a budget are shown: see ``no_limit``.
        share = fact("pmd_ber_share")
        return Limit(share.number, sourced(share), quasi_static)
    return Limit(value.number, sourced(value), quasi_static)


def no_limit(spec: LinkSpec, phy: Phy) -> str | None:
    """Why a lane of this PHY has no error limit to be decided against; None where it has one."""
    if spec.fec.code == "none" or phy.get("pre_fec_ber_max") is not None:
        return None
    return f"{phy.name} has no pre-FEC limit in the catalog ({phy.why_absent('pre_fec_ber_max')})"


@dataclass(frozen=True)
class ClauseMinimum:
    """OMA a transmitter must launch at a given TDECQ: max(floor, A + max(TDECQ, TECQ))."""

    oma_dbm: float
    inputs: tuple[Input, ...]


def clause_minimum(phy: Phy, tdecq_db: float, tecq_db: float | None, guard_db: float) -> ClauseMinimum | None:
    """The clause's launch minimum with its TDECQ guard; None where the PHY's table was not found."""
    floor = phy.get("oma_min_floor")
    # NRZ clauses write TDEC where PAM4 clauses write TDECQ; the line is the same.
    slope = phy.get("oma_minus_tdecq_min") or phy.get("oma_minus_tdec_min")
    if floor is None or slope is None:
        return None
    worst = max(tdecq_db, -math.inf if tecq_db is None else tecq_db) + guard_db
    return ClauseMinimum(max(floor.number, slope.number + worst), (sourced(floor), sourced(slope)))


def receiver_requirement(phy: Phy, tecq_db: float) -> tuple[float, tuple[Input, ...]] | None:
    """OMA a compliant receiver must accept at that TECQ: max(rs_floor, rs_offset + TECQ); None where unknown."""
    floor, offset = phy.get("rs_floor"), phy.get("rs_offset")
    if floor is None or offset is None:
        return None
    return max(floor.number, offset.number + tecq_db), (sourced(floor), sourced(offset))
