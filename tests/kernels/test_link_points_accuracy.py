"""The fused pass at random points against its NumPy twin, and the twin against the 40-digit oracle.

Ranges are wide: a third of the points have no sensitivity at any power.  A point is near a status boundary where the oracle's error
ratio at the highest power is within 1e-6 (in its logarithm) of the limit, or its closed eye within 1e-9; such points may be judged either
way, are counted, and must be few.
"""

import math

import numpy as np
import pytest

from tests.benchmarks import numpy_link, w1
from tests.oracle import MP
from tests.oracle import link as slow

SEED = 20261
HELD = 40  # points that the twin is held to the 40-digit oracle at; 200 in the slow run
COUNT = 100_000
#: Beyond W1's own: worse faces, noisier lasers and transmitters, so that about a third has no root.
RANGES = w1.WIDE | {
    "launch.oma_outer": (-12.0, 10.0), "launch.return_loss": (18.0, 45.0), "receiver.return_loss": (18.0, 45.0),
    "path[0].return_loss": (30.0, 70.0), "laser.rin_avg": (-160.0, -136.0), "launch.sndr": (21.0, 38.0), "receiver.adc_enob": (3.6, 7.0),
    "receiver.equalised_penalty": (0.0, 6.0), "modulator.extinction_ratio": (2.0, 10.0),
}


def evaluated(count, seed):
    """(columns, kernel's answers, twin's answers, twin's status), the twin at a tolerance far below what is asked."""
    expansion = w1.tables(count, seed, RANGES)
    columns = w1.columns(expansion, count, RANGES)
    out, status = np.empty((6, count)), np.empty(count, dtype=np.int8)
    with np.errstate(all="ignore"):
        numpy_link.Twin(w1.fixed("upper-bound"), accept=1e-9)(columns, out, status)
    answers = w1.bound("upper-bound", numpy_link.INPUTS)(expansion, 0, count)
    return columns, answers, out, status


def oracle_row(columns, fixed, i):
    """One point as the oracle's row, lowered in 40 digits; with its received OMA in W."""
    v = {name: MP.mpf(float(value)) for name, value in fixed.value.items()} | {name: MP.mpf(float(c[i])) for name, c in columns.items()}

    def ratio(decibels):
        return MP.mpf(10) ** (decibels / 10)

    fibre = v["path[1].attenuation"] * v["path[1].length"] / 1000
    losses = [v["path[0].loss"]] * fixed.joints[0] + [v["path[2].loss"]] * fixed.joints[1]
    roots = [v["launch.return_loss"], *[v["path[0].return_loss"]] * fixed.joints[0], *[v["path[2].return_loss"]] * fixed.joints[1]]
    roots.append(v["receiver.return_loss"])
    # Faces stand in the middle of their parts; the fibre lies between the panels.
    places, passed = [MP.mpf(0)], MP.mpf(0)
    for k, loss in enumerate(losses):
        if k == fixed.joints[0]:
            passed += fibre
        places.append(passed + loss / 2)
        passed += loss
    places.append(passed)
    total = MP.fsum(
        ratio(-(roots[a] + roots[b]) / 2) * ratio(-(places[b] - places[a])) for a in range(len(roots)) for b in range(a + 1, len(roots))
    )
    er = ratio(v["modulator.extinction_ratio"])
    low = 1 / (er - 1)
    even = [low + MP.mpf(m) / 3 for m in range(4)]
    beat = MP.fsum(2 * MP.sqrt(even[3] * p) * total for p in even) / 4
    warm = v["environment.case_temperature"]
    row = {
        "level_count": 4, "er": er, "rlm": v["modulator.level_mismatch"], "coupling": ratio(-v["receiver.coupling_loss"]),
        "opening": 1 - beat * 6, "noise_gain": ratio(2 * v["receiver.equalised_penalty"]) * MP.mpf(fixed.dispersion_gain),
        "responsivity_a_w": v["receiver.responsivity"], "dark_a": v["receiver.dark_current"] * MP.mpf(2) ** ((warm - 25) / 10),
        "excess_noise": 1, "density_a_rthz": v["receiver.noise_density"] * MP.sqrt((warm + MP.mpf("273.15")) / MP.mpf("298.15")),
        "bandwidth_hz": v["receiver.noise_bandwidth"], "rin_avg_per_hz": ratio(v["laser.rin_avg"]), "rin_oma_per_hz": 0,
        "sndr_ratio": ratio(v["launch.sndr"]), "enob": v["receiver.adc_enob"], "full_scale": v["receiver.adc_full_scale"],
        "optimal": True, "beat_square": 0, "log_limit": math.log(fixed.limit), "by_codeword": False, "states": [(0.0, 1.0)],
    }
    guards = v["launch.oma_setting_guard"] + v["launch.coupling_guard"] + v["launch.laser_ageing_guard"]
    received = v["launch.oma_outer"] - guards - MP.fsum(losses) - fibre
    return row, received


