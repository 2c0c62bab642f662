"""Frequency responses, one frequency at a time, in Hz and SI, as mpmath complex numbers with exp(+j w t).

Filters are built from their poles or polynomials and scaled by a root search for their half-power point; devices go one step
further back than the kernels: the meshes of the circuit, the sum of delayed contributions along an electrode, the two side
bands of the linearised ring, and for the ring also the integrated equation with a small tone.
"""

import math

import numpy as np

from tests.oracle import MP, SPEED_OF_LIGHT_M_PER_S
from tests.oracle import path as fibre


def omega(frequency_hz):
    return 2 * MP.pi * MP.mpf(frequency_hz)


def half_power(power):
    """x > 0 where the falling power(x), 1 at 0, is 1/2: bisection."""
    low, high = MP.mpf(0), MP.mpf(1)
    while power(high) > MP.mpf(1) / 2:
        high *= 2
    for _ in range(140):
        middle = (low + high) / 2
        low, high = (middle, high) if power(middle) > MP.mpf(1) / 2 else (low, middle)
    return low


def pole(frequency_hz, bandwidth_hz):
    return 1 / (1 + 1j * omega(frequency_hz) / omega(bandwidth_hz))


def pole2(frequency_hz, bandwidth_hz, quality):
    """Two poles of quality Q: the voltage over the capacitor of a series resonator, 1/(1 + s/(Q w0) + (s/w0)^2)."""

    def transfer(x):
        s = MP.mpc(0, x)
        return 1 / (1 + s / MP.mpf(quality) + s * s)

    # A resonant magnitude rises before it falls; above its peak (at most at x = 1) it falls only, so that one crossing is left.
    edge = half_power(lambda x: abs(transfer(x)) ** 2)
    return transfer(MP.mpf(frequency_hz) / MP.mpf(bandwidth_hz) * edge)


def bessel4(frequency_hz, bandwidth_hz):
    """Reverse Bessel polynomial sum_k (2n - k)! / (2^(n-k) k! (n - k)!) s^k of order 4; times e^s, its delay at DC."""
    coefficients = [
        MP.mpf(math.factorial(8 - k)) / (2 ** (4 - k) * math.factorial(k) * math.factorial(4 - k)) for k in range(5)
    ]

    def transfer(x):
        return coefficients[0] / sum(c * MP.mpc(0, x) ** k for k, c in enumerate(coefficients))

    edge = half_power(lambda x: abs(transfer(x)) ** 2)
    x = MP.mpf(frequency_hz) / MP.mpf(bandwidth_hz) * edge
    return transfer(x) * MP.expj(x * coefficients[1] / coefficients[0])


def butterworth4(frequency_hz, bandwidth_hz):
    """Poles on the left half of the unit circle, at odd multiples of pi/8 from the imaginary axis."""
    s = MP.mpc(0, MP.mpf(frequency_hz) / MP.mpf(bandwidth_hz))
    product = MP.mpc(1)
    for k in range(4):
        p = MP.expj(MP.pi / 2 + MP.pi * (2 * k + 1) / 8)
        product *= -p / (s - p)
    return product


def gaussian(frequency_hz, bandwidth_hz):
    return MP.mpf(2) ** (-((MP.mpf(frequency_hz) / MP.mpf(bandwidth_hz)) ** 2) / 2)


def symbol(frequency_hz, period_s):
    """Mean of exp(-j w t) over one UI around t = 0, from its end points."""
    w = omega(frequency_hz)
    if w == 0:
        return MP.mpc(1)
    half = MP.mpf(period_s) / 2
    return (MP.expj(w * half) - MP.expj(-w * half)) / (1j * w * MP.mpf(period_s))


def raised_cosine(frequency_hz, symbol_rate_hz, roll_off):
    """The textbook's three branches over the spectrum of the rectangle, roll_off > 0."""
    period, r, f = 1 / MP.mpf(symbol_rate_hz), MP.mpf(roll_off), MP.mpf(frequency_hz)
    if f <= (1 - r) / (2 * period):
        nyquist = MP.mpf(1)
    elif f < (1 + r) / (2 * period):
        nyquist = (1 + MP.cos(MP.pi * period / r * (f - (1 - r) / (2 * period)))) / 2
    else:
        return MP.mpf(0)
    return nyquist / symbol(f, period)


def ctle(frequency_hz, dc_gain_db, low_frequency_gain_db, zero_hz, pole_1_hz, pole_2_hz, low_frequency_pole_hz):
    """The formula of Annex 93A, gains in dB."""
    jf = MP.mpc(0, MP.mpf(frequency_hz))
    gain, low_gain = MP.mpf(10) ** (MP.mpf(dc_gain_db) / 20), MP.mpf(10) ** (MP.mpf(low_frequency_gain_db) / 20)
    main = (gain + jf / zero_hz) / ((1 + jf / pole_1_hz) * (1 + jf / pole_2_hz))
    return main * (low_gain + jf / low_frequency_pole_hz) / (1 + jf / low_frequency_pole_hz)


def chromatic(frequency_hz, wavelength_m, accumulated_s_per_m, alpha):
    """A chirped field sent through the fibre."""
    return fibre.chromatic_response(wavelength_m, accumulated_s_per_m, alpha, frequency_hz)


def dgd(frequency_hz, dgd_s):
    return fibre.dgd_response(dgd_s, frequency_hz)


def delay(frequency_hz, delay_s):
    return MP.expj(-omega(frequency_hz) * MP.mpf(delay_s))


