"""One log line per request: who did what, how it ended, how long it took. Never queries or payloads.

Lines are gathered for a moment and written together, in the form that the log has everywhere else: a line of
its own per request would cost more than the request.
"""

from __future__ import annotations

import asyncio
import atexit

import msgspec

from taskyard.http.message import Request
from taskyard.model.time import Clock, to_iso
from taskyard.telemetry import OperationMeter, log_stream

GATHER_SECONDS = 0.1
GATHER_LINES = 100
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


_Noted = tuple[int, str, str, str, int, float, OperationMeter, str | None]
"""What is kept of a request until its line is written. Not the request itself: its memory should be used again."""


class AccessLog:
    """Takes the line of each finished request, if the settings want any."""

    __slots__ = ("_clock", "_noted", "enabled")

    def __init__(self, enabled: bool, clock: Clock) -> None:
        self.enabled = enabled
        self._clock = clock
        self._noted: list[_Noted] = []
        if enabled:
            atexit.register(self.flush)

    def note(self, request: Request, status: int, seconds: float, meter: OperationMeter) -> None:
        """Note one request; its line is on the stream within a tenth of a second."""
        noted = self._noted
        who = request.principal
        noted.append(
            (
                self._clock.now(),
                request.request_id,
                request.method,
                request.path,
                status,
                seconds,
                meter,
                who.name if who is not None else None,
            )
        )
        if len(noted) == 1:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self.flush)
        elif len(noted) >= GATHER_LINES:
            self.flush()

    def flush(self) -> None:
        """Write what was noted."""
        if not self._noted:
            return
        noted, self._noted = self._noted, []
        lines = []
        second, moment = -1, ""
        for now, request_id, method, path, status, seconds, meter, principal in noted:
            if now // 1000 != second:
                second, moment = now // 1000, to_iso(now)[:-4]
            lines.append(
                Line(
                    f"{moment}{now % 1000:03d}Z",
                    "info",
                    "request",
                    request_id,
                    method,
                    path[:PATH_LENGTH],
                    status,
                    round(seconds * 1000, 3),
                    meter.dialect,
                    meter.operation,
                    principal,
                )
            )
        stream = log_stream()
        stream.write(_encoder.encode_lines(lines))
        stream.flush()
