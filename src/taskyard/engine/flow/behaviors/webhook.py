"""WAIT_FOR_WEBHOOK: open until a webhook's call brings what the task expects, or somebody ends it by hand."""

from __future__ import annotations

from typing import Any

from taskyard.engine import webhooks
from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask


@behaves(webhooks.TYPE)
class WaitForWebhook(Behavior):
    """`matches` names places in the payload and the value expected in each; without any, every call will do."""

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        webhooks.expect(run.view, record, run.execution.key, webhooks.matches_of(input))
        run.set(record, "IN_PROGRESS")

    def reported(
        self,
        run: Run,
        record: ElementInstance,
        node: WorkflowTask,
        status: str,
        output: dict[str, Any],
        reason: str | None,
    ) -> None:
        if status != "IN_PROGRESS":
            webhooks.forget(run.view, record)
        super().reported(run, record, node, status, output, reason)

    def cancelled(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        webhooks.forget(run.view, record)
