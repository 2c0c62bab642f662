"""The buffer of the vector kernels: a block of points as rows of a flat array, small enough for a first-level cache.

A block is one flat buffer of ``ROWS`` rows of ``WIDTH`` points.  Every stage of the fused pass is its own loop over the points, loops over
levels and iterations stand outside, and row offsets are constants: that is what lets a compiler prove that rows do not overlap and use
vector instructions.  A row whose number is known at run time only is copied to a fixed one first (not doing so cost a factor 3.6).

Powers are those at the photodiode (currents over responsivity); P is the outer OMA there and sigma_k^2 = ALPHA + BETA_k P + GAMMA_k P^2.
"""

import itertools

WIDTH = 64  # rows of 512 bytes: what one stage touches fits in a 48 KiB first-level cache

_NEXT = itertools.count()


def _rows(count=1):
    """Offset of the next ``count`` rows in the flat buffer."""
    return min(next(_NEXT) for _ in range(count)) * WIDTH


# What a point is, P aside.
ALPHA = _rows()
BETA0, BETA1, BETA2, BETA3 = _rows(), _rows(), _rows(), _rows()
GAMMA0, GAMMA1, GAMMA2, GAMMA3 = _rows(), _rows(), _rows(), _rows()
GAP0, GAP1, GAP2 = _rows(), _rows(), _rows()  # level spacings over P
SHIFT0, SHIFT1, SHIFT2, SHIFT3 = _rows(), _rows(), _rows(), _rows()  # move of a level by a beat state of 1, over P
# What an evaluation works with.
POWER = _rows()  # P, in W
INV0, INV1, INV2, INV3 = _rows(), _rows(), _rows(), _rows()  # 1 / sigma
EDGE0, EDGE1, EDGE2, EDGE3 = _rows(), _rows(), _rows(), _rows()  # d ln(x) / d ln P of a distance in sigmas
UP0, UP1, UP2 = _rows(), _rows(), _rows()  # threshold above the lower level of its eye, in W
DOWN0, DOWN1, DOWN2 = _rows(), _rows(), _rows()  # threshold below the upper level
X0, X1, X2, X3, X4, X5 = _rows(), _rows(), _rows(), _rows(), _rows(), _rows()  # distances to the next threshold over sigma
FLOOR, SUM, SLOPE = _rows(), _rows(), _rows()
VARIANCE0, VARIANCE1, VARIANCE2, VARIANCE3 = _rows(), _rows(), _rows(), _rows()
PART0, PART1, PART2 = _rows(), _rows(), _rows()  # what the upper level's density is over the lower one's: see pam4_alone
BEAT = _rows()  # P times the state's node
# Search of the sensitivity.
RATIO, RATIO_SLOPE = _rows(), _rows()  # ln of the mean over states of the BER or codeword error ratio, and its slope in ln P
STRENGTH = _rows()  # of the beat: see beat_block
TOP, TOTAL, DRIFT = _rows(), _rows(), _rows()  # of that mean
STATE_WEIGHT = _rows()
STATE_LOG, STATE_SLOPE = _rows(), _rows()
COUPLING = _rows()  # TP3 to photodiode
LOW, HIGH = _rows(), _rows()  # bracket of the root, in P
OLD, OLD_EXCESS, OLD_SLOPE = _rows(), _rows(), _rows()  # the evaluation before
FOUND = _rows()  # the root, in P; NaN where there is none
STATE = _rows()  # of the search: a status of `answers`, or one of `sense_block` while it goes on
# What lowering leaves for the rest of the pass.
ER, OPENING, NOISE_GAIN, RESPONSIVITY_A_W = _rows(), _rows(), _rows(), _rows()
DARK_A, EXCESS, DENSITY, BAND = _rows(), _rows(), _rows(), _rows()
RIN_AVG, RIN_OMA, SNDR, QUANTISATION, BEAT_SQUARE = _rows(), _rows(), _rows(), _rows(), _rows()
LEVEL0, LEVEL1, LEVEL2, LEVEL3 = _rows(), _rows(), _rows(), _rows()  # level powers over the outer OMA
LOSS_DB, BEFORE_DB, AFTER_DB = _rows(), _rows(), _rows()  # TP2 to TP3; inside the module, before and behind the modulator
FIBRE_M = _rows()
SPAN, LAST_ROOT = _rows(), _rows()  # transmission from one reflecting face to the next; root of the last face's reflectance
CHAIN = _rows(8)  # sums over the faces so far: field amplitudes, then their even powers
PAIRS = _rows(8)  # sums over pairs: of a_ij, then of a_ij^2, a_ij^4 and so on to a_ij^14
CHROMATIC, DGD_GAIN = _rows(), _rows()  # mean of 1/H^2 over the band
TRIAL, PHASE, PHASE_TOTAL = _rows(), _rows(), _rows()
PROBLEM = _rows()  # 0, or the status of a point that cannot be evaluated
PICKED = _rows()  # numbers of the points that a second buffer holds
HALF = next(_NEXT) * WIDTH  # where that buffer begins: the same rows, for a few points picked from these
ROWS = 2 * HALF // WIDTH
