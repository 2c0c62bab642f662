"""The fused link pass: sample index in; loss, levels, noise, error ratio, sensitivity, margin, laser and watts out, block by block.

A sweep's axes are expanded inside (``draw``), so that a million points cost no memory beyond their answers.  Lowering, levels, error
ratios and the search for the sensitivity are the block kernels of this folder; PAM with another number of levels than four takes the
one-point functions of ``link`` on the same lowered rows.  Valid where those are: Gaussian noise per level, memoryless levels, ISI as an
allowance; quasi-static beats by Gauss rules of four to eight states, or their binned density.
"""

import math

import numpy as np

from . import roles
from ._jit import kernel
from .answers import (
    BAND_CLOSED,
    EYE_CLOSED,
    IMPOSSIBLE,
    NO_LAUNCH,
    OUT_BIAS_W,
    OUT_DSP_LATENCY,
    OUT_EFFICIENCY,
    OUT_ENERGY_PJ,
    OUT_FIBRE_M,
    OUT_LASER_DBM,
    OUT_LASER_ROOM_DB,
    OUT_LASER_W,
    OUT_LAUNCH_DBM,
    OUT_LOG_BER,
    OUT_LOSS_DB,
    OUT_MARGIN_SPEC_DB,
    OUT_MEETS,
    OUT_OTHER_W,
    OUT_OVERLOAD_ROOM_DB,
    OUT_PAYLOAD,
    OUT_POWER_W,
    OUT_PRICE,
    OUT_RX_DBM,
    OUT_STATUS,
    OUTPUTS,
    SOLVED,
    STATED,
)
from .block import (
    AFTER_DB,
    ALPHA,
    BEFORE_DB,
    CHROMATIC,
    COUPLING,
    DGD_GAIN,
    ER,
    FIBRE_M,
    LOSS_DB,
    OPENING,
    PAIRS,
    POWER,
    PROBLEM,
    RATIO,
    ROWS,
    STATE,
    WIDTH,
)
from .draw import TABLE, expand_block
from .energy_block import laser_w, load_w
from .judge_block import (
    BINS,
    judge,
    meets,
    ratios,
    sensitivities,
    sensitivity_level,
)
from .lower_block import (
    DB_PER_NEPER,
    lower_dispersion,
    lower_levels,
    lower_losses,
    lower_receiver,
)
from .reflection import mpi_closure
from .scale import LN10_OVER_10, WATT_PER_MILLIWATT
from .transmitter import fill_levels_w
from .vector import exp_v, log_v

PIECE = 1024  # samples expanded at a time: 16 blocks



@kernel
def _fill(base, rows):
    """Rows at their base values."""
    for k in range(base.shape[0]):
        for i in range(WIDTH):
            rows[k * WIDTH + i] = base[k]


@kernel
def _put(columns, at, here, target_start, target_row, rows):
    """Copy a block of the expanded columns to the rows they move; past the end the last point is repeated."""
    for c in range(target_start.shape[0] - 1):
        for k in range(target_start[c], target_start[c + 1]):
            row = target_row[k] * WIDTH
            rows[row : row + here] = columns[c, at : at + here]
            for i in range(here, WIDTH):
                rows[row + i] = columns[c, at + here - 1]


@kernel
def _put_table(table, offset, sample, here, target_start, target_row, rows):
    """As ``_put`` from columns of a table that begin at ``offset``."""
    for c in range(target_start.shape[0] - 1):
        at = offset[c] + sample
        for k in range(target_start[c], target_start[c + 1]):
            row = target_row[k] * WIDTH
            if here == WIDTH:
                for i in range(WIDTH):
                    rows[row + i] = table[at + i]
            else:
                for i in range(WIDTH):
                    rows[row + i] = table[at + min(i, here - 1)]


@kernel
def _all_tables(expansion, end):
    """Whether samples up to ``end`` are rows of a table as they stand, in every column."""
    found = expansion.source.size > 0 and expansion.factor_id.size == 0
    for c in range(expansion.source.size):
        found &= (expansion.source[c] == TABLE) & (expansion.stride[c] == 1) & (end <= expansion.length[c])
    return found


