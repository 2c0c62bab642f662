"""``photonics fec``."""

import click

from .output import json_option, show


@click.command("fec")
@click.option("--code", required=True, help="kp4, kp4+hamming128 or none.")
@click.option("--pre-fec-ber", required=True, type=float, help="Bit error ratio before the decoder.")
@click.option("--interleave", default=1, show_default=True, help="Codewords interleaved and lost together.")
@click.option("--burst-continuation", type=float, help="Probability that an error continues (not built yet).")
@json_option
def command(code: str, pre_fec_ber: float, interleave: int, burst_continuation: float | None, as_json: bool) -> None:
    """RS symbol, codeword and 64-octet frame error ratios after the code."""
    from photonics.links import fec

    show(
        fec(code=code, pre_fec_ber=pre_fec_ber, interleave=interleave, burst_continuation=burst_continuation), as_json
    )
