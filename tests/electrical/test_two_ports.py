"""Algebra of two-ports against chain matrices, the kernels, and scikit-rf where it is installed."""

import numpy as np
import pytest
from photonics_kernels import line

from photonics.electrical.measured import TwoPort
from photonics.electrical.two_ports import cascaded, differential, renormalised, voltage_transfer
from photonics.errors import InputError
from photonics.files.touchstone import read_touchstone

from .files import cable, frequencies, pair, write_touchstone

F = frequencies(400e6)


def rows(s):
    return np.stack([s[:, 0, 0], s[:, 0, 1], s[:, 1, 0], s[:, 1, 1]])


def two(length_mm, reference=50.0):
    return TwoPort("a", F, rows(cable(F, length_mm, reference)), reference)


def test_another_reference_is_the_same_part():
    assert np.allclose(renormalised(two(300.0), 42.5).s, two(300.0, 42.5).s, atol=1e-13)
    back = renormalised(renormalised(two(300.0), 42.5), 50.0)
    assert np.allclose(back.s, two(300.0).s, atol=1e-13) and len(back.notes) == 2


def test_cascade_agrees_with_the_kernel_and_does_not_mind_the_reference():
    a, b = two(100.0), two(400.0)
    out = np.empty_like(a.s)
    line.cascade(a.s, b.s, out)
    assert np.allclose(cascaded(a, b).s, out, atol=1e-14)
    assert np.allclose(cascaded(a, two(400.0, 42.5)).s, out, atol=1e-13)
    assert np.allclose(cascaded(cascaded(a, b), a).s, cascaded(a, b, a).s, atol=1e-13)


def test_voltage_transfer_agrees_with_the_kernel():
    a = two(200.0)
    out = np.empty(F.size, complex)
    line.voltage_transfer(a.s, 46.25, 55.0, 50.0, out)
    assert np.allclose(voltage_transfer(a, 46.25, 55.0), out, atol=1e-14)
    assert np.allclose(voltage_transfer(renormalised(a, 75.0), 46.25, 55.0), out, atol=1e-13)
    assert np.allclose(voltage_transfer(a, 50.0, 50.0), a.s[2], atol=1e-15)


def test_a_cascade_wants_one_grid():
    with pytest.raises(InputError, match="one grid"):
        cascaded(two(1.0), TwoPort("b", F[:5], two(1.0).s[:, :5], 50.0))


def test_uncoupled_legs_are_their_own_differential_mode():
    s = cable(F)
    for order in ((1, 3, 2, 4), (1, 2, 3, 4), (4, 1, 2, 3)):
        assert np.allclose(differential(pair(s, order), order), rows(s), atol=1e-15)


def test_coupled_legs_by_the_modal_matrix():
    """S in differential and common modes is M S M' with M orthogonal: the definition of mixed mode."""
    rng = np.random.default_rng(3)
    s = rng.normal(size=(5, 4, 4)) + 1j * rng.normal(size=(5, 4, 4))
    ports = (3, 1, 4, 2)
    m = np.zeros((2, 4))
    m[0, [2, 0]] = m[1, [3, 1]] = np.array([1, -1]) / np.sqrt(2)
    assert np.allclose(differential(s, ports), rows(m @ s @ m.T), atol=1e-14)


def test_scikit_rf_agrees(tmp_path):
    skrf = pytest.importorskip("skrf")
    s4 = pair(cable(F))
    rng = np.random.default_rng(5)
    s4 = 0.9 * s4 + 0.02 * (rng.normal(size=s4.shape) + 1j * rng.normal(size=s4.shape))
    for form in ("RI", "MA", "DB"):
        for n in (1, 2, 3, 4):
            path = write_touchstone(tmp_path / f"a.s{n}p", F, s4[:, :n, :n], f"# GHz S {form} R 50", form)
            ours, theirs = read_touchstone(path), skrf.Network(str(path))
            assert np.allclose(ours.s, theirs.s, atol=1e-12) and np.allclose(ours.frequency_hz, theirs.f)
    network = skrf.Network(frequency=skrf.Frequency.from_f(F, unit="Hz"), s=cable(F, 200.0), z0=50)
    other = skrf.Network(frequency=network.frequency, s=cable(F, 90.0), z0=50)
    assert np.allclose(rows((network**other).s), cascaded(two(200.0), two(90.0)).s, atol=1e-12)
    network.renormalize(46.25)
    # It nudges the singular matrices of a through at DC by 3e-8.
    assert np.allclose(rows(network.s)[:, 1:], renormalised(two(200.0), 46.25).s[:, 1:], atol=1e-12)
