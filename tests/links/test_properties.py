"""What must hold for any legal link: monotone margins, noise that hurts, passive elements that never gain."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import link as kernels

import photonics as ph
from photonics.links.limits import lane_limit
from photonics.links.sensitivity import full_row
from photonics.lower.link import lane_case, link_rows

CASES = 60  # each property tries this many cases; the profile of tests/conftest.py fixes the seed


@pytest.fixture(scope="module")
def base():
    return ph.load("1.6T-2xDR4")


def with_path(spec, losses_db, return_loss_db=None):
    """The link with its connectors replaced by one joint per loss, in that order, around the same fibre."""
    joint = next(e for e in spec.path if e.kind == "connector")
    fibre = next(e for e in spec.path if e.kind == "fibre")
    elements = []
    for i, value in enumerate(losses_db):
        loss = replace(joint.loss, typ=value, low=value, high=value)
        back = None if return_loss_db is None else replace(joint.return_loss, typ=return_loss_db, low=return_loss_db, high=return_loss_db)
        elements.append(joint.model_copy(update={"name": f"joint {i}", "count": 1, "loss": loss, "return_loss": back, "pdl": None}))
    # A stated launch: otherwise the set point would follow the path and hide the loss.
    level = replace(spec.laser.power_max, typ=2.5, low=2.5, high=2.5)
    launch = spec.launch.model_copy(update={"solve": None, "oma_outer": level})
    return spec.model_copy(update={"path": (*elements, fibre), "launch": launch})


@settings(max_examples=CASES)
@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=4), st.floats(0.01, 2.0))
def test_margin_falls_and_overload_margin_rises_with_loss(base, losses, more):
    before = ph.budget(with_path(base, losses), corner="typ").worst_lane
    after = ph.budget(with_path(base, [*losses, more]), corner="typ").worst_lane
    assert after.margin_db == pytest.approx(before.margin_db - more, abs=0.02)  # the beat between the module faces shrinks a little
    assert after.margin_db < before.margin_db
    assert after.margin_overload_db == pytest.approx(before.margin_overload_db + more, abs=1e-9)
    assert after.log10_ber > before.log10_ber


@settings(max_examples=CASES)
@given(st.lists(st.floats(0.0, 2.0), min_size=2, max_size=5), st.randoms())
def test_reflection_free_elements_commute(base, losses, random):
    shuffled = losses[:]
    random.shuffle(shuffled)
    one, two = (ph.budget(with_path(base, order), corner="typ").worst_lane for order in (losses, shuffled))
    assert one.margin_db == pytest.approx(two.margin_db, abs=1e-9)
    assert one.log10_ber == pytest.approx(two.log10_ber, abs=1e-9)


@settings(max_examples=CASES)
@given(st.lists(st.floats(0.0, 5.0), min_size=1, max_size=4))
def test_nothing_passive_gains(base, losses):
    for corner in ("worst", "typ", "best"):
        found = ph.budget(with_path(base, losses), corner=corner).worst_lane
        assert all(t.value >= 0.0 for t in found.terms if t.kind in ("loss", "guard") and t.name != "modulation depth")
        launch = next(t.value for t in found.terms if t.name == "launch OMA")
        assert found.rx_oma_dbm <= launch


NOISES = {
    "density_a_rthz": 1.3,
    "bandwidth_hz": 1.3,
    "dark_a": 3000.0,
    "full_scale": 1.3,
    "beat_square": 50.0,
}
LEVELS_DB = {"rin_avg_db_hz": 2.0, "sndr_db": -2.0, "enhancement_db": 1.0, "closure_db": 0.5}


@settings(max_examples=CASES)
@given(st.floats(-6.0, 2.0), st.sampled_from([*NOISES, *LEVELS_DB, "enob"]))
def test_ber_rises_with_each_noise_term(base, oma_dbm, term):
    case = lane_case(base, 0, "typ")
    row, _, _ = full_row(case, lane_limit(base, ph.catalog.phy(base.phy)))
    row = replace(row, rx_oma_dbm=oma_dbm)
    if term in NOISES:
        worse = replace(row, **{term: getattr(row, term) * NOISES[term]})
    elif term == "enob":
        worse = replace(row, enob=row.enob - 0.5)
    else:
        worse = replace(row, **{term: getattr(row, term) + LEVELS_DB[term]})
    answers = kernels.closed_form(link_rows([row, worse], 4), False)
    assert answers.log10_mean_ber[1] > answers.log10_mean_ber[0]


@settings(max_examples=CASES)
@given(st.floats(0.3, 3.0), st.floats(25.0, 45.0), st.floats(1.0, 8.0))
def test_more_reflection_never_helps(base, loss, return_loss, worse_by):
    clean = ph.budget(with_path(base, [loss, loss], return_loss), corner="typ").worst_lane
    dirty = ph.budget(with_path(base, [loss, loss], return_loss - worse_by), corner="typ").worst_lane
    assert dirty.margin_db is None or dirty.margin_db < clean.margin_db
    if dirty.mpi_upper_bound_db is not None:
        assert dirty.mpi_upper_bound_db > clean.mpi_upper_bound_db


def test_worse_corner_never_helps():
    for design in ("1.6T-2xDR4", "1.6T-2xDR4-sipho", "1.6T-2xDR4-interposer", "800G-2xDR4"):
        worst, typ, best = (ph.budget(design, corner=c) for c in ("worst", "typ", "best"))
        assert worst.module.margin_db < typ.module.margin_db < best.module.margin_db
        assert worst.module.log10_ber > typ.module.log10_ber > best.module.log10_ber
        assert worst.module.power_w > typ.module.power_w > best.module.power_w
        assert worst.ports[0].log10_frame > typ.ports[0].log10_frame


def test_segments_add_their_errors(base):
    found = ph.budget("1.6T-2xDR4", corner="worst")
    lane = 10 ** found.worst_lane.log10_ber
    segments = [s.bit_error_ratio for s in found.ports[0].segments]
    flips = (1 - (1 - 2 * lane) * math.prod(1 - 2 * q for q in segments)) / 2
    assert found.ports[0].as_dict()["pre_fec_ber"] == pytest.approx(flips, rel=1e-6)
