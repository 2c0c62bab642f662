"""The budget engine: what a link loses, burns and errs in one corner, spec and physics side by side."""

import math
from dataclasses import dataclass, replace

import numpy as np
from photonics_kernels import link as link_kernels
from photonics_kernels import scale, transmitter

from photonics import catalog
from photonics.catalog import Phy
from photonics.lower.corner import as_input, at, maybe, sourced
from photonics.lower.link import LEVELS, LaneCase, lane_case, link_rows
from photonics.results import (
    Budget,
    ClauseLine,
    Input,
    LaneBudget,
    ModuleResult,
    Term,
    number,
    weakest,
    without_decision,
)
from photonics.spec.link import LinkSpec

from .assumptions import assumptions
from .energy import LaserLoad, energy_terms, laser_load
from .eye_solver import eye_log_ber
from .latency import latency_terms
from .launch import SetPoint, Walk, highest_dbm, set_point, walk
from .limits import Limit, lane_limit, no_limit, receiver_requirement
from .linear import LIMIT_KEY, eecq_tp1a_db
from .ports import ports
from .sensitivity import Sensitivity, full_row, sensitivity


@dataclass(frozen=True)
class _Answer:
    """Everything found for one distinct lane: lanes that share a description share one."""

    case: LaneCase
    walk: Walk
    load: LaserLoad
    budget: LaneBudget
    log_ber: np.ndarray
    mass: np.ndarray


def link_budget(spec: LinkSpec, corner: str, life: str = "end") -> Budget:
    """The budget of a link in one corner, the typical one beside it; ``budget`` is its public face."""
    phy = catalog.phy(spec.phy)
    limit = lane_limit(spec, phy)
    points = _set_points(spec, phy, limit)
    found = _in_corner(spec, phy, limit, points, corner, life)
    if corner != "typ":
        found = replace(found, typical=_in_corner(spec, phy, limit, points, "typ", life))
    if spec.undecided is not None or no_limit(spec, phy) is not None:
        return found
    worst = found.worst_lane
    rests = assumptions(spec, worst.lane, corner, life, points[worst.lane], limit, worst.terms)
    return replace(found, assumptions=rests)


def _in_corner(spec: LinkSpec, phy: Phy, limit: Limit, points: list[SetPoint], corner: str, life: str) -> Budget:
    answers = _answers(spec, phy, limit, points, corner, life)
    lanes = tuple(replace(a.budget, lane=i) for i, a in enumerate(answers))
    module = _module(spec, corner, answers, points)
    domain = ports(spec, corner, [a.log_ber for a in answers], [a.mass for a in answers])
    found = Budget(
        link=spec.name, about=spec.about or "", phy=spec.phy, corner=corner, life=life, lanes=lanes, ports=domain, module=module,
        limit_ber=limit.ber, limit_source=limit.source.source, warnings=tuple(_warnings(spec, answers, module.power_w, corner)),
    )
    reason = spec.undecided or no_limit(spec, phy)
    return found if reason is None else without_decision(found, reason)


def _distinct(spec: LinkSpec) -> list[int]:
    """For each lane the lowest lane with the same description: only overridden lanes differ."""
    special = {lane.index for lane in spec.lane}
    plain = next((i for i in range(int(spec.signal.lanes)) if i not in special), 0)
    return [i if i in special else plain for i in range(int(spec.signal.lanes))]


def _set_points(spec: LinkSpec, phy: Phy, limit: Limit) -> list[SetPoint]:
    found: dict[int, SetPoint] = {}
    for i in _distinct(spec):
        if i not in found:
            found[i] = set_point(lane_case(spec, i, "worst"), phy, limit)
    return [found[i] for i in _distinct(spec)]


def _answers(
    spec: LinkSpec, phy: Phy, limit: Limit, points: list[SetPoint], corner: str, life: str
) -> list[_Answer]:
    found: dict[int, _Answer] = {}
    for i in _distinct(spec):
        if i not in found:
            found[i] = _lane(lane_case(spec, i, corner, life), lane_case(spec, i, "best"), points[i], phy, limit)
    return [found[i] for i in _distinct(spec)]


