"""Every way to write a scalar, and every way to get it wrong."""

import datetime
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photonics.quantity import DIMENSIONS
from photonics.spec.scalar import CONFIDENCES, Given, Scalar, ScalarOf, as_table, read_scalar


def read(raw, dimension="loss", unit="", **bounds):
    scalar, faults = read_scalar(Given(raw, unit, "x.toml"), ScalarOf(dimension, **bounds).dimension)
    assert not faults, faults
    return scalar


def faults(raw, dimension="loss", unit=""):
    scalar, found = read_scalar(Given(raw, unit, "x.toml"), DIMENSIONS[dimension])
    assert scalar is None
    return list(found)


def test_a_text_with_its_unit():
    scalar = read("3.5 dB")
    assert scalar == Scalar(3.5, 3.5, 3.5, "dB", "x.toml", "stated", dimension="loss")
    assert scalar.single and float(scalar) == 3.5 and str(scalar) == "3.5 dB"


def test_a_bare_number_where_the_unit_is_known():
    assert read(0.5, "fraction").typ == 0.5
    assert read(8, "count").typ == 8.0
    assert read(500, "length", "m").typ == 500.0
    assert read(2, "length", "km").typ == 2000.0
    assert read("2 km", "length", "km").typ == 2000.0
    assert read("5 %", "fraction").typ == 0.05


def test_a_table_with_a_source():
    raw = {"value": "3.5 dB", "source": "a book", "confidence": "seen", "note": "n", "date": "2026-09"}
    assert read(raw) == Scalar(3.5, 3.5, 3.5, "dB", "a book", "seen", "n", "2026-09", dimension="loss")
    assert read({"value": "3.5 dB"}) == read("3.5 dB")
    assert read({"value": 3.5}, unit="dB").typ == 3.5
    assert read({"value": "1 dB", "date": datetime.date(2026, 9, 1)}).date == "2026-09-01"
    assert read({"value": "1 dB", "date": 2026}).date == "2026"
    for confidence in CONFIDENCES:
        assert read({"value": "1 dB", "confidence": confidence}).confidence == confidence


def test_a_range():
    scalar = read({"min": "1 dB", "typ": "2 dB", "max": "4 dB", "source": "s"})
    assert (scalar.low, scalar.typ, scalar.high, scalar.source) == (1.0, 2.0, 4.0, "s")
    assert not scalar.single and str(scalar) == "2 dB (1 to 4)"
    assert read({"min": 1, "typ": 2, "max": 3}, unit="dB").high == 3.0
    assert read({"min": "1 mW", "typ": "2 mW", "max": "4 dBm"}, "level").low == 0.0
    assert read({"min": 1e-9, "typ": 1e-7, "max": 2.4e-5}, "error_ratio").high == 2.4e-5


def test_corners():
    scalar = read({"min": "1 dB", "typ": "2 dB", "max": "4 dB"})
    assert [scalar.corner(which, "high") for which in ("worst", "typ", "best")] == [4.0, 2.0, 1.0]
    assert [scalar.corner(which, "low") for which in ("worst", "typ", "best")] == [1.0, 2.0, 4.0]
    assert scalar.corner("typ", "either") == 2.0
    assert read("3 dB").corner("worst", "either") == 3.0
    with pytest.raises(ValueError, match="try low and high"):
        scalar.corner("worst", "either")
    with pytest.raises(ValueError, match="corner"):
        scalar.corner("hot", "high")


def test_counts_serve_as_whole_numbers():
    lanes = read(8, "count")
    assert list(range(lanes)) == list(range(8)) and int(lanes) == 8
    with pytest.raises(TypeError):
        range(read("8 dB"))


@pytest.mark.parametrize(
    ("raw", "dimension", "typ", "low", "high"),
    [
        ({"distribution": "normal", "mean": "3 dB", "sigma": "0.5 dB"}, "loss", 3.0, 1.5, 4.5),
        ({"distribution": "normal", "mean": "3 dBm", "sigma": "0.5 dB"}, "level", 3.0, 1.5, 4.5),
        ({"distribution": "normal", "mean": "50 degC", "sigma": "2 K"}, "temperature", 50.0, 44.0, 56.0),
        ({"distribution": "normal", "mean": "-150 dB/Hz", "sigma": "1 dB"}, "rin", -150.0, -153.0, -147.0),
        ({"distribution": "uniform", "low": "1 dB", "high": "4 dB"}, "loss", 2.5, 1.0, 4.0),
        (
            {"distribution": "triangular", "low": "1 dB", "mode": "1 dB", "high": "4 dB"},
            "loss",
            1.0,
            1.0,
            4.0,
        ),
        ({"distribution": "lognormal", "median": "8 um", "sigma_ratio": 2}, "length", 8e-6, 1e-6, 6.4e-5),
    ],
)
def test_distributions(raw, dimension, typ, low, high):
    scalar = read(raw | {"group": "wafer"}, dimension)
    assert (scalar.typ, scalar.low, scalar.high) == pytest.approx((typ, low, high))
    assert scalar.distribution.kind == raw["distribution"] and scalar.group == "wafer"
    assert scalar.note == ""


