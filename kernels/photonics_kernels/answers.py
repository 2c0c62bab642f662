"""Rows of the fused pass's answers, and what holds for every point of a call."""

from typing import NamedTuple

import numpy as np

HELD, STATED, SOLVED = 0, 1, 2

# Statuses of a point.
(FINE, NO_ROOT_FLOOR, NO_ROOT_BELOW, NOT_CONVERGED, BAND_CLOSED, EYE_CLOSED, IMPOSSIBLE, NO_LAUNCH) = range(8)

# Rows of the answers.
(
    OUT_LOSS_DB,
    OUT_LAUNCH_DBM,
    OUT_RX_DBM,
    OUT_LOG_BER,
    OUT_SENSITIVITY_DBM,
    OUT_MARGIN_DB,
    OUT_MARGIN_SPEC_DB,
    OUT_OVERLOAD_ROOM_DB,
    OUT_LASER_DBM,
    OUT_LASER_ROOM_DB,
    OUT_LASER_W,
    OUT_OTHER_W,
    OUT_EFFICIENCY,
    OUT_FIBRE_M,
    OUT_PAYLOAD,
    OUT_PRICE,
    OUT_DSP_LATENCY,
    OUT_STATUS,
    OUT_MEETS,
    OUT_BIAS_W,
    OUT_POWER_W,
    OUT_ENERGY_PJ,
) = range(22)
OUTPUTS = 22


class Pass(NamedTuple):
    """What holds for every point of a call.

    level_count, bits_per_symbol    of the PAM
    log_limit, by_codeword          natural logarithm of the limit, of the BER or of the KP4 codeword error ratio
    log_limit_ber                   that of the BER in either case
    start_q                         Q of the top eye from which the search starts
    table, table_slopes             codeword table of ``sense_block``
    set_point, set_point_dbm        HELD (at ``set_point_dbm``), STATED (by the design), SOLVED (again at every point)
    clause_floor_dbm, clause_slope_dbm   launch minimum max(floor, slope + TDECQ); NaN where the clause has none
    mpi_allocation_db, rs_floor_dbm, rs_offset_dbm   the clause's receiver lines; NaN where there are none
    need_counts                     False where the design's BER decides nothing
    lanes, lasers, dsp_share, has_dsp_part  energy
    want_ber, want_sensitivity, want_meets, want_energy   what to compute
    """

    level_count: int
    bits_per_symbol: float
    log_limit: float
    log_limit_ber: float
    by_codeword: bool
    start_q: float
    table: np.ndarray
    table_slopes: np.ndarray
    set_point: int
    set_point_dbm: float
    clause_floor_dbm: float
    clause_slope_dbm: float
    mpi_allocation_db: float
    rs_floor_dbm: float
    rs_offset_dbm: float
    need_counts: bool
    lanes: int
    lasers: int
    dsp_share: float
    has_dsp_part: tuple[bool, bool, bool]
    want_ber: bool
    want_sensitivity: bool
    want_meets: bool
    want_energy: bool
