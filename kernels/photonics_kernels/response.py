"""Frequency responses: filters, the symbol, the fibre, delays and crosstalk.  Those of devices are in ``devices``.

Each ``times_<kind>`` multiplies the complex128 array ``response`` in place over the float64 array ``frequency_hz`` of the same
length, so that a lane is a row of calls.  Frequencies are zero or positive, in Hz and in any order; a real impulse response has
the conjugate at the negative ones.  Convention exp(+j w t), that of NumPy's FFT: a delay tau is exp(-j 2 pi f tau).  Every
response is 1 at DC except ``times_ctle`` and ``times_coupling``, which say what they are there.  Nothing is checked here: a
bandwidth is positive and may be ``inf``, which makes the response 1; no value raises, and one out of its range gives a number
without meaning.

Unless its docstring says so a filter keeps its own delay.  A sampling phase found later makes a common delay immaterial.
"""

import math

from ._jit import kernel
from .path import chromatic_response, dgd_response

# Where |105 / B4(j w)|^2 = 1/2, w in units of the inverse delay at DC: root of w^8 + 10 w^6 + 135 w^4 + 1575 w^2 = 105^2.
BESSEL4_HALF_POWER = 2.113917674904216


@kernel
def one_minus_exp(z):
    """1 - exp(-z) of a complex z with Re z >= 0, without cancellation near 0: every term of the real part is positive."""
    decay = math.exp(-z.real)
    half = math.sin(z.imag / 2.0)
    return complex(2.0 * decay * half * half - math.expm1(-z.real), decay * math.sin(z.imag))


@kernel
def sinc(x):
    """sin(pi x) / (pi x), 1 at 0."""
    if x == 0.0:
        return 1.0
    return math.sin(math.pi * x) / (math.pi * x)


# --- filters -----------------------------------------------------------------------------------------------------------------


@kernel
def times_pole(frequency_hz, bandwidth_hz, response):
    """One pole, H = 1 / (1 + j f/B): half the power at B, noise bandwidth (pi/2) B.  Exact."""
    for k in range(frequency_hz.shape[0]):
        response[k] /= complex(1.0, frequency_hz[k] / bandwidth_hz)


@kernel
def natural_frequency_hz(bandwidth_hz, quality):
    """Natural frequency f0 of two poles of quality Q that pass half the power at ``bandwidth_hz`` = B.

    With x = (B/f0)^2: x^2 - (2 - 1/Q^2) x - 1 = 0, one positive root.  Q = 1/sqrt(2) (Butterworth) gives f0 = B.  Any Q > 0; the
    root is written in the form that does not cancel, so that Q << 1 (two poles far apart) keeps its digits.
    """
    half = 1.0 - 0.5 / (quality * quality)
    hypotenuse = math.sqrt(half * half + 1.0)
    square = half + hypotenuse if half > 0.0 else 1.0 / (hypotenuse - half)
    return bandwidth_hz / math.sqrt(square)


@kernel
def times_pole2(frequency_hz, bandwidth_hz, quality, response):
    """Two poles, H = 1 / (1 - x^2 + j x/Q), x = f/f0, with f0 such that half the power passes at ``bandwidth_hz``.

    Q = 0.5: a double real pole; 1/sqrt(3): Bessel, the flattest delay; 1/sqrt(2): Butterworth; above, the magnitude peaks.
    """
    natural_hz = natural_frequency_hz(bandwidth_hz, quality)
    for k in range(frequency_hz.shape[0]):
        x = frequency_hz[k] / natural_hz
        response[k] /= complex((1.0 - x) * (1.0 + x), x / quality)


