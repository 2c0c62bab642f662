"""Rules of presence that sections share: which keys go together, which exclude each other."""

from collections.abc import Iterator

from photonics.spec.scalar import Fault


def exactly_one(has: frozenset[str], *names: str) -> Iterator[Fault]:
    """A fault unless exactly one of the names is given."""
    given = [name for name in names if name in has]
    if len(given) > 1:
        yield Fault((given[-1],), f"{' and '.join(given)} together", f"exactly one of {', '.join(names)}")
    elif not given:
        yield Fault((), f"neither {' nor '.join(names)}", f"exactly one of {', '.join(names)}")


def both_or_neither(has: frozenset[str], first: str, second: str) -> Iterator[Fault]:
    """A fault if one of the two names is given without the other."""
    for name, other in ((first, second), (second, first)):
        if name in has and other not in has:
            yield Fault((name,), f"{name} without {other}", f"{first} and {second} together, or neither")


def needs(has: frozenset[str], why: str, names: tuple[str, ...]) -> Iterator[Fault]:
    """A fault for each of the names that is not given, though `why` needs it."""
    for name in names:
        if name not in has:
            yield Fault((), f"nothing for {name}", f"{name}, which {why} needs")


def refuses(has: frozenset[str], why: str, names: tuple[str, ...]) -> Iterator[Fault]:
    """A fault for each of the names that is given, though it says nothing about `why`."""
    for name in names:
        if name in has:
            yield Fault((name,), f"{name} for {why}", f"{name} only where it has a meaning")


def total_or_coefficient(has: frozenset[str]) -> Iterator[Fault]:
    """A fault unless a loss is given as a total, or as a coefficient with its length."""
    yield from exactly_one(has, "loss", "attenuation")
    if "attenuation" in has and "length" not in has:
        yield Fault(
            ("attenuation",),
            "attenuation without length",
            "attenuation and length together, or the total loss",
        )
