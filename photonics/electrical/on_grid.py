"""From the frequencies of a file to those of an eye: down to DC, in between, and beyond the end by a named rule."""

import math

import numpy as np

from photonics.electrical import checks
from photonics.electrical.causal import memory_s
from photonics.electrical.measured import Beyond, Complexes, Floats, GridResponse, MeasuredResponse, TwoPort
from photonics.errors import InputError, shown

_FIRST_POINTS = 4  # that the line and the parabola to DC are fitted to
_DC_PHASE_RAD = 0.35  # a real response has 0 or pi there; 20 degrees are left to calibration and bias tees
_COUPLED = 1e-2  # of the largest magnitude: a first point below it belongs to a path that blocks DC
_WAYS = "`beyond = \"zero\"` (nothing passes above the end) or `beyond = \"trend\"`"
_TREND = (
    "the magnitude in a straight line to where a linear fit to the upper half of the file puts it at the grid's end, "
    "the phase at its last slope"
)


def to_dc(response: MeasuredResponse) -> MeasuredResponse:
    """The response with a point at 0 Hz: the file's own, or a parabola in magnitude and a straight phase.

    How far the first point may lie from DC is `checks.check_first`'s to say.

    :raises InputError: a phase at DC that is neither 0 nor pi.
    """
    f_hz, magnitude, phase_rad = response.frequency_hz, response.magnitude, response.phase_rad
    notes = response.notes
    coupled = magnitude[0] < _COUPLED * magnitude.max()
    if f_hz[0] > 0.0:
        few = slice(0, _FIRST_POINTS)
        dc_phase = float(np.polyfit(f_hz[few], phase_rad[few], 1)[1])
        if coupled:
            dc_magnitude, dc_phase = 0.0, float(phase_rad[0])
            notes = (*notes, f"0 at DC: the first point, {f_hz[0] / 1e9:g} GHz, is 40 dB below the largest")
        else:
            fit = np.polyfit(f_hz[few] ** 2, magnitude[few], 1)
            dc_magnitude = max(0.0, float(fit[1]))
            notes = (*notes, f"extrapolated from {f_hz[0] / 1e9:g} GHz to DC: parabola in magnitude, straight phase")
    else:
        dc_phase, dc_magnitude = float(phase_rad[0]), float(magnitude[0])
    if not coupled:
        whole = round(dc_phase / math.pi) * math.pi
        if abs(dc_phase - whole) > _DC_PHASE_RAD:
            raise InputError.of(
                response.source,
                "",
                f"a phase of {np.rad2deg(dc_phase):.0f} degrees at DC",
                f"0 or 180 degrees, give or take {np.rad2deg(_DC_PHASE_RAD):.0f}: a real response has no other; "
                "is a constant phase left in the file?",
            )
        if whole % (2.0 * math.pi):
            notes = (*notes, "inverting: negative at DC")
        dc_phase = whole
    if f_hz[0] > 0.0:
        f_hz = np.concatenate(([0.0], f_hz))
        magnitude = np.concatenate(([dc_magnitude], magnitude))
        phase_rad = np.concatenate(([dc_phase], phase_rad))
    else:
        phase_rad = phase_rad.copy()
        phase_rad[0] = dc_phase
    return MeasuredResponse(response.source, f_hz, magnitude, phase_rad, notes)


def _at(response: MeasuredResponse, frequency_hz: Floats, beyond: Beyond | None) -> Complexes:
    """Magnitude and unwrapped phase linearly between points; above the end by the rule."""
    f_hz, magnitude, phase_rad = response.frequency_hz, response.magnitude, response.phase_rad
    passed = np.interp(frequency_hz, f_hz, magnitude)
    turned = np.interp(frequency_hz, f_hz, phase_rad)
    outside = frequency_hz > f_hz[-1]
    if outside.any() and beyond == "zero":
        passed[outside] = 0.0
    elif outside.any():
        end_hz, top_hz = float(f_hz[-1]), float(frequency_hz[-1])
        half = f_hz.size // 2
        fit = np.polyfit(f_hz[half:] / end_hz, magnitude[half:], 1)
        target = float(np.clip(np.polyval(fit, top_hz / end_hz), 0.0, magnitude[-1]))
        along = (frequency_hz[outside] - end_hz) / (top_hz - end_hz)
        passed[outside] = magnitude[-1] + (target - magnitude[-1]) * along
        slope = (phase_rad[-1] - phase_rad[-2]) / (f_hz[-1] - f_hz[-2])
        turned[outside] = phase_rad[-1] + slope * (frequency_hz[outside] - end_hz)
    values: Complexes = passed * np.exp(1j * turned)
    return values


