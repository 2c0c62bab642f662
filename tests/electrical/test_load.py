"""Measured files end to end: good ones give the formula they were written from, bad ones say what is wrong."""

import numpy as np
import pytest

from photonics.electrical import load_transfer, load_two_port
from photonics.errors import InputError

from . import files
from .files import GRID, cable, frequencies, matched, pair, write_table, write_touchstone

F = frequencies()
PAIR = dict(ports=(1, 3, 2, 4), source_ohm=None, load_ohm=None, beyond="zero", phase=None, passive=True, **GRID)
ALONE = PAIR | dict(ports=None)


@pytest.fixture(scope="module")
def legs():
    return cable(F)


def refusal(path, **options):
    with pytest.raises(InputError) as error:
        load_transfer(path, **options)
    (problem,) = error.value.problems
    assert error.value.exit_code == 3
    assert str(path) in problem.where and problem.allowed
    return problem


def test_a_cable_comes_back_on_the_grid(tmp_path, legs):
    path = write_touchstone(tmp_path / "a.s4p", F, pair(legs))
    found = load_transfer(path, **PAIR)
    inside = GRID["frequency_hz"] <= 80e9
    exact = cable(GRID["frequency_hz"])[:, 1, 0]
    assert np.abs(found.values - exact)[inside].max() < 2e-3  # straight lines between points 40 MHz apart
    assert not found.values[~inside].any()
    assert "above 80 GHz, up to 106.25 GHz: zero" in found.note and "differential" in found.note
    assert found.values[0] == pytest.approx(1.0, abs=1e-9)
    assert 1e-11 < found.memory_s < 1e-9


@pytest.mark.parametrize("form", ["RI", "MA", "DB"])
def test_all_formats_agree(tmp_path, legs, form):
    path = write_touchstone(tmp_path / "a.s2p", F, legs, f"# GHz S {form} R 50", form)
    found = load_transfer(path, **ALONE)
    assert found.values[10] == pytest.approx(cable(GRID["frequency_hz"])[10, 1, 0], abs=2e-3)


def test_the_trend_goes_on_falling_and_keeps_the_delay(tmp_path, legs):
    path = write_touchstone(tmp_path / "a.s2p", F, legs)
    found = load_transfer(path, **ALONE | dict(beyond="trend"))
    beyond = np.abs(found.values)[GRID["frequency_hz"] > 80e9]
    assert np.all(np.diff(beyond) <= 0) and 0 < beyond[-1] < beyond[0]
    exact = np.abs(cable(np.array([106.25e9]))[0, 1, 0])
    assert beyond[-1] == pytest.approx(exact, abs=0.05)
    slopes = np.diff(np.unwrap(np.angle(load_transfer(path, **ALONE | dict(beyond="trend",
        frequency_hz=np.arange(0, 4001) * 25e6)).values)))[-700:]
    assert np.ptp(slopes) < 1e-9


def test_without_a_rule_the_band_beyond_the_file_is_an_error_that_names_both(tmp_path, legs):
    problem = refusal(write_touchstone(tmp_path / "a.s2p", F, legs), **ALONE | dict(beyond=None))
    assert problem.key == "beyond" and "80 GHz" in problem.read and "106.25 GHz" in problem.read
    assert '"zero"' in problem.allowed and '"trend"' in problem.allowed
    assert "'linear'" in refusal(tmp_path / "a.s2p", **ALONE | dict(beyond="linear")).read


def test_no_rule_is_needed_inside_the_file(tmp_path, legs):
    path = write_touchstone(tmp_path / "a.s2p", F, legs)
    grid = GRID["frequency_hz"][GRID["frequency_hz"] <= 80e9]
    assert "covers the grid" in load_transfer(path, **ALONE | dict(beyond=None, frequency_hz=grid)).note


def test_below_nyquist_says_how_far_and_what_it_costs(tmp_path, legs):
    path = write_touchstone(tmp_path / "a.s2p", F[F <= 40e9], legs[F <= 40e9])
    for rule in (None, "zero", "trend"):
        problem = refusal(path, **ALONE | dict(beyond=rule))
        assert "ends at 40 GHz: 13.12 GHz short of Nyquist" in problem.read
        assert "35.2% of a symbol's power" in problem.read and "22.6% above Nyquist" in problem.read
        assert "53.125 GHz" in problem.allowed


