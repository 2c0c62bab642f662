"""The command line: one short file per verb; parse, call, print, exit code.

0 fine; 1 a limit is violated or a case fails; 3 bad input, wrong usage included; 4 a bug.  Nothing here computes.
"""

from .main import main

__all__ = ["main"]
