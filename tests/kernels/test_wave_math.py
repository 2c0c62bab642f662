"""The elementary functions of the time-domain link against the library's, in both precisions."""

import numpy as np
import pytest
from photonics_kernels import wave_math
from photonics_kernels._jit import kernel

EDGE = {np.float32: 4e-7, np.float64: 1.4e-8}


@kernel
def _logs(x, out):
    for i in range(x.size):
        out[i] = wave_math.log_t(x[i], x.dtype.type)


@kernel
def _exps(x, out):
    for i in range(x.size):
        out[i] = wave_math.exp_t(x[i], x.dtype.type)


@kernel
def _turns(x, out, other):
    for i in range(x.size):
        out[i], other[i] = wave_math.turn_t(x[i], x.dtype.type)


@kernel
def _half_turns(x, out, other):
    for i in range(x.size):
        out[i], other[i] = wave_math.half_turn(x[i], x.dtype.type)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_functions(dtype):
    x = np.linspace(-6.0, 6.0, 4001).astype(dtype)
    out, other = np.empty_like(x), np.empty_like(x)
    exact = x.astype(np.float64)
    _turns(x, out, other)
    assert out.dtype == dtype
    assert np.abs(out - np.cos(exact)).max() < 2 * EDGE[dtype] and np.abs(other - np.sin(exact)).max() < 2 * EDGE[dtype]
    half = (x / dtype(4.0)).astype(dtype)
    _half_turns(half, out, other)
    assert np.abs(out - np.cos(exact / 2)).max() < 2 * EDGE[dtype] and np.abs(other - np.sin(exact / 2)).max() < 2 * EDGE[dtype]
    _exps(x * dtype(12.0), out)
    assert np.abs(out / np.exp((x * dtype(12.0)).astype(np.float64)) - 1.0).max() < (1e-5 if dtype is np.float32 else 4e-9)
    positive = np.geomspace(1e-30, 1e30, 4001).astype(dtype)
    _logs(positive, out)
    assert np.abs(out - np.log(positive.astype(np.float64))).max() < (2e-5 if dtype is np.float32 else 1.2e-7)


def test_ends_of_the_exponential():
    x, out = np.array([-1e4, -88.0, 88.0, 500.0], np.float32), np.empty(4, np.float32)
    _exps(x, out)
    assert 0.0 < out[0] == out[1] < 2e-38 and out[2] == out[3] > 1e38
