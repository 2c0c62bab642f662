"""The command line: one JSON document, exit codes, light start, the same numbers as the functions."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import photonics as ph
from photonics.cli import main

DATA = Path(__file__).parents[1] / "data"


def run(capsys, *arguments):
    """Exit code, standard output and standard error of one call, in this process."""
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    captured = capsys.readouterr()
    return stop.value.code, captured.out, captured.err


def fresh(*arguments, **environment):
    """The same in a process of its own."""
    command = [sys.executable, "-c", "from photonics.cli import main; main()", *arguments]
    paths = os.pathsep.join(str(Path(__file__).parents[2] / p) for p in (".", "kernels"))
    env = os.environ | {"PYTHONPATH": paths} | environment
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("budget", "1.6T-2xDR4", "--json"),
        ("ber", "1.6T-2xDR4", "--json"),
        ("ber", "1.6T-2xDR4", "--rx-oma-dbm", "-3", "--rx-oma-dbm", "-1", "--target-ber", "1e-6", "--json"),
        ("ber", "1.6T-2xDR4", "--method", "eye", "--rx-oma-dbm", "-3", "--json"),
        ("eye", "1.6T-2xDR4", "--offsets", "5", "--json"),
        ("fec", "--code", "kp4", "--pre-fec-ber", "2.4e-4", "--json"),
        ("compare", "pod-1024", "--json"),
        ("compare", "1.6T-2xDR4", "800G-2xDR4", "--json"),
        ("explain", "1.6T-2xDR4", "quantisation", "--json"),
        ("validate", str(DATA / "pam_ber.json"), "--json"),
        ("catalog", "list", "--json"),
        ("catalog", "show", "800GBASE-DR4", "--json"),
        ("catalog", "audit", "--json"),
        ("catalog", "identities", "400GBASE-DR4", "--json"),
    ],
    ids=lambda a: " ".join(a[:2]),
)
def test_json_is_one_document_without_nan(capsys, arguments):
    code, out, _ = run(capsys, *arguments)
    assert code == 0

    def refuse(name):
        raise AssertionError(f"{name} in JSON")

    json.loads(out, parse_constant=refuse)
    assert out.startswith("{") and out.endswith("}\n")


def test_budget_says_the_same_as_the_function(capsys):
    _, out, _ = run(capsys, "budget", "1.6T-2xDR4", "--corner", "typ", "--json")
    assert json.loads(out) == json.loads(json.dumps(ph.budget("1.6T-2xDR4", corner="typ").as_dict()))


def test_tables_stay_narrow_enough_to_paste(capsys):
    for arguments in (("budget", "1.6T-2xDR4"), ("validate", str(DATA / "fec_kp4.json")), ("explain", "1.6T-2xDR4"), ("catalog", "list")):
        _, out, _ = run(capsys, *arguments)
        widest = max(out.splitlines(), key=len)
        assert len(widest) <= 200, widest


def test_a_margin_below_zero_exits_1(capsys, tmp_path):
    path = tmp_path / "long.toml"
    path.write_text('schema = "photonics/link/1"\nname = "long"\nbase = "1.6T-2xDR4"\n[launch]\noma_outer = "-6 dBm"\n')
    code, out, err = run(capsys, "budget", str(path), "--json")
    assert code == 1 and err == ""
    document = json.loads(out)
    assert document["closes"] is False and document["module"]["margin_db"] < 0


def test_a_failing_case_exits_1(capsys, tmp_path):
    data = json.loads((DATA / "pam_ber.json").read_text())
    data["cases"][0]["expected"]["ber"] *= 2
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(data))
    code, out, _ = run(capsys, "validate", str(path))
    assert code == 1 and "failed" in out and "2 passed, 1 failed" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Usage"),
        (("budgt", "x"), "budget"),
        (("budget",), "LINK"),
        (("budget", "1.6T-2xDR5"), "1.6T-2xDR4"),
        (("budget", "missing.toml"), "missing.toml"),
        (("budget", "1.6T-2xDR4", "--corner", "wurst"), "worst"),
        (("budget", "1.6T-2xDR4", "--figure", "x.bmp"), "png"),
        (("budget", "1.6T-2xDR4", "--figure", "no/such/folder/x.png"), "folder"),
        (("budget", "1.6T-2xDR4", "--jsn"), "--json"),
        (("ber", "1.6T-2xDR4", "--method", "eye", "--symbols", "1000"), "waveform"),
        (("ber", "1.6T-2xDR4", "--target-ber", "2"), "0.5"),
        (("ber", "1.6T-2xDR4", "--target-ber", "x"), "x"),
        (("fec", "--code", "kp4"), "--pre-fec-ber"),
        (("fec", "--code", "kp4", "--pre-fec-ber", "0.7"), "0.5"),
        (("compare", "pod-1024", "--html", "x.html"), "not built"),
        (("tdecq", "nope.npy", "--baud-gbd", "53", "--samples-per-ui", "32"), "nope.npy"),
        (("tdecq", "nope.npy", "--samples-per-ui", "32"), "--baud-gbd"),
        (("compare", "nope"), "nope"),
        (("validate", "nope.json"), "nope.json"),
        (("explain", "1.6T-2xDR4", "xyzzy"), "term"),
        (("catalog", "show", "800GBASE-DR5"), "800GBASE-DR4"),
        (("catalog", "list", "--kind", "phyy"), "phy"),
        (("init", "x.toml", "--from", "nope"), "nope"),
    ],
    ids=lambda a: " ".join(a) if isinstance(a, tuple) else None,
)
def test_bad_input_exits_3_with_one_message(capsys, monkeypatch, tmp_path, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    if arguments == ():
        assert words in out + err and code in (0, 2, 3)
        return
    assert code == 3
    assert words in err and "Traceback" not in err
    assert out == ""
    assert list(tmp_path.iterdir()) == [], "nothing may be half-written"


def test_wrong_usage_without_arguments_exits_3():
    done = fresh("budget")
    assert done.returncode == 3 and "Traceback" not in done.stderr


def test_a_bug_exits_4_and_says_so(capsys, monkeypatch):
    import photonics.links

    def broken(*_, **__):
        raise RuntimeError("boom")

    monkeypatch.setattr(photonics.links, "budget", broken)
    code, _, err = run(capsys, "budget", "1.6T-2xDR4")
    assert code == 4 and "bug" in err and "Traceback" not in err


HEAVY = ("numba", "matplotlib", "scipy.stats", "photonics_kernels")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["budget", "--help"], 0),
        (["catalog", "list"], 0),
        (["catalog", "show", "800GBASE-DR4"], 0),
        (["init", "starter.toml"], 0),
        (["budgt"], 3),
        (["catalog", "show", "nope"], 3),
        (["budget", "bad.toml"], 3),
        (["compare", "bad.toml"], 3),
        (["tdecq", "--help"], 0),
        (["tdecq", "bad.toml", "--baud-gbd", "53", "--samples-per-ui", "32"], 3),
        (["tdecq", "bad.csv", "--baud-gbd", "53", "--samples-per-ui", "32"], 3),
        (["validate", "bad.json"], 3),
    ],
    ids=lambda a: " ".join(a) if isinstance(a, list) else None,
)
def test_light_verbs_load_nothing_heavy(tmp_path, arguments, code):
    """Help, catalog, parsing and every bad-input exit stay light: asserted on sys.modules in a process of its own."""
    (tmp_path / "bad.toml").write_text('schema = "photonics/link/1"\nname = "bad"\nbase = "1.6T-2xDR4"\n[receiver]\nresponsivity = "3 dB"\n')
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "bad.csv").write_text("1.0\nnan\n")
    probe = (
        "import sys\nfrom photonics.cli import main\ncode = 0\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as stop:\n    code = stop.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)\nsys.exit(code)"
    )
    paths = os.pathsep.join(str(Path(__file__).parents[2] / p) for p in (".", "kernels"))
    done = subprocess.run(
        [sys.executable, "-c", probe, *arguments], capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": paths},
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert done.stderr.splitlines()[-1] == "[]", done.stderr


def test_init_writes_a_design_that_works_and_touches_nothing(capsys, tmp_path):
    path = tmp_path / "mine.toml"
    code, out, _ = run(capsys, "init", str(path))
    assert code == 0 and out == ""
    assert path.read_text().startswith("#")
    assert run(capsys, "budget", str(path))[0] == 0
    path.write_text("keep me")
    code, _, err = run(capsys, "init", str(path))
    assert code == 3 and path.read_text() == "keep me" and "mine.toml" in err


def test_figures_are_written_whole(capsys, tmp_path):
    png, svg = tmp_path / "w.png", tmp_path / "w.svg"
    code, _, err = run(capsys, "budget", "1.6T-2xDR4", "--figure", str(png), "--figure", str(svg))
    assert code == 0 and "w.png" in err
    assert png.read_bytes()[:4] == b"\x89PNG" and svg.read_text().rstrip().endswith("</svg>")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w.png", "w.svg"]


def test_a_closed_pipe_is_no_bug():
    command = f"{sys.executable} -c 'from photonics.cli import main; main()' catalog list | head -1"
    paths = os.pathsep.join(str(Path(__file__).parents[2] / p) for p in (".", "kernels"))
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths}, check=False)
    assert done.returncode == 0 and "Traceback" not in done.stderr and "bug" not in done.stderr
