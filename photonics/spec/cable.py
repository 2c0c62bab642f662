"""A copper cable as a product: reach, power, price (`schema = "photonics/cable/1"`)."""

from typing import ClassVar, Literal

from photonics.spec import kinds as k
from photonics.spec.base import MetreList, Spec, Text


class CableSpec(Spec):
    """One cable with both its ends. `price_per_m` and `delay_per_m` are per metre; powers are per end."""

    KIND: ClassVar[str] = "cable"

    name: Text
    about: Text | None = None
    base: Text | None = None
    technology: Text
    kind: Literal["passive", "retimed", "linear"]
    payload_rate: k.BitRate
    reach: k.Reach
    power_per_end: k.Power
    price_fixed: k.Money
    price_per_m: k.Money
    failure_rate: k.FailureRate
    flap_rate: k.FailureRate | None = None
    delay_per_m: k.Time
    awg: k.Count | None = None
    latency: k.Time | None = None
    stock_lengths_m: MetreList = ()
