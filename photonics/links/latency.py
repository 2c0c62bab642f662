"""How long a bit takes, one way and host to host."""

from typing import Any

from photonics import catalog
from photonics.lower.corner import at
from photonics.results import LatencyTerm
from photonics.spec.link import LinkSpec

KP4_CYCLES_NS = 37.0  # 3 + 3 + 31 cycles at 1 GHz: assumption quoted with the KP4 latency fact
KP4_CODEWORD_BITS = 5440.0
LINE_OVER_PAYLOAD = 544.0 / 514.0 * 257.0 / 256.0  # KP4 parity and 256b/257b transcoding


def kp4_ns(spec: LinkSpec, payload_bps: Any) -> Any:
    """KP4 encode and decode at a payload rate of the module (a number or an array): cycles, and the interleaved codewords at line rate."""
    line_gbps = payload_bps / 1e9 / int(spec.fec.domains) * LINE_OVER_PAYLOAD
    return KP4_CYCLES_NS + int(spec.fec.interleave) * KP4_CODEWORD_BITS / line_gbps


def latency_terms(spec: LinkSpec, corner: str, fibre_m: float) -> tuple[LatencyTerm, ...]:
    """One way, host to host: fibre, the modules' DSPs, KP4 encode and decode."""
    per_m = catalog.fact("fibre_delay")
    terms = [LatencyTerm("fibre", fibre_m * per_m.number, per_m.citation, per_m.confidence)]
    dsp = spec.electronics.dsp_latency
    if dsp is not None:
        terms.append(
            LatencyTerm("module DSPs, transmit and receive", at(spec.electronics, "dsp_latency", corner) * 1e9, dsp.source, dsp.confidence)
        )
    if spec.fec.code == "kp4":
        quoted = catalog.fact("kp4_latency_800g")
        value = kp4_ns(spec, at(spec.signal, "payload_rate", corner))
        terms.append(LatencyTerm("KP4 encode and decode", value, quoted.citation, "derived"))
    return tuple(terms)
