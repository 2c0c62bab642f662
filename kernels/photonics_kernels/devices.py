"""Frequency responses of devices: modulators, photodiode and amplifier.  The rules are those of ``response``.

Each ``times_<kind>`` multiplies ``response`` in place over ``frequency_hz`` >= 0, exp(+j w t), and is 1 at DC: static gain (slope
efficiency, responsivity, transimpedance) is accounted for elsewhere.
"""

import math

from ._jit import kernel
from .path import SPEED_OF_LIGHT_M_S
from .response import one_minus_exp, sinc, times_pole, times_pole2

TRANSIT_HALF_POWER = 0.442946470689452  # where sinc(x) = 1/sqrt(2)


@kernel
def times_eml(frequency_hz, source_ohm, inductance_h, capacitance_f, series_ohm, termination_ohm, response):
    """Electro-absorption modulator as lumped parts: voltage over the junction's capacitance, over its value at DC.

    Source resistance Rs and bond wire L in series feed a termination Rt in parallel with the modulator Rj + 1/(j w C):
    H = (1 + Rs/Rt) / [(1 + j w Rj C) (1 + Z/Rt) + j w C Z],  Z = Rs + j w L.
    Rt may be ``inf`` (unterminated), L, C, Rj and Rs may be 0.  With L = Rj = 0 it is one pole at 1 / (2 pi C (Rs || Rt)).
    Valid while the chip is short against the wavelength on it (1.4 mm at 60 GHz and an index of 3.5) and for small signals: C and
    the slope of the absorption change with voltage.  Exact for this circuit; the circuit as a model of an EML: recalled.
    """
    for k in range(frequency_hz.shape[0]):
        w = 2.0 * math.pi * frequency_hz[k]
        feed = complex(source_ohm, w * inductance_h)
        loaded = 1.0 + feed / termination_ohm
        junction = complex(1.0, w * series_ohm * capacitance_f) * loaded + complex(0.0, w * capacitance_f) * feed
        response[k] *= (1.0 + source_ohm / termination_ohm) / junction


@kernel
def times_travelling_wave(frequency_hz, length_m, index_mismatch, skin_loss_np_per_m_rthz, response):
    """Travelling-wave modulator, electrode matched at both ends: H = (1 - e^(-g L)) / (g L).

    g = a sqrt(f) + j 2 pi f dn / c: a = ``skin_loss_np_per_m_rthz`` is the loss of the drive VOLTAGE in nepers per metre and root
    hertz (1 dB/(cm sqrt(GHz)) = 20 log10 of voltage -> 100 / 8.685890 / sqrt(1e9) = 3.6407e-4), dn = ``index_mismatch`` the
    microwave index less the group index of light, of either sign.  Loss alone: 3 dB less response where the electrode loses 6.4;
    mismatch alone: sinc, half the power at 0.4429 c / (|dn| L).  The delay of dn L / (2c) stays in.  The loss has no reactive part
    (no internal inductance), so that it is slightly acausal.  a >= 0.  Impedance mismatch, dielectric loss and the junction's
    series resistance are left out.  Textbook (velocity mismatch and loss of a co-propagating wave), derived again.
    """
    loss = skin_loss_np_per_m_rthz * length_m
    walk_off_s = index_mismatch * length_m / SPEED_OF_LIGHT_M_S
    for k in range(frequency_hz.shape[0]):
        f = frequency_hz[k]
        z = complex(loss * math.sqrt(f), 2.0 * math.pi * f * walk_off_s)
        if z != 0.0:
            response[k] *= one_minus_exp(z) / z


@kernel
def times_ring(frequency_hz, photon_lifetime_s, detuning_hz, intrinsic_share, rc_bandwidth_hz, response):
    """All-pass ring modulator at a fixed detuning, small signal, behind one pole of its junction.

    Coupled modes, a the amplitude in the ring, D(t) its driven resonance less the laser in rad/s, s the input:
    da/dt = (j D(t) - g) a + m s,  out = s - m a,  m^2 = 2 g_e,  g = g_e + g_0 (coupling and intrinsic loss).
    Linearised about D0 = 2 pi ``detuning_hz``, the power |out|^2 answers D with a zero and two poles,
    H = (1 + j w / (2 g_0)) (g^2 + D0^2) / ((g + j w)^2 + D0^2),
    which does not depend on the sign of D0 and peaks near w = D0.  ``photon_lifetime_s`` is that of the ENERGY in the loaded ring,
    tau = 1/(2 g) = Q lambda / (2 pi c), the line is 1/(2 pi tau) wide; ``intrinsic_share`` = g_0/g in (0, 1]: 0.5 at critical
    coupling, above it under-coupled.  Near the line's centre (D0 = 0) the slope vanishes and second order rules; a share of 0 (no
    loss) modulates no power at DC.  ``rc_bandwidth_hz`` may be inf.  Neither self-heating nor modulated loss.
    Source: coupled modes of Little et al. 1997 (recalled); the response is derived and held against the integrated equation.
    """
    per_hz = 4.0 * math.pi * photon_lifetime_s  # 2 pi / g
    detuned = per_hz * detuning_hz
    at_dc = 1.0 + detuned * detuned
    for k in range(frequency_hz.shape[0]):
        x = per_hz * frequency_hz[k]
        poles = complex(1.0 + (detuned - x) * (detuned + x), 2.0 * x)
        response[k] *= at_dc * complex(1.0, x / (2.0 * intrinsic_share)) / poles
    times_pole(frequency_hz, rc_bandwidth_hz, response)


@kernel
def times_photodiode(frequency_hz, transit_bandwidth_hz, rc_bandwidth_hz, response):
    """Photodiode: sinc of the transit time with half the power at ``transit_bandwidth_hz``, then one pole.

    H = sinc(0.442946 f/Bt) / (1 + j f/Brc): a current that flows uniformly for the transit time 0.442946/Bt, its mean delay (half
    of it) taken out; the pole keeps its own.  Either may be inf.  One kind of carrier, uniform field, below saturation; with both
    kinds and absorption along the way the true roll-off is softer.  Textbook, recalled.
    """
    for k in range(frequency_hz.shape[0]):
        response[k] *= sinc(TRANSIT_HALF_POWER * frequency_hz[k] / transit_bandwidth_hz)
    times_pole(frequency_hz, rc_bandwidth_hz, response)


@kernel
def times_tia(frequency_hz, bandwidth_hz, quality, response):
    """Transimpedance amplifier: the two poles of ``times_pole2``, half the power at ``bandwidth_hz``.

    Shunt feedback around an amplifier of one pole gives exactly two; Q of 0.58 to 0.8 (flat delay to slight peaking) is usual
    (recalled).  Group delay at DC stays in.
    """
    times_pole2(frequency_hz, bandwidth_hz, quality, response)


@kernel
def noise_rise(frequency_hz, corner_hz, out):
    """Shape of an amplifier's noise spectrum before the receiver's responses: fills ``out`` with 1 + (f/fc)^2 (a POWER ratio).

    White noise of the feedback resistor below, the input transistor's voltage noise over the photodiode's capacitance above the
    corner; fc = inf: white.  It grows without bound: meant for use under a response that falls faster.  Textbook, recalled.
    """
    for k in range(frequency_hz.shape[0]):
        x = frequency_hz[k] / corner_hz
        out[k] = 1.0 + x * x
