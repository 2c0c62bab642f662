"""Test patterns against the recurrence, their periods and balance."""

import numpy as np
import pytest
from photonics_kernels import patterns

from tests.oracle import patterns as slow


def test_prbs13q_is_the_twins_and_balanced():
    found = patterns.prbs13q()
    assert found.tolist() == slow.prbs13q()
    assert np.bincount(found).tolist() == [2047, 2048, 2048, 2048]
    assert patterns.prbs13q(0x1234).tolist() == slow.prbs13q(0x1234)


@pytest.mark.parametrize("seed", [1, 77, 0x1FFF])
def test_prbs13_has_its_whole_period(seed):
    """All 8191 states occur once: the polynomial is primitive.  From any state but zero, every window of 13 bits but zeros is seen."""
    bits = np.empty(2 * 8191, np.int64)
    patterns.fill_prbs(patterns.PRBS13_MASK, 13, seed, bits)
    assert np.array_equal(bits[:8191], bits[8191:])
    states = {int("".join(map(str, bits[i : i + 13])), 2) for i in range(8191)}
    assert len(states) == 8191 and 0 not in states
    assert bits[:8191].sum() == 4096


def test_prbs31q_is_the_twins():
    assert patterns.prbs31q(3000).tolist() == slow.prbs31q(3000)
    assert patterns.prbs31q(500, 12345).tolist() == slow.prbs31q(500, 12345)
    shares = np.bincount(patterns.prbs31q(400_000, 0x2545F491)) / 400_000
    assert shares == pytest.approx([0.25] * 4, abs=0.004)  # 5 standard deviations


def test_ssprq_is_the_twins_and_says_that_it_is_unverified():
    found = patterns.ssprq()
    assert found.tolist() == slow.ssprq() and len(found) == 65535
    assert "UNVERIFIED" in patterns.ssprq.__doc__
    assert sum(patterns.SSPRQ_BITS) == 32768
    assert np.bincount(found) / 65535 == pytest.approx([0.25] * 4, abs=0.03)
    assert found.mean() == pytest.approx(1.5, abs=0.03)


def test_gray_code_changes_one_bit_a_level():
    symbols = np.empty(4, np.int64)
    patterns.gray_pam4(np.array([0, 0, 0, 1, 1, 1, 1, 0]), symbols)
    assert symbols.tolist() == [0, 1, 2, 3]
