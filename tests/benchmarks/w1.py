"""The workload W1: which inputs move, over which ranges, as an expansion for the kernels and as columns for the twin."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from photonics_kernels import draw

from photonics import catalog
from photonics.links.points import LinkPoints
from photonics.spec.link import LinkSpec
from photonics.spec.load import parse_link

from .numpy_link import INPUTS, Fixed

OUTPUTS = ("rx_oma_dbm", "log10_ber", "sensitivity_oma_dbm", "margin_db", "power_w", "energy_pj_per_bit")

#: Wide: from good links to ones that no power saves.  In the order of ``numpy_link.INPUTS``.
WIDE = dict(zip(INPUTS, (
    (-6.0, 6.0), (0.05, 1.2), (0.25, 0.6), (0.05, 1.2), (22.0, 45.0), (22.0, 45.0), (35.0, 70.0), (0.2, 2.5), (2.5, 8.0), (0.85, 1.0),
    (0.5, 1.1), (1e-9, 2e-6), (6e-12, 40e-12), (40e9, 70e9), (-158.0, -138.0), (22.0, 36.0), (3.8, 6.5), (1.1, 1.8), (0.0, 4.0),
    (0.0, 75.0), (6e-3, 25e-3), (0.05, 0.12), (40.0, 60.0), (0.8e-12, 1.8e-12), (2.5e-12, 4.5e-12), (0.75, 0.95),
), strict=True))
#: About what a module's own scatter is: faces as good as those of its parts.
MILD = WIDE | {
    "launch.return_loss": (30.0, 45.0), "receiver.return_loss": (30.0, 45.0), "path[0].return_loss": (55.0, 70.0),
    "modulator.extinction_ratio": (4.0, 6.0), "launch.sndr": (29.0, 36.0), "receiver.adc_enob": (4.8, 6.0),
}


def spec(mpi: str) -> LinkSpec:
    """The 1.6T-2xDR4 design with a stated launch, so that the launch is an input."""
    tables = catalog.load_link("1.6T-2xDR4").as_document()
    tables.pop("chain", None)  # W1 is the closed form's: its allowance is one of the inputs
    tables["analysis"] = {**tables["analysis"], "mpi": mpi}
    launch = {key: value for key, value in tables["launch"].items() if key not in ("solve", "margin_target")}
    tables["launch"] = {**launch, "oma_outer": "1.5 dBm"}
    return parse_link(tables, lookup_part=catalog.loading.lookup_part, where="W1")


def bound(mpi: str, paths: tuple[str, ...]) -> Any:
    """The evaluator's side of W1."""
    return LinkPoints(spec(mpi)).bind((), paths, OUTPUTS)


def fixed(mpi: str) -> Fixed:
    """What the twin needs of the rest of the design, and the dispersion's gain by a quadrature of its own."""
    points = LinkPoints(spec(mpi))
    v = {parameter.path: parameter.value for parameter in points.parameters()}
    wave, fibre = v["signal.wavelength"] * 1e-9, "path[1]"
    quotient = v[f"{fibre}.zero_dispersion_wavelength"] / v["signal.wavelength"]
    dispersion = v[f"{fibre}.dispersion_slope"] * 1e3 / 4.0 * wave * (1.0 - quotient**4)
    x, weight = np.polynomial.legendre.leggauss(40)
    nyquist = v["signal.symbol_rate"] / 2.0
    theta = math.pi * wave**2 * dispersion * v[f"{fibre}.length"] / 299792458.0 * nyquist**2 * (0.5 + 0.5 * x) ** 2
    chromatic = 0.5 * float((weight / (np.cos(theta) - v["modulator.chirp_alpha"] * np.sin(theta)) ** 2).sum())
    delay = math.pi * nyquist * v[f"{fibre}.dgd"]
    limit = points.bind((), (), ("margin_db",))._limit.ber
    return Fixed(v, (2, 2), 8, 2.0, chromatic * math.tan(delay) / delay, limit, True)


def _expansion(ranges: Mapping[str, tuple[float, float]], source: int, table: np.ndarray, parameters: np.ndarray, count: int, seed: int) -> Any:
    c = len(ranges)
    number = np.arange(c, dtype=np.int64)
    length = count if source == draw.TABLE else 0
    return draw.Expansion(
        np.full(c, source, dtype=np.int64), np.ones(c, dtype=np.int64), np.full(c, length, dtype=np.int64), number * length, table,
        number.astype(np.uint64), np.zeros(c, dtype=np.int64), parameters, np.zeros(c), np.ones(c), np.full(c, -math.inf),
        np.full(c, math.inf), np.zeros(c + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0),
        np.zeros((c, draw.SOBOL_BITS), dtype=np.uint64), np.zeros(c, dtype=np.uint64), np.uint64(seed), count,
    )


def tables(count: int, seed: int, ranges: Mapping[str, tuple[float, float]] = WIDE) -> Any:
    """Random points as columns of a table: reading them costs what reading a grid does."""
    rng = np.random.default_rng(seed)
    table = np.concatenate([rng.uniform(low, high, count) for low, high in ranges.values()])
    return _expansion(ranges, draw.TABLE, table, np.zeros((len(ranges), 4)), count, seed)


def draws(count: int, seed: int, ranges: Mapping[str, tuple[float, float]] = WIDE) -> Any:
    """Points drawn inside the kernel: 26 uniform variates each."""
    parameters = np.array([(low, high, 0.0, 0.0) for low, high in ranges.values()])
    return _expansion(ranges, draw.RANDOM, np.zeros(1), parameters, count, seed)


def columns(expansion: Any, count: int, ranges: Mapping[str, tuple[float, float]] = WIDE) -> dict[str, np.ndarray]:
    """The same points for the twin."""
    rows = np.empty((len(ranges), count))
    draw.expand_block(expansion, 0, count, rows)
    return dict(zip(ranges, rows, strict=True))
