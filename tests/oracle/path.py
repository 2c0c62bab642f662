"""Fibre: chromatic dispersion with chirp, differential group delay, polarisation-dependent loss.

    group delay  tau(lambda) = (S0 / 8) (lambda - lambda0^2 / lambda)^2,  D = d tau / d lambda
    field        H(w) = exp(-j b2 L w^2 / 2),  b2 = -D lambda^2 / (2 pi c)        carrier exp(+j w t)
    chirp        phase = (alpha / 2) ln P
    DGD          power halves between two polarisations delayed by +tau/2 and -tau/2
Source: three-term Sellmeier fit (ITU-T G.652); Henry's alpha; with exp(+j w t), alpha > 0 and D > 0
must fade.
"""

from tests.oracle import MP, SPEED_OF_LIGHT_M_PER_S


def dispersion_s_per_m2(wavelength_m, zero_wavelength_m, slope_s_per_m3):
    """D [s/m^2] as the numerical derivative of the Sellmeier group delay per metre."""
    zero = MP.mpf(zero_wavelength_m)

    def delay(wavelength):
        return MP.mpf(slope_s_per_m3) / 8 * (wavelength - zero**2 / wavelength) ** 2

    with MP.workdps(60):
        return MP.diff(delay, MP.mpf(wavelength_m))


def dispersion_phase(wavelength_m, accumulated_s_per_m, frequency_hz):
    """Phase [rad] of the side band at frequency_hz against the carrier, -b2 L w^2 / 2, for D L =
    accumulated_s_per_m."""
    b2_length = (
        -MP.mpf(accumulated_s_per_m) * MP.mpf(wavelength_m) ** 2 / (2 * MP.pi * SPEED_OF_LIGHT_M_PER_S)
    )
    return -b2_length * (2 * MP.pi * MP.mpf(frequency_hz)) ** 2 / 2


def chromatic_response(wavelength_m, accumulated_s_per_m, alpha, frequency_hz):
    """Intensity in over intensity out of a weak modulation, by sending a chirped field through the fibre.

    Eight samples of one period of P = 1 + m cos(w t) with m = 1e-16, its chirped field, an explicit discrete
    Fourier transform, the fibre's phase on every harmonic, back, and the first harmonic of the received
    intensity over m. The modulation is so weak that what the linearisation leaves out is of order m^2 =
    1e-32.
    """
    count = 8
    with MP.workdps(80):
        depth = MP.mpf("1e-16")
        phase = dispersion_phase(wavelength_m, accumulated_s_per_m, frequency_hz)
        field = []
        for n in range(count):
            power = 1 + depth * MP.cos(2 * MP.pi * n / count)
            field.append(MP.sqrt(power) * MP.expj(MP.mpf(alpha) / 2 * MP.log(power)))
        received = [MP.mpc(0)] * count
        for harmonic in range(-count // 2 + 1, count // 2 + 1):
            bin_value = (
                sum(field[n] * MP.expj(-2 * MP.pi * harmonic * n / count) for n in range(count)) / count
            )
            bin_value *= MP.expj(phase * harmonic**2)
            for n in range(count):
                received[n] += bin_value * MP.expj(2 * MP.pi * harmonic * n / count)
        first = sum(abs(received[n]) ** 2 * MP.cos(2 * MP.pi * n / count) for n in range(count)) * 2 / count
        return first / depth


def dgd_response(dgd_s, frequency_hz):
    """Response of two equal intensities delayed by plus and minus half the differential group delay."""
    angle = 2 * MP.pi * MP.mpf(frequency_hz) * MP.mpf(dgd_s) / 2
    return ((MP.expj(angle) + MP.expj(-angle)) / 2).real


def fading_formula(wavelength_m, accumulated_s_per_m, alpha, frequency_hz):
    """The closed form of chromatic_response: sqrt(1 + alpha^2) cos(theta + atan alpha). Used where speed
    matters."""
    theta = dispersion_phase(wavelength_m, accumulated_s_per_m, frequency_hz)
    return MP.sqrt(1 + MP.mpf(alpha) ** 2) * MP.cos(theta + MP.atan(MP.mpf(alpha)))


def equalised_penalty(wavelength_m, accumulated_s_per_m, alpha, dgd_s, nyquist_hz):
    """OMA ratio lost to a zero-forcing equaliser in white noise, and 0; or (nan, 1) when |H| < 0.1 somewhere
    in band.

    sqrt of the mean of 1 / |H|^2 from 0 to nyquist_hz. The band is looked through in 2000 steps for the fade.
    """

    def response(frequency):
        return fading_formula(wavelength_m, accumulated_s_per_m, alpha, frequency) * dgd_response(
            dgd_s, frequency
        )

    nyquist = MP.mpf(nyquist_hz)
    steps = 2000
    with MP.workdps(16):
        values = [response(nyquist * k / steps) for k in range(steps + 1)]
    # A change of sign is a null even when both neighbours are large.
    if min(values) < MP.mpf("0.1"):
        return MP.nan, 1
    with MP.workdps(25):
        mean, error = MP.quad(lambda x: 1 / response(x * nyquist) ** 2, MP.linspace(0, 1, 5), error=True)
        assert error < MP.mpf("1e-18") * mean
        return MP.sqrt(mean), 0


def pdl_worst_transmission(pdl_ratio):
    """Transmission of the worst state over the mean over the Poincare sphere; pdl_ratio = T_max / T_min >= 1.

    On the sphere T = T_min + (T_max - T_min)(1 + cos u)/2 at polar angle u from the favoured state, area sin
    u du / 2.
    """
    best = MP.mpf(pdl_ratio)
    mean = MP.quad(lambda u: (1 + (best - 1) * (1 + MP.cos(u)) / 2) * MP.sin(u) / 2, [0, MP.pi])
    return 1 / mean
