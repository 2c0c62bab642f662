"""A link at many points against ``budget`` at one: every shipped design, corner, age and set point, and the evaluator's manners."""

import concurrent.futures
import math

import numpy as np
import pytest

import photonics as ph
from photonics import catalog
from photonics.errors import InputError
from photonics.links.points import OUTPUTS, LinkPoints, evaluator
from photonics.results.evaluator import Parameter

from .columns import columns, evaluate, with_value

DESIGNS = sorted(name for name, file in catalog.index.files().items() if file.kind == "link")
CORNERS, LIVES = ("worst", "typ", "best"), ("end", "begin")
# Quadrature of the beat by a few nodes against its density in 129 bins: dB of OMA, and decades of a bit error ratio.
OF_BEAT_DB, OF_BEAT_DECADES = 4e-5, 1e-4
BUDGETS: dict[tuple[str, str, str], ph.results.Budget] = {}


def budget(name, corner, life):
    """One budget gives two corners: the one asked for and the typical one."""
    if (name, corner, life) not in BUDGETS:
        found = ph.budget(name, corner="worst" if corner == "typ" else corner, life=life)
        BUDGETS[name, found.corner, life] = found
        BUDGETS[name, "typ", life] = found.typical
    return BUDGETS[name, corner, life]


def expected(name, corner, life):
    """All outputs as a budget has them; NaN where it has none."""
    found = budget(name, corner, life)
    spec = catalog.load_link(name)
    module, lanes = found.module, found.lanes

    def number(value):
        return math.nan if value is None else value

    rooms = [number(spec.for_lane(a.lane).receiver.overload_average.corner(corner, "low")) - a.rx_average_dbm for a in lanes]
    price = spec.module.price
    log10 = number(module.log10_ber)
    # What no received power meets is not met; what nobody decides is neither.
    verdict = 0.0 if "error floor" in (module.status or "") else math.nan
    return {
        "margin_db": number(module.margin_db),
        "meets_limit": verdict if module.margin_db is None else float(module.margin_db >= 0.0),
        "pre_fec_ber": 10.0**log10,
        "log10_ber": log10,
        "rx_oma_dbm": min(a.rx_oma_dbm for a in lanes),
        "sensitivity_oma_dbm": max(number(a.sensitivity_oma_dbm) for a in lanes),
        "optical_loss_db": max(a.optical_loss_db for a in lanes),
        "launch_oma_dbm": min(next(t.value for t in a.terms if t.name == "launch OMA") for a in lanes),
        "margin_spec_db": number(module.margin_spec_db),
        "overload_room_db": min(rooms),
        "power_w": module.power_w,
        "energy_pj_per_bit": module.energy_pj_per_bit,
        "price_usd": math.nan if price is None else price.corner(corner, "high"),
        "latency_ns": module.latency_ns,
    }


def same(name, got, value):
    if math.isnan(value):
        return math.isnan(got)
    if name == "pre_fec_ber":
        return got == pytest.approx(value, rel=math.log(10.0) * (OF_BEAT_DECADES - 2e-5 * math.log10(value)))
    if name == "log10_ber":
        return got == pytest.approx(value, rel=2e-5, abs=OF_BEAT_DECADES)
    if name in ("margin_db", "sensitivity_oma_dbm"):
        return abs(got - value) < OF_BEAT_DB
    # What a solved launch rests on a sensitivity for: levels and watts follow it.
    return got == pytest.approx(value, rel=1e-5, abs=OF_BEAT_DB)


@pytest.mark.parametrize("name", DESIGNS)
def test_every_shipped_design_agrees_with_its_budget(name):
    """Three corners, two ages, two set points: twelve points of fifteen outputs a design."""
    lanes_differ = bool(catalog.load_link(name).lane)  # a budget of many distinct lanes takes seconds: one of these, and the typical corner
    for corner in CORNERS[:2] if lanes_differ else CORNERS:
        for life in LIVES[:1] if lanes_differ else LIVES:
            exact = expected(name, corner, life)
            for mode in ("held", "solved"):
                got = evaluate(evaluator(name, corner=corner, life=life, set_point=mode), OUTPUTS)
                wrong = {k: (got[k][0], v) for k, v in exact.items() if not same(k, float(got[k][0]), v)}
                assert not wrong, (corner, life, mode)
                undecided = catalog.load_link(name).undecided is not None
                assert int(got["status"][0]) == (8 if undecided else 0 if not math.isnan(exact["margin_db"]) else got["status"][0])


