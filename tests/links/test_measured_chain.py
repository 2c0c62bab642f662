"""Measured responses in a chain: a file stands for a model it was sampled from, and what a file may not be is refused with one message."""

import math
from pathlib import Path

import numpy as np
import pytest
from photonics_kernels import line, response

import photonics as ph
from photonics.cli import main

DESIGN = '''schema = "photonics/link/1"
name = "measured"
base = "1.6T-2xDR4"

[chain]
part = "chain-eml-200g"

[[chain.response]]
name = "DAC"
part = "response-dac-200g"

[[chain.response]]
name = "driver"
part = "response-driver-200g"

[[chain.response]]
name = "EML"
side = "transmit"
{eml}

[[chain.response]]
name = "photodiode"
part = "response-photodiode-200g"

[[chain.response]]
name = "TIA"
part = "response-tia-200g"

[[chain.response]]
name = "ADC front end"
part = "response-adc-200g"
'''
MODEL = 'kind = "pole2"\nbandwidth = "63 GHz"\nquality = 0.65'


def design(folder: Path, eml: str) -> Path:
    path = folder / "design.toml"
    path.write_text(DESIGN.format(eml=eml), encoding="utf-8")
    return path


def table(path: Path, last_ghz: float = 212.0, step_ghz: float = 0.5, first_ghz: float = 0.5, reverse: bool = False) -> None:
    """The model's own response as an analyser would write it, with half a nanosecond of cable before it."""
    f = np.arange(first_ghz, last_ghz + step_ghz / 2.0, step_ghz) * 1e9
    h = np.ones(len(f), dtype=complex)
    response.times_pole2(f, 63e9, 0.65, h)
    h = (h.conj() if reverse else h) * np.exp(-2j * np.pi * f * 30e-12)
    lines = ["frequency_ghz,magnitude_db,phase_deg"]
    lines += [f"{a / 1e9:.6f},{20 * math.log10(abs(b)):.9f},{math.degrees(np.angle(b)):.9f}" for a, b in zip(f, h, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def sensitivity(path: Path) -> float:
    curve = ph.ber(str(path), method="eye", target_ber=1e-4)
    assert curve.status == "ok"
    return curve.sensitivity_oma_dbm


def test_a_table_stands_for_the_model_it_was_sampled_from(tmp_path):
    table(tmp_path / "eml.csv")
    exact = sensitivity(design(tmp_path, MODEL))
    for beyond in ("trend", "zero"):
        found = sensitivity(design(tmp_path, f'kind = "measured"\nfile = "eml.csv"\nbeyond = "{beyond}"'))
        assert found == pytest.approx(exact, abs=0.01), beyond


def test_the_file_says_how_it_was_continued(tmp_path):
    table(tmp_path / "eml.csv", last_ghz=110.0)
    curve = ph.ber(str(design(tmp_path, 'kind = "measured"\nfile = "eml.csv"\nbeyond = "trend"')), method="eye")
    assert "110" in curve.note and "linear fit" in curve.note


def test_a_touchstone_file_stands_for_the_line_it_was_sampled_from(tmp_path):
    """A board line between 100 ohm ends, as a trace and as its own .s2p: one sensitivity.

    The file's first point is at 0.25 GHz; below, the skin effect's root is not the quadratic that extrapolates to DC: 0.016 dB.
    """
    f = np.arange(0.25, 213.0, 0.25) * 1e9
    two_port = np.empty((4, len(f)), dtype=complex)
    a1, a2 = 5.95e-4 * 1e3 / math.sqrt(1e9), 2.6e-5 * 1e-6
    line.fill_line(f, 0.01, 92.5, 100.0, 0.0, a1, a2, 5.79e-9, two_port)
    rows = ["# GHz S RI R 100"]
    for k, x in enumerate(f):
        values = " ".join(f"{v:.12f}" for s in (0, 2, 1, 3) for v in (two_port[s, k].real, two_port[s, k].imag))
        rows.append(f"{x / 1e9:.4f} {values}")
    (tmp_path / "trace.s2p").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ends = 'source_resistance = "100 ohm"\nload_resistance = "100 ohm"'
    drawn = (
        f'kind = "trace"\nlength = "10 mm"\nimpedance = "92.5 ohm"\nskin_loss = "5.95e-4 sqrt(ns)/mm"\n'
        f'dielectric_loss = "2.6e-5 ns/mm"\ndelay = "5.79 ps/mm"\n{ends}'
    )
    exact = sensitivity(design(tmp_path, drawn))
    found = sensitivity(design(tmp_path, f'kind = "measured"\nfile = "trace.s2p"\nbeyond = "trend"\n{ends}'))
    assert found == pytest.approx(exact, abs=0.03)


@pytest.mark.parametrize(
    ("kept", "extra", "words"),
    [
        ({"last_ghz": 110.0}, "", ("beyond", "zero", "trend")),  # the file ends below the grid: a rule is needed
        ({"last_ghz": 40.0}, 'beyond = "trend"', ("40", "53.1")),  # below half the symbol rate: how far, and what it costs
        ({"step_ghz": 10.0}, 'beyond = "trend"', ("point",)),
        ({"reverse": True}, 'beyond = "trend"', ("causal",)),
        (None, 'beyond = "trend"', ("eml.csv",)),  # no such file
    ],
)
def test_what_a_file_may_not_be(tmp_path, capsys, kept, extra, words):
    if kept is not None:
        table(tmp_path / "eml.csv", **kept)
    path = design(tmp_path, f'kind = "measured"\nfile = "eml.csv"\n{extra}')
    with pytest.raises(SystemExit) as left:
        main(["ber", str(path), "--method", "eye"])
    out, err = capsys.readouterr()
    assert left.value.code == 3 and out == ""
    assert "Traceback" not in err and all(word in err for word in words), err
