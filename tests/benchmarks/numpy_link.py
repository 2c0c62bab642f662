"""W1's frozen twin: the closed-form link at many points in chunked NumPy and SciPy, written from the equations and tuned as such.

    loss        sum of parts in dB;  faces:  S = sum over pairs of sqrt(R_i R_j) T_ij
    levels      P_k over the outer OMA: low = 1/(ER - 1), inner ones drawn to the middle by R_LM
    opening     1 - 2 (mean over the interferer's levels of sqrt(P_3 P_m)) S/(OMA/6)          (levels evenly spaced)
    variances   alpha + beta_k P + gamma_k P^2 over responsivity^2 at the outer OMA P on the photodiode (terms as in tests/oracle/link.py)
    thresholds  where neighbouring densities cross, v ln-ratio form: with g the gap, L = ln(v1/v0), D = sqrt(g^2 + (v1 - v0) L)
                x_up = (g^2 + v1 L)/(g s0 + s1 D) sigmas above the lower level, x_down = (g^2 - v0 L)/(g s1 + s0 D) below the upper
    BER         twelve Gray tails over 8: erfc, and erfcx relative to the nearest tail where erfc underflows
    sensitivity Newton on -1/ln BER as a function of 1/P^2 within a bracket, from the power at which the top eye alone has its Q;
                points that are done are compressed away
    watts       laser with cooler, driver, TIA, DSP, controller over the converters' efficiency

Frozen: a faster kernel is compared with this file as it stands.  What it computes is held against tests/oracle/link.py by a test.
Rules of speed kept here: chunks that stay in the second-level cache, every array written in place, levels as rows of one array so that
one call serves four of them, tails over a second threshold only at points where they reach 1e-12 of the nearest one.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

CHUNK = 4096
LOWEST_W, HIGHEST_W = 1e-9, 1.0  # outer OMA at TP3 within which a root is looked for
FINE, FLOOR, BELOW, NOT_CONVERGED, EYE_CLOSED = 0, 1, 2, 3, 5
ELEMENTARY_CHARGE_C = 1.602176634e-19
NEPER = math.log(10.0) / 10.0
ROOT_HALF = math.sqrt(0.5)
DEEP = 36.0  # sigmas
NEGLIGIBLE = 27.6  # -ln 1e-12
ANSWERS = ("rx_oma_dbm", "log_ber", "sensitivity_oma_dbm", "margin_db", "power_w", "energy_pj_per_bit")

#: Columns of ``evaluate``, in the design files' canonical units.
INPUTS = (
    "launch.oma_outer", "path[0].loss", "path[1].attenuation", "path[2].loss", "launch.return_loss", "receiver.return_loss",
    "path[0].return_loss", "receiver.coupling_loss", "modulator.extinction_ratio", "modulator.level_mismatch", "receiver.responsivity",
    "receiver.dark_current", "receiver.noise_density", "receiver.noise_bandwidth", "laser.rin_avg", "launch.sndr", "receiver.adc_enob",
    "receiver.adc_full_scale", "receiver.equalised_penalty", "environment.case_temperature", "laser.threshold_current",
    "laser.slope_efficiency", "laser.temperature", "electronics.tia_energy", "electronics.serdes_energy",
    "electronics.conversion_efficiency",
)


@dataclass(frozen=True)
class Fixed:
    """What every point of a run shares: the rest of the design, by path, and what the limit and the age are.

    value: numbers of the design by path.  joints: connectors before and behind the fibre.  lanes, bits_per_symbol: of the module.
    dispersion_gain: mean over the band of 1/|H|^2.  limit: of the BER.  aged: guards for drift and ageing are used up.
    """

    value: Mapping[str, float]
    joints: tuple[int, int]
    lanes: int
    bits_per_symbol: float
    dispersion_gain: float
    limit: float
    aged: bool


class Calls:
    """The functions of arrays that the twin uses.  ``traced`` notes every call so that ``ufunc_floor`` can time them alone."""

    ufuncs = ("add", "subtract", "multiply", "divide", "sqrt", "exp", "log", "square", "absolute", "minimum", "maximum", "negative",
              "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or", "logical_not", "erfcx", "erfc", "copyto")

    def __init__(self, trace: list[Any] | None = None) -> None:
        for name in self.ufuncs:
            function = getattr(special, name) if name in ("erfcx", "erfc") else getattr(np, name)
            setattr(self, name, function if trace is None else _noting(function, trace))


def _noting(function: Any, trace: list[Any]) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        kept = [np.copy(a) if isinstance(a, np.ndarray) else a for a in args]
        trace.append((function, kept, {k: np.copy(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}))
        return function(*args, **options)

    return call


class Twin:
    """The pass with its buffers for chunks of up to ``CHUNK`` points."""

    def __init__(self, fixed: Fixed, calls: Calls | None = None, accept: float = 2e-4, chunk: int = CHUNK) -> None:
        self.fixed, self.chunk = fixed, chunk
        self.u: Any = Calls() if calls is None else calls
        self.accept = accept  # relative step in 1/P^2 after which a point is done: the square of it is left
        # Rows a little longer than the chunk: rows a multiple of 4 KiB apart would meet in the same places of the cache.
        wide = np.empty((92, chunk + 40))
        self.lines = wide[:16, :chunk]  # alpha, 4 beta, 4 gamma, 3 gaps, coupling; P, low, high: all that a search carries along
        self.spare = wide[16:32, :chunk]
        self.w = wide[32:, :chunk]

    def __call__(self, columns: Mapping[str, np.ndarray], out: np.ndarray, status: np.ndarray) -> None:
        """Fill ``out`` (six answers a point, rows in the order of ``ANSWERS``) and ``status``."""
        count = out.shape[1]
        for first in range(0, count, self.chunk):
            here = slice(first, min(first + self.chunk, count))
            self._chunk({name: columns[name][here] for name in INPUTS}, out[:, here], status[here])

    def _chunk(self, c: Mapping[str, np.ndarray], out: np.ndarray, status: np.ndarray) -> None:
        u, n, v = self.u, out.shape[1], self.fixed.value
        w = self.w[:, :n]
        lines = self.lines[:, :n]
        pairs, ratio, loss, launch = w[50], w[51], w[52], w[53]
        self._channel(c, loss, pairs, w)
        self._receiver(c, ratio, pairs, lines, w)
        shut = lines[9] <= 0.0
        # received level
        u.subtract(c["launch.oma_outer"], v["launch.oma_setting_guard"], out=launch)
        if self.fixed.aged:
            u.subtract(launch, v["launch.coupling_guard"] + v["launch.laser_ageing_guard"], out=launch)
        u.subtract(launch, loss, out=out[0])
        power = lines[13]
        u.multiply(out[0], NEPER, out=power)
        u.exp(power, out=power)
        u.multiply(power, 1e-3, out=power)
        u.multiply(power, lines[12], out=power)
        self._log_ber(lines, w, out[1], None, True)
        self._sensitivity(lines, status, out[2])
        u.subtract(out[0], out[2], out=out[3])
        if shut.any():
            status[shut] = EYE_CLOSED
            out[1:4, shut] = math.nan
        self._watts(c, ratio, out[4], out[5], w)

    def _channel(self, c: Mapping[str, np.ndarray], loss: np.ndarray, pairs: np.ndarray, w: np.ndarray) -> None:
        """Loss in dB, and the sum over pairs of faces; a face stands in the middle of its part."""
        u, v = self.u, self.fixed.value
        a, b = self.fixed.joints
        first, second, fibre, joint = c["path[0].loss"], c["path[2].loss"], w[0], w[1]
        half, whole, root, far = w[2], w[3], w[4], w[5]
        chain, cross = w[6], w[7]
        u.multiply(c["path[1].attenuation"], v["path[1].length"] / 1e3, out=fibre)
        u.multiply(first, float(a), out=loss)
        u.multiply(second, float(b), out=joint)
        u.add(loss, joint, out=loss)
        u.add(loss, fibre, out=loss)
        # transmissions of half a joint of either panel, and of the fibre
        u.multiply(first, -0.5 * NEPER, out=half)
        u.exp(half, out=half)
        u.multiply(second, -0.5 * NEPER, out=whole)
        u.exp(whole, out=whole)
        u.multiply(fibre, -NEPER, out=fibre)
        u.exp(fibre, out=fibre)
        u.multiply(c["path[0].return_loss"], -0.5 * NEPER, out=root)
        u.exp(root, out=root)
        other = math.exp(-0.5 * NEPER * v["path[2].return_loss"])
        u.multiply(c["launch.return_loss"], -0.5 * NEPER, out=far)
        u.exp(far, out=far)
        # one product carries all earlier faces along: chain <- (chain + face) x transmission
        u.multiply(far, half, out=chain)
        u.multiply(chain, root, out=pairs)
        u.square(half, out=cross)
        for _ in range(a - 1):
            u.add(chain, root, out=chain)
            u.multiply(chain, cross, out=chain)
            u.multiply(chain, root, out=far)
            u.add(pairs, far, out=pairs)
        u.add(chain, root, out=chain)
        u.multiply(half, fibre, out=half)
        u.multiply(half, whole, out=half)
        u.multiply(chain, half, out=chain)
        u.multiply(chain, other, out=far)
        u.add(pairs, far, out=pairs)
        u.square(whole, out=cross)
        for _ in range(b - 1):
            u.add(chain, other, out=chain)
            u.multiply(chain, cross, out=chain)
            u.multiply(chain, other, out=far)
            u.add(pairs, far, out=pairs)
        u.add(chain, other, out=chain)
        u.multiply(chain, whole, out=chain)
        u.multiply(c["receiver.return_loss"], -0.5 * NEPER, out=far)
        u.exp(far, out=far)
        u.multiply(chain, far, out=chain)
        u.add(pairs, chain, out=pairs)

    def _receiver(self, c: Mapping[str, np.ndarray], ratio: np.ndarray, pairs: np.ndarray, lines: np.ndarray, w: np.ndarray) -> None:
        """Rows alpha, beta, gamma, gaps and coupling of ``lines``; ``ratio`` gets the extinction ratio."""
        u = self.u
        alpha, beta, gamma, gaps, coupling = lines[0], lines[1:5], lines[5:9], lines[9:12], lines[12]
        level, low, t, gain, shot, equal, opening = w[0:4], w[4], w[5], w[6], w[7], w[8], w[9]
        warm = w[10]
        u.multiply(c["modulator.extinction_ratio"], NEPER, out=ratio)
        u.exp(ratio, out=ratio)
        u.subtract(ratio, 1.0, out=low)
        u.divide(1.0, low, out=low)
        u.add(low, 0.5, out=t)
        u.multiply(c["modulator.level_mismatch"], 1.0 / 6.0, out=shot)
        level[0] = low
        u.subtract(t, shot, out=level[1])
        u.add(t, shot, out=level[2])
        u.add(low, 1.0, out=level[3])
        # what the bound of the multipath leaves: mean over evenly spaced interferers against the top level
        u.sqrt(low, out=opening)
        u.sqrt(level[3], out=t)
        u.add(opening, t, out=opening)
        for part in (1.0 / 3.0, 2.0 / 3.0):
            u.add(low, part, out=shot)
            u.sqrt(shot, out=shot)
            u.add(opening, shot, out=opening)
        u.multiply(opening, t, out=opening)
        u.multiply(opening, pairs, out=opening)
        u.multiply(opening, -3.0, out=opening)  # 2 x mean of four over a sixth: 2 x 6/4
        u.add(opening, 1.0, out=opening)
        u.subtract(level[1:], level[:3], out=gaps)
        u.multiply(gaps, opening, out=gaps)
        # receiver noise and its gain
        u.multiply(c["receiver.equalised_penalty"], 2.0 * NEPER, out=gain)
        u.exp(gain, out=gain)
        u.multiply(gain, self.fixed.dispersion_gain, out=gain)
        u.multiply(gain, c["receiver.noise_bandwidth"], out=shot)
        u.divide(1.0, c["receiver.responsivity"], out=t)
        u.multiply(shot, t, out=shot)  # gain x band / R
        u.square(c["receiver.noise_density"], out=alpha)
        u.multiply(alpha, t, out=alpha)
        u.add(c["environment.case_temperature"], 273.15, out=warm)
        u.multiply(warm, 1.0 / 298.15, out=warm)
        u.multiply(alpha, warm, out=alpha)
        u.subtract(c["environment.case_temperature"], 25.0, out=warm)
        u.multiply(warm, math.log(2.0) / 10.0, out=warm)
        u.exp(warm, out=warm)
        u.multiply(warm, c["receiver.dark_current"], out=warm)
        u.multiply(warm, 2.0 * ELEMENTARY_CHARGE_C, out=warm)
        u.multiply(warm, t, out=warm)
        u.add(alpha, warm, out=alpha)
        u.multiply(alpha, shot, out=alpha)
        u.multiply(shot, 2.0 * ELEMENTARY_CHARGE_C, out=shot)
        u.multiply(level, shot, out=beta)
        # what grows with the power: transmitter, converter, laser
        u.multiply(c["launch.sndr"], -NEPER, out=equal)
        u.exp(equal, out=equal)
        u.multiply(equal, 0.25, out=equal)
        u.multiply(c["receiver.adc_enob"], -2.0 * math.log(2.0), out=warm)
        u.exp(warm, out=warm)
        u.multiply(warm, c["receiver.adc_full_scale"], out=warm)
        u.multiply(warm, c["receiver.adc_full_scale"], out=warm)
        u.multiply(warm, 1.0 / 12.0, out=warm)
        u.multiply(warm, gain, out=warm)
        u.add(equal, warm, out=equal)
        u.multiply(c["laser.rin_avg"], NEPER, out=warm)
        u.exp(warm, out=warm)
        u.multiply(warm, c["receiver.noise_bandwidth"], out=warm)
        u.square(level, out=gamma)
        u.multiply(gamma, warm, out=gamma)
        # the interferer's symbols around their mean field: 4 P_k (mean P - (mean root)^2) sum a^2 belongs to quasi-static beats only
        u.add(gamma, equal, out=gamma)
        u.multiply(c["receiver.coupling_loss"], -NEPER, out=coupling)
        u.exp(coupling, out=coupling)

    def _log_ber(self, lines: np.ndarray, w: np.ndarray, value: np.ndarray, slope: np.ndarray | None, far: bool) -> None:
        """ln BER at the powers in ``lines[13]`` into ``value``, and d ln BER/d ln P into ``slope``."""
        u = self.u
        alpha, beta, gamma, gaps, power = lines[0], lines[1:5], lines[5:9], lines[9:12], lines[13]
        variance, sigma, gap = w[0:4], w[4:8], w[8:11]
        log, square, root, up, down = w[11:14], w[14:17], w[17:20], w[20:26][0::2], w[20:26][1::2]
        near, tail = w[20:26], w[26:32]
        spare, least = w[38:41], w[41]
        u.multiply(gamma, power, out=variance)
        u.add(variance, beta, out=variance)
        u.multiply(variance, power, out=variance)
        u.add(variance, alpha, out=variance)
        u.sqrt(variance, out=sigma)
        u.multiply(gaps, power, out=gap)
        v0, v1, s0, s1 = variance[:3], variance[1:], sigma[:3], sigma[1:]
        u.divide(v1, v0, out=log)
        u.log(log, out=log)
        u.square(gap, out=square)
        u.subtract(v1, v0, out=root)
        u.multiply(root, log, out=root)
        u.add(root, square, out=root)
        u.sqrt(root, out=root)
        # distance of the crossing above the lower level, in its sigmas, and below the upper one
        u.multiply(v1, log, out=up)
        u.add(up, square, out=up)
        u.multiply(s1, root, out=down)
        u.multiply(gap, s0, out=spare)
        u.add(down, spare, out=spare)
        u.divide(up, spare, out=up)
        u.multiply(up, s0, out=spare)
        u.subtract(gap, spare, out=spare)
        u.divide(spare, s1, out=down)
        outside = np.minimum(up, down).min(axis=0) <= 0.0 if near.min() <= 0.0 else None
        if outside is not None:
            self._keep_middle(gap, sigma, up, down, outside)
        u.minimum(near[0:3], near[3:6], out=spare)
        u.minimum(spare[0], spare[1], out=least)
        u.minimum(least, spare[2], out=least)
        # erfc costs half of erfcx; it ends at 38 sigmas, erfcx never does
        deep = np.flatnonzero(least > DEEP)
        u.multiply(near, ROOT_HALF, out=tail)
        u.erfc(tail, out=tail)
        u.add(tail[0:3], tail[3:6], out=spare)
        u.add(spare[0], spare[1], out=value)
        u.add(value, spare[2], out=value)
        if slope is not None:
            self._slope(lines, w, value, slope)
        if far:
            self._far(gap, sigma, near, least, value, w)
        u.multiply(value, 1.0 / 16.0, out=value)  # 8 for four levels of two bits, 2 of erfc
        u.log(value, out=value)
        if deep.size:
            self._deep(lines, w, deep, value, slope)

    def _deep(self, lines: np.ndarray, w: np.ndarray, at: np.ndarray, value: np.ndarray, slope: np.ndarray | None) -> None:
        """The same where the nearest tail is too far out for a double: relative to it.  Few points, and far tails count for nothing."""
        x, least = w[20:26, at], w[41, at]
        weight = np.exp(0.5 * (least - x) * (least + x))
        total = (special.erfcx(x * ROOT_HALF) * weight).sum(axis=0)
        value[at] = np.log(total / 16.0) - 0.5 * least * least
        if slope is not None:
            growth = (lines[0, at] + 0.5 * lines[1:5, at] * lines[13, at]) / w[0:4, at]
            both = (weight[0::2] * x[0::2] * growth[:3] + weight[1::2] * x[1::2] * growth[1:]).sum(axis=0)
            slope[at] = -math.sqrt(2.0 / math.pi) * both / total

    @staticmethod
    def _keep_middle(gap: np.ndarray, sigma: np.ndarray, up: np.ndarray, down: np.ndarray, any_eye: np.ndarray) -> None:
        """Eyes whose densities do not cross between their levels keep their middle; few points, if any."""
        at = np.flatnonzero(any_eye)
        a, d = up[:, at], down[:, at]
        wrong = (a <= 0.0) | (d <= 0.0)
        half = 0.5 * gap[:, at]
        up[:, at] = np.where(wrong, half / sigma[:3, at], a)
        down[:, at] = np.where(wrong, half / sigma[1:, at], d)

    def _slope(self, lines: np.ndarray, w: np.ndarray, total: np.ndarray, slope: np.ndarray) -> None:
        """d ln BER/d ln P = -sqrt(2/pi) sum_e (e^(-x^2/2) x (alpha + beta P/2)/v)/sum of erfc tails: crossings minimise the sum."""
        u = self.u
        variance, near, weight, growth, product = w[0:4], w[20:26], w[32:38], w[42:46], w[46:49]
        u.multiply(lines[1:5], lines[13], out=growth)
        u.multiply(growth, 0.5, out=growth)
        u.add(growth, lines[0], out=growth)
        u.divide(growth, variance, out=growth)
        u.square(near, out=weight)
        u.multiply(weight, -0.5, out=weight)
        u.exp(weight, out=weight)
        u.multiply(weight, near, out=weight)
        u.multiply(weight[0::2], growth[:3], out=product)
        u.multiply(weight[1::2], growth[1:], out=weight[1::2])
        u.add(product, weight[1::2], out=product)
        u.add(product[0], product[1], out=slope)
        u.add(slope, product[2], out=slope)
        u.divide(slope, total, out=slope)
        u.multiply(slope, -math.sqrt(2.0 / math.pi), out=slope)

    def _far(self, gap: np.ndarray, sigma: np.ndarray, near: np.ndarray, least: np.ndarray, total: np.ndarray, w: np.ndarray) -> None:
        """Add the six tails over more than one threshold where they reach 1e-12 of the nearest one.

        A level that lands two regions away differs in two bits and three away in one again: hence the signs.
        """
        u = self.u
        deep = w[42]
        # A tail over a second threshold is at least an eye further: x >= least + (smallest gap)/(largest sigma).
        u.minimum(gap[0], gap[1], out=deep)
        u.minimum(deep, gap[2], out=deep)
        u.maximum(sigma[0], sigma[3], out=w[43])
        u.maximum(sigma[1], sigma[2], out=w[44])
        u.maximum(w[43], w[44], out=w[43])
        u.divide(deep, w[43], out=deep)
        u.multiply(least, 2.0, out=w[44])
        u.add(w[44], deep, out=w[44])
        u.multiply(deep, w[44], out=deep)  # (least + d)^2 - least^2
        at = np.flatnonzero((deep < 2.0 * NEGLIGIBLE) & (least < DEEP))
        if at.size == 0:
            return
        g, s, x = gap[:, at], sigma[:, at], near[:, at]
        up = np.array([g[0] + x[2] * s[1], g[0] + g[1] + x[4] * s[2], g[1] + x[4] * s[2]])
        up /= s[[0, 0, 1]]
        down = np.array([g[2] + x[3] * s[2], g[2] + g[1] + x[1] * s[1], g[1] + x[1] * s[1]])
        down /= s[[3, 3, 2]]
        for x6 in (up, down):
            u.multiply(x6, ROOT_HALF, out=x6)
            u.erfc(x6, out=x6)
            total[at] += x6[0] - x6[1] + x6[2]

    def _sensitivity(self, lines: np.ndarray, status: np.ndarray, level: np.ndarray) -> None:
        """Outer OMA at TP3 in dBm at which the BER is the limit, NaN where none within the range is; and why not."""
        u = self.u
        n = lines.shape[1]
        goal = -1.0 / math.log(self.fixed.limit)
        level.fill(math.nan)
        status.fill(FINE)
        u.multiply(lines[12], LOWEST_W, out=lines[14])
        u.multiply(lines[12], HIGHEST_W, out=lines[15])
        self._start(lines, self.w[:, :n])
        where = np.flatnonzero(lines[9] > 0.0)
        if where.size < n:
            lines = np.take(lines, where, axis=1, mode="clip", out=self.spare[:, : where.size])
        buffers = [self.spare, self.lines] if where.size == n else [self.lines, self.spare]
        for _ in range(80):
            m = where.size
            if m == 0:
                break
            w = self.w[:, :m]
            value, slope, excess, step = w[49], w[54], w[55], w[56]
            power, low, high = lines[13], lines[14], lines[15]
            self._log_ber(lines, w, value, slope, False)
            # F = -1/ln BER is nearly a straight line in 1/P^2, exactly so for receiver noise with noise that grows like the power.
            u.divide(-1.0, value, out=excess)
            u.subtract(excess, goal, out=excess)  # above zero: short
            u.square(value, out=step)
            u.multiply(step, excess, out=step)
            u.divide(step, slope, out=step)
            u.multiply(step, 2.0, out=step)
            u.add(step, 1.0, out=step)  # (P/next P)^2; not above zero: a floor is ahead
            u.maximum(step, 1e-30, out=value)
            u.sqrt(value, out=value)
            u.divide(power, value, out=value)
            short = u.greater(excess, 0.0)
            enough = u.logical_not(short)
            u.copyto(low, power, where=short)
            u.copyto(high, power, where=enough)
            u.multiply(lines[12], HIGHEST_W, out=excess)
            at_end = u.logical_and(u.greater_equal(power, excess), short)
            u.multiply(lines[12], LOWEST_W, out=excess)
            at_start = u.logical_and(u.less_equal(power, excess), enough)
            u.subtract(step, 1.0, out=step)
            u.absolute(step, out=step)
            done = u.less(step, self.accept)
            u.divide(low, high, out=step)
            done = u.logical_or(done, u.greater(step, 1.0 - 1e-15))
            out_of_range = u.logical_or(at_end, at_start)
            over = u.logical_or(done, out_of_range)
            # A step out of the bracket: its geometric middle, or the end of the range where that has not been tried.
            inside = u.logical_and(u.greater(value, low), u.less(value, high))
            bad = u.logical_not(u.logical_or(inside, over))
            if bad.any():
                b = np.flatnonzero(bad)
                ends = HIGHEST_W * lines[12, b], LOWEST_W * lines[12, b]
                middle = np.sqrt(low[b] * high[b])
                middle = np.where((value[b] >= ends[0]) & (high[b] >= ends[0]), ends[0], middle)
                middle = np.where((value[b] <= ends[1]) & (low[b] <= ends[1]), ends[1], middle)
                value[b] = middle
            u.copyto(power, value, where=u.logical_not(out_of_range))
            going = np.flatnonzero(~over)
            if going.size > 0.8 * m:
                continue  # too few are done to be worth moving the others: these are found done again
            fine = np.flatnonzero(done & ~out_of_range)
            level[where[fine]] = np.log(power[fine] / (1e-3 * lines[12, fine])) / NEPER
            status[where[at_end]] = FLOOR
            status[where[at_start]] = BELOW
            where = where[going]
            lines = np.take(lines, going, axis=1, mode="clip", out=buffers[0][:, : where.size])
            buffers.reverse()
        status[where] = NOT_CONVERGED

    def _start(self, lines: np.ndarray, w: np.ndarray) -> None:
        """Row 13: the power at which the top eye alone has the Q of the limit, g P = Q (s2 + s3), within the range.

        s3^2 - s2^2 = dB P + dG P^2 gives s3 = (g P/Q + Q (dB + dG P)/g)/2, whose square is a quadratic in P.
        """
        u, power = self.u, lines[13]
        q = math.sqrt(2.0) * float(special.erfcinv(8.0 * self.fixed.limit))  # four tails of eight at most: from below the root
        a, b, c, slope = w[0], w[1], w[2], w[3]
        u.multiply(lines[11], 1.0 / q, out=slope)
        u.subtract(lines[8], lines[7], out=a)
        u.divide(a, slope, out=a)
        u.add(a, slope, out=a)
        u.multiply(a, 0.5, out=a)
        u.subtract(lines[4], lines[3], out=c)
        u.divide(c, slope, out=c)
        u.multiply(c, 0.5, out=c)
        # (a P + c)^2 = alpha + beta P + gamma P^2
        u.multiply(a, c, out=b)
        u.multiply(b, 2.0, out=b)
        u.subtract(b, lines[4], out=b)
        u.square(a, out=a)
        u.subtract(a, lines[8], out=a)
        u.square(c, out=c)
        u.subtract(c, lines[0], out=c)
        u.multiply(a, c, out=c)
        u.multiply(c, -4.0, out=c)
        u.square(b, out=slope)
        u.add(slope, c, out=c)
        u.maximum(c, 0.0, out=c)
        u.sqrt(c, out=c)
        u.subtract(c, b, out=c)
        u.multiply(a, 2.0, out=b)
        u.divide(c, b, out=power)
        u.copyto(power, lines[15], where=a <= 0.0)
        u.minimum(power, lines[15], out=power)
        u.maximum(power, lines[14], out=power)

    def _watts(self, c: Mapping[str, np.ndarray], ratio: np.ndarray, watts: np.ndarray, energy: np.ndarray, w: np.ndarray) -> None:
        """Module power and its share per bit: an EML with a cooler per lane, and the electronics."""
        u, v, fixed = self.u, self.fixed.value, self.fixed
        optical, t, current, electrical = w[0], w[1], w[2], w[3]
        # facet power over the OMA: (ER + 1)/(2 (ER - 1)) and the losses behind it
        u.multiply(c["launch.oma_outer"], NEPER, out=optical)
        u.exp(optical, out=optical)
        u.subtract(ratio, 1.0, out=t)
        u.divide(optical, t, out=optical)
        u.add(ratio, 1.0, out=t)
        u.multiply(optical, t, out=optical)
        inside = v["transmit_path[0].loss"] + v["transmit_path[1].loss"] + v["modulator.insertion_loss"]
        u.multiply(optical, 0.5e-3 * math.exp(NEPER * inside), out=optical)
        u.subtract(c["laser.temperature"], v["laser.reference_temperature"], out=t)
        u.multiply(t, 1.0 / v["laser.slope_t1"], out=current)
        u.exp(current, out=current)
        u.multiply(current, optical, out=current)
        u.divide(current, c["laser.slope_efficiency"], out=current)
        u.multiply(t, 1.0 / v["laser.threshold_t0"], out=t)
        u.exp(t, out=t)
        u.multiply(t, c["laser.threshold_current"], out=t)
        u.add(current, t, out=current)
        u.multiply(current, v["laser.series_resistance"], out=electrical)
        u.add(electrical, v["laser.junction_voltage"], out=electrical)
        u.multiply(electrical, current, out=electrical)
        # cooler: heat over a fraction of Carnot's coefficient; nothing where no lift is needed
        u.subtract(c["environment.case_temperature"], c["laser.temperature"], out=t)
        u.add(t, v["laser.tec_hot_rise"], out=t)
        u.maximum(t, 0.0, out=t)
        u.add(c["laser.temperature"], 273.15, out=current)
        u.multiply(current, v["laser.tec_carnot_fraction"], out=current)
        u.divide(t, current, out=t)
        u.subtract(electrical, optical, out=optical)
        u.add(optical, v["laser.tec_leak"], out=optical)
        u.multiply(optical, t, out=optical)
        u.add(electrical, optical, out=electrical)
        line = fixed.lanes * v["signal.symbol_rate"] * fixed.bits_per_symbol
        driver = v["electronics.driver_supply"] * v["electronics.driver_swing"] / v["electronics.driver_load"]
        driver *= v["electronics.driver_stage_factor"]
        still = fixed.lanes * (v["modulator.bias_power"] + driver) + v["electronics.controller_power"]
        logic = v["electronics.dsp_fixed_energy"] + v["electronics.dsp_tap_energy"] * v["electronics.ffe_taps"]
        u.multiply(electrical, float(fixed.lanes), out=watts)
        u.add(c["electronics.tia_energy"], c["electronics.serdes_energy"], out=t)
        u.multiply(t, line, out=t)
        u.add(watts, t, out=watts)
        u.add(watts, still + line * (v["electronics.converter_energy"] + logic), out=watts)
        u.divide(watts, c["electronics.conversion_efficiency"], out=watts)
        u.multiply(watts, 1e12 / v["signal.payload_rate"], out=energy)


def ufunc_floor(fixed: Fixed, columns: Mapping[str, np.ndarray], repeats: int = 7) -> tuple[float, float]:
    """Seconds that the array functions of one chunk take by themselves, each on its own operands, and seconds of the twin for that chunk.

    Every call is timed alone, its operands just used and so in cache: no twin of the same calls can be faster.
    """
    here = {name: column[:CHUNK] for name, column in columns.items()}
    n = len(next(iter(here.values())))
    out, status = np.empty((6, n)), np.empty(n, dtype=np.int8)
    trace: list[Any] = []
    Twin(fixed, Calls(trace))(here, out, status)
    twin = Twin(fixed)
    floors, wholes = [], []
    for _ in range(repeats):
        total = 0.0
        for function, args, options in trace:
            function(*args, **options)
            start = time.process_time()
            for _ in range(10):
                function(*args, **options)
            total += (time.process_time() - start) / 10.0
        floors.append(total)
        twin(here, out, status)
        start = time.process_time()
        twin(here, out, status)
        wholes.append(time.process_time() - start)
    return float(np.median(floors)), float(np.median(wholes))
