"""``photonics warm``."""

import click

from .output import json_option, show


@click.command("warm")
@json_option
def command(as_json: bool) -> None:
    """Compile the kernels once and keep them for later runs."""
    from photonics.sweeps.warming import warm

    found = warm()
    show(found if as_json else f"kernels ready in {found['seconds']} s, kept in {found['cache']}", as_json)
