"""Electrical power of the parts of an optical module.

    laser    I = I_th exp((T - T_ref)/T0) + P / (eta exp(-(T - T_ref)/T1)),   P_el = I (V0 + I R_s)
    cooler   (P_el - P_opt + leak) / COP
    driver   V_supply (V_pp / R) k
    DSP      fixed logic per bit and taps x energy per tap
    supply   what a converter of efficiency e burns for a load: load / e - load
Source: textbook laser-diode characteristics (exponential threshold and slope); definitions.
"""

from tests.oracle import MP


def laser_current_a(power_w, threshold_a, slope_w_per_a, temperature_c, reference_c, t0_k, t1_k):
    """Drive current for an optical power, by inverting P = slope(T) (I - I_th(T)) with bisection."""
    rise = MP.mpf(temperature_c) - MP.mpf(reference_c)
    threshold = MP.mpf(threshold_a) * MP.exp(rise / MP.mpf(t0_k))
    slope = MP.mpf(slope_w_per_a) * MP.exp(-rise / MP.mpf(t1_k))
    low, high = threshold, threshold + 1
    while slope * (high - threshold) < MP.mpf(power_w):
        high = threshold + 2 * (high - threshold)
    for _ in range(130):
        middle = (low + high) / 2
        if slope * (middle - threshold) < MP.mpf(power_w):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def laser_electrical_w(current_a, junction_v, series_ohm):
    """Junction power plus ohmic heat."""
    current = MP.mpf(current_a)
    return current * MP.mpf(junction_v) + current**2 * MP.mpf(series_ohm)


def tec_w(electrical_w, optical_w, leak_w, cop):
    """Electrical power of a cooler that pumps all heat: what did not leave as light, and what leaks in."""
    heat = MP.mpf(electrical_w) - MP.mpf(optical_w) + MP.mpf(leak_w)
    return heat / MP.mpf(cop)


def driver_w(supply_v, swing_vpp_v, load_ohm, stage_factor):
    """A stage that switches the current swing / load from its supply, times the factor for its pre-stages."""
    current = MP.mpf(swing_vpp_v) / MP.mpf(load_ohm)
    return MP.mpf(supply_v) * current * MP.mpf(stage_factor)


def dsp_logic_j_per_bit(fixed, per_tap, taps):
    """Energy per bit of a signal processor's logic; every tap costs the same."""
    total = MP.mpf(fixed)
    for _ in range(int(taps)):
        total += MP.mpf(per_tap)
    return total


def conversion_loss_w(load_w, efficiency):
    """Input power of the converter less the load."""
    return MP.mpf(load_w) / MP.mpf(efficiency) - MP.mpf(load_w)


def tec_cop(cold_c, hot_c, carnot_fraction):
    """A fraction of the ideal heat pump between two absolute temperatures: Q/W = T_c/(T_h - T_c); no lift, no work."""
    zero = MP.mpf("273.15")
    cold, hot = MP.mpf(cold_c) + zero, MP.mpf(hot_c) + zero
    return MP.inf if hot <= cold else MP.mpf(carnot_fraction) / (hot / cold - 1)
