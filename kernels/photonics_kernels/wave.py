"""The time-domain link in one pass: random PAM4 symbols in, error counts out, block by block in the first-level cache.

    symbols -> their noise -> transmit filter -> driver noise -> level curve -> modulator (chirp) -> intensity noise -> fibre -> square law
            -> photodiode filter -> amplifier and shot noise -> receiver filter -> converter noise -> equaliser -> thresholds -> Gray-coded errors

Random numbers are functions of (seed, stream, index of the symbol or sample); filters are finite and every block starts at a multiple of
its own length, after as many blocks of warm-up as the filters reach back.  So a symbol's fate depends on the seed and its number alone: not
on where a run starts, how it is cut or how many threads work on it.  Symbols before number 0 exist like all others.
float32 or float64 by the arrays of ``Wave``; memory does not grow with the length of a run.
"""

from typing import NamedTuple

import numpy as np

from ._jit import kernel
from .draw import stream
from .random_block import fill_normals, fill_symbols
from .wave_filter import (
    filter_field,
    filter_row,
    keep_history,
    mirror_places,
    mirror_taps,
    places,
    tap_phases,
    tap_row,
)
from .wave_stages import (
    add_scaled,
    amplitudes,
    bend,
    count_errors,
    current_noise,
    field_rows,
    intensity_noise,
    intensity_noise_field,
    list_errors,
    power_row,
)

OK, TOO_LONG, BAD_SAMPLING, NOT_FINITE = 0, 1, 2, 3  # statuses
SAMPLES_PER_BLOCK = 2048  # of all phases: the fastest of 1024 to 8192, between the calls' own cost and a first-level cache
LEAST_BLOCK = 256
SYMBOL_STREAM, DRIVER_STREAM, INTENSITY_STREAM, CURRENT_STREAM, AMPLITUDE_STREAM, CONVERTER_STREAM = (
    np.uint64(n) for n in (0x57A7E01, 0x57A7E02, 0x57A7E03, 0x57A7E04, 0x57A7E05, 0x57A7E06)
)

# Places in ``Wave.numbers``.
EXTINCTION = 0  # darkest relative power of an interferometer
ALPHA = 1  # chirp
GAIN = 2  # photocurrent of relative power 1, A: launch power times path loss times responsivity
DRIVER_SIGMA = 3  # driver noise before the level curve, per sample, in the drive's unit
INTENSITY_SIGMA = 4  # relative intensity noise per sample: sqrt(RIN f_s/2)
CURRENT_VARIANCE = 5  # amplifier and dark-current noise per sample, A^2: density^2 f_s/2
SHOT_PER_A = 6  # shot noise per sample and ampere: 2 q f_s/2
SYMBOL_SIGMA = 7  # noise on each symbol's amplitude, in the drive's unit: what a transmitter's SNDR says
CONVERTER_SIGMA = 8  # noise of a converter on each sample that the equaliser reads, A
NUMBERS = 9

# Places in the answer.
SYMBOLS, SYMBOL_ERRORS, BIT_ERRORS, LISTED = 0, 1, 2, 3


class Wave(NamedTuple):
    """A link on a grid of P samples a symbol.  All arrays but ``pattern`` of one type, float32 or float64; filters are causal.

    levels      4   drive amplitudes of the symbols 0..3
    transmit        impulse response from symbols to drive, at the sampling rate; a symbol's impulse stands at its first sample
    curve           coefficients of the level curve, from the constant on; its value drives the modulator
    fibre_re, fibre_im  impulse response of the field at lags 0, 1, ..., even in time, delayed by the last lag; both empty: no dispersion
    diode           impulse response of the photodiode
    receive         impulse response of the receiver, on signal and noise
    equaliser       taps, newest sample first
    thresholds  3   rising, in the equaliser's unit
    numbers     9   see the places above
    pattern         int32 symbols 0..3 that repeat in place of random ones; empty: random
    modulator       DIRECT, INTERFEROMETER, ABSORPTION
    per_symbol      P: 2, 4 or 8
    spacing         samples between taps, a divisor of P
    phase           0..P-1: symbol n is decided on the equaliser's output at sample P (n + delay) + phase
    delay           >= 0, symbols
    """

    levels: np.ndarray
    transmit: np.ndarray
    curve: np.ndarray
    fibre_re: np.ndarray
    fibre_im: np.ndarray
    diode: np.ndarray
    receive: np.ndarray
    equaliser: np.ndarray
    thresholds: np.ndarray
    numbers: np.ndarray
    pattern: np.ndarray
    modulator: int
    per_symbol: int
    spacing: int
    phase: int
    delay: int


