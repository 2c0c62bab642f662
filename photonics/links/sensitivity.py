"""Sensitivity of a lane, term by term: each noise and each penalty is what its switching on moves the sensitivity.

The order is fixed (noise first, then eye closures, MPI last) and the steps add up to the sensitivity exactly; in another order
each would be slightly different, because noises add as squares.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from photonics_kernels import link as link_kernels
from photonics_kernels import scale

from photonics.lower.conditions import dark_current_a, excess_noise, noise_density_a_rthz
from photonics.lower.corner import as_input, at, maybe
from photonics.lower.link import (
    LEVELS,
    LaneCase,
    Row,
    beat_amplitudes,
    beat_states,
    bound_penalty_db,
    link_rows,
)
from photonics.results import Input, Term
from photonics.spec.base import Spec, slots_of

from .eye_solver import NO_BEAT, Equalised, equalised
from .limits import Limit

STATUS = {
    link_kernels.FINE: "ok",
    link_kernels.FLOOR: "error floor above the limit: no received power meets it",
    link_kernels.BELOW: "limit met at the lowest power tried (-60 dBm): no root",
}


@dataclass(frozen=True)
class Sensitivity:
    """Sensitivity at TP3 with its terms, and the row that computes the error ratio at any received power."""

    oma_dbm: float | None
    status: str
    terms: tuple[Term, ...]
    row: Row
    quasi_static_db: float | None
    upper_bound_db: float


def full_row(case: LaneCase, limit: Limit) -> tuple[Row, float, np.ndarray]:
    """The row with everything on; also the MPI bound in dB and the reflector pairs' amplitudes."""
    row, bound_db, amplitudes = open_row(case, limit)
    penalty_db = penalty(case, row, limit).total_db
    row = replace(row, enhancement_db=penalty_db + case.distortion.chromatic_db + case.distortion.dgd_db)
    return row, bound_db, amplitudes


def open_row(case: LaneCase, limit: Limit) -> tuple[Row, float, np.ndarray]:
    """``full_row`` before what interference, jitter, equaliser and fibre cost."""
    rx, m, laser, launch = case.spec.receiver, case.spec.modulator, case.spec.laser, case.spec.launch
    amplitudes = beat_amplitudes(case)
    bound_db = bound_penalty_db(case, amplitudes)
    quasi_static = case.spec.analysis.mpi == "quasi-static"
    row = Row(
        rx_oma_dbm=0.0,
        er_db=case.er_db,
        rlm=at(m, "level_mismatch", case.corner) if case.spec.signal.format != "NRZ" else 1.0,
        coupling_db=at(rx, "coupling_loss", case.corner),
        closure_db=0.0 if quasi_static else bound_db,
        enhancement_db=0.0,
        responsivity_a_w=at(rx, "responsivity", case.corner),
        dark_a=dark_current_a(case.spec, case.corner),
        excess_noise=excess_noise(case.spec, case.corner),
        density_a_rthz=noise_density_a_rthz(case.spec, case.corner),
        bandwidth_hz=at(rx, "noise_bandwidth", case.corner),
        rin_avg_db_hz=maybe(laser, "rin_avg", case.corner),
        rin_oma_db_hz=maybe(laser, "rin_oma", case.corner),
        sndr_db=at(launch, "sndr", case.corner),
        enob=maybe(rx, "adc_enob", case.corner),
        full_scale=maybe(rx, "adc_full_scale", case.corner) or 0.0,
        optimal=rx.thresholds == "optimal",
        beat_square=float((amplitudes**2).sum()) if quasi_static else 0.0,
        log_limit=limit.log_limit,
        by_codeword=limit.by_codeword,
        states=beat_states(amplitudes) if quasi_static else NO_BEAT,
    )
    return row, bound_db, amplitudes


def penalty(case: LaneCase, row: Row, limit: Limit) -> Equalised:
    """ISI, jitter and equaliser noise of a lane: by the statistical eye where the design has a chain, else its allowance as it stands."""
    if case.spec.chain is not None and case.spec.signal.format != "PAM6":
        return equalised(case, row, limit)
    return Equalised(0.0, at(case.spec.receiver, "equalised_penalty", case.corner), 0.0, "ok")


