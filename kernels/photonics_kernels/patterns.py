"""Test patterns: pseudo-random bits, and PAM4 symbols made of them by Gray's code.

A PRBS is what a shift register gives whose next bit is the sum, modulo two, of two earlier ones or more; taken two by two, first bit first, its
bits become the levels 00 0, 01 1, 11 2, 10 3.  An odd period of bits, run through twice, is a period of as many symbols.

Source: IEEE 802.3 clauses 94 (PRBS13Q) and 120 (PRBS31Q, SSPRQ) in our own words, recalled.
"""

import numpy as np

from ._jit import kernel

PRBS13_MASK = 0b1100000000011  # of the delays 1, 2, 12, 13: 1 + x + x^2 + x^12 + x^13
PRBS31_MASK = (1 << 27) | (1 << 30)  # of the delays 28 and 31: 1 + x^28 + x^31
SSPRQ_SYMBOLS = 65535
# Seeds and lengths of the three chunks of PRBS31 that make up the sequence.
SSPRQ_SEEDS = (0x00000002, 0x34013FF7, 0x0CCCCCCC)
SSPRQ_BITS = (10924, 10922, 10922)


@kernel
def fill_prbs(mask, width, seed, out):
    """Fill ``out`` with bits of the register of ``width`` bits; ``seed`` holds the last bit given in its lowest place, the one before it above.

    The next bit is the parity of the register's bits in ``mask`` (bit d - 1 for the delay d).
    """
    state = np.int64(seed)
    whole = (np.int64(1) << width) - 1
    for i in range(out.shape[0]):
        seen = state & mask
        bit = np.int64(0)
        while seen:
            bit ^= 1
            seen &= seen - 1
        state = ((state << 1) | bit) & whole
        out[i] = bit


@kernel
def gray_pam4(bits, out):
    """Symbols of consecutive pairs of bits: 00 0, 01 1, 11 2, 10 3."""
    for j in range(out.shape[0]):
        first, second = bits[2 * j], bits[2 * j + 1]
        out[j] = 2 * first + (first ^ second)


def prbs13q(seed=0b1):
    """One period of PRBS13Q, 8191 symbols, from a register that holds ``seed`` (1 .. 8191)."""
    bits, symbols = np.empty(2 * 8191, np.int64), np.empty(8191, np.int64)
    fill_prbs(PRBS13_MASK, 13, seed, bits)
    gray_pam4(bits, symbols)
    return symbols


def prbs31q(count, seed=0x7FFFFFFF):
    """The first ``count`` symbols of PRBS31Q (its period is 2^31 - 1 symbols); bits inverted, as the standard sends PRBS31."""
    bits, symbols = np.empty(2 * count, np.int64), np.empty(count, np.int64)
    fill_prbs(PRBS31_MASK, 31, seed, bits)
    bits ^= 1
    gray_pam4(bits, symbols)
    return symbols


def ssprq():
    """SSPRQ, 65535 symbols.  UNVERIFIED: no published file of the sequence was at hand.

    Three chunks of PRBS31 from fixed seeds make 32768 bits A.  Four passes, A, A without its last bit, and both again inverted, make the 131070
    bits.  Seeds and lengths are recalled; where the bit is dropped and what is inverted is our reading.  Statistics hold, a lock on a real
    capture may not: then give the published symbols as a file.
    """
    chunks = []
    for seed, length in zip(SSPRQ_SEEDS, SSPRQ_BITS, strict=True):
        bits = np.empty(length, np.int64)
        fill_prbs(PRBS31_MASK, 31, seed, bits)
        chunks.append(bits)
    a = np.concatenate(chunks)
    symbols = np.empty(SSPRQ_SYMBOLS, np.int64)
    gray_pam4(np.concatenate((a, a[:-1], 1 - a, 1 - a[:-1])), symbols)
    return symbols
