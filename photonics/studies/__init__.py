"""What yields, what matters and what is best: studies of any design that can be evaluated at many points.

    from photonics import studies
    studies.yields("1.6T-2xDR4", ["margin_db >= 0", "laser_room_db >= 0"])      # share of draws, worst case beside statistics
    studies.sensitivity("1.6T-2xDR4", "margin_db", sobol=4096)                  # gradient, tornado, Sobol indices
    studies.inverse("1.6T-2xDR4", "margin_db", "fibre.length")                  # largest reach
    studies.optimum("1.6T-2xDR4", minimise="power_w", axes=..., limits=["margin_db >= 1"])
    studies.pareto("1.6T-2xDR4", minimise=["energy_pj_per_bit"], maximise=["margin_db"], choices={"design": [...]})

A study knows no link: it speaks to an evaluator (``photonics.results.evaluator``) through plans (``photonics.sweeps``), and takes a
design's name, a file or an evaluator alike.
"""

from .inverse import Inverse, inverse
from .optimum import Optimum, optimum
from .pareto import Pareto, pareto
from .sensitivity import Sensitivities, sensitivity
from .surface import Surface, surface
from .verbs import study
from .yield_answers import Yield
from .yields import yields

__all__ = [
    "Inverse",
    "Optimum",
    "Pareto",
    "Sensitivities",
    "Surface",
    "Yield",
    "inverse",
    "optimum",
    "pareto",
    "sensitivity",
    "study",
    "surface",
    "yields",
]
