"""Detectors that look at more than one symbol: error bursts of decision feedback, and maximum likelihood sequence estimation.

Decision feedback: a wrong decision of one level step moves the next decisions by the feedback tap times that step.  The errors that follow a
first one are a Markov chain over the last errors (-1, 0, +1 for each tap); the expected number of errors per burst multiplies the error ratio.

Sequence estimation (MLSE) on the target 1 + b1 D (+ b2 D^2) which the equaliser leaves: an error event e of one-level steps d happens where
sum g_i v_i > |g|^2/2, g = d (e * target), v noise and residual interference; with correlated noise the metric is the plain squared distance, as
a hardware detector has it.  The ratio is the sum over events of (symbols in error) ((M-1)/M)^(symbols) P(event).  For 1 + b D every
event of one-level steps up to MAX_EVENT symbols is there; their union is an upper bound that the Viterbi counts approach from below: it lies
11 % above them at a symbol error ratio of 1.4e-3 (b = 0.5), 7 % at 2e-4; 35 % at 5e-3 and 13 % at 5e-4 for b = 0.8.  Memory 2 takes events
with single correct symbols inside as well, up to MAX_EVENT.  Source: Forney 1972; 178A's MLSD in the com_method notes counts the
alternating events only.
"""

import math

import numpy as np

from ._jit import kernel
from .contour import GAPS, log_factor, prepare, tail_sums
from .eye_error import gap_log_tail
from .special import log_add, log_q_tail

MAX_EVENT = 6  # symbols of an error event tried in all sign patterns
MAX_ALTERNATING = 24  # and of the two patterns without zeros that stay close to the wanted path
MAX_BURST = 400
UNLIKELY = 21.0  # -ln of an event's share of the sum that is no longer computed: 1e-9
LEFT = 1e-13  # probability of a burst that goes on which is no longer followed


@kernel
def burst_errors(taps, gain, step, p_up, p_down):
    """Expected symbol errors of a burst that one error starts, and the chance that the next symbol errs too.

    ``taps`` are the feedback taps in units of the wanted cursor's signal, ``step`` the distance of two levels; ``p_up`` and ``p_down`` hold, for every
    state (base-3 number of the last errors, newest last digit), the chance of an error by +1 and -1.
    """
    memory = taps.shape[0]
    states = 3**memory
    now = np.zeros(states)
    after = np.empty(states)
    clear = (states - 1) // 2  # every digit 1: no error
    top = states // 3
    # Digit 0 is an error of -1, 1 none, 2 +1; the newest is the most significant.
    now[clear + top] = 1.0
    expected, continuation = 1.0, 0.0
    for n in range(MAX_BURST):
        after[:] = 0.0
        alive, errors = 0.0, 0.0
        for s in range(states):
            mass = now[s]
            if mass == 0.0:
                continue
            up, down = p_up[s], p_down[s]
            older = s // 3
            after[older + 2 * top] += mass * up
            after[older] += mass * down
            after[older + top] += mass * max(1.0 - up - down, 0.0)
            errors += mass * (up + down)
        if n == 0:
            continuation = errors
        expected += errors
        after[clear] = 0.0  # the burst is over
        for s in range(states):
            now[s] = after[s]
            alive += now[s]
        if alive < LEFT:
            break
    return expected, continuation


@kernel
def state_shift(state, taps, step):
    """How far the errors of a state move the next decision: -step sum b_k e_k, the newest error first."""
    memory = taps.shape[0]
    shift = 0.0
    for k in range(memory - 1, -1, -1):
        shift -= taps[k] * (state % 3 - 1) * step
        state //= 3
    return shift


