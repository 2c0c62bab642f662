"""Terms with their equation and inputs, down to the defaults a part supplied."""

from dataclasses import dataclass, replace
from typing import Any

from photonics.errors import InputError, nearest, shown

from .parts import EnergyTerm
from .table import Table, brief, number
from .term import Term


@dataclass(frozen=True)
class Explanation:
    """The asked-for terms of one design in one corner (worst lane), down to the defaults a part supplied."""

    link: str
    corner: str
    terms: tuple[Term | EnergyTerm, ...]

    def only(self, wanted: str | None) -> "Explanation":
        """The terms whose name contains ``wanted`` (case ignored), all where it is None; ``InputError`` where none does."""
        if wanted is None:
            return self
        chosen = tuple(t for t in self.terms if wanted.casefold() in t.name.casefold())
        if not chosen:
            # Words of a name are offered too: "quantization" should find "quantisation" in a longer name.
            names = [t.name for t in self.terms]
            words = dict.fromkeys(names + [w for n in names for w in n.replace(",", "").split() if len(w) > 3])
            allowed = "a term of this design (explain without a term lists them)"
            raise InputError.of("", "term", shown(wanted), allowed, nearest(wanted, words))
        return replace(self, terms=chosen)

    def as_dict(self) -> dict[str, Any]:
        return {
            "link": self.link,
            "corner": self.corner,
            "terms": [t.as_dict(explain=True) for t in self.terms],
        }

    def __str__(self) -> str:
        blocks = [f"{self.link}, {self.corner} corner"]
        for t in self.terms:
            where, value = (
                (t.plane, f"{number(t.value, 3)} {t.unit}") if isinstance(t, Term) else (t.boundary, f"{number(t.power_w, 3)} W")
            )
            rows = [[i.name, i.value, i.confidence, brief(i.source, 60)] for i in t.inputs]
            text = f"{t.name} [{where}] = {value}   ({t.confidence})\n  {t.equation or 'arithmetic on the terms above'}"
            if rows:
                table = str(Table(["input", "value", "confidence", "source"], rows))
                text += "\n" + "\n".join("  " + line for line in table.splitlines())
            blocks.append(text)
        return "\n\n".join(blocks)

    def _repr_html_(self) -> str:
        rows = [
            [t.name, t.equation, i.name, i.value, i.confidence, i.source] for t in self.terms for i in t.inputs
        ]
        return Table(["term", "equation", "input", "value", "confidence", "source"], rows).html()
