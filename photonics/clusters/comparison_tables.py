"""A comparison as tables: what the options cost, and beside it what their margins are and rest on."""

from textwrap import wrap

from photonics.results import Table, brief, number, ratio

from .comparison import Band, Comparison, Option

NAME_CHARACTERS, STATUS_CHARACTERS = 32, 60
NOTE_CHARACTERS = 180
NONE = "-"


def costs(result: Comparison) -> Table:
    """Power, energy, money; over a cluster also failures and freed power.

    The watts of the links alone and of links with switches have a column each: a saving in one is not a saving in the other.
    """
    single = result.single
    if single:
        heads = ["option", "feasible", "Gb/s", "link W, both ends", "pJ/bit/end", "capex USD"]
    else:
        heads = ["option", "feasible", "links alone kW", "links + switches kW", "pJ/bit/end", "capex MUSD"]
        heads += ["hard fails/day", "freed kW", "extra GPUs"]
    rows = []
    for o in result.options:
        row = [brief(o.name, NAME_CHARACTERS), o.verdict]
        if not o.shares:
            rows.append([*row, *[NONE] * (len(heads) - 2)])
            continue
        if single:
            digits = 1 if o.energy.typ >= 1.0 else 2
            row += [number(o.payload_gbps, 0), banded(o.link_power, 1.0, digits), banded(o.energy, 1.0, digits), banded(o.capex, 1.0, 0)]
        else:
            row += [banded(o.link_power, 1e-3, 1), banded(o.power, 1e-3, 1), banded(o.energy, 1.0, 1), banded(o.capex, 1e-6, 2)]
            is_reference = o.name == result.reference
            row.append(banded(o.hard_failures, 1.0, 2))
            row.append("reference" if is_reference else banded(o.freed_w, 1e-3, 1))
            row.append(NONE if is_reference else f"{o.extra_gpus.typ:.0f}")
        rows.append(row)
    return Table(heads, rows, f"{result.name}: {result.about}", frozenset(range(2, len(heads))))


def margins(result: Comparison) -> Table:
    """Spec and physics margin beside what they rest on; a dash is what does not exist, never a zero."""
    heads = ["option", "feasible", "kind", "reach m", "longest m", "spec dB", "physics dB", "hyp. worst..best dB"]
    heads += ["pre-FEC BER", "hyp. % of dB", "hyp. % of link W", "weakest power input"]
    rows = []
    for o in result.options:
        ends = (o.margin_assumed_worst_db, o.margin_assumed_best_db)
        rows.append(
            [
                brief(o.name, NAME_CHARACTERS),
                o.verdict,
                o.ends[0],
                reach(o),
                number(max((s.longest_m for s in o.shares), default=None), 1),
                number(o.margin_spec_db),
                number(o.worst_margin_db),
                NONE if ends == (None, None) else f"{number(ends[0])}..{number(ends[1])}",
                ratio(o.log10_worst_ber),
                percent(o.assumed_share_db),
                percent(o.assumed_share_power),
                o.confidence if o.shares else NONE,
            ]
        )
    title = "worst corner at the longest cable; hyp.: what rests on hypotheses, of the losses' dB and of the links' watts"
    return Table(heads, rows, title, frozenset(range(3, len(heads) - 1)))


def cables(result: Comparison) -> Table:
    """Which technology carries how many cables, and how far."""
    rows = [
        [
            brief(o.name, NAME_CHARACTERS),
            brief(s.name, NAME_CHARACTERS),
            str(s.count),
            number(s.longest_m, 1),
            number(s.margin_db),
            ratio(s.log10_ber),
            brief(s.status, STATUS_CHARACTERS),
        ]
        for o in result.options
        for s in o.shares
    ]
    heads = ["option", "technology", "cables", "longest m", "physics dB", "pre-FEC BER", "status"]
    return Table(heads, rows, "cables by technology", frozenset({2, 3, 4, 5}))


def text(result: Comparison) -> str:
    """All of a comparison for a terminal: tables, verdicts, what the bands leave open, notes."""
    blocks = [str(table) for table in result.tables()]
    lines = list(result.verdicts())
    for one, others in result.undecidable().items():
        lines.append(f"not decidable on {result.basis}: {one} against {', '.join(others)} (the band of their difference holds zero)")
    lines += [f"note: {note}" for note in result.notes]
    blocks.append("\n".join("\n".join(wrap(line, NOTE_CHARACTERS, subsequent_indent="  ")) for line in lines))
    return "\n\n".join(block for block in blocks if block)


def banded(band: Band, scale: float, digits: int) -> str:
    """Typical value with its band, in the unit that ``scale`` makes."""
    ends = f"{number(band.low * scale, digits)}..{number(band.high * scale, digits)}"
    return f"{number(band.typ * scale, digits)} ({ends})"


def reach(option: Option) -> str:
    """Metres, with the band where there is one: a PHY's reach is one number, a cable's is not."""
    band = option.reach
    return f"{band.typ:g}" if band.low == band.high else f"{band.typ:g} ({band.low:g}..{band.high:g})"


def percent(part: float | None) -> str:
    """A share as per cent."""
    return NONE if part is None else f"{part:.0%}"
