"""Tasks as they go to the worker that took them: whole, with the secrets that they name put in."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from taskyard.app import secrets
from taskyard.app.application import Application
from taskyard.app.execution_records import Record
from taskyard.app.executions import Leased, records_of
from taskyard.engine.expressions.template import put_secrets, secrets_in
from taskyard.engine.flow.status import STATUSES
from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.problem import Rejected
from taskyard.model.task import Submission, SubmissionDocument, Task, TaskDocument
from taskyard.telemetry import log

MENTION = "workflow.secrets."
"""What the text of an input holds when it names a secret."""

_encode = msgspec.json.Encoder().encode


class Given(NamedTuple):
    """A task for a worker; `secrets` are those that its definition wants handed out beside the input."""

    record: Record
    secrets: dict[str, str] | None = None


async def handed_out(app: Application, leased: list[Leased]) -> list[Given]:
    """The tasks in the order in which they were taken. What was handed out is not stored."""
    inside = [each.element for each in leased if each.element is not None]
    records = {record.element.id: record for record in await records_of(app, inside)} if inside else {}
    given: list[Given] = []
    for each in leased:
        if each.element is None:
            given.append(Given(await alone(app, each.task, each.lease.holder)))
        elif (record := records.get(each.element.id)) is not None:
            given.append(await _with_secrets(app, record))
    return given


async def alone(app: Application, task: Task, holder: str | None) -> Record:
    """A task outside of executions as if it were the only record of one with its own public id."""
    stored = await app.row(TaskDocument, task_id=task.id)
    payload = msgspec.json.decode(stored.document) if stored is not None else {}
    name = task.queue or ""
    return Record(
        element=ElementInstance(
            id=task.id,
            uid=task.uid,
            execution_id=0,
            element=name,
            kind="SIMPLE",
            name=name,
            phase=task.phase,
            outcome=task.outcome,
            native_state=_status(task),
            seq=1,
            polls=1,
            holder=holder,
            created_at=task.created_at,
            first_at=task.created_at,
            started_at=task.assigned_at or None,
            updated_at=task.updated_at,
            closed_at=task.closed_at,
        ),
        execution=Execution(id=0, uid=task.uid, created_at=task.created_at, updated_at=task.updated_at),
        node=None,
        input=_object(payload, "payload"),
        output=await _result(app, task),
    )


def _status(task: Task) -> str:
    """The status that an execution's record would have."""
    if task.phase != "closed":
        return "IN_PROGRESS" if task.phase == "active" else "SCHEDULED"
    return next((word for word, each in STATUSES.items() if each.outcome == task.outcome), "FAILED")


async def _result(app: Application, task: Task) -> str:
    """What a closed task gave as its result: JSON text of an object."""
    if task.phase != "closed":
        return "{}"
    results = [row for row in await app.rows(Submission, "task_id", [task.id]) if row.kind == "result"]
    stored = await app.row(SubmissionDocument, submission_id=results[-1].id) if results else None
    return _object(msgspec.json.decode(stored.document), "result") if stored is not None else "{}"


def _object(value: Any, name: str) -> str:
    return _encode(value if isinstance(value, dict) else {name: value}).decode()


async def _with_secrets(app: Application, record: Record) -> Given:
    rules = record.node.definition if record.node is not None else None
    beside = rules.runtime_metadata if rules is not None else []
    value: Any = msgspec.json.decode(record.input) if MENTION in record.input else None
    wanted = {*secrets_in(value), *beside}
    if value is None and not wanted:
        return Given(record)
    try:
        known = await secrets.lookup(app, wanted) if wanted else {}
    except Rejected as refusal:  # the task is leased already: its worker has to hear of it
        log.error("secrets_not_handed_out", task=record.element.uid, error=refusal.problem.detail)
        known = {}
    if value is not None:
        record.input = _encode(put_secrets(value, known.get)).decode()
    return Given(record, {name: known[name] for name in beside if name in known})
