"""Published receivers: the equation behind a sensitivity, what closes its gap, and the interference of a chain."""

import math
import re

import numpy as np
import pytest
from scipy import signal, special

import photonics as ph
from photonics.files.json import loads_json
from photonics.lower.eye import Equaliser as Taps
from photonics.lower.eye import EyePoint, Jitter
from photonics.lower.link import Row
from photonics.validation.eye_chain import NOISE_OVER_3DB, Asked, Chain, Filter, sensitivities_dbm
from photonics.validation.published_defaults import DEFAULTS, THRESHOLDS
from photonics.validation.published_form import read_published
from photonics.validation.published_receiver import floor_sndr_db, gap_terms
from tests.validation.samples import (
    APD,
    OPEN,
    THERMAL,
    TIA,
    changed,
    given,
    judge,
    lacking,
    swept,
    thermal_oma_dbm,
)

# --- the receiver whose gap is to be explained ----------------------------------------------------------------------------------


def test_the_16nm_receiver_is_within_1_5_db_and_its_gap_is_named():
    """-8.2 dBm published; receiver noise alone is 2.7 dB better, ISI and transmitter noise make that up to 0.9 dB too much."""
    case = next(c for c in read_published(loads_json(OPEN.read_text())) if c.id == TIA)
    level, isi, transmitter, rest = gap_terms(case)
    assert [t.name for t in (level, isi, transmitter, rest)] == ["receiver noise", "ISI of the chain", "transmitter noise", "not explained"]
    assert math.fsum(t.value for t in (level, isi, transmitter, rest)) == pytest.approx(-8.2, abs=1e-9)
    noise = 16.9e-12 * math.sqrt(NOISE_OVER_3DB * 32e9)
    assert level.value == pytest.approx(thermal_oma_dbm(4, noise, 0.8, 2.4e-4), abs=0.2)  # the rest is shot noise
    assert -8.2 - level.value < 3.0
    assert 0.8 < isi.value < 1.4 and 2.0 < transmitter.value < 4.6 and abs(rest.value) < 1.5
    (whole,) = ph.validate(OPEN, id=TIA).cases
    assert whole.got == pytest.approx(level.value + isi.value + transmitter.value, abs=1e-6)
    low, high = whole.tolerance["swept"]
    assert low < -8.2 < high and abs(whole.got - whole.expected) < 1.5


def test_gap_terms_of_other_receivers():
    cases = {c.id: c for c in read_published(loads_json(OPEN.read_text()))}
    names = [t.name for t in gap_terms(cases["rx_pam4_224g_printed_bicmos_on_sip"])]
    assert names == ["receiver noise", "TECQ", "not explained"]  # a TECQ holds interference and noise of the transmitter
    terms = gap_terms(cases["rx_pin_hemt_10g_12g"])
    assert [t.name for t in terms] == ["receiver noise", "ISI of the chain", "average over OMA", "not explained"]
    assert math.fsum(t.value for t in terms) == pytest.approx(-17.7, abs=1e-9)
    with pytest.raises(Exception, match="no receiver"):
        gap_terms(cases["energy_tia_112g_28nm_0p96"])


# --- receivers -------------------------------------------------------------------------------------------------------------------


def test_corners_are_those_of_the_equation(tmp_path):
    case = changed(THERMAL, inputs={"responsivity": None}, missing=[lacking("responsivity", "A/W", 0.4, 0.5, 0.8)])
    got, (low, high) = swept(tmp_path, case)
    for value, responsivity in ((got, 0.5), (high, 0.4), (low, 0.8)):
        assert value == pytest.approx(thermal_oma_dbm(2, 1e-3, responsivity, 1e-9), abs=0.005)
    average, _ = swept(tmp_path, changed(case, reported={"sensitivity": given(0.0, "dBm average")}))
    assert average - got == pytest.approx(10 * math.log10(11 / 9 / 2), abs=1e-9)


def test_a_bare_dbm_is_swept_in_both_readings(tmp_path):
    got, (low, high) = swept(tmp_path, changed(THERMAL, reported={"sensitivity": given(0.0, "dBm")}))
    assert (got, high - low) == (low, pytest.approx(-10 * math.log10(11 / 9 / 2)))  # binary: average is the usual meaning
    said = changed(THERMAL, missing=[lacking("sensitivity_definition", "", 0, "OMA", 0)], reported={"sensitivity": given(0.0, "dBm")})
    assert swept(tmp_path, said)[0] == high


