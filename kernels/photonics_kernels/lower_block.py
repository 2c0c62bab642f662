"""From what a design file says of a lane to what the fused pass computes with, for a block of points: the vector form of lowering.

``r`` holds the named rows of ``roles`` (dB, dBm, nm, degC), ``b`` the rows of ``block`` (SI, linear).  Equations are those of the rooms
of one point each (``transmitter``, ``path``, ``reflection``, ``receiver``); a test holds both against each other.
"""

import math

from . import roles
from ._jit import kernel
from .answers import EYE_CLOSED, IMPOSSIBLE
from .block import (
    AFTER_DB,
    ALPHA,
    BAND,
    BEAT_SQUARE,
    BEFORE_DB,
    BETA0,
    CHAIN,
    CHROMATIC,
    COUPLING,
    DARK_A,
    DENSITY,
    DGD_GAIN,
    ER,
    EXCESS,
    FIBRE_M,
    GAMMA0,
    GAP0,
    LAST_ROOT,
    LEVEL0,
    LOSS_DB,
    NOISE_GAIN,
    OPENING,
    PAIRS,
    PHASE,
    PHASE_TOTAL,
    PROBLEM,
    QUANTISATION,
    RESPONSIVITY_A_W,
    RIN_AVG,
    RIN_OMA,
    SHIFT0,
    SNDR,
    SPAN,
    TRIAL,
    WIDTH,
)
from .energy import ZERO_CELSIUS_K
from .path import LIMIT_RESPONSE, SPEED_OF_LIGHT_M_S
from .receiver import ELEMENTARY_CHARGE_C
from .reflection import IMPROVED, SIMPLE
from .scale import LN10_OVER_10
from .vector import exp_v, inverse_root_v, log_v

# Gauss-Legendre nodes and weights on [0, 1]: 12 nodes integrate 1/H^2 to 1e-8 as long as H stays above OPEN_RESPONSE in the band
# and its phase below SMALL_PHASE; beyond, down to LIMIT_RESPONSE, panels of halving width do.
OPEN_RESPONSE, SMALL_PHASE, PANELS = 0.7, 1.0, 4  # exempt: which rule is taken, both are right where they meet
NODES = (
    0.009219682876640378, 0.04794137181476255, 0.11504866290284765, 0.20634102285669126, 0.3160842505009099, 0.43738329574426554,
    0.5626167042557344, 0.6839157494990901, 0.7936589771433087, 0.8849513370971523, 0.9520586281852375, 0.9907803171233596,
)
WEIGHTS = (
    0.02358766819325589, 0.05346966299765924, 0.08003916427167311, 0.10158371336153293, 0.11674626826917734, 0.12457352290670138,
    0.12457352290670138, 0.11674626826917734, 0.10158371336153293, 0.08003916427167311, 0.05346966299765924, 0.02358766819325589,
)
LN2_PER_10_K = math.log(2.0) / 10.0
REFERENCE_K = 25.0 + ZERO_CELSIUS_K
NM, KM = 1e-9, 1e3
DB_PER_NEPER = 1.0 / LN10_OVER_10


@kernel
def _db(x):
    return exp_v(x * LN10_OVER_10)


@kernel
def _to_db(x):
    return log_v(x) * DB_PER_NEPER


@kernel
def _sine(x):
    """sin x for |x| <= pi/2, 1e-13."""
    z = x * x
    return x * (1.0 + z * (-1.0 / 6.0 + z * (1.0 / 120.0 + z * (-1.0 / 5040.0 + z * (1.0 / 362880.0 + z * (-1.0 / 39916800.0 + z * (1.0 / 6227020800.0 + z * (-1.0 / 1307674368000.0 + z * (1.0 / 355687428096000.0)))))))))


@kernel
def _cosine(x):
    """cos x for |x| <= pi/2, 1e-13."""
    z = x * x
    return 1.0 + z * (-0.5 + z * (1.0 / 24.0 + z * (-1.0 / 720.0 + z * (1.0 / 40320.0 + z * (-1.0 / 3628800.0 + z * (1.0 / 479001600.0 + z * (-1.0 / 87178291200.0 + z * (1.0 / 20922789888000.0 - z * (1.0 / 6402373705728000.0)))))))))