def test_wrong_port_orders_are_named_with_the_likely_one(tmp_path, legs):
    path = write_touchstone(tmp_path / "a.s4p", F[::4], pair(legs)[::4])
    for wrong in ((1, 2, 3, 4), (1, 3, 4, 2), (1, 2, 4, 3)):
        problem = refusal(path, **PAIR | dict(ports=wrong))
        assert problem.key == "ports" and "port 1 reaches port 2" in problem.read
        assert "[1, 3, 2, 4]" in problem.allowed
    other = write_touchstone(tmp_path / "b.s4p", F[::2], pair(legs, (1, 2, 3, 4))[::2])
    assert "ports = [1, 2, 3, 4]" in refusal(other, **PAIR).allowed


@pytest.mark.parametrize("ports", [(1, 2, 3), (1, 1, 2, 3), (1, 2, 3, 5), (0, 1, 2, 3)])
def test_ports_that_do_not_exist(tmp_path, legs, ports):
    path = write_touchstone(tmp_path / "a.s4p", F[::2], pair(legs)[::2])
    assert refusal(path, **PAIR | dict(ports=ports)).key == "ports"
    assert "4 ports" in refusal(path, **PAIR | dict(ports=None)).read


def test_an_active_file_is_refused_unless_it_may_amplify(tmp_path, legs):
    path = write_touchstone(tmp_path / "a.s2p", F, 1.1 * legs)
    problem = refusal(path, **ALONE)
    assert "active" in problem.read and "singular value" in problem.read
    assert load_transfer(path, **ALONE | dict(passive=False)).values[0].real == pytest.approx(1.1, rel=0.02)


def test_a_passive_file_that_is_not_reciprocal(tmp_path, legs):
    s = legs.copy()
    s[:, 0, 1] *= 0.9
    assert "S12 and S21" in refusal(write_touchstone(tmp_path / "a.s2p", F, s), **ALONE).read


@pytest.mark.parametrize("broken", ["conjugated", "zero phase"])
def test_cause_comes_before_effect_in_a_cable(tmp_path, legs, broken):
    s = legs.conj() if broken == "conjugated" else matched(np.abs(legs[:, 1, 0]))
    problem = refusal(write_touchstone(tmp_path / "a.s2p", F, s), **ALONE)
    assert "non-causal" in problem.read and "ahead of its peak" in problem.read


def test_a_brick_wall_without_delay(tmp_path):
    h = np.where(F < 30e9, 1.0, 1e-3)
    assert "non-causal" in refusal(write_table(tmp_path / "a.csv", F, h), **ALONE | dict(passive=False)).read


def test_points_too_far_apart_for_the_length(tmp_path, legs):
    """4.75 ns of delay over steps of 100 MHz turn the phase by 171 degrees: unwrapping becomes a guess."""
    f = frequencies(100e6)
    path = write_touchstone(tmp_path / "a.s2p", f, cable(f))
    assert "phase that turns by" in refusal(path, **ALONE).read
    every_fourth = refusal(write_touchstone(tmp_path / "b.s2p", F[::4], legs[::4]), **ALONE).read
    assert "non-causal" in every_fourth and "delay of -" in every_fourth


def test_a_window_that_the_echo_outlasts(tmp_path):
    f = frequencies(500e6)
    h = files.pole(f, 40e9) * (1 + 0.2 * np.exp(-2j * np.pi * f * 0.9e-9)) / 1.2
    problem = refusal(write_table(tmp_path / "a.csv", f, h), **ALONE)
    assert "time window of 2 ns" in problem.read
    f = frequencies(200e6)
    h = files.pole(f, 40e9) * (1 + 0.2 * np.exp(-2j * np.pi * f * 0.9e-9)) / 1.2
    assert load_transfer(write_table(tmp_path / "b.csv", f, h), **ALONE).memory_s == pytest.approx(0.9e-9, rel=0.1)


def test_too_few_points(tmp_path):
    f = np.linspace(0, 80e9, 17)
    assert "points up to Nyquist" in refusal(write_table(tmp_path / "a.csv", f, files.pole(f, 40e9)), **ALONE).read


def test_a_first_point_far_from_dc(tmp_path):
    f = frequencies(first_hz=2e9)
    problem = refusal(write_table(tmp_path / "a.csv", f, files.pole(f, 40e9)), **ALONE)
    assert "first point at 2 GHz" in problem.read and "2% of Nyquist" in problem.allowed


