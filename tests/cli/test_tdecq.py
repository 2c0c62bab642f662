"""``photonics tdecq``: table, JSON, kinds of files, and what is refused."""

import json

import numpy as np
import pytest

from photonics.links import tdecq
from tests.cli.test_contract import run
from tests.oracle import patterns

KEYS = {"tdecq_db", "ceq", "taps", "main_tap", "center_ui", "oma_outer_w", "average_power_w", "ser_left", "ser_right", "parts_db", "status", "notes"}
RATES = ("--baud-gbd", "53.125", "--samples-per-ui", "16")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A capture of PRBS13Q in every kind of file, from a symbol in its middle on, and what is wrong with some."""
    place = tmp_path_factory.mktemp("captures")
    sent = np.array(patterns.prbs13q())
    power = np.roll(np.repeat(np.array([0.4e-3, 0.7e-3, 1.0e-3, 1.3e-3])[sent], 16), 16 * 1234)
    np.save(place / "good.npy", power)
    np.save(place / "column.npy", power[:, None])
    np.save(place / "symbols.npy", sent)
    np.save(place / "short.npy", power[:8000])
    np.save(place / "odd.npy", power[:8001])
    np.save(place / "table.npy", np.ones((4, 5)))
    np.save(place / "nan.npy", np.where(np.arange(power.size) == 500, np.nan, power))
    np.save(place / "text.npy", np.array(["a", "b"]))
    rng = np.random.default_rng(0)
    np.save(place / "noise.npy", rng.standard_normal(power.size))
    np.save(place / "clipped.npy", np.minimum(power + 2e-5 * rng.standard_normal(power.size), 1.29e-3))
    np.savetxt(place / "good.csv", power)
    time = np.arange(power.size) / (53.125e9 * 16)
    np.savetxt(place / "timed.csv", np.stack((time, power), axis=1), delimiter=",", header="time_s,power_w", comments="")
    np.savetxt(place / "uneven.csv", np.stack((time**1.01, power), axis=1), delimiter=",")
    np.savetxt(place / "wide.csv", np.ones((40, 3)), delimiter=",")
    (place / "words.csv").write_text("1.0\n2.0\nthree\n")
    (place / "good.wav").write_text("x")
    (place / "broken.npy").write_text("x")
    (place / "none.h5").write_text("x")
    return place


def test_the_table_says_what_the_function_says(capsys, folder):
    name = str(folder / "good.npy")
    code, out, err = run(capsys, "tdecq", name, *RATES, "--pattern", "prbs13q")
    assert code == 0 and err == ""
    assert out.rstrip("\n") == str(tdecq(name, baud_gbd=53.125, samples_per_ui=16, pattern="prbs13q"))
    for word in ("TDECQ", "level mismatch", "Ceq", "OMAouter", "main tap", "interference"):
        assert word in out


def test_json_has_the_keys_of_the_contract_and_no_nan(capsys, folder):
    def refuse(name):
        raise AssertionError(f"{name} in JSON")

    options = ("--taps", "-0.024, 1.059, -0.035,0,0", "--main-tap", "1", "--center", "0.53", "--target-ser", "9.6e-3", "--scope-noise-w", "1e-6")
    code, out, _ = run(capsys, "tdecq", str(folder / "good.npy"), *RATES, *options, "--json")
    assert code == 0
    document = json.loads(out, parse_constant=refuse)
    assert set(document) >= KEYS
    assert document["taps"] == pytest.approx([-0.024, 1.059, -0.035, 0, 0]) and document["main_tap"] == 1
    assert document["center_ui"] == 0.53 and document["oma_outer_w"] == pytest.approx(0.9e-3, rel=1e-3)
    assert document["average_power_w"] == pytest.approx(0.85e-3, rel=1e-3)
    assert max(document["ser_left"], document["ser_right"]) == pytest.approx(9.6e-3, rel=1e-5)


@pytest.mark.parametrize("file", ["column.npy", "good.csv", "timed.csv"])
@pytest.mark.parametrize("pattern", [None, "symbols.npy", "PRBS13Q"])
def test_every_kind_of_file_and_pattern_says_the_same(capsys, folder, file, pattern):
    options = ("--equalizer", "none", "--center", "0.5", "--json")
    wanted = json.loads(run(capsys, "tdecq", str(folder / "good.npy"), *RATES, *options)[1])["tdecq_db"]
    name = str(folder / pattern) if pattern and "." in pattern else pattern
    more = () if pattern is None else ("--pattern", name)
    code, out, _ = run(capsys, "tdecq", str(folder / file), *RATES, *options, *more)
    assert code == 0 and json.loads(out)["tdecq_db"] == pytest.approx(wanted, abs=1e-9)
    if pattern is not None:
        assert json.loads(out)["shift_samples"] == 16 * 1234


def test_hdf5_files(capsys, folder):
    h5py = pytest.importorskip("h5py", reason="h5py is not installed (extra capture)")
    power = np.load(folder / "good.npy")
    with h5py.File(folder / "one.h5", "w") as file:
        file["scope/channel1"] = power
    with h5py.File(folder / "two.h5", "w") as file:
        file["a"], file["scope/b"] = np.ones(9), power
    wanted = tdecq(power, baud_gbd=53.125, samples_per_ui=16, equalizer="none").tdecq_db
    for name in ("one.h5", "one.h5:scope/channel1", "two.h5:scope/b"):
        code, out, _ = run(capsys, "tdecq", str(folder / name), *RATES, "--equalizer", "none", "--json")
        assert code == 0 and json.loads(out)["tdecq_db"] == wanted
    assert "scope/b" in run(capsys, "tdecq", str(folder / "two.h5"), *RATES)[2]
    assert "scope/b" in run(capsys, "tdecq", str(folder / "two.h5:scope/c"), *RATES)[2]
    assert "HDF5" in run(capsys, "tdecq", str(folder / "none.h5"), *RATES)[2]


def test_without_h5py_the_message_says_how_to_get_it(capsys, folder, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    code, _, err = run(capsys, "tdecq", str(folder / "none.h5"), *RATES)
    assert code == 3 and "pip install 'photonics-interconnect[capture]'" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("short.npy", *RATES, "--pattern", "prbs13q"), "a period of the pattern"),
        (("odd.npy", *RATES), "does not divide"),
        (("noise.npy", *RATES, "--pattern", "prbs13q"), "no lock"),
        (("good.npy", *RATES, "--pattern", "ssprq"), "a period of the pattern"),
        (("good.npy", *RATES[:3], "8", "--pattern", "prbs13q"), "no lock"),
        (("good.npy", *RATES[:3], "8"), "transitions repeat every 16"),
        (("good.npy", *RATES[:3], "2"), "from 4 to 1024"),
        (("nan.npy", *RATES), "sample 500"),
        (("clipped.npy", *RATES), "clipped at the high end"),
        (("table.npy", *RATES), "one column"),
        (("text.npy", *RATES), "real numbers"),
        (("broken.npy", *RATES), "NumPy"),
        (("good.wav", *RATES), ".npy, .csv, .h5"),
        (("wide.csv", *RATES), "3 columns"),
        (("words.csv", *RATES), "three"),
        (("uneven.csv", *RATES), "evenly spaced"),
        (("missing.npy", *RATES), "no such file"),
        (("missing.h5", *RATES), "no such file"),
        (("good.npy", *RATES, "--taps", "1,x"), "'x'"),
        (("good.npy", *RATES, "--taps", "1", "--equalizer", "ffe5"), "nothing beside taps"),
        (("good.npy", *RATES, "--equalizer", "ffe51"), "ffe5"),
        (("good.npy", *RATES, "--pattern", "prbs13"), "prbs13q"),
        (("good.npy", *RATES, "--center", "mid"), "crossing"),
    ],
    ids=lambda a: " ".join(x for x in a if x not in RATES) if isinstance(a, tuple) else None,
)
def test_what_is_refused_exits_3(capsys, monkeypatch, folder, arguments, words):
    monkeypatch.chdir(folder)
    code, out, err = run(capsys, "tdecq", *arguments)
    assert code == 3 and out == ""
    assert words in err and "Traceback" not in err
