"""``photonics eye`` and the figure of ``photonics ber``: table, JSON, files, and what is refused."""

import json
from importlib.resources import files

import pytest

from photonics.links import eye
from tests.cli.test_contract import run

LINK = "1.6T-2xDR4"
KEYS = {
    "link", "corner", "lane", "rx_oma_dbm", "method", "pre_fec_ber", "log10_ber", "log10_codeword_error_ratio", "amplitude_unit", "levels",
    "targets", "sub_eyes", "offsets_ui", "edges_low", "edges_high", "bathtub", "pulse", "taps", "main_tap", "taps_per_symbol", "feedback_taps",
    "detector", "noise_rms", "isi_rms", "burst_errors", "burst_continuation", "limit_ber", "notes", "status",
}  # fmt: skip


def test_the_table_says_what_the_function_says(capsys):
    code, out, err = run(capsys, "eye", LINK, "--offsets", "9")
    assert code == 0 and err == ""
    assert out.rstrip("\n") == str(eye(LINK, offsets=9))
    for word in ("sub-eye", "threshold", "amplifier", "interference left", "pre-FEC BER", "taps ("):
        assert word in out


def test_json_has_every_key_and_no_nan(capsys):
    arguments = ("eye", LINK, "--corner", "worst", "--lane", "2", "--rx-oma-dbm", "-3", "--target", "1e-4", "--target", "1e-8", "--offsets", "9")
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0 and err == ""

    def refuse(name):
        raise AssertionError(f"{name} in JSON")

    document = json.loads(out, parse_constant=refuse)
    assert set(document) >= KEYS
    assert document["lane"] == 2 and document["corner"] == "worst" and document["rx_oma_dbm"] == -3.0
    assert document["targets"] == [1e-4, 1e-8] and len(document["offsets_ui"]) == 9
    assert len(document["sub_eyes"]) == 3 and all(len(e["heights"]) == 2 for e in document["sub_eyes"])
    assert document == json.loads(json.dumps(eye(LINK, corner="worst", lane=2, rx_oma_dbm=-3.0, targets=(1e-4, 1e-8), offsets=9).as_dict()))


@pytest.mark.parametrize("arguments", [("eye", LINK, "--offsets", "9"), ("ber", LINK)], ids=["eye", "ber"])
def test_the_figure_goes_to_every_file_and_the_table_to_the_screen(capsys, tmp_path, arguments):
    paths = [tmp_path / "a.svg", tmp_path / "b.png"]
    code, out, err = run(capsys, *arguments, "--figure", str(paths[0]), "--figure", str(paths[1]))
    assert code == 0 and LINK in out and "pre-FEC BER" in out
    assert [line for line in err.splitlines() if line] == [f"figure: {p}" for p in paths]
    assert paths[0].read_bytes().startswith(b"<?xml") and paths[1].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((LINK, "--lane", "8"), "a lane from 0 to 7"),
        ((LINK, "--lane", "-1"), "a lane from 0 to 7"),
        ((LINK, "--target", "0.5"), "1e-18 to 0.1"),
        ((LINK, "--target", "0"), "1e-18 to 0.1"),
        ((LINK, "--target", "nan"), "1e-18 to 0.1"),
        ((LINK, *("--target", "1e-3") * 9), "one to 8"),
        ((LINK, "--offsets", "8"), "odd"),
        ((LINK, "--rx-oma-dbm", "90"), "dBm"),
        ((LINK, "--corner", "wurst"), "worst"),
        ((LINK, "--figure", "x.bmp", "--offsets", "5"), "png"),
        (("1.6T-2xDR5",), LINK),
        (("bare.toml",), "chain"),
    ],
    ids=lambda a: " ".join(a[1:3]) if isinstance(a, tuple) else None,
)
def test_what_is_refused_exits_3(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bare.toml").write_text(bare())
    code, out, err = run(capsys, "eye", *arguments)
    assert code == 3 and out == ""
    assert words in err and "Traceback" not in err
    assert [p.name for p in tmp_path.iterdir()] == ["bare.toml"]


def bare() -> str:
    """The shipped design without its chain."""
    text = (files("photonics.catalog") / "data" / "designs" / f"{LINK}.toml").read_text(encoding="utf-8")
    before, _, rest = text.partition("\n[chain]")
    assert rest
    return before + "\n" + "\n".join("[" + section for section in rest.split("\n[")[1:] if not section.startswith(("chain.", "[chain.")))
