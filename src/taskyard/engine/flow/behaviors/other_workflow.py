"""GET_WORKFLOW, TERMINATE_WORKFLOW, UPDATE_TASK: looking at other executions and acting on them from within one.

They may do what the starter of this execution might.
"""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves, behavior_of
from taskyard.engine.flow.permission import require_execute
from taskyard.engine.flow.run import Run
from taskyard.engine.flow.status import EXECUTION_STATUSES, STATUSES
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask
from taskyard.model.ids import row_id_in
from taskyard.model.problem import Rejected

MOST = 100
"""Executions that one task acts on."""
SHOWN = 1_000
"""Tasks up to which an execution is shown with them."""


class Fault(Exception):
    """Why it cannot be done."""


class Acting(Behavior):
    """Closes at once; what cannot be done fails it for good."""

    def act(self, run: Run, record: ElementInstance, input: dict[str, Any]) -> dict[str, Any]:
        """Do it; the output. Raises `Fault` or `Rejected`."""
        raise NotImplementedError

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        try:
            output = self.act(run, record, input)
        except Fault as fault:
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, str(fault))
        except Rejected as refusal:
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, refusal.problem.detail)
        else:
            run.finish(record, "COMPLETED", output)


@behaves("GET_WORKFLOW")
class GetWorkflow(Acting):
    """`id`, `includeTasks`."""

    def act(self, run: Run, record: ElementInstance, input: dict[str, Any]) -> dict[str, Any]:
        other = other_run(run, input.get("id"))
        execution = other.execution
        found: dict[str, Any] = {
            "workflowId": execution.uid,
            "workflowName": execution.key,
            "workflowVersion": execution.version,
            "status": "PAUSED"
            if execution.suspended and other.open
            else EXECUTION_STATUSES[execution.outcome],
            "correlationId": execution.correlation,
            "createTime": execution.created_at,
            "updateTime": execution.updated_at,
            "endTime": execution.closed_at or 0,
            "reasonForIncompletion": execution.reason,
            "input": other.input,
            "output": other.output or {},
            "variables": other.variables,
        }
        if input.get("includeTasks"):
            if execution.steps > SHOWN:
                raise Fault(
                    f"Workflow {execution.uid} has more than {SHOWN} tasks, the most that are shown here."
                )
            records = other.all_records()
            other.load_outputs(records)
            found["tasks"] = [_shown(other, each) for each in records]
        return {name: value for name, value in found.items() if value is not None}


@behaves("TERMINATE_WORKFLOW")
class TerminateWorkflow(Acting):
    """`workflowId` (one or a list), `terminationReason`, `triggerFailureWorkflow`."""

    def act(self, run: Run, record: ElementInstance, input: dict[str, Any]) -> dict[str, Any]:
        given = input.get("workflowId")
        names = given if isinstance(given, list) else [given]
        if not given or len(names) > MOST:
            raise Fault(f"workflowId names 1 to {MOST} workflows to terminate.")
        reason = input.get("terminationReason")
        others = [other_run(run, name) for name in names]
        if run in others:
            raise Fault("A workflow ends itself with a TERMINATE task.")
        for other in others:
            if other.open:
                failure = input.get("triggerFailureWorkflow") is True
                other.close("cancelled", str(reason) if reason else None, failure=failure)
        return {"terminatedWorkflowIds": [other.execution.uid for other in others]}


@behaves("UPDATE_TASK")
class UpdateTask(Acting):
    """`taskStatus`, and either `workflowId` with `taskRefName` or `taskId`; `taskOutput`, `mergeOutput`."""

    def act(self, run: Run, record: ElementInstance, input: dict[str, Any]) -> dict[str, Any]:
        status = input.get("taskStatus")
        if status not in STATUSES:
            raise Fault(f"There is no task status {status!r}.")
        other, found = _named(run, input)
        if not other.open or found.phase == "closed":
            raise Fault(f"Task {found.uid} is not open.")
        given = input.get("taskOutput")
        output = given if isinstance(given, dict) else {}
        if input.get("mergeOutput"):
            output = {**other.output_of(found), **output}
        behavior_of(found.kind).reported(other, found, other.node(found), str(status), output, None)
        return {"taskId": found.uid, "taskStatus": status}


def other_run(run: Run, uid: Any) -> Run:
    """The run of an execution by its public id. Raises `Fault` or `Rejected`."""
    if not isinstance(uid, str) or not uid:
        raise Fault("The id of a workflow is missing.")
    other = run.session.find(uid)
    require_execute(run.view, run.notes.on_behalf, other.execution.key, other.execution.tenant)
    return other


def _named(run: Run, input: dict[str, Any]) -> tuple[Run, ElementInstance]:
    task_id = input.get("taskId")
    if isinstance(task_id, str) and task_id:
        found = run.view.peek(ElementInstance, row_id_in(task_id))
        if found is None or found.uid != task_id:
            raise Fault(f"No such task found by id: {task_id}")
        other = run.session.open(found.execution_id)
        require_execute(run.view, run.notes.on_behalf, other.execution.key, other.execution.tenant)
        return other, other.record(found.id)
    other = other_run(run, input.get("workflowId"))
    name = str(input.get("taskRefName") or "")
    for each in other.open_records():
        if each.element + each.suffix == name:
            return other, each
    raise Fault(f"No open task {name!r} in workflow {other.execution.uid}")


def _shown(run: Run, record: ElementInstance) -> dict[str, Any]:
    return {
        "taskId": record.uid,
        "referenceTaskName": record.element + record.suffix,
        "taskType": run.type_of(record),
        "status": record.native_state,
        "outputData": run.output_of(record),
    }
