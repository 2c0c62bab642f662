"""TDECQ of waveforms: the analytic anchors of the notes, invariances, the optimum, lock, periods, shares, what is refused."""

import math

import numpy as np
import pytest

import photonics as ph
from photonics.errors import InputError
from photonics.links.tdecq_search import EQUALIZERS
from tests.oracle import patterns
from tests.oracle import tdecq as slow

QT = slow.q_of_target(4.8e-4)
BAUD = {"baud_gbd": 53.125}


def held(sent, samples_per_ui, powers=(0.4e-3, 0.7e-3, 1.0e-3, 1.3e-3)):
    """Rectangular pulses."""
    return np.repeat(np.asarray(powers)[np.asarray(sent)], samples_per_ui)


@pytest.fixture(scope="module")
def sent():
    return np.array(patterns.prbs13q())


@pytest.fixture(scope="module")
def filtered(sent):
    """Behind the reference receiver alone, 64 samples per UI (anchor 7)."""
    return slow.filtered(held(sent, 64), 64, 0.5)


def measure(waveform, sent, samples_per_ui=64, **more):
    return ph.tdecq(waveform, **BAUD, samples_per_ui=samples_per_ui, pattern=sent, **({"filtered": True} | more))


# --- the anchors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("taps", [[1, 0, 0, 0, 0], [0, 1, 0]])
def test_anchor_1_an_ideal_waveform_costs_nothing(sent, taps):
    found = measure(held(sent, 16), sent, 16, taps=taps, center=0.5)
    assert found.tdecq_db == pytest.approx(0.0, abs=0.002)
    assert found.ser_left == pytest.approx(4.8e-4, rel=1e-4) and found.ser_right == pytest.approx(4.8e-4, rel=1e-4)
    assert found.ceq == pytest.approx(1.0, abs=1e-12)


def noisy(powers, deviations, each=16384):
    """A level held over every UI, its own Gaussian's quantiles in turn: (waveform at 8 samples per UI, symbols)."""
    quantiles = np.array([math.sqrt(2) * _erfinv(2 * (i + 0.5) / each - 1) for i in range(each)])
    value = np.concatenate([p + d * quantiles for p, d in zip(powers, deviations, strict=True)])
    order = np.random.default_rng(5).permutation(4 * each)
    return np.repeat(value[order], 8), np.repeat(np.arange(4), each)[order]


def _erfinv(y):
    from scipy.special import erfinv

    return float(erfinv(y))


@pytest.mark.parametrize("share", [0.01, 0.02, 0.03])
def test_anchor_2_noise_of_the_transmitter(share):
    powers = np.array([1.0, 2.0, 3.0, 4.0])
    waveform, symbols = noisy(powers, [3.0 * share] * 4)
    found = measure(waveform, symbols, 8, taps=[1.0], center=0.5, outer_levels_w=(1.0, 4.0))
    assert found.tdecq_db == pytest.approx(-5.0 * math.log10(1.0 - (6.0 * QT * share) ** 2), abs=0.004)


def test_anchor_3_noise_that_grows_with_the_level():
    powers = np.array([0.4, 0.8, 1.2, 1.6])
    waveform, symbols = noisy(powers, 0.02 * powers)
    found = measure(waveform, symbols, 8, taps=[1.0], center=0.5, outer_levels_w=(0.4, 1.6)).tdecq_db
    assert found == pytest.approx(slow.gaussian_levels(powers, 0.02 * powers), abs=0.004)
    even = slow.gaussian_levels(powers, [0.02 * math.sqrt(np.mean(powers**2))] * 4)
    assert found > even + 0.02  # the top eye dominates


@pytest.mark.parametrize("shift", [0.03, -0.02, 0.05])
def test_anchor_4_a_level_out_of_place(sent, shift):
    powers = np.array([1.0, 2.0 + 3.0 * shift, 3.0, 4.0])
    found = measure(held(sent, 16, powers), sent, 16, taps=[1.0], center=0.5).tdecq_db
    # Balance of PRBS13Q: one 0 is missing.
    mean = float(powers[sent].mean())
    thresholds = [mean + 3.0 * x for x in (-1.0 / 3.0, 0.0, 1.0 / 3.0)]
    assert found == pytest.approx(slow.gaussian_levels(powers, [0.0] * 4, thresholds=thresholds), abs=5e-4)
    assert found > 0.05
    moved = measure(held(sent, 16, powers), sent, 16, taps=[1.0], center=0.5, adjust_thresholds=0.01)
    assert 0.0 < moved.tdecq_db < found - 0.01
    assert max(abs(d) for d in moved.threshold_shifts) == pytest.approx(min(0.01, abs(shift) / 4.0), abs=2e-4)  # half its way, less the mean's


