"""A link: module, channel and receiver of one technology, lane by lane (`schema = "photonics/link/1"`).

The order of the sections is the order in which light meets them; those behind the receiver stand in `module`.
Levels are per lane; powers and prices are per module.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from photonics.spec import kinds as k
from photonics.spec.base import Flag, NaturalWhole, PositiveWhole, Spec, Text, Values
from photonics.spec.module import AnalysisSpec, ElectricalSpec, ElectronicsSpec, FecSpec, ModuleSpec
from photonics.spec.presence import both_or_neither, exactly_one, needs, refuses, total_or_coefficient
from photonics.spec.response import (
    AggressorSpec,
    ChainSpec,
    EqualizerSpec,
    JitterSpec,
    ResponseSpec,
    tap_faults,
)
from photonics.spec.scalar import Fault, Scalar

__all__ = [
    "BITS_PER_SYMBOL", "AggressorSpec", "AnalysisSpec", "ChainSpec", "ElectricalSpec", "ElectronicsSpec",
    "EnvironmentSpec", "EqualizerSpec", "FecSpec", "JitterSpec", "LaneSignal", "LaneSpec", "LaserSpec", "LaunchSpec",
    "LinkSpec", "ModulatorSpec", "ModuleSpec", "PathElement", "ReceiverSpec", "ResponseSpec", "SignalSpec",
    "TransmitElement",
]  # fmt: skip

BITS_PER_SYMBOL = {"NRZ": 1.0, "PAM4": 2.0, "PAM6": 2.5, "PAM8": 3.0}


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
            yield from needs(has, "a cooled laser", ("tec_carnot_fraction", "tec_leak", "tec_hot_rise"))
        elif "self_heating" in has:
            yield from refuses(has, "an uncooled laser", ("tec_carnot_fraction", "tec_leak", "tec_hot_rise"))


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
            yield from needs(has, "an mzm", ("v_pi", "drive_swing"))
            yield from refuses(
                has, "an mzm, whose ratio follows from drive_swing and v_pi", ("extinction_ratio",)
            )
        elif kind in ("eam", "ring"):
            yield from needs(has, f"an {kind}" if kind == "eam" else "a ring", ("extinction_ratio",))
            yield from refuses(has, f"an {kind}" if kind == "eam" else "a ring", ("v_pi", "drive_swing"))

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

    Either a set point (`oma_outer`, whose range is the spread of modules as set), or `solve = true`: the point
    that the error ratio, with `margin_target` over it, and the clause need.
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
        if wanted and "oma_outer" not in has:
            yield from needs(has, "solve = true", ("margin_target",))
        if "margin_target" in has and "oma_outer" in has and not wanted:
            yield Fault(
                ("margin_target",), "margin_target beside oma_outer", "margin_target only with solve = true"
            )


class TransmitElement(Spec):
    """A loss inside the module, laser facet to TP2, before or after the modulator.

    A splitter divides the light over `ways`; its `loss` is the excess over that division.
    """

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
        yield from total_or_coefficient(has)
        kind = plain.get("kind")
        if kind == "splitter":
            yield from needs(has, "a splitter", ("ways",))
        elif kind in ("joint", "waveguide", "mux", "facet", "isolator"):
            yield from refuses(has, f"a {kind}", ("ways",))


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
        yield from total_or_coefficient(has)
        fibre_only = ("zero_dispersion_wavelength", "dispersion_slope", "dgd")
        kind = plain.get("kind")
        if kind == "fibre":
            # Dispersion needs the length even where the loss is a measured total.
            yield from needs(
                has, "a fibre", ("length", *fibre_only) if "attenuation" not in has else fibre_only
            )
        elif kind in ("connector", "splice", "patch_panel", "component"):
            yield from refuses(has, f"a {kind}", fibre_only)


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
    chain: ChainSpec | None = None
    fec: FecSpec
    electrical: tuple[ElectricalSpec, ...] = ()
    analysis: AnalysisSpec
    electronics: ElectronicsSpec
    module: ModuleSpec = ModuleSpec.model_construct()
    lane: tuple[LaneSpec, ...] = ()

    @property
    def ffe_taps(self) -> int | None:
        """Length of the equaliser that decides: of the module's DSP where it receives with one, else of the host; None without
        a chain."""
        if self.chain is None:
            return None
        taps = self.electronics.ffe_taps if self.electronics.retiming == "both" else self.chain.equalizer.host_taps
        assert taps is not None  # `cross` has seen to it
        return int(taps)

    @classmethod
    def cross(cls, values: Values) -> Iterator[Fault]:
        yield from tap_faults(values.get("chain"), values.get("electronics"))
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
        laser, elements = values.get("laser"), values.get("transmit_path")
        if laser is not None and laser.lanes_per_laser is not None and not lanes % int(laser.lanes_per_laser):
            yield from _sharing_faults(laser, elements, (), ())
        for at, lane in enumerate(values.get("lane") or ()):
            if lane.laser is not None or lane.transmit_path is not None:
                own = ("lane", at)
                yield from _sharing_faults(
                    laser if lane.laser is None else lane.laser,
                    elements if lane.transmit_path is None else lane.transmit_path,
                    () if lane.laser is None else own,
                    () if lane.transmit_path is None else own,
                )

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


def _sharing_faults(
    laser: Any, elements: Any, laser_at: tuple[str | int, ...], elements_at: tuple[str | int, ...]
) -> Iterator[Fault]:
    """A laser that is divided among other lanes than those that it is counted for: its power would be made up.

    A cw laser's splitters have as many ways as lanes share it; an eml has its own modulator, so nothing is shared.
    """
    if laser is None or elements is None or laser.kind is None or laser.lanes_per_laser is None:
        return
    ways, places = 1, []
    for at, element in enumerate(elements):
        if element.stage is None or element.kind is None:
            return  # its own fault is told already
        if element.kind == "splitter" and element.stage == "before_modulator":
            if element.ways is None:
                return  # so is this
            ways *= int(element.ways)
            places.append((*elements_at, "transmit_path", at, "ways"))
    lanes = int(laser.lanes_per_laser)
    if laser.kind == "cw" and ways != lanes:
        allowed = "as many ways of the splitters before the modulator as lanes_per_laser"
    elif laser.kind == "eml" and (ways, lanes) != (1, 1):
        allowed = "an eml for each lane: lanes_per_laser = 1 and no splitter before its modulator"
    else:
        return
    read = f"lanes_per_laser = {lanes} ({laser.kind}) with splitters of {ways} way{'' if ways == 1 else 's'} before the modulator"
    laser_keys = (*laser_at, "laser")
    also = (*places, (*laser_keys, "kind"), (*laser_keys, "part"), (*elements_at, "transmit_path"))
    yield Fault((*laser_keys, "lanes_per_laser"), read, allowed, also=also)
