"""Where the launch OMA of a module is set, and what the light was before: set point, guards, laser power walked back.

With ``solve = true`` the set point is the larger of two needs, both in the worst corner: the clause's minimum at the worst TDECQ
plus its guard, and what the full BER needs over the worst path plus the margin target.  Setting accuracy, joint drift and laser
ageing are then added, so that a module at the end of its life still meets the larger of the two.

A stated set point (``oma_outer``) is taken as it stands: each corner starts from its own end of the range, the worst from the low
one; what must not be exceeded (overload, the clause's maxima) is asked of the high one.
"""

import math
from dataclasses import dataclass

from photonics_kernels import scale, transmitter

from photonics.catalog import Phy
from photonics.lower.corner import as_input, at, maybe
from photonics.lower.link import LaneCase
from photonics.results import Input, Term, weakest

from .limits import Limit, clause_minimum
from .sensitivity import sensitivity

# Name, field, and whether it is something that life takes: a fresh module has lost nothing of the last two.
GUARDS = (
    ("OMA setting", "oma_setting_guard", False),
    ("joint drift", "coupling_guard", True),
    ("laser ageing", "laser_ageing_guard", True),
)


@dataclass(frozen=True)
class SetPoint:
    """Launch OMA a module is set to at the start of its life (the typical one of a stated range), who asked for it, the two needs."""

    oma_dbm: float
    set_by: str
    clause_oma_dbm: float | None
    need_oma_dbm: float | None
    equation: str
    inputs: tuple[Input, ...]


def set_point(worst: LaneCase, phy: Phy, limit: Limit) -> SetPoint:
    """Set point of one lane from its worst-corner case."""
    launch = worst.spec.launch
    need = sensitivity(worst, limit, detail=False)
    guard_db = at(launch, "tdecq_guard", "worst")
    clause = clause_minimum(phy, at(launch, "tdecq", "worst"), maybe(launch, "tecq", "worst"), guard_db)
    need_dbm = None if need.oma_dbm is None else need.oma_dbm + worst.optical_loss_db
    if need_dbm is not None and launch.oma_outer is None:
        need_dbm += at(launch, "margin_target", "worst")  # only a launch that is solved for has a target
    if worst.spec.undecided is not None:
        need_dbm = None  # what its BER needs is just what an undecided design cannot say
    clause_dbm = None if clause is None else clause.oma_dbm
    if launch.oma_outer is not None:
        given = as_input(launch, "oma_outer", "typ")
        return SetPoint(float(launch.oma_outer.typ), "as stated", clause_dbm, need_dbm, "stated set point", (given,))
    if clause_dbm is None and need_dbm is None:
        why = f"the PHY has no launch minimum and {need.status}"
        return SetPoint(math.nan, f"by nothing: {why}", None, None, "none", ())
    by_clause = need_dbm is None or (clause_dbm is not None and clause_dbm >= need_dbm)
    base = clause_dbm if by_clause else need_dbm
    assert base is not None  # one of the two is there: checked above
    guards_db = sum(at(launch, field, "worst") for _, field, _ in GUARDS)
    inputs = tuple(as_input(launch, field, "worst") for _, field, _ in GUARDS)
    if by_clause and clause is not None:
        inputs += (*clause.inputs, as_input(launch, "tdecq", "worst"), as_input(launch, "tdecq_guard", "worst"))
        set_by = "set by the clause's minimum at the worst TDECQ"
        if need_dbm is None and worst.spec.undecided is None:
            set_by += f" (the BER sets none: {need.status})"
    else:
        inputs += (as_input(launch, "margin_target", "worst"), limit.source)
        set_by = "set by the BER over the worst path"
    equation = "max(clause minimum at TDECQ + guard, worst sensitivity + worst loss + margin target) + guards"
    return SetPoint(base + guards_db, set_by, clause_dbm, need_dbm, equation, inputs)


def highest_dbm(case: LaneCase, point: SetPoint) -> float:
    """The highest launch OMA a lane may be set to: the upper end of a stated range, else the set point itself."""
    stated = case.spec.launch.oma_outer
    return point.oma_dbm if stated is None else float(stated.high)


