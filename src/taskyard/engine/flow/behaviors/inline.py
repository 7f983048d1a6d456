"""INLINE and the older LAMBDA: a script within the flow."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow import script
from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.model.evaluation import Answer
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask


class Scripted(Behavior):
    """Closes at once with the value of the script as `result`; a fault in it is not tried again."""

    def answer(self, run: Run, node: WorkflowTask, input: dict[str, Any]) -> Answer:
        """The value of the script, or why there is none."""
        raise NotImplementedError

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        answer = self.answer(run, node, input)
        if answer.error is not None:
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {"error": answer.error}, answer.error)
        else:
            run.finish(record, "COMPLETED", {"result": answer.value})


@behaves("INLINE")
class Inline(Scripted):
    """Evaluator and expression stand in the input or on the node; `$` is the input."""

    def answer(self, run: Run, node: WorkflowTask, input: dict[str, Any]) -> Answer:
        expression = input.get("expression", node.expression)
        if not isinstance(expression, str) or not expression.strip():
            return Answer(error="INLINE has no expression.")
        evaluator = input.get("evaluatorType", node.evaluator_type)
        return script.evaluate(run, evaluator, expression, input)


@behaves("LAMBDA")
class Lambda(Scripted):
    """The expression is the body of a function."""

    def answer(self, run: Run, node: WorkflowTask, input: dict[str, Any]) -> Answer:
        body = input.get("scriptExpression", node.script_expression)
        if not isinstance(body, str) or not body.strip():
            return Answer(error="LAMBDA has no scriptExpression.")
        return script.evaluate(run, "javascript", f"(function(){{{body}\n}})()", input)
