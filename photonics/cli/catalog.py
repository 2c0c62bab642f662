"""``photonics catalog list/show/audit``."""

import click

from photonics.results.table import Table, brief

from .output import json_option, show


@click.group("catalog")
def command() -> None:
    """What is built in, every number with its source."""


@command.command("list")
@click.option("--kind", help="Only entries of this kind (phy, link, part, cable, switch, cluster, facts).")
@json_option
def list_entries(kind: str | None, as_json: bool) -> None:
    """Names of everything in the catalog."""
    from photonics import catalog

    entries = catalog.list(kind)
    if as_json:
        show({"entries": [e.as_dict() for e in entries], "counts": {"entries": len(entries)}}, True)
    else:
        print(Table(["kind", "name", "about"], [[e.kind, e.name, brief(e.about, 70)] for e in entries]))


@command.command("show")
@click.argument("name")
@json_option
def show_entry(name: str, as_json: bool) -> None:
    """Every value of NAME with unit, source, confidence and note."""
    from photonics import catalog

    entry = catalog.show(name)
    show({"entries": [entry.as_dict(rows=True)], "counts": entry.counts.as_dict()} if as_json else entry, as_json)


@command.command("audit")
@json_option
def audit(as_json: bool) -> None:
    """How many values are seen, recalled, assumed, in conflict; anything without a source."""
    from photonics import catalog

    counts = catalog.audit()
    if as_json:
        show({"entries": [], "counts": counts.as_dict()}, True)
    else:
        print(Table(["confidence", "values"], [[k, str(v)] for k, v in counts.as_dict().items()], "", frozenset({1})))


@command.command("identities")
@click.argument("phy")
@json_option
def identities(phy: str, as_json: bool) -> None:
    """A PHY's table against itself: which lines follow from each other, on values that were seen."""
    from photonics import catalog

    found = catalog.identities_of(phy)
    if as_json:
        show({"identities": [i.as_dict() for i in found]}, True)
    else:
        print(catalog.identities_table(phy))


@command.command("powers")
@json_option
def powers(as_json: bool) -> None:
    """Module power of every design against its published figure: what one set of blocks leaves unexplained."""
    from photonics.validation.power import power_residuals

    show(power_residuals(), as_json)
