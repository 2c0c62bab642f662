"""Electrical two-ports and measured responses: read, checked, and put on a frequency grid without silent extrapolation."""

from .load import load_transfer, load_two_port
from .measured import GridResponse, TwoPort

__all__ = ["GridResponse", "TwoPort", "load_transfer", "load_two_port"]
