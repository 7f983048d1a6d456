"""What Conductor says when an operation on an execution cannot be done: status and text, by operation and reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from taskyard.dialects.conductor.execution_render import status_of
from taskyard.model.execution import Execution
from taskyard.model.problem import Problem, Rejected

ENDED = "Workflow {name}.{version}/{id} has ended, status cannot be updated."
NOT_RUNNING = "The workflow {id} is not running so the task referenced by {reference} cannot be skipped"

WORDS: dict[tuple[str, str], tuple[str, str]] = {
    ("pause", "execution_closed"): ("conflict", ENDED),
    (
        "resume",
        "not_paused",
    ): ("internal", "The workflow {id} is not PAUSED so cannot resume. Current status is {status}"),
    ("terminate", "execution_closed"): ("conflict", "Cannot terminate a {status} workflow."),
    ("restart", "execution_open"): (
        "conflict",
        "Workflow: {name}.{version}/{id}.{status} is not in terminal state, unable to restart.",
    ),
    ("restart", "not_restartable"): (
        "not_found",
        "Workflow: {name}.{version}/{id}.{status} is non-restartable",
    ),
    ("restart", "unknown_definition"): ("not_found", "Unable to find latest definition for {id}"),
    ("retry", "execution_open"): ("not_found", "Workflow is still running.  status={status}"),
    ("retry", "nothing_to_retry"): (
        "conflict",
        "There are no retryable tasks! Use restart if you want to attempt entire workflow execution again.",
    ),
    ("rerun", "execution_open"): (
        "conflict",
        "Workflow: {name}.{version}/{id}.{status} is not in terminal state, unable to rerun.",
    ),
    ("rerun", "unknown_task"): ("invalid", "Task {task} not found"),
    ("resetcallbacks", "execution_closed"): ("conflict", "Workflow is in terminal state. Status = {status}"),
    ("skiptask", "execution_closed"): ("internal", NOT_RUNNING),
    ("skiptask", "not_running"): ("internal", NOT_RUNNING),
    ("skiptask", "unknown_reference"): (
        "internal",
        "The task referenced by {reference} does not exist in the WorkflowDefinition {name}",
    ),
    ("skiptask", "already_scheduled"): (
        "internal",
        "The task referenced {reference} has already been processed, cannot be skipped",
    ),
}
"""By operation and reason: the code whose status is the native one, and the text."""


@contextmanager
def native(operation: str, execution: Execution, **more: Any) -> Iterator[None]:
    """Say a refusal of the engine in Conductor's words; what the table does not know stays as it is."""
    try:
        yield
    except Rejected as refusal:
        raise Rejected(said(operation, execution, refusal.problem, **more)) from None


def said(operation: str, execution: Execution, problem: Problem, **more: Any) -> Problem:
    """The problem in Conductor's words."""
    found = WORDS.get((operation, problem.reason))
    if found is None:
        return problem
    code, text = found
    facts = {
        "id": execution.uid,
        "name": execution.key,
        "version": execution.version,
        "status": status_of(execution),
        **more,
    }
    return msgspec.structs.replace(problem, code=code, detail=text.format_map(facts))