def test_distribution_parameters_by_name_and_with_the_unit_in_the_key():
    scalar = read({"distribution": "normal", "mean": 3, "sigma": 0.5}, "level", "dBm")
    assert scalar.distribution["mean"] == 3.0 and scalar.distribution["sigma"] == 0.5
    assert read({"distribution": "normal", "mean": 50, "sigma": 2}, "temperature", "C").high == 56.0
    # A sigma in milliwatts is none in dB.
    (fault,) = faults({"distribution": "normal", "mean": 3, "sigma": 0.5}, "level", "mW")
    assert fault.keys == ("sigma",) and "no unit" in fault.read


def test_three_sigma_are_cut_where_physics_ends():
    scalar = read({"distribution": "normal", "mean": "1 dB", "sigma": "0.5 dB", "note": "mine"})
    assert (scalar.low, scalar.high) == (0.0, 2.5)
    assert (
        scalar.note.startswith("mine; three sigma cut at at least 0 dB") or "three sigma cut" in scalar.note
    )


@pytest.mark.parametrize(
    ("raw", "dimension", "unit", "keys", "read_", "allowed"),
    [
        (3.5, "loss", "", (), "3.5, which has no unit", "_db"),
        ("3.5", "loss", "", (), "no unit", "dB"),
        ("3.5 dB/km", "loss", "dB", (), "an attenuation", "a loss"),
        ("5 mm", "length", "m", (), "under a key that says m", "a number in m"),
        ("5 mW", "level", "dBm", (), "under a key that says dBm", "dBm"),
        (True, "loss", "", (), "true", "a loss"),
        (False, "count", "", (), "false", "a count"),
        (True, "loss", "dB", (), "true", "a loss"),
        (float("nan"), "loss", "", (), "nan, which is not finite", "a loss"),
        (float("nan"), "loss", "dB", (), "not finite", "a loss"),
        (float("inf"), "ratio", "", (), "not finite", "a ratio"),
        (10**400, "ratio", "", (), "an integer of 1329 bits", "a ratio"),
        (10**400, "loss", "", (), "an integer of 1329 bits", "a loss"),
        (2**64, "fraction", "", (), "18446744073709551616", "at most 1"),
        ("9" * 100_000, "count", "", (), "100000 characters", "a count"),
        ([1], "loss", "", (), "a list of 1", "a loss"),
        (None, "loss", "", (), "None", "a loss"),
        (datetime.date(2020, 1, 1), "loss", "", (), "a date", "a loss"),
        ({}, "loss", "", (), "a table without value", "value"),
        ({"value": True}, "loss", "", ("value",), "true", "a loss"),
        ({"value": "1 dB", "min": "0 dB"}, "loss", "", ("value",), "value beside min", ""),
        ({"min": "1 dB", "typ": "2 dB"}, "loss", "", (), "without max", "min, typ, max together"),
        (
            {"min": "2 dB", "typ": "1 dB", "max": "3 dB"},
            "loss",
            "",
            (),
            "min 2, typ 1, max 3 dB",
            "min <= typ",
        ),
        ({"min": "-1 dB", "typ": "1 dB", "max": "3 dB"}, "loss", "", ("min",), "'-1 dB'", "at least 0 dB"),
        ({"min": "1 dB", "typ": "x", "max": "3 dB"}, "loss", "", ("typ",), "'x'", "a loss"),
        ({"vaule": "1 dB"}, "loss", "", ("vaule",), "unknown key", "value"),
        ({"min": "1 dB", "typ": "2 dB", "mx": "3 dB"}, "loss", "", ("mx",), "unknown key", ""),
        ({"value": "1 dB", "unit": "dB"}, "loss", "", ("unit",), "unknown key", "value"),
        ({"value": "1 dB", "confidence": "sen"}, "loss", "", ("confidence",), "'sen'", "seen"),
        ({"value": "1 dB", "confidence": 1}, "loss", "", ("confidence",), "1", "a text"),
        ({"value": "1 dB", "source": ""}, "loss", "", ("source",), "''", "a text"),
        ({"value": "1 dB", "source": ["a"]}, "loss", "", ("source",), "a list", "a text"),
        ({"value": "1 dB", "group": "g"}, "loss", "", ("group",), "without a distribution", ""),
        ({"distribution": "norml", "mean": "1 dB"}, "loss", "", ("distribution",), "'norml'", "normal"),
        ({"distribution": 3}, "loss", "", ("distribution",), "3", "normal"),
        ({"distribution": "normal", "mean": "1 dB"}, "loss", "", (), "without sigma", "mean, sigma"),
        (
            {"distribution": "normal", "mean": "1 dB", "sigma": "-1 dB"},
            "loss",
            "",
            ("sigma",),
            "'-1 dB'",
            "0 dB",
        ),
        (
            {"distribution": "normal", "mean": "1 dBm", "sigma": "1 dBm"},
            "level",
            "",
            ("sigma",),
            "power level",
            "dB",
        ),
        ({"distribution": "uniform", "low": "2 dB", "high": "1 dB"}, "loss", "", (), "low 2", "low <="),
        (
            {"distribution": "lognormal", "median": "0 dB", "sigma_ratio": 2},
            "loss",
            "",
            ("median",),
            "0 dB",
            "above 0",
        ),
        (
            {"distribution": "lognormal", "median": "1 dB", "sigma_ratio": 0.5},
            "loss",
            "",
            ("sigma_ratio",),
            "0.5",
            "1",
        ),
    ],
)
def test_slips(raw, dimension, unit, keys, read_, allowed):
    (fault,) = faults(raw, dimension, unit)
    assert fault.keys == keys
    assert read_ in fault.read
    assert allowed in fault.allowed


