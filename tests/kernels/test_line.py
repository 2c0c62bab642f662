"""Two-ports of lines and lumped parts against chain matrices in the units of the sheets."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import line

from tests.oracle import line as slow

GHZ = np.array([0.0, 1e-3, 0.05, 1.0, 5.3, 26.5625, 53.125, 80.0])
HZ = GHZ * 1e9
REFERENCE = 100.0
# g0 [1/mm], a1 [sqrt(ns)/mm], a2 [ns/mm], tau [ns/mm]: orders of magnitude of a package and of a board.
PACKAGE = (5e-4, 9e-4, 2.8e-4, 6.14e-3)
BOARD = (0.0, 3.8e-4, 9.6e-5, 5.8e-3)


def si(g0, a1, a2, tau):
    """Sheet units to SI, as the docstring of ``propagation_per_m`` states it."""
    return g0 * 1e3, a1 * 1e3 / math.sqrt(1e9), a2 * 1e-6, tau * 1e-6


def filled(fill, *parameters):
    out = np.full((4, len(HZ)), np.nan, dtype=np.complex128)
    fill(HZ, *parameters, out)
    return out


def a_line(length_mm, impedance, sheet, reference=REFERENCE):
    return filled(line.fill_line, length_mm * 1e-3, impedance, reference, *si(*sheet))


def exact(chains, reference=REFERENCE):
    return np.array([[complex(s) for s in slow.to_scattering(chain, reference)] for chain in chains]).T


def close(got, expected, tolerance=1e-12):
    return np.all(np.abs(got - expected) <= tolerance * np.maximum(np.abs(expected), 1e-3))


@pytest.mark.parametrize("sheet", [PACKAGE, BOARD])
def test_propagation(sheet):
    for ghz in GHZ:
        expected = complex(slow.propagation_per_mm(ghz, *sheet)) * 1e3
        assert line.propagation_per_m(ghz * 1e9, *si(*sheet)) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("length_mm", "impedance", "sheet"), [(30.0, 87.5, PACKAGE), (1.8, 92.5, PACKAGE), (120.0, 109.8, BOARD)])
@pytest.mark.parametrize("reference", [100.0, 92.5])
def test_line(length_mm, impedance, sheet, reference):
    expected = exact([slow.line(ghz, length_mm, impedance, *sheet) for ghz in GHZ], reference)
    assert close(a_line(length_mm, impedance, sheet, reference), expected, 2e-12)


@pytest.mark.parametrize("reference", [100.0, 92.5])
def test_lumped_parts(reference):
    shunt = filled(line.fill_shunt_capacitance, 110e-15, reference)
    assert close(shunt, exact([slow.shunt_capacitance(ghz, 110e-15) for ghz in GHZ], reference))
    series = filled(line.fill_series_inductance, 130e-12, reference)
    assert close(series, exact([slow.series_inductance(ghz, 130e-12) for ghz in GHZ], reference))


def test_forms_of_the_annex():
    """Single-ended values with R0 = 50: S11 = -j w C R0 / (2 + j w C R0) and j w L / (2 R0 + j w L)."""
    w = 2 * math.pi * HZ
    y, z = 1j * w * 110e-15 * 50.0, 1j * w * 130e-12
    shunt, series = filled(line.fill_shunt_capacitance, 110e-15, 100.0), filled(line.fill_series_inductance, 130e-12, 100.0)
    assert shunt[0] == pytest.approx(-y / (2 + y), rel=1e-13)
    assert shunt[2] == pytest.approx(2 / (2 + y), rel=1e-13)
    assert series[0] == pytest.approx(z / (100 + z), rel=1e-13)
    assert series[2] == pytest.approx(100 / (100 + z), rel=1e-13)


def package():
    """Die capacitance, inductance, bump, two segments, ball: two-port and chain matrices."""
    parts = [
        filled(line.fill_shunt_capacitance, 40e-15, REFERENCE),
        filled(line.fill_series_inductance, 130e-12, REFERENCE),
        filled(line.fill_shunt_capacitance, 30e-15, REFERENCE),
        a_line(31.0, 87.5, PACKAGE),
        a_line(1.8, 92.5, PACKAGE),
        filled(line.fill_shunt_capacitance, 40e-15, REFERENCE),
    ]
    total = parts[0].copy()
    for part in parts[1:]:
        line.cascade(total, part, total)
    chains = [
        slow.shunt_capacitance(ghz, 40e-15)
        * slow.series_inductance(ghz, 130e-12)
        * slow.shunt_capacitance(ghz, 30e-15)
        * slow.line(ghz, 31.0, 87.5, *PACKAGE)
        * slow.line(ghz, 1.8, 92.5, *PACKAGE)
        * slow.shunt_capacitance(ghz, 40e-15)
        for ghz in GHZ
    ]
    return parts, total, chains


def test_cascade_and_voltage_against_chain_matrices():
    parts, total, chains = package()
    assert close(total, exact(chains), 1e-11)
    assert np.all(np.isfinite(total))
    for source, load in [(100.0, 100.0), (92.0, 110.0), (0.0, 75.0), (100.0, 1e7), (20.0, 5.0)]:
        got = np.empty(len(HZ), dtype=np.complex128)
        line.voltage_transfer(total, source, load, REFERENCE, got)
        expected = np.array([complex(slow.voltage_transfer(chain, source, load)) for chain in chains])
        assert close(got, expected, 2e-11), (source, load)


def test_cascade_may_write_into_either_and_does_not_mind_brackets():
    parts, total, _ = package()
    front, back = np.empty_like(total), parts[-1].copy()
    line.cascade(parts[0], parts[1], front)
    line.cascade(front, parts[2], front)
    line.cascade(parts[4], back, back)
    line.cascade(parts[3], back, back)
    line.cascade(front, back, back)
    assert back == pytest.approx(total, rel=1e-12, abs=1e-14)


def test_loss_of_a_matched_line():
    """Zc = reference: no reflection, loss 8.686 Re gamma L, delay tau L plus that of the skin effect and less the logarithm's."""
    two_port = a_line(250.0, REFERENCE, BOARD)
    assert np.all(two_port[0] == 0.0)
    _, a1, a2, tau = BOARD
    loss_db = 20 / math.log(10) * 250.0 * (a1 * np.sqrt(GHZ) + a2 * GHZ)
    assert -20 * np.log10(np.abs(two_port[2])) == pytest.approx(loss_db, rel=1e-11, abs=1e-14)
    # 250 mm at 1 GHz: 2 pi tau + a1, without the logarithm.
    assert np.angle(two_port[2, 3]) == pytest.approx(math.remainder(-250.0 * (2 * math.pi * tau + a1), 2 * math.pi), abs=1e-10)


