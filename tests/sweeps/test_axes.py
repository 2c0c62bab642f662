"""Sweep files: every fault is told with its line, all of them together, and what a file says is what the plan has."""

import numpy as np
import pytest

from photonics import catalog
from photonics.errors import InputError, UnsupportedError
from photonics.files.toml import loads
from photonics.spec.load import parse, parse_sweep
from photonics.spec.scalar import Given, ScalarOf, read_scalar
from photonics.sweeps.evaluators import evaluator, evaluator_of
from photonics.sweeps.laws import Law, law_of
from photonics.sweeps.plan import build_plan, columns, sweep_plan
from tests.sweeps.toy import Toy

GRID = """\
schema = "photonics/sweep/1"
name = "sample"
design = "toy"
corner = "typ"
method = "grid"
outputs = ["loss_db", "margin_db"]

[[axis]]
path = "placement.sigma"
linspace = { start = "0.1 um", stop = "1 um", num = 4 }

[[axis]]
path = "cluster.radix"
values = [32, 64]

[[axis]]
path = "design"
choice = ["plain", "wide"]

[[reduce]]
kind = "yield"
limits = ["margin_db >= 0"]
"""

RANDOM = """\
schema = "photonics/sweep/1"
name = "sample"
design = "toy"
method = "monte-carlo"
points = 1000
seed = 1
outputs = ["loss_db"]

[draws]
ranges = "triangular"
except = ["line.*"]

[[axis]]
path = "mode.radius_um"
range = [1.2, 2.0]

[[correlation]]
paths = ["placement.sigma", "mode.radius"]
rho = 0.5
"""


def plan(text):
    document = loads(text, "sweep.toml")
    return build_plan(parse_sweep(document), Toy(), where=document)


def problems(text):
    with pytest.raises(InputError) as caught:
        plan(text)
    return caught.value.problems


def changed(text, old, new):
    assert text.count(old) == 1
    return text.replace(old, new)


def test_a_file_says_what_the_plan_has():
    found = plan(GRID)
    assert found.shape == (2, 4, 2) and found.outputs == ("loss_db", "margin_db") and found.keep
    assert [r.kind for r in found.reductions] == ["status", "yield"]
    drawn = plan(RANDOM)
    assert drawn.paths == ("mode.radius", "placement.sigma", "coupler.tilt_loss", "link.room", "link.other_room")
    assert drawn.samples == 1000 and drawn.seed == 1
    assert parse(loads(GRID)).KIND == "sweep"


