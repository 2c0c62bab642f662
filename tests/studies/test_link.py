"""Studies of a shipped link against what stands outside of them: its budget, and draws one by one."""

from dataclasses import replace

import numpy as np
import pytest

import photonics as ph
from photonics import studies
from photonics.studies.gradient import extrapolated
from photonics.sweeps.evaluators import evaluator
from photonics.sweeps.plan import sweep_plan

LINK = "1.6T-2xDR4"


def budget_margin(spec, section, name, value):
    """Margin of the budget of a changed design, for the launch power of the unchanged one (which the budget would set anew)."""
    part = getattr(spec, section)
    scalar = getattr(part, name)
    moved = replace(scalar, typ=value, low=min(value, scalar.low), high=max(value, scalar.high))
    lane = ph.budget(spec.model_copy(update={section: part.model_copy(update={name: moved})}), corner="typ").worst_lane
    return lane.margin_db - (lane.rx_oma_dbm + lane.optical_loss_db)


@pytest.mark.parametrize(
    ("section", "name"),
    [("receiver", "noise_density"), ("receiver", "responsivity"), ("receiver", "adc_full_scale"), ("modulator", "extinction_ratio"), ("launch", "sndr"), ("laser", "rin_avg")],
)  # fmt: skip
def test_gradient_against_the_budget(section, name):
    spec = ph.load(LINK)
    row = next(r for r in studies.sensitivity(LINK, only=[f"{section}.{name}"]).rows)
    at = row.derivative.at
    steps = 4e-3 * abs(at) * 0.5 ** np.arange(4)
    differences = np.array([(budget_margin(spec, section, name, at + h) - budget_margin(spec, section, name, at - h)) / (2 * h) for h in steps])
    by_hand, error = extrapolated(differences, 4.0, np.zeros(4))
    # The launch and the loss stay: only what the margin has beside them moves.
    assert row.derivative.value == pytest.approx(by_hand, rel=1e-6, abs=10 * error)


def test_yield_against_budgets_of_single_draws():
    """30 draws of the plan, each as a design of its own with that length and noise: the same margin, and the same verdicts."""
    toy = evaluator(LINK)
    limits = ["margin_db >= 8.6"]
    found = studies.yields(toy, limits, points=30, seed=9, only=["receiver.noise_density", "receiver.responsivity"])
    draws = {"ranges": "triangular", "only": ["receiver.noise_density", "receiver.responsivity"]}
    plan = sweep_plan(toy, method="monte-carlo", points=30, seed=9, outputs=("margin_db",), draws=draws)
    inputs = plan.inputs(np.arange(30))
    spec = ph.load(LINK)
    launched = ph.budget(spec, corner="typ").worst_lane
    power = launched.rx_oma_dbm + launched.optical_loss_db
    good = 0
    for noise, responsivity in zip(inputs["receiver.noise_density"], inputs["receiver.responsivity"], strict=True):
        r = spec.receiver
        moved = {
            key: replace(getattr(r, key), typ=v, low=min(v, getattr(r, key).low), high=max(v, getattr(r, key).high))
            for key, v in (("noise_density", float(noise)), ("responsivity", float(responsivity)))
        }
        lane = ph.budget(spec.model_copy(update={"receiver": r.model_copy(update=moved)}), corner="typ").worst_lane
        good += lane.margin_db - (lane.rx_oma_dbm + lane.optical_loss_db) + power >= 8.6
    assert 0 < good < 30 and found.good == good


def test_optimum_over_taps_and_peaking():
    """The equaliser is solved at every point; watts that taps cost hold their number down, and what is found is as good as its neighbours."""
    toy = evaluator(LINK, corner="worst")
    grid = {"electronics.ffe_taps": list(range(7, 26, 2)), "chain.equalizer.transmit_peaking": [1.2, 1.5, 1.8, 2.1, 2.4]}
    plan = sweep_plan(toy, axes=grid, outputs=("power_w", "eye_log10_ber"))
    got = toy.bind((), plan.paths, plan.needed)(plan.expansion, 0, plan.samples)
    ratio = got["eye_log10_ber"].reshape(10, 5)
    limit = round(float(ratio[2].min()), 3) + 1e-3  # what 11 taps just reach
    assert limit < ratio[0].min()
    ends = {path: (values[0], values[-1]) for path, values in grid.items()}
    found = studies.optimum(LINK, minimise="power_w", axes=ends, limits=[f"eye_log10_ber <= {limit}"], points=32, corner="worst")
    assert found.status == "ok" and found.repeat_error == 0.0
    taps = found.best.values["electronics.ffe_taps"]
    assert 7 < taps <= 11 and taps == round(taps)
    assert found.best.outputs["power_w"] <= got["power_w"][got["eye_log10_ber"] <= limit].min() + 1e-9


def test_globs_with_brackets():
    found = studies.yields(LINK, points=100, only=["path[0].*"])
    assert found.drawn and all(path.startswith("path[0].") for path in found.drawn)
