"""RS(n, k) over random and quasi-static symbol errors, in the logarithmic domain.

A bounded-distance decoder of a linear code fails exactly when more than t symbols of a codeword are wrong (miscorrection
neglected: below 1e-16 of the failures for RS(544,514)).  Everything is a sum of positive terms, so nothing cancels and the
results hold far below the smallest double.
"""

import math

import numpy as np

from ._jit import kernel
from .special import log_add, log_binomial

DATA_OCTETS_PER_CODEWORD = 640.0  # 80 blocks of 8 octets in the 514-symbol message
FRAME_SLOT_OCTETS = 84.0  # 64-octet frame, 8 of preamble, 12 of gap


@kernel
def log_rs_symbol_error_ratio(log_ber, bits_per_symbol):
    """ln of the RS symbol error ratio 1 - (1 - BER)^m for independent bit errors."""
    if log_ber == -math.inf:
        return -math.inf
    if log_ber >= 0.0:
        return 0.0
    if log_ber < -600.0:
        return log_ber + math.log(bits_per_symbol)  # 1 - (1 - p)^m = m p to rounding, and exp() would end here
    return math.log(-math.expm1(bits_per_symbol * math.log1p(-math.exp(log_ber))))


@kernel
def log_codeword_error_ratio(log_symbol_error_ratio, n, t):
    """ln P(more than t of n symbols wrong), symbols independent: ln sum_{i=t+1}^{n} C(n,i) p^i (1-p)^(n-i)."""
    if log_symbol_error_ratio == -math.inf:
        return -math.inf
    right = -math.expm1(log_symbol_error_ratio)  # 1 - p without cancellation
    if right <= 0.0:
        return 0.0
    log_right = math.log(right)
    total = -math.inf
    for i in range(t + 1, n + 1):
        term = log_binomial(n, i) + i * log_symbol_error_ratio + (n - i) * log_right
        total = log_add(total, term)
        if i > n * math.exp(log_symbol_error_ratio) and term < total - 40.0:
            break
    return min(total, 0.0)


@kernel
def log_frame_loss_ratio(log_codeword_error_ratio_, interleave):
    """ln of the loss ratio of 64-octet frames: [1 - (1 - CER)^L] (1 + m)/m with m = 640 L / 84.

    L interleaved codewords are marked bad together; (1 + m)/m counts frames that straddle a boundary, which at ratios near 1
    would count some twice: the result is held at 1.  Reproduces the
    reference values 9.2e-13, 1.7e-12 and 3.4e-12 at BER 2.4e-4 for L = 1, 2, 4.
    """
    frames = interleave * DATA_OCTETS_PER_CODEWORD / FRAME_SLOT_OCTETS
    straddle = math.log((1.0 + frames) / frames)
    if log_codeword_error_ratio_ < -600.0:
        return log_codeword_error_ratio_ + math.log(interleave) + straddle
    good = -math.expm1(log_codeword_error_ratio_)
    if good <= 0.0:
        return 0.0
    bad = -math.expm1(interleave * math.log(good)) if log_codeword_error_ratio_ > -1.0 else -math.expm1(
        interleave * math.log1p(-math.exp(log_codeword_error_ratio_))
    )
    return min(math.log(bad) + straddle, 0.0)


@kernel
def log_domain_codeword_error_ratio(log_p, log_mass, symbols_per_lane, t):
    """ln P(codeword fails) when its symbols lie on several lanes, each in a slowly drifting state.

    ``log_p[lane, state]`` is ln of the lane's symbol error ratio in that state, ``log_mass[lane, state]`` ln of the state's
    probability.  The state holds for a whole codeword and lanes drift independently: the number of wrong symbols of a lane is a
    mixture of binomials, and the mixtures of the lanes are convolved.  A FEC figure computed from the mean BER over the states
    would be wrong by orders of magnitude.
    """
    lanes, states = log_p.shape
    m = symbols_per_lane
    choose = np.empty(m + 1)
    for i in range(m + 1):
        choose[i] = log_binomial(m, i)
    have = np.full(t + 1, -math.inf)  # ln P(i wrong so far), i = 0..t
    have[0] = 0.0
    failed = -math.inf  # ln P(more than t wrong so far)
    own = np.empty(m + 1)
    above = np.empty(m + 2)
    out = np.empty(t + 1)
    for lane in range(lanes):
        for i in range(m + 1):
            own[i] = -math.inf
        for state in range(states):
            weight = log_mass[lane, state]
            p = log_p[lane, state]
            if weight == -math.inf:
                continue
            if p == -math.inf:
                own[0] = log_add(own[0], weight)
                continue
            right = -math.expm1(p)
            log_right = math.log(right) if right > 0.0 else -math.inf
            for i in range(m + 1):
                term = weight + choose[i] + i * p
                if i < m:
                    term += (m - i) * log_right
                own[i] = log_add(own[i], term)
        above[m + 1] = -math.inf
        for i in range(m, -1, -1):
            above[i] = log_add(above[i + 1], own[i])  # ln P(this lane has i wrong or more)
        for i in range(t + 1):
            out[i] = -math.inf
            for j in range(max(0, i - m), i + 1):
                out[i] = log_add(out[i], have[j] + own[i - j])
        for j in range(t + 1):
            if t + 1 - j <= m:
                failed = log_add(failed, have[j] + above[t + 1 - j])
        for i in range(t + 1):
            have[i] = out[i]
    return min(failed, 0.0)


@kernel
def ber_for_codeword_error_ratio(log_target, n, t, bits_per_symbol):
    """BER at which the codeword error ratio equals exp(``log_target``), and a status (0 fine, 1 no such BER).

    Bisection on ln BER between 1e-30 and 0.4, then secant: the ratio rises strictly with the BER.
    """
    low, high = math.log(1e-30), math.log(0.4)
    if not (
        log_codeword_error_ratio(log_rs_symbol_error_ratio(low, bits_per_symbol), n, t)
        <= log_target
        <= log_codeword_error_ratio(log_rs_symbol_error_ratio(high, bits_per_symbol), n, t)
    ):
        return math.nan, 1
    for _ in range(200):
        middle = low + (high - low) / 2.0  # exempt: any part of the bracket leads to the same root
        if log_codeword_error_ratio(log_rs_symbol_error_ratio(middle, bits_per_symbol), n, t) < log_target:
            low = middle
        else:
            high = middle
        if high - low < 1e-15 * abs(low):
            break
    return math.exp(low + (high - low) / 2.0), 0  # exempt: the bracket is down to rounding
