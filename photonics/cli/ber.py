"""``photonics ber LINK``."""

import click

from .output import corner_option, figure_option, figures, json_option, show


@click.command("ber")
@click.argument("link")
@click.option("--method", default="closed-form", show_default=True, help="closed-form, eye or waveform.")
@click.option("--rx-oma-dbm", "powers", multiple=True, type=float, help="Received outer OMA at TP3; repeatable.")
@click.option("--target-ber", type=float, help="Error ratio whose sensitivity is wanted; the PHY's limit otherwise.")
@click.option("--symbols", type=int, help="With waveform: symbols of a point at the most; 20 million otherwise.")
@click.option("--seed", type=int, help="With waveform: of its random numbers; 1 otherwise.")
@click.option("--linear", is_flag=True, default=None, help="With waveform: light follows the drive, no modulator's curve.")
@click.option("--lane", default=0, show_default=True, help="Lane, counted from 0.")
@corner_option("typ")
@figure_option
@json_option
def command(
    link: str, method: str, powers: tuple[float, ...], target_ber: float | None, symbols: int | None, seed: int | None, linear: bool | None,
    lane: int, corner: str, figure_paths: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Bit error ratio of one lane of LINK against received power."""
    from photonics.links import ber

    counted = {}
    if method == "waveform":
        from photonics.sweeps.progress import Bar

        counted["progress"] = bar = Bar(link)
    try:
        result = ber(
            link, method=method, rx_oma_dbm=powers or None, target_ber=target_ber, lane=lane, corner=corner, symbols=symbols, seed=seed,
            linear=linear, **counted,
        )  # fmt: skip
    finally:
        if counted:
            bar.close()

    def draw() -> object:
        from photonics.reports import ber as drawn

        return drawn(result)

    figures(figure_paths, draw)
    show(result, as_json)