def test_direct_current():
    """g0 alone at DC; a lossless through divides the voltage of source and load."""
    assert abs(a_line(30.0, REFERENCE, PACKAGE)[2, 0]) == pytest.approx(math.exp(-30.0 * 5e-4), rel=1e-13)
    through = a_line(40.0, 85.0, BOARD)
    assert through[:, 0] == pytest.approx([0, 1, 1, 0], abs=1e-15)
    got = np.empty(len(HZ), dtype=np.complex128)
    line.voltage_transfer(through, 60.0, 140.0, REFERENCE, got)
    assert got[0] == pytest.approx(2 * 140.0 / 200.0, rel=1e-14)


def test_limits():
    identity = np.array([[0.0], [1.0], [1.0], [0.0]])
    assert np.all(a_line(0.0, 87.5, PACKAGE) == identity)
    assert np.all(filled(line.fill_series_inductance, 0.0, REFERENCE) == identity)
    assert np.all(filled(line.fill_shunt_capacitance, 0.0, REFERENCE) == identity)
    total = package()[1]
    unchanged = np.empty_like(total)
    line.cascade(total, a_line(0.0, 87.5, PACKAGE), unchanged)
    assert np.all(unchanged == total)
    matched, open_end = np.empty(len(HZ), dtype=np.complex128), np.empty(len(HZ), dtype=np.complex128)
    line.voltage_transfer(a_line(0.0, 87.5, PACKAGE), REFERENCE, REFERENCE, REFERENCE, matched)
    line.voltage_transfer(a_line(0.0, 87.5, PACKAGE), REFERENCE, math.inf, REFERENCE, open_end)
    assert matched == pytest.approx(np.ones(len(HZ)), rel=1e-15)
    assert open_end == pytest.approx(2 * np.ones(len(HZ)), rel=1e-15)


