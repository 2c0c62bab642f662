"""``photonics tdecq WAVEFORM``."""

import click

from photonics.errors import InputError, shown

from .output import json_option, show


@click.command("tdecq")
@click.argument("waveform")
@click.option("--baud-gbd", required=True, type=float, help="Symbol rate.")
@click.option("--samples-per-ui", required=True, type=int, help="Samples per symbol, whole; sample k stands at (k + 0.5)/N UI.")
@click.option("--taps", help="Taps of the equaliser, split by commas, in place of the best ones.")
@click.option("--main-tap", type=int, help="Which of them is the main one, counted from 0; the largest otherwise.")
@click.option("--equalizer", help="Reference equaliser whose taps are optimised: ffe5 (default), ffe9, ffe15 or none.")
@click.option("--target-ser", type=float, help="Symbol error ratio; 4.8e-4 otherwise (NRZ: 2.4e-4).")
@click.option("--reference-bandwidth-ghz", help="Of the Bessel-Thomson reference receiver, or none; half the symbol rate otherwise.")
@click.option("--filtered", is_flag=True, help="The waveform is already behind the reference receiver.")
@click.option("--scope-noise-w", default=0.0, show_default=True, help="Rms noise of the measurement, sigma_S.")
@click.option("--pattern", help="prbs13q, ssprq, or a file of symbols: finds symbol 0 and the period.")
@click.option("--center", default="optimal", show_default=True, help="optimal, crossing, or UI within symbol 0.")
@click.option("--adjust-thresholds", default=0.0, show_default=True, help="How far each threshold may move, in OMAouter (later clauses: 0.01).")
@click.option("--periods", default="average", show_default=True, help="average or keep the periods of the pattern.")
@click.option("--signal", default="pam4", show_default=True, help="pam4, or nrz for TDEC.")
@click.option("--metric", help="TDECQ, TECQ or SECQ: what the answer is called.")
@json_option
def command(
    waveform: str, baud_gbd: float, samples_per_ui: int, taps: str | None, main_tap: int | None, equalizer: str | None, target_ser: float | None,
    reference_bandwidth_ghz: str | None, filtered: bool, scope_noise_w: float, pattern: str | None, center: str, adjust_thresholds: float,
    periods: str, signal: str, metric: str | None, as_json: bool,
) -> None:  # fmt: skip
    """TDECQ of a periodic WAVEFORM (.npy, .csv, .h5): penalty, Ceq, taps, centre, what each impairment costs."""
    from photonics.links import tdecq

    given = None if taps is None else [_number(word) for word in taps.split(",")]
    result = tdecq(
        waveform, baud_gbd=baud_gbd, samples_per_ui=samples_per_ui, taps=given, main_tap=main_tap, equalizer=equalizer, target_ser=target_ser,
        reference_bandwidth_ghz=reference_bandwidth_ghz, filtered=filtered, scope_noise_w=scope_noise_w, pattern=pattern, center=center,
        adjust_thresholds=adjust_thresholds, periods=periods, signal=signal, metric=metric,
    )  # fmt: skip
    show(result, as_json)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise InputError.of("", "taps", shown(word.strip()), "numbers split by commas") from None