def _beyond_note(source: str, end_hz: float, frequency_hz: Floats, beyond: Beyond | None) -> str:
    """What happens above the file's end, in words.

    :raises InputError: the grid goes farther and no rule, or an unknown one, is given.
    """
    if beyond not in (None, "zero", "trend"):
        raise InputError.of(source, "beyond", shown(beyond), _WAYS)
    top_hz = float(frequency_hz[-1])
    if top_hz <= end_hz * (1.0 + 1e-9):
        return "the file covers the grid"
    if beyond is None:
        raise InputError.of(
            source,
            "beyond",
            f"nothing, and the file ends at {end_hz / 1e9:.6g} GHz while the eye is computed up to {top_hz / 1e9:.6g} GHz",
            f"{_WAYS}: {_TREND}",
        )
    rule = "zero" if beyond == "zero" else _TREND
    return f"above {end_hz / 1e9:.6g} GHz, up to {top_hz / 1e9:.6g} GHz: {beyond} ({rule})".replace("zero (zero)", "zero")


def _grid_checked(source: str, frequency_hz: Floats) -> None:
    if frequency_hz.size < 2 or frequency_hz[0] < 0.0 or np.any(np.diff(frequency_hz) <= 0.0):
        raise InputError.of(source, "frequency_hz", "a grid that does not ascend", "frequencies from 0 up")


def response_on_grid(
    measured: MeasuredResponse, frequency_hz: Floats, nyquist_hz: float, *, beyond: Beyond | None
) -> GridResponse:
    """A measured transfer on the eye's grid; `values` are not divided by the value at DC.

    `beyond` says what holds above the file's end where the grid goes farther ("zero" or "trend"); there is no
    default. A file that ends below Nyquist is refused whatever the rule.

    :raises InputError: ends below Nyquist, starts too far from DC, no rule for the band beyond its end.
    """
    _grid_checked(measured.source, frequency_hz)
    checks.check_last(measured, 2.0 * nyquist_hz)
    checks.check_first(measured, nyquist_hz)
    whole = to_dc(measured)
    end = _beyond_note(measured.source, float(whole.frequency_hz[-1]), frequency_hz, beyond)
    memory = memory_s(whole)
    notes = [*whole.notes, end]
    window_s = 1.0 / float(np.diff(frequency_hz).max())
    if memory > window_s / 2.0:
        notes.append(
            f"remembers {memory * 1e9:.3g} ns, the grid's window is {window_s * 1e9:.3g} ns: a longer window keeps the "
            "tail from folding onto the pulse"
        )
    return GridResponse(frequency_hz, _at(whole, frequency_hz, beyond), "; ".join(notes), memory)


def two_port_on_grid(
    measured: TwoPort, frequency_hz: Floats, nyquist_hz: float, *, beyond: Beyond | None
) -> TwoPort:
    """All four parameters on a grid by the rules of `response_on_grid`; reflections by a spline, real at DC.

    Beyond the end "zero" means a part that neither passes nor reflects.
    """
    _grid_checked(measured.source, frequency_hz)
    f_hz = measured.frequency_hz
    through = MeasuredResponse.of(measured.source, f_hz, measured.s[2])
    checks.check_last(through, 2.0 * nyquist_hz)
    checks.check_first(through, nyquist_hz)
    notes = (*measured.notes, *to_dc(through).notes)
    end = _beyond_note(measured.source, float(f_hz[-1]), frequency_hz, beyond)
    rows = [
        _reflection_at(_reflection_to_dc(measured.source, f_hz, row), frequency_hz, beyond)
        if place in (0, 3)
        else _at(to_dc(MeasuredResponse.of(measured.source, f_hz, row)), frequency_hz, beyond)
        for place, row in enumerate(measured.s)
    ]
    return TwoPort(
        measured.source, frequency_hz, np.stack(rows), measured.reference_ohm, (*notes, end)
    )


def _reflection_at(response: MeasuredResponse, frequency_hz: Floats, beyond: Beyond | None) -> Complexes:
    """A cubic spline of the complex values inside the file: echoes make nulls, where magnitude and phase both break."""
    from scipy.interpolate import CubicSpline

    values = _at(response, frequency_hz, beyond)
    inside = frequency_hz <= response.frequency_hz[-1]
    values[inside] = CubicSpline(response.frequency_hz, response.values)(frequency_hz[inside])
    return values


def _reflection_to_dc(source: str, frequency_hz: Floats, values: Complexes) -> MeasuredResponse:
    """A reflection with its real value at 0 Hz; it may vanish there, so its phase says nothing about DC."""
    if frequency_hz[0] > 0.0:
        few = slice(0, _FIRST_POINTS)
        real = float(np.polyfit(frequency_hz[few] ** 2, values.real[few], 1)[1])
        frequency_hz = np.concatenate(([0.0], frequency_hz))
        values = np.concatenate(([complex(real, 0.0)], values))
    return MeasuredResponse.of(source, frequency_hz, values)
