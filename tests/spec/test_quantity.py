"""Every dimension and every unit: factors against an independent table, round trips, and what a slip is told."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photonics.quantity import DIMENSIONS, QuantityError, check, convert, dimension_of, parse, render

# What one of each unit is in the canonical unit, written out a second time on purpose.
ONE_OF_EACH = {
    "loss": {"dB": 1.0},
    "return_loss": {"dB": 1.0},
    "extinction_ratio": {"dB": 1.0},
    "snr": {"dB": 1.0},
    "power": {"nW": 1e-9, "uW": 1e-6, "mW": 1e-3, "W": 1.0, "kW": 1e3, "MW": 1e6},
    "level": {"dBm": 1.0, "nW": -60.0, "uW": -30.0, "mW": 0.0, "W": 30.0},
    "attenuation": {"dB/km": 1.0, "dB/m": 1e3, "dB/cm": 1e5, "dB/mm": 1e6},
    "length": {"nm": 1e-9, "um": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3},
    "wavelength": {"nm": None, "um": 1e3},
    "frequency": {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9, "THz": 1e12},
    "symbol_rate": {"Bd": 1.0, "kBd": 1e3, "MBd": 1e6, "GBd": 1e9, "TBd": 1e12, "GBaud": 1e9, "Gbaud": 1e9},
    "bit_rate": {
        f"{prefix}{unit}": factor
        for unit in ("b/s", "bit/s", "bps")
        for prefix, factor in {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}.items()
    },
    "current": {"pA": 1e-12, "nA": 1e-9, "uA": 1e-6, "mA": 1e-3, "A": 1.0},
    "voltage": {"uV": 1e-6, "mV": 1e-3, "V": 1.0, "kV": 1e3, "Vpp": 1.0},
    "resistance": {"mohm": 1e-3, "ohm": 1.0, "kohm": 1e3, "Mohm": 1e6},
    "capacitance": {"fF": 1e-15, "pF": 1e-12, "nF": 1e-9, "uF": 1e-6, "mF": 1e-3, "F": 1.0},
    "inductance": {"fH": 1e-15, "pH": 1e-12, "nH": 1e-9, "uH": 1e-6, "mH": 1e-3, "H": 1.0},
    # 1 Np/mm is 20/ln 10 dB/mm = 8.685889638065037 dB/mm.
    "skin_loss": {
        "dB/(cm sqrt(GHz))": 1.0,
        "dB/(mm sqrt(GHz))": 10.0,
        "dB/(m sqrt(GHz))": 0.01,
        "sqrt(ns)/mm": 86.85889638065037,
    },
    "dielectric_loss": {"dB/(cm GHz)": 1.0, "dB/(mm GHz)": 10.0, "dB/(m GHz)": 0.01, "ns/mm": 86.85889638065037},
    "delay_per_length": {"s/m": 1.0, "ns/m": 1e-9, "ps/mm": 1e-9, "ps/cm": 1e-10, "ns/mm": 1e-6},
    "gain": {"dB": 1.0},
    "noise_density": {
        f"{prefix}A/{unit}": factor
        for unit in ("sqrt(Hz)", "rtHz")
        for prefix, factor in {"p": 1e-12, "n": 1e-9, "u": 1e-6}.items()
    }
    | {"A/sqrt(Hz)": None, "A/rtHz": None},
    "responsivity": {"A/W": 1.0, "mA/mW": 1.0, "mA/W": 1e-3},
    "slope_efficiency": {"W/A": 1.0, "mW/mA": 1.0, "mW/A": 1e-3},
    "rin": {"dB/Hz": None, "dBc/Hz": None},
    "temperature": {"degC": 1.0, "°C": 1.0, "C": 1.0, "K": -272.15},
    "temperature_difference": {"K": 1.0},
    "dispersion_slope": dict.fromkeys(
        ("ps/(nm^2 km)", "ps/(nm^2*km)", "ps/nm^2/km", "ps/(nm2 km)", "ps/nm2/km"), 1.0
    ),
    "dispersion": {"ps/nm": 1.0},
    "time": {
        "fs": 1e-15,
        "ps": 1e-12,
        "ns": 1e-9,
        "us": 1e-6,
        "ms": 1e-3,
        "s": 1.0,
        "h": 3600.0,
        "year": 31557600.0,
    },
    "energy_per_bit": {
        f"{prefix}J/{unit}": factor
        for unit in ("b", "bit")
        for prefix, factor in {"f": 1e-15, "p": 1e-12, "n": 1e-9, "": 1.0}.items()
    },
    "fraction": {"": 1.0, "%": 0.01},
    "ratio": {"": 1.0},
    "error_ratio": {"": None},
    "count": {"": 1.0},
    "number": {"": 1.0},
    "money": {"USD": 1.0, "kUSD": 1e3, "MUSD": 1e6},
    "failure_rate": {"FIT": 1.0},
}
PAIRS = [(name, unit) for name, dimension in DIMENSIONS.items() for unit in dimension.units]


def test_the_second_table_is_complete():
    assert {name: set(units) for name, units in ONE_OF_EACH.items()} == {
        name: set(dimension.units) for name, dimension in DIMENSIONS.items()
    }


@pytest.mark.parametrize(("name", "unit"), PAIRS)
def test_one_of_each_unit(name, unit):
    expected = ONE_OF_EACH[name][unit]
    if expected is None:
        # One of it is outside of the bounds: the error gives the value and its bounds, not a complaint about
        # the unit.
        with pytest.raises(QuantityError, match="at least|above"):
            parse(f"1 {unit}", name)
        return
    assert parse(f"1 {unit}", name) == expected
    assert convert(1, unit, name) == expected
    assert convert(1.0, unit, name) == expected


@pytest.mark.parametrize("name", DIMENSIONS)
def test_example_of_each_dimension_is_read(name):
    dimension = DIMENSIONS[name]
    example = dimension.example.split(" or ")[0]
    value = parse(example, name)
    assert dimension.low <= value <= dimension.high
    if dimension.plausible:
        assert dimension.plausible[0] <= value <= dimension.plausible[1]
    assert parse(render(value, name), name) == value


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_ending_of_a_key_is_a_unit(name):
    dimension = DIMENSIONS[name]
    assert all(unit in dimension.units for unit in dimension.suffixes.values())
    assert not dimension.unit or dimension.suffixes, "a dimension with a unit can have it in the key"
    assert all(ending == ending.lower() for ending in dimension.suffixes)


@pytest.mark.parametrize("name", DIMENSIONS)
def test_rendering_is_exact(name):
    dimension = DIMENSIONS[name]
    low, high = max(dimension.low, -1e18), min(dimension.high, 1e18)

    @settings(max_examples=60, deadline=None)
    @given(st.floats(low, high, allow_nan=False, exclude_min=dimension.above))
    def exact(value):
        value = float(round(value)) or 1.0 if dimension.whole else value + 0.0
        assert parse(render(value, name), name) == value

    exact()


def test_ladder_picks_a_readable_unit():
    assert render(1.6e12, "bit_rate") == "1600 Gb/s"
    assert render(3.4e-12, "energy_per_bit") == "3.4 pJ/bit"
    assert render(500.0, "length") == "500 m"
    assert render(2000.0, "length") == "2 km"
    assert render(0.0, "length") == "0 m"
    assert render(-3.25, "level") == "-3.25 dBm"
    assert render(1.23456e-11, "noise_density", digits=3) == "12.3 pA/sqrt(Hz)"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("1.3 um", "length", 1.3e-6),
        ("0.1 um", "length", 1e-7),
        ("  -3dBm ", "level", -3.0),
        ("70 mW", "level", 10.0 * math.log10(70.0)),
        ("3 µW", "power", 3e-6),
        ("3 μW", "power", 3e-6),
        ("50 Ω", "resistance", 50.0),
        ("25 ℃", "temperature", 25.0),
        ("300 K", "temperature", 26.85),
        ("0.09 ps/(nm²·km)", "dispersion_slope", 0.09),
        ("0.09  ps/(nm^2  km)", "dispersion_slope", 0.09),
        ("1_000 m", "length", 1000.0),
        (".5 dB", "loss", 0.5),
        ("5. dB", "loss", 5.0),
        ("1e-3 km", "length", 1.0),
        ("5 %", "fraction", 0.05),
        ("0.05", "fraction", 0.05),
        ("2.4e-4", "error_ratio", 2.4e-4),
    ],
)
def test_spellings(text, name, value):
    assert parse(text, name) == value


@pytest.mark.parametrize(
    ("text", "name", "read", "allowed"),
    [
        (
            "0.35",
            "attenuation",
            "'0.35', which has no unit",
            "an attenuation with its unit, such as '0.35 dB/km'",
        ),
        ("0.35 dB/km", "loss", "'0.35 dB/km', which is an attenuation", "a loss with its unit"),
        ("3 dB", "level", "'3 dB', which is a loss", "a power level with its unit"),
        ("3 dBm", "loss", "'3 dBm', which is a power level", "a loss"),
        ("3 mW", "loss", "'3 mW', which is a power", "a loss"),
        ("-1 dB", "loss", "'-1 dB'", "at least 0 dB"),
        ("-0.1 dB", "extinction_ratio", "'-0.1 dB'", "above 0 dB"),
        ("0 dB", "extinction_ratio", "'0 dB'", "above 0 dB"),
        ("-300 degC", "temperature", "'-300 degC'", "at least -273.15 degC"),
        ("-1 K", "temperature", "'-1 K'", "at least"),
        ("0.6", "error_ratio", "'0.6'", "at most 0.5"),
        ("1.5", "count", "'1.5'", "a whole number"),
        ("0", "count", "'0'", "at least 1"),
        ("nan dB", "loss", "'nan dB', which is not finite", "a loss"),
        ("inf dB", "loss", "'inf dB', which is not finite", "a loss"),
        ("-Infinity", "ratio", "'-Infinity', which is not finite", "a ratio"),
        ("1e400 dB", "loss", "'1e400 dB', which is too large", "a loss"),
        ("1e9999999 dB", "loss", "", "a loss"),
        ("", "loss", "'', which is empty", "a loss"),
        ("dB", "loss", "'dB', which does not start with a number", "a loss"),
        ("1,5 dB", "loss", "unit ',5 dB' is not known", "a loss"),
        ("0x10 dB", "loss", "unit 'x10 dB' is not known", "a loss"),
        ("١ dB", "loss", "does not start with a number", "a loss"),
        ("0 mW", "level", "a power of 0", "a power above 0"),
        ("-1 mW", "level", "a power of -1", "a power above 0"),
        ("9" * 100_000, "count", "a text of 100000 characters", "a count"),
        ("1 " + "x" * 5000, "loss", "a text of 5002 characters", "a loss"),
        ("1 dB\udc80", "loss", r"\udc80", "a loss"),
    ],
)
def test_slips(text, name, read, allowed):
    with pytest.raises(QuantityError) as error:
        parse(text, name)
    assert read in error.value.read
    assert allowed in error.value.allowed
    assert len(str(error.value)) < 400
    str(error.value).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "name", "near"),
    [("3 db", "loss", "dB"), ("3 DBM", "level", "dBm"), ("3 MW", "level", "mW"), ("1 Km", "length", "km")],
)
def test_wrong_case_offers_the_right_one(text, name, near):
    with pytest.raises(QuantityError) as error:
        parse(text, name)
    assert near in error.value.nearest or near in error.value.allowed


@pytest.mark.parametrize("value", [True, None, "3", float("nan"), float("inf"), 10**400, [1.0]])
def test_no_number_is_no_number(value):
    with pytest.raises(QuantityError):
        convert(value, "dB", "loss")


def test_minus_zero_is_zero():
    assert math.copysign(1.0, parse("-0 dB", "loss")) == 1.0
    assert math.copysign(1.0, check(-0.0, "loss")) == 1.0


def test_unknown_dimension_is_a_bug_with_a_hint():
    with pytest.raises(KeyError, match="attenuation"):
        dimension_of("atenuation")