def test_python_and_file_give_the_same_plan():
    axes = [
        {"path": "placement.sigma", "linspace": {"start": "0.1 um", "stop": "1 um", "num": 4}},
        {"path": "cluster.radix", "values": np.array([32, 64])},
        {"path": "design", "choice": ["plain", "wide"]},
    ]
    reduce = [{"kind": "yield", "limits": ["margin_db >= 0"]}]
    made = sweep_plan(Toy(), axes=axes, outputs=["loss_db", "margin_db"], reduce=reduce, keep=True)
    assert made.digest == plan(GRID).digest


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ('path = "placement.sigma"', 'path = "placment.sigma"', 9, "axis[0].path", "nearest: placement.sigma"),
        ('"0.1 um"', '"0.1 dB"', 10, "axis[0].linspace.start", "a loss"),
        ('"0.1 um"', "0.1", 10, "axis[0].linspace.start", "no unit"),
        ('"0.1 um"', '"-1 um"', 10, "axis[0].linspace.start", "at least 0 m"),
        ("num = 4", "num = 0", 10, "axis[0].linspace.num", "from 1 to"),
        ("num = 4", "num = 1", 10, "axis[0].linspace.num", "at least 2"),
        ("num = 4", "num = 2.5", 10, "axis[0].linspace.num", "a whole number"),
        ("linspace", "logspcae", 10, "axis[0].logspcae", "nearest: logspace"),
        ('linspace = { start = "0.1 um"', 'logspace = { start = "0 um"', 10, "axis[0].logspace.start", "above 0"),
        ("values = [32, 64]", "values = []", 14, "axis[1].values", "an empty list"),
        ("values = [32, 64]", "values = [32, 64.5]", 14, "axis[1].values[1]", "a whole number"),
        ("values = [32, 64]", "values = [32, 0]", 14, "axis[1].values[1]", "at least 1"),
        ("values = [32, 64]", "values = [32, 64, 32]", 14, "axis[1].values", "each value of a grid once"),
        ("values = [32, 64]", "values = [32, { value = 64 }]", 14, "axis[1].values[1]", "a table"),
        ("values = [32, 64]", "range = [32, 64]", 14, "axis[1].range", "a method that draws"),
        ("values = [32, 64]", "values = [32]\nchoice = ['a']", 15, "axis[1].choice", "one form of values"),
        ("values = [32, 64]", "", 12, "axis[1]", "one of linspace"),
        ("values = [32, 64]", 'file = "x.csv"', 14, "axis[1].file", "column"),
        ("values = [32, 64]", 'file = "nowhere.csv"\ncolumn = "radix"', 14, "axis[1].file", "no such file"),
        ('path = "cluster.radix"', 'path = "placement.sigma_um"', 13, "axis[1].path", "axis[0] has it"),
        ('path = "design"', 'path = "cluster.radix"', 18, "axis[2].choice", "a choice of toy"),
        ('"plain", "wide"', '"plain", "wied"', 18, "axis[2].choice", "nearest: wide"),
        ('"plain", "wide"', '"plain", "plain"', 18, "axis[2].choice[1]", "each choice once"),
        ('"plain", "wide"', "", 18, "axis[2].choice", "a list of names"),
        ('["loss_db", "margin_db"]', '["loss_db", "margn_db"]', 6, "outputs[1]", "nearest: margin_db"),
        ('["loss_db", "margin_db"]', '["loss_db", "loss_db"]', 6, "outputs[1]", "each output once"),
        ('["loss_db", "margin_db"]', "[]", 6, "outputs", "a list of names"),
        ('method = "grid"', 'method = "gird"', 5, "method", "nearest: grid"),
        ('method = "grid"', 'method = "grid"\npoints = 5', 6, "points", "a grid has the points of its axes"),
        ('method = "grid"', 'method = "grid"\nseed = 5', 6, "seed", "a grid has the points of its axes"),
        ('method = "grid"', 'method = "monte-carlo"\nseed = 5', 1, "", "points"),
        ('method = "grid"', 'method = "sobol"\npoints = 5', 1, "", "seed"),
        ('corner = "typ"', 'corner = "typical"', 4, "corner", "nearest: typ"),
        ('"margin_db >= 0"', '"margin >= 0"', 22, "reduce[0].limits[0]", "nearest: margin_db"),
        ('"margin_db >= 0"', '"margin_db > 0"', 22, "reduce[0].limits[0]", ">="),
        ('"margin_db >= 0"', '"margin_db >= 0 W"', 22, "reduce[0].limits[0]", "a number in dB"),
        ('"margin_db >= 0"', '"margin_db"', 22, "reduce[0].limits[0]", "an output, >= or <="),
        ('kind = "yield"', 'kind = "yeild"', 21, "reduce[0].kind", "nearest: yield"),
        ('kind = "yield"', 'kind = "yield"\nbins = 3', 22, "reduce[0].bins", "limits"),
        ('kind = "yield"', 'kind = "quantiles"', 20, "reduce[0]", "output and at"),
        ('kind = "yield"', 'kind = "best"', 20, "reduce[0]", "a goal"),
        ('kind = "yield"', 'kind = "best"\nminimise = ["loss_db", "margin_db"]', 20, "reduce[0]", "one goal"),
        ('kind = "yield"', 'kind = "pareto"\nminimise = "loss_db"', 20, "reduce[0]", "two goals"),
        ('kind = "yield"', 'kind = "pareto"\nminimise = ["loss_db", "x"]', 22, "reduce[0].minimise[1]", "an output"),
        ('corner = "typ"', 'corner = "typ"\n[draws]\nranges = "none"\n[x]', 5, "draws", "a method that draws"),
    ],
)
def test_each_fault_of_a_grid_has_its_line(old, new, line, key, words):
    if "[x]" in new:
        text = GRID + '\n[draws]\nranges = "none"\n'
        line = 24
    else:
        text = changed(GRID, old, new)
    found = problems(text)
    told = [str(problem) for problem in found]
    assert any(p.key == key and words in str(p) and p.where.endswith(f":{line}") for p in found), told
    for problem in found:
        assert problem.where.startswith("sweep.toml:"), told


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("points = 1000", "points = 0", 5, "points", "from 1 to"),
        ("points = 1000", f"points = {2**62 + 1}", 5, "points", "from 1 to 4611686018427387904"),
        ("points = 1000\n", "", 1, "", "points"),
        ("seed = 1\n", "", 1, "", "seed"),
        ("seed = 1", "seed = -1", 6, "seed", "a whole number from 0"),
        ("range = [1.2, 2.0]", "range = [2.0, 1.2]", 15, "axis[0].range", "a lower end below"),
        ("range = [1.2, 2.0]", "range = [2.0]", 15, "axis[0].range", "two values"),
        ("range = [1.2, 2.0]", "range = [2.0, '3 mm']", 15, "axis[0].range[1]", "a number in um"),
        ("rho = 0.5", "rho = 1.5", 19, "correlation[0].rho", "from -1 to 1"),
        ('"mode.radius"]', '"mode.raduis"]', 18, "correlation[0].paths[1]", "nearest: mode.radius"),
        ('"mode.radius"]', '"cluster.radix"]', 18, "correlation[0].paths[1]", "not drawn"),
        ('"mode.radius"]', '"placement.sigma"]', 18, "correlation[0].paths[1]", "each path once"),
        (', "mode.radius"]', "]", 18, "correlation[0].paths", "at least two"),
        ('paths = ["placement.sigma", "mode.radius"]', 'paths = ["link.room", "link.other_room"]', 19, "correlation[0].rho", "one group"),
        ("rho = 0.5", 'rho = 0.5\n[[correlation]]\npaths = ["mode.radius", "placement.sigma"]\nrho = 0.4', 22, "correlation[1].rho", "as said before"),
        ('except = ["line.*"]', 'except = ["lien.*"]', 11, "draws.except[0]", "a pattern that meets"),
        ('ranges = "triangular"', 'ranges = "triangle"', 10, "draws.ranges", "nearest: triangular"),
        ('except = ["line.*"]', 'only = ["cluster.*"]', 18, "correlation[0].paths[0]", "not drawn"),
        (
            "range = [1.2, 2.0]",
            'distribution = { distribution = "normal", mean = 1.6, sigma = -1.0 }',
            15,
            "axis[0].distribution.sigma",
            "at least 0",
        ),
        (
            "range = [1.2, 2.0]",
            'distribution = { distribution = "normal", mean = 0, sigma = 0 }',
            15,
            "axis[0].distribution",
            "",
        ),
        ("range = [1.2, 2.0]", "distribution = { min = 1, typ = 2, max = 3 }", 15, "axis[0].distribution", "without distribution"),
    ],
)
def test_each_fault_of_a_random_sweep_has_its_line(old, new, line, key, words):
    text = changed(RANDOM, old, new)
    if words == "":
        assert plan(text).columns[0].law.parameters == (0.0, 0.0)  # a sigma of 0 is a constant, and no fault
        return
    found = problems(text)
    told = [str(problem) for problem in found]
    assert any(p.key == key and words in str(p) and p.where.endswith(f":{line}") for p in found), told


