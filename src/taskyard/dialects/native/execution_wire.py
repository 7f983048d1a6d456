"""Executions and incidents of the native API as they are on the wire. Times are ISO-8601 UTC with milliseconds."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from taskyard.dialects.native.wire import ListParams, Name, Strict, Text


class IncidentParams(ListParams, kw_only=True):
    """The parameters of the list of incidents; `state` is open or resolved, `kind` the incident's type."""


class PageParams(msgspec.Struct, kw_only=True):
    """A page of one execution's records or history."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 200
    after: str | None = None


class DefinitionOf(msgspec.Struct, kw_only=True):
    """What an execution runs; `id` is absent for a definition that was given inline."""

    kind: str
    key: str
    version: int
    id: int | None = None


class ExecutionItem(msgspec.Struct, kw_only=True):
    """An execution in a list. `state` is one word: the outcome of a closed one, `suspended`, or the phase; `steps` counts
    the records made so far, `open_steps` those that are not closed."""

    id: int
    uid: str
    kind: str
    definition: DefinitionOf
    phase: str
    outcome: str | None
    state: str
    reason: str | None
    correlation: str | None
    business_key: str | None
    creator: str | None
    priority: int
    steps: int
    open_steps: int
    created_at: str
    updated_at: str
    closed_at: str | None


class ExecutionPage(msgspec.Struct, kw_only=True):
    """A page of executions; `next` goes into `after`; `total` only when asked for."""

    items: list[ExecutionItem]
    next: str | None
    total: int | UnsetType = UNSET


class WaitItem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One thing that an execution waits for. `kind`: worker, human or system (a task: `uid`, `queue`, `phase`), timer
    (`due_at`), execution (one that it started: `uid`), incident (`uid`, `message`), or another kind."""

    kind: str
    element: str | None = None
    uid: str | None = None
    name: str | None = None
    phase: str | None = None
    queue: str | None = None
    assignee: str | None = None
    holder: str | None = None
    message: str | None = None
    since: str | None = None
    due_at: str | None = None


class RecordItem(msgspec.Struct, kw_only=True):
    """One visit to a task of the definition, and one attempt at it. `element` is its name there, with the pass of a loop
    behind it; `seq` the order of scheduling; `previous` and `parent` are public ids of records, `child` of an
    execution."""

    id: int
    uid: str
    seq: int
    element: str
    type: str
    name: str
    status: str
    phase: str
    outcome: str | None
    attempt: int
    retried: bool
    iteration: int
    reason: str | None
    worker: str | None
    polls: int
    previous: str | None
    parent: str | None
    child: str | None
    created_at: str
    started_at: str | None
    closed_at: str | None
    input: Any
    output: Any


class RecordPage(msgspec.Struct, kw_only=True):
    """Records in the order of scheduling; `next` goes into `after`."""

    items: list[RecordItem]
    next: str | None
    total: int


class EventItem(msgspec.Struct, kw_only=True):
    """One thing that happened. `data` holds names and counts, never payloads."""

    id: int
    at: str
    type: str
    actor: str | None
    data: Any


class EventPage(msgspec.Struct, kw_only=True):
    """History, oldest first; `next` goes into `after`."""

    items: list[EventItem]
    next: str | None


class IncidentItem(msgspec.Struct, kw_only=True):
    """Something that needs a person. `execution` is the public id of the execution it stands on, `definition` what that
    runs."""

    id: int
    uid: str
    type: str
    message: str | None
    element: str | None
    state: str
    execution: str | None
    definition: DefinitionOf | None
    created_at: str
    resolved_at: str | None


class IncidentPage(msgspec.Struct, kw_only=True):
    """A page of incidents; `next` goes into `after`; `total` only when asked for."""

    items: list[IncidentItem]
    next: str | None
    total: int | UnsetType = UNSET


class ExecutionDetail(ExecutionItem, kw_only=True):
    """An execution with its payloads and variables, what it waits for now, its incidents, and the first page of its
    records and of its history."""

    input: Any
    output: Any
    variables: dict[str, Any]
    parent: str | None
    waits: list[WaitItem]
    incidents: list[IncidentItem]
    records: RecordPage
    timeline: EventPage


class NewExecution(Strict, kw_only=True):
    """An execution to start: the key of a workflow, its version (the greatest when absent) and the input."""

    definition: Name
    version: int | None = None
    input: dict[str, Any] = {}
    correlation: Text | None = None
    priority: Annotated[int, Meta(ge=0, le=99)] = 0
    idempotency_key: Text | None = None


class Termination(Strict, kw_only=True):
    """Why an execution is ended."""

    reason: Text | None = None


class Repeat(Strict, kw_only=True):
    """`latest` runs the newest version of the definition; `resume_children` goes down to what failed in executions that
    this one started instead of starting new ones."""

    latest: bool = False
    resume_children: bool = False
