"""The corners and ages a design is looked at in; their names belong to the description, not to an engine."""

from photonics.errors import InputError, nearest, shown

CORNERS = ("worst", "typ", "best")
LIVES = ("begin", "end")


def check_corner(corner: str) -> str:
    """``corner`` itself if it is one of worst, typ, best; ``InputError`` otherwise."""
    if corner not in CORNERS:
        raise InputError.of(
            "", "corner", shown(corner), "one of worst, typ, best", nearest(str(corner), CORNERS)
        )
    return corner


def check_life(life: str) -> str:
    """``life`` itself if it is begin or end; ``InputError`` otherwise."""
    if life not in LIVES:
        raise InputError.of("", "life", shown(life), "begin or end", nearest(str(life), LIVES))
    return life
