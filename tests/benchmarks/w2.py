"""W2: one point of the statistical eye, the kernels beside the frozen NumPy twins on the same spectrum, noise, taps and jitter."""

import math
from dataclasses import replace
from unittest import mock

import numpy as np
from photonics_kernels import contour, eye, eye_adapt, eye_instant, eye_rows

from tests.benchmarks import numpy_eye

WINDOW, BANDS = 64, 4


def rows(point: numpy_eye.Point, count: int) -> eye_rows.EyeRows:
    """``count`` equal points: level noise as amplifier noise and a part that rises with the level, thresholds at the middles."""
    n, m = count, len(point.levels)
    spectrum = np.ascontiguousarray(point.spectrum[: WINDOW * BANDS + 1])
    acf = np.zeros((1, 32))
    acf[0, : len(point.noise_lags)] = point.noise_lags
    common = 0.5 * point.level_variance.min()
    one, whole = np.ones(n), np.int64
    return eye_rows.EyeRows(
        window=WINDOW, spectrum=spectrum[None], aggressor=np.zeros((1, 0, len(spectrum)), dtype=np.complex128), amplifier_acf=acf,
        light_acf=acf, which=np.zeros(n, whole), levels=np.tile(point.levels, (n, 1)), half_swing_a=one, amplifier_a2=one * common,
        dark_shot_a2=0.0 * one, shot_a=np.tile(point.level_variance - common, (n, 1)), rin_relative=np.zeros((n, m)),
        quantisation_relative=one * point.converter_variance, transmitter_relative=one * point.transmitter_variance,
        beat_relative=np.zeros((n, m)), beat_deviation=np.zeros((n, m)), beat_mean=0.0 * one, state_x=np.zeros((n, 1)),
        state_mass=np.ones((n, 1)), tap_count=np.full(n, len(point.noise_lags), whole), pre=np.full(n, point.before_main, whole),
        per_symbol=np.ones(n, whole), tap_limit=one * math.inf, feedback=np.zeros(n, whole), feedback_limit=one * math.inf,
        memory=np.zeros(n, whole), random_ui=one * point.random, dirac_ui=one * point.dual_dirac, offset_ui=0.0 * one,
        optimal=np.zeros(n, np.bool_),
    )  # fmt: skip


def solve(batch: eye_rows.EyeRows) -> np.ndarray:
    """Whole points: pulse, phase, taps, mean over jitter.  Returns ln BER."""
    n, m = batch.levels.shape
    log_ber, log_codeword, status, phase = np.empty(n), np.empty(n), np.empty(n, np.int64), np.empty(n)
    eye.eye_points(batch, log_ber, log_codeword, status, phase, np.empty((n, 32)), np.empty((n, m)), np.empty((n, 8)))
    assert not status.any()
    return log_ber


def agreement(point: numpy_eye.Point) -> float:
    """Relative difference of the two mean error ratios with the twin's taps and phase, and with the kernel's cursors in both.

    The kernel's window is periodic: what the FFE carries over its end comes back at its beginning, where the twin keeps it apart.  The point's
    tail reaches so far that this alone makes 1.5e-4; a design's window grows until it does not.
    """
    seen = numpy_eye.equalised(point)
    ours, folded = _with_taps(point, seen)
    with mock.patch.object(numpy_eye, "equalised", return_value=folded):
        theirs = numpy_eye.link_point(point)
    return ours / theirs - 1.0


def _with_taps(point: numpy_eye.Point, seen: numpy_eye.Seen) -> tuple[float, numpy_eye.Seen]:
    batch = rows(point, 1)
    scratch = eye_rows.eye_scratch(WINDOW, batch.spectrum.shape[1], 0, batch.levels.shape[1], 1)
    contour.level_cumulants(batch.levels[0], scratch.centred, scratch.cumulants)
    scratch.taps[: len(seen.taps)] = seen.taps
    fine = np.fft.irfft(point.spectrum, numpy_eye.LENGTH)
    step = numpy_eye.PER_SYMBOL // numpy_eye.PHASES
    instant = (int(fine.argmax()) + (seen.phase - numpy_eye.PHASES // 2) * step) / numpy_eye.PER_SYMBOL
    phase = instant % 1.0
    cursor = (int(instant - phase) + point.before_main) % WINDOW
    eye_adapt.settle(batch, 0, phase, cursor, 0.0, scratch)
    cursors, sigmas = np.zeros((numpy_eye.TIMES, WINDOW)), np.zeros((numpy_eye.TIMES, len(point.levels)))
    for n in range(numpy_eye.TIMES):
        at = phase + (n - numpy_eye.TIMES // 2) / numpy_eye.PER_SYMBOL
        eye_instant.sample_instant(batch, 0, 1.0, at, cursor, scratch)
        cursors[n] = np.roll(scratch.work[0, :WINDOW], -cursor)
        sigmas[n] = scratch.sigma
    gain, count = eye_instant.sample_instant(batch, 0, 1.0, phase, cursor, scratch)
    eye_instant.place_thresholds(batch, 0, gain, count, True, scratch)
    mean = np.empty(1)
    assert eye.averaged(batch, 0, 1.0, phase, cursor, True, scratch, mean) == 0
    folded = replace(seen, cursors=cursors, main=0, sigmas=sigmas, thresholds=scratch.threshold[: len(point.levels) - 1].copy())
    return float(np.exp(mean[0])), folded
