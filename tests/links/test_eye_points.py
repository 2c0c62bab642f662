"""The statistical eye at many points: against one eye at a time, against budgets of moved designs, and however a run is cut."""

import concurrent.futures
import math
from dataclasses import replace

import numpy as np
import pytest
from photonics_kernels import block

import photonics as ph
from photonics import catalog
from photonics.errors import InputError
from photonics.links import bound
from photonics.links.chain import lane_chain
from photonics.links.eye_points import combinations
from photonics.links.eye_solver import point_of, sensitivities
from photonics.links.limits import lane_limit
from photonics.links.points import evaluator
from photonics.links.sensitivity import full_row
from photonics.lower import eye as one_by_one
from photonics.lower import eye_columns
from photonics.lower.beats import beat_states, gauss_rule
from photonics.lower.eye_columns import Settings, lowered
from photonics.lower.link import LEVELS, lane_case
from photonics.lower.points import base_rows, program
from photonics.spec.load import parse_link
from photonics.sweeps.evaluators import evaluator_of
from photonics.sweeps.plan import build_plan, sweep_plan
from photonics.sweeps.running import run

from .columns import columns, evaluate, moved, set_points, slow_point

EYE = ("eye_log10_ber", "eye_pre_fec_ber", "eye_margin_db", "eye_sensitivity_oma_dbm")
DRIVER = "chain.response.driver.bandwidth"


def light_of(spec, corner, count=1):
    base, held = base_rows(spec, corner), program(spec, corner)
    return lowered(lambda row: np.full(count, base[row]), held, LEVELS[spec.signal.format])


@pytest.mark.parametrize("corner", ["worst", "typ", "best"])
@pytest.mark.parametrize("name", ["1.6T-2xDR4", "1.6T-2xDR4-sipho", "1.6T-CPO-ring", "1.6T-OCI-ring", "400G-FR4", "1.6T-2xDR4-lpo"])
@pytest.mark.parametrize("mpi", ["quasi-static", "upper-bound"])
def test_rows_are_those_of_one_point(name, corner, mpi):
    """Every array of the kernel, by the fused pass's numbers and by the closed form's row."""
    tables = catalog.load_link(name).as_document()
    tables["analysis"] = {**tables["analysis"], "mpi": mpi}
    spec = parse_link(tables, lookup_part=catalog.loading.lookup_part, where="test").for_lane(0)
    case = lane_case(spec, 0, corner)
    chain = lane_chain(case)
    row = replace(full_row(case, lane_limit(spec, catalog.phy(spec.phy)))[0], rx_oma_dbm=-3.0)
    slow = one_by_one.eye_rows([chain.response], [point_of(chain, row)], LEVELS[spec.signal.format])
    light = light_of(spec, corner)
    half = 1e-3 * 10.0**-0.3 * light.swing_a_w
    zero, one = np.zeros(1, dtype=np.int64), np.ones(1)
    jitter = chain.jitter
    chosen = Settings(zero, zero, jitter.random_ui * one, jitter.dirac_ui * one, jitter.offset_ui * one)
    states = beat_states(light, 129 if mpi == "quasi-static" else 1)
    fast = eye_columns.eye_rows([chain.response], [chain.equaliser], light, chosen, half, states)
    for field, ours, theirs in zip(slow._fields, fast, slow, strict=True):
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape, field
        size = float(np.abs(theirs[np.isfinite(theirs)]).max(initial=0.0))
        assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-11 * size), field


