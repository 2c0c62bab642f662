"""The response to one rectangular symbol that lasts from 0 to T, through a cascade of responses H(f), convention exp(+j 2 pi f t).

    q(t) = s(t) - s(t - T),   s the response to a step at 0:  s(t) = (2/pi) int_0^inf Re[H(f)] sin(2 pi f t)/f df    (causal H, t > 0)
    q(t) = int H(f) T sinc(f T) exp(j pi f (2 t - T)) df                                             sinc(x) = sin(pi x)/(pi x)

and where all poles are known (H = prod -p_i/(s - p_i), all different)

    s(t) = 1 + sum_i exp(p_i t) prod_j (-p_j)/(p_i prod_(j != i) (p_i - p_j))        t > 0

A grid f_k = k/(N T), |k| <= B N, makes of it the sum over all repetitions every N T of the pulse without its content above B/T.
Source: Fourier's integral and partial fractions; any signals and systems text.
"""

import math

import numpy as np

from tests.oracle import MP


def one_pole(bandwidth):
    """[pole] in rad per unit of time of a response whose 3 dB frequency is ``bandwidth``."""
    return [-2 * math.pi * bandwidth]


def two_pole(natural_frequency, quality):
    """Both poles of w0^2/(s^2 + s w0/Q + w0^2), Q not 1/2 (there they coincide)."""
    w0 = 2 * math.pi * natural_frequency
    root = np.sqrt(complex(1 / (4 * quality**2) - 1))
    return [w0 * (-1 / (2 * quality) + root), w0 * (-1 / (2 * quality) - root)]


def response(poles, frequency):
    """H at a frequency: a number, an array or an mpmath number."""
    value = 1
    for p in poles:
        value = value * (-p) / (2j * math.pi * frequency - p)
    return value


def step_in_closed_form(poles, time):
    """s(t) from its partial fractions, 0 before the step."""
    if time <= 0:
        return 0.0
    with MP.workdps(30):
        p = [MP.mpc(x) for x in poles]
        total = MP.mpc(1)
        for i, own in enumerate(p):
            residue = MP.mpc(1) / own
            for j, other in enumerate(p):
                residue *= -other
                if j != i:
                    residue /= own - other
            total += residue * MP.exp(own * time)
        return float(total.real)


def in_closed_form(poles, symbol_time, time):
    """q(t) of a cascade given by its poles."""
    return step_in_closed_form(poles, time) - step_in_closed_form(poles, time - symbol_time)


def step_by_integral(responses, time):
    """s(t) by the integral over all frequencies, an alternating sum of half periods; responses must take mpmath numbers."""
    if time <= 0:
        return 0.0
    with MP.workdps(20):
        t = MP.mpf(time)

        def integrand(f):
            value = MP.mpc(1)
            for h in responses:
                value *= h(f)
            return value.real * MP.sin(2 * MP.pi * f * t) / f

        return float(2 / MP.pi * MP.quadosc(integrand, [0, MP.inf], period=1 / t))


def by_integral(responses, symbol_time, time):
    """q(t) by the integral over all frequencies."""
    return step_by_integral(responses, time) - step_by_integral(responses, time - symbol_time)


def in_band(responses, symbol_time, times, highest_frequency, accuracy=1e-11):
    """q at ``times`` of the content up to ``highest_frequency``: Gauss-Legendre pieces, halved until nothing moves."""
    x, weight = np.polynomial.legendre.leggauss(16)
    times = np.asarray(times, dtype=float)
    previous, pieces = None, max(8, int(highest_frequency * (np.abs(times).max() + symbol_time)))
    while True:
        edges = np.linspace(0.0, highest_frequency, pieces + 1)
        f = (0.5 * (edges[1:] + edges[:-1])[:, None] + 0.5 * np.diff(edges)[:, None] * x).ravel()
        share = (0.5 * np.diff(edges)[:, None] * weight).ravel()
        spectrum = symbol_time * np.sinc(f * symbol_time) * np.exp(-1j * np.pi * f * symbol_time)
        for h in responses:
            spectrum = spectrum * h(f)
        found = np.array([2.0 * (share * spectrum * np.exp(2j * np.pi * f * t)).real.sum() for t in times])
        if previous is not None and np.abs(found - previous).max() <= accuracy:
            return found
        assert pieces < 200_000, "the integral over the band does not settle"
        previous, pieces = found, 2 * pieces


def on_grid(responses, symbol_time, times, symbols, band):
    """q at ``times`` as the plain sum over f_k = k/(symbols T), |k| <= band symbols: what a transform of that grid must give.

    The two outermost lines count half each, as in the last entry of numpy.fft.irfft.
    """
    k = np.arange(band * symbols + 1)
    f = k / (symbols * symbol_time)
    spectrum = np.sinc(f * symbol_time) * np.exp(-1j * np.pi * f * symbol_time)
    for h in responses:
        spectrum = spectrum * h(f)
    weight = np.where((k == 0) | (k == band * symbols), 1.0, 2.0) / symbols
    return np.array([(weight * (spectrum * np.exp(2j * np.pi * f * t)).real).sum() for t in np.atleast_1d(times)])
