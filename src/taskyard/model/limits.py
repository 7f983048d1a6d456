"""The bounds of running work, as the settings have them; each is documented with its setting."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one decision and one execution may cost. Sizes are bytes of JSON text, times milliseconds."""

    steps: int = 500
    """Element instances that one command schedules before the rest goes on in a transaction of its own."""

    branches: int = 20_000
    """Branches of one fork."""

    iterations: int = 100_000
    """Passes of one loop."""

    elements: int = 1_000_000
    """Element instances of one execution."""

    depth: int = 50
    """How deep executions may start executions that start executions."""

    payload: int = 8 * 1024 * 1024
    """One input or output."""

    variables: int = 256 * 1024
    """All variables of one execution."""

    questions: int = 32
    """Expressions in other languages that one command may have evaluated."""

    lease_ms: int = 24 * 3600 * 1000
    """The longest lease."""

    batch: int = 1_000
    """Tasks that one poll hands out."""