@pytest.mark.parametrize(("name", "corner"), [
    ("1.6T-2xDR4", "worst"), ("1.6T-2xDR4", "typ"), ("1.6T-2xDR4-tfln", "best"), ("1.6T-CPO-ring", "worst"), ("1.6T-OCI-ring", "worst"),
    ("400G-DR4", "worst"), ("1.6T-2xDR4-lpo", "typ"), ("1.6T-2xDR4-lpo", "worst"), ("1.6T-2xFR4-interposer", "typ"),
])  # fmt: skip
def test_error_ratio_and_sensitivity_of_one_eye(name, corner):
    """Few beat states against the density in 129 bins, whose own spread is a little too wide: 5e-5 decades, 5e-5 dB."""
    spec = catalog.load_link(name)
    got = evaluate(evaluator(spec, corner=corner), [*EYE, "rx_oma_dbm"])
    limit = lane_limit(spec, catalog.phy(spec.phy))
    ratios, needs, margins = [], [], []
    budget = ph.budget(spec, corner="worst" if corner == "typ" else corner)
    budget = budget.typical if corner == "typ" else budget
    for lane in {a.lane for a in budget.lanes} if spec.lane else (0,):
        rx = budget.lanes[lane].rx_oma_dbm
        ratios.append(ph.ber(spec, method="eye", corner=corner, lane=lane, rx_oma_dbm=[rx]).points[0].log10_ber)
        case = lane_case(spec, lane, corner)
        chain = lane_chain(case)
        row = replace(full_row(case, limit)[0], rx_oma_dbm=-5.0)
        found, _ = sensitivities([chain.response], [point_of(chain, row)], LEVELS[spec.signal.format], limit.log_limit, limit.by_codeword)
        needs.append(found[0])
        margins.append(rx - found[0])
    undecided = spec.undecided is not None
    expected = (max(ratios), max(needs), min(margins))
    for key, value in zip(("eye_log10_ber", "eye_sensitivity_oma_dbm", "eye_margin_db"), expected, strict=True):
        value = math.nan if undecided else value
        assert got[key][0] == pytest.approx(value, rel=1e-5, abs=5e-5, nan_ok=True), key
    assert got["eye_pre_fec_ber"][0] == pytest.approx(10.0 ** got["eye_log10_ber"][0], rel=1e-12, nan_ok=True)


# What an axis is set to, for each design: one of every kind that the chain has.
AXES = [
    ("1.6T-2xDR4", DRIVER, 48e9), ("1.6T-2xDR4", "chain.response[4].quality", 0.8), ("1.6T-2xDR4", "electronics.ffe_taps", 11.0),
    ("1.6T-2xDR4", "chain.equalizer.ffe_pre", 3.0), ("1.6T-2xDR4", "chain.equalizer.dfe_taps", 0.0),
    ("1.6T-2xDR4", "chain.equalizer.transmit_peaking", 1.3), ("1.6T-2xDR4", "chain.equalizer.transmit_taps", 5.0),
    ("1.6T-2xDR4", "chain.jitter.random", 180e-15), ("1.6T-2xDR4", "chain.jitter.dual_dirac", 90e-15),
    ("1.6T-2xDR4", "chain.jitter.offset", 200e-15), ("1.6T-2xDR4", "signal.symbol_rate", 112e9),
    ("1.6T-2xDR4-npo", "chain.equalizer.host_taps", 20.0), ("1.6T-OCI-ring", "chain.response.ring.quality_factor", 9000.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "value"), AXES)
def test_a_chain_axis_moves_what_a_budget_of_that_design_has(name, path, value):
    spec = catalog.load_link(name)
    outputs = ("margin_db", "power_w", "launch_oma_dbm", "rx_oma_dbm")
    for mode, corner in (("held", "typ"), ("solved", "best")):
        points = evaluator(spec, corner=corner, set_point=mode)
        if not points.spec.chain or path not in {*points.scalars, *(s for p in points.scalars for s in points._spellings(p))}:
            pytest.skip(f"{name} has no {path} any more")
        keys = points.scalars[points.canonical(path)[0]][0]
        exact = slow_point(moved(spec, keys, value), corner, held=set_points(spec) if mode == "held" else None)
        base = evaluate(points, (*outputs, "eye_log10_ber"))
        got = evaluate(points, (*outputs, "eye_log10_ber"), {path: [points.parameter(path).value, value]})
        for key in outputs:
            close = math.nan if spec.undecided is not None and key == "margin_db" else exact[key]
            assert got[key][1] == pytest.approx(close, rel=1e-5, abs=1e-4, nan_ok=True), (key, mode)
            # A solved launch is the worst corner's, which an axis takes from its own value too.
            if mode == "held":
                assert got[key][0] == pytest.approx(base[key][0], abs=5e-5, nan_ok=True), key
        if spec.undecided is None:
            assert got["margin_db"][1] != got["margin_db"][0]
            assert got["eye_log10_ber"][1] != got["eye_log10_ber"][0]
        rx = float(got["rx_oma_dbm"][1])
        one = ph.ber(moved(spec, keys, value), method="eye", corner=corner, rx_oma_dbm=[rx]).points[0].log10_ber
        assert got["eye_log10_ber"][1] == pytest.approx(math.nan if spec.undecided is not None else one, rel=1e-5, abs=5e-5, nan_ok=True)