def pam4(**inputs):
    base = {"rate": None, "baud": given(10, "GBd"), "modulation": "PAM4", "target_ber": None, "target_ser": given(4.8e-4)}
    return changed(THERMAL, kind="rx_sensitivity_pam4", inputs=base | inputs)


def test_transmitter_noise_of_pam4_comes_from_its_floor(tmp_path):
    """Penalty -5 log10(1 - (x/x_f)^2) where the receiver's noise is thermal: 2.0 to 4.5 dB at 2.4e-4 for the assumed floors."""
    got, (low, high) = swept(tmp_path, pam4())
    thermal = thermal_oma_dbm(4, 1e-3, 0.8, 2.4e-4)

    def x(ber):
        return math.sqrt(2) * special.erfcinv(2 * ber / 0.75)

    floor = DEFAULTS["tx_error_floor"]
    for value, ratio in ((low, floor.low), (got, floor.nominal), (high, floor.high)):
        penalty = -5 * math.log10(1 - (x(2.4e-4) / x(ratio)) ** 2)
        assert value - thermal == pytest.approx(penalty, abs=0.02)
    strict, (low, high) = swept(tmp_path, pam4(target_ser=None, target_ber=given(1e-6)))
    assert strict == low == high == pytest.approx(thermal_oma_dbm(4, 1e-3, 0.8, 1e-6), abs=0.01)  # such a link has a lower floor


def test_targets_by_name_and_by_symbol(tmp_path):
    direct = swept(tmp_path, pam4(target_ser=None, target_ber=given(2.4e-4)))[0]
    assert swept(tmp_path, pam4())[0] == pytest.approx(direct, abs=1e-9)
    assert swept(tmp_path, pam4(target_ser=None, threshold=given("KP4", "")))[0] == pytest.approx(direct, abs=1e-9)
    assert swept(tmp_path, pam4(target_ser=None))[0] == pytest.approx(direct, abs=1e-9)  # the nominal default
    assert THRESHOLDS == {"KP4": 2.4e-4, "HD-FEC": 3.8e-3, "SD-FEC": 2e-2}


def test_a_tecq_stands_for_the_transmitter(tmp_path):
    got, _ = swept(tmp_path, pam4(tx_tecq=given(3.0, "dB"), bandwidth=given(5, "GHz")))
    assert got == pytest.approx(thermal_oma_dbm(4, 1e-3, 0.8, 2.4e-4) + 3.0, abs=0.01)


def test_stated_bandwidths_close_the_eye(tmp_path):
    wide = swept(tmp_path, pam4(tx_tecq=given(0.0, "dB")))[0]
    narrow = pam4(bandwidth=given(6, "GHz"), tx_bandwidth=given(7, "GHz"), target_ser=None, target_ber=given(9e-5))
    assert swept(tmp_path, narrow)[0] - wide > 1.0
    lost = judge(tmp_path, pam4(bandwidth=given(2, "GHz")))
    assert lost.got is None and lost.tolerance["swept"] is None and not lost.passed and "no swept state" in lost.why


def test_an_avalanche_gain_has_an_optimum_inside_its_range(tmp_path):
    free = changed(APD, inputs={"gain": None}, missing=[lacking("gain", "1", 4, 10, 60)])
    _, (best, _) = swept(tmp_path, free)
    ends = [min(swept(tmp_path, changed(APD, inputs={"gain": given(g)}))[1]) for g in (4, 60)]
    assert best < min(ends) - 0.1  # corners alone would have missed it


def test_the_gain_over_a_pin_stays_below_the_multiplication(tmp_path):
    case = changed(APD, inputs={"noise_rms": given(20, "uA")}, reported={"sensitivity": None, "gain_over_pin": given(9.0, "dB")})
    got, (low, high) = swept(tmp_path, case, "gain_over_pin")
    assert low <= got <= high < 10.0 and got > 8.0


