"""The closed-form link pass against its twin: error ratios, noise by kind, sensitivity, and its statuses."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from photonics_kernels import link

from tests.oracle import MP, relative_error
from tests.oracle import link as slow

#: One lane without any noise; the tests switch on what they ask about.
QUIET = {
    "level_count": 4,
    "rx_oma_w": 2.5e-4,
    "er": 2.8,
    "rlm": 1.0,
    "coupling": 0.83,
    "opening": 1.0,
    "noise_gain": 1.0,
    "responsivity_a_w": 0.87,
    "dark_a": 0.0,
    "excess_noise": 1.0,
    "density_a_rthz": 0.0,
    "bandwidth_hz": 47e9,
    "rin_avg_per_hz": 0.0,
    "rin_oma_per_hz": 0.0,
    "sndr_ratio": math.inf,
    "enob": math.inf,
    "full_scale": 1.0,
    "optimal": False,
    "beat_square": 0.0,
    "log_limit": math.log(2.4e-4),
    "by_codeword": False,
    "states": [(0.0, 1.0)],
}
#: All noises at once, every other number off its neutral value. OMA is left to the tests.
BUSY = QUIET | {
    "rlm": 0.96,
    "opening": 0.94,
    "noise_gain": 1.7,
    "dark_a": 3e-6,
    "excess_noise": 2.6,
    "density_a_rthz": 14e-12,
    "sndr_ratio": 4e4,
    "enob": 9.5,
    "full_scale": 1.3,
    "beat_square": 1e-6,
}
REFERENCES = {"average": {"rin_avg_per_hz": 2e-16}, "oma": {"rin_oma_per_hz": 5e-16}}
INTEGERS, BOOLEANS = ("level_count",), ("optimal", "by_codeword")

#: Nearest threshold in sigmas: error ratios of about 1e-2 to 1e-18.
DEPTHS = (2.4, 3.4, 4.7, 6.0, 7.3, 8.7)
BERS = (1e-2, 2.4e-4, 1e-6, 1e-9, 1e-13, 1e-18)
LIMITS = {"ber": (False, math.log(2.4e-4)), "codeword": (True, math.log(1e-12))}
COUNTS = (2, 4, 6, 8)


def stacked(rows):
    """Rows as the kernel's arrays, states padded with probability zero."""
    columns = {}
    for name in link.LinkRows._fields:
        if name.startswith("state_"):
            continue
        kind = np.int64 if name in INTEGERS else np.bool_ if name in BOOLEANS else np.float64
        columns[name] = np.array([row[name] for row in rows], dtype=kind)
    width = max(len(row["states"]) for row in rows)
    x, mass = np.full((len(rows), width), 0.7), np.zeros((len(rows), width))
    for i, row in enumerate(rows):
        for s, state in enumerate(row["states"]):
            x[i, s], mass[i, s] = state
    return link.LinkRows(state_x=x, state_mass=mass, **columns)


def answer(row, with_sensitivity=False):
    return link.closed_form(stacked([row]), with_sensitivity)


def sensitivity_of(row):
    """(dBm, status)."""
    got = answer(row, True)
    return 10 * math.log10(got.sensitivity_w[0] * 1e3), got.status[0]


def at_ber(row, ber):
    """The row at the OMA where its error ratio is about this: where the pass says so, which the twin then
    judges."""
    dbm, status = sensitivity_of(row | {"by_codeword": False, "log_limit": math.log(ber)})
    assert status == link.FINE
    return row | {"rx_oma_w": 10 ** (dbm / 10) / 1e3}


def states_of(row, closure):
    """Three states that close the top eye by up to this fraction, and one that cannot occur."""
    powers = [float(p) for p in slow.powers_w(row, row["rx_oma_w"])]
    mean_root = sum(math.sqrt(p) for p in powers) / len(powers)
    half_eye = (powers[-1] - powers[0]) / (2 * len(powers) - 2)
    worst = closure * half_eye / (2 * math.sqrt(powers[-1]) * mean_root)
    return [(-worst, 0.2), (0.13 * worst, 0.5), (0.8 * worst, 0.3), (2 * worst, 0.0)]


def check(row, deepest=1e-19):
    """Error ratios of every state, their mean, and the mean codeword error ratio, all within 1e-9."""
    got = answer(row)
    exact, kept = slow.state_error_ratios(row, row["rx_oma_w"])
    mean = slow.mean_over_states(row, exact, False)
    assert deepest < mean < 0.03
    assert relative_error(got.mean_ber[0], mean) < 1e-9
    assert float(abs(got.log10_mean_ber[0] - MP.log10(mean))) < 4e-10
    for log_ber, ratio in zip(got.log_ber[0], exact, strict=True):
        assert log_ber == -math.inf if ratio is None else float(abs(log_ber - MP.log(ratio))) < 1e-9
    codeword = slow.mean_over_states(row, exact, True)
    assert float(abs(got.log_codeword[0] - MP.log(codeword))) < 1e-9
    assert got.eyes_kept_mid[0] == kept == 0
    assert math.isnan(got.sensitivity_w[0])
    assert got.status[0] == link.FINE


