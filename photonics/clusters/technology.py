"""What one cable of a technology is: watts and dollars at both ends, failures, margin at a length."""

import math
from dataclasses import dataclass, replace

from photonics.links import budget
from photonics.links.assumptions import HYPOTHESES
from photonics.lower.corner import at
from photonics.results import Budget, weakest
from photonics.spec.cable import CableSpec
from photonics.spec.cluster import ClusterSpec
from photonics.spec.link import LinkSpec
from photonics.spec.scalar import Scalar

from .comparison import UNDECIDED, ZERO, Band, combined

ENDS = 2
COPPER_STATUS = f"{UNDECIDED}: reach by length only, the electrical margin needs the COM engine"


def band(section: object, field: str, factor: float = 1.0) -> Band:
    """Typical value and both ends of a scalar, in its canonical unit times ``factor``; zero where the field is absent."""
    scalar = getattr(section, field)
    if scalar is None:
        return ZERO
    return Band(scalar.typ * factor, scalar.low * factor, scalar.high * factor)


@dataclass(frozen=True)
class Technology:
    """One entry of an option's list: a cable or a module with fibre."""

    name: str
    end: str
    optical: bool
    reach: Band
    stock_m: tuple[float, ...]
    end_blocks_w: dict[str, Band]  # power of one end, block by block
    assumed_w: float  # what of it rests on hypotheses, typical values
    payload_bps: float
    price_fixed_usd: Band  # both ends of one link, less what grows with length
    price_per_m_usd: Band
    failure_fit: Band  # whole link
    flap_fit: Band
    confidence: str
    worst: Budget | None  # the design's own worst corner, for the launch set point
    spec: LinkSpec | CableSpec

    @property
    def end_power_w(self) -> Band:
        """Power of one end, its blocks independent."""
        return combined(self.end_blocks_w.values())

    @property
    def assumed_share_power(self) -> float | None:
        """The part of an end's typical watts whose inputs are assumed or recalled; None for an end that draws nothing."""
        total = self.end_power_w.typ
        return self.assumed_w / total if total > 0.0 else None

    @property
    def own_length_m(self) -> float:
        """How long one link of this kind is by itself: a design's fibre, the longest bought cable within a cable's reach."""
        if isinstance(self.spec, LinkSpec):
            return fibre_m(self.spec)
        return max((m for m in self.stock_m if m <= self.reach.typ), default=self.reach.typ)


def fibre_m(spec: LinkSpec) -> float:
    """Metres of fibre in a design's own path, at the worse end of each length."""
    return math.fsum(e.count * at(e, "length", "worst") for e in spec.path if e.kind == "fibre")


def technology(spec: LinkSpec | CableSpec, reach_m: float, cluster: ClusterSpec | None) -> Technology:
    """Both ends of a link of this kind.  ``reach_m`` is the PHY's reach for a module (a cable has its own)."""
    if isinstance(spec, CableSpec):
        power = band(spec, "power_per_end")
        return Technology(
            spec.name, spec.technology, False, band(spec, "reach"), tuple(spec.stock_lengths_m), {"cable ends": power},
            power.typ if spec.power_per_end.confidence in HYPOTHESES else 0.0, at(spec, "payload_rate", "typ"),
            band(spec, "price_fixed"), band(spec, "price_per_m"), band(spec, "failure_rate"), band(spec, "flap_rate"),
            weakest((spec.power_per_end.confidence, spec.reach.confidence)), None, spec,
        )
    worst = budget(spec, corner="worst")  # it has the typical corner beside it
    corners = {"typ": worst.typical or budget(spec, corner="typ"), "best": budget(spec, corner="best"), "worst": worst}
    blocks: dict[str, Band] = {}
    assumed_w = 0.0
    for term in corners["typ"].module.energy_terms:
        if term.boundary == "module":
            assumed_w += term.power_w if term.confidence in HYPOTHESES else 0.0
            values = [t.power_w for c in ("typ", "best", "worst") for t in corners[c].module.energy_terms if t.name == term.name]
            blocks[term.name] = Band(values[0], min(values), max(values))
    price = band(spec.module, "price").times(ENDS)
    per_m = ZERO
    stock: tuple[float, ...] = ()
    fibre = ZERO
    if cluster is not None:
        fibre = band(cluster.layout, "fibre_price_fixed")
        per_m = band(cluster.layout, "fibre_price_per_m")
        stock = tuple(cluster.layout.fibre_stock_lengths_m)
    return Technology(
        spec.name, spec.technology, True, Band(reach_m, reach_m, reach_m), stock, blocks, assumed_w,
        at(spec.signal, "payload_rate", "typ"), combined([price, fibre]), per_m,
        band(spec.module, "failure_rate").times(ENDS), band(spec.module, "flap_rate").times(ENDS),
        weakest(t.confidence for t in corners["typ"].module.energy_terms), worst, spec,
    )


def at_length(tech: Technology, length_m: float) -> Budget | None:
    """Worst-corner budget of a module over ``length_m`` of its fibre; the set point stays that of the module's own design.

    Connectors and other joints stay as the design has them.  None for copper.
    """
    if not isinstance(tech.spec, LinkSpec) or tech.worst is None:
        return None
    total = fibre_m(tech.spec)
    path = tuple(
        e.model_copy(update={"length": _scalar(e.length, at(e, "length", "worst") * length_m / total, "cluster layout")})
        if e.kind == "fibre" and e.length is not None and total > 0.0
        else e
        for e in tech.spec.path
    )
    launch = tech.spec.launch
    if launch.oma_outer is None:  # a stated launch, with its range, is what it is at any length
        some = tech.spec.laser.power_max  # any level scalar serves as the mould of the stated set point
        level = _scalar(some, tech.worst.module.launch_oma_dbm, "set point of the module's own design")
        launch = launch.model_copy(update={"solve": False, "margin_target": None, "oma_outer": level})
    return budget(tech.spec.model_copy(update={"path": path, "launch": launch}), corner="worst")


def _scalar(like: Scalar, value: float, source: str) -> Scalar:
    return replace(like, typ=value, low=value, high=value, source=source, confidence="derived", note="")
