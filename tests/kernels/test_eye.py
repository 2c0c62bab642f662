"""The statistical eye of a lane: the closed form where there is no interference, jitter against dense quadrature, sensitivity, scratch."""

import math

import numpy as np
import pytest
from photonics_kernels import eye, eye_rows, link
from photonics_kernels.eye_rows import FINE, GAP, NO_ROOT_HIGH, NO_ROOT_LOW, SINGULAR_TAPS, UNSETTLED, WRAPS

from tests.kernels.eye_case import (
    FOUR_POLE,
    REFLECTING,
    TWO_POLE,
    Instant,
    Seen,
    echo,
    fourier_ber,
    pam,
    poles,
    raised_cosine,
    rows,
    spectrum,
)
from tests.kernels.test_eye_error import Instant as KernelInstant
from tests.oracle import eye as slow
from tests.oracle.pulse import two_pole

NYQUIST = spectrum(raised_cosine(0.3), bands=2)
LIMIT = math.log(2.4e-4)


def test_double_precision_series_is_the_oracle():
    isi, sigmas, thresholds = (0.06, -0.04, 0.03), (0.08, 0.09, 0.1, 0.11), (-0.7, 0.02, 0.65)
    wanted = float(slow.inverted(pam(4), 0.97, isi, sigmas, thresholds).ber)
    assert fourier_ber(pam(4), 0.97, isi, sigmas, thresholds) == pytest.approx(wanted, rel=1e-12)


# --- no interference: the closed form -----------------------------------------------------------------------------------------


def both(oma_w, optimal, states, beat_square=1e-5, count=4, rlm=0.97):
    """(rows of the closed form, rows of the eye) of the same receiver: every noise on."""
    n = len(oma_w)
    oma, er, r, band = np.array(oma_w), 2.8, 0.87, 60e9
    x, mass = np.array(states[0]), np.array(states[1])
    one = np.ones(n)
    dark, excess, density, rin, sndr, enob, scale = 2e-8, 1.3, 12e-12, 10**-14.2, 10**3.4, 6.0, 1.4
    closed = link.LinkRows(
        np.full(n, count), oma, er * one, rlm * one, one, one, one, r * one, dark * one, excess * one, density * one, band * one,
        rin * one, 0.5 * rin * one, sndr * one, enob * one, scale * one, np.full(n, optimal), beat_square * one, LIMIT * one,
        np.zeros(n, dtype=bool), np.tile(x, (n, 1)), np.tile(mass, (n, 1)),
    )  # fmt: skip
    # The same by hand: powers over the outer OMA, currents over half of it.
    bottom = 1 / (er - 1)
    inner = {2: [], 4: [0.5 - rlm / 6, 0.5 + rlm / 6]}[count]
    power = bottom + np.array([0.0, *inner, 1.0])
    charge = 1.602176634e-19
    root = np.sqrt(power)
    return closed, rows(
        NYQUIST, n, levels=tuple(2 * (power - bottom) - 1), half_swing_a=oma * r / 2, amplifier_a2=density**2 * band,
        dark_shot_a2=2 * charge * excess * dark * band, shot_a=np.tile(2 * charge * excess * band * 2 * power, (n, 1)),
        rin_relative=np.tile((2 * power) ** 2 * rin * band + 0.5 * rin * band, (n, 1)),
        quantisation_relative=(2 * scale) ** 2 / 12 / 4**enob, transmitter_relative=1 / sndr,
        beat_relative=np.tile(16 * power * (power.mean() - root.mean() ** 2) * beat_square, (n, 1)),
        beat_deviation=np.tile(4 * root.mean() * (root - root.mean()), (n, 1)), beat_mean=4 * root.mean() ** 2,
        state_x=np.tile(x, (n, 1)), state_mass=np.tile(mass, (n, 1)), optimal=optimal,
    )  # fmt: skip


STATES = ([-0.02, -0.005, 0.0, 0.012, 0.03], [0.1, 0.25, 0.3, 0.25, 0.1])
ALONE = ([0.0], [1.0])


