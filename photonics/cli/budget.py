"""``photonics budget LINK``."""

import click

from .output import corner_option, figure_option, figures, json_option, show


@click.command("budget")
@click.argument("link")
@corner_option("worst")
@figure_option
@json_option
def command(link: str, corner: str, figure_paths: tuple[str, ...], as_json: bool) -> int:
    """Loss waterfall, powers, error ratio, FEC and energy of LINK; exit 1 where a margin is below zero."""
    from photonics.links import budget

    result = budget(link, corner=corner)

    def draw() -> object:
        from photonics.reports import waterfall

        return waterfall(result)

    figures(figure_paths, draw)
    show(result, as_json)
    return 0 if result.closes else 1
