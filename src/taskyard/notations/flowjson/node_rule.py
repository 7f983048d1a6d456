"""What each type of node needs before a workflow definition is accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from taskyard.model.flow import WorkflowTask
from taskyard.model.wait_time import moment_ms, parse_duration

TERMINATION_STATUSES = ("COMPLETED", "FAILED", "TERMINATED")

Templates = Mapping[str, frozenset[str]]
"""Registered task name → keys of its input template; a template may supply what a node leaves out."""

TEMPLATED_TYPES = ("HTTP", "JSON_JQ_TRANSFORM", "KAFKA_PUBLISH")
"""Types whose demands a registered task definition's input template can meet."""


def node_messages(task: WorkflowTask, templates: Templates) -> list[str]:
    """What is missing or wrong on one node for its type; empty for worker tasks."""
    check = _CHECKS.get(task.type)
    return check(task, templates) if check else []


def _required(field: str, task: WorkflowTask) -> str:
    return f"{field} field is required for taskType: {task.type} taskName: {task.name}"


def _given_keys(task: WorkflowTask, templates: Templates) -> set[str]:
    """Input keys that will be there at run time: the node's own and those of its template."""
    inline = task.task_definition
    template = set(inline.input_template) if inline is not None else templates.get(task.name, frozenset())
    return set(task.input_parameters) | set(template)


def _event(task: WorkflowTask, templates: Templates) -> list[str]:
    return [] if task.sink else [_required("sink", task)]


def _cases(task: WorkflowTask) -> list[str]:
    if task.decision_cases:
        return []
    return [f"decisionCases should have atleast one task for taskType: {task.type} taskName: {task.name}"]


def _decision(task: WorkflowTask, templates: Templates) -> list[str]:
    found = []
    if task.case_value_param is None and task.case_expression is None:
        found.append(_required("caseValueParam or caseExpression", task))
    return found + _cases(task)


def _switch(task: WorkflowTask, templates: Templates) -> list[str]:
    found = []
    if task.evaluator_type is None:
        found.append(_required("evaluatorType", task))
    elif task.expression is None:
        found.append(_required("expression", task))
    return found + _cases(task)


def _loop(task: WorkflowTask, templates: Templates) -> list[str]:
    found = []
    has_items = task.items is not None or "_items" in task.input_parameters
    if task.loop_condition is None and not has_items:
        found.append(_required("loopCondition", task))
    if not task.loop_over:
        found.append(_required("loopOver", task))
    return found


def _dynamic(task: WorkflowTask, templates: Templates) -> list[str]:
    return [] if task.dynamic_task_name_param else [_required("dynamicTaskNameParam", task)]


def _fork(task: WorkflowTask, templates: Templates) -> list[str]:
    if task.fork_tasks:
        return []
    return [f"forkTasks should have atleast one task for taskType: {task.type} taskName: {task.name}"]


def _dynamic_fork(task: WorkflowTask, templates: Templates) -> list[str]:
    """One of three styles: a joined parameter, a pair of parameters, or fork… keys in the input."""
    by_pair = (
        task.dynamic_fork_tasks_param is not None or task.dynamic_fork_tasks_input_param_name is not None
    )
    if task.dynamic_fork_join_tasks_param is not None:
        if not by_pair:
            return []
        return [
            "dynamicForkJoinTasksParam or combination of dynamicForkTasksInputParamName and "
            f"dynamicForkTasksParam can be used for taskType: {task.type} taskName: {task.name}"
        ]
    if not by_pair and {"forkTaskName", "forkTaskWorkflow"} & task.input_parameters.keys():
        return []
    found = []
    if task.dynamic_fork_tasks_param is None:
        found.append(_required("dynamicForkTasksParam", task))
    if task.dynamic_fork_tasks_input_param_name is None:
        found.append(_required("dynamicForkTasksInputParamName", task))
    return found


def _sub_workflow(task: WorkflowTask, templates: Templates) -> list[str]:
    param = task.sub_workflow_param
    if param is None:
        return [_required("subWorkflowParam", task)]
    inline = param.workflow_definition
    if isinstance(inline, str) and not (inline.startswith("${") and inline.endswith("}")):
        return [
            "subWorkflowParam.workflowDefinition must be an object or an expression ${…}, taskName: "
            + task.name
        ]
    if not param.name and inline is None:
        return ["SubWorkflowParams name cannot be null or empty"]
    return []


def _http(task: WorkflowTask, templates: Templates) -> list[str]:
    if _given_keys(task, templates) & {"http_request", "uri"}:
        return []
    return [_required("inputParameters.http_request", task)]


def _kafka(task: WorkflowTask, templates: Templates) -> list[str]:
    if "kafka_request" in _given_keys(task, templates):
        return []
    return [_required("inputParameters.kafka_request", task)]


def _jq(task: WorkflowTask, templates: Templates) -> list[str]:
    if "queryExpression" in _given_keys(task, templates):
        return []
    return [_required("inputParameters.queryExpression", task)]


def _terminate(task: WorkflowTask, templates: Templates) -> list[str]:
    found = []
    if task.optional:
        found.append(f"terminate task cannot be optional, taskName: {task.name}")
    status = task.input_parameters.get("terminationStatus")
    if status not in TERMINATION_STATUSES and not _is_expression(status):
        found.append(
            "terminate task must have an terminationStatus parameter and must be set to "
            f"{', '.join(TERMINATION_STATUSES[:-1])} or {TERMINATION_STATUSES[-1]}, taskName: {task.name}"
        )
    return found


def _wait(task: WorkflowTask, templates: Templates) -> list[str]:
    duration = _text(task.input_parameters.get("duration"))
    until = _text(task.input_parameters.get("until"))
    if duration and until:
        return ["Both 'duration' and 'until' specified. Please provide only one input"]
    try:
        if duration and not duration.startswith("${"):
            parse_duration(duration)
        elif until and not until.startswith("${"):
            moment_ms(until)
    except ValueError as fault:
        return [f"Unable to parse the time to wait, {fault}, taskName: {task.name}"]
    return []


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("${")


_CHECKS: dict[str, Callable[[WorkflowTask, Templates], list[str]]] = {
    "EVENT": _event,
    "DECISION": _decision,
    "SWITCH": _switch,
    "DO_WHILE": _loop,
    "DYNAMIC": _dynamic,
    "FORK_JOIN": _fork,
    "FORK_JOIN_DYNAMIC": _dynamic_fork,
    "SUB_WORKFLOW": _sub_workflow,
    "HTTP": _http,
    "KAFKA_PUBLISH": _kafka,
    "JSON_JQ_TRANSFORM": _jq,
    "TERMINATE": _terminate,
    "WAIT": _wait,
}
