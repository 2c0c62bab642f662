"""A whole link in one text, without catalogue parts, and helpers to spoil it."""

import pytest

from photonics.errors import InputError
from photonics.files.toml import loads
from photonics.spec.load import parse_link

LINK = """\
schema = "photonics/link/1"
name = "sample"
phy = "400GBASE-DR4"
technology = "retimed"

[signal]
format = "PAM4"
symbol_rate = "53.125 GBd"
lanes = 4
payload_rate = "400 Gb/s"
wavelength = "1311 nm"

[environment]
case_temperature = "55 degC"

[laser]
kind = "eml"
lanes_per_laser = 1
power_max = "10 dBm"
threshold_current = "12 mA"
slope_efficiency = "0.08 W/A"
junction_voltage = "0.95 V"
series_resistance = "5 ohm"
reference_temperature = "25 degC"
threshold_t0 = "60 K"
slope_t1 = "150 K"
temperature = "50 degC"
tec_carnot_fraction = 0.06
tec_leak = "0.1 W"
tec_hot_rise = "10 K"
rin_avg = "-150 dB/Hz"

[modulator]
kind = "eam"
insertion_loss = "0 dB"
extinction_ratio = "5 dB"
level_mismatch = 0.97
chirp_alpha = 0.5
bias_power = "20 mW"

[launch]
oma_outer = "2 dBm"
tdecq = "1.8 dB"
sndr = "30 dB"
return_loss = "26 dB"
tdecq_guard = "0.2 dB"
oma_setting_guard = "0.1 dB"
coupling_guard = "0.1 dB"
laser_ageing_guard = "0.3 dB"

[[transmit_path]]
name = "lens"
stage = "after_modulator"
kind = "joint"
loss = "3 dB"

[[path]]
name = "panel"
kind = "connector"
count = 2
loss = { min = "0.10 dB", typ = "0.20 dB", max = "0.35 dB", source = "sheet", confidence = "seen" }
return_loss = "55 dB"

[[path]]
name = "trunk"
kind = "fibre"
length = "500 m"
attenuation = "0.4 dB/km"
zero_dispersion_wavelength = "1312 nm"
dispersion_slope = "0.09 ps/(nm^2 km)"
dgd = "0.2 ps"

[receiver]
coupling_loss = "1 dB"
responsivity = "0.9 A/W"
dark_current = "10 nA"
noise_density = "16 pA/sqrt(Hz)"
noise_bandwidth = "34 GHz"
adc_enob = 5.5
adc_full_scale = 1.5
thresholds = "optimal"
equalised_penalty = "2 dB"
return_loss = "30 dB"
overload_average = "4 dBm"
damage_average = "5 dBm"

[fec]
code = "kp4"
interleave = 2
domains = 1

[analysis]
mpi = "quasi-static"
bound = "statistical"

[electronics]
retiming = "both"
driver_supply = "3.3 V"
driver_swing = "1.1 V"
driver_load = "50 ohm"
driver_stage_factor = 3.0
tia_energy = "1 pJ/bit"
controller_power = "0.8 W"
conversion_efficiency = 0.86
"""


def link(text=LINK, **more):
    """The spec of a link text."""
    return parse_link(loads(text, "x.toml"), **more)


def problems(text=LINK, **more):
    """The problems of a spoilt link text."""
    with pytest.raises(InputError) as error:
        link(text, **more)
    assert error.value.exit_code == 3
    for problem in error.value.problems:
        str(problem).encode("utf-8")
        assert len(str(problem)) < 600
    return list(error.value.problems)


def line(text, part):
    """The line of the only place where `part` stands in the text."""
    assert text.count(part) == 1, f"{part} stands {text.count(part)} times"
    return text.count("\n", 0, text.index(part)) + 1


def with_line(old, new, text=LINK):
    """The text with one piece replaced."""
    assert text.count(old) == 1, f"{old} stands {text.count(old)} times"
    return text.replace(old, new)