@kernel
def _asked(kept, rows):
    """Whether any of the rows is asked for."""
    found = False
    for row in rows:
        for k in range(kept.shape[0]):
            found |= kept[k] == row
    return found


@kernel
def _lower(r, b, program, level_count, dispersion):
    """All rows that the physics needs, from the named rows of one corner."""
    lower_losses(r, b, program)
    if dispersion:
        lower_dispersion(r, b, program)
    for i in range(WIDTH):
        gain = b[CHROMATIC + i] * b[DGD_GAIN + i]
        b[PROBLEM + i] = float(BAND_CLOSED) if gain != gain else 0.0
    lower_receiver(r, b, program)
    lower_levels(r, b, program, level_count)
    if program.mpi != roles.QUASI_STATIC and level_count != 4:
        levels = np.empty(level_count)
        for i in range(WIDTH):
            fill_levels_w(1.0, b[ER + i], 1.0, levels)
            closure = mpi_closure(program.bound, levels, b[PAIRS + i])
            b[OPENING + i] = 1.0 - closure
            b[PROBLEM + i] = float(EYE_CLOSED) if closure >= 1.0 else b[PROBLEM + i]
    for i in range(WIDTH):
        fine = (b[ALPHA + i] > 0.0) & (b[ALPHA + i] < math.inf) & (b[ER + i] > 1.0) & (b[ER + i] < math.inf)
        b[PROBLEM + i] = b[PROBLEM + i] if (fine | (b[PROBLEM + i] != 0.0)) else float(IMPOSSIBLE)


@kernel
def _set_points(rw, b, program, task, level, point):
    """Launch OMA that the worst corner asks for: the larger of the clause's minimum and the BER's need, and the guards on top."""
    for i in range(WIDTH):
        need = level[i] + b[LOSS_DB + i] + rw[roles.MARGIN_TARGET_DB + i]
        need = need if task.need_counts & (b[PROBLEM + i] == 0.0) & (b[STATE + i] == 0.0) else math.nan
        tdecq = rw[roles.TDECQ_DB + i]
        if program.tecq:
            tdecq = max(tdecq, rw[roles.TECQ_DB + i])
        clause = max(task.clause_floor_dbm, task.clause_slope_dbm + tdecq + rw[roles.TDECQ_GUARD_DB + i])
        base = need if (not (clause == clause)) | (need > clause) else clause
        guards = rw[roles.SETTING_GUARD_DB + i] + rw[roles.COUPLING_GUARD_DB + i] + rw[roles.AGEING_GUARD_DB + i]
        point[i] = base + guards


@kernel
def _depth_db(r, b, program, need):
    """OMA over the modulator's input in dB, into ``need``: for an EML over its own average."""
    if program.eml:
        for i in range(WIDTH):
            er = b[ER + i]
            need[i] = log_v(2.0 * (er - 1.0) / (er + 1.0)) * DB_PER_NEPER
    elif program.by_drive:
        for i in range(WIDTH):
            er = b[ER + i]
            need[i] = log_v((er - 1.0) / (er + 1.0)) * DB_PER_NEPER  # the swing s, ER = (1 + s)/(1 - s)
    else:
        for i in range(WIDTH):
            need[i] = log_v(1.0 - 1.0 / b[ER + i]) * DB_PER_NEPER


