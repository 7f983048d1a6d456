"""Deciders for schedules, and what happens when one is due.

The next moment that a schedule is due stands in its row and as a timer, written in the transaction that ran the one
before: each moment is run once, whichever process finds it due. Who saves a schedule must be allowed to run what it
starts; later runs are the server's own, in the name of who made the schedule.
"""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine import timers
from taskyard.engine.access import require, require_admin
from taskyard.engine.cron import BadRule, next_of, rule
from taskyard.engine.definitions import definition_of, tags_of
from taskyard.engine.flow.commands import StartExecution
from taskyard.engine.protocol import Command, decides
from taskyard.model.automation import ScheduleDef, StartRequest
from taskyard.model.command import decider_of
from taskyard.model.execution import Schedule, ScheduleRun, Timer
from taskyard.model.identity import Setting
from taskyard.model.problem import Rejected, rejected
from taskyard.model.view import View

PAUSED = "scheduler_paused"
"""The setting that holds back every schedule while its value is `yes`."""

REASON_LIMIT = 999

KEPT_MS = 30 * 24 * 3600 * 1000
"""How long it is kept what came of a run; older ones go as newer ones come."""

_decode = msgspec.json.Decoder(ScheduleDef).decode
_encode = msgspec.json.Encoder().encode


class PutSchedule(Command, kw_only=True, frozen=True):
    """Make a schedule, or replace the one of that name. `document` is JSON text of `model.automation.ScheduleDef`.
    Answers the row. Raises invalid (bad_schedule), forbidden."""

    document: str


class DeleteSchedule(Command, kw_only=True, frozen=True):
    """Raises not_found (unknown_schedule), forbidden."""

    name: str


class PauseSchedule(Command, kw_only=True, frozen=True):
    """Hold a schedule back, or let it go on from now (`paused` off). Answers the row."""

    name: str
    paused: bool
    reason: str | None = None


class TagSchedule(Command, kw_only=True, frozen=True):
    """Replace the tags of a schedule: pairs of key and value."""

    name: str
    tags: tuple[tuple[str, str], ...]


class RearmSchedule(Command, kw_only=True, frozen=True):
    """Set the timer of a schedule anew from what its row says."""

    name: str


class PauseScheduler(Command, kw_only=True, frozen=True):
    """Hold back every schedule, or none."""

    paused: bool


def document_of(schedule: Schedule) -> ScheduleDef:
    return _decode(schedule.document)


def next_due(document: ScheduleDef, after: int) -> tuple[int, str] | None:
    """The first moment after `after` within the window of the schedule, with the rule; None when there is none."""
    after = max(after, (document.schedule_start_time or 0) - 1)
    found = next_of(document.rules(), after)
    if found is None or (document.schedule_end_time and found[0] > document.schedule_end_time):
        return None
    return found


@decides(PutSchedule)
def put_schedule(command: PutSchedule, view: View) -> Schedule:
    document = _decode(command.document)
    request = _checked(document)
    _require(view, command, request.name)
    present = _find(view, document.name)
    if present is None:
        row_id = view.row_id()
        present = Schedule(
            id=row_id,
            uid=view.uid(row_id),
            name=document.name,
            key=request.name,
            creator=command.by,
            created_at=view.now,
            updated_at=view.now,
            document="",
        )
        _write(view, present, document, command.by)
        view.insert(present)
    else:
        _require(view, command, present.key)
        _write(view, present, document, command.by)
        view.update(present)
    view.emit("schedule.put", actor=command.by, data={"schedule": document.name, "next": present.next_at})
    return present


def _checked(document: ScheduleDef) -> StartRequest:
    """What a schedule starts. Raises `Rejected` when something is missing or cannot be read."""
    request = document.start_workflow_request
    if not document.name:
        raise rejected("invalid", "Schedule name is required", reason="bad_schedule")
    if request is None or not request.name:
        raise rejected("invalid", "startWorkflowRequest with a name is required", reason="bad_schedule")
    if not document.rules():
        raise rejected("invalid", "cronExpression is required", reason="bad_schedule")
    try:
        for expression, zone in document.rules():
            rule(expression, zone)
    except BadRule as fault:
        raise rejected("invalid", str(fault), reason="bad_schedule") from None
    return request


def _write(view: View, schedule: Schedule, document: ScheduleDef, by: str | None) -> None:
    request = document.start_workflow_request or StartRequest()
    schedule.key = request.name
    schedule.paused, schedule.paused_reason = (
        document.paused,
        document.paused_reason if document.paused else None,
    )
    schedule.starts_at, schedule.ends_at = document.schedule_start_time, document.schedule_end_time
    schedule.document = _encode(document).decode()
    schedule.updated_at, schedule.updated_by = view.now, by
    _arm(view, schedule, document, view.now)


def _arm(view: View, schedule: Schedule, document: ScheduleDef, after: int) -> None:
    """Note when the schedule is due next, and start the timer."""
    found = next_due(document, after)
    schedule.next_at = found[0] if found else None
    _set_timer(view, schedule)


def _set_timer(view: View, schedule: Schedule) -> None:
    timers.cancel(view, task_id=schedule.id)
    if schedule.next_at is not None and not schedule.paused:
        timers.start(view, "schedule", schedule.next_at, task_id=schedule.id, data={"due": schedule.next_at})