def _start(case: LaneCase, point: SetPoint) -> tuple[float, tuple[Input, ...]]:
    """Launch OMA in the corner of ``case`` and what it rests on: that corner's end of a stated range, else the set point."""
    launch = case.spec.launch
    if launch.oma_outer is None:
        return point.oma_dbm, point.inputs
    return at(launch, "oma_outer", case.corner), (as_input(launch, "oma_outer", case.corner),)


@dataclass(frozen=True)
class Walk:
    """The light from the laser to TP2 at the set point, and the guards a lane may have lost by then."""

    terms: tuple[Term, ...]
    laser_dbm: float  # average optical power one laser must give at its facet
    launch_oma_dbm: float  # after the guards of this corner


def walk(case: LaneCase, point: SetPoint) -> Walk:
    """Walk back from the set point at TP2 to the laser's facet, and forward through the guards of the corner.

    EML: average facet power = OMA (ER+1)/(2 (ER-1)).  Mach-Zehnder at quadrature: input = OMA/(IL s), s the swing.
    Absorption modulator behind a CW laser: input = OMA/(IL (1 - 1/ER)).
    """
    start_dbm, origin = _start(case, point)
    m, laser, launch, c = case.spec.modulator, case.spec.laser, case.spec.launch, case.corner
    after = [x for x in case.inside if x.stage == "after_modulator"]
    before = [x for x in case.inside if x.stage == "before_modulator"]
    oma_mod_dbm = start_dbm + sum(x.loss_db for x in after)
    er = scale.db_to_ratio(case.er_db)
    loss_db = at(m, "insertion_loss", c)
    er_inputs = tuple(
        as_input(m, f, c) for f in ("extinction_ratio", "drive_swing", "v_pi") if getattr(m, f) is not None
    )
    if laser.kind == "eml":
        # The laser's own output is the average behind the modulator: only the level spacing is between them.
        depth_db = float(scale.ratio_to_db(1.0 / transmitter.average_power_w(1.0, er)))
        equation = "OMA over average, 2 (ER-1)/(ER+1)"
    elif case.swing_db is not None:
        depth_db, equation = case.swing_db, "OMA over input, s = sin(pi Vpp/(2 Vpi))"
    else:
        depth_db = float(scale.ratio_to_db(1.0 - 1.0 / er))
        equation = "OMA over input, 1 - 1/ER"
    laser_dbm = oma_mod_dbm + loss_db - depth_db + sum(x.loss_db for x in before)
    terms = [
        Term(
            "laser output, average", "TP1-TP2", laser_dbm, "dBm", "level",
            "set point walked back through every loss to the facet", origin,
        )
    ]
    terms += [Term(x.name, x.plane, x.loss_db, "dB", "loss", x.equation, x.inputs) for x in before]
    if loss_db:
        inputs = (as_input(m, "insertion_loss", c),)
        terms.append(Term("modulator insertion loss", "TP1-TP2", loss_db, "dB", "loss", "stated loss", inputs))
    terms.append(Term("modulation depth", "TP1-TP2", -depth_db, "dB", "loss", equation, er_inputs))
    terms += [Term(x.name, x.plane, x.loss_db, "dB", "loss", x.equation, x.inputs) for x in after]
    terms.append(Term("launch OMA, set point", "TP2", start_dbm, "dBm", "level", point.equation, origin))
    launch_dbm = start_dbm
    for name, field, ages in GUARDS:
        value = 0.0 if ages and case.life == "begin" else at(launch, field, c)
        launch_dbm -= value
        terms.append(Term(f"guard: {name}", "TP2", value, "dB", "guard", "stated guard", (as_input(launch, field, c),)))
    trust = weakest(t.confidence for t in terms if t.plane == "TP2")
    terms.append(Term("launch OMA", "TP2", launch_dbm, "dBm", "level", "set point less the guards", confidence=trust))
    return Walk(tuple(terms), laser_dbm, launch_dbm)
