"""Definitions as documents: what is stored of a task, a workflow and a schema definition.

Every default is the one that Conductor's server fills in. A change of meaning is a new number in the `tag`;
readers of old documents stay. Times are epoch milliseconds, 0 means never.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Int32 = Annotated[int, 32]
"""A primitive 32-bit integer: null reads as 0."""

Int64 = Annotated[int, 64]
"""A primitive 64-bit integer: null reads as 0."""

Boxed = Annotated[int, 32, "boxed"]
"""A 32-bit integer object: null reads as the default."""

MAX_NAME = 255
"""Longest name of a task, of a type or of a domain, and longest reference, in characters: they are keys of indexes."""

SchemaType = Literal["JSON", "AVRO", "PROTOBUF"]
TaskTimeoutPolicy = Literal["RETRY", "TIME_OUT_WF", "ALERT_ONLY"]
WorkflowTimeoutPolicy = Literal["TIME_OUT_WF", "ALERT_ONLY"]
RetryLogic = Literal["FIXED", "EXPONENTIAL_BACKOFF", "LINEAR_BACKOFF"]
IdempotencyStrategy = Literal["FAIL", "RETURN_EXISTING", "FAIL_ON_RUNNING"]


class Audited(msgspec.Struct, kw_only=True):
    """Who made and who last changed a definition. The server stamps these over what a client sends."""

    owner_app: str | None = None
    create_time: Int64 = 0
    update_time: Int64 = 0
    created_by: str | None = None
    updated_by: str | None = None


class SchemaDef(Audited, kw_only=True, tag_field="document", tag="flow.schema/1"):
    """A named, versioned schema; inside a task or workflow definition it may be a bare name and version."""

    name: str = ""
    version: Int32 = 1
    type: SchemaType | None = None
    data: dict[str, Any] | None = None
    external_ref: str | None = None


class TaskDef(Audited, kw_only=True, tag_field="document", tag="flow.task/1"):
    """How tasks of one name are retried, timed out and limited. Seconds unless the name says otherwise."""

    name: str = ""
    description: str | None = None
    retry_count: Int32 = 3
    timeout_seconds: Int64 = 0
    input_keys: list[str] = []
    output_keys: list[str] = []
    timeout_policy: TaskTimeoutPolicy = "TIME_OUT_WF"
    retry_logic: RetryLogic = "FIXED"
    retry_delay_seconds: Int32 = 60
    response_timeout_seconds: Int64 = 3600
    concurrent_exec_limit: Int32 | None = None
    input_template: dict[str, Any] = {}
    rate_limit_per_frequency: Boxed = 0
    rate_limit_frequency_in_seconds: Boxed = 1
    isolation_group_id: str | None = None
    execution_name_space: str | None = None
    owner_email: str | None = None
    poll_timeout_seconds: Int32 | None = None
    backoff_scale_factor: Boxed = 1
    backoff_jitter_ms: Int32 = 0
    max_retry_delay_seconds: Int32 = 0
    total_timeout_seconds: Int64 = 0
    base_type: str | None = None
    task_status_listener_enabled: bool = True
    input_schema: SchemaDef | None = None
    output_schema: SchemaDef | None = None
    enforce_schema: bool = False
    runtime_metadata: list[str] = []


class CacheConfig(msgspec.Struct, kw_only=True):
    """Reuse a finished result: under which key, for how many seconds."""

    key: str | None = None
    ttl_in_second: Int32 = 0


class RateLimitConfig(msgspec.Struct, kw_only=True):
    """How many executions may share one resolved key, and what happens to one too many."""

    rate_limit_key: str | None = None
    concurrent_exec_limit: Int32 = 0
    policy: Literal["QUEUE", "REJECT"] = "QUEUE"


class SubWorkflowParam(msgspec.Struct, kw_only=True):
    """Which workflow a SUB_WORKFLOW task starts; `workflow_definition` is inline or an expression for one."""

    name: str | None = None
    version: Int32 | None = None
    task_to_domain: dict[str, str] | None = None
    workflow_definition: WorkflowDef | str | None = None
    idempotency_key: str | None = None
    idempotency_strategy: IdempotencyStrategy | None = None
    priority: Any = None


class WorkflowTask(msgspec.Struct, kw_only=True):
    """One node of a workflow definition; operators hold their children in it."""

    name: str = ""
    task_reference_name: str = ""
    description: str | None = None
    input_parameters: dict[str, Any] = {}
    type: str = "SIMPLE"
    dynamic_task_name_param: str | None = None
    case_value_param: str | None = None
    case_expression: str | None = None
    script_expression: str | None = None
    decision_cases: dict[str, list[WorkflowTask]] = {}
    default_case: list[WorkflowTask] = []
    dynamic_fork_join_tasks_param: str | None = None
    dynamic_fork_tasks_param: str | None = None
    dynamic_fork_tasks_input_param_name: str | None = None
    fork_tasks: list[list[WorkflowTask]] = []
    start_delay: Int32 = 0
    sub_workflow_param: SubWorkflowParam | None = None
    join_on: list[str] = []
    sink: str | None = None
    optional: bool = False
    permissive: bool = False
    task_definition: TaskDef | None = None
    rate_limited: bool | None = None
    default_exclusive_join_task: list[str] = []
    async_complete: bool = False
    loop_condition: str | None = None
    loop_over: list[WorkflowTask] = []
    items: Any = None
    retry_count: Int32 | None = None
    evaluator_type: str | None = None
    expression: str | None = None
    on_state_change: dict[str, Any] = {}
    join_status: str | None = None
    join_mode: Literal["SYNC", "ASYNC"] | None = None
    cache_config: CacheConfig | None = None
    metadata: dict[str, Any] | None = None

    def children(self) -> list[WorkflowTask]:
        """The nodes directly inside: cases, default case, branches, loop body, in the order written."""
        inside = [task for case in self.decision_cases.values() for task in case]
        inside += self.default_case
        inside += [task for branch in self.fork_tasks for task in branch]
        return inside + self.loop_over


class WorkflowDef(Audited, kw_only=True, tag_field="document", tag="flow.workflow/1"):
    """A graph of tasks, as a tree of nodes in textual order. A blank `failure_workflow` means none, as clients
    send it."""

    name: str = ""
    description: str | None = None
    version: Int32 = 1
    tasks: list[WorkflowTask] = []
    input_parameters: list[str] = []
    output_parameters: dict[str, Any] = {}
    failure_workflow: str | None = None
    failure_workflow_version: Int32 | None = None
    schema_version: Int32 = 2
    restartable: bool = True
    workflow_status_listener_enabled: bool = False
    workflow_status_listener_sink: str | None = None
    owner_email: str | None = None
    timeout_policy: WorkflowTimeoutPolicy = "ALERT_ONLY"
    timeout_seconds: Int64 = 0
    variables: dict[str, Any] = {}
    input_template: dict[str, Any] = {}
    rate_limit_config: RateLimitConfig | None = None
    input_schema: SchemaDef | None = None
    output_schema: SchemaDef | None = None
    enforce_schema: bool = True
    metadata: dict[str, Any] | None = None
    cache_config: CacheConfig | None = None
    masked_fields: list[str] = []

    def nodes(self) -> list[WorkflowTask]:
        """Every node, parents before their children, in the order written."""
        found: list[WorkflowTask] = []
        waiting = list(reversed(self.tasks))
        while waiting:
            task = waiting.pop()
            found.append(task)
            waiting.extend(reversed(task.children()))
        return found
