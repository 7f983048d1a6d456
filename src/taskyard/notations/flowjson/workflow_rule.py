"""What must hold for a workflow definition before it is stored."""

from __future__ import annotations

import re

from taskyard.model.flow import WorkflowDef, WorkflowTask
from taskyard.notations.flowjson.node_rule import TEMPLATED_TYPES, Templates, node_messages
from taskyard.notations.flowjson.reference import is_environment_name, references
from taskyard.notations.flowjson.task_rule import email_violations, minimum_violations
from taskyard.notations.flowjson.violation import MAX_NAME, Violation, name_violations

SCHEMA_VERSION = 2
_STRICT_NAME = re.compile(r"[A-Za-z0-9_<>{}#\s-]+")


def workflow_violations(
    workflow: WorkflowDef,
    templates: Templates | None = None,
    *,
    strict_name: bool = False,
    references_checked: bool = True,
) -> list[Violation]:
    """Everything wrong with a workflow definition: its members, every node at any depth, and its references.

    `templates` are the input templates of registered tasks (see `templated_names`). `strict_name` allows only
    letters, digits, blanks and `_ < > { } # -` in the name; a stock server does not ask for it.
    `references_checked` False leaves `${…}` alone, as for definitions written inside another.
    """
    found = name_violations(workflow.name, "name", "WorkflowDef name cannot be null or empty")
    if strict_name and workflow.name and not _STRICT_NAME.fullmatch(workflow.name):
        found.append(Violation("name", _strict_message(workflow.name), workflow.name))
    if not workflow.tasks:
        found.append(Violation("tasks", "WorkflowTask list cannot be empty", []))
    if workflow.schema_version != SCHEMA_VERSION:
        message = f"workflowDef schemaVersion: {SCHEMA_VERSION} is only supported"
        found.append(Violation("schemaVersion", message, workflow.schema_version))
    if workflow.version < 0:
        found.append(Violation("version", "workflowDef version: 0 must be >= 0", workflow.version))
    if workflow.timeout_seconds < 0:
        message = "workflowDef timeoutSeconds: 0 must be >= 0"
        found.append(Violation("timeoutSeconds", message, workflow.timeout_seconds))
    found += email_violations(workflow.owner_email)
    for place, task in enumerate(workflow.tasks):
        found += _node_violations(task, f"tasks[{place}]", templates or {})
    found += _duplicate_violations(workflow)
    return found + _reference_violations(workflow) if references_checked else found


def templated_names(workflow: WorkflowDef) -> set[str]:
    """Names of registered tasks whose input template could complete a node of this definition."""
    return {
        task.name
        for task in workflow.nodes()
        if task.type in TEMPLATED_TYPES and task.task_definition is None
    }


def _strict_message(name: str) -> str:
    return (
        f"Invalid name '{name}'. Allowed characters are alphanumeric, underscores, spaces, hyphens, "
        "and special characters like <, >, {, }, #"
    )


def _node_violations(task: WorkflowTask, path: str, templates: Templates) -> list[Violation]:
    found: list[Violation] = []
    if not task.name:
        found.append(Violation(f"{path}.name", "WorkflowTask name cannot be empty or null", task.name))
    if not task.task_reference_name:
        message = "WorkflowTask taskReferenceName name cannot be empty or null"
        found.append(Violation(f"{path}.taskReferenceName", message, task.task_reference_name))
    for member, text in (
        ("name", task.name),
        ("taskReferenceName", task.task_reference_name),
        ("type", task.type),
    ):
        if len(text) > MAX_NAME:
            message = f"{member} cannot be longer than {MAX_NAME} characters"
            found.append(Violation(f"{path}.{member}", message, text[:60]))
    if not task.type:
        found.append(Violation(f"{path}.type", "WorkflowTask type cannot be null or empty", task.type))
    if task.start_delay < 0:
        found.append(Violation(f"{path}.startDelay", "startDelay: 0 must be >= 0", task.start_delay))
    if task.retry_count is not None and task.retry_count < 0:
        found.append(Violation(f"{path}.retryCount", "retryCount: 0 must be >= 0", task.retry_count))
    found += [Violation(path, message) for message in node_messages(task, templates)]
    found += _inline_violations(task, path, templates)
    for inner_path, inner in _placed_children(task, path):
        found += _node_violations(inner, inner_path, templates)
    return found


def _inline_violations(task: WorkflowTask, path: str, templates: Templates) -> list[Violation]:
    """Rules of what is written inside the node: an inline task definition, an inline sub-workflow."""
    found: list[Violation] = []
    if task.task_definition is not None:
        found += _placed(minimum_violations(task.task_definition), f"{path}.taskDefinition")
    inline = task.sub_workflow_param.workflow_definition if task.sub_workflow_param else None
    if isinstance(inline, WorkflowDef):
        inner = workflow_violations(inline, templates, references_checked=False)
        found += _placed(inner, f"{path}.subWorkflowParam.workflowDefinition")
    return found


def _placed(violations: list[Violation], path: str) -> list[Violation]:
    return [Violation(f"{path}.{each.path}".rstrip("."), each.message, each.value) for each in violations]


def _placed_children(task: WorkflowTask, path: str) -> list[tuple[str, WorkflowTask]]:
    placed: list[tuple[str, WorkflowTask]] = []
    for case, tasks in task.decision_cases.items():
        placed += [(f"{path}.decisionCases[{case}][{at}]", each) for at, each in enumerate(tasks)]
    placed += [(f"{path}.defaultCase[{at}]", each) for at, each in enumerate(task.default_case)]
    for branch, tasks in enumerate(task.fork_tasks):
        placed += [(f"{path}.forkTasks[{branch}][{at}]", each) for at, each in enumerate(tasks)]
    return placed + [(f"{path}.loopOver[{at}]", each) for at, each in enumerate(task.loop_over)]


def _duplicate_violations(workflow: WorkflowDef) -> list[Violation]:
    seen: set[str] = set()
    found: list[Violation] = []
    for task in workflow.nodes():
        name = task.task_reference_name
        if name and name in seen:
            message = (
                f"taskReferenceName: {name} should be unique across tasks for a given workflowDefinition: "
                f"{workflow.name}"
            )
            found.append(Violation("", message))
        seen.add(name)
    return found


def _reference_violations(workflow: WorkflowDef) -> list[Violation]:
    """Inputs of the outermost nodes may only name `workflow`, a node of this definition, the environment."""
    known = {task.task_reference_name for task in workflow.nodes()} | {"workflow"}
    found: list[Violation] = []
    for task in workflow.tasks:
        for parameter, value in task.input_parameters.items():
            for name, text in references(value):
                if name in known or is_environment_name(name):
                    continue
                message = (
                    f"taskReferenceName: {name} for given task: {task.name} input value: {parameter} "
                    f"of input parameter: {text} is not defined in workflow definition."
                )
                found.append(Violation("", message))
    return found
