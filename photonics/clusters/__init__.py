"""A cluster: topology counts, layout and lengths, technology per cable, power, money, failures."""

from .comparison import Comparison, Option
from .topology import Clos, clos, fat_tree
from .verbs import compare, explain

__all__ = ["Clos", "Comparison", "Option", "clos", "compare", "explain", "fat_tree"]
