"""A link: module, channel and receiver of one technology, lane by lane (`schema = "photonics/link/1"`).

The order of the sections is the order in which light meets them. Levels are per lane; powers and prices are
per module.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from photonics.spec import kinds as k
from photonics.spec.base import Flag, NaturalWhole, PositiveWhole, Spec, Text, Values
from photonics.spec.scalar import Fault, Scalar

BITS_PER_SYMBOL = {"NRZ": 1.0, "PAM4": 2.0, "PAM6": 2.5, "PAM8": 3.0}


def exactly_one(has: frozenset[str], *names: str) -> Iterator[Fault]:
    """A fault unless exactly one of the names is given."""
    given = [name for name in names if name in has]
    if len(given) > 1:
        yield Fault((given[-1],), f"{' and '.join(given)} together", f"exactly one of {', '.join(names)}")
    elif not given:
        yield Fault((), f"neither {' nor '.join(names)}", f"exactly one of {', '.join(names)}")


def both_or_neither(has: frozenset[str], first: str, second: str) -> Iterator[Fault]:
    """A fault if one of the two names is given without the other."""
    for name, other in ((first, second), (second, first)):
        if name in has and other not in has:
            yield Fault((name,), f"{name} without {other}", f"{first} and {second} together, or neither")


def _needs(has: frozenset[str], why: str, names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        if name not in has:
            yield Fault((), f"nothing for {name}", f"{name}, which {why} needs")


def _refuses(has: frozenset[str], why: str, names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        if name in has:
            yield Fault((name,), f"{name} for {why}", f"{name} only where it has a meaning")


class SignalSpec(Spec):
    """What is sent: `payload_rate` is that of the whole module, `symbol_rate` that of one lane."""

    format: Literal["NRZ", "PAM4", "PAM6", "PAM8"]
    symbol_rate: k.SymbolRate
    lanes: k.Count
    payload_rate: k.BitRate
    wavelength: k.Wavelength

    @classmethod
    def cross(cls, values: Values) -> Iterator[Fault]:
        # Payload above the signalling rate means a wrong lane count or rate: nothing downstream would notice.
        payload, rate, lanes = values.get("payload_rate"), values.get("symbol_rate"), values.get("lanes")
        bits = BITS_PER_SYMBOL.get(str(values.get("format")))
        if payload is None or rate is None or lanes is None or bits is None:
            return
        signalling = rate.high * lanes.high * bits
        if payload.low > signalling * (1.0 + 1e-12):
            yield Fault(
                ("payload_rate",),
                f"{payload.low / 1e9:g} Gb/s over lanes that signal {signalling / 1e9:g} Gb/s",
                "a payload rate of at most lanes x symbol rate x bits per symbol",
                also=(("lanes",), ("symbol_rate",), ("format",)),
            )


class EnvironmentSpec(Spec):
    """Where the module works: the case temperature that lasers, coolers, dark current and noise follow."""

    case_temperature: k.Temperature


class LaserSpec(Spec):
    """The laser diode: cooled to `temperature`, or uncooled at `self_heating` above the case.

    I = Ith exp((T-Tref)/T0) + P / (slope exp(-(T-Tref)/T1)), V = V0 + I Rs. The cooler's coefficient of
    performance is `tec_carnot_fraction` of the ideal one between the laser and its hot side, which lies
    `tec_hot_rise` above the case.
    """

    ALTERNATIVES: ClassVar = (
        (("rin_avg",), ("rin_oma",)),
        (("temperature", "tec_carnot_fraction", "tec_leak", "tec_hot_rise"), ("self_heating",)),
    )

    part: Text | None = None
    kind: Literal["eml", "cw"]
    lanes_per_laser: k.Count
    power_max: k.LaserPower
    threshold_current: k.Current
    slope_efficiency: k.SlopeEfficiency
    junction_voltage: k.Voltage
    series_resistance: k.Resistance
    reference_temperature: k.ReferenceTemperature
    threshold_t0: k.CharacteristicTemperature
    slope_t1: k.CharacteristicTemperature
    temperature: k.Temperature | None = None
    self_heating: k.SelfHeating | None = None
    tec_carnot_fraction: k.CarnotFraction | None = None
    tec_leak: k.Power | None = None
    tec_hot_rise: k.SelfHeating | None = None
    rin_avg: k.Rin | None = None
    rin_oma: k.Rin | None = None

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        yield from exactly_one(has, "rin_avg", "rin_oma")
        yield from exactly_one(has, "temperature", "self_heating")
        if "temperature" in has:
            yield from _needs(has, "a cooled laser", ("tec_carnot_fraction", "tec_leak", "tec_hot_rise"))
        elif "self_heating" in has:
            yield from _refuses(has, "an uncooled laser", ("tec_carnot_fraction", "tec_leak", "tec_hot_rise"))


class ModulatorSpec(Spec):
    """An absorption section or ring (`eam`, `ring`: by their extinction ratio) or a Mach-Zehnder (`mzm`, by
    drive and half-wave voltage)."""

    ALTERNATIVES: ClassVar = ((("extinction_ratio",), ("v_pi", "drive_swing")),)

    part: Text | None = None
    kind: Literal["eam", "ring", "mzm"]
    insertion_loss: k.Loss
    extinction_ratio: k.ExtinctionRatio | None = None
    v_pi: k.Voltage | None = None
    drive_swing: k.SwingVoltage | None = None
    level_mismatch: k.LevelMismatch
    chirp_alpha: k.Alpha
    bias_power: k.Power

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        kind = plain.get("kind")
        if kind == "mzm":
            yield from _needs(has, "an mzm", ("v_pi", "drive_swing"))
            yield from _refuses(
                has, "an mzm, whose ratio follows from drive_swing and v_pi", ("extinction_ratio",)
            )
        elif kind in ("eam", "ring"):
            yield from _needs(has, f"an {kind}" if kind == "eam" else "a ring", ("extinction_ratio",))
            yield from _refuses(has, f"an {kind}" if kind == "eam" else "a ring", ("v_pi", "drive_swing"))

    @classmethod
    def cross(cls, values: Values) -> Iterator[Fault]:
        # At quadrature the transfer folds over at V_pi: a corner that drives further has no extinction ratio.
        swing, v_pi = values.get("drive_swing"), values.get("v_pi")
        if swing is not None and v_pi is not None and swing.high >= v_pi.low:
            yield Fault(
                ("drive_swing",),
                f"{swing.high:g} V against a V_pi of {v_pi.low:g} V",
                "a drive below v_pi in every corner (largest drive, smallest v_pi)",
                also=(("v_pi",),),
            )


class LaunchSpec(Spec):
    """The transmitter at TP2.

    Either a set point (`oma_outer`), or `solve = true`: the point that the error ratio and the clause need.
    """

    ALTERNATIVES: ClassVar = ((("oma_outer",), ("solve", "margin_target")),)

    oma_outer: k.LaunchLevel | None = None
    solve: Flag = False
    margin_target: k.SetMargin | None = None
    tdecq: k.Loss
    tecq: k.Loss | None = None
    sndr: k.Sndr
    return_loss: k.ReturnLoss
    tdecq_guard: k.Loss
    oma_setting_guard: k.Loss
    coupling_guard: k.Loss
    laser_ageing_guard: k.Loss

    @property
    def reflectance(self) -> Scalar:
        """The transmitter's reflection as light from the channel meets it, as a return loss in dB."""
        return self.return_loss

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        if not isinstance(plain.get("solve", True), bool):
            return  # its own fault is told already
        wanted = "solve" in has and plain.get("solve") is not False
        yield from exactly_one(has if wanted else has - {"solve"}, "oma_outer", "solve")
        if "margin_target" in has and "oma_outer" in has and not wanted:
            yield Fault(
                ("margin_target",), "margin_target beside oma_outer", "margin_target only with solve = true"
            )