@kernel
def times_bessel4(frequency_hz, bandwidth_hz, response):
    """Fourth-order Bessel-Thomson low pass with half the power at ``bandwidth_hz``, FREE OF DELAY AT DC.

    H = e^s 105 / (s^4 + 10 s^3 + 45 s^2 + 105 s + 105), s = j w tau, tau = 2.1139 / (2 pi B).  The polynomial approximates e^s, so
    tau is its delay at DC and the factor e^s takes it out: the group delay at DC is zero and the filter does not move an eye.
    It is causal only with tau put back (``times_delay``).  Noise bandwidth 1.0464 B.
    Source: W. E. Thomson 1949; the reference receiver filter of TDECQ.  Exact; its use as that filter: recalled.
    """
    for k in range(frequency_hz.shape[0]):
        w = BESSEL4_HALF_POWER * frequency_hz[k] / bandwidth_hz
        square = w * w
        bessel = complex(105.0 + square * (square - 45.0), w * (105.0 - 10.0 * square))
        response[k] *= 105.0 * complex(math.cos(w), math.sin(w)) / bessel


@kernel
def times_butterworth4(frequency_hz, bandwidth_hz, response):
    """Fourth-order Butterworth low pass, |H|^2 = 1 / (1 + (f/B)^8), with its own delay.

    H = 1 / (1 - (2 + sqrt 2) x^2 + x^4 + j 2 (cos pi/8 + sin pi/8) (x - x^3)), x = f/B.
    Source: the receiver filter of IEEE 802.3 Annex 93A, whose 3.414214 and 2.613126 these are.  Exact.
    """
    even = 2.0 + math.sqrt(2.0)
    odd = 2.0 * (math.cos(math.pi / 8.0) + math.sin(math.pi / 8.0))
    for k in range(frequency_hz.shape[0]):
        x = frequency_hz[k] / bandwidth_hz
        square = x * x
        response[k] /= complex(1.0 + square * (square - even), odd * x * (1.0 - square))


@kernel
def times_gaussian(frequency_hz, bandwidth_hz, response):
    """Gaussian of zero phase, H = exp(-(ln 2 / 2) (f/B)^2): |H|^2 = 1/2 at B, noise bandwidth 1.0645 B.

    Symmetric about t = 0 and so not causal: the limit of many equal poles with their delay taken out.
    """
    for k in range(frequency_hz.shape[0]):
        x = frequency_hz[k] / bandwidth_hz
        response[k] *= math.exp(-0.5 * math.log(2.0) * x * x)


@kernel
def times_raised_cosine(frequency_hz, symbol_rate_hz, roll_off, response):
    """What makes a rectangular symbol of one UI a raised-cosine Nyquist pulse: H = RC(f) / sinc(f T), of zero phase.

    RC = 1 up to (1 - r)/(2T), cos^2 of the way from there to (1 + r)/(2T), 0 beyond; r = ``roll_off`` in [0, 1].  The symbol's own
    sinc(f T) is no part of it (``times_symbol``).  At r = 0 the edge itself counts half, as Nyquist's criterion asks.
    Symmetric about t = 0 and so not causal: an ideal pulse shaper with its delay taken out.  Exact.
    """
    upper = 0.5 * (1.0 + roll_off)
    lower = 0.5 * (1.0 - roll_off)
    for k in range(frequency_hz.shape[0]):
        x = frequency_hz[k] / symbol_rate_hz
        if x > upper or x >= 1.0:
            response[k] = 0.0
            continue
        # sin(pi x) from the nearer of its zeros: at r = 1 numerator and denominator vanish together at x = 1.
        whole = 1.0 if x == 0.0 else math.pi * x / math.sin(math.pi * (x if x < 0.5 else 1.0 - x))
        if x < lower:
            response[k] *= whole
        elif roll_off == 0.0:
            response[k] *= 0.5 * whole
        else:
            edge = math.sin(math.pi / 2.0 * (upper - x) / roll_off)
            response[k] *= edge * edge * whole


@kernel
def times_symbol(frequency_hz, symbol_period_s, response):
    """The rectangular symbol of one UI, sinc(f T), centred on t = 0: the spectrum over T, so 1 at DC."""
    for k in range(frequency_hz.shape[0]):
        response[k] *= sinc(frequency_hz[k] * symbol_period_s)


