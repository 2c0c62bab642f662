"""The electrical and electro-optic chain of a link: what the symbol passes from the converter to the slicer.

`[chain]` holds the responses in the order in which the signal meets them, the equaliser behind them, the jitter of
its sampling clock, and crosstalk. A statistical eye is computed from it; without it a link has no eye.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from photonics.spec import kinds as k
from photonics.spec.base import Flag, PortList, PositiveWhole, Spec, Text, Values
from photonics.spec.presence import both_or_neither, exactly_one, needs
from photonics.spec.scalar import Fault

SIDES = ("transmit", "photodiode", "receive")
_HEAD = ("part", "name", "side", "kind")
_ENDS = ("source_resistance", "load_resistance")


class _Takes(NamedTuple):
    """The keys of a kind of response, and the sides on which it may stand."""

    needed: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    sides: tuple[str, ...] = SIDES


_ELECTRICAL = ("transmit", "receive")
_LINE_COEFFICIENTS = ("impedance", "skin_loss", "dielectric_loss", "delay")
TAKES: dict[str, _Takes] = {
    "pole": _Takes(("bandwidth",)),
    "pole2": _Takes(("bandwidth", "quality")),
    "bessel4": _Takes(("bandwidth",)),
    "butterworth4": _Takes(("bandwidth",)),
    "gaussian": _Takes(("bandwidth",)),
    "raised_cosine": _Takes(("roll_off",)),
    "package": _Takes((), ("input_capacitance", "inductance", "output_capacitance", "reversed", *_ENDS), _ELECTRICAL),
    "trace": _Takes(_LINE_COEFFICIENTS, ("length", "loss", "dc_loss", *_ENDS), _ELECTRICAL),
    "eml": _Takes(
        ("capacitance", "series_resistance", "inductance", "source_resistance"), ("termination",), ("transmit",)
    ),
    "travelling_wave": _Takes(("electrode_length", "index_mismatch", "skin_loss"), (), ("transmit",)),
    "ring": _Takes(
        ("detuning", "intrinsic_share"), ("photon_lifetime", "quality_factor", "rc_bandwidth"), ("transmit",)
    ),
    "photodiode": _Takes((), ("transit_bandwidth", "rc_bandwidth"), ("photodiode",)),
    "tia": _Takes(("bandwidth", "quality"), ("noise_corner",), ("receive",)),
    "ctle": _Takes(
        ("dc_gain", "zero", "pole_1"), ("pole_2", "low_frequency_gain", "low_frequency_pole"), _ELECTRICAL
    ),
    "measured": _Takes(("file",), ("ports", "folder", "beyond", "phase", *_ENDS)),
}


class ResponseSpec(Spec):
    """One response, 1 at DC; what it takes depends on its `kind` (`TAKES`).

    `side` says which noise passes it: `transmit` none, `photodiode` shot noise and RIN, `receive` the
    amplifier's too. Bandwidths are those of half the power.

    Filters. `pole`: 1/(1 + jf/B). `pole2`: two poles of `quality` Q (0.5 both real, 0.58 flat delay, 0.71
    Butterworth). `bessel4`, `butterworth4`: of fourth order. `gaussian`: without phase. `raised_cosine`: what
    makes of the rectangular symbol a Nyquist pulse of that `roll_off`.

    Electrical two-ports. Neighbours on one side are cascaded with their reflections, between the
    `source_resistance` that the first of them gives and the `load_resistance` that the last one gives.
    `package`: shunt `input_capacitance`, series `inductance`, shunt `output_capacitance`, as the signal meets
    them, or from the other end if `reversed`. `trace`: a line of `impedance` and, per length, `skin_loss` x
    sqrt(f), `dielectric_loss` x f, `delay`, `dc_loss`; `length`, or in its place the `loss` that it has at
    half the symbol rate, apart from reflections. Impedances and resistances are differential, capacitances and
    inductances those of each leg (IEEE 802.3 annex 93A).

    Devices. `eml`: driver of `source_resistance`, bond wire `inductance`, `termination` (none: open) beside
    the junction's `capacitance` behind its `series_resistance`, all single-ended. `travelling_wave`: electrode
    of that length, `index_mismatch` the magnitude of microwave less optical group index, `skin_loss` of the drive
    voltage. `ring`: `photon_lifetime` of the energy in the loaded ring or the `quality_factor` that gives it at
    the link's wavelength, `detuning` of the laser from the resonance, `intrinsic_share` of the loss that is not
    coupling (0.5: critical coupling), junction `rc_bandwidth`. `photodiode`: transit time, RC, or both. `tia`: as
    `pole2`; above its `noise_corner` the noise density rises as f (none: white). `ctle`: `dc_gain` and, with its
    own pole, `low_frequency_gain` relative to the peak.

    `measured`: a `file` beside the design: a table of frequency, magnitude and phase (.csv), or Touchstone, .s2p
    or .s4p with its `ports`. `folder` is what its name is relative to: left out, the folder of the file that names it.
    `beyond` its last frequency the response is `zero` or follows its `trend`; left out, a file that ends below the grid is
    refused. `phase = "minimum"` builds the phase of a table that has none.
    """

    ALTERNATIVES: ClassVar = ((("length",), ("loss",)), (("photon_lifetime",), ("quality_factor",)))

    part: Text | None = None
    name: Text
    side: Literal["transmit", "photodiode", "receive"]
    kind: Literal[
        "pole", "pole2", "bessel4", "butterworth4", "gaussian", "raised_cosine", "package", "trace", "eml",
        "travelling_wave", "ring", "photodiode", "tia", "ctle", "measured",
    ]  # fmt: skip
    bandwidth: k.ResponseBandwidth | None = None
    quality: k.PoleQuality | None = None
    roll_off: k.RollOff | None = None
    input_capacitance: k.Capacitance | None = None
    inductance: k.Inductance | None = None
    output_capacitance: k.Capacitance | None = None
    reversed: Flag | None = None
    length: k.TraceLength | None = None
    loss: k.Loss | None = None
    impedance: k.LineResistance | None = None
    skin_loss: k.SkinLoss | None = None
    dielectric_loss: k.DielectricLoss | None = None
    delay: k.DelayPerLength | None = None
    dc_loss: k.LineAttenuation | None = None
    source_resistance: k.LineResistance | None = None
    load_resistance: k.LineResistance | None = None
    capacitance: k.Capacitance | None = None
    series_resistance: k.Resistance | None = None
    termination: k.LineResistance | None = None
    electrode_length: k.ElectrodeLength | None = None
    index_mismatch: k.IndexMismatch | None = None
    photon_lifetime: k.PhotonLifetime | None = None
    quality_factor: k.RingQuality | None = None
    detuning: k.ShapeFrequency | None = None
    intrinsic_share: k.IntrinsicShare | None = None
    rc_bandwidth: k.ResponseBandwidth | None = None
    transit_bandwidth: k.ResponseBandwidth | None = None
    noise_corner: k.NoiseCorner | None = None
    dc_gain: k.CtleGain | None = None
    low_frequency_gain: k.CtleGain | None = None
    zero: k.ShapeFrequency | None = None
    pole_1: k.ShapeFrequency | None = None
    pole_2: k.ShapeFrequency | None = None
    low_frequency_pole: k.ShapeFrequency | None = None
    file: Text | None = None
    ports: PortList | None = None
    folder: Text | None = None
    beyond: Literal["zero", "trend"] | None = None
    phase: Literal["minimum"] | None = None

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        kind = plain.get("kind")
        takes = TAKES.get(kind) if isinstance(kind, str) else None
        if takes is None:
            return  # its own fault is told already
        called = f"{'an' if kind == 'eml' else 'a'} {kind}"
        yield from needs(has, called, takes.needed)
        for name in cls.model_fields:
            if name in has and name not in (*_HEAD, *takes.needed, *takes.more):
                yield Fault((name,), f"{name} for {called}", f"what {called} takes: {', '.join((*takes.needed, *takes.more))}")
        side = plain.get("side")
        if side in SIDES and side not in takes.sides:
            yield Fault(("side",), f"{called} on the side {side}", f"{called} on the side {' or '.join(takes.sides)}")
        yield from _rules_of_kind(str(kind), has, plain)

    @property
    def electrical(self) -> bool:
        """Whether it is an electrical two-port, to be cascaded with its neighbours."""
        return is_electrical(self.kind, self.file)

    @property
    def path(self) -> Path:
        """Where the file of a measured response lies."""
        return Path(self.folder or ".") / str(self.file)


def _rules_of_kind(kind: str, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
    """What goes together in one kind, beyond what it needs and what it has no use for."""
    if kind == "trace":
        yield from exactly_one(has, "length", "loss")
    elif kind == "ring":
        yield from exactly_one(has, "photon_lifetime", "quality_factor")
    elif kind == "ctle":
        yield from both_or_neither(has, "low_frequency_gain", "low_frequency_pole")
    elif kind == "photodiode" and not has & {"transit_bandwidth", "rc_bandwidth"}:
        yield Fault((), "neither transit_bandwidth nor rc_bandwidth", "transit_bandwidth, rc_bandwidth, or both")
    elif kind == "package" and not has & {"input_capacitance", "inductance", "output_capacitance"}:
        yield Fault((), "a package without a part of its ladder", "input_capacitance, inductance, output_capacitance: at least one")
    elif kind == "measured" and isinstance(plain.get("file"), str):
        yield from _rules_of_file(plain["file"], has, plain.get("side"))


def _rules_of_file(file: str, has: frozenset[str], side: Any) -> Iterator[Fault]:
    ending = Path(file).suffix.casefold()
    if ending not in (".csv", ".s2p", ".s4p"):
        yield Fault(("file",), f"'{file}'", "a file that ends in .csv, .s2p or .s4p")
        return
    if ending == ".s4p":
        yield from needs(has, "a .s4p file", ("ports",))
    elif "ports" in has:
        yield Fault(("ports",), f"ports of a {ending} file", "ports of a .s4p file only")
    if ending != ".csv" and "phase" in has:
        yield Fault(("phase",), f"phase of a {ending} file, which has one", "phase of a .csv file only")
    if ending == ".csv":
        for name in _ENDS:
            if name in has:
                yield Fault((name,), f"{name} of a .csv file", f"{name} of an electrical two-port only")
    elif side == "photodiode":
        yield Fault(("side",), "an electrical two-port on the side photodiode", "the side transmit or receive, or a .csv file")


def is_electrical(kind: Any, file: Any) -> bool:
    """Whether a response of that kind (and file) is an electrical two-port: package, trace, Touchstone."""
    touchstone = isinstance(file, str) and Path(file).suffix.casefold() in (".s2p", ".s4p")
    return kind in ("package", "trace") or (kind == "measured" and touchstone)


class EqualizerSpec(Spec):
    """The receiver's equaliser, by least mean squares at the sampling phase of the best eye.

    A feed-forward filter whose length is `electronics.ffe_taps` where the module's receive direction has a DSP, else
    `host_taps`; `ffe_pre` symbols of it lie before the main tap; with two samples per symbol the taps lie half a
    symbol apart. No tap is larger than `tap_limit` times the main one (left out: no limit). Then `dfe_taps` of
    decision feedback, each at most `dfe_limit` times the wanted cursor (left out: no limit), or sequence detection that
    remembers `mlse_memory` symbols; not both.

    The transmitter may have a filter of its own: `transmit_taps` a symbol apart, `transmit_pre` of them before the main
    one, which open the transmit side of the chain as far as the headroom of converter and driver allows: the sum of
    their magnitudes is at most `transmit_peaking` times their sum, the swing of a long run.
    """

    host_taps: k.TapCount | None = None
    transmit_taps: k.TransmitTaps | None = None
    transmit_pre: k.TransmitPre | None = None
    transmit_peaking: k.Peaking | None = None
    ffe_pre: k.PreTaps
    ffe_samples_per_symbol: k.SamplesPerSymbol
    tap_limit: k.TapLimit | None = None
    dfe_taps: k.FeedbackTaps
    dfe_limit: k.TapLimit | None = None
    mlse_memory: k.SequenceMemory

    @classmethod
    def rules(cls, has: frozenset[str], plain: Mapping[str, Any]) -> Iterator[Fault]:
        if "transmit_taps" in has:
            yield from needs(has, "a filter in the transmitter", ("transmit_pre", "transmit_peaking"))
        else:
            for name in ("transmit_pre", "transmit_peaking"):
                if name in has:
                    yield Fault((name,), f"{name} without transmit_taps", "transmit_taps beside it")

    @classmethod
    def cross(cls, values: Values) -> Iterator[Fault]:
        taps, pre = values.get("transmit_taps"), values.get("transmit_pre")
        if taps is not None and pre is not None and pre.high >= taps.low:
            read = f"{pre.high:g} of {taps.low:g} taps before the main one"
            yield Fault(("transmit_pre",), read, "fewer than there are taps", also=(("transmit_taps",),))
        feedback, memory = values.get("dfe_taps"), values.get("mlse_memory")
        if feedback is not None and memory is not None and feedback.high > 0 and memory.high > 0:
            read = f"mlse_memory {memory.high:g} with {feedback.high:g} taps of feedback"
            yield Fault(("mlse_memory",), read, "one of the two: mlse_memory = 0 or dfe_taps = 0", also=(("dfe_taps",),))


class JitterSpec(Spec):
    """Jitter of the sampling instant against the signal, in time: `random` (rms), `dual_dirac` (how far either Dirac
    lies from the middle), and a fixed `offset` from the best phase, of either sign."""

    random: k.Jitter
    dual_dirac: k.Jitter
    offset: k.Jitter


class AggressorSpec(Spec):
    """Crosstalk of `count` equal neighbours: another lane's symbols at their worst phase through the victim's own
    responses and a coupling of one zero at DC and a pole at `corner`, `coupling_loss` below the victim at half the
    symbol rate."""

    part: Text | None = None
    name: Text
    coupling_loss: k.CouplingLoss
    corner: k.ShapeFrequency
    count: PositiveWhole = 1


class ChainSpec(Spec):
    """What a statistical eye is computed from: responses, equaliser, jitter, crosstalk; the same for every lane.

    Responses stand in the order in which the signal meets them, so those of the transmitter come first and those of
    the receiver last. Their names are unique: a sweep calls one by its name.
    """

    part: Text | None = None
    response: tuple[ResponseSpec, ...]
    equalizer: EqualizerSpec
    jitter: JitterSpec
    aggressor: tuple[AggressorSpec, ...] = ()

    @classmethod
    def cross(cls, values: Values) -> Iterator[Fault]:
        responses = values.get("response")
        if responses is not None and not responses:
            yield Fault(("response",), "no response", "at least one [[chain.response]]")
        for name in ("response", "aggressor"):
            seen: set[str] = set()
            for at, element in enumerate(values.get(name) or ()):
                if element.name in seen:
                    yield Fault((name, at, "name"), f"'{element.name}' a second time", "each name once")
                seen |= {element.name} - {None}
        yield from _order_faults(responses or ())
        yield from _end_faults(responses or ())


def _order_faults(responses: Any) -> Iterator[Fault]:
    last = 0
    for at, response in enumerate(responses):
        if response.side not in SIDES:
            continue  # its own fault is told already
        place = SIDES.index(response.side)
        if place < last:
            read = f"{response.side} behind {SIDES[last]}"
            yield Fault(("response", at, "side"), read, "transmit, then photodiode, then receive: the order in which the signal meets them")
        last = max(last, place)


def _end_faults(responses: Any) -> Iterator[Fault]:
    """Each run of electrical two-ports lies between one source and one load."""
    runs: list[list[int]] = []
    for at, response in enumerate(responses):
        if response.kind is None or response.side is None or (response.kind == "measured" and response.file is None):
            return  # its own fault is told already, and where runs end is not known
        if not is_electrical(response.kind, response.file):
            continue
        if runs and runs[-1][-1] == at - 1 and responses[at - 1].side == response.side:
            runs[-1].append(at)
        else:
            runs.append([at])
    for run in runs:
        for end, name, where in ((run[0], "source_resistance", "first"), (run[-1], "load_resistance", "last")):
            allowed = f"{name}, which the {where} of neighbouring electrical two-ports needs"
            if not responses[end].given(name):
                yield Fault(("response", end), f"nothing for {name}", allowed, also=(("response",),))
            for at in run:
                if at != end and responses[at].given(name):
                    yield Fault(("response", at, name), f"{name} inside a row of two-ports", f"{name} of the {where} of them only")


def tap_faults(chain: Any, electronics: Any) -> Iterator[Fault]:
    """Whose feed-forward equaliser decides: that of the module's DSP or that of the host, and how long it is."""
    equalizer = None if chain is None else chain.equalizer
    if equalizer is None or electronics is None or electronics.retiming is None:
        return  # no chain, or its own fault is told already
    keys = ("chain", "equalizer", "host_taps")
    also = (("electronics", "retiming"), ("electronics", "part"), ("chain", "part"), ("electronics",), ("chain",))
    if electronics.retiming == "both":
        taps, where = electronics.ffe_taps, "electronics.ffe_taps"
        if equalizer.given("host_taps"):
            yield Fault(keys, "host_taps where the module's DSP equalises", "electronics.ffe_taps, or retiming = none or transmit", also=also)
        elif not electronics.given("ffe_taps"):
            yield Fault(("electronics", "ffe_taps"), "nothing", "ffe_taps, which a chain behind a DSP needs", also=also)
    else:
        taps, where = equalizer.host_taps, "host_taps"
        if not equalizer.given("host_taps"):
            read = f"nothing for host_taps with retiming = {electronics.retiming}"
            yield Fault(keys, read, "equalizer.host_taps, which a linear receive direction needs", also=also)
    pre = equalizer.ffe_pre
    if taps is not None and pre is not None and pre.high >= taps.low:
        read = f"{pre.high:g} taps before the main one of {taps.low:g} ({where})"
        yield Fault(("chain", "equalizer", "ffe_pre"), read, "fewer than there are taps", also=also)
