"""TERMINATE: ends the execution where it stands."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.status import OUTCOMES
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask

STATUSES = ("COMPLETED", "FAILED", "TERMINATED")


@behaves("TERMINATE")
class Terminate(Behavior):
    """Everything else that is open is cancelled; `workflowOutput` is what the execution gives. A child ends alone. The
    failure workflow starts unless the status is COMPLETED."""

    retries = False

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        status = input.get("terminationStatus") or "COMPLETED"
        if status not in STATUSES:
            reason = f"given termination status is not valid: {status}"
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, reason)
            return
        given = input.get("workflowOutput")
        output = {} if given is None else given if isinstance(given, dict) else {"output": given}
        reason = input.get("terminationReason") or f"Workflow is {status} by TERMINATE task: {record.uid}"
        run.finish(record, "COMPLETED", output, proceed=False)
        if record.native_state == "COMPLETED":
            run.close(OUTCOMES[status], str(reason), output, failure=status != "COMPLETED", failed=record)
