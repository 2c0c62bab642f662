"""Published receiver sensitivities, PIN and avalanche, binary and PAM4, by the statistical eye, with the closed form beside it.

Receiver noise (i_n^2 B, or a stated rms current) and shot noise on every level with optimal thresholds; excess noise
F = k M + (1 - k)(2 - 1/M); the stated bandwidths as fourth-order Bessel filters, the transmitter's before the light, the diode's and the
receiver's behind it (a single pole where the case says so); an equaliser where the case states one, else a single tap at the best phase; for PAM4 a transmitter whose noise grows
with its signal.  Where a case gives the transmitter's TECQ, that stands for its interference and noise together, as a penalty on
receiver noise: the eye then has nothing to add, and the closed form's number is its own.

The transmitter's noise is given as the error floor of the whole laboratory link: its SNDR is what makes that floor through the same eye
without any receiver noise.  Where interference alone makes it, nothing is left for noise.  It is left out for targets stricter than the
floors it was taken from, and for binary signals, whose level noise a limiting driver removes.  Laser RIN is part of it unless a case states
one.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from photonics_kernels import link as link_kernels
from photonics_kernels import receiver, scale, special, transmitter

from photonics.lower.eye import Equaliser as Taps
from photonics.lower.eye import EyePoint, Jitter
from photonics.lower.link import Row, link_rows
from photonics.results import Term

from .eye_chain import Asked, Chain, Filter, log_error_ratios, sensitivities_dbm
from .published import Axis, Kind, Prediction, State, canonical
from .published_form import Experiment
from .published_given import (
    AVALANCHE,
    AVERAGE,
    BESIDE_GAIN,
    CHOICES,
    NAMES,
    NOTES,
    RATES,
    SENSITIVITIES,
    TARGETS,
    Receiver,
    resolve,
)
from .unsupported import Unsupported

SNDR_LOW_DB, SNDR_HIGH_DB, SNDR_STEPS = 0.0, 60.0, 30  # where a floor's SNDR is sought: 60 dB halved 30 times
FLOOR_OMA_DBM = 0.0  # any: a floor has no receiver noise


# --- from a state to the engines' rows -------------------------------------------------------------------------------------------


def _row(r: Receiver, state: State, baud: float, gain: float | None = None) -> Row:
    """One state as a row without transmitter noise; both engines take it."""
    band = state["band"] if "band" in state else state["band_over_baud"] * baud
    first = state["band"] if "band" in state else state["band_over_baud"] * r.bauds[0]
    noise_hz = Filter(r.filter_kind, band).noise_bandwidth_hz
    density = state["density"] if "density" in state else state["rms"] / math.sqrt(noise_hz * first / band)
    multiplication = state.get("gain", 1.0) if gain is None else gain
    return Row(
        rx_oma_dbm=-10.0,
        er_db=state["extinction_ratio"],
        rlm=1.0,
        coupling_db=0.0,
        closure_db=0.0,
        enhancement_db=0.0,
        responsivity_a_w=state["responsivity"],
        dark_a=state["dark_current"],
        excess_noise=float(receiver.excess_noise_factor(multiplication, state.get("ionisation_ratio", 0.0))),
        density_a_rthz=density / multiplication,
        bandwidth_hz=noise_hz,
        rin_avg_db_hz=state.get("rin_avg"),
        rin_oma_db_hz=state.get("rin_oma"),
        sndr_db=None,
        enob=None,
        full_scale=0.0,
        optimal=True,
        beat_square=0.0,
        log_limit=math.log(state["target"]),
        by_codeword=False,
        states=(np.zeros(1), np.ones(1)),
    )


def _chain(r: Receiver, state: State, baud: float, gain: float | None = None) -> Chain:
    """The stated bandwidths as filters on their sides of the light, Bessel's unless the receiver's order is stated."""

    def filters(names: Iterable[str]) -> tuple[Filter, ...]:
        return tuple(Filter("bessel", state[name]) for name in names if name in state)

    diode = filters(("diode_band",))
    if "gain_bandwidth" in state and not diode:
        multiplication = state.get("gain", 1.0) if gain is None else gain
        diode = (Filter("bessel", state["gain_bandwidth"] / multiplication),)
    band = state["band"] if "band" in state else state["band_over_baud"] * baud
    return Chain(baud, filters(("tx_band",)), diode, (Filter(r.filter_kind, band),))


def _taps(state: State) -> Taps:
    """The equaliser of a state; one tap where there is none, the main tap in the middle."""
    taps = round(state.get("ffe_taps", 1.0))
    return Taps(taps, (taps - 1) // 2, feedback=round(state.get("dfe_taps", 0.0)))


def _asked(r: Receiver, state: State, baud: float, gain: float | None = None) -> Asked:
    return Asked(_chain(r, state, baud, gain), EyePoint(_row(r, state, baud, gain), _taps(state), Jitter()))


Ends = tuple[Chain, Taps, float]


def floor_sndr_db(ends: Sequence[Ends], levels: int) -> dict[Ends, float | None]:
    """SNDR with which each (chain, equaliser, floor) has its floor without receiver noise; None where interference alone is above it.

    The error ratio falls with the SNDR, so halving the interval finds it, all at once.  Valid from ``SNDR_LOW_DB`` to ``SNDR_HIGH_DB``.
    """
    quiet = Row(
        rx_oma_dbm=FLOOR_OMA_DBM, er_db=10.0, rlm=1.0, coupling_db=0.0, closure_db=0.0, enhancement_db=0.0, responsivity_a_w=1.0, dark_a=0.0,
        excess_noise=0.0, density_a_rthz=0.0, bandwidth_hz=1.0, rin_avg_db_hz=None, rin_oma_db_hz=None, sndr_db=None, enob=None, full_scale=0.0,
        optimal=True, beat_square=0.0, log_limit=0.0, by_codeword=False, states=(np.zeros(1), np.ones(1)),
    )  # fmt: skip
    keys = list(dict.fromkeys(ends))
    if not keys:
        return {}
    limit = np.log([floor for _, _, floor in keys])

    def excess(sndr_db: np.ndarray) -> np.ndarray:
        asked = [
            Asked(chain, EyePoint(replace(quiet, sndr_db=float(db)), taps, Jitter()))
            for (chain, taps, _), db in zip(keys, sndr_db, strict=True)
        ]
        return log_error_ratios(asked, levels)[0] - limit

    low, high = np.full(len(keys), SNDR_LOW_DB), np.full(len(keys), SNDR_HIGH_DB)
    reached = excess(high) < 0.0
    for _ in range(SNDR_STEPS):
        middle = (low + high) / 2.0
        above = excess(middle) > 0.0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return {key: float(db) if there else None for key, db, there in zip(keys, high, reached, strict=True)}


def _ideal_sndr_db(levels: int, floor: float) -> float:
    """SNDR of a floor without interference: ((M-1) Q^-1(floor/share))^2."""
    share = 2.0 * (levels - 1) / (levels * math.log2(levels))
    return 2.0 * float(scale.ratio_to_db((levels - 1) * float(special.inverse_q_tail(floor / share))))


def eye_oma_dbm(
    r: Receiver, states: Sequence[State], baud: float, *, floor: bool = True, gain: float | None = None
) -> np.ndarray:
    """OMA in dBm of every state by the eye, NaN where no power reaches the target; states that differ in a reading only are one."""
    keys = [tuple(v for k, v in state.items() if k != AVERAGE) for state in states]
    one = {key: i for i, key in reversed(list(enumerate(keys)))}
    asked = [_asked(r, states[i], baud, gain) for i in one.values()]
    if floor and r.floor_counts:
        floors = [states[i]["tx_error_floor"] for i in one.values()]
        ends = [(a.chain, a.point.equaliser, f) for a, f in zip(asked, floors, strict=True)]
        sndr = floor_sndr_db(ends, r.levels)
        asked = [
            replace(a, point=replace(a.point, row=replace(a.point.row, sndr_db=sndr[end])))
            for a, end in zip(asked, ends, strict=True)
        ]
    # The closed form without interference is where the search begins.
    start = _closed_dbm([a.point.row for a in asked], r.levels)
    asked = [
        replace(a, point=replace(a.point, row=replace(a.point.row, rx_oma_dbm=float(s) if math.isfinite(s) else -10.0)))
        for a, s in zip(asked, start, strict=True)
    ]
    found = dict(zip(one, sensitivities_dbm(asked, r.levels), strict=True))
    return np.array([found[key] for key in keys])


def _closed_dbm(rows: Sequence[Row], levels: int) -> np.ndarray:
    answers = link_kernels.closed_form(link_rows(rows, levels), True)
    return np.asarray(10.0 * np.log10(answers.sensitivity_w) + 30.0)


def closed_oma_dbm(r: Receiver, states: Sequence[State], baud: float, *, transmitter: bool = True) -> np.ndarray:
    """OMA in dBm of every state by the closed form, which has no interference: receiver noise, the floor's own noise, a stated TECQ."""
    rows = []
    for state in states:
        row = _row(r, state, baud)
        if transmitter and "tx_error_floor" in state:
            row = replace(row, sndr_db=_ideal_sndr_db(r.levels, state["tx_error_floor"]))
        rows.append(replace(row, enhancement_db=state.get("tecq", 0.0) if transmitter else 0.0))
    return _closed_dbm(rows, r.levels)