def test_all_faults_come_together():
    text = GRID.replace("placement.sigma", "placment.sigma").replace("[32, 64]", "[32, 64.5]").replace('"loss_db"', '"los_db"')
    assert [p.key for p in problems(text)] == ["axis[0].path", "axis[1].values[1]", "outputs[0]"]


def test_aliases_that_overlap():
    axes = [{"path": "fibre.length_m", "values": [1, 2]}, {"path": "path[1].length_m", "values": [1, 2]}]
    with pytest.raises(InputError, match=r"axis\[1\].path: read 'path\[1\].length_m', which is path\[1\].length.*axis\[0\] has it"):
        sweep_plan(Toy(), axes=axes, outputs=["length_m"])
    with pytest.raises(InputError, match=r"which is path\[0\].length, a second time"):
        sweep_plan(Toy(), axes=[{"path": "path[0].length_m", "values": [1]}, {"path": "fibre.length_m", "values": [1]}], outputs=["length_m"])


def test_contradicting_correlations():
    pairs = [("placement.sigma", "line.slope", 0.9), ("line.slope", "coupler.tilt_loss", 0.9), ("placement.sigma", "coupler.tilt_loss", -0.9)]
    given = [{"paths": [a, b], "rho": rho} for a, b, rho in pairs]
    more = {"method": "monte-carlo", "points": 10, "seed": 1, "draws": {"ranges": "triangular"}, "outputs": ["loss_db"]}
    with pytest.raises(InputError, match="positive semidefinite"):
        sweep_plan(Toy(), correlations=given, **more)
    given[2]["rho"] = 0.9
    assert sweep_plan(Toy(), correlations=given, **more).samples == 10


