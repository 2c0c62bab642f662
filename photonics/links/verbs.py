"""The public verbs of a link: they check what they were given, read the design, and only then load an engine.

The engines bring Numba with them; a wrong argument or a faulty file must not cost that second, so imports stand inside.
"""

import math
from collections.abc import Callable, Iterable
from os import PathLike
from typing import Any

from photonics import catalog
from photonics.errors import InputError, UnsupportedError, nearest, shown
from photonics.results import BerCurve, Budget, EnergyTerm, Explanation, FecResult, Term
from photonics.results.eye import EyeResult
from photonics.results.tdecq import TdecqResult
from photonics.spec.corner import check_corner, check_life
from photonics.spec.link import LinkSpec

METHODS = ("closed-form", "eye", "waveform")
LONGEST_COUNT = 10_000_000_000  # symbols of a point
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
    symbols: int | None = None,
    seed: int | None = None,
    linear: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BerCurve:
    """BER of one lane at received outer OMAs (TP3), and the sensitivity at ``target_ber``.

    Without ``rx_oma_dbm`` the curve runs from 5 dB below to 5 dB above the sensitivity at the target (at the PHY's limit where no
    target is given), in 0.5 dB steps.  The BER is the mean over beat states; with a quasi-static MPI the frame loss of such a
    mean is not the mean frame loss, which ``budget`` gives.

    ``closed-form`` has levels and noise alone, ``eye`` the chain's interference, equaliser and jitter as statistics, and ``waveform``
    sends random symbols through filters, modulator and fibre and counts errors: up to ``symbols`` of them (20 million where nothing is
    said) a point, or until 400 are wrong (100 at each sampling instant of a jitter), by the random numbers of ``seed`` (1 where nothing is said);
    thresholds are trained on 131,072 others; with ``linear`` the light follows the drive as the eye has it, else a Mach-Zehnder's
    cosine or an absorption section's exponential bends it.  Its points carry 95 % intervals; they run from 3 dB below to 2 dB above the eye's
    sensitivity where no powers are given.  ``progress`` is called with the points done and all.

    Raises ``InputError`` for a method that does not exist, powers outside -60..30 dBm, a target outside 0..0.5, a lane that is not there,
    options of ``waveform`` with another method, and ``UnsupportedError`` for a waveform of a chain with sequence detection.
    """
    if method not in METHODS:
        raise InputError.of("", "method", shown(method), "one of " + ", ".join(METHODS), nearest(str(method), METHODS))
    check_corner(corner)
    _counting(method, symbols, seed, linear)
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
    if method == "waveform":
        from . import waveforms

        asked = waveforms.MOST_SYMBOLS if symbols is None else symbols
        return waveforms.waveform_curve(
            spec, corner, lane, powers, target_ber, linear=bool(linear), symbols=asked, seed=1 if seed is None else seed, progress=progress
        )
    from .error_ratios import closed_form_curve

    return closed_form_curve(spec, corner, lane, powers, target_ber)


def _counting(method: str, symbols: int | None, seed: int | None, linear: bool | None) -> None:
    """The options of counted errors: with that method alone, and within what it can do."""
    for name, value in (("symbols", symbols), ("seed", seed), ("linear", linear)):
        if value is not None and method != "waveform":
            raise InputError.of("", name, shown(value), f"nothing with method {method}: it belongs to waveform")
    if symbols is not None and (isinstance(symbols, bool) or not isinstance(symbols, int) or not 1000 <= symbols <= LONGEST_COUNT):
        raise InputError.of("", "symbols", shown(symbols), f"a whole number from 1000 to {LONGEST_COUNT:,}")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 63):
        raise InputError.of("", "seed", shown(seed), "a whole number from 0 to 2^63 - 1")


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


def tdecq(
    waveform: Any,
    *,
    baud_gbd: float,
    samples_per_ui: int,
    taps: Iterable[float] | None = None,
    main_tap: int | None = None,
    equalizer: str | None = None,
    target_ser: float | None = None,
    reference_bandwidth_ghz: float | str | None = None,
    filtered: bool = False,
    scope_noise_w: float = 0.0,
    pattern: Any = None,
    center: float | str = "optimal",
    adjust_thresholds: float = 0.0,
    periods: str = "average",
    signal: str = "pam4",
    metric: str | None = None,
    outer_levels_w: tuple[float, float] | None = None,
) -> TdecqResult:
    """TDECQ of a periodic waveform: 10 log10( OMAouter / (6 Qt R) ), R^2 = sigma_G^2 + sigma_S^2, in dB.

    ``waveform`` is a file (.npy, .csv, .h5) or an array of power, ``samples_per_ui`` whole; sample k stands at (k + 0.5)/N UI.  sigma_G is the
    largest noise before the equaliser (Ceq times as large behind it) with which the error ratio of both windows, 0.04 UI wide and 0.05 UI
    either side of the centre, stays at ``target_ser`` (4.8e-4); Qt = Q^-1(2/3 of that); thresholds stand at Pave and Pave +- OMAouter/3, each
    free to move by ``adjust_thresholds`` times OMAouter (0: nominal; later clauses allow 0.01).  OMAouter comes from the central two UI of runs
    of seven 3s and six 0s before the equaliser, or is ``outer_levels_w`` apart (low, high).

    Taps are T-spaced, y(t) = sum w_k x(t - (k - main) T), scaled to a sum of 1: ``taps`` with ``main_tap`` counted from 0, or the best of a
    reference ``equalizer`` (ffe5 by default, ffe9, ffe15, none).  ``center``: optimal, crossing (half a UI behind the mean crossing of Pave) or
    UI within symbol 0.  The fourth-order Bessel-Thomson receiver (half the baud, or ``reference_bandwidth_ghz``, or "none") is applied, free of delay at
    DC, unless ``filtered``; its bandwidth shapes Ceq.  ``pattern`` (prbs13q, ssprq, a file or an array of symbols) finds symbol 0 by correlation and the
    period; ``periods`` average or keep.  Without it the waveform is one period, symbol 0 begins at sample 0, and symbols are decided.

    ``signal`` nrz gives TDEC: one threshold, windows 0.1 UI either side, no equaliser, 2.4e-4.  ``metric`` renames the answer (TECQ without the
    fibre, SECQ of a stressed signal: the same computation).  Source: IEEE 802.3 clause 121.8.5 in our own words.  Raises ``InputError``: a
    capture shorter than the pattern, clipped, with NaN, without lock, of other samples per UI.
    """
    from photonics.files.waveform import checked, read_waveform

    from .tdecq_asked import check, pattern_from

    asked = check(
        baud_gbd=baud_gbd, samples_per_ui=samples_per_ui, taps=taps, main_tap=main_tap, equalizer=equalizer, target_ser=target_ser,
        reference_bandwidth_ghz=reference_bandwidth_ghz, filtered=filtered, scope_noise_w=scope_noise_w, center=center,
        adjust_thresholds=adjust_thresholds, periods=periods, signal=signal, metric=metric, outer_levels_w=outer_levels_w,
    )  # fmt: skip
    where = str(waveform) if isinstance(waveform, str | PathLike) else "waveform"
    samples = read_waveform(where) if isinstance(waveform, str | PathLike) else checked(waveform, where)
    sent = pattern_from(pattern, asked.levels)
    from .tdecq_capture import prepared
    from .tdecq_measure import measured

    capture = prepared(samples, where, samples_per_ui, sent, asked)
    return measured(capture, asked, where)


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