@pytest.mark.parametrize("change", [lambda x: 7.0 * x, lambda x: 1e-6 * x, lambda x: x + 0.02])
def test_anchor_5_scale_and_offset_do_not_count(filtered, sent, change):
    taps = [-0.024, 1.059, -0.035, 0, 0]
    a = measure(filtered, sent, taps=taps, main_tap=1, center=0.53).tdecq_db
    b = measure(change(filtered), sent, taps=taps, main_tap=1, center=0.53).tdecq_db
    assert b == pytest.approx(a, abs=1e-9)


def test_anchor_6_whole_symbols_do_not_count(filtered, sent):
    taps = [-0.024, 1.059, -0.035, 0, 0]
    a = measure(filtered, sent, taps=taps, main_tap=1, center=0.53)
    for by in (1, 100, 8190):
        b = measure(np.roll(filtered, 64 * by), sent, taps=taps, main_tap=1, center=0.53)
        assert b.tdecq_db == pytest.approx(a.tdecq_db, abs=1e-9)
        assert b.shift_samples == 64 * by
        c = ph.tdecq(np.roll(filtered, 64 * by), **BAUD, samples_per_ui=64, filtered=True, taps=taps, main_tap=1, center=0.53)
        assert c.tdecq_db == pytest.approx(a.tdecq_db, abs=1e-9)  # symbols decided


def test_anchor_7_the_reference_receiver_alone(filtered, sent):
    """0.78, 1.04, 1.17 dB without an equaliser, 0.31 dB with five taps; 0.55 and 0.27 dB at 9.6e-3; +-0.05."""
    none = measure(filtered, sent, equalizer="none")
    assert none.tdecq_db == pytest.approx(0.78, abs=0.05) and none.center_ui == pytest.approx(0.53, abs=0.01)
    assert measure(filtered, sent, equalizer="none", center=0.5).tdecq_db == pytest.approx(1.04, abs=0.05)
    assert measure(filtered, sent, equalizer="none", center="crossing").tdecq_db == pytest.approx(1.17, abs=0.05)
    five = measure(filtered, sent)
    assert five.tdecq_db == pytest.approx(0.31, abs=0.05) and five.ceq == pytest.approx(1.059, abs=0.005)
    assert five.taps[five.main_tap] == pytest.approx(1.059, abs=0.005)
    assert five.ser_left == pytest.approx(five.ser_right, rel=0.02)
    assert measure(filtered, sent, equalizer="none", target_ser=9.6e-3).tdecq_db == pytest.approx(0.55, abs=0.05)
    assert measure(filtered, sent, target_ser=9.6e-3).tdecq_db == pytest.approx(0.27, abs=0.05)


# --- the record ----------------------------------------------------------------------------------------------------------------


def test_the_reference_receiver_is_the_twins(filtered, sent):
    a = measure(held(sent, 64), sent, filtered=False, taps=[1.0], center=0.5).tdecq_db
    assert a == pytest.approx(measure(filtered, sent, taps=[1.0], center=0.5).tdecq_db, abs=1e-8)


@pytest.mark.parametrize("equalizer", ["none", "ffe5", "ffe15"])
def test_32_and_64_samples_agree(sent, equalizer):
    found = [measure(held(sent, n), sent, n, filtered=False, equalizer=equalizer).tdecq_db for n in (32, 64)]
    assert found[0] == pytest.approx(found[1], abs=0.005)


