"""A progress line on standard error, for people: rate and time left; nothing at all where nobody is watching."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[int, int], None]

_EVERY_S = 0.2
_WIDTH = 24


def duration(seconds: float) -> str:
    """Seconds as people say them: 8 s, 3 min 20 s, 2 h 05 min."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class Bar:
    """Redraws one line of a terminal at most five times a second.

    ``stream`` that is no terminal stays untouched.  The rate is that of this run: points an earlier run left behind do not count.
    """

    def __init__(self, name: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._name, self._clock = name, clock
        self._seen = bool(getattr(self._stream, "isatty", bool)())
        self._started = self._drawn = clock()
        self._first: int | None = None
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        if not self._seen:
            return
        if self._first is None:
            self._first = done
        now = self._clock()
        if done < total and now - self._drawn < _EVERY_S:
            return
        self._drawn = now
        self._draw(self.line(done, total, now - self._started))

    def line(self, done: int, total: int, seconds: float) -> str:
        """The line at ``done`` of ``total`` points, ``seconds`` after the start."""
        part = done / total if total else 1.0
        full = int(part * _WIDTH)
        text = f"{self._name} [{'#' * full}{'.' * (_WIDTH - full)}] {100.0 * part:3.0f} %  {done:.3g} of {total:.3g} points"
        new = done - (self._first or 0)
        if new > 0 and seconds > 0.0:
            text += f"  {new / seconds:.3g}/s"
            if done < total:
                text += f"  {duration((total - done) * seconds / new)} left"
        return text

    def close(self) -> None:
        """Leaves the terminal with the cursor at the start of a clean line."""
        if self._seen and self._width:
            self._draw("")
            self._stream.write("\r")
            self._stream.flush()

    def _draw(self, line: str) -> None:
        # Blanks, not escape sequences: they wipe the rest of a longer line on any terminal.
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)