def test_a_short_line_of_high_impedance_is_a_series_inductance():
    """High impedance, 10 um: an inductance of Zc tau L round the loop, half of it in each leg, to first order in the length."""
    length_mm, impedance, tau = 0.01, 1000.0, 6e-3
    inductance = impedance * tau * 1e-9 * length_mm / 2  # of each leg
    got = a_line(length_mm, impedance, (0.0, 0.0, 0.0, tau))[0, 1:5]
    expected = filled(line.fill_series_inductance, inductance, REFERENCE)[0, 1:5]
    assert got == pytest.approx(expected, rel=0.02)


@settings(max_examples=60)
@given(
    length_mm=st.floats(0.0, 300.0),
    impedance=st.floats(30.0, 250.0),
    capacitance=st.floats(0.0, 3e-13),
    inductance=st.floats(0.0, 5e-10),
    reference=st.floats(40.0, 200.0),
    scale=st.floats(0.0, 3.0),
)
def test_passive_and_reciprocal(length_mm, impedance, capacitance, inductance, reference, scale):
    """No more power comes out than goes in (largest singular value at most 1) and S12 = S21; without loss, exactly as much."""
    sheet = (*(scale * x for x in PACKAGE[:3]), PACKAGE[3])
    parts = [
        filled(line.fill_shunt_capacitance, capacitance, reference),
        filled(line.fill_series_inductance, inductance, reference),
        a_line(length_mm, impedance, sheet, reference),
    ]
    total = parts[0].copy()
    line.cascade(total, parts[1], total)
    line.cascade(total, parts[2], total)
    for two_port in (*parts, total):
        s11, s12, s21, s22 = two_port
        assert s12 == pytest.approx(s21, rel=1e-12, abs=1e-15)
        matrices = np.moveaxis(np.array([[s11, s12], [s21, s22]]), 2, 0)
        strongest = np.linalg.svd(matrices, compute_uv=False)
        assert np.all(strongest <= 1 + 1e-12)
        if scale == 0.0:
            assert strongest == pytest.approx(np.ones_like(strongest), abs=1e-11)


def test_nothing_arrives_before_its_time():
    """150 mm of board between ends that do not match, behind a Gaussian of 200 GHz.

    The first 95 % of the delay at 1 GHz are silent, t < 0 too, and the peak comes by then.  What is left, 1e-6 of the peak, is
    the tail of the skin effect, which falls with t^-1.5 and comes round the window.
    """
    count, top = 2**16, 1000e9
    frequency = np.arange(count + 1) / count * top
    two_port = np.empty((4, count + 1), dtype=np.complex128)
    line.fill_line(frequency, 0.15, 85.0, REFERENCE, *si(*BOARD), two_port)
    transfer = np.empty(count + 1, dtype=np.complex128)
    line.voltage_transfer(two_port, 80.0, 120.0, REFERENCE, transfer)
    impulse = np.abs(np.fft.irfft(transfer * np.exp(-0.5 * math.log(2) * (frequency / 200e9) ** 2)))
    arrival = round(150 * 5.8e-12 * 2 * top)
    assert np.argmax(impulse) == pytest.approx(arrival, rel=0.02)
    assert impulse[: int(0.95 * arrival)].max() < 2e-6 * impulse.max()
    assert impulse[-count // 2 :].max() < 2e-6 * impulse.max()
