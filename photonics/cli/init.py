"""``photonics init FILE``."""

import sys

import click

from .output import json_option, show


@click.command("init")
@click.argument("file")
@click.option("--from", "base", default="1.6T-2xDR4", show_default=True, help="Shipped design to start from.")
@json_option
def command(file: str, base: str, as_json: bool) -> None:
    """Write a commented starter design to FILE; an existing file is never touched."""
    from photonics.catalog.starter import init

    path = init(file, base=base)
    if as_json:
        show({"file": str(path), "from": base}, True)
    else:
        print(f"wrote {path} from {base}", file=sys.stderr)