def _lane(case: LaneCase, easy: LaneCase, point: SetPoint, phy: Phy, limit: Limit) -> _Answer:
    """The budget of one lane; ``easy`` is its best corner, whose low loss is what overload is asked about."""
    way = walk(case, point)
    load = laser_load(case, way.laser_dbm)
    sense = sensitivity(case, limit)
    rx_dbm = way.launch_oma_dbm - case.optical_loss_db
    row, _, _ = full_row(case, limit)
    row = replace(row, rx_oma_dbm=rx_dbm)
    answer = link_kernels.closed_form(link_rows([row], LEVELS[case.spec.signal.format]), False)
    # A lane without a launch receives nothing that has an error ratio.
    log10_ber = math.nan if math.isnan(rx_dbm) else float(answer.log10_mean_ber[0])
    log_ber = np.full_like(answer.log_ber[0], math.nan) if math.isnan(rx_dbm) else answer.log_ber[0]
    if math.isinf(row.enhancement_db) and not math.isnan(rx_dbm):
        # No gain on receiver noise stands for an error floor: the eye itself says what is left at this power.
        log_ber = np.full_like(log_ber, eye_log_ber(case, row))
        log10_ber = float(log_ber[0]) / math.log(10.0)
    # Without a launch power (neither the clause nor the BER sets one) there is no margin either: the status says so.
    margin = None if sense.oma_dbm is None or math.isnan(rx_dbm) else rx_dbm - sense.oma_dbm
    terms = [*way.terms]
    terms += [Term(x.name, x.plane, x.loss_db, "dB", "loss", x.equation, x.inputs) for x in case.channel]
    trust = weakest(t.confidence for t in terms if t.plane.startswith("TP2"))
    terms.append(Term("received OMA", "TP3", rx_dbm, "dBm", "level", "launch OMA less the channel's losses", confidence=trust))
    terms += sense.terms
    if sense.oma_dbm is not None and margin is not None:
        terms.append(Term("sensitivity", "TP3", sense.oma_dbm, "dBm", "level", "sum of the receiver's terms", _all(sense.terms)))
        terms.append(Term("physics margin", "TP3", margin, "dB", "result", "received OMA - sensitivity", _all(tuple(terms))))
    spec_terms, margin_spec, spec_status = _spec_side(case, way, phy)
    overload, damage, rx_average = _overload(case, easy, point, rx_dbm)
    status = sense.status
    if math.isnan(point.oma_dbm):
        status = f"no launch power: {point.set_by}"
    elif load.over_db > 1e-9 and status == "ok":
        status = f"laser short by {number(load.over_db)} dB: {number(load.optical_dbm)} dBm asked, {number(load.limit_dbm)} given"
    lane = LaneBudget(
        lane=case.lane, terms=tuple(terms), spec_terms=spec_terms, compliance=_compliance(case, way, point, phy),
        optical_loss_db=case.optical_loss_db, rx_oma_dbm=rx_dbm, rx_average_dbm=rx_average, sensitivity_oma_dbm=sense.oma_dbm,
        margin_db=margin, margin_spec_db=margin_spec, margin_overload_db=overload, margin_damage_db=damage, log10_ber=log10_ber,
        mpi_method=_method(case), mpi_quasi_static_db=_quasi_static(case, limit, sense),
        mpi_upper_bound_db=sense.upper_bound_db if math.isfinite(sense.upper_bound_db) else None,
        status=status, spec_status=spec_status,
    )
    return _Answer(case, way, load, lane, log_ber, np.asarray(row.states[1]))


def _method(case: LaneCase) -> str:
    analysis = case.spec.analysis
    return "quasi-static average" if analysis.mpi == "quasi-static" else f"upper bound ({analysis.bound})"


def _quasi_static(case: LaneCase, limit: Limit, sense: Sensitivity) -> float | None:
    """The quasi-static penalty, also where the margin uses a bound: both are shown whichever is charged."""
    if case.spec.analysis.mpi == "quasi-static":
        return sense.quasi_static_db
    analysis = case.spec.analysis.model_copy(update={"mpi": "quasi-static"})
    other = replace(case, spec=case.spec.model_copy(update={"analysis": analysis}))
    return sensitivity(other, replace(limit, by_codeword=case.spec.fec.code == "kp4")).quasi_static_db


