"""W3: a time-domain link at 2 samples a symbol, about 1e-3 in bit error ratio, for the fused kernel and for the NumPy chain; rare errors."""

from collections.abc import Callable
from typing import Any

import numpy as np
from photonics_kernels import rare, wave
from photonics_kernels.wave_filter import dispersion_taps

from tests.benchmarks import numpy_wave

SYMBOLS = 1 << 20
SAMPLE_RATE_HZ = 2 * 106.25e9


def taps(count: int, main: int, spread: float, dtype: Any) -> Any:
    """A filter like a band-limited device's: one main tap with a tail that rings."""
    k = np.arange(count)
    h = np.exp(-np.abs(k - main) / spread) * np.cos(1.9 * (k - main))
    return (h / h.sum()).astype(dtype)


def example(
    dtype: Any, *, per_symbol: int = 2, fibre: bool = True, alpha: float = 0.0, driver: float = 0.0, intensity: float = 0.0, shot: float = 0.0,
    amplitude: float = 0.0, converter: float = 0.0, modulator: int = 1, noise_a: float = 7e-5,
) -> wave.Wave:
    """A Mach-Zehnder modulator of 30 dB extinction, 2 km of fibre at 3.2 ps/nm, 12 taps of photodiode, 15 half-spaced taps of equaliser.

    The equaliser and the thresholds are fitted by least squares to 20 000 noisy symbols.
    """
    re, im = np.empty(5), np.empty(5)
    rate = SAMPLE_RATE_HZ * per_symbol / 2
    dispersion_taps(np.pi * 1.311e-6**2 * 3.2e-3 * rate**2 / 299792458.0, re, im)
    if not fibre:
        re = im = np.zeros(0)

    def number(x: Any) -> Any:
        return np.asarray(x, dtype)

    drive = np.arccos(np.sqrt([0.15, 0.15 + 0.7 / 3, 0.15 + 1.4 / 3, 0.85])) - np.pi / 4
    curve = [np.pi / 4, 1.0, 0.0, -0.02] if modulator == 1 else ([0.5, 0.7, 0.0, 0.0] if modulator == 0 else [0.8, 1.2, 0.1, 0.0])
    half = number([1.0] * per_symbol)
    rough = wave.Wave(
        number(drive), np.convolve(half, taps(7 - per_symbol + 1, 1, 0.4, dtype)).astype(dtype) if per_symbol < 7 else half, number(curve),
        number(re), number(im), taps(12, 2, 0.8, dtype), taps(7, 1, 0.5, dtype), number(np.eye(15)[7]), number([0.0, 1.0, 2.0]),
        number([1e-3, alpha, 1e-3, driver, intensity, noise_a**2, shot, amplitude, converter]), np.zeros(0, np.int32), modulator, per_symbol, per_symbol // 2, 0, (14 + 8 * per_symbol) // (2 * per_symbol),
    )  # fmt: skip
    return fitted(rough)


def fitted(rough: wave.Wave, count: int = 20_000) -> wave.Wave:
    """The link with the equaliser of least squares to levels 0..3 on its own symbols, and thresholds in the middle."""
    length, widest = rough.equaliser.size, []
    source = numpy_wave.counters(3, np.float64)
    double = rough._replace(**{name: np.asarray(a, np.float64) for name, a in rough._asdict().items() if name != "pattern" and isinstance(a, np.ndarray)})
    sent = None
    for k in range(length):
        z, sent = numpy_wave.equalised(double._replace(equaliser=np.eye(length)[k]), source, 0, count)
        widest.append(z)
    columns = np.array([*widest, np.ones(count)]).T
    weights = np.linalg.lstsq(columns, np.asarray(sent, float), rcond=None)[0]
    dtype = rough.levels.dtype
    thresholds = np.array([0.5, 1.5, 2.5]) - weights[-1]
    return rough._replace(equaliser=weights[:-1].astype(dtype), thresholds=thresholds.astype(dtype))


