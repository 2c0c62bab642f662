"""The kinds of published experiments that a model answers, and the engines that the others wait for.

Receivers are in ``published_receiver``; here are those that close by arithmetic on the case's own numbers: clause budgets, the bounds
of multipath interference, energies.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from photonics_kernels import reflection, scale, transmitter

from photonics.errors import nearest, shown

from .eye_chain import NOISE_OVER_3DB
from .published import Axis, Kind, Prediction, Quantity, State, canonical
from .published_form import Experiment, Item
from .published_receiver import RECEIVERS, receiver_kind
from .unsupported import Unsupported

# Kinds of the schema that no engine here answers, and what is missing.
ENGINES = {
    "error_floor": "residual ISI of a channel behind an equaliser: needs an adapter from its channel to the statistical eye",
    "dispersion_reach": "BER behind a faded channel with an equaliser or a sequence detector: needs the waveform engine",
    "mlse_gain": "a sequence detector: needs the waveform engine",
}


def kind_of(case: Experiment) -> Kind:
    """The adapter of a case's kind; ``Unsupported`` says which engine is missing."""
    if case.kind in ENGINES:
        raise Unsupported(f"kind {case.kind!r}: {ENGINES[case.kind]}, not built yet")
    if case.kind not in KINDS:
        close = nearest(case.kind, KINDS)
        raise Unsupported(f"kind {case.kind!r}: known are {', '.join(sorted(KINDS))}" + (f"; nearest: {', '.join(close)}" if close else ""))
    return KINDS[case.kind]


Prepared = tuple[list[Axis], Callable[[Sequence[State]], Mapping[str, Prediction]]]


def _number(case: Experiment, name: str, dimension: str) -> float | None:
    """An input that must be one number where it is given."""
    if name not in case.inputs:
        return None
    item = case.inputs[name]
    if isinstance(item.value, str | list | dict):
        raise Unsupported(f"{name}: one number is needed")
    return canonical(item.value, item.unit, dimension)


def _fixed(values: Mapping[str, Any]) -> Prepared:
    """Predictions that nothing missing enters."""

    def predict(states: Sequence[State]) -> dict[str, Prediction]:
        return {k: Prediction(np.tile(np.atleast_1d(np.asarray(v, dtype=float)), (len(states), 1))) for k, v in values.items()}

    return [], predict


# --- clause budgets ----------------------------------------------------------------------------------------------------------

_AT = re.compile(r"\b[ST]D?ECQ\s*(?:<=|=)?\s*(\d+(?:\.\d+)?)\s*dB")
_RULE = re.compile(r"max\(\s*(-?\d+(?:\.\d+)?)\s*,\s*[ST]D?ECQ\s*([+-]\s*\d+(?:\.\d+)?)\s*\)")


def _budget(case: Experiment) -> Prepared:
    """How a clause closes: A - IL - allowance = B, with A the least OMA - TDECQ and B the receiver's line.

    Launch minimum max(floor, A + max(TECQ, TDECQ)); receiver max(floor - IL - allowance, B + TECQ); stressed receiver B + SECQ; power
    budget IL + allowance + TDECQ.  SECQ and TECQ are those that the reported value says it holds at.  Source: IEEE 802.3, clauses of
    the DR and FR families; all in dB.
    """
    slope = _number(case, "oma_minus_tdecq_min", "level")
    loss = _number(case, "channel_insertion_loss", "loss")
    allowance = _number(case, "mpi_and_dgd_allowance", "loss")
    if slope is None or loss is None or allowance is None:
        raise Unsupported("oma_minus_tdecq_min, channel_insertion_loss and mpi_and_dgd_allowance are needed")
    floor, most = _number(case, "oma_min", "level"), _number(case, "tdecq_max", "loss")
    tecq, tdecq = _number(case, "tx_tecq", "loss"), _number(case, "tx_tdecq", "loss")
    line = slope - loss - allowance
    knee = None if floor is None else floor - loss - allowance

    def at(name: str, other: float | None) -> float | None:
        match = _AT.search(case.reported[name].at) if name in case.reported else None
        return other if match is None else float(match.group(1))

    out: dict[str, Any] = {}
    stressed = at("stressed_sensitivity_oma", most)
    if stressed is not None:
        out["stressed_sensitivity_oma"] = line + stressed
    plain = at("receiver_sensitivity_oma", tecq)
    lines = [v for v in (knee, None if plain is None else line + plain) if v is not None]
    if lines:
        out["receiver_sensitivity_oma"] = max(lines)
    if knee is not None:
        out["receiver_sensitivity_rule"] = [knee, line]
    worst = [v for v in (tecq, tdecq) if v is not None]
    if worst:
        out["oma_min"] = max([slope + max(worst)] + ([] if floor is None else [floor]))
    if most is not None:
        out["power_budget"] = loss + allowance + most
    return _fixed(out)