def test_a_sparse_record_is_made_denser(sent):
    """A smooth transmitter sampled 8 times a UI says what 32 samples say."""
    dense = slow.filtered(held(sent, 32), 32, 0.9)
    spectrum = np.fft.rfft(dense)[: len(sent) * 8 // 2 + 1] / 4.0
    frequency = np.fft.rfftfreq(len(sent) * 8, 1 / 8)
    sparse = np.fft.irfft(spectrum * np.exp(2j * np.pi * frequency * (0.5 / 8 - 0.5 / 32)), len(sent) * 8)
    a = measure(dense, sent, 32, filtered=False, taps=[1.0], center=0.52)
    b = measure(sparse, sent, 8, filtered=False, taps=[1.0], center=0.52)
    assert b.samples_per_ui == 32 and b.tdecq_db == pytest.approx(a.tdecq_db, abs=2e-3)


def test_the_lock_finds_the_sample(filtered, sent):
    for shift, wanted in ((0, 0), (9, 9), (777, 777), (64 * 5000 + 33, 64 * 5000 + 33), (3, 0), (64 * 8191 - 8, 0)):
        assert measure(np.roll(filtered, shift), sent, taps=[1.0], center=0.53).shift_samples == wanted
        raw = np.roll(held(sent, 64), shift)
        assert measure(raw, sent, taps=[1.0], center=0.53, filtered=False).shift_samples == wanted


def test_periods_are_averaged_or_kept(filtered, sent):
    rng = np.random.default_rng(4)
    alone = measure(filtered, sent)
    several = np.tile(filtered, 4) + 6e-6 * rng.standard_normal(4 * len(filtered))
    held_taps = {"taps": alone.taps, "main_tap": alone.main_tap, "center": alone.center_ui}
    averaged = measure(several, sent, **held_taps)
    kept = measure(several, sent, periods="keep", **held_taps)
    assert averaged.periods == kept.periods == 4 and len(patterns.prbs13q()) * 4 == kept.symbols
    assert averaged.tdecq_db == pytest.approx(alone.tdecq_db, abs=0.01)
    assert kept.tdecq_db > averaged.tdecq_db
    parts = dict(kept.parts)
    assert parts["noise of the record"] == pytest.approx(kept.tdecq_db - averaged.tdecq_db, abs=1e-6)


def test_shares_add_up_and_name_the_equaliser_and_the_measurement(filtered, sent):
    found = measure(filtered, sent, scope_noise_w=5e-6)
    parts = dict(found.parts)
    assert sum(parts.values()) == pytest.approx(found.tdecq_db, abs=1e-9)
    assert parts["noise enhancement of the equaliser (Ceq)"] == pytest.approx(10.0 * math.log10(found.ceq), abs=1e-9)
    assert parts["receiver noise of the measurement taken off (sigma_S)"] < 0.0
    plain = measure(filtered, sent)
    r = found.oma_outer_w / (6.0 * QT) / 10.0 ** (found.tdecq_db / 10.0)
    assert r**2 == pytest.approx(plain.sigma_g_w**2 + 25e-12, rel=2e-4)


def test_filtered_noise_spectrum_shapes_ceq(filtered, sent):
    taps = [-0.1, 1.2, -0.1]
    white = measure(filtered, sent, taps=taps, reference_bandwidth_ghz="none")
    assert white.ceq == pytest.approx(math.sqrt(sum(w * w for w in taps)))
    wide = measure(filtered, sent, taps=taps, reference_bandwidth_ghz=53.125 * 0.4)
    rho = slow.noise_correlation(range(3), 0.4)
    assert wide.ceq == pytest.approx(math.sqrt(sum(taps[i] * taps[j] * rho[abs(i - j)] for i in range(3) for j in range(3))))


def test_nrz_gives_tdec(sent):
    bits = (sent > 1).astype(int)
    ideal = ph.tdecq(held(bits, 16, (0.2, 1.0)), **BAUD, samples_per_ui=16, pattern=bits, signal="nrz", filtered=True, center=0.5)
    assert ideal.metric == "TDEC" and ideal.tdecq_db == pytest.approx(0.0, abs=1e-4)
    waveform = slow.filtered(held(bits[:2000], 32, (0.2, 1.0)), 32, 0.5)
    found = ph.tdecq(waveform, **BAUD, samples_per_ui=32, pattern=bits[:2000], signal="nrz", filtered=True, center=0.52)
    wanted, _, _ = slow.tdecq(waveform, 32, bits[:2000], [1.0], 0, 0.52, target=2.4e-4, levels=2, gap_ui=0.1)
    assert found.tdecq_db == pytest.approx(wanted, abs=1e-6)


# --- the optimum ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slowed(sent):
    """A transmitter of 0.6 of the symbol rate with an echo, in front of the reference receiver."""
    waveform = slow.filtered(slow.filtered(held(sent, 32), 32, 0.6), 32, 0.5)
    return waveform + 0.04 * np.roll(waveform, 4 * 32)


@pytest.mark.parametrize("name", ["ffe5", "ffe9", "ffe15"])
def test_taps_keep_their_limits_and_none_nearby_is_better(slowed, sent, name):
    found = measure(slowed, sent, 32, equalizer=name)
    eq, w, main = EQUALIZERS[name], np.array(found.taps), found.main_tap
    assert main in eq.mains and w.sum() == pytest.approx(1.0) and len(w) == eq.taps
    assert eq.main_limits[0] <= w[main] <= eq.main_limits[1] and np.abs(w).max() == w[main]
    for k in range(len(w)):
        limits = eq.limits(k - main)
        assert k == main or limits is None or limits[0] - 1e-6 <= w[k] <= limits[1] + 1e-6
    if eq.mirror and 0 < main:
        assert abs(w[main + 1] - w[main - 1]) <= eq.mirror * w[main] + 1e-6
    rng = np.random.default_rng(8)
    for _ in range(12):
        other = w + 3e-3 * rng.standard_normal(len(w)) * (np.arange(len(w)) != main)
        other[main] += 1.0 - other.sum()
        if eq.others is None:
            near = measure(slowed, sent, 32, taps=other, main_tap=main, center=found.center_ui + 1e-3 * rng.standard_normal())
            assert near.tdecq_db > found.tdecq_db - 1e-3


def test_more_taps_are_never_worse(slowed, sent):
    five, nine, fifteen = (measure(slowed, sent, 32, equalizer=name).tdecq_db for name in ("ffe5", "ffe9", "ffe15"))
    assert fifteen < nine + 1e-3 and nine < five


def test_a_limit_binds(sent):
    """Taps beside the main one may rise to 0.05 of 802.3dj only: a precursor of the other sign asks for more."""
    waveform = slow.filtered(held(sent, 32), 32, 0.5)
    waveform = waveform - 0.12 * np.roll(waveform, 32)
    assert max(np.delete(measure(waveform, sent, 32, equalizer="ffe5").taps, 2)) > 0.05
    bound = measure(waveform, sent, 32, equalizer="ffe15")
    assert bound.taps[bound.main_tap + 1] == pytest.approx(0.05, abs=1e-5)


def test_a_closed_eye_says_so():
    rng = np.random.default_rng(0)
    symbols = rng.integers(0, 4, 600)
    symbols[:20] = [0] * 8 + [1] + [3] * 9 + [1, 2]
    waveform = held(symbols, 16) + 0.6 * np.roll(held(symbols, 16), 16 * 3)
    found = ph.tdecq(waveform, **BAUD, samples_per_ui=16, pattern=symbols, filtered=True, taps=[1.0], center=0.5)
    assert found.tdecq_db is None and "closed" in found.status and found.as_dict()["sigma_g_w"] is None
    assert "closed" in str(found)


# --- what is refused -----------------------------------------------------------------------------------------------------------


def refused(words, waveform, samples_per_ui=16, **more):
    with pytest.raises(InputError) as fault:
        ph.tdecq(waveform, **({"baud_gbd": 53.125} | more), samples_per_ui=samples_per_ui)
    assert words in str(fault.value), str(fault.value)


def test_bad_captures_are_named(sent):
    good = held(sent[:2000], 16)
    rng = np.random.default_rng(1)
    waveform = slow.filtered(good, 16, 0.4) + 1e-6 * rng.standard_normal(len(good))
    refused("a period of the pattern", waveform, pattern=sent)
    refused("no lock", np.roll(rng.standard_normal(len(sent) * 16), 3), pattern=sent)
    refused("inverted", 2e-3 - held(sent, 16), pattern=sent)
    refused("no lock", held(sent, 20)[: len(sent) * 16], pattern=sent)
    refused("does not divide", waveform[:-3])
    refused("transitions repeat every 16", waveform, 20)
    refused("clipped at the high end", np.minimum(waveform, 1.15e-3))
    refused("clipped at the low end", np.maximum(waveform, 0.6e-3))
    broken = waveform.copy()
    broken[77] = np.nan
    refused("sample 77", broken)
    refused("equal samples", np.ones(1600))
    refused("real numbers", waveform + 0j)
    refused("no run", held(np.tile([0, 1, 3, 2], 60), 16), pattern=np.tile([0, 1, 3, 2], 60))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("baud_gbd", 0), ("taps", []), ("taps", [1.0, -1.0]), ("taps", [math.nan]), ("main_tap", 1), ("equalizer", "ffe6"), ("target_ser", 0.5),
        ("reference_bandwidth_ghz", "x"), ("scope_noise_w", -1), ("center", "middle"), ("center", 9), ("adjust_thresholds", 0.2),
        ("periods", "all"), ("signal", "pam8"), ("metric", "TDEC"), ("outer_levels_w", (2.0, 1.0)), ("pattern", "prbs31q"), ("pattern", "ssprk"),
        ("pattern", [0, 1, 2, 3.5]),
    ],
    ids=str,
)  # fmt: skip
def test_bad_arguments_are_named(key, value):
    refused(key, np.tile(held([0, 1, 2, 3], 16), 20), **{key: value})
