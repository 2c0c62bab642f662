"""The loss waterfall of a budget: from the laser down to what the receiver needs, plane by plane."""

from textwrap import shorten, wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from photonics.results import Budget, LaneBudget, number, ratio

from . import style
from .steps import Step, steps

WIDTH_IN, HEIGHT_IN = 12.0, 7.0
LABEL_CHARACTERS, LABEL_LINES, LABEL_ANGLE = 20, 3, 60.0
_LEFT, _BOTTOM, _WIDTH, _HEIGHT = 0.06, 0.25, 0.92, 0.57  # of the axes, as shares of the figure
_HALF = 0.40  # of a column
ROUNDING_DB = 1e-9  # what arithmetic may leave of a zero
_BOLD_PX = 7.2  # a bold letter of SMALL_PT is about this wide
_METHOD = (
    "Penalties are drawn down from the received OMA; the margin is what they leave above the need of a "
    "receiver with thermal and shot noise alone: received OMA - sensitivity."
)


def waterfall(budget: Budget) -> Figure:
    """Loss waterfall of the worst lane of a budget, as a figure of 1200 x 700 pixels.

    Levels are thick steps in dBm (the laser's is an average power, the others are outer OMA), losses and
    penalties fall from one to the next, guards are hatched, what rests on an assumption is pale and
    starred.  The margin closes the figure, green or red, and stands again between the received OMA and the
    sensitivity.  The tick at TP2 is the OMA that the clause asks for at the worst TDECQ.  Where there is no
    sensitivity (an error floor, say) there is no margin, and the figure says why.
    """
    lane = budget.worst_lane
    columns = steps(lane)
    with style.in_style():
        figure = style.Picture(figsize=(WIDTH_IN, HEIGHT_IN), dpi=style.DPI)
        figure.set_label(f"Loss waterfall of {budget.link}, {budget.corner} corner")
        axes = figure.add_axes((_LEFT, _BOTTOM, _WIDTH, _HEIGHT))
        _texts(figure, budget, lane)
        known = [y for s in columns if s.known for y in (s.top, s.bottom)]
        if lane.sensitivity_oma_dbm is not None:
            known.append(lane.sensitivity_oma_dbm)
        if known:
            low, high = min(known), max(known)
            room = max(high - low, 1.0)
            axes.set_ylim(low - 0.10 * room, high + 0.22 * room)
            _zones(axes, columns)
            _columns(axes, columns)
            _receiver_lines(axes, columns, lane)
            _clause(axes, columns, budget)
            _legend(axes, columns)
            _figures(axes, budget, lane)
        else:
            axes.text(0.5, 0.5, "no level to draw", transform=axes.transAxes, ha="center", color=style.BAD)
        _frame(axes, columns)
    return figure


def undecided(lane: LaneBudget) -> bool:
    """Whether an engine that is not built would have to say if the lane closes."""
    return lane.status.startswith("undecided")


def verdict(budget: Budget) -> str:
    """Closes, does not, or is undecided, and what stands against it: a status, margins below zero, broken clause lines."""
    if budget.closes:
        return "closes"
    lane = budget.worst_lane
    reasons = [] if lane.status == "ok" else [lane.status]
    margins = {
        "physics": lane.margin_db,
        "spec": lane.margin_spec_db,
        "overload": lane.margin_overload_db,
        "damage": lane.margin_damage_db,
    }
    reasons += [
        f"{name} margin {number(m)} dB" for name, m in margins.items() if m is not None and m < -ROUNDING_DB
    ]
    reasons += [f"clause line broken: {line.name}" for line in lane.compliance if line.room < -ROUNDING_DB]
    if undecided(lane):
        return "; ".join(reasons)
    return "does NOT close: " + ("; ".join(reasons) if reasons else "see the other lanes")


