"""From the columns of a plan to the arrays that the kernel draws from, and back to values."""

import hashlib
import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from photonics.errors import InputError, PhotonicsError

from .axes import NumericAxis

if TYPE_CHECKING:
    from photonics_kernels.draw import Expansion

    from .scatter import Row

SOBOL_MOST = 2**52  # digits of a coordinate: a sequence has no more points
SOBOL_COLUMNS = 21_201  # of the direction numbers of S. Joe and F. Kuo that SciPy has


def expansion_of(columns: Sequence[NumericAxis], rows: "Sequence[Row]", method: str, seed: int, samples: int) -> "Expansion":
    """The expansion of a plan's columns.

    :param rows: loadings of the copula, one row a column.
    :param seed: 0 for a grid, which draws nothing.
    """
    from photonics_kernels import draw

    sources = {"grid": draw.TABLE, "monte-carlo": draw.RANDOM, "latin-hypercube": draw.LATIN, "sobol": draw.SOBOL}
    marginals = {
        "uniform": draw.UNIFORM,
        "normal": draw.NORMAL,
        "triangular": draw.TRIANGULAR,
        "lognormal": draw.LOGNORMAL,
        "pick": draw.PICK,
        "whole": draw.WHOLE,
    }
    c = len(columns)
    lengths = np.array([0 if a.values is None else a.values.size for a in columns], np.int64)
    strides = np.ones(c, np.int64)
    if method == "grid":
        for at in range(c - 2, -1, -1):
            strides[at] = strides[at + 1] * lengths[at + 1]
    parameters = np.zeros((c, 4))
    laws = [a.law for a in columns]
    for at, law in enumerate(laws):
        if law is not None:
            parameters[at, : len(law.parameters)] = law.parameters
    tables = [a.values for a in columns if a.values is not None]
    flat = [pair for row in rows for pair in row]
    generator = np.zeros((c, draw.SOBOL_BITS), np.uint64)
    shift = np.zeros(c, np.uint64)
    if method == "sobol":
        generator, shift = sobol_matrix(c, seed, draw.SOBOL_BITS)
    return draw.Expansion(
        source=np.full(c, sources[method], np.int64),
        stride=strides,
        length=lengths,
        offset=np.concatenate(([0], np.cumsum(lengths)))[:c].astype(np.int64),
        table=np.concatenate(tables).astype(np.float64) if tables else np.zeros(0),
        key=np.array([_key(a) for a in columns], np.uint64),
        marginal=np.array([draw.UNIFORM if law is None else marginals[law.kind] for law in laws], np.int64),
        parameters=parameters,
        u_low=np.array([0.0 if law is None else law.u_low for law in laws]),
        u_high=np.array([1.0 if law is None else law.u_high for law in laws]),
        lowest=np.array([-np.inf if law is None else law.lowest for law in laws]),
        highest=np.array([np.inf if law is None else law.highest for law in laws]),
        factor_start=np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64),
        factor_id=np.array([column for column, _ in flat], np.int64),
        factor_weight=np.array([weight for _, weight in flat], np.float64),
        generator=generator,
        shift=shift,
        seed=np.uint64(seed),
        samples=samples,
    )


def _key(axis: NumericAxis) -> int:
    """Of the path and not of the column's place: another axis beside it leaves a column's draws as they are."""
    return int.from_bytes(hashlib.sha256(axis.plain[0].encode()).digest()[:8], "little")


def sobol_matrix(columns: int, seed: int, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Generator matrix (columns by bits) and digital shift of SciPy's scrambled Sobol sequence.

    The engine goes from point n to n + 1 by the matrix column of the lowest zero digit of n, so one step from n = 2^k - 1 shows column k,
    for which the engine is told to be there (to walk there would take 2^k steps).  What is found is held against the engine's own walk.
    """
    from scipy.stats import qmc

    def engine() -> Any:
        # The argument's name changed with SciPy 1.15.
        name = "rng" if "rng" in inspect.signature(qmc.Sobol).parameters else "seed"
        return qmc.Sobol(columns, scramble=True, bits=bits, **{name: np.random.default_rng(seed)})

    def digits(points: np.ndarray) -> np.ndarray:
        return (points * 2.0**bits).astype(np.uint64)

    probe = engine()
    shift = digits(probe.random(1))[0]
    matrix = np.empty((columns, bits), np.uint64)
    now = shift
    for k in range(bits):
        probe.num_generated = 2**k
        # Beyond the first point the engine makes its next one from what it stands at.
        after = digits(probe.random(1))[0]
        matrix[:, k] = after ^ now
        now = after
    walk = digits(engine().random(64))
    gray = np.arange(64) ^ (np.arange(64) >> 1)
    for point, code in zip(walk, gray.tolist(), strict=True):
        ones = [k for k in range(6) if (code >> k) & 1]
        mine = np.bitwise_xor.reduce(matrix[:, ones], axis=1) ^ shift if ones else shift
        if not np.array_equal(point, mine):
            raise PhotonicsError("scipy.stats.qmc.Sobol steps otherwise than this package knows; use another method")
    return matrix, shift


def check_sobol(columns: int, samples: int) -> None:
    """Refuses what a Sobol sequence does not have.

    :raises InputError: too many points or columns.
    """
    if samples > SOBOL_MOST:
        raise InputError.of("", "points", str(samples), f"at most {SOBOL_MOST} points of a Sobol sequence")
    if columns > SOBOL_COLUMNS:
        raise InputError.of("", "draws", f"{columns} columns", f"at most {SOBOL_COLUMNS} of a Sobol sequence; or monte-carlo")


def columns(expansion: "Expansion", first: int, count: int) -> np.ndarray:
    """Values of samples ``first`` .. ``first + count - 1``, one row a column, in the canonical units of the paths."""
    from photonics_kernels.draw import expand_block

    out = np.empty((len(expansion.source), count))
    expand_block(expansion, first, count, out)
    return out


def values_at(expansion: "Expansion", samples: np.ndarray) -> np.ndarray:
    """The same for samples in any order."""
    from photonics_kernels.draw import expand_points

    samples = np.ascontiguousarray(samples, np.int64)
    if samples.size > 1 and np.all(np.diff(samples) == 1):
        return columns(expansion, int(samples[0]), samples.size)
    out = np.empty((len(expansion.source), samples.size))
    expand_points(expansion, samples, out)
    return out


def digest_of(expansion: "Expansion") -> str:
    """SHA-256 of everything that the values depend on."""
    seen = hashlib.sha256()
    for name, part in zip(expansion._fields, expansion, strict=True):
        array = np.ascontiguousarray(part)
        seen.update(f"{name} {array.dtype.str} {array.shape}".encode())
        seen.update(array.tobytes())
    return seen.hexdigest()
