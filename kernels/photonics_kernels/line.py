"""Electrical two-ports of a differential pair: a length of line, lumped parts, their cascade, the voltage they pass on.

A two-port is one complex128 array of shape (4, K), rows S11, S12, S21, S22 (``s11, s12, s21, s22 = two_port`` names them) over the
float64 array ``frequency_hz`` >= 0 of length K.  ``reference_ohm`` is the DIFFERENTIAL reference, 2 R0 (100 for R0 = 50), the
same for everything that is cascaded.  Impedances of lines, sources and loads are differential too; capacitance and inductance are
those of EACH LEG (to ground, in series), as the sheets of IEEE 802.3 give them.  Convention exp(+j w t).

Source: IEEE 802.3 Annex 93A (93A-9 to 93A-14, 93A-18), read in a public implementation of COM.
"""

import math

from ._jit import kernel
from .response import one_minus_exp

S11, S12, S21, S22 = 0, 1, 2, 3
LOG_REFERENCE_HZ = 1e9  # the sheets' logarithm is of the frequency in GHz


@kernel
def propagation_per_m(frequency_hz, g0_per_m, a1_per_m_rthz, a2_s_per_m, tau_s_per_m):
    """Propagation constant gamma of a line in 1/m (nepers and radians), at one frequency in Hz.

    gamma = g0 + a1 (1 + j) sqrt(f) + a2 (1 - j (2/pi) ln(f/GHz)) f + j 2 pi tau f, and g0 at DC, where the logarithm has no value.
    g0 is loss at DC, a1 the skin effect with its inductance, a2 the dielectric with the change of delay that causality asks for,
    tau the phase delay at 1 GHz apart from the skin effect's.  From the sheets, which count in mm and ns: g0 [1/mm] * 1e3,
    a1 [sqrt(ns)/mm] * 1e3/sqrt(1e9), a2 [ns/mm] * 1e-6, tau [ns/mm] * 1e-6.  Loss in dB/m is 8.685890 Re gamma.
    """
    if frequency_hz == 0.0:
        return complex(g0_per_m, 0.0)
    skin = a1_per_m_rthz * math.sqrt(frequency_hz)
    dielectric = a2_s_per_m * frequency_hz
    slowing = dielectric * 2.0 / math.pi * math.log(frequency_hz / LOG_REFERENCE_HZ)
    return complex(g0_per_m + skin + dielectric, skin - slowing + 2.0 * math.pi * tau_s_per_m * frequency_hz)


@kernel
def fill_line(
    frequency_hz,
    length_m,
    impedance_ohm,
    reference_ohm,
    g0_per_m,
    a1_per_m_rthz,
    a2_s_per_m,
    tau_s_per_m,
    out,
):
    """Fill ``out`` (4, K) with a line of real differential impedance Zc and the ``propagation_per_m`` of its coefficients.

    rho = (Zc - Zr)/(Zc + Zr), e = exp(-2 gamma L):  S11 = S22 = rho (1 - e) / (1 - rho^2 e),
    S21 = S12 = (1 - rho^2) exp(-gamma L) / (1 - rho^2 e).  Length 0 is a through.  Passive while Re gamma >= 0.
    """
    rho = (impedance_ohm - reference_ohm) / (impedance_ohm + reference_ohm)
    passed = 1.0 - rho * rho
    for k in range(frequency_hz.shape[0]):
        along = length_m * propagation_per_m(frequency_hz[k], g0_per_m, a1_per_m_rthz, a2_s_per_m, tau_s_per_m)
        lost = one_minus_exp(2.0 * along)
        between = passed + rho * rho * lost
        decay = math.exp(-along.real)
        out[S11, k] = rho * lost / between
        out[S21, k] = passed * complex(decay * math.cos(along.imag), -decay * math.sin(along.imag)) / between
        out[S12, k] = out[S21, k]
        out[S22, k] = out[S11, k]


@kernel
def fill_shunt_capacitance(frequency_hz, capacitance_f, reference_ohm, out):
    """Fill ``out`` (4, K) with a capacitance from each leg to ground: y = j w C R0, S11 = -y/(2 + y), S21 = 2/(2 + y)."""
    for k in range(frequency_hz.shape[0]):
        y = complex(0.0, math.pi * frequency_hz[k] * capacitance_f * reference_ohm)  # w C R0, R0 half the reference
        out[S11, k] = -y / (2.0 + y)
        out[S21, k] = 2.0 / (2.0 + y)
        out[S12, k] = out[S21, k]
        out[S22, k] = out[S11, k]


@kernel
def fill_series_inductance(frequency_hz, inductance_h, reference_ohm, out):
    """Fill ``out`` (4, K) with an inductance in each leg: z = j w L, S11 = z/(2 R0 + z), S21 = 2 R0/(2 R0 + z)."""
    for k in range(frequency_hz.shape[0]):
        z = complex(0.0, 2.0 * math.pi * frequency_hz[k] * inductance_h)
        out[S11, k] = z / (reference_ohm + z)
        out[S21, k] = reference_ohm / (reference_ohm + z)
        out[S12, k] = out[S21, k]
        out[S22, k] = out[S11, k]


@kernel
def cascade(a, b, out):
    """Fill ``out`` with two-port a followed by b, reflections between them included; ``out`` may be a or b itself.

    d = 1/(1 - A22 B11): S11 = A11 + A12 A21 B11 d, S12 = A12 B12 d, S21 = A21 B21 d, S22 = B22 + B21 B12 A22 d.
    """
    for k in range(a.shape[1]):
        a11, a12, a21, a22 = a[S11, k], a[S12, k], a[S21, k], a[S22, k]
        b11, b12, b21, b22 = b[S11, k], b[S12, k], b[S21, k], b[S22, k]
        bounce = 1.0 / (1.0 - a22 * b11)
        out[S11, k] = a11 + a12 * a21 * b11 * bounce
        out[S12, k] = a12 * b12 * bounce
        out[S21, k] = a21 * b21 * bounce
        out[S22, k] = b22 + b21 * b12 * a22 * bounce


@kernel
def voltage_transfer(two_port, source_ohm, load_ohm, reference_ohm, out):
    """Fill ``out`` (K) with TWICE the load voltage over the source's open voltage, as COM counts: 1 for a matched through.

    H = S21 (1 - G1)(1 + G2) / (1 - S11 G1 - S22 G2 - S12 S21 G1 G2 + S11 S22 G1 G2), G1 and G2 the reflections of source and load.
    At DC a lossless two-port gives 2 RL/(RS + RL), not 1: divide by the value there for a relative response.  A source of 0 ohm
    (voltage source) and a load of inf (open) are allowed.  Source: 93A-18.
    """
    g1 = (source_ohm - reference_ohm) / (source_ohm + reference_ohm)
    g2 = (1.0 - reference_ohm / load_ohm) / (1.0 + reference_ohm / load_ohm)
    for k in range(two_port.shape[1]):
        s11, s12, s21, s22 = two_port[S11, k], two_port[S12, k], two_port[S21, k], two_port[S22, k]
        below = 1.0 - s11 * g1 - s22 * g2 + (s11 * s22 - s12 * s21) * g1 * g2
        out[k] = s21 * (1.0 - g1) * (1.0 + g2) / below
