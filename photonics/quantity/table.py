"""All dimensions: units, bounds of possibility, plausible ranges, key endings."""

import math
from collections.abc import Callable
from decimal import Decimal

from photonics.quantity.dimension import Dimension, Factor, QuantityError


def _decimal(power: int) -> Decimal:
    return Decimal(1).scaleb(power)


def _prefixed(symbol: str, prefixes: str) -> dict[str, Factor]:
    """Units with metric prefixes; "-" in `prefixes` stands for none."""
    powers = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "-": 0, "k": 3, "M": 6, "G": 9, "T": 12}
    return {("" if p == "-" else p) + symbol: _decimal(powers[p]) for p in prefixes}


def _watts_to_dbm(factor: float) -> Callable[[float], float]:
    def convert_power(value: float) -> float:
        if value <= 0.0:
            raise QuantityError(f"a power of {value:g}", "a power above 0, or a level in dBm")
        return 10.0 * math.log10(value) + factor

    return convert_power


def _suffixes(units: dict[str, Factor]) -> dict[str, str]:
    """Key endings: the unit in lower case. Mega and milli would collide there: milli wins unless told."""
    table: dict[str, str] = {}
    for unit in units:
        ending = unit.casefold()
        if ending.isidentifier() and not (unit[0] == "M" and ending in table):
            table.setdefault(ending, unit)
    return table


def _dimension(
    name: str,
    noun: str,
    unit: str,
    units: dict[str, Factor],
    example: str,
    low: float,
    high: float,
    *,
    above: bool = False,
    plausible: tuple[float, float] | None = None,
    endings: dict[str, str] | None = None,
    spread: str = "",
    ladder: tuple[str, ...] = (),
    whole: bool = False,
) -> Dimension:
    suffixes = _suffixes(units) | (endings or {})
    return Dimension(
        name, noun, unit, units, example, low, high, above, plausible, suffixes, spread, ladder, whole
    )


_ONE = Decimal(1)
_DB: dict[str, Factor] = {"dB": _ONE}
_METRES = _prefixed("m", "num-k") | {"cm": _decimal(-2)}
_SECONDS = _prefixed("s", "fpnum-") | {"h": Decimal(3600), "year": Decimal(31_557_600)}
_PER_LENGTH: dict[str, Factor] = {"dB/km": _ONE, "dB/m": _decimal(3), "dB/cm": _decimal(5), "dB/mm": _decimal(6)}
_NEPER_PER_MM_IN_DB_PER_CM = 200 / Decimal(10).ln()  # the sheets of IEEE 802.3 count nepers: 1 Np = 20/ln(10) dB
_SKIN: dict[str, Factor] = {
    "dB/(cm sqrt(GHz))": _ONE,
    "dB/(mm sqrt(GHz))": _decimal(1),
    "dB/(m sqrt(GHz))": _decimal(-2),
    "sqrt(ns)/mm": _NEPER_PER_MM_IN_DB_PER_CM,
}
_DIELECTRIC: dict[str, Factor] = {
    "dB/(cm GHz)": _ONE,
    "dB/(mm GHz)": _decimal(1),
    "dB/(m GHz)": _decimal(-2),
    "ns/mm": _NEPER_PER_MM_IN_DB_PER_CM,
}
_DELAYS: dict[str, Factor] = {
    "s/m": _ONE,
    "ns/m": _decimal(-9),
    "ps/mm": _decimal(-9),
    "ps/cm": _decimal(-10),
    "ns/mm": _decimal(-6),
}
_BIT_RATES = {f"{p}{u}": f for u in ("b/s", "bit/s", "bps") for p, f in _prefixed("", "-kMGT").items()}
_ENERGIES = {f"{p}J/{u}": f for u in ("b", "bit") for p, f in _prefixed("", "fpn-").items()}
_NOISE = {f"{p}A/{u}": f for u in ("sqrt(Hz)", "rtHz") for p, f in _prefixed("", "pnu-").items()}
_SLOPES: dict[str, Factor] = {
    u: _ONE for u in ("ps/(nm^2 km)", "ps/(nm^2*km)", "ps/nm^2/km", "ps/(nm2 km)", "ps/nm2/km")
}
_HUGE = 1e300

