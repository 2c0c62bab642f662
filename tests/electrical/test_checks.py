"""The thresholds, from both sides: causal models pass with room, their broken copies fail."""

import numpy as np
import pytest

from photonics.electrical.causal import excess_phase, memory_s, minimum_phase
from photonics.electrical.checks import EXCESS_PHASE_RAD, check_causal, check_passive, symbol_power_above
from photonics.electrical.measured import MeasuredResponse, TwoPort
from photonics.errors import InputError

from . import files

F = files.frequencies()


def bessel(bandwidth_hz):
    s = 2.1139j * F / bandwidth_hz
    return 105 / (s**4 + 10 * s**3 + 45 * s**2 + 105 * s + 105)


def peaked(bandwidth_hz):
    x = F / bandwidth_hz
    return 1 / (1 - x * x + 1j * x / 1.5)


def echo(bandwidth_hz):
    return files.pole(F, bandwidth_hz) * (1 + 0.3 * np.exp(-2j * np.pi * F * 1e-9))


MODELS = {
    "pole": lambda b: files.pole(F, b),
    "butterworth": lambda b: files.butterworth(F, b),
    "bessel": bessel,
    "peaked": peaked,
    "echo": echo,
    "gaussian": lambda b: np.exp(-np.log(2) / 2 * (F / b) ** 2) + 0j,
    "line": lambda b: files.cable(F, 1000.0)[:, 1, 0],
}
HARD = ("gaussian",)  # symmetric in time: its reverse is itself


def response(values):
    return MeasuredResponse.of("a", F, values)


@pytest.mark.parametrize("bandwidth_hz", [10e9, 25e9, 50e9])
@pytest.mark.parametrize("name", MODELS)
def test_causal_models_pass_whatever_their_delay(name, bandwidth_hz):
    h = MODELS[name](bandwidth_hz)
    for delay_s in (0.0, 50e-12, -20e-12):
        turned = response(h * np.exp(-2j * np.pi * F * delay_s))
        assert excess_phase(turned)[0] < 0.5 * EXCESS_PHASE_RAD
        check_causal(turned, absolute=False)


@pytest.mark.parametrize("bandwidth_hz", [10e9, 25e9])
@pytest.mark.parametrize("name", ["pole", "butterworth", "peaked", "echo", "line"])
def test_reversed_and_zero_phase_copies_fail(name, bandwidth_hz):
    h = MODELS[name](bandwidth_hz)
    for broken in (h.conj(), np.abs(h) + 0j):
        for delay_s in (0.0, 50e-12):
            with pytest.raises(InputError, match="non-causal"):
                check_causal(response(broken * np.exp(-2j * np.pi * F * delay_s)), absolute=False)


@pytest.mark.parametrize("bandwidth_hz", [10e9, 25e9, 50e9])
def test_an_all_pass_section_is_causal_and_its_reverse_is_not(bandwidth_hz):
    x = F / bandwidth_hz
    h = files.pole(F, bandwidth_hz) * (1 - 1j * x) / (1 + 1j * x)
    check_causal(response(h), absolute=False)
    with pytest.raises(InputError, match="non-causal"):
        check_causal(response(h.conj()), absolute=False)


def test_noise_of_an_analyser_does_not_make_a_response_non_causal():
    rng = np.random.default_rng(11)
    noise = 1e-2 * (rng.normal(size=F.size) + 1j * rng.normal(size=F.size)) / np.sqrt(2)
    noise[0] = 0
    check_causal(response(files.butterworth(F, 25e9) + noise), absolute=False)


def test_a_negative_delay_between_real_planes():
    h = files.pole(F, 40e9, -50e-12)
    check_causal(response(h), absolute=False)
    with pytest.raises(InputError, match=r"delay of -49\."):
        check_causal(response(h), absolute=True)


@pytest.mark.parametrize("bandwidth_hz", [10e9, 30e9, 50e9])
def test_minimum_phase_of_a_pole(bandwidth_hz):
    h = files.pole(F, bandwidth_hz)
    error = minimum_phase(F, np.abs(h)) - np.angle(h)
    delay_s = -(error @ F) / (F @ F) / (2 * np.pi)
    assert abs(delay_s) < 0.05 / F[-1]
    assert np.abs(error + 2 * np.pi * F * delay_s).max() < 0.012


def test_memory_of_an_echo():
    assert memory_s(response(files.pole(F, 40e9) * (1 + 0.2 * np.exp(-2j * np.pi * F * 2e-9)))) == pytest.approx(
        2e-9, rel=0.02
    )


def test_power_of_a_symbol():
    """The whole is 1; at the first null 9.7 % lie above; 22.6 % above Nyquist."""
    assert symbol_power_above(0.0) == 1.0
    assert symbol_power_above(0.5) == pytest.approx(0.2263, abs=1e-4)
    assert symbol_power_above(1.0) == pytest.approx(0.0972, abs=1e-4)
    assert symbol_power_above(400.0) == pytest.approx(0.0, abs=1e-3)


def test_the_singular_value_is_that_of_the_matrix():
    rng = np.random.default_rng(2)
    for scale in (1.0, 1.02):
        s = rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2))
        s *= scale / np.linalg.norm(s, 2)
        two = TwoPort("a", np.array([1e9]), s.reshape(4, 1), 50.0)
        if scale == 1.0:
            check_passive(two)
        else:
            with pytest.raises(InputError, match=r"1\.02 at 1 GHz"):
                check_passive(two)
