"""Touchstone files, version 1: scattering parameters over frequency, read strictly.

The number of ports is the file's ending (`.s4p`: four). Every fault names its line. Nothing is guessed: a
number too few, a frequency out of order or an unknown word is an error, where a lenient reader would shift
all that follows by one place.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photonics.errors import InputError, UnsupportedError, nearest, shown
from photonics.files.text import read_text

LIMIT_BYTES = 32 << 20
MAX_PORTS = 32
MAX_POINTS = 200_000

_UNITS = {"hz": 1.0, "khz": 1e3, "mhz": 1e6, "ghz": 1e9, "thz": 1e12}
_FORMATS = ("ri", "ma", "db")
_PARAMETERS = ("s", "y", "z", "g", "h")
_ENDING = re.compile(r"\.s(\d{1,3})p$", re.IGNORECASE)
_NOISE_COLUMNS = 5  # a two-port file may end in noise parameters: frequency, dB, magnitude, angle, resistance


@dataclass(frozen=True, eq=False)
class Touchstone:
    """One file: `s[k, i, j]` is S of row i+1, column j+1 (from port j+1 to port i+1) at `frequency_hz[k]`.

    `reference_ohm` is that of every port, as the option line gives it. `lines[k]` is the line a point starts
    in, for the messages of whoever checks the values.
    """

    path: str
    frequency_hz: np.ndarray[Any, np.dtype[np.float64]]
    s: np.ndarray[Any, np.dtype[np.complex128]]
    reference_ohm: float
    lines: tuple[int, ...]

    @property
    def ports(self) -> int:
        return int(self.s.shape[1])


def ports_of(path: str | Path) -> int:
    """The number of ports that a file's ending names; `InputError` where it names none."""
    found = _ENDING.search(str(path))
    if not found or not 1 <= int(found[1]) <= MAX_PORTS:
        raise InputError.of(
            str(path),
            "",
            f"a file name ending in {shown(Path(path).suffix)}",
            f".s1p, .s2p, .s4p, ... up to .s{MAX_PORTS}p: the number of ports",
        )
    return int(found[1])


@dataclass(frozen=True)
class _Options:
    factor: float = 1e9
    form: str = "ma"
    reference_ohm: float = 50.0


def _options(words: list[str], where: str) -> _Options:
    """The option line `# <unit> <parameter> <format> R <ohm>`: any order, each once, GHz S MA R 50 if left out."""
    factor, form, ohm = 1e9, "ma", 50.0
    seen: set[str] = set()
    at = 0
    while at < len(words):
        word = words[at].lower()
        if word in _UNITS:
            kind, factor = "unit", _UNITS[word]
        elif word in _FORMATS:
            kind, form = "format", word
        elif word in _PARAMETERS:
            kind = "parameter"
            if word != "s":
                raise UnsupportedError.of(where, "#", f"{word.upper()} parameters", "S parameters")
        elif word == "r":
            kind = "R"
            at += 1
            value = _number(words[at]) if at < len(words) else None
            if value is None or not 0.0 < value < math.inf:
                read = shown(words[at]) if at < len(words) else "nothing after R"
                raise InputError.of(where, "#", read, "the reference resistance in ohm, a number above 0")
            ohm = value
        else:
            choices = (*_UNITS, *_FORMATS, "s", "r")
            raise InputError.of(
                where,
                "#",
                shown(words[at]),
                "an option line such as '# GHz S RI R 50'",
                nearest(word, choices),
            )
        if kind in seen:
            raise InputError.of(where, "#", f"a second {kind} ({shown(words[at])})", "each option once")
        seen.add(kind)
        at += 1
    return _Options(factor, form, ohm)


def _number(word: str) -> float | None:
    """A finite number as the format writes it; None for everything else that Python's `float` accepts."""
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in word else None