def _texts(figure: Figure, budget: Budget, lane: LaneBudget) -> None:
    """Title, verdict and margins above the axes; the design in words and the way of drawing below them."""
    of = f"lane {lane.lane} of {len(budget.lanes)}, the worst" if len(budget.lanes) > 1 else "its one lane"
    title = f"{_cut(budget.link, 40)}, {budget.corner} corner, {of}"
    figure.text(_LEFT, 0.978, title, fontsize=style.TITLE_PT, fontweight="bold", va="top")
    colour = style.GOOD if budget.closes else style.INK if undecided(lane) else style.BAD
    figure.text(
        _LEFT,
        0.937,
        _cut(verdict(budget), 140),
        fontsize=style.TEXT_PT + 1,
        color=colour,
        fontweight="bold",
        va="top",
    )
    margins = (
        f"physics margin {_db(lane.margin_db)}, spec margin {_db(lane.margin_spec_db)} (it shares the launch "
        f"and the loss, not the penalties), overload margin {_db(lane.margin_overload_db)}"
    )
    figure.text(_LEFT, 0.902, margins, va="top")
    figure.text(
        _LEFT, 0.038, _cut(f"{budget.phy}: {budget.about}", 175), fontsize=style.SMALL_PT, va="bottom"
    )
    figure.text(_LEFT, 0.014, _METHOD, fontsize=style.SMALL_PT, va="bottom")


def _cut(text: str, width: int) -> str:
    return shorten(text, width, placeholder=" …")


def _db(value: float | None) -> str:
    return "none" if value is None else f"{number(value)} dB"


def _frame(axes: Axes, columns: list[Step]) -> None:
    axes.set_xlim(-0.6, max(len(columns), 1) - 0.4)
    axes.set_ylabel("level, dBm: average at the laser, outer OMA after it")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=style.GRID, linewidth=0.6)
    axes.set_xticks(range(len(columns)))
    labels = [_label(s) for s in columns]
    axes.set_xticklabels(
        labels, rotation=LABEL_ANGLE, ha="right", va="top", rotation_mode="anchor", linespacing=0.95
    )
    axes.tick_params(axis="x", length=2)
    for text, s in zip(axes.get_xticklabels(), columns, strict=True):
        text.set_fontweight("bold" if s.kind in ("level", "margin") else "normal")


def _label(step: Step) -> str:
    name = step.name + ("\u00a0*" if step.assumed else "")
    lines = wrap(name, LABEL_CHARACTERS, max_lines=LABEL_LINES, placeholder=" …")
    return "\n".join(lines)


def _zones(axes: Axes, columns: list[Step]) -> None:
    """A head and a shade for every run of columns between two planes."""
    start = 0
    for i in range(1, len(columns) + 1):
        if i < len(columns) and columns[i].zone == columns[start].zone:
            continue
        zone = columns[start].zone
        name, _ = style.PLANES.get(zone, ("", style.INK))
        left, right = start - 0.5, i - 0.5
        axes.axvline(left, color=style.FAINT, linewidth=0.6, linestyle=(0, (1, 2)))
        if style.PLANES.get(zone) and "-" in zone:
            axes.axvspan(left, right, color=style.BAND, linewidth=0, zorder=0)
        text = f"{zone} {name}".strip()
        if (right - left) * _WIDTH * WIDTH_IN * style.DPI / len(columns) < _BOLD_PX * len(text):
            text = f"{zone}\n{name}".strip() if right - left >= 2.0 else zone
        axes.text(
            (left + right) / 2,
            1.012,
            text,
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=style.SMALL_PT,
            fontweight="bold",
            linespacing=0.95,
        )
        start = i


def _columns(axes: Axes, columns: list[Step]) -> None:
    low, high = axes.get_ylim()
    gap = 0.012 * (high - low)
    last = (low + high) / 2
    for x, s in enumerate(columns):
        following = columns[x + 1] if x + 1 < len(columns) else None
        if not s.known:
            said, weight = ("none", "bold") if s.kind == "margin" else ("no value", "normal")
            up = s.kind == "margin" or last < low + 0.25 * (high - low)
            axes.text(
                x,
                last,
                said,
                rotation=90,
                ha="center",
                va="bottom" if up else "top",
                fontsize=style.SMALL_PT,
                color=style.BAD,
                fontweight=weight,
            )
            continue
        if s.kind == "level":
            _level(axes, x, s, gap, rises=following is not None and following.bottom > s.top, after=following)
        else:
            _bar(axes, x, s, gap)
        if following is not None and following.known and s.zone != "TP4":
            # The last penalty's line passes over the need and reaches the margin.
            reach = len(columns) - 1 if following.zone == "TP4" else x + 1
            axes.plot(
                [x + _HALF, reach - _HALF], [s.bottom, s.bottom], color=style.FAINT, linewidth=0.8, zorder=2
            )
        last = s.bottom


