"""Touchstone: what is read, in every format, and what is refused, with its line."""

import numpy as np
import pytest

from photonics.errors import InputError, UnsupportedError
from photonics.files.touchstone import ports_of, read_touchstone

GOOD = "! comment\n# GHz S RI R 50\n0 0 0 1 0 1 0 0 0\n1 0.1 0 0.5 -0.5 0.4 -0.4 0.2 0 ! last\n"


def write(tmp_path, text, name="a.s2p"):
    path = tmp_path / name
    path.write_text(text)
    return path


def refusal(tmp_path, text, name="a.s2p"):
    with pytest.raises(InputError) as error:
        read_touchstone(write(tmp_path, text, name))
    (problem,) = error.value.problems
    assert error.value.exit_code == 3
    return problem


def test_a_two_port_is_written_s11_s21_s12_s22(tmp_path):
    file = read_touchstone(write(tmp_path, GOOD))
    assert file.ports == 2 and file.reference_ohm == 50.0 and file.lines == (3, 4)
    assert file.frequency_hz.tolist() == [0.0, 1e9]
    assert file.s[1].tolist() == [[0.1, 0.4 - 0.4j], [0.5 - 0.5j, 0.2]]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("# mhz s ma r 75", "1000 0.5 90"),
        ("# R 75 DB Hz S", f"1e9 {20 * np.log10(0.5):.15g} 90"),
        ("#KHZ RI R 75", "1e6 0 0.5"),
        ("# R 75", "1 0.5 90"),
    ],
)
def test_units_formats_and_what_is_left_out(tmp_path, options, line):
    file = read_touchstone(write(tmp_path, f"{options}\n{line}\n", "A.S1P"))
    assert file.reference_ohm == 75.0 and file.frequency_hz == pytest.approx([1e9])
    assert file.s[0, 0, 0] == pytest.approx(0.5j, abs=1e-15)


def test_four_ports_go_row_by_row_over_several_lines(tmp_path):
    rows = [" ".join(f"{10 * i + j}.0 0" for j in range(1, 5)) for i in range(1, 5)]
    file = read_touchstone(write(tmp_path, "# Hz S RI\n5 " + "\n ".join(rows) + "\n", "a.s4p"))
    assert file.s[0, 1, 3] == 24.0 and file.s[0, 3, 1] == 42.0


def test_eight_ports_break_their_rows(tmp_path):
    values = [f"{i} {-i}" for i in range(64)]
    lines = [" ".join(values[i : i + 4]) for i in range(0, 64, 4)]
    file = read_touchstone(write(tmp_path, "# Hz S RI\n5 " + "\n ".join(lines) + "\n", "a.s8p"))
    assert file.s[0, 7, 6] == 62 - 62j


def test_noise_parameters_behind_a_two_port_are_left_out(tmp_path):
    assert read_touchstone(write(tmp_path, GOOD + "0.5 1.2 0.3 10 0.4\n1 1.3 0.3 10 0.4\n")).frequency_hz.size == 2
    assert "noise" in refusal(tmp_path, GOOD + "0.5 1.2 0.3 10 0.4\n1 1.3 0.3 10\n").read


@pytest.mark.parametrize(
    ("text", "line", "read"),
    [
        (GOOD.replace("# GHz S RI R 50\n", ""), 2, "before an option line"),
        (GOOD.replace("GHz", "GHzz"), 2, "'GHzz'"),
        (GOOD.replace("RI", "XY"), 2, "'XY'"),
        (GOOD.replace("R 50", "R fifty"), 2, "'fifty'"),
        (GOOD.replace("R 50", "R"), 2, "nothing after R"),
        (GOOD.replace("R 50", "R -50"), 2, "'-50'"),
        (GOOD.replace("R 50", "R 0"), 2, "'0'"),
        (GOOD.replace("S RI", "RI MA"), 2, "second format"),
        (GOOD.replace("S RI", "Y RI"), 2, "Y parameters"),
        (GOOD.replace("R 50", "R 50 75"), 2, "'75'"),
        (GOOD.replace("0.4 -0.4", "0.4 nan"), 4, "'nan'"),
        (GOOD.replace("0.4 -0.4", "0.4 inf"), 4, "'inf'"),
        (GOOD.replace("0.4 -0.4", "0.4 1_0"), 4, "'1_0'"),
        (GOOD.replace("0.4 -0.4", "0.4 1,0"), 4, "'1,0'"),
        (GOOD.replace("0.4 -0.4", "0.4 1.0D+00"), 4, "'1.0D+00'"),
        (GOOD.replace("0.4 -0.4", "0.4"), 4, "7 numbers"),
        (GOOD.replace("0.4 -0.4", "0.4 1 1"), 4, "9 numbers"),
        (GOOD + "1 0 0 0 0 0 0 0 0\n", 5, "1 after 1"),
        (GOOD + "0.5 0 0 0 0 0 0 0 0\n", 5, "0.5 after 1 (line 4)"),
        (GOOD.replace("\n0 0 0 1", "\n-1 0 0 1"), 3, "-1"),
        (GOOD + "# GHz S MA R 50\n", 5, "second option line"),
        ("[Version] 2.0\n" + GOOD, 1, "'[Version]'"),
        (GOOD.replace("RI", "MA").replace("0.4 -0.4", "-0.4 3"), 4, "negative magnitude"),
        (GOOD.replace("RI", "DB").replace("0.4 -0.4", "90000 3"), 4, "dB beyond"),
    ],
)
def test_a_fault_names_its_line(tmp_path, text, line, read):
    problem = refusal(tmp_path, text)
    assert problem.where.endswith(f"a.s2p:{line}") and read in problem.read
    assert problem.allowed


def test_a_four_port_that_lost_a_number_names_that_line(tmp_path):
    point = "{} 1 0 1 0 1 0 1 0\n 1 0 1 0 1 0 1 0\n 1 0 1 0 1 0 1 0\n 1 0 1 0 1 0 1 0\n"
    text = "# Hz S RI\n" + point.format(1) + point.format(2)
    lines = text.splitlines()
    lines[6] = lines[6][:-2]
    assert refusal(tmp_path, "\n".join(lines), "a.s4p").where.endswith(":7")
    # A row that is missing as a whole shows when the next frequency stands where a pair should.
    assert refusal(tmp_path, "\n".join([*text.splitlines()[:4], *text.splitlines()[5:]]), "a.s4p").where.endswith(":5")
    problem = refusal(tmp_path, "\n".join(text.splitlines()[:-1]), "a.s4p")
    assert "24 numbers" in problem.read and problem.where.endswith(":6")


def test_no_data(tmp_path):
    assert "no data" in refusal(tmp_path, "# GHz S RI R 50\n").read
    assert "no data" in refusal(tmp_path, "! nothing\n").read


@pytest.mark.parametrize("name", ["a.txt", "a.s0p", "a.s33p", "a.snp", "a.ts", "s2p"])
def test_a_name_must_count_the_ports(tmp_path, name):
    with pytest.raises(InputError, match=r"\.s2p"):
        ports_of(tmp_path / name)


def test_version_two_is_a_known_wish(tmp_path):
    with pytest.raises(UnsupportedError):
        read_touchstone(write(tmp_path, "[Version] 2.0\n"))


def test_a_large_file_is_refused_by_its_size(tmp_path):
    with pytest.raises(InputError, match="at most 10 bytes"):
        read_touchstone(write(tmp_path, GOOD), limit_bytes=10)
