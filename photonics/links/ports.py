"""FEC domains of a link: which lanes share a codeword, what the electrical segments add, what the code leaves."""

import math

import numpy as np
from photonics_kernels import fec as kernels

from photonics.errors import InputError
from photonics.lower.corner import at
from photonics.results import PortResult, Segment
from photonics.spec.link import LinkSpec

from .limits import KP4_BITS, KP4_N, KP4_T

LN10 = math.log(10.0)
PLANES = {"transmit": "TP0-TP1", "receive": "TP4-TP5"}


def segments(spec: LinkSpec, corner: str) -> tuple[Segment, ...]:
    """The electrical segments of a link in a corner: those behind a DSP, which decides and errs on its own.

    A direction without one has no segment: its host channel is in the chain, and its interference in the optical lane's error ratio.
    """
    out = []
    decides = {"both": ("transmit", "receive"), "transmit": ("transmit",), "none": ()}[spec.electronics.retiming]
    for segment in spec.electrical:
        if spec.chain is not None and segment.side not in decides:
            continue
        ratio = segment.bit_error_ratio
        value = at(segment, "bit_error_ratio", corner)
        out.append(Segment(segment.name, PLANES[segment.side], value, ratio.source, ratio.confidence))
    return tuple(out)


def with_segments(log_ber: np.ndarray, parts: tuple[Segment, ...]) -> np.ndarray:
    """ln of the end-to-end BER: independent flips combine as p + q - 2 p q."""
    total = log_ber.copy()
    for part in parts:
        if part.bit_error_ratio <= 0.0:
            continue
        q = part.bit_error_ratio
        # p + q (1 - 2 p): positive terms only, right also where p underflows.
        with np.errstate(invalid="ignore"):  # a lane without a launch has no error ratio: NaN stays NaN
            total = np.logaddexp(total, math.log(q) + np.log1p(-2.0 * np.minimum(np.exp(total), 0.5 - 1e-16)))
    return total


def lanes_of_port(spec: LinkSpec, port: int) -> tuple[int, ...]:
    """Lanes of one FEC domain, in order; lanes must divide evenly, and a codeword must divide over them."""
    lanes, domains = int(spec.signal.lanes), int(spec.fec.domains)
    if lanes % domains:
        raise InputError.of("", "fec.domains", str(domains), f"a divisor of the {lanes} lanes")
    each = lanes // domains
    if spec.fec.code == "kp4" and KP4_N % each:
        raise InputError.of("", "fec.domains", f"{each} lanes a domain", f"a number of lanes that divides {KP4_N} symbols")
    return tuple(range(port * each, (port + 1) * each))


def ports(spec: LinkSpec, corner: str, log_ber: list[np.ndarray], mass: list[np.ndarray]) -> tuple[PortResult, ...]:
    """Every FEC domain; ``log_ber`` and ``mass`` hold each lane's beat states (natural logarithms, probabilities)."""
    parts = segments(spec, corner)
    out = []
    for port in range(int(spec.fec.domains)):
        lanes = lanes_of_port(spec, port)
        totals = [with_segments(log_ber[lane], parts) for lane in lanes]
        mean = sum(float((np.exp(t) * mass[lane]).sum()) for t, lane in zip(totals, lanes, strict=True)) / len(lanes)
        log_mean = math.log(mean) if mean > 0.0 else max(float(t.max()) for t in totals)
        log_cer: float | None = None
        log_flr: float | None = None
        if spec.fec.code == "kp4":
            width = max(len(t) for t in totals)
            log_p, log_mass = np.full((len(lanes), width), -np.inf), np.full((len(lanes), width), -np.inf)
            for i, (t, lane) in enumerate(zip(totals, lanes, strict=True)):
                for s, value in enumerate(t):
                    log_p[i, s] = kernels.log_rs_symbol_error_ratio(value, KP4_BITS)
                with np.errstate(divide="ignore"):
                    log_mass[i, : len(t)] = np.log(mass[lane])
            log_cer = float(kernels.log_domain_codeword_error_ratio(log_p, log_mass, KP4_N // len(lanes), KP4_T))
            log_flr = float(kernels.log_frame_loss_ratio(log_cer, int(spec.fec.interleave)))
        out.append(
            PortResult(
                port, lanes, spec.fec.code, log_mean / LN10,
                None if log_cer is None else log_cer / LN10, None if log_flr is None else log_flr / LN10, parts,
                "ok" if spec.fec.code != "none" else "no code: frames are lost at the bit errors' own rate",
            )
        )
    return tuple(out)
