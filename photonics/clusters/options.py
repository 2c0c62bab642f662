"""The comparison engine: technologies over a cluster, or designs beside each other over one link."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from photonics_kernels import fabric as kernels

from photonics import catalog
from photonics.lower.corner import at
from photonics.results import Budget, weakest
from photonics.spec.cable import CableSpec
from photonics.spec.cluster import ClusterSpec
from photonics.spec.link import LinkSpec
from photonics.spec.switch import SwitchSpec

from .comparison import UNDECIDED, ZERO, Band, Comparison, Option, Share, combined, difference
from .layout import Cables, cables
from .technology import COPPER_STATUS, ENDS, Technology, at_length, band, technology
from .topology import Clos, clos
from .verbs import link_or_cable

FIT_PER_DAY = 24e-9
HOURS_PER_YEAR = 8760.0
HYPOTHESES_NOTE = "hypotheses: assumed or recalled inputs, all at their worst or best end; the others stay in the worst corner"


@dataclass(frozen=True)
class _Floor:
    """What the options share: the cables, the switches, and the cluster that holds the money (None for one link)."""

    cables: Cables
    tree: Clos | None
    switch: SwitchSpec | None
    cluster: ClusterSpec | None


def compare_specs(first: ClusterSpec | LinkSpec | CableSpec, named: Sequence[LinkSpec | CableSpec]) -> Comparison:
    """The comparison engine; ``compare`` is its public face."""
    return _cluster(first, named) if isinstance(first, ClusterSpec) else _single([first, *named])


def _cluster(spec: ClusterSpec, named: Sequence[LinkSpec | CableSpec]) -> Comparison:
    switch = catalog.load_switch(spec.switch)
    tree = clos(
        endpoints=int(spec.gpus), radix=int(switch.radix), leaf_down=int(spec.leaf_down), leaf_up=int(spec.leaf_up),
        tiers=int(spec.tiers),
    )
    floor = _Floor(cables(spec, tree), tree, switch, spec)
    if named:
        lists = [(s.name, [s]) for s in named]
        reference = lists[0][0]
    else:
        lists = [(o.name, [link_or_cable(name) for name in o.links]) for o in spec.options]
        reference = next(o.name for o in spec.options if o.reference)
    # By description, not by name: two files may carry the same name.
    made = {s: technology(s, _phy_reach_m(s), spec) for s in dict.fromkeys(s for _, specs in lists for s in specs)}
    drafts = [_option(name, [made[s] for s in specs], floor) for name, specs in lists]
    notes = (
        "power: links (both ends) and switches at the plug of the IT gear, before PUE; margins: worst corner at the longest cable",
        "bands: every block's spread as independent, in quadrature; differences let the same class of block move together",
        "failures and flaps are those of the links alone",
        "freed power counts once: as extra GPUs, or as lease, or as energy not bought (IT power x PUE at the price per kWh)",
        "copper is placed by length only until the COM engine exists",
        HYPOTHESES_NOTE,
    )
    return _finish(spec.name, spec.about or "", drafts, reference, floor, notes)


def _single(specs: Sequence[LinkSpec | CableSpec]) -> Comparison:
    made = [technology(s, _phy_reach_m(s), None) for s in specs]
    floors = [_Floor(_one_cable(tech.own_length_m), None, None, None) for tech in made]
    drafts = [_option(tech.name, [tech], floor) for tech, floor in zip(made, floors, strict=True)]
    lengths = [tech.own_length_m for tech in made]
    notes = [
        "one link each, both ends; no fabric, so no freed power; prices without the fibre",
        "each at its own length: a design's fibre, the longest cable within a cable's reach; reach: the PHY's, or the cable's band",
    ]
    if len({o.payload_gbps for o in drafts if o.shares}) > 1:
        notes.append("the links do not carry the same payload: compare pJ/bit, not watts")
    notes.append(HYPOTHESES_NOTE)
    about = f"{lengths[0]:g} m" if len(set(lengths)) == 1 else "each at its own length"
    longest = floors[lengths.index(max(lengths))]
    return _finish("one link", about, drafts, specs[0].name, longest, tuple(notes))


def _one_cable(length_m: float) -> Cables:
    return Cables(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.bool_), np.array([length_m]))


def _phy_reach_m(spec: LinkSpec | CableSpec) -> float:
    return math.inf if isinstance(spec, CableSpec) else catalog.phy(spec.phy).require("reach").number


def _option(name: str, techs: Sequence[Technology], floor: _Floor) -> Option:
    installed = floor.cables.installed_m
    n = len(installed)
    need, bought = np.empty((len(techs), n)), np.empty((len(techs), n))
    for i, tech in enumerate(techs):
        stock = np.full(n, math.nan)
        if tech.stock_m:
            kernels.catalogue_lengths_m(installed, np.array(tech.stock_m), stock)
        # Cables are paid for by stock length, past the longest of them (or where there is none) by the length that is laid.
        bought[i] = np.where(np.isnan(stock), installed, stock)
        # The bought copper cable must not exceed the reach; a fibre is judged by its route: the rest is 0.02 dB per 50 m.
        need[i] = installed if tech.optical or not tech.stock_m else np.where(np.isnan(stock), np.inf, stock)
    choice = np.empty(n, dtype=np.int64)
    kernels.first_that_reaches(need, np.array([t.reach.typ for t in techs]), choice)
    unreached = int((choice < 0).sum())
    shares: list[Share] = []
    problems = [_out_of_reach(techs, installed, unreached)] if unreached else []
    unknown: list[str] = []
    blocks: dict[str, Band] = {}
    capex, hard, flaps, energy = [], [], [], []
    latencies, confidences = [], []
    for i, tech in enumerate(techs):
        mine = choice == i
        count = int(mine.sum())
        if count == 0:
            continue
        longest = float(need[i][mine].max())
        found = at_length(tech, longest)
        metres = float(bought[i][mine].sum())
        share = _share(tech, count, longest, metres, found)
        shares.append(share)
        if found is not None and found.module.latency_ns is not None:
            latencies.append(found.module.latency_ns)
        prefix = "" if tech.name == name else f"{tech.name}: "
        if share.undecided:
            unknown.append(prefix + share.status.removeprefix(f"{UNDECIDED}: "))
        elif share.status != "ok":
            problems.append(prefix + share.status)
        elif share.margin_db is not None and share.margin_db < 0.0:
            problems.append(f"{prefix}margin below zero")
        if floor.switch is not None and tech.end_power_w.high > at(floor.switch, "port_power_limit", "typ"):
            problems.append(f"{prefix}{tech.end_power_w.high:.1f} W exceed the port's limit")
        for block, watts in tech.end_blocks_w.items():
            mine_w = watts.times(ENDS * count)
            before = blocks.get(block, ZERO)
            # The same block of two technologies of one option is one class of part: its ends move together.
            blocks[block] = Band(before.typ + mine_w.typ, before.low + mine_w.low, before.high + mine_w.high)
        capex += [tech.price_fixed_usd.times(count), tech.price_per_m_usd.times(metres)]
        hard.append(tech.failure_fit.times(count * FIT_PER_DAY))
        flaps.append(tech.flap_fit.times(count * FIT_PER_DAY))
        energy.append(tech.end_power_w.times(count * 1e12 / tech.payload_bps))
        confidences.append(tech.confidence)
    # What hangs on an engine that is not built is not known to work; what already fails is known not to.
    status = "; ".join([*problems, *([f"{UNDECIDED}: {'; '.join(unknown)}"] if unknown else [])])
    decided = [s for s in shares if not s.undecided]
    margins = [s.margin_db for s in decided if s.margin_db is not None]
    bers = [s.log10_ber for s in decided if s.log10_ber is not None]
    link_power = combined(blocks.values())
    if floor.switch is not None and floor.tree is not None:
        blocks["switch silicon"] = band(floor.switch, "asic_power").times(floor.tree.switches)
        blocks["switch fans, processor, supply"] = band(floor.switch, "base_power").times(floor.tree.switches)
        capex.append(band(floor.switch, "price").times(floor.tree.switches))
    carried = max(n - unreached, 1)
    return Option(
        name=name, ends=_ends(techs, shares),
        feasible=not status, status=status or "ok", shares=tuple(shares), links=n, unreached=unreached,
        reach=max((t.reach for t in techs), key=lambda r: r.typ), blocks=blocks, power=combined(blocks.values()), link_power=link_power, capex=combined(capex),
        energy=combined(energy).times(1.0 / carried), hard_failures=combined(hard), flaps=combined(flaps),
        freed_w=ZERO, extra_gpus=ZERO, extra_gpus_naive=ZERO, lease=ZERO, freed_facility_w=ZERO, energy_value=ZERO,
        worst_margin_db=min(margins) if margins and len(margins) == len(decided) else None,
        log10_worst_ber=max(bers) if bers else None, latency_ns=max(latencies) if latencies else None,
        confidence=weakest(confidences),
    )


def _share(tech: Technology, count: int, longest_m: float, bought_m: float, found: Budget | None) -> Share:
    """One technology's part of an option; ``found`` is its worst-corner budget at the longest of its cables, None for copper."""
    share = Share(
        name=tech.name, end=tech.end, count=count, longest_m=longest_m, bought_m=bought_m, reach=tech.reach,
        payload_gbps=tech.payload_bps / 1e9, link_power_w=tech.end_power_w.typ * ENDS * count, margin_db=None, log10_ber=None, status=COPPER_STATUS,
        assumed_share_power=tech.assumed_share_power,
    )
    if found is None:
        return share
    rests = found.assumptions
    return replace(
        share, status=found.module.status, margin_db=found.module.margin_db, margin_spec_db=found.module.margin_spec_db,
        log10_ber=None if math.isnan(found.module.log10_ber) else found.module.log10_ber,
        margin_assumed_worst_db=None if rests is None else rests.margin_worst_db,
        margin_assumed_best_db=None if rests is None else rests.margin_best_db,
        assumed_share_db=None if rests is None else rests.share,
    )