def test_too_many_points():
    axes = {path: {"linspace": {"start": a, "stop": b, "num": 10_000_000}} for path, a, b in (
        ("placement.sigma_m", 0, 1), ("mode.radius_m", 1, 2), ("line.offset", 0, 1))}
    with pytest.raises(InputError, match="1000000000000000000000 points; allowed: at most 4611686018427387904"):
        sweep_plan(Toy(), axes=axes, outputs=["loss_db"])


def test_a_sobol_sequence_ends():
    with pytest.raises(InputError, match="points of a Sobol sequence"):
        sweep_plan(Toy(), method="sobol", points=2**53, seed=1, draws={"ranges": "none"}, outputs=["loss_db"])


def test_nothing_that_scatters():
    with pytest.raises(InputError, match="nothing that scatters"):
        sweep_plan(Toy(), method="sobol", points=8, seed=1, draws={"ranges": "none", "only": ["cluster.*"]}, outputs=["loss_db"])


# ---------------------------------------------------------------- files of values


def filed(tmp_path, content, column="sigma_um", path="placement.sigma"):
    (tmp_path / "values.csv").write_text(content, encoding="utf-8")
    text = changed(GRID, 'path = "cluster.radix"\nvalues = [32, 64]', f'path = "{path}"\nfile = "values.csv"\ncolumn = "{column}"')
    text = changed(text, 'path = "placement.sigma"\nlinspace', 'path = "mode.radius"\nlinspace')
    place = tmp_path / "sweep.toml"
    place.write_text(text, encoding="utf-8")
    return str(place)


def read(place):
    return build_plan(catalog.load_sweep(place), Toy(), where=place)


@pytest.mark.parametrize(
    ("content", "column"),
    [
        ("sigma_um,other\n0.1,x\n0.25,y\n", "sigma_um"),
        ("other,sigma\nx,0.1 um\n\ny,250 nm\n", "sigma"),
    ],
)
def test_an_axis_from_a_file_beside_the_sweep(tmp_path, content, column):
    found = read(filed(tmp_path, content, column))
    assert np.unique(columns(found.expansion, 0, found.samples)[1]).tolist() == [1e-7, 2.5e-7]


