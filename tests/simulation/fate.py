"""What must become of an execution, told by what its workers did: a model of its own, which knows nothing of the engine.

It walks a definition and looks up how the last attempt of each task ended, as the simulation saw it from outside.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from taskyard.model.flow import WorkflowTask

DONE = "done"
OPEN = "open"
"""Something that has to be done has not been."""


class Attempt(msgspec.Struct, frozen=True):
    """How an attempt ended: COMPLETED, FAILED, FAILED_WITH_TERMINAL_ERROR, TIMED_OUT, or TIME_OUT_WF for a lateness that
    ends the execution. `number` counts from 0."""

    status: str
    number: int


class Fate(msgspec.Struct):
    """What may come of a sequence: ways it can end. `tasks` are the names of worker tasks that it goes through,
    `failures` says that permissive tasks failed on the way, `spoilt` that the last task was one."""

    ends: set[str] = msgspec.field(default_factory=lambda: {DONE})
    tasks: set[str] = msgspec.field(default_factory=set)
    failures: bool = False
    spoilt: bool = False


Last = Callable[[str], Attempt | None]
"""The last attempt at a task, by its name with the passes of loops."""
Child = Callable[[str], str | None]
"""How the child of a task ended."""

FAILED_AS = {"FAILED_WITH_TERMINAL_ERROR": "FAILED", "TIME_OUT_WF": "TIMED_OUT", "CANCELED": "TERMINATED"}


def foretell(tasks: list[WorkflowTask], budgets: dict[str, int], last: Last, child: Child) -> Fate:
    """The ways in which an execution of these tasks can end: statuses of executions, or `OPEN`."""
    fate = _sequence(tasks, "", budgets, last, child)
    ends = {"COMPLETED" if end == DONE else end for end in fate.ends}
    if fate.failures and "COMPLETED" in ends:
        ends = {"FAILED" if end == "COMPLETED" else end for end in ends}
    return Fate(ends, fate.tasks, fate.failures)


def _sequence(
    tasks: list[WorkflowTask], suffix: str, budgets: dict[str, int], last: Last, child: Child
) -> Fate:
    whole = Fate()
    for node in tasks:
        step = _node(node, suffix, budgets, last, child)
        whole.tasks |= step.tasks
        whole.failures |= step.failures
        whole.ends = (whole.ends - {DONE}) | step.ends
        whole.spoilt = step.spoilt and node.type == "SIMPLE"
        if DONE not in step.ends:
            break
    return whole


def _node(node: WorkflowTask, suffix: str, budgets: dict[str, int], last: Last, child: Child) -> Fate:
    match node.type:
        case "SIMPLE":
            return _worker(node, suffix, budgets, last)
        case "SUB_WORKFLOW":
            return _passed(node, _child_end(child(node.task_reference_name + suffix)))
        case "FORK_JOIN":
            return _branches([_sequence(each, suffix, budgets, last, child) for each in node.fork_tasks])
        case "SWITCH":
            return _sequence(node.decision_cases["go"], suffix, budgets, last, child)
        case "DO_WHILE":
            whole = Fate()
            for number in range(1, len(node.items) + 1):
                turn = _sequence(node.loop_over, f"{suffix}__{number}", budgets, last, child)
                whole.tasks |= turn.tasks
                whole.failures |= turn.failures
                whole.ends = (whole.ends - {DONE}) | turn.ends
                if DONE not in turn.ends:
                    break
            return whole
    return Fate()


def _worker(node: WorkflowTask, suffix: str, budgets: dict[str, int], last: Last) -> Fate:
    name = node.task_reference_name + suffix
    attempt = last(name)
    if attempt is None:
        return Fate({OPEN}, {name})
    if attempt.status == "COMPLETED":
        return Fate({DONE}, {name})
    if attempt.status in ("FAILED", "TIMED_OUT") and attempt.number < budgets[node.name]:
        return Fate({OPEN}, {name})
    if attempt.status == "TIME_OUT_WF":
        return Fate({"TIMED_OUT"}, {name})
    fate = _passed(node, attempt.status)
    fate.tasks.add(name)
    return fate


def _passed(node: WorkflowTask, status: str) -> Fate:
    """What a task means for its sequence when no attempt follows."""
    if status in (DONE, OPEN):
        return Fate({status})
    if node.optional:
        return Fate({DONE})
    if node.permissive:
        return Fate({DONE}, failures=True, spoilt=True)
    return Fate({FAILED_AS.get(status, status)})


def _child_end(status: str | None) -> str:
    match status:
        case None | "RUNNING" | "PAUSED":
            return OPEN
        case "COMPLETED":
            return DONE
        case "TERMINATED":
            return "CANCELED"
    return status


def _branches(branches: list[Fate]) -> Fate:
    """Any failure of a branch can be the one that ends all of them; a permissive last task fails the join in the end."""
    whole = Fate(set())
    for branch in branches:
        whole.tasks |= branch.tasks
        whole.failures |= branch.failures
        whole.ends |= branch.ends - {DONE, OPEN}
    if not whole.ends:
        whole.ends = {OPEN} if any(OPEN in branch.ends for branch in branches) else {DONE}
        if whole.ends == {DONE} and any(branch.spoilt for branch in branches):
            whole.ends = {"FAILED"}
    return whole
