"""Cable lengths over a floor and the choice of a technology, one by one against the rules."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import fabric

from tests.oracle import fabric as slow
from tests.oracle import relative_error

#: Rack width, row pitch, tray height, way to the cross tray.
FLOOR = (0.61, 2.9, 2.43, 3.7)
COPPER_M = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0, 7.0)
FIBRE_M = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0)


def routes(ends, floor=FLOOR, kind=np.int64):
    """(lengths, direct) from the kernel for pairs of (row, slot, unit)."""
    columns = [np.array([end[side][axis] for end in ends], dtype=kind) for side in (0, 1) for axis in range(3)]
    route, direct = np.empty(len(ends)), np.empty(len(ends), dtype=np.bool_)
    fabric.cable_routes_m(*columns, *floor, route, direct)
    return route, direct


def catalogue(installed, stock):
    lengths = np.empty(len(installed))
    fabric.catalogue_lengths_m(np.array(installed), np.array(stock), lengths)
    return lengths


# Worked by hand: 0.61 m racks, 2.9 m between rows, trays at 2.43 m, 3.7 m to the cross tray, 44.45 mm per unit.
@pytest.mark.parametrize(
    ("a", "b", "expected_m", "direct"),
    [
        ((0, 0, 1), (0, 0, 1), 0.6, True),
        ((2, 5, 40), (2, 5, 20), 1.489, True),
        ((2, 5, 20), (2, 5, 40), 1.489, True),
        ((2, 5, 20), (2, 6, 40), 2.099, True),
        ((2, 5, 20), (2, 4, 20), 1.21, True),
        ((2, 5, 20), (2, 7, 40), 3.413, False),  # 1.541 + 0.652 up, 1.22 along
        ((2, 5, 20), (3, 5, 20), 9.682, False),  # 3.082 up, 2.9 across, 3.7 of detour
        ((2, 5, 20), (3, 6, 20), 10.292, False),  # a neighbour in another row is no neighbour
        ((4, 0, 10), (1, 8, 30), 20.362, False),  # 1.9855 + 1.0965 up, 4.88 along, 8.7 across, 3.7 of detour
    ],
)
def test_routes_by_hand(a, b, expected_m, direct):
    length, is_direct = routes([(a, b)])
    assert length[0] == pytest.approx(expected_m, abs=1e-12)
    assert is_direct[0] == direct
    exact, exact_direct = slow.route_m(a, b, *FLOOR)
    assert relative_error(length[0], exact) < 1e-14
    assert exact_direct == direct


position = st.tuples(st.integers(0, 9), st.integers(0, 12), st.integers(1, 48))


@settings(max_examples=80)
@given(
    ends=st.lists(st.tuples(position, position), min_size=1, max_size=6),
    width=st.floats(0.5, 0.9),
    pitch=st.floats(1.5, 4.0),
    tray=st.floats(2.2, 3.5),
    cross=st.floats(0.0, 20.0),
    termination=st.floats(0.0, 2.0),
    slack=st.floats(0.0, 0.2),
)
def test_lengths(ends, width, pitch, tray, cross, termination, slack):
    """80 floors of up to six cables: route, both ways round, installed and catalogue length."""
    floor = (width, pitch, tray, cross)
    length, direct = routes(ends, floor)
    back, _ = routes([(b, a) for a, b in ends], floor)
    assert back == pytest.approx(length, rel=1e-14)
    installed = np.empty(len(ends))
    fabric.installed_lengths_m(length, direct, termination, slack, installed)
    stocked = catalogue(installed, FIBRE_M)
    for i, (a, b) in enumerate(ends):
        exact, exact_direct = slow.route_m(a, b, *floor)
        assert direct[i] == exact_direct
        assert relative_error(length[i], exact) < 1e-13
        exact = slow.installed_length_m(exact, exact_direct, termination, slack)
        assert relative_error(installed[i], exact) < 1e-13
        if min(abs(exact - stock) for stock in FIBRE_M) > 1e-8:
            want = slow.catalogue_length_m(exact, FIBRE_M)
            assert math.isnan(stocked[i]) if want is None else stocked[i] == want


def test_positions_may_be_fractions():
    """A switch of two units has its ports half a unit up."""
    ends = [((1.0, 2.0, 20.5), (1.0, 4.0, 33.5))]
    assert relative_error(routes(ends, kind=np.float64)[0][0], slow.route_m(*ends[0], *FLOOR)[0]) < 1e-14


def test_installed_lengths_by_hand():
    installed = np.empty(3)
    route, direct = np.array([1.2, 3.0, 30.0]), np.array([True, False, False])
    fabric.installed_lengths_m(route, direct, 0.75, 0.08, installed)
    assert installed == pytest.approx([1.2, 4.86, 34.02], rel=1e-15)


def test_catalogue_lengths():
    got = catalogue([0.2, 0.5, 0.6, 1.0 + 1e-12, 1.0 + 1e-6, 3.3, 7.0, 7.1], COPPER_M)
    assert got[:7].tolist() == [0.5, 0.5, 1.0, 1.0, 1.5, 5.0, 7.0]  # a rounding error buys no longer cable
    assert math.isnan(got[7])


def test_first_technology_that_reaches():
    reach = np.array([2.0, 7.0, 500.0])
    need = np.array(
        [
            [1.5, 2.0, 2.0 + 1e-12, 2.5, math.nan, 900.0, math.nan],
            [1.5, 2.0, 2.0, 2.5, 7.5, 900.0, math.nan],
            [1.6, 2.1, 2.1, 2.7, 7.4, 900.0, 12.0],
        ]
    )
    choice = np.empty(need.shape[1], dtype=np.int64)
    fabric.first_that_reaches(need, reach, choice)
    assert choice.tolist() == [0, 0, 0, 1, 2, -1, 2]
    for i in (0, 1, 3, 4, 5, 6):
        needs = [None if math.isnan(v) else float(v) for v in need[:, i]]
        assert choice[i] == slow.first_that_reaches(needs, reach.tolist())