@kernel
def _walk(r, b, program, task, ageing, rooms, rest, point, need, o):
    """Launch, received level, laser need and the rooms from the set point, into rows of ``o``; row POWER for what follows.

    ``rooms``: whether the laser's or the receiver's room, or the clause's margin, is asked for; ``rest``: whether anything that is only copied.
    """
    if rooms or task.want_energy:
        _depth_db(r, b, program, need)
    aged = 1.0 if ageing else 0.0
    for i in range(WIDTH):
        laser = point[i] + b[AFTER_DB + i] + r[roles.MODULATOR_LOSS_DB + i] - need[i] + b[BEFORE_DB + i]
        launch = point[i] - r[roles.SETTING_GUARD_DB + i] - aged * (r[roles.COUPLING_GUARD_DB + i] + r[roles.AGEING_GUARD_DB + i])
        received = launch - b[LOSS_DB + i]
        b[POWER + i] = WATT_PER_MILLIWATT * exp_v(received * LN10_OVER_10) * b[COUPLING + i]
        o[OUT_LAUNCH_DBM * WIDTH + i] = launch
        o[OUT_RX_DBM * WIDTH + i] = received
        o[OUT_LASER_DBM * WIDTH + i] = laser
        o[OUT_LASER_ROOM_DB * WIDTH + i] = r[roles.LASER_MAX_DBM + i] - laser
    if rooms:
        for i in range(WIDTH):
            er = b[ER + i]
            received = o[OUT_RX_DBM * WIDTH + i]
            average_db = log_v((er + 1.0) / (2.0 * (er - 1.0))) * DB_PER_NEPER
            tdecq = max(r[roles.TDECQ_DB + i], r[roles.TECQ_DB + i]) if program.tecq else r[roles.TDECQ_DB + i]
            needed = max(task.rs_floor_dbm, task.rs_offset_dbm + tdecq + r[roles.TDECQ_GUARD_DB + i])
            o[OUT_MARGIN_SPEC_DB * WIDTH + i] = received - task.mpi_allocation_db - needed
            o[OUT_OVERLOAD_ROOM_DB * WIDTH + i] = r[roles.OVERLOAD_DBM + i] - received - average_db
    for i in range(WIDTH):
        received = o[OUT_RX_DBM * WIDTH + i]
        problem = b[PROBLEM + i]
        launched = received == received
        o[OUT_STATUS * WIDTH + i] = problem if problem != 0.0 else (0.0 if launched else float(NO_LAUNCH))
    if not rest:
        return
    for i in range(WIDTH):
        o[OUT_LOSS_DB * WIDTH + i] = b[LOSS_DB + i]
        o[OUT_FIBRE_M * WIDTH + i] = b[FIBRE_M + i]
        o[OUT_PAYLOAD * WIDTH + i] = r[roles.PAYLOAD_RATE + i]
        o[OUT_PRICE * WIDTH + i] = r[roles.PRICE + i]
        o[OUT_DSP_LATENCY * WIDTH + i] = r[roles.DSP_LATENCY + i]


