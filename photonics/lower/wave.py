"""A lane's chain as the filters and numbers of the time-domain link (``photonics_kernels.wave``), in half outer swings of photocurrent.

    drive     levels, transmitter's noise on the symbols, response of the symbol and of the transmit side at P samples a symbol
    light     straight in the drive, or through the device's own curve; chirp; the fibre on the field (dispersion); RIN
    current   photodiode and DGD, shot and amplifier noise, receive side, converter's noise, feed-forward equaliser

Responses are cut at half the sampling rate and put on the time axis by an inverse transform over the chain's window; what lies outside the
shortest stretch that holds all but ``LEFT_OUT`` of a filter's energy is dropped.  Noise powers are those of the closed form and the eye; a rise of
the amplifier's noise with frequency is in the receive filter, and its inverse in the photodiode's, so that the signal does not see it: shot
noise has the amplifier's colour.  Valid for PAM4.
"""

import math
from dataclasses import dataclass

import numpy as np
from photonics_kernels import path, response, scale, transmitter, wave
from photonics_kernels.eye_rows import EyeRows
from photonics_kernels.wave_stages import ABSORPTION, DIRECT, INTERFEROMETER

from .chain import Chain
from .eye import Grid, LaneResponse, half_swing_a
from .link import NM, PS, Distortion, Row

LEFT_OUT = 1e-8  # share of a filter's energy
EDGE = 0.8  # of half the sampling rate: from there to its end a receiver's response is rolled off, or its filter would ring on
STRAIGHT = 1e-4  # rad at half the sampling rate: a fibre that turns the field by less has no filter of its own
LEVELS = 4
MODULATORS = {"linear": DIRECT, "mzm": INTERFEROMETER, "eam": ABSORPTION, "ring": DIRECT}


@dataclass(frozen=True, eq=False)
class Filters:
    """Finite impulse responses at P samples a symbol, and the sample at which symbol n is decided: P (n + ``delay``) + ``phase``."""

    per_symbol: int
    transmit: np.ndarray
    fibre: np.ndarray  # complex, lags 0, 1, ... of a response that is even in time; empty without dispersion
    diode: np.ndarray
    receive: np.ndarray
    phase: int
    delay: int
    cursors: np.ndarray  # equalised response at symbol intervals from the wanted symbol on, around the window

    @property
    def light_gain(self) -> float:
        """What photodiode and receiver make of white noise of variance 1 on the light."""
        return float((np.convolve(self.diode, self.receive) ** 2).sum())

    @property
    def current_gain(self) -> float:
        """What the receiver makes of white noise of variance 1 on the current."""
        return float((self.receive**2).sum())


