"""Descriptions of links, cables, switches and clusters: frozen, typed, every value with its unit, source and
confidence."""

from photonics.spec.cable import CableSpec
from photonics.spec.cluster import ClusterSpec
from photonics.spec.link import LinkSpec
from photonics.spec.scalar import Distribution, Scalar
from photonics.spec.switch import SwitchSpec

__all__ = ["CableSpec", "ClusterSpec", "Distribution", "LinkSpec", "Scalar", "SwitchSpec"]
