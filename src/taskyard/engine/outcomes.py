"""The outcomes that a task declares, and the one with which it ends."""

from __future__ import annotations

from taskyard.model.problem import rejected
from taskyard.model.task import Task, TaskAttribute
from taskyard.model.view import View


def chosen_outcome(view: View, task: Task, word: str | None) -> str | None:
    """`word` as the task writes it, case aside; unchanged where the task declares no outcomes. Raises `Rejected`
    (invalid, unknown_outcome) for a word that is none of them."""
    declared = view.get(TaskAttribute, task.id, "outcomes")
    if word is None or declared is None or not declared.text:
        return word
    outcomes = declared.text.split(",")
    for outcome in outcomes:
        if outcome.casefold() == word.casefold():
            return outcome
    raise rejected(
        "invalid",
        f"Task {task.id} ends with {' or '.join(outcomes)}, not with {word!r}.",
        reason="unknown_outcome",
        task=task.id,
        outcomes=outcomes,
    )