@pytest.mark.parametrize("name", ["1.6T-2xDR4", "1.6T-CPO-ring", "800G-CPO-mzm", "1.6T-OCI-ring"])
@pytest.mark.parametrize("corner", CORNERS)
def test_laser_room(name, corner):
    """As the walk of the budget has it: the part's limit over the light that its first term asks for."""
    found = budget(name, corner, "end")
    spec = catalog.load_link(name)
    asked = max(next(t.value for t in a.terms if t.name == "laser output, average") for a in found.lanes)
    limit = spec.laser.power_max.corner(corner, "low")
    got = evaluate(evaluator(name, corner=corner), ["laser_room_db"])
    assert got["laser_room_db"][0] == pytest.approx(limit - asked, abs=1e-9)


def test_a_held_launch_stays_and_a_solved_one_follows():
    held, solved = (evaluator("1.6T-2xDR4", corner="worst", set_point=mode) for mode in ("held", "solved"))
    base = held.parameter("receiver.noise_density").value
    axes = {"receiver.noise_density": [1.15 * base, 1.3 * base]}  # from where the error ratio sets the launch, not the clause
    first = evaluate(held, ["launch_oma_dbm", "margin_db"], axes)
    second = evaluate(solved, ["launch_oma_dbm", "margin_db"], axes)
    assert first["launch_oma_dbm"][0] == first["launch_oma_dbm"][1]
    assert first["margin_db"][1] < first["margin_db"][0] - 0.3
    assert second["launch_oma_dbm"][1] > second["launch_oma_dbm"][0] + 0.3
    assert second["margin_db"] == pytest.approx(0.5, abs=1e-6)  # the target that this design sets


@pytest.mark.parametrize("name", ["1.6T-2xDR4", "1.6T-OCI-ring"])
def test_the_verdict_is_the_sign_of_the_margin(name):
    """400 losses around where the margin vanishes; points within what the searches leave are not asked."""
    points = evaluator(name, corner="worst")
    loss = np.linspace(0.0, 4.0, 400)
    got = evaluate(points, ["margin_db", "meets_limit", "optical_loss_db"], {"path[0].loss": loss})
    clear = np.abs(got["margin_db"]) > 1e-6
    assert clear.sum() > 390
    assert np.array_equal(got["meets_limit"][clear] == 1.0, got["margin_db"][clear] >= 0.0)
    assert 0.0 < got["meets_limit"].mean() < 1.0


@pytest.mark.parametrize("faces_db", [24.0, 28.0, 32.0, 38.0, 45.0])
@pytest.mark.parametrize("name", ["1.6T-2xDR4", "1.6T-OCI-ring"])
def test_strong_reflections(name, faces_db):
    """Both module faces and both connectors: the beat of six pairs, from one that is hardly there to one that shuts the eye."""
    spec = catalog.load_link(name)
    keys = [keys for keys, _, _ in spec.scalars() if keys[-1] == "return_loss"]
    points = evaluator(spec, corner="worst")
    axes = {path: [faces_db] for path, (k, _, _) in points.scalars.items() if k in keys}
    assert len(axes) == 4
    held = evaluate(points, ["launch_oma_dbm", "margin_db", "log10_ber", "sensitivity_oma_dbm", "rx_oma_dbm"], axes)
    for k in keys:
        spec = with_value(spec, k, faces_db)
    found = ph.budget(spec, corner="worst")
    lane = found.worst_lane
    if lane.sensitivity_oma_dbm is None:
        assert held["status"][0] == 1
        assert math.isnan(held["margin_db"][0])
    else:
        # Within what binning the density costs the budget: it is the pass that is the closer one.
        assert held["sensitivity_oma_dbm"][0] == pytest.approx(lane.sensitivity_oma_dbm, abs=3e-3)
        assert held["status"][0] == 0
    solved = evaluate(evaluator(spec, corner="worst", set_point="solved"), ["log10_ber", "rx_oma_dbm"])
    assert solved["rx_oma_dbm"][0] == pytest.approx(lane.rx_oma_dbm, abs=3e-3)
    assert solved["log10_ber"][0] == pytest.approx(lane.log10_ber, abs=0.01 * abs(lane.log10_ber))


