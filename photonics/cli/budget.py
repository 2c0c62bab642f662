"""``photonics budget LINK``."""

import click

from .output import corner_option, figure_option, figures, json_option, show


@click.command("budget")
@click.argument("link")
@corner_option("worst")
@click.option("--life", default="end", show_default=True, help="begin or end: whether ageing guards are spent.")
@figure_option
@json_option
def command(link: str, corner: str, life: str, figure_paths: tuple[str, ...], as_json: bool) -> int:
    """Loss waterfall, powers, error ratio, FEC and energy of LINK; exit 1 where a margin is below zero."""
    from photonics.links import budget

    result = budget(link, corner=corner, life=life)

    def draw() -> object:
        from photonics.reports import waterfall

        return waterfall(result)

    figures(figure_paths, draw)
    show(result, as_json)
    return 0 if result.closes else 1
