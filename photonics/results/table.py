"""Tables that read well in a terminal, in a notebook and in a pasted review, from one list of rows."""

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


def number(value: float | int | None, digits: int = 2) -> str:
    """A number for people: fixed digits, a dash where it does not exist, exponents for the very small."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = f"{value:.{digits}f}"
    # Minus nothing reads like a violation.
    return text.lstrip("-") if float(text) == 0.0 else text


def ratio(log10_value: float | None) -> str:
    """An error ratio from its decimal logarithm: 1e-320 stays 1e-320."""
    if log10_value is None or math.isnan(log10_value):
        return "-"
    if math.isinf(log10_value):
        return "0" if log10_value < 0 else "inf"
    exponent = math.floor(log10_value)
    mantissa = 10.0 ** (log10_value - exponent)
    if round(mantissa, 1) >= 10.0:
        mantissa, exponent = 1.0, exponent + 1
    return f"{mantissa:.1f}e{exponent:+d}"


def percent(share: float | None) -> str:
    """A share in per cent, with as many digits as its distance from 0 or 1 asks for: 0.9999996 does not read as all."""
    if share is None:
        return "-"
    rest = min(share, 1.0 - share)
    digits = 2 if rest >= 1e-2 or rest <= 0.0 else max(4, math.ceil(-math.log10(rest)) - 1)
    return f"{100.0 * share:.{digits}f} %"


def json_number(value: float | int | None) -> float | int | None:
    """A number as JSON may carry it: what does not exist is null, never NaN or Infinity."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    plain = float(value)
    return plain if math.isfinite(plain) else None


def brief(text: str, width: int = 44) -> str:
    """``text`` cut at a word to fit a column."""
    if len(text) <= width:
        return text
    return text[: width - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


@dataclass(frozen=True)
class Table:
    """A title, column heads and rows of ready strings; columns named in ``right`` are aligned to the right."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    right: frozenset[int] = field(default_factory=frozenset)

    def __str__(self) -> str:
        widths = [max([len(head), *(len(row[i]) for row in self.rows)]) for i, head in enumerate(self.heads)]
        lines = [self.title] if self.title else []
        lines.append(self._line(self.heads, widths))
        lines.append("  ".join("-" * width for width in widths))
        lines += [self._line(row, widths) for row in self.rows]
        return "\n".join(line.rstrip() for line in lines)

    def _line(self, cells: Sequence[str], widths: Sequence[int]) -> str:
        return "  ".join(
            cell.rjust(width) if i in self.right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )

    def html(self) -> str:
        """The same rows as an HTML table; every cell is escaped."""
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in self.heads)
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:{"right" if i in self.right else "left"}">{html.escape(cell)}</td>'
                for i, cell in enumerate(row)
            )
            + "</tr>"
            for row in self.rows
        )
        caption = f"<caption>{html.escape(self.title)}</caption>" if self.title else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def joined(tables: Iterable[Table]) -> str:
    """Several tables as one text."""
    return "\n\n".join(str(table) for table in tables)
