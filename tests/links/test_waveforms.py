"""Counted errors of the time-domain link: against the closed form, the statistical eye, its own filters; intervals; what is refused."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from photonics_kernels import link as link_kernels
from photonics_kernels import wave
from scipy import stats

import photonics as ph
from photonics import catalog
from photonics.links.eye_solver import point_of, solve
from photonics.links.limits import lane_limit
from photonics.links.waveforms import Counted, LaneWave, Link, count, mean_ber, trained
from photonics.lower.eye import Equaliser, EyePoint, Jitter, eye_rows
from photonics.lower.link import link_rows
from photonics.lower.wave import Filters, lane_wave, level_currents

from .columns import moved
from .test_eye import design_row, nyquist_lane


def lane(name, corner="typ", **more):
    spec = ph.load(name)
    return LaneWave(spec, 0, corner, lane_limit(spec, catalog.phy(spec.phy)), **more)


def eye_ln(one, power, jitter=None):
    """ln BER of the same chain by the statistical eye, beats apart, and its slope per dB."""
    points = [point_of(one.chain, replace(one.row, rx_oma_dbm=p), jitter) for p in (power - 0.1, power, power + 0.1)]
    low, middle, high = solve(eye_rows([one.chain.response], points, 4)).log_ber
    return middle, (low - high) / 0.2


def test_without_interference_it_is_the_closed_form():
    """Square pulses sampled on their tops, all noises on: 4 million symbols, within 4 standard errors of the closed form and 0.02 dB."""
    spec, _, _, row = design_row("400G-FR4", "typ")
    row = replace(row, closure_db=0.0, beat_square=0.0, states=(np.zeros(1), np.ones(1)), rx_oma_dbm=-10.5, optimal=False)
    response = nyquist_lane(float(spec.signal.symbol_rate.typ))
    rows = eye_rows([response], [EyePoint(row, Equaliser(1, 0), Jitter())], 4)
    one = np.ones(1)
    filters = Filters(2, np.ones(2), np.zeros(0, dtype=complex), one, one, 1, 0, one)
    made = lane_wave(filters, response, rows, row, "linear", 0.0, one, 2, np.float64)
    found = count(Link(made, np.zeros(0), level_currents(row)), 11, errors=1 << 40, most=4_000_000)
    exact = 10.0 ** float(link_kernels.closed_form(link_rows([row], 4), False).log10_mean_ber[0])
    assert 1e-4 < exact < 1e-2
    assert found.ber == pytest.approx(exact, rel=4.0 / math.sqrt(found.symbol_errors))


@pytest.mark.parametrize(
    ("name", "power", "per"),
    [("400G-FR4", -8.8, 2), ("400G-FR4", -8.8, 4), ("400G-FR4", -8.8, 8), ("1.6T-2xDR4", -8.0, 2), ("1.6T-2xDR4", -8.0, 4), ("800G-CPO-mzm", -10.0, 2)],
)
def test_linear_light_gives_the_eyes_error_ratio(name, power, per):
    """Interference, feedback taps with their bursts, no jitter, from 2 to 8 samples a symbol: within 0.02 dB and three standard errors."""
    one = lane(name, linear=True, per_symbol=per)
    link = trained(one.at(power), 3)
    found = count(link, 3, errors=4000, most=8_000_000)
    ln, slope = eye_ln(one, power, Jitter())
    assert found.symbol_errors > 1500
    assert math.log(found.ber) == pytest.approx(ln, abs=0.02 * slope + 3.0 / math.sqrt(found.symbol_errors) * 1.3)


@pytest.mark.parametrize(("name", "power"), [("1.6T-2xDR4", -7.4), ("400G-FR4", -8.6)])
def test_jitter_by_sampling_instants_is_the_eyes_mean(name, power):
    one = lane(name, linear=True, per_symbol=2)
    ratio, low, high = mean_ber(one.errors_at(power, 5, errors=2000, most=8_000_000))
    ln, slope = eye_ln(one, power)
    spread = 1.0 + 0.02 * slope
    still, _ = eye_ln(one, power, Jitter())
    assert low / spread / 1.05 <= math.exp(ln) <= high * spread * 1.05
    assert low <= ratio <= high and ln > still  # jitter costs something here
    assert sum(share for _, share in one.nodes()) == pytest.approx(1.0)


@pytest.mark.parametrize(("kind", "name"), [("mzm", "1.6T-2xDR4-sipho"), ("eam", "400G-FR4"), ("linear", "400G-FR4")])
def test_settled_levels_of_a_device_are_the_rows(kind, name):
    """A pattern that stands still on each level for long, without noise: the equalised sample is that level's current."""
    one = lane(name, per_symbol=2)
    one._modulator = kind
    link = one.at(-5.0, dtype=np.float64)
    quiet = np.zeros(wave.NUMBERS)
    for place in (wave.GAIN, wave.ALPHA):
        quiet[place] = link.wave.numbers[place]
    total = link.wave.diode.sum() * link.wave.receive.sum() * link.wave.equaliser.sum()
    for level in range(4):
        still = link.wave._replace(numbers=quiet, pattern=np.full(4, level, dtype=np.int32))
        record, answer = np.empty(64), np.empty(4, dtype=np.int64)
        assert wave.run(still, np.uint64(1), 4096, 64, np.empty(0, dtype=np.int64), record, answer) == wave.OK
        assert record == pytest.approx(np.full(64, total * link.currents[level]), rel=2e-3)