def _average_over_oma_db(state: State) -> float:
    return float(scale.ratio_to_db(transmitter.average_power_w(1.0, scale.db_to_ratio(state["extinction_ratio"]))))


def _predict(case: Experiment, r: Receiver, states: Sequence[State]) -> dict[str, Prediction]:
    out: dict[str, Prediction] = {}
    shift = np.array([state[AVERAGE] * _average_over_oma_db(state) for state in states])
    engine = closed_oma_dbm if r.has("tecq") else eye_oma_dbm
    oma = np.stack([engine(r, states, baud) for baud in r.bauds], axis=1)
    closed = np.array([float(closed_oma_dbm(r, states[:1], baud)[0]) for baud in r.bauds]) + shift[0]
    parts = "nominal: " + ", ".join(f"{t.name} {t.value:+.2f} {t.unit}" for t in _terms(r, states[0]))
    for name in SENSITIVITIES:
        if name in case.reported:
            if isinstance(case.reported[name].value, dict):
                _same_rates(case, case.reported[name].value)
            out[name] = Prediction(oma + shift[:, None], parts, _residuals(case, name, closed, oma[0] + shift[0], r))
    if r.avalanche and "gain_over_pin" in case.reported:
        pin = engine(r, states, r.bauds[0], gain=1.0) if engine is eye_oma_dbm else np.full(len(states), math.nan)
        out["gain_over_pin"] = Prediction((pin - oma[:, 0])[:, None], "the same receiver with M = F = 1")
    return out