def sensitivity(case: LaneCase, limit: Limit, detail: bool = True) -> Sensitivity:
    """Sensitivity of a lane in its corner; with ``detail`` the terms in order, otherwise the total alone."""
    row, bound_db, _ = full_row(case, limit)
    steps = _steps(case, row, bound_db, limit) if detail else []
    rows = [step[0] for step in steps] + [row]
    answers = link_kernels.closed_form(link_rows(rows, LEVELS[case.spec.signal.format]), True)
    found = [float(scale.w_to_dbm(w)) if s == 0 else math.nan for w, s in zip(answers.sensitivity_w, answers.status, strict=True)]
    status = STATUS[int(answers.status[-1])]
    if case.distortion.status != "ok":
        status = case.distortion.status
    cost = penalty(case, row, limit)
    if cost.status != "ok":
        status = cost.status
    terms, quasi_static_db = _terms(steps, found) if detail else ((), None)
    total = found[-1] if status == "ok" else None
    return Sensitivity(total, status, terms, row, quasi_static_db, bound_db)


Step = tuple[Row, str, str, str, tuple[Input, ...]]


def _steps(case: LaneCase, row: Row, bound_db: float, limit: Limit) -> list[Step]:
    """The rows to evaluate in order, each with the name, kind, equation and inputs of the term it adds."""
    rx, m, laser, launch, c = case.spec.receiver, case.spec.modulator, case.spec.laser, case.spec.launch, case.corner

    def of(section: object, *fields: str) -> tuple[Input, ...]:
        return tuple(as_input(section, f, c) for f in fields if getattr(section, f) is not None)

    er_fields = ("extinction_ratio",) if m.extinction_ratio is not None else ("drive_swing", "v_pi")
    base = replace(
        row, rlm=1.0, coupling_db=0.0, closure_db=0.0, enhancement_db=0.0, rin_avg_db_hz=None, rin_oma_db_hz=None, sndr_db=None, enob=None,
        beat_square=0.0, states=NO_BEAT,
    )
    steps: list[Step] = []

    def add(name: str, kind: str, equation: str, inputs: tuple[Input, ...], **change: Any) -> None:
        last = steps[-1][0] if steps else base
        steps.append((replace(last, **change), name, kind, equation, inputs))

    receiver = of(rx, "responsivity", "gain", "ionisation_ratio", "noise_density", "noise_bandwidth", "dark_current")
    receiver += of(case.spec.environment, "case_temperature") + of(m, *er_fields)
    equation = (
        "OMA at the photodiode where BER = limit with (i_n/M)^2 B + 2 q F (R P_k + I_d) B, M = F = 1 for a PIN; "
        "at the case temperature, from 25 degC: I_d doubles per 10 K, i_n ~ sqrt(T)"
    )
    add("receiver noise, thermal and shot", "level", equation, (*receiver, limit.source))
    add("receiver coupling", "penalty", "stated loss TP3 to photodiode", of(rx, "coupling_loss"), coupling_db=row.coupling_db)
    add(
        "level mismatch R_LM", "penalty", "inner levels drawn to the middle by R_LM", of(m, "level_mismatch"), rlm=row.rlm
    )
    add(
        "relative intensity noise", "penalty", "+ (R P_k)^2 RIN_avg B, or (R OMA/2)^2 RIN_OMA B", of(laser, "rin_avg", "rin_oma"),
        rin_avg_db_hz=row.rin_avg_db_hz, rin_oma_db_hz=row.rin_oma_db_hz,
    )
    add("transmitter SNDR", "penalty", "+ (R OMA/2)^2 / SNDR", of(launch, "sndr"), sndr_db=row.sndr_db)
    if rx.adc_enob is not None:
        converter = of(rx, "adc_enob", "adc_full_scale")
        add("quantisation", "penalty", "+ (FS^2/12) 2^(-2 ENOB), FS = range x swing", converter, enob=row.enob)
    isi_db = _equaliser_steps(case, penalty(case, row, limit), add, of)
    fibres = [e for e in case.spec.path if e.kind == "fibre"]
    if fibres:
        d = case.distortion
        inputs = of(fibres[0], "zero_dispersion_wavelength", "dispersion_slope", "length") + of(case.spec.signal, "wavelength")
        inputs += of(m, "chirp_alpha")
        add(
            "chromatic dispersion", "penalty",
            "5 log10 mean(1/H^2) over 0..baud/2, H = sqrt(1+a^2) cos(theta + atan a); "
            f"{d.accumulated_ps_nm:+.2f} ps/nm, a = {d.alpha:g} at {d.wavelength_nm:g} nm",
            inputs, enhancement_db=isi_db + d.chromatic_db,
        )
        add(
            "differential group delay", "penalty", "5 log10 mean(1/cos^2(pi f tau)) over 0..baud/2", of(fibres[0], "dgd"),
            enhancement_db=isi_db + d.chromatic_db + d.dgd_db,
        )
        if case.spec.chain is not None:
            add(
                "fibre behind this equaliser", "penalty",
                "statistical eye with dispersion and DGD in its response, less the two penalties above", inputs + of(fibres[0], "dgd"),
                enhancement_db=row.enhancement_db,
            )
    faces = tuple(dict.fromkeys(f.source for f in case.reflectors))
    if case.spec.analysis.mpi == "quasi-static":
        add(
            "MPI, quasi-static average", "penalty",
            "mean over beat states of the codeword error ratio, at its value for the limit BER", faces,
            beat_square=row.beat_square, states=row.states,
        )
    else:
        add(
            f"MPI, {case.spec.analysis.bound} bound", "penalty", "-10 log10(1 - c), c from the pair sum S", faces,
            closure_db=row.closure_db,
        )
    return steps


