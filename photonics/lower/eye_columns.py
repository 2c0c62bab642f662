"""The statistical eye's rows for many points at once: from the fused pass's named rows, as arrays over points, and a few responses.

The other way to the same arrays is ``lower.eye.eye_rows``, one ``EyePoint`` at a time from a closed-form row; a test holds both against each
other.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from photonics_kernels import block, energy, path, pulse, receiver, reflection, roles, sequence
from photonics_kernels import eye_rows as kernel

from .eye import Equaliser, LaneResponse
from .link import NM

Array = np.ndarray
ORDERS = (1, 2, 4, 6, 8, 10, 12, 14)  # of the pair sums that the rules of few states are made of


def _ratio(db: Array) -> Array:
    out: Array = 10.0 ** (db / 10.0)
    return out


@dataclass(frozen=True, eq=False)
class Lowered:
    """What of a lane's light and receiver a run of n points has: SI and linear; arrays of n, levels n x M, faces F x n."""

    power: Array  # levels over the outer OMA, R_LM counted
    er: Array
    coupling: Array
    responsivity: Array
    dark_a: Array
    excess: Array
    density: Array
    bandwidth: Array
    rin_avg: Array
    rin_oma: Array
    transmitter: Array  # 1/SNDR
    quantisation: Array  # variance over the squared full scale of a range of 1
    full_scale: Array
    symbol_rate: Array
    reflectance: Array  # F x n, along the link
    span: Array  # (F - 1) x n: one-way transmission between neighbours
    quasi_static: bool
    bound: int
    optimal: bool

    @cached_property
    def pair_sums(self) -> Array:
        """Sums over pairs of faces of a_ij^m, for the orders of ``ORDERS``: 8 x n."""
        root = np.sqrt(self.reflectance)
        power = np.array(ORDERS, dtype=float)[:, None]
        chain = np.zeros((len(ORDERS), root.shape[1]))
        sums = np.zeros_like(chain)
        for face in range(1, len(root)):
            chain = (chain + root[face - 1] ** power) * self.span[face - 1] ** power
            sums += root[face] ** power * chain
        return sums

    @cached_property
    def opening(self) -> Array:
        """What an MPI bound leaves of the eye; 1 where the beat is averaged over."""
        n, count = self.power.shape
        if self.quasi_static:
            return np.ones(n)
        ideal = 1.0 / (self.er[:, None] - 1.0) + np.arange(count) / (count - 1)
        total = self.pair_sums[0]
        return 1.0 - np.array([reflection.mpi_closure(self.bound, ideal[i], total[i]) for i in range(n)])

    @property
    def swing_a_w(self) -> Array:
        """Half the outer photocurrent swing over the outer OMA at TP3."""
        out: Array = self.coupling * self.responsivity / 2.0
        return out

    def sound(self) -> Array:
        """Points whose numbers an eye can be made of."""
        numbers = np.stack([self.er, self.coupling, self.responsivity, self.dark_a, self.excess, self.density, self.bandwidth, self.full_scale,
                            self.rin_avg, self.rin_oma, self.transmitter, self.quantisation, self.symbol_rate, self.opening])  # fmt: skip
        fine: Array = np.isfinite(numbers).all(axis=0) & np.isfinite(self.power).all(axis=1) & (self.er > 1.0) & (self.responsivity > 0.0)
        return fine & (self.opening > 0.0) & (self.density > 0.0) & (self.bandwidth > 0.0)

    def part(self, at: Array) -> "Lowered":
        """Some of the points."""
        taken = {name: value[..., at] for name, value in vars(self).items() if isinstance(value, np.ndarray) and name in _ALONG}
        return Lowered(**taken, power=self.power[at], quasi_static=self.quasi_static, bound=self.bound, optimal=self.optimal)


