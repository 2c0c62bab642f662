"""Electrical power of the blocks of an optical engine, each from its own physics, in W."""

import math

from ._jit import kernel

ZERO_CELSIUS_K = 273.15


@kernel
def laser_current_a(power_w, threshold_a, slope_w_per_a, temperature_c, reference_c, t0_k, t1_k):
    """Drive current of a laser for an optical power, I = Ith exp((T-Tref)/T0) + P / (eta exp(-(T-Tref)/T1)).

    Valid below thermal roll-over; the caller compares ``power_w`` with the part's limit.
    """
    excess = temperature_c - reference_c
    return threshold_a * math.exp(excess / t0_k) + power_w / (slope_w_per_a * math.exp(-excess / t1_k))


@kernel
def laser_electrical_w(current_a, junction_v, series_ohm):
    """Electrical power I (V0 + I Rs) of a laser diode."""
    return current_a * (junction_v + current_a * series_ohm)


@kernel
def tec_cop(cold_c, hot_c, carnot_fraction):
    """Coefficient of performance of a thermo-electric cooler, a fraction of the ideal T_cold/(T_hot - T_cold), in kelvin.

    Infinite where the hot side is no warmer than the cold one: nothing has to be pumped (a heater's power is not counted).
    A single-stage cooler reaches 0.05 to 0.1 of the ideal at 10 to 40 K of lift.
    """
    if hot_c <= cold_c:
        return math.inf
    return carnot_fraction * (cold_c + ZERO_CELSIUS_K) / (hot_c - cold_c)


@kernel
def tec_w(electrical_w, optical_w, leak_w, cop):
    """Power of a thermo-electric cooler: (heat + ambient leak)/COP with heat = electrical - emitted optical power."""
    return (electrical_w - optical_w + leak_w) / cop


@kernel
def driver_w(supply_v, swing_vpp_v, load_ohm, stage_factor):
    """Modulator driver V_supply (Vpp / R) k: a current-mode output stage that steers Vpp/R, times all other stages over it."""
    return supply_v * (swing_vpp_v / load_ohm) * stage_factor


@kernel
def dsp_logic_j_per_bit(fixed, per_tap, taps):
    """Energy per bit of a DSP's logic: what is fixed + one multiplier per equaliser tap (interface and converters apart)."""
    return fixed + per_tap * taps


@kernel
def conversion_loss_w(load_w, efficiency):
    """Loss of a DC/DC converter that feeds ``load_w``: load (1/efficiency - 1)."""
    return load_w * (1.0 / efficiency - 1.0)
