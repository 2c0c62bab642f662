"""Feed-forward and decision-feedback equalisers by the minimum mean square error, at every sampling phase.

Samples y(k T + phase - i T/p) of tap i see the symbol response at those instants.  With symbols of variance v, the taps that minimise
E |sum_i w_i y_i - a|^2 solve (v G + R) w = v g: G the products of the response's samples over all symbols, g its samples at the wanted
symbol, R the noise's covariance.  For p = 1 the matrix is Toeplitz and Levinson's recursion solves it in n^2 steps.

Decision feedback takes the next symbols' interference away without noise: their rows leave G.  Source: com_method notes, 178A's MMSE
solution in the same form; Proakis, Digital Communications, chapter on linear and decision-feedback equalisation (recalled).
"""

import math

from ._jit import kernel
from .pulse import fold, symbol_samples

MAX_TAPS = 128
SINGULAR = 1  # status: no positive definite system (no signal and no noise)


@kernel
def solve_toeplitz(column, right, solution, work):
    """Solve T x = right, T symmetric Toeplitz with first column ``column``: Levinson's recursion; 0, or SINGULAR.

    ``work`` is 2 x n scratch.
    """
    n = right.shape[0]
    if not column[0] > 0.0:
        return SINGULAR
    error = column[0]
    work[0, 0] = 1.0
    solution[0] = right[0] / error
    for m in range(1, n):
        gap = 0.0
        for i in range(m):
            gap += work[0, i] * column[m - i]
        mirror = -gap / error
        work[0, m] = 0.0
        for i in range(m + 1):
            work[1, i] = work[0, i] + mirror * work[0, m - i]
        for i in range(m + 1):
            work[0, i] = work[1, i]
        error *= 1.0 - mirror * mirror
        if not error > 0.0:
            return SINGULAR
        rest = right[m]
        for i in range(m):
            rest -= solution[i] * column[m - i]
        factor = rest / error
        solution[m] = 0.0
        for i in range(m + 1):
            solution[i] += factor * work[0, m - i]
    return 0


@kernel
def solve_positive(matrix, right, solution):
    """Solve a symmetric positive definite system by Cholesky's factors, in place of ``matrix``; 0, or SINGULAR."""
    n = right.shape[0]
    for i in range(n):
        for j in range(i + 1):
            value = matrix[i, j]
            for k in range(j):
                value -= matrix[i, k] * matrix[j, k]
            if i == j:
                if not value > 0.0:
                    return SINGULAR
                matrix[i, i] = math.sqrt(value)
            else:
                matrix[i, j] = value / matrix[j, j]
    for i in range(n):
        value = right[i]
        for k in range(i):
            value -= matrix[i, k] * solution[k]
        solution[i] = value / matrix[i, i]
    for i in range(n - 1, -1, -1):
        value = solution[i]
        for k in range(i + 1, n):
            value -= matrix[k, i] * solution[k]
        solution[i] = value / matrix[i, i]
    return 0


@kernel
def signal_autocorrelation(re, im, twiddles, out):
    """Autocorrelation sum_n q_n q_(n+m) of the samples whose folded spectrum is given, for the lags of ``out`` (Parseval).

    The folded spectrum is Hermitian and N a power of two, so the cosines are those of the twiddles.
    """
    size = re.shape[0]
    half = size // 2
    for m in range(out.shape[0]):
        total = re[0] * re[0] + im[0] * im[0]
        total += (re[half] * re[half] + im[half] * im[half]) * (1.0 if m % 2 == 0 else -1.0)
        place = 0
        for k in range(1, half):
            place = (place + m) & (size - 1)
            cosine = twiddles[0, place] if place < half else -twiddles[0, place - half]
            total += 2.0 * (re[k] * re[k] + im[k] * im[k]) * cosine
        out[m] = total / size


@kernel
def clip_taps(taps, main, limit):
    """Hold every tap within ``limit`` times the main tap; returns how many were clipped.  The others keep their values, as in COM."""
    clipped = 0
    most = limit * abs(taps[main])
    for i in range(taps.shape[0]):
        if i != main and abs(taps[i]) > most:
            taps[i] = math.copysign(most, taps[i])
            clipped += 1
    return clipped