@kernel
def event_log_tail(least, error, length, target, residual, cursor, step, covariance, centred, cumulants, nodes, big, about, scratch):
    """ln P of one error event: ``error`` holds ``length`` steps of -1, 0, 1; ``residual`` the cursors outside the target, the wanted symbol's
    place at ``cursor``; ``covariance`` the noise's, one UI apart.  An event that a Gaussian of all its variance leaves below ``least`` (ln) is
    taken as impossible: bounded interference has no longer tail.  Returns (ln P, status).
    """
    memory = target.shape[0] - 1
    size = residual.shape[0]
    reach = length + memory
    g = scratch[2, :reach]
    energy = 0.0
    for i in range(reach):
        g[i] = 0.0
        for m in range(memory + 1):
            if 0 <= i - m < length:
                g[i] += step * error[i - m] * target[m]
        energy += g[i] * g[i]
    if energy == 0.0:
        return 0.0, 0
    variance = 0.0
    for i in range(reach):
        for j in range(reach):
            variance += g[i] * g[j] * covariance[abs(i - j)]
    own = 0.0
    for n in range(size):
        own += residual[n] * residual[n]
    if log_q_tail(energy / 2.0 / math.sqrt(1.5 * (variance + cumulants[2] * own * energy))) < least:
        return -math.inf, 0
    # Interference of every other symbol with the whole event: the residual response correlated with g.
    count = 0
    spread = variance
    mixed = scratch[3]
    for shift in range(size):
        value = 0.0
        for i in range(reach):
            value += g[i] * residual[(cursor + shift + i) & (size - 1)]
        if value != 0.0:
            mixed[count] = value
            count += 1
            spread += value * value * cumulants[2]
    d = energy / 2.0
    if log_q_tail(d / math.sqrt(spread)) < least:
        return -math.inf, 0
    sigma = math.sqrt(variance)
    if count == 0:
        return log_q_tail(d / sigma), 0
    cursors = mixed[:count]
    if prepare(cursors, centred, cumulants, d, sigma, sigma, 0.0, nodes, big, about) == GAPS:
        return gap_log_tail(d, sigma, cursors, centred, cumulants, nodes, big, about, scratch[4])
    total = tail_sums(d, sigma, nodes, about)[0]
    return (log_factor(d, sigma, about) + math.log(total) if total > 0.0 else -math.inf), 0


@kernel
def sequence_log_ser(target, residual, cursor, step, covariance, centred, cumulants, nodes, big, about, scratch):
    """ln of the symbol error ratio of MLSE on ``target`` (1, b1[, b2]): the union over error events; and a status.

    ``scratch`` has at least 5 rows as long as ``residual`` and MAX_ALTERNATING + 3.
    """
    levels = centred.shape[0]
    memory = target.shape[0] - 1
    share = math.log((levels - 1.0) / levels)
    error = np.zeros(MAX_ALTERNATING)
    total = -math.inf
    status = 0
    # All patterns that start and end with an error, first error +1 (the mirrored ones double them), no run of `memory` zeros inside.
    for length in range(1, MAX_EVENT + 1):
        inner = max(length - 2, 0)
        digits = 3 if memory > 1 else 2
        fresh = -math.inf
        ends = 1 if length == 1 else 2
        for code in range(digits**inner * ends):
            error[0] = 1.0
            left = code // ends
            errors, zeros, legal = 1, 0, True
            for i in range(1, length - 1):
                digit = left % digits
                left //= digits
                error[i] = 1.0 if digit == 0 else -1.0 if digit == 1 else 0.0
                if digit == 2:
                    zeros += 1
                    legal = legal and zeros < memory
                else:
                    zeros = 0
                    errors += 1
            if length > 1:
                error[length - 1] = 1.0 if code % ends == 0 else -1.0
                errors += 1
            if not legal:
                continue
            value, bad = event_log_tail(
                total - UNLIKELY, error, length, target, residual, cursor, step, covariance, centred, cumulants, nodes, big, about, scratch
            )
            status = max(status, bad)
            fresh = log_add(fresh, value + math.log(2.0 * errors) + errors * share)
        total = log_add(total, fresh)
        if fresh < total - 14.0 and length > memory + 2:
            return total, status
    for length in range(MAX_EVENT + 1, MAX_ALTERNATING + 1):
        fresh = -math.inf
        for sign in (-1.0, 1.0):
            for i in range(length):
                error[i] = sign**i
            value, bad = event_log_tail(
                total - UNLIKELY, error, length, target, residual, cursor, step, covariance, centred, cumulants, nodes, big, about, scratch
            )
            status = max(status, bad)
            fresh = log_add(fresh, value + math.log(2.0 * length) + length * share)
        total = log_add(total, fresh)
        if fresh < total - 14.0:
            break
    return total, status