@pytest.mark.parametrize("per", [2, 4, 8])
def test_filters_in_a_row_are_the_chains_response(per):
    """Symbol to equalised sample through the filters in a row, at the instants of decision: the spectrum's own cursors, ends cut off."""
    one = lane("1.6T-2xDR4", per_symbol=per)
    straight = replace(one._case.distortion, accumulated_ps_nm=0.0)  # dispersion stands on the field
    one._case = replace(one._case, distortion=straight)
    taps = np.array([-0.1, 0.2, -0.35, 1.4, -0.4, 0.15])
    found = one._filters(taps, per, 0.4)
    comb = np.zeros((len(taps) - 1) * per + 1)
    comb[::per] = taps
    whole = np.convolve(np.convolve(np.convolve(found.transmit, found.diode), found.receive), comb)
    samples = whole[found.phase :: per]
    assert int(samples.argmax()) == found.delay and len(found.fibre) == 0
    size = len(found.cursors)
    around = np.zeros(size)
    np.add.at(around, (np.arange(len(samples)) - found.delay) % size, samples)
    assert around == pytest.approx(found.cursors, abs=3e-4)
    assert found.cursors.sum() == pytest.approx(taps.sum(), abs=1e-6)


def test_a_devices_curve_costs_what_the_straight_light_does_not():
    """Interference in the drive meets an exponential: more errors than straight light has, at the same received swing."""
    bent, straight = (count(trained(lane("400G-FR4", linear=v).at(-8.5), 1), 1, errors=1000, most=4_000_000) for v in (False, True))
    assert bent.ber > 1.5 * straight.ber


def test_counts_do_not_depend_on_threads():
    link = trained(lane("1.6T-2xDR4", linear=True, per_symbol=2).at(-8.5), 2)
    assert count(link, 2, errors=900, most=2_000_000, threads=1) == count(link, 2, errors=900, most=2_000_000, threads=3)
    assert count(link, 4, errors=900, most=2_000_000) != count(link, 2, errors=900, most=2_000_000)


@pytest.mark.parametrize("errors", [0, 1, 7, 400])
def test_interval_of_one_run_is_exact(errors):
    """Garwood's interval of a Poisson count, from another library function."""
    _, low, high = mean_ber([Counted(100_000, errors, errors)])
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * errors + 2) / 2.0 / 200_000)
    assert low == pytest.approx(stats.chi2.ppf(0.025, 2 * errors) / 2.0 / 200_000 if errors else 0.0)


def test_interval_of_weighted_runs_covers():
    """2,000 draws of three instants of different weight and ratio: the truth lies inside at least 95 % of the intervals."""
    rng = np.random.default_rng(8)
    shares, ratios, n = np.array([0.7, 0.25, 0.05]), np.array([2e-5, 3e-4, 8e-3]), 50_000
    truth, inside = float((shares * ratios / 2.0).sum()), 0
    for _ in range(2000):
        runs = [Counted(n, int(k), int(k), float(s)) for k, s in zip(rng.poisson(ratios * n), shares, strict=True)]
        _, low, high = mean_ber(runs)
        inside += low <= truth <= high
    assert inside >= 1880


def test_a_curve_has_intervals_and_a_sensitivity():
    curve = ph.ber("400G-FR4", method="waveform", rx_oma_dbm=[-9.0, -8.0], symbols=1_000_000, linear=True)
    document = json.loads(json.dumps(curve.as_dict(), allow_nan=False))
    for point in document["points"]:
        assert 0.0 < point["ci95_low"] < point["pre_fec_ber"] < point["ci95_high"]
    assert document["method"] == "waveform" and -9.0 < document["sensitivity_oma_dbm"] < -8.0
    assert "light follows the drive" in document["note"] and "multipath" in document["note"]
    silent = ph.ber("400G-FR4", method="waveform", rx_oma_dbm=[0.0], symbols=200_000, linear=True)
    assert silent.points[0].pre_fec_ber == 0.0 and 0.0 < silent.points[0].ci95_high < 1e-3
    assert silent.sensitivity_oma_dbm is None and "across" in silent.status


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"method": "eye", "symbols": 100_000}, "symbols"), ({"seed": 3}, "seed"), ({"method": "eye", "linear": True}, "linear"),
        ({"method": "waveform", "symbols": 5}, "symbols"), ({"method": "waveform", "seed": -1}, "seed"), ({"method": "waveform", "symbols": 1e6}, "symbols"),
    ],
)
def test_options_that_do_not_fit_are_refused(arguments, words):
    with pytest.raises(ph.InputError) as caught:
        ph.ber("400G-FR4", **arguments)
    assert len(caught.value.problems) == 1 and words in str(caught.value)


def test_what_it_cannot_do_is_said():
    with pytest.raises(ph.InputError, match="PAM4"):
        ph.ber("1.6T-OCI-ring", method="waveform")
    spec = moved(moved(ph.load("1.6T-2xDR4"), ("chain", "equalizer", "dfe_taps"), 0.0), ("chain", "equalizer", "mlse_memory"), 1.0)
    with pytest.raises(ph.errors.UnsupportedError, match="sequence"):
        ph.ber(spec, method="waveform")
    with pytest.raises(ph.InputError, match="samples_per_symbol"):
        lane("400G-FR4", per_symbol=3)
