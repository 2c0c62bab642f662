"""Does a sweep fit?  Disk and memory are counted before anything is computed, and a refusal says what to reduce."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from photonics.errors import InputError

if TYPE_CHECKING:
    from .chunks import Chunks
    from .plan import Plan

VALUE, STATUS = 8, 1  # bytes of an output and of the status of a point
CSV_CELL = 20  # characters of a number with all its digits, and the comma
# A chunk exists as blocks, joined, and compressed, for a moment all at once; a kernel holds its columns.
COPIES = 3


def size(count: float) -> str:
    """Bytes for people, in decimal units as disks are sold."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 999.5:
            return f"{count:.3g} {unit}"
        count /= 1000.0
    return f"{count:.3g} PB"


def disk(plan: "Plan", folder: Path, points: int) -> None:
    """Refuses to begin what the disk of ``folder`` cannot hold.  Counted without compression, which may well be nothing.

    :raises InputError: with the size, what is free, and what to reduce.
    """
    if not plan.keep:
        return
    needed = points * (VALUE * len(plan.outputs) + STATUS)
    there = folder if folder.exists() else folder.parent
    free = shutil.disk_usage(there).free
    if needed > free:
        read = f"{points} points of {len(plan.outputs)} outputs, {size(needed)}"
        allowed = f"at most {size(free)}, which is free there: fewer points, fewer outputs, or keep = \"none\" (reductions only)"
        raise InputError.of(str(folder), "points", read, allowed)


def export(plan: "Plan", path: Path) -> None:
    """The same for an exported file: text at its longest, Parquet without compression.

    :raises InputError: with the size, what is free, and what to reduce.
    """
    columns = len(plan.paths) + len(plan.outputs) + 1 + (len(plan.variants[0]) if plan.variants else 0)
    needed = plan.points * columns * (CSV_CELL if path.suffix == ".csv" else VALUE)
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        read = f"{plan.points} points of {columns} columns, up to {size(needed)}"
        raise InputError.of(str(path), "points", read, f"at most {size(free)}, which is free there: fewer points or outputs")


def memory(plan: "Plan", chunks: "Chunks", tasks: int, outputs: bool) -> None:
    """Refuses a run whose chunks under way would not fit into the memory that is free.

    :raises InputError: with the size, what is free, and what to reduce.
    """
    columns = len(plan.paths) + (len(plan.outputs) + 1 if outputs else 1)
    points = chunks.points(0) if outputs else chunks.block
    needed = tasks * points * columns * VALUE * COPIES
    free = available()
    if free is not None and needed > free:
        read = f"{tasks} tasks at once of {points} points and {columns} columns, {size(needed)}"
        raise InputError.of("", "workers", read, f"at most {size(free)}, which is free: fewer workers or fewer outputs")


def available() -> int | None:
    """Bytes of memory that can be had without pushing anything out; None where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
