"""Optical levels, modulation amplitude and modulator transfer.

    OMA = P_high - P_low,  ER = P_high / P_low,  P_avg = (P_high + P_low) / 2
    RLM = min(3 ES1, 3 ES2, 2 - 3 ES1, 2 - 3 ES2),  Vmid = (V0 + V3) / 2,
          ES1 = (V1 - Vmid) / (V0 - Vmid),  ES2 = (V2 - Vmid) / (V3 - Vmid)
    push-pull Mach-Zehnder: T(v) = cos^2(pi (v + Vb) / (2 Vpi)), biased at quadrature Vb = -Vpi/2
    relative intensity noise: variance = RIN_avg P_avg^2 B = RIN_OMA (OMA/2)^2 B
Source: definitions of OMA and ER (IEEE 802.3 clause 121), RLM (802.3 clause 120D); the two-beam
interferometer.
"""

from tests.oracle import MP


def outer_powers_w(oma_w, er):
    """(P_low, P_high): the solution of P_high - P_low = OMA and P_high - ER P_low = 0."""
    solution = MP.lu_solve(MP.matrix([[-1, 1], [-MP.mpf(er), 1]]), MP.matrix([MP.mpf(oma_w), 0]))
    return solution[0], solution[1]


def average_power_w(oma_w, er):
    """Mean of the two outer powers (equiprobable, symmetric levels)."""
    low, high = outer_powers_w(oma_w, er)
    return (low + high) / 2


def oma_from_average_w(average_w, er):
    """OMA whose average power is average_w: the average is proportional to the OMA."""
    return MP.mpf(average_w) / average_power_w(1, er)


def levels_w(oma_w, er, rlm, count):
    """count levels, equally spaced but for the inner ones, drawn towards the middle by the factor rlm."""
    low, high = outer_powers_w(oma_w, er)
    middle = (low + high) / 2
    result = []
    for k in range(count):
        ideal = low + (high - low) * k / (count - 1)
        inner = 0 < k < count - 1
        result.append(middle + MP.mpf(rlm) * (ideal - middle) if inner else ideal)
    return result


def level_mismatch_ratio(levels):
    """IEEE level separation mismatch ratio of four levels."""
    v0, v1, v2, v3 = (MP.mpf(float(v)) for v in levels)
    middle = (v0 + v3) / 2
    es1 = (v1 - middle) / (v0 - middle)
    es2 = (v2 - middle) / (v3 - middle)
    return min(3 * es1, 3 * es2, 2 - 3 * es1, 2 - 3 * es2)


def mzm_quadrature(drive_vpp_v, v_pi_v):
    """(swing, ER) of a push-pull modulator at quadrature, from its cos^2 transfer at the two ends of the
    drive."""
    v_pi = MP.mpf(v_pi_v)

    def transmission(drive):
        return MP.cos(MP.pi * (drive - v_pi / 2) / (2 * v_pi)) ** 2

    high = transmission(MP.mpf(drive_vpp_v) / 2)
    low = transmission(-MP.mpf(drive_vpp_v) / 2)
    return high - low, high / low


def rin_oma_from_average(rin_avg_per_hz, er):
    """RIN referred to half the OMA that makes the same noise power as RIN referred to the average power."""
    noise = MP.mpf(rin_avg_per_hz) * average_power_w(1, er) ** 2
    return noise / MP.mpf("0.5") ** 2
