"""SWITCH and the older DECISION: one of several sequences."""

from __future__ import annotations

from typing import Any

from taskyard.engine.expressions.template import as_text
from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.plan import Position
from taskyard.engine.flow.run import Place, Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask


class Chooser(Behavior):
    """Closes at once; the chosen sequence follows, then what comes after the switch. `pending` is 1 until the chosen
    sequence is through."""

    retries = False
    shown = "evaluationResult"

    def choice(self, run: Run, node: WorkflowTask, input: dict[str, Any]) -> tuple[Any, str | None]:
        """The value that chooses, and why there is none."""
        raise NotImplementedError

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        """Choose, and begin with the first task of the case."""
        value, fault = self.choice(run, node, input)
        if fault is not None:
            run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {"error": fault}, fault)
            return
        word = as_text(value)
        chosen = node.decision_cases.get(word, node.default_case)
        shown: dict[str, Any] = {**input, "case": word}
        if chosen:
            shown["hasChildren"] = "true"
        run.set_input(record, shown)
        record.pending = 1 if chosen else 0
        run.finish(record, "COMPLETED", {self.shown: [word], "selectedCase": word}, proceed=not chosen)
        if chosen:
            first = Place(chosen[0], record.id, record.fragment_id, record.suffix, record.iteration)
            run.schedule(first)

    def heads(self, run: Run, record: ElementInstance, node: WorkflowTask) -> list[Position]:
        word = run.output_of(record).get("selectedCase")
        chosen = node.decision_cases.get(str(word), node.default_case)
        return [run.plan_of(record).positions[chosen[0].task_reference_name]] if chosen else []

    def child_done(
        self, run: Run, record: ElementInstance, node: WorkflowTask, child: ElementInstance
    ) -> None:
        record.pending = 0
        run.touch(record)
        run.proceed_later(record)


@behaves("SWITCH")
class Switch(Chooser):
    """Chooses by a member of its input or by a script."""

    def choice(self, run: Run, node: WorkflowTask, input: dict[str, Any]) -> tuple[Any, str | None]:
        expression = node.expression or ""
        match node.evaluator_type:
            case "javascript" | "graaljs":
                answer = run.evaluate("javascript", expression, input)
                return answer.value, answer.error
            case None | "value-param":
                return input.get(expression), None
        return None, f"evaluatorType {node.evaluator_type!r} is not served"


@behaves("DECISION")
class Decision(Chooser):
    """Chooses by a member of its input or by a script, as older definitions write it."""

    shown = "caseOutput"

    def choice(self, run: Run, node: WorkflowTask, input: dict[str, Any]) -> tuple[Any, str | None]:
        if node.case_expression:
            answer = run.evaluate("javascript", node.case_expression, input)
            return answer.value, answer.error
        return input.get(node.case_value_param or ""), None
