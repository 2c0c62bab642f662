"""A link description in one corner, as the numbers and arrays the kernels want, with every term kept by name.

``lane_case`` turns one lane into losses, reflectors and receiver numbers; ``link_rows`` stacks any number of such cases into the
structure of arrays of ``photonics_kernels.link``.  dB become ratios here and nowhere else.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from photonics_kernels import link as kernel
from photonics_kernels import path as path_kernels
from photonics_kernels import reflection, scale, transmitter

from photonics.errors import InputError
from photonics.results import Input
from photonics.spec.link import LinkSpec

from .corner import as_input, at, ends, maybe

LEVELS = {"NRZ": 2, "PAM4": 4, "PAM6": 6, "PAM8": 8}
BOUNDS = {"simple": reflection.SIMPLE, "improved": reflection.IMPROVED, "statistical": reflection.STATISTICAL}
# The density of the beat is binned: 129 bins keep the mean codeword error ratio's penalty within 0.01 dB of 1025 bins.
BEAT_BINS = 129
NM, PS, KM = 1e-9, 1e-12, 1e3


@dataclass(frozen=True)
class Loss:
    """One passive element on the light's way: what it takes in dB, and on whose word."""

    name: str
    plane: str
    loss_db: float
    equation: str
    inputs: tuple[Input, ...]
    stage: str = "channel"


@dataclass(frozen=True)
class Reflector:
    """A face that reflects, and how much loss lies between the transmitter's face and it."""

    name: str
    return_loss_db: float
    before_db: float
    source: Input


@dataclass(frozen=True)
class Distortion:
    """Penalties of the fibre after linear equalisation, in dB of OMA, and why there may be none."""

    chromatic_db: float
    dgd_db: float
    status: str
    accumulated_ps_nm: float
    dgd_ps: float
    alpha: float
    wavelength_nm: float


@dataclass(frozen=True)
class LaneCase:
    """One lane in one corner, still in names: what ``links`` makes terms from."""

    spec: LinkSpec
    lane: int
    corner: str
    life: str
    er_db: float
    swing_db: float | None  # OMA over modulator input, for a Mach-Zehnder at quadrature; None for an EML
    inside: tuple[Loss, ...]  # laser facet to TP2
    channel: tuple[Loss, ...]  # TP2 to TP3
    pdl_db: float
    reflectors: tuple[Reflector, ...]
    distortion: Distortion
    fibre_m: float

    @property
    def optical_loss_db(self) -> float:
        """TP2 to TP3, the worse polarisation counted in the worst corner only."""
        return sum(loss.loss_db for loss in self.channel)


def lane_case(spec: LinkSpec, lane: int, corner: str, life: str = "end") -> LaneCase:
    """Lane ``lane`` of a link in one corner, at the beginning or the end of its life."""
    own = spec.for_lane(lane)
    inside = tuple(_inside(own, corner))
    channel, reflectors, pdl_db, fibre_m = _channel(own, corner)
    er_db, swing_db = _modulation(own, corner)
    return LaneCase(
        spec=own,
        lane=lane,
        corner=corner,
        life=life,
        er_db=er_db,
        swing_db=swing_db,
        inside=inside,
        channel=tuple(channel),
        pdl_db=pdl_db,
        reflectors=tuple(reflectors),
        distortion=_distortion(own, corner, fibre_m),
        fibre_m=fibre_m,
    )


def _modulation(spec: LinkSpec, corner: str) -> tuple[float, float | None]:
    """Extinction ratio in dB, and for a Mach-Zehnder the swing s in dB."""
    m = spec.modulator
    if m.extinction_ratio is not None:
        return at(m, "extinction_ratio", corner), None
    swing, er = transmitter.mzm_quadrature(at(m, "drive_swing", corner), at(m, "v_pi", corner))
    if math.isnan(swing) or math.isinf(er):
        raise InputError.of("", "modulator.drive_swing", "a drive of V_pi or more", "less than v_pi in every corner")
    return float(scale.ratio_to_db(er)), float(scale.ratio_to_db(swing))


def _inside(spec: LinkSpec, corner: str) -> list[Loss]:
    """Module losses from the laser's facet to TP2, in order; a splitter adds its division to its excess loss."""
    out = []
    for element in spec.transmit_path:
        loss_db, equation, inputs = _element_loss(element, corner)
        if element.ways is not None:
            loss_db += float(scale.ratio_to_db(float(int(element.ways))))
            equation = f"10 log10(ways) + {equation}"
            inputs = (as_input(element, "ways", corner), *inputs)
        out.append(Loss(element.name, "TP1-TP2", loss_db, equation, inputs, element.stage))
    return out