@pytest.mark.parametrize("count", [HELD, pytest.param(200, marks=pytest.mark.slow)])
def test_the_twin_keeps_to_the_oracle(count):
    """Received level to 1e-12 dB, ln BER to 1e-12 of itself (1e-11 of the BER above 1e-4), and at its sensitivity the BER is the limit."""
    fixed = w1.fixed("upper-bound")
    columns, _, out, status = evaluated(count, SEED)
    worst = level = root = 0.0
    roots = 0
    for i in range(count):
        if status[i] == numpy_link.EYE_CLOSED:
            continue
        row, received = oracle_row(columns, fixed, i)
        level = max(level, abs(float(received) - out[0, i]))
        ratios, _ = slow.state_error_ratios(row, MP.mpf(10) ** (received / 10) / 1000)
        exact = MP.log(ratios[0])
        worst = max(worst, abs(float((MP.mpf(out[1, i]) - exact) / max(abs(exact), 1))))
        if status[i] == 0 and roots < count // 4:
            roots += 1
            # ln BER falls by more than one per dB wherever there is a root worth the name.
            root = max(root, abs(float(slow.excess(row, out[2, i]))))
    assert roots > 0
    assert level < 1e-12
    assert worst < 3e-12
    assert root < 1e-7


def test_random_points_agree_with_the_twin():
    """Margin to 1e-6 dB, BER to 1e-9 (its logarithm where it underflows), watts to 1e-12, statuses alike."""
    columns, answers, out, status = evaluated(COUNT, SEED + 1)
    theirs, log_ber = answers["status"], answers["log10_ber"] * math.log(10.0)
    judged = status != numpy_link.EYE_CLOSED
    assert 0.25 < (status != 0).mean() < 0.45  # the ranges do what they are for
    near = near_boundary(columns, status)
    differs = theirs != status
    assert not (differs & ~near).any()
    assert near.sum() <= 5  # none at this seed
    both = (status == 0) & (theirs == 0)
    assert np.abs(answers["margin_db"] - out[3])[both].max() <= 1e-6
    assert np.abs(answers["rx_oma_dbm"] - out[0]).max() <= 1e-11
    deep = out[1] < -700.0
    error = np.abs(log_ber - out[1])
    assert error[judged & ~deep].max() <= 1e-9
    assert (error / np.abs(out[1]))[judged & deep].max(initial=0.0) <= 1e-9
    for row, name in ((4, "power_w"), (5, "energy_pj_per_bit")):
        assert np.abs(answers[name] / out[row] - 1.0).max() <= 1e-12
    assert np.isnan(answers["margin_db"][theirs != 0]).all()


def near_boundary(columns, status):
    """Points whose error ratio at the highest power is the limit within 1e-6, or whose opening is 0 within 1e-9."""
    twin = numpy_link.Twin(w1.fixed("upper-bound"), chunk=status.size)
    n = status.size
    lines, w = twin.lines[:, :n], twin.w[:, :n]
    value = np.empty(n)
    with np.errstate(all="ignore"):
        pairs, loss, ratio = w[50], w[52], w[51]
        twin._channel(columns, loss, pairs, w)
        twin._receiver(columns, ratio, pairs, lines, w)
        lines[13] = numpy_link.HIGHEST_W * lines[12]
        twin._log_ber(lines, w, value, None, True)
    shut = np.abs(lines[11]) < 1e-9
    return shut | (np.abs(value - math.log(twin.fixed.limit)) < 1e-6)
