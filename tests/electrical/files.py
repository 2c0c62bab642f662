"""Small measured files, written from formulas: the recipe of a cable assembly, filters, and their broken copies.

The lines are those of IEEE 802.3 Annex 93A with the coefficients of an open example (CC0); computed here as chain
matrices, which the package does not use.
"""

import numpy as np

STEP_HZ, END_HZ = 40e6, 80e9
GRID = {"symbol_rate_hz": 106.25e9, "frequency_hz": np.arange(0, 2 * 64 + 1) * 106.25e9 / 128}  # to 106.25 GHz


def frequencies(step_hz=STEP_HZ, end_hz=END_HZ, first_hz=0.0):
    return first_hz + np.arange(round((end_hz - first_hz) / step_hz) + 1) * step_hz


def _line(f_hz, impedance, length_mm, a1, a2, tau):
    f = np.maximum(f_hz / 1e9, 1e-12)
    gamma = a1 * (1 + 1j) * np.sqrt(f) + a2 * (1 - 2j / np.pi * np.log(f)) * f + 2j * np.pi * tau * f
    gamma = np.where(f_hz == 0, 0, gamma)
    u = gamma * length_mm
    return np.array([[np.cosh(u), impedance * np.sinh(u)], [np.sinh(u) / impedance, np.cosh(u)]])


def _shunt(f_hz, capacitance_f):
    one, zero = np.ones(f_hz.size, complex), np.zeros(f_hz.size, complex)
    return np.array([[one, zero], [2j * np.pi * f_hz * capacitance_f, one]])


def _series(f_hz, inductance_h):
    one, zero = np.ones(f_hz.size, complex), np.zeros(f_hz.size, complex)
    return np.array([[one, 2j * np.pi * f_hz * inductance_h], [zero, one]])


def cable(f_hz, length_mm=1000.0, reference=50.0):
    """S[k, 2, 2] of one leg: board, connector, cable, connector, board."""
    board = dict(a1=3.8206e-4, a2=9.5909e-5, tau=5.79e-3)
    parts = [
        _line(f_hz, 49.0, 30.0, **board),
        _shunt(f_hz, 3.2e-14), _series(f_hz, 0.10e-9), _shunt(f_hz, 3.2e-14),
        _line(f_hz, 50.5, length_mm, 8.421e-5, 3.554e-6, 4.4e-3),
        _shunt(f_hz, 2.8e-14), _series(f_hz, 0.095e-9), _shunt(f_hz, 2.8e-14),
        _line(f_hz, 48.5, 30.0, **board),
    ]
    total = parts[0]
    for part in parts[1:]:
        total = np.einsum("ijk,jlk->ilk", total, part)
    a, b, c, d = total[0, 0], total[0, 1] / reference, total[1, 0] * reference, total[1, 1]
    below = a + b + c + d
    return np.moveaxis(np.array([[a + b - c - d, 2 * np.ones_like(a)], [2 * np.ones_like(a), -a + b - c + d]]) / below, 2, 0)


def pair(two, order=(1, 3, 2, 4)):
    """Two uncoupled equal legs as S[k, 4, 4]; `order`: the file's ports of (in +, in -, out +, out -)."""
    s = np.zeros((two.shape[0], 4, 4), complex)
    for into, out in ((order[0], order[2]), (order[1], order[3])):
        s[:, into - 1, into - 1], s[:, out - 1, into - 1] = two[:, 0, 0], two[:, 1, 0]
        s[:, into - 1, out - 1], s[:, out - 1, out - 1] = two[:, 0, 1], two[:, 1, 1]
    return s


def matched(h):
    """A reciprocal two-port of this transfer that reflects nothing."""
    s = np.zeros((h.size, 2, 2), complex)
    s[:, 0, 1] = s[:, 1, 0] = h
    return s


def write_touchstone(path, f_hz, s, options="# GHz S RI R 50", form="RI"):
    n = s.shape[1]
    lines = ["! written by a test", options]
    for f, m in zip(f_hz, s, strict=True):
        m = m.T if n == 2 else m
        values = m.ravel()
        if form == "RI":
            one, two = values.real, values.imag
        else:
            with np.errstate(divide="ignore"):
                one = np.abs(values) if form == "MA" else np.maximum(20 * np.log10(np.abs(values)), -300.0)
            two = np.degrees(np.angle(values))
        words = [f"{a:.12g} {b:.12g}" for a, b in zip(one, two, strict=True)]
        per_line = n if n <= 4 else 4
        if n <= 2:
            lines.append(f"{f / 1e9:.9g} " + " ".join(words))
            continue
        for row in range(n):
            for at in range(0, n, per_line):
                head = f"{f / 1e9:.9g} " if row == at == 0 else "  "
                lines.append(head + " ".join(words[row * n + at : row * n + min(at + per_line, n)]))
    path.write_text("\n".join(lines) + "\n")
    return path


def write_table(path, f_hz, h, phase=True):
    head = "frequency_ghz,magnitude_db" + (",phase_deg" if phase else "")
    rows = [
        f"{f / 1e9:.9g},{20 * np.log10(max(abs(v), 1e-15)):.9g}" + (f",{np.degrees(np.angle(v)):.9g}" if phase else "")
        for f, v in zip(f_hz, h, strict=True)
    ]
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def pole(f_hz, bandwidth_hz, delay_s=0.0):
    return np.exp(-2j * np.pi * f_hz * delay_s) / (1 + 1j * f_hz / bandwidth_hz)


def butterworth(f_hz, bandwidth_hz, delay_s=0.0):
    s = 1j * f_hz / bandwidth_hz
    return np.exp(-2j * np.pi * f_hz * delay_s) / (s**2 + 0.7653668647 * s + 1) / (s**2 + 1.8477590650 * s + 1)
