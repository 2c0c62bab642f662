"""One pass over the cables of a cluster: route, length, technology."""

import math

from ._jit import kernel

RACK_UNIT_M = 0.04445
SIDE_DRESSING_M = 0.3  # from a port to the side channel of its rack, at each end


@kernel
def cable_routes_m(
    row_a, slot_a, unit_a, row_b, slot_b, unit_b, rack_width_m, row_pitch_m, tray_height_m, cross_tray_m, route_m, direct
):
    """Fill ``route_m`` and ``direct`` for cables between rack positions (row, slot, height in U) a and b.

    Same rack: |dU| 44.45 mm + dressing at both ends.  Neighbouring rack of a row: through the side, one rack width more.  These
    two are ``direct``: no tray, no slack.  Any other rack: up to the tray at both ends, along the row, across rows, plus a
    detour to the cross tray where the rows differ.  Source: length model of the topology notes (derived defaults).
    """
    for i in range(route_m.shape[0]):
        slots = abs(slot_a[i] - slot_b[i])
        direct[i] = row_a[i] == row_b[i] and slots <= 1
        if direct[i]:
            route_m[i] = abs(unit_a[i] - unit_b[i]) * RACK_UNIT_M + 2.0 * SIDE_DRESSING_M + slots * rack_width_m
            continue
        rise_a = tray_height_m - unit_a[i] * RACK_UNIT_M
        rise_b = tray_height_m - unit_b[i] * RACK_UNIT_M
        across = row_pitch_m * abs(row_a[i] - row_b[i])
        route_m[i] = rise_a + rise_b + rack_width_m * slots + across
        if row_a[i] != row_b[i]:
            route_m[i] += cross_tray_m


@kernel
def installed_lengths_m(route_m, direct, termination_m, slack, installed_m):
    """Length that must be laid: (route + termination at each end)(1 + slack); a direct cable needs the bare route."""
    for i in range(route_m.shape[0]):
        installed_m[i] = route_m[i] if direct[i] else (route_m[i] + 2.0 * termination_m) * (1.0 + slack)


@kernel
def catalogue_lengths_m(installed_m, stock_m, catalogue_m):
    """Next stock length up (``stock_m`` ascending); NaN where the longest is too short."""
    for i in range(installed_m.shape[0]):
        catalogue_m[i] = math.nan
        for stock in stock_m:
            if stock >= installed_m[i] - 1e-9:
                catalogue_m[i] = stock
                break


@kernel
def first_that_reaches(need_m, reach_m, choice):
    """Index of the first technology whose reach covers its own length need (``need_m[tech, link]``), -1 where none does."""
    for i in range(choice.shape[0]):
        choice[i] = -1
        for tech in range(reach_m.shape[0]):
            if need_m[tech, i] <= reach_m[tech] + 1e-9:
                choice[i] = tech
                break
