"""Every parameter of a link moved a little: the pass must follow as a budget of the design with that value does.

What this finds is a scalar that no row of the pass holds, a row that no path reaches, and a column left out though an output needs it.
"""

import math

import pytest

from photonics import catalog
from photonics.links.points import evaluator
from photonics.lower.points import moves_dispersion

from .columns import evaluate, moved, set_points, slow_point

OUTPUTS = ("margin_db", "power_w", "launch_oma_dbm", "rx_oma_dbm", "optical_loss_db", "laser_room_db")
# An eml, a drive by v_pi, a ring with splitters behind a shared laser, NRZ without a converter, lanes of their own, an undecided one.
MOVED = [
    ("1.6T-2xDR4", "worst", "solved"), ("1.6T-2xDR4", "best", "held"), ("1.6T-2xDR4-sipho", "worst", "solved"),
    ("1.6T-CPO-ring", "worst", "solved"), ("1.6T-CPO-ring", "typ", "held"), ("1.6T-OCI-ring", "typ", "held"),
    ("400G-FR4", "worst", "held"), ("1.6T-2xDR4-lpo", "typ", "solved"), ("400G-DR4", "best", "solved"),
]  # fmt: skip
# Scalars that move no output of these: neither a level nor a watt.
STILL = {"module.price", "electronics.dsp_latency", "receiver.overload_average", "signal.payload_rate"}
# The eye of the chain says what an allowance without one would.
NOT_MOVED = {"receiver.equalised_penalty", "signal.lanes", "laser.lanes_per_laser", "receiver.damage_average", "fec.interleave", "fec.domains"}


def nearby(path, value):
    """A value a little off, inside every bound: a ratio or mismatch of at most one goes down, a count by one."""
    if path.endswith("ways") or (path.startswith("chain.equalizer") and path.endswith("taps")):
        return value + 1.0
    if path.endswith(("_pre", "mlse_memory")):
        return max(value - 1.0, 0.0)
    down = path.endswith(("level_mismatch", "efficiency", "carnot_fraction"))
    return value * (0.998 if down else 1.002) if value else 2e-3


def jump_db(name, path):
    """How far a curve of the eye's penalty may be off: the equaliser of the co-packaged ring changes its phase where the fibre is the design's.

    A ring's wavelength enters chain and fibre besides, which are moved one after the other.
    """
    return 4e-3 if "ring" in name and moves_dispersion(("path", path.rpartition(".")[2])) else 0.0


@pytest.mark.parametrize(("name", "corner", "mode"), MOVED)
def test_each_parameter_moves_the_pass_as_it_moves_a_budget(name, corner, mode):
    spec = catalog.load_link(name)
    points = evaluator(spec, corner=corner, set_point=mode)
    held = set_points(spec) if mode == "held" else None
    undecided = spec.undecided is not None
    base = slow_point(spec, corner, held=held)
    at_base = evaluate(points, OUTPUTS)
    seen = 0
    some = points.parameters()[:: 4 if name in ("400G-FR4", "1.6T-2xDR4-lpo") else 1]  # four lanes and long chains take their time
    for parameter in some:
        path, value = parameter.path, nearby(parameter.path, parameter.value)
        got = evaluate(points, OUTPUTS, {path: [value]})
        exact = slow_point(moved(spec, points.scalars[path][0], value), corner, held=held)
        if undecided:
            exact["margin_db"] = math.nan
        for key in OUTPUTS:
            jump = jump_db(name, path)
            close = pytest.approx(exact[key], rel=3e-5 if key == "power_w" else 0.0, abs=5e-5 + jump, nan_ok=True)
            assert got[key][0] == close, (path, key)
        # The change itself: what quadrature leaves is common to both and cancels.
        changes = {k: exact[k] - base[k] for k in OUTPUTS if not math.isnan(exact[k])}
        for key, change in changes.items():
            jump = jump_db(name, path)
            assert got[key][0] - at_base[key][0] == pytest.approx(change, rel=3e-2, abs=1e-5 + jump), (path, key)
        seen += any(abs(c) > 1e-12 for c in changes.values())
    still = sum(p.path in STILL for p in some)
    # An undecided design has no margin to move; a held launch is not moved by what sets it.
    assert seen >= (len(some) - still) * (0.4 if undecided else 0.7)


@pytest.mark.parametrize("name", ["1.6T-2xDR4", "1.6T-2xDR4-sipho", "1.6T-OCI-ring"])
def test_only_scalars_that_move_nothing_are_no_parameters(name):
    points = evaluator(name)
    there = {p.path for p in points.parameters()}
    missing = set(points.scalars) - there
    module = {"module.failure_rate", "module.flap_rate", "module.power_class", "module.published_power"}
    # The host's SerDes is outside the module's boundary; a target sets a launch, which is held here.
    beside = {"electronics.host_serdes_energy", "launch.margin_target"}
    rest = {path for path in missing - NOT_MOVED - module - beside if not path.startswith("electrical")}
    assert not rest
    assert not beside & there
    assert "launch.margin_target" in {p.path for p in evaluator(name, set_point="solved").parameters()}


def test_moving_two_lanes_apart():
    """A lane's own wavelength moves that lane alone; the link's other scalars move every lane."""
    points = evaluator("400G-FR4", corner="typ")
    own = [p.path for p in points.parameters() if p.path.startswith("lane[")]
    assert own
    base = evaluate(points, ["margin_db", "sensitivity_oma_dbm"])
    worst = max(abs(evaluate(points, ["sensitivity_oma_dbm"], {p: [1400.0]})["sensitivity_oma_dbm"][0] - base["sensitivity_oma_dbm"][0])
                for p in own if p.endswith("wavelength"))  # fmt: skip
    assert worst > 1e-3
    spec = catalog.load_link("400G-FR4")
    value = points.parameter(own[0]).value + 2.0
    got = evaluate(points, ["margin_db"], {own[0]: [value]})
    exact = slow_point(moved(spec, points.scalars[own[0]][0], value), "typ", held=set_points(spec))
    assert got["margin_db"][0] == pytest.approx(exact["margin_db"], abs=4e-5)


@pytest.mark.parametrize("path", ["signal.payload_rate", "electronics.dsp_latency", "path[1].length", "module.price"])
def test_latency_price_and_energy_per_bit(path):
    import photonics as ph

    spec = catalog.load_link("400G-DR4")
    points = evaluator(spec, corner="typ")
    keys, scalar, _ = points.scalars[path]
    value = scalar.typ * 0.98
    got = evaluate(points, ["latency_ns", "energy_pj_per_bit", "price_usd"], {path: [value]})
    new = moved(spec, keys, value)
    found = ph.budget(new, corner="typ").module
    assert got["latency_ns"][0] == pytest.approx(found.latency_ns, abs=1e-6)
    assert got["energy_pj_per_bit"][0] == pytest.approx(found.energy_pj_per_bit, rel=1e-9)
    assert got["price_usd"][0] == pytest.approx(new.module.price.typ)
