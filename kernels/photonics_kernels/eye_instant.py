"""One sampling instant of a point: its cursors and noise, its thresholds, its error ratio by symbols or by sequences."""

import math

import numpy as np

from ._jit import kernel
from .contour import C
from .eye_error import best_threshold, lay, log_error_ratio, tail_of
from .eye_rows import AMPLIFIER_GAIN, DC_GAIN, LIGHT_GAIN, WHITE_GAIN
from .pulse import symbol_samples
from .sequence import burst_errors, sequence_log_ser, state_shift
from .special import log_q_tail


@kernel
def worse_offset(rows, i, half_swing_a, phase, cursor, symmetric, scratch):
    """The timing offset of point ``i`` with the sign whose error ratio is the larger without jitter: which way a clock is off is not known."""
    offset = rows.offset_ui[i]
    if offset == 0.0:
        return 0.0
    worst, chosen = -math.inf, offset
    for sign in (1.0, -1.0):
        gain, count = sample_instant(rows, i, half_swing_a, phase + sign * offset, cursor, scratch)
        instant_log_ber(rows, i, half_swing_a, gain, count, cursor, symmetric, scratch)
        for t in range(rows.state_x.shape[1]):
            if rows.state_mass[i, t] > 0.0 and scratch.log_state[t] > worst:
                worst, chosen = scratch.log_state[t], sign * offset
    return chosen


@kernel
def is_symmetric(centred):
    """Whether the levels mirror about their mean: then both sides of the interference are alike."""
    last = centred.shape[0] - 1
    for k in range(last + 1):
        if abs(centred[k] + centred[last - k]) > 1e-12:
            return False
    return True


@kernel
def sample_instant(rows, i, half_swing_a, phase, cursor, scratch):
    """Interference and noise at one sampling instant: fills cursors, sigma; returns (main cursor's gain, number of cursors).

    The decision-feedback taps, or the target of a sequence detector, stay what they were set to: only the rest is interference.
    """
    size = scratch.twiddles.shape[1] * 2
    symbol_samples(scratch.filtered, phase, scratch.twiddles, scratch.work[0, :size], scratch.work[1, :size])
    gain = scratch.work[0, cursor]
    square = 0.0
    count = 0
    for n in range(size):
        square += scratch.work[0, n] * scratch.work[0, n]
    for behind in range(1, size):
        value = scratch.work[0, (cursor + behind) & (size - 1)]
        if behind <= rows.feedback[i]:
            value -= scratch.feedback[behind - 1]
        scratch.cursors[count] = value
        count += 1
    for a in range(scratch.filtered_aggressor.shape[0]):
        count = _worst_phase(a, size, count, scratch)
    scale = 1.0 / (half_swing_a * half_swing_a)
    gains = scratch.gains
    for k in range(rows.levels.shape[1]):
        light = rows.dark_shot_a2[i] * scale + rows.shot_a[i, k] / half_swing_a + rows.rin_relative[i, k]
        variance = gains[AMPLIFIER_GAIN] * rows.amplifier_a2[i] * scale + gains[LIGHT_GAIN] * light
        variance += gains[WHITE_GAIN] * rows.quantisation_relative[i]
        variance += square * (rows.transmitter_relative[i] + rows.beat_relative[i, k])
        scratch.sigma[k] = math.sqrt(variance)
    return gain, count


@kernel
def _worst_phase(a, size, count, scratch):
    """Append an aggressor's cursors at the phase of its greatest power, as COM does: it is not locked to the victim."""
    best, at = -1.0, 0.0
    for p in range(8):
        symbol_samples(scratch.filtered_aggressor[a], p / 8.0, scratch.twiddles, scratch.work[2, :size], scratch.work[3, :size])
        power = 0.0
        for n in range(size):
            power += scratch.work[2, n] * scratch.work[2, n]
        if power > best:
            best, at = power, p / 8.0
    symbol_samples(scratch.filtered_aggressor[a], at, scratch.twiddles, scratch.work[2, :size], scratch.work[3, :size])
    for n in range(size):
        scratch.cursors[count] = scratch.work[2, n]
        count += 1
    return count