STATUSES = [
    ({"signal.wavelength": 1330.0, "path[1].length": 60e3}, 4),  # the band closes
    ({"path[1].dgd": 20e-12}, 4),
    ({"launch.sndr": 15.0}, 1),  # an error floor
    ({"receiver.responsivity": math.nan}, 6),
    ({"modulator.extinction_ratio": 0.0}, 6),
]


@pytest.mark.parametrize(("values", "status"), STATUSES)
def test_status_of_a_bad_point_beside_a_good_one(values, status):
    points = evaluator("1.6T-2xDR4", corner="typ")
    axes = {path: [points.parameter(path).value, value] for path, value in values.items()}
    wanted = ["margin_db", "meets_limit", "log10_ber", "sensitivity_oma_dbm", "optical_loss_db"]
    got = evaluate(points, wanted, axes)
    alone = evaluate(points, wanted)
    assert got["status"].tolist() == [0, status]
    assert math.isnan(got["margin_db"][1]) and math.isnan(got["sensitivity_oma_dbm"][1])
    assert got["meets_limit"][1] != 1.0
    assert status in points.statuses
    for name in wanted:
        assert got[name][0] == pytest.approx(alone[name][0], abs=1e-4), name


def test_a_bound_that_closes_the_eye_has_its_status():
    points = evaluator("1.6T-2xDR4", corner="worst")
    axes = {p: [4.0] for p in ("launch.return_loss", "receiver.return_loss")}
    got = evaluate(points, ["margin_db"], axes, [("analysis.mpi", "upper-bound"), ("analysis.bound", "simple")])
    open_one = evaluate(points, ["margin_db"], None, [("analysis.mpi", "upper-bound"), ("analysis.bound", "simple")])
    assert (got["status"][0], open_one["status"][0]) == (5, 0)
    assert math.isnan(got["margin_db"][0]) and open_one["margin_db"][0] < 5.0


def test_spellings_of_a_path():
    points = evaluator("1.6T-2xDR4")
    assert points.canonical("path[1].length") == ("path[1].length",)
    assert points.canonical("fibre.length") == ("path[1].length",)
    name = points.spec.path[1].name
    assert points.canonical(f"path.{name}.length") == ("path[1].length",)
    assert all(isinstance(p, Parameter) and p.base is not None for p in points.parameters())
    assert [points.parameter(p.path).value for p in points.parameters()] == [p.value for p in points.parameters()]
    one = evaluate(points, ["margin_db"], {"fibre.length": [800.0]})
    other = evaluate(points, ["margin_db"], {"path[1].length": [800.0]})
    assert one["margin_db"][0] == other["margin_db"][0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda p: p.parameter("receiver.noise_densty"), "receiver.noise_density"),
        (lambda p: p.canonical("fibre.lenght"), "fibre.length"),
        (lambda p: p.canonical("receiver.damage_average"), "moves none"),
        (lambda p: p.bind((), (), ("margin",)), "margin_db"),
        (lambda p: p.bind((("receiver.partt", "x"),), (), ("margin_db",)), "receiver.part"),
        (lambda p: p.choices("analysis.bound", ["loose"]), "statistical"),
        (lambda p: p.choices("design", ["1.6T-2xDR5"]), "1.6T-2xDR4"),
        (lambda p: LinkPoints(p.spec, set_point="hold"), "held"),
        (lambda p: LinkPoints(p.spec, corner="worse"), "worst"),
    ],
)
def test_wrong_words_are_told_with_the_nearest_right_ones(call, words):
    with pytest.raises(InputError) as told:
        call(evaluator("1.6T-2xDR4"))
    assert words in str(told.value)