@kernel
def lower_losses(r, b, program):
    """Losses in dB of the three stretches, fibre length, and sums over pairs of reflecting faces; ``r`` holds the elements too."""
    quasi = program.mpi == roles.QUASI_STATIC
    for i in range(WIDTH):
        b[LOSS_DB + i], b[BEFORE_DB + i], b[AFTER_DB + i], b[FIBRE_M + i], b[SPAN + i] = 0.0, 0.0, 0.0, 0.0, 1.0
        b[PHASE + i] = 0.0  # sum of PDL in dB, for now
        b[LAST_ROOT + i] = exp_v(-0.5 * LN10_OVER_10 * r[roles.LAUNCH_RETURN_DB + i])
    for k in range(8 if quasi else 2):  # without a beat the sums of higher powers are not asked for
        chain, pairs = CHAIN + k * WIDTH, PAIRS + k * WIDTH
        for i in range(WIDTH):
            b[chain + i] = 0.0
        for i in range(WIDTH):
            b[pairs + i] = 0.0
    for e in range(program.element_kind.shape[0]):
        at = (roles.NAMED + e * roles.ELEMENT_ROWS) * WIDTH
        kind, count = program.element_kind[e], program.element_count[e]
        if program.element_by_loss[e]:
            for i in range(WIDTH):
                b[TRIAL + i] = r[at + roles.LOSS + i]
        else:
            for i in range(WIDTH):
                b[TRIAL + i] = r[at + roles.LENGTH + i] * (1.0 / KM) * r[at + roles.ATTENUATION + i]
        if kind == roles.BEFORE_MODULATOR or kind == roles.AFTER_MODULATOR:
            if program.element_splits[e]:
                for i in range(WIDTH):
                    b[TRIAL + i] += _to_db(r[at + roles.WAYS + i])
            if kind == roles.BEFORE_MODULATOR:
                for i in range(WIDTH):
                    b[BEFORE_DB + i] += b[TRIAL + i]
            else:
                for i in range(WIDTH):
                    b[AFTER_DB + i] += b[TRIAL + i]
            continue
        for i in range(WIDTH):
            b[LOSS_DB + i] += count * b[TRIAL + i]
        if kind == roles.FIBRE:
            for i in range(WIDTH):
                b[FIBRE_M + i] += count * r[at + roles.LENGTH + i]
        if program.element_pdl[e]:
            for i in range(WIDTH):
                b[PHASE + i] += count * r[at + roles.PDL + i]
        if not program.element_reflects[e]:
            for i in range(WIDTH):
                b[SPAN + i] *= exp_v(-LN10_OVER_10 * count * b[TRIAL + i])
            continue
        # A face stands in the middle of its element.
        for i in range(WIDTH):
            b[TRIAL + i] = exp_v(-0.5 * LN10_OVER_10 * b[TRIAL + i])
            b[PHASE_TOTAL + i] = exp_v(-0.5 * LN10_OVER_10 * r[at + roles.RETURN + i])
        for _ in range(count):
            if not quasi:
                _face_alone(b)
                continue
            for i in range(WIDTH):
                b[SPAN + i] *= b[TRIAL + i]
            _face(b, quasi)
            for i in range(WIDTH):
                b[SPAN + i] = b[TRIAL + i]
    if program.worst_polarisation:
        for i in range(WIDTH):
            extra = _to_db(0.5 * (1.0 + _db(b[PHASE + i])))
            b[LOSS_DB + i] += extra
            b[SPAN + i] *= exp_v(-LN10_OVER_10 * extra)
    for i in range(WIDTH):
        b[PHASE_TOTAL + i] = exp_v(-0.5 * LN10_OVER_10 * r[roles.RECEIVER_RETURN_DB + i])
    _face(b, quasi)


@kernel
def _face_alone(b):
    """As ``_face`` without a beat, in the middle of an element whose half transmits TRIAL: all in one loop."""
    for i in range(WIDTH):
        root, half = b[PHASE_TOTAL + i], b[TRIAL + i]
        chain = (b[CHAIN + i] + b[LAST_ROOT + i]) * (b[SPAN + i] * half)
        b[CHAIN + i] = chain
        b[PAIRS + i] += root * chain
        b[LAST_ROOT + i] = root
        b[SPAN + i] = half


