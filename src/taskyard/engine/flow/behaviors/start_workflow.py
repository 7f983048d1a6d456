"""START_WORKFLOW: another execution, which the task does not wait for."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.launch import Launch
from taskyard.engine.flow.payload import encode
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowDef, WorkflowTask
from taskyard.model.problem import Rejected
from taskyard.notations.flowjson.member import Unreadable, read_document


class StartRequest(msgspec.Struct, kw_only=True, rename="camel"):
    """What is to be started, as clients ask for it."""

    name: str
    version: int | None = None
    correlation_id: str | None = None
    input: dict[str, Any] | None = None
    task_to_domain: dict[str, str] | None = None
    workflow_def: dict[str, Any] | None = None
    priority: int | None = None
    idempotency_key: str | None = None
    idempotency_strategy: str | None = None


@behaves("START_WORKFLOW")
class StartWorkflow(Behavior):
    """`workflowId` is the execution that was started, in the same transaction. It may do what the starter of this one
    might."""

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        if run.notes.depth + 1 > run.view.limits.depth:
            most = run.view.limits.depth
            self._fail(run, record, f"Workflows start workflows {most} deep here, the most they may.")
            return
        try:
            wanted = msgspec.convert(input.get("startWorkflow"), StartRequest, strict=False)
            document = read_document(WorkflowDef, wanted.workflow_def) if wanted.workflow_def else None
        except (msgspec.ValidationError, Unreadable) as fault:
            self._fail(run, record, f"startWorkflow in the input is no request to start a workflow: {fault}")
            return
        wish = Launch(
            key=wanted.name,
            version=wanted.version,
            document=encode(document).decode() if document is not None else None,
            input=wanted.input or {},
            correlation=wanted.correlation_id or run.execution.correlation,
            priority=wanted.priority or 0,
            task_to_domain=wanted.task_to_domain or {},
            idempotency_key=wanted.idempotency_key,
            idempotency_strategy=wanted.idempotency_strategy,
            creator=run.execution.creator,
        )
        session = run.session
        actor, session.actor = session.actor, run.notes.on_behalf
        try:
            execution, fresh = session.launch(wish)
        except Rejected as refusal:
            self._fail(run, record, refusal.problem.detail)
            return
        finally:
            session.actor = actor
        if fresh:
            session.open(execution.id).notes.depth = run.notes.depth + 1
        run.finish(record, "COMPLETED", {"workflowId": execution.uid})

    def _fail(self, run: Run, record: ElementInstance, reason: str) -> None:
        run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, reason)