def _residuals(case: Experiment, name: str, closed: np.ndarray, eye: np.ndarray, r: Receiver) -> str:
    """Nominal prediction less reported value in dB of both engines, side by side and short enough for a table; of every rate."""
    item = case.reported[name]
    if isinstance(item.value, str):
        return ""
    value = list(item.value.values()) if isinstance(item.value, dict) else item.value
    reported = np.array([canonical(v, item.unit, "level") for v in (value if isinstance(value, list) else [value])])
    if len(reported) != len(closed):
        return ""

    def told(found: np.ndarray) -> str:
        return "/".join(f"{v:+.2f}" if math.isfinite(v) else "none" for v in found - reported)

    return f"closed form {told(closed)}, eye {'as it (TECQ)' if r.has('tecq') else told(eye)} dB off"


def _same_rates(case: Experiment, values: Mapping[str, float]) -> None:
    """Values by name must be named by the rates that the case gives, in their order."""
    name = next(n for n in RATES if n in case.inputs)
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
    level = float(closed_oma_dbm(r, [state], baud, transmitter=False)[0])
    level_equation = "OMA where BER = target with (i_n/M)^2 B + 2 q F (R P_k + I_d) B"
    terms = [Term("receiver noise", "TP3", level, "dBm", "level", level_equation, confidence="assumed")]
    if "tecq" in state:
        tecq = float(closed_oma_dbm(r, [state], baud)[0]) - level
        terms.append(Term("TECQ", "TP3", tecq, "dB", "penalty", "receiver noise amplified by twice the stated dB", confidence="assumed"))
    else:
        isi = float(eye_oma_dbm(r, [state], baud, floor=False)[0])
        taps = _taps(state)
        named = "ISI of the chain" if taps.taps == 1 and not taps.feedback else "ISI and equaliser noise"
        equation = "statistical eye through the stated bandwidths, " + (
            "no equaliser" if named == "ISI of the chain" else f"FFE of {taps.taps}, DFE of {taps.feedback}"
        )
        terms.append(Term(named, "TP3", isi - level, "dB", "penalty", equation, confidence="assumed"))
        if r.floor_counts:
            whole = float(eye_oma_dbm(r, [state], baud)[0])
            equation = "+ the SNDR with which the same eye has the link's error floor"
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
    name = next((n for n in SENSITIVITIES if n in case.reported), None)
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
    names = [n for spelt, _ in NAMES.values() for n in spelt]
    names += [n for spelt, _ in AVALANCHE.values() for n in spelt] if avalanche else []

    def prepare(case: Experiment) -> tuple[list[Axis], Callable[[Sequence[State]], Mapping[str, Prediction]]]:
        r = resolve(case, levels, avalanche)
        return list(r.axes), lambda states: _predict(case, r, states)

    quantities = SENSITIVITIES | (BESIDE_GAIN if avalanche else {})
    return Kind(frozenset(names) | TARGETS | set(RATES) | CHOICES, NOTES, quantities, prepare)
