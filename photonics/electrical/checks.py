"""What a measured response must satisfy before an eye is built on it; each fault is an `InputError` in words.

The thresholds stand here with their reasons. Nothing is mended: a response that fails is the user's to measure
again.
"""

import math

import numpy as np

from photonics.electrical.causal import excess_phase, memory_s, sides_of_peak
from photonics.electrical.measured import S11, S12, S21, S22, MeasuredResponse, TwoPort
from photonics.errors import InputError
from photonics.files.touchstone import Touchstone

# A calibrated analyser reads a lossless through to about 0.05 dB; 1 % is 0.09 dB.
PASSIVE_EXCESS = 0.01
# Residual directivity and tracking of a calibration leave -40 dB; files of linear parts differ by rounding only.
RECIPROCITY = 0.02
# Half the amplitude (6 dB): a port whose partner is that much weaker than another is misnamed.
PORT_RATIO = 0.5
# Minimum-phase responses give below 0.045 rad here (the worst: a Gaussian cut at its file's end), their
# time-reversed and zero-phase copies 0.1 to 1.5 unless the file ends near the corner.
EXCESS_PHASE_RAD = 0.1
# An all-pass section has its energy behind the peak (a third or less ahead); a zero-phase response has as much on
# both sides.
AHEAD_OF_BEHIND = 0.5
# Fewer points up to Nyquist than these cannot show a corner's slope.
MIN_POINTS = 16
# Above 0.4 turns between points the unwrapped phase is a guess.
PHASE_STEP_RAD = 0.8 * math.pi
# An echo later than half of the file's window 1/df looks like one that comes early, so the response has to end before.
WINDOW_SHARE = 0.4
# DC lies at most this part of Nyquist below the first point: less than one bin of a window of 50 symbols.
FIRST_OF_NYQUIST = 0.02


def check_ports(file: Touchstone, ports: tuple[int, ...], count: int) -> None:
    """The port list: `count` of them (2 or 4), existing, each once."""
    names = "(in, out)" if count == 2 else "(in +, in -, out +, out -)"
    wanted = f"{count} different ports {names} from 1 to {file.ports}"
    if len(ports) != count or len(set(ports)) != count or not all(1 <= port <= file.ports for port in ports):
        raise InputError.of(file.path, "ports", str(list(ports)), wanted)


