"""DYNAMIC: a task whose name is known when the flow is there."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves, behavior_of, is_known
from taskyard.engine.flow.run import ENTER, Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import MAX_NAME, WorkflowTask

OPERATORS = (
    "DYNAMIC",
    "SWITCH",
    "DECISION",
    "FORK_JOIN",
    "FORK",
    "FORK_JOIN_DYNAMIC",
    "JOIN",
    "EXCLUSIVE_JOIN",
    "DO_WHILE",
)


@behaves("DYNAMIC")
class Dynamic(Behavior):
    """The record becomes one of the type or name that the input names, and goes on as that."""

    offers = True

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        name = input.get(node.dynamic_task_name_param or "")
        if not isinstance(name, str) or not name:
            reason = (
                f"Cannot map a dynamic task based on the parameter and input. Parameter= "
                f"{node.dynamic_task_name_param}, input= {input!r:.200}"
            )
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, reason)
            return
        if len(name) > MAX_NAME:
            reason = f"The name of a dynamic task is longer than {MAX_NAME} characters: {name:.60}…"
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, reason)
            return
        if name in OPERATORS:
            reason = f"{name} holds other tasks, so that it cannot be the name of a dynamic task."
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, reason)
            return
        record.name = name
        record.kind = name if is_known(name) else "SIMPLE"
        behavior = behavior_of(record.kind)
        if not behavior.offers and (delay := run.delay_of(record)):
            run.timer(record, ENTER, run.now + delay)
        else:
            behavior.enter(run, record, node, input)
