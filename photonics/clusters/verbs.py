"""``photonics compare``: reads what it was given, and only then loads the engine (which brings Numba)."""

from photonics import catalog
from photonics.errors import InputError, shown
from photonics.links import explain as explain_link
from photonics.results import Explanation
from photonics.spec.cable import CableSpec
from photonics.spec.cluster import ClusterSpec
from photonics.spec.corner import check_corner
from photonics.spec.link import LinkSpec

from .comparison import Comparison


def compare(design: str | ClusterSpec | LinkSpec | CableSpec, *others: str | LinkSpec | CableSpec) -> Comparison:
    """Put technologies beside each other.

    A cluster (catalog name, file or spec) is compared over the options it lists, or over ``others`` if links or cables are named
    after it, one option each, the first of them the reference.  Several links or cables without a cluster are compared as one link
    each, over its own length: a design's fibre, the longest cable within a cable's reach; there is no freed power then.  Power is
    what the links (and, in a column of its own, links and switches) draw at the plug of the IT gear; margins are worst-corner, at
    the longest cable of each technology; bands combine independent spreads in quadrature.  An option is feasible only where that
    is known: copper, and designs that an engine not built yet would have to decide, are undecided.  Raises ``InputError`` for anything that cannot be read or compared.
    """
    first = catalog.load(design) if isinstance(design, str) else design
    if not isinstance(first, ClusterSpec | LinkSpec | CableSpec):
        raise InputError.of("", "compare", shown(getattr(first, "name", design)), "a cluster, links or cables")
    named = [link_or_cable(o) for o in others]
    from .options import compare_specs

    return compare_specs(first, named)


def link_or_cable(named: str | LinkSpec | CableSpec) -> LinkSpec | CableSpec:
    """A link or cable by name, file or spec; anything else is an ``InputError``."""
    spec = catalog.load(named) if isinstance(named, str) else named
    if not isinstance(spec, LinkSpec | CableSpec):
        raise InputError.of("", "compare", shown(getattr(spec, "name", named)), "the name of a link design or a cable here")
    return spec


def explain(design: str | LinkSpec | ClusterSpec, term: str | None = None, *, corner: str = "worst") -> Explanation:
    """Equation, inputs and sources behind any number of a link (worst lane, in a corner) or of a cluster's comparison.

    ``term`` keeps the terms whose name contains it, case ignored; an unknown one raises ``InputError`` with the nearest names.
    A cluster is explained at typical values: its options' power, price, failures and worth, down to blocks and scalars.
    """
    check_corner(corner)
    spec = catalog.load(design) if isinstance(design, str) else design
    if isinstance(spec, LinkSpec):
        return explain_link(spec, term, corner=corner)
    if not isinstance(spec, ClusterSpec):
        named = shown(getattr(spec, "name", design))
        raise InputError.of("", "explain", named, "a link or a cluster (catalog show gives the values of anything else)")
    from .explaining import explain_cluster

    return explain_cluster(spec).only(term)
