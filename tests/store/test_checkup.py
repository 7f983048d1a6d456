"""The doctor finds what is wrong with executions, tasks, queues and leases, and nothing where nothing is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from taskyard.model.command import Command, decides
from taskyard.model.execution import (
    ElementInput,
    ElementInstance,
    Event,
    Execution,
    ExecutionDocument,
    Incident,
    Snapshot,
    Timer,
    Wait,
)
from taskyard.model.row import Row
from taskyard.model.task import Lease, QueueItem, Task, Throttle
from taskyard.model.view import View
from taskyard.store.checkup import checkup

E, T, X = 1_000, 1_001, 1_002
"""An open execution; its element instance with a task; its closed element instance."""


class Set(Command, kw_only=True, frozen=True):
    """Make these rows stand there, and no others of these types."""

    rows: tuple[Row, ...]


@decides(Set)
def set_rows(command: Set, view: View) -> None:
    types = {type(row) for row in sound()} | {Incident, Timer, Wait, QueueItem}
    for row_type in sorted(types, key=lambda one: one.TABLE):
        keys: list[Any] = ["slow"] if row_type is Throttle else list(range(990, 1_020))
        view.delete_where(row_type, row_type.KEY[0], keys)
    for row in command.rows:
        view.insert_many([row])


def sound() -> list[Row]:
    """A sound execution with a leased task and a closed step."""

    def event(number: int, kind: str, **data: Any) -> Event:
        text = msgspec.json.encode(data).decode()
        return Event(id=number, type=kind, execution_id=E, at=number, data=text)

    return [
        Snapshot(id=E, sha256="s", document="{}"),
        Execution(id=E, uid="e", snapshot_id=E, steps=2, open_steps=1, created_at=1, updated_at=1),
        ExecutionDocument(execution_id=E),
        ElementInstance(
            id=T, uid="t", execution_id=E, element="a", kind="SIMPLE", native_state="IN_PROGRESS", seq=1,
            created_at=1,
        ),
        ElementInput(element_id=T, document="{}"),
        ElementInstance(
            id=X, uid="x", execution_id=E, element="b", kind="NOOP", native_state="COMPLETED", seq=2,
            phase="closed", outcome="succeeded", created_at=1, closed_at=2,
        ),
        Task(
            id=T, uid="t", kind="worker", execution_id=E, queue="a", phase="active", created_at=1, updated_at=1
        ),
        Lease(task_id=T, holder="w", token="k", queue="a", throttle="slow", expires_at=9, created_at=1),
        Throttle(name="slow", most=2, running=1),
        event(991, "execution.started", status="RUNNING"),
        event(992, "element.scheduled", element=T, status="SCHEDULED"),
        event(993, "element.started", element=T, status="IN_PROGRESS"),
        event(994, "element.overdue", element=T),
        event(995, "element.closed", element=X, status="COMPLETED"),
    ]  # fmt: skip


def changed(row_type: type[Row], key: Any, **values: Any) -> list[Row]:
    """The sound rows with one of them changed."""
    return [
        msgspec.structs.replace(row, **values)
        if isinstance(row, row_type) and getattr(row, row_type.KEY[0]) == key
        else row
        for row in sound()
    ]


def without(*row_types: type[Row]) -> list[Row]:
    return [row for row in sound() if not isinstance(row, row_types)]


ITEM = QueueItem(task_id=T, queue="a", ready_at=1, lease_ms=1)
READY = {"phase": "ready"}
CASES: dict[str, tuple[list[Row], set[str]]] = {
    "sound": (sound(), set()),
    "nothing to wait for": (
        without(Task, Lease, Throttle),
        {"open executions wait for something"},
    ),
    "a timer is a wait": (
        [*without(Task, Lease, Throttle), Timer(id=E, execution_id=E, kind="wait", due_at=1)],
        set(),
    ),
    "a wait is a wait": (
        [*without(Task, Lease, Throttle), Wait(id=E, execution_id=E, kind="message", created_at=1)],
        set(),
    ),
    "an incident is a wait": (
        [
            *without(Task, Lease, Throttle),
            Incident(id=E, uid="i", execution_id=E, type="stuck", created_at=1),
        ],
        set(),
    ),
    "a resolved incident is none": (
        [
            *without(Task, Lease, Throttle),
            Incident(id=E, uid="i", execution_id=E, type="stuck", phase="resolved", created_at=1),
        ],
        {"open executions wait for something"},
    ),
    "closed with open steps": (
        changed(Execution, E, phase="closed", outcome="succeeded", closed_at=3),
        {"closed executions have no open steps", "events tell the status of every execution"},
    ),
    "open steps miscounted": (changed(Execution, E, open_steps=2), {"executions count their open steps"}),
    "steps miscounted": (changed(Execution, E, steps=1), {"executions count the steps they made"}),
    "an element closed without a time": (
        changed(ElementInstance, X, closed_at=None),
        {"closed element instances have an outcome and a time", "executions count their open steps"},
    ),
    "a lease of a ready task": (
        changed(Task, T, **READY),
        {"leases are on open tasks that are worked on", "ready tasks of queues are queued"},
    ),
    "queued and leased": (
        [*sound(), ITEM],
        {"queued tasks are open, ready and of that queue", "no task is queued and leased"},
    ),
    "active without a lease": (
        without(Lease),
        {"tasks that workers have are leased", "limits count their leases"},
    ),
    "put off for ever": (
        [row for row in changed(Task, T, phase="scheduled") if not isinstance(row, (Lease, Throttle))],
        {"tasks that are put off have a timer"},
    ),
    "queued in another queue": (
        [
            *[row for row in changed(Task, T, **READY) if not isinstance(row, (Lease, Throttle))],
            msgspec.structs.replace(ITEM, queue="b"),
        ],
        {"queued tasks are open, ready and of that queue"},
    ),
    "a limit miscounted": (changed(Throttle, "slow", running=2), {"limits count their leases"}),
    "an element without its execution": (
        without(Execution, Event),
        {
            "element_instances.execution_id names a row of executions",
            "execution_documents.execution_id names a row of executions",
            "tasks.execution_id names a row of executions",
            "events tell the status of every element instance",
        },
    ),
    "a task without its element": (
        [row for row in without(ElementInput) if row != sound()[3]],
        {
            "tasks of executions are open as long as their element instance",
            "executions count their open steps",
        },
    ),
    "an event is missing": (
        [row for row in sound() if not (isinstance(row, Event) and row.id == 995)],
        {"events tell the status of every element instance"},
    ),
    "an event tells another status": (
        changed(Event, 993, data=f'{{"element":{T},"status":"COMPLETED"}}'),
        {"events tell the status of every element instance"},
    ),
    "a pause that nobody told": (
        changed(Execution, E, suspended=True),
        {"events tell the status of every execution"},
    ),
    "an input of nothing": (
        [*sound(), ElementInput(element_id=E + 9, document="{}")],
        {"element_inputs.element_id names a row of element_instances"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_doctor_finds_what_is_wrong(opened: Any, case: str) -> None:
    rows, wrong = CASES[case]
    opened.run(Set(rows=tuple(rows)))
    findings = checkup(opened.store.settings)
    assert {finding.name for finding in findings if not finding.ok} == wrong
