"""One adapter per kind of case: the inputs it knows, and the quantities it computes from them.

An adapter raises ``Unsupported`` for what it does not model; it never guesses a missing input.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from photonics_kernels import pam, receiver, scale, transmitter

from photonics.clusters.topology import clos, fat_tree
from photonics.errors import InputError
from photonics.links import fec

from .imdd import MAY, NEEDS, imdd_ber
from .unsupported import Unsupported


@dataclass(frozen=True)
class Adapter:
    """Inputs that a kind of case must and may have, and the function that computes its quantities."""

    needs: frozenset[str]
    may: frozenset[str]
    run: Callable[[Mapping[str, Any]], dict[str, Any]]


def _pam_ber(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """PAM-M without ISI: average power, level-dependent Gaussian noise; a bare ``rin_db_hz`` is average-referred, per level."""
    count = inputs["levels"]
    if count not in (2, 4, 6, 8):
        raise Unsupported(f"levels = {count!r}; 2, 4, 6 and 8 are modelled")
    if inputs["thresholds"] not in ("mid", "optimal"):
        raise Unsupported(f"thresholds = {inputs['thresholds']!r}; mid and optimal are modelled")
    er = scale.db_to_ratio(float(inputs["extinction_ratio_db"]))
    average = scale.dbm_to_w(float(inputs["rx_average_dbm"]))
    band, r = float(inputs["noise_bandwidth_hz"]), float(inputs["responsivity_a_w"])
    levels, sigmas, thresholds = np.empty(count), np.empty(count), np.empty(count - 1)
    transmitter.fill_levels_w(transmitter.oma_from_average_w(average, er), er, 1.0, levels)
    levels *= r
    rin = scale.db_to_ratio(float(inputs["rin_db_hz"]))
    density = float(inputs["noise_density_pa_rthz"]) * 1e-12
    for k in range(count):
        variance = receiver.thermal_variance_a2(density, band)
        variance += receiver.shot_variance_a2(levels[k] + float(inputs["dark_current_a"]), band)
        variance += receiver.rin_average_variance_a2(levels[k], rin, band)
        sigmas[k] = math.sqrt(variance)
    priors = np.full(count, 1.0 / count)
    if count == 6:
        pam.pam6_priors(priors)
    if inputs["thresholds"] == "mid":
        pam.middle_thresholds(levels, thresholds)
    else:
        pam.optimal_thresholds(levels, sigmas, priors, thresholds)
    kernel = pam.pam6_error_ratio if count == 6 else pam.gray_error_ratio
    ber, log10_ber = kernel(levels, sigmas, thresholds)
    ser, log10_ser = pam.symbol_error_ratio(levels, sigmas, thresholds)
    return {"ber": ber, "log10_ber": log10_ber, "ser": ser, "log10_ser": log10_ser}


def _fec(inputs: Mapping[str, Any]) -> dict[str, Any]:
    code = inputs["code"]
    if code not in ("kp4", "none"):
        raise Unsupported(f"code {code!r}: only kp4 and none are built")
    found = fec(code=code, pre_fec_ber=inputs["pre_fec_ber"], interleave=inputs.get("interleave", 1))
    return {k: v for k, v in found.as_dict().items() if k not in inputs}


def _clos(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Counts and, where prices are given, costs: endpoint cables are DAC and the rest AOC if those two prices are named."""
    shape = {k: inputs[k] for k in ("endpoints", "radix", "leaf_down", "leaf_up", "tiers", "planes", "trees") if k in inputs}
    tree = clos(**shape)
    out: dict[str, Any] = {
        "tiers": tree.tiers, "leaf": tree.leaf, "spine": tree.spine, "core": tree.core, "switches": tree.switches,
        "endpoint_cables": tree.endpoint_cables, "leaf_spine_cables": tree.leaf_spine_cables,
        "spine_core_cables": tree.spine_core_cables, "dac": tree.endpoint_cables, "aoc": tree.fabric_cables,
    }
    if "switch_usd" in inputs:
        out["switch_cost_usd"] = tree.switches * inputs["switch_usd"]
    pair = None
    if "endpoint_cable_usd" in inputs and "fabric_cable_usd" in inputs:
        pair = ("endpoint_cable_usd", "fabric_cable_usd")
    elif "dac_usd" in inputs and "aoc_usd" in inputs:
        pair = ("dac_usd", "aoc_usd")
    if pair is not None:
        out["cable_cost_usd"] = tree.endpoint_cables * inputs[pair[0]] + tree.fabric_cables * inputs[pair[1]]
        if "switch_cost_usd" in out:
            out["cost_musd"] = (out["switch_cost_usd"] + out["cable_cost_usd"]) / 1e6
    return out


def _fat_tree(inputs: Mapping[str, Any]) -> dict[str, Any]:
    found = fat_tree(inputs["k"])
    return {
        "hosts": found.hosts, "edge": found.edge, "aggregation": found.aggregation, "core": found.core, "switches": found.switches,
        "links": found.links,
    }


ADAPTERS: dict[str, Adapter] = {
    "pam_ber": Adapter(
        frozenset(
            {
                "levels", "rx_average_dbm", "extinction_ratio_db", "responsivity_a_w", "dark_current_a", "noise_density_pa_rthz",
                "noise_bandwidth_hz", "rin_db_hz", "thresholds",
            }
        ),
        frozenset({"baud_gbd"}),  # carried by the cases; the noise bandwidth is what counts here
        _pam_ber,
    ),
    "fec": Adapter(frozenset({"code", "pre_fec_ber"}), frozenset({"interleave", "inner_decoder", "inner_test_bits"}), _fec),
    "clos": Adapter(
        frozenset({"endpoints", "radix"}),
        frozenset(
            {
                "leaf_down", "leaf_up", "tiers", "planes", "trees", "switch_usd", "endpoint_cable_usd", "fabric_cable_usd", "dac_usd",
                "aoc_usd",
            }
        ),
        _clos,
    ),
    "fat_tree": Adapter(frozenset({"k"}), frozenset(), _fat_tree),
    "imdd_ber": Adapter(NEEDS, MAY, imdd_ber),
}

# Kinds of the contract whose engines are not there yet: named, so that a reader knows the difference from a typo.
ANNOUNCED = frozenset(
    {
        "rail_only", "dragonfly", "slim_fly", "hammingmesh", "torus", "ocs_torus", "scale_up", "freed_power", "circuit", "mode_overlap",
    }
)


def compute(kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Quantities of one case; ``Unsupported`` says which kind, input or missing input stands in the way."""
    adapter = ADAPTERS.get(kind)
    if adapter is None:
        why = "its engine is not built yet" if kind in ANNOUNCED else f"known kinds: {', '.join(sorted(ADAPTERS))}"
        raise Unsupported(f"kind {kind!r}: {why}")
    unknown = sorted(set(inputs) - adapter.needs - adapter.may)
    if unknown:
        raise Unsupported(f"unknown input {', '.join(unknown)} for kind {kind}")
    missing = sorted(adapter.needs - set(inputs))
    if missing:
        raise Unsupported(f"input {', '.join(missing)} is missing for kind {kind}")
    try:
        return adapter.run(inputs)
    except (TypeError, ValueError) as error:
        raise Unsupported(f"an input of the wrong type: {error}") from error
    except InputError as error:
        raise Unsupported(str(error)) from error
