"""What was measured, as values: a transfer, a two-port, and what either becomes on a grid.

Convention exp(+j w t): a delay is exp(-j 2 pi f tau). Arrays are NumPy's and are not written to.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Complexes = np.ndarray[Any, np.dtype[np.complex128]]
Beyond = Literal["zero", "trend"]
Phase = Literal["measured", "minimum"]

S11, S12, S21, S22 = 0, 1, 2, 3  # rows of a two-port, as photonics_kernels.line has them


@dataclass(frozen=True, eq=False)
class MeasuredResponse:
    """A transfer H over the frequencies of `source` (a file's name): `magnitude` a ratio, `phase_rad` unwrapped.

    `notes` say what was done to it so far, in words.
    """

    source: str
    frequency_hz: Floats
    magnitude: Floats
    phase_rad: Floats
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> Complexes:
        turned: Complexes = self.magnitude * np.exp(1j * self.phase_rad)
        return turned

    @classmethod
    def of(
        cls, source: str, frequency_hz: Floats, values: Complexes, notes: tuple[str, ...] = ()
    ) -> "MeasuredResponse":
        """From complex values; the phase is unwrapped from point to point."""
        return cls(source, frequency_hz, np.abs(values), np.unwrap(np.angle(values)), notes)


@dataclass(frozen=True, eq=False)
class TwoPort:
    """S11, S12, S21, S22 as the rows of `s` (4, K) over `frequency_hz`, both ports in `reference_ohm`.

    From four single-ended ports the reference is the differential one, twice that of the file; from a
    two-port file it is what the file says.
    """

    source: str
    frequency_hz: Floats
    s: Complexes
    reference_ohm: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class GridResponse:
    """A transfer on the grid asked for: `values`, as measured (not divided by the value at DC), and a `note`.

    `memory_s`: the shortest time after the main arrival that holds 99.9 % of the response's energy. A
    grid of step df repeats after 1/df, so a longer memory folds back onto the pulse.
    """

    frequency_hz: Floats
    values: Complexes
    note: str
    memory_s: float
