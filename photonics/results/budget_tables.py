"""A budget as tables: one row an element, the corner that was asked for and the typical one side by side."""

import math

from .budget import Budget
from .parts import LaneBudget
from .table import Table, brief, number, ratio
from .term import Term


def tables(budget: Budget) -> list[Table]:
    """Worst lane's terms, spec lines, clause lines, lanes, FEC domains, power."""
    lane = budget.worst_lane
    typ = None if budget.typical is None else budget.typical.lanes[lane.lane]
    title = f"{budget.link}, lane {lane.lane} (worst): physics budget"
    spec = "spec budget (clause lines; it already holds ISI, RIN and dispersion in TDECQ)"
    spec_tables = [_terms(spec, budget.corner, lane.spec_terms, () if typ is None else typ.spec_terms)]
    return [
        _terms(title, budget.corner, lane.terms, () if typ is None else typ.terms),
        *(spec_tables if lane.spec_terms else []),
        _compliance(lane, budget.corner, typ),
        _lanes(budget),
        _ports(budget),
        _energy(budget),
    ]


def _beside(budget: Budget) -> list[Budget]:
    return [budget] if budget.typical is None else [budget, budget.typical]


def _lanes(budget: Budget) -> Table:
    # Lanes that agree in every figure share a row: eight equal rows say less than one.
    rows = []
    for found in _beside(budget):
        groups: dict[tuple[str, ...], list[int]] = {}
        for lane in found.lanes:
            figures = (
                number(lane.optical_loss_db),
                number(lane.rx_oma_dbm),
                number(lane.sensitivity_oma_dbm),
                number(lane.margin_db),
                number(lane.margin_spec_db),
                number(lane.margin_overload_db),
                ratio(lane.log10_ber),
                lane.status,
            )
            groups.setdefault(figures, []).append(lane.lane)
        rows += [[found.corner, _span(lanes), *figures] for figures, lanes in groups.items()]
    heads = ["corner", "lanes", "loss dB", "rx OMA dBm", "sens. dBm", "margin dB", "spec dB", "overload dB", "pre-FEC BER", "status"]
    return Table(heads, rows, "lanes", frozenset(range(2, 9)))


def _ports(budget: Budget) -> Table:
    rows = [
        [
            found.corner,
            str(p.port),
            _span(list(p.lanes)),
            p.code,
            ratio(p.log10_ber),
            ratio(p.log10_codeword),
            ratio(p.log10_frame),
        ]
        for found in _beside(budget)
        for p in found.ports
    ]
    heads = ["corner", "port", "lanes", "code", "BER with segments", "codeword error", "frame loss (64 B)"]
    return Table(heads, rows, "FEC domains", frozenset({4, 5, 6}))


def _energy(budget: Budget) -> Table:
    beside = [found.module for found in _beside(budget)]
    heads = ["block"]
    for found in _beside(budget):
        heads += [f"{found.corner} W", "pJ/bit"]

    def figures(powers: list[float | None]) -> list[str]:
        out = []
        for power, module in zip(powers, beside, strict=True):
            out += [number(power), "" if power is None else number(power / module.payload_gbps * 1e3)]
        return out

    rows = []
    for t in budget.module.energy_terms:
        same = [next((o.power_w for o in m.energy_terms if o.name == t.name), None) for m in beside]
        rows.append([t.name, *figures(same), t.boundary, t.confidence])
    boundary = budget.module.energy_boundary
    rows.append(["module total", *figures([m.power_w for m in beside]), boundary, ""])
    published = beside[-1].published_w
    unexplained = beside[-1].unexplained_w
    if published is not None and unexplained is not None and math.isfinite(unexplained):
        blank = [""] * (2 * len(beside) - 2)
        source = brief(beside[-1].published_source, 40)
        rows.append(["published total (typical)", *blank, number(published), "", boundary, source])
        share = f"{unexplained / published:+.0%} of it"
        rows.append(["unexplained by the blocks", *blank, f"{unexplained:+.2f}", "", boundary, share])
    title = (
        f"power of one module end; pJ per bit of the {budget.module.payload_gbps:.0f} Gb/s payload, transmit and receive"
    )
    return Table([*heads, "boundary", "confidence"], rows, title, frozenset(range(1, 1 + 2 * len(beside))))


def _terms(title: str, corner: str, terms: tuple[Term, ...], typical: tuple[Term, ...]) -> Table:
    """Terms in order, the typical value beside the corner's where there is one."""
    beside = {t.name: t for t in typical}

    def shown(term: Term | None) -> str:
        if term is None:
            return "-"
        return f"{term.value:+.2f}" if term.unit == "dB" and math.isfinite(term.value) else number(term.value)

    rows = []
    for t in terms:
        values = [shown(t), *([shown(beside.get(t.name))] if typical else [])]
        rows.append([t.name, t.plane, *values, t.unit, t.confidence, brief(t.source)])
    heads = ["term", "plane", corner, *(["typ"] if typical else []), "unit", "confidence", "source"]
    return Table(heads, rows, title, frozenset({2, 3} if typical else {2}))


def _compliance(lane: LaneBudget, corner: str, typical: LaneBudget | None) -> Table:
    beside = {} if typical is None else {c.name: c for c in typical.compliance}
    rows = []
    for c in lane.compliance:
        other = [number(beside[c.name].value) if c.name in beside else "-"] if typical is not None else []
        rows.append([c.name, number(c.value), *other, number(c.limit), c.unit, number(c.room), c.confidence])
    heads = ["clause line", corner, *(["typ"] if typical is not None else []), "limit", "unit", "room dB", "confidence"]
    title = "clause lines of the transmitter and channel"
    return Table(heads, rows, title, frozenset({1, 2, 3, 5} if typical is not None else {1, 2, 4}))


def _span(lanes: list[int]) -> str:
    """0,1,2,3 as 0-3."""
    if len(lanes) > 1 and lanes == list(range(lanes[0], lanes[-1] + 1)):
        return f"{lanes[0]}-{lanes[-1]}"
    return ",".join(str(lane) for lane in lanes)