@kernel
def _face(b, quasi):
    """Add the pairs that a face makes with all faces before it; its amplitude (root of reflectance) is in PHASE_TOTAL.

    With c_m = sum over earlier faces of (r_i T_ij)^m, one product carries every pair along: c_m <- (c_m + r_before^m) T^m.
    """
    if not quasi:
        for i in range(WIDTH):
            chain = (b[CHAIN + i] + b[LAST_ROOT + i]) * b[SPAN + i]
            b[CHAIN + i] = chain
            b[PAIRS + i] += b[PHASE_TOTAL + i] * chain
            b[LAST_ROOT + i] = b[PHASE_TOTAL + i]
        return
    for i in range(WIDTH):
        root, last, span = b[PHASE_TOTAL + i], b[LAST_ROOT + i], b[SPAN + i]
        chain = (b[CHAIN + i] + last) * span
        b[CHAIN + i] = chain
        b[PAIRS + i] += root * chain
        root2, last2, span2 = root * root, last * last, span * span
        root_m, last_m, span_m = root2, last2, span2
        for k in range(1, 8):
            chain = (b[CHAIN + k * WIDTH + i] + last_m) * span_m
            b[CHAIN + k * WIDTH + i] = chain
            b[PAIRS + k * WIDTH + i] += root_m * chain
            root_m, last_m, span_m = root_m * root2, last_m * last2, span_m * span2
        b[LAST_ROOT + i] = root


@kernel
def lower_dispersion(r, b, program):
    """Rows CHROMATIC and DGD_GAIN: mean of 1/H^2 over 0 to half the symbol rate, the worse (or better) of the ends that are open.

    NaN where H falls below its limit inside the band.
    """
    worse = float(program.worse)
    fibres = 0
    for i in range(WIDTH):
        b[DGD_GAIN + i] = 0.0
        b[CHROMATIC + i] = -worse * math.inf  # what any end improves on
    for e in range(program.element_kind.shape[0]):
        if program.element_kind[e] == roles.FIBRE:
            fibres += 1
            at = (roles.NAMED + e * roles.ELEMENT_ROWS) * WIDTH
            count = program.element_count[e]
            for i in range(WIDTH):
                b[DGD_GAIN + i] += count * r[at + roles.DGD + i] ** 2
    if fibres == 0:
        for i in range(WIDTH):
            b[CHROMATIC + i], b[DGD_GAIN + i] = 1.0, 1.0
        return
    for i in range(WIDTH):
        z = 0.5 * math.pi * r[roles.SYMBOL_RATE + i] * math.sqrt(b[DGD_GAIN + i])
        cosine = _cosine(min(z, 1.5))
        # mean of 1/cos^2 over 0..z is tan(z)/z
        ratio = _sine(min(z, 1.5)) / (cosine * z) if z > 1e-8 else 1.0
        b[DGD_GAIN + i] = math.nan if cosine < LIMIT_RESPONSE else ratio
    for wave in range(program.wavelengths):
        lam = roles.WAVELENGTH_HIGH_NM if wave else roles.WAVELENGTH_LOW_NM
        for zero in range(program.zeros):
            for i in range(WIDTH):
                b[PHASE + i] = 0.0
            for e in range(program.element_kind.shape[0]):
                if program.element_kind[e] != roles.FIBRE:
                    continue
                at = (roles.NAMED + e * roles.ELEMENT_ROWS) * WIDTH
                where = at + (roles.ZERO_HIGH if zero else roles.ZERO_LOW)
                count = program.element_count[e]
                for i in range(WIDTH):
                    length = NM * r[lam + i]
                    quotient = r[where + i] / r[lam + i]
                    square = quotient * quotient
                    slope = 1e3 * r[at + roles.DISPERSION_SLOPE + i]
                    per_m2 = 0.25 * slope * length * (1.0 - square * square)
                    b[PHASE + i] += per_m2 * count * r[at + roles.LENGTH + i]
            for i in range(WIDTH):
                length = NM * r[lam + i]
                nyquist = 0.5 * r[roles.SYMBOL_RATE + i]
                b[PHASE_TOTAL + i] = math.pi * length * length * b[PHASE + i] / SPEED_OF_LIGHT_M_S * nyquist * nyquist
            for chirp in range(program.alphas):
                _chromatic(r, b, roles.ALPHA_HIGH if chirp else roles.ALPHA_LOW)
                for i in range(WIDTH):
                    new, old = b[TRIAL + i], b[CHROMATIC + i]
                    # An end that closes the band is infinitely bad: it decides the worst corner and leaves the best one alone.
                    new = new if new == new else math.inf
                    b[CHROMATIC + i] = new if worse * new > worse * old else old
    for i in range(WIDTH):
        found = b[CHROMATIC + i]
        b[CHROMATIC + i] = found if found < math.inf else math.nan