@kernel
def _wanted(re, im, twiddles, cursor, scale, right):
    """Fill ``right`` with ``scale`` times the samples cursor, cursor - 1, ... of the response whose folded spectrum is given."""
    size = re.shape[0]
    half = size // 2
    for i in range(right.shape[0]):
        n = (cursor - i) % size
        total = re[0] + (re[half] if n % 2 == 0 else -re[half])
        place = 0
        for k in range(1, half):
            place = (place + n) & (size - 1)
            if place < half:
                total += 2.0 * (re[k] * twiddles[0, place] - im[k] * twiddles[1, place])
            else:
                total -= 2.0 * (re[k] * twiddles[0, place - half] - im[k] * twiddles[1, place - half])
        right[i] = scale * total / size


@kernel
def ffe_symbol_spaced(spectrum, phase, cursor, symbol_variance, riding, noise_acf, tap_count, twiddles, work, taps):
    """MMSE taps of a symbol-spaced FFE at one phase; returns (mean square error over v, status).

    ``cursor`` is the sample (0..N-1) that the wanted symbol has at tap 0; ``riding`` the variance of noise that rides on the symbols;
    ``noise_acf`` the covariance of all other noise at the FFE's input, one UI apart.  ``work`` is scratch of at least 8 rows of max(N, taps).
    """
    size = twiddles.shape[1] * 2
    re, im = work[0, :size], work[1, :size]
    column, right = work[2, :tap_count], work[3, :tap_count]
    fold(spectrum, phase, re, im)
    signal_autocorrelation(re, im, twiddles, column)
    for m in range(tap_count):
        column[m] = (symbol_variance + riding) * column[m] + noise_acf[m]
    _wanted(re, im, twiddles, cursor, symbol_variance, right)
    status = solve_toeplitz(column, right, taps[:tap_count], work[4:6])
    gain = 0.0
    for i in range(tap_count):
        gain += taps[i] * right[i]
    return 1.0 - gain / symbol_variance, status


@kernel
def equalise(spectrum, phase, cursor, symbol_variance, riding, noise_acf, tap_count, per_symbol, feedback, matrix, twiddles, work, taps):
    """MMSE taps of an FFE with ``per_symbol`` (1 or 2) taps a symbol and ``feedback`` decision-feedback taps behind it, at one phase.

    ``cursor`` is the symbol-spaced sample index of the wanted symbol at tap 0, ``noise_acf`` at tap spacing, ``matrix`` scratch of taps x taps.
    Returns (mean square error over v, status).  The feedback taps are the equalised response's samples behind the cursor.
    """
    if per_symbol == 1 and feedback == 0:
        return ffe_symbol_spaced(spectrum, phase, cursor, symbol_variance, riding, noise_acf, tap_count, twiddles, work, taps)
    size = twiddles.shape[1] * 2
    for s in range(per_symbol):
        symbol_samples(spectrum, phase - s / per_symbol, twiddles, work[s, :size], work[4, :size])
    # Tap i, of symbol offset i // p and fraction i % p, sees sample n - i // p of row i % p: two taps' product over all symbols depends on
    # their rows and on the difference of their offsets only.
    lags = (tap_count - 1) // per_symbol + 1
    for a in range(per_symbol):
        for b in range(per_symbol):
            for lag in range(lags):
                total = 0.0
                for n in range(size):
                    total += work[a, (n - lag) & (size - 1)] * work[b, n]
                work[8 + 2 * a + b, lag] = total
    right = work[6, :tap_count]
    both = symbol_variance + riding
    for i in range(tap_count):
        a, shift_a = i % per_symbol, i // per_symbol
        right[i] = symbol_variance * work[a, (cursor - shift_a) % size]
        for j in range(i + 1):
            b, shift_b = j % per_symbol, j // per_symbol
            total = both * work[8 + 2 * a + b, shift_a - shift_b]
            for k in range(1, feedback + 1):
                n = cursor + k
                total -= symbol_variance * work[a, (n - shift_a) % size] * work[b, (n - shift_b) % size]
            matrix[i, j] = total + noise_acf[i - j]
    status = solve_positive(matrix[:tap_count, :tap_count], right, taps[:tap_count])
    gain = 0.0
    for i in range(tap_count):
        gain += taps[i] * right[i]
    return 1.0 - gain / symbol_variance, status


