"""``photonics compare DESIGN...``."""

import click

from photonics.errors import UnsupportedError

from .output import figure_option, figures, json_option, show


@click.command("compare")
@click.argument("designs", nargs=-1, required=True)
@click.option("--html", "html_path", help="One HTML page (not built yet).")
@figure_option
@json_option
def command(designs: tuple[str, ...], html_path: str | None, figure_paths: tuple[str, ...], as_json: bool) -> None:
    """Technologies over a cluster (CLUSTER, or CLUSTER LINK...), or LINK... beside each other, one link each."""
    if html_path is not None:
        raise UnsupportedError.of("", "--html", html_path, "--figure (the HTML report is not built yet)")
    from photonics.clusters import compare

    result = compare(*designs)

    def draw() -> object:
        from photonics.reports import comparison

        return comparison(result)

    figures(figure_paths, draw)
    show(result, as_json)