def _all(terms: tuple[Term, ...]) -> tuple[Input, ...]:
    return tuple(dict.fromkeys(i for t in terms for i in t.inputs))


def _spec_side(case: LaneCase, way: Walk, phy: Phy) -> tuple[tuple[Term, ...], float | None, str]:
    """The clause's lines: OMA against what a compliant receiver accepts at this TECQ, actual loss, MPI allocation."""
    launch, c = case.spec.launch, case.corner
    tdecq = at(launch, "tdecq", c)
    tecq = maybe(launch, "tecq", c)
    guard = at(launch, "tdecq_guard", c)
    worst = max(tdecq, -math.inf if tecq is None else tecq) + guard
    inputs = (as_input(launch, "tdecq", c), as_input(launch, "tdecq_guard", c))
    needed = receiver_requirement(phy, worst)
    mpi = phy.get("mpi_alloc")
    if needed is None or mpi is None:
        return (), None, f"no spec margin: the catalog has no receiver lines for {phy.name} (table not found)"
    requirement, lines = needed
    loss = case.optical_loss_db
    margin = way.launch_oma_dbm - loss - mpi.number - requirement
    terms = (
        Term(
            "launch OMA", "TP2", way.launch_oma_dbm, "dBm", "level", "from the physics side: one launch for both",
            confidence=way.terms[-1].confidence,
        ),
        Term(
            "channel insertion loss, as built", "TP2-TP3", loss, "dB", "loss", "sum of the path's elements",
            tuple(dict.fromkeys(i for x in case.channel for i in x.inputs)),
        ),
        Term("MPI and DGD allocation", "TP3", mpi.number, "dB", "loss", "clause line", (sourced(mpi),)),
        Term(
            "receiver requirement", "TP3", requirement, "dBm", "level", "max(rs_floor, rs_offset + max(TDECQ, TECQ) + guard)",
            (*lines, *inputs),
        ),
        Term(
            "spec margin", "TP3", margin, "dB", "result", "launch OMA - loss - MPI - requirement",
            (*lines, *inputs, sourced(mpi)),
        ),
    )
    return terms, margin, "ok"


def _average_over_oma_db(er_db: float) -> float:
    return float(scale.ratio_to_db(transmitter.average_power_w(1.0, scale.db_to_ratio(er_db))))


def _overload(case: LaneCase, easy: LaneCase, point: SetPoint, rx_dbm: float) -> tuple[float, float, float]:
    """Room below overload and damage at the other worst: a fresh module at its highest setting, lowest loss, lowest ER.

    Also the average power received in the corner itself.
    """
    worst_er = min(case.er_db, easy.er_db)
    setting = float(case.spec.launch.oma_setting_guard.high)
    highest = highest_dbm(case, point) + setting + _average_over_oma_db(worst_er) - min(case.optical_loss_db, easy.optical_loss_db)
    rx = case.spec.receiver
    return (
        at(rx, "overload_average", "worst") - highest,
        at(rx, "damage_average", "worst") - highest,
        rx_dbm + _average_over_oma_db(case.er_db),
    )


def _compliance(case: LaneCase, way: Walk, point: SetPoint, phy: Phy) -> tuple[ClauseLine, ...]:
    """The clause's other lines that this model can speak to, each with its room in dB (negative: violated)."""
    launch, laser, c = case.spec.launch, case.spec.laser, case.corner
    highest = highest_dbm(case, point) + float(launch.oma_setting_guard.high)
    average = highest + _average_over_oma_db(case.er_db)
    lines = [
        ("average launch power, set point and setting error", average, "pavg_tx_max", "dBm", -1.0),
        ("launch OMA, set point and setting error", highest, "oma_max", "dBm", -1.0),
        ("average launch power, end of life", way.launch_oma_dbm + _average_over_oma_db(case.er_db), "pavg_tx_min", "dBm", 1.0),
        ("TDECQ with its guard", at(launch, "tdecq", c) + at(launch, "tdecq_guard", c), "tdecq_max", "dB", -1.0),
        ("extinction ratio", case.er_db, "er_min", "dB", 1.0),
        ("transmitter reflectance", -at(launch, "return_loss", c), "tx_reflectance_max", "dB", -1.0),
        ("receiver reflectance", -at(case.spec.receiver, "return_loss", c), "rx_reflectance_max", "dB", -1.0),
        ("channel insertion loss", case.optical_loss_db, "channel_il_max", "dB", -1.0),
        ("RIN_OMA", _rin_oma(case, maybe(laser, "rin_avg", c), maybe(laser, "rin_oma", c)), "rin_oma_max", "dB/Hz", -1.0),
    ]
    closure = eecq_tp1a_db(case, phy)
    if closure is not None:
        lines.append(("EECQ at TP1a, by the statistical eye", closure, LIMIT_KEY, "dB", -1.0))
    out = []
    for name, value, key, unit, sign in lines:
        bound = phy.get(key)
        if bound is not None:
            room = sign * (value - bound.number)
            out.append(ClauseLine(name, value, bound.number, unit, room, bound.citation, bound.confidence))
    return tuple(out)


