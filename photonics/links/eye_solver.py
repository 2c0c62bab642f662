"""The statistical eye over batches of points: error ratios, sensitivities, and what they cost a lane in the closed form's terms."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from photonics_kernels import eye as kernels
from photonics_kernels import eye_rows
from photonics_kernels import link as link_kernels
from scipy.optimize import brentq, newton

from photonics.lower.eye import EyePoint, Jitter, LaneResponse, half_swing_a, rx_oma_dbm
from photonics.lower.eye import eye_rows as rows_of
from photonics.lower.link import LEVELS, LaneCase, Row, link_rows

from .chain import LaneChain, lane_chain
from .limits import Limit

LN10 = math.log(10.0)
STEEPNESS = -0.2 * LN10  # of ln of -ln BER against a gain on all of the noise in dB: a start, no more
LOWEST_DBM, HIGHEST_DBM = -60.0, 30.0
NO_BEAT = (np.zeros(1), np.ones(1))
STATUS = {
    eye_rows.FINE: "ok",
    eye_rows.GAP: "interference leaves gaps between levels that the noise does not fill: more strong cursors than are taken one by one",
    eye_rows.SINGULAR_TAPS: "no equaliser: neither signal nor noise in its equations",
    eye_rows.WRAPS: "the response is longer than the window of 1024 symbols",
    eye_rows.NO_ROOT_HIGH: "error floor above the limit: no received power meets it",
    eye_rows.NO_ROOT_LOW: "limit met at the lowest power tried (-60 dBm): no root",
    eye_rows.UNSETTLED: "the mean over jitter did not settle: jitter is far larger than the eye",
}


@dataclass(frozen=True)
class Solved:
    """Answers of the kernel for a run of points."""

    log_ber: np.ndarray
    log_codeword: np.ndarray
    status: np.ndarray
    phase_ui: np.ndarray
    taps: np.ndarray
    noise: np.ndarray
    gains: np.ndarray


def solve(rows: eye_rows.EyeRows) -> Solved:
    """Error ratios of a batch of points."""
    n, levels = rows.levels.shape
    out = Solved(
        np.empty(n), np.empty(n), np.empty(n, dtype=np.int64), np.empty(n), np.zeros((n, int(rows.tap_count.max()))), np.zeros((n, levels)),
        np.zeros((n, 8)),
    )  # fmt: skip
    kernels.eye_points(rows, out.log_ber, out.log_codeword, out.status, out.phase_ui, out.taps, out.noise, out.gains)
    return out


def point_of(chain: LaneChain, row: Row, jitter: Jitter | None = None, response: int = 0) -> EyePoint:
    """The eye's point of a closed-form row on a lane's chain."""
    return EyePoint(row, chain.equaliser, chain.jitter if jitter is None else jitter, response)


def sensitivities(
    responses: Sequence[LaneResponse], points: Sequence[EyePoint], level_count: int, log_limit: float, by_codeword: bool
) -> tuple[list[float], list[int]]:
    """Received OMA in dBm at which each point just meets the limit (NaN without one), and statuses."""
    rows = rows_of(responses, points, level_count)
    n = len(points)
    half, status = np.empty(n), np.empty(n, dtype=np.int64)
    lowest = min(half_swing_a(p.row, LOWEST_DBM) for p in points)
    highest = max(half_swing_a(p.row, HIGHEST_DBM) for p in points)
    kernels.eye_sensitivities(rows, np.full(n, log_limit), by_codeword, lowest, highest, half, status)
    return [rx_oma_dbm(p.row, h) if math.isfinite(h) else math.nan for p, h in zip(points, half, strict=True)], status.tolist()


def eye_log_ber(case: LaneCase, row: Row) -> float:
    """ln of the mean BER of a lane by its eye, fibre included, at the row's received power; NaN where the eye has no answer."""
    chain = lane_chain(case)
    found = solve(rows_of([chain.response], [point_of(chain, replace(row, enhancement_db=0.0))], LEVELS[case.spec.signal.format]))
    return float(found.log_ber[0])


