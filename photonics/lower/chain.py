"""A link's chain in one corner as a lane's response, its equaliser and its jitter.

The responses of `[chain]` are multiplied in the order in which the signal meets them, the fibre's dispersion and DGD between the transmitter
and the photodiode; neighbouring electrical two-ports are cascaded with their reflections.  What stands on the receive side shapes the
amplifier's noise, what stands behind the light shapes shot noise and RIN.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from photonics_kernels import devices, equalizer, line, path, pulse, response

from photonics.errors import InputError
from photonics.spec.link import LinkSpec
from photonics.spec.response import ResponseSpec

from .corner import at as at_corner
from .eye import EDGE_LIMIT, MOST_BANDS, MOST_WINDOW, WIDE, Equaliser, Grid, Jitter, LaneResponse
from .link import NM, PS, Distortion

REFERENCE_OHM = 100.0  # differential, of the two-ports inside a cascade; it falls out of the transfer
SPEED_OF_LIGHT = path.SPEED_OF_LIGHT_M_S
DB_PER_KM = 1e-3 / (20.0 / math.log(10.0))  # in nepers per metre
SKIN = 100.0 / (20.0 / math.log(10.0)) / math.sqrt(1e9)  # dB/(cm sqrt(GHz)) in nepers per metre and sqrt(Hz)
DIELECTRIC = 100.0 / (20.0 / math.log(10.0)) / 1e9  # dB/(cm GHz) in nepers per metre and Hz
NEPER_DB = 20.0 / math.log(10.0)
# Kinds on the receive side that limit the noise bandwidth which a receiver states; the others come on top of it.
BAND = frozenset({"pole", "pole2", "bessel4", "butterworth4", "gaussian", "raised_cosine", "tia"})
TRANSMIT_NOISE_DB = -30.0  # white noise, below the symbols, that the transmitter's filter is solved against
Fill = Callable[[ResponseSpec, str, np.ndarray, np.ndarray, LinkSpec], None]


def at(section: Any, name: str, corner: str) -> float:
    """A scalar in a corner; one whose worse side is not known beforehand (a quality, a detuning) keeps its typical value."""
    if type(section).worst_side(name) == "either":
        return float(getattr(section, name).typ)
    return at_corner(section, name, corner)


def maybe(section: Any, name: str, corner: str) -> float | None:
    """As ``at``, None where the optional scalar is absent."""
    return None if getattr(section, name) is None else at(section, name, corner)


def _filters() -> dict[str, Fill]:
    """How each kind multiplies itself into a response: (spec, corner, frequencies, response, link)."""

    def pole(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, _: LinkSpec) -> None:
        response.times_pole(f, at(r, "bandwidth", c), h)

    def pole2(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, _: LinkSpec) -> None:
        response.times_pole2(f, at(r, "bandwidth", c), at(r, "quality", c), h)

    def bessel4(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, _: LinkSpec) -> None:
        response.times_bessel4(f, at(r, "bandwidth", c), h)

    def butterworth4(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, _: LinkSpec) -> None:
        response.times_butterworth4(f, at(r, "bandwidth", c), h)

    def gaussian(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, _: LinkSpec) -> None:
        response.times_gaussian(f, at(r, "bandwidth", c), h)

    def raised_cosine(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, link: LinkSpec) -> None:
        response.times_raised_cosine(f, at(link.signal, "symbol_rate", c), at(r, "roll_off", c), h)

    def eml(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, _: LinkSpec) -> None:
        termination = maybe(r, "termination", c)
        devices.times_eml(
            f, at(r, "source_resistance", c), at(r, "inductance", c), at(r, "capacitance", c), at(r, "series_resistance", c),
            math.inf if termination is None else termination, h,
        )  # fmt: skip

    def travelling_wave(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, _: LinkSpec) -> None:
        devices.times_travelling_wave(f, at(r, "electrode_length", c), at(r, "index_mismatch", c), at(r, "skin_loss", c) * SKIN, h)

    def ring(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, link: LinkSpec) -> None:
        lifetime = maybe(r, "photon_lifetime", c)
        if lifetime is None:
            quality, wavelength_m = at(r, "quality_factor", c), float(link.signal.wavelength.typ) * NM
            lifetime = quality * wavelength_m / (2.0 * math.pi * SPEED_OF_LIGHT)
        rc = maybe(r, "rc_bandwidth", c)
        devices.times_ring(
            f, lifetime, at(r, "detuning", c), at(r, "intrinsic_share", c), math.inf if rc is None else rc, h
        )

    def photodiode(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, _: LinkSpec) -> None:
        transit, rc = maybe(r, "transit_bandwidth", c), maybe(r, "rc_bandwidth", c)
        devices.times_photodiode(f, math.inf if transit is None else transit, math.inf if rc is None else rc, h)

    def ctle(r: ResponseSpec, c: str, f: np.ndarray, h: np.ndarray, _: LinkSpec) -> None:
        def ratio(name: str) -> float:
            value = maybe(r, name, c)
            return 1.0 if value is None else 10.0 ** (value / 20.0)

        pole_2, low = maybe(r, "pole_2", c), maybe(r, "low_frequency_pole", c)
        response.times_ctle_relative(
            f, ratio("dc_gain"), ratio("low_frequency_gain"), at(r, "zero", c), at(r, "pole_1", c),
            math.inf if pole_2 is None else pole_2, 1.0 if low is None else low, h,
        )  # fmt: skip

    return {
        "pole": pole, "pole2": pole2, "bessel4": bessel4, "butterworth4": butterworth4, "gaussian": gaussian,
        "raised_cosine": raised_cosine, "eml": eml, "travelling_wave": travelling_wave, "ring": ring, "photodiode": photodiode,
        "tia": pole2, "ctle": ctle,
    }  # fmt: skip


_FILTERS = _filters()


def _runs(responses: Sequence[ResponseSpec]) -> Iterator[list[ResponseSpec]]:
    """Responses one by one, neighbouring electrical two-ports of one side together."""
    run: list[ResponseSpec] = []
    for each in responses:
        if each.electrical and run and run[-1].side == each.side:
            run.append(each)
            continue
        if run:
            yield run
            run = []
        if each.electrical:
            run = [each]
        else:
            yield [each]
    if run:
        yield run


def _trace(r: ResponseSpec, corner: str, f: np.ndarray, nyquist_hz: float, out: np.ndarray) -> None:
    """A line: by its length, or by the loss at half the symbol rate, which gives the length."""
    g0 = (maybe(r, "dc_loss", corner) or 0.0) * DB_PER_KM
    a1, a2, tau = at(r, "skin_loss", corner) * SKIN, at(r, "dielectric_loss", corner) * DIELECTRIC, at(r, "delay", corner)
    length = maybe(r, "length", corner)
    if length is None:
        per_m = line.propagation_per_m(nyquist_hz, g0, a1, a2, tau).real * NEPER_DB
        length = at(r, "loss", corner) / per_m
    line.fill_line(f, length, at(r, "impedance", corner), REFERENCE_OHM, g0, a1, a2, tau, out)


def _package(r: ResponseSpec, corner: str, f: np.ndarray, out: np.ndarray) -> None:
    """The ladder of a package: C, L, C as far as given; a line of no length to start from."""
    line.fill_series_inductance(f, 0.0, REFERENCE_OHM, out)
    parts = ["input_capacitance", "inductance", "output_capacitance"]
    part = np.empty_like(out)
    for name in reversed(parts) if r.reversed else parts:
        value = maybe(r, name, corner)
        if value is None:
            continue
        fill = line.fill_series_inductance if name == "inductance" else line.fill_shunt_capacitance
        fill(f, value, REFERENCE_OHM, part)
        line.cascade(out, part, out)


def cascade_response(run: Sequence[ResponseSpec], corner: str, f: np.ndarray, symbol_rate_hz: float, two_port: Any) -> np.ndarray:
    """Transfer of a row of electrical two-ports between its source and its load, 1 at DC.

    ``two_port`` reads a Touchstone file onto the grid: (spec, frequencies) -> (4, K) array in ``REFERENCE_OHM``.
    """
    total = np.empty((4, len(f)), dtype=np.complex128)
    line.fill_series_inductance(f, 0.0, REFERENCE_OHM, total)
    part = np.empty_like(total)
    for r in run:
        if r.kind == "trace":
            _trace(r, corner, f, symbol_rate_hz / 2.0, part)
        elif r.kind == "package":
            _package(r, corner, f, part)
        else:
            part = two_port(r, f)
        line.cascade(total, part, total)
    out = np.empty(len(f), dtype=np.complex128)
    source, load = at(run[0], "source_resistance", corner), at(run[-1], "load_resistance", corner)
    line.voltage_transfer(total, source, load, REFERENCE_OHM, out)
    relative: np.ndarray = out / out[0]
    return relative


def _area(density: np.ndarray) -> float:
    """Integral over the grid by the trapezoid rule, in steps of it."""
    return float(density.sum() - (density[0] + density[-1]) / 2.0)


class Chain:
    """The chain of one lane in one corner, side by side: what multiplies the signal, the light's noise, the amplifier's noise."""

    def __init__(self, spec: LinkSpec, corner: str, measured: Any = None) -> None:
        if spec.chain is None:
            raise InputError.of("", "chain", "nothing", "a [chain] of responses: the statistical eye is computed from it")
        self._spec, self._chain, self._corner, self._measured = spec, spec.chain, corner, measured
        self.symbol_rate_hz = at(spec.signal, "symbol_rate", corner)
        self.notes: list[str] = []

    def side(self, name: str, f: np.ndarray) -> np.ndarray:
        """Product of the responses of one side."""
        out = np.ones(len(f), dtype=np.complex128)
        for run in _runs([r for r in self._chain.response if r.side == name]):
            first = run[0]
            if first.electrical:
                out *= cascade_response(run, self._corner, f, self.symbol_rate_hz, self._two_port)
            elif first.kind == "measured":
                out *= self._transfer(first, f)
            else:
                _FILTERS[first.kind](first, self._corner, f, out, self._spec)
        return out

    def _two_port(self, r: ResponseSpec, f: np.ndarray) -> np.ndarray:
        values, note = self._reader().two_port(r, f, self.symbol_rate_hz, REFERENCE_OHM)
        self._note(note)
        return np.asarray(values)

    def _transfer(self, r: ResponseSpec, f: np.ndarray) -> np.ndarray:
        values, note = self._reader().transfer(r, f, self.symbol_rate_hz)
        self._note(note)
        return np.asarray(values)

    def _note(self, note: str) -> None:
        if note and note not in self.notes:
            self.notes.append(note)

    def _reader(self) -> Any:
        if self._measured is None:
            raise InputError.of("", "chain.response", "a measured response", "a caller that reads measured files")
        return self._measured

    def _amplifier(self, f: np.ndarray) -> np.ndarray:
        """Power response whose noise bandwidth a design states: amplifier and converter front end, without lines, equalisers and files."""
        out = np.ones(len(f), dtype=np.complex128)
        for r in self._chain.response:
            if r.side == "receive" and r.kind in BAND:
                _FILTERS[r.kind](r, self._corner, f, out, self._spec)
        return np.asarray(np.abs(out) ** 2)

    def noise_rise(self, f: np.ndarray) -> np.ndarray:
        """Power spectrum of the amplifier's noise at its input, 1 at DC: 1 + (f/corner)^2 where a stage gives a corner."""
        rise = np.ones(len(f))
        factor = np.empty(len(f))
        for r in self._chain.response:
            corner_hz = maybe(r, "noise_corner", self._corner)
            if corner_hz is not None:
                devices.noise_rise(f, corner_hz, factor)
                rise *= factor
        return rise

    def lane(self, distortion: Distortion | None) -> LaneResponse:
        """The lane's response; with a ``distortion`` the fibre's dispersion and DGD are in it.

        The window doubles until the response does not wrap around, the bands until the spectrum has fallen.
        """
        grid = Grid(self.symbol_rate_hz)
        while True:
            found = self._on(grid, distortion)
            if abs(found.signal[-grid.window // 2 :]).max() > WIDE and grid.bands < MOST_BANDS:
                grid = replace(grid, bands=2 * grid.bands)
            elif found.edge_share > EDGE_LIMIT and grid.window < MOST_WINDOW:
                grid = replace(grid, window=2 * grid.window)
            else:
                return found

    def transmit(self, grid: Grid) -> np.ndarray:
        """What the transmit side makes of a rectangular symbol, its own filter included, 1 at DC."""
        f = grid.frequency_hz
        signal = np.ones(len(f), dtype=np.complex128)
        response.times_symbol(f, 1.0 / self.symbol_rate_hz, signal)
        signal *= self.side("transmit", f)
        return self._pre_emphasised(grid, signal)

    def _on(self, grid: Grid, distortion: Distortion | None) -> LaneResponse:
        f, noise_f = grid.frequency_hz, grid.noise_frequency_hz
        signal = self.transmit(grid)
        for name in ("photodiode", "receive"):
            signal *= self.side(name, f)
        if distortion is not None:
            response.times_chromatic(
                f, distortion.wavelength_nm * NM, distortion.accumulated_ps_nm * 1e-3, distortion.alpha, signal
            )
            response.times_dgd(f, distortion.dgd_ps * PS, signal)
        aggressors = []
        for each in self._chain.aggressor:
            coupled = signal.copy()
            amplitude = 10.0 ** (-at(each, "coupling_loss", self._corner) / 20.0)
            response.times_coupling(f, amplitude, self.symbol_rate_hz / 2.0, at(each, "corner", self._corner), coupled)
            aggressors += [coupled] * each.count
        receive = np.abs(self.side("receive", noise_f)) ** 2
        light = receive * np.abs(self.side("photodiode", noise_f)) ** 2
        rise = self.noise_rise(noise_f)
        own = self._amplifier(noise_f)
        stack = np.stack(aggressors) if aggressors else np.zeros((0, len(f)), dtype=np.complex128)
        return LaneResponse(
            grid, signal, stack, receive * rise, light, tuple(self.notes), _area(receive * rise) / _area(own * rise), _area(light) / _area(own)
        )

    def _pre_emphasised(self, grid: Grid, signal: np.ndarray) -> np.ndarray:
        """The transmit side's response behind the transmitter's own filter, 1 at DC.

        Its taps are the MMSE solution for the transmit side alone in weak white noise; where the sum of their magnitudes over their sum is
        above the headroom, the noise is raised until it is not: a filter that amplifies less.
        """
        e, c = self._chain.equalizer, self._corner
        count = maybe(e, "transmit_taps", c)
        if count is None or round(count) < 2:
            return signal
        taps, most = int(round(count)), at(e, "transmit_peaking", c)
        size = grid.window
        twiddles = np.empty((2, size // 2))
        pulse.fill_twiddles(size, twiddles)
        width = max(size, 160)
        work, matrix = np.empty((12, width)), np.empty((taps, taps))
        found, trial, noise = np.zeros(taps), np.zeros(taps), np.zeros(taps)

        def solved(noise_db: float) -> np.ndarray:
            noise[0] = 10.0 ** (noise_db / 10.0)
            equalizer.search_phase(
                signal, 32, int(at(e, "transmit_pre", c)), 1.0, 0.0, noise, taps, 1, 0, matrix, twiddles, work, found, trial
            )
            return found / found.sum()

        w = solved(TRANSMIT_NOISE_DB)
        low, high = TRANSMIT_NOISE_DB, 20.0
        if np.abs(w).sum() > most:
            while high - low > 0.01:
                middle = (low + high) / 2.0
                w = solved(middle)
                low, high = (middle, high) if np.abs(w).sum() > most else (low, middle)
            w = solved(high)
        behind = np.empty_like(signal)
        pulse.filtered_spectrum(signal, w, 1, size, behind)
        return behind / behind[0]

    def equaliser(self) -> Equaliser:
        """Taps and limits in this corner."""
        e, c = self._chain.equalizer, self._corner
        limit, feedback_limit = maybe(e, "tap_limit", c), maybe(e, "dfe_limit", c)
        return Equaliser(
            taps=self._spec.ffe_taps or 1,
            pre=int(e.ffe_pre.typ),
            per_symbol=int(e.ffe_samples_per_symbol.typ),
            tap_limit=math.inf if limit is None else limit,
            feedback=int(at(e, "dfe_taps", c)),
            feedback_limit=math.inf if feedback_limit is None else feedback_limit,
            memory=int(at(e, "mlse_memory", c)),
        )

    def jitter(self) -> Jitter:
        """Jitter in unit intervals in this corner."""
        j, c = self._chain.jitter, self._corner
        rate = self.symbol_rate_hz
        return Jitter(at(j, "random", c) * rate, at(j, "dual_dirac", c) * rate, at(j, "offset", c) * rate)