@pytest.mark.parametrize("optimal", [False, True])
@pytest.mark.parametrize("states", [ALONE, STATES])
def test_without_interference_it_is_the_closed_form(optimal, states):
    closed, ours = both([6e-5, 1.2e-4, 2.5e-4, 5e-4], optimal, states)
    wanted, seen = link.closed_form(closed, True), Seen(ours)
    # The noise must be the same before the ratios can be.
    for i in range(4):
        assert seen.noise[i, -1] * ours.half_swing_a[i] == pytest.approx(math.sqrt(wanted.noise_a2[i].sum()), rel=2e-7)
    assert list(seen.status) == [FINE] * 4
    np.testing.assert_allclose(seen.log_ber / math.log(10), wanted.log10_mean_ber, atol=1e-6)
    np.testing.assert_allclose(seen.log_codeword, wanted.log_codeword, rtol=1e-6)
    half, status = np.empty(4), np.empty(4, dtype=np.int64)
    eye.eye_sensitivities(ours, np.full(4, LIMIT), False, 1e-9, 1e-1, half, status)
    assert list(status) == [FINE] * 4
    np.testing.assert_allclose(10 * np.log10(2 * half / 0.87 / wanted.sensitivity_w), 0.0, atol=1e-6)


# --- jitter -------------------------------------------------------------------------------------------------------------------

LIGHT, HEAVY = {"random_ui": 0.012}, {"random_ui": 0.045}
NOISES = {
    "amplifier_a2": 0.0020, "dark_shot_a2": 1e-4, "quantisation_relative": 1e-4, "transmitter_relative": 3e-4,
    "shot_a": [[1e-4, 3e-4, 5e-4, 7e-4]], "rin_relative": [[0.0, 1e-4, 2e-4, 4e-4]],
}  # fmt: skip
COLOUR = {
    "amplifier_acf": [0.75 ** np.arange(80) * np.cos(0.8 * np.arange(80))],
    "light_acf": [0.4 ** np.arange(80)],
}
#: name: (spectrum, jitter, equaliser and the rest)
JITTERED = {
    "two poles, light": (TWO_POLE, LIGHT, {"tap_count": 7, "pre": 2}),
    "two poles, heavy": (TWO_POLE, HEAVY, {"tap_count": 7, "pre": 2}),
    "without an equaliser": (TWO_POLE, {"random_ui": 0.03}, {}),
    "four poles, taps half a symbol apart": (FOUR_POLE, {"random_ui": 0.03}, {"tap_count": 14, "pre": 3, "per_symbol": 2}),
    "echo at 40 UI, both": (REFLECTING, {"random_ui": 0.03, "dirac_ui": 0.02}, {"tap_count": 7, "pre": 2}),
    "echo at 40 UI, two Diracs alone": (REFLECTING, {"dirac_ui": 0.05}, {"tap_count": 7, "pre": 2}),
    "off centre, to the side that hurts": (TWO_POLE, {"random_ui": 0.02, "offset_ui": 0.04}, {"tap_count": 7, "pre": 2}),
    "far Diracs": (TWO_POLE, {"random_ui": 0.01, "dirac_ui": 0.06}, {"tap_count": 7, "pre": 2}),
    "feedback": (FOUR_POLE, {"random_ui": 0.03}, {"tap_count": 5, "pre": 2, "feedback": 1, "feedback_limit": 0.3}),
}
def jittered_case(name, less=1.0):
    spectrum_, jitter, more = JITTERED[name]
    noises = {key: np.multiply(value, less) for key, value in NOISES.items()}
    given = rows(spectrum_, **noises, **COLOUR, **jitter, **more)
    return given, Seen(given)


def exact_over_jitter(given, seen, ber):
    here = Instant(given, 0, seen)
    feedback = np.zeros(64)
    for k in range(given.feedback[0]):
        most = given.feedback_limit[0]
        feedback[(here.main + 1 + k) % 64] = np.clip(here.cursors(0.0)[(here.main + 1 + k) % 64], -most, most)

    def at(time):
        main, isi, sigmas, thresholds = here.eye(time)
        isi = isi - np.delete(feedback, here.main)
        return ber(given.levels[0], main, isi, sigmas, thresholds - given.levels[0].mean() * feedback.sum())

    offset = given.offset_ui[0]
    if offset and at(-offset) > at(offset):  # which way a clock is off is not known: the worse one counts
        offset = -offset
    burst = seen.gains[0, eye_rows.BURST]
    return burst * slow.jittered(at, given.random_ui[0], given.dirac_ui[0], offset, accuracy=1e-8, reach=14.0)


@pytest.mark.parametrize("name", JITTERED)
def test_mean_over_jitter(name):
    given, seen = jittered_case(name, 2.0)
    wanted = exact_over_jitter(given, seen, fourier_ber)
    assert seen.status[0] == FINE
    assert 1e-6 < wanted < 1e-3
    assert math.exp(seen.log_ber[0]) == pytest.approx(wanted, rel=2e-7)


