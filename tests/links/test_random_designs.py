"""Any legal combination of design, corner, age and PHY gives a finite answer or a status, never an exception."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import photonics as ph
from photonics.spec.scalar import Scalar

DESIGNS = [entry.name for entry in ph.catalog.list("link")]
SECTIONS = ("signal", "environment", "laser", "modulator", "launch", "receiver", "electronics")
SPECS = {name: ph.load(name) for name in DESIGNS}


def fields(spec):
    """Every scalar of a design that one number may move, as (section, field)."""
    out = []
    for section in SECTIONS:
        model = getattr(spec, section)
        for name in type(model).model_fields:
            value = getattr(model, name)
            if isinstance(value, Scalar) and value.dimension not in ("count", "symbol_rate", "bit_rate", "wavelength"):
                out.append((section, name))
    return out


def moved(spec, section, name, factor):
    """The design with one scalar scaled within what its dimension allows; unchanged where it does not allow it."""
    from photonics.quantity import QuantityError, check

    value = getattr(getattr(spec, section), name)
    try:
        ends = [check(v * factor, value.dimension) for v in (value.low, value.typ, value.high)]
    except QuantityError:
        return spec
    low, typ, high = sorted(ends)
    if value.dimension == "fraction" and low <= 0.0:
        return spec
    if name in ("drive_swing", "v_pi") and section == "modulator":
        # A drive of V_pi or more is not legal: the spec refuses it.
        swing = high if name == "drive_swing" else spec.modulator.drive_swing.high
        if swing >= (low if name == "v_pi" else spec.modulator.v_pi.low):
            return spec
    changed = getattr(spec, section).model_copy(update={name: replace(value, low=low, typ=typ, high=high)})
    return spec.model_copy(update={section: changed})


@st.composite
def combinations(draw):
    spec = SPECS[draw(st.sampled_from(DESIGNS))]
    for _ in range(draw(st.integers(0, 4))):
        section, name = draw(st.sampled_from(fields(spec)))
        spec = moved(spec, section, name, draw(st.sampled_from([0.25, 0.5, 0.8, 1.2, 2.0, 4.0])))
    if draw(st.booleans()):
        spec = spec.model_copy(update={"phy": draw(st.sampled_from(ph.catalog.phy_names()))})
    if draw(st.booleans()):
        analysis = spec.analysis.model_copy(update={"mpi": "upper-bound", "bound": draw(st.sampled_from(["simple", "improved", "statistical"]))})
        spec = spec.model_copy(update={"analysis": analysis})
    return spec, draw(st.sampled_from(["worst", "typ", "best"])), draw(st.sampled_from(["begin", "end"]))


def answer_is_finite_or_says_why(case):
    spec, corner, life = case
    found = ph.budget(spec, corner=corner, life=life)
    document = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    for lane in document["lanes"]:
        if lane["sensitivity_oma_dbm"] is None:
            assert lane["margin_db"] is None
        if lane["margin_db"] is None:
            assert lane["status"] != "ok" and lane["status"]
        if lane["margin_spec_db"] is None:
            assert lane["spec_status"] != "ok"
        if lane["rx_oma_dbm"] is None:
            assert lane["status"] != "ok" and document["module"]["launch_oma_dbm"] is None
        elif not lane["status"].startswith("undecided"):
            assert lane["log10_ber"] is not None and lane["log10_ber"] <= math.log10(0.75)
    module = document["module"]
    if module["launch_oma_dbm"] is None:
        # Neither the clause nor the BER sets a launch: there is no laser power either, and the status says so.
        assert module["power_w"] is None and module["status"] != "ok"
    else:
        assert module["power_w"] > 0.0
    assert found.closes in (True, False)
    str(found)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(combinations())
def test_150_random_combinations(case):
    answer_is_finite_or_says_why(case)


@pytest.mark.slow
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.too_slow])
@given(combinations())
def test_10000_random_combinations(case):
    answer_is_finite_or_says_why(case)
