"""Decision feedback behind the time-domain link against its definition; and that errors propagate."""

import numpy as np
import pytest
from photonics_kernels.wave_feedback import decide_with_feedback

from tests.oracle import feedback as slow

CURRENTS = np.array([0.6, 1.3, 1.9, 2.6])


def channel(seed, size, taps, sigma):
    rng = np.random.default_rng(seed)
    sent = rng.integers(0, 4, size).astype(np.int32)
    z = CURRENTS[sent] + sigma * rng.standard_normal(size)
    for k, tap in enumerate(taps):
        z[k + 1 :] += tap * CURRENTS[sent[: -k - 1]]
    return sent, z


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("taps", [[0.4], [0.5, -0.2], [0.9, 0.3, -0.1, 0.05, 0.02], []])
def test_it_is_its_definition(taps, dtype):
    """4 filters x 2 precisions x 3,000 symbols, a tenth of them wrong."""
    sent, z = channel(5, 3000, taps, 0.2)
    z, thresholds = z.astype(dtype), ((CURRENTS[1:] + CURRENTS[:-1]) / 2.0).astype(dtype)
    answer = np.empty(4, dtype=np.int64)
    decide_with_feedback(z, sent, thresholds, CURRENTS, np.array(taps, dtype=float), 64, answer)
    wanted = slow.decide(z.tolist(), sent.tolist(), thresholds.tolist(), CURRENTS.tolist(), taps, 64)
    assert tuple(answer) == wanted
    assert answer[1] > 100


def test_errors_propagate_and_die_out():
    """One wrong decision behind a full tap breeds more; without a tap errors come alone."""
    alone, bred = np.empty(4, dtype=np.int64), np.empty(4, dtype=np.int64)
    thresholds = (CURRENTS[1:] + CURRENTS[:-1]) / 2.0
    for taps, answer in (([], alone), ([1.0], bred)):
        sent, z = channel(9, 400_000, taps, 0.13)
        decide_with_feedback(z, sent, thresholds, CURRENTS, np.array(taps, dtype=float), 64, answer)
    assert alone[1] / alone[3] < 1.1 < 1.5 < bred[1] / bred[3] < 5.0
    assert bred[3] == pytest.approx(alone[3], rel=0.1)  # runs begin as often