class TransmitElement(Spec):
    """A loss inside the module, laser facet to TP2, before or after the modulator."""

    ALTERNATIVES: ClassVar = ((("loss",), ("attenuation",)),)

    part: Text | None = None
    name: Text
    stage: Literal["before_modulator", "after_modulator"]
    kind: Literal["joint", "waveguide", "splitter", "mux", "facet", "isolator"]
    loss: k.Loss | None = None
    length: k.GuideLength | None = None
    attenuation: k.GuideAttenuation | None = None
    ways: k.Count | None = None

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        yield from _total_or_coefficient(has)
        kind = plain.get("kind")
        if "ways" in has and kind in ("joint", "waveguide", "mux", "facet", "isolator"):
            yield from _refuses(has, f"a {kind}", ("ways",))


class PathElement(Spec):
    """One piece of the channel, TP2 to TP3, in the order light meets it; `count` equal pieces in a row."""

    ALTERNATIVES: ClassVar = ((("loss",), ("attenuation",)),)

    part: Text | None = None
    name: Text
    kind: Literal["connector", "fibre", "splice", "patch_panel", "component"]
    count: PositiveWhole = 1
    loss: k.Loss | None = None
    length: k.FibreLength | None = None
    attenuation: k.FibreAttenuation | None = None
    return_loss: k.ReturnLoss | None = None
    pdl: k.Loss | None = None
    zero_dispersion_wavelength: k.ZeroDispersionWavelength | None = None
    dispersion_slope: k.DispersionSlope | None = None
    dgd: k.Dgd | None = None

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        yield from _total_or_coefficient(has)
        fibre_only = ("zero_dispersion_wavelength", "dispersion_slope", "dgd")
        kind = plain.get("kind")
        if kind == "fibre":
            # Dispersion needs the length even where the loss is a measured total.
            yield from _needs(
                has, "a fibre", ("length", *fibre_only) if "attenuation" not in has else fibre_only
            )
        elif kind in ("connector", "splice", "patch_panel", "component"):
            yield from _refuses(has, f"a {kind}", fibre_only)


