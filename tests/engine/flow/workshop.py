"""An open store with a clock that stands still, workflows made of few words, and workers that do as they are told."""

from __future__ import annotations

import json
from typing import Any

from tests.store.conftest import Opened

from taskyard.config import Settings
from taskyard.engine.definitions import PutDefinition
from taskyard.engine.flow import commands, notes
from taskyard.engine.flow.notes import Notes
from taskyard.engine.flow.plan import encode
from taskyard.engine.flow.status import EXECUTION_STATUSES
from taskyard.engine.leases import ExpireLease, LeaseTasks
from taskyard.engine.timers import FireTimer
from taskyard.model.command import Command, decides
from taskyard.model.execution import (
    ElementInput,
    ElementInstance,
    ElementOutput,
    Execution,
    ExecutionDocument,
    ExecutionNotes,
    Variable,
)
from taskyard.model.flow import SubWorkflowParam, TaskDef, WorkflowDef, WorkflowTask
from taskyard.model.time import FixedClock
from taskyard.model.view import View
from taskyard.store.checkup import examine
from taskyard.store.due import due


class Forget(Command, kw_only=True, frozen=True):
    """Damage: the execution runs, and what it put off is gone."""

    execution_id: int


@decides(Forget)
def _forget(command: Forget, view: View) -> None:
    execution = view.get(Execution, command.execution_id)
    kept = view.get(ExecutionNotes, command.execution_id)
    assert execution is not None
    assert kept is not None
    execution.suspended = False
    view.update(execution)
    kept.document = notes.encode(Notes()).decode()
    view.update(kept)
    view.emit("execution.resumed", execution_id=execution.id, data={"status": "RUNNING"})


START = 1_700_000_000_000


class Workshop(Opened):
    """Runs executions by hand: everything is asked for by a test, nothing happens by itself."""

    def __init__(self, settings: Settings) -> None:
        self.time = FixedClock(START)
        super().__init__(settings, self.time)

    def define(self, name: str, *tasks: WorkflowTask, version: int = 1, **members: Any) -> str:
        """Register a workflow; its name."""
        definition = WorkflowDef(name=name, version=version, tasks=list(tasks), **members)
        document = encode(definition).decode()
        self.run(PutDefinition(kind="workflow", key=name, document=document, version=version, mode="replace"))
        return name

    def define_task(self, name: str, **members: Any) -> str:
        """Register a task definition; retries come at once unless it says otherwise."""
        definition = TaskDef(name=name, **{"retry_delay_seconds": 0, **members})
        self.run(PutDefinition(kind="worker", key=name, document=encode(definition).decode(), mode="replace"))
        return name

    def start(self, name: str, input: dict[str, Any] | None = None, **how: Any) -> str:
        """Start a workflow; its public id."""
        given = json.dumps(input or {})
        return self.run(commands.StartExecution(key=name, input=given, **how)).execution.uid

    def do(self, command: type[Any], execution: str, **members: Any) -> Any:
        """An operation on an execution."""
        return self.run(command(execution=execution, **members))

    def take(self, queue: str, holder: str = "worker", count: int = 1) -> list[Any]:
        """Lease tasks."""
        return self.run(LeaseTasks(queue=queue, holder=holder, count=count)).tasks

    def report(self, task: str, status: str = "COMPLETED", **members: Any) -> Any:
        """A worker's word."""
        return self.run(commands.ReportTask(task=task, status=status, **members))

    def work(self, queue: str, status: str = "COMPLETED", **members: Any) -> str:
        """Lease the next task of a queue and report it; its public id."""
        taken = self.take(queue)
        assert taken, f"nothing in queue {queue}"
        self.report(taken[0].task.uid, status, **members)
        return taken[0].task.uid

    def pass_time(self, seconds: float = 0) -> None:
        """Let time go by and do everything that falls due, each at its moment."""
        end = self.time.now() + int(seconds * 1000)
        while True:
            found = self.call(self.store.read(lambda link: due(link, self.time.now(), 500)))
            for timer in found.timers:
                self.run(FireTimer(timer_id=timer.id, execution_id=timer.execution_id))
            for lease in found.leases:
                self.run(ExpireLease(task_id=lease.task_id, execution_id=lease.execution_id))
            if found.timers or found.leases:
                continue
            if found.next_at is None or found.next_at > end:
                break
            self.time.value = found.next_at
        self.time.value = end

    def execution(self, uid: str) -> Execution:
        found = self.row(Execution, uid=uid)
        assert found is not None, uid
        return found

    def status(self, uid: str) -> str:
        row = self.execution(uid)
        return "PAUSED" if row.suspended and row.outcome is None else EXECUTION_STATUSES[row.outcome]

    def output(self, uid: str) -> Any:
        document = self.row(ExecutionDocument, execution_id=self.execution(uid).id)
        return json.loads(document.output) if document.output else None

    def variables(self, uid: str) -> dict[str, Any]:
        rows = self.matching(Variable, execution_id=self.execution(uid).id)
        return {row.name: json.loads(row.value) for row in rows}

    def records(self, uid: str) -> list[ElementInstance]:
        """Its records in order."""
        rows = self.matching(ElementInstance, execution_id=self.execution(uid).id)
        return sorted(rows, key=lambda row: row.seq)

    def history(self, uid: str) -> list[str]:
        """`name status` of every record, in order."""
        return [f"{each.element}{each.suffix} {each.native_state}" for each in self.records(uid)]

    def newest(self, uid: str, reference: str) -> ElementInstance:
        return [each for each in self.records(uid) if each.element + each.suffix == reference][-1]

    def output_of(self, record: ElementInstance) -> Any:
        found = self.row(ElementOutput, element_id=record.id)
        return json.loads(found.document) if found else {}

    def input_of(self, record: ElementInstance) -> Any:
        found = self.row(ElementInput, element_id=record.id)
        return json.loads(found.document) if found else {}

    def lose_held_work(self, uid: str) -> None:
        """Let a paused execution forget what it put off, as no fault should, and run."""
        self.run(Forget(execution_id=self.execution(uid).id))

    def child(self, uid: str, reference: str) -> str:
        """The public id of the execution that a task started."""
        record = self.newest(uid, reference)
        found = self.row(Execution, id=record.child_id)
        assert found is not None
        return found.uid

    def offences(self) -> list[str]:
        """What must hold between the tables and does not."""
        found = self.call(self.store.read(examine))
        return [f"{each.name}: {each.detail}" for each in found if not each.ok]