# --- equaliser with continuous time ------------------------------------------------------------------------------------------


@kernel
def times_ctle(
    frequency_hz, dc_gain, low_frequency_gain, zero_hz, pole_1_hz, pole_2_hz, low_frequency_pole_hz, response
):
    """Continuous-time linear equaliser; its gain at DC is ``dc_gain`` * ``low_frequency_gain``, NOT 1.

    H = (g + j f/fz) (g2 + j f/fLF) / ((1 + j f/fp1) (1 + j f/fp2) (1 + j f/fLF)), g = 10^(gDC/20) and g2 = 10^(gDC2/20) as linear
    amplitude ratios (normally at most 1).  g2 = 1 leaves the low-frequency stage out, fp2 = inf the second pole.
    Source: the CTLE of IEEE 802.3 Annex 93A, read in a public implementation of COM.
    """
    for k in range(frequency_hz.shape[0]):
        f = frequency_hz[k]
        response[k] *= (
            complex(dc_gain, f / zero_hz)
            / complex(1.0, f / pole_1_hz)
            / complex(1.0, f / pole_2_hz)
            * complex(low_frequency_gain, f / low_frequency_pole_hz)
            / complex(1.0, f / low_frequency_pole_hz)
        )


@kernel
def times_ctle_relative(
    frequency_hz, dc_gain, low_frequency_gain, zero_hz, pole_1_hz, pole_2_hz, low_frequency_pole_hz, response
):
    """``times_ctle`` over its own gain at DC: 1 at DC, peaking above it.  Both gains must be above zero."""
    times_ctle(
        frequency_hz, dc_gain, low_frequency_gain, zero_hz, pole_1_hz, pole_2_hz, low_frequency_pole_hz, response
    )
    at_dc = dc_gain * low_frequency_gain
    for k in range(frequency_hz.shape[0]):
        response[k] /= at_dc


# --- fibre, delay, crosstalk -------------------------------------------------------------------------------------------------


@kernel
def times_chromatic(frequency_hz, wavelength_m, accumulated_s_per_m, alpha, response):
    """Chromatic dispersion of a weakly modulated, chirped signal: real and signed (``path.chromatic_response``).

    ``accumulated_s_per_m`` is D L (1 ps/nm = 1e-3 s/m).  Small-signal: the second harmonics of deep modulation are left out.
    """
    for k in range(frequency_hz.shape[0]):
        response[k] *= chromatic_response(wavelength_m, accumulated_s_per_m, alpha, frequency_hz[k])


@kernel
def times_dgd(frequency_hz, dgd_s, response):
    """Differential group delay at the worst launch, power split evenly: cos(pi f tau), mean delay taken out."""
    for k in range(frequency_hz.shape[0]):
        response[k] *= dgd_response(dgd_s, frequency_hz[k])


@kernel
def times_delay(frequency_hz, delay_s, response):
    """Pure delay exp(-j 2 pi f tau); positive is later."""
    for k in range(frequency_hz.shape[0]):
        angle = 2.0 * math.pi * frequency_hz[k] * delay_s
        response[k] *= complex(math.cos(angle), -math.sin(angle))


@kernel
def times_coupling(frequency_hz, amplitude_at_reference, reference_hz, corner_hz, response):
    """Crosstalk c(f) = k j f / (1 + j f/fc) with k such that |c(reference)| = ``amplitude_at_reference``; 0 at DC.

    A capacitive or inductive coupling that grows with 20 dB per decade as far as the corner fc and is flat beyond; fc = inf: no
    corner.  The amplitude is a linear ratio, 10^(-loss/20).  One number per aggressor and no physics: a measured one is better.
    """
    scale = amplitude_at_reference * math.hypot(1.0, reference_hz / corner_hz)
    for k in range(frequency_hz.shape[0]):
        f = frequency_hz[k]
        response[k] *= scale * complex(0.0, f / reference_hz) / complex(1.0, f / corner_hz)