@kernel
def noise_gain(taps, tap_count, acf):
    """w' R w over R's diagonal entry: what an FFE makes of noise with normalised autocorrelation ``acf`` at tap spacing."""
    total = 0.0
    for i in range(tap_count):
        for j in range(tap_count):
            total += taps[i] * taps[j] * acf[abs(i - j)]
    return total


@kernel
def _peak(spectrum, twiddles, work):
    """(phase to a quarter of a UI, sample index) where the symbol response is largest."""
    size = twiddles.shape[1] * 2
    top, at_phase, at_sample = -math.inf, 0.0, 0
    for p in range(4):
        symbol_samples(spectrum, p / 4.0, twiddles, work[0, :size], work[1, :size])
        for n in range(size):
            if work[0, n] > top:
                top, at_phase, at_sample = work[0, n], p / 4.0, n
    return at_phase, at_sample


@kernel
def search_phase(
    spectrum, phases, pre, symbol_variance, riding, noise_acf, tap_count, per_symbol, feedback, matrix, twiddles, work, taps, trial
):
    """Best sampling phase within the UI around the response's peak, by the smallest mean square error.

    The wanted symbol meets tap ``pre`` (in symbols) where the response is largest.  Four phases are solved, then the best one's neighbours at
    half the distance, down to 1/``phases`` (a power of two): the error is smooth in the phase.  Where it has two minima within the UI the
    other one may be found: on 5 of 200 drawn channels (taps half a symbol apart, or hardly any) an error up to 0.7 % above the least of
    all 32.  Two parabolas then take the phase between the grid's: half a step off costs a Nyquist pulse 0.08 dB.
    Fills ``taps``; returns (phase in UI, sample index of the wanted symbol behind the FFE, mean square error over v, status).
    """
    size = twiddles.shape[1] * 2
    middle, peak_sample = _peak(spectrum, twiddles, work)
    cursor = peak_sample + pre
    best, phase, fine = math.inf, middle, 1
    for p in range(4):
        at = middle - 0.5 + p / 4.0
        error, status = equalise(
            spectrum, at, cursor, symbol_variance, riding, noise_acf, tap_count, per_symbol, feedback, matrix, twiddles, work, trial
        )
        if status == 0 and error < best:
            best, phase, fine = error, at, 0
            taps[:tap_count] = trial[:tap_count]
    step = 0.125
    while step > 1.0 / phases:
        centre = phase
        for side in (-1.0, 1.0):
            at = centre + side * step
            error, status = equalise(
                spectrum, at, cursor, symbol_variance, riding, noise_acf, tap_count, per_symbol, feedback, matrix, twiddles, work, trial
            )
            if status == 0 and error < best:
                best, phase, fine = error, at, 0
                taps[:tap_count] = trial[:tap_count]
        step /= 2.0
    for _ in range(2):
        before, bad = equalise(
            spectrum, phase - step, cursor, symbol_variance, riding, noise_acf, tap_count, per_symbol, feedback, matrix, twiddles, work, trial
        )
        after, worse = equalise(
            spectrum, phase + step, cursor, symbol_variance, riding, noise_acf, tap_count, per_symbol, feedback, matrix, twiddles, work, trial
        )
        bend = before - 2.0 * best + after
        if fine or bad or worse or not bend > 0.0:
            break
        at = phase + step * min(max((before - after) / (2.0 * bend), -1.0), 1.0)
        error, status = equalise(
            spectrum, at, cursor, symbol_variance, riding, noise_acf, tap_count, per_symbol, feedback, matrix, twiddles, work, trial
        )
        if status == 0 and error <= best:
            best, phase = error, at
            taps[:tap_count] = trial[:tap_count]
        step /= 16.0
    return phase, cursor % size, best, fine