def _element_loss(element: object, corner: str) -> tuple[float, str, tuple[Input, ...]]:
    """Loss of one element, from its stated loss or from length times attenuation."""
    loss = maybe(element, "loss", corner)
    if loss is not None:
        return loss, "stated loss", (as_input(element, "loss", corner),)
    length_m = at(element, "length", corner)
    attenuation = at(element, "attenuation", corner)
    inputs = (as_input(element, "length", corner), as_input(element, "attenuation", corner))
    return length_m / KM * attenuation, "length x attenuation", inputs


def _channel(spec: LinkSpec, corner: str) -> tuple[list[Loss], list[Reflector], float, float]:
    """TP2 to TP3 in order: losses, reflecting faces (both module faces included), PDL and fibre length."""
    losses: list[Loss] = []
    launch, rx = spec.launch, spec.receiver
    own = as_input(launch, "return_loss", corner, "return loss, transmitter face")
    faces = [Reflector("transmitter face", at(launch, "return_loss", corner), 0.0, own)]
    before, pdl_db, fibre_m = 0.0, 0.0, 0.0
    for element in spec.path:
        each, equation, inputs = _element_loss(element, corner)
        count = element.count
        name = element.name if count == 1 else f"{element.name} ({count} x)"
        if count != 1:
            equation = f"{count} x {equation}"
        reflects = maybe(element, "return_loss", corner)
        for _ in range(count):
            if reflects is not None:
                source = as_input(element, "return_loss", corner, f"return loss, {element.name}")
                faces.append(Reflector(element.name, reflects, before + each / 2.0, source))
            before += each
        losses.append(Loss(name, "TP2-TP3", count * each, equation, inputs))
        pdl = maybe(element, "pdl", corner)
        if pdl:
            pdl_db += count * pdl
        if element.kind == "fibre":
            fibre_m += count * at(element, "length", corner)
    if pdl_db > 0.0 and corner == "worst":
        # Insertion loss is a mean over polarisation; only the worst corner is asked about the worst state.
        extra = -float(scale.ratio_to_db(path_kernels.pdl_worst_transmission(scale.db_to_ratio(pdl_db))))
        inputs = tuple(
            as_input(e, "pdl", corner, f"pdl of {e.name}") for e in spec.path if maybe(e, "pdl", corner)
        )
        losses.append(
            Loss("worst polarisation (PDL)", "TP2-TP3", extra, "-10 log10(2/(1 + 10^(PDL/10))), PDLs added", inputs)
        )
        before += extra
    far = as_input(rx, "return_loss", corner, "return loss, receiver face")
    faces.append(Reflector("receiver face", at(rx, "return_loss", corner), before, far))
    return losses, faces, pdl_db, fibre_m


def _distortion(spec: LinkSpec, corner: str, fibre_m: float) -> Distortion:
    """Chromatic and DGD penalties; where the worse side of wavelength, zero and chirp is open, all ends are tried."""
    nyquist = at(spec.signal, "symbol_rate", corner) / 2.0
    fibres = [e for e in spec.path if e.kind == "fibre"]
    if not fibres:
        return Distortion(0.0, 0.0, "ok", 0.0, 0.0, 0.0, float(spec.signal.wavelength.typ))
    wavelengths, alphas = ends(spec.signal, "wavelength", corner), ends(spec.modulator, "chirp_alpha", corner)
    sides = range(max(len(ends(f, "zero_dispersion_wavelength", corner)) for f in fibres))
    found = []
    for wavelength, alpha, side in itertools.product(wavelengths, alphas, sides):
        total = 0.0
        for fibre in fibres:
            # Fibres of one path move to the same side together; one with a single value has no other side.
            zeros = ends(fibre, "zero_dispersion_wavelength", corner)
            slope = at(fibre, "dispersion_slope", corner) * 1e3  # ps/(nm^2 km) in s/m^3
            zero = zeros[min(side, len(zeros) - 1)]
            per_m2 = path_kernels.dispersion_s_per_m2(wavelength * NM, zero * NM, slope)
            total += per_m2 * fibre.count * at(fibre, "length", corner)
        ratio, status = path_kernels.equalised_penalty(wavelength * NM, total, alpha, 0.0, nyquist)
        value = math.inf if status else float(scale.ratio_to_db(ratio))
        found.append((value, total / 1e-3, alpha, wavelength))  # ps/nm is 1e-3 s/m
    value, accumulated, alpha, wavelength = (max if corner == "worst" else min)(found)
    # DGDs of independent spans add as their squares do.
    dgd = math.sqrt(sum(f.count * at(f, "dgd", corner) ** 2 for f in fibres))
    ratio, status = path_kernels.equalised_penalty(wavelength * NM, 0.0, 0.0, dgd, nyquist)
    dgd_db = math.inf if status else float(scale.ratio_to_db(ratio))
    bad = "dispersion or DGD closes the band: no linear equaliser restores it" if math.inf in (value, dgd_db) else "ok"
    return Distortion(value, dgd_db, bad, accumulated, dgd / PS, alpha, wavelength)