@kernel
def _chromatic(r, b, alpha):
    """Row TRIAL: mean over the band of 1/(cos(theta u^2) - alpha sin(theta u^2))^2; NaN where H falls below its limit in band.

    Where a point of the block comes near that limit, or turns far, the nodes are set in panels that shrink towards the band's edge.
    """
    least, most = 1.0, 0.0
    for i in range(WIDTH):
        theta = b[PHASE_TOTAL + i]
        edge = _response(theta, r[alpha + i])
        # H is a cosine that starts within a quarter turn of its top: below half a turn it is least at one of the band's ends.
        fine = (edge >= LIMIT_RESPONSE) & (abs(theta) < math.pi)
        b[TRIAL + i] = 0.0 if fine else math.nan
        least = min(least, edge if fine else 1.0)
        most = max(most, abs(theta) if fine else 0.0)
    if (least >= OPEN_RESPONSE) & (most <= SMALL_PHASE):
        _panel(r, b, alpha, 0.0, 1.0)
        return
    low, width = 0.0, 1.0
    for _ in range(PANELS - 1):
        width *= 0.5  # exempt: any division of the band gives the same integral
        _panel(r, b, alpha, low, width)
        low += width
    _panel(r, b, alpha, low, width)


@kernel
def _response(theta, alpha):
    """cos theta - alpha sin theta for |theta| <= pi, through the half angle."""
    sine, cosine = _sine(0.5 * theta), _cosine(0.5 * theta)
    return 1.0 - 2.0 * sine * (sine + alpha * cosine)


@kernel
def _panel(r, b, alpha, low, width):
    """Add the part of the mean that lies between ``low`` and ``low + width`` of the band to row TRIAL."""
    for k in range(12):
        u, weight = low + width * NODES[k], width * WEIGHTS[k]
        for i in range(WIDTH):
            h = _response(b[PHASE_TOTAL + i] * u * u, r[alpha + i])
            b[TRIAL + i] += weight / (h * h)


@kernel
def lower_receiver(r, b, program):
    """Receiver, laser noise and modulator rows: SI and linear, at the case temperature."""
    if program.by_drive:
        for i in range(WIDTH):
            drive = r[roles.SWING_V + i] / r[roles.V_PI + i]
            fine = (drive > 0.0) & (drive < 1.0)
            # (1 + sin t)/(1 - sin t) = cot^2 of half of what t lacks to a quarter turn: no digits lost near a full drive.
            lack = 0.25 * math.pi * (1.0 - drive if fine else 0.5)
            cotangent = _cosine(lack) / _sine(lack)
            b[ER + i] = cotangent * cotangent
            b[PROBLEM + i] = b[PROBLEM + i] if fine else float(IMPOSSIBLE)
    else:
        for i in range(WIDTH):
            b[ER + i] = _db(r[roles.ER_DB + i])
    for i in range(WIDTH):
        case = r[roles.CASE_C + i]
        b[COUPLING + i] = _db(-r[roles.COUPLING_LOSS_DB + i])
        b[RESPONSIVITY_A_W + i] = r[roles.RESPONSIVITY + i]
        b[DARK_A + i] = r[roles.DARK_25C_A + i] * exp_v((case - 25.0) * LN2_PER_10_K)
        b[DENSITY + i] = r[roles.DENSITY_25C + i] * math.sqrt((case + ZERO_CELSIUS_K) * (1.0 / REFERENCE_K))
        b[EXCESS + i] = 1.0
        b[BAND + i] = r[roles.BANDWIDTH + i]
        b[SNDR + i] = _db(r[roles.SNDR_DB + i])
    if program.avalanche:
        for i in range(WIDTH):
            gain, k = r[roles.GAIN + i], r[roles.IONISATION + i]
            b[EXCESS + i] = k * gain + (1.0 - k) * (2.0 - 1.0 / gain)
            b[DENSITY + i] /= gain
    for i in range(WIDTH):
        b[RIN_AVG + i], b[RIN_OMA + i], b[QUANTISATION + i] = 0.0, 0.0, 0.0
    if program.rin_average:
        for i in range(WIDTH):
            b[RIN_AVG + i] = _db(r[roles.RIN_AVG_DB_HZ + i])
    else:
        for i in range(WIDTH):
            b[RIN_OMA + i] = _db(r[roles.RIN_OMA_DB_HZ + i])
    if program.converter:
        for i in range(WIDTH):
            scale = r[roles.FULL_SCALE + i]
            b[QUANTISATION + i] = scale * scale * (1.0 / 12.0) * exp_v(-2.0 * math.log(2.0) * r[roles.ENOB + i])
    for i in range(WIDTH):
        b[NOISE_GAIN + i] = _db(2.0 * r[roles.PENALTY_DB + i]) * b[CHROMATIC + i] * b[DGD_GAIN + i]