def test_dc_is_extrapolated_and_said(tmp_path):
    f = frequencies(first_hz=200e6)
    found = load_transfer(write_table(tmp_path / "a.csv", f, 2 * files.butterworth(f, 30e9, 50e-12)),
                          **ALONE | dict(passive=False))
    assert found.values[0] == pytest.approx(2.0, abs=1e-5)
    assert "extrapolated from 0.2 GHz to DC" in found.note


def test_a_constant_phase_left_in_the_file(tmp_path):
    f = frequencies(first_hz=40e6)
    problem = refusal(write_table(tmp_path / "a.csv", f, 1j * files.pole(f, 40e9)), **ALONE)
    assert "phase of 90 degrees at DC" in problem.read
    assert "inverting" in load_transfer(write_table(tmp_path / "b.csv", f, -files.pole(f, 40e9)), **ALONE).note


def test_a_magnitude_alone_needs_a_word(tmp_path):
    f = frequencies()
    exact = files.butterworth(f, 30e9)
    path = write_table(tmp_path / "a.csv", f, exact, phase=False)
    assert "without a phase" in refusal(path, **ALONE).read
    found = load_transfer(path, **ALONE | dict(phase="minimum"))
    grid = GRID["frequency_hz"]
    inside = grid < 60e9
    # A delay of some per cent of a period at the file's end is the guess about what lies above it; the rest is the filter.
    error = np.unwrap(np.angle(found.values / files.butterworth(grid, 30e9)))[inside]
    error -= grid[inside] * (error @ grid[inside]) / (grid[inside] @ grid[inside])
    assert np.abs(error).max() < 5e-3
    assert np.abs(np.abs(found.values) - np.abs(files.butterworth(grid, 30e9)))[inside].max() < 1e-4
    assert "minimum phase built" in found.note
    with_phase = write_table(tmp_path / "b.csv", f, exact)
    assert "has a phase" in refusal(with_phase, **ALONE | dict(phase="minimum")).read


def test_options_that_do_not_fit_the_file(tmp_path, legs):
    path = write_table(tmp_path / "a.csv", F, files.pole(F, 40e9))
    assert refusal(path, **PAIR).key == "ports"
    assert refusal(path, **ALONE | dict(source_ohm=50.0)).key == "source_ohm"
    assert "magnitude" in refusal(write_table(tmp_path / "b.csv", F, 2 * files.pole(F, 40e9)), **ALONE).read
    touchstone = write_touchstone(tmp_path / "a.s2p", F, legs)
    assert refusal(touchstone, **ALONE | dict(source_ohm=0.0)).key == "source_ohm"
    assert "has a phase" in refusal(touchstone, **ALONE | dict(phase="minimum")).read
    assert "'.txt'" in refusal(tmp_path / "a.txt", **ALONE).read
    assert "no such file" in refusal(tmp_path / "none.s2p", **ALONE).read


def test_other_resistances(tmp_path, legs):
    """The chain matrix says it directly: V2 = 2 RL V / (A RL + B + C RS RL + D RS), here for a short line at DC."""
    path = write_touchstone(tmp_path / "a.s4p", F, pair(legs))
    found = load_transfer(path, **PAIR | dict(source_ohm=90.0, load_ohm=110.0))
    assert found.values[0] == pytest.approx(2 * 110 / 200, rel=1e-6)


def test_a_two_port_for_a_cascade(tmp_path, legs):
    path = write_touchstone(tmp_path / "a.s4p", F, pair(legs))
    two = load_two_port(path, ports=(1, 3, 2, 4), beyond="zero", **GRID)
    exact = cable(GRID["frequency_hz"])
    inside = GRID["frequency_hz"] <= 80e9
    assert two.reference_ohm == 100.0 and two.s.shape == (4, 129)
    for row, (i, j, error) in enumerate(((0, 0, 8e-3), (0, 1, 2e-3), (1, 0, 2e-3), (1, 1, 8e-3))):
        # Echoes from the far end turn a reflection by 140 degrees from point to point: 40 MHz hold them just so.
        assert np.abs(two.s[row] - exact[:, i, j])[inside].max() < error
    assert any("zero" in note for note in two.notes)