def one_noise(kind, count, depth):
    """A row with one noise, of the size that puts the top level `depth` sigmas from its threshold."""
    row = QUIET | {"level_count": count, "bandwidth_hz": 1e3}  # lets no shot noise through that would count
    eyes = 2 * (count - 1)  # half eyes in the swing
    swing = row["responsivity_a_w"] * row["rx_oma_w"] * row["coupling"]
    top = swing * row["er"] / (row["er"] - 1)
    band = row["bandwidth_hz"]
    variance = (swing / eyes / depth) ** 2
    if kind == "thermal":
        return row | {"density_a_rthz": math.sqrt(variance / 1.9 / band), "noise_gain": 1.9}
    if kind == "shot":
        charge = 1.602176634e-19
        return row | {"dark_a": 0.4 * top, "bandwidth_hz": variance / (2 * charge * 1.4 * top)}
    if kind == "laser, average":
        return row | {"rin_avg_per_hz": variance / top**2 / band}
    if kind == "laser, oma":
        return row | {"rin_oma_per_hz": variance / (swing / 2) ** 2 / band}
    if kind == "transmitter":
        return row | {"sndr_ratio": (swing / 2) ** 2 / variance}
    if kind == "quantisation":
        bits = math.log2(1.2 * swing / math.sqrt(12 * variance / 1.5))
        return row | {"full_scale": 1.2, "noise_gain": 1.5, "enob": bits}
    roots = [math.sqrt(float(p)) for p in slow.powers_w(row, row["rx_oma_w"])]
    uneven = sum(r * r for r in roots) / count - (sum(roots) / count) ** 2
    return row | {"beat_square": variance / (4 * row["responsivity_a_w"] * top * uneven)}


