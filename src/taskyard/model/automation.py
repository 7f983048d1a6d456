"""What starts or moves executions from outside, as documents: event handlers, schedules, incoming webhooks.

Every default is the one that Conductor's server fills in. A change of meaning is a new number in the `tag`; readers of
old documents stay. Times are epoch milliseconds, 0 or None means never.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from taskyard.model.flow import Audited, IdempotencyStrategy, Int32, Int64, WorkflowDef

ActionWord = Literal[
    "start_workflow",
    "complete_task",
    "fail_task",
    "terminate_workflow",
    "update_workflow_variables",
]


class StartRequest(msgspec.Struct, kw_only=True):
    """What to start and with what; `workflow_def` is a definition given inline."""

    name: str = ""
    version: Int32 | None = None
    correlation_id: str | None = None
    input: dict[str, Any] = {}
    task_to_domain: dict[str, str] = {}
    workflow_def: WorkflowDef | None = None
    priority: Int32 = 0
    created_by: str | None = None
    idempotency_key: str | None = None
    idempotency_strategy: IdempotencyStrategy | None = None


class StartAction(msgspec.Struct, kw_only=True):
    """Start a workflow. `${…}` in any text reads the event's payload, here and in the other actions."""

    name: str = ""
    version: Any = None
    correlation_id: str | None = None
    input: dict[str, Any] = {}
    task_to_domain: dict[str, str] = {}


class TaskAction(msgspec.Struct, kw_only=True):
    """End a task, named by its id, or by its execution and its reference."""

    workflow_id: str | None = None
    task_ref_name: str | None = None
    task_id: str | None = None
    output: dict[str, Any] = {}
    reason_for_incompletion: str | None = None


class TerminateAction(msgspec.Struct, kw_only=True):
    workflow_id: str | None = None
    termination_reason: str | None = None


class VariablesAction(msgspec.Struct, kw_only=True):
    """Merge variables; `append_array` puts the elements of arrays behind those that are there."""

    workflow_id: str | None = None
    variables: dict[str, Any] = {}
    append_array: bool = False


class EventAction(msgspec.Struct, kw_only=True):
    """One thing to do; the member of the same name as `action` says with what. `expand_inline_json` reads texts in the
    payload that hold JSON as what they hold."""

    action: ActionWord | None = None
    start_workflow: StartAction | None = None
    complete_task: TaskAction | None = None
    fail_task: TaskAction | None = None
    terminate_workflow: TerminateAction | None = None
    update_workflow_variables: VariablesAction | None = None
    expand_inline_json: bool = False


class EventHandlerDef(Audited, kw_only=True, tag_field="document", tag="flow.event_handler/1"):
    """What to do when a message reaches the queue `event` (`type:name`). Without a condition, always."""

    name: str = ""
    event: str = ""
    condition: str | None = None
    evaluator_type: str | None = None
    actions: list[EventAction] = []
    active: bool = False
    description: str | None = None


class CronSchedule(msgspec.Struct, kw_only=True):
    """One rule of a schedule and the time zone it is meant in."""

    cron_expression: str = ""
    zone_id: str | None = None


class ScheduleDef(msgspec.Struct, kw_only=True, tag_field="document", tag="flow.schedule/1"):
    """When to start what. `cron_schedules`, where there are any, take the place of `cron_expression` and `zone_id`."""

    name: str = ""
    cron_expression: str | None = None
    zone_id: str | None = "UTC"
    cron_schedules: list[CronSchedule] = []
    run_catchup_schedule_instances: bool = False
    paused: bool = False
    paused_reason: str | None = None
    start_workflow_request: StartRequest | None = None
    schedule_start_time: Int64 | None = None
    schedule_end_time: Int64 | None = None
    description: str | None = None
    tags: list[dict[str, Any]] = []

    def rules(self) -> list[tuple[str, str]]:
        """`(expression, time zone)` of every rule."""
        if self.cron_schedules:
            return [(each.cron_expression, each.zone_id or "UTC") for each in self.cron_schedules]
        return [(self.cron_expression, self.zone_id or "UTC")] if self.cron_expression else []


Verifier = Literal[
    "HEADER_BASED", "SIGNATURE_BASED", "HMAC_BASED", "SLACK_BASED", "STRIPE", "TWITTER", "SENDGRID"
]


class WebhookDef(Audited, kw_only=True, tag_field="document", tag="flow.webhook/1"):
    """An address that other systems call: how their calls are verified, which workflows they start, and of which
    workflows they end waiting tasks. `secret_value` and the values of `headers` are encrypted."""

    id: str = ""
    name: str = ""
    source_platform: str | None = None
    verifier: Verifier = "HEADER_BASED"
    headers: dict[str, str] = {}
    header_key: str | None = None
    secret_key: str | None = None
    secret_value: str | None = None
    receiver_workflow_names_to_versions: dict[str, Any] = {}
    workflows_to_start: dict[str, Any] = {}
    url_verified: bool = False
    expression: str | None = None
    evaluator_type: str | None = None
