"""SET_VARIABLE: every member of the input becomes a variable of the execution."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.payload import encode
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask


@behaves("SET_VARIABLE")
class SetVariable(Behavior):
    """All variables together are limited."""

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        size = len(encode({**run.variables, **input}))
        most = run.view.limits.variables
        if size > most:
            reason = (
                f"The variables payload size: {size} of workflow: {run.execution.uid} is greater than the "
                f"permissible limit: {most} bytes"
            )
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, reason)
            return
        run.set_variables(input)
        run.finish(record, "COMPLETED", {})
