"""Counts of Clos fabrics: published rows, the striping rule, conservation of ports."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photonics as ph

CASES = 300


def test_published_reference_pod():
    tree = ph.clos(endpoints=1024, radix=64, tiers=2)
    assert (tree.leaf, tree.spine, tree.leaf_spine_cables) == (32, 16, 1024)


def test_striping_needs_more_spines_than_the_bound():
    tree = ph.clos(endpoints=60, radix=20, leaf_down=10, leaf_up=10, tiers=2)
    assert tree.spine == 5  # the bound is 3, but 3 does not divide 10


@pytest.mark.parametrize(("endpoints", "switches"), [(6144, 512), (10240, 896), (65536, 5120)])
def test_three_tier_core_planes_follow_the_striping_rule(endpoints, switches):
    assert ph.clos(endpoints=endpoints, radix=64, tiers=3).switches == switches


def test_auto_takes_the_fewest_tiers():
    assert [ph.clos(endpoints=n, radix=64).tiers for n in (64, 65, 2048, 2049, 65536)] == [1, 2, 2, 3, 3]


def test_planes_and_trees_multiply():
    one = ph.clos(endpoints=1024, radix=64, tiers=2)
    assert ph.clos(endpoints=1024, radix=64, tiers=2, planes=16).switches == 16 * one.switches
    rails = ph.clos(endpoints=4096, radix=64, tiers=1, trees=64)
    assert rails.switches == 64


@settings(max_examples=CASES)
@given(st.integers(2, 5000), st.sampled_from([8, 16, 32, 48, 64, 128]), st.sampled_from([2, 3]))
def test_ports_are_conserved(endpoints, radix, tiers):
    try:
        tree = ph.clos(endpoints=endpoints, radix=radix, tiers=tiers)
    except ph.InputError:
        return
    used = tree.endpoint_cables + 2 * tree.leaf_spine_cables + 2 * tree.spine_core_cables
    assert used <= tree.switches * radix
    assert tree.leaf_spine_cables + tree.endpoint_cables <= tree.leaf * radix
    assert tree.spine_core_cables + tree.leaf_spine_cables <= tree.spine * radix
    assert tree.spine_core_cables <= tree.core * radix
    assert tree.leaf * (radix // 2) >= endpoints


@pytest.mark.parametrize(
    "arguments",
    [
        {"endpoints": 0, "radix": 64}, {"endpoints": 100, "radix": 63}, {"endpoints": 10**9, "radix": 64}, {"endpoints": 100, "radix": 64, "tiers": 4},
        {"endpoints": 100, "radix": 64, "leaf_down": 40, "leaf_up": 30}, {"endpoints": 100, "radix": 64, "trees": 7},
        {"endpoints": 5000, "radix": 64, "tiers": 2}, {"endpoints": 64.0, "radix": 64},
    ],
)
def test_what_cannot_be_built_is_said(arguments):
    with pytest.raises(ph.InputError):
        ph.clos(**arguments)


def test_fat_tree_identities():
    tree = ph.fat_tree(24)
    assert (tree.hosts, tree.switches, tree.links) == (3456, 720, 10368)
    with pytest.raises(ph.InputError):
        ph.fat_tree(23)