def lane_filters(
    chain: Chain, grid: Grid, distortion: Distortion, per_symbol: int, taps: np.ndarray, spacing: int, phase_ui: float
) -> Filters:
    """The filters of a lane whose equaliser (``taps``, newest sample first, ``spacing`` samples apart) samples at ``phase_ui``."""
    size = grid.window * per_symbol
    f = np.arange(size // 2 + 1) * (grid.symbol_rate_hz / grid.window)
    symbol = _cut(chain.transmit(grid), len(f))
    diode, receive = chain.side("photodiode", f), chain.side("receive", f)
    response.times_dgd(f, distortion.dgd_ps * PS, diode)
    rise = np.sqrt(chain.noise_rise(f))
    diode, receive = diode / rise, receive * rise
    # The sampling phase is a delay of the receiver: sampling happens on the grid's own instants.
    receive = receive * np.exp(2j * math.pi * f * phase_ui / grid.symbol_rate_hz)
    off = np.cos(np.clip((f / f[-1] - EDGE) / (1.0 - EDGE), 0.0, 1.0) * math.pi / 2.0) ** 2
    diode, receive = diode * off, receive * off
    through, begun = [], 0
    for spectrum, gain in ((symbol, float(per_symbol)), (diode, 1.0), (receive, 1.0)):
        taps_of, start = _shortest(np.fft.irfft(spectrum, size) * gain)
        through.append(taps_of)
        begun += start
    fibre, start = _fibre(distortion, f, grid, per_symbol)
    begun += start
    cursor, cursors = _cursors(symbol * diode * receive, taps, spacing, per_symbol, grid.window)
    # Tap j of a filter that begins at sample b acts b + j samples late; the kernel's filters all begin at 0.
    late = cursor * per_symbol - begun
    if late < 0:
        # A decision before the first tap acts: whole symbols of nothing in front make room.
        more = -(late // per_symbol) * per_symbol
        through[0] = np.concatenate((np.zeros(more), through[0]))
        late += more
    return Filters(per_symbol, through[0], fibre, through[1], through[2], late % per_symbol, late // per_symbol, cursors)


def _cut(spectrum: np.ndarray, length: int) -> np.ndarray:
    """A spectrum up to a lower or, with zeros, a higher end."""
    out = np.zeros(length, dtype=np.complex128)
    keep = min(length, len(spectrum))
    out[:keep] = spectrum[:keep]
    return out


def _shortest(circular: np.ndarray) -> tuple[np.ndarray, int]:
    """The shortest stretch of a periodic response with all but LEFT_OUT of its energy, and the (signed) sample where it begins."""
    size = len(circular)
    energy = np.abs(circular) ** 2
    total = np.concatenate(([0.0], np.cumsum(np.concatenate((energy, energy)))))
    wanted = (1.0 - LEFT_OUT) * energy.sum()
    ends = np.searchsorted(total, total[:size] + wanted)
    lengths = np.minimum(ends - np.arange(size), size)
    start = int(lengths.argmin())
    out = np.roll(circular, -start)[: int(lengths[start])]
    # Its peak, not its end, says on which side of the symbol it lies.
    return out, start if start + int(np.abs(out).argmax()) < size * 3 // 4 else start - size


def _fibre(distortion: Distortion, f: np.ndarray, grid: Grid, per_symbol: int) -> tuple[np.ndarray, int]:
    """Half of the even impulse response of dispersion, exp(+j pi lambda^2 D f^2/c) for a carrier exp(+j w t), and where the whole begins."""
    turned = math.pi * (distortion.wavelength_nm * NM) ** 2 * distortion.accumulated_ps_nm * 1e-3 / path.SPEED_OF_LIGHT_M_S
    if abs(turned) * f[-1] ** 2 < STRAIGHT:
        return np.zeros(0, dtype=np.complex128), 0
    both = np.fft.fftfreq(grid.window * per_symbol, 1.0 / (grid.symbol_rate_hz * per_symbol))
    whole = np.fft.ifft(np.exp(1j * turned * both**2))[: grid.window * per_symbol // 2]
    energy = np.abs(whole) ** 2
    held = 2.0 * np.cumsum(energy) - energy[0]
    last = int(np.searchsorted(held, (1.0 - LEFT_OUT) * min(held[-1], 1.0)))
    return whole[: last + 1], -last


def _cursors(spectrum: np.ndarray, taps: np.ndarray, spacing: int, per_symbol: int, window: int) -> tuple[int, np.ndarray]:
    """The symbol, counted from the sent one, at whose instant the equalised response is largest; and the response from there on."""
    size = window * per_symbol
    comb = np.zeros(size)
    np.add.at(comb, np.arange(len(taps)) * spacing % size, taps)
    at = np.fft.irfft(spectrum * np.fft.rfft(comb), size)[::per_symbol] * per_symbol
    best = int(np.argmax(at))
    return (best if best < window * 3 // 4 else best - window), np.roll(at, -best)


def level_currents(row: Row) -> np.ndarray:
    """Photocurrents of the settled levels in half outer swings, lowest first."""
    power = np.empty(LEVELS)
    transmitter.fill_levels_w(1.0, float(scale.db_to_ratio(row.er_db)), row.rlm, power)
    return 2.0 * power


def lane_wave(
    filters: Filters, lane: LaneResponse, rows: EyeRows, row: Row, modulator: str, alpha: float, taps: np.ndarray, spacing: int, dtype: type
) -> wave.Wave:
    """The kernel's link: the point 0 of ``rows`` (of ``row``'s received power) with thresholds halfway between its levels.

    ``modulator`` is "linear" (light follows the drive) or a kind of device, whose drive levels are bent so that its settled levels
    are the row's; the drive is then in the device's own unit.
    """
    current = level_currents(row)
    half = half_swing_a(row, row.rx_oma_dbm)
    kind = MODULATORS[modulator]
    numbers = np.zeros(wave.NUMBERS)
    numbers[wave.ALPHA] = alpha
    if kind == DIRECT:
        levels, numbers[wave.GAIN] = current, 1.0
    elif kind == INTERFEROMETER:
        # Biased at quadrature: power 1/2 + cos(2 v)/2 of twice the mean of the outer levels.
        top = current[0] + current[-1]
        levels, numbers[wave.GAIN] = np.arccos(2.0 * current / top - 1.0) / 2.0, top
    else:
        levels, numbers[wave.GAIN] = -np.log(current / current[-1]), current[-1]
    light, own = filters.light_gain, filters.current_gain
    by_power, by_oma = (
        0.0 if db is None else float(scale.db_to_ratio(db)) * row.bandwidth_hz * lane.light_share for db in (row.rin_avg_db_hz, row.rin_oma_db_hz)
    )
    numbers[wave.INTENSITY_SIGMA] = math.sqrt(by_power / light)
    constant = float(rows.amplifier_a2[0] + rows.dark_shot_a2[0]) / half**2
    numbers[wave.CURRENT_VARIANCE] = (constant + by_oma) / own
    numbers[wave.SHOT_PER_A] = float(rows.shot_a[0, -1]) / half / current[-1] / own
    numbers[wave.SYMBOL_SIGMA] = math.sqrt(float(rows.transmitter_relative[0])) * abs(float(levels[-1] - levels[0])) / 2.0
    numbers[wave.CONVERTER_SIGMA] = math.sqrt(float(rows.quantisation_relative[0]))
    thresholds = (current[:-1] + current[1:]) / 2.0 * float(filters.diode.sum() * filters.receive.sum() * taps.sum())

    def typed(values: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(values, dtype=dtype)

    return wave.Wave(
        levels=typed(levels), transmit=typed(filters.transmit), curve=typed(np.array([0.0, 1.0])), fibre_re=typed(filters.fibre.real),
        fibre_im=typed(filters.fibre.imag), diode=typed(filters.diode), receive=typed(filters.receive), equaliser=typed(taps),
        thresholds=typed(thresholds), numbers=typed(numbers), pattern=np.zeros(0, dtype=np.int32), modulator=kind,
        per_symbol=filters.per_symbol, spacing=spacing, phase=filters.phase, delay=filters.delay,
    )  # fmt: skip

