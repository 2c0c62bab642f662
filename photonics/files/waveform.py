"""Captured waveforms: one column of power over time, from .npy, .csv or .h5.

A .csv may have a header, comment lines that begin with '#', and a time column before the power; the time is looked at only to refuse
samples that are not evenly spaced.  An .h5 file holds one one-dimensional dataset, or the path names it: ``capture.h5:channel1/power``.
"""

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from photonics.errors import InputError, shown
from photonics.files.text import read_bytes, read_text

LIMIT_BYTES = 1 << 30
MAX_SAMPLES = 1 << 27
ENDINGS = (".npy", ".csv", ".h5", ".hdf5")
TOLERANCE_STEP = 1e-3

Array = np.ndarray[Any, np.dtype[np.float64]]


def read_waveform(path: str | Path) -> Array:
    """The samples of a file as float64, one dimension, all finite.

    :raises InputError: no such file, another ending, no numbers, more than one column of values, NaN or Inf (with its place), an .h5 file
        without the package h5py.
    """
    name = str(path)
    file, _, inside = name.partition(".h5:") if ".h5:" in name else (name, "", "")
    ending = ".h5" if inside else Path(file).suffix.lower()
    if ending not in ENDINGS:
        raise InputError.of(name, "", f"a file that ends with {shown(ending)}", "a waveform: " + ", ".join(ENDINGS))
    readers: dict[str, Callable[[], Any]] = {
        ".npy": lambda: _npy(name), ".csv": lambda: _csv(name), ".h5": lambda: _h5(file + ".h5" if inside else file, inside),
        ".hdf5": lambda: _h5(file, ""),
    }  # fmt: skip
    return checked(readers[ending](), name)


def checked(values: Any, name: str) -> Array:
    """``values`` as one column of finite float64; a single row or column of a table counts as one."""
    found = np.asarray(values)
    if found.dtype.kind not in "iuf":
        raise InputError.of(name, "", f"values of the type {found.dtype}", "real numbers")
    if found.ndim == 2 and 1 in found.shape:
        found = found.reshape(-1)
    if found.ndim != 1 or not found.size:
        raise InputError.of(name, "", f"an array of the shape {found.shape}", "one column of samples")
    if found.size > MAX_SAMPLES:
        raise InputError.of(name, "", f"{found.size} samples", f"at most {MAX_SAMPLES}")
    samples = np.ascontiguousarray(found, dtype=np.float64)
    bad = ~np.isfinite(samples)
    if bad.any():
        first = int(np.argmax(bad))
        raise InputError.of(name, f"sample {first}", f"{samples[first]} ({int(bad.sum())} of {samples.size} samples)", "finite numbers")
    return samples


def _npy(name: str) -> Any:
    data = read_bytes(name, LIMIT_BYTES)
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, OSError, EOFError) as fault:
        raise InputError.of(name, "", f"no NumPy array ({fault})", "one array of numbers, saved by numpy.save") from None


def _csv(name: str) -> Any:
    lines = [line for line in read_text(name, LIMIT_BYTES).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if lines and not _is_number(lines[0].split(",")[-1]):
        del lines[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = np.loadtxt(lines, delimiter=",", ndmin=2)
    except ValueError as fault:
        raise InputError.of(name, "", f"a line that holds no numbers ({fault})", "power, or time and power, split by commas") from None
    if table.shape[1] > 2 or not table.size:
        raise InputError.of(name, "", f"{table.shape[1]} columns", "power, or time and power")
    if table.shape[1] == 2 and len(table) > 2:
        steps = np.diff(table[:, 0])
        middle = float(np.median(steps))
        if not middle > 0.0 or float(np.abs(steps - middle).max()) > TOLERANCE_STEP * middle:
            raise InputError.of(name, "time", f"steps from {steps.min():g} to {steps.max():g}", "evenly spaced, rising times")
    return table[:, -1]


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _h5(name: str, inside: str) -> Any:
    if not Path(name).is_file():
        raise InputError.of(name, "", "no such file", "a file that exists")
    try:
        import h5py
    except ImportError:
        raise InputError.of(name, "", "no package h5py", "the package h5py: pip install 'photonics-interconnect[capture]'") from None
    try:
        with h5py.File(name, "r") as file:
            names: list[str] = []
            file.visititems(lambda key, item: names.append(key) if isinstance(item, h5py.Dataset) and item.ndim <= 2 else None)
            if inside or len(names) == 1:
                wanted = inside or names[0]
                if wanted not in names:
                    raise InputError.of(name, "dataset", shown(wanted), "one of " + ", ".join(names[:20]))
                return file[wanted][()]
    except OSError as fault:
        raise InputError.of(name, "", f"no HDF5 file ({fault})", "an HDF5 file") from None
    raise InputError.of(name, "dataset", f"{len(names)} datasets", f"one, or its name: {name}:NAME with " + ", ".join(names[:20]))
