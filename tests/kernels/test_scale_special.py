"""Decibels and Gaussian tails against their definitions and their integrals."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import scale, special

from tests.oracle import MP, relative_error
from tests.oracle import scale as slow_scale
from tests.oracle import special as slow

LEVELS_DB = (-174.0, -35.0, -3.0, -0.25, 0.0, 1e-3, 3.0102999566398, 10.0, 61.3)


@pytest.mark.parametrize("level", LEVELS_DB)
def test_decibels(level):
    assert relative_error(scale.db_to_ratio(level), slow_scale.db_to_ratio(level)) < 2e-14
    assert relative_error(scale.dbm_to_w(level), slow_scale.dbm_to_w(level)) < 2e-14


@pytest.mark.parametrize("ratio", [1e-30, 1e-3, 0.5, 1.0, 2.0, 1234.5])
def test_ratios(ratio):
    assert float(abs(scale.ratio_to_db(ratio) - slow_scale.ratio_to_db(ratio))) < 1e-13
    assert float(abs(scale.w_to_dbm(ratio) - slow_scale.w_to_dbm(ratio))) < 1e-13


def test_decibels_at_the_ends():
    assert scale.db_to_ratio(-math.inf) == 0.0
    assert scale.ratio_to_db(0.0) == -math.inf
    assert scale.w_to_dbm(0.0) == -math.inf
    assert math.isnan(scale.ratio_to_db(-1.0))
    assert math.isnan(scale.db_to_ratio(math.nan))


@settings(max_examples=200)
@given(st.floats(-200.0, 100.0))
def test_decibels_there_and_back(level):
    assert scale.ratio_to_db(scale.db_to_ratio(level)) == pytest.approx(level, abs=1e-12)
    assert scale.w_to_dbm(scale.dbm_to_w(level)) == pytest.approx(level, abs=1e-12)


@pytest.mark.parametrize("x", [0.0, 0.3, 1.0, 2.5, 3.99, 4.0, 4.05, 4.5, 7.0, 12.0, 27.5, 1e3, 1e8])
def test_erfcx(x):
    assert relative_error(special.erfcx(x), slow.erfcx(x)) < 2e-14


@pytest.mark.parametrize("x", [-40.0, -6.0, -1.5, 0.0, 0.4, 2.48929, 4.69495, 5.65, 5.66, 8.7, 14.0, 37.0])
def test_q_tail(x):
    assert relative_error(special.q_tail(x), slow.q_tail(x)) < 1e-12


@pytest.mark.parametrize("x", [-9.0, -3.0, -0.5, 0.0, 0.5, 3.0, 5.65, 5.66, 8.7, 30.0, 38.6, 1e3, 1e8])
def test_log_q_tail(x):
    exact = slow.log_q_tail(x)
    # Relative error of Q for moderate x, of its logarithm far out; x = -9: ln(1 - Q(9)) = -1.1e-19 keeps its
    # digits.
    allowed = max(1e-13 * min(abs(float(exact)), 1.0), 1e-15 * abs(float(exact)))
    assert float(abs(special.log_q_tail(x) - exact)) <= allowed


# Standard normal quantiles, from any table: 95 %, 97.5 %, 99 % and six sigma's 9.8659e-10.
@pytest.mark.parametrize(
    ("p", "x"),
    [(0.05, 1.6448536270), (0.025, 1.9599639845), (0.01, 2.3263478740), (0.95, -1.6448536270), (0.5, 0.0)],
)
def test_inverse_of_tabulated_quantiles(p, x):
    assert special.inverse_q_tail(p) == pytest.approx(x, abs=1e-10)


@pytest.mark.parametrize("p", [0.999, 0.51, 0.49, 1e-2, 2.4e-4, 1e-9, 1e-18, 1e-100, 1e-300])
def test_inverse_against_the_integral(p):
    x = special.inverse_q_tail(p)
    # d ln Q / dx is about -x, so the last digit of x alone moves Q by x^2 epsilons.
    assert relative_error(MP.mpf(p) / slow.q_tail(x), 1) < 4e-16 * (4 + x * x)


def test_inverse_against_bisection():
    assert relative_error(special.inverse_q_tail(1.45e-11), slow.inverse_q_tail(1.45e-11)) < 1e-14


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 1.5, math.nan])
def test_inverse_outside_its_domain(p):
    assert math.isnan(special.inverse_q_tail(p))


@pytest.mark.parametrize(
    ("a", "b"), [(0.0, 0.0), (-1.0, 2.0), (2.0, -1.0), (-800.0, -801.5), (700.0, 705.0), (-5.0, -300.0)]
)
def test_log_add(a, b):
    assert float(abs(special.log_add(a, b) - slow.log_add(a, b))) <= 1e-15 * max(1.0, abs(a), abs(b))


def test_log_add_with_nothing():
    assert special.log_add(-math.inf, -3.0) == -3.0
    assert special.log_add(-3.0, -math.inf) == -3.0
    assert special.log_add(-math.inf, -math.inf) == -math.inf


@pytest.mark.parametrize(
    ("n", "k"), [(1, 0), (10, 3), (68, 9), (136, 136), (544, 0), (544, 15), (544, 16), (544, 272), (544, 543)]
)
def test_log_binomial(n, k):
    assert float(abs(special.log_binomial(n, k) - slow.log_binomial(n, k))) < 2e-12
