"""Executions and what they wait for."""

from __future__ import annotations

from typing import ClassVar

from taskyard.model.row import Row


class Execution(Row, kw_only=True):
    """One run of a process."""

    TABLE: ClassVar[str] = "executions"
    id: int
    uid: str
    tenant: str = ""
    definition_id: int | None = None
    version_id: int | None = None
    parent_id: int | None = None
    root_id: int | None = None
    phase: str = "active"
    outcome: str | None = None
    suspended: bool = False
    waiting_for: str | None = None
    native_state: str | None = None
    business_key: str | None = None
    correlation: str | None = None
    priority: int = 0
    creator: str | None = None
    created_at: int
    updated_at: int
    closed_at: int | None = None
    rev: int = 0


class ElementInstance(Row, kw_only=True):
    """One visit to a node of the definition."""

    TABLE: ClassVar[str] = "element_instances"
    id: int
    uid: str
    tenant: str = ""
    execution_id: int
    parent_id: int | None = None
    element: str
    kind: str
    phase: str = "active"
    outcome: str | None = None
    iteration: int = 0
    attempt: int = 0
    created_at: int
    closed_at: int | None = None
    rev: int = 0


class Variable(Row, kw_only=True):
    """A named value in a scope of an execution; `value` is JSON text."""

    TABLE: ClassVar[str] = "variables"
    KEY: ClassVar[tuple[str, ...]] = ("execution_id", "scope_id", "name")
    execution_id: int
    scope_id: int = 0
    name: str
    type: str | None = None
    value: str
    updated_at: int


class Wait(Row, kw_only=True):
    """What an open execution waits for: task, timer, message, signal, child or incident."""

    TABLE: ClassVar[str] = "waits"
    id: int
    tenant: str = ""
    execution_id: int
    element_id: int | None = None
    kind: str
    name: str | None = None
    target_id: int | None = None
    created_at: int


class Timer(Row, kw_only=True):
    """A moment at which something is due."""

    TABLE: ClassVar[str] = "timers"
    id: int
    tenant: str = ""
    execution_id: int | None = None
    task_id: int | None = None
    kind: str
    due_at: int
    document: str | None = None


class Incident(Row, kw_only=True):
    """Needs a person. `phase` is open or resolved; `version_id` is the definition version it stands on."""

    TABLE: ClassVar[str] = "incidents"
    id: int
    uid: str
    tenant: str = ""
    version_id: int | None = None
    execution_id: int | None = None
    task_id: int | None = None
    element: str | None = None
    type: str
    message: str | None = None
    phase: str = "open"
    created_at: int
    resolved_at: int | None = None


class Event(Row, kw_only=True):
    """History: written in the transaction of the rows it explains, never changed.

    `data` is JSON text of keys and counts, never of payloads.
    """

    TABLE: ClassVar[str] = "events"
    id: int
    tenant: str = ""
    type: str
    version: int = 1
    actor: str | None = None
    task_id: int | None = None
    execution_id: int | None = None
    definition_id: int | None = None
    at: int
    data: str | None = None


class Outbox(Row, kw_only=True):
    """Something to tell the outside, at least once."""

    TABLE: ClassVar[str] = "outbox"
    id: int
    tenant: str = ""
    topic: str
    key: str
    document: str
    attempts: int = 0
    due_at: int
    created_at: int


class Job(Row, kw_only=True):
    """Work the server does on its own, such as an import. `phase` as for tasks; `document` is JSON text of its result."""

    TABLE: ClassVar[str] = "jobs"
    id: int
    uid: str
    tenant: str = ""
    kind: str
    definition_id: int | None = None
    phase: str = "ready"
    outcome: str | None = None
    creator: str | None = None
    document: str | None = None
    created_at: int
    updated_at: int
