"""What a statistical eye works on: its rows of points, its statuses, the scratch of one thread."""

from typing import NamedTuple

import numpy as np

from ._jit import kernel
from .contour import MAX_BIG, MAX_NODES
from .eye_error import gray_steps
from .pulse import fill_twiddles
from .sequence import MAX_ALTERNATING

FINE, GAP, SINGULAR_TAPS, WRAPS, NO_ROOT_HIGH, NO_ROOT_LOW, UNSETTLED = 0, 1, 2, 3, 4, 5, 6
MAX_FEEDBACK = 5
MAX_TAPS = 128  # of the FFE: the scratch has room for them


# What `gains` holds after `adapt`; BURST and CONTINUATION are of decision feedback (errors per burst, chance that the next symbol errs
# too), OFFSET the timing offset with the sign that hurts.
AMPLIFIER_GAIN, LIGHT_GAIN, WHITE_GAIN, DC_GAIN, ERROR, EDGE, BURST, CONTINUATION, OFFSET = 0, 1, 2, 3, 4, 5, 6, 7, 8


class EyeRows(NamedTuple):
    """Structure of arrays: n points over s responses; SI and linear.  ``levels`` from -1 to 1, M of them, lowest first."""

    window: int  # symbols in the window, a power of two
    spectrum: np.ndarray  # s x K complex: response to a rectangular symbol, 1 at DC
    aggressor: np.ndarray  # s x A x K complex: responses to aggressors' symbols, as large as they are at the receiver over the victim's
    amplifier_acf: np.ndarray  # s x L: normalised autocorrelation at tap spacing
    light_acf: np.ndarray  # s x L
    which: np.ndarray  # n int64: which response a point has
    levels: np.ndarray  # n x M
    half_swing_a: np.ndarray  # half the outer swing of the photocurrent
    amplifier_a2: np.ndarray  # i_n^2 B_N
    dark_shot_a2: np.ndarray  # 2 q F I_d B_N
    shot_a: np.ndarray  # n x M: 2 q F B_N P_k/(OMA/2), to be multiplied by the half swing
    rin_relative: np.ndarray  # n x M: variance of RIN over the squared half swing
    quantisation_relative: np.ndarray  # variance over the squared half swing
    transmitter_relative: np.ndarray  # 1/SNDR
    beat_relative: np.ndarray  # n x M: variance of the interferer's own symbols over the squared half swing
    beat_deviation: np.ndarray  # n x M: shift of level k in half swings by a state of 1, less its mean over levels
    beat_mean: np.ndarray  # n: that mean
    state_x: np.ndarray  # n x S
    state_mass: np.ndarray
    tap_count: np.ndarray  # int64
    pre: np.ndarray  # int64: symbols before the main tap
    per_symbol: np.ndarray  # int64: 1 or 2 taps a symbol
    tap_limit: np.ndarray  # of the main tap; inf for none
    feedback: np.ndarray  # int64: decision-feedback taps
    feedback_limit: np.ndarray  # of the wanted cursor
    memory: np.ndarray  # int64: 0, or symbols of memory of sequence estimation, which takes the place of the feedback taps
    random_ui: np.ndarray  # rms of random jitter
    dirac_ui: np.ndarray  # distance of either Dirac from the middle
    offset_ui: np.ndarray  # timing offset from the best phase, to the side that hurts more
    optimal: np.ndarray  # bool


class EyeScratch(NamedTuple):
    """Scratch of one thread, by ``eye_scratch``."""

    twiddles: np.ndarray
    work: np.ndarray
    matrix: np.ndarray
    taps: np.ndarray
    trial: np.ndarray
    noise_acf: np.ndarray
    filtered: np.ndarray
    filtered_aggressor: np.ndarray
    cursors: np.ndarray
    nodes: np.ndarray
    big: np.ndarray
    about: np.ndarray
    signs: np.ndarray
    centred: np.ndarray
    cumulants: np.ndarray
    steps: np.ndarray
    sigma: np.ndarray
    shift: np.ndarray
    threshold: np.ndarray
    log_state: np.ndarray
    gains: np.ndarray
    feedback: np.ndarray
    covariance: np.ndarray


@kernel
def eye_scratch(size, points, aggressors, level_count, states):
    """Scratch for windows of ``size`` symbols, spectra of ``points`` frequencies, and so on."""
    twiddles = np.empty((2, size // 2))
    fill_twiddles(size, twiddles)
    width = max(size, 160)
    steps = np.zeros((2, level_count, level_count))
    gray_steps(level_count, steps[0], steps[1])
    return EyeScratch(
        twiddles, np.empty((12, width)), np.empty((160, 160)), np.zeros(160), np.zeros(160), np.zeros(160),
        np.empty(points, dtype=np.complex128), np.empty((aggressors, points), dtype=np.complex128),
        np.empty(size * (1 + aggressors)), np.empty((2, 2, MAX_NODES + 1)), np.empty(max(MAX_BIG, size * (1 + aggressors))),
        np.zeros((2, 16)), np.empty((5, max(size * (1 + aggressors), MAX_ALTERNATING + 3))), np.empty(level_count), np.zeros(9), steps,
        np.empty(level_count), np.empty(level_count), np.empty(level_count), np.empty(states), np.zeros(9), np.zeros(MAX_FEEDBACK), np.zeros(MAX_ALTERNATING + 3),
    )  # fmt: skip