@kernel
def place_thresholds(rows, i, gain, count, symmetric, scratch):
    """Thresholds of every sub-eye at the nominal instant, no beat: halfway, or where the densities cross; returns (kept halfway, status)."""
    levels = rows.levels.shape[1]
    kept, status = 0, 0
    for k in range(levels - 1):
        scratch.threshold[k] = gain * (scratch.centred[k] + scratch.centred[k + 1]) / 2.0
    if not rows.optimal[i]:
        return 0, 0
    cursors = scratch.cursors[:count]
    for k in range(levels - 1):
        low, high = gain * scratch.centred[k], gain * scratch.centred[k + 1]
        d = (high - low) / 2.0
        wider = max(scratch.sigma[k], scratch.sigma[k + 1])
        narrower = min(scratch.sigma[k], scratch.sigma[k + 1])
        if d > 0.0 and lay(
            cursors, scratch.centred, scratch.cumulants, symmetric, d, wider, narrower, 0.0, scratch.nodes, scratch.big, scratch.about, scratch.signs[0]
        ) == 0:
            scratch.threshold[k], mid = best_threshold(
                low, high, scratch.sigma[k], scratch.sigma[k + 1], symmetric, scratch.nodes, scratch.about
            )
            kept += mid
        else:
            kept += 1
    return kept, status


@kernel
def feedback_taps(rows, i, gain, cursor, scratch):
    """Decision-feedback taps at the nominal instant: the cursors behind the wanted one, held within the limit times the latter."""
    size = scratch.twiddles.shape[1] * 2
    for k in range(rows.feedback[i]):
        value = scratch.work[0, (cursor + 1 + k) % size]
        most = rows.feedback_limit[i] * gain
        scratch.feedback[k] = min(max(value, -most), most)


@kernel
def bursts(rows, i, gain, count, symmetric, scratch):
    """Errors per burst and chance of a second error behind decision feedback at the nominal instant; one-level steps, mean over levels."""
    memory = rows.feedback[i]
    levels = rows.levels.shape[1]
    taps = scratch.feedback[:memory]
    step = (scratch.centred[levels - 1] - scratch.centred[0]) / (levels - 1)
    states = 3**memory
    up, down = np.zeros(states), np.zeros(states)
    cursors = scratch.cursors[:count]
    spread = 0.0
    for j in range(count):
        spread += scratch.cumulants[2] * cursors[j] * cursors[j]
    laid = -1
    if spread > 0.0:
        # One contour: conditional errors are of order one, an absolute accuracy is enough.
        laid = lay(
            cursors, scratch.centred, scratch.cumulants, symmetric, math.sqrt(spread), scratch.sigma.max(), scratch.sigma.min(), 0.0,
            scratch.nodes, scratch.big, scratch.about, scratch.signs[0],
        )  # fmt: skip
    for s in range(states):
        shift = state_shift(s, taps, step)
        for k in range(levels):
            place = gain * scratch.centred[k] + shift
            width = math.sqrt(scratch.sigma[k] ** 2 + spread)
            if k < levels - 1:
                d = scratch.threshold[k] - place
                p = tail_of(d, scratch.sigma[k], 1, symmetric, scratch.nodes, scratch.about) if laid == 0 else log_q_tail(d / width)
                up[s] += math.exp(min(p, 0.0)) / levels
            if k > 0:
                d = place - scratch.threshold[k - 1]
                p = tail_of(d, scratch.sigma[k], -1, symmetric, scratch.nodes, scratch.about) if laid == 0 else log_q_tail(d / width)
                down[s] += math.exp(min(p, 0.0)) / levels
    return burst_errors(taps, gain, step, up, down)


