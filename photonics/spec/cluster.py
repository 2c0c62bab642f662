"""A cluster of GPUs, its two-tier network and the link technologies to compare (`schema =
"photonics/cluster/1"`)."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from photonics.errors import shown
from photonics.spec import kinds as k
from photonics.spec.base import Flag, MetreList, Spec, Text, Texts, Values
from photonics.spec.scalar import Fault


class LayoutSpec(Spec):
    """Where racks and devices stand, so that every cable has a length. `_u` are rack units counted from the
    floor. Fibre is paid for by the next of `fibre_stock_lengths_m`; past the longest, as installed."""

    servers_per_rack: k.Count
    racks_per_side: k.Count
    rack_width: k.Length
    row_pitch: k.Length
    tray_height: k.Length
    cross_tray: k.Length
    termination: k.Length
    slack: k.Fraction
    first_server_u: k.CountFromZero
    server_pitch_u: k.Count
    first_leaf_u: k.CountFromZero
    leaf_pitch_u: k.Count
    first_spine_u: k.CountFromZero
    spine_pitch_u: k.Count
    spine_row: k.CountFromZero
    fibre_stock_lengths_m: MetreList = ()
    fibre_price_fixed: k.Money | None = None
    fibre_price_per_m: k.Money | None = None


class OptionSpec(Spec):
    """A way to cable the cluster: `links` in order of preference, the first that reaches is taken."""

    name: Text
    links: Texts
    reference: Flag = False


class ClusterSpec(Spec):
    """`lease_value` is per MW of critical load and year; `energy_price` per kWh at the meter, that is of IT
    power times `pue`."""

    KIND: ClassVar[str] = "cluster"

    name: Text
    about: Text | None = None
    base: Text | None = None
    gpus: k.Count
    gpus_per_server: k.Count
    tiers: k.Count
    switch: Text
    leaf_down: k.Count
    leaf_up: k.Count
    gpu_power: k.Power
    pue: k.Pue
    lease_value: k.Worth
    energy_price: k.Money
    layout: LayoutSpec
    options: tuple[OptionSpec, ...]

    @classmethod
    def cross(cls, values: Values) -> Iterator[Fault]:
        options = values.get("options")
        if options is not None and all(None not in (option.name, option.reference) for option in options):
            yield from _option_faults(options)
        gpus, each = values.get("gpus"), values.get("gpus_per_server")
        if gpus is not None and each is not None and int(gpus) % int(each):
            read = f"{int(each)} with {int(gpus)} gpus"
            yield Fault(("gpus_per_server",), read, "a divisor of gpus", also=(("gpus",),))


def _option_faults(options: Sequence[OptionSpec]) -> Iterator[Fault]:
    if not options:
        yield Fault(("options",), "no options", "at least one [[options]]")
        return
    references = [at for at, option in enumerate(options) if option.reference]
    if len(references) != 1:
        keys = ("options", references[1], "reference") if references else ("options",)
        yield Fault(keys, f"{len(references)} options with reference = true", "exactly one")
    names = [option.name for option in options]
    for at, name in enumerate(names):
        if name in names[:at]:
            yield Fault(("options", at, "name"), f"{shown(name)} a second time", "a name of its own")