def _out_of_reach(techs: Sequence[Technology], installed_m: np.ndarray, unreached: int) -> str:
    if len(installed_m) > 1:
        return f"{unreached} of {len(installed_m)} cables out of reach"
    return f"{installed_m[0]:g} m are out of reach: {techs[0].reach.typ:g} m"


def _ends(techs: Sequence[Technology], shares: Sequence[Share]) -> tuple[str, str]:
    """Kind of both ends of most of the option's links (a cable or module has the same kind at both)."""
    kind = max(shares, key=lambda s: s.count).end if shares else techs[0].end
    return kind, kind


def _finish(name: str, about: str, drafts: list[Option], reference: str, floor: _Floor, notes: tuple[str, ...]) -> Comparison:
    base = next(o for o in drafts if o.name == reference)
    options = tuple(o if o is base or floor.cluster is None else _worth(o, base, floor.cluster) for o in drafts)
    pairs = []
    for i, a in enumerate(options):
        for b in options[i + 1 :]:
            apart = difference(_compared(a, floor), _compared(b, floor))
            if a.shares and b.shares and apart.low <= 0.0 <= apart.high:
                pairs.append((a.name, b.name))
    tier = floor.cables.tier
    links = {"endpoint": int((tier == 0).sum()), "fabric": int((tier == 1).sum()), "total": len(tier)}
    tree = floor.tree
    switches = {} if tree is None else {"leaf": tree.leaf, "spine": tree.spine, "total": tree.switches}
    return Comparison(name, about, options, reference, tuple(pairs), links, switches, float(floor.cables.installed_m.max()), notes)


