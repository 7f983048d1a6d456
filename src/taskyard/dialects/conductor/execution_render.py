"""Stored executions and task records as native JSON. Pure: everything comes in what `app/execution_records.py` loads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from taskyard.app.execution_records import ExecutionView, Node, Record, RunDefinition
from taskyard.dialects.conductor import execution_wire as wire
from taskyard.model.execution import Execution
from taskyard.model.flow import TaskDef
from taskyard.notations.flowjson.member import write_document

EXECUTION_STATUSES: dict[str | None, str] = {
    None: "RUNNING",
    "succeeded": "COMPLETED",
    "failed": "FAILED",
    "expired": "TIMED_OUT",
    "cancelled": "TERMINATED",
}
"""The status of an execution by its outcome; an open one that is suspended is PAUSED."""

LABELS = {"FORK_JOIN": "FORK", "FORK_JOIN_DYNAMIC": "FORK"}
"""Types that records show under another name than definitions."""

NAMED_BY_TYPE = frozenset(("FORK", "JOIN", "SWITCH", "DECISION", "EXCLUSIVE_JOIN"))
"""Types whose records show the type as the name of their task definition."""

USUAL = TaskDef()
"""The rules of names that are not registered."""

_encode = msgspec.json.Encoder().encode


def status_of(execution: Execution) -> str:
    """The native status of an execution."""
    if execution.outcome is None and execution.suspended:
        return "PAUSED"
    return EXECUTION_STATUSES[execution.outcome]


def task_type(record: Record) -> str:
    """The type that a task shows: for work of workers its name."""
    kind = record.element.kind
    return record.element.name if kind == "SIMPLE" else LABELS.get(kind, kind)


def task_record(record: Record, now: int, runtime_metadata: dict[str, str] | None = None) -> wire.Task:
    """One task. `now` (epoch milliseconds) counts for how long it has waited; `runtime_metadata` are the values of
    secrets that go to a worker."""
    one, node = record.element, record.node
    rules = node.definition if node is not None else None
    shown = task_type(record)
    return wire.Task(
        task_type=shown,
        status=one.native_state or "SCHEDULED",
        input_data=_raw(record.input),
        reference_task_name=one.element + one.suffix,
        retry_count=one.attempt,
        seq=one.seq,
        poll_count=one.polls,
        task_def_name=shown if shown in NAMED_BY_TYPE else one.name,
        scheduled_time=one.created_at,
        start_time=one.started_at or 0,
        end_time=one.closed_at or 0,
        update_time=one.updated_at,
        start_delay_in_seconds=node.task.start_delay if node is not None else 0,
        retried=one.retried,
        executed=one.outcome in ("succeeded", "skipped") and not one.retried,
        callback_from_worker=True,
        response_timeout_seconds=_response_timeout(record),
        workflow_instance_id=record.execution.uid,
        workflow_type=record.execution.key,
        task_id=one.uid,
        callback_after_seconds=callback_after(record),
        output_data=_raw(record.output),
        rate_limit_per_frequency=rules.rate_limit_per_frequency if rules is not None else 0,
        rate_limit_frequency_in_seconds=rules.rate_limit_frequency_in_seconds if rules is not None else 0,
        workflow_priority=record.execution.priority,
        iteration=one.iteration,
        subworkflow_changed=False,
        first_start_time=one.first_at,
        queue_wait_time=queue_wait(record, now),
        loop_over_task=one.iteration > 0,
        correlation_id=record.execution.correlation,
        retried_task_id=record.previous,
        reason_for_incompletion=one.reason,
        worker_id=one.holder,
        workflow_task=_node_json(node) if node is not None else None,
        task_definition=_definition_json(node) if node is not None else None,
        domain=record.extra.domain or None,
        **_separation(rules),
        sub_workflow_id=record.child,
        parent_task_id=record.parent,
        execution_metadata=_optional(record.extra.metadata),
        runtime_metadata=runtime_metadata or None,
    )


def _separation(rules: TaskDef | None) -> dict[str, str | None]:
    """What only splits the server's own queues, and is echoed."""
    if rules is None:
        return {}
    return {
        "execution_name_space": rules.execution_name_space,
        "isolation_group_id": rules.isolation_group_id,
    }