def test_series_by_rate(tmp_path):
    inputs = {"rate": None, "rates": given([10, 20], "Gb/s"), "bandwidth": given(100, "GHz")}
    by_name = changed(THERMAL, inputs=inputs, reported={"sensitivity": given({"10": 0.0, "20": 0.0}, "dBm OMA")})
    assert swept(tmp_path, by_name)[0][0] == pytest.approx(swept(tmp_path, THERMAL)[0], abs=0.01)
    free = changed(APD, inputs={"rate": None, "rates": given([10, 20], "Gb/s")}, reported={"sensitivity": given([0.0, 0.0], "dBm OMA")})
    low_rate, high_rate = swept(tmp_path, free)[0]
    # An rms current without a bandwidth belongs to the first rate; the density stays, the band doubles.
    assert 1.5 < high_rate - low_rate < 2.5
    wrong = judge(tmp_path, changed(by_name, reported={"sensitivity": given({"10": 0.0, "21": 0.0}, "dBm OMA")}))
    assert wrong.status == "unsupported" and "21" in wrong.why


# --- the two engines, and equalisers -----------------------------------------------------------------------------------------------


def test_both_residuals_stand_side_by_side():
    """Every open receiver shows them; the eye's is that of the value it gives."""
    whole = ph.validate(OPEN, id="rx_*")
    found = [c for c in whole.cases if c.quantity != "gain_over_pin"]
    assert str(whole).count("closed form") == str(whole).count("eye") == len(found)
    assert len(found) == 7
    for case in found:
        closed, eye = re.match(r"closed form (\S+), eye (.+) dB off; swept", case.why).groups()
        got, expected = np.atleast_1d(case.got), np.atleast_1d(case.expected)
        if "TECQ" in eye:
            eye = closed
        numbers = [float(v) for v in eye.split("/")]
        assert numbers == pytest.approx((got - expected).tolist(), abs=0.006)
        assert max(abs(v) for v in numbers) < 5.0


def test_the_engines_agree_where_nothing_interferes(tmp_path):
    why = judge(tmp_path, pam4(bandwidth=given(400, "GHz"))).why
    closed, eye = re.search(r"closed form (\S+), eye (\S+) dB off", why).groups()
    assert float(closed) == pytest.approx(float(eye), abs=0.011)


def test_a_stated_equaliser_opens_the_eye(tmp_path):
    narrow = pam4(bandwidth=given(4, "GHz"), tx_bandwidth=given(4, "GHz"))
    assert judge(tmp_path, narrow).got is None
    opened = {text: swept(tmp_path, changed(narrow, inputs={"equaliser": given(text, "")}))[0] for text in ("5-tap FFE", "FFE (15 taps)", "FFE 15 taps + 1-tap DFE")}
    five, fifteen, feedback = opened.values()
    assert fifteen <= five + 1e-6 and feedback < fifteen
    counted = changed(narrow, inputs={"equaliser": given("FFE", ""), "ffe_taps": given(15)})
    assert swept(tmp_path, counted)[0] == pytest.approx(fifteen, abs=1e-9)
    free = changed(narrow, inputs={"equaliser": given("FFE", "")}, missing=[lacking("ffe_taps", "1", 5, 5, 15)])
    got, (low, high) = swept(tmp_path, free)
    assert got == pytest.approx(five, abs=1e-6) and low <= fifteen + 1e-6 and high >= five - 1e-6
    assert "ISI and equaliser noise" in judge(tmp_path, counted).why


def test_a_stated_order_is_the_receivers_filter(tmp_path):
    """One pole of the same density passes pi/2 over 1.0464 times the noise, 0.88 dB, and rings out for longer."""
    density = {"noise_rms": None, "noise_density": given(20000, "pA/sqrt(Hz)"), "bandwidth": given(7, "GHz"), "dark_current": given(1, "nA")}
    four, again, one = (
        swept(tmp_path, changed(THERMAL, inputs=density | order))[0]
        for order in ({}, {"filter_order": given(4)}, {"filter_order": given(1)})
    )
    assert four == again and 0.88 < one - four < 2.5
    assert "single pole" in judge(tmp_path, changed(THERMAL, inputs={"filter_order": given(3)})).why


