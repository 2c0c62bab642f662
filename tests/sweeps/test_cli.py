"""``photonics sweep``: one JSON document, exit codes, and a light exit for whatever is wrong with the call."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import photonics as ph
from photonics.cli import main

from . import runs

ROOT = Path(__file__).parents[2]
HEAVY = ("numba", "matplotlib", "scipy.stats", "photonics_kernels", "distributed", "zarr", "xarray", "pyarrow")
SWEEP = """schema = "photonics/sweep/1"
name = "reach and noise"
design = "1.6T-2xDR4"
method = "grid"
outputs = ["margin_db", "energy_pj_per_bit"]

[[axis]]
path = "fibre.length"
linspace = { start = "100 m", stop = "2 km", num = 4 }

[[axis]]
path = "receiver.noise_density"
values = ["10 pA/sqrt(Hz)", "20 pA/sqrt(Hz)", "30 pA/sqrt(Hz)"]

[[reduce]]
kind = "yield"
limits = ["margin_db >= 0"]
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("sweep.toml").write_text(SWEEP)
    return tmp_path


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["sweep", *arguments])
    captured = capsys.readouterr()
    return stop.value.code, captured.out, captured.err


def environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "kernels")))}


def refuse(name):
    raise AssertionError(f"{name} in JSON")


def test_json_is_one_document(capsys, here):
    code, out, err = call(capsys, "sweep.toml", "-o", "points", "--json")
    assert code == 0 and err == ""
    told = json.loads(out, parse_constant=refuse)
    assert told["points"] == 12 and told["points_per_second"] > 0 and told["store"] == "points"
    assert [row["name"] for row in told["outputs"]] == ["margin_db", "energy_pj_per_bit"]
    assert [row["kind"] for row in told["reductions"]] == ["status", "yield"]
    assert len(told["digest"]) == 64 and told["status"] == "ok"

    code, out, err = call(capsys, "sweep.toml", "-o", "points", "--resume", "--json")
    again = json.loads(out, parse_constant=refuse)
    assert code == 0 and again["points_per_second"] is None and "nothing" in again["status"]
    assert (again["digest"], again["reductions"]) == (told["digest"], told["reductions"])


def test_the_verb_is_the_function(capsys, here):
    _, out, _ = call(capsys, "sweep.toml", "--json")
    result = ph.sweep("sweep.toml", output="points")
    told = json.loads(out)
    assert told["reductions"] == json.loads(json.dumps(list(result.reductions))) and told["digest"] == result.digest
    assert told["store"] is None and sorted(p.name for p in here.iterdir()) == ["points", "sweep.toml"]
    data = ph.open_sweep("points")
    assert data.margin_db.shape == (4, 3) and data.margin_db.attrs["units"] == "dB"
    assert float(data.margin_db.sel({"fibre.length": 100.0})[0]) > float(data.margin_db[-1, -1])


def test_an_unmoved_point_is_the_budget(here):
    """One point at the values of the design against the budget of that design."""
    Path("one.toml").write_text(
        SWEEP.partition("[[axis]]")[0] + '[[axis]]\npath = "fibre.length"\nvalues = ["500 m"]\n'
    )
    ph.sweep("one.toml", output="points")
    whole = ph.budget("1.6T-2xDR4", corner="typ")
    data = ph.open_sweep("points")
    np.testing.assert_allclose(data.energy_pj_per_bit.values, whole.module.energy_pj_per_bit, rtol=1e-9)


def test_tables_for_people(capsys, here):
    code, out, err = call(capsys, "sweep.toml", "--export", "rows.csv", "--workers", "1")
    assert code == 0 and err == ""
    assert out.startswith("reach and noise: 12 points of 1.6T-2xDR4") and "export: rows.csv" in out
    assert max(map(len, out.splitlines())) <= 200
    heads = Path("rows.csv").read_text().splitlines()[0]
    assert heads == "fibre.length_m,receiver.noise_density_a_rthz,margin_db,energy_pj_per_bit,status"


def occupied(folder):
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")


def unanswered():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


