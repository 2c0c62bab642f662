"""Text files with limits: what cannot be read is an `InputError` that says why, before anything is parsed."""

import os
import stat
from pathlib import Path

from photonics.errors import InputError

LIMIT_BYTES = 1 << 20

_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\xef\xbb\xbf", "UTF-8"))


def _refuse(path: str, read: str, allowed: str) -> InputError:
    return InputError.of(path, "", read, allowed)


def read_bytes(path: str | Path, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """The bytes of a regular file of at most `limit_bytes`.

    The size is asked before reading, and the read itself is bounded too, because a file can grow in between.
    Devices and pipes are refused: they have no size and may never end.
    """
    name = str(path)
    if "\0" in name:
        raise _refuse(name.replace("\0", "\\0"), "a file name with a null character", "a path")
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise _refuse(name, "a directory", "a file")
        if not stat.S_ISREG(status.st_mode):
            raise _refuse(name, "a device or pipe", "a regular file")
        if status.st_size > limit_bytes:
            raise _refuse(name, f"a file of {status.st_size} bytes", f"at most {limit_bytes} bytes")
        with open(path, "rb") as stream:
            data = stream.read(limit_bytes + 1)
    except FileNotFoundError:
        raise _refuse(name, "no such file", "a file that exists") from None
    except PermissionError:
        raise _refuse(name, "a file without read permission", "a readable file") from None
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        raise _refuse(name, f"a file that cannot be opened ({reason})", "a readable file") from None
    if len(data) > limit_bytes:
        raise _refuse(name, f"a file of more than {limit_bytes} bytes", f"at most {limit_bytes} bytes")
    return data


def read_text(path: str | Path, limit_bytes: int = LIMIT_BYTES) -> str:
    """The text of a UTF-8 file of at most `limit_bytes`; a byte order mark of UTF-8 is dropped.

    :raises InputError: missing, unreadable, a directory, too large, empty, binary, or not UTF-8.
    """
    name = str(path)
    data = read_bytes(path, limit_bytes)
    if not data.strip():
        raise _refuse(
            name, "an empty file" if not data else "a file of blanks only", "a UTF-8 text file with content"
        )
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            if encoding != "UTF-8":
                raise _refuse(name, f"a file in {encoding}", "UTF-8 text")
            data = data[len(mark) :]
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise _refuse(f"{name}:{line}", "a binary file (it holds a null byte)", "UTF-8 text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise _refuse(
            f"{name}:{line}", f"the byte 0x{data[fault.start]:02x}, which is not UTF-8", "UTF-8 text"
        ) from None
