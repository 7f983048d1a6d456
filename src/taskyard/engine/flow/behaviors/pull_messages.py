"""PULL_WORKFLOW_MESSAGES: takes messages out of the box of the execution."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance, Message
from taskyard.model.flow import WorkflowTask

MOST = 1_000


@behaves("PULL_WORKFLOW_MESSAGES")
class PullMessages(Behavior):
    """Takes up to `batchSize` (1), the oldest first; while there is none it waits, unless `blocking` is false."""

    waits = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        run.set(record, "IN_PROGRESS")
        if not self._take(run, record, input):
            run.wait(record, "message")

    def messaged(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        self._take(run, record, run.input_of(record))

    def _take(self, run: Run, record: ElementInstance, input: dict[str, Any]) -> bool:
        size = input.get("batchSize")
        size = min(max(1, size), MOST) if isinstance(size, int) else 1
        found = run.view.pick(Message, ("id",), size, execution_id=run.execution.id)
        if not found and input.get("blocking") is not False:
            return False
        for message in found:
            run.view.delete(message)
        messages = [run.decode(message.document) for message in found]
        run.finish(record, "COMPLETED", {"messages": messages, "count": len(messages)})
        return True
