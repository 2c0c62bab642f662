"""One visual language for every figure: sizes, colours and what each means, stated here and nowhere else.

Colours are the eight of Okabe and Ito (Color Universal Design, 2008), which stay apart for the common kinds
of colour blindness; nothing is told by colour alone: guards are hatched, assumptions are pale and starred,
verdicts are written out. Figures are made through matplotlib's objects; pyplot and its list of open figures
stay untouched.
"""

import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import matplotlib
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

# Okabe and Ito.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"

INK = "#222222"
FAINT = "#8A8A8A"
GRID = "#E3E3E3"
BAND = "#F5F5F5"
PAPER = "#FFFFFF"
GREY = "#9C9C9C"
GOOD, BAD = GREEN, VERMILION  # never the only sign: the sign of the number and a word say the same

# By block of power: what the blocks of a comparison are called together, in the order they are stacked.
GROUPS = {
    "switches": GREY,
    "DSP": BLUE,
    "lasers and coolers": VERMILION,
    "drivers and modulators": ORANGE,
    "TIAs": GREEN,
    "conversion and control": PURPLE,
    "cable ends": YELLOW,
    "other": SKY,
}
_GROUP_OF = {
    "laser wall plug": "lasers and coolers",
    "thermo-electric cooler": "lasers and coolers",
    "modulator bias and tuning": "drivers and modulators",
    "modulator drivers": "drivers and modulators",
    "transimpedance amplifiers": "TIAs",
    "controller and clock": "conversion and control",
    "DC/DC conversion loss": "conversion and control",
    "cable ends": "cable ends",
}
_GROUP_OF_START = {"DSP": "DSP", "switch ": "switches"}

class Fill(NamedTuple):
    """How an area is filled: where colours run out, kin share one and differ by white hatching."""

    colour: str
    hatch: str = ""


# By technology of a link, as designs and cables spell it (case ignored): light that leaves the package is grey.
TECHNOLOGIES = {
    "retimed": Fill(BLUE),
    "interposer": Fill(GREEN),
    "lro": Fill(SKY),
    "lpo": Fill(PURPLE),
    "npo": Fill(GREY, "\\\\\\\\"),
    "cpo": Fill(GREY),
    "optical i/o": Fill(GREY, "...."),
    "dac": Fill(VERMILION),
    "acc": Fill(YELLOW),
    "aec": Fill(ORANGE),
}
# For technologies this room has not heard of: plain colours while there are any, then the same ones hatched.
_SPARE = tuple(
    Fill(colour, hatch)
    for hatch in ("", "xxxx", "----")
    for colour in (SKY, PURPLE, YELLOW, GREY, ORANGE, VERMILION, GREEN, BLUE)
)

# By plane of a link, TP1 (host side of the transmitter) to TP4 (host side of the receiver).
PLANES = {
    "TP1-TP2": ("transmitter", ORANGE),
    "TP2": ("set point, guards", GREY),
    "TP2-TP3": ("channel", BLUE),
    "TP3": ("", BLUE),
    "TP3-TP4": ("receiver", PURPLE),
    "TP4": ("", INK),
}
GUARD_HATCH = "////"
UNKNOWN_HATCH = "xx"  # what no engine here can decide: faint crosses on paper

TITLE_PT, TEXT_PT, SMALL_PT = 13.0, 9.0, 8.0
DPI = 100  # of figures on screen: a size of 12 x 7 inches is 1200 x 700 pixels

# All that a user's own matplotlibrc could turn. No mathematics in texts: names may hold dollar signs.
RC: dict[str, Any] = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica"],
    "font.size": TEXT_PT,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "axes.edgecolor": FAINT,
    "axes.facecolor": PAPER,
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT_PT,
    "axes.linewidth": 0.8,
    "axes.titlesize": TEXT_PT,
    "axes.unicode_minus": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.formatter.use_locale": False,
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL_PT,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
    "ytick.labelsize": SMALL_PT,
    "legend.fontsize": SMALL_PT,
    "legend.frameon": False,
    "figure.facecolor": PAPER,
    "hatch.linewidth": 0.8,
    "path.simplify": True,
    "savefig.bbox": None,
    "savefig.facecolor": "auto",
    "savefig.transparent": False,
    "svg.fonttype": "none",  # text stays text: it can be searched, copied and read aloud
    "svg.hashsalt": "photonics",  # identifiers inside the file repeat from run to run
    "pdf.fonttype": 42,
}
# Neither dates nor versions: the same result gives the same bytes.
METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": "photonics"},
    "pdf": {"CreationDate": None, "Creator": "photonics", "Producer": None},
}

_LOCK = threading.RLock()


@contextmanager
def in_style() -> Iterator[None]:
    """Draw or write under `RC`, whatever the user's settings; they are back when the block ends.

    matplotlib keeps its settings per process, and some (how SVG writes text) can be given in no other way.
    The lock keeps figures that threads of ours make from seeing each other's half-restored settings.
    """
    with _LOCK, matplotlib.rc_context(cast(Any, RC)):  # newer stubs know every key by name
        yield


class Picture(Figure):
    """A matplotlib figure that a notebook shows when it is the last line of a cell.

    A plain `Figure` is shown only where pyplot is loaded; this one brings its own PNG and needs no pyplot.
    """

    def _repr_png_(self) -> bytes:
        return rendered(self, "png")


def rendered(figure: Figure, kind: str) -> bytes:
    """The figure as the bytes of a "png", "svg" or "pdf" file; equal figures give equal bytes."""
    stream = io.BytesIO()
    metadata = {**METADATA[kind]}
    if figure.get_label() and kind != "png":
        metadata["Title"] = str(figure.get_label())
    with in_style():
        figure.savefig(stream, format=kind, metadata=metadata)
    return stream.getvalue()


def group_of(block: str) -> str:
    """The group of a block of power; "other" for a block this room has not heard of."""
    if block in _GROUP_OF:
        return _GROUP_OF[block]
    return next((group for start, group in _GROUP_OF_START.items() if block.startswith(start)), "other")


def technology_fills(names: Iterable[str]) -> dict[str, Fill]:
    """A fill for each technology; unknown ones take, in order of appearance, those that are still free."""
    distinct = list(dict.fromkeys(names))
    found = {name: TECHNOLOGIES[name.casefold()] for name in distinct if name.casefold() in TECHNOLOGIES}
    spare = [fill for fill in _SPARE if fill not in found.values()]
    for i, name in enumerate(n for n in distinct if n not in found):
        found[name] = spare[i % len(spare)]
    return {name: found[name] for name in distinct}


def pale(colour: str) -> tuple[float, float, float]:
    """The colour of an assumption: the same hue, two thirds of the way to paper."""
    r, g, b = (1.0 - 0.34 * (1.0 - part) for part in to_rgb(colour))
    return (r, g, b)


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour (relative luminance of ITU-R BT.709)."""
    r, g, b = to_rgb(colour)
    return PAPER if 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.45 else INK
