"""Error ratios, sensitivities and verdicts of a block of lowered points, with as many beat states as its beat asks for.

PAM with another number of levels than four takes the one-point functions of ``link`` on the same lowered rows.
"""

import math

import numpy as np

from . import roles
from ._jit import kernel
from .answers import OUT_MARGIN_DB, OUT_MEETS, OUT_RX_DBM, OUT_SENSITIVITY_DBM, OUT_STATUS
from .beat_block import eight_states, four_states, six_states, strength
from .block import (
    ALPHA,
    BAND,
    BEAT,
    BEAT_SQUARE,
    BETA2,
    BETA3,
    COUPLING,
    DARK_A,
    DENSITY,
    DOWN0,
    DOWN1,
    DOWN2,
    ER,
    EXCESS,
    FOUND,
    GAMMA2,
    GAMMA3,
    GAP2,
    LOSS_DB,
    NOISE_GAIN,
    OPENING,
    PAIRS,
    POWER,
    PROBLEM,
    QUANTISATION,
    RATIO,
    RESPONSIVITY_A_W,
    RIN_AVG,
    RIN_OMA,
    SHIFT0,
    SHIFT1,
    SHIFT2,
    SHIFT3,
    SNDR,
    STATE,
    STATE_LOG,
    UP0,
    UP1,
    UP2,
    WIDTH,
)
from .link import LinkRows, mean_over_states, row_log_ber, sensitivity_dbm
from .lower_block import (
    KM,
)
from .pam4_block import prepare, state_log_ber
from .reflection import beat_state_density, pair_amplitudes
from .scale import LN10_OVER_10, WATT_PER_MILLIWATT, db_to_ratio, dbm_to_w
from .sense_block import ERRORS_TO_FAIL, log_ratio, mean_log_ratio, sensitivity_block
from .vector import log_v

FAR_BELOW_Q = 2.4  # Q of a limit (6e-3) above which tails over a second threshold move the root by less than 1e-8 dB: Q(3 x 2.4) is 5e-11 of Q(2.4)
BINS = 129  # of the beat's density where it is binned
FOUR_UP_TO, SIX_UP_TO, EIGHT_UP_TO = 2.5, 6.0, 10.0  # strengths: the mean is off by 1e-4 at most (1e-6 dB of a KP4 limit), see beat_block
FINER = 4.0  # a BER itself is wanted to 1e-8: states are chosen as for a beat of four times the strength
SLACK = 1e-6  # in ln BER: what the pessimist may be wrong by