def test_taps_move_watts_and_the_eye():
    points = evaluator("1.6T-2xDR4", corner="worst")
    got = evaluate(points, ["power_w", "margin_db", "eye_log10_ber"], {"electronics.ffe_taps": [7, 10, 13]})
    assert np.all(np.diff(got["power_w"]) > 0.0)
    assert np.all(np.diff(got["margin_db"]) > 0.0) and np.all(np.diff(got["eye_log10_ber"]) < 0.0)


def test_crosstalk_is_an_axis():
    tables = catalog.load_link("1.6T-2xDR4").as_document()
    tables["chain"]["aggressor"] = [{"name": "neighbour", "coupling_loss": "30 dB", "corner": "20 GHz", "count": 2}]
    points = evaluator(parse_link(tables, lookup_part=catalog.loading.lookup_part, where="test"), corner="worst")
    axes = {"chain.aggressor.neighbour.coupling_loss": [60.0, 36.0, 30.0]}
    got = evaluate(points, ["margin_db", "eye_log10_ber"], axes)
    assert np.all(np.diff(got["margin_db"]) < 0.0) and np.all(np.diff(got["eye_log10_ber"]) > 0.0)


def test_what_makes_no_equaliser_has_a_status_beside_what_does():
    points = evaluator("1.6T-2xDR4", corner="worst")
    got = evaluate(points, ["margin_db", "eye_log10_ber"], {"electronics.ffe_taps": [21, 4, 21, 200]})
    assert got["status"].tolist() == [0, 6, 0, 6]
    assert np.isnan(got["margin_db"]).tolist() == np.isnan(got["eye_log10_ber"]).tolist() == [False, True, False, True]
    assert got["margin_db"][0] == got["margin_db"][2]


def test_an_error_floor_has_its_status_and_the_error_ratio_that_is_left():
    """The chain of a slow driver: no power meets the limit, and the eye says what the received one gives."""
    points = evaluator("1.6T-2xDR4", corner="worst")
    outputs = ["margin_db", "sensitivity_oma_dbm", "meets_limit", "log10_ber", "eye_log10_ber", "launch_oma_dbm"]
    for mode in ("held", "solved"):
        points = evaluator("1.6T-2xDR4", corner="worst", set_point=mode)
        got = evaluate(points, outputs, {DRIVER: [70e9, 18e9]})
        assert got["status"].tolist() == [0, 1]
        assert np.isnan(got["margin_db"]).tolist() == np.isnan(got["sensitivity_oma_dbm"]).tolist() == [False, True]
        assert got["meets_limit"].tolist()[1] == 0.0
        assert got["log10_ber"][1] == got["eye_log10_ber"][1] > -3.0
        assert np.isfinite(got["launch_oma_dbm"]).all()


def many(points):
    rng = np.random.default_rng(5)
    return {
        DRIVER: rng.choice([45e9, 55e9, 70e9], 300),
        "electronics.ffe_taps": rng.choice([9.0, 15.0, 21.0], 293),
        "chain.jitter.random": rng.uniform(50e-15, 200e-15, 283),
        "path[0].loss": rng.uniform(0.0, 4.0, 281),
    }


