"""Writing without half-written files: the text goes to a neighbour first and then takes the name in one step."""

import os
import tempfile
from pathlib import Path

from photonics.errors import InputError


def write_text(path: str | Path, text: str, *, overwrite: bool = False) -> Path:
    """Write `text` as UTF-8 to `path`, all of it or nothing.

    The file is built beside its target, so that the final step is a rename within one file system. An
    existing file is kept unless `overwrite` says otherwise; then its permissions are kept.

    :raises InputError: the file exists, the folder does not, or the place is not writable.
    """
    target = Path(path)
    where = str(path)
    if target.is_dir():
        raise InputError.of(where, "", "a directory", "a file name")
    if target.exists() and not overwrite:
        raise InputError.of(where, "", "a file that exists already", "a new name, or leave to overwrite")
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.name[:80]}.", suffix=".part"
        )
        with open(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes private files; a new result should be as readable as any other file of the user.
        os.chmod(temporary, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        if overwrite:
            os.replace(temporary, target)
        else:
            # A link fails if somebody made the file in the meantime, a replace would not.
            try:
                os.link(temporary, target)
            except FileExistsError:
                raise InputError.of(
                    where, "", "a file that exists already", "a new name, or leave to overwrite"
                ) from None
            except OSError:
                os.replace(temporary, target)
    except FileNotFoundError:
        raise InputError.of(where, "", "a folder that does not exist", "an existing folder") from None
    except UnicodeEncodeError:
        raise InputError.of(where, "", "text that is not Unicode", "text that UTF-8 can hold") from None
    except OSError as fault:
        raise InputError.of(
            where, "", f"a place that cannot be written ({fault.strerror})", "a writable file"
        ) from None
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
