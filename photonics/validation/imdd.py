"""Kind ``imdd_ber``: the error ratio of a directly detected PAM link through named filters, a fibre and an equaliser, by the statistical eye.

What a case does not name is not there: no filter, no dark current, no RIN, no jitter, no equaliser (one tap: the receiver still samples at its
best phase).  Powers are those at the photodiode, so a fibre's attenuation changes nothing.  A ``drive_filter`` stands before the modulator and
a cosine-field modulator is no linear device: levels are placed by the cosine, interference is superposed as if the filter stood behind it.
Against a waveform whose filter stands before the cosine (levels with interference, noise-free, Gaussian filters of 0.4 to 0.75 symbol rates)
mean and spread of each level then agree within 1.3 % of the level spacing at an extinction ratio of 4.5 dB, 2.3 % at 6 dB, 5.2 % at 10 dB.
Behind Gaussian and Bessel filters without an equaliser the error ratio then comes out too high: by 1 to 5 % up to 6 dB and 12 % at 10 dB around
5e-3, by 10 % (4.5 dB) and 40 % (6 dB) around 1e-7; behind a single pole by up to twice as much.  Beyond 10 dB, or below 0.4 symbol rates, the
waveform is needed.  Valid for linear receivers.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from photonics_kernels import eye_rows, scale, transmitter

from photonics.errors import shown
from photonics.lower.eye import Equaliser as Taps
from photonics.lower.eye import EyePoint, Jitter
from photonics.lower.link import Row

from .eye_chain import WORDS, Asked, Chain, Fibre, Filter, log_error_ratios
from .unsupported import Unsupported

NEEDS = frozenset({"baud_gbd", "extinction_ratio_db", "responsivity_a_w", "noise_density_pa_rthz", "thresholds"})
MAY = frozenset(
    {
        "format", "levels", "rx_average_dbm", "rx_oma_dbm", "wavelength_nm", "modulator", "drive_filter", "drive_bandwidth_ghz", "chirp_alpha",
        "fibre_km", "dispersion_ps_nm_km", "attenuation_db_km", "dark_current_a", "rin_db_hz", "rin_avg_db_hz", "rin_oma_db_hz",
        "receiver_filter", "receiver_bandwidth_ghz", "noise_bandwidth_ghz", "ffe_taps", "ffe_pre", "ffe_samples_per_symbol", "dfe_taps",
        "jitter_fs_rms", "adc_enob", "adc_full_scale", "sndr_db",
    }
)  # fmt: skip
FORMATS = {"NRZ": 2, "OOK": 2, "PAM2": 2, "PAM4": 4, "PAM8": 8}
FILTER_NAMES = {
    "gaussian": "gaussian", "bessel": "bessel", "bessel4": "bessel", "bessel-thomson": "bessel", "butterworth": "butterworth",
    "butterworth4": "butterworth", "rc": "single_pole", "single_pole": "single_pole", "single-pole": "single_pole", "single pole": "single_pole",
}  # fmt: skip
COSINE, LINEAR = "cosine-field", "linear"
MODULATORS = {COSINE: COSINE, "cosine": COSINE, "ideal cosine-field": COSINE, LINEAR: LINEAR, "ideal linear": LINEAR, "ideal": LINEAR}
CHIRP_FREE = "chirp-free"
LIMIT_TAPS, LIMIT_FEEDBACK = eye_rows.MAX_TAPS, eye_rows.MAX_FEEDBACK


def _number(inputs: Mapping[str, Any], name: str, low: float = -math.inf, high: float = math.inf) -> float | None:
    """A number within its range, None where it is not given; zero is allowed where ``low`` is."""
    value = inputs.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unsupported(f"{name} = {shown(value)}: a number is needed")
    if not low <= value <= high:
        raise Unsupported(f"{name} = {value:g}: {low:g} to {high:g} is modelled")
    return float(value)


def _needed(inputs: Mapping[str, Any], name: str, low: float, high: float = math.inf) -> float:
    value = _number(inputs, name, low, high)
    if value is None:
        raise Unsupported(f"input {name} is missing")
    return value


def _whole(inputs: Mapping[str, Any], name: str, low: int, high: int, other: int) -> int:
    value = _number(inputs, name, low, high)
    if value is None:
        return other
    if value != int(value):
        raise Unsupported(f"{name} = {value:g}: a whole number is needed")
    return int(value)


def _filter(inputs: Mapping[str, Any], side: str) -> Filter | None:
    """The filter of one side; None for "none" or where neither name nor bandwidth is given."""
    kind, bandwidth = inputs.get(f"{side}_filter"), _number(inputs, f"{side}_bandwidth_ghz", 1e-3, 1e6)
    if kind is None and bandwidth is None:
        return None
    if isinstance(kind, str) and kind.casefold() == "none":
        return None
    found = FILTER_NAMES.get(kind.casefold()) if isinstance(kind, str) else None
    if found is None:
        raise Unsupported(f"{side}_filter = {shown(kind)}; none, {', '.join(FILTER_NAMES)} are modelled")
    if bandwidth is None:
        raise Unsupported(f"input {side}_bandwidth_ghz is missing for {side}_filter {kind}")
    return Filter(found, bandwidth * 1e9)


def _level_count(inputs: Mapping[str, Any]) -> int:
    form = inputs.get("format", "PAM4" if "levels" not in inputs else None)
    count = inputs.get("levels")
    if form is not None:
        if not isinstance(form, str) or form.upper() not in FORMATS:
            raise Unsupported(f"format = {shown(form)}; {', '.join(FORMATS)} are modelled")
        if count is not None and count != FORMATS[form.upper()]:
            raise Unsupported(f"levels = {shown(count)} against format {form}")
        return FORMATS[form.upper()]
    if isinstance(count, bool) or count not in (2, 4, 8):
        raise Unsupported(f"levels = {shown(count)}; 2, 4 and 8 are modelled")
    return int(count)


def _places(inputs: Mapping[str, Any], count: int, er: float) -> tuple[float, ...] | None:
    """Places of the levels from -1 to 1; None for equally spaced powers.

    A modulator of cosine field, biased at quadrature, turns a drive t of its full drive into sin(theta t)/sin(theta), with
    sin(theta) = (ER - 1)/(ER + 1); drive levels are equally spaced.
    """
    text = str(inputs.get("modulator", LINEAR)).casefold()
    words = [word.strip() for word in text.split(",")]
    others = [word for word in words if word != CHIRP_FREE]
    if len(others) != 1 or others[0] not in MODULATORS:
        raise Unsupported(f"modulator = {shown(inputs['modulator'])}; {', '.join(MODULATORS)}, each with or without chirp-free, are modelled")
    if len(words) > len(others) and _number(inputs, "chirp_alpha"):
        raise Unsupported(f"chirp_alpha = {inputs['chirp_alpha']:g} of a chirp-free modulator")
    if MODULATORS[others[0]] == LINEAR:
        return None
    depth = (er - 1.0) / (er + 1.0)
    return tuple((np.sin(math.asin(depth) * np.linspace(-1.0, 1.0, count)) / depth).tolist())


def _fibre(inputs: Mapping[str, Any]) -> Fibre | None:
    length_km, dispersion = _number(inputs, "fibre_km", 0.0, 1e4), _number(inputs, "dispersion_ps_nm_km")
    wavelength_nm, alpha = _number(inputs, "wavelength_nm", 100.0, 1e5), _number(inputs, "chirp_alpha", -20.0, 20.0)
    _number(inputs, "attenuation_db_km", 0.0)  # powers are those at the photodiode
    if not length_km:
        return None
    if dispersion is None:
        raise Unsupported("input dispersion_ps_nm_km is missing for a fibre")
    if wavelength_nm is None:
        raise Unsupported("input wavelength_nm is missing for a fibre")
    return Fibre(wavelength_nm * 1e-9, dispersion * length_km * 1e-3, alpha or 0.0)


def _oma_dbm(inputs: Mapping[str, Any], er: float) -> float:
    average, oma = _number(inputs, "rx_average_dbm", -100.0, 40.0), _number(inputs, "rx_oma_dbm", -100.0, 40.0)
    if (average is None) == (oma is None):
        raise Unsupported("one of the inputs rx_average_dbm and rx_oma_dbm is needed")
    return float(scale.w_to_dbm(transmitter.oma_from_average_w(scale.dbm_to_w(average), er))) if oma is None else oma


def _noise_bandwidth_hz(inputs: Mapping[str, Any], receiver: Filter | None) -> float:
    """The stated one, else the integral of the receiver filter's |H|^2."""
    stated = _number(inputs, "noise_bandwidth_ghz", 1e-3, 1e6)
    if stated is not None:
        return stated * 1e9
    if receiver is None:
        raise Unsupported("input noise_bandwidth_ghz is missing: without a receiver filter the noise has no bandwidth of its own")
    return receiver.noise_bandwidth_hz