def test_points_do_not_depend_on_how_a_run_is_cut_or_who_computes_it():
    points = evaluator("1.6T-2xDR4", corner="worst", set_point="solved")
    axes = many(points)
    del axes["chain.jitter.random"]
    expansion = columns(*axes.values())
    outputs = ("margin_db", "power_w", "eye_log10_ber", "launch_oma_dbm")
    bound = points.bind((), tuple(axes), outputs)
    whole = bound(expansion, 0, 300)
    pieces = [(at, min(64, 300 - at)) for at in range(0, 300, 64)]
    fresh = points.bind((), tuple(axes), outputs)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        cut = list(pool.map(lambda piece: fresh(expansion, *piece), reversed(pieces)))[::-1]
    for key in (*outputs, "status"):
        assert np.array_equal(whole[key], np.concatenate([c[key] for c in cut]), equal_nan=True), key
    odd = [bound(expansion, a, b - a)["eye_log10_ber"] for a, b in ((0, 1), (1, 77), (77, 300))]
    assert np.array_equal(np.concatenate(odd), whole["eye_log10_ber"], equal_nan=True)


def test_jitter_of_its_own_at_every_point():
    points = evaluator("1.6T-2xDR4", corner="worst")
    axes = {key: value[:40] for key, value in many(points).items()}
    got = evaluate(points, ["eye_log10_ber"], axes, count=40)["eye_log10_ber"]
    for k in (0, 17, 39):
        alone = evaluate(points, ["eye_log10_ber"], {key: [value[k]] for key, value in axes.items()})["eye_log10_ber"]
        assert got[k] == alone[0]


def test_outputs_of_the_eye_need_a_chain():
    tables = catalog.load_link("400G-DR4").as_document()
    del tables["chain"]
    points = evaluator(parse_link(tables, lookup_part=catalog.loading.lookup_part, where="test"))
    assert "receiver.equalised_penalty" in {p.path for p in points.parameters()}
    assert np.isfinite(evaluate(points, ["margin_db"])["margin_db"][0])
    with pytest.raises(InputError, match="chain"):
        points.bind((), (), ("eye_log10_ber",))


def test_what_stands_in_the_eyes_place_is_no_parameter():
    points = evaluator("1.6T-2xDR4")
    assert "receiver.equalised_penalty" not in {p.path for p in points.parameters()}
    with pytest.raises(InputError, match="moves none"):
        points.canonical("receiver.equalised_penalty")


def test_names_of_the_chain():
    points = evaluator("1.6T-2xDR4")
    assert points.canonical(DRIVER) == ("chain.response[1].bandwidth",)
    paths = {p.path for p in points.parameters()}
    assert {"chain.response[1].bandwidth", "chain.equalizer.ffe_pre", "chain.jitter.random", "electronics.ffe_taps"} <= paths
    for wrong, right in (("chain.response.drivr.bandwidth", DRIVER), ("chain.jitter.randm", "chain.jitter.random")):
        with pytest.raises(InputError) as told:
            points.parameter(wrong)
        assert right in str(told.value)
    # Where the module's DSP does not equalise, its taps are watts alone.
    assert evaluator("1.6T-2xDR4-lro").spec.electronics.retiming != "both"


def test_the_plan_says_what_the_chain_costs():
    points = evaluator("1.6T-2xDR4")
    moving = " ".join(points.explain_plan((DRIVER, "electronics.ffe_taps", "path[0].loss")))
    assert "once for each distinct combination of" in moving and DRIVER in moving
    assert "penalty of the eye: once" in " ".join(points.explain_plan(("path[0].loss",)))


def test_combinations_are_found_by_value():
    first, second = np.array([1.0, 2.0, 1.0, 2.0, 1.0]), np.array([5.0, 5.0, 5.0, 6.0, 5.0])
    distinct, which = combinations([first, second], 5)
    assert [distinct[k] for k in which] == list(zip(first, second, strict=True)) and len(distinct) == 3
    assert combinations([], 4)[0] == [()] and combinations([], 4)[1].tolist() == [0] * 4


