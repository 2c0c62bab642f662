"""Codeword and frame figures against exact binomials, and the reference constants of the standard."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import fec

from tests.oracle import MP
from tests.oracle import fec as slow

N, T, BITS = 544, 15, 10


def near(got, exact, tolerance=1e-9):
    """Natural logarithms: an absolute difference is a relative error of the ratio; far out, of the
    logarithm."""
    return float(abs(got - exact)) <= tolerance + 1e-14 * float(abs(exact))


def codeword(ber):
    return fec.log_codeword_error_ratio(fec.log_rs_symbol_error_ratio(math.log(ber), BITS), N, T)


@pytest.mark.parametrize("log_ber", [-0.5, -3.0, -8.3, -30.0, -300.0, -599.0, -601.0, -2000.0])
def test_symbol_error_ratio(log_ber):
    for bits in (8, 10):
        exact = slow.log_rs_symbol_error_ratio(log_ber, bits)
        assert near(fec.log_rs_symbol_error_ratio(log_ber, bits), exact, 1e-13)


@pytest.mark.parametrize("log_p", [-0.1, -2.0, -3.5, -4.0, -6.0, -11.5, -50.0, -400.0, -700.0])
@pytest.mark.parametrize(("n", "t"), [(N, T), (528, 7), (15, 2)])
def test_codeword_error_ratio(n, t, log_p):
    assert near(fec.log_codeword_error_ratio(log_p, n, t), slow.log_codeword_error_ratio(log_p, n, t), 1e-11)


def test_certainties():
    assert fec.log_rs_symbol_error_ratio(-math.inf, BITS) == -math.inf
    assert fec.log_codeword_error_ratio(-math.inf, N, T) == -math.inf
    assert fec.log_codeword_error_ratio(0.0, N, T) == 0.0
    assert fec.log_frame_loss_ratio(0.0, 4) == 0.0  # all frames, not the 103 % of the straddling factor


@pytest.mark.parametrize("interleave", [1, 2, 4, 8])
@pytest.mark.parametrize("log_cer", [-2.5, -12.0, -27.8, -400.0, -599.0, -601.0, -3000.0])
def test_frame_loss_ratio(log_cer, interleave):
    exact = slow.log_frame_loss_ratio(log_cer, interleave)
    assert near(fec.log_frame_loss_ratio(log_cer, interleave), exact, 1e-13)


# Frame loss of 64-octet frames at BER 2.4e-4 for one, two and four codewords, and the allocation 1.45e-11 at
# 2.92e-4:
# the constants of IEEE 802.3 as public notes quote them.
@pytest.mark.parametrize(("interleave", "loss"), [(1, 9.2e-13), (2, 1.7e-12), (4, 3.4e-12)])
def test_published_frame_loss(interleave, loss):
    got = math.exp(fec.log_frame_loss_ratio(codeword(2.4e-4), interleave))
    assert float(f"{got:.1e}") == loss


def test_published_codeword_error_ratio():
    assert float(f"{math.exp(codeword(2.92e-4)):.2e}") == 1.45e-11
    ber, status = fec.ber_for_codeword_error_ratio(math.log(1.45e-11), N, T, BITS)
    assert status == 0
    assert ber == pytest.approx(2.92e-4, abs=1e-7)  # 2.921e-4 is printed too


# Computed independently: the BER whose frame loss is 6.2e-11 for one, two and four codewords.
@pytest.mark.parametrize(("interleave", "ber"), [(1, 3.20e-4), (2, 3.06e-4), (4, 2.93e-4)])
def test_published_threshold_of_the_whole_link(interleave, ber):
    assert math.exp(fec.log_frame_loss_ratio(codeword(ber), interleave)) == pytest.approx(6.2e-11, rel=0.03)


# Open cases kp4_*: expected values computed independently, to all printed digits.
@pytest.mark.parametrize(
    ("ber", "interleave", "symbol", "cer", "loss"),
    [
        (2.4e-4, 1, 0.002397409658183471, 8.151573399328921e-13, 9.22146740799084e-13),
        (2.4e-4, 2, 0.002397409658183471, 8.151573399328921e-13, 1.7373040807312681e-12),
        (2.92e-4, 4, 0.0029161661061244053, 1.4476892840548774e-11, 5.980766354621838e-11),
        (1e-6, 4, 9.99995500012e-06, 2.238979241919195e-50, 9.249782993178676e-50),
    ],
)
def test_open_cases(ber, interleave, symbol, cer, loss):
    log_symbol = fec.log_rs_symbol_error_ratio(math.log(ber), BITS)
    log_cer = fec.log_codeword_error_ratio(log_symbol, N, T)
    assert math.exp(log_symbol) == pytest.approx(symbol, rel=1e-10)
    assert math.exp(log_cer) == pytest.approx(cer, rel=1e-9)
    assert math.exp(fec.log_frame_loss_ratio(log_cer, interleave)) == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("log_cer", [math.log(1.45e-11), -100.0, -3.0])
def test_inverse(log_cer):
    ber, status = fec.ber_for_codeword_error_ratio(log_cer, N, T, BITS)
    assert status == 0
    # Exact figure of the BER that came back: sixteen symbols must err, so 1e-12 of the BER is 1.6e-11 of the
    # CER.
    exact = slow.log_codeword_error_ratio(slow.log_rs_symbol_error_ratio(math.log(ber), BITS), N, T)
    assert float(abs(exact - log_cer)) < 2e-11 + 1e-13 * abs(log_cer)


def test_inverse_against_bisection():
    ber = fec.ber_for_codeword_error_ratio(math.log(1e-13), N, T, BITS)[0]
    exact = slow.ber_for_codeword_error_ratio(math.log(1e-13), N, T, BITS)
    assert float(abs(ber / exact - 1)) < 1e-11


def test_inverse_says_when_there_is_none():
    for log_cer in (0.1, -1e5, math.nan):
        ber, status = fec.ber_for_codeword_error_ratio(log_cer, N, T, BITS)
        assert math.isnan(ber)
        assert status == 1
    # The range searched ends at a BER of 1e-30, sixteen of which (times ten bits) make a codeword error.
    edge = float(slow.log_codeword_error_ratio(slow.log_rs_symbol_error_ratio(math.log(1e-30), BITS), N, T))
    assert fec.ber_for_codeword_error_ratio(edge + 0.05, N, T, BITS)[1] == 0
    assert fec.ber_for_codeword_error_ratio(edge - 0.05, N, T, BITS)[1] == 1
    # And at 0.4, where only a small code is not yet certain to fail: 15 symbols of one bit, two errors corrected.
    for ber, status in ((0.399, 0), (0.401, 1)):
        log_cer = float(MP.log(slow.codeword_error_ratio(ber, 15, 2)))
        got = fec.ber_for_codeword_error_ratio(log_cer, 15, 2, 1)
        assert got[1] == status
        assert status or got[0] == pytest.approx(ber, rel=1e-10)


def domain(lanes, states, seed):
    rng = np.random.default_rng(seed)
    log_p = np.log(10.0) * rng.uniform(-6.0, -1.7, (lanes, states))
    mass = rng.random((lanes, states)) ** 4
    return log_p, np.log(mass / mass.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("lanes", "states", "symbols", "t"), [(1, 4, 60, 7), (2, 3, 30, 7), (4, 5, 34, 15), (3, 2, 4, 7)]
)
def test_domain(lanes, states, symbols, t):
    """Lanes of few symbols cannot fail alone: (3, 2, 4, 7) needs errors on two lanes at least."""
    log_p, log_mass = domain(lanes, states, seed=lanes)
    exact = slow.log_domain_codeword_error_ratio(log_p, log_mass, symbols, t)
    assert near(fec.log_domain_codeword_error_ratio(log_p, log_mass, symbols, t), exact, 1e-11)


def test_domain_of_identical_lanes_is_the_plain_codeword():
    log_p = math.log(0.0029161661061244053)
    for lanes in (1, 2, 8):
        got = fec.log_domain_codeword_error_ratio(
            np.full((lanes, 3), log_p), np.full((lanes, 3), math.log(1 / 3)), N // lanes, T
        )
        assert near(got, slow.log_codeword_error_ratio(log_p, N, T), 1e-10)


def test_domain_far_below_the_doubles():
    log_p, log_mass = np.full((2, 2), -60.0), np.full((2, 2), math.log(0.5))
    got = fec.log_domain_codeword_error_ratio(log_p, log_mass, 272, T)
    assert got < -800.0
    assert near(got, slow.log_codeword_error_ratio(-60.0, N, T), 1e-10)


def test_domain_edges():
    """States without mass do not count, a lane without errors is silent, certain errors fail."""
    log_p = np.array([[-5.0, 0.0], [-math.inf, -5.0]])
    log_mass = np.array([[0.0, -math.inf], [0.0, -math.inf]])
    got = fec.log_domain_codeword_error_ratio(log_p, log_mass, 272, T)
    assert near(got, slow.log_codeword_error_ratio(-5.0, 272, T), 1e-10)
    sure = fec.log_domain_codeword_error_ratio(np.zeros((1, 1)), np.zeros((1, 1)), N, T)
    assert sure == 0.0


def test_a_state_average_is_not_a_figure_of_the_mean():
    """One state in a thousand at p = 0.02: the mean symbol error ratio 2e-5 above the rest hides it
    completely."""
    log_p = np.log(np.array([[1e-4, 2e-2]]))
    log_mass = np.log(np.array([[0.999, 0.001]]))
    by_states = fec.log_domain_codeword_error_ratio(log_p, log_mass, N, T)
    mean = float(np.exp(log_p + log_mass).sum())
    by_mean = fec.log_codeword_error_ratio(math.log(mean), N, T)
    assert (by_states - by_mean) / math.log(10) > 15.0
    assert by_states == pytest.approx(
        math.log(0.001) + float(slow.log_codeword_error_ratio(MP.log(MP.mpf("0.02")), N, T)), abs=1e-6
    )


@settings(max_examples=60)
@given(log_ber=st.floats(-60.0, -2.5), step=st.floats(1e-3, 2.0))
def test_more_bit_errors_never_help(log_ber, step):
    low, high = (
        fec.log_codeword_error_ratio(fec.log_rs_symbol_error_ratio(x, BITS), N, T)
        for x in (log_ber, log_ber + step)
    )
    assert low - 1e-11 <= high <= 0.0  # near certainty the sum of 544 terms is 1 to rounding
    if high < 0.0:  # a codeword error ratio of exactly 1 has a test of its own
        assert fec.log_frame_loss_ratio(low, 1) <= fec.log_frame_loss_ratio(high, 4) <= 0.0
