"""What a link's module is beside its optics: code, electrical segments, electronics, what a buyer asks; and how
the link is analysed."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from photonics.spec import kinds as k
from photonics.spec.base import Spec, Text
from photonics.spec.presence import both_or_neither
from photonics.spec.scalar import Fault


class FecSpec(Spec):
    """The code, how many codewords are interleaved, and into how many FEC domains (ports) the lanes are
    divided."""

    code: Literal["kp4", "none"]
    interleave: k.Count
    domains: k.Count


class ElectricalSpec(Spec):
    """An electrical segment whose errors reach the same codeword."""

    name: Text
    side: Literal["transmit", "receive"]
    bit_error_ratio: k.ErrorRatio


class AnalysisSpec(Spec):
    """Which model of multipath interference is used, and how its bound is taken."""

    mpi: Literal["quasi-static", "upper-bound"]
    bound: Literal["simple", "improved", "statistical"]


class ElectronicsSpec(Spec):
    """Where the electrical power goes. Energies are per transmitted bit of the line rate, transmit and
    receive together; `retiming` says which directions have a DSP (`transmit`: half of its energy; `none`: no
    DSP, whatever the part gives)."""

    part: Text | None = None
    retiming: Literal["both", "transmit", "none"]
    host_serdes_energy: k.EnergyPerBit | None = None
    serdes_energy: k.EnergyPerBit | None = None
    converter_energy: k.EnergyPerBit | None = None
    dsp_fixed_energy: k.EnergyPerBit | None = None
    dsp_tap_energy: k.EnergyPerBit | None = None
    ffe_taps: k.CountFromZero | None = None
    driver_supply: k.Voltage
    driver_swing: k.SupplySwing
    driver_load: k.LoadResistance
    driver_stage_factor: k.Ratio
    tia_energy: k.EnergyPerBit
    controller_power: k.Power
    conversion_efficiency: k.Efficiency
    dsp_latency: k.Time | None = None

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        yield from both_or_neither(has, "dsp_tap_energy", "ffe_taps")


class ModuleSpec(Spec):
    """What a buyer asks of the module; all optional."""

    price: k.Money | None = None
    failure_rate: k.FailureRate | None = None
    flap_rate: k.FailureRate | None = None
    power_class: k.PowerLimit | None = None
    published_power: k.PowerLimit | None = None
