"""A switch box without its optics (`schema = "photonics/switch/1"`)."""

from typing import ClassVar

from photonics.spec import kinds as k
from photonics.spec.base import Spec, Text


class SwitchSpec(Spec):
    """`radix` ports of `port_rate`; `base_power` is fans, processor and supplies.

    `port_power_limit` is what a plugged module may draw.
    """

    KIND: ClassVar[str] = "switch"

    name: Text
    about: Text | None = None
    base: Text | None = None
    radix: k.Count
    port_rate: k.BitRate
    asic_power: k.Power
    base_power: k.Power
    port_power_limit: k.PowerLimit
    price: k.Money
    failure_rate: k.FailureRate | None = None
