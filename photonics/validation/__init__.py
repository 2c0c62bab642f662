"""Published, measured and independent cases against the models: one adapter per kind of case."""

from .cases import CaseResult, Validation, validate

__all__ = ["CaseResult", "Validation", "validate"]
