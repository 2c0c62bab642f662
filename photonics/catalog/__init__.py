"""What is built in, every number with its source: PHYs, facts, parts, designs, cables, switches, clusters.

    catalog.phy("800GBASE-DR4").oma_max          a limit, with unit, source and confidence
    catalog.fact("fibre_delay")                  a fact beside the PHYs
    print(catalog.show("800GBASE-DR4"))          the whole table, with citations
    catalog.load_link("1.6T-2xDR4")              a design, by name or by path
    catalog.identities_of("400GBASE-DR4")        the table against itself
    catalog.audit()                              how many values are seen, recalled, assumed, in conflict
"""

from photonics.catalog.entries import Counts, Entry, audit, kinds, show, unsourced
from photonics.catalog.entries import list_entries as list
from photonics.catalog.facts import fact, fact_names
from photonics.catalog.identities import Identity, identities_of, identities_table
from photonics.catalog.loading import (
    design_text,
    find,
    load,
    load_cable,
    load_cluster,
    load_link,
    load_sweep,
    load_switch,
    lookup_base,
    lookup_part,
)
from photonics.catalog.phys import Phy, phy, phy_names
from photonics.catalog.rows import Row
from photonics.catalog.sourced import Sourced
from photonics.catalog.sources import citation, source_keys

__all__ = [
    "Counts",
    "Entry",
    "Identity",
    "Phy",
    "Row",
    "Sourced",
    "audit",
    "citation",
    "design_text",
    "fact",
    "fact_names",
    "find",
    "identities_of",
    "identities_table",
    "kinds",
    "list",
    "load",
    "load_cable",
    "load_cluster",
    "load_link",
    "load_sweep",
    "load_switch",
    "lookup_base",
    "lookup_part",
    "phy",
    "phy_names",
    "show",
    "source_keys",
    "unsourced",
]