def callback_after(record: Record) -> int:
    """Seconds that an offered task waits before workers get it; 0 when it was taken."""
    if record.element.native_state != "SCHEDULED":
        return 0
    return record.extra.callback or record.extra.delay // 1000


def _response_timeout(record: Record) -> int:
    """Seconds in which the worker has to answer; a name that is not registered has the usual ones."""
    rules = record.node.definition if record.node is not None else None
    if rules is not None:
        return rules.response_timeout_seconds
    return USUAL.response_timeout_seconds if record.element.kind == "SIMPLE" else 0


def queue_wait(record: Record, now: int) -> int:
    """Milliseconds between offering a task and taking it; of one that is offered again, since that was due."""
    one = record.element
    if not one.started_at:
        return 0
    if (delay := callback_after(record)) > 0:
        return max(0, now - one.updated_at - delay * 1000)
    return max(0, one.started_at - one.created_at)


def workflow_record(view: ExecutionView, tasks: list[wire.Task] | None) -> wire.Workflow:
    """One execution. Without `tasks` the member is left out."""
    execution, notes = view.execution, view.notes
    return wire.Workflow(
        create_time=execution.created_at,
        update_time=execution.updated_at,
        status=status_of(execution),
        end_time=execution.closed_at or 0,
        workflow_id=execution.uid,
        input=_raw(view.document.input),
        output=_raw(view.document.output or "{}"),
        task_to_domain=notes.task_to_domain,
        failed_reference_task_names=notes.failed_references,
        failed_task_names=notes.failed_tasks,
        workflow_definition=_workflow_json(view.definition),
        priority=execution.priority,
        variables=variables_json(view),
        last_retried_time=notes.retried_at,
        history=[],
        rate_limited=execution.phase == "scheduled",
        start_time=execution.created_at,
        workflow_name=execution.key,
        workflow_version=execution.version,
        tasks=tasks,
        owner_app=view.definition.workflow.owner_app if view.definition is not None else None,
        created_by=execution.creator,
        updated_by=notes.updated_by,
        parent_workflow_id=view.parent,
        parent_workflow_task_id=view.parent_task,
        correlation_id=execution.correlation,
        re_run_from_workflow_id=notes.origin,
        reason_for_incompletion=execution.reason,
        event=notes.event,
        idempotency_key=execution.idempotency_key,
        rate_limit_key=execution.limit_key,
    )


def workflow_summary(view: ExecutionView, now: int) -> wire.WorkflowSummary:
    """One execution of a list in short. `now` (epoch milliseconds) ends the time of one that is open."""
    execution, notes = view.execution, view.notes
    output = view.document.output or "{}"
    return wire.WorkflowSummary(
        workflow_type=execution.key,
        version=execution.version,
        workflow_id=execution.uid,
        start_time=iso(execution.created_at),
        update_time=iso(execution.updated_at),
        status=status_of(execution),
        input=view.document.input,
        output=output,
        execution_time=max(0, (execution.closed_at or now) - execution.created_at),
        failed_reference_task_names=",".join(notes.failed_references),
        failed_task_names=notes.failed_tasks,
        priority=execution.priority,
        input_size=len(view.document.input),
        output_size=len(output),
        task_to_domain=notes.task_to_domain,
        end_time=iso(execution.closed_at) if execution.closed_at else None,
        correlation_id=execution.correlation,
        reason_for_incompletion=execution.reason,
        event=notes.event,
        created_by=execution.creator,
        idempotency_key=execution.idempotency_key,
        parent_workflow_id=view.parent,
    )


