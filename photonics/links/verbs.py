"""The public verbs of a link: they check what they were given, read the design, and only then load an engine.

The engines bring Numba with them; a wrong argument or a faulty file must not cost that second, so imports stand inside.
"""

import math
from collections.abc import Iterable

from photonics import catalog
from photonics.errors import InputError, UnsupportedError, nearest, shown
from photonics.results import BerCurve, Budget, EnergyTerm, Explanation, FecResult, Term
from photonics.results.eye import EyeResult
from photonics.spec.corner import check_corner, check_life
from photonics.spec.link import LinkSpec

METHODS = ("closed-form", "eye", "waveform")
NOT_BUILT = {"waveform": "the time-domain engine is not built yet"}
LOWEST_DBM, HIGHEST_DBM = -60.0, 30.0
CODES = ("kp4", "kp4+hamming128", "none")


def _read(design: str | LinkSpec) -> LinkSpec:
    return design if isinstance(design, LinkSpec) else catalog.load_link(design)


def budget(design: str | LinkSpec, *, corner: str = "worst", life: str = "end") -> Budget:
    """Loss waterfall, powers, error ratio, FEC and energy of a link.

    ``design`` is a catalog name, a file or a ``LinkSpec``; ``corner`` is worst, typ or best; ``life`` is begin or end (ageing
    guards are spent at the end only).  The physics budget compares the
    received OMA with the sensitivity at the PHY's pre-FEC limit; the spec budget compares it with what a compliant receiver must
    accept.  They are never mixed: TDECQ already holds ISI, RIN and dispersion.  Raises ``InputError`` for a design that cannot be
    read.  Valid for intensity-modulated PAM with Gaussian noise and memoryless levels; ISI is an allowance of the design.
    """
    check_corner(corner)
    check_life(life)
    spec = _read(design)
    from .budgets import link_budget

    return link_budget(spec, corner, life)


def ber(
    design: str | LinkSpec,
    *,
    method: str = "closed-form",
    rx_oma_dbm: Iterable[float] | None = None,
    target_ber: float | None = None,
    corner: str = "typ",
    lane: int = 0,
) -> BerCurve:
    """BER of one lane at received outer OMAs (TP3), and the sensitivity at ``target_ber``.

    Without ``rx_oma_dbm`` the curve runs from 5 dB below to 5 dB above the sensitivity at the target (at the PHY's limit where no
    target is given), in 0.5 dB steps.  The BER is the mean over beat states; with a quasi-static MPI the frame loss of such a
    mean is not the mean frame loss, which ``budget`` gives.  Raises ``InputError`` for a method that does not exist (or
    ``UnsupportedError`` for one not built), powers outside -60..30 dBm, a target outside 0..0.5, a lane that is not there.
    """
    if method not in METHODS:
        raise InputError.of("", "method", shown(method), "one of " + ", ".join(METHODS), nearest(str(method), METHODS))
    if method in NOT_BUILT:
        raise UnsupportedError.of("", "method", shown(method), f"closed-form ({NOT_BUILT[method]})")
    check_corner(corner)
    if target_ber is not None and not 0.0 < target_ber < 0.5:
        raise InputError.of("", "target_ber", shown(target_ber), "an error ratio above 0 and below 0.5")
    powers = None if rx_oma_dbm is None else [_power(p) for p in rx_oma_dbm]
    if powers is not None and not powers:
        raise InputError.of("", "rx_oma_dbm", "no power", "at least one power in dBm")
    spec = _read(design)
    lanes = int(spec.signal.lanes)
    if isinstance(lane, bool) or not isinstance(lane, int) or not 0 <= lane < lanes:
        raise InputError.of("", "lane", shown(lane), f"a lane from 0 to {lanes - 1}")
    if method == "eye":
        from .eyes import eye_curve

        return eye_curve(spec, corner, lane, powers, target_ber)
    from .error_ratios import closed_form_curve

    return closed_form_curve(spec, corner, lane, powers, target_ber)


MAX_TARGETS, MAX_OFFSETS = 8, 401


