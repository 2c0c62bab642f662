"""A chain in a corner: responses, noise shares, the transmitter's own filter, crosstalk, windows that hold the response."""

import math
from dataclasses import replace

import numpy as np
import pytest

import photonics as ph
from photonics import catalog
from photonics.errors import InputError
from photonics.links.chain import lane_chain
from photonics.links.eye_solver import point_of, sensitivities
from photonics.links.limits import lane_limit
from photonics.links.sensitivity import full_row
from photonics.lower.chain import Chain
from photonics.lower.link import LEVELS, lane_case
from photonics.spec.response import AggressorSpec

NAMES = sorted(e.name for e in catalog.list("link"))


def scalar(like, value):
    return replace(like, typ=value, low=value, high=value)


def with_chain(spec, **changes):
    return spec.model_copy(update={"chain": spec.chain.model_copy(update=changes)})


def with_equalizer(spec, **changes):
    return with_chain(spec, equalizer=spec.chain.equalizer.model_copy(update=changes))


def at_nyquist(lane):
    return abs(lane.signal[lane.grid.window // 2])


def sensitivity_dbm(spec, corner="typ"):
    case = lane_case(spec, 0, corner)
    limit = lane_limit(spec, catalog.phy(spec.phy))
    chain = lane_chain(case)
    row = replace(full_row(case, limit)[0], rx_oma_dbm=-5.0)
    found, _ = sensitivities([chain.response], [point_of(chain, row)], LEVELS[spec.signal.format], math.log(limit.ber), False)
    return found[0]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("corner", ["typ", "worst", "best"])
def test_every_shipped_chain_is_a_response(name, corner):
    spec = ph.load(name)
    lane = Chain(spec, corner).lane(None)
    assert lane.signal[0] == pytest.approx(1.0, abs=1e-12)
    assert np.isfinite(lane.signal).all() and lane.edge_share < 1e-4
    assert lane.excursion >= 0.4 and 0.0 < lane.light_share and 0.0 < lane.amplifier_share
    # A linear spectrum that has not fallen at the grid's end would be folded wrongly.
    assert abs(lane.signal[-1]) < 0.05


def test_the_amplifiers_noise_bandwidth_is_the_stated_one_without_lines_and_ctle():
    retimed, linear = (Chain(ph.load(n), "typ").lane(None) for n in ("1.6T-2xDR4", "1.6T-2xDR4-lro"))
    assert retimed.amplifier_share == pytest.approx(1.0, abs=1e-12)
    assert 0.5 < retimed.light_share < 1.0  # the photodiode takes some of the shot noise
    spec = ph.load("1.6T-2xDR4-lro")
    no_ctle = with_chain(spec, response=tuple(r for r in spec.chain.response if r.kind != "ctle"))
    assert Chain(no_ctle, "typ").lane(None).amplifier_share < linear.amplifier_share


def test_the_transmitters_filter_opens_the_transmit_side_within_its_headroom():
    spec = ph.load("1.6T-2xDR4")
    eq = spec.chain.equalizer
    none = with_equalizer(spec, transmit_taps=None, transmit_pre=None, transmit_peaking=None)
    gains = [at_nyquist(Chain(none, "typ").lane(None))]
    for peaking in (1.2, 1.6, 2.4):
        lane = Chain(with_equalizer(spec, transmit_peaking=scalar(eq.transmit_peaking, peaking)), "typ").lane(None)
        assert lane.signal[0] == pytest.approx(1.0, abs=1e-12)
        gains.append(at_nyquist(lane))
        # No frequency is lifted by more than the sum of the taps' magnitudes.
        assert gains[-1] <= gains[0] * (peaking + 0.01)
    assert gains == sorted(gains)


def test_crosstalk_costs_and_more_of_it_costs_more():
    spec = ph.load("1.6T-2xDR4")
    driver = next(r for r in spec.chain.response if r.name == "driver")
    plain = sensitivity_dbm(spec)
    seen = [plain]
    for loss_db in (40.0, 30.0, 25.0):
        near = AggressorSpec(
            name="neighbour", coupling_loss=scalar(spec.receiver.coupling_loss, loss_db), corner=scalar(driver.bandwidth, 40e9), count=1
        )
        seen.append(sensitivity_dbm(with_chain(spec, aggressor=(near,))))
    assert seen == sorted(seen) and seen[-1] > plain + 0.15
    two = near.model_copy(update={"count": 2})
    assert sensitivity_dbm(with_chain(spec, aggressor=(two,))) > seen[-1]


def test_reflections_ask_for_a_longer_window():
    """A host line badly matched at both ends rings for tens of symbols."""
    spec = ph.load("1.6T-2xDR4-lro")
    windows = []
    for ohm in (92.5, 60.0):
        changed = tuple(
            r.model_copy(update={"impedance": scalar(r.impedance, ohm)}) if r.name == "module to host board" else r for r in spec.chain.response
        )
        windows.append(Chain(with_chain(spec, response=changed), "typ").lane(None).grid.window)
    assert windows[1] >= windows[0] > 64


def test_half_spaced_taps_and_feedback_help_or_do_not_hurt():
    spec = with_equalizer(ph.load("1.6T-2xDR4"), dfe_taps=scalar(ph.load("1.6T-2xDR4").chain.equalizer.dfe_taps, 0.0))
    eq = spec.chain.equalizer
    plain = sensitivity_dbm(spec)
    half = with_equalizer(spec, ffe_samples_per_symbol=scalar(eq.ffe_samples_per_symbol, 2.0))
    half = half.model_copy(update={"electronics": half.electronics.model_copy(update={"ffe_taps": scalar(half.electronics.ffe_taps, 42.0)})})
    fed = with_equalizer(spec, dfe_taps=scalar(eq.dfe_taps, 1.0))
    sequence = with_equalizer(spec, mlse_memory=scalar(eq.mlse_memory, 1.0))
    assert sensitivity_dbm(half) < plain + 0.02
    assert sensitivity_dbm(fed) < plain
    assert sensitivity_dbm(sequence) < sensitivity_dbm(fed)
    tight = with_equalizer(spec, tap_limit=scalar(eq.ffe_pre, 0.1))
    assert sensitivity_dbm(tight) > plain


def test_a_link_without_a_chain_and_a_file_without_a_reader_are_refused():
    spec = ph.load("1.6T-2xDR4")
    with pytest.raises(InputError):
        Chain(spec.model_copy(update={"chain": None}), "typ")
    measured = spec.chain.response[0].model_copy(update={"kind": "measured", "file": "x.csv", "bandwidth": None})
    with pytest.raises(InputError):
        Chain(with_chain(spec, response=(measured, *spec.chain.response[1:])), "typ").lane(None)