def task_summary(record: Record, now: int) -> wire.TaskSummary:
    """One task of a list in short."""
    one = record.element
    shown = task_type(record)
    return wire.TaskSummary(
        workflow_id=record.execution.uid,
        workflow_type=record.execution.key,
        scheduled_time=iso(one.created_at),
        update_time=iso(one.updated_at),
        status=one.native_state or "SCHEDULED",
        execution_time=max(0, (one.closed_at or now) - one.started_at) if one.started_at else 0,
        queue_wait_time=queue_wait(record, now),
        task_def_name=shown if shown in NAMED_BY_TYPE else one.name,
        task_type=shown,
        input=record.input,
        output=record.output,
        task_id=one.uid,
        workflow_priority=record.execution.priority,
        start_time=iso(one.started_at) if one.started_at else None,
        end_time=iso(one.closed_at) if one.closed_at else None,
        correlation_id=record.execution.correlation,
        reason_for_incompletion=one.reason,
        domain=record.extra.domain or None,
    )


def variables_json(view: ExecutionView) -> msgspec.Raw:
    """The variables of an execution as one object."""
    members = [f"{_encode(name).decode()}:{value}" for name, value in view.variables.items()]
    return _raw("{" + ",".join(members) + "}")


def iso(moment: int) -> str:
    """Epoch milliseconds as ISO 8601 text in UTC."""
    when = datetime.fromtimestamp(moment // 1000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{moment % 1000:03d}Z"


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def _optional(value: Any) -> msgspec.Raw | None:
    return None if value is None else msgspec.Raw(_encode(value))


def _node_json(node: Node) -> msgspec.Raw:
    """The node with the task definition that counts for it."""
    if "conductor.task" not in node.kept:
        node.kept["conductor.task"] = msgspec.Raw(_encode(_node_members(node)))
    return node.kept["conductor.task"]


def _node_members(node: Node) -> dict[str, Any]:
    members = write_document(node.task)
    if node.definition is not None:
        members["taskDefinition"] = write_document(node.definition)
    return members


def _definition_json(node: Node) -> msgspec.Raw | None:
    if "conductor.definition" not in node.kept:
        definition = node.definition
        node.kept["conductor.definition"] = (
            msgspec.Raw(_encode(write_document(definition))) if definition is not None else None
        )
    return node.kept["conductor.definition"]


def _workflow_json(definition: RunDefinition | None) -> msgspec.Raw:
    """The definition that an execution runs, as it was when it started, with the task definitions in its nodes."""
    if definition is None:
        return wire.EMPTY
    if "conductor.workflow" not in definition.kept:
        members = write_document(definition.workflow)
        _fill_definitions(members["tasks"], definition)
        definition.kept["conductor.workflow"] = msgspec.Raw(_encode(members))
    return definition.kept["conductor.workflow"]


def _fill_definitions(tasks: list[dict[str, Any]], definition: RunDefinition) -> None:
    """Put the registered task definitions into written nodes, at every depth."""
    waiting = list(tasks)
    while waiting:
        task = waiting.pop()
        node = definition.nodes.get(task["taskReferenceName"])
        if node is not None and node.definition is not None:
            task["taskDefinition"] = write_document(node.definition)
        waiting += task["defaultCase"] + task["loopOver"]
        for inner in [*task["decisionCases"].values(), *task["forkTasks"]]:
            waiting += inner


class ExecutionForm:
    """Writes executions for `app.executions.shown`: the tasks come last, one by one. `now` is in epoch milliseconds."""

    between = b","

    def __init__(self, now: int) -> None:
        self.now = now

    def head(self, view: ExecutionView, tasks: bool) -> bytes:
        return _encode(workflow_record(view, None))[:-1] + b',"tasks":['

    def record(self, record: Record, first: bool) -> bytes:
        text = _encode(task_record(record, self.now))
        return text if first else b"," + text

    def tail(self, view: ExecutionView, tasks: bool) -> bytes:
        return b"]}"
