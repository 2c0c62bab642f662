"""Plans: a pure function of the point's number, in fixed blocks, with a digest of all that matters and nothing else."""

import math
import pickle

import numpy as np
import pytest
from photonics_kernels import draw
from scipy import stats
from scipy.stats import qmc

from photonics.errors import InputError
from photonics.sweeps import columns
from photonics.sweeps.expanding import sobol_matrix
from photonics.sweeps.plan import BLOCK, Blocks, Computer, sweep_plan
from tests.sweeps.toy import DB, Toy

GRID = {"placement.sigma_um": {"linspace": {"start": 0.1, "stop": 1.0, "num": 5}}, "cluster.radix": [32, 64, 128]}
DESIGNS = [{"path": "design", "choice": ["plain", "wide"]}]


def grid(**more):
    tables = [{"path": path} | (given if isinstance(given, dict) else {"values": given}) for path, given in GRID.items()]
    return sweep_plan(Toy(), **({"axes": [*DESIGNS, *tables], "outputs": ["loss_db", "reach"]} | more))


def random(method="monte-carlo", points=100_000, seed=5, **more):
    given = {"draws": {"ranges": "triangular"}, "outputs": ["loss_db", "margin_db", "total"]} | more
    return sweep_plan(Toy(), method=method, points=points, seed=seed, **given)


def test_points_of_a_grid_come_in_c_order_with_choices_slowest():
    plan = grid()
    assert plan.shape == (2, 5, 3) and plan.points == 30 and plan.samples == 15
    assert plan.paths == ("placement.sigma", "cluster.radix")
    found = plan.inputs(np.arange(30))
    assert found["design"].tolist() == ["plain"] * 15 + ["wide"] * 15
    sigma, radix = np.meshgrid(np.linspace(1e-7, 1e-6, 5), [32.0, 64.0, 128.0], indexing="ij")
    assert np.allclose(found["placement.sigma"], np.tile(sigma.ravel(), 2), rtol=1e-15)
    assert np.array_equal(found["cluster.radix"], np.tile(radix.ravel(), 2))


def test_outputs_of_a_later_rooms_parameters_are_those_of_their_equations():
    plan = grid()
    computer = Computer(plan, Toy())
    parts = [computer(block).outputs for block in plan.blocks()]
    inputs = plan.inputs(np.arange(30))
    radius = np.where(inputs["design"] == "wide", 3.2e-6, 1.6e-6)
    loss = DB * (inputs["placement.sigma"] / radius) ** 2 + 0.2
    assert np.allclose(np.concatenate([p["loss_db"] for p in parts]), loss, rtol=1e-14)
    assert np.array_equal(np.concatenate([p["reach"] for p in parts]), inputs["cluster.radix"] / 2.0)
    assert set(parts[0]) == {"loss_db", "reach", "status"}


def test_an_alias_moves_all_that_it_stands_for():
    plan = sweep_plan(Toy(), axes=[{"path": "fibre.length", "values": ["500 m", "2 km"]}], outputs=["length_m"])
    assert Computer(plan, Toy())(plan.blocks()[0]).outputs["length_m"].tolist() == [1000.0, 4000.0]


@pytest.mark.parametrize("method", ["monte-carlo", "latin-hypercube", "sobol"])
def test_inputs_are_a_pure_function_of_the_points_number(method):
    plan = random(method, axes=DESIGNS)
    rng = np.random.default_rng(1)
    chosen = rng.integers(0, plan.points, 300)
    found = plan.inputs(chosen)
    again = random(method, axes=DESIGNS).inputs(chosen[::-1])
    for path, values in found.items():
        assert np.array_equal(values, again[path][::-1])
    whole = columns(plan.expansion, 0, plan.samples)
    for at, path in enumerate(plan.paths):
        assert np.array_equal(found[path], whole[at][chosen % plan.samples])
    # The draws are common to all variants.
    both = plan.inputs(np.array([7, 7 + plan.samples]))
    assert both["design"].tolist() == ["plain", "wide"] and both["placement.sigma"][0] == both["placement.sigma"][1]


def test_inputs_of_points_that_do_not_exist():
    for index in (-1, 30):
        with pytest.raises(IndexError, match="0 to 29"):
            grid().inputs(np.array([index]))