def _compared(option: Option, floor: _Floor) -> dict[str, Band]:
    """What decides between two options: watts of one cluster; without one, watts per payload, since links differ in rate."""
    rate = 1.0 if floor.tree is not None else option.payload_gbps or 1.0
    return {name: watts.times(1.0 / rate) for name, watts in option.blocks.items()}


def _worth(option: Option, base: Option, cluster: ClusterSpec) -> Option:
    """Freed power and what it is worth: dP = P(reference) - P(option), as GPUs (which need ports too), as lease or as energy.

    Exclusive uses: the same megawatt is filled with GPUs, or let, or not drawn at all (then PUE and the price of energy count), but
    only one of them.  A negative value is what the option costs.
    """
    freed = difference(base.blocks, option.blocks)
    gpu = at(cluster, "gpu_power", "typ")
    fabric = option.power.typ / int(cluster.gpus)
    facility = freed.by(band(cluster, "pue"))

    def gpus(each: float) -> Band:
        return Band(*(float(math.floor(w / each)) for w in (freed.typ, freed.low, freed.high)))

    return replace(
        option, freed_w=freed, extra_gpus=gpus(gpu + fabric), extra_gpus_naive=gpus(gpu),
        lease=freed.times(1e-6).by(band(cluster, "lease_value")),
        freed_facility_w=facility, energy_value=facility.times(1e-3 * HOURS_PER_YEAR).by(band(cluster, "energy_price")),
    )
