"""The branches of a dynamic fork, as its input gives them (reference: Conductor §5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from taskyard.engine.flow.plan import Plan
from taskyard.model.execution import ElementInput, ElementInstance
from taskyard.model.flow import MAX_NAME, SubWorkflowParam, WorkflowTask
from taskyard.notations.flowjson.member import Unreadable, read_document

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run


class Branch(msgspec.Struct, frozen=True):
    """The node of a branch, and the input that it gets as it is, beside its own parameters."""

    node: WorkflowTask
    input: dict[str, Any]


class Given:
    """The input of a fork, and the branches in it once they were read."""

    def __init__(self, input: dict[str, Any]) -> None:
        self.input = input
        self.branches: list[Branch] | None = None


def given(row: ElementInput) -> Given:
    return Given(msgspec.json.decode(row.document))


class BadBranches(Exception):
    """The input does not describe branches, or they cannot be; the text says why."""


def branches_of(node: WorkflowTask, input: dict[str, Any], *, first: bool) -> list[Branch]:
    """The branches in order. `first`: no dynamic fork ran before in the execution. Raises `BadBranches`.

    One task for each of a list of inputs goes before the other styles, as Conductor's server has it."""
    named = input.get("forkTaskName") or input.get("forkTaskWorkflow")
    if named and "forkTaskInputs" in input:
        return _one_task(node, input, first)
    if node.dynamic_fork_join_tasks_param:
        return _joined_parameter(node.dynamic_fork_join_tasks_param, input)
    if node.dynamic_fork_tasks_param:
        return _two_parameters(node, input)
    if named:
        return _one_task(node, input, first)
    raise BadBranches("Nothing in the input says which tasks to fork.")


def check(run: Run, record: ElementInstance, branches: list[Branch]) -> None:
    """Raise `BadBranches` when there are too many, when a reference is taken, or when no join follows."""
    following = run.position(record).following
    if following is None or following.type != "JOIN":
        raise BadBranches("Dynamic join definition is not followed by a join task.")
    most = run.view.limits.branches
    if len(branches) > most:
        raise BadBranches(f"There are {len(branches)} branches; at most {most} are forked.")
    taken: set[str] = set()
    for branch in branches:
        _check_names(branch.node)
        inside = Plan([branch.node]).references
        for name in inside:
            if name in taken or name in run.plan.positions:
                raise BadBranches(f"The task reference name {name!r} is there more than once.")
            taken.add(name)
    if run.notes.forks:
        for name in run.taken(taken, record.suffix):
            raise BadBranches(f"The task reference name {name!r} is there more than once.")


def _check_names(node: WorkflowTask) -> None:
    """Raise `BadBranches` when a name in the node, or inside it, is too long."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        waiting += each.children()
        for name in (each.name, each.task_reference_name, each.type):
            if len(name) > MAX_NAME:
                raise BadBranches(f"The name {name[:60]!r}… is longer than {MAX_NAME} characters.")


def _joined_parameter(name: str, input: dict[str, Any]) -> list[Branch]:
    """The oldest style: one member that holds names, references, types and inputs."""
    given = input.get(name)
    listed = given.get("dynamicTasks") if isinstance(given, dict) else given
    if not isinstance(listed, list):
        raise BadBranches(f"Input {name!r} holds no dynamicTasks.")
    branches = []
    for each in listed:
        if not isinstance(each, dict) or not isinstance(each.get("taskName"), str):
            raise BadBranches(f"An entry of {name!r} has no taskName.")
        task, reference = each["taskName"], each.get("referenceName") or each["taskName"]
        kind = each.get("type") or "SIMPLE"
        node = WorkflowTask(name=task, task_reference_name=str(reference), type=str(kind))
        if kind == "SUB_WORKFLOW":
            node.sub_workflow_param = SubWorkflowParam(name=task)
        branches.append(Branch(node, _object(each.get("input"))))
    return branches


def _two_parameters(node: WorkflowTask, input: dict[str, Any]) -> list[Branch]:
    """A list of nodes in one member, their inputs by reference in another."""
    listed = input.get(node.dynamic_fork_tasks_param or "")
    if listed is None:
        listed = []
    if not isinstance(listed, list):
        raise BadBranches(f"Input {node.dynamic_fork_tasks_param!r} is not a list of tasks.")
    inputs = input.get(node.dynamic_fork_tasks_input_param_name or "")
    if inputs is None:
        inputs = {}
    if not isinstance(inputs, dict):
        raise BadBranches(
            f"Input to the dynamically forked tasks is not a map -> expecting a map of K,V  but found {inputs!r:.200}"
        )
    branches = []
    for number, raw in enumerate(listed):
        try:
            read = read_document(WorkflowTask, raw)
        except Unreadable as fault:
            raise BadBranches(f"Dynamic task {number} is no task: {fault}") from None
        if not read.task_reference_name:
            raise BadBranches(f"Dynamic task {number} has no taskReferenceName.")
        read.name = read.name or read.task_reference_name
        branches.append(Branch(read, _object(inputs.get(read.task_reference_name))))
    return branches


def _one_task(node: WorkflowTask, input: dict[str, Any], first: bool) -> list[Branch]:
    """One task or workflow for each of a list of inputs."""
    workflow = input.get("forkTaskWorkflow")
    name = str(workflow or input["forkTaskName"])
    kind = "SUB_WORKFLOW" if workflow else str(input.get("forkTaskType") or "SIMPLE")
    given = input.get("forkTaskInputs")
    if given is None:
        given = []
    if not isinstance(given, list):
        raise BadBranches("Input 'forkTaskInputs' is not a list.")
    start = "_" if first else f"_{node.task_reference_name}_"
    version = input.get("forkTaskWorkflowVersion")
    param = None
    if kind == "SUB_WORKFLOW":
        param = SubWorkflowParam(name=name, version=_number(version))
    return [
        Branch(
            WorkflowTask(
                name=name,
                task_reference_name=f"{start}{name}_{number}",
                type=kind,
                sub_workflow_param=param,
            ),
            {**(each if isinstance(each, dict) else {"input": each}), "__index": number},
        )
        for number, each in enumerate(given)
    ]


def _number(value: Any) -> int | None:
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise BadBranches(f"forkTaskWorkflowVersion {value!r} is no number.") from None


def _object(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"input": value}