@kernel
def _binned(r, b, program, beat):
    """States of the binned density of the beat, point by point: for beats too strong for a few nodes; as ``budget`` takes them."""
    faces = 2
    for e in range(program.element_kind.shape[0]):
        if program.element_reflects[e]:
            faces += program.element_count[e]
    reflectance, span = np.empty(faces), np.empty(faces - 1)
    amplitudes = np.empty(faces * (faces - 1) // 2)
    mass = np.empty(BINS)
    for i in range(WIDTH):
        at, since = 0, 0.0
        reflectance[0] = db_to_ratio(-r[roles.LAUNCH_RETURN_DB + i])
        channel = 0.0
        for e in range(program.element_kind.shape[0]):
            if program.element_kind[e] != roles.CHANNEL and program.element_kind[e] != roles.FIBRE:
                continue
            row = (roles.NAMED + e * roles.ELEMENT_ROWS) * WIDTH
            loss = r[row + roles.LOSS + i]
            if not program.element_by_loss[e]:
                loss = r[row + roles.LENGTH + i] / KM * r[row + roles.ATTENUATION + i]
            channel += program.element_count[e] * loss
            for _ in range(program.element_count[e]):
                if program.element_reflects[e]:
                    span[at] = db_to_ratio(-(since + loss / 2.0))
                    at += 1
                    reflectance[at] = db_to_ratio(-r[row + roles.RETURN + i])
                    since = loss / 2.0
                else:
                    since += loss
        since += b[LOSS_DB + i] - channel  # the worst polarisation's share
        span[at] = db_to_ratio(-since)
        reflectance[at + 1] = db_to_ratio(-r[roles.RECEIVER_RETURN_DB + i])
        total = pair_amplitudes(reflectance, span, amplitudes)
        edges = np.linspace(-total, total, BINS + 1)
        if total > 0.0:
            beat_state_density(amplitudes, edges, mass)
        else:
            mass[:] = 1.0 / BINS
        for s in range(BINS):
            beat[s * WIDTH + i] = (edges[s] + edges[s + 1]) / 2.0
            beat[(BINS + s) * WIDTH + i] = mass[s]


@kernel
def _states(r, b, program, beat, q, errors):
    """Fill ``beat`` with as many states as its strength asks for, for the hardest point of the block; returns how many."""
    if program.mpi != roles.QUASI_STATIC:
        return 1
    most = strength(b, q, errors)
    if most <= FOUR_UP_TO:
        four_states(b, beat)
        return 4
    if most <= SIX_UP_TO:
        six_states(b, beat)
        return 6
    if most <= EIGHT_UP_TO:
        eight_states(b, beat)
        return 8
    _binned(r, b, program, beat)
    return BINS


@kernel
def _as_rows(r, b, program, beat, states, level_count, log_limit, by_codeword):
    """The block's lowered rows as arrays of the one-point functions."""
    x, mass = np.zeros((WIDTH, states)), np.ones((WIDTH, states))
    enob, rlm = np.empty(WIDTH), np.empty(WIDTH)
    for i in range(WIDTH):
        q = b[QUANTISATION + i]
        enob[i] = -0.5 * math.log(12.0 * q) / math.log(2.0) if q > 0.0 else math.inf
        rlm[i] = r[roles.RLM + i] if level_count > 2 else 1.0
        if states > 1:
            for s in range(states):
                x[i, s], mass[i, s] = beat[s * WIDTH + i], beat[(states + s) * WIDTH + i]
    one = np.ones(WIDTH)
    return LinkRows(
        np.full(WIDTH, level_count), one, b[ER : ER + WIDTH].copy(), rlm, b[COUPLING : COUPLING + WIDTH].copy(),
        b[OPENING : OPENING + WIDTH].copy(), b[NOISE_GAIN : NOISE_GAIN + WIDTH].copy(),
        b[RESPONSIVITY_A_W : RESPONSIVITY_A_W + WIDTH].copy(), b[DARK_A : DARK_A + WIDTH].copy(), b[EXCESS : EXCESS + WIDTH].copy(),
        b[DENSITY : DENSITY + WIDTH].copy(), b[BAND : BAND + WIDTH].copy(), b[RIN_AVG : RIN_AVG + WIDTH].copy(),
        b[RIN_OMA : RIN_OMA + WIDTH].copy(), b[SNDR : SNDR + WIDTH].copy(), enob, one, np.full(WIDTH, program.optimal),
        b[BEAT_SQUARE : BEAT_SQUARE + WIDTH].copy(), np.full(WIDTH, log_limit), np.full(WIDTH, by_codeword), x, mass,
    )


@kernel
def _received_q(b):
    """Largest Q of the top eye at the block's POWER: how steep the error ratio is where it is asked for."""
    most = 0.0
    for i in range(WIDTH):
        p = b[POWER + i]
        s2 = math.sqrt(b[ALPHA + i] + p * (b[BETA2 + i] + p * b[GAMMA2 + i]))
        s3 = math.sqrt(b[ALPHA + i] + p * (b[BETA3 + i] + p * b[GAMMA3 + i]))
        most = max(most, b[GAP2 + i] * p / (s2 + s3))
    return most


@kernel
def _steepness(task):
    """Wrong symbols that fail a codeword, over the width of the eyes relative to PAM4's, whose gap the strength is reckoned with."""
    return (ERRORS_TO_FAIL if task.by_codeword else 1.0) * (task.level_count - 1) / 3.0


@kernel
def ratios(r, b, program, task, beat):
    """Row RATIO: ln of the mean BER at the block's POWER."""
    # Rows of gaps and Q are PAM4's: an eye of M levels is 3/(M-1) of them wide, a received Q as many times larger.
    q = _received_q(b) if program.mpi == roles.QUASI_STATIC else 0.0
    states = _states(r, b, program, beat, q, FINER * 3.0 / (task.level_count - 1))
    if task.level_count == 4:
        log_ratio(b, beat, states, True, program.optimal, False, task.table, task.table_slopes)
        return
    rows = _as_rows(r, b, program, beat, states, task.level_count, task.log_limit, False)
    log_ber, noise = np.empty(rows.state_x.shape[1]), np.empty(6)
    for i in range(WIDTH):
        b[RATIO + i] = math.nan
        if b[PROBLEM + i] == 0.0:
            row_log_ber(rows, i, b[POWER + i] / b[COUPLING + i], log_ber, noise)
            b[RATIO + i] = mean_over_states(rows, i, log_ber, False)


@kernel
def sensitivities(r, b, program, task, beat):
    """Rows FOUND and STATE: outer OMA at the photodiode at the limit, and its status."""
    states = _states(r, b, program, beat, task.start_q, _steepness(task))
    if task.level_count == 4:
        far = task.start_q < FAR_BELOW_Q
        sensitivity_block(
            b, beat, states, far, program.optimal, task.by_codeword, task.table, task.table_slopes, task.log_limit,
            task.log_limit_ber, task.start_q,
        )
        return
    rows = _as_rows(r, b, program, beat, states, task.level_count, task.log_limit, task.by_codeword)
    log_ber, noise = np.empty(rows.state_x.shape[1]), np.empty(6)
    for i in range(WIDTH):
        b[FOUND + i], b[STATE + i] = math.nan, 0.0
        if b[PROBLEM + i] == 0.0:
            root, status = sensitivity_dbm(rows, i, -5.0, log_ber, noise)
            b[FOUND + i], b[STATE + i] = dbm_to_w(root) * b[COUPLING + i], float(status)


@kernel
def sensitivity_level(b, out_dbm):
    """Sensitivities at TP3 in dBm, NaN without a root."""
    for i in range(WIDTH):
        p = b[FOUND + i] / (b[COUPLING + i] * WATT_PER_MILLIWATT)
        out_dbm[i] = log_v(p) / LN10_OVER_10 if p > 0.0 else math.nan


@kernel
def _pessimist_meets(b, program, task):
    """Whether the limit is met in the whole block even with every level moved towards its thresholds by the whole beat."""
    prepare(b, program.optimal)
    if program.mpi == roles.QUASI_STATIC:
        for i in range(WIDTH):
            beat_w = b[PAIRS + i] * b[POWER + i]
            b[UP0 + i] -= b[SHIFT0 + i] * beat_w
            b[UP1 + i] -= b[SHIFT1 + i] * beat_w
            b[UP2 + i] -= b[SHIFT2 + i] * beat_w
            b[DOWN0 + i] -= b[SHIFT1 + i] * beat_w
            b[DOWN1 + i] -= b[SHIFT2 + i] * beat_w
            b[DOWN2 + i] -= b[SHIFT3 + i] * beat_w
    for i in range(WIDTH):
        b[BEAT + i] = 0.0
    state_log_ber(b, True)
    short = 0
    for i in range(WIDTH):
        short += 0 if b[STATE_LOG + i] <= task.log_limit_ber - SLACK else 1
    return short == 0


@kernel
def meets(r, b, program, task, beat, o):
    """Row OUT_MEETS: 1 where the mean error ratio at the received power is at most the limit, 0 where it is not.

    A pessimist comes first: every level moved towards its thresholds by the whole beat.  Where even that meets the limit in the whole
    block, no state has to be averaged.
    """
    if task.level_count == 4 and _pessimist_meets(b, program, task):
        for i in range(WIDTH):
            o[OUT_MEETS * WIDTH + i] = 1.0
        return
    states = _states(r, b, program, beat, task.start_q, _steepness(task))
    if task.level_count == 4:
        mean_log_ratio(b, beat, states, True, program.optimal, task.by_codeword, task.table, task.table_slopes)
        for i in range(WIDTH):
            o[OUT_MEETS * WIDTH + i] = 1.0 if b[RATIO + i] <= task.log_limit else 0.0
        return
    rows = _as_rows(r, b, program, beat, states, task.level_count, task.log_limit, task.by_codeword)
    log_ber, noise = np.empty(rows.state_x.shape[1]), np.empty(6)
    for i in range(WIDTH):
        o[OUT_MEETS * WIDTH + i] = 0.0
        if b[PROBLEM + i] == 0.0:
            row_log_ber(rows, i, b[POWER + i] / b[COUPLING + i], log_ber, noise)
            o[OUT_MEETS * WIDTH + i] = 1.0 if mean_over_states(rows, i, log_ber, task.by_codeword) <= task.log_limit else 0.0


@kernel
def judge(b, level, o):
    """Sensitivity, margin and what the search says, into rows of ``o``."""
    for i in range(WIDTH):
        fine = (b[PROBLEM + i] == 0.0) & (b[STATE + i] == 0.0)
        found = level[i] if fine else math.nan
        o[OUT_SENSITIVITY_DBM * WIDTH + i] = found
        o[OUT_MARGIN_DB * WIDTH + i] = o[OUT_RX_DBM * WIDTH + i] - found
        status = o[OUT_STATUS * WIDTH + i]
        o[OUT_STATUS * WIDTH + i] = b[STATE + i] if status == 0.0 else status
