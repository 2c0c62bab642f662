"""The command line of studies on a shipped link: one JSON document with the contract's keys, figures, exit codes, light refusals."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import photonics as ph
from photonics.cli import main

ROOT = Path(__file__).parents[2]
LINK = "1.6T-2xDR4"


def run(capsys, *arguments):
    """Exit code, standard output and standard error of one call, in this process."""
    with pytest.raises(SystemExit) as stop:
        main(["study", *arguments])
    captured = capsys.readouterr()
    return stop.value.code, captured.out, captured.err


CALLS = [
    (("yield", LINK, "--points", "2000", "--limit", "margin_db >= 0", "--limit", "laser_room_db >= 0", "--lanes", "8"), ("yield", "yield_ci95", "each", "budgets", "module")),
    (("yield", LINK, "--points", "500", "--against", "fibre.length=5 km..25 km", "--num", "5"), ("yield", "curve")),
    (("sensitivity", LINK, "--sobol", "1024"), ("sensitivities", "sobol")),
    (("sensitivity", LINK, "--output", "power_w", "--only", "laser.*"), ("sensitivities",)),
    (("inverse", LINK, "--path", "fibre.length"), ("value", "solutions", "status", "holds")),
    (("inverse", LINK, "--path", "launch.laser_ageing_guard", "--target", "90"), ("value", "status")),
    (("optimum", LINK, "--minimise", "power_w", "--axis", "modulator.extinction_ratio=3 dB..7 dB", "--limit", "margin_db >= 1", "--points", "64"), ("optimum", "status", "active")),
    (("pareto", LINK, "--minimise", "energy_pj_per_bit", "--maximise", "margin_db", "--choice", "design=1.6T-2xDR4,800G-2xDR4"), ("front", "named")),
    (("map", LINK, "--axis", "fibre.length=10 m..20 km", "--axis", "receiver.noise_density_pa_rthz=8..40", "--num", "12", "8"), ("values", "x", "y")),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "keys"), CALLS, ids=[" ".join(a[:1] + a[2:4]) for a, _ in CALLS])
def test_json_and_tables(capsys, arguments, keys):
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0

    def refuse(name):
        raise AssertionError(f"{name} in JSON")

    document = json.loads(out, parse_constant=refuse)
    assert document["study"] == arguments[0] and set(keys) <= document.keys()
    code, out, _ = run(capsys, *arguments)
    assert code == 0 and LINK in out
    widest = max(out.splitlines(), key=len)
    assert len(widest) <= 220, widest


def test_the_command_says_the_same_as_the_function(capsys):
    _, out, _ = run(capsys, "yield", LINK, "--points", "1000", "--seed", "3", "--json")
    assert json.loads(out) == json.loads(json.dumps(ph.study("yield", LINK, points=1000, seed=3).as_dict()))


def test_reach_and_margin_agree_with_the_budget(capsys):
    """Independent of the evaluator: at the reach that the study finds, the budget of that link closes with nothing to spare."""
    _, out, _ = run(capsys, "inverse", LINK, "--path", "fibre.length", "--json")
    reach = json.loads(out)["value"]
    spec = ph.load(LINK)
    elements = tuple(
        e.model_copy(update={"length": e.length.__class__(reach, reach, reach, "m", "the study", "derived", dimension="length")}) if e.kind == "fibre" else e
        for e in spec.path
    )
    launched = ph.budget(LINK, corner="typ").worst_lane
    longer = ph.budget(spec.model_copy(update={"path": elements}), corner="typ").worst_lane
    # The budget sets the launch anew for the longer fibre; the study has held it.
    shift = (longer.rx_oma_dbm + longer.optical_loss_db) - (launched.rx_oma_dbm + launched.optical_loss_db)
    assert longer.margin_db - shift == pytest.approx(0.0, abs=2e-3)


@pytest.mark.parametrize("kind", ["yield", "sensitivity", "pareto", "map"])
def test_figures_are_written_whole(capsys, tmp_path, kind):
    arguments = next(a for a, _ in CALLS if a[0] == kind)
    png, svg = tmp_path / "s.png", tmp_path / "s.svg"
    code, _, err = run(capsys, *arguments, "--figure", str(png), "--figure", str(svg))
    assert code == 0 and "s.png" in err
    assert png.read_bytes()[:4] == b"\x89PNG" and svg.read_text().rstrip().endswith("</svg>")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.png", "s.svg"]


BAD = [
    (("yeild", LINK), "yield"),
    (("yield",), "DESIGN"),
    (("yield", "1.6T-2xDR5"), LINK),
    (("yield", LINK, "--ranges", "gauss"), "triangular"),
    (("yield", LINK, "--points", "0"), "points"),
    (("yield", LINK, "--points", "x"), "x"),
    (("yield", LINK, "--corner", "wurst"), "worst"),
    (("yield", LINK, "--life", "x"), "begin"),
    (("yield", LINK, "--set-point", "x"), "held"),
    (("yield", LINK, "--limit", "margn_db >= 0"), "margin_db"),
    (("yield", LINK, "--against", "fibre.length"), "LOW..HIGH"),
    (("yield", LINK, "--against", "fibre.lenght=1 m..2 m"), "fibre.length"),
    (("yield", LINK, "--against", "fibre.length=1 m..2 m", "--num", "1"), "num"),
    (("sensitivity", LINK, "--sobol", "5"), "1024"),
    (("sensitivity", LINK, "--output", "x"), "margin_db"),
    (("inverse", LINK), "--path"),
    (("inverse", LINK, "--path", "fibre.length", "--low", "1 dB"), "length"),
    (("inverse", LINK, "--path", "fibre.length", "--low", "5"), "no unit"),
    (("inverse", LINK, "--path", "fibre.length", "--figure", "x.png"), "yield"),
    (("optimum", LINK, "--minimise", "power_w"), "nothing to move"),
    (("optimum", LINK, "--axis", "fibre.length=1 m..2 m"), "minimise or maximise"),
    (("optimum", LINK, "--minimise", "power_w", "--axes", "missing.toml"), "missing.toml"),
    (("pareto", LINK, "--minimise", "power_w"), "2 to 3"),
    (("pareto", LINK, "--minimise", "power_w", "--maximise", "margin_db", "--choice", "design=nope"), "nope"),
    (("map", LINK, "--axis", "fibre.length=1 m..2 m"), "two"),
    (("yield", "pod-1024"), "cluster"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=[" ".join(a) for a, _ in BAD])
def test_bad_input_exits_3_with_one_message(capsys, monkeypatch, tmp_path, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert code == 3 and words in err and "Traceback" not in err and out == ""
    assert list(tmp_path.iterdir()) == [], "nothing may be half-written"


HEAVY = ("numba", "matplotlib", "scipy.stats", "photonics_kernels")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("yield", "--help"),
        ("yeild", LINK),
        ("yield", "1.6T-2xDR5"),
        ("yield", "missing.toml"),
        ("yield", LINK, "--ranges", "gauss"),
        ("yield", LINK, "--points", "0"),
        ("yield", LINK, "--corner", "wurst"),
        ("sensitivity", LINK, "--sobol", "5"),
        ("optimum", LINK, "--axis", "fibre.length=1 m..2 m"),
        ("optimum", LINK, "--minimise", "power_w", "--axis", "fibre.length"),
        ("pareto", LINK, "--minimise", "power_w"),
        ("map", LINK, "--axis", "fibre.length=1 m..2 m"),
    ],
    ids=" ".join,
)
def test_refusals_load_nothing_heavy(tmp_path, arguments):
    probe = (
        "import sys\nfrom photonics.cli import main\ncode = 0\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as stop:\n    code = stop.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)\nsys.exit(code)"
    )
    paths = os.pathsep.join(str(ROOT / p) for p in (".", "kernels"))
    done = subprocess.run(
        [sys.executable, "-c", probe, "study", *arguments], capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": paths}, check=False
    )
    assert done.returncode == (0 if "--help" in arguments else 3), done.stderr
    assert done.stderr.splitlines()[-1] == "[]", done.stderr