_ALONG = frozenset(
    ("er", "coupling", "responsivity", "dark_a", "excess", "density", "bandwidth", "rin_avg", "rin_oma", "transmitter", "quantisation",
     "full_scale", "symbol_rate", "reflectance", "span")
)  # fmt: skip


def lowered(value: Callable[[int], Array], program: roles.LaneProgram, level_count: int) -> Lowered:
    """The points' numbers; ``value`` gives the n values of a row of ``roles``."""

    def of(place: int) -> Array:
        return value(place // block.WIDTH)

    if program.by_drive:
        drive = of(roles.SWING_V) / of(roles.V_PI)
        with np.errstate(all="ignore"):
            er = np.where((drive > 0.0) & (drive < 1.0), np.tan(math.pi / 4.0 * (1.0 - drive)) ** -2.0, math.nan)
    else:
        er = _ratio(of(roles.ER_DB))
    n = len(er)
    place = 2.0 * np.arange(level_count) / (level_count - 1) - 1.0
    inner = np.abs(place) < 1.0
    rlm = of(roles.RLM)[:, None] if level_count > 2 else np.ones((n, 1))
    with np.errstate(all="ignore"):
        middle = 1.0 / (er - 1.0) + 0.5
    power = middle[:, None] + 0.5 * np.where(inner, place * rlm, place)
    kelvin = of(roles.CASE_C) + energy.ZERO_CELSIUS_K
    density = of(roles.DENSITY_25C) * np.sqrt(kelvin / (25.0 + energy.ZERO_CELSIUS_K))
    excess = np.ones(n)
    if program.avalanche:
        gain, share = of(roles.GAIN), of(roles.IONISATION)
        excess = share * gain + (1.0 - share) * (2.0 - 1.0 / gain)
        density = density / gain
    none = np.zeros(n)
    reflectance, span = _faces(of, program)
    return Lowered(
        power=power, er=er, coupling=_ratio(-of(roles.COUPLING_LOSS_DB)), responsivity=of(roles.RESPONSIVITY),
        dark_a=of(roles.DARK_25C_A) * 2.0 ** ((of(roles.CASE_C) - 25.0) / 10.0), excess=excess, density=density, bandwidth=of(roles.BANDWIDTH),
        rin_avg=_ratio(of(roles.RIN_AVG_DB_HZ)) if program.rin_average else none,
        rin_oma=none if program.rin_average else _ratio(of(roles.RIN_OMA_DB_HZ)), transmitter=_ratio(-of(roles.SNDR_DB)),
        quantisation=4.0 ** -of(roles.ENOB) / 12.0 if program.converter else none,
        full_scale=of(roles.FULL_SCALE) if program.converter else none, symbol_rate=of(roles.SYMBOL_RATE), reflectance=reflectance, span=span,
        quasi_static=program.mpi == roles.QUASI_STATIC, bound=program.bound, optimal=program.optimal,
    )  # fmt: skip


def _faces(of: Callable[[int], Array], program: roles.LaneProgram) -> tuple[Array, Array]:
    """Reflecting faces along the link and what the light keeps between neighbours; a face stands in the middle of its element."""
    reflectance, span = [_ratio(-of(roles.LAUNCH_RETURN_DB))], []
    since, pdl_db = np.ones_like(reflectance[0]), np.zeros_like(reflectance[0])
    for e, kind in enumerate(program.element_kind.tolist()):
        if kind not in (roles.CHANNEL, roles.FIBRE):
            continue
        at = (roles.NAMED + e * roles.ELEMENT_ROWS) * block.WIDTH
        count = int(program.element_count[e])
        by_loss = bool(program.element_by_loss[e])
        loss = of(at + roles.LOSS) if by_loss else of(at + roles.LENGTH) / 1e3 * of(at + roles.ATTENUATION)
        if program.element_pdl[e]:
            pdl_db = pdl_db + count * of(at + roles.PDL)
        if not program.element_reflects[e]:
            since = since * _ratio(-count * loss)
            continue
        half = _ratio(-loss / 2.0)
        for _ in range(count):
            span.append(since * half)
            reflectance.append(_ratio(-of(at + roles.RETURN)))
            since = half
    if program.worst_polarisation:
        since = since * 2.0 / (1.0 + _ratio(pdl_db))
    return np.stack([*reflectance, _ratio(-of(roles.RECEIVER_RETURN_DB))]), np.stack([*span, since])


def dispersion(value: Callable[[int], Array], program: roles.LaneProgram) -> tuple[Array, Array, Array]:
    """Of every point lambda^2 times the accumulated dispersion (s m), the chirp's alpha and the DGD (s); of open ends those that decide.

    As in ``lower.link``: fibres of a path move to the same side together, and the worst corner has the larger of the closed form's penalties.
    """

    def of(place: int) -> Array:
        return value(place // block.WIDTH)

    fibres = [
        ((roles.NAMED + e * roles.ELEMENT_ROWS) * block.WIDTH, int(program.element_count[e]))
        for e, kind in enumerate(program.element_kind.tolist()) if kind == roles.FIBRE
    ]  # fmt: skip
    none = np.zeros_like(of(roles.SYMBOL_RATE))
    if not fibres:
        return none, none, none
    nyquist = of(roles.SYMBOL_RATE) / 2.0
    square = sum((count * of(at + roles.DGD) ** 2 for at, count in fibres), none)
    found: list[tuple[Array, Array]] = []
    for wave in range(program.wavelengths):
        length_m = of(roles.WAVELENGTH_HIGH_NM if wave else roles.WAVELENGTH_LOW_NM) * NM
        for side in range(program.zeros):
            total = none
            for at, count in fibres:
                zero_m = of(at + (roles.ZERO_HIGH if side else roles.ZERO_LOW)) * NM
                slope = 1e3 * of(at + roles.DISPERSION_SLOPE)
                total = total + slope * length_m / 4.0 * (1.0 - (zero_m / length_m) ** 4) * count * of(at + roles.LENGTH)
            for chirp in range(program.alphas):
                found.append((length_m**2 * total, of(roles.ALPHA_HIGH if chirp else roles.ALPHA_LOW)))
    if len(found) == 1:
        return *found[0], np.sqrt(square)
    costs = np.stack([_closed(b * (math.pi / path.SPEED_OF_LIGHT_M_S) * nyquist**2, alpha) for b, alpha in found])
    best = (costs.argmax if program.worse > 0 else costs.argmin)(axis=0)[None]
    turned, chirped = (np.take_along_axis(np.stack(each), best, axis=0)[0] for each in zip(*found, strict=True))
    return turned, chirped, np.sqrt(square)


def _closed(theta: Array, alpha: Array) -> Array:
    """The closed form's mean of 1/H^2 over the band, H = cos(theta u^2) - alpha sin(theta u^2); infinite where H falls below its limit."""
    places, weights = np.polynomial.legendre.leggauss(24)
    total, least = np.zeros_like(theta), np.cos(theta) - alpha * np.sin(theta)
    for u, weight in zip((places + 1.0) / 2.0, weights / 2.0, strict=True):
        h = np.cos(theta * u**2) - alpha * np.sin(theta * u**2)
        least = np.minimum(least, h)
        total = total + weight / np.maximum(h, path.LIMIT_RESPONSE) ** 2
    out: Array = np.where(least < path.LIMIT_RESPONSE, math.inf, total)
    return out


@dataclass(frozen=True)
class Settings:
    """What is chosen at every point: equaliser and response by index into their lists, jitter in unit intervals."""

    equaliser: Array
    response: Array
    random_ui: Array
    dirac_ui: Array
    offset_ui: Array

    def part(self, at: Array) -> "Settings":
        return Settings(*(value[at] for value in vars(self).values()))


def eye_rows(
    responses: Sequence[LaneResponse], equalisers: Sequence[Equaliser], light: Lowered, chosen: Settings, half_swing_a: Array, states: tuple[Array, Array]
) -> kernel.EyeRows:
    """The kernel's rows; all responses have one grid, all equalisers taps of one spacing.  ``states``: places and masses, n x S."""
    n, m = light.power.shape
    lags = max(e.taps for e in equalisers) + 1
    if any(e.memory for e in equalisers):
        lags += 2 * (sequence.MAX_ALTERNATING + 3)
    per, grid = equalisers[0].per_symbol, responses[0].grid
    amplifier, white_light = np.empty((len(responses), lags)), np.empty((len(responses), lags))
    for s, response in enumerate(responses):
        pulse.fill_autocorrelation(response.amplifier_density, 1.0 / per, grid.window, amplifier[s])
        pulse.fill_autocorrelation(response.light_density, 1.0 / per, grid.window, white_light[s])

    def seen(values: Sequence[float]) -> Array:
        return np.array(values, dtype=np.float64)[chosen.response]

    def set_to(values: Sequence[float], kind: type = np.float64) -> Array:
        out: Array = np.array(values, dtype=kind)[chosen.equaliser]
        return out

    light_share = seen([r.light_share for r in responses])
    shot_a = light_share * light.excess * 2.0 * receiver.ELEMENTARY_CHARGE_C * light.bandwidth
    twice = 2.0 * light.power  # a level's current in half swings
    rin = (twice**2 * light.rin_avg[:, None] + light.rin_oma[:, None]) * (light.bandwidth * light_share)[:, None]
    root = np.sqrt(light.power)
    mean_root = root.mean(axis=1, keepdims=True)
    beat_square = (light.pair_sums[1] if light.quasi_static else np.zeros(n))[:, None]
    scale = 2.0 * light.full_scale * seen([r.excursion for r in responses]) if light.full_scale.any() else np.zeros(n)
    whole = np.int64
    return kernel.EyeRows(
        window=grid.window,
        spectrum=np.stack([r.signal for r in responses]),
        aggressor=np.stack([r.aggressors for r in responses]),
        amplifier_acf=amplifier,
        light_acf=white_light,
        which=chosen.response.astype(whole),
        levels=_levels(light),
        half_swing_a=half_swing_a,
        amplifier_a2=seen([r.amplifier_share for r in responses]) * light.density**2 * light.bandwidth,
        dark_shot_a2=shot_a * light.dark_a,
        shot_a=shot_a[:, None] * twice,
        rin_relative=rin,
        quantisation_relative=scale**2 * light.quantisation,
        transmitter_relative=light.transmitter,
        beat_relative=16.0 * light.power * (light.power.mean(axis=1, keepdims=True) - mean_root**2) * beat_square,
        beat_deviation=4.0 * mean_root * (root - mean_root),
        beat_mean=4.0 * mean_root[:, 0] ** 2,
        state_x=np.ascontiguousarray(states[0]),
        state_mass=np.ascontiguousarray(states[1]),
        tap_count=set_to([e.taps for e in equalisers], whole),
        pre=set_to([e.pre for e in equalisers], whole),
        per_symbol=set_to([e.per_symbol for e in equalisers], whole),
        tap_limit=set_to([e.tap_limit for e in equalisers]),
        feedback=set_to([max(e.feedback, e.memory) for e in equalisers], whole),
        feedback_limit=set_to([e.feedback_limit for e in equalisers]),
        memory=set_to([e.memory for e in equalisers], whole),
        random_ui=chosen.random_ui,
        dirac_ui=chosen.dirac_ui,
        offset_ui=chosen.offset_ui,
        optimal=np.full(n, light.optimal, dtype=np.bool_),
    )


def _levels(light: Lowered) -> Array:
    middle = (light.power[:, :1] + light.power[:, -1:]) / 2.0
    out: Array = (light.power - middle) * 2.0 * light.opening[:, None]
    return out
