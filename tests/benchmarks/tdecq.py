"""TDECQ of 65,535 symbols at 64 samples per UI: the kernels beside the NumPy twin, for one tap vector and for 15 taps optimised."""

from unittest import mock

import numpy as np
from photonics_kernels.response import times_bessel4

from photonics.links import tdecq_asked, tdecq_capture, tdecq_measure, tdecq_search
from tests.benchmarks import numpy_tdecq

SYMBOLS, SAMPLES = 65535, 64
FIVE = np.array([0.006, -0.09, 1.189, -0.114, 0.009])
CENTRE = 0.494


def setting(symbols=SYMBOLS, samples=SAMPLES):
    """Random symbols through a transmitter of 0.6 of the symbol rate and the reference receiver; what is asked of it."""
    sent = np.random.default_rng(1).integers(0, 4, symbols)
    frequency = np.fft.rfftfreq(symbols * samples, 1.0 / samples)
    response = np.ones(frequency.size, np.complex128)
    times_bessel4(frequency, 0.5, response)
    times_bessel4(frequency, 0.6, response)
    waveform = np.fft.irfft(np.fft.rfft(np.repeat(sent / 3.0, samples)) * response, symbols * samples)
    asked = tdecq_asked.check(
        baud_gbd=106.25, samples_per_ui=samples, taps=None, main_tap=None, equalizer="ffe15", target_ser=None, reference_bandwidth_ghz=None,
        filtered=True, scope_noise_w=0.0, center="optimal", adjust_thresholds=0.0, periods="average", signal="pam4", metric=None,
        outer_levels_w=(0.0, 1.0),
    )  # fmt: skip
    capture = tdecq_capture.Capture(waveform, samples, sent, True, 1, 0, None, ())
    return tdecq_measure.setting_of(capture, waveform, sent, asked, (0.0, 1.0), (0.2, 0.8))


def one(given):
    """Log of sigma_G at five given taps."""
    return tdecq_search.at(given, FIVE, 2, CENTRE).log_sigma


def optimised(given):
    """The best 15 taps and centre."""
    return tdecq_search.best_taps(given, tdecq_search.EQUALIZERS["ffe15"], np.arange(0.35, 0.66, 1.0 / 16.0), None)


def by_twin(work, given):
    """The same work with the twin in the kernels' place."""
    with mock.patch.object(tdecq_search, "kernels", numpy_tdecq):
        return work(given)
