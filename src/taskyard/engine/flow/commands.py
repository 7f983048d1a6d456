"""What may be asked of workflow executions. Executions and tasks are named by their public ids."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.model.command import Command
from taskyard.model.execution import ElementInstance, Execution
from taskyard.model.task import Lease, Task


class StartExecution(Command, kw_only=True, frozen=True):
    """Start a workflow. Answers `Started`.

    `version` None takes the greatest. `document` is a definition given inline (JSON text of `model.flow.WorkflowDef`),
    then nothing needs to be registered. `input` is JSON text of an object. `idempotency_strategy` is FAIL,
    RETURN_EXISTING or FAIL_ON_RUNNING and means nothing without a key. `test` only tries the definition out: see
    `engine.flow.tested`.

    Raises not_found (unknown_definition), conflict (idempotency_key, rate_limited), invalid (bad_input), forbidden.
    """

    key: str
    version: int | None = None
    document: str | None = None
    input: str = "{}"
    correlation: str | None = None
    priority: int = 0
    task_to_domain: dict[str, str] = {}
    idempotency_key: str | None = None
    idempotency_strategy: str | None = None
    creator: str | None = None
    event: str | None = None
    test: bool = False


class Started(msgspec.Struct, frozen=True):
    """The execution; `fresh` is False when an idempotency key led to one that was there."""

    execution: Execution
    fresh: bool = True


class Leased(msgspec.Struct, frozen=True):
    """A task that was handed out, with its lease and, when an execution opened it, its element instance."""

    task: Task
    lease: Lease
    element: ElementInstance | None = None


class ReportTask(Command, kw_only=True, frozen=True):
    """A worker's word on a task. Answers `Reported`.

    `status` is one of the task statuses of `engine.flow.status`. `output` replaces what was there, or is merged into it.
    IN_PROGRESS on a worker task offers it again after `callback_after` seconds. `extend` only extends the lease.
    `then_lease`: hand the next task of the same queue and domain to the same worker in the same transaction.
    A task or execution that is closed: nothing happens, `Reported.ignored`. Unknown: not_found (unknown_task).
    """

    task: str
    execution: str | None = None
    status: str
    output: dict[str, Any] = {}
    merge: bool = False
    reason: str | None = None
    callback_after: int = 0
    worker: str | None = None
    logs: tuple[tuple[int, str], ...] = ()
    extend: bool = False
    then_lease: bool = False
    child: str | None = None
    metadata: dict[str, Any] | None = None


class Reported(msgspec.Struct, frozen=True):
    """The element instance (None for a task outside of executions), the task, and the next task when asked for."""

    task: Task | None
    element: ElementInstance | None
    next: Leased | None = None
    ignored: bool = False


class ReportReference(Command, kw_only=True, frozen=True):
    """The same by the name of the task within an execution: the open one of that name, else an open pass of a loop.

    Answers `Reported`, or None when no such task is open. Output is merged."""

    execution: str
    reference: str
    status: str
    output: dict[str, Any] = {}
    worker: str | None = None
    reason: str | None = None


class SignalExecution(Command, kw_only=True, frozen=True):
    """End what blocks an execution or, down the tree, an open child of it: the first open wait without a timer, person
    or signalled pause. Answers `Reported`; not_found (nothing_blocked) when nothing blocks."""

    execution: str
    status: str
    output: dict[str, Any] = {}


class PauseExecution(Command, kw_only=True, frozen=True):
    """Schedule no next tasks. Answers the execution; conflict (execution_closed); paused already: nothing."""

    execution: str


class ResumeExecution(Command, kw_only=True, frozen=True):
    """Go on. Conflict (not_paused)."""

    execution: str


class TerminateExecution(Command, kw_only=True, frozen=True):
    """End an execution and its children. Conflict (execution_closed) when it succeeded; nothing when cancelled."""

    execution: str
    reason: str | None = None
    trigger_failure: bool = False


class RestartExecution(Command, kw_only=True, frozen=True):
    """Run a closed execution again from the start with the same id and input."""

    execution: str
    latest: bool = False


class RetryExecution(Command, kw_only=True, frozen=True):
    """Try the failed tasks of a closed execution again; `resume_children` goes down to the deepest failed child."""

    execution: str
    resume_children: bool = False


class RerunExecution(Command, kw_only=True, frozen=True):
    """Run a closed execution again, from the start or from one of its tasks. Answers the execution."""

    execution: str
    from_task: str | None = None
    input: str | None = None
    task_input: dict[str, Any] | None = None
    correlation: str | None = None


class SkipTask(Command, kw_only=True, frozen=True):
    """When the flow reaches this name, pass by it with the given input and output."""

    execution: str
    reference: str
    input: dict[str, Any] = {}
    output: dict[str, Any] = {}


class ResetCallbacks(Command, kw_only=True, frozen=True):
    """Offer at once what is delayed."""

    execution: str


class RemoveExecution(Command, kw_only=True, frozen=True):
    """Remove an execution with all that hangs on it; an open one is terminated first when `terminate`, else conflict."""

    execution: str
    terminate: bool = False
    reason: str | None = None


class DecideExecution(Command, kw_only=True, frozen=True):
    """Look at the whole execution and do what should have been done. Answers how many steps that were."""

    execution: str


class SetVariables(Command, kw_only=True, frozen=True):
    """Merge variables into an execution. Answers the execution."""

    execution: str
    variables: dict[str, Any]
    append: bool = False


class UpdateExecution(Command, kw_only=True, frozen=True):
    """Merge variables and report one task, in one transaction. Answers the execution."""

    execution: str
    variables: dict[str, Any] = {}
    reference: str | None = None
    status: str | None = None
    output: dict[str, Any] = {}


class JumpExecution(Command, kw_only=True, frozen=True):
    """Leave what runs and go on at the named task."""

    execution: str
    reference: str
    input: dict[str, Any] = {}


class UpgradeExecution(Command, kw_only=True, frozen=True):
    """Let a running execution go on with another version of its definition."""

    execution: str
    version: int | None = None
    task_output: dict[str, Any] = {}
    input: dict[str, Any] = {}


class SendMessage(Command, kw_only=True, frozen=True):
    """Put a message into an execution's box. Answers its public id."""

    execution: str
    message: dict[str, Any]
