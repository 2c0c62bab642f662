"""Where the numbers of a comparison come from: power, price and failures of every option, down to blocks and scalars."""

from photonics import catalog
from photonics.links import budget
from photonics.lower.corner import as_input
from photonics.results import Explanation, Input, Term, number
from photonics.spec.cable import CableSpec
from photonics.spec.cluster import ClusterSpec
from photonics.spec.link import LinkSpec

from .comparison import Comparison, Option, Share
from .options import FIT_PER_DAY
from .technology import ENDS
from .verbs import compare


def explain_cluster(spec: ClusterSpec) -> Explanation:
    """Terms of every option of a cluster: equation, inputs and their sources; a link's own terms are those of its ``explain``."""
    found = compare(spec)
    terms: list[Term] = []
    for option in found.options:
        for share in option.shares:
            terms += _share(option, share)
        terms += _switches(option, found, spec)
        terms += _worth(option, found, spec)
    return Explanation(found.name, "typ", tuple(terms))


def _share(option: Option, share: Share) -> list[Term]:
    made = catalog.load(share.name)
    count = Input("cables", str(share.count), "layout of the cluster: first technology that reaches", "derived")
    head = f"{option.name}: {share.name}"
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
        priced = "cables x 2 ends x module price (fibre apart)"
    else:
        assert isinstance(made, CableSpec)  # an option lists links and cables only
        watts = made.power_per_end.typ
        power = (as_input(made, "power_per_end", "typ"),)
        price = (as_input(made, "price_fixed", "typ"), as_input(made, "price_per_m", "typ"))
        failures = (as_input(made, "failure_rate", "typ"),)
        fit, money = made.failure_rate.typ, made.price_fixed.typ
        priced = "cables x fixed price (metres apart)"
    return [
        Term(f"{head}, power", "both ends", share.count * ENDS * watts, "W", "result", "cables x 2 ends x power of one end", (count, *power)),
        Term(f"{head}, price", "both ends", share.count * money, "USD", "result", priced, (count, *price)),
        Term(
            f"{head}, hard failures", "whole link", share.count * fit * FIT_PER_DAY, "per day", "result",
            "cables x FIT of the link x 24 h / 1e9 h", (count, *failures),
        ),
    ]


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
    ]
