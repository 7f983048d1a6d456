"""Executions, their records, history and incidents → native items."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from taskyard.app.bundle import Bundle
from taskyard.app.execution_history import Waiting
from taskyard.app.executions import Record
from taskyard.dialects.native.execution_wire import (
    DefinitionOf,
    EventItem,
    ExecutionItem,
    IncidentItem,
    RecordItem,
    WaitItem,
)
from taskyard.model.execution import Event, Execution, Incident
from taskyard.model.time import iso_or_none, to_iso

_encode = msgspec.json.Encoder().encode


def state_of(row: Execution) -> str:
    """One word for an execution: its outcome when closed, `suspended`, or its phase."""
    if row.phase == "closed":
        return row.outcome or "closed"
    return "suspended" if row.suspended else row.phase


def definition_of(row: Execution) -> DefinitionOf:
    return DefinitionOf(kind=row.kind, key=row.key, version=row.version, id=row.definition_id)


def members_of(row: Execution) -> dict[str, Any]:
    """The members that lists show."""
    return {
        "id": row.id,
        "uid": row.uid,
        "kind": row.kind,
        "definition": definition_of(row),
        "phase": row.phase,
        "outcome": row.outcome,
        "state": state_of(row),
        "reason": row.reason,
        "correlation": row.correlation,
        "business_key": row.business_key,
        "creator": row.creator,
        "priority": row.priority,
        "steps": row.steps,
        "open_steps": row.open_steps,
        "created_at": to_iso(row.created_at),
        "updated_at": to_iso(row.updated_at),
        "closed_at": iso_or_none(row.closed_at),
    }


class ExecutionRenderer:
    """Items of `GET /v1/executions`."""

    name = "native.execution"
    variant: Hashable = None
    load: tuple[str, ...] = ()

    def render(self, bundle: Bundle) -> bytes:
        return _encode(ExecutionItem(**members_of(bundle.row)))


def wait_item(wait: Waiting) -> WaitItem:
    members = {name: getattr(wait, name) for name in wait.__struct_fields__}
    members |= {"since": iso_or_none(wait.since), "due_at": iso_or_none(wait.due_at)}
    return WaitItem(**members)


def record_item(record: Record) -> RecordItem:
    element = record.element
    return RecordItem(
        id=element.id,
        uid=element.uid,
        seq=element.seq,
        element=element.element + element.suffix,
        type=element.kind,
        name=element.name,
        status=element.native_state or element.phase,
        phase=element.phase,
        outcome=element.outcome,
        attempt=element.attempt,
        retried=element.retried,
        iteration=element.iteration,
        reason=element.reason,
        worker=element.holder,
        polls=element.polls,
        previous=record.previous,
        parent=record.parent,
        child=record.child,
        created_at=to_iso(element.created_at),
        started_at=iso_or_none(element.started_at),
        closed_at=iso_or_none(element.closed_at),
        input=raw(record.input),
        output=raw(record.output),
    )


def event_item(event: Event) -> EventItem:
    return EventItem(
        id=event.id, at=to_iso(event.at), type=event.type, actor=event.actor, data=raw(event.data)
    )


def incident_item(incident: Incident, execution: Execution | None) -> IncidentItem:
    return IncidentItem(
        id=incident.id,
        uid=incident.uid,
        type=incident.type,
        message=incident.message,
        element=incident.element,
        state=incident.phase,
        execution=execution.uid if execution else None,
        definition=definition_of(execution) if execution else None,
        created_at=to_iso(incident.created_at),
        resolved_at=iso_or_none(incident.resolved_at),
    )


def raw(document: str | None) -> msgspec.Raw | None:
    """JSON text as it is."""
    return None if document is None else msgspec.Raw(document.encode())