@pytest.mark.parametrize(("variants", "samples"), [(1, 1), (3, BLOCK), (2, BLOCK + 1), (2, 5 * BLOCK - 7)])
def test_blocks_cover_every_sample_once_and_never_two_variants(variants, samples):
    blocks = Blocks(variants, samples)
    at = 0
    for index, block in enumerate(blocks):
        assert block == blocks[index] and block.index == index
        assert block.variant * samples + block.first == at and 1 <= block.count <= BLOCK
        at += block.count
    assert at == variants * samples and blocks[-1].index == len(blocks) - 1
    assert [b.index for b in blocks[1:3]] == list(range(len(blocks)))[1:3]


def test_blocks_of_a_huge_plan_cost_nothing():
    blocks = Blocks(1000, 10**15)
    assert len(blocks) == 1000 * -(-(10**15) // BLOCK)
    assert blocks[len(blocks) - 1].variant == 999
    with pytest.raises(IndexError):
        blocks[len(blocks)]


def test_outputs_do_not_depend_on_how_samples_are_cut():
    plan = random(points=3000)
    bound = Computer(plan, Toy()).bound(0)
    whole = bound(plan.expansion, 0, 3000)
    for step in (1000, 77, 1024):
        parts = [bound(plan.expansion, at, min(step, 3000 - at)) for at in range(0, 3000, step)]
        for name in whole:
            assert np.array_equal(np.concatenate([p[name] for p in parts]), whole[name], equal_nan=True)


def test_a_computer_can_be_sent_to_another_process():
    plan = random(points=1000)
    computer = Computer(plan, Toy())
    other = pickle.loads(pickle.dumps(computer))
    assert other.plan.digest == plan.digest
    a, b = computer(plan.blocks()[0]), other(other.plan.blocks()[0])
    assert all(np.array_equal(a.outputs[name], b.outputs[name]) for name in a.outputs)


def test_a_variant_that_makes_no_design_is_told_before_anything_runs():
    class Strict(Toy):
        def bind(self, choices, paths, outputs):
            if ("design", "wide") in choices:
                raise InputError.of("", "design", "'wide'", "a design with this part")
            return super().bind(choices, paths, outputs)

    with pytest.raises(InputError, match="a design with this part"):
        Computer(grid(), Strict())


# ---------------------------------------------------------------- draws


def test_what_scatters_is_drawn_from_its_own_distribution_cut_at_its_bounds():
    plan = random(points=200_000)
    assert plan.paths == ("placement.sigma", "coupler.tilt_loss", "link.room", "link.other_room", "line.slope")
    x = dict(zip(plan.paths, columns(plan.expansion, 0, plan.samples), strict=True))
    assert x["placement.sigma"].min() > 0.0
    assert stats.kstest(x["placement.sigma"], stats.truncnorm(-4.0, np.inf, 4e-7, 1e-7).cdf).pvalue > 1e-3
    assert stats.kstest(x["coupler.tilt_loss"], stats.triang(0.25, 0.1, 0.4).cdf).pvalue > 1e-3
    assert stats.kstest(x["line.slope"], "norm").pvalue > 1e-3
    # One group: one place in both distributions, each cut at its own bounds.
    one = stats.truncnorm(-5.0, np.inf, 1.0, 0.2).cdf(x["link.room"])
    assert np.allclose(one, stats.truncnorm(-4.0, np.inf, 2.0, 0.5).cdf(x["link.other_room"]), atol=1e-12)
    assert any("3.2e-05 of it lies outside" in line for line in plan.explain())


def test_ranges_only_and_except_choose_what_scatters():
    assert "coupler.tilt_loss" not in random(draws={"ranges": "none"}).paths
    uniform = random(draws={"ranges": "uniform", "only": ["coupler.*"]})
    assert uniform.paths == ("coupler.tilt_loss",)
    assert stats.kstest(columns(uniform.expansion, 0, 50_000)[0], stats.uniform(0.1, 0.4).cdf).pvalue > 1e-3
    assert random(draws={"ranges": "none", "except": ["link.*", "line.slope"]}).paths == ("placement.sigma",)
    # What an axis moves is left to the axis.
    plan = random(axes=[{"path": "link.room", "range": ["0 dB", "1 dB"]}])
    assert plan.paths[0] == "link.room" and plan.paths.count("link.room") == 1


def test_axes_of_a_random_method():
    axes = [
        {"path": "cluster.radix", "range": [4, 8]},
        {"path": "node.temperature", "values": ["20 degC", "70 degC", "300 K"]},
        {"path": "mode.radius", "distribution": {"distribution": "lognormal", "median": "1.6 um", "sigma_ratio": 1.1}},
        {"path": "path[0].length", "range": ["1 m", "3 m"]},
    ]
    plan = sweep_plan(Toy(), axes=axes, method="monte-carlo", points=60_000, seed=2, outputs=["reach"])
    radix, warm, radius, length = columns(plan.expansion, 0, plan.samples)
    assert stats.chisquare(np.unique(radix, return_counts=True)[1]).pvalue > 1e-3 and set(radix) == {4.0, 5.0, 6.0, 7.0, 8.0}
    assert set(warm) == {20.0, 70.0, 26.85}
    assert stats.kstest(radius, stats.lognorm(math.log(1.1), scale=1.6e-6).cdf).pvalue > 1e-3
    assert stats.kstest(length, stats.uniform(1.0, 2.0).cdf).pvalue > 1e-3


def test_another_axis_leaves_the_draws_of_the_others():
    few = random(draws={"ranges": "none", "only": ["placement.sigma"]})
    many = random(draws={"ranges": "triangular"})
    at = many.paths.index("placement.sigma")
    assert np.array_equal(columns(few.expansion, 0, 1000)[0], columns(many.expansion, 0, 1000)[at])


@pytest.mark.parametrize("columns_", [1, 3, 21])
def test_sobol_matrix_is_scipys(columns_):
    bits = draw.SOBOL_BITS
    matrix, shift = sobol_matrix(columns_, 17, bits)

    def engine():
        return qmc.Sobol(columns_, scramble=True, bits=bits, rng=np.random.default_rng(17))

    def mine(index):
        code, point = index ^ (index >> 1), shift.copy()
        for k in range(bits):
            if (code >> k) & 1:
                point ^= matrix[:, k]
        return point / 2.0**bits

    # By the engine's own walk (its fast_forward does not take more than 32 digits).
    walk = engine().random(2**17)
    for at in [*range(300), *(2**k + step for k in range(9, 17) for step in (-1, 0, 1)), 2**17 - 1]:
        assert np.array_equal(walk[at], mine(at)), at


def test_sobol_integrates_better_than_chance():
    plan = random("sobol", points=2**14, draws={"ranges": "none", "only": ["line.slope"]})
    # E max(x, 0) of the normal distribution is 1 / sqrt(2 pi); independent points would miss it by 5e-3.
    mean = np.maximum(columns(plan.expansion, 0, 2**14)[0], 0.0).mean()
    assert mean == pytest.approx(1.0 / math.sqrt(2.0 * math.pi), abs=1e-4)


def test_latin_hypercube_has_one_draw_in_each_stratum_of_every_column():
    n = 1000
    plan = random("latin-hypercube", points=n, draws={"ranges": "triangular", "except": ["link.*"]})
    x = dict(zip(plan.paths, columns(plan.expansion, 0, n), strict=True))
    strata = np.floor(stats.norm.cdf(x["line.slope"]) * n)
    assert np.array_equal(np.sort(strata), np.arange(n))
    assert np.array_equal(np.sort(np.floor(stats.triang(0.25, 0.1, 0.4).cdf(x["coupler.tilt_loss"]) * n)), np.arange(n))


def test_correlations_are_met():
    given = [{"paths": ["placement.sigma", "link.room", "line.slope"], "rho": 0.5}, {"paths": ["coupler.tilt_loss", "line.slope"], "rho": -0.3}]
    plan = random(points=200_000, correlations=given)
    x = columns(plan.expansion, 0, plan.samples)
    z = stats.norm.ppf((np.argsort(np.argsort(x, axis=1), axis=1) + 0.5) / plan.samples)
    r = dict(zip(plan.paths, np.corrcoef(z), strict=True))
    place = {path: at for at, path in enumerate(plan.paths)}
    assert r["placement.sigma"][place["link.room"]] == pytest.approx(0.5, abs=0.01)
    assert r["line.slope"][place["link.other_room"]] == pytest.approx(0.5, abs=0.01)  # through its group
    assert r["line.slope"][place["coupler.tilt_loss"]] == pytest.approx(-0.3, abs=0.01)
    assert r["placement.sigma"][place["coupler.tilt_loss"]] == pytest.approx(0.0, abs=0.012)


@pytest.mark.parametrize("rho", [1.0, -1.0])
def test_full_correlation_is_full(rho):
    plan = random(points=2000, correlations=[{"paths": ["placement.sigma", "line.slope"], "rho": rho}])
    x = dict(zip(plan.paths, columns(plan.expansion, 0, 2000), strict=True))
    assert stats.spearmanr(x["placement.sigma"], x["line.slope"]).statistic == pytest.approx(rho, abs=1e-12)


# ---------------------------------------------------------------- digest


def test_the_same_plan_has_the_same_digest():
    assert random().digest == random().digest and len(random().digest) == 64
    assert random(name="another name").digest == random().digest
    assert grid().digest == grid().digest
    # Another spelling of the same numbers.
    metres = [*DESIGNS, {"path": "placement.sigma", "values": ["0.1 um", "1 um"]}]
    other = [*DESIGNS, {"path": "placement.sigma_m", "values": [1e-7, 1e-6]}]
    assert grid(axes=metres).document()["plan"]["expansion"] == grid(axes=other).document()["plan"]["expansion"]


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 6},
        {"points": 100_001},
        {"method": "sobol"},
        {"outputs": ["loss_db"]},
        {"keep": True},
        {"draws": {"ranges": "uniform"}},
        {"draws": {"ranges": "triangular", "except": ["link.room"]}},
        {"reduce": [{"kind": "yield", "limits": ["margin_db >= 0"]}]},
        {"axes": DESIGNS},
        {"axes": [{"path": "mode.radius", "range": ["1 um", "2 um"]}]},
        {"correlations": [{"paths": ["placement.sigma", "line.slope"], "rho": 0.1}]},
    ],
)
def test_everything_that_matters_changes_the_digest(change):
    assert random(**change).digest != random().digest


