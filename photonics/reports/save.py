"""Figures as files: png, svg or pdf by suffix, all of the file or nothing."""

import os
import secrets
from pathlib import Path

from matplotlib.figure import Figure

from photonics.errors import InputError, nearest, shown

from .style import rendered

SUFFIXES = (".png", ".svg", ".pdf")


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure to `path`; its suffix says how.  An older file of that name is replaced, in one step.

    The bytes are complete before the disk is touched and go to a neighbour first, so that a reader sees the
    old file or the new one.  The same figure gives the same bytes: no date, no version, no random
    identifiers.

    :returns: the path.
    :raises InputError: another suffix, a folder that does not exist, or a place that cannot be written.
    """
    target = Path(path)
    where = str(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        read = shown(target.suffix) if target.suffix else f"{shown(target.name)}, which has no suffix"
        raise InputError.of(where, "suffix", read, ", ".join(SUFFIXES), nearest(suffix, SUFFIXES))
    if not target.parent.is_dir():
        read = f"{shown(str(target.parent))}, which does not exist"
        raise InputError.of(where, "folder", read, "an existing folder")
    if target.is_dir():
        raise InputError.of(where, "", "a folder", "the name of a file")
    data = rendered(figure, suffix[1:])
    neighbour = target.with_name(f".{target.name[:80]}.{secrets.token_hex(6)}.part")
    try:
        # "x": the umask decides who may read the file, and nobody's file of that name can be hit.
        with open(neighbour, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(neighbour, target)
    except OSError as fault:
        read = f"a place that cannot be written ({fault.strerror})"
        raise InputError.of(where, "", read, "a file that can be written") from None
    finally:
        neighbour.unlink(missing_ok=True)
    return target
