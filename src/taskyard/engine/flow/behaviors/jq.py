"""JSON_JQ_TRANSFORM: a jq program over the task's input."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask


@behaves("JSON_JQ_TRANSFORM")
class JqTransform(Behavior):
    """`result` is the first thing that the program puts out, `resultList` all of them."""

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        query = input.get("queryExpression", node.expression)
        if not isinstance(query, str) or not query.strip():
            reason = "Missing 'queryExpression' in input parameters."
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {"error": reason}, reason)
            return
        answer = run.evaluate("jq", query, input)
        if answer.error is not None:
            run.finish(record, "FAILED", {"error": answer.error}, answer.error)
            return
        results = answer.value if isinstance(answer.value, list) else [answer.value]
        run.finish(record, "COMPLETED", {"result": results[0] if results else None, "resultList": results})
