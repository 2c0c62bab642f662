"""Ends of what a cluster may look like, and of how wide its text is."""

from dataclasses import replace

import pytest

import photonics as ph
from photonics.clusters.layout import cables
from photonics.clusters.topology import clos


def laid(first_spine_u):
    spec = ph.load("pod-1024")
    layout = spec.layout.model_copy(update={"first_spine_u": first_spine_u})
    tree = clos(endpoints=1024, radix=64, tiers=2)
    return cables(spec.model_copy(update={"layout": layout}), tree)


def test_racks_end_at_48_units():
    """Sixteen spines of two units each: the last one stands 30 units above the first."""
    assert laid(18).installed_m.min() > 0
    with pytest.raises(ph.InputError) as caught:
        laid(19)
    (problem,) = caught.value.problems
    assert (problem.read, problem.allowed) == ("49 U", "at most 48 U")


def test_notes_are_broken_at_180_characters():
    found = ph.compare("1.6T-2xDR4", "aec-1.6t")
    lines = str(replace(found, notes=("x " * 200,))).splitlines()
    first = next(line for line in lines if line.startswith("note: x"))
    assert len(first) == 179  # another " x" would make 181
