"""``photonics validate FILE...``."""

import click

from .output import json_option, show


@click.command("validate")
@click.argument("files", nargs=-1, required=True)
@click.option("--kind", help="Only cases of this kind.")
@click.option("--id", "id_glob", help="Only cases whose id matches this glob.")
@click.option("--grade", help="Only published experiments of this grade.")
@json_option
def command(files: tuple[str, ...], kind: str | None, id_glob: str | None, grade: str | None, as_json: bool) -> int:
    """Run the cases of FILE... against the models; exit 1 if one fails or is unsupported."""
    from photonics.validation import validate

    result = validate(*files, kind=kind, id=id_glob, grade=grade)
    show(result, as_json)
    return 1 if result.failed else 0
