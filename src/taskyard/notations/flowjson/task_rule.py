"""What must hold for a task definition and for a schema definition."""

from __future__ import annotations

import re

from taskyard.model.flow import SchemaDef, TaskDef
from taskyard.notations.flowjson.violation import Violation, name_violations

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def task_violations(task: TaskDef) -> list[Violation]:
    """Everything wrong with a task definition, in the order of its members; paths are native member names."""
    found = name_violations(task.name, "name", "TaskDef name cannot be null or empty")
    found += minimum_violations(task)
    found += email_violations(task.owner_email)
    if task.timeout_seconds > 0:
        found += _timeout_violations(task)
    return found


def minimum_violations(task: TaskDef) -> list[Violation]:
    """Members below their least value: all that is asked of a definition written inside a workflow node."""
    minimums = (
        ("retryCount", task.retry_count, 0, "TaskDef retryCount: 0 must be >= 0"),
        ("timeoutSeconds", task.timeout_seconds, 0, "TaskDef timeoutSeconds: 0 must be >= 0"),
        ("retryDelaySeconds", task.retry_delay_seconds, 0, "TaskDef retryDelaySeconds: 0 must be >= 0"),
        (
            "responseTimeoutSeconds",
            task.response_timeout_seconds,
            1,
            f"TaskDef responseTimeoutSeconds: {task.response_timeout_seconds} should be minimum 1 second",
        ),
        ("concurrentExecLimit", task.concurrent_exec_limit, 0, "TaskDef concurrentExecLimit: 0 must be >= 0"),
        (
            "rateLimitPerFrequency",
            task.rate_limit_per_frequency,
            0,
            "TaskDef rateLimitPerFrequency: 0 must be >= 0",
        ),
        (
            "rateLimitFrequencyInSeconds",
            task.rate_limit_frequency_in_seconds,
            0,
            "TaskDef rateLimitFrequencyInSeconds: 0 must be >= 0",
        ),
        ("pollTimeoutSeconds", task.poll_timeout_seconds, 0, "TaskDef pollTimeoutSeconds: 0 must be >= 0"),
        ("totalTimeoutSeconds", task.total_timeout_seconds, 0, "TaskDef totalTimeoutSeconds: 0 must be >= 0"),
        (
            "backoffScaleFactor",
            task.backoff_scale_factor,
            1,
            "Backoff scale factor. Applicable for LINEAR_BACKOFF",
        ),
        (
            "maxRetryDelaySeconds",
            task.max_retry_delay_seconds,
            0,
            "TaskDef maxRetryDelaySeconds: 0 must be >= 0",
        ),
        ("backoffJitterMs", task.backoff_jitter_ms, 0, "TaskDef backoffJitterMs: 0 must be >= 0"),
    )
    return [
        Violation(path, message, value)
        for path, value, minimum, message in minimums
        if value is not None and value < minimum
    ]


def _timeout_violations(task: TaskDef) -> list[Violation]:
    found: list[Violation] = []
    if task.response_timeout_seconds > task.timeout_seconds:
        found.append(
            Violation(
                "",
                f"TaskDef: {task.name} responseTimeoutSeconds: {task.response_timeout_seconds} "
                f"must be less than timeoutSeconds: {task.timeout_seconds}",
            )
        )
    if 0 < task.total_timeout_seconds < task.timeout_seconds:
        found.append(
            Violation(
                "",
                f"TaskDef: {task.name} timeoutSeconds: {task.timeout_seconds} "
                f"must be less than or equal to totalTimeoutSeconds: {task.total_timeout_seconds}",
            )
        )
    return found


def email_violations(email: str | None) -> list[Violation]:
    """An owner's e-mail address may be absent or empty; anything else must look like one."""
    if email and not EMAIL.fullmatch(email):
        return [Violation("ownerEmail", "ownerEmail should be valid email address", email)]
    return []


def schema_violations(schema: SchemaDef) -> list[Violation]:
    """Everything wrong with a schema definition that is registered on its own."""
    found = name_violations(schema.name, "name", "SchemaDef name cannot be null or empty")
    if schema.version < 0:
        found.append(Violation("version", "SchemaDef version: 0 must be >= 0", schema.version))
    if schema.type is None:
        found.append(Violation("type", "SchemaDef type cannot be null"))
    return found