def beat_amplitudes(case: LaneCase) -> np.ndarray:
    """Field amplitude of every reflector pair, sqrt(R_i R_j) T_ij, loss between the faces counted."""
    reflectance = np.array([scale.db_to_ratio(-f.return_loss_db) for f in case.reflectors])
    steps = np.diff([f.before_db for f in case.reflectors])
    span = np.array([scale.db_to_ratio(-step) for step in steps])
    amplitudes = np.empty(len(reflectance) * (len(reflectance) - 1) // 2)
    reflection.pair_amplitudes(reflectance, span, amplitudes)
    return amplitudes


def beat_states(amplitudes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Beat states (x, probability) of independent phases; one state at zero where nothing reflects."""
    total = float(amplitudes.sum())
    if total == 0.0:
        return np.zeros(1), np.ones(1)
    edges = np.linspace(-total, total, BEAT_BINS + 1)
    mass = np.empty(BEAT_BINS)
    reflection.beat_state_density(amplitudes, edges, mass)
    return (edges[1:] + edges[:-1]) / 2.0, mass


def bound_penalty_db(case: LaneCase, amplitudes: np.ndarray) -> float:
    """MPI penalty by the design's named bound; infinite where the bound closes the eye."""
    levels = np.empty(LEVELS[case.spec.signal.format])
    transmitter.fill_levels_w(1.0, scale.db_to_ratio(case.er_db), 1.0, levels)
    closure = reflection.mpi_closure(BOUNDS[case.spec.analysis.bound], levels, float(amplitudes.sum()))
    return math.inf if closure >= 1.0 else -float(scale.ratio_to_db(1.0 - closure))


@dataclass(frozen=True)
class Row:
    """What of a lane's receiver is switched on for one row: the budget's sequence of terms is a sequence of rows."""

    rx_oma_dbm: float
    er_db: float
    rlm: float
    coupling_db: float
    closure_db: float  # MPI by a bound: the eye itself closes
    enhancement_db: float  # OMA penalty in white receiver noise of ISI allowance, dispersion and DGD: the equaliser's noise gain
    responsivity_a_w: float
    dark_a: float
    excess_noise: float
    density_a_rthz: float
    bandwidth_hz: float
    rin_avg_db_hz: float | None
    rin_oma_db_hz: float | None
    sndr_db: float | None
    enob: float | None
    full_scale: float
    optimal: bool
    beat_square: float
    log_limit: float
    by_codeword: bool
    states: tuple[np.ndarray, np.ndarray]


def link_rows(rows: Sequence[Row], level_count: int) -> kernel.LinkRows:
    """Stack rows into the kernel's arrays; states are padded with probability zero."""
    n = len(rows)
    width = max(len(row.states[0]) for row in rows)
    x, mass = np.zeros((n, width)), np.zeros((n, width))
    for i, row in enumerate(rows):
        x[i, : len(row.states[0])], mass[i, : len(row.states[1])] = row.states

    def column(values: Sequence[float]) -> np.ndarray:
        return np.array(values, dtype=np.float64)

    def ratios(values: Sequence[float]) -> np.ndarray:
        return column([scale.db_to_ratio(v) for v in values])

    def noise(values: Sequence[float | None]) -> np.ndarray:
        return column([0.0 if v is None else scale.db_to_ratio(v) for v in values])

    return kernel.LinkRows(
        level_count=np.full(n, level_count, dtype=np.int64),
        rx_oma_w=column([scale.dbm_to_w(r.rx_oma_dbm) for r in rows]),
        er=ratios([r.er_db for r in rows]),
        rlm=column([r.rlm for r in rows]),
        coupling=ratios([-r.coupling_db for r in rows]),
        opening=ratios([-r.closure_db for r in rows]),
        # An OMA penalty in a receiver whose noise is all its own is an amplitude ratio of the noise: twice the dB in power.
        noise_gain=ratios([2.0 * r.enhancement_db for r in rows]),
        responsivity_a_w=column([r.responsivity_a_w for r in rows]),
        dark_a=column([r.dark_a for r in rows]),
        excess_noise=column([r.excess_noise for r in rows]),
        density_a_rthz=column([r.density_a_rthz for r in rows]),
        bandwidth_hz=column([r.bandwidth_hz for r in rows]),
        rin_avg_per_hz=noise([r.rin_avg_db_hz for r in rows]),
        rin_oma_per_hz=noise([r.rin_oma_db_hz for r in rows]),
        sndr_ratio=column([math.inf if r.sndr_db is None else scale.db_to_ratio(r.sndr_db) for r in rows]),
        enob=column([math.inf if r.enob is None else r.enob for r in rows]),
        full_scale=column([r.full_scale for r in rows]),
        optimal=np.array([r.optimal for r in rows], dtype=np.bool_),
        beat_square=column([r.beat_square for r in rows]),
        log_limit=column([r.log_limit for r in rows]),
        by_codeword=np.array([r.by_codeword for r in rows], dtype=np.bool_),
        state_x=x,
        state_mass=mass,
    )