@dataclass(frozen=True)
class Equalised:
    """Interference, jitter and equaliser of a lane as gains on the closed form's receiver noise, in dB of OMA (see ``Row.enhancement_db``)."""

    noise_db: float
    isi_db: float
    jitter_db: float
    status: str
    fibre_db: float = 0.0  # of dispersion and DGD, beyond their own penalties in the closed form

    @property
    def total_db(self) -> float:
        return self.noise_db + self.isi_db + self.jitter_db + self.fibre_db


def equalised(case: LaneCase, row: Row, limit: Limit) -> Equalised:
    """The penalty with which the closed form has the eye's sensitivity at the limit's BER, beats apart, in four steps.

    Equaliser noise: the gain of lines, CTLE and FFE on the amplifier's noise, at the eye's own sensitivity.  ISI: what the eye without jitter
    needs besides.  Jitter: the rest without the fibre.  Fibre: what dispersion and DGD cost this equaliser beyond their penalties of the closed
    form, which are added there.  The steps add up to the whole exactly; in another order each would differ.  Infinite where no power
    meets the limit.
    """
    bare = replace(row, states=NO_BEAT, beat_square=0.0, closure_db=0.0, enhancement_db=0.0, rx_oma_dbm=-5.0)
    return _kept(_Key(case, bare, limit))


class _Key:
    """A lane's chain with the numbers of its row and limit: what the penalty depends on."""

    def __init__(self, case: LaneCase, bare: Row, limit: Limit) -> None:
        self.case, self.bare, self.limit = case, bare, limit
        self.chain, self.whole = lane_chain(case, fibre=False), lane_chain(case)
        self._told = (
            tuple(v for k, v in vars(bare).items() if k != "states"), limit.ber, case.spec.signal.format, id(self.chain), id(self.whole)
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash(self._told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._told == other._told


@lru_cache(maxsize=1024)
def _kept(key: _Key) -> Equalised:
    chain, bare, limit = key.chain, key.bare, key.limit
    count = LEVELS[key.case.spec.signal.format]
    log_limit = math.log(limit.ber)
    points = [point_of(chain, bare, Jitter()), point_of(chain, bare)]
    found, status = sensitivities([chain.response], points, count, log_limit, False)
    behind, behind_status = sensitivities([key.whole.response], [point_of(key.whole, bare)], count, log_limit, False)
    found, status = found + behind, status + behind_status
    for oma, code in zip(found, status, strict=True):
        if not math.isfinite(oma):
            return Equalised(0.0, math.inf, 0.0, STATUS[code])
    solved = solve(rows_of([chain.response], [replace(points[1], row=replace(bare, rx_oma_dbm=found[1]))], count))
    noise = 5.0 * math.log10(float(solved.gains[0, eye_rows.AMPLIFIER_GAIN]) * chain.response.amplifier_share)
    still, moved, whole = (_closed_gain_db(replace(bare, rx_oma_dbm=oma), log_limit, count) for oma in found)
    if not all(math.isfinite(v) for v in (still, moved, whole)):
        return Equalised(0.0, math.inf, 0.0, "no gain on receiver noise gives the closed form the eye's sensitivity")
    own = key.case.distortion.chromatic_db + key.case.distortion.dgd_db
    return Equalised(noise, still - noise, moved - still, "ok", whole - moved - own)


def _closed_gain_db(row: Row, log_limit: float, count: int) -> float:
    """The ``enhancement_db`` with which the closed form just meets the limit at the row's power; NaN without one from -20 to 40 dB."""

    def excess(db: float) -> float:
        # In ln of -ln BER, which is nearly a straight line in dB: a secant needs half a dozen evaluations.
        answer = link_kernels.closed_form(link_rows([replace(row, enhancement_db=db)], count), False)
        return math.log(-log_limit) - math.log(-float(answer.log10_mean_ber[0]) * LN10)

    guess = excess(0.0) / STEEPNESS
    if math.isfinite(guess):
        root, told = newton(excess, 0.0, x1=guess + 0.1, tol=1e-10, maxiter=12, full_output=True, disp=False)
        if told.converged and -20.0 < root < 40.0 and abs(excess(float(root))) < 1e-9:
            return float(root)
    low, high = -20.0, 40.0
    if not excess(low) < 0.0 < excess(high):
        return math.nan
    return float(brentq(excess, low, high, xtol=1e-9, rtol=1e-12))
