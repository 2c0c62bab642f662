"""Electrical two-ports by chain (ABCD) matrices, one frequency at a time, in the units of the sheets of IEEE 802.3.

    [V1, I1] = [[A, B], [C, D]] [V2, I2], I2 out of port 2; a cascade is the product of matrices
GHz, mm, ns; differential impedances in ohm; capacitance [F] and inductance [H] of each leg of the pair.
"""

from tests.oracle import MP


def propagation_per_mm(frequency_ghz, g0, a1, a2, tau):
    """gamma [1/mm] of 93A-9 to 93A-11, g0 [1/mm], a1 [sqrt(ns)/mm], a2 [ns/mm], tau [ns/mm]."""
    f = MP.mpf(frequency_ghz)
    if f == 0:
        return MP.mpc(g0)
    gamma1 = MP.mpf(a1) * MP.mpc(1, 1)
    gamma2 = MP.mpf(a2) * (1 - MP.mpc(0, 2) / MP.pi * MP.log(f)) + MP.mpc(0, 2) * MP.pi * MP.mpf(tau)
    return MP.mpf(g0) + gamma1 * MP.sqrt(f) + gamma2 * f


def line(frequency_ghz, length_mm, impedance_ohm, g0, a1, a2, tau):
    along = propagation_per_mm(frequency_ghz, g0, a1, a2, tau) * MP.mpf(length_mm)
    z = MP.mpf(impedance_ohm)
    return MP.matrix([[MP.cosh(along), z * MP.sinh(along)], [MP.sinh(along) / z, MP.cosh(along)]])


def shunt_capacitance(frequency_ghz, capacitance_f):
    """From leg to ground and from ground to the other leg: half the capacitance between the legs."""
    return MP.matrix([[1, 0], [MP.mpc(0, 2) * MP.pi * MP.mpf(frequency_ghz) * 10**9 * MP.mpf(capacitance_f) / 2, 1]])


def series_inductance(frequency_ghz, inductance_h):
    """Both legs in series round the loop."""
    return MP.matrix([[1, 2 * MP.mpc(0, 2) * MP.pi * MP.mpf(frequency_ghz) * 10**9 * MP.mpf(inductance_h)], [0, 1]])


def to_scattering(chain, reference_ohm):
    """S11, S12, S21, S22 of a chain matrix in one real reference."""
    z = MP.mpf(reference_ohm)
    a, b, c, d = chain[0, 0], chain[0, 1], chain[1, 0], chain[1, 1]
    below = a + b / z + c * z + d
    return (
        (a + b / z - c * z - d) / below,
        2 * (a * d - b * c) / below,
        2 / below,
        (-a + b / z - c * z + d) / below,
    )


def voltage_transfer(chain, source_ohm, load_ohm):
    """Twice the voltage at the load over the open voltage of the source: Kirchhoff at both ends."""
    source, load = MP.mpf(source_ohm), MP.mpf(load_ohm)
    v1 = chain[0, 0] + chain[0, 1] / load  # for 1 V at the load
    i1 = chain[1, 0] + chain[1, 1] / load
    return 2 / (v1 + source * i1)
