"""What the expressions of a workflow can see: the workflow itself and the newest record of each task name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskyard.engine.expressions.secrets import defused
from taskyard.engine.expressions.template import MISSING
from taskyard.engine.flow.status import EXECUTION_STATUSES
from taskyard.model.execution import ElementInstance, Secret

if TYPE_CHECKING:
    from taskyard.engine.flow.records import Records

RECORD_MEMBERS = (
    "taskType",
    "status",
    "referenceTaskName",
    "retryCount",
    "correlationId",
    "pollCount",
    "taskDefName",
    "scheduledTime",
    "startTime",
    "endTime",
    "workflowInstanceId",
    "taskId",
    "reasonForIncompletion",
    "callbackAfterSeconds",
    "workerId",
    "iteration",
)
WORKFLOW_MEMBERS = (
    "input",
    "output",
    "status",
    "workflowId",
    "parentWorkflowId",
    "parentWorkflowTaskId",
    "workflowType",
    "version",
    "correlationId",
    "reasonForIncompletion",
    "schemaVersion",
    "variables",
    "createTime",
    "updateTime",
)


class RunScope:
    """The roots of expressions within one run (reference: Conductor's parametersUtils)."""

    def __init__(self, run: Records) -> None:
        self.run = run

    def member(self, root: str, member: str) -> Any:
        """One member of a root: of `workflow`, or of the newest record of a task name."""
        if root == "workflow":
            return self._workflow(member)
        record = self.run.latest(root)
        return MISSING if record is None else self._record(record, member)

    def whole(self, root: str) -> Any:
        """A root with all its members."""
        if root == "workflow":
            return {name: self._workflow(name) for name in WORKFLOW_MEMBERS}
        record = self.run.latest(root)
        if record is None:
            return MISSING
        return {name: self._record(record, name) for name in ("input", "output", *RECORD_MEMBERS)}

    def environment(self, name: str) -> str | None:
        """A variable of the environment that the operators of the server keep."""
        return self._environment().get(name)

    def _environment(self) -> dict[str, str]:
        rows = self.run.view.find(Secret, locked=False, tenant="", kind="environment")
        return {row.name: row.value for row in rows}

    def _workflow(self, member: str) -> Any:
        run, execution = self.run, self.run.execution
        match member:
            case "input":
                return run.input
            case "variables":
                return run.variables
            case "output":
                return run.output
            case "env":
                return self._environment()
            case "parentWorkflowId":
                parent = run.parent()
                return parent.uid if parent else None
            case "parentWorkflowTaskId":
                return run.parent_task_uid()
        found: dict[str, Any] = {
            "status": "PAUSED"
            if execution.suspended and execution.outcome is None
            else EXECUTION_STATUSES[execution.outcome],
            "workflowId": execution.uid,
            "workflowType": execution.key,
            "version": execution.version,
            "correlationId": execution.correlation,
            "reasonForIncompletion": execution.reason,
            "schemaVersion": 2,
            "createTime": execution.created_at,
            "updateTime": execution.updated_at,
        }
        return defused(found.get(member, MISSING))

    def _record(self, record: ElementInstance, member: str) -> Any:
        match member:
            case "input":
                return self.run.input_of(record)
            case "output":
                return self.run.output_of(record)
            case "taskType":
                return self.run.type_of(record)
        found: dict[str, Any] = {
            "status": record.native_state,
            "referenceTaskName": record.element + record.suffix,
            "retryCount": record.attempt,
            "correlationId": self.run.execution.correlation,
            "pollCount": record.polls,
            "taskDefName": record.name,
            "scheduledTime": record.created_at,
            "startTime": record.started_at or 0,
            "endTime": record.closed_at or 0,
            "workflowInstanceId": self.run.execution.uid,
            "taskId": record.uid,
            "reasonForIncompletion": record.reason,
            "callbackAfterSeconds": 0,
            "workerId": record.holder,
            "iteration": record.iteration,
        }
        return defused(found.get(member, MISSING))
