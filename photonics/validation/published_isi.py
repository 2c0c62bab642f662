"""Intersymbol interference of an unequalised laboratory receiver: a chain of Bessel filters, seen at one threshold.

The closed form has no pulses.  Published receivers without an equaliser do, so their stated bandwidths are turned into an eye
opening here, with the one filter that the 802.3 reference receivers use for every stage.  A statistical eye of the whole link
(measured responses, equalisers, jitter) is another engine and not built yet.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from photonics_kernels import special
from scipy.special import erfc

# Fourth-order Bessel-Thomson low-pass 105/(105 + 105 s + 45 s^2 + 10 s^3 + s^4), s = j CUTOFF f/B: its gain falls to 1/sqrt 2 at f = B.
BESSEL = (105.0, 105.0, 45.0, 10.0)
CUTOFF = 2.113917675
# One-sided noise bandwidth of that filter over its 3 dB bandwidth (the integral of |H|^2, usually printed as 1.0464).
NOISE_OVER_3DB = 1.0463689

MAX_SYMBOLS, MAX_PHASES = 32, 32  # window of the pulse and samples per symbol
MAX_TAPS = 4  # strongest interferers counted exactly, levels ** 4 sums; the fifth is below 2e-4 from 0.5 of the symbol rate up
MAX_STEPS = 80
LIMIT_RATIO = 100.0  # an eye that needs 20 dB more is closed
LIMIT_NARROW = 0.01  # a stage of less passes nothing of a symbol
LIMIT_WIDE = 4.0  # a stage of more symbol rates is transparent, and too fast for the samples


def bessel_thomson(frequency: np.ndarray, bandwidth: float) -> np.ndarray:
    """Complex response of the fourth-order Bessel-Thomson filter with a 3 dB bandwidth of ``bandwidth``; 1 at DC."""
    s = 1j * CUTOFF * frequency / bandwidth
    return BESSEL[0] / (BESSEL[0] + s * (BESSEL[1] + s * (BESSEL[2] + s * (BESSEL[3] + s))))


def symbol_response(bandwidths_over_baud: Sequence[float]) -> np.ndarray:
    """Response to one rectangular symbol of height 1, as (symbols, phases); stages in cascade, bandwidths over the symbol rate."""
    size = MAX_SYMBOLS * MAX_PHASES
    pulse = np.zeros(size)
    pulse[:MAX_PHASES] = 1.0
    frequency = np.fft.rfftfreq(size, 1.0 / MAX_PHASES)
    spectrum = np.fft.rfft(pulse)
    for bandwidth in bandwidths_over_baud:
        spectrum = spectrum * bessel_thomson(frequency, bandwidth)
    return np.fft.irfft(spectrum, size).reshape(MAX_SYMBOLS, MAX_PHASES)


@lru_cache(maxsize=4096)
def isi_penalty_db(bandwidths_over_baud: tuple[float, ...], levels: int, target_ber: float) -> float:
    """OMA penalty in dB of the chain at an error ratio, without an equaliser; infinite where no power reaches the ratio.

    With h_0 the main sample, h_i the others and random symbols a_i in [-1, 1], the ratio is the mean over all symbols of
    c Q(x [h_0 + (M-1) sum a_i h_i]), c = 2 (M-1)/(M log2 M); without ISI it is c Q(x_0).  The penalty is 10 log10(x/x_0) at the best
    sampling phase of the peak-distortion eye.  The OMA is that of long runs, so a main sample below 1 counts as well; the filter's
    own overshoot (0.03 dB) is no gain.
    Valid for symbol-spaced decisions at thresholds scaled to h_0, Gaussian noise that does not depend on the level, chains whose
    response ends within 30 symbols.  Independent check: 0.08, 0.89 and 1.32 dB for 56 GBd PAM4 through 32, 32 and 40, 32 and 35 GHz.
    """
    stages = [bandwidth for bandwidth in bandwidths_over_baud if bandwidth < LIMIT_WIDE]
    if not stages:
        return 0.0
    if min(stages) < LIMIT_NARROW:
        return math.inf
    response = symbol_response(stages)
    main = response.max(axis=0)
    opening = main - (levels - 1) * (np.abs(response).sum(axis=0) - np.abs(main))
    best = response[:, int(np.argmax(opening))]
    order = np.argsort(-np.abs(best))
    first, others = float(best[order[0]]), best[order[1 : 1 + MAX_TAPS]]
    symbols = np.linspace(-1.0, 1.0, levels)
    sums = np.zeros(1)
    for tap in others:
        sums = np.add.outer(sums, tap * symbols).ravel()
    eyes = first + (levels - 1) * sums
    share = 2.0 * (levels - 1) / (levels * math.log2(levels))
    ideal = float(special.inverse_q_tail(target_ber / share))

    def wrong(ratio: float) -> float:
        return float(np.mean(erfc(ideal * ratio * eyes / math.sqrt(2.0)))) / 2.0 * share

    low, high = 1.0 / LIMIT_RATIO, LIMIT_RATIO
    if not ideal > 0.0 or wrong(high) > target_ber:
        return math.inf
    for _ in range(MAX_STEPS):
        middle = math.sqrt(low * high)
        if wrong(middle) > target_ber:
            low = middle
        else:
            high = middle
    return max(10.0 * math.log10(high), 0.0)
