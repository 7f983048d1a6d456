"""Expressions that a node has evaluated: by which evaluator, and what counts as true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskyard.model.evaluation import Answer

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

JAVASCRIPT = ("javascript", "graaljs", "nashorn", None, "")
BY_NAME = "value-param"


def evaluate(run: Run, evaluator: str | None, expression: str, input: dict[str, Any]) -> Answer:
    """The value of an expression over `input`: javascript sees it as `$`; `value-param` names a member of it. Any other
    evaluator is refused, python too."""
    if evaluator == BY_NAME:
        return Answer(value=input.get(expression))
    if evaluator in JAVASCRIPT:
        return run.evaluate("javascript", expression, input)
    return Answer(
        error=f"evaluatorType {evaluator!r} is not served here; javascript, graaljs and value-param are."
    )
