"""Columns for a bound link without a sweep: one table of values per path, and the slow reference of one point."""

import dataclasses
import math

import numpy as np
from photonics_kernels.draw import Expansion

from photonics import catalog
from photonics.links.energy import energy_terms, laser_load
from photonics.links.launch import set_point, walk
from photonics.links.limits import lane_limit
from photonics.links.sensitivity import sensitivity
from photonics.lower.link import lane_case


def columns(*values):
    """An expansion of tables: sample k takes entry k of every column (each repeats from its start)."""
    c = len(values)
    tables = [np.atleast_1d(np.asarray(v, dtype=float)) for v in values]
    lengths = np.array([len(t) for t in tables], dtype=np.int64)
    whole, part = np.zeros(0, dtype=np.int64), np.zeros(c)
    return Expansion(
        source=np.zeros(c, dtype=np.int64), stride=np.ones(c, dtype=np.int64), length=lengths, offset=np.cumsum(lengths) - lengths,
        table=np.concatenate(tables) if c else np.zeros(0), key=np.zeros(c, dtype=np.uint64), marginal=np.zeros(c, dtype=np.int64),
        parameters=np.zeros((c, 4)), u_low=part, u_high=part + 1.0, lowest=part - 1e300, highest=part + 1e300,
        factor_start=np.zeros(c + 1, dtype=np.int64), factor_id=whole, factor_weight=np.zeros(0),
        generator=np.zeros((c, 52), dtype=np.uint64), shift=np.zeros(c, dtype=np.uint64), seed=np.uint64(1),
        samples=int(lengths.max(initial=1)),
    )  # fmt: skip


def evaluate(points, outputs, axes=None, choices=(), count=None):
    """Outputs of a link with columns for the paths of ``axes``."""
    axes = axes or {}
    expansion = columns(*axes.values())
    bound = points.bind(tuple(choices), tuple(axes), tuple(outputs))
    return bound(expansion, 0, expansion.samples if count is None else count)


def scalar_at(spec, keys):
    for key in keys:
        spec = spec[key] if isinstance(key, int) else getattr(spec, key)
    return spec


def with_value(spec, keys, value):
    """The spec with one scalar replaced by a single value; nothing is validated again."""
    if not keys:
        return dataclasses.replace(spec, typ=value, low=value, high=value)
    key = keys[0]
    if isinstance(key, int):
        return tuple(with_value(part, keys[1:], value) if at == key else part for at, part in enumerate(spec))
    return spec.model_copy(update={key: with_value(getattr(spec, key), keys[1:], value)})


def moved(spec, keys, value):
    """As an axis moves a link: in every lane too whose own section holds the link's scalar unchanged."""
    shared = scalar_at(spec, keys)
    new = with_value(spec, keys, value)
    if keys[0] == "lane":
        return new
    lanes = []
    for lane in new.lane:
        section = getattr(lane, str(keys[0]), None)
        if section is not None and keys[0] != "signal" and scalar_at(lane, keys) == shared:
            lane = with_value(lane, keys, value)
        lanes.append(lane)
    return new.model_copy(update={"lane": tuple(lanes)})


def distinct(spec):
    """Lane -> the lowest lane with its description."""
    special = {lane.index for lane in spec.lane}
    plain = next((i for i in range(int(spec.signal.lanes)) if i not in special), 0)
    return [i if i in special else plain for i in range(int(spec.signal.lanes))]


def set_points(spec):
    phy = catalog.phy(spec.phy)
    limit = lane_limit(spec, phy)
    found = {i: set_point(lane_case(spec, i, "worst"), phy, limit) for i in set(distinct(spec))}
    return [found[i] for i in distinct(spec)]


def slow_point(spec, corner, life="end", held=None):
    """What ``budget`` computes of a point, without its terms: margin, levels, loss, watts."""
    limit = lane_limit(spec, catalog.phy(spec.phy))
    set_to = set_points(spec) if held is None else held
    answers = {}
    for i in set(distinct(spec)):
        case = lane_case(spec, i, corner, life)
        way = walk(case, set_to[i])
        need = sensitivity(case, limit, detail=False).oma_dbm
        received = way.launch_oma_dbm - case.optical_loss_db
        margin = math.nan if need is None else received - need
        answers[i] = (case, laser_load(case, way.laser_dbm), margin, way.launch_oma_dbm, received)
    lanes = [answers[i] for i in distinct(spec)]
    return {
        "margin_db": min(a[2] for a in lanes),
        "power_w": energy_terms([a[0] for a in lanes], [a[1] for a in lanes])[1],
        "launch_oma_dbm": min(a[3] for a in lanes),
        "rx_oma_dbm": min(a[4] for a in lanes),
        "optical_loss_db": max(a[0].optical_loss_db for a in lanes),
        "laser_room_db": min(-a[1].over_db for a in lanes),
    }