COLUMNS = {
    "thermal": link.THERMAL,
    "shot": link.SHOT,
    "laser, average": link.RIN,
    "laser, oma": link.RIN,
    "transmitter": link.TRANSMITTER,
    "quantisation": link.QUANTISATION,
    "beat": link.BEAT,
}
KINDS = tuple(COLUMNS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", COUNTS)
def test_one_noise_alone(kind, count):
    """Each kind by itself; over the kinds and formats the depths are gone through from 1e-2 to 1e-18."""
    place = KINDS.index(kind) + 2 * COUNTS.index(count)
    row = one_noise(kind, count, DEPTHS[place % len(DEPTHS)])
    check(row)
    noise = answer(row).noise_a2[0]
    assert noise[COLUMNS[kind]] > 0.9999 * noise.sum()


@pytest.mark.parametrize(
    ("count", "optimal", "reference", "ber"),
    [(count, False, "average", ber) for count in COUNTS for ber in BERS]
    + [(count, True, "average", ber) for count in (4, 6) for ber in BERS[::2]]
    + [(count, True, "oma", ber) for count in (2, 4, 8) for ber in BERS[1::2]],
)
def test_all_noises_together(count, optimal, reference, ber):
    # RIN and SNDR grow harmful as the eyes get smaller: scaled so that 1e-18 is within reach.
    scale = (3 / (count - 1)) ** 2
    row = BUSY | REFERENCES[reference] | {"level_count": count, "optimal": optimal}
    row["sndr_ratio"] /= scale
    row["beat_square"] *= scale
    row["enob"] -= math.log2(scale) / 2
    row = row | {name: row[name] * scale for name in ("rin_avg_per_hz", "rin_oma_per_hz")}
    check(at_ber(row, ber))


@pytest.mark.parametrize(
    ("count", "optimal", "ber"),
    [
        (2, True, 1e-2),
        (2, False, 1e-16),
        (4, False, 1e-5),
        (4, True, 1e-14),
        (6, True, 1e-3),
        (6, False, 1e-8),
        (8, False, 1e-2),
        (8, True, 1e-11),
    ],
)
def test_beat_states(count, optimal, ber):
    """Where the phase of the interferer stands still; thresholds are those without it."""
    scale = 3 / (count - 1)
    row = BUSY | {"level_count": count, "optimal": optimal, "sndr_ratio": 4e4 / scale**2}
    row["beat_square"] *= scale**2
    row["states"] = states_of(row, 0.35)
    check(at_ber(row, ber))


def test_the_mean_is_of_codeword_error_ratios():
    """One bad state in a thousand: it makes the codeword errors, and the mean BER says nothing about them."""
    row = QUIET | {"density_a_rthz": 10e-12}
    worst = states_of(row, 0.5)[0][0]
    row |= {"states": [(0.0, 0.999), (worst, 0.001)]}
    row = at_ber(row | {"states": [(0.0, 1.0)]}, 1e-6) | {"states": row["states"]}
    got = answer(row)
    exact = slow.mean_over_states(row, slow.state_error_ratios(row, row["rx_oma_w"])[0], True)
    assert float(abs(got.log_codeword[0] - MP.log(exact))) < 1e-9
    naive = slow.codeword_error_ratio(MP.mpf(float(got.mean_ber[0])))
    assert exact > 1e6 * naive


@pytest.mark.parametrize("count", COUNTS)
def test_noise_of_the_top_level(count):
    row = BUSY | {"level_count": count, "rin_avg_per_hz": 3e-15, "rin_oma_per_hz": 7e-15}
    got = answer(row).noise_a2[0]
    exact = slow.noise_a2(row, slow.powers_w(row, row["rx_oma_w"]), count - 1)
    assert len(got) == len(exact) == link.NOISE_KINDS
    for kind in range(link.NOISE_KINDS):
        assert got[kind] > 0
        assert relative_error(got[kind], exact[kind]) < (1e-12 if kind == link.BEAT else 1e-14)


def test_rows_do_not_mix():
    rows = [at_ber(BUSY | {"level_count": count}, 1e-4) for count in COUNTS]
    rows[1]["states"] = states_of(rows[1], 0.2)
    together = link.closed_form(stacked(rows), True)
    for i, row in enumerate(rows):
        alone = answer(row, True)
        for name in ("mean_ber", "log_codeword", "sensitivity_w", "status", "noise_a2"):
            assert np.all(getattr(together, name)[i] == getattr(alone, name)[0]), name
        for s in range(len(row["states"])):
            assert together.log_ber[i, s] == alone.log_ber[0, s]


def sensitivity_rows():
    rows = []
    for reference, noise in REFERENCES.items():
        for count in COUNTS:
            optimal = (count == 6) != (reference == "average")
            row = BUSY | noise | {"level_count": count, "optimal": optimal}
            limit = "codeword" if count in (4, 8) and reference == "average" else "ber"
            by_codeword, log_limit = LIMITS[limit]
            row |= {"by_codeword": by_codeword, "log_limit": log_limit}
            if limit == "codeword":
                row["states"] = states_of(row, 0.2)
            if count == 8:  # its eyes bear less of what grows with the signal
                row |= {"sndr_ratio": 2e5, "beat_square": 1e-7}
            rows.append(pytest.param(row, id=f"pam{count}-{reference}-{limit}"))
    return rows


@pytest.mark.parametrize("row", sensitivity_rows())
def test_sensitivity(row):
    """The root of the twin lies within 1e-6 dB: its error ratio passes the limit between the two sides."""
    dbm, status = sensitivity_of(row)
    assert status == link.FINE
    assert slow.excess(row, dbm - 1e-6) > 0 > slow.excess(row, dbm + 1e-6)


def test_sensitivity_by_bisection():
    """And the twin, left alone with 12 dB, finds the same root."""
    row = QUIET | {"density_a_rthz": 12e-12, "rin_avg_per_hz": 1e-15, "noise_gain": 1.3}
    dbm, status = sensitivity_of(row)
    assert status == link.FINE
    assert abs(dbm - slow.sensitivity_dbm(row, -18, -6, 1e-6)) < 1e-6


@pytest.mark.parametrize("start_dbm", [-75.0, -60.0, -21.3, -8.0, 30.0, 41.0])
def test_sensitivity_from_any_start(start_dbm):
    row = BUSY | {"rx_oma_w": 1e-4}
    rows, log_ber, noise = stacked([row]), np.empty(1), np.empty(link.NOISE_KINDS)
    dbm, status = link.sensitivity_dbm(rows, 0, start_dbm, log_ber, noise)
    assert status == link.FINE
    assert abs(dbm - sensitivity_of(row)[0]) < 1e-9


@pytest.mark.parametrize("kind", ["laser, average", "laser, oma", "transmitter", "beat"])
def test_floor(kind):
    """Noise that grows with the signal holds 2.4e-4 out of reach: no sensitivity, however much power."""
    above, below = (one_noise(kind, 4, depth) | {"density_a_rthz": 1e-8} for depth in (2.7, 3.6))
    got = answer(above, True)
    assert math.isnan(got.sensitivity_w[0])
    assert got.status[0] == link.FLOOR
    assert slow.excess(above, 30.0) > 0
    assert sensitivity_of(below)[1] == link.FINE


def test_limit_met_without_light():
    """An amplifier without noise meets any limit at -60 dBm."""
    row = one_noise("transmitter", 4, 6.0)
    got = answer(row, True)
    assert math.isnan(got.sensitivity_w[0])
    assert got.status[0] == link.BELOW
    assert slow.excess(row, -60.0) < 0
    assert answer(row | {"density_a_rthz": 1e-13}, True).status[0] == link.BELOW
    got = answer(row | {"density_a_rthz": 1e-11}, True)
    assert got.status[0] == link.FINE
    assert got.sensitivity_w[0] > 1e-9


@pytest.mark.parametrize(("spread", "kept"), [(0.3, 0), (0.55, 2), (1.2, 3)])
def test_eyes_without_a_crossing_are_counted(spread, kept):
    """A laser so noisy that neighbouring densities do not cross between their levels."""
    row = QUIET | {"er": 3.0, "optimal": True, "rin_avg_per_hz": spread**2 / QUIET["bandwidth_hz"]}
    got = answer(row)
    exact, slow_kept = slow.state_error_ratios(row, row["rx_oma_w"])
    assert got.eyes_kept_mid[0] == slow_kept == kept
    assert relative_error(got.mean_ber[0], exact[0]) < 1e-12


NOISIER = {
    "density_a_rthz": lambda v, g: v * g,
    "dark_a": lambda v, g: v * g + 1e-3,
    "rin_avg_per_hz": lambda v, g: v * g + 1e-17,
    "rin_oma_per_hz": lambda v, g: v * g + 1e-17,
    "sndr_ratio": lambda v, g: v / g,
    "enob": lambda v, g: v - math.log2(g),
    "full_scale": lambda v, g: v * g,
    "beat_square": lambda v, g: v * g,
    "noise_gain": lambda v, g: v * g,
    "bandwidth_hz": lambda v, g: v * g,
    "opening": lambda v, g: v / g,
}


@settings(max_examples=100)
@given(
    count=st.sampled_from(COUNTS),
    optimal=st.booleans(),
    noise=st.sampled_from(sorted(NOISIER)),
    growth=st.floats(1.01, 1.3),
    oma_dbm=st.floats(-16.0, 2.0),
    er_db=st.floats(3.0, 10.0),
    closure=st.floats(0.0, 0.4),
)
def test_error_ratio_rises_with_every_noise(count, optimal, noise, growth, oma_dbm, er_db, closure):
    """100 cases: whatever is added or closed, the mean error ratios of bits and of codewords rise."""
    row = BUSY | {"level_count": count, "optimal": optimal, "er": 10 ** (er_db / 10)}
    row |= {"rx_oma_w": 10 ** (oma_dbm / 10) / 1e3}
    row["states"] = states_of(row, closure)
    before = answer(row)
    assume(before.log10_mean_ber[0] < -1.5)
    after = answer(row | {noise: NOISIER[noise](row[noise], growth)})
    assert after.log10_mean_ber[0] > before.log10_mean_ber[0]
    assert after.log_codeword[0] >= before.log_codeword[0] - 1e-11  # both may be all but 1


@settings(max_examples=40)
@given(
    count=st.sampled_from(COUNTS),
    optimal=st.booleans(),
    by_codeword=st.booleans(),
    exponent=st.floats(-15.0, -2.0),
    density=st.floats(1e-13, 3e-11),
    er_db=st.floats(3.0, 10.0),
    closure=st.floats(0.0, 0.4),
)
def test_sensitivity_is_a_root(count, optimal, by_codeword, exponent, density, er_db, closure):
    """40 cases: the error ratio at the sensitivity is the limit."""
    row = QUIET | {"level_count": count, "optimal": optimal, "er": 10 ** (er_db / 10), "rlm": 0.98}
    row |= {"density_a_rthz": density, "rin_avg_per_hz": 1e-17, "by_codeword": by_codeword}
    row |= {"log_limit": exponent * math.log(10), "rx_oma_w": 1e-4}
    row["states"] = states_of(row, closure)
    found = answer(row, True)
    assert found.status[0] == link.FINE
    at_root = answer(row | {"rx_oma_w": float(found.sensitivity_w[0])})
    got = at_root.log_codeword[0] if by_codeword else at_root.log10_mean_ber[0] * math.log(10)
    assert got == pytest.approx(row["log_limit"], rel=1e-8)
