"""SIMPLE and every type that the server does not know: work for workers, leased from the queue of its name."""

from __future__ import annotations

from typing import Any

from taskyard.engine import work
from taskyard.engine.flow import deadlines, domains, state_change
from taskyard.engine.flow.behavior import Behavior, behaves, is_known
from taskyard.engine.flow.extra import extra_of, keep
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import TaskDef, WorkflowTask
from taskyard.model.task import Task, Throttle

LOWEST = 99
"""The rank of priority 0: queues hand out lower ranks first."""


@behaves("SIMPLE")
class Simple(Behavior):
    """Done by whoever leases it."""

    tasked = True
    offers = True
    default_attempts = TaskDef().retry_count

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        """Offer the task. A type that nobody knows needs a task definition of its name."""
        if not is_known(record.kind) and run.task_def(record) is None:
            run.close(
                "failed",
                f"Task type {record.kind} is not known and task {record.name} is not defined.",
                failed=record,
            )
            return
        offer(run, record, queue_of(record), kind="worker")

    def reported(
        self,
        run: Run,
        record: ElementInstance,
        node: WorkflowTask,
        status: str,
        output: dict[str, Any],
        reason: str | None,
    ) -> None:
        """IN_PROGRESS puts the task back into its queue (`reports` knows for when); the rest ends it."""
        if status == "IN_PROGRESS":
            run.set(record, "SCHEDULED", output, reason)
        else:
            run.finish(record, status, output, reason)


def queue_of(record: ElementInstance) -> str:
    """The queue that workers ask: the task's name, or the unknown type's."""
    return record.name if record.kind == "SIMPLE" else record.kind


def offer(
    run: Run, record: ElementInstance, queue: str, *, kind: str, native_state: str | None = None
) -> None:
    """Make the task of a fresh record and put it into its queue, with the limits and deadlines of its definition."""
    named = run.task_def(record)
    rules = named.definition if named is not None else TaskDef()
    delay = run.delay_of(record)
    task = Task(
        id=record.id,
        uid=record.uid,
        tenant=record.tenant,
        kind=kind,
        definition_id=named.id if named is not None else None,
        execution_id=run.execution.id,
        queue=queue,
        title=record.element + record.suffix,
        native_state=native_state,
        creator=run.execution.creator,
        created_at=run.now,
        assigned_at=run.now,
        updated_at=run.now,
    )
    deadlines.begin(run, record, rules, delay)
    domain = domains.domain_of(run, queue) if kind == "worker" else ""
    if domain:
        extra = extra_of(record)
        extra.domain = domain
        keep(record, extra)
    state_change.prepare(run, record)
    work.open_task(
        run.view,
        task,
        queue=queue,
        domain=domain,
        rank=LOWEST - run.execution.priority,
        lease_ms=min(rules.response_timeout_seconds * 1000, run.view.limits.lease_ms),
        available_at=run.now + delay if delay else None,
        throttle=_throttle(record.name, rules),
    )


def _throttle(name: str, rules: TaskDef) -> Throttle | None:
    most = rules.concurrent_exec_limit or 0
    if most <= 0 and rules.rate_limit_per_frequency <= 0:
        return None
    return Throttle(
        name=name,
        most=most,
        per_period=rules.rate_limit_per_frequency,
        period_ms=rules.rate_limit_frequency_in_seconds * 1000,
    )
