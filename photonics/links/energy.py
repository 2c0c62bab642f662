"""Power of one module end, block by block, each from its own physics; no block is fitted to a module's total.

Boundary: the module's supply pins.  The host's SerDes is shown beside it and never added.  pJ/bit is watts over payload rate;
the blocks that work per transmitted bit are charged at the line rate (6.25 % above the payload for KP4-coded Ethernet).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from photonics_kernels import energy as kernels
from photonics_kernels import scale

from photonics.lower.conditions import cooler_cop, laser_temperature_c
from photonics.lower.corner import as_input, at
from photonics.lower.link import LaneCase
from photonics.results import EnergyTerm, Input, weakest
from photonics.spec.link import BITS_PER_SYMBOL

PJ = 1e-12


@dataclass(frozen=True)
class LaserLoad:
    """What one laser is asked for and what it may give."""

    optical_dbm: float
    limit_dbm: float
    electrical_w: float
    tec_w: float

    @property
    def over_db(self) -> float:
        """How far the need exceeds the part's limit; negative is room."""
        return self.optical_dbm - self.limit_dbm


def laser_load(case: LaneCase, laser_dbm: float) -> LaserLoad:
    """Electrical and cooler power of one laser at an average facet power, with its temperature law."""
    laser, c = case.spec.laser, case.corner
    optical_w = scale.dbm_to_w(laser_dbm)
    current = kernels.laser_current_a(
        optical_w, at(laser, "threshold_current", c), at(laser, "slope_efficiency", c), laser_temperature_c(case.spec, c),
        at(laser, "reference_temperature", c), at(laser, "threshold_t0", c), at(laser, "slope_t1", c),
    )
    electrical = kernels.laser_electrical_w(current, at(laser, "junction_voltage", c), at(laser, "series_resistance", c))
    cop = cooler_cop(case.spec, c)
    cooler = 0.0 if cop is None else kernels.tec_w(electrical, optical_w, at(laser, "tec_leak", c), cop)
    return LaserLoad(laser_dbm, at(laser, "power_max", c), float(electrical), float(cooler))


def energy_terms(cases: Sequence[LaneCase], loads: Sequence[LaserLoad]) -> tuple[tuple[EnergyTerm, ...], float]:
    """Terms of the whole module (one case and laser load per lane) and the module total in W, conversion included."""
    spec, c = cases[0].spec, cases[0].corner
    e, laser, m, signal = spec.electronics, spec.laser, spec.modulator, spec.signal
    lanes = len(cases)
    payload = at(signal, "payload_rate", c)
    line = lanes * at(signal, "symbol_rate", c) * BITS_PER_SYMBOL[signal.format]
    per_laser = int(laser.lanes_per_laser)
    terms: list[EnergyTerm] = []

    def add(name: str, watts: float, equation: str, inputs: tuple[Input, ...], boundary: str = "module") -> None:
        source = "; ".join(dict.fromkeys(i.source for i in inputs))
        terms.append(
            EnergyTerm(
                name, watts, watts / payload / PJ, boundary, equation, inputs, source, weakest(i.confidence for i in inputs)
            )
        )

    def of(section: object, *fields: str) -> tuple[Input, ...]:
        return tuple(as_input(section, f, c) for f in fields if getattr(section, f) is not None)

    diode = of(
        laser, "threshold_current", "slope_efficiency", "threshold_t0", "slope_t1", "temperature", "self_heating", "junction_voltage",
        "series_resistance", "lanes_per_laser",
    )
    # Lanes that share a laser ask it for the same light: the largest need of the group counts, once per group.
    groups = [list(loads[i : i + per_laser]) for i in range(0, lanes, per_laser)]
    hardest = [max(group, key=lambda load: load.optical_dbm) for group in groups]
    add(
        "laser wall plug", sum(h.electrical_w for h in hardest),
        "I (V0 + I Rs), I = Ith exp(dT/T0) + P/(eta exp(-dT/T1)), P walked back from the launch set point", diode,
    )
    diode += of(spec.environment, "case_temperature")
    if any(x.spec.laser.tec_carnot_fraction is not None for x in cases):
        add(
            "thermo-electric cooler", sum(h.tec_w for h in hardest), "(heat + leak)/COP, COP = f T_laser/(T_hot - T_laser)",
            (*diode, *of(laser, "tec_carnot_fraction", "tec_leak", "tec_hot_rise")),
        )
    add("modulator bias and tuning", math.fsum(at(x.spec.modulator, "bias_power", c) for x in cases), "bias power, summed over the lanes", of(m, "bias_power"))
    driver = kernels.driver_w(
        at(e, "driver_supply", c), at(e, "driver_swing", c), at(e, "driver_load", c), at(e, "driver_stage_factor", c)
    )
    add(
        "modulator drivers", lanes * float(driver), "lanes x V_supply (Vpp/R) stage factor",
        of(e, "driver_supply", "driver_swing", "driver_load", "driver_stage_factor"),
    )

    def per_bit(
        name: str, fields: tuple[str, ...], equation: str, value: Callable[[], float], boundary: str = "module", share: float = 1.0
    ) -> None:
        if share > 0.0 and all(getattr(e, f) is not None for f in fields):
            add(name, share * line * value(), equation, of(e, *fields), boundary)

    # A DSP in one direction costs half of one in both: its energies are those of transmit and receive together.
    dsp = {"both": 1.0, "transmit": 0.5, "none": 0.0}[e.retiming]
    half = " / 2 (transmit only)" if e.retiming == "transmit" else ""

    per_bit("transimpedance amplifiers", ("tia_energy",), "energy per bit x line rate", lambda: at(e, "tia_energy", c))
    per_bit(
        "DSP: electrical interface", ("serdes_energy",), f"energy per bit x line rate{half}", lambda: at(e, "serdes_energy", c),
        share=dsp,
    )
    per_bit(
        "DSP: converters", ("converter_energy",), f"energy per bit x line rate{half}", lambda: at(e, "converter_energy", c),
        share=dsp,
    )
    per_bit(
        "DSP: logic and equaliser", ("dsp_fixed_energy", "dsp_tap_energy", "ffe_taps"), f"(fixed + taps x per tap) x line rate{half}",
        lambda: kernels.dsp_logic_j_per_bit(at(e, "dsp_fixed_energy", c), at(e, "dsp_tap_energy", c), at(e, "ffe_taps", c)),
        share=dsp,
    )
    add("controller and clock", at(e, "controller_power", c), "stated power", of(e, "controller_power"))
    load = math.fsum(t.power_w for t in terms)
    loss = float(kernels.conversion_loss_w(load, at(e, "conversion_efficiency", c)))
    add("DC/DC conversion loss", loss, "load (1/efficiency - 1)", of(e, "conversion_efficiency"))
    total = load + loss
    per_bit(
        "host SerDes (host's boundary)", ("host_serdes_energy",), "energy per bit x line rate",
        lambda: at(e, "host_serdes_energy", c), "host",
    )
    return tuple(terms), total