def _rin_db_hz(inputs: Mapping[str, Any]) -> float | None:
    """Average-referred RIN: a bare ``rin_db_hz`` is that, per level."""
    if "rin_db_hz" in inputs and "rin_avg_db_hz" in inputs:
        raise Unsupported("rin_db_hz and rin_avg_db_hz are two names of one input")
    return _number(inputs, "rin_db_hz" if "rin_db_hz" in inputs else "rin_avg_db_hz", -300.0, 0.0)


def _equaliser(inputs: Mapping[str, Any]) -> Taps:
    """Taps as stated; without a stated place the main tap stands in the middle.  ``ffe_pre`` counts symbols."""
    taps = _whole(inputs, "ffe_taps", 0, LIMIT_TAPS, 0) or 1
    per = _whole(inputs, "ffe_samples_per_symbol", 1, 2, 1)
    pre = _whole(inputs, "ffe_pre", 0, (taps - 1) // per, (taps - 1) // (2 * per))
    return Taps(taps, pre, per, feedback=_whole(inputs, "dfe_taps", 0, LIMIT_FEEDBACK, 0))


def asked(inputs: Mapping[str, Any]) -> tuple[Asked, int]:
    """A case as a point of the eye, and its number of levels; ``Unsupported`` names the input that stands in the way."""
    count = _level_count(inputs)
    if inputs["thresholds"] not in ("mid", "optimal"):
        raise Unsupported(f"thresholds = {shown(inputs['thresholds'])}; mid and optimal are modelled")
    er_db = _needed(inputs, "extinction_ratio_db", 0.1, 60.0)
    er = float(scale.db_to_ratio(er_db))
    baud = _needed(inputs, "baud_gbd", 1e-3, 1e4) * 1e9
    drive, receiver = _filter(inputs, "drive"), _filter(inputs, "receiver")
    chain = Chain(
        baud, () if drive is None else (drive,), (), () if receiver is None else (receiver,), _fibre(inputs)
    )
    enob, full_scale = _number(inputs, "adc_enob", 0.5, 30.0), _number(inputs, "adc_full_scale", 1e-3, 1e3)
    if (enob is None) != (full_scale is None):
        raise Unsupported("adc_enob and adc_full_scale (the converter's range over that of the signal) are given both or neither")
    row = Row(
        rx_oma_dbm=_oma_dbm(inputs, er),
        er_db=er_db,
        rlm=1.0,
        coupling_db=0.0,
        closure_db=0.0,
        enhancement_db=0.0,
        responsivity_a_w=_needed(inputs, "responsivity_a_w", 1e-6, 1e6),
        dark_a=_number(inputs, "dark_current_a", 0.0) or 0.0,
        excess_noise=1.0,
        density_a_rthz=_needed(inputs, "noise_density_pa_rthz", 0.0) * 1e-12,
        bandwidth_hz=_noise_bandwidth_hz(inputs, receiver),
        rin_avg_db_hz=_rin_db_hz(inputs),
        rin_oma_db_hz=_number(inputs, "rin_oma_db_hz", -300.0, 0.0),
        sndr_db=_number(inputs, "sndr_db", 0.0, 300.0),
        enob=enob,
        full_scale=full_scale or 0.0,
        optimal=inputs["thresholds"] == "optimal",
        beat_square=0.0,
        log_limit=math.log(1e-4),
        by_codeword=False,
        states=(np.zeros(1), np.ones(1)),
    )
    jitter = (_number(inputs, "jitter_fs_rms", 0.0) or 0.0) * 1e-15 * baud
    if jitter > 0.5:
        raise Unsupported(f"jitter_fs_rms = {inputs['jitter_fs_rms']:g}: {jitter:.2g} of a symbol, at most 0.5 is modelled")
    return Asked(chain, EyePoint(row, _equaliser(inputs), Jitter(random_ui=jitter), levels=_places(inputs, count, er))), count


def imdd_ber(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """BER by the statistical eye, its logarithm, and the symbol error ratio of errors to neighbouring levels: log2 M times the BER."""
    one, count = asked(inputs)
    log_ber, status = log_error_ratios([one], count)
    if status[0] != eye_rows.FINE or not math.isfinite(log_ber[0]):
        raise Unsupported(WORDS.get(int(status[0]), "the eye gives no error ratio"))
    ber, ser = math.exp(log_ber[0]), min(math.exp(log_ber[0]) * math.log2(count), 1.0)
    log10_ber = float(log_ber[0]) / math.log(10.0)
    return {"ber": ber, "log10_ber": log10_ber, "ser": ser, "log10_ser": log10_ber + math.log10(math.log2(count))}
