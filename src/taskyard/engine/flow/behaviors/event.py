"""EVENT: puts a message into a queue that event handlers listen to."""

from __future__ import annotations

from typing import Any

from taskyard.engine.event_handlers import publish
from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask

OWN = "conductor"
PRODUCED = "event_produced"


@behaves("EVENT")
class Event(Behavior):
    """The queues are the server's own: `conductor`, which is named after workflow and task, and `conductor:name`.
    Those of other systems are refused."""

    waits = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        sink = run.resolve(node.sink, record) or input.get("sink")
        queue = queue_of(run, record, sink) if isinstance(sink, str) else None
        if queue is None:
            reason = f"Event sink {sink!r} is not served here; conductor and conductor:<name> are."
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, reason)
            return
        message = {
            **input,
            "workflowInstanceId": run.execution.uid,
            "workflowType": run.execution.key,
            "workflowVersion": run.execution.version,
            "correlationId": run.execution.correlation,
            "taskToDomain": run.notes.task_to_domain,
        }
        publish(run.view, queue, message, message_id=record.uid, execution_id=run.execution.id)
        output = {**message, PRODUCED: queue}
        if node.async_complete or input.get("asyncComplete") is True:
            run.set(record, "IN_PROGRESS", output)
            run.wait(record, "signal")
        else:
            run.finish(record, "COMPLETED", output)


def queue_of(run: Run, record: ElementInstance, sink: str) -> str | None:
    """The queue that a sink means; None for those of other systems."""
    if sink == OWN:
        return f"{OWN}:{run.execution.key}:{record.element}{record.suffix}"
    kind, _, name = sink.partition(":")
    return f"{OWN}:{run.execution.key}:{name}" if kind == OWN and name else None
