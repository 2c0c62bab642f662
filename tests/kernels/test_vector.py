"""Branchless elementary functions against mpmath: over the whole range, at its ends, and for NaN."""

import math

import numpy as np
import pytest
from photonics_kernels import vector

from tests.oracle import MP, relative_error

HALF = math.log(2.0) / 2.0
LARGEST, SMALLEST = np.finfo(float).max, np.finfo(float).tiny


def arguments(low, high):
    """3000 even draws, 1500 near zero, and both ends of the reduced range at every tenth whole power of two."""
    rng = np.random.default_rng(11)
    seams = [(2 * k + s * (1.0 - 1e-12)) * HALF for k in range(-1021, 1023, 10) for s in (-1, 1)]
    x = np.concatenate([rng.uniform(low, high, 3000), rng.uniform(-1.0, 1.0, 1500), seams, [low, high, 0.0, -0.0, 1e-300]])
    return [float(v) for v in x if low <= v <= high]


def numbers():
    """3000 over the decades of the doubles, 1500 about one, and the seams of the mantissa."""
    rng = np.random.default_rng(12)
    root = math.sqrt(2.0)
    seams = [root, math.nextafter(root, 0.0), 1.0 / root, math.nextafter(1.0 / root, 0.0), 1.0 + 1e-9, 1.0 - 1e-9, 2.0, 4.0]
    return [float(v) for v in (*np.exp(rng.uniform(-705.0, 705.0, 3000)), *rng.uniform(0.5, 2.0, 1500), *seams, SMALLEST, LARGEST)]


def largest_error(function, exact, values):
    return max(relative_error(function(v), exact(MP.mpf(v))) for v in values)


def test_exponential():
    assert largest_error(vector.exp_v, MP.exp, arguments(-708.0, 709.0)) < 4e-16


@pytest.mark.parametrize("x", [-708.001, -715.0, -1e4, -math.inf])
def test_exponentials_below_the_range_are_zero(x):
    assert vector.exp_v(x) == 0.0
    assert vector.decay_v(x) == 0.0


def test_exponential_above_the_range_stays_at_its_end_and_keeps_nan():
    # Not an infinity: what the block kernels ask for lies far below, and a caller must not rely on overflow.
    assert vector.exp_v(710.0) == vector.exp_v(1e9) == vector.exp_v(709.0)
    assert math.isnan(vector.exp_v(math.nan))


def test_decay():
    values = arguments(-708.0, 0.0)
    assert largest_error(vector.decay_v, MP.exp, values) < 9e-15
    # Its own series ends at r^11: what it leaves out is seen at the lower ends of the reduced range, and only there.
    middle = [v for v in values if abs(v / (2 * HALF) - round(v / (2 * HALF))) < 0.3]
    assert len(middle) > 1500
    assert largest_error(vector.decay_v, MP.exp, middle) < 6e-16


def test_logarithm():
    worst = 0.0
    for x in numbers():
        exact = MP.log(MP.mpf(x))
        worst = max(worst, float(abs(MP.mpf(vector.log_v(x)) - exact) / max(1, abs(exact))))
    assert worst < 2e-16
    assert vector.log_v(1.0) == 0.0
    near = [1.0 + s * 2.0**-k for k in range(2, 50) for s in (-1, 1)]
    assert largest_error(vector.log_v, MP.log, near) < 5e-16


def test_logarithm_undoes_the_exponential():
    x = arguments(-700.0, 700.0)
    assert max(abs(vector.log_v(vector.exp_v(v)) - v) / max(1.0, abs(v)) for v in x) < 5e-16


def scaled_tail(u):
    if u < 1e3:
        return MP.exp(u * u / 2) * MP.erfc(u / MP.sqrt(2)) / 2
    return (1 - 1 / u**2 + 3 / u**4 - 15 / u**6) / (u * MP.sqrt(2 * MP.pi))


def tails():
    """2000 up to 12, where links decide, and 1000 over 26 decades."""
    rng = np.random.default_rng(13)
    u = (*rng.uniform(0.0, 12.0, 2000), *np.exp(rng.uniform(-30.0, 30.0, 1000)), 0.0, 4.0, 37.5, 999.0, 1e8)
    return [float(v) for v in u]


def test_scaled_tail():
    assert largest_error(vector.tail_v, scaled_tail, tails()) < 3.3e-12


def test_scaled_tail_at_a_shared_reciprocal_is_the_same():
    for u in tails():
        assert vector.tail_over(u, 1.0 / (u + 4.0)) == pytest.approx(vector.tail_v(u), rel=1e-14)
    assert math.isnan(vector.tail_v(math.nan))


def test_inverse_root():
    assert largest_error(vector.inverse_root_v, lambda x: 1 / MP.sqrt(x), numbers()) < 3e-16


def test_inverse_root_of_nan_is_nan():
    assert math.isnan(vector.inverse_root_v(math.nan))