_ALL = (
    _dimension("loss", "a loss", "dB", _DB, "0.35 dB", 0.0, 300.0, plausible=(0.0, 40.0)),
    _dimension("return_loss", "a return loss", "dB", _DB, "30 dB", 0.0, 200.0, plausible=(5.0, 90.0)),
    _dimension(
        "extinction_ratio",
        "an extinction ratio",
        "dB",
        _DB,
        "4.5 dB",
        0.0,
        100.0,
        above=True,
        plausible=(1.0, 30.0),
    ),
    _dimension("snr", "a signal-to-noise ratio", "dB", _DB, "30 dB", -100.0, 200.0, plausible=(5.0, 80.0)),
    _dimension(
        "power",
        "a power",
        "W",
        _prefixed("W", "num-kM"),
        "25 W",
        0.0,
        1e12,
        ladder=("uW", "mW", "W", "kW", "MW"),
    ),
    _dimension(
        "level",
        "a power level",
        "dBm",
        {
            "dBm": _ONE,
            "nW": _watts_to_dbm(-60.0),
            "uW": _watts_to_dbm(-30.0),
            "mW": _watts_to_dbm(0.0),
            "W": _watts_to_dbm(30.0),
        },
        "-3 dBm",
        -80.0,
        60.0,
        plausible=(-40.0, 30.0),
        spread="snr",
        ladder=("dBm",),
    ),
    _dimension(
        "attenuation",
        "an attenuation",
        "dB/km",
        _PER_LENGTH,
        "0.35 dB/km",
        0.0,
        1e9,
        endings={
            "db_km": "dB/km",
            "db_per_km": "dB/km",
            "db_m": "dB/m",
            "db_per_m": "dB/m",
            "db_cm": "dB/cm",
            "db_per_cm": "dB/cm",
            "db_mm": "dB/mm",
            "db_per_mm": "dB/mm",
        },
    ),
    _dimension("length", "a length", "m", _METRES, "500 m", 0.0, 1e9, ladder=("nm", "um", "mm", "m", "km")),
    _dimension(
        "wavelength",
        "a wavelength",
        "nm",
        {"nm": _ONE, "um": _decimal(3)},
        "1310 nm",
        100.0,
        20_000.0,
        plausible=(800.0, 1650.0),
    ),
    _dimension(
        "frequency",
        "a frequency",
        "Hz",
        _prefixed("Hz", "-kMGT"),
        "60 GHz",
        0.0,
        1e16,
        above=True,
        ladder=("Hz", "kHz", "MHz", "GHz", "THz"),
        endings={"mhz": "MHz"},
    ),
    _dimension(
        "symbol_rate",
        "a symbol rate",
        "Bd",
        _prefixed("Bd", "-kMGT") | {"GBaud": _decimal(9), "Gbaud": _decimal(9)},
        "106.25 GBd",
        0.0,
        1e15,
        above=True,
        plausible=(1e8, 1e12),
        ladder=("Bd", "kBd", "MBd", "GBd"),
        endings={"mbd": "MBd"},
    ),
    _dimension(
        "bit_rate",
        "a bit rate",
        "b/s",
        _BIT_RATES,
        "1600 Gb/s",
        0.0,
        1e18,
        above=True,
        plausible=(1e8, 1e15),
        ladder=("b/s", "kb/s", "Mb/s", "Gb/s"),
        endings={"mbps": "Mb/s", "gb_s": "Gb/s", "tb_s": "Tb/s", "gb_per_s": "Gb/s", "tb_per_s": "Tb/s"},
    ),
    _dimension(
        "current",
        "a current",
        "A",
        _prefixed("A", "pnum-"),
        "60 mA",
        0.0,
        1e6,
        ladder=("nA", "uA", "mA", "A"),
    ),
    _dimension(
        "voltage",
        "a voltage",
        "V",
        _prefixed("V", "um-k") | {"Vpp": _ONE},
        "3.3 V",
        0.0,
        1e6,
        ladder=("mV", "V"),
        plausible=(0.0, 60.0),
    ),
    _dimension(
        "resistance",
        "a resistance",
        "ohm",
        {"ohm": _ONE, "mohm": _decimal(-3), "kohm": _decimal(3), "Mohm": _decimal(6)},
        "50 ohm",
        0.0,
        1e12,
        ladder=("mohm", "ohm", "kohm"),
    ),
    _dimension(
        "capacitance",
        "a capacitance",
        "F",
        _prefixed("F", "fpnum-"),
        "60 fF",
        0.0,
        1e3,
        plausible=(0.0, 1e-9),
        ladder=("fF", "pF", "nF", "uF", "F"),
    ),
    _dimension(
        "inductance",
        "an inductance",
        "H",
        _prefixed("H", "fpnum-"),
        "120 pH",
        0.0,
        1e3,
        plausible=(0.0, 1e-8),
        ladder=("fH", "pH", "nH", "uH", "H"),
    ),
    _dimension(
        "skin_loss",
        "a loss by the skin effect",
        "dB/(cm sqrt(GHz))",
        _SKIN,
        "0.5 dB/(cm sqrt(GHz))",
        0.0,
        1e6,
        plausible=(0.0, 20.0),
        endings={"db_cm_rtghz": "dB/(cm sqrt(GHz))", "db_mm_rtghz": "dB/(mm sqrt(GHz))"},
    ),
    _dimension(
        "dielectric_loss",
        "a dielectric loss",
        "dB/(cm GHz)",
        _DIELECTRIC,
        "0.002 dB/(cm GHz)",
        0.0,
        1e6,
        plausible=(0.0, 1.0),
        endings={"db_cm_ghz": "dB/(cm GHz)", "db_mm_ghz": "dB/(mm GHz)"},
    ),
    _dimension(
        "delay_per_length",
        "a delay per length",
        "s/m",
        _DELAYS,
        "5.8 ps/mm",
        0.0,
        1.0,
        plausible=(3e-9, 2e-8),
        ladder=("ns/m",),
        endings={"ns_m": "ns/m", "ps_mm": "ps/mm", "ps_cm": "ps/cm", "ns_mm": "ns/mm"},
    ),
    _dimension("gain", "a gain", "dB", _DB, "-6 dB", -200.0, 200.0, plausible=(-30.0, 30.0)),
    _dimension(
        "noise_density",
        "a noise current density",
        "A/sqrt(Hz)",
        _NOISE,
        "16 pA/sqrt(Hz)",
        0.0,
        1e-3,
        plausible=(1e-12, 2e-10),
        ladder=("pA/sqrt(Hz)", "nA/sqrt(Hz)", "uA/sqrt(Hz)", "A/sqrt(Hz)"),
        endings={
            f"{p}a_{u}": f"{p}A/sqrt(Hz)"
            for p in ("p", "n", "u", "")
            for u in ("rthz", "sqrt_hz", "per_rthz")
        },
    ),
    _dimension(
        "responsivity",
        "a responsivity",
        "A/W",
        {"A/W": _ONE, "mA/mW": _ONE, "mA/W": _decimal(-3)},
        "0.9 A/W",
        0.0,
        1e3,
        above=True,
        plausible=(0.1, 20.0),
        ladder=("A/W",),
        endings={"a_w": "A/W", "a_per_w": "A/W"},
    ),
    _dimension(
        "slope_efficiency",
        "a slope efficiency",
        "W/A",
        {"W/A": _ONE, "mW/mA": _ONE, "mW/A": _decimal(-3)},
        "0.08 W/A",
        0.0,
        10.0,
        above=True,
        plausible=(0.01, 1.0),
        ladder=("W/A",),
        endings={"w_a": "W/A", "w_per_a": "W/A"},
    ),
    _dimension(
        "rin",
        "a relative intensity noise",
        "dB/Hz",
        {"dB/Hz": _ONE, "dBc/Hz": _ONE},
        "-150 dB/Hz",
        -200.0,
        -80.0,
        plausible=(-170.0, -115.0),
        spread="snr",
        ladder=("dB/Hz",),
        endings={"db_hz": "dB/Hz", "db_per_hz": "dB/Hz"},
    ),
    _dimension(
        "temperature",
        "a temperature",
        "degC",
        {
            "degC": _ONE,
            "°C": _ONE,
            "C": _ONE,
            "K": lambda value: float(Decimal(repr(value)) - Decimal("273.15")),
        },
        "55 degC",
        -273.15,
        5000.0,
        plausible=(-45.0, 200.0),
        spread="temperature_difference",
        ladder=("degC",),
    ),
    _dimension(
        "temperature_difference", "a temperature difference", "K", {"K": _ONE}, "60 K", 0.0, 1e5, above=True
    ),
    _dimension(
        "dispersion_slope",
        "a dispersion slope",
        "ps/(nm^2 km)",
        _SLOPES,
        "0.09 ps/(nm^2 km)",
        0.0,
        100.0,
        above=True,
        plausible=(0.02, 0.2),
        endings={"ps_nm2_km": "ps/(nm^2 km)", "ps_per_nm2_km": "ps/(nm^2 km)"},
    ),
    _dimension(
        "dispersion",
        "an accumulated dispersion",
        "ps/nm",
        {"ps/nm": _ONE},
        "1.5 ps/nm",
        -1e7,
        1e7,
        endings={"ps_nm": "ps/nm", "ps_per_nm": "ps/nm"},
    ),
    _dimension(
        "time", "a time", "s", _SECONDS, "130 ns", 0.0, 1e15, ladder=("fs", "ps", "ns", "us", "ms", "s")
    ),
    _dimension(
        "energy_per_bit",
        "an energy per bit",
        "J/b",
        _ENERGIES,
        "3.4 pJ/bit",
        0.0,
        1.0,
        plausible=(0.0, 1e-9),
        ladder=("fJ/bit", "pJ/bit", "nJ/bit"),
        endings={f"{p}j_{u}": f"{p}J/bit" for p in ("f", "p", "n") for u in ("per_bit", "bit", "b", "per_b")},
    ),
    _dimension(
        "fraction",
        "a fraction between 0 and 1",
        "",
        {"": _ONE, "%": _decimal(-2)},
        "0.05 or '5 %'",
        0.0,
        1.0,
        endings={"percent": "%"},
    ),
    _dimension("ratio", "a ratio", "", {"": _ONE}, "1.5", 0.0, 1e15, above=True),
    _dimension("error_ratio", "an error ratio", "", {"": _ONE}, "2.4e-4", 0.0, 0.5),
    _dimension("count", "a count", "", {"": _ONE}, "8", 1.0, 1e15, whole=True),
    _dimension("number", "a number", "", {"": _ONE}, "0.5", -_HUGE, _HUGE),
    _dimension(
        "money",
        "a price",
        "USD",
        {"USD": _ONE, "kUSD": _decimal(3), "MUSD": _decimal(6)},
        "1000 USD",
        0.0,
        1e15,
        ladder=("USD",),
    ),
    _dimension("failure_rate", "a failure rate", "FIT", {"FIT": _ONE}, "900 FIT", 0.0, 1e12, ladder=("FIT",)),
)

DIMENSIONS: dict[str, Dimension] = {dimension.name: dimension for dimension in _ALL}
