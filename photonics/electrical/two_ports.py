"""Algebra of two-ports: mixed mode, another reference, cascade, the voltage passed on.

Source: IEEE 802.3 Annex 93A (93A-18), read in a public implementation of COM; the mixed-mode and renormalisation
formulas follow from the definition of power waves with real references.
"""

from typing import Any

import numpy as np

from photonics.electrical.measured import S11, S12, S21, S22, Complexes, TwoPort
from photonics.errors import InputError


def differential(s: np.ndarray[Any, Any], ports: tuple[int, ...]) -> Complexes:
    """The differential two-port (4, K) of S[k, i, j] with `ports` = (in +, in -, out +, out -), counted from 1.

    sdd of the pairs (a, c) to (b, d): (S_ba - S_bc - S_da + S_dc)/2; likewise for the other three. Its
    reference is twice that of one port. Conversion to the common mode is left out.
    """
    a, c, b, d = (port - 1 for port in ports)

    def between(out: tuple[int, int], into: tuple[int, int]) -> np.ndarray[Any, Any]:
        plus, minus = out
        first, second = into
        total = s[:, plus, first] - s[:, plus, second] - s[:, minus, first] + s[:, minus, second]
        return np.asarray(total / 2.0)

    near, far = (a, c), (b, d)
    return np.stack([between(near, near), between(near, far), between(far, near), between(far, far)])


def renormalised(two_port: TwoPort, reference_ohm: float) -> TwoPort:
    """The same two-port in another real reference, both ports alike.

    S' = (S - g)(1 - g S)^-1 with g = (R' - R)/(R' + R): the change of reference is a mismatch at each port.
    """
    if reference_ohm == two_port.reference_ohm:
        return two_port
    g = (reference_ohm - two_port.reference_ohm) / (reference_ohm + two_port.reference_ohm)
    s11, s12, s21, s22 = two_port.s
    below = (1.0 - g * s11) * (1.0 - g * s22) - g * g * s12 * s21
    out = np.stack(
        [
            ((s11 - g) * (1.0 - g * s22) + g * s12 * s21) / below,
            s12 * (1.0 - g * g) / below,
            s21 * (1.0 - g * g) / below,
            ((s22 - g) * (1.0 - g * s11) + g * s12 * s21) / below,
        ]
    )
    note = f"brought from {two_port.reference_ohm:g} to {reference_ohm:g} ohm"
    return TwoPort(
        two_port.source, two_port.frequency_hz, out, reference_ohm, (*two_port.notes, note)
    )


def cascaded(first: TwoPort, *others: TwoPort) -> TwoPort:
    """Two-ports one after the other with their reflections, in the reference and on the grid of the first.

    d = 1/(1 - A22 B11): S11 = A11 + A12 A21 B11 d, S12 = A12 B12 d, S21 = A21 B21 d, S22 = B22 + B21 B12 A22 d.

    :raises InputError: grids that differ.
    """
    total, reference_ohm = first.s, first.reference_ohm
    sources, notes = [first.source], list(first.notes)
    for other in others:
        if not np.array_equal(other.frequency_hz, first.frequency_hz):
            raise InputError.of(
                other.source, "", "two-ports on frequencies that differ", "one grid for all of a cascade"
            )
        b = renormalised(other, reference_ohm)
        bounce = 1.0 / (1.0 - total[S22] * b.s[S11])
        total = np.stack(
            [
                total[S11] + total[S12] * total[S21] * b.s[S11] * bounce,
                total[S12] * b.s[S12] * bounce,
                total[S21] * b.s[S21] * bounce,
                b.s[S22] + b.s[S21] * b.s[S12] * total[S22] * bounce,
            ]
        )
        sources.append(other.source)
        notes.extend(b.notes)
    return TwoPort(", ".join(sources), first.frequency_hz, total, reference_ohm, tuple(notes))


def voltage_transfer(two_port: TwoPort, source_ohm: float, load_ohm: float) -> Complexes:
    """TWICE the load voltage over the source's open voltage, as COM counts: 1 for a matched lossless through.

    H = S21 (1 - G1)(1 + G2) / (1 - S11 G1 - S22 G2 - S12 S21 G1 G2 + S11 S22 G1 G2), G1 and G2 the reflections of
    the source's and the load's resistance. At DC a lossless two-port gives 2 RL/(RS + RL). Source: 93A-18.
    """
    reference_ohm = two_port.reference_ohm
    g1 = (source_ohm - reference_ohm) / (source_ohm + reference_ohm)
    g2 = (load_ohm - reference_ohm) / (load_ohm + reference_ohm)
    s11, s12, s21, s22 = two_port.s
    below = 1.0 - s11 * g1 - s22 * g2 + (s11 * s22 - s12 * s21) * g1 * g2
    return np.asarray(s21 * (1.0 - g1) * (1.0 + g2) / below)
