"""A measured response as a table: CSV with a header that names columns and units.

    frequency_ghz, magnitude_db, phase_deg
    0.1, 0.00, -0.6
    0.2, -0.01, -1.2

Magnitudes are ELECTRICAL decibels, 20 log10 of a ratio of currents or voltages, as a network analyser shows
S21 of a modulator (E/O) or of a photodiode (O/E). Optical decibels (10 log10 of the modulated power) are half
of that: double them first. Blank lines and lines that begin with '#' are skipped.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photonics.errors import InputError, Problem, nearest, shown
from photonics.files.text import read_text

LIMIT_BYTES = 8 << 20
MAX_POINTS = 200_000

_FREQUENCY = {"frequency_hz": 1.0, "frequency_mhz": 1e6, "frequency_ghz": 1e9}
_DELAY = {"group_delay_s": 1.0, "group_delay_ns": 1e-9, "group_delay_ps": 1e-12}
_COLUMNS = (*_FREQUENCY, "magnitude_db", "phase_deg", *_DELAY, "real", "imag")
_ALLOWED = "frequency_ghz, magnitude_db and phase_deg or group_delay_ps; or frequency_ghz, real, imag"


@dataclass(frozen=True, eq=False)
class ResponseTable:
    """`magnitude` (a ratio) and `phase_rad` (not unwrapped; None: the file has none) over `frequency_hz`.

    `line_of_first` is the line of the first point.
    """

    path: str
    frequency_hz: np.ndarray[Any, np.dtype[np.float64]]
    magnitude: np.ndarray[Any, np.dtype[np.float64]]
    phase_rad: np.ndarray[Any, np.dtype[np.float64]] | None
    line_of_first: int


def _header(words: list[str], where: str) -> None:
    problems = [
        Problem(where, "", f"the column {shown(word)}", _ALLOWED, nearest(word, _COLUMNS))
        for word in words
        if word not in _COLUMNS
    ]
    problems += [
        Problem(where, word, "a column given twice", "each once")
        for word in dict.fromkeys(words)
        if words.count(word) > 1
    ]
    if problems:
        raise InputError(problems)
    have = set(words)
    polar = "magnitude_db" in have
    fits = (
        len(have & _FREQUENCY.keys()) == 1
        and polar != ("real" in have)
        and ("real" in have) == ("imag" in have)
        and len(have & {"phase_deg", *_DELAY}) <= (1 if polar else 0)
    )
    if not fits:
        raise InputError.of(where, "", f"the columns {', '.join(words)}", _ALLOWED)


def read_response_table(path: str | Path, limit_bytes: int = LIMIT_BYTES) -> ResponseTable:
    """Read a response from CSV.

    A group delay tau becomes the phase -2 pi times its integral over frequency (trapezoids), with the first
    delay down to 0 Hz and phase 0 there.

    :raises InputError: unknown or missing columns, a row of another length, a word that is no finite number,
        a magnitude beyond +-400 dB, a negative frequency, frequencies that do not ascend, no rows.
    """
    name = str(path)
    words: list[str] = []
    rows: list[list[float]] = []
    line_of_first = 0
    at = 0
    for count, line in enumerate(read_text(path, limit_bytes).splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{name}:{count}"
        cells = [cell.strip() for cell in line.split(",")]
        if not words:
            words = [cell.lower() for cell in cells]
            _header(words, where)
            at = next(i for i, word in enumerate(words) if word in _FREQUENCY)
            continue
        if len(cells) != len(words):
            raise InputError.of(
                where, "", f"{len(cells)} values", f"{len(words)}, one for each column, split by commas"
            )
        row = [_value(cell, word, where) for cell, word in zip(cells, words, strict=True)]
        if row[at] < 0.0:
            raise InputError.of(where, words[at], f"{row[at]:g}", "0 or above")
        if rows and row[at] <= rows[-1][at]:
            read = f"{row[at]:.9g} after {rows[-1][at]:.9g}"
            raise InputError.of(where, words[at], read, "ascending frequencies, each once")
        if len(rows) >= MAX_POINTS:
            raise InputError.of(where, "", f"more than {MAX_POINTS} points", f"at most {MAX_POINTS}")
        line_of_first = line_of_first or count
        rows.append(row)
    if not rows:
        raise InputError.of(name, "", "no data", f"a header ({_ALLOWED}) and one row for each frequency")
    column = dict(zip(words, np.array(rows).T, strict=True))
    frequency_hz = column[words[at]] * _FREQUENCY[words[at]]
    if "real" in column:
        value = column["real"] + 1j * column["imag"]
        return ResponseTable(name, frequency_hz, np.abs(value), np.angle(value), line_of_first)
    magnitude = 10.0 ** (column["magnitude_db"] / 20.0)
    phase: np.ndarray[Any, Any] | None = None
    delay = next((word for word in words if word in _DELAY), "")
    if "phase_deg" in column:
        phase = np.deg2rad(column["phase_deg"])
    elif delay:
        tau_s = column[delay] * _DELAY[delay]
        areas = np.diff(frequency_hz) * (tau_s[1:] + tau_s[:-1]) / 2.0
        phase = -2.0 * math.pi * np.concatenate(([0.0], np.cumsum(areas)))
        phase -= 2.0 * math.pi * frequency_hz[0] * tau_s[0]
    return ResponseTable(name, frequency_hz, magnitude, phase, line_of_first)


def _value(cell: str, word: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in cell:
        raise InputError.of(where, word, shown(cell), "a finite number with a decimal point")
    if word == "magnitude_db" and abs(value) > 400.0:
        raise InputError.of(where, word, shown(cell), "electrical dB, from -400 to 400")
    return value