BAD = [
    (["nope.toml"], "nope.toml"),
    ([], "SWEEP"),
    (["sweep.toml", "--resume"], "a store to resume"),
    (["sweep.toml", "-o", "mine"], "not a store"),
    (["sweep.toml", "-o", "mine", "--resume"], "not a store"),
    (["sweep.toml", "-o", "sweep.toml"], "a file"),
    (["sweep.toml", "-o", "no/such/folder"], "does not exist"),
    (["sweep.toml", "--export", "rows.xls"], ".parquet"),
    (["sweep.toml", "--export", "sweep.toml"], ".parquet"),
    (["sweep.toml", "--export", "no/such/rows.csv"], "folder"),
    (["sweep.toml", "--workers", "0"], "workers"),
    (["sweep.toml", "--workers", "two"], "workers"),
    (["sweep.toml", "--processes", "2", "--workers", "2"], "one of"),
    (["sweep.toml", "--dask", "{unanswered}"], "no scheduler answers"),
    (["sweep.toml", "--dask", ""], "address"),
    (["broken.toml"], "broken.toml:3"),
    (["1.6T-2xDR4"], "photonics/sweep/1"),
    (["--help"], "--resume"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda a: " ".join(a) if isinstance(a, list) else None)
def test_bad_input_exits_3_lightly_and_leaves_nothing(here, arguments, words):
    """17 wrong calls and the help, each in a process of its own: one message, exit 3, nothing written, nothing heavy loaded."""
    occupied(here / "mine")
    Path("broken.toml").write_text(SWEEP.replace('"1.6T-2xDR4"', "5"))
    before = runs.files(here)
    arguments = [a.format(unanswered=unanswered()) for a in arguments]
    probe = (
        "import sys\nfrom photonics.cli import main\ncode = 0\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as stop:\n    code = stop.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "sweep", *arguments], capture_output=True, text=True, env=environment(), check=False
    )
    assert done.returncode == (0 if "--help" in arguments else 3), done.stderr
    assert words in done.stdout + done.stderr and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
    assert runs.files(here) == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("receiver.noise_density", "receiver.noise_desity", "receiver.noise_density"),
        ('"2 km"', '"2 dB"', "2 dB"),
        ("num = 4", "num = 0", "num"),
        ("margin_db >= 0", "marign_db >= 0", "margin_db"),
        ('"energy_pj_per_bit"]', '"energy_pj_per_bat"]', "energy_pj_per_bit"),
        ('design = "1.6T-2xDR4"', 'design = "1.6T-2xDR5"', "1.6T-2xDR4"),
    ],
)
def test_a_wrong_file_exits_3_and_leaves_nothing(capsys, here, old, new, words):
    assert old in SWEEP
    Path("sweep.toml").write_text(SWEEP.replace(old, new))
    code, out, err = call(capsys, "sweep.toml", "-o", "points", "--export", "rows.csv")
    assert code == 3 and out == "" and words in err and "sweep.toml:" in err
    assert [p.name for p in here.iterdir()] == ["sweep.toml"]


def test_another_plan_exits_3(capsys, here):
    assert call(capsys, "sweep.toml", "-o", "points")[0] == 0
    before = runs.files(here / "points")
    Path("sweep.toml").write_text(SWEEP.replace("num = 4", "num = 5"))
    code, out, err = call(capsys, "sweep.toml", "-o", "points", "--resume")
    assert code == 3 and out == "" and "a store of plan" in err
    assert runs.files(here / "points") == before


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_ctrl_c_leaves_a_store_to_resume(here):
    """A signal to the command line while it stores ten million points: exit 130, one line, and the store goes on."""
    Path("long.toml").write_text(SWEEP.replace("num = 4", "num = 3400000"))
    command = [sys.executable, "-c", "from photonics.cli import main; main()", "sweep", "long.toml", "-o", "points"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        deadline = time.monotonic() + 300
        while not Path("points", "checkpoint.json").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert out == "" and err.splitlines() == ["photonics: stopped; points holds what is done, --resume goes on"]
    promised = json.loads(Path("points", "checkpoint.json").read_text())["chunks_done"]
    assert 0 < promised < 156