def _total_or_coefficient(has: frozenset[str]) -> Iterator[Fault]:
    yield from exactly_one(has, "loss", "attenuation")
    if "attenuation" in has and "length" not in has:
        yield Fault(
            ("attenuation",),
            "attenuation without length",
            "attenuation and length together, or the total loss",
        )


class ReceiverSpec(Spec):
    """TP3 to the decision: coupling, photodiode, amplifier, converter, equaliser.

    `responsivity` and `dark_current` are primary (before multiplication); `gain` and `ionisation_ratio` make
    the photodiode an avalanche one. `dark_current` and `noise_density` are those at 25 degC. A receiver that
    slices without a converter has no `adc_enob` and no `adc_full_scale`.
    """

    part: Text | None = None
    coupling_loss: k.Loss
    responsivity: k.Responsivity
    gain: k.Gain | None = None
    ionisation_ratio: k.IonisationRatio | None = None
    dark_current: k.Current
    noise_density: k.NoiseDensity
    noise_bandwidth: k.Bandwidth
    adc_enob: k.Enob | None = None
    adc_full_scale: k.ConverterRange | None = None
    thresholds: Literal["mid", "optimal"]
    equalised_penalty: k.Loss
    return_loss: k.ReturnLoss
    overload_average: k.LevelLimit
    damage_average: k.LevelLimit

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        yield from both_or_neither(has, "gain", "ionisation_ratio")
        yield from both_or_neither(has, "adc_enob", "adc_full_scale")


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


class LaneSignal(Spec):
    """What one lane may have of its own in [signal]: the wavelength."""

    wavelength: k.Wavelength | None = None


class LaneSpec(Spec):
    """What one lane has of its own: each section here is whole (the link's section with this lane's keys over
    it)."""

    index: NaturalWhole
    signal: LaneSignal | None = None
    laser: LaserSpec | None = None
    modulator: ModulatorSpec | None = None
    launch: LaunchSpec | None = None
    transmit_path: tuple[TransmitElement, ...] | None = None
    path: tuple[PathElement, ...] | None = None
    receiver: ReceiverSpec | None = None


class LinkSpec(Spec):
    """A link between two modules of one kind, in sections; nothing here has a silent default number."""

    KIND: ClassVar[str] = "link"

    name: Text
    about: Text | None = None
    base: Text | None = None
    phy: Text
    form_factor: Text | None = None
    technology: Text
    undecided: Text | None = None
    signal: SignalSpec
    environment: EnvironmentSpec
    laser: LaserSpec
    modulator: ModulatorSpec
    launch: LaunchSpec
    transmit_path: tuple[TransmitElement, ...] = ()
    path: tuple[PathElement, ...]
    receiver: ReceiverSpec
    fec: FecSpec
    electrical: tuple[ElectricalSpec, ...] = ()
    analysis: AnalysisSpec
    electronics: ElectronicsSpec
    module: ModuleSpec = ModuleSpec.model_construct()
    lane: tuple[LaneSpec, ...] = ()

    @classmethod
    def cross(cls, values: Values) -> Iterator[Fault]:
        signal = values.get("signal")
        if signal is None or signal.lanes is None:
            return
        lanes = int(signal.lanes)
        seen: set[int] = set()
        for at, lane in enumerate(values.get("lane") or ()):
            if lane.index is None:
                continue
            keys = ("lane", at, "index")
            if lane.index >= lanes:
                yield Fault(
                    keys, str(lane.index), f"a lane from 0 to {lanes - 1}", also=(("signal", "lanes"),)
                )
            elif lane.index in seen:
                yield Fault(keys, f"lane {lane.index} a second time", "each lane once")
            seen.add(lane.index)
        for section, name in (("laser", "lanes_per_laser"), ("fec", "domains")):
            divisor = getattr(values.get(section), name, None)
            if divisor is not None and lanes % int(divisor):
                read, allowed = f"{int(divisor)} with {lanes} lanes", "a divisor of the number of lanes"
                yield Fault((section, name), read, allowed, also=(("signal", "lanes"),))

    def for_lane(self, index: int) -> "LinkSpec":
        """The link as lane `index` (from 0) sees it: its own sections in place of the common ones."""
        if not 0 <= index < int(self.signal.lanes):
            raise IndexError(f"lane {index} of {int(self.signal.lanes)}")
        for lane in self.lane:
            if lane.index == index:
                changed = {
                    name: getattr(lane, name)
                    for name in ("laser", "modulator", "launch", "transmit_path", "path", "receiver")
                    if getattr(lane, name) is not None
                }
                if lane.signal is not None and lane.signal.wavelength is not None:
                    changed["signal"] = self.signal.model_copy(update={"wavelength": lane.signal.wavelength})
                return self.model_copy(update=changed)
        return self
