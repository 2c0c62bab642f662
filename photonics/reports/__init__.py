"""Figures of results: the only room with matplotlib, so import it where a figure is wanted and not before.

    from photonics.reports import comparison, save, waterfall
    save(waterfall(budget), "budget.svg")      # .png, .svg or .pdf
    waterfall(budget)                          # last line of a notebook cell: the figure shows itself

Figures are matplotlib `Figure` objects and can be worked on as such. They belong to no window and to no
list of open figures: there is nothing to close, and `plt.show()` does not know them.
"""

from .ber import ber
from .comparison import comparison
from .eye import eye
from .fronts import pareto
from .links import links
from .save import save
from .studies import margin_map, tornado, yield_curve
from .style import Picture
from .waterfall import waterfall

__all__ = ["Picture", "ber", "comparison", "eye", "links", "margin_map", "pareto", "save", "tornado", "waterfall", "yield_curve"]
