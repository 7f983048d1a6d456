"""Executions and their tasks as they are on the wire. Null members are left out, numbers and flags are always there.

`Payload` is JSON that goes through as it is stored.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from taskyard.dialects.conductor.wire import IdempotencyStrategy, Wire, WorkflowDef

OBJECT = msgspec.Meta(extra_json_schema={"type": "object"})
Payload = Annotated[msgspec.Raw, OBJECT]

EMPTY = msgspec.Raw(b"{}")


class Task(Wire):
    """A task of an execution: one attempt at one node. Times are epoch milliseconds, 0 for never.

    `taskType` is the name for tasks of workers, else the type; `seq` counts from 1 in the order of scheduling.
    """

    task_type: str
    status: str
    input_data: Payload
    reference_task_name: str
    retry_count: int
    seq: int
    poll_count: int
    task_def_name: str
    scheduled_time: int
    start_time: int
    end_time: int
    update_time: int
    start_delay_in_seconds: int
    retried: bool
    executed: bool
    callback_from_worker: bool
    response_timeout_seconds: int
    workflow_instance_id: str
    workflow_type: str
    task_id: str
    callback_after_seconds: int
    output_data: Payload
    rate_limit_per_frequency: int
    rate_limit_frequency_in_seconds: int
    workflow_priority: int
    iteration: int
    subworkflow_changed: bool
    first_start_time: int
    queue_wait_time: int
    loop_over_task: bool
    correlation_id: str | None = None
    retried_task_id: str | None = None
    reason_for_incompletion: str | None = None
    worker_id: str | None = None
    workflow_task: Payload | None = None
    task_definition: Payload | None = None
    domain: str | None = None
    execution_name_space: str | None = None
    isolation_group_id: str | None = None
    sub_workflow_id: str | None = None
    parent_task_id: str | None = None
    execution_metadata: Payload | None = None
    runtime_metadata: dict[str, str] | None = None


class Workflow(Wire):
    """An execution. `workflowDefinition` is the definition as it was when the execution started."""

    create_time: int
    update_time: int
    status: str
    end_time: int
    workflow_id: str
    input: Payload
    output: Payload
    task_to_domain: dict[str, str]
    failed_reference_task_names: list[str]
    failed_task_names: list[str]
    workflow_definition: Payload
    priority: int
    variables: Payload
    last_retried_time: int
    history: list[Any]
    rate_limited: bool
    start_time: int
    workflow_name: str
    workflow_version: int
    tasks: list[Task] | None = None
    owner_app: str | None = None
    created_by: str | None = None
    updated_by: str | None = None
    parent_workflow_id: str | None = None
    parent_workflow_task_id: str | None = None
    correlation_id: str | None = None
    re_run_from_workflow_id: str | None = None
    reason_for_incompletion: str | None = None
    event: str | None = None
    idempotency_key: str | None = None
    rate_limit_key: str | None = None


class WorkflowStatus(Wire):
    """What has become of an execution, in short."""

    workflow_id: str
    status: str
    correlation_id: str | None = None
    output: Payload | None = None
    variables: Payload | None = None


class WorkflowSummary(Wire):
    """An execution in a list. Times are ISO 8601 text in UTC, `input` and `output` JSON text."""

    workflow_type: str
    version: int
    workflow_id: str
    start_time: str
    update_time: str
    status: str
    input: str
    output: str
    execution_time: int
    failed_reference_task_names: str
    failed_task_names: list[str]
    priority: int
    input_size: int
    output_size: int
    task_to_domain: dict[str, str]
    end_time: str | None = None
    correlation_id: str | None = None
    reason_for_incompletion: str | None = None
    event: str | None = None
    created_by: str | None = None
    idempotency_key: str | None = None
    parent_workflow_id: str | None = None


class TaskSummary(Wire):
    """A task in a list. Times are ISO 8601 text in UTC, `input` and `output` JSON text."""

    workflow_id: str
    workflow_type: str
    scheduled_time: str
    update_time: str
    status: str
    execution_time: int
    queue_wait_time: int
    task_def_name: str
    task_type: str
    input: str
    output: str
    task_id: str
    workflow_priority: int
    start_time: str | None = None
    end_time: str | None = None
    correlation_id: str | None = None
    reason_for_incompletion: str | None = None
    domain: str | None = None


class WorkflowSearchResult(Wire):
    """A page of executions with how many there are."""

    total_hits: int
    results: list[Workflow]


class WorkflowSummaryResult(Wire):
    """A page of executions in short with how many there are."""

    total_hits: int
    results: list[WorkflowSummary]


class TaskSearchResult(Wire):
    """A page of tasks with how many there are."""

    total_hits: int
    results: list[Task]


class TaskSummaryResult(Wire):
    """A page of tasks in short with how many there are."""

    total_hits: int
    results: list[TaskSummary]


class SignalResponse(Wire):
    """What an execution came to while the caller waited. `status` is the workflow's or, where the answer is about a
    task, the task's; `signalTimeout` says that the time was up first."""

    response_type: str
    target_workflow_id: str
    target_workflow_status: str
    workflow_id: str
    input: Payload
    output: Payload
    status: str
    signal_timeout: bool
    priority: int
    variables: Payload
    create_time: int
    update_time: int
    request_id: str | None = None
    correlation_id: str | None = None
    created_by: str | None = None
    tasks: list[Task] | None = None
    task_type: str | None = None
    task_id: str | None = None
    reference_task_name: str | None = None
    retry_count: int | None = None
    task_def_name: str | None = None
    retried_task_id: str | None = None
    workflow_type: str | None = None
    reason_for_incompletion: str | None = None


class BulkWorkflows(Wire):
    """Executions by their ids; what was not found, with why."""

    bulk_error_results: dict[str, str]
    bulk_successful_results: list[Workflow]
    message: str


class StartWorkflowRequest(Wire):
    """What to start. With `workflowDef` nothing needs to be registered. A key makes a second start of the same workflow
    answer by the strategy."""

    name: str
    version: int | None = None
    correlation_id: str | None = None
    input: dict[str, Any] = {}
    task_to_domain: dict[str, str] = {}
    workflow_def: WorkflowDef | None = None  # type: ignore[valid-type]
    priority: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    created_by: str | None = None
    idempotency_key: str | None = None
    idempotency_strategy: IdempotencyStrategy | None = None


class RerunWorkflowRequest(Wire):
    """From which task to run again, and with what; without a task from the start."""

    re_run_from_workflow_id: str | None = None
    workflow_input: dict[str, Any] | None = None
    re_run_from_task_id: str | None = None
    task_input: dict[str, Any] | None = None
    correlation_id: str | None = None


class SkipTaskRequest(Wire):
    """What a task that is passed by shows as its input and output."""

    task_input: dict[str, Any] = {}
    task_output: dict[str, Any] = {}


class StateTaskResult(Wire):
    """The word on a task."""

    status: str = "COMPLETED"
    output_data: dict[str, Any] = {}


class WorkflowStateUpdate(Wire):
    """Variables to merge and a task to report."""

    task_reference_name: str | None = None
    task_result: StateTaskResult | None = None
    variables: dict[str, Any] = {}


class UpgradeWorkflowRequest(Wire):
    """The version to go on with, and outputs of its tasks that are taken for done, by name."""

    name: str | None = None
    version: int | None = None
    task_output: dict[str, Any] = {}
    workflow_input: dict[str, Any] = {}


class CorrelationIdsSearchRequest(Wire):
    """Which executions: of any of these workflows, with any of these correlation ids."""

    correlation_ids: list[str]
    workflow_names: list[str]
