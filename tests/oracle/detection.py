"""Decisions with memory: error propagation of a one-tap DFE, and the Viterbi detector on 1 + b_1 D (+ b_2 D^2).

    DFE     y_n = l_(a_n) + b (l_(a_(n-1)) - l_(d_(n-1))) + ISI + noise,  d_n the region of y_n:  (a_n, d_n) is a Markov chain
    MLSE    y_n = l_(a_n) + b_1 l_(a_(n-1)) + ... + noise;  the sequence of least sum of squares

Source: G. D. Forney, "Maximum-likelihood sequence estimation of digital sequences in the presence of intersymbol interference",
IEEE Trans. Inf. Theory 18 (1972), for the second; the first is the definition.
"""

import itertools
import math

import numpy as np

from tests.oracle.pam import gray, hamming


def region_probabilities(levels, isi, sigma, thresholds, shift):
    """[k][j]: P(region j | level k) with y moved by ``shift``: a mean over every ISI combination; main cursor 1."""
    matrix = []
    for level in levels:
        row = np.zeros(len(levels))
        for combination in itertools.product(levels, repeat=len(isi)):
            mean = level + shift + sum(q * v for q, v in zip(isi, combination, strict=True))
            over = [1.0, *(0.5 * math.erfc((th - mean) / (sigma * math.sqrt(2.0))) for th in thresholds), 0.0]
            row += -np.diff(over)
        matrix.append(row / len(levels) ** len(isi))
    return np.array(matrix)


def dfe_chain(levels, tap, sigma, thresholds, isi=()):
    """(BER, SER, P(error | error before), P(error | none before)) of the stationary chain of (sent, decided) pairs."""
    count = len(levels)
    states = list(itertools.product(range(count), repeat=2))
    step = np.zeros((count**2, count**2))
    for s, (sent, decided) in enumerate(states):
        found = region_probabilities(levels, isi, sigma, thresholds, tap * (levels[sent] - levels[decided])) / count
        step[s] = found.ravel()
    # stationary: p step = p, sum p = 1
    equations = np.vstack([step.T - np.eye(count**2), np.ones(count**2)])
    held = np.linalg.lstsq(equations, np.append(np.zeros(count**2), 1.0), rcond=None)[0]
    for _ in range(200):  # lstsq leaves 1e-16 in every entry, small ones need more
        held = held @ step
        held /= held.sum()
    wrong = np.array([sent != decided for sent, decided in states])
    bits = count.bit_length() - 1
    distance = np.array([hamming(gray(sent), gray(decided)) for sent, decided in states])
    into_error = step[:, wrong].sum(axis=1)
    ser = float(held[wrong].sum())
    return (
        float(held @ distance) / bits,
        ser,
        float(held[wrong] @ into_error[wrong]) / ser,
        float(held[~wrong] @ into_error[~wrong]) / (1.0 - ser),
    )


def burst_shares(levels, tap, sigma, thresholds, longest):
    """P(a burst of consecutive symbol errors has exactly n symbols), n = 1 .. longest, and of more in the last entry."""
    count = len(levels)
    states = list(itertools.product(range(count), repeat=2))
    step = np.array([
        (region_probabilities(levels, (), sigma, thresholds, tap * (levels[s] - levels[d])) / count).ravel() for s, d in states
    ])
    wrong = np.array([s != d for s, d in states])
    state = np.where(wrong, region_probabilities(levels, (), sigma, thresholds, 0.0).ravel() / count, 0.0)  # no error before: no shift
    state /= state.sum()
    shares = []
    for _ in range(longest):
        state = state @ step
        shares.append(float(state[~wrong].sum()))
        state = np.where(wrong, state, 0.0)
    return [*shares, float(state.sum())]


def dfe_monte_carlo(levels, tap, sigma, thresholds, chains, symbols, seed):
    """(BER, SER, count of symbol errors) of that many independent chains, each started without an error."""
    rng = np.random.default_rng(seed)
    levels = np.asarray(levels, dtype=float)
    words = np.array([gray(k) for k in range(len(levels))])
    sent = decided = rng.integers(len(levels), size=chains)
    bits = errors = 0
    for _ in range(symbols):
        shift = tap * (levels[sent] - levels[decided])
        sent = rng.integers(len(levels), size=chains)
        decided = np.searchsorted(thresholds, levels[sent] + shift + sigma * rng.standard_normal(chains))
        errors += int((sent != decided).sum())
        bits += sum(hamming(0, int(w)) for w in words[sent[sent != decided]] ^ words[decided[sent != decided]])
    total = chains * symbols
    return bits / (total * (len(levels).bit_length() - 1)), errors / total, errors


def viterbi(levels, taps, received, start):
    """Most likely sequences [block][n] of ``received`` [block][n] = l_(a_n) + sum_m taps[m] l_(a_(n-1-m)) + white noise.

    start: the len(taps) symbols before the first, newest first, known and the same for all blocks.  A state is those symbols, the newest
    the most significant digit; a tie keeps the lower index.
    """
    levels = np.asarray(levels, dtype=float)
    count, memory = len(levels), len(taps)
    states = np.array(list(itertools.product(range(count), repeat=memory)))
    expected = levels[None, :] + (levels[states] @ np.asarray(taps, dtype=float))[:, None]  # [state before][symbol]
    blocks, length = received.shape
    cost = np.full((blocks, len(states)), np.inf)
    cost[:, int(np.dot(start, count ** np.arange(memory)[::-1]))] = 0.0
    older = len(states) // count  # states that share all but their oldest symbol lie next to each other
    came = np.empty((length, blocks, count, older), dtype=np.int8)
    for n in range(length):
        total = cost[:, :, None] + (received[:, n, None, None] - expected) ** 2
        total = total.reshape(blocks, older, count, count)  # [kept symbols][dropped symbol][new symbol]
        came[n] = total.argmin(axis=2).swapaxes(1, 2)
        cost = total.min(axis=2).swapaxes(1, 2).reshape(blocks, -1)  # the new symbol becomes the most significant digit
    state, found = cost.argmin(axis=1), np.empty((blocks, length), dtype=np.int64)
    row = np.arange(blocks)
    for n in reversed(range(length)):
        new, kept = np.divmod(state, older)
        found[:, n] = new
        state = kept * count + came[n, row, new, kept]
    return found


def mlse_monte_carlo(levels, taps, sigma, blocks, length, seed, guard=16):
    """(BER, SER, count of symbol errors); the last ``guard`` symbols of a block are decided with too little after them and do not count."""
    rng = np.random.default_rng(seed)
    levels = np.asarray(levels, dtype=float)
    memory = len(taps)
    sent = np.concatenate([np.zeros((blocks, memory), dtype=np.int64), rng.integers(len(levels), size=(blocks, length))], axis=1)
    clean = levels[sent[:, memory:]].copy()
    for m, tap in enumerate(taps):
        clean += tap * levels[sent[:, memory - 1 - m : memory - 1 - m + length]]
    found = viterbi(levels, taps, clean + sigma * rng.standard_normal(clean.shape), (0,) * memory)
    a, d = sent[:, memory:][:, : length - guard], found[:, : length - guard]
    table = np.array([[hamming(gray(i), gray(j)) for j in range(len(levels))] for i in range(len(levels))])
    errors = int((a != d).sum())
    return float(table[a, d].mean()) / (len(levels).bit_length() - 1), errors / a.size, errors
