"""Expressions in other languages: asked by deciders, answered outside of the transaction.

A decider stays a pure function of its rows: an expression with its input is a question whose answer is always the same.
Where the answer is not known yet the command is taken back, the expression is evaluated under limits of time and memory
outside of the write lane, and the command is decided anew with the answer at hand.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Language = Literal["javascript", "jq"]


class Question(msgspec.Struct, frozen=True):
    """An expression to evaluate. `input` is JSON text: what `$` is in javascript, what the program reads in jq.

    The answer to javascript is the value of the expression; the answer to jq is the list of everything it puts out."""

    language: Language
    expression: str
    input: str


class Answer(msgspec.Struct, frozen=True):
    """The value, or why there is none (a fault in the expression, too slow, too big)."""

    value: Any = None
    error: str | None = None


class Unanswered(Exception):
    """A command needs these answers before it can be decided."""

    def __init__(self, questions: list[Question]) -> None:
        super().__init__(f"{len(questions)} expression(s) to evaluate")
        self.questions = questions
