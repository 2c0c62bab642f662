"""Published receiver sensitivities, PIN and avalanche, binary and PAM4, by the closed-form link.

Receiver noise (i_n^2 B, or a stated rms current) and shot noise on every level with optimal thresholds; excess noise
F = k M + (1 - k)(2 - 1/M); the stated bandwidths as an eye opening (``published_isi``); for PAM4 a transmitter whose noise grows
with its signal.  Where a case gives the transmitter's TECQ, that stands for its interference and noise together, as a penalty on
receiver noise.

The transmitter's noise is given as the error floor of the whole laboratory link: with opening c the half eye is c OMA/(2 (M-1)), so a
floor Q(x_f) share means SNDR = ((M-1) x_f / c)^2.  It is left out for targets stricter than the floors it was taken from, and for
binary signals, whose level noise a limiting driver removes.  Laser RIN is part of it unless a case states one.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from photonics_kernels import link as link_kernels
from photonics_kernels import receiver, scale, special, transmitter

from photonics.errors import shown
from photonics.lower.link import Row, link_rows
from photonics.results import Term

from .published import Axis, Kind, Prediction, Quantity, State, canonical
from .published_defaults import DEFAULTS, THRESHOLDS
from .published_form import Experiment, Item
from .published_isi import NOISE_OVER_3DB, isi_penalty_db
from .unsupported import Unsupported

# The names a case may use for one input, its dimension, and how many levels are swept where the response may turn round.
_NAMES: dict[str, tuple[tuple[str, ...], str]] = {
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
}
_AVALANCHE = {
    "diode_band": (("bandwidth", "apd_bandwidth"), "frequency"),
    "gain": (("gain",), "ratio"),
    "gain_bandwidth": (("gain_bandwidth",), "frequency"),
    "ionisation_ratio": (("k_eff", "k", "ionisation_ratio"), "fraction"),
}
_LEVELS = {"gain": 5, "band": 5}
_TARGETS = frozenset({"target_ber", "target_ser", "threshold"})
_RATES = {"baud": "symbol_rate", "rates": "bit_rate", "rate": "bit_rate"}  # the first that is given counts
# Known, and without a part in the optical sensitivity of a stated noise: electrical gain and supply, wavelength (the responsivity has it),
# lanes, an optical filter inside the stated O/E bandwidth.
_NOTES = frozenset(
    {
        "transimpedance", "tia_gain", "supply", "power", "tia_power", "wavelength", "channels", "lanes", "filter_fwhm", "drop_loss_included",
        "technology", "area",
    }
)
_CHOICES = frozenset({"modulation", "post_equaliser", "equaliser", "sensitivity_definition"})
_BESIDE_GAIN = {"gain_over_pin": Quantity("snr", True)}
_SENSITIVITIES = {
    name: Quantity("level", True) for name in ("sensitivity", "min_sensitivity", "sensitivity_oma", "sensitivity_average")
}
AVERAGE = "average"  # axis: 0 where a reported level is an OMA, 1 where it is an average power


@dataclass(frozen=True)
class Receiver:
    """A case resolved into what is swept and what is fixed: symbol rates, levels, and whether the diode multiplies."""

    levels: int
    avalanche: bool
    bauds: tuple[float, ...]
    axes: tuple[Axis, ...]

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
            return Axis(name, low, nominal, high, _LEVELS.get(name, 2))
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
    for name in ("post_equaliser", "equaliser"):
        if str(case.inputs.get(name, Item("none")).value).casefold() != "none":
            raise Unsupported(f"{name} {shown(case.inputs[name].value)}: equalised receivers need the statistical eye engine")
    names = dict(_NAMES)
    if avalanche:
        names |= _AVALANCHE
        names["band"] = (tuple(n for n in names["band"][0] if n != "bandwidth"), names["band"][1])
    found = {name: axis for name, (spelt, dimension) in names.items() if (axis := _axis(case, name, spelt, dimension)) is not None}
    found["target"] = _target(case, levels)
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
    return Receiver(levels, avalanche, _bauds(case, levels), tuple(found.values()))


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
    for name, dimension in _RATES.items():
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
    wanted = [(name, case.reported[name]) for name in _SENSITIVITIES if name in case.reported]
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


# --- from a state to the kernel's rows ------------------------------------------------------------------------------------------


def _row(r: Receiver, state: State, baud: float, *, isi: bool = True, floor: bool = True, gain: float | None = None) -> Row | None:
    """One state as a row of the closed form; None where the chain closes the eye at any power."""
    band = state["band"] if "band" in state else state["band_over_baud"] * baud
    first = state["band"] if "band" in state else state["band_over_baud"] * r.bauds[0]
    density = state["density"] if "density" in state else state["rms"] / math.sqrt(NOISE_OVER_3DB * first)
    multiplication = state.get("gain", 1.0) if gain is None else gain
    target, tecq = state["target"], state.get("tecq")
    closure_db = 0.0
    if isi and tecq is None:
        stages = [band, *(state[n] for n in ("tx_band", "diode_band") if n in state)]
        if "gain_bandwidth" in state and "diode_band" not in state:
            stages.append(state["gain_bandwidth"] / multiplication)
        closure_db = isi_penalty_db(tuple(stage / baud for stage in stages), r.levels, target)
    if math.isinf(closure_db):
        return None
    sndr_db = None
    if floor and "tx_error_floor" in state:
        share = 2.0 * (r.levels - 1) / (r.levels * math.log2(r.levels))
        margin = float(special.inverse_q_tail(state["tx_error_floor"] / share))
        sndr_db = 2.0 * float(scale.ratio_to_db((r.levels - 1) * margin)) + 2.0 * closure_db
    return Row(
        rx_oma_dbm=-10.0,
        er_db=state["extinction_ratio"],
        rlm=1.0,
        coupling_db=0.0,
        closure_db=closure_db,
        enhancement_db=tecq if tecq is not None and isi else 0.0,
        responsivity_a_w=state["responsivity"],
        dark_a=state["dark_current"],
        excess_noise=float(receiver.excess_noise_factor(multiplication, state.get("ionisation_ratio", 0.0))),
        density_a_rthz=density / multiplication,
        bandwidth_hz=NOISE_OVER_3DB * band,
        rin_avg_db_hz=state.get("rin_avg"),
        rin_oma_db_hz=state.get("rin_oma"),
        sndr_db=sndr_db,
        enob=None,
        full_scale=0.0,
        optimal=True,
        beat_square=0.0,
        log_limit=math.log(target),
        by_codeword=False,
        states=(np.zeros(1), np.ones(1)),
    )


def _sensitivities_dbm(r: Receiver, rows: Sequence[Row | None]) -> np.ndarray:
    """OMA of every row at its target in dBm; NaN where there is none."""
    out = np.full(len(rows), math.nan)
    there = [i for i, row in enumerate(rows) if row is not None]
    if there:
        answers = link_kernels.closed_form(link_rows([row for row in rows if row is not None], r.levels), True)
        out[there] = 10.0 * np.log10(answers.sensitivity_w) + 30.0
    return out


def _average_over_oma_db(state: State) -> float:
    return float(scale.ratio_to_db(transmitter.average_power_w(1.0, scale.db_to_ratio(state["extinction_ratio"]))))


def _predict(case: Experiment, r: Receiver, states: Sequence[State]) -> dict[str, Prediction]:
    out: dict[str, Prediction] = {}
    shift = np.array([state[AVERAGE] * _average_over_oma_db(state) for state in states])
    oma = np.stack([_sensitivities_dbm(r, [_row(r, s, baud) for s in states]) for baud in r.bauds], axis=1)
    note = "nominal: " + ", ".join(f"{t.name} {t.value:+.2f} {t.unit}" for t in _terms(r, states[0]))
    for name in _SENSITIVITIES:
        if name in case.reported:
            if isinstance(case.reported[name].value, dict):
                _same_rates(case, case.reported[name].value)
            out[name] = Prediction(oma + shift[:, None], note)
    if r.avalanche and "gain_over_pin" in case.reported:
        pin = _sensitivities_dbm(r, [_row(r, s, r.bauds[0], gain=1.0) for s in states])
        out["gain_over_pin"] = Prediction((pin - oma[:, 0])[:, None], "the same receiver with M = F = 1")
    return out


def _same_rates(case: Experiment, values: Mapping[str, float]) -> None:
    """Values by name must be named by the rates that the case gives, in their order."""
    name = next(n for n in _RATES if n in case.inputs)
    rates = case.inputs[name].value
    rates = rates if isinstance(rates, list) else [rates]
    try:
        same = [float(key) for key in values] == [float(rate) for rate in rates]
    except ValueError:
        same = False
    if not same:
        raise Unsupported(f"values at {', '.join(values)} against {name} {', '.join(str(rate) for rate in rates)}")


# --- what a gap is made of ------------------------------------------------------------------------------------------------------


def _terms(r: Receiver, state: State) -> tuple[Term, ...]:
    """Sensitivity of one state as a level of receiver noise and the penalties on it, in the order they are switched on."""
    baud = r.bauds[0]
    rows = [_row(r, state, baud, isi=False, floor=False), _row(r, state, baud, floor=False), _row(r, state, baud)]
    level, isi, whole = (float(v) for v in _sensitivities_dbm(r, rows))
    level_equation = "OMA where BER = target with (i_n/M)^2 B + 2 q F (R P_k + I_d) B"
    terms = [Term("receiver noise", "TP3", level, "dBm", "level", level_equation, confidence="assumed")]
    if "tecq" in state:
        terms.append(Term("TECQ", "TP3", isi - level, "dB", "penalty", "receiver noise amplified by twice the stated dB", confidence="assumed"))
    else:
        equation = "mean over symbols of the error ratio through the stated bandwidths, no equaliser"
        terms.append(Term("ISI of the chain", "TP3", isi - level, "dB", "penalty", equation, confidence="assumed"))
    if r.floor_counts:
        equation = "+ (R OMA/2)^2 / SNDR, SNDR from the link's error floor"
        terms.append(Term("transmitter noise", "TP3", whole - isi, "dB", "penalty", equation, confidence="assumed"))
    if state[AVERAGE]:
        equation = "(ER + 1)/(2 (ER - 1))"
        terms.append(Term("average over OMA", "TP3", _average_over_oma_db(state), "dB", "penalty", equation, confidence="derived"))
    return tuple(terms)


def gap_terms(case: Experiment) -> tuple[Term, ...]:
    """What separates receiver noise alone from a reported sensitivity, at the nominal point of every missing input.

    The first term is the level that receiver noise would give, then come the mechanisms that the model has, then what none of them
    explains; together they are the reported value (that of the first rate).  ``Unsupported`` where the case is not of a receiver kind.
    """
    if case.kind not in RECEIVERS:
        raise Unsupported(f"kind {case.kind!r} has no receiver")
    r = resolve(case, *RECEIVERS[case.kind])
    name = next((n for n in _SENSITIVITIES if n in case.reported), None)
    if name is None:
        raise Unsupported("no sensitivity is reported")
    value = case.reported[name].value
    reported = float(next(iter(value.values() if isinstance(value, dict) else value)) if isinstance(value, list | dict) else value)
    terms = _terms(r, {axis.name: axis.nominal for axis in r.axes})
    rest = reported - math.fsum(t.value for t in terms)
    return (*terms, Term("not explained", "TP3", rest, "dB", "result", "reported less the terms above", confidence="derived"))


RECEIVERS = {
    "rx_sensitivity_nrz": (2, False),
    "rx_sensitivity_pam4": (4, False),
    "rx_sensitivity_apd_nrz": (2, True),
    "rx_sensitivity_apd_pam4": (4, True),
}


def receiver_kind(kind: str) -> Kind:
    """The adapter of one of the receiver kinds."""
    levels, avalanche = RECEIVERS[kind]
    names = [n for spelt, _ in _NAMES.values() for n in spelt]
    names += [n for spelt, _ in _AVALANCHE.values() for n in spelt] if avalanche else []

    def prepare(case: Experiment) -> tuple[list[Axis], Callable[[Sequence[State]], Mapping[str, Prediction]]]:
        r = resolve(case, levels, avalanche)
        return list(r.axes), lambda states: _predict(case, r, states)

    quantities = _SENSITIVITIES | (_BESIDE_GAIN if avalanche else {})
    return Kind(frozenset(names) | _TARGETS | set(_RATES) | _CHOICES, _NOTES, quantities, prepare)