def test_several_slips_are_all_told():
    found = faults({"min": "1", "typ": "x dB", "max": "3 dBm", "confidence": "sure"})
    assert [fault.keys for fault in found] == [("confidence",), ("min",), ("typ",), ("max",)]


def test_a_scalar_passes_through_if_it_fits():
    scalar = read("3 dB")
    assert read_scalar(scalar, DIMENSIONS["loss"]) == (scalar, ())
    assert read_scalar(scalar, DIMENSIONS["level"])[1]
    assert read_scalar(Scalar(-1.0, -1.0, -1.0, "dB", "s", "stated"), DIMENSIONS["loss"])[1]
    assert read_scalar(Scalar(1.0, 2.0, 3.0, "dB", "s", "stated"), DIMENSIONS["loss"])[1]


def test_scalars_travel():
    scalar = read({"distribution": "normal", "mean": "3 dB", "sigma": "0.5 dB", "group": "g"})
    assert pickle.loads(pickle.dumps(scalar)) == scalar
    assert hash(scalar) == hash(pickle.loads(pickle.dumps(scalar)))


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@pytest.mark.parametrize("name", DIMENSIONS)
def test_what_is_written_is_read_back(name):
    dimension = DIMENSIONS[name]
    low, high = max(dimension.low, -1e15), min(dimension.high, 1e15)

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.floats(low, high, exclude_min=dimension.above), min_size=3, max_size=3),
        WORDS,
        WORDS,
        st.booleans(),
    )
    def there_and_back(values, source, note, single):
        values = sorted(float(round(v)) or 1.0 if dimension.whole else v + 0.0 for v in values)
        least, typ, most = [values[1]] * 3 if single else values
        scalar = Scalar(typ, least, most, dimension.unit, source, "measured", note, "2026", dimension=name)
        assert read(as_table(scalar, dimension), name) == scalar

    there_and_back()


@pytest.mark.parametrize("note", ["", "mine"])
@pytest.mark.parametrize("mean", ["3 dB", "0.1 dB"])
def test_a_distribution_is_read_back(mean, note):
    raw = {"distribution": "normal", "mean": mean, "sigma": "0.5 dB", "group": "g"} | (
        {"note": note} if note else {}
    )
    scalar = read(raw)
    assert read(as_table(scalar, DIMENSIONS["loss"])) == scalar
    raw = {"distribution": "lognormal", "median": mean, "sigma_ratio": 1.3}
    assert read(as_table(read(raw), DIMENSIONS["loss"])) == read(raw)
