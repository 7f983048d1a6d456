"""Driving one execution within one command: making records, closing them, going on behind them."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine import timers, work
from taskyard.engine.flow import conformity, ending, failing, reuse, tested
from taskyard.engine.flow.behavior import behavior_of
from taskyard.engine.flow.extra import Extra, extra_of, keep
from taskyard.engine.flow.notes import Later
from taskyard.engine.flow.payload import is_too_large
from taskyard.engine.flow.records import Records
from taskyard.engine.flow.status import STATUSES
from taskyard.model.execution import ElementInstance, Wait
from taskyard.model.flow import WorkflowTask
from taskyard.model.problem import Rejected
from taskyard.model.task import Task

REASON_LIMIT = 500
ENTER = "enter"
"""The timer of a record that begins later."""


class Place(msgspec.Struct, frozen=True):
    """Where a record goes: its node, the container's record, where the node is described, and the pass of the loops."""

    node: WorkflowTask
    parent_id: int | None = None
    fragment_id: int | None = None
    suffix: str = ""
    iteration: int = 0


def iteration_of(suffix: str) -> int:
    """The pass of the innermost loop; 0 outside of loops."""
    return int(suffix.rpartition("__")[2]) if suffix else 0


class Run(Records):
    """An execution that is being driven."""

    def schedule(
        self,
        place: Place,
        *,
        previous: ElementInstance | None = None,
        delay_ms: int = 0,
        input: dict[str, Any] | None = None,
        more_input: dict[str, Any] | None = None,
        fragment: bool = False,
    ) -> ElementInstance:
        """Make the record of a node and let its behavior begin. `previous` is the attempt before; a delayed attempt
        is offered later. `input` is given as it is; without it the node's parameters are resolved and `more_input` is
        added. With `fragment` the node was made at run time: it is kept with the record, whose fragment is then its own;
        another attempt at it gets the same input."""
        record = self.make(place, previous, fragment)
        if delay_ms:
            keep(record, Extra(delay=delay_ms))
        if previous is not None:
            previous.retried = True
            self.touch(previous)
        if (skip := self.notes.skips.pop(record.element, None)) is not None:
            self.set_input(record, skip.input)
            self.finish(record, "SKIPPED", skip.output)
            return record
        if input is None and previous is not None and self._is_branch(previous):
            input = self.input_of(previous)
        if not self._give_input(record, place.node, input, more_input or {}):
            return record
        if self.execution.steps > self.view.limits.elements:
            most = self.view.limits.elements
            self.close("failed", f"The execution has more than {most} tasks, the most there may be.")
        elif (known := reuse.find(self, record, place.node)) is not None:
            self.finish(record, "COMPLETED", known)
        elif tested.hold(self, record):
            pass
        elif not behavior_of(record.kind).offers and (delay := self.delay_of(record)):
            self.timer(record, ENTER, self.now + delay)
        else:
            self.enter(record)
        return record

    def enter(self, record: ElementInstance) -> None:
        """Let the behavior of a record begin."""
        try:
            behavior_of(record.kind).enter(self, record, self.node(record), self.input_of(record))
        except Later:
            self.work.append(("enter", record.id))

    def make(
        self, place: Place, previous: ElementInstance | None = None, fragment: bool = False
    ) -> ElementInstance:
        """A record at that place, just scheduled, without input."""
        node = place.node
        record_id = self.view.row_id()
        self.execution.steps += 1
        self.execution.open_steps += 1
        self.scheduled += 1
        record = ElementInstance(
            id=record_id,
            uid=self.view.uid(record_id),
            tenant=self.execution.tenant,
            execution_id=self.execution.id,
            parent_id=place.parent_id,
            fragment_id=record_id if fragment else place.fragment_id,
            element=node.task_reference_name,
            suffix=place.suffix,
            kind=node.type,
            name=node.name,
            phase="ready",
            native_state="SCHEDULED",
            iteration=place.iteration,
            attempt=previous.attempt + 1 if previous else 0,
            seq=self.execution.steps,
            previous_id=previous.id if previous else None,
            created_at=self.now,
            first_at=previous.first_at if previous else self.now,
            updated_at=self.now,
        )
        if fragment:
            self.fragments[record_id] = [node]
        self.records[record_id] = record
        self.changed.add(record_id)
        self.remember_made(record)
        return record

    def _is_branch(self, record: ElementInstance) -> bool:
        """The record stands for a whole fragment."""
        if record.fragment_id is None:
            return False
        first = self.fragment_plan(record.fragment_id).first
        return first is not None and first.task_reference_name == record.element

    def _give_input(
        self,
        record: ElementInstance,
        node: WorkflowTask,
        input: dict[str, Any] | None,
        more: dict[str, Any],
    ) -> bool:
        """Set the input of a fresh record; one that is too large ends it."""
        fault = None
        try:
            if input is None:
                input = {**self._resolved_input(record, node), **more}
            self.set_input(record, input)
            if is_too_large(self.view, self.inputs[record.id]):
                fault = f"The input is larger than {self.view.limits.payload} bytes, the most there may be."
            fault = fault or conformity.input_fault(self, record, self.inputs[record.id])
        except Rejected as refusal:
            fault = refusal.problem.detail
        if fault is not None:
            self.set_input(record, {})
            self.finish(record, "FAILED_WITH_TERMINAL_ERROR", reason=fault)
        return fault is None

    def _resolved_input(self, record: ElementInstance, node: WorkflowTask) -> dict[str, Any]:
        """The parameters of a node with expressions filled in; the task definition's template stands in for what is
        absent, and for what turned out null."""
        named = self.task_def(record)
        extra = named.definition.input_template if named else {}
        if not extra:
            return self.resolve(node.input_parameters, record)
        given = {
            **{key: value for key, value in extra.items() if key not in node.input_parameters},
            **node.input_parameters,
        }
        resolved = self.resolve(given, record)
        for key, value in extra.items():
            if resolved.get(key) is None:
                resolved[key] = value
        return resolved

    def delay_of(self, record: ElementInstance) -> int:
        """Milliseconds that a fresh record waits before it is offered: of its retry, else of its definition."""
        return extra_of(record).delay or self.node(record).start_delay * 1000

    def set(
        self,
        record: ElementInstance,
        status: str,
        output: dict[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Change an open record to another open status."""
        if status == "IN_PROGRESS" and record.started_at is None:
            record.started_at = self.now
        record.native_state, record.phase = status, STATUSES[status].phase
        if reason is not None:
            record.reason = reason[:REASON_LIMIT]
        if output is not None:
            self.outputs[record.id] = output
        self.touch(record)

    def finish(
        self,
        record: ElementInstance,
        status: str,
        output: dict[str, Any] | None = None,
        reason: str | None = None,
        *,
        proceed: bool = True,
        final: bool = False,
    ) -> None:
        """Close a record. A success goes on with what comes next unless `proceed` is off; a failure is tried again, passed
        by, or ends the execution (`final`: not tried again)."""
        if record.phase == "closed":
            return
        if output and not behavior_of(record.kind).tasked and is_too_large(self.view, output):
            reason = f"The output is larger than {self.view.limits.payload} bytes, the most there may be."
            status, output = "FAILED_WITH_TERMINAL_ERROR", {}
        checked = STATUSES[status].successful and status != "SKIPPED"
        if checked and (fault := conformity.output_fault(self, record, output)) is not None:
            status, reason = "FAILED_WITH_TERMINAL_ERROR", fault
        self.shut(record, status, output, reason)
        if not STATUSES[status].successful:
            self._failed(record, final)
        elif proceed:
            self.proceed_later(record)

    def _failed(self, record: ElementInstance, final: bool) -> None:
        """What follows a failure is a next step like any other: not while paused."""
        if self.execution.suspended:
            self.notes.held.append(("failed", record.id, final))
        else:
            failing.failed(self, record, final)

    def shut(
        self,
        record: ElementInstance,
        status: str,
        output: dict[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Close a record and what hangs on it, and nothing else."""
        meaning = STATUSES[status]
        record.native_state, record.phase, record.outcome = status, meaning.phase, meaning.outcome
        record.closed_at = self.now
        if record.started_at is None and meaning.outcome != "cancelled":
            record.started_at = self.now
        if reason is not None:
            record.reason = reason[:REASON_LIMIT]
        if output is not None:
            self.outputs[record.id] = output
        self.execution.open_steps -= 1
        if record.timed:
            timers.cancel(self.view, task_id=record.id)
            record.timed = False
        task = self.view.get(Task, record.id) if behavior_of(record.kind).tasked else None
        if task is not None and task.phase != "closed":
            work.close_task(self.view, task, meaning.outcome or "failed")
        if behavior_of(record.kind).waits and (wait := self.view.get(Wait, record.id)) is not None:
            self.view.delete(wait)
        reuse.keep(self, record)
        self.touch(record)

    def wait(self, record: ElementInstance, kind: str) -> None:
        """Note that an open record waits for somebody to say something; it is forgotten when the record closes. For
        behaviors that `waits`."""
        self.view.insert(
            Wait(
                id=record.id,
                tenant=record.tenant,
                execution_id=record.execution_id,
                element_id=record.id,
                kind=kind,
                name=record.element,
                created_at=self.now,
            )
        )

    def proceed_later(self, record: ElementInstance) -> None:
        """Go on behind a record that is done for good."""
        self.work.append(("proceed", record.id))
        self.proceeding.add(record.id)

    def step(self) -> None:
        """Do the next piece of work."""
        piece = self.work.popleft()
        if self.execution.suspended:
            self.notes.held.append(piece)
            return
        match piece:
            case ("proceed", record_id):
                self.proceed(self.record(record_id))
            case ("again", record_id):
                self.proceed(self.record(record_id), told=True)
            case ("enter", record_id):
                record = self.record(record_id)
                if self.open and record.phase != "closed":
                    self.enter(record)
            case ("retry", record_id):
                record = self.record(record_id)
                self.proceeding.discard(record_id)
                self.schedule(self.beside(record, self.node(record)), previous=record)
            case ("failed", record_id, final):
                failing.failed(self, self.record(record_id), final)
            case ("more", record_id, place):
                record = self.record(record_id)
                if self.open:
                    behavior_of(record.kind).more(self, record, self.node(record), place)
            case ("schedule", reference, parent_id, fragment_id, suffix, iteration):
                plan = self.plan if fragment_id is None else self.fragment_plan(fragment_id)
                node = plan.positions[reference].node
                self.schedule(Place(node, parent_id, fragment_id, suffix, iteration))

    def proceed(self, record: ElementInstance, *, told: bool = False) -> None:
        """Tell the joins (unless they have been `told`), then schedule what follows, or tell the container that its
        sequence is through."""
        self.proceeding.discard(record.id)
        if not self.open:
            return
        plan = self.plan_of(record)
        position = plan.positions[record.element]
        for name in () if told else plan.joins.get(record.element, ()):
            join = self.latest(name, record.suffix)
            if join is not None and join.phase != "closed":
                behavior_of(join.kind).joined(self, join, self.node(join), record)
        if position.following is not None:
            if self.notes.retried_at and self._was_here(record, position.following):
                return
            self.schedule(self.beside(record, position.following))
        elif record.parent_id is not None:
            parent = self.record(record.parent_id)
            try:
                behavior_of(parent.kind).child_done(self, parent, self.node(parent), record)
            except Later:
                self.work.append(("again", record.id))
        else:
            self.notes.ended = True
            self.notes.last_id = record.id

    def _was_here(self, record: ElementInstance, following: WorkflowTask) -> bool:
        """The flow went on behind an earlier attempt of the record already: the execution was closed since, and runs
        again."""
        first = record
        while first.previous_id is not None:
            first = self.record(first.previous_id)
        found = self.latest(following.task_reference_name, record.suffix)
        return found is not None and found.seq > first.seq

    def inside(self, record: ElementInstance, node: WorkflowTask) -> Place:
        """The place of a node that the record holds, in the same pass of the loops."""
        return Place(node, record.id, record.fragment_id, record.suffix, iteration_of(record.suffix))

    def beside(self, record: ElementInstance, node: WorkflowTask) -> Place:
        """The place of a node in the same sequence as the record."""
        return Place(node, record.parent_id, record.fragment_id, record.suffix, iteration_of(record.suffix))

    def timer(
        self, record: ElementInstance, kind: str, due_at: int, data: dict[str, Any] | None = None
    ) -> None:
        """Start a timer of a record; it is cancelled when the record closes."""
        record.timed = True
        self.touch(record)
        timers.start(self.view, kind, due_at, execution_id=self.execution.id, task_id=record.id, data=data)

    def close(
        self, outcome: str, reason: str | None = None, output: dict[str, Any] | None = None, **how: Any
    ) -> None:
        """End the execution (see `ending.close`)."""
        ending.close(self, outcome, reason, output, **how)