def simple(reference: str, name: str | None = None, **members: Any) -> WorkflowTask:
    """Work for workers; the queue is the reference unless it is named."""
    return WorkflowTask(name=name or reference, task_reference_name=reference, **members)


def fork(reference: str, *branches: list[WorkflowTask]) -> list[WorkflowTask]:
    """A fork and the join of the last task of each branch, `<reference>_join`."""
    last = [branch[-1].task_reference_name for branch in branches if branch]
    return [
        WorkflowTask(
            name=reference, task_reference_name=reference, type="FORK_JOIN", fork_tasks=list(branches)
        ),
        WorkflowTask(
            name=f"{reference}_join", task_reference_name=f"{reference}_join", type="JOIN", join_on=last
        ),
    ]


def switch(
    reference: str, value: str, default: list[WorkflowTask] | None = None, **cases: Any
) -> WorkflowTask:
    """Chooses a case by a value, which may be an expression."""
    return WorkflowTask(
        name=reference,
        task_reference_name=reference,
        type="SWITCH",
        evaluator_type="value-param",
        expression="value",
        input_parameters={"value": value},
        decision_cases=cases,
        default_case=default or [],
    )


def each_of(reference: str, items: Any, *body: WorkflowTask) -> WorkflowTask:
    """A loop with one pass for each item."""
    return WorkflowTask(
        name=reference, task_reference_name=reference, type="DO_WHILE", items=items, loop_over=list(body)
    )


def sub(reference: str, workflow: str, **members: Any) -> WorkflowTask:
    """Runs another workflow and waits for it."""
    param = SubWorkflowParam(name=workflow)
    return WorkflowTask(
        name=reference,
        task_reference_name=reference,
        type="SUB_WORKFLOW",
        sub_workflow_param=param,
        **members,
    )
