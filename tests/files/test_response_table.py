"""A response as CSV: columns with units, nothing guessed."""

import numpy as np
import pytest

from photonics.errors import InputError
from photonics.files.response_table import read_response_table

GOOD = "# analyser 7\nfrequency_ghz, magnitude_db, phase_deg\n\n1, 0, -10\n2, -6.0205999, -20\n"


def write(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text)
    return path


def test_decibels_are_electrical(tmp_path):
    table = read_response_table(write(tmp_path, GOOD))
    assert table.frequency_hz.tolist() == [1e9, 2e9] and table.line_of_first == 4
    assert table.magnitude == pytest.approx([1.0, 0.5])
    assert table.phase_rad == pytest.approx(np.deg2rad([-10, -20]))


def test_real_and_imaginary_parts(tmp_path):
    table = read_response_table(write(tmp_path, "frequency_mhz,real,imag\n1000,0,-2\n"))
    assert table.magnitude == pytest.approx([2.0]) and table.phase_rad == pytest.approx([-np.pi / 2])


def test_a_constant_group_delay_is_a_straight_phase(tmp_path):
    text = "frequency_hz,magnitude_db,group_delay_ps\n" + "".join(f"{f},0,100\n" for f in (1e8, 3e8, 1e9))
    table = read_response_table(write(tmp_path, text))
    assert table.phase_rad == pytest.approx(-2 * np.pi * 100e-12 * table.frequency_hz)


def test_no_phase_is_said_to_be_none(tmp_path):
    assert read_response_table(write(tmp_path, "frequency_ghz,magnitude_db\n1,0\n")).phase_rad is None


@pytest.mark.parametrize(
    ("text", "line", "read"),
    [
        (GOOD.replace("phase_deg", "phase_rad"), 2, "'phase_rad'"),
        (GOOD.replace("frequency_ghz", "f"), 2, "'f'"),
        (GOOD.replace("phase_deg", "frequency_hz"), 2, "the columns"),
        (GOOD.replace("phase_deg", "magnitude_db"), 2, "twice"),
        (GOOD.replace("phase_deg", "real"), 2, "the columns"),
        (GOOD.replace(", phase_deg", ", phase_deg, group_delay_ps"), 2, "the columns"),
        ("frequency_ghz,real\n1,1\n", 1, "the columns"),
        ("magnitude_db,phase_deg\n1,1\n", 1, "the columns"),
        (GOOD.replace("-20", "nan"), 5, "'nan'"),
        (GOOD.replace("-20", ""), 5, "''"),
        (GOOD.replace("-20", "-20, 3"), 5, "4 values"),
        (GOOD.replace("-20", "x"), 5, "'x'"),
        (GOOD.replace("-6.0205999", "-401"), 5, "'-401'"),
        (GOOD.replace("\n2,", "\n1,"), 5, "1 after 1"),
        (GOOD.replace("\n1,", "\n-1,"), 4, "-1"),
    ],
)
def test_a_fault_names_its_line(tmp_path, text, line, read):
    with pytest.raises(InputError) as error:
        read_response_table(write(tmp_path, text))
    problem = error.value.problems[0]
    assert problem.where.endswith(f"a.csv:{line}") and read in problem.read and problem.allowed
    assert error.value.exit_code == 3


def test_a_misspelt_column_is_offered(tmp_path):
    with pytest.raises(InputError, match="nearest: phase_deg"):
        read_response_table(write(tmp_path, GOOD.replace("phase_deg", "phase_degr")))


def test_no_rows(tmp_path):
    with pytest.raises(InputError, match="no data"):
        read_response_table(write(tmp_path, "frequency_ghz,magnitude_db\n"))
