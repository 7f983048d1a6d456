"""One log line per request: who did what, how it ended, how long it took. Never queries or payloads."""

from __future__ import annotations

from typing import Any

from taskyard.telemetry import log

SLOW_PATH = 512


class AccessLog:
    """Writes the line of a finished request, if the settings want any."""

    __slots__ = ("_info", "enabled")

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self._info: Any = log.bind().info if enabled else None

    def write(
        self,
        method: str,
        path: str,
        status: int,
        seconds: float,
        request_id: str,
        dialect: str,
        operation: str,
        principal: str | None,
    ) -> None:
        if self._info is not None:
            self._info(
                "request",
                method=method,
                path=path[:SLOW_PATH],
                status=status,
                ms=round(seconds * 1000, 3),
                request_id=request_id,
                dialect=dialect,
                operation=operation,
                principal=principal,
            )
