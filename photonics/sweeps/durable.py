"""Files that are there or not: written beside their name, forced to disk, renamed; and what to say when a disk is full."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from photonics.errors import InputError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def put(path: Path, text: str) -> None:
    """Replace a file by ``text``, all of it or nothing, and on disk before this returns.

    :raises OSError: as the system gives it; the file is then what it was.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, permissions())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    force(path.parent)


def permissions(full: int = 0o666) -> int:
    """What the user's mask leaves of ``full``: the temporary files of the library are private, results should not be."""
    mask = os.umask(0)
    os.umask(mask)
    return full & ~mask


def force(path: Path) -> None:
    """Put a file's data, or a folder's names, on disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows keeps the names of a folder itself
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def force_all(folder: Path) -> None:
    """Put a folder and all below it on disk."""
    for here, _, names in os.walk(folder):
        for name in names:
            force(Path(here, name))
        force(Path(here))


@contextmanager
def told(where: object, state: str) -> Iterator[None]:
    """Turns a refusal of the file system into an ``InputError`` that says in which ``state`` it leaves what was being written."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise InputError.of(str(where), "", f"a full disk ({fault.strerror}); {state}", "room on the disk") from fault
        reason = fault.strerror or type(fault).__name__
        raise InputError.of(str(where), "", f"a place that cannot be written ({reason}); {state}", "a writable place") from fault
