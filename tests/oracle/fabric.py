"""Cables between rack positions (row, slot, height in rack units), one at a time.

    same rack        |U - U'| 44.45 mm + 0.3 m of dressing at each end
    neighbour rack   the same + one rack width (side pass-through)
    other rack       (tray - U 44.45 mm) + (tray - U' 44.45 mm) + rack width x |slots| + row pitch x |rows|,
                     + a detour to the cross tray where the rows differ
    installed        (route + termination at each end) (1 + slack); the first two kinds: the bare route
    catalogue        next stock length up
Source: placement practice (overhead trays, 600 mm racks, EIA-310 rack unit of 1.75 inch).
"""

from tests.oracle import MP

#: 1.75 inch of 25.4 mm.
UNIT_M = MP.mpf("1.75") * MP.mpf("0.0254")
DRESSING_M = MP.mpf("0.3")


def _exact(*values):
    return [MP.mpf(float(v)) for v in values]


def route_m(a, b, rack_width_m, row_pitch_m, tray_height_m, cross_tray_m):
    """(length, whether it needs no tray) between positions a and b."""
    (row_a, slot_a, unit_a), (row_b, slot_b, unit_b) = _exact(*a), _exact(*b)
    width, pitch, tray, cross = _exact(rack_width_m, row_pitch_m, tray_height_m, cross_tray_m)
    across = abs(row_a - row_b)
    along = abs(slot_a - slot_b)
    if across == 0 and along == 0:
        return abs(unit_a - unit_b) * UNIT_M + DRESSING_M + DRESSING_M, True
    if across == 0 and along == 1:
        return width + abs(unit_a - unit_b) * UNIT_M + DRESSING_M + DRESSING_M, True
    climb = (tray - unit_a * UNIT_M) + (tray - unit_b * UNIT_M)
    route = climb + along * width + across * pitch
    return (route if across == 0 else route + cross), False


def installed_length_m(route, direct, termination_m, slack):
    """What must be laid."""
    if direct:
        return MP.mpf(route)
    termination, spare = _exact(termination_m, slack)
    laid = termination + MP.mpf(route) + termination
    return laid + spare * laid


def catalogue_length_m(installed, stock_m):
    """The shortest stock length that is long enough, None where there is none."""
    enough = [length for length in stock_m if length >= installed]
    return min(enough) if enough else None


def first_that_reaches(needs_m, reach_m):
    """Index of the first technology that covers its own need (None: it cannot be had), -1 where none does."""
    for technology, (need, reach) in enumerate(zip(needs_m, reach_m, strict=True)):
        if need is not None and need <= reach:
            return technology
    return -1