def _rule_numbers(quantity: str, text: str) -> list[float] | None:
    """Floor and offset of "max(-4.6, SECQ-6.0)"."""
    match = _RULE.search(text) if quantity == "receiver_sensitivity_rule" else None
    return None if match is None else [float(match.group(1)), float(match.group(2).replace(" ", ""))]


# --- multipath interference --------------------------------------------------------------------------------------------------

_BOUNDS = {
    "non_statistical_upper_bound": reflection.SIMPLE,
    "improved_upper_bound": reflection.IMPROVED,
    "statistical_upper_bound": reflection.STATISTICAL,
}


def _mpi(case: Experiment) -> Prepared:
    """Bounds of the eye closure by reflector pairs, penalty -10 log10(1 - c); equations and sources in ``reflection.mpi_closure``.

    Reflectors in order: a transceiver face, the connectors, the other face; a stated channel loss lies in equal parts between them.
    """
    connectors = _number(case, "connectors", "number")
    joint, face = _number(case, "connector_return_loss", "return_loss"), _number(case, "transceiver_return_loss", "return_loss")
    er = _number(case, "extinction_ratio", "extinction_ratio")
    levels = {"NRZ": 2, "PAM4": 4, "PAM6": 6, "PAM8": 8}.get(str(case.inputs.get("modulation", Item("PAM4")).value))
    if connectors is None or joint is None or face is None or er is None or levels is None:
        raise Unsupported("connectors, connector_return_loss, transceiver_return_loss, extinction_ratio and a PAM modulation are needed")
    if connectors != int(connectors) or not 0 <= connectors <= 1000:
        raise Unsupported(f"{connectors:g} connectors: a whole number up to 1000 is needed")
    loss = _number(case, "channel_loss", "loss") or 0.0
    reflectance = np.array([scale.db_to_ratio(-face), *[scale.db_to_ratio(-joint)] * int(connectors), scale.db_to_ratio(-face)])
    spans = len(reflectance) - 1
    total = reflection.pair_amplitudes(
        reflectance, np.full(spans, scale.db_to_ratio(-loss / spans)), np.empty(spans * (spans + 1) // 2)
    )
    powers = np.empty(levels)
    transmitter.fill_levels_w(1.0, scale.db_to_ratio(er), 1.0, powers)
    closures = {name: float(reflection.mpi_closure(bound, powers, total)) for name, bound in _BOUNDS.items()}
    return _fixed({k: -10.0 * math.log10(1.0 - c) if c < 1.0 else math.nan for k, c in closures.items()})


# --- energy ------------------------------------------------------------------------------------------------------------------

HOURS_PER_YEAR, HOURS_PER_DAY = 8766.0, 24.0
_MEANS = {  # input, dimension, and the name it has in a formula
    "power": "power", "module_power": "power", "efficiency": "energy_per_bit", "rate": "bit_rate", "aggregate": "bit_rate", "ports": "count",
    "noise_density_avg": "noise_density", "bandwidth": "frequency", "device_hours": "ratio", "returns": "ratio", "flaps": "ratio",
    "lpo": "power", "dsp": "power", "host_serdes_increment": "power",
}
_RANGES = frozenset({"lpo", "dsp"})  # two numbers are the ends of a range; of every other input they belong to two systems


def _energy(case: Experiment) -> Prepared:
    """Arithmetic of energies and of a fleet: every quantity whose inputs are there, list by list.

    efficiency = P/rate; P = efficiency x rate; noise = i_n sqrt(1.0464 B); a saving = ports x (P_dsp - P_lpo - P_host), or
    1 - P_1/P_2 of two modules; mean time between events = hours/events; events per day = 24 events/hours.  pJ/bit over the rate that
    the case states, whichever that is.
    """
    axes, fixed = [], {}
    for entry in case.missing:
        if entry.name in _MEANS and not isinstance(entry.nominal, str):
            low, nominal, high = (canonical(v, entry.unit, _MEANS[entry.name]) for v in (entry.low, entry.nominal, entry.high))
            axes.append(Axis(entry.name, low, nominal, high))
    for name, item in case.inputs.items():
        if name not in _MEANS or isinstance(item.value, str):
            continue
        if isinstance(item.value, dict):
            raise Unsupported(f"{name}: a number or a list is needed")
        values = item.value if isinstance(item.value, list) else [item.value]
        values = [canonical(v, "" if item.unit == "h" else item.unit, _MEANS[name]) for v in values]
        if name in _RANGES and len(values) == 2:
            axes.append(Axis(name, min(values), math.fsum(values) / 2, max(values)))
        else:
            fixed[name] = np.array(values)

    def predict(states: Sequence[State]) -> dict[str, Prediction]:
        columns: dict[str, list[np.ndarray]] = {}
        with np.errstate(all="ignore"):  # what overflows has no answer, and the verdict says so
            for state in states:
                have = fixed | {k: np.array([v]) for k, v in state.items()}
                for name, value in _arithmetic(case, have).items():
                    columns.setdefault(name, []).append(np.atleast_1d(value))
        return {name: Prediction(np.stack(values)) for name, values in columns.items()}

    return axes, predict


def _arithmetic(case: Experiment, have: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every quantity that one state's numbers give; equations in ``_energy``."""
    out: dict[str, np.ndarray] = {}
    power, rate = have.get("power", have.get("module_power")), have.get("rate", have.get("aggregate"))
    efficiency = have.get("efficiency")
    if power is not None and rate is not None:
        out["efficiency"] = out["energy_per_bit"] = out["chip_energy_below"] = power / rate
    if efficiency is not None and rate is not None:
        out["power"] = out["module_power"] = efficiency * rate
    if "noise_density_avg" in have and "bandwidth" in have:
        out["noise_rms"] = have["noise_density_avg"] * np.sqrt(NOISE_OVER_3DB * have["bandwidth"])
    if {"lpo", "dsp", "ports"} <= set(have):
        increment = have.get("host_serdes_increment", np.zeros(1))
        out["saving_claim"] = have["ports"] * (have["dsp"] - have["lpo"] - increment)
    elif "module_power" in have and have["module_power"].size == 2 and "saving_claim" in case.reported:
        out["saving_claim"] = 1.0 - have["module_power"][:1] / have["module_power"][1:]
    hours = have.get("device_hours")
    if hours is not None:
        for events in ("returns", "flaps"):
            if events in have:
                out[f"mean_time_between_{events}"] = hours / have[events] / HOURS_PER_YEAR * canonical(1.0, "year", "time")
        if "flaps" in have:
            out["daily_flap_rate"] = have["flaps"] / hours * HOURS_PER_DAY
    return out


_WATTS = re.compile(r"(\d+(?:\.\d+)?)\s*W\b")


def _watts_claimed(quantity: str, text: str) -> list[float] | None:
    """The one power in watts that a sentence claims."""
    found = _WATTS.findall(text) if quantity == "saving_claim" else []
    return [float(found[0])] if len(found) == 1 else None


_FARADS = {"fF": 1e-15, "pF": 1e-12}
_FORMATS = {"nrz": 2, "pam4": 4, "pam8": 8}


def _modulator(case: Experiment) -> Prepared:
    """Energy of charging a modulator's capacitance with random, equally spaced levels, no driver counted.

    A step dV dissipates C dV^2/2; two independent levels of M over a swing V differ by V^2 (M+1)/(6 (M-1)) in mean square, so a bit
    costs C V^2 (M+1)/(12 (M-1) log2 M): C V^2/4 for NRZ, 5/72 for PAM4, 1/28 for PAM8.
    """
    axes = []
    for name in ("junction_capacitance", "drive"):
        entry = next((m for m in case.missing if m.name == name), None)
        item = case.inputs.get(name)
        if entry is not None and not isinstance(entry.nominal, str):
            low, nominal, high, unit = entry.low, entry.nominal, entry.high, entry.unit
        elif item is not None and isinstance(item.value, int | float):
            low, nominal, high, unit = (*(float(item.value),) * 3, item.unit)
        else:
            raise Unsupported(f"{name} is missing for kind {case.kind}")
        if name == "drive":
            axes.append(Axis(name, canonical(low, unit, "voltage"), canonical(nominal, unit, "voltage"), canonical(high, unit, "voltage")))
        elif unit in _FARADS:
            axes.append(Axis(name, low * _FARADS[unit], nominal * _FARADS[unit], high * _FARADS[unit]))
        else:
            raise Unsupported(f"capacitance in {shown(unit)}; {' and '.join(_FARADS)} are known")

    def predict(states: Sequence[State]) -> dict[str, Prediction]:
        square = np.array([[s["junction_capacitance"] * s["drive"] ** 2] for s in states])
        return {k: Prediction(square * (m + 1) / (12 * (m - 1) * math.log2(m))) for k, m in _FORMATS.items()}

    return axes, predict


# --- the register ------------------------------------------------------------------------------------------------------------

_DB, _DBM = Quantity("snr", True), Quantity("level", True)
_JOULE, _WATT, _PLAIN = Quantity("energy_per_bit"), Quantity("power"), Quantity("number")
_ENERGY_QUANTITIES = {
    "efficiency": _JOULE, "energy_per_bit": _JOULE, "chip_energy_below": _JOULE, "power": _WATT, "module_power": _WATT,
    "noise_rms": Quantity("current"), "saving_claim": _PLAIN,
    "mean_time_between_returns": Quantity("time"), "mean_time_between_flaps": Quantity("time"), "daily_flap_rate": Quantity("fraction"),
}
# Known and without a part in the arithmetic: what else a paper says of the same chip or fleet.
_ENERGY_NOTES = frozenset(
    {
        "noise_rms", "gain", "responsivity", "channels", "per_channel", "baud", "equaliser", "optical_power_per_channel", "laser_power_included",
        "supply", "technology", "area", "lanes", "modulation",
    }
)
_CLAUSE = frozenset({"oma_minus_tdecq_min", "channel_insertion_loss", "mpi_and_dgd_allowance", "oma_min", "tdecq_max", "tx_tecq", "tx_tdecq"})
_MPI = frozenset({"connectors", "connector_return_loss", "transceiver_return_loss", "extinction_ratio", "modulation", "channel_loss"})

KINDS: dict[str, Kind] = {
    "budget_closure": Kind(
        _CLAUSE, frozenset({"rin_oma", "er_min", "baud", "rate"}),
        {n: _DBM for n in ("stressed_sensitivity_oma", "receiver_sensitivity_oma", "receiver_sensitivity_rule", "oma_min")} | {"power_budget": _DB},
        _budget, _rule_numbers,
    ),
    "mpi_upper_bound": Kind(_MPI, frozenset(), {n: _DB for n in _BOUNDS}, _mpi),
    "energy_arithmetic": Kind(frozenset(_MEANS), _ENERGY_NOTES, _ENERGY_QUANTITIES, _energy, _watts_claimed),
    "energy_system": Kind(frozenset(_MEANS), _ENERGY_NOTES, _ENERGY_QUANTITIES, _energy, _watts_claimed),
    "modulator_energy": Kind(
        frozenset({"junction_capacitance", "drive"}), frozenset({"formats"}), {n: _JOULE for n in _FORMATS}, _modulator
    ),
    **{kind: receiver_kind(kind) for kind in RECEIVERS},
}