def test_the_design_changes_the_digest():
    def of(toy):
        return sweep_plan(toy, axes=[{"path": "cluster.radix", "values": [2, 4]}], outputs=["reach"]).digest

    assert of(Toy()) == of(Toy()) != of(Toy(scale=1.0000001))


@pytest.mark.parametrize(
    "axes",
    [
        [*DESIGNS, {"path": "cluster.radix", "values": [32, 64]}],
        [*DESIGNS, {"path": "cluster.radix", "values": [32, 65]}, {"path": "mode.radius_um", "values": [1, 2]}],
        [*DESIGNS, {"path": "mode.radius_um", "values": [1, 2]}, {"path": "cluster.radix", "values": [32, 64]}],
        [{"path": "design", "choice": ["wide", "plain"]}, {"path": "cluster.radix", "values": [32, 64]}, {"path": "mode.radius_um", "values": [1, 2]}],
    ],
)
def test_values_and_order_of_axes_change_the_digest(axes):
    base = [*DESIGNS, {"path": "cluster.radix", "values": [32, 64]}, {"path": "mode.radius_um", "values": [1, 2]}]
    assert grid(axes=axes).digest != grid(axes=base).digest


def test_the_document_is_plain_and_says_versions_and_catalog():
    document = random().document()
    assert set(document) == {"plan", "kind", "evaluator", "catalog", "versions"}
    assert set(document["versions"]) >= {"photonics", "kernels", "numpy", "scipy"} and len(document["catalog"]) == 64


def test_choices_alone_make_a_sweep():
    plan = sweep_plan(Toy(), axes=DESIGNS, outputs=["loss_db"])
    computer = Computer(plan, Toy())
    assert plan.shape == (2,) and plan.samples == 1 and plan.paths == ()
    found = [computer(block).outputs["loss_db"].item() for block in plan.blocks()]
    assert found == pytest.approx([DB * (0.4 / 1.6) ** 2 + 0.2, DB * (0.4 / 3.2) ** 2 + 0.2], rel=1e-14)