def eye(
    design: str | LinkSpec,
    *,
    corner: str = "typ",
    lane: int = 0,
    rx_oma_dbm: float | None = None,
    targets: Iterable[float] = (1e-3, 1e-6, 1e-9),
    offsets: int = 65,
) -> EyeResult:
    """The statistical eye of one lane: sub-eyes at error probabilities, bathtub, pulse responses, taps, noise by kind.

    ``rx_oma_dbm`` is the outer OMA at TP3; left out, what the lane receives in its
    budget (its sensitivity where nothing sets a launch).  ``targets`` are the probabilities whose edges are
    drawn, ``offsets`` (odd) how many sampling instants of the UI.  The equaliser is adapted once, at the best phase; thresholds are those of
    the design (``receiver.thresholds``).  The chain comes from the design's ``[chain]``.  Valid for linear responses and memoryless, unequal levels
    of NRZ, PAM4 and PAM8.  Raises ``InputError`` for a design without a chain, a lane that is not there, values out of range.
    """
    check_corner(corner)
    wanted = tuple(float(t) for t in targets)
    if not 1 <= len(wanted) <= MAX_TARGETS or not all(1e-18 <= t <= 0.1 for t in wanted):
        raise InputError.of("", "targets", shown(wanted), f"one to {MAX_TARGETS} probabilities from 1e-18 to 0.1")
    if isinstance(offsets, bool) or not isinstance(offsets, int) or not 5 <= offsets <= MAX_OFFSETS or offsets % 2 == 0:
        raise InputError.of("", "offsets", shown(offsets), f"an odd number from 5 to {MAX_OFFSETS}")
    power = None if rx_oma_dbm is None else _power(rx_oma_dbm)
    spec = _read(design)
    lanes = int(spec.signal.lanes)
    if isinstance(lane, bool) or not isinstance(lane, int) or not 0 <= lane < lanes:
        raise InputError.of("", "lane", shown(lane), f"a lane from 0 to {lanes - 1}")
    from .eyes import link_eye

    return link_eye(spec, corner, lane, power, wanted, offsets)


def _power(value: float) -> float:
    number = float(value)
    if not math.isfinite(number) or not LOWEST_DBM <= number <= HIGHEST_DBM:
        raise InputError.of("", "rx_oma_dbm", shown(value), f"a power from {LOWEST_DBM:g} to {HIGHEST_DBM:g} dBm")
    return number


def fec(*, code: str, pre_fec_ber: float, interleave: int = 1, burst_continuation: float | None = None) -> FecResult:
    """RS symbol, codeword and 64-octet frame error ratios of a code at a pre-FEC BER, errors independent.

    KP4 is RS(544,514) over 10-bit symbols, t = 15: p_s = 1 - (1-p)^10, CER = P(more than 15 of 544), frame loss
    [1 - (1-CER)^L](1 + m)/m with m = 640 L/84.  ``none`` loses a frame slot with any wrong bit of its 84 octets.  Valid for
    0 <= BER <= 0.5; logarithms stay exact where the ratios underflow.  Bursts and the concatenated code are not built yet.
    """
    if code not in CODES:
        raise InputError.of("", "code", shown(code), "one of " + ", ".join(CODES), nearest(str(code), CODES))
    if code == "kp4+hamming128":
        raise UnsupportedError.of("", "code", shown(code), "kp4 or none (the concatenated code is not built yet)")
    if burst_continuation is not None:
        allowed = "nothing (random errors only: the burst model is not built yet)"
        raise UnsupportedError.of("", "burst_continuation", shown(burst_continuation), allowed)
    if not isinstance(pre_fec_ber, int | float) or isinstance(pre_fec_ber, bool) or not 0.0 <= pre_fec_ber <= 0.5:
        raise InputError.of("", "pre_fec_ber", shown(pre_fec_ber), "an error ratio from 0 to 0.5")
    if isinstance(interleave, bool) or not isinstance(interleave, int) or not 1 <= interleave <= 64:
        raise InputError.of("", "interleave", shown(interleave), "a whole number of codewords from 1 to 64")
    from .post_fec import after_code

    return after_code(code, float(pre_fec_ber), interleave)


def explain(design: str | LinkSpec, term: str | None = None, *, corner: str = "worst") -> Explanation:
    """Equation, inputs and sources of every term of a link's worst lane, or of those whose name contains ``term``.

    Case does not count.  An unknown term raises ``InputError`` with the nearest names.
    """
    found = budget(design, corner=corner)
    lane = found.worst_lane
    every: tuple[Term | EnergyTerm, ...] = (*lane.terms, *lane.spec_terms, *found.module.energy_terms)
    return Explanation(found.link, corner, every).only(term)
