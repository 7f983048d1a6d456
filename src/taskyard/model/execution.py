"""Executions and what they wait for."""

from __future__ import annotations

from typing import ClassVar

from taskyard.model.row import Row


class Execution(Row, kw_only=True):
    """One run of a process.

    `kind` is the kind of its definition (workflow, process, …) and names the engine that drives it; `key` and `version`
    repeat the definition's, so that executions of definitions that were given inline have them too; `snapshot_id` is
    what it runs, whatever becomes of the definition. `steps` counts the element instances made so far, `open_steps`
    those that are not closed. `parent_element_id` is the element instance of the parent that waits for this execution.
    """

    TABLE: ClassVar[str] = "executions"
    id: int
    uid: str
    tenant: str = ""
    kind: str = "workflow"
    definition_id: int | None = None
    version_id: int | None = None
    snapshot_id: int | None = None
    key: str = ""
    version: int = 0
    parent_id: int | None = None
    parent_element_id: int | None = None
    root_id: int | None = None
    phase: str = "active"
    outcome: str | None = None
    suspended: bool = False
    waiting_for: str | None = None
    native_state: str | None = None
    business_key: str | None = None
    correlation: str | None = None
    idempotency_key: str | None = None
    limit_key: str | None = None
    priority: int = 0
    creator: str | None = None
    reason: str | None = None
    steps: int = 0
    open_steps: int = 0
    created_at: int
    updated_at: int
    closed_at: int | None = None
    rev: int = 0


class ExecutionDocument(Row, kw_only=True):
    """The payloads of an execution: JSON text of objects. Loaded only where they are asked for."""

    TABLE: ClassVar[str] = "execution_documents"
    KEY: ClassVar[tuple[str, ...]] = ("execution_id",)
    execution_id: int
    input: str = "{}"
    output: str | None = None


class ExecutionNotes(Row, kw_only=True):
    """What an engine keeps beside an execution: JSON text of a struct of its own."""

    TABLE: ClassVar[str] = "execution_notes"
    KEY: ClassVar[tuple[str, ...]] = ("execution_id",)
    execution_id: int
    document: str


class IdempotencyKey(Row, kw_only=True):
    """A key that executions of one name were started with: whoever starts another holds this row first, so that two
    never start at once."""

    TABLE: ClassVar[str] = "idempotency_keys"
    KEY: ClassVar[tuple[str, ...]] = ("name", "key")
    name: str
    key: str


class Snapshot(Row, kw_only=True):
    """What executions run: a definition with everything it needs, as JSON text. Never changed; one row per content."""

    TABLE: ClassVar[str] = "snapshots"
    id: int
    sha256: str
    document: str


class ElementInstance(Row, kw_only=True):
    """One visit to a node of the definition, and one attempt at it.

    `element` is the node's name in the definition; `suffix` tells the passes of loops apart (`__2`, `__2__1`). `kind` is
    the node's type, `name` the task definition's name. `seq` is the place in the order of making within the execution.
    `parent_id` is the element instance that holds this one (fork, case, loop); `fragment_id` the element instance whose
    fragment describes this node, None when the snapshot does. `pending` counts what a join, fork or loop still waits for.
    `previous_id` is the attempt before this one; `retried` says that another came after. `child_id` is the execution that
    this element started. `timed` says that timers of this element exist. A task of it has the same row id and uid.
    `extra` is JSON text of what only the engine needs.
    """

    TABLE: ClassVar[str] = "element_instances"
    id: int
    uid: str
    tenant: str = ""
    execution_id: int
    parent_id: int | None = None
    fragment_id: int | None = None
    element: str
    suffix: str = ""
    kind: str
    name: str = ""
    phase: str = "active"
    outcome: str | None = None
    native_state: str | None = None
    iteration: int = 0
    attempt: int = 0
    seq: int = 0
    pending: int = 0
    previous_id: int | None = None
    retried: bool = False
    child_id: int | None = None
    timed: bool = False
    holder: str | None = None
    polls: int = 0
    reason: str | None = None
    extra: str | None = None
    created_at: int
    first_at: int = 0
    started_at: int | None = None
    updated_at: int = 0
    closed_at: int | None = None
    rev: int = 0


class ElementInput(Row, kw_only=True):
    """What an element instance was given: JSON text of an object."""

    TABLE: ClassVar[str] = "element_inputs"
    KEY: ClassVar[tuple[str, ...]] = ("element_id",)
    element_id: int
    document: str


class ElementOutput(Row, kw_only=True):
    """What an element instance gave back: JSON text of an object. Absent while there is nothing."""

    TABLE: ClassVar[str] = "element_outputs"
    KEY: ClassVar[tuple[str, ...]] = ("element_id",)
    element_id: int
    document: str


class ElementFragment(Row, kw_only=True):
    """A node that was made at run time: JSON text of its part of a definition."""

    TABLE: ClassVar[str] = "element_fragments"
    KEY: ClassVar[tuple[str, ...]] = ("element_id",)
    element_id: int
    document: str


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
    """What an open execution waits for and no other row tells: a message, a signal. Open tasks, timers, children and
    incidents of an execution are waits themselves."""

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
    """A moment at which something is due. `task_id` is the row id of a task or of an element instance; `attempts` counts
    firings that failed; `document` is JSON text."""

    TABLE: ClassVar[str] = "timers"
    id: int
    tenant: str = ""
    execution_id: int | None = None
    task_id: int | None = None
    kind: str
    due_at: int
    attempts: int = 0
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


class Schedule(Row, kw_only=True):
    """Starts executions at the moments that its rule names. `document` is JSON text of what to start and the rule."""

    TABLE: ClassVar[str] = "schedules"
    id: int
    uid: str
    tenant: str = ""
    name: str
    key: str
    paused: bool = False
    paused_reason: str | None = None
    next_at: int | None = None
    starts_at: int | None = None
    ends_at: int | None = None
    creator: str | None = None
    created_at: int
    updated_at: int
    updated_by: str | None = None
    document: str
    rev: int = 0


class ScheduleRun(Row, kw_only=True):
    """One time that a schedule was due: what came of it."""

    TABLE: ClassVar[str] = "schedule_runs"
    id: int
    uid: str
    tenant: str = ""
    name: str
    key: str
    state: str
    reason: str | None = None
    execution_uid: str | None = None
    scheduled_at: int
    at: int
    rev: int = 0


class Secret(Row, kw_only=True):
    """A named value that definitions may use; `kind` is secret (`value` is encrypted) or environment."""

    TABLE: ClassVar[str] = "secrets"
    KEY: ClassVar[tuple[str, ...]] = ("tenant", "kind", "name")
    tenant: str = ""
    kind: str
    name: str
    value: str
    updated_at: int
    updated_by: str | None = None


class Reuse(Row, kw_only=True):
    """A finished result that later elements of the same name and key may take over until it expires."""

    TABLE: ClassVar[str] = "reuses"
    KEY: ClassVar[tuple[str, ...]] = ("name", "key")
    name: str
    key: str
    document: str
    expires_at: int


class Message(Row, kw_only=True):
    """Something sent to an execution that nothing has taken yet; `document` is JSON text."""

    TABLE: ClassVar[str] = "messages"
    id: int
    uid: str
    tenant: str = ""
    execution_id: int
    document: str
    created_at: int
