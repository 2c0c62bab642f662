"""What all verbs share: the --json and --corner options, and one way to print a result."""

import json
import sys
from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Any], Any]

json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


def corner_option(default: str) -> Decorator:
    """The corner of a verb; the library checks it, so that the message is the same in a notebook."""
    return click.option("--corner", default=default, show_default=True, help="worst, typ or best.")


def show(result: Any, as_json: bool) -> None:
    """Print a result as its tables or as JSON; NaN and Infinity cannot get through."""
    if as_json:
        json.dump(result.as_dict() if hasattr(result, "as_dict") else result, sys.stdout, allow_nan=False, indent=1)
        sys.stdout.write("\n")
    else:
        print(result)


def figures(paths: tuple[str, ...], draw: Callable[[], Any]) -> None:
    """Save a figure to every path; messages go to standard error."""
    if not paths:
        return
    from photonics.reports import save

    figure = draw()
    for path in paths:
        save(figure, path)
        print(f"figure: {path}", file=sys.stderr)


figure_option: Decorator = click.option(
    "--figure", "figure_paths", multiple=True, help="Also draw the figure to this file (.png, .svg or .pdf); repeatable."
)
