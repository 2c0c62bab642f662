"""``photonics eye LINK``."""

import click

from .output import corner_option, figure_option, figures, json_option, show


@click.command("eye")
@click.argument("link")
@corner_option("typ")
@click.option("--lane", default=0, show_default=True, help="Lane, counted from 0.")
@click.option("--rx-oma-dbm", type=float, help="Received outer OMA at TP3; what the lane receives in its budget otherwise.")
@click.option("--target", "targets", multiple=True, type=float, default=(1e-3, 1e-6, 1e-9), show_default=True, help="Error probability of an edge; repeatable.")
@click.option("--offsets", default=65, show_default=True, help="Sampling instants over the UI, an odd number.")
@figure_option
@json_option
def command(
    link: str, corner: str, lane: int, rx_oma_dbm: float | None, targets: tuple[float, ...], offsets: int, figure_paths: tuple[str, ...], as_json: bool
) -> None:
    """Statistical eye of one lane of LINK: sub-eyes at error probabilities, bathtub, equaliser, noise by kind."""
    from photonics.links import eye

    result = eye(link, corner=corner, lane=lane, rx_oma_dbm=rx_oma_dbm, targets=targets, offsets=offsets)

    def draw() -> object:
        from photonics.reports import eye as drawn

        return drawn(result)

    figures(figure_paths, draw)
    show(result, as_json)