def test_choices():
    points = evaluator("1.6T-2xDR4", corner="worst")
    other = evaluate(points, ["margin_db", "power_w"], None, [("design", "1.6T-2xDR4-sipho")])
    direct = evaluate(evaluator("1.6T-2xDR4-sipho", corner="worst"), ["margin_db", "power_w"])
    assert [other[k][0] for k in ("margin_db", "power_w")] == [direct[k][0] for k in ("margin_db", "power_w")]
    optimal, middle = (evaluate(points, ["sensitivity_oma_dbm"], None, [("receiver.thresholds", t)]) for t in ("optimal", "mid"))
    assert middle["sensitivity_oma_dbm"][0] > optimal["sensitivity_oma_dbm"][0] + 0.01
    bounds = [("analysis.mpi", "upper-bound")]
    found = [
        evaluate(points, ["sensitivity_oma_dbm"], None, [*bounds, ("analysis.bound", b)])["sensitivity_oma_dbm"][0]
        for b in ("statistical", "improved", "simple")
    ]
    assert found == sorted(found) and found[0] < found[1] < found[2]
    parts = [n for n, f in catalog.index.files().items() if f.kind == "receiver"]
    for part in parts[:3]:
        bound = points.bind((("receiver.part", part),), (), ("sensitivity_oma_dbm",))
        assert bound is not None


def many(points):
    """Four axes of 1000 points, of different lengths so that no two points are alike."""
    rng = np.random.default_rng(71)
    axes = {}
    for path, length in (("receiver.noise_density", 1000), ("path[1].length", 997), ("laser.threshold_current", 991), ("path[0].loss", 983)):
        axes[path] = points.parameter(path).value * rng.uniform(0.9, 1.1, length)
    return axes


@pytest.mark.parametrize("name", ["1.6T-2xDR4", "400G-FR4"])
def test_points_do_not_depend_on_how_a_run_is_cut(name):
    points = evaluator(name, corner="worst", set_point="solved")
    outputs = ("margin_db", "power_w", "log10_ber", "laser_room_db", "launch_oma_dbm")
    axes = many(points)
    expansion = columns(*axes.values())
    bound = points.bind((), tuple(axes), outputs)
    cuts = (64, 128, 1000) if name == "1.6T-2xDR4" else (64, 64, 70)  # its strong beats are binned, some 100 times slower
    total = cuts[-1]
    whole = bound(expansion, 0, total)
    cut = [bound(expansion, a, b - a) for a, b in ((0, cuts[0]), (cuts[0], cuts[1]), (cuts[1], total))]
    for key in (*outputs, "status"):
        assert np.array_equal(whole[key], np.concatenate([c[key] for c in cut])), key
    # Blocks that begin elsewhere may take another number of beat states, which differ by what those leave.
    odd = [bound(expansion, a, b - a) for a, b in ((0, 1), (1, 69), (69, total))]
    for key in outputs:
        assert np.concatenate([c[key] for c in odd]) == pytest.approx(whole[key], abs=1e-4), key
    # Columns that move nothing asked for are not drawn: the others must not notice.
    few = points.bind((), tuple(axes), ("margin_db",))(expansion, 0, total)
    assert np.array_equal(few["margin_db"], whole["margin_db"])


def test_two_threads_share_a_bound_link():
    points = evaluator("1.6T-2xDR4", corner="worst", set_point="solved")
    outputs = ("margin_db", "power_w")
    axes = many(points)
    expansion = columns(*axes.values())
    bound = points.bind((), tuple(axes), outputs)
    pieces = [(k * 64, 64) for k in range(15)]
    alone = [bound(expansion, *piece) for piece in pieces]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            together = list(pool.map(lambda piece: bound(expansion, *piece), pieces))
            for one, other in zip(alone, together, strict=True):
                assert all(np.array_equal(one[k], other[k]) for k in (*outputs, "status"))


def test_the_document_holds_what_the_numbers_rest_on():
    document = evaluator("1.6T-2xDR4", corner="best", life="begin", set_point="solved").document()
    assert (document["corner"], document["life"], document["set_point"]) == ("best", "begin", "solved")
    assert document["design"] == catalog.load_link("1.6T-2xDR4").as_document()


def test_the_plan_says_what_is_computed_once():
    points = evaluator("1.6T-2xDR4")
    with_fibre, without = (" ".join(points.explain_plan(p)) for p in (("fibre.length", "receiver.noise_density"), ("laser.power_max",)))
    assert "dispersion penalty: once" in without and "dispersion penalty: once" not in with_fibre
    assert "point by point" in " ".join(evaluator("1.6T-OCI-ring").explain_plan(()))
