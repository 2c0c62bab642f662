"""Bursts behind decision feedback against the exact chain; sequence estimation against a counting Viterbi detector and closed forms."""

import itertools
import math

import numpy as np
import pytest
from photonics_kernels import contour, sequence

from tests.oracle import detection, eye
from tests.oracle.eye_channels import PAM2, PAM4, PAM8, middles


def q(x):
    return 0.5 * math.erfc(x / math.sqrt(2.0))


# --- bursts -------------------------------------------------------------------------------------------------------------------


def chances(levels, taps, sigma):
    """Chance of an error by one level step upwards and downwards for every state of the last errors, oldest ... newest."""
    step, states = levels[1] - levels[0], 3 ** len(taps)
    up, down = np.zeros(states), np.zeros(states)
    for s, errors in enumerate(itertools.product((-1, 0, 1), repeat=len(taps))):
        shift = -step * sum(b * e for b, e in zip(taps, errors, strict=True))  # the newest error is the first factor, the first digit
        inner = (len(levels) - 1) / len(levels)
        up[s], down[s] = inner * q((step / 2 - shift) / sigma), inner * q((step / 2 + shift) / sigma)
    return up, down


@pytest.mark.parametrize("memory", [1, 2, 3])
def test_state_shift_counts_the_newest_error_first(memory):
    taps = np.array([0.5, -0.3, 0.1])[:memory]
    for s, errors in enumerate(itertools.product((-1, 0, 1), repeat=memory)):
        wanted = -0.7 * sum(b * e for b, e in zip(taps, errors, strict=True))
        assert sequence.state_shift(s, taps, 0.7) == pytest.approx(wanted, abs=1e-15)


@pytest.mark.parametrize(("levels", "tap", "sigma"), [(PAM4, 0.7, 0.07), (PAM4, 0.4, 0.08), (PAM2, 0.5, 0.2), (PAM4, 1.0, 0.06), (PAM8, 0.5, 0.03)])
def test_burst_is_that_of_the_exact_chain(levels, tap, sigma):
    """The chain's error ratio is E p/(1 + (E - 1) p + ...): a burst of E errors begins at each error that follows a right decision."""
    _, ser, after_error, after_none = detection.dfe_chain(levels, tap, sigma, middles(levels))
    taps = np.array([tap])
    up, down = chances(levels, taps, sigma)
    expected, continuation = sequence.burst_errors(taps, 1.0, levels[1] - levels[0], up, down)
    begun = after_none * (1.0 - ser)
    # The kernel knows errors of one step: those of two come with a share of their own.
    assert expected == pytest.approx(ser / begun, rel=2e-4)
    assert continuation == pytest.approx(after_error, rel=2e-3)


@pytest.mark.parametrize("taps", [(0.6, 0.3), (0.5, -0.2, 0.15)])
def test_burst_of_several_taps_is_counted(taps):
    """A simulation of the chain of errors itself: from one error until the last ones are all right."""
    sigma, memory = 0.1, len(taps)
    step = 2 / 3
    up, down = chances(PAM4, taps, sigma)
    expected, continuation = sequence.burst_errors(np.array(taps), 1.0, step, up, down)
    rng = np.random.default_rng(8)
    chains = 40_000
    last = np.zeros((chains, memory), dtype=int)
    last[:, 0] = 1
    alive = np.ones(chains, dtype=bool)
    errors = np.ones(chains)
    second = None
    for _ in range(200):
        shift = -step * last @ np.array(taps)
        sent = rng.integers(4, size=chains)
        noise = sigma * rng.standard_normal(chains) + shift
        wrong = np.where((noise > step / 2) & (sent < 3), 1, np.where((noise < -step / 2) & (sent > 0), -1, 0)) * alive
        if second is None:
            second = np.abs(wrong).mean()
        errors += np.abs(wrong)
        last = np.column_stack([wrong, last[:, :-1]])
        alive = np.abs(last).sum(axis=1) > 0
    assert not alive.any()
    assert expected == pytest.approx(errors.mean(), abs=4 * errors.std() / math.sqrt(chains))
    assert continuation == pytest.approx(second, abs=4 * math.sqrt(second / chains))


def test_a_burst_without_feedback_is_one_error_and_its_successors_by_chance():
    expected, continuation = sequence.burst_errors(np.array([0.0]), 1.0, 2 / 3, np.full(3, 1e-3), np.full(3, 2e-3))
    assert continuation == pytest.approx(3e-3, rel=1e-12)
    assert expected == pytest.approx(1 / (1 - 3e-3), rel=1e-10)


# --- sequences ----------------------------------------------------------------------------------------------------------------


def log_ser(levels, target, sigma, covariance=None, residual=None):
    """The kernel's, in white noise unless ``covariance`` is given, without further interference unless ``residual`` is."""
    centred, cumulants = np.empty(len(levels)), np.zeros(9)
    contour.level_cumulants(np.array(levels), centred, cumulants)
    nodes, big, about = contour.contour_buffers()
    lags = np.zeros(sequence.MAX_ALTERNATING + 3)
    lags[0] = sigma**2
    if covariance is not None:
        lags[: len(covariance)] = covariance
    residual = np.zeros(64) if residual is None else residual
    scratch = np.empty((5, 64 + sequence.MAX_ALTERNATING))
    return sequence.sequence_log_ser(
        np.array(target, dtype=float), residual, 0, levels[1] - levels[0], lags, centred, cumulants, nodes[0:2], big, about, scratch
    )


