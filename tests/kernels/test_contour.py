"""Tails by contour integration: cumulants, tails and densities against enumeration, the contour's own limits."""

import math

import numpy as np
import pytest
from photonics_kernels import contour

from tests.oracle import MP, eye, special
from tests.oracle.eye_channels import LOPSIDED, PAM2, PAM4, PAM8


def cumulants_from_moments(levels):
    """k_n of equiprobable levels from the series of ln E e^(t l), term by term in fractions."""
    centred = [MP.mpf(v) - MP.fsum(MP.mpf(u) for u in levels) / len(levels) for v in levels]
    return [0, *[float(c * MP.factorial(n)) for n, c in enumerate(MP.taylor(lambda t: MP.log(MP.fsum(MP.exp(t * v) for v in centred) / len(centred)), 0, 8))][1:]]


@pytest.mark.parametrize("levels", [PAM2, PAM4, PAM8, LOPSIDED])
def test_cumulants(levels):
    centred, found = np.empty(len(levels)), np.zeros(9)
    mean = contour.level_cumulants(np.array(levels), centred, found)
    assert mean == pytest.approx(sum(levels) / len(levels), abs=1e-15)
    np.testing.assert_allclose(centred, np.array(levels) - mean, atol=1e-15)
    np.testing.assert_allclose(found, cumulants_from_moments(levels), rtol=1e-9, atol=1e-14)


@pytest.fixture(scope="module")
def laid():
    nodes, big = contour.contour_buffers()[:2]

    def lay(levels, isi, d, sigma, narrow=None, start=0.0):
        centred, cumulants, about = np.empty(len(levels)), np.zeros(9), np.zeros(16)
        contour.level_cumulants(np.array(levels), centred, cumulants)
        status = contour.prepare(np.array(isi), centred, cumulants, d, sigma, narrow or sigma, start, nodes, big, about)
        return status, nodes, about

    return lay


ISI = (0.05, -0.04, 0.03, 0.02, -0.015, 0.01)


@pytest.mark.parametrize("levels", [PAM2, PAM4, PAM8])
@pytest.mark.parametrize("z", [0.0, 0.4, 1.5, 3.0, 6.0, 9.0])
def test_tail_and_density(laid, levels, z):
    sigma = 0.05
    d = z * math.sqrt(sigma**2 + 0.0054 * 5 / 9)
    status, nodes, about = laid(levels, ISI[:4], max(d, 1e-300), sigma)
    assert status == 0
    total, density = contour.tail_sums(d, sigma, nodes, about)
    scale = math.exp(contour.log_factor(d, sigma, about))
    isi = ISI[:4]
    found = eye.enumerated(levels, 0.0, isi, (sigma,) * len(levels), (d,) * (len(levels) - 1))
    assert total * scale == pytest.approx(found.above[0][0], rel=1e-7)
    sums = eye._sums(isi, levels)
    exact = np.exp(-((d - sums) ** 2) / (2 * sigma**2)).mean() / (sigma * math.sqrt(2 * math.pi))
    # d P/dd = (1/2 pi i) int e^(K - s d) ds: the trapezoid's factor is step/pi, as the sums count one half plane
    assert density * scale == pytest.approx(exact, rel=1e-6)


def test_a_tail_of_1e_minus_300_and_beyond_keeps_its_logarithm(laid):
    sigma = 0.003
    status, nodes, about = laid(PAM4, ISI[:3], 0.24, sigma)
    assert status == 0
    value = contour.log_factor(0.24, sigma, about) + math.log(contour.tail_sums(0.24, sigma, nodes, about)[0])
    with MP.workdps(30):
        sums = [MP.mpf(0)]
        for q in ISI[:3]:
            sums = [s + q * v for s in sums for v in PAM4]
        exact = MP.log(MP.fsum(MP.erfc((MP.mpf("0.24") - s) / (MP.sqrt(2) * sigma)) / 2 for s in sums) / len(sums))
    assert value == pytest.approx(float(exact), abs=1e-7)
    assert value < -690.0


def test_slopes_at_the_contour(laid):
    """K' and K'' of the interference there, against differences of ln E e^(c X) in high precision."""
    status, _, about = laid(PAM4, ISI, 0.2, 0.05)
    c = about[contour.C]

    def log_mgf(s):
        return MP.fsum(MP.log(MP.fsum(MP.exp(s * q * v) for v in PAM4) / 4) for q in ISI)

    assert about[contour.SLOPE] == pytest.approx(float(MP.diff(log_mgf, c)), rel=1e-6)
    assert about[contour.BEND] == pytest.approx(float(MP.diff(log_mgf, c, 2)), rel=1e-5)
    assert about[contour.LOG_ISI] == pytest.approx(float(log_mgf(c)), rel=1e-8)
    # near the saddle, where nothing cancels
    assert about[contour.SLOPE] + 0.05**2 * c == pytest.approx(0.2, rel=0.1)


def test_narrow_lengthens_the_reach(laid):
    _, _, alone = laid(PAM4, ISI, 0.2, 0.05)
    reach = alone[contour.STEP] * alone[contour.NODES]
    _, nodes, wide = laid(PAM4, ISI, 0.2, 0.05, narrow=0.03)
    assert wide[contour.STEP] * wide[contour.NODES] > 1.3 * reach
    found = math.exp(contour.log_factor(0.2, 0.03, wide)) * contour.tail_sums(0.2, 0.03, nodes, wide)[0]
    assert found == pytest.approx(eye.enumerated(PAM4, 0.0, ISI, (0.03,) * 4, (0.2,) * 3).above[0][0], rel=1e-6)


def test_no_room(laid):
    assert laid(PAM4, (0.3, 0.2), 0.1, 1e-5)[0] == contour.GAPS


def test_gaussian_tail():
    assert contour.gaussian_tail(0.3, 0.05) == pytest.approx(float(special.log_q_tail(6.0)), rel=1e-13)