@decides(DeleteSchedule)
def delete_schedule(command: DeleteSchedule, view: View) -> None:
    schedule = existing(view, command.name)
    _require(view, command, schedule.key)
    timers.cancel(view, task_id=schedule.id)
    view.delete(schedule)
    view.emit("schedule.deleted", actor=command.by, data={"schedule": command.name})


@decides(PauseSchedule)
def pause_schedule(command: PauseSchedule, view: View) -> Schedule:
    schedule = existing(view, command.name)
    _require(view, command, schedule.key)
    if schedule.paused == command.paused:
        return schedule
    schedule.paused = command.paused
    schedule.paused_reason = command.reason if command.paused else None
    schedule.updated_at, schedule.updated_by = view.now, command.by
    _arm(view, schedule, document_of(schedule), view.now)
    view.update(schedule)
    word = "schedule.paused" if command.paused else "schedule.resumed"
    view.emit(word, actor=command.by, data={"schedule": command.name})
    return schedule


@decides(TagSchedule)
def tag_schedule(command: TagSchedule, view: View) -> None:
    schedule = existing(view, command.name)
    _require(view, command, schedule.key)
    document = document_of(schedule)
    document.tags = [{"key": key, "value": value} for key, value in sorted(set(command.tags))]
    schedule.document = _encode(document).decode()
    view.update(schedule)


@decides(RearmSchedule)
def rearm_schedule(command: RearmSchedule, view: View) -> None:
    require_admin(command.actor)
    schedule = _find(view, command.name)
    if schedule is not None:
        _set_timer(view, schedule)


@decides(PauseScheduler)
def pause_scheduler(command: PauseScheduler, view: View) -> None:
    require_admin(command.actor)
    word = "yes" if command.paused else "no"
    present = view.get(Setting, PAUSED)
    if present is None:
        view.insert(Setting(name=PAUSED, value=word))
    else:
        present.value = word
        view.update(present)


@timers.fires("schedule")
def due(view: View, timer: Timer) -> None:
    """Run a schedule that is due, and note when it is due next. One that was changed meanwhile has another timer."""
    moment = msgspec.json.decode(timer.document or "{}").get("due")
    schedule = view.get(Schedule, timer.task_id)
    if schedule is None or schedule.paused or schedule.next_at != moment:
        return
    held = view.peek(Setting, PAUSED)
    if held is not None and held.value == "yes":
        return
    document = document_of(schedule)
    _run(view, schedule, document, moment)
    _arm(
        view, schedule, document, moment if document.run_catchup_schedule_instances else max(moment, view.now)
    )
    view.update(schedule)


def _run(view: View, schedule: Schedule, document: ScheduleDef, moment: int) -> None:
    """Start what the schedule starts, and keep what came of it."""
    row_id = view.row_id()
    run = ScheduleRun(
        id=row_id,
        uid=view.uid(row_id),
        name=schedule.name,
        key=schedule.key,
        state="EXECUTED",
        scheduled_at=moment,
        at=view.now,
    )
    command = start_command(
        document.start_workflow_request or StartRequest(),
        {
            "_startedByScheduler": schedule.name,
            "_scheduledTime": moment,
            "_executedTime": view.now,
            "_executionId": run.uid,
            "_schedulerCron": _rule_at(document, moment),
        },
        creator=schedule.creator,
    )
    try:
        started = decider_of(command)(command, view)
        run.execution_uid = started.execution.uid
    except Rejected as refusal:
        run.state, run.reason = "FAILED", refusal.problem.detail[:REASON_LIMIT]
    view.insert(run)
    for old in view.pick(ScheduleRun, ("id",), 2, name=schedule.name):
        if old.at < view.now - KEPT_MS:
            view.delete(old)
    view.emit("schedule.run", data={"schedule": schedule.name, "state": run.state, "due": moment})


def _rule_at(document: ScheduleDef, moment: int) -> str:
    found = next_of(document.rules(), moment - 1)
    return found[1] if found else ""


def start_command(request: StartRequest, more: dict[str, Any], creator: str | None) -> StartExecution:
    """The command that a request to start a workflow stands for, with more input; the server's own."""
    return StartExecution(
        key=request.name,
        version=request.version,
        document=None if request.workflow_def is None else _encode(request.workflow_def).decode(),
        input=_encode(request.input | more).decode(),
        correlation=request.correlation_id,
        priority=request.priority,
        task_to_domain=dict(request.task_to_domain),
        idempotency_key=request.idempotency_key,
        idempotency_strategy=request.idempotency_strategy,
        creator=creator,
    )


def existing(view: View, name: str) -> Schedule:
    """The schedule of that name. Raises `Rejected` (not_found, unknown_schedule)."""
    found = _find(view, name)
    if found is None:
        raise rejected(
            "not_found", f"No such schedule found by name: {name}", reason="unknown_schedule", key=name
        )
    return found


def _find(view: View, name: str) -> Schedule | None:
    found = view.find(Schedule, name=name)
    return found[0] if found else None


def _require(view: View, command: Command, key: str) -> None:
    """The caller may run the workflow."""
    if command.actor is None or command.actor.admin:
        return
    definition = definition_of(view, "workflow", key)
    owners = (definition.owner, definition.created_by) if definition else None
    tags = tags_of(view, definition) if definition else ()
    require(command.actor, "execute", kind="workflow", key=key, owner=owners, tags=tags)