@pytest.mark.parametrize("levels", [PAM2, PAM4, PAM8])
def test_whole_echo(levels):
    """1 + D: errors of alternating sign, n of them, at the distance sqrt(2) steps whatever n: SER = 2 sum n ((M-1)/M)^n Q(step/(sqrt(2) sigma))."""
    step, share = levels[1] - levels[0], (len(levels) - 1) / len(levels)
    sigma = step / math.sqrt(2) / 6.5
    found, status = log_ser(levels, (1.0, 1.0), sigma)
    events = sum(2 * n * share**n for n in range(1, sequence.MAX_ALTERNATING + 1))
    assert status == 0
    assert math.exp(found) == pytest.approx(events * q(6.5), rel=1e-6)


def test_without_an_echo_it_is_the_slicer():
    found, _ = log_ser(PAM4, (1.0, 0.0), 0.08)
    # the union counts the neighbour twice or more where single errors follow each other
    assert math.exp(found) == pytest.approx(1.5 * q(1 / 3 / 0.08), rel=1e-3)


@pytest.mark.parametrize("levels", [PAM2, PAM4])
@pytest.mark.parametrize("taps", [(0.4,), (0.7,), (0.3, 0.2), (0.6, -0.25)])
def test_events_of_a_deep_ratio_are_the_nearest(levels, taps):
    """All patterns up to seven symbols, errors of any sign, each with its own distance, summed here by enumeration."""
    step, share = levels[1] - levels[0], (len(levels) - 1) / len(levels)
    sigma, memory = step / 14, len(taps)
    total = 0.0
    for length in range(1, 8):
        for inner in itertools.product((-1, 0, 1), repeat=max(length - 2, 0)):
            for end in (-1, 1) if length > 1 else (None,):
                error = (1,) if length == 1 else (1, *inner, end)
                if "0" * memory in "".join("0" if e == 0 else "1" for e in error):
                    continue
                g = step * np.convolve(error, (1.0, *taps))
                errors = sum(map(abs, error))
                total += 2 * errors * share**errors * q(math.sqrt(g @ g) / 2 / sigma)
    found, status = log_ser(levels, (1.0, *taps), sigma)
    assert status == 0
    assert math.exp(found) == pytest.approx(total, rel=1e-6)


def test_coloured_noise_and_interference_of_one_event():
    """g'v of one error: its variance from the covariance, the residual's cursors as the event sees them."""
    step, target, sigma = 2 / 3, np.array([1.0, 0.4]), 0.07
    lags = np.zeros(30)
    lags[:3] = sigma**2 * np.array([1.0, 0.45, 0.1])
    residual = np.zeros(64)
    residual[3], residual[60] = 0.02, -0.015
    centred, cumulants = np.empty(4), np.zeros(9)
    contour.level_cumulants(np.array(PAM4), centred, cumulants)
    nodes, big, about = contour.contour_buffers()
    for error in ((1.0,), (1.0, -1.0), (1.0, 1.0)):
        padded = np.array([*error, 0.0, 0.0])
        found, status = sequence.event_log_tail(
            -500.0, padded, len(error), target, residual, 0, step, lags, centred, cumulants, nodes, big, about, np.empty((5, 90))
        )
        g = step * np.convolve(error, target)
        deviation = math.sqrt(sum(g[i] * g[j] * lags[abs(i - j)] for i in range(len(g)) for j in range(len(g))))
        # sample i of the event sees the symbol n UI after it through residual[i - n]: one number for every symbol
        mixed = [sum(g[i] * residual[(i + n) % 64] for i in range(len(g))) for n in range(64)]
        wanted = eye.enumerated(PAM4, 0.0, [m for m in mixed if m], (deviation,) * 4, (g @ g / 2,) * 3).above[0][0]
        assert status == 0
        assert math.exp(found) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(
    ("levels", "taps", "sigma", "blocks"),
    [(PAM4, (0.5,), 0.105, 3000), (PAM4, (0.8,), 0.105, 3000), (PAM4, (0.5, 0.3), 0.115, 700), (PAM2, (0.7,), 0.36, 3000)],
)
def test_union_lies_just_above_the_count_at_1e_minus_3(levels, taps, sigma, blocks):
    """Bits: a symbol error costs one of log2 M.  Asserted: no lower than three deviations, no higher than 10 % and three deviations."""
    ber, ser, count = detection.mlse_monte_carlo(levels, taps, sigma, blocks, 160, seed=12)
    found, status = log_ser(levels, (1.0, *taps), sigma)
    assert status == 0 and 2e-4 < ser < 2e-2
    bursts = 3 * math.sqrt(3.0 / count)  # errors come in events of some symbols
    assert 1 - bursts < math.exp(found) / ser < 1.10 + bursts
    assert ber * (len(levels).bit_length() - 1) == pytest.approx(ser, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("taps", "sigma"),
    [((0.5,), 0.13), ((0.5,), 0.115), ((0.5,), 0.1), ((0.5,), 0.09), ((0.8,), 0.13), ((0.8,), 0.11), ((0.8,), 0.095), ((0.5, 0.3), 0.12), ((0.5, 0.3), 0.1)],
)
def test_union_against_the_count(taps, sigma):
    ratio, ser, slack = union_over_count(taps, sigma, 30_000 if len(taps) == 1 else 8_000)
    assert 1 - slack < ratio < (1.4 if ser > 4e-4 else 1.1) + slack


def union_over_count(taps, sigma, blocks):
    _, ser, count = detection.mlse_monte_carlo(PAM4, taps, sigma, blocks, 160, seed=13)
    return math.exp(log_ser(PAM4, (1.0, *taps), sigma)[0]) / ser, ser, 3 * math.sqrt(3.0 / count)
