"""What the case temperature does to the parts in a corner: one temperature for all of them, so no corner mixes two.

Worst is the hottest case, best the coolest.  Laser efficiency, cooler, dark current and amplifier noise follow it; everything else
keeps the ends its own scalars give.
"""

import math

from photonics_kernels import energy, receiver

from photonics.spec.link import LinkSpec

from .corner import at, maybe


def case_temperature_c(spec: LinkSpec, corner: str) -> float:
    """Case temperature of the corner, in degC."""
    return at(spec.environment, "case_temperature", corner)


def laser_temperature_c(spec: LinkSpec, corner: str) -> float:
    """Temperature of the laser: its cooled set point, or the case plus its self-heating."""
    cooled = maybe(spec.laser, "temperature", corner)
    if cooled is not None:
        return cooled
    return case_temperature_c(spec, corner) + at(spec.laser, "self_heating", corner)


def cooler_cop(spec: LinkSpec, corner: str) -> float | None:
    """Coefficient of performance of the cooler between laser and hot side; None for an uncooled laser, infinite without lift."""
    fraction = maybe(spec.laser, "tec_carnot_fraction", corner)
    if fraction is None:
        return None
    hot = case_temperature_c(spec, corner) + at(spec.laser, "tec_hot_rise", corner)
    return float(energy.tec_cop(laser_temperature_c(spec, corner), hot, fraction))


def dark_current_a(spec: LinkSpec, corner: str) -> float:
    """Primary dark current of the photodiode at the case temperature."""
    return float(receiver.dark_current_a(at(spec.receiver, "dark_current", corner), case_temperature_c(spec, corner)))


def noise_density_a_rthz(spec: LinkSpec, corner: str) -> float:
    """Amplifier noise at the case temperature, referred to the primary photocurrent (divided by an avalanche gain)."""
    density = receiver.noise_density_a_rthz(at(spec.receiver, "noise_density", corner), case_temperature_c(spec, corner))
    return float(density) / (maybe(spec.receiver, "gain", corner) or 1.0)


def excess_noise(spec: LinkSpec, corner: str) -> float:
    """Excess noise factor of the photodiode: 1 for a PIN."""
    gain = maybe(spec.receiver, "gain", corner)
    if gain is None:
        return 1.0
    factor = float(receiver.excess_noise_factor(gain, at(spec.receiver, "ionisation_ratio", corner)))
    assert math.isfinite(factor)  # the spec holds the gain at 1 or above and the ratio within 0..1
    return factor
