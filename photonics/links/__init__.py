"""Answers about one link: budget, error ratio, post-FEC figures, energy, explanation."""

from .verbs import ber, budget, explain, eye, fec

__all__ = ["ber", "budget", "explain", "eye", "fec"]