@pytest.mark.parametrize("less", [1.0, 0.7, 0.4, 0.1])
@pytest.mark.parametrize("name", JITTERED)
def test_mean_over_jitter_of_a_deep_eye(name, less):
    """The instants by the kernel, which the channels judge; their mean by dense quadrature."""

    def ber(*arguments):
        return math.exp(KernelInstant(*arguments).log_ratios()[0])

    given, seen = jittered_case(name, less)
    wanted = exact_over_jitter(given, seen, ber)
    assert seen.status[0] == FINE
    # Far below what a design asks for, the jitter's own tail rules, and a mean that is steeper still.
    assert math.exp(seen.log_ber[0]) == pytest.approx(wanted, rel=1e-6 if wanted > 1e-30 else 1e-3)


def test_aggressors_add_their_cursors_at_the_worst_phase():
    quiet = {key: np.multiply(value, 0.6) for key, value in NOISES.items()}
    aggressor = spectrum(poles(*two_pole(0.5, 0.7)), lambda f: 0.05j * f / (0.4 + 1j * f))
    given = rows(TWO_POLE, aggressor=[[aggressor]], tap_count=5, pre=1, **quiet)
    seen = Seen(given)
    here = Instant(given, 0, seen)
    main, isi, sigmas, thresholds = here.eye(0.0)
    other = Instant(given._replace(spectrum=np.array([aggressor])), 0, seen)
    phases = [other.cursors(p / 8 - other.phase) for p in range(8)]
    worst = max(phases, key=lambda c: c @ c)
    wanted = fourier_ber(given.levels[0], main, [*isi, *worst], sigmas, thresholds)
    assert math.exp(seen.log_ber[0]) == pytest.approx(wanted, rel=1e-6)
    assert wanted > 1.2 * fourier_ber(given.levels[0], main, isi, sigmas, thresholds)


# --- what must hold of any eye ------------------------------------------------------------------------------------------------


def test_more_noise_or_jitter_is_worse():
    for key, values in (
        ("amplifier_a2", [1e-3, 2e-3, 4e-3, 8e-3]),
        ("transmitter_relative", [0.0, 1e-3, 2e-3]),
        ("quantisation_relative", [0.0, 1e-3, 2e-3]),
        ("random_ui", [0.0, 0.01, 0.02, 0.04]),
        ("dirac_ui", [0.0, 0.02, 0.05]),
    ):
        given = rows(FOUR_POLE, len(values), **({"amplifier_a2": 1e-3, "tap_count": 9, "pre": 3} | {key: np.array(values)}))
        assert (np.diff(Seen(given).log_ber) > 0).all(), key


def mixed():
    """Six points that leave different scratch behind: taps, feedback, sequences, jitter, gaps, wrapping."""
    n = 6
    return rows(
        np.stack([FOUR_POLE, REFLECTING]), n, which=[0, 1, 0, 1, 0, 1], amplifier_a2=[2e-3, 1e-3, 4e-3, 1e-3, 3e-3, 2e-3],
        tap_count=[9, 1, 15, 7, 5, 9], pre=[3, 0, 4, 2, 2, 3], feedback=[0, 0, 2, 0, 1, 0], memory=[0, 0, 0, 0, 1, 0],
        random_ui=[0.01, 0.0, 0.02, 0.03, 0.0, 0.0], optimal=[False, True, False, False, False, True],
        tap_limit=[math.inf, math.inf, 0.4, math.inf, math.inf, 0.3], transmitter_relative=1e-3,
        amplifier_acf=[0.5 ** np.arange(80), 0.2 ** np.arange(80)], shot_a=np.tile([0.0, 1e-4, 2e-4, 3e-4], (n, 1)),
    )  # fmt: skip


def reordered(given, order):
    each = {name: value for name, value in given._asdict().items() if name not in ("window", "spectrum", "aggressor", "amplifier_acf", "light_acf")}
    return given._replace(**{name: value[order] for name, value in each.items()})


@pytest.mark.parametrize("order", [[5, 4, 3, 2, 1, 0], [2, 0, 4, 1, 5, 3]])
def test_a_point_does_not_depend_on_those_before_it(order):
    given = mixed()
    straight, other = Seen(given), Seen(reordered(given, order))
    assert np.isfinite(straight.log_ber).all()
    for name in ("log_ber", "log_codeword", "status", "phase", "taps", "noise", "gains"):
        np.testing.assert_array_equal(getattr(straight, name)[order], getattr(other, name), err_msg=name)


