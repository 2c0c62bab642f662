"""Optical interconnects from a design file to loss, power per bit and error ratio, and to a cluster's comparison.

    import photonics as ph
    ph.budget("1.6T-2xDR4")                 # loss waterfall, margins, FEC, energy of a link
    ph.ber("1.6T-2xDR4", target_ber=2.28e-4)
    ph.eye("1.6T-2xDR4")                    # sub-eyes, bathtub, taps: the statistical eye of a lane
    ph.tdecq("capture.npy", baud_gbd=106.25, samples_per_ui=32)  # the IEEE penalty of a waveform
    ph.compare("pod-1024")                  # technologies over a cluster
    ph.sweep("sweep.toml", output="points") # millions of points; ph.open_sweep("points") gives them as a Dataset
    ph.study("yield", "1.6T-2xDR4")         # what yields, what matters, what is best
    ph.catalog.show("800GBASE-DR4")         # every number with its source

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "InputError": "photonics.errors",
    "PhotonicsError": "photonics.errors",
    "UnsupportedError": "photonics.errors",
    "ber": "photonics.links",
    "budget": "photonics.links",
    "clos": "photonics.clusters",
    "compare": "photonics.clusters",
    "explain": "photonics.clusters",
    "eye": "photonics.links",
    "fat_tree": "photonics.clusters",
    "fec": "photonics.links",
    "init": "photonics.catalog.starter",
    "load": "photonics.catalog",
    "open_sweep": "photonics.sweeps",
    "study": "photonics.studies",
    "sweep": "photonics.sweeps",
    "tdecq": "photonics.links",
    "validate": "photonics.validation",
    "warm": "photonics.sweeps.warming",
}
_ROOMS = ("catalog", "clusters", "links", "quantity", "reports", "results", "spec", "studies", "sweeps", "validation")

__all__ = [
    "InputError",
    "PhotonicsError",
    "UnsupportedError",
    "__version__",
    "ber",
    "budget",
    "catalog",
    "clos",
    "clusters",
    "compare",
    "explain",
    "eye",
    "fat_tree",
    "fec",
    "init",
    "links",
    "load",
    "open_sweep",
    "quantity",
    "reports",
    "results",
    "spec",
    "studies",
    "study",
    "sweep",
    "sweeps",
    "tdecq",
    "validate",
    "validation",
    "warm",
]

if TYPE_CHECKING:
    from photonics import (
        catalog,
        clusters,
        links,
        quantity,
        reports,
        results,
        spec,
        studies,
        sweeps,
        validation,
    )
    from photonics.catalog import load
    from photonics.catalog.starter import init
    from photonics.clusters import clos, compare, explain, fat_tree
    from photonics.errors import InputError, PhotonicsError, UnsupportedError
    from photonics.links import ber, budget, eye, fec, tdecq
    from photonics.studies import study
    from photonics.sweeps import open_sweep, sweep
    from photonics.sweeps.warming import warm
    from photonics.validation import validate


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        value = getattr(import_module(_WHERE[name]), name)
    elif name in _ROOMS:
        value = import_module(f"photonics.{name}")
    else:
        raise AttributeError(f"module 'photonics' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
