"""What a published receiver's case says, completed from the defaults: one axis for each input, fixed where it is given, swept where not."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from photonics.errors import shown

from .published import Axis, Quantity, canonical
from .published_defaults import DEFAULTS, THRESHOLDS
from .published_form import Experiment, Item
from .unsupported import Unsupported

# The names a case may use for one input, its dimension, and how many levels are swept where the response may turn round.
NAMES: dict[str, tuple[tuple[str, ...], str]] = {
    "responsivity": (("responsivity", "responsivity_unit_gain"), "responsivity"),
    "density": (
        ("noise_density_avg", "tia_noise_density_avg", "tia_noise_density", "noise_density", "input_noise_density"), "noise_density",
    ),
    "rms": (("tia_noise_rms", "noise_rms", "input_noise_rms"), "current"),
    "band": (("bandwidth", "rx_bandwidth", "tia_bandwidth", "tia_bandwidth_3db", "bandwidth_3db", "bandwidth_oe"), "frequency"),
    "tx_band": (("tx_bandwidth",), "frequency"),
    "extinction_ratio": (("extinction_ratio", "tx_extinction_ratio", "er"), "extinction_ratio"),
    "tecq": (("tx_tecq", "tecq", "tx_tdecq"), "loss"),
    "dark_current": (("dark_current",), "current"),
    "rin_avg": (("rin_avg", "rin"), "rin"),
    "rin_oma": (("rin_oma",), "rin"),
    "ffe_taps": (("ffe_taps",), "count"),
    "dfe_taps": (("dfe_taps",), "count"),
}
AVALANCHE = {
    "diode_band": (("bandwidth", "apd_bandwidth"), "frequency"),
    "gain": (("gain",), "ratio"),
    "gain_bandwidth": (("gain_bandwidth",), "frequency"),
    "ionisation_ratio": (("k_eff", "k", "ionisation_ratio"), "fraction"),
}
LEVELS_SWEPT = {"gain": 5, "band": 5}
TARGETS = frozenset({"target_ber", "target_ser", "threshold"})
RATES = {"baud": "symbol_rate", "rates": "bit_rate", "rate": "bit_rate"}  # the first that is given counts
# Known, and without a part in the optical sensitivity of a stated noise: electrical gain and supply, wavelength (the responsivity has it),
# lanes, an optical filter inside the stated O/E bandwidth.
NOTES = frozenset(
    {
        "transimpedance", "tia_gain", "supply", "power", "tia_power", "wavelength", "channels", "lanes", "filter_fwhm", "drop_loss_included",
        "technology", "area",
    }
)
CHOICES = frozenset({"modulation", "post_equaliser", "equaliser", "sensitivity_definition", "filter_order"})
FILTER_OF_ORDER = {1: "single_pole", 4: "bessel"}
BESIDE_GAIN = {"gain_over_pin": Quantity("snr", True)}
SENSITIVITIES = {
    name: Quantity("level", True) for name in ("sensitivity", "min_sensitivity", "sensitivity_oma", "sensitivity_average")
}
# A kind of equaliser with its taps before it ("5-tap FFE") or behind it ("FFE (5 taps)"), or without them.
_TAPS = r"(?:(\d+)[\s-]*taps?[\s-]+)?{kind}(?:[\s,(-]*(\d+)[\s-]*taps?\)?)?"
LIMIT_TAPS = {"ffe_taps": (1, 128), "dfe_taps": (0, 5)}
AVERAGE = "average"  # axis: 0 where a reported level is an OMA, 1 where it is an average power


@dataclass(frozen=True)
class Receiver:
    """A case resolved into what is swept and what is fixed: symbol rates, levels, and whether the diode multiplies."""

    levels: int
    avalanche: bool
    bauds: tuple[float, ...]
    axes: tuple[Axis, ...]
    filter_kind: str = "bessel"  # of the receiver, a key of ``eye_chain.FILTERS``

    def has(self, name: str) -> bool:
        return any(axis.name == name for axis in self.axes)

    @property
    def floor_counts(self) -> bool:
        return self.has("tx_error_floor")


def _axis(case: Experiment, name: str, spelt: Iterable[str], dimension: str) -> Axis | None:
    """The axis of one input: a point where the case gives it, its assumed range where it lists it as missing, else None."""
    given = [n for n in spelt if n in case.inputs] + [m.name for m in case.missing if m.name in spelt]
    if len(given) > 1:
        raise Unsupported(f"{' and '.join(given)} are two names of one input")
    for entry in case.missing:
        if entry.name in given:
            if isinstance(entry.nominal, str):
                raise Unsupported(f"{entry.name}: {shown(entry.nominal)} is no number")
            low, nominal, high = (canonical(v, entry.unit, dimension) for v in (entry.low, entry.nominal, entry.high))
            return Axis(name, low, nominal, high, LEVELS_SWEPT.get(name, 2))
    if not given:
        return None
    item = case.inputs[given[0]]
    if isinstance(item.value, str | list | dict):
        raise Unsupported(f"{given[0]}: one number is needed")
    value = canonical(item.value, item.unit, dimension)
    return Axis(name, value, value, value)


def resolve(case: Experiment, levels: int, avalanche: bool) -> Receiver:
    """What a case says of its receiver, completed from the defaults; ``Unsupported`` says what stands in the way."""
    text = case.inputs.get("modulation", Item("PAM4" if levels == 4 else "NRZ")).value
    if text not in (("PAM4", "4-PAM") if levels == 4 else ("NRZ", "OOK", "OOK NRZ")):
        raise Unsupported(f"modulation {shown(text)} does not fit kind {case.kind}")
    names = dict(NAMES)
    if avalanche:
        names |= AVALANCHE
        names["band"] = (tuple(n for n in names["band"][0] if n != "bandwidth"), names["band"][1])
    found = {name: axis for name, (spelt, dimension) in names.items() if (axis := _axis(case, name, spelt, dimension)) is not None}
    found["target"] = _target(case, levels)
    found |= _equaliser(case, found)
    if "density" not in found and "rms" not in found:
        raise Unsupported("no noise of the receiver: a density or an rms current is needed")
    for name in ("gain", "ionisation_ratio") if avalanche else ():
        if name not in found:
            raise Unsupported(f"{name} is missing for kind {case.kind}")
    if avalanche and found["gain"].low < 1.0:
        raise Unsupported("an avalanche gain below 1")
    if "rms" in found:
        found.pop("density", None)  # an integrated current holds the f^2 noise that a density averages away
    for name in ("responsivity", "dark_current"):
        found.setdefault(name, DEFAULTS[name].axis)
    found.setdefault("extinction_ratio", replace(DEFAULTS[f"extinction_ratio_{levels}"].axis, name="extinction_ratio"))
    if "band" not in found:
        found["band_over_baud"] = DEFAULTS["band_over_baud"].axis
    floor = DEFAULTS["tx_error_floor"].axis
    if levels > 2 and "tecq" not in found and found["target"].low > floor.high:
        found[floor.name] = floor
    found[AVERAGE] = _definition(case, levels)
    return Receiver(levels, avalanche, _bauds(case, levels), tuple(found.values()), _filter_kind(case))


def _filter_kind(case: Experiment) -> str:
    """The receiver's low pass: a fourth-order Bessel, the reference receivers' filter, unless the case states its order."""
    order = case.inputs.get("filter_order", Item(4.0)).value
    if order not in FILTER_OF_ORDER:
        raise Unsupported(f"filter_order {shown(order)}: 1 (a single pole) and 4 (Bessel) are modelled")
    return FILTER_OF_ORDER[order]


def _equaliser(case: Experiment, found: dict[str, Axis]) -> dict[str, Axis]:
    """Taps of the FFE and the DFE that the words name ("5-tap FFE", "FFE (7 taps) + 1-tap DFE"); numbers of their own count first.

    An equaliser whose length is nowhere is not guessed, and one that is neither is not modelled.
    """
    out: dict[str, Axis] = {}
    for name in ("post_equaliser", "equaliser"):
        text = str(case.inputs.get(name, Item("none")).value)
        rest = text
        for kind in ("FFE", "DFE"):
            axis = f"{kind.casefold()}_taps"
            match = re.search(_TAPS.format(kind=kind), text, re.IGNORECASE)
            if match is None:
                continue
            rest = rest.replace(match.group(0), " ")
            taps = match.group(1) or match.group(2)
            if axis in found or axis in out:
                continue
            if taps is None:
                raise Unsupported(f"{name} {shown(text)}: its number of taps is needed ({axis})")
            out[axis] = Axis(axis, float(taps), float(taps), float(taps))
        if rest.strip(" +,;&") not in ("", "none", "None") and rest.replace("and", "").strip(" +,;&"):
            raise Unsupported(f"{name} {shown(text)}: an FFE and a DFE with their numbers of taps are modelled, or none")
    for axis, (low, high) in LIMIT_TAPS.items():
        taken = out.get(axis, found.get(axis))
        if taken is not None and not low <= taken.low <= taken.high <= high:
            raise Unsupported(f"{axis} of {taken.low:g} to {taken.high:g}: {low} to {high} are modelled")
    return out


def _target(case: Experiment, levels: int) -> Axis:
    """Bit error ratio at the sensitivity; a symbol error ratio is log2 M times that with a Gray code."""
    if "threshold" in case.inputs:
        name = case.inputs["threshold"].value
        if not isinstance(name, str) or name not in THRESHOLDS:
            raise Unsupported(f"threshold {shown(name)}: {', '.join(THRESHOLDS)} are known")
        return Axis("target", THRESHOLDS[name], THRESHOLDS[name], THRESHOLDS[name])
    axis = _axis(case, "target", ("target_ber", "target_ser"), "error_ratio")
    if axis is None:
        return replace(DEFAULTS[f"target_ber_{levels}"].axis, name="target")
    if "target_ser" in case.inputs or any(m.name == "target_ser" for m in case.missing):
        bits = math.log2(levels)
        axis = replace(axis, low=axis.low / bits, nominal=axis.nominal / bits, high=axis.high / bits)
    if not 0.0 < axis.low <= axis.high < 0.25:
        raise Unsupported(f"an error ratio of {axis.low:g} to {axis.high:g} as target; above 0 and below 0.25 is modelled")
    return replace(axis, ratio=True)


def _bauds(case: Experiment, levels: int) -> tuple[float, ...]:
    for name, dimension in RATES.items():
        if name in case.inputs:
            bits = math.log2(levels) if dimension == "bit_rate" else 1.0
            item = case.inputs[name]
            values = item.value if isinstance(item.value, list) else [item.value]
            if not all(isinstance(v, int | float) for v in values):
                raise Unsupported(f"{name}: numbers are needed")
            return tuple(canonical(v, item.unit, dimension) / bits for v in values)
    raise Unsupported("no symbol or bit rate")


def _definition(case: Experiment, levels: int) -> Axis:
    """How a bare dBm is meant: as the unit or its circumstances say; else both readings are swept, OMA first for PAM4.

    A case may list ``sensitivity_definition`` as missing: that names the nominal reading.
    """
    wanted = [(name, case.reported[name]) for name in SENSITIVITIES if name in case.reported]
    words = " ".join(f"{name} {item.unit} {item.at}" for name, item in wanted).casefold()
    nominal = "oma" if levels > 2 else AVERAGE
    for entry in case.missing:
        if entry.name == "sensitivity_definition":
            nominal = str(entry.nominal).casefold()
    if "sensitivity_definition" in case.inputs:
        words += str(case.inputs["sensitivity_definition"].value).casefold()
    for word, value in (("oma", 0.0), (AVERAGE, 1.0)):
        if word in words:
            return Axis(AVERAGE, value, value, value)
    return Axis(AVERAGE, 0.0, float(nominal.startswith(AVERAGE)), 1.0)
