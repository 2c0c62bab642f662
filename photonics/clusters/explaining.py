"""Where the numbers of a comparison come from: power, price and failures of every option, down to blocks and scalars."""

from photonics import catalog
from photonics.links import budget
from photonics.lower.corner import as_input
from photonics.results import Explanation, Input, Term, number
from photonics.spec.cable import CableSpec
from photonics.spec.cluster import ClusterSpec
from photonics.spec.link import LinkSpec

from .comparison import Comparison, Option, Share
from .options import FIT_PER_DAY, HOURS_PER_YEAR
from .technology import ENDS
from .verbs import compare, link_or_cable


def explain_cluster(spec: ClusterSpec) -> Explanation:
    """Terms of every option of a cluster: equation, inputs and their sources; a link's own terms are those of its ``explain``."""
    found = compare(spec)
    terms: list[Term] = []
    for option, listed in zip(found.options, spec.options, strict=True):
        made = {each.name: each for each in map(link_or_cable, listed.links)}
        for share in option.shares:
            terms += _share(option, share, made[share.name], spec)
        terms += _switches(option, found, spec)
        terms += _worth(option, found, spec)
    return Explanation(found.name, "typ", tuple(terms))


def _share(option: Option, share: Share, made: LinkSpec | CableSpec, spec: ClusterSpec) -> list[Term]:
    count = Input("cables", str(share.count), "layout of the cluster: first technology that reaches", "derived")
    metres = Input("metres bought", f"{number(share.bought_m, 1)} m", "layout of the cluster, by stock length", "derived")
    head = f"{option.name}: {share.name}"
    fibre: list[Term] = []
    if isinstance(made, LinkSpec):
        module = budget(made, corner="typ").module
        watts = module.power_w
        power = tuple(
            Input(t.name, f"{number(t.power_w)} W", t.source, t.confidence) for t in module.energy_terms if t.boundary == "module"
        )
        price: tuple[Input, ...] = (as_input(made.module, "price", "typ"),) if made.module.price is not None else ()
        failures = (as_input(made.module, "failure_rate", "typ"),) if made.module.failure_rate is not None else ()
        fit = 0.0 if made.module.failure_rate is None else ENDS * made.module.failure_rate.typ
        money = 0.0 if made.module.price is None else ENDS * made.module.price.typ
        price_equation = "cables x 2 ends x module price"
        fibre = _fibre(head, share, count, metres, spec)
    else:
        watts = made.power_per_end.typ
        power = (as_input(made, "power_per_end", "typ"),)
        price = (as_input(made, "price_fixed", "typ"), metres, as_input(made, "price_per_m", "typ"))
        failures = (as_input(made, "failure_rate", "typ"),)
        fit, money = made.failure_rate.typ, made.price_fixed.typ + made.price_per_m.typ * share.bought_m / share.count
        price_equation = "cables x fixed price + metres bought x price per metre"
    return [
        Term(f"{head}, power", "both ends", share.count * ENDS * watts, "W", "result", "cables x 2 ends x power of one end", (count, *power)),
        Term(f"{head}, price", "both ends", share.count * money, "USD", "result", price_equation, (count, *price)),
        *fibre,
        Term(
            f"{head}, hard failures", "whole link", share.count * fit * FIT_PER_DAY, "per day", "result",
            "cables x FIT of the link x 24 h / 1e9 h", (count, *failures),
        ),
    ]


def _fibre(head: str, share: Share, count: Input, metres: Input, spec: ClusterSpec) -> list[Term]:
    """The fibre between the modules of a share, as the layout prices it; no term where it names no price."""
    lay = spec.layout
    fixed, per_m = lay.fibre_price_fixed, lay.fibre_price_per_m
    if fixed is None and per_m is None:
        return []
    usd = (0.0 if fixed is None else share.count * fixed.typ) + (0.0 if per_m is None else share.bought_m * per_m.typ)
    inputs = [count]
    if fixed is not None:
        inputs.append(as_input(lay, "fibre_price_fixed", "typ"))
    if per_m is not None:
        inputs += [metres, as_input(lay, "fibre_price_per_m", "typ")]
    equation = "cables x fixed price + metres bought x price per metre"
    return [Term(f"{head}, fibre price", "whole link", usd, "USD", "result", equation, tuple(inputs))]


def _switches(option: Option, found: Comparison, spec: ClusterSpec) -> list[Term]:
    switch = catalog.load_switch(spec.switch)
    total = found.switches["total"]
    count = Input("switches", str(total), "even-striping rule over the cluster's tree", "derived")
    watts = total * (switch.asic_power.typ + switch.base_power.typ)
    inputs = (count, as_input(switch, "asic_power", "typ"), as_input(switch, "base_power", "typ"))
    price = (count, as_input(switch, "price", "typ"))
    return [
        Term(f"{option.name}: switches, power", "switch", watts, "W", "result", "switches x (silicon + fans, processor, supply)", inputs),
        Term(f"{option.name}: switches, price", "switch", total * switch.price.typ, "USD", "result", "switches x price", price),
    ]


def _worth(option: Option, found: Comparison, spec: ClusterSpec) -> list[Term]:
    if option.name == found.reference:
        return []
    reference = Input("reference", found.reference, "the cluster file", "stated")
    gpu, lease = as_input(spec, "gpu_power", "typ"), as_input(spec, "lease_value", "typ")
    pue, energy = as_input(spec, "pue", "typ"), as_input(spec, "energy_price", "typ")
    hours = f"{HOURS_PER_YEAR:g} h"
    return [
        Term(f"{option.name}: freed power", "IT plug", option.freed_w.typ, "W", "result", "P(reference) - P(option)", (reference,)),
        Term(
            f"{option.name}: extra GPUs", "IT plug", option.extra_gpus.typ, "GPUs", "result",
            "floor(freed / (GPU power + the option's fabric power per GPU))", (reference, gpu),
        ),
        Term(
            f"{option.name}: lease value", "IT plug", option.lease.typ, "USD per year", "result",
            "freed MW x lease per MW and year; exclusive with filling it with GPUs", (reference, lease),
        ),
        Term(
            f"{option.name}: freed facility power", "meter", option.freed_facility_w.typ, "W", "result",
            "freed power x PUE: its share of cooling and distribution too", (reference, pue),
        ),
        Term(
            f"{option.name}: energy value", "meter", option.energy_value.typ, "USD per year", "result",
            f"freed facility kW x {hours} x price per kWh; another view of the freed power: exclusive with lease and extra GPUs",
            (reference, pue, energy),
        ),
    ]
