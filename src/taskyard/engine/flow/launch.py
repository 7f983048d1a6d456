"""What is asked when an execution is to be started from within the engine."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.model.execution import ElementInstance


class Launch(msgspec.Struct, kw_only=True, frozen=True):
    """What to start. `document` is a definition given inline; `parent` is the record that waits for the execution."""

    key: str
    version: int | None = None
    document: str | None = None
    input: dict[str, Any] = {}
    correlation: str | None = None
    priority: int = 0
    task_to_domain: dict[str, str] = {}
    idempotency_key: str | None = None
    idempotency_strategy: str | None = None
    creator: str | None = None
    event: str | None = None
    parent: ElementInstance | None = None
    test: bool = False
