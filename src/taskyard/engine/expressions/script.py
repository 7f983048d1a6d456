"""Expressions in other languages as deciders use them: what counts as true, and the question whether one can be read."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.model.evaluation import Question


def is_true(value: Any) -> bool:
    """Whether a value means yes: a boolean as it is, a number greater than 0; everything else means no."""
    if isinstance(value, bool):
        return value
    return isinstance(value, int | float) and value > 0


def syntax_question(expression: str) -> Question:
    """Asks whether a javascript expression, program or function body can be read, without running it. The answer is
    true, or an error that says what is wrong."""
    source = msgspec.json.encode({"source": expression}).decode()
    return Question("javascript", "new Function('$', $.source); true", source)