def _level(axes: Axes, x: int, s: Step, gap: float, *, rises: bool, after: Step | None) -> None:
    """A thick step; its label stands above, where falling light leaves room, unless the next step rises.  That of the need stands below,
    under the margin too where this rises: the number of the last penalty is at its left."""
    axes.plot(
        [x - 0.48, x + 0.48], [s.top, s.top], color=style.INK, linewidth=3.2, solid_capstyle="butt", zorder=4
    )
    need = s.zone == "TP4"
    under = need or rises
    middle = need and after is not None and after.known and after.top < after.bottom
    axes.text(
        x if middle else x - 0.48,
        s.top + (-gap if under else gap),
        f"{number(s.top)} dBm",
        fontsize=style.SMALL_PT,
        fontweight="bold",
        ha="center" if middle else "left",
        va="top" if under else "bottom",
        zorder=6,
    )


def _bar(axes: Axes, x: int, s: Step, gap: float) -> None:
    lower, upper = min(s.top, s.bottom), max(s.top, s.bottom)
    edge = colour = style.PLANES.get(s.zone, ("", style.FAINT))[1]
    text = number(upper - lower)
    rises = s.bottom > s.top and float(text) > 0.0
    if rises:
        text = f"up {text}"
    if s.kind == "margin":
        edge = colour = style.GOOD if s.top >= s.bottom else style.BAD
        text = f"{number(s.top - s.bottom)} dB"
    elif s.kind == "guard":
        colour, edge = style.PLANES["TP2"][1], style.INK
    face = style.pale(colour) if s.assumed and s.kind != "margin" else colour
    hatch = style.GUARD_HATCH if s.kind == "guard" else None
    axes.add_patch(
        Rectangle(
            (x - _HALF, lower),
            2 * _HALF,
            upper - lower,
            facecolor=face,
            edgecolor=edge,
            linewidth=0.9,
            hatch=hatch,
            zorder=3,
        )
    )
    above = rises or s.kind == "margin"
    axes.text(
        x,
        upper + gap if above else lower - gap,
        text,
        ha="center",
        va="bottom" if above else "top",
        fontsize=style.SMALL_PT,
        zorder=6,
        fontweight="bold" if s.kind == "margin" else "normal",
    )


def _receiver_lines(axes: Axes, columns: list[Step], lane: LaneBudget) -> None:
    """Received OMA and sensitivity as lines over the receiver's columns, the margin between them shaded."""
    start = next((x for x, s in enumerate(columns) if s.zone == "TP3"), None)
    if start is None or not columns[start].known or start == len(columns) - 1:
        return  # nothing follows the received OMA of an undecided link, and its level says its value
    received = columns[start].top
    end = next((x for x, s in enumerate(columns) if s.zone == "TP4"), len(columns)) - 0.5
    axes.plot(
        [start, end], [received, received], color=style.INK, linewidth=0.9, linestyle=(0, (1, 1.5)), zorder=2
    )
    low, high = axes.get_ylim()
    gap = 0.012 * (high - low)
    wanted = lane.sensitivity_oma_dbm
    above, below = f"received OMA {number(lane.rx_oma_dbm)} dBm", "no sensitivity"
    if wanted is not None:
        axes.plot(
            [start - 0.48, end],
            [wanted, wanted],
            color=style.BAD,
            linewidth=1.4,
            linestyle=(0, (5, 2)),
            zorder=2,
        )
        colour = style.GOOD if received >= wanted else style.BAD
        axes.add_patch(
            Rectangle(
                (start + 0.5, min(received, wanted)),
                end - start - 0.5,
                abs(received - wanted),
                facecolor=colour,
                alpha=0.16,
                linewidth=0,
                zorder=1,
            )
        )
        below = f"sensitivity {number(wanted)} dBm"
        if wanted > received:
            above, below = below, above
    colours = {
        above: style.BAD if above.startswith("sens") else style.INK,
        below: style.INK if below.startswith("rec") else style.BAD,
    }
    top, bottom = (
        max(received, received if wanted is None else wanted),
        min(received, received if wanted is None else wanted),
    )
    axes.text(
        end - 0.1, top + gap, above, ha="right", va="bottom", fontsize=style.SMALL_PT, color=colours[above]
    )
    axes.text(
        end - 0.1, bottom - gap, below, ha="right", va="top", fontsize=style.SMALL_PT, color=colours[below]
    )