@kernel
def block_symbols(per_symbol):
    """Symbols of a block."""
    return max(SAMPLES_PER_BLOCK // per_symbol, LEAST_BLOCK)


@kernel
def reach_symbols(wave):
    """(longest reach of one stage, reach of all together), symbols."""
    per = wave.per_symbol
    equaliser = (wave.equaliser.size - 1) * wave.spacing
    longest = max(max(wave.transmit.size, 2 * wave.fibre_re.size), max(max(wave.diode.size, wave.receive.size), equaliser))
    whole = wave.transmit.size + 2 * wave.fibre_re.size + wave.diode.size + wave.receive.size + equaliser
    return max((longest + per - 1) // per + 1, wave.delay + 1), (whole + per - 1) // per + 5 + wave.delay


@kernel
def fill_pattern(row, at, pattern, first, n):
    """Symbols ``first`` .. of a repeating pattern."""
    place = first % pattern.size
    for i in range(n):
        row[at + np.uint64(i)] = pattern[place]
        place = place + 1 if place + 1 < pattern.size else 0


@kernel
def run(wave, seed, first, count, positions, record, answer):
    """Send symbols ``first`` .. ``first + count - 1`` and count the errors.

    Runs are cheapest cut at multiples of ``block_symbols``: whole blocks are computed, one or two of them to warm up.  The caller answers
    for symbols of a pattern within 0..3 and for rising thresholds.

    :param seed: uint64; equal seeds give equal symbols and noise, in both precisions.
    :param positions: int64; numbers of the first wrong symbols of the run, as many as there is room for (size 0: none).
    :param record: ``count`` equalised samples by symbol, or of size 0.
    :param answer: int64[4], zeroed here: symbols, symbol errors, bit errors, listed positions.
    :returns: OK; TOO_LONG: a stage reaches back further than a block (then nothing is computed); BAD_SAMPLING: samples a symbol, spacing,
        phase or lengths of arrays that are not allowed; NOT_FINITE: some decisions stood on NaN or infinity, and the counts mean nothing.
    """
    levels, transmit, curve, fibre_re, fibre_im = wave.levels, wave.transmit, wave.curve, wave.fibre_re, wave.fibre_im
    diode, receive, equaliser, thresholds, numbers = wave.diode, wave.receive, wave.equaliser, wave.thresholds, wave.numbers
    pattern, kind, per, spacing, phase, delay = wave.pattern, wave.modulator, wave.per_symbol, wave.spacing, wave.phase, wave.delay
    answer[:] = 0
    if levels.size != 4 or thresholds.size != 3 or numbers.size != NUMBERS or curve.size == 0 or equaliser.size == 0:
        return BAD_SAMPLING
    if not (per == 2 or per == 4 or per == 8) or spacing < 1 or per % spacing != 0 or phase < 0 or phase >= per or delay < 0:
        return BAD_SAMPLING
    n = block_symbols(per)
    history, whole = reach_symbols(wave)
    if history > n:
        return TOO_LONG
    dispersive = fibre_re.size > 0
    dtype, width, pairs = levels.dtype, history + n, per // 2
    behind = np.uint64(history)
    sent, drive = np.zeros(width, dtype=np.int32), np.zeros(width, dtype=dtype)
    re, im = np.zeros(per * width, dtype=dtype), np.zeros(per * width, dtype=dtype)
    light, current, seen = np.zeros(per * width, dtype=dtype), np.zeros(per * width, dtype=dtype), np.zeros(per * width, dtype=dtype)
    noise, shaped, x, y = np.zeros(2 * n, dtype=dtype), np.zeros(2 * n, dtype=dtype), np.zeros(n, dtype=dtype), np.zeros(n, dtype=dtype)
    transmit_taps, diode_taps, receive_taps, slicer_taps = tap_phases(transmit, per), tap_row(diode), tap_row(receive), tap_row(equaliser)
    fibre_taps_re, fibre_taps_im = mirror_taps(fibre_re), mirror_taps(fibre_im)
    transmit_at = places(transmit_taps.shape[1], transmit_taps.shape[1], 1, 1, width, history)
    fibre_at = mirror_places(fibre_taps_re.size, fibre_re.size, per, width, history)
    diode_at = places(diode_taps.shape[1], diode.size, per, 1, width, history)
    receive_at = places(receive_taps.shape[1], receive.size, per, 1, width, history)
    slicer_at = places(slicer_taps.shape[1], equaliser.size, per, spacing, width, history)
    used = np.zeros(per, dtype=np.bool_)  # phases that the equaliser reads
    for k in range(equaliser.size):
        used[(phase - k * spacing) % per] = True
    own, driver = stream(seed, SYMBOL_STREAM), stream(seed, DRIVER_STREAM)
    intensity, electric = stream(seed, INTENSITY_STREAM), stream(seed, CURRENT_STREAM)
    extinction, alpha, gain, driver_sigma = numbers[EXTINCTION], numbers[ALPHA], numbers[GAIN], numbers[DRIVER_SIGMA]
    amplitude, converter = stream(seed, AMPLITUDE_STREAM), stream(seed, CONVERTER_STREAM)
    symbol_sigma, converter_sigma = numbers[SYMBOL_SIGMA], numbers[CONVERTER_SIGMA]
    intensity_sigma, variance, shot = numbers[INTENSITY_SIGMA], numbers[CURRENT_VARIANCE], numbers[SHOT_PER_A]
    begin, last = first + delay, first + count + delay  # first output that decides, and the one behind the last
    block = begin // n - (whole + n - 1) // n  # blocks count from symbol 0; // rounds down
    status, found = OK, 0
    while block * n < last:
        start = block * n
        if pattern.size > 0:
            fill_pattern(sent, behind, pattern, start, n)
        else:
            fill_symbols(sent, behind, own, start, n)
        amplitudes(drive, behind, sent, behind, levels, n)
        if symbol_sigma != 0.0:
            fill_normals(noise, amplitude, start, 1, n)
            add_scaled(drive, behind, noise, np.uint64(0), symbol_sigma, n)
        for half in range(pairs):
            # Pairs of phases, as Gaussian variates come in pairs.
            place = start * pairs + half
            for q in range(2):
                filter_row(shaped, np.uint64(q * n), transmit_taps, 2 * half + q, drive, transmit_at, 0, n)
            if driver_sigma != 0.0:
                fill_normals(noise, driver, place, pairs, n)
                add_scaled(shaped, np.uint64(0), noise, np.uint64(0), driver_sigma, 2 * n)
            bend(shaped, np.uint64(0), curve, 2 * n)
            if intensity_sigma != 0.0:
                fill_normals(noise, intensity, place, pairs, n)
            for q in range(2):
                to, at = np.uint64((2 * half + q) * width + history), np.uint64(q * n)
                if dispersive:
                    field_rows(re, im, to, shaped, at, kind, extinction, alpha, n)
                    if intensity_sigma != 0.0:
                        intensity_noise_field(re, im, to, noise, at, intensity_sigma, n)
                else:
                    power_row(light, to, shaped, at, kind, extinction, n)
                    if intensity_sigma != 0.0:
                        intensity_noise(light, to, noise, at, intensity_sigma, n)
        if dispersive:
            for p in range(per):
                filter_field(light, np.uint64(p * width + history), x, y, fibre_taps_re, fibre_taps_im, re, im, fibre_at, p, n)
            keep_history(re, per, width, history)
            keep_history(im, per, width, history)
        for half in range(pairs):
            if variance != 0.0 or shot != 0.0:
                fill_normals(noise, electric, start * pairs + half, pairs, n)
            for q in range(2):
                p = 2 * half + q
                to = np.uint64(p * width + history)
                filter_row(current, to, diode_taps, 0, light, diode_at, p, n)
                current_noise(current, to, noise, np.uint64(q * n), gain, variance, shot, n)
        for half in range(pairs):
            if converter_sigma != 0.0 and (used[2 * half] or used[2 * half + 1]):
                fill_normals(noise, converter, start * pairs + half, pairs, n)
            for q in range(2):
                p = 2 * half + q
                to = np.uint64(p * width + history)
                if used[p]:
                    filter_row(seen, to, receive_taps, 0, current, receive_at, p, n)
                    if converter_sigma != 0.0:
                        add_scaled(seen, to, noise, np.uint64(q * n), converter_sigma, n)
        filter_row(x, np.uint64(0), slicer_taps, 0, seen, slicer_at, phase, n)
        # Output i of this block decides symbol start + i - delay.
        low, high = max(begin - start, 0), min(last - start, n)
        if low < high:
            decided = np.uint64(history - delay)
            wrong, bits, bad = count_errors(x, sent, decided, thresholds, low, high)
            answer[SYMBOLS] += high - low
            answer[SYMBOL_ERRORS] += wrong
            answer[BIT_ERRORS] += bits
            if bad > 0:
                status = NOT_FINITE
            if wrong > 0 and found < positions.size:
                found = list_errors(x, sent, decided, thresholds, low, high, start - delay, positions, found)
            if record.size > 0:
                for i in range(low, high):
                    record[start + i - begin] = x[i]
        keep_history(sent, 1, width, history)
        keep_history(drive, 1, width, history)
        keep_history(light, per, width, history)
        keep_history(current, per, width, history)
        keep_history(seen, per, width, history)
        block += 1
    answer[LISTED] = found
    return status


@kernel
def sent_symbols(seed, first, out):
    """Symbols ``first`` .. that a run of ``seed`` sends, in ``out`` (int32); ``first`` and its size are multiples of 32."""
    fill_symbols(out, np.uint64(0), stream(seed, SYMBOL_STREAM), first, out.size)
