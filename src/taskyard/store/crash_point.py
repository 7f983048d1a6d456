"""A test aid: the process kills itself at a named point of the write path.

`TASKYARD_TEST_KILL=flush:7` in the environment kills it with SIGKILL the 7th time that the point `flush` is reached. The
points, in their order: `load` (before rows are loaded), `decide` (before a command is decided), `flush` (before changes
are written), `commit` (before the commit), `committed` (after it, before anybody hears of it), `reply` (after the answers
were handed to their callers). Without the variable nothing happens and nothing is counted.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

VARIABLE = "TASKYARD_TEST_KILL"
POINTS = ("load", "decide", "flush", "commit", "committed", "reply")


def armed(wish: str | None) -> Callable[[str], None]:
    """What to call at each point with its name. Raises `ValueError` for a wish that names no point."""
    if not wish:
        return lambda name: None
    point, _, number = wish.partition(":")
    if point not in POINTS:
        raise ValueError(f"{VARIABLE}: there is no point {point!r}; there are {', '.join(POINTS)}")
    left = [int(number or 1)]
    guard = threading.Lock()

    def reach(name: str) -> None:
        if name != point:
            return
        with guard:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach


reach = armed(os.environ.get(VARIABLE))
