"""Power of the electrical blocks of a module for a block of points: the vector form of ``energy``."""

from . import roles
from ._jit import kernel
from .block import WIDTH
from .energy import ZERO_CELSIUS_K
from .scale import LN10_OVER_10, WATT_PER_MILLIWATT
from .vector import exp_v


@kernel
def laser_w(r, cooled, need_dbm, out_w):
    """Electrical power of one laser with its cooler at a facet power; ``need_dbm`` and ``out_w`` are blocks of WIDTH.

    I = Ith exp(dT/T0) + P/(eta exp(-dT/T1)), I (V0 + I Rs), cooler (heat + leak)/COP.
    """
    for i in range(WIDTH):
        optical = WATT_PER_MILLIWATT * exp_v(need_dbm[i] * LN10_OVER_10)
        case = r[roles.CASE_C + i]
        temperature = r[roles.LASER_COOLED_C + i] if cooled else case + r[roles.LASER_HEATING + i]
        excess = temperature - r[roles.LASER_REFERENCE_C + i]
        t0, t1, slope = r[roles.LASER_T0 + i], r[roles.LASER_T1 + i], r[roles.LASER_SLOPE + i]
        share = excess / (t0 * t1)  # one division for two exponents
        threshold = r[roles.LASER_THRESHOLD_A + i] * exp_v(share * t1)
        current = threshold + optical * exp_v(share * t0) / slope
        electrical = current * (r[roles.LASER_JUNCTION_V + i] + current * r[roles.LASER_SERIES_OHM + i])
        cooler = 0.0
        if cooled:
            hot = case + r[roles.TEC_RISE + i]
            lift = hot - temperature
            # over the coefficient of performance, a share of Carnot's: heat x lift/(share T)
            heat = (electrical - optical + r[roles.TEC_LEAK_W + i]) * max(lift, 0.0)
            cooler = heat / (r[roles.TEC_CARNOT + i] * (temperature + ZERO_CELSIUS_K))
        out_w[i] = electrical + cooler


@kernel
def load_w(r, lanes, bits_per_symbol, dsp_share, has_dsp_part, out_w):
    """Load of one module end without its lasers and modulator bias, which every lane has of its own: drivers, TIA, DSP, controller.  The converters' efficiency divides the whole.

    ``dsp_share`` is 1 with a DSP in both directions, 0.5 in one, 0 without; ``has_dsp_part`` tells which of its three energies exist.
    """
    serdes, converter, logic = has_dsp_part
    for i in range(WIDTH):
        line = lanes * r[roles.SYMBOL_RATE + i] * bits_per_symbol
        driver = r[roles.DRIVER_SUPPLY_V + i] * (r[roles.DRIVER_SWING_V + i] / r[roles.DRIVER_LOAD + i]) * r[roles.DRIVER_STAGES + i]
        load = lanes * driver + line * r[roles.TIA + i] + r[roles.CONTROLLER_W + i]
        dsp = 0.0
        if serdes:
            dsp += r[roles.SERDES + i]
        if converter:
            dsp += r[roles.CONVERTER + i]
        if logic:
            dsp += r[roles.DSP_FIXED + i] + r[roles.DSP_TAP + i] * r[roles.TAPS + i]
        out_w[i] = load + dsp_share * line * dsp
