"""The doors of this room: a file's name and a grid in, checked values out."""

import re
from pathlib import Path

import numpy as np

from photonics.electrical import checks
from photonics.electrical.causal import minimum_phase
from photonics.electrical.measured import S21, Beyond, Floats, GridResponse, MeasuredResponse, Phase, TwoPort
from photonics.electrical.on_grid import response_on_grid, to_dc, two_port_on_grid
from photonics.electrical.two_ports import differential, voltage_transfer
from photonics.errors import InputError, shown
from photonics.files.response_table import read_response_table
from photonics.files.touchstone import Touchstone, read_touchstone

Ports = tuple[int, ...] | None


def load_transfer(
    path: str | Path,
    *,
    ports: Ports,
    frequency_hz: Floats,
    symbol_rate_hz: float,
    source_ohm: float | None,
    load_ohm: float | None,
    beyond: Beyond | None,
    phase: Phase | None,
    passive: bool,
) -> GridResponse:
    """A transfer from a CSV table or a Touchstone file, checked, on `frequency_hz` (ascending, from 0, in Hz).

    Touchstone: the voltage that a source of `source_ohm` drives into `load_ohm` (93A-18; the file's reference where
    None), 1 for a matched lossless through; differential ohms where `ports` names two pairs. CSV: the
    table's own ratio, and `ports`, `source_ohm`, `load_ohm` must be None. `ports`: (in, out) or (in +, in -, out +,
    out -), counted from 1; None is (1, 2) for a two-port file and an error for more. `phase`: "minimum" builds the
    minimum phase of a table that has none. `passive` asks for |S| <= 1 and S12 = S21, and for a delay >= 0.

    The values are as measured: divide by `values[0]` for a response relative to DC.

    :raises InputError: what the readers and `checks` refuse, and options that do not fit the file.
    """
    source = str(path)
    if Path(path).suffix.lower() == ".csv":
        for name, value in (("ports", ports), ("source_ohm", source_ohm), ("load_ohm", load_ohm)):
            if value is not None:
                read = f"{value} for a table, which holds one transfer"
                raise InputError.of(source, name, read, "a Touchstone file, or leave it out")
        response = _table(path, phase, symbol_rate_hz)
        if passive:
            checks.check_passive_transfer(response)
        _checked(response, symbol_rate_hz, absolute=False)
    else:
        if phase == "minimum":
            raise InputError.of(source, "phase", "minimum, and the file has a phase", "leave it out")
        two_port = _touchstone(path, ports)
        pair = tuple(two_port.reference_ohm if ohm is None else ohm for ohm in (source_ohm, load_ohm))
        checks.check_resistances(pair, source, ("source_ohm", "load_ohm"))
        _checked_two_port(two_port, symbol_rate_hz, passive)
        values = voltage_transfer(two_port, *pair)
        note = f"voltage transfer from {pair[0]:g} to {pair[1]:g} ohm"
        response = MeasuredResponse.of(source, two_port.frequency_hz, values, (*two_port.notes, note))
    return response_on_grid(response, frequency_hz, symbol_rate_hz / 2.0, beyond=beyond)


def load_two_port(
    path: str | Path,
    *,
    ports: Ports,
    frequency_hz: Floats,
    symbol_rate_hz: float,
    beyond: Beyond | None,
    passive: bool = True,
) -> TwoPort:
    """A Touchstone file as one two-port on `frequency_hz`, for cascades; options as for `load_transfer`.

    Its `reference_ohm` is the differential one (twice the file's) where `ports` names two pairs.
    """
    two_port = _touchstone(path, ports)
    _checked_two_port(two_port, symbol_rate_hz, passive)
    return two_port_on_grid(two_port, frequency_hz, symbol_rate_hz / 2.0, beyond=beyond)


