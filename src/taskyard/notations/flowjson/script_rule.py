"""Which scripts a workflow definition holds, and how one that cannot be read is said."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from taskyard.model.flow import WorkflowDef, WorkflowTask
from taskyard.notations.flowjson.violation import Violation

JAVASCRIPT = ("javascript", "graaljs")


class Script(msgspec.Struct, frozen=True):
    """A script with the member that holds it and the node."""

    member: str
    source: str
    task: WorkflowTask

    def violation(self, error: str) -> Violation:
        """What is wrong with it, in words that name the node."""
        words = f"Expression is not well formatted: {error}, taskType: {self.task.type} taskName: {self.task.name}"
        return Violation(self.member, words, self.source)


def scripts_of(workflow: WorkflowDef) -> Iterator[Script]:
    """Every javascript of a definition that is written out; what an expression `${…}` will give is not known yet."""
    for task in workflow.nodes():
        for member, source in _scripts(task):
            if isinstance(source, str) and source.strip() and "${" not in source:
                yield Script(member, source, task)


def _scripts(task: WorkflowTask) -> Iterator[tuple[str, object]]:
    given = task.input_parameters
    match task.type:
        case "SWITCH" if task.evaluator_type in JAVASCRIPT:
            yield "expression", task.expression
        case "DECISION":
            yield "caseExpression", task.case_expression
        case "DO_WHILE":
            yield "loopCondition", task.loop_condition
        case "INLINE" if given.get("evaluatorType", "javascript") in JAVASCRIPT:
            yield "inputParameters.expression", given.get("expression")
        case "LAMBDA":
            yield "inputParameters.scriptExpression", given.get("scriptExpression")
