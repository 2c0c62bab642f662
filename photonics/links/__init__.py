"""Answers about one link: budget, error ratio, post-FEC figures, energy, explanation."""

from .verbs import ber, budget, explain, eye, fec, tdecq

__all__ = ["ber", "budget", "explain", "eye", "fec", "tdecq"]