def send(link: wave.Wave, count: int, seed: int = 1, first: int = 0, room: int = 0) -> tuple[Any, Any]:
    """(the four counts, error positions) of the kernel."""
    answer, positions = np.zeros(4, np.int64), np.zeros(room, np.int64)
    status = wave.run(link, np.uint64(seed), first, count, positions, link.levels[:0].copy(), answer)
    assert status == wave.OK
    return answer, positions[: answer[3]]


def rare_case() -> tuple[Any, ...]:
    """Levels, main cursor, eight others, noise, thresholds of a linear channel at 4e-13."""
    cursors = np.array([0.05, -0.04, 0.03, 0.025, -0.02, 0.015, 0.01, 0.005])
    return np.linspace(-1.0, 1.0, 4), 1.0, cursors, np.full(4, 0.0235), np.array([-0.66, 0.01, 0.68])


def rare_row(interleaved: Callable[..., list[float]], samples: int = 300) -> dict[str, Any]:
    """Tilted patterns: a few of them against all 4^8 by the same kernel."""
    few, every = np.empty(4), np.empty(4)

    def sampled() -> None:
        assert rare.tilted_ratio(*rare_case(), np.uint64(1), samples, 1.0, few) == rare.OK

    def counted() -> None:
        assert rare.tilted_ratio(*rare_case(), np.uint64(1), 4**8, 1.0, every) == rare.OK

    seconds, other = interleaved(sampled, counted, repeats=5)
    return {
        "name": "w3_rare", "ours": seconds * 1e6, "other": other * 1e6, "unit": "us/point", "ratio": other / seconds,
        "other_is": f"all 65536 patterns a side in place of {samples}, the same kernel",
        "accuracy": {"bit_error_ratio": float(every[0]), "relative_error": float(few[0] / every[0] - 1.0), "stated_error": float(few[1] / few[0])},
    }  # fmt: skip


def rows(interleaved: Callable[..., list[float]], two_threads: Callable[..., float]) -> list[dict[str, Any]]:
    """The benchmark: the link above in float32, in float64, without fibre, and with every noise and chirp; then rare errors."""
    cases = (
        ("w3_waveform", np.float32, {}), ("w3_waveform_f64", np.float64, {}), ("w3_waveform_no_fibre", np.float32, {"fibre": False}),
        ("w3_waveform_all", np.float32, {"alpha": 0.5, "driver": 0.004, "intensity": 0.003, "shot": 3.4e-8}),
    )  # fmt: skip
    out = []
    for name, dtype, changes in cases:
        link = example(dtype, **changes)
        source = numpy_wave.generator(1, dtype)
        seconds, other = interleaved(
            lambda link=link: send(link, SYMBOLS), lambda link=link, source=source: numpy_wave.count_chunks(link, source, SYMBOLS // 8), repeats=5
        )
        counts, _ = send(link, SYMBOLS)
        # Double precision on the same random numbers, symbol by symbol.
        double = example(np.float64, **changes)
        _, ours = send(double, 1 << 17, room=1 << 17)
        theirs, _ = numpy_wave.errors(double, numpy_wave.counters(1), 0, 1 << 17)
        scale = 1e9 / SYMBOLS
        out.append({
            "name": name, "ours": seconds * scale, "other": other * 8 * scale, "unit": "ns/symbol", "ratio": other * 8 / seconds,
            "other_is": f"NumPy, {dtype.__name__}, records of {numpy_wave.CHUNK} symbols, its own generator, tests/benchmarks/numpy_wave.py",
            "accuracy": {
                "bit_error_ratio": float(counts[2] / (2 * counts[0])), "errors_compared": int(theirs.size),
                "positions_differ": int(np.setxor1d(ours, theirs).size), "symbols_compared": 1 << 17,
            },
            "two_thread_scaling": two_threads(lambda link=link: send(link, SYMBOLS), 3) if name == "w3_waveform" else None,
        })  # fmt: skip
    return [*out, rare_row(interleaved)]
