"""``photonics init``: a commented starter design, copied from a shipped one."""

from pathlib import Path

from photonics.catalog.loading import design_text
from photonics.files.write import write_text

STARTER = "1.6T-2xDR4"


def init(path: str | Path, *, base: str = STARTER) -> Path:
    """Write the shipped design ``base`` to ``path`` as a starting point and return the path.

    Nothing is overwritten: an existing file, a missing folder or an unknown design raises ``InputError`` and writes nothing.
    """
    target = Path(path)
    write_text(target, design_text(base))
    return target
