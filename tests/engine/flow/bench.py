"""Workflow executions in this process, on either database, with a clock that tests move."""

from __future__ import annotations

from typing import Any

import msgspec
from tests.app.conftest import ADMIN
from tests.store.conftest import Opened

from taskyard.engine.definitions import PutDefinition
from taskyard.engine.flow.commands import ReportTask, Started, StartExecution
from taskyard.engine.leases import LeaseTasks
from taskyard.engine.timers import FireTimer
from taskyard.model.execution import (
    ElementInput,
    ElementInstance,
    ElementOutput,
    Execution,
    ExecutionDocument,
    Timer,
)
from taskyard.model.flow import TaskDef, WorkflowDef
from taskyard.model.principal import Principal
from taskyard.model.time import FixedClock
from taskyard.notations.flowjson.member import read_document
from taskyard.store.due import due

WORKER = "worker-1"


class Flow:
    """Starts workflows, does the work of workers and the clock, and tells what became of them."""

    def __init__(self, opened: Opened, clock: FixedClock) -> None:
        self.opened, self.clock = opened, clock

    def run(self, command: Any) -> Any:
        return self.opened.run(command)

    def call(self, work: Any) -> Any:
        """The answer of something that is awaited."""
        return self.opened.call(work)

    def register(self, document: dict[str, Any], actor: Principal = ADMIN) -> None:
        """Register a workflow as clients write it."""
        stored = msgspec.json.encode(read_document(WorkflowDef, document)).decode()
        self.run(
            PutDefinition(
                actor=actor, kind="workflow", key=document["name"], name=document["name"], document=stored
            )
        )

    def register_task(self, document: dict[str, Any]) -> None:
        """Register a task definition as clients write it."""
        stored = msgspec.json.encode(read_document(TaskDef, document)).decode()
        name = document["name"]
        self.run(PutDefinition(actor=ADMIN, kind="worker", key=name, name=name, document=stored))

    def start(
        self, document: dict[str, Any] | str, input: dict[str, Any] | None = None, **more: Any
    ) -> Execution:
        """Start a workflow that is given, or one that is registered by name."""
        given: dict[str, Any] = {"actor": ADMIN, "input": msgspec.json.encode(input or {}).decode(), **more}
        if isinstance(document, str):
            given["key"] = document
        else:
            given["key"] = document["name"]
            given["document"] = msgspec.json.encode(read_document(WorkflowDef, document)).decode()
        started: Started = self.run(StartExecution(**given))
        return started.execution

    def lease(self, queue: str, count: int = 1) -> list[Any]:
        command = LeaseTasks(actor=ADMIN, queue=queue, holder=WORKER, count=count)
        return self.run(command).tasks

    def work(
        self,
        queue: str,
        output: dict[str, Any] | None = None,
        status: str = "COMPLETED",
        reason: str | None = None,
    ) -> str:
        """Do the next task of a queue; its full reference name."""
        leased = self.lease(queue)
        assert leased, f"nothing to do in {queue}"
        return self.report(leased[0].task.uid, status, output, reason)

    def report(
        self, task: str, status: str, output: dict[str, Any] | None = None, reason: str | None = None
    ) -> str:
        command = ReportTask(
            actor=ADMIN, task=task, status=status, output=output or {}, reason=reason, worker=WORKER
        )
        done = self.run(command)
        return done.element.element + done.element.suffix if done.element else ""

    def tick(self, milliseconds: int = 0) -> int:
        """Move the clock and fire everything that is due then; how many timers that were."""
        self.clock.advance(milliseconds)
        fired = 0
        while True:
            now = self.clock.now()
            timers = self.opened.store.read_now(lambda link, now=now: due(link, now, 500)).timers
            if not timers:
                return fired
            for timer in timers:
                self.run(FireTimer(timer_id=timer.id, execution_id=timer.execution_id))
                fired += 1

    def execution(self, execution: Execution) -> Execution:
        return self.opened.row(Execution, id=execution.id)

    def records(self, execution: Execution) -> list[ElementInstance]:
        found = self.opened.matching(ElementInstance, execution_id=execution.id)
        return sorted(found, key=lambda record: record.seq)

    def path(self, execution: Execution) -> list[tuple[str, str]]:
        """Reference and status of every record, in the order of scheduling."""
        return [(each.element + each.suffix, each.native_state or "") for each in self.records(execution)]

    def record(self, execution: Execution, reference: str) -> ElementInstance:
        """The newest record of that full name."""
        return [each for each in self.records(execution) if each.element + each.suffix == reference][-1]

    def input(self, execution: Execution, reference: str) -> dict[str, Any]:
        return self._payload(ElementInput, self.record(execution, reference).id)

    def output(self, execution: Execution, reference: str) -> dict[str, Any]:
        return self._payload(ElementOutput, self.record(execution, reference).id)

    def result(self, execution: Execution) -> tuple[str | None, dict[str, Any]]:
        """Outcome and output of an execution."""
        stored = self.opened.row(ExecutionDocument, execution_id=execution.id)
        output = msgspec.json.decode(stored.output) if stored.output else {}
        return self.execution(execution).outcome, output

    def timers(self, execution: Execution) -> list[Timer]:
        return self.opened.matching(Timer, execution_id=execution.id)

    def _payload(self, row_type: Any, record_id: int) -> dict[str, Any]:
        row = self.opened.row(row_type, element_id=record_id)
        return msgspec.json.decode(row.document) if row is not None else {}


def task(name: str, kind: str = "SIMPLE", **more: Any) -> dict[str, Any]:
    """A node as clients write it; its reference is its name unless `taskReferenceName` says otherwise."""
    return {"name": name, "taskReferenceName": name, "type": kind, **more}


def workflow(name: str, *tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A workflow as clients write it."""
    return {"name": name, "version": 1, "schemaVersion": 2, "tasks": list(tasks), **more}
