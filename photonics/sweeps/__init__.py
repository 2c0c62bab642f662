"""Many design points at once: axes, plans, reductions and the runner that computes them in blocks."""

from .expanding import columns
from .verbs import open_sweep, sweep

__all__ = ["columns", "open_sweep", "sweep"]