def _through(file: Touchstone) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Root of the mean power between each two ports over the lowest tenth of the band, DC left out."""
    low = (file.frequency_hz > 0.0) & (file.frequency_hz <= 0.1 * file.frequency_hz[-1])
    if not low.any():
        low[min(1, low.size - 1)] = True
    mean = np.sqrt((np.abs(file.s[low]) ** 2).mean(axis=0))
    np.fill_diagonal(mean, 0.0)
    return np.asarray(mean)


def check_port_order(file: Touchstone, ports: tuple[int, ...]) -> None:
    """In a pair the strongest transmission at low frequency is the named one; else the likely order is offered.

    Which end is the input and which wire is + cannot be told from a reciprocal, symmetric file: both must be known.
    """
    if len(ports) != 4:
        return
    through = _through(file)
    partner = {port: int(np.argmax(through[:, port - 1])) + 1 for port in ports}
    in_plus, in_minus, out_plus, out_minus = ports
    for into, out in ((in_plus, out_plus), (in_minus, out_minus)):
        best = through[partner[into] - 1, into - 1]
        if through[out - 1, into - 1] >= PORT_RATIO * best:
            continue
        others = [port for port in sorted(ports) if port not in (in_plus, partner[in_plus])]
        likely = "the ports as in (in +, in -, out +, out -)"
        if len(others) == 2 and partner.get(others[0]) == others[1]:
            second = others if in_minus not in others[1:] else others[::-1]
            likely = f"ports = [{in_plus}, {second[0]}, {partner[in_plus]}, {second[1]}]: (in +, in -, out +, out -)"
        decibel = 20.0 * math.log10(best / max(float(through[out - 1, into - 1]), best * 1e-10))
        raise InputError.of(
            file.path,
            "ports",
            f"{list(ports)}, so port {into} to port {out}, but port {into} reaches port {partner[into]} "
            f"{decibel:.0f} dB better in the lowest tenth of the band",
            likely,
        )


def check_passive(two_port: TwoPort) -> None:
    """The largest singular value of S is at most 1 (+ `PASSIVE_EXCESS`): no energy is made."""
    s = two_port.s
    power = (np.abs(s) ** 2).sum(axis=0)
    determinant = np.abs(s[S11] * s[S22] - s[S12] * s[S21]) ** 2
    # Larger root of x^2 - |S|^2 x + |det S|^2, the characteristic equation of S'S.
    largest = np.sqrt((power + np.sqrt(np.maximum(power**2 - 4.0 * determinant, 0.0))) / 2.0)
    at = int(np.argmax(largest))
    if largest[at] > 1.0 + PASSIVE_EXCESS:
        raise InputError.of(
            two_port.source,
            "",
            f"an active response: the largest singular value of S is {largest[at]:.4g} at "
            f"{two_port.frequency_hz[at] / 1e9:g} GHz",
            f"at most {1.0 + PASSIVE_EXCESS:g} for a passive part, or `passive = false` for an amplifier",
        )


def check_passive_transfer(response: MeasuredResponse) -> None:
    """|H| <= 1 (+ `PASSIVE_EXCESS`) for a transfer that is said to be passive."""
    at = int(np.argmax(response.magnitude))
    if response.magnitude[at] > 1.0 + PASSIVE_EXCESS:
        raise InputError.of(
            response.source,
            "",
            f"an active response: magnitude {response.magnitude[at]:.4g} at {response.frequency_hz[at] / 1e9:g} GHz",
            f"at most {1.0 + PASSIVE_EXCESS:g} for a passive part, or `passive = false`",
        )


def check_reciprocal(two_port: TwoPort) -> None:
    """|S21 - S12| <= `RECIPROCITY`: lines, packages and connectors hold nothing that knows a direction."""
    apart = np.abs(two_port.s[S21] - two_port.s[S12])
    at = int(np.argmax(apart))
    if apart[at] > RECIPROCITY:
        raise InputError.of(
            two_port.source,
            "",
            f"S12 and S21 that differ by {apart[at]:.3g} at {two_port.frequency_hz[at] / 1e9:g} GHz",
            f"at most {RECIPROCITY:g} for a passive part, or `passive = false` for an amplifier",
        )


def check_causal(response: MeasuredResponse, absolute: bool) -> None:
    """No effect ahead of its cause, whatever delay the reference planes leave.

    Refused when the phase differs from the minimum phase plus a delay by more than `EXCESS_PHASE_RAD` rms AND
    the energy ahead of the peak is more than `AHEAD_OF_BEHIND` of that behind it: the first alone would refuse
    all-pass responses, the second alone steep filters. `absolute`: reference planes are real, so that the
    delay itself may not be negative (by more than one cell 1/f_end).
    """
    rest_rad, delay_s = excess_phase(response)
    ahead, behind = sides_of_peak(response)
    if rest_rad > EXCESS_PHASE_RAD and ahead > AHEAD_OF_BEHIND * behind:
        raise InputError.of(
            response.source,
            "",
            f"a non-causal response: {ahead:.2%} of the impulse's energy comes ahead of its peak and {behind:.2%} behind; "
            f"the phase is {rest_rad:.2f} rad (rms) off what the magnitude and a delay ask for",
            f"at most {EXCESS_PHASE_RAD:g} rad; a delay is exp(-j 2 pi f tau), its phase falls with frequency; "
            "a file without a phase asks for `phase = \"minimum\"`",
        )
    cell_s = 1.0 / float(response.frequency_hz[-1])
    if absolute and delay_s < -cell_s:
        raise InputError.of(
            response.source,
            "",
            f"a non-causal response: a delay of {delay_s * 1e12:.4g} ps between the ports",
            "0 or more: the phase is conjugated, or the points are too far apart for the length",
        )


def check_points(response: MeasuredResponse, nyquist_hz: float) -> None:
    """Enough points for corners, close enough for the delay and for the latest echo."""
    f_hz = response.frequency_hz
    inside = int(np.count_nonzero(f_hz <= nyquist_hz))
    if f_hz.size < MIN_POINTS or inside < MIN_POINTS:
        raise InputError.of(
            response.source,
            "",
            f"{inside} points up to Nyquist ({nyquist_hz / 1e9:g} GHz)",
            f"at least {MIN_POINTS}",
        )
    # Where a notch leaves no magnitude the phase may turn by half at once.
    strong = response.magnitude > 0.03 * response.magnitude.max()
    turn = np.where(strong[1:] & strong[:-1], np.abs(np.diff(response.phase_rad)), 0.0)
    at = int(np.argmax(turn))
    if turn[at] > PHASE_STEP_RAD:
        raise InputError.of(
            response.source,
            "",
            f"a phase that turns by {np.rad2deg(turn[at]):.0f} degrees from {f_hz[at] / 1e9:g} to {f_hz[at + 1] / 1e9:g} GHz",
            f"at most {np.rad2deg(PHASE_STEP_RAD):.0f} degrees between points: a finer step, or the delay taken out",
        )
    step_hz = float(np.median(np.diff(f_hz)))
    needed_s = memory_s(response)
    if needed_s > WINDOW_SHARE / step_hz:
        raise InputError.of(
            response.source,
            "",
            f"a step of {step_hz / 1e6:g} MHz, a time window of {1e9 / step_hz:.3g} ns, with echoes up to "
            f"{needed_s * 1e9:.3g} ns behind the main arrival",
            f"a step of at most {WINDOW_SHARE / needed_s / 1e6:.3g} MHz, so that the latest echo has died away",
        )


def check_first(response: MeasuredResponse, nyquist_hz: float) -> None:
    """DC is measured or so near that a straight phase and a parabola reach it."""
    first_hz = float(response.frequency_hz[0])
    if first_hz > FIRST_OF_NYQUIST * nyquist_hz:
        raise InputError.of(
            response.source,
            "",
            f"a first point at {first_hz / 1e9:g} GHz",
            f"at most {FIRST_OF_NYQUIST * nyquist_hz / 1e9:.4g} GHz ({FIRST_OF_NYQUIST:.0%} of Nyquist): what lies below "
            "would be invented, and the long runs of a pattern live there",
        )


def check_last(response: MeasuredResponse, symbol_rate_hz: float) -> None:
    """The file reaches Nyquist; else how far it reaches, what is missing, and its share of a symbol's power."""
    end_hz, nyquist_hz = float(response.frequency_hz[-1]), symbol_rate_hz / 2.0
    if end_hz >= nyquist_hz * (1.0 - 1e-9):
        return
    raise InputError.of(
        response.source,
        "",
        f"a file that ends at {end_hz / 1e9:.6g} GHz: {(nyquist_hz - end_hz) / 1e9:.4g} GHz short of Nyquist; "
        f"{symbol_power_above(end_hz / symbol_rate_hz):.1%} of a symbol's power lies above its end "
        f"({symbol_power_above(0.5):.1%} above Nyquist itself)",
        f"a file up to Nyquist, {nyquist_hz / 1e9:.6g} GHz for {symbol_rate_hz / 1e9:.6g} GBd, or farther",
    )


def symbol_power_above(end_of_rate: float) -> float:
    """Share of the power of random rectangular symbols above `end_of_rate` symbol rates.

    1 - 2 integral of sinc^2(x) from 0 to the end, sinc(x) = sin(pi x)/(pi x): 22.6 % above Nyquist.
    """
    x = np.linspace(0.0, end_of_rate, 4001)
    return float(1.0 - 2.0 * np.trapezoid(np.sinc(x) ** 2, x))


def check_resistances(values: tuple[float, ...], source: str, names: tuple[str, ...]) -> None:
    """Resistances of source and load: finite and above 0."""
    for name, value in zip(names, values, strict=True):
        if not 0.0 < value < math.inf:
            raise InputError.of(source, name, f"{value:g} ohm", "a resistance above 0")

