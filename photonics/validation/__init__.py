"""Published, measured and independent cases against the models: one adapter per kind of case."""

from .cases import validate
from .verdicts import CaseResult, Validation

__all__ = ["CaseResult", "Validation", "validate"]
