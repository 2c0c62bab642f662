"""The comparison engine: technologies over a cluster, or designs beside each other over one link."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from photonics_kernels import fabric as kernels

from photonics import catalog
from photonics.lower.corner import at
from photonics.results import weakest
from photonics.spec.cable import CableSpec
from photonics.spec.cluster import ClusterSpec
from photonics.spec.link import LinkSpec
from photonics.spec.switch import SwitchSpec

from .comparison import ZERO, Band, Comparison, Option, Share, combined, difference
from .layout import Cables, cables
from .technology import ENDS, UNDECIDED, Technology, at_length, band, technology
from .topology import Clos, clos
from .verbs import link_or_cable

FIT_PER_DAY = 24e-9


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
    made = {s.name: _make(s, floor) for _, specs in lists for s in specs}
    drafts = [_option(name, [made[s.name] for s in specs], floor) for name, specs in lists]
    notes = (
        "power: links (both ends) and switches at the plug of the IT gear, before PUE; margins: worst corner at the longest cable",
        "bands: every block's spread as independent, in quadrature; differences let the same class of block move together",
        "failures and flaps are those of the links alone",
        "copper is placed by length only until the COM engine exists",
    )
    return _finish(spec.name, spec.about or "", drafts, reference, floor, notes)


def _single(specs: Sequence[LinkSpec | CableSpec]) -> Comparison:
    optical = next((s for s in specs if isinstance(s, LinkSpec)), None)
    length = 1.0 if optical is None else math.fsum(e.count * at(e, "length", "worst") for e in optical.path if e.kind == "fibre")
    one = Cables(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.bool_), np.array([length]))
    floor = _Floor(one, None, None, None)
    drafts = [_option(s.name, [_make(s, floor)], floor) for s in specs]
    notes = ("one link; power: both ends; no fabric, so no freed power; prices without the fibre",)
    return _finish("one link", f"{length:g} m", drafts, specs[0].name, floor, notes)


def _make(spec: LinkSpec | CableSpec, floor: _Floor) -> Technology:
    reach = math.inf if isinstance(spec, CableSpec) else catalog.phy(spec.phy).require("reach").number
    return technology(spec, reach, floor.cluster)


def _option(name: str, techs: Sequence[Technology], floor: _Floor) -> Option:
    installed = floor.cables.installed_m
    n = len(installed)
    need = np.empty((len(techs), n))
    for i, tech in enumerate(techs):
        if tech.optical or not tech.stock_m:
            need[i] = installed
        else:
            # A copper cable is bought in stock lengths: the bought one must not exceed the reach.
            bought = np.empty(n)
            kernels.catalogue_lengths_m(installed, np.array(tech.stock_m), bought)
            need[i] = np.where(np.isnan(bought), np.inf, bought)
    choice = np.empty(n, dtype=np.int64)
    kernels.first_that_reaches(need, np.array([t.reach_m for t in techs]), choice)
    unreached = int((choice < 0).sum())
    shares, problems = [], [f"{unreached} of {n} cables out of reach"] if unreached else []
    blocks: dict[str, Band] = {}
    capex, hard, flaps, energy = [], [], [], []
    margins, bers, latencies, confidences = [], [], [], []
    for i, tech in enumerate(techs):
        mine = choice == i
        count = int(mine.sum())
        if count == 0:
            continue
        longest = float(need[i][mine].max())
        found = at_length(tech, longest)
        status = UNDECIDED if found is None else found.module.status
        margin = None if found is None else found.module.margin_db
        log10_ber = None if found is None else found.module.log10_ber
        if found is not None:
            bers.append(found.module.log10_ber)
            margins.append(-math.inf if margin is None else margin)
            if found.module.latency_ns is not None:
                latencies.append(found.module.latency_ns)
            if status != "ok":
                problems.append(f"{tech.name}: {status}")
            elif margin is not None and margin < 0.0:
                problems.append(f"{tech.name}: margin below zero")
        if floor.switch is not None and tech.end_power_w.high > at(floor.switch, "port_power_limit", "typ"):
            problems.append(f"{tech.name}: {tech.end_power_w.high:.1f} W exceed the port's limit")
        shares.append(Share(tech.name, tech.end, count, longest, margin, log10_ber, status))
        for block, watts in tech.end_blocks_w.items():
            mine_w = watts.times(ENDS * count)
            before = blocks.get(block, ZERO)
            # The same block of two technologies of one option is one class of part: its ends move together.
            blocks[block] = Band(before.typ + mine_w.typ, before.low + mine_w.low, before.high + mine_w.high)
        metres = float(need[i][mine].sum())
        capex += [tech.price_fixed_usd.times(count), tech.price_per_m_usd.times(metres)]
        hard.append(tech.failure_fit.times(count * FIT_PER_DAY))
        flaps.append(tech.flap_fit.times(count * FIT_PER_DAY))
        energy.append(tech.end_power_w.times(count * 1e12 / tech.payload_bps))
        confidences.append(tech.confidence)
    link_power = combined(blocks.values())
    if floor.switch is not None and floor.tree is not None:
        blocks["switch silicon"] = band(floor.switch, "asic_power").times(floor.tree.switches)
        blocks["switch fans, processor, supply"] = band(floor.switch, "base_power").times(floor.tree.switches)
        capex.append(band(floor.switch, "price").times(floor.tree.switches))
    carried = max(n - unreached, 1)
    return Option(
        name=name, ends=_ends(techs, shares),
        feasible=not problems, status="ok" if not problems else "; ".join(problems), shares=tuple(shares), links=n,
        unreached=unreached, blocks=blocks, power=combined(blocks.values()), link_power=link_power, capex=combined(capex),
        energy=combined(energy).times(1.0 / carried), hard_failures=combined(hard), flaps=combined(flaps),
        freed_w=ZERO, extra_gpus=ZERO, extra_gpus_naive=ZERO, lease=ZERO,
        worst_margin_db=None if not margins or min(margins) == -math.inf else min(margins),
        log10_worst_ber=max(bers) if bers else None, latency_ns=max(latencies) if latencies else None,
        confidence=weakest(confidences),
    )


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
            apart = difference(a.blocks, b.blocks)
            if apart.low <= 0.0 <= apart.high:
                pairs.append((a.name, b.name))
    tier = floor.cables.tier
    links = {"endpoint": int((tier == 0).sum()), "fabric": int((tier == 1).sum()), "total": len(tier)}
    tree = floor.tree
    switches = {} if tree is None else {"leaf": tree.leaf, "spine": tree.spine, "total": tree.switches}
    return Comparison(name, about, options, reference, tuple(pairs), links, switches, float(floor.cables.installed_m.max()), notes)


def _worth(option: Option, base: Option, cluster: ClusterSpec) -> Option:
    """Freed power and what it is worth: dP = P(reference) - P(option), as GPUs (which need ports too) or as lease.

    Exclusive uses: the same megawatt is filled with GPUs or let, not both.  A negative value is what the option costs.
    """
    freed = difference(base.blocks, option.blocks)
    gpu = at(cluster, "gpu_power", "typ")
    fabric = option.power.typ / int(cluster.gpus)
    lease = band(cluster, "lease_value")

    def gpus(each: float) -> Band:
        return Band(*(float(math.floor(w / each)) for w in (freed.typ, freed.low, freed.high)))

    money = [freed.low * v * 1e-6 for v in (lease.low, lease.high)] + [freed.high * v * 1e-6 for v in (lease.low, lease.high)]
    return replace(
        option, freed_w=freed, extra_gpus=gpus(gpu + fabric), extra_gpus_naive=gpus(gpu),
        lease=Band(freed.typ * lease.typ * 1e-6, min(money), max(money)),
    )