@kernel
def noise_covariance(rows, i, half_swing_a, cursor, scratch):
    """Covariance of all noise behind the FFE, one UI apart, mean over levels: fills ``scratch.covariance``; needs work[0] at the instant."""
    s = rows.which[i]
    size = scratch.twiddles.shape[1] * 2
    per, taps = rows.per_symbol[i], rows.tap_count[i]
    levels = rows.levels.shape[1]
    scale = 1.0 / (half_swing_a * half_swing_a)
    light, ride = rows.dark_shot_a2[i] * scale, rows.transmitter_relative[i]
    for k in range(levels):
        light += (rows.shot_a[i, k] / half_swing_a + rows.rin_relative[i, k]) / levels
        ride += rows.beat_relative[i, k] / levels
    amplifier, white = rows.amplifier_a2[i] * scale, rows.quantisation_relative[i]
    last = rows.amplifier_acf.shape[1]
    for lag in range(scratch.covariance.shape[0]):
        value = 0.0
        for m in range(taps):
            for n in range(taps):
                apart = abs(m - n + lag * per)
                if apart < last:
                    value += scratch.taps[m] * scratch.taps[n] * (
                        amplifier * rows.amplifier_acf[s, apart] + light * rows.light_acf[s, apart] + (white if apart == 0 else 0.0)
                    )
        for n in range(size):
            value += ride * scratch.work[0, n] * scratch.work[0, (n + lag) % size]
        scratch.covariance[lag] = value


@kernel
def sequence_log_ber(rows, i, half_swing_a, gain, cursor, scratch):
    """ln BER of sequence estimation at the instant whose samples are in work[0]; and a status.  Beats are not in it."""
    size = scratch.twiddles.shape[1] * 2
    memory = rows.memory[i]
    levels = rows.levels.shape[1]
    noise_covariance(rows, i, half_swing_a, cursor, scratch)
    target = np.empty(memory + 1)
    residual = scratch.work[5, :size]
    for n in range(size):
        residual[n] = scratch.work[0, n]
    residual[cursor] = 0.0
    target[0] = gain
    for k in range(memory):
        target[k + 1] = scratch.feedback[k]
        residual[(cursor + 1 + k) % size] -= scratch.feedback[k]
    step = (scratch.centred[levels - 1] - scratch.centred[0]) / (levels - 1)
    value, status = sequence_log_ser(
        target, residual, cursor, step, scratch.covariance, scratch.centred, scratch.cumulants, scratch.nodes[0], scratch.big,
        scratch.about[0], scratch.signs,
    )  # fmt: skip
    return min(value - math.log(math.log(float(levels)) / math.log(2.0)), 0.0), status


@kernel
def instant_log_ber(rows, i, half_swing_a, gain, count, cursor, symmetric, scratch):
    """ln BER of each beat state at the instant whose cursors and noise are in ``scratch``: fills log_state; returns a status."""
    status = 0
    levels = rows.levels.shape[1]
    start = scratch.about[0, C]
    if rows.memory[i] > 0:
        value, status = sequence_log_ber(rows, i, half_swing_a, gain, cursor, scratch)
        for t in range(rows.state_x.shape[1]):
            scratch.log_state[t] = value
        return status
    for t in range(rows.state_x.shape[1]):
        if rows.state_mass[i, t] == 0.0:
            scratch.log_state[t] = -math.inf
            continue
        x = rows.state_x[i, t]
        for k in range(levels):
            scratch.shift[k] = x * (gain * rows.beat_deviation[i, k] + scratch.gains[DC_GAIN] * rows.beat_mean[i])
        value, _, bad = log_error_ratio(
            scratch.cursors[:count], gain, scratch.centred, scratch.cumulants, symmetric, scratch.sigma, scratch.shift, scratch.threshold,
            scratch.steps, start, scratch.nodes, scratch.big, scratch.about, scratch.signs,
        )  # fmt: skip
        start = scratch.about[0, C]
        scratch.log_state[t] = value
        status = max(status, bad)
    return status