@kernel
def lower_levels(r, b, program, level_count):
    """Four levels over the outer OMA, the opening that an MPI bound leaves, and the coefficients of every level's noise.

    The bound is PAM4's: with another number of levels the caller takes its own.
    """
    for i in range(WIDTH):
        low = 1.0 / (b[ER + i] - 1.0)
        high = low + 1.0
        middle = 0.5 * (low + high)
        part = r[roles.RLM + i] * (1.0 / 6.0)
        b[LEVEL0 + i], b[LEVEL0 + WIDTH + i] = low, middle - part
        b[LEVEL0 + 2 * WIDTH + i], b[LEVEL0 + 3 * WIDTH + i] = middle + part, high
        b[OPENING + i], b[BEAT_SQUARE + i] = 1.0, 0.0
    if program.mpi == roles.UPPER_BOUND:
        for i in range(WIDTH):
            er = b[ER + i]
            ideal1, ideal2 = (2.0 + er) * (1.0 / 3.0), (1.0 + 2.0 * er) * (1.0 / 3.0)  # levels over the lowest, equally spaced
            closure = 12.0 * b[PAIRS + i] * er * b[LEVEL0 + i]  # the lowest level is 1/(ER - 1)
            inverse = inverse_root_v(er)
            if program.bound == IMPROVED:
                closure *= 0.5 * (1.0 + ideal2 * inverse_root_v(ideal2) * inverse)
            elif program.bound != SIMPLE:
                closure *= 0.25 * ((1.0 + ideal1 * inverse_root_v(ideal1) + ideal2 * inverse_root_v(ideal2)) * inverse + 1.0)
            shut = (closure >= 1.0) & (level_count == 4)
            b[OPENING + i] = 1.0 - closure
            b[PROBLEM + i] = float(EYE_CLOSED) if shut else b[PROBLEM + i]
    else:
        for i in range(WIDTH):
            b[BEAT_SQUARE + i] = b[PAIRS + WIDTH + i]
    for i in range(WIDTH):
        t0, t1, t2, t3 = b[LEVEL0 + i], b[LEVEL0 + WIDTH + i], b[LEVEL0 + 2 * WIDTH + i], b[LEVEL0 + 3 * WIDTH + i]
        q0, q1, q2, q3 = t0 * inverse_root_v(t0), t1 * inverse_root_v(t1), t2 * inverse_root_v(t2), t3 * inverse_root_v(t3)
        mean_root = 0.25 * (q0 + q1 + q2 + q3)
        mean = 0.25 * (t0 + t1 + t2 + t3)
        r_a_w, gain, band = b[RESPONSIVITY_A_W + i], b[NOISE_GAIN + i], b[BAND + i]
        per_a = 1.0 / r_a_w
        shot = gain * b[EXCESS + i] * (2.0 * ELEMENTARY_CHARGE_C) * band * per_a
        density = b[DENSITY + i] * per_a
        b[ALPHA + i] = gain * density * density * band + shot * b[DARK_A + i] * per_a
        equal = 0.25 * b[RIN_OMA + i] * band + 0.25 / b[SNDR + i] + gain * b[QUANTISATION + i]
        rin = b[RIN_AVG + i] * band
        beat = 4.0 * (mean - mean_root * mean_root) * b[BEAT_SQUARE + i]
        b[BETA0 + i], b[BETA0 + WIDTH + i] = shot * t0, shot * t1
        b[BETA0 + 2 * WIDTH + i], b[BETA0 + 3 * WIDTH + i] = shot * t2, shot * t3
        b[GAMMA0 + i] = t0 * (t0 * rin + beat) + equal
        b[GAMMA0 + WIDTH + i] = t1 * (t1 * rin + beat) + equal
        b[GAMMA0 + 2 * WIDTH + i] = t2 * (t2 * rin + beat) + equal
        b[GAMMA0 + 3 * WIDTH + i] = t3 * (t3 * rin + beat) + equal
        opening = b[OPENING + i]
        b[GAP0 + i], b[GAP0 + WIDTH + i], b[GAP0 + 2 * WIDTH + i] = opening * (t1 - t0), opening * (t2 - t1), opening * (t3 - t2)
        double = 2.0 * mean_root
        b[SHIFT0 + i], b[SHIFT0 + WIDTH + i] = double * q0, double * q1
        b[SHIFT0 + 2 * WIDTH + i], b[SHIFT0 + 3 * WIDTH + i] = double * q2, double * q3