@pytest.mark.parametrize("count", [4, 16, 32])
def test_a_rule_of_a_measure_has_its_moments(count):
    rng = np.random.default_rng(3)
    x = np.linspace(-0.01, 0.01, 129)
    mass = rng.uniform(0.1, 1.0, 129)
    mass /= mass.sum()
    places, weights = gauss_rule(x, mass, count)
    assert np.all(weights > 0.0) and np.all(np.diff(places) > 0.0)
    for order in range(2 * count):
        exact = float(mass @ (x / 0.01) ** order)
        assert float(weights @ (places / 0.01) ** order) == pytest.approx(exact, abs=1e-12)
    few, share = gauss_rule(np.array([-1.0, 0.0, 1.0]), np.array([0.25, 0.5, 0.25]), 8)
    assert share.sum() == pytest.approx(1.0) and share @ few**4 == pytest.approx(0.5)


def test_fewest_states_have_the_beats_moments():
    light = light_of(catalog.load_link("400G-FR4").for_lane(0), "worst", 3)
    x, mass = beat_states(light, 129)
    for count, orders in ((2, (2,)), (3, (2, 4)), (4, (2, 4, 6)), (8, (2, 4, 6, 8, 10)), (16, (2, 4, 6, 8, 10))):
        few, share = beat_states(light, count)
        for order in orders:
            # Binning widens the density a little.
            assert (few**order * share).sum(axis=1) == pytest.approx((x**order * mass).sum(axis=1), rel=2e-3 * order)
    assert block.WIDTH > 3  # one block holds the three points


def test_the_shipped_sweep_of_the_eye():
    """10 bandwidths x 10 tap counts x 10 jitters x 100 losses, of which a few points are computed."""
    spec = catalog.load_sweep("2xDR4-eye")
    made = evaluator_of(spec)
    plan = build_plan(spec, made)
    assert plan.points == 100_000 and plan.outputs == ("eye_log10_ber",)
    got = made.bind((), plan.paths, plan.needed)(plan.expansion, 49_900, 200)
    assert np.all(got["status"] == 0)
    assert np.all(np.diff(got["eye_log10_ber"][:100]) > -1e-9)  # more loss, more errors


def test_threads_share_a_block_of_slow_points(monkeypatch):
    """Pieces of a block, of sizes that do not divide it, say what the block says as one."""
    monkeypatch.setattr(bound, "PIECE", 67)
    made = evaluator("1.6T-2xDR4")
    axes = {"fibre.length": {"linspace": {"start": "0.1 km", "stop": "4 km", "num": 20}}, DRIVER: {"linspace": {"start": "60 GHz", "stop": "90 GHz", "num": 20}}}
    plan = sweep_plan(made, axes=axes, outputs=("eye_log10_ber", "eye_margin_db", "margin_db"))
    got = []
    for workers in (1, 3):
        kept = []
        run(plan, made, workers=workers, each=lambda chunks, chunk, outputs, kept=kept: kept.append(dict(outputs)))
        got.append(kept)
    assert len(got[0]) == len(got[1]) == 1
    assert np.isfinite(got[0][0]["eye_margin_db"]).all()
    for name in got[0][0]:
        assert np.array_equal(got[0][0][name], got[1][0][name], equal_nan=True)


def test_drawn_chains_by_curves():
    """Draws of the chain take a curve each: within some hundredths of a dB of each draw's own budget, and the same however a run is cut."""
    points = evaluator("1.6T-2xDR4")
    draws = {"ranges": "triangular", "only": ["chain.response[1].bandwidth", "chain.jitter.random", "chain.response[4].bandwidth", "launch.sndr"]}
    plan = sweep_plan(points, method="monte-carlo", points=100, seed=4, outputs=("margin_db",), draws=draws)
    bound = points.bind((), plan.paths, ("margin_db",))
    got = bound(plan.expansion, 0, 100)["margin_db"]
    cut = [bound(plan.expansion, a, b - a)["margin_db"] for a, b in ((0, 64), (64, 100))]
    assert np.array_equal(got, np.concatenate(cut))
    inputs = plan.inputs(np.arange(6))
    spec = points.spec
    for k in range(6):
        one = spec
        for path in plan.paths:
            one = moved(one, points.scalars[points.canonical(path)[0]][0], float(inputs[path][k]))
        exact = slow_point(one, "typ", held=set_points(spec))["margin_db"]
        assert got[k] == pytest.approx(exact, abs=0.05)
