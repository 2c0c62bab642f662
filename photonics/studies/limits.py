"""Limits on outputs, as sweeps read them, with the room that each leaves: positive where it holds."""

from collections.abc import Mapping, Sequence

import numpy as np

from photonics.errors import InputError
from photonics.results.evaluator import Evaluator
from photonics.spec.scalar import Fault
from photonics.sweeps.limits import Limit, read_limit


def read_limits(evaluator: Evaluator, texts: Sequence[str]) -> tuple[Limit, ...]:
    """Limits from texts such as ``margin_db >= 0``, in their order.

    :raises InputError: a text of another form, an unknown output, the same limit twice.
    """
    if isinstance(texts, str):
        texts = (texts,)
    limits: list[Limit] = []
    for text in texts:
        found = read_limit(text, evaluator.outputs)
        if isinstance(found, Fault):
            raise InputError.of("", "limit", found.read, found.allowed, found.nearest)
        if found in limits:
            raise InputError.of("", "limit", f"{found}, twice", "each limit once")
        limits.append(found)
    return tuple(limits)


def slack(limit: Limit, outputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """How much room a limit leaves: 0 or more where it holds, NaN where there is no output."""
    found = outputs[limit.output]
    return found - limit.value if limit.at_least else limit.value - found


def slacks(limits: Sequence[Limit], outputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Slack of every limit at every point: limits by points."""
    count = len(outputs["status"])
    return np.stack([slack(limit, outputs) for limit in limits]) if limits else np.empty((0, count))
