"""``photonics explain DESIGN [TERM]``."""

import click

from .output import corner_option, json_option, show


@click.command("explain")
@click.argument("design")
@click.argument("term", required=False)
@corner_option("worst")
@json_option
def command(design: str, term: str | None, corner: str, as_json: bool) -> None:
    """Equation, inputs and the source of each, for every term of DESIGN or those whose name contains TERM."""
    from photonics.clusters import explain

    show(explain(design, term, corner=corner), as_json)