def coupling(frequency_hz, amplitude_at_reference, reference_hz, corner_hz):
    def shape(f):
        return MP.mpc(0, f) / (1 + MP.mpc(0, f) / MP.mpf(corner_hz))

    return MP.mpf(amplitude_at_reference) / abs(shape(MP.mpf(reference_hz))) * shape(MP.mpf(frequency_hz))


# --- devices -----------------------------------------------------------------------------------------------------------------


def eml(frequency_hz, source_ohm, inductance_h, capacitance_f, series_ohm, termination_ohm):
    """Two meshes: source, Rs, L, Rt; and Rt, Rj, C. The voltage over C for 1 V at the source, over that at DC."""
    rs, rt, rj, c = (MP.mpf(x) for x in (source_ohm, termination_ohm, series_ohm, capacitance_f))

    def over_capacitance(s):
        meshes = MP.matrix([[rs + s * MP.mpf(inductance_h) + rt, -rt], [-rt, rt + rj + 1 / (s * c)]])
        return MP.lu_solve(meshes, MP.matrix([1, 0]))[1] / (s * c)

    return over_capacitance(MP.mpc(0, omega(frequency_hz))) / over_capacitance(MP.mpf("1e-15"))


def travelling_wave(frequency_hz, length_m, index_mismatch, skin_loss_np_per_m_rthz):
    """Mean over the electrode of what each element adds to the light: exp(-g z), g from loss and walk-off."""
    f, length = MP.mpf(frequency_hz), MP.mpf(length_m)
    loss = MP.mpf(skin_loss_np_per_m_rthz) * MP.sqrt(f)
    g = MP.mpc(loss, omega(f) * MP.mpf(index_mismatch) / SPEED_OF_LIGHT_M_PER_S)
    return MP.quad(lambda u: MP.exp(-g * length * u), MP.linspace(0, 1, 9))


def ring(frequency_hz, photon_lifetime_s, detuning_hz, intrinsic_share, rc_bandwidth_hz):
    """Both side bands of the power behind a ring whose resonance is driven weakly, over the slope at DC.

    da/dt = (j D - g) a + m s with D = D0 + d cos(w t) and s = 1: the amplitude gains the side bands
    j (d/2) a0 / (g - j D0 +- j w); the output 1 - m a beats with them. Detuning must not be 0.
    """
    g = 1 / (2 * MP.mpf(photon_lifetime_s))
    m = MP.sqrt(2 * g * (1 - MP.mpf(intrinsic_share)))
    d0 = omega(detuning_hz)

    def beat(w):
        a0 = m / (g - 1j * d0)
        out0 = 1 - m * a0
        upper = -m * 1j * a0 / 2 / (g - 1j * d0 + 1j * w)
        lower = -m * 1j * a0 / 2 / (g - 1j * d0 - 1j * w)
        return MP.conj(out0) * upper + out0 * MP.conj(lower)

    return beat(omega(frequency_hz)) / beat(MP.mpf(0)) * pole(frequency_hz, rc_bandwidth_hz)


def ring_power(detuning_rad_s, photon_lifetime_s, intrinsic_share):
    """Static transmitted power of the ring, |1 - m^2/(g - j D)|^2."""
    g = 1 / (2 * photon_lifetime_s)
    return abs(1 - 2 * g * (1 - intrinsic_share) / (g - 1j * detuning_rad_s)) ** 2


def ring_tone(frequency_hz, photon_lifetime_s, detuning_hz, intrinsic_share, swing_hz, steps=2000, settle=40):
    """First harmonic of the power behind a ring with detuning_hz + swing_hz cos(w t), over swing * static slope.

    Runge-Kutta of fourth order on da/dt = (j D(t) - g) a + m, so many steps per period; the start is waited for.
    """
    g = 1 / (2 * photon_lifetime_s)
    m = math.sqrt(2 * g * (1 - intrinsic_share))
    w, d0, swing = (2 * math.pi * x for x in (frequency_hz, detuning_hz, swing_hz))
    step = 1 / frequency_hz / steps
    periods = math.ceil(settle / g * frequency_hz)

    def slope(t, a):
        return (1j * (d0 + swing * math.cos(w * t)) - g) * a + m

    a, total = m / (g - 1j * d0), 0j
    for k in range((periods + 1) * steps):
        t = k * step
        if k >= periods * steps:
            total += abs(1 - m * a) ** 2 * complex(math.cos(w * t), -math.sin(w * t))
        k1 = slope(t, a)
        k2 = slope(t + step / 2, a + step / 2 * k1)
        k3 = slope(t + step / 2, a + step / 2 * k2)
        k4 = slope(t + step, a + step * k3)
        a += step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    h = g * 1e-5
    above, below = (ring_power(d0 + offset, photon_lifetime_s, intrinsic_share) for offset in (h, -h))
    static = (above - below) / (2 * h)
    return np.complex128(2 * total / steps / (swing * static))


def photodiode(frequency_hz, transit_bandwidth_hz, rc_bandwidth_hz):
    """Mean of exp(-j w t) over the transit time, centred, and a pole; the transit time from its half-power point."""
    edge = half_power(lambda x: (MP.sin(MP.pi * x) / (MP.pi * x)) ** 2 if x < 1 else MP.mpf(0))
    return symbol(frequency_hz, edge / MP.mpf(transit_bandwidth_hz)) * pole(frequency_hz, rc_bandwidth_hz)


def noise_rise(frequency_hz, corner_hz):
    return abs(MP.mpc(1, MP.mpf(frequency_hz) / MP.mpf(corner_hz))) ** 2