def _equaliser_steps(case: LaneCase, cost: Equalised, add: Any, of: Any) -> float:
    """The terms of interference, jitter and equaliser, fibre apart; returns their sum as a gain on receiver noise in dB of OMA."""
    if case.spec.chain is None or case.spec.signal.format == "PAM6":
        equation = "receiver noise amplified by twice the stated dB; the closed form has no ISI"
        inputs = of(case.spec.receiver, "equalised_penalty")
        add("ISI, jitter, equaliser noise (allowance)", "penalty", equation, inputs, enhancement_db=cost.total_db)
        return cost.total_db
    chain = case.spec.chain
    shape = tuple(x for r in chain.response for x in _scalars_of(r, case.corner, f"{r.name}, "))
    adapted = _scalars_of(chain.equalizer, case.corner, "") + of(case.spec.electronics, "ffe_taps")
    add(
        "equaliser noise", "penalty", "FFE by MMSE at the eye's own sensitivity: w' R w of the amplifier's noise", adapted,
        enhancement_db=cost.noise_db,
    )
    add(
        "ISI", "penalty", "statistical eye without jitter: what it needs besides, as a gain on receiver noise", shape,
        enhancement_db=cost.noise_db + cost.isi_db,
    )
    add(
        "jitter", "penalty", "statistical eye, error ratio averaged over the sampling instant", _scalars_of(chain.jitter, case.corner, ""),
        enhancement_db=cost.total_db - cost.fibre_db,
    )
    return cost.total_db - cost.fibre_db


def _scalars_of(section: Any, corner: str, prefix: str) -> tuple[Input, ...]:
    """Every scalar that a section gives, as inputs of a term."""
    kind: type[Spec] = type(section)
    slots = slots_of(kind).fields
    return tuple(
        as_input(section, name, corner, f"{prefix}{name}")
        for name in kind.model_fields
        if slots[name].scalar is not None and getattr(section, name) is not None
    )


def _terms(steps: list[Step], found: list[float]) -> tuple[tuple[Term, ...], float | None]:
    """Differences of neighbouring sensitivities as terms; what has no sensitivity has no term value (NaN)."""
    terms = []
    quasi_static_db = None
    for i, (_, name, kind, equation, inputs) in enumerate(steps):
        value = found[i] if i == 0 else found[i] - found[i - 1]
        if name == "MPI, quasi-static average":
            quasi_static_db = value if math.isfinite(value) else None
        terms.append(Term(name, "TP3-TP4", value, "dBm" if i == 0 else "dB", kind, equation, inputs))
    return tuple(terms), quasi_static_db