def _clause(axes: Axes, columns: list[Step], budget: Budget) -> None:
    """The clause's minimum OMA as a tick across the launch level at TP2."""
    clause = budget.module.clause_oma_dbm
    places = [x for x, s in enumerate(columns) if s.zone == "TP2" and s.kind == "level" and s.known]
    if clause is None or not places:
        return
    x = places[-1]
    low, high = axes.get_ylim()
    axes.plot([x - 0.48, x + 0.48], [clause, clause], color=style.SKY, linewidth=1.4, zorder=7)
    text = f"clause minimum {number(clause)} dBm\nOMA at the worst TDECQ"
    # On the side of the launch level where no light falls through the label.
    beyond = 0.12 * (high - low) * (1.0 if clause > columns[x].top + 0.05 * (high - low) else -1.0)
    from_y = (clause if beyond > 0.0 else min(clause, columns[x].top)) + beyond
    axes.annotate(
        text,
        (x, clause),
        (x - 0.3, from_y),
        ha="right",
        va="bottom" if beyond > 0.0 else "top",
        fontsize=style.SMALL_PT,
        color=style.BLUE,
        zorder=6,
        arrowprops={"arrowstyle": "-", "color": style.BLUE, "linewidth": 0.8, "shrinkB": 1, "shrinkA": 1},
    )


def _legend(axes: Axes, columns: list[Step]) -> None:
    kinds = {s.zone for s in columns if s.kind in ("loss", "penalty")}
    handles = []
    for zone in ("TP1-TP2", "TP2-TP3", "TP3-TP4"):
        if zone in kinds:
            name, colour = style.PLANES[zone]
            what = "penalty" if zone == "TP3-TP4" else "loss"
            handles.append(Patch(facecolor=colour, edgecolor=colour, label=f"{name} {what}, dB"))
    handles.append(
        Patch(facecolor=style.PAPER, edgecolor=style.INK, hatch=style.GUARD_HATCH, label="guard, dB")
    )
    handles.append(
        Patch(
            facecolor=style.pale(style.PURPLE),
            edgecolor=style.PURPLE,
            label="pale and *: rests on an assumption",
        )
    )
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 0.0),
        borderaxespad=0.3,
        handlelength=1.8,
        labelspacing=0.35,
    )


def _figures(axes: Axes, budget: Budget, lane: LaneBudget) -> None:
    """What a reader looks for first, in the free corner above the falling light."""
    m = budget.module
    rows = [
        f"pre-FEC BER {ratio(lane.log10_ber)}, limit {budget.limit_ber:.3g}",
        f"launch set point {number(m.launch_oma_dbm)} dBm OMA, {m.launch_set_by}",
        f"module {number(m.power_w, 1)} W, {number(m.energy_pj_per_bit, 1)} pJ/bit of payload, one end",
    ]
    text = "\n".join(_cut(row, 80) for row in rows)
    axes.text(
        0.995,
        0.97,
        text,
        transform=axes.transAxes,
        ha="right",
        va="top",
        fontsize=style.SMALL_PT + 0.5,
        linespacing=1.4,
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 2.0},
        zorder=1,
    )