def test_statuses():
    nothing = rows(np.zeros_like(TWO_POLE), amplifier_a2=1e-3)
    seen = Seen(nothing)
    assert seen.status[0] == SINGULAR_TAPS and math.isnan(seen.log_ber[0]) and math.isnan(seen.log_codeword[0])
    far = Seen(rows(spectrum(poles(*two_pole(0.62, 0.7)), echo(0.15, 45.2)), amplifier_a2=1e-3, tap_count=5, pre=1))
    assert far.status[0] == WRAPS and np.isfinite(far.log_ber[0])
    # a slow pole leaves many strong cursors, and hardly any noise
    gaps = Seen(rows(spectrum(poles(-0.3)), amplifier_a2=1e-11))
    assert gaps.status[0] == GAP and math.isnan(gaps.log_ber[0])
    assert UNSETTLED not in (SINGULAR_TAPS, WRAPS, GAP)


def test_gains():
    acf = 0.6 ** np.arange(80)
    given = rows(FOUR_POLE, amplifier_a2=2e-3, tap_count=9, pre=3, amplifier_acf=[acf], light_acf=[acf**2])
    seen = Seen(given)
    taps = seen.taps[0, :9]
    lags = np.abs(np.subtract.outer(np.arange(9), np.arange(9)))
    gains = seen.gains[0]
    assert gains[eye_rows.AMPLIFIER_GAIN] == pytest.approx(taps @ acf[lags] @ taps, rel=1e-12)
    assert gains[eye_rows.LIGHT_GAIN] == pytest.approx(taps @ (acf**2)[lags] @ taps, rel=1e-12)
    assert gains[eye_rows.WHITE_GAIN] == pytest.approx(taps @ taps, rel=1e-12)
    assert gains[eye_rows.DC_GAIN] == pytest.approx(taps.sum(), rel=1e-12)
    cursors = Instant(given, 0, seen).cursors(0.0)
    assert cursors.max() == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(seen.noise[0], math.sqrt(2e-3 * gains[eye_rows.AMPLIFIER_GAIN]), rtol=1e-12)


# --- sensitivity --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_codeword", [False, True])
def test_ratio_at_the_sensitivity_is_the_limit(by_codeword):
    given = mixed()._replace(amplifier_a2=np.full(6, 1e-11), half_swing_a=np.array([1e-4, 1e-6, 1e-3, 3e-5, 1e-4, 1e-2]))
    given = given._replace(shot_a=given.shot_a * 1e-5, which=np.zeros(6, dtype=np.int64), tap_count=np.array([9, 9, 15, 7, 5, 9]))
    limit = math.log(1e-9) if by_codeword else LIMIT
    half, status = np.empty(6), np.empty(6, dtype=np.int64)
    eye.eye_sensitivities(given, np.full(6, limit), by_codeword, 1e-9, 1.0, half, status)
    assert list(status) == [FINE] * 6
    again = Seen(given._replace(half_swing_a=half))
    np.testing.assert_allclose(again.log_codeword if by_codeword else again.log_ber, limit, rtol=1e-7)


def test_limits_without_a_root():
    given = rows(FOUR_POLE, 3, amplifier_a2=1e-11, half_swing_a=1e-4, tap_count=9, pre=3, transmitter_relative=[0.02, 0.0, 0.0])
    half, status = np.empty(3), np.empty(3, dtype=np.int64)
    eye.eye_sensitivities(given, np.array([LIMIT, math.log(0.45), LIMIT]), False, 1e-5, 1e-2, half, status)
    assert list(status) == [NO_ROOT_HIGH, NO_ROOT_LOW, FINE]
    assert list(np.isnan(half)) == [True, True, False]
    assert Seen(given._replace(half_swing_a=np.full(3, 1e-2))).log_ber[0] > LIMIT
    assert Seen(given._replace(half_swing_a=np.full(3, 1e-5))).log_ber[1] < math.log(0.45)
    singular = rows(np.zeros_like(TWO_POLE), amplifier_a2=1e-11, half_swing_a=1e-4)
    eye.eye_sensitivities(singular, np.array([LIMIT]), False, 1e-5, 1e-2, half[:1], status[:1])
    assert status[0] == SINGULAR_TAPS and math.isnan(half[0])
