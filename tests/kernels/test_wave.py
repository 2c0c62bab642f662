"""The fused link against the NumPy chain error by error, against the definitions symbol by symbol, and against itself cut and threaded."""

import threading

import numpy as np
import pytest
from photonics_kernels import wave

from tests.benchmarks import numpy_wave, w3
from tests.oracle import wave as twin

CASES = {
    "modulator and fibre": {},
    "every noise, chirp": {"alpha": 0.5, "driver": 0.01, "intensity": 0.02, "shot": 3.4e-8, "amplitude": 0.006, "converter": 2e-5},
    "no fibre": {"fibre": False, "intensity": 0.02},
    "direct, chirped": {"modulator": 0, "alpha": -0.7},
    "absorption, chirped": {"modulator": 2, "alpha": 0.7, "noise_a": 5e-5},
    "absorption, no fibre": {"modulator": 2, "fibre": False, "noise_a": 5e-5, "shot": 1e-7},
    "four samples": {"per_symbol": 4, "intensity": 0.04, "converter": 3e-5},
    "eight samples": {"per_symbol": 8, "fibre": False, "driver": 0.02},
}


def doubles(link):
    """The fields of a link for the twin of definitions."""
    fields = {name: a.tolist() if isinstance(a, np.ndarray) else a for name, a in link._asdict().items()}
    fields["fibre"] = [complex(x, y) for x, y in zip(fields.pop("fibre_re"), fields.pop("fibre_im"), strict=True)]
    return fields


def record(link, seed, first, count):
    z, answer = np.zeros(count, link.levels.dtype), np.zeros(4, np.int64)
    assert wave.run(link, np.uint64(seed), first, count, np.zeros(0, np.int64), z, answer) == wave.OK
    return z, answer


@pytest.mark.parametrize("name", CASES)
def test_errors_are_those_of_the_numpy_chain(name):
    """2^17 symbols a case in float64, seed 2, starting before symbol 0: the same symbols are wrong, at least 100 of them; bits likewise."""
    link, count = w3.example(np.float64, **CASES[name]), 1 << 17
    answer, positions = w3.send(link, count, seed=2, first=-4321, room=count)
    wrong, bits = numpy_wave.errors(link, numpy_wave.counters(2), -4321, count)
    assert positions.size >= 100 and answer[0] == count
    assert np.array_equal(positions, wrong)
    assert answer[1] == wrong.size and answer[2] == bits
    single, positions_32 = w3.send(w3.example(np.float32, **CASES[name]), count, seed=2, first=-4321, room=count)
    # Single precision moves a decision by about 1e-6 of a level's distance: a symbol in a hundred thousand of the wrong ones may change sides.
    assert np.setxor1d(positions, positions_32).size <= 1


@pytest.mark.parametrize("name", CASES)
def test_decisions_are_the_definitions(name):
    """12 symbols a case, here and there, in float64 to 1e-6 of a level's distance."""
    link = w3.example(np.float64, **CASES[name])
    slow = twin.Link(11, **doubles(link))
    for first in (-3, 70_001):
        z, _ = record(link, 11, first, 6)
        assert np.abs(z - [slow.decision(n) for n in range(first, first + 6)]).max() < 1e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_do_not_depend_on_cut_or_threads(dtype):
    link = w3.example(dtype, alpha=0.3, driver=0.01, intensity=0.02)
    whole, counts = record(link, 4, 1000, 20_000)
    edges = [1000, 1001, 1700, 4096, 9999, 21_000]
    parts = [None] * 5

    def work(k):
        parts[k] = record(link, 4, edges[k], edges[k + 1] - edges[k])

    threads = [threading.Thread(target=work, args=(k,)) for k in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(whole, np.concatenate([z for z, _ in parts]))
    assert np.array_equal(counts, sum(a for _, a in parts))


def test_another_seed_is_another_run():
    link = w3.example(np.float32)
    first, second = record(link, 1, 0, 1000)[0], record(link, 2, 0, 1000)[0]
    assert np.count_nonzero(first == second) < 5


def test_patterns_repeat():
    pattern = np.random.default_rng(5).integers(0, 4, 77).astype(np.int32)
    link = w3.example(np.float64)._replace(pattern=pattern)
    quiet = link._replace(numbers=np.where(np.arange(wave.NUMBERS) == wave.CURRENT_VARIANCE, 0.0, link.numbers))
    z, answer = record(quiet, 1, -100, 3000)
    assert np.allclose(z[:77], z[77 * 30 : 77 * 31], rtol=0, atol=1e-12) and answer[1] == 0
    slow = twin.Link(1, **doubles(quiet))
    assert np.abs(z[:10] - [slow.decision(n) for n in range(-100, -90)]).max() < 1e-6


def test_refusals():
    link, answer = w3.example(np.float64), np.zeros(4, np.int64)

    def status(**changes):
        return wave.run(link._replace(**changes), np.uint64(1), 0, 5000, np.zeros(0, np.int64), np.zeros(0), answer)

    assert status() == wave.OK
    for changes in ({"per_symbol": 3}, {"per_symbol": 1}, {"spacing": 0}, {"spacing": 4}, {"phase": 2}, {"phase": -1}, {"delay": -1}):
        assert status(**changes) == wave.BAD_SAMPLING and not answer.any()
    assert status(diode=np.ones(5000)) == wave.TOO_LONG
    assert status(delay=5000) == wave.TOO_LONG
    bad = link.numbers.copy()
    bad[2] = np.nan
    assert status(numbers=bad) == wave.NOT_FINITE
    assert status(receive=np.array([np.inf])) == wave.NOT_FINITE
    assert status() == wave.OK and answer[0] == 5000


def test_positions_stop_where_the_room_ends():
    link = w3.example(np.float32)
    answer, few = w3.send(link, 100_000, room=10)
    _, all_of_them = w3.send(link, 100_000, room=100_000)
    assert answer[3] == 10 < answer[1] and np.array_equal(few, all_of_them[:10])
