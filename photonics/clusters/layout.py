"""Where every switch and server stands, and how long each cable must be.

One row per block of a rail-optimised Clos: server racks on both sides of the network rack that holds the block's leaves (one per
rail); the spines stand in a rack of their own at the end of one row.
"""

from dataclasses import dataclass

import numpy as np
from photonics_kernels import fabric as kernels

from photonics.errors import InputError
from photonics.lower.corner import at
from photonics.spec.cluster import ClusterSpec

from .topology import Clos

RACK_TOP_U = 48


@dataclass(frozen=True)
class Cables:
    """Every cable of the fabric as arrays: tier (0 endpoint to leaf, 1 leaf to spine), direct run or tray, installed length."""

    tier: np.ndarray
    direct: np.ndarray
    installed_m: np.ndarray

    def __len__(self) -> int:
        return len(self.tier)


def cables(spec: ClusterSpec, tree: Clos, corner: str = "typ") -> Cables:
    """Route every cable of a two-tier rail-optimised Clos on the cluster's floor."""
    if tree.tiers != 2:
        raise InputError.of("", "tiers", str(tree.tiers), "2 (the layout of other fabrics is not built yet)")
    lay = spec.layout
    rails, down = int(spec.gpus_per_server), int(spec.leaf_down)
    side, per_rack = int(lay.racks_per_side), int(lay.servers_per_rack)
    servers, left = divmod(int(spec.gpus), rails)
    if left:
        raise InputError.of("", "gpus_per_server", str(rails), f"a divisor of the {int(spec.gpus)} GPUs")
    if 2 * side * per_rack != down:
        raise InputError.of(
            "", "layout.racks_per_side x servers_per_rack", f"{2 * side * per_rack} servers a row", f"leaf_down = {down}: a row is a block"
        )
    blocks = -(-servers // down)
    if blocks * rails != tree.leaf:
        raise InputError.of("", "gpus", str(int(spec.gpus)), f"whole blocks: {blocks} blocks of {rails} rails, {tree.leaf} leaves")
    spine_row = int(lay.spine_row)
    if spine_row >= blocks:
        raise InputError.of("", "layout.spine_row", str(spine_row), f"a row from 0 to {blocks - 1}")

    # Endpoint cables: GPU r of a server goes to leaf r of its block.
    server = np.repeat(np.arange(servers), rails)
    rail = np.tile(np.arange(rails), servers)
    block, seat = np.divmod(server, down)
    rack, place = np.divmod(seat, per_rack)
    slot = np.where(rack < side, rack, rack + 1)  # the network rack stands in the middle
    server_u = int(lay.first_server_u) + place * int(lay.server_pitch_u)
    leaf_u = int(lay.first_leaf_u) + rail * int(lay.leaf_pitch_u)

    # Leaf to spine: every leaf sees every spine, with equal numbers of parallel cables.
    leaf, spine = np.divmod(np.arange(tree.leaf * tree.spine), tree.spine)
    leaf_row, leaf_rail = np.divmod(np.repeat(leaf, tree.uplinks_per_spine), rails)
    up_leaf_u = int(lay.first_leaf_u) + leaf_rail * int(lay.leaf_pitch_u)
    spine_u = int(lay.first_spine_u) + np.repeat(spine, tree.uplinks_per_spine) * int(lay.spine_pitch_u)
    ends = {"server": server_u, "leaf": leaf_u, "spine": spine_u}
    for name, units in ends.items():
        if units.max() > RACK_TOP_U:
            raise InputError.of("", f"layout {name} height", f"{units.max()} U", f"at most {RACK_TOP_U} U")

    n, m = len(server), len(leaf_row)
    tier = np.concatenate([np.zeros(n, dtype=np.int64), np.ones(m, dtype=np.int64)])

    def both(first: np.ndarray | int, second: np.ndarray | int) -> np.ndarray:
        return np.concatenate([np.broadcast_to(first, n), np.broadcast_to(second, m)]).astype(np.float64)

    route, direct = np.empty(n + m), np.empty(n + m, dtype=np.bool_)
    kernels.cable_routes_m(
        both(block, leaf_row), both(slot, side), both(server_u, up_leaf_u), both(block, spine_row), both(side, 2 * side + 1),
        both(leaf_u, spine_u), at(lay, "rack_width", corner), at(lay, "row_pitch", corner), at(lay, "tray_height", corner),
        at(lay, "cross_tray", corner), route, direct,
    )
    installed = np.empty(n + m)
    kernels.installed_lengths_m(route, direct, at(lay, "termination", corner), at(lay, "slack", corner), installed)
    return Cables(tier, direct, installed)
