"""``study``: one word for all studies, as the command line has it."""

from typing import Any

from photonics.errors import InputError, nearest, shown

from .inverse import inverse
from .optimum import optimum
from .pareto import pareto
from .sensitivity import sensitivity
from .surface import surface
from .yields import yields

STUDIES: dict[str, Any] = {
    "yield": yields,
    "sensitivity": sensitivity,
    "optimum": optimum,
    "pareto": pareto,
    "inverse": inverse,
    "map": surface,
}


def study(kind: str, design: Any, *arguments: Any, **options: Any) -> Any:
    """A study of a design: ``study("yield", "1.6T-2xDR4", ["margin_db >= 0"], points=100_000)``.

    :param kind: yield, sensitivity, optimum, pareto, inverse, map; the options are those of ``photonics.studies.yields`` and its sisters.
    :raises InputError: an unknown study, or whatever the study refuses.
    """
    if kind not in STUDIES:
        raise InputError.of("", "study", shown(kind), ", ".join(STUDIES), nearest(str(kind), STUDIES))
    return STUDIES[kind](design, *arguments, **options)
