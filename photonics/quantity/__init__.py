"""Quantities as people write them: "0.35 dB/km", "500 m", "-3 dBm".

A `Dimension` knows its units, the one the specs keep (`unit`), the bounds of possibility and the range
outside of which a value is possible but odd. `parse` reads a string, `convert` a bare number whose unit is
known, `render` writes a value so that `parse` gives back exactly the same float.

Quantities written in dB are kept apart by name (a loss, a return loss, an extinction ratio), because their
bounds and their worst sides differ.
"""

from photonics.quantity.convert import check, convert, dimension_of, parse, render, split
from photonics.quantity.dimension import Dimension, QuantityError
from photonics.quantity.table import DIMENSIONS

__all__ = [
    "DIMENSIONS",
    "Dimension",
    "QuantityError",
    "check",
    "convert",
    "dimension_of",
    "parse",
    "render",
    "split",
]