def _touchstone(path: str | Path, ports: Ports) -> TwoPort:
    """The two-port between the named ports; a single-ended choice leaves the others in the file's reference."""
    if not re.search(r"\.s\d+p$", str(path), re.IGNORECASE):
        read = f"a file ending in {shown(Path(path).suffix)}"
        raise InputError.of(str(path), "file", read, ".csv, or .s2p, .s4p, ... (Touchstone)")
    file = read_touchstone(path)
    if file.ports < 2:
        raise InputError.of(file.path, "", "a file of one port", "at least two ports: a path has two ends")
    if ports is None and file.ports > 2:
        raise InputError.of(
            file.path,
            "ports",
            f"nothing, and the file has {file.ports} ports",
            "(in +, in -, out +, out -), such as [1, 3, 2, 4] where 1 leads to 2 and 3 to 4, or (in, out)",
        )
    chosen = (1, 2) if ports is None else tuple(ports)
    checks.check_ports(file, chosen, 4 if file.ports > 2 and len(chosen) != 2 else 2)
    checks.check_port_order(file, chosen)
    return _between(file, chosen)


def _between(file: Touchstone, ports: tuple[int, ...]) -> TwoPort:
    if len(ports) == 4:
        s = differential(file.s, ports)
        note = f"differential, ports {list(ports)} as (in +, in -, out +, out -)"
        return TwoPort(file.path, file.frequency_hz, s, 2.0 * file.reference_ohm, (note,))
    a, b = (port - 1 for port in ports)
    s = np.stack([file.s[:, a, a], file.s[:, a, b], file.s[:, b, a], file.s[:, b, b]])
    note = f"ports {list(ports)} as (in, out)"
    return TwoPort(file.path, file.frequency_hz, s, file.reference_ohm, (note,))


def _table(path: str | Path, phase: Phase | None, symbol_rate_hz: float) -> MeasuredResponse:
    table = read_response_table(path)
    if not table.magnitude.max() > 0.0:
        raise InputError.of(table.path, "", "a magnitude of 0 throughout", "a response")
    if table.phase_rad is not None:
        if phase == "minimum":
            raise InputError.of(table.path, "phase", "minimum, and the table has a phase", "leave it out")
        return MeasuredResponse(
            table.path, table.frequency_hz, table.magnitude, np.unwrap(table.phase_rad)
        )
    if phase != "minimum":
        raise InputError.of(
            table.path,
            "",
            "magnitudes without a phase",
            'a column phase_deg or group_delay_ps, or `phase = "minimum"` to build the phase from the magnitude',
        )
    bare = MeasuredResponse(
        table.path, table.frequency_hz, table.magnitude, np.zeros_like(table.magnitude)
    )
    # The phase at one frequency depends on the magnitudes at all others, so a file cut too low has none.
    checks.check_last(bare, symbol_rate_hz)
    checks.check_first(bare, symbol_rate_hz / 2.0)
    whole = to_dc(bare)
    built = minimum_phase(whole.frequency_hz, whole.magnitude)
    notes = (*whole.notes, "no phase in the file: minimum phase built from the magnitude, as asked")
    return MeasuredResponse(table.path, whole.frequency_hz, whole.magnitude, built, notes)


def _checked(response: MeasuredResponse, symbol_rate_hz: float, *, absolute: bool) -> None:
    nyquist_hz = symbol_rate_hz / 2.0
    checks.check_last(response, symbol_rate_hz)
    checks.check_first(response, nyquist_hz)
    whole = to_dc(response)
    checks.check_causal(whole, absolute)
    checks.check_points(whole, nyquist_hz)


def _checked_two_port(two_port: TwoPort, symbol_rate_hz: float, passive: bool) -> None:
    if not np.abs(two_port.s[S21]).max() > 0.0:
        raise InputError.of(two_port.source, "ports", "nothing that passes from in to out", "a through path")
    if passive:
        checks.check_passive(two_port)
        checks.check_reciprocal(two_port)
    through = MeasuredResponse.of(two_port.source, two_port.frequency_hz, two_port.s[S21], two_port.notes)
    _checked(through, symbol_rate_hz, absolute=passive)
