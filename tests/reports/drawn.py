"""What a figure says and where: its texts, and those that are clipped or lie on one another."""

from itertools import combinations
from xml.etree import ElementTree

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from photonics.reports.style import in_style, rendered

TOUCH_PX = 3.0  # boxes of texts hold room for letters that go lower than those that are there


def words(figure: Figure) -> list[str]:
    """All texts of the figure's SVG, one entry a line of text."""
    root = ElementTree.fromstring(rendered(figure, "svg"))
    return ["".join(t.itertext()) for t in root.iter("{http://www.w3.org/2000/svg}text")]


def out_of_view(figure: Figure) -> set[int]:
    """Labels of ticks beyond the ends of their axis: matplotlib keeps them and draws them not."""
    found = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    found |= {id(tick.label1), id(tick.label2)}
    return found


def badly_placed(figure: Figure) -> list[str]:
    """Texts that reach out of the figure, and pairs of level texts that lie on one another."""
    canvas = FigureCanvasAgg(figure)
    with in_style():
        figure.draw_without_rendering()
        renderer = canvas.get_renderer()
        width, height = canvas.get_width_height()
        unseen = out_of_view(figure)
        # Text's own extent: that of an annotation holds its arrow too.
        boxes = [
            (text, Text.get_window_extent(text, renderer))
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text().strip() and id(text) not in unseen
        ]
    faults = [
        f"out of the figure: {text.get_text()!r}"
        for text, box in boxes
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]
    level = [(text, box) for text, box in boxes if text.get_rotation() == 0]
    for (one, a), (other, b) in combinations(level, 2):
        across, along = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > TOUCH_PX and along > TOUCH_PX:
            faults.append(f"on one another: {one.get_text()!r} and {other.get_text()!r}")
    return faults