def _rin_oma(case: LaneCase, average: float | None, oma: float | None) -> float:
    """RIN referred to the OMA, whichever of the two references the design used."""
    if oma is not None:
        return oma
    assert average is not None  # the spec has exactly one of the two
    return float(scale.ratio_to_db(transmitter.rin_oma_from_average(scale.db_to_ratio(average), scale.db_to_ratio(case.er_db))))


def _module(spec: LinkSpec, corner: str, answers: list[_Answer], points: list[SetPoint]) -> ModuleResult:
    cases, loads = [a.case for a in answers], [a.load for a in answers]
    terms, total = energy_terms(cases, loads)
    payload = at(spec.signal, "payload_rate", corner)
    margins = [a.budget.margin_db for a in answers]
    spec_margins = [a.budget.margin_spec_db for a in answers]
    latency = latency_terms(spec, corner, max(a.case.fibre_m for a in answers))
    # A lane without a launch speaks for the module: its power is not known either.
    hardest = max(range(len(points)), key=lambda i: math.inf if math.isnan(points[i].oma_dbm) else points[i].oma_dbm)
    # A published power is what a module takes, not what every part at its worst would: it is held against the typical corner only.
    published = spec.module.published_power if corner == "typ" else None
    bad = [f"lane {a.case.lane}: {a.budget.status}" for a in answers if a.budget.status != "ok"]
    return ModuleResult(
        margin_db=None if None in margins else min(m for m in margins if m is not None),
        margin_spec_db=None if None in spec_margins else min(m for m in spec_margins if m is not None),
        log10_ber=max(a.budget.log10_ber for a in answers),
        power_w=total, energy_pj_per_bit=total / payload * 1e12, energy_terms=terms,
        latency_ns=math.fsum(t.value_ns for t in latency), latency_terms=latency,
        launch_set_by=points[hardest].set_by, launch_oma_dbm=points[hardest].oma_dbm,
        clause_oma_dbm=points[hardest].clause_oma_dbm, need_oma_dbm=points[hardest].need_oma_dbm,
        payload_gbps=payload / 1e9, published_w=None if published is None else published.typ,
        published_source="" if published is None else published.source, status="ok" if not bad else "; ".join(dict.fromkeys(bad)),
    )


def _warnings(spec: LinkSpec, answers: list[_Answer], power_w: float, corner: str) -> list[str]:
    """What a reader must know to read the numbers right."""
    notes = [
        "the closed form has no intersymbol interference: the receiver's equalised_penalty stands for it and is "
        f"{spec.receiver.equalised_penalty.confidence}"
    ]
    if spec.chain is not None:
        notes = ["equaliser noise, ISI and jitter are those of the statistical eye of [chain], at its own sensitivity, as gains on receiver noise"]
    for a in answers:
        for line in a.budget.compliance:
            if line.room < -1e-9:
                notes.append(f"clause line violated: {line.name} {number(line.value)} against {number(line.limit)} {line.unit}")
    limit = spec.module.power_class
    if limit is not None and power_w > limit.typ:
        text = f"module power {number(power_w, 1)} W exceeds its class of {number(limit.typ, 1)} W"
        notes.append(text + (" (every block at its worst at once: a bound)" if corner == "worst" else ""))
    return list(dict.fromkeys(notes))
