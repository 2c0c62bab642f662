"""What a number means: its units, its bounds, how it is spelt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

# Decimal factors keep "1.3 um" the float nearest to 1.3e-6; a float product would be off by one in the last
# place.
Factor = Decimal | Callable[[float], float]


class QuantityError(ValueError):
    """A text or number that is no quantity of the wanted dimension: what was read, what is allowed."""

    def __init__(self, read: str, allowed: str, nearest: tuple[str, ...] = ()) -> None:
        self.read, self.allowed, self.nearest = read, allowed, nearest
        message = f"read {read}; allowed: {allowed}"
        super().__init__(message + (f"; nearest: {', '.join(nearest)}" if nearest else ""))


@dataclass(frozen=True)
class Dimension:
    """What a number means: its units, its bounds and how it is spelt.

    `unit` is canonical ("" for a bare number). `low` and `high` are the bounds of possibility, in the
    canonical unit; `above` leaves `low` itself out. `plausible` is the range outside of which a reader should
    look twice. `suffixes` are the key endings that carry a unit (`length_m`). `spread` names the dimension of
    a difference of two values, for standard deviations. `ladder` are the units that `render` chooses from,
    smallest first.
    """

    name: str
    noun: str
    unit: str
    units: dict[str, Factor]
    example: str
    low: float
    high: float
    above: bool = False
    plausible: tuple[float, float] | None = None
    suffixes: dict[str, str] = field(default_factory=dict)
    spread: str = ""
    ladder: tuple[str, ...] = ()
    whole: bool = False

    def limits_text(self) -> str:
        """The bounds in words, as error messages give them."""
        unit = f" {self.unit}" if self.unit else ""
        low = f"above {self.low:g}{unit}" if self.above else f"at least {self.low:g}{unit}"
        return f"{low} and at most {self.high:g}{unit}"

    def allowed_text(self) -> str:
        """What a user may write here."""
        if not self.unit:
            whole = "a whole number" if self.whole else "a number"
            form = f"{whole} without a unit" if len(self.units) == 1 else f"{whole}, or a percentage"
            return f"{self.noun}: {form}, such as {self.example}"
        return f"{self.noun} with its unit, such as '{self.example}'"