@pytest.mark.parametrize(
    ("content", "column", "where", "words"),
    [
        ("sigma_um\n0.1\n-3\n", "sigma_um", "values.csv:3", "at least 0 m"),
        ("sigma_um\n0.1\nmany\n", "sigma_um", "values.csv:3", "a length"),
        ("sigma\n0.1\n", "sigma", "values.csv:2", "no unit"),
        ("a,sigma_um\n0.1\n", "sigma_um", "values.csv:2", "a length"),
        ("sigma_um\n0.1\n", "sigma_nm", "sweep.toml:15", "nearest: sigma_um"),
        ("sigma_um\n", "sigma_um", "sweep.toml:15", "without values"),
        ("sigma_um\n1\n1.0\n", "sigma_um", "sweep.toml:14", "a second time"),
        ("", "sigma_um", "sweep.toml:14", "empty file"),
    ],
)
def test_faults_of_a_file(tmp_path, content, column, where, words):
    with pytest.raises(InputError) as caught:
        read(filed(tmp_path, content, column))
    (problem,) = caught.value.problems
    assert problem.where.endswith(where) and words in str(problem)


# ---------------------------------------------------------------- laws, evaluators


def test_a_distribution_outside_its_bounds_is_refused():
    parameter = Toy().parameter("placement.sigma")
    spec = {"path": "placement.sigma_um", "distribution": {"distribution": "normal", "mean": 0.0, "sigma": 1.0}}
    more = {"method": "monte-carlo", "points": 10, "seed": 1, "outputs": ["loss_db"]}
    found = sweep_plan(Toy(), axes=[spec], **more)
    assert found.columns[0].law.u_low == 0.5 and columns(found.expansion, 0, 10).min() > 0.0
    assert law_of(parameter.base, parameter.kind.dimension, "none") == Law(
        "normal", (4e-7, 1e-7), pytest.approx(3.167124183311986e-05, rel=1e-12), 1.0, 0.0, 1e9
    )
    whole = {"path": "cluster.radix", "distribution": {"distribution": "normal", "mean": 64, "sigma": 4}}
    with pytest.raises(InputError, match="whole numbers; allowed: a range or values"):
        sweep_plan(Toy(), axes=[whole], **more)
    narrow = ScalarOf("number", "high", low=0.0, high=1e-3).dimension
    wide, _ = read_scalar(Given({"distribution": "normal", "mean": 0.0, "sigma": 1.0}), narrow)
    fault = law_of(wide, narrow, "none")
    assert "0.0004 lies inside what is possible" in fault.read and "for at least 0.001 of it" in fault.allowed


def test_evaluators_are_found_by_the_kind_of_the_design(tmp_path):
    made = evaluator("1.6T-2xDR4")
    assert made.kind == "link" and "margin_db" in made.outputs
    with pytest.raises(UnsupportedError, match="which is a switch"):
        evaluator(next(name for name in catalog_names("switch")))
    place = tmp_path / "sweep.toml"
    place.write_text(GRID.replace('design = "toy"', 'design = "1.6T-2xDR5"'), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        evaluator_of(catalog.load_sweep(str(place)), where=str(place))
    (problem,) = caught.value.problems
    assert problem.where == f"{place}:3" and problem.key == "design" and "1.6T-2xDR4" in problem.nearest


def test_a_design_beside_the_sweep(tmp_path):
    (tmp_path / "mine.toml").write_text('schema = "photonics/link/1"\nbase = "1.6T-2xDR4"\nname = "mine"\n', encoding="utf-8")
    place = tmp_path / "sweep.toml"
    place.write_text(GRID.replace('design = "toy"', 'design = "mine.toml"'), encoding="utf-8")
    assert evaluator_of(catalog.load_sweep(str(place)), where=str(place)).name == "mine"


def catalog_names(kind):
    return [entry.name for entry in catalog.list() if entry.kind == kind]