def read_touchstone(path: str | Path, limit_bytes: int = LIMIT_BYTES) -> Touchstone:
    """Read a Touchstone file of version 1 with S parameters.

    :raises InputError: a name without ports, no option line, an unknown option, a word that is no number,
        NaN, a count of numbers that does not fit the ports, frequencies that do not ascend, too large.
    :raises UnsupportedError: version 2, and Y, Z, G and H parameters.
    """
    name, ports = str(path), ports_of(path)
    text = read_text(path, limit_bytes)
    size = 2 * ports * ports
    options: _Options | None = None
    option_line = 0
    frequencies: list[float] = []
    lines: list[int] = []
    numbers: list[float] = []
    open_numbers = 0  # of the point being read, its frequency apart
    noise = False
    for count, line in enumerate(text.splitlines(), start=1):
        words = line.partition("!")[0].split()
        if not words:
            continue
        where = f"{name}:{count}"
        if words[0].startswith("["):
            raise UnsupportedError.of(
                where, "", f"the keyword {shown(words[0])} of Touchstone version 2", "version 1: save it so"
            )
        if words[0].startswith("#"):
            first = words[0][1:]
            found = _options(([first] if first else []) + words[1:], where)
            if options is not None and found != options:
                raise InputError.of(
                    where, "#", "a second option line that differs", f"that of line {option_line} alone"
                )
            if options is None and frequencies:
                raise InputError.of(where, "#", "an option line behind data", "before the first number")
            options, option_line = found, option_line or count
            continue
        if options is None:
            raise InputError.of(
                where, "", "data before an option line", "an option line such as '# GHz S RI R 50'"
            )
        values = []
        for word in words:
            value = _number(word)
            if value is None:
                raise InputError.of(where, "", shown(word), "a finite number, or a comment after '!'")
            values.append(value)
        if open_numbers == 0:
            starts_noise = ports == 2 and len(values) == _NOISE_COLUMNS and len(frequencies) > 0
            if noise or (starts_noise and values[0] * options.factor <= frequencies[-1]):
                if len(values) != _NOISE_COLUMNS:
                    raise InputError.of(
                        where, "", f"{len(values)} numbers among noise parameters", f"{_NOISE_COLUMNS} numbers"
                    )
                noise = True  # checked for their count and left out: nothing here asks for them
                continue
            frequency = values[0] * options.factor
            if frequency < 0.0:
                raise InputError.of(where, "frequency", f"{values[0]:g}", "0 or above")
            if frequencies and frequency <= frequencies[-1]:
                raise InputError.of(
                    where,
                    "frequency",
                    f"{values[0]:.9g} after {frequencies[-1] / options.factor:.9g} (line {lines[-1]})",
                    "ascending frequencies, each once",
                )
            if len(frequencies) >= MAX_POINTS:
                raise InputError.of(where, "", f"more than {MAX_POINTS} points", f"at most {MAX_POINTS}")
            frequencies.append(frequency)
            lines.append(count)
            values = values[1:]
        # Pairs never straddle lines, so an odd count betrays the very line that lost a number.
        short = ports <= 2 and len(values) != size
        if len(values) % 2 or open_numbers + len(values) > size or short:
            rest = size - open_numbers
            raise InputError.of(
                where,
                "",
                f"{len(values)} numbers of S parameters",
                f"{rest} in this line" if ports <= 2 else f"pairs, {rest} numbers to the end of this point",
            )
        numbers.extend(values)
        open_numbers = (open_numbers + len(values)) % size
    if options is None or not frequencies:
        raise InputError.of(name, "", "no data", "an option line and S parameters over frequency")
    if open_numbers:
        raise InputError.of(
            f"{name}:{lines[-1]}",
            "",
            f"a last point of {open_numbers} numbers",
            f"{size} numbers for {ports} ports",
        )
    return Touchstone(
        name,
        np.array(frequencies),
        _complex(np.array(numbers), options.form, ports, name, lines),
        options.reference_ohm,
        tuple(lines),
    )


def _complex(
    numbers: np.ndarray[Any, Any], form: str, ports: int, name: str, lines: list[int]
) -> np.ndarray[Any, np.dtype[np.complex128]]:
    """Pairs to S[k, i, j]. Two-port files alone are written S11 S21 S12 S22; all others row by row."""
    pairs = numbers.reshape(-1, ports, ports, 2)
    first, second = pairs[..., 0], pairs[..., 1]
    if form == "ri":
        s = first + 1j * second
    else:
        if form == "ma" and np.any(first < 0.0):
            at = int(np.argwhere(first < 0.0)[0, 0])
            raise InputError.of(f"{name}:{lines[at]}", "", "a negative magnitude", "0 or above, as MA says")
        with np.errstate(over="ignore"):
            magnitude = first if form == "ma" else 10.0 ** (first / 20.0)
        if not np.all(np.isfinite(magnitude)):
            at = int(np.argwhere(~np.isfinite(magnitude))[0, 0])
            raise InputError.of(f"{name}:{lines[at]}", "", "dB beyond all numbers", "S parameters in dB")
        s = magnitude * np.exp(1j * np.deg2rad(second))
    if ports == 2:
        s = np.swapaxes(s, 1, 2)
    return np.ascontiguousarray(s, dtype=np.complex128)
