"""One log line per request: who did what, how it ended, how long it took. Never queries or payloads.

Lines are gathered for a moment and written together, in the form that the log has everywhere else: a line of
its own per request would cost more than the request.
"""

from __future__ import annotations

import asyncio
import atexit

import msgspec

from taskyard.model.time import Clock, to_iso
from taskyard.telemetry import log_stream

GATHER_SECONDS = 0.1
GATHER_LINES = 500
PATH_LENGTH = 512

_encoder = msgspec.json.Encoder()


class Line(msgspec.Struct, frozen=True, gc=False):
    """One request."""

    at: str
    level: str
    event: str
    request_id: str
    method: str
    path: str
    status: int
    ms: float
    dialect: str
    operation: str
    principal: str | None


class AccessLog:
    """Takes the line of each finished request, if the settings want any."""

    __slots__ = ("_clock", "_lines", "_second", "_until_dot", "enabled")

    def __init__(self, enabled: bool, clock: Clock) -> None:
        self.enabled = enabled
        self._clock = clock
        self._lines: list[Line] = []
        self._second = -1
        self._until_dot = ""
        if enabled:
            atexit.register(self.flush)

    def write(
        self,
        request_id: str,
        method: str,
        path: str,
        status: int,
        seconds: float,
        dialect: str,
        operation: str,
        principal: str | None,
    ) -> None:
        """Note one request; it is on the stream within a tenth of a second."""
        now = self._clock.now()
        if now // 1000 != self._second:
            self._second = now // 1000
            self._until_dot = to_iso(now)[:-4]
        at = f"{self._until_dot}{now % 1000:03d}Z"
        ms = round(seconds * 1000, 3)
        line = Line(
            at,
            "info",
            "request",
            request_id,
            method,
            path[:PATH_LENGTH],
            status,
            ms,
            dialect,
            operation,
            principal,
        )
        lines = self._lines
        lines.append(line)
        if len(lines) == 1:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self.flush)
        elif len(lines) >= GATHER_LINES:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        if self._lines:
            stream = log_stream()
            stream.write(_encoder.encode_lines(self._lines))
            stream.flush()
            self._lines.clear()