def test_a_floor_is_met_without_receiver_noise():
    """The SNDR found for a floor gives it back, with interference and without; interference alone above the floor leaves no noise."""
    taps, floor = Taps(1, 0), 2e-5
    still, narrow, closed = (Chain(56e9, (), (), tuple(Filter("bessel", b) for b in bands)) for bands in ((500e9,), (32e9, 37e9), (14e9,)))
    found = floor_sndr_db([(chain, taps, floor) for chain in (still, narrow, closed)], 4)
    x = math.sqrt(2) * special.erfcinv(2 * floor / 0.75)
    assert found[still, taps, floor] == pytest.approx(20 * math.log10(3 * x), abs=1e-4)
    assert found[narrow, taps, floor] > found[still, taps, floor] + 0.1
    assert found[closed, taps, floor] is None


# --- interference of a chain ------------------------------------------------------------------------------------------------------


def isi_db(bands_over_baud, levels, target):
    """OMA that a chain of Bessel filters without an equaliser costs in receiver noise, by the eye: over the closed form's equation."""
    chain = Chain(1e9, tuple(Filter("bessel", band * 1e9) for band in bands_over_baud))
    row = Row(
        rx_oma_dbm=-10.0, er_db=10.0, rlm=1.0, coupling_db=0.0, closure_db=0.0, enhancement_db=0.0, responsivity_a_w=1.0, dark_a=0.0,
        excess_noise=0.0, density_a_rthz=1e-6 / math.sqrt(1e9), bandwidth_hz=1e9, rin_avg_db_hz=None, rin_oma_db_hz=None, sndr_db=None,
        enob=None, full_scale=0.0, optimal=True, beat_square=0.0, log_limit=math.log(target), by_codeword=False, states=(np.zeros(1), np.ones(1)),
    )  # fmt: skip
    (found,) = sensitivities_dbm([Asked(chain, EyePoint(row, Taps(1, 0), Jitter()))], levels)
    return found - thermal_oma_dbm(levels, 1e-6, 1.0, target)


@pytest.mark.parametrize(("stages", "penalty"), [((32,), 0.08), ((32, 40), 0.89), ((32, 35), 1.32)])
def test_interference_agrees_with_an_independent_figure(stages, penalty):
    assert isi_db([s / 56 for s in stages], 4, 2.4e-4) == pytest.approx(penalty, abs=0.02)


def test_interference_agrees_with_a_slow_twin():
    """Step response of the filter from scipy, 60000 random symbols, error ratio averaged over them; the best of all phases."""
    band, levels, target, per = 0.45, 4, 2.4e-4, 32
    b, a = signal.bessel(4, 2 * math.pi * band, analog=True, norm="mag")
    time = np.arange(12 * per) / per
    _, step = signal.step((b, a), T=time)
    pulse = step - np.concatenate([np.zeros(per), step[:-per]])
    symbols = np.random.default_rng(7).integers(0, levels, 60_000) * 2.0 / (levels - 1) - 1.0
    best = math.inf
    for phase in range(per):
        taps = pulse[phase::per]
        main = int(np.argmax(taps))
        if taps[main] < 0.8:
            continue
        others = taps.copy()
        others[main] = 0.0
        eye = taps[main] + (levels - 1) * np.convolve(symbols, others, mode="valid")
        low, high = 0.1, 100.0
        for _ in range(60):
            x = math.sqrt(low * high)
            low, high = (x, high) if 0.75 * np.mean(special.erfc(x * eye / math.sqrt(2))) / 2 > target else (low, x)
        best = min(best, high)
    ideal = math.sqrt(2) * special.erfcinv(2 * target / 0.75)
    assert isi_db([band], levels, target) == pytest.approx(10 * math.log10(best / ideal), abs=0.03)


def test_interference_at_its_limits():
    assert isi_db([], 4, 1e-4) == pytest.approx(0.0, abs=1e-6) == isi_db([50.0], 2, 1e-9)
    assert isi_db([0.9], 2, 1e-9) == pytest.approx(0.0, abs=0.04)  # its overshoot opens the eye by a little
    assert math.isnan(isi_db([0.2], 4, 1e-4)) and math.isnan(isi_db([1e-9, 0.7], 4, 1e-4))
    rising = [isi_db([band], 4, 2.4e-4) for band in (0.6, 0.5, 0.45, 0.4)]
    assert rising == sorted(rising)
