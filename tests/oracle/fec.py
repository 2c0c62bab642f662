"""Reed-Solomon codewords, Ethernet frame loss, and codewords spread over lanes in different states.

    p  = 1 - (1 - BER)^m                                        symbol of m bits
    CER = sum_{i > t} C(n, i) p^i (1 - p)^(n - i)               bounded-distance decoding, independent symbols
    FLR = [1 - (1 - CER)^L] (1 + m) / m,  m = L 640 / 84        64-octet frames, L codewords lost together
    domain: errors of a codeword = sum over lanes of Binomial(symbols per lane, p), p per its states
Exact integers for the binomials, 60 digits for the rest. Source: reference constants of IEEE 802.3 as
quoted in public notes: CER 1.45e-11 at 2.92e-4; frame loss 9.2e-13, 1.7e-12, 3.4e-12 at 2.4e-4, L = 1, 2, 4.
"""

import math

from tests.oracle import MP

#: Precision of this file. 1 - CER must keep its digits when CER is 1e-20, and sums run over 544 terms.
_DIGITS = 60


def rs_symbol_error_ratio(ber, bits_per_symbol):
    """Probability that a symbol of so many independent bits is wrong: one minus the product of the right
    bits."""
    with MP.workdps(400):  # 1 - BER must not round to 1 even at BER 1e-300
        right = MP.mpf(1)
        for _ in range(int(bits_per_symbol)):
            right *= 1 - MP.mpf(ber)
        return 1 - right


def log_rs_symbol_error_ratio(log_ber, bits_per_symbol):
    """ln of the above from ln(BER)."""
    with MP.workdps(400):
        return MP.log(rs_symbol_error_ratio(MP.exp(MP.mpf(log_ber)), bits_per_symbol))


def codeword_error_ratio(p, n, t):
    """Probability of more than t wrong symbols among n."""
    with MP.workdps(_DIGITS):
        p = MP.mpf(p)
        return MP.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(t + 1, n + 1))


def log_codeword_error_ratio(log_symbol_error_ratio, n, t):
    """ln of the above from ln(p)."""
    with MP.workdps(_DIGITS):
        return MP.log(codeword_error_ratio(MP.exp(MP.mpf(log_symbol_error_ratio)), int(n), int(t)))


def frame_loss_ratio(cer, interleave):
    """64-octet frames lost when interleave codewords are marked bad together."""
    with MP.workdps(400):
        lost = 1 - (1 - MP.mpf(cer)) ** int(interleave)
        frames = MP.mpf(interleave) * 640 / 84
        return lost * (1 + frames) / frames


def log_frame_loss_ratio(log_cer, interleave):
    """ln of the above from ln(CER)."""
    with MP.workdps(400):
        return MP.log(frame_loss_ratio(MP.exp(MP.mpf(log_cer)), interleave))


def _binomial_masses(count, p):
    return [math.comb(count, i) * p**i * (1 - p) ** (count - i) for i in range(count + 1)]


def log_domain_codeword_error_ratio(log_p, log_mass, symbols_per_lane, t):
    """ln P(more than t errors): mixture of binomials per lane, brute convolution over lanes, sum of the
    tail."""
    with MP.workdps(_DIGITS):
        total = [MP.mpf(1)]
        for row_p, row_mass in zip(log_p, log_mass, strict=True):
            lane = [MP.mpf(0)] * (int(symbols_per_lane) + 1)
            for value, weight in zip(row_p, row_mass, strict=True):
                p, mass = MP.exp(MP.mpf(float(value))), MP.exp(MP.mpf(float(weight)))
                for i, term in enumerate(_binomial_masses(int(symbols_per_lane), p)):
                    lane[i] += mass * term
            convolved = [MP.mpf(0)] * (len(total) + len(lane) - 1)
            for i, a in enumerate(total):
                for j, b in enumerate(lane):
                    convolved[i + j] += a * b
            total = convolved
        return MP.log(MP.fsum(total[int(t) + 1 :]))


def ber_for_codeword_error_ratio(log_cer, n, t, bits):
    """The bit error ratio whose codeword error ratio is exp(log_cer), by bisection of ln(BER)."""
    low, high = MP.mpf(-700), MP.log(MP.mpf("0.5"))
    target = MP.mpf(log_cer)
    for _ in range(60):
        middle = (low + high) / 2
        if log_codeword_error_ratio(log_rs_symbol_error_ratio(middle, bits), n, t) < target:
            low = middle
        else:
            high = middle
    return MP.exp((low + high) / 2)