@kernel
def link_points(expansion, first, count, target_start, target_row, base, base_worst, program, program_worst, task, ageing, moves, kept, out):
    """Fill ``out`` (one row per answer in ``kept``) for samples ``first .. first + count - 1``.

    ``base``, ``base_worst``: value of every row (named and elements) in the corner asked for and in the worst one, where SOLVED set
    points are found.  ``target_*``: rows that each column moves (compressed rows).  ``moves`` tells whether any of them enters the
    dispersion penalties; where none does they are computed once.  Status 0: fine; the search's, lowering's and NO_LAUNCH otherwise.
    """
    columns = np.empty((target_start.shape[0] - 1, PIECE + WIDTH // 8))  # rows a power of two apart would share the cache's lines
    r, rw = np.empty(base.shape[0] * WIDTH), np.empty(base.shape[0] * WIDTH)
    b, bw = np.zeros(ROWS * WIDTH), np.zeros(ROWS * WIDTH)
    beat = np.zeros(2 * BINS * WIDTH)
    o = np.zeros(OUTPUTS * WIDTH)
    point, level, need, watts, other = np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH)
    solved = task.set_point == SOLVED
    rooms = _asked(kept, (OUT_MARGIN_SPEC_DB, OUT_OVERLOAD_ROOM_DB, OUT_LASER_ROOM_DB))
    rest = _asked(kept, (OUT_LOSS_DB, OUT_FIBRE_M, OUT_PAYLOAD, OUT_PRICE, OUT_DSP_LATENCY))
    # Points of a table in their order need no expansion: blocks are read where they stand.
    table = _all_tables(expansion, max(min((first + count + WIDTH - 1) // WIDTH * WIDTH, expansion.samples), first + count))
    _fill(base, r)
    _fill(base_worst, rw)
    fresh = True
    # Blocks begin at whole multiples of their width and hold their true neighbours, asked for or not: how many states a block takes
    # depends on its hardest point, and an answer must not depend on how a run is cut.
    begin = first - first % WIDTH
    end = max(min((first + count + WIDTH - 1) // WIDTH * WIDTH, expansion.samples), first + count)
    for start in range(begin, end, PIECE):
        piece = min(PIECE, end - start)
        if columns.shape[0] and not table:
            expand_block(expansion, start, piece, columns)
        for at in range(0, piece, WIDTH):
            here = min(WIDTH, piece - at)
            # The worst corner first, where it sets the launch; one loop over both, because every call here is compiled into its place.
            for corner in range(0 if solved else 1, 2):
                asked = corner == 1
                values, work = (r, b) if asked else (rw, bw)
                lane = program if asked else program_worst
                if table:
                    _put_table(expansion.table, expansion.offset, start + at, here, target_start, target_row, values)
                else:
                    _put(columns, at, here, target_start, target_row, values)
                _lower(values, work, lane, task.level_count, moves | fresh)
                if asked:
                    if not solved:
                        for i in range(WIDTH):
                            point[i] = r[roles.OMA_OUTER_DBM + i] if task.set_point == STATED else task.set_point_dbm
                    _walk(r, b, program, task, ageing, rooms, rest, point, need, o)
                    if task.want_ber:
                        ratios(r, b, program, task, beat)
                        for i in range(WIDTH):
                            o[OUT_LOG_BER * WIDTH + i] = b[RATIO + i] if o[OUT_STATUS * WIDTH + i] == 0.0 else math.nan
                    if task.want_meets:
                        meets(r, b, program, task, beat, o)
                        for i in range(WIDTH):
                            o[OUT_MEETS * WIDTH + i] = o[OUT_MEETS * WIDTH + i] if o[OUT_STATUS * WIDTH + i] == 0.0 else math.nan
                if task.want_sensitivity if asked else task.need_counts:
                    sensitivities(values, work, lane, task, beat)
                    sensitivity_level(work, level)
                if not asked:
                    _set_points(rw, bw, program_worst, task, level, point)
                elif task.want_sensitivity:
                    judge(b, level, o)
            fresh = False
            if task.want_energy:
                for i in range(WIDTH):
                    need[i] = o[OUT_LASER_DBM * WIDTH + i]
                laser_w(r, program.cooled, need, watts)
                load_w(r, task.lanes, task.bits_per_symbol, task.dsp_share, task.has_dsp_part, other)
                for i in range(WIDTH):
                    o[OUT_LASER_W * WIDTH + i] = watts[i]
                    o[OUT_BIAS_W * WIDTH + i] = r[roles.BIAS_W + i]
                    o[OUT_OTHER_W * WIDTH + i] = other[i]
                    o[OUT_EFFICIENCY * WIDTH + i] = r[roles.CONVERSION + i]
                for i in range(WIDTH):
                    # Of a module whose lanes are all alike.
                    own = watts[i] * task.lasers + r[roles.BIAS_W + i] * task.lanes
                    total = (own + other[i]) / r[roles.CONVERSION + i]
                    o[OUT_POWER_W * WIDTH + i] = total
                    o[OUT_ENERGY_PJ * WIDTH + i] = total * 1e12 / r[roles.PAYLOAD_RATE + i]
            low, high = max(first - start - at, 0), min(first + count - start - at, here)
            for k in range(kept.shape[0]):
                row, shift = kept[k] * WIDTH, start + at - first
                for i in range(low, high):
                    out[k, shift + i] = o[row + i]
