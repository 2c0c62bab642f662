"""``photonics ber LINK``."""

import click

from .output import corner_option, figure_option, figures, json_option, show


@click.command("ber")
@click.argument("link")
@click.option("--method", default="closed-form", show_default=True, help="closed-form, eye or waveform.")
@click.option("--rx-oma-dbm", "powers", multiple=True, type=float, help="Received outer OMA at TP3; repeatable.")
@click.option("--target-ber", type=float, help="Error ratio whose sensitivity is wanted; the PHY's limit otherwise.")
@click.option("--lane", default=0, show_default=True, help="Lane, counted from 0.")
@corner_option("typ")
@figure_option
@json_option
def command(
    link: str, method: str, powers: tuple[float, ...], target_ber: float | None, lane: int, corner: str, figure_paths: tuple[str, ...], as_json: bool
) -> None:
    """Bit error ratio of one lane of LINK against received power."""
    from photonics.links import ber

    result = ber(link, method=method, rx_oma_dbm=powers or None, target_ber=target_ber, lane=lane, corner=corner)

    def draw() -> object:
        from photonics.reports import ber as drawn

        return drawn(result)

    figures(figure_paths, draw)
    show(result, as_json)
