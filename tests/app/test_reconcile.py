"""The net under the engine: executions that wait for nothing are found, decided anew, or shown to a person."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.app.conftest import ADMIN
from tests.store.conftest import Opened

from taskyard.app.reconciler import Reconciler
from taskyard.engine.flow.commands import PauseExecution, ReportTask, StartExecution
from taskyard.engine.incidents import ResolveIncident
from taskyard.engine.leases import ExpireLease, LeaseTasks
from taskyard.engine.polls import FORGOTTEN_MS, Asked, RecordPoll
from taskyard.engine.tasks import DeleteTasks
from taskyard.model.command import Command, decides
from taskyard.model.execution import ElementInstance, Execution, Incident
from taskyard.model.flow import TaskDef, WorkflowDef, WorkflowTask
from taskyard.model.problem import Rejected
from taskyard.model.task import Poll, Task
from taskyard.model.time import FixedClock
from taskyard.model.view import View


class LoseRecord(Command, kw_only=True, frozen=True):
    """Make an open record and its task vanish, as no command of the engine does."""

    execution_id: int


@decides(LoseRecord)
def lose_record(command: LoseRecord, view: View) -> None:
    for element in view.find(ElementInstance, execution_id=command.execution_id, closed_at=None):
        task = view.get(Task, element.id)
        if task is not None:
            view.delete(task)


def begin(opened: Opened, queue: str, **rules: Any) -> Execution:
    """An execution of one worker task."""
    rules.setdefault("retry_delay_seconds", 0)
    node = WorkflowTask(name=queue, task_reference_name="only", task_definition=TaskDef(name=queue, **rules))
    document = msgspec.json.encode(WorkflowDef(name=queue, tasks=[node])).decode()
    return opened.run(StartExecution(actor=ADMIN, key=queue, document=document)).execution


def look(opened: Opened, clock: FixedClock) -> int:
    """What a new reconciler finds once the executions have settled."""
    clock.advance(10_000)
    return opened.call(Reconciler(opened.app).look())


def test_executions_that_wait_are_left_alone(opened: Opened, clock: FixedClock) -> None:
    begin(opened, "waits")
    opened.run(LeaseTasks(actor=ADMIN, queue="waits", holder="w"))
    assert look(opened, clock) == 0


def test_a_stuck_execution_is_found_and_never_left_without_a_wait(opened: Opened, clock: FixedClock) -> None:
    execution = begin(opened, "stuck")
    opened.run(LoseRecord(execution_id=execution.id))
    assert look(opened, clock) == 1
    assert look(opened, clock) == 0
    incidents = opened.matching(Incident, execution_id=execution.id, phase="open")
    assert [incident.type for incident in incidents] == ["execution_stuck"]


def test_a_paused_execution_is_not_stuck(opened: Opened, clock: FixedClock) -> None:
    execution = begin(opened, "paused")
    opened.run(PauseExecution(actor=ADMIN, execution=execution.uid))
    opened.run(LoseRecord(execution_id=execution.id))
    assert look(opened, clock) == 0


def test_only_what_changed_since_is_looked_at_again(opened: Opened, clock: FixedClock) -> None:
    reconciler = Reconciler(opened.app)
    clock.advance(10_000)
    opened.call(reconciler.look())
    execution = begin(opened, "since")
    opened.run(LoseRecord(execution_id=execution.id))
    assert opened.call(reconciler.look()) == 0
    clock.advance(10_000)
    assert opened.call(reconciler.look()) == 1


def test_a_worker_that_does_not_answer_loses_its_attempt_and_the_next_begins(
    opened: Opened, clock: FixedClock
) -> None:
    execution = begin(opened, "silent", response_timeout_seconds=60, retry_count=1)
    first = opened.run(LeaseTasks(actor=ADMIN, queue="silent", holder="w")).tasks[0]
    clock.advance(60_000)
    assert opened.run(ExpireLease(task_id=first.task.id, execution_id=execution.id)) == "silent"
    lost = opened.row(ElementInstance, id=first.task.id)
    assert (lost.native_state, lost.retried) == ("TIMED_OUT", True)
    late = ReportTask(actor=ADMIN, task=first.task.uid, status="COMPLETED", worker="w")
    assert opened.run(late).ignored is True
    second = opened.run(LeaseTasks(actor=ADMIN, queue="silent", holder="w")).tasks[0]
    assert second.task.id != first.task.id
    opened.run(ReportTask(actor=ADMIN, task=second.task.uid, status="COMPLETED", worker="w"))
    assert opened.row(Execution, id=execution.id).outcome == "succeeded"


def test_the_word_of_a_former_holder_is_ignored_while_another_has_the_task(opened: Opened) -> None:
    execution = begin(opened, "handover")
    one = opened.run(LeaseTasks(actor=ADMIN, queue="handover", holder="one")).tasks[0]
    opened.run(ReportTask(actor=ADMIN, task=one.task.uid, status="IN_PROGRESS", worker="one"))
    opened.run(LeaseTasks(actor=ADMIN, queue="handover", holder="two"))
    late = ReportTask(actor=ADMIN, task=one.task.uid, status="COMPLETED", worker="one")
    assert opened.run(late).ignored is True
    assert opened.row(Execution, id=execution.id).phase != "closed"
    opened.run(ReportTask(actor=ADMIN, task=one.task.uid, status="COMPLETED", worker="two"))
    assert opened.row(Execution, id=execution.id).outcome == "succeeded"


def test_the_task_of_an_execution_cannot_be_deleted_while_it_is_open(opened: Opened) -> None:
    execution = begin(opened, "kept")
    task = opened.matching(Task, execution_id=execution.id)[0]
    with pytest.raises(Rejected) as refused:
        opened.run(DeleteTasks(actor=ADMIN, task_ids=(task.id,)))
    assert refused.value.problem.reason == "task_of_execution"


def test_resolving_the_incident_of_a_stuck_execution_does_not_leave_it_without_a_wait(
    opened: Opened, clock: FixedClock
) -> None:
    execution = begin(opened, "resolve")
    opened.run(LoseRecord(execution_id=execution.id))
    look(opened, clock)
    first = opened.matching(Incident, execution_id=execution.id, phase="open")
    assert [incident.type for incident in first] == ["execution_stuck"]
    opened.run(ResolveIncident(actor=ADMIN, uid=first[0].uid))
    second = opened.matching(Incident, execution_id=execution.id, phase="open")
    assert [incident.uid for incident in second] != [first[0].uid]
    assert len(second) == 1


def test_workers_that_have_not_asked_for_a_week_are_forgotten(opened: Opened, clock: FixedClock) -> None:
    def seen(queue: str, at: int) -> None:
        opened.run(RecordPoll(polls=(Asked(queue, "", "w", at),)))

    seen("forgotten", clock.now())
    clock.advance(FORGOTTEN_MS + 1)
    seen("remembered", clock.now())
    opened.call(Reconciler(opened.app).forget())
    assert opened.row(Poll, queue="forgotten", domain="", holder="w") is None
    assert opened.row(Poll, queue="remembered", domain="", holder="w") is not None


def test_a_poll_never_goes_back_in_time(opened: Opened, clock: FixedClock) -> None:
    now = clock.now()
    for at in (now, now - 500):
        opened.run(RecordPoll(polls=(Asked("time", "", "w", at),)))
    assert opened.row(Poll, queue="time", domain="", holder="w").at == now
