"""What the fused link pass reads of a lane: one row per quantity, in the canonical units of the design files.

Units: dB and dBm where the name says so, nm, ps/(nm^2 km), degC; everything else SI.  Rows of a quantity that a design leaves out hold
NaN and are not read: flags of ``LaneProgram`` say which exist.  ``WIDTH`` points a row, as in ``block``.
"""

import itertools
from typing import NamedTuple

import numpy as np

from .block import WIDTH

_NEXT = itertools.count()
NAMES: list[str] = []


def _role(name):
    """Offset of the row of a scalar of the design, named by its path."""
    NAMES.append(name)
    return next(_NEXT) * WIDTH


SYMBOL_RATE = _role("signal.symbol_rate")
PAYLOAD_RATE = _role("signal.payload_rate")
WAVELENGTH_LOW_NM = _role("signal.wavelength<")
WAVELENGTH_HIGH_NM = _role("signal.wavelength>")
CASE_C = _role("environment.case_temperature")
LASER_MAX_DBM = _role("laser.power_max")
LASER_THRESHOLD_A = _role("laser.threshold_current")
LASER_SLOPE = _role("laser.slope_efficiency")
LASER_JUNCTION_V = _role("laser.junction_voltage")
LASER_SERIES_OHM = _role("laser.series_resistance")
LASER_REFERENCE_C = _role("laser.reference_temperature")
LASER_T0 = _role("laser.threshold_t0")
LASER_T1 = _role("laser.slope_t1")
LASER_COOLED_C = _role("laser.temperature")
LASER_HEATING = _role("laser.self_heating")
TEC_CARNOT = _role("laser.tec_carnot_fraction")
TEC_LEAK_W = _role("laser.tec_leak")
TEC_RISE = _role("laser.tec_hot_rise")
RIN_AVG_DB_HZ = _role("laser.rin_avg")
RIN_OMA_DB_HZ = _role("laser.rin_oma")
MODULATOR_LOSS_DB = _role("modulator.insertion_loss")
ER_DB = _role("modulator.extinction_ratio")
V_PI = _role("modulator.v_pi")
SWING_V = _role("modulator.drive_swing")
RLM = _role("modulator.level_mismatch")
ALPHA_LOW = _role("modulator.chirp_alpha<")
ALPHA_HIGH = _role("modulator.chirp_alpha>")
BIAS_W = _role("modulator.bias_power")
OMA_OUTER_DBM = _role("launch.oma_outer")
MARGIN_TARGET_DB = _role("launch.margin_target")
TDECQ_DB = _role("launch.tdecq")
TECQ_DB = _role("launch.tecq")
SNDR_DB = _role("launch.sndr")
LAUNCH_RETURN_DB = _role("launch.return_loss")
TDECQ_GUARD_DB = _role("launch.tdecq_guard")
SETTING_GUARD_DB = _role("launch.oma_setting_guard")
COUPLING_GUARD_DB = _role("launch.coupling_guard")
AGEING_GUARD_DB = _role("launch.laser_ageing_guard")
COUPLING_LOSS_DB = _role("receiver.coupling_loss")
RESPONSIVITY = _role("receiver.responsivity")
GAIN = _role("receiver.gain")
IONISATION = _role("receiver.ionisation_ratio")
DARK_25C_A = _role("receiver.dark_current")
DENSITY_25C = _role("receiver.noise_density")
BANDWIDTH = _role("receiver.noise_bandwidth")
ENOB = _role("receiver.adc_enob")
FULL_SCALE = _role("receiver.adc_full_scale")
PENALTY_DB = _role("receiver.equalised_penalty")
RECEIVER_RETURN_DB = _role("receiver.return_loss")
OVERLOAD_DBM = _role("receiver.overload_average")
SERDES = _role("electronics.serdes_energy")
CONVERTER = _role("electronics.converter_energy")
DSP_FIXED = _role("electronics.dsp_fixed_energy")
DSP_TAP = _role("electronics.dsp_tap_energy")
TAPS = _role("electronics.ffe_taps")
DRIVER_SUPPLY_V = _role("electronics.driver_supply")
DRIVER_SWING_V = _role("electronics.driver_swing")
DRIVER_LOAD = _role("electronics.driver_load")
DRIVER_STAGES = _role("electronics.driver_stage_factor")
TIA = _role("electronics.tia_energy")
CONTROLLER_W = _role("electronics.controller_power")
CONVERSION = _role("electronics.conversion_efficiency")
DSP_LATENCY = _role("electronics.dsp_latency")
PRICE = _role("module.price")
NAMED = next(_NEXT)  # rows of named scalars; those of path elements follow

# Rows of one path element, after the named ones: element e starts at (NAMED + e * ELEMENT_ROWS) * WIDTH.
ELEMENT_FIELDS = ("loss", "length", "attenuation", "return_loss", "pdl", "zero_dispersion_wavelength<", "zero_dispersion_wavelength>", "dispersion_slope", "dgd", "ways")
LOSS, LENGTH, ATTENUATION, RETURN, PDL, ZERO_LOW, ZERO_HIGH, DISPERSION_SLOPE, DGD, WAYS = (k * WIDTH for k in range(10))
ELEMENT_ROWS = 10

# Kinds of elements, in the order light meets them.
BEFORE_MODULATOR, AFTER_MODULATOR, CHANNEL, FIBRE = 0, 1, 2, 3

UPPER_BOUND, QUASI_STATIC = 0, 1


class LaneProgram(NamedTuple):
    """What of a lane does not change from point to point: which elements and flags it has.

    element_kind, element_count   e  int64
    element_by_loss   e  bool: a stated loss; else length times attenuation
    element_reflects  e  bool
    flag_*  of the lane: cooled laser, average RIN, modulator by drive, avalanche photodiode, converter, optimal thresholds, EML
    """

    element_kind: np.ndarray
    element_count: np.ndarray
    element_by_loss: np.ndarray
    element_reflects: np.ndarray
    element_pdl: np.ndarray
    element_splits: np.ndarray
    cooled: bool
    rin_average: bool
    by_drive: bool
    eml: bool
    avalanche: bool
    converter: bool
    optimal: bool
    tecq: bool
    worst_polarisation: bool  # PDL at its worst: the worst corner
    mpi: int
    bound: int  # of reflection.mpi_closure
    wavelengths: int  # 1, or 2 where both ends are tried
    alphas: int
    zeros: int
    worse: int  # +1: the larger dispersion penalty of all ends, -1: the smaller
