"""The fibre path: chromatic dispersion with chirp, differential group delay, polarisation-dependent loss.

Carrier convention exp(+j w t): with it, a positive chirp (alpha > 0) on positively dispersive fibre fades.  The other sign
convention turns that penalty into a gain, which is why a test pins it.
"""

import math

import numpy as np

from ._jit import kernel

SPEED_OF_LIGHT_M_S = 299792458.0
LIMIT_RESPONSE = 0.1  # below -20 dB electrical in band no linear equaliser is worth its noise: the closed form stops

# Gauss-Legendre nodes and weights on [-1, 1]: 64 nodes integrate 1/cos^2 to rounding as far as LIMIT_RESPONSE allows.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


@kernel
def dispersion_s_per_m2(wavelength_m, zero_wavelength_m, slope_s_per_m3):
    """Chromatic dispersion D = (S0/4) lambda [1 - (lambda0/lambda)^4] of single-mode fibre near its zero.

    Source: three-term Sellmeier form of ITU-T G.652 and the IEEE clauses; valid in the O band (1260 to 1360 nm).
    """
    quotient = zero_wavelength_m / wavelength_m
    return slope_s_per_m3 / 4.0 * wavelength_m * (1.0 - quotient * quotient * quotient * quotient)


@kernel
def dispersion_phase(wavelength_m, accumulated_s_per_m, frequency_hz):
    """Phase theta = pi lambda^2 (D L) f^2 / c that dispersion gives a sideband at ``frequency_hz``, in rad."""
    bent = wavelength_m * wavelength_m * accumulated_s_per_m / SPEED_OF_LIGHT_M_S
    return math.pi * bent * frequency_hz * frequency_hz


@kernel
def chromatic_response(wavelength_m, accumulated_s_per_m, alpha, frequency_hz):
    """Small-signal intensity response sqrt(1 + alpha^2) cos(theta + atan alpha): 1 at DC, signed, no delay.

    ``alpha`` is the linewidth enhancement factor of the modulator.  Valid for small modulation; transient chirp only.
    """
    theta = dispersion_phase(wavelength_m, accumulated_s_per_m, frequency_hz)
    return math.sqrt(1.0 + alpha * alpha) * math.cos(theta + math.atan(alpha))


@kernel
def dgd_response(dgd_s, frequency_hz):
    """Response cos(pi f tau) of a differential group delay with the power split evenly, the worst launch."""
    return math.cos(math.pi * frequency_hz * dgd_s)


@kernel
def equalised_penalty(wavelength_m, accumulated_s_per_m, alpha, dgd_s, nyquist_hz):
    """OMA penalty (ratio) of undoing dispersion and DGD with a linear equaliser, and a status.

    A symbol-spaced zero-forcing equaliser in white noise enhances the noise power by the mean of 1/|H|^2 over the band
    0 to f_N (half the symbol rate), hence the OMA ratio sqrt((1/f_N) int 1/(H_cd H_dgd)^2 df).  It is below 1 where chirp
    and dispersion compress the pulse (H > 1).  Status 0: fine; 1: |H| falls below 0.1 inside the band, value NaN.
    A MMSE equaliser does slightly better; excess bandwidth beyond f_N is not counted.
    """
    total = 0.0
    for i in range(_NODES.shape[0]):
        frequency = nyquist_hz * (1.0 + _NODES[i]) / 2.0
        response = chromatic_response(wavelength_m, accumulated_s_per_m, alpha, frequency) * dgd_response(dgd_s, frequency)
        if response < LIMIT_RESPONSE:
            return math.nan, 1
        total += _WEIGHTS[i] / 2.0 / (response * response)
    return math.sqrt(total), 0


@kernel
def pdl_worst_transmission(pdl_ratio):
    """Transmission of the worst polarisation over the mean of all: 2/(1 + r), r = 10^(PDL/10) >= 1.

    Insertion loss is measured as the mean over polarisation, so the worst state loses this much more.
    """
    return 2.0 / (1.0 + pdl_ratio)
