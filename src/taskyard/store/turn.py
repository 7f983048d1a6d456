"""What belongs to one command, and the identifiers it draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskyard.model.evaluation import Answer, Question
from taskyard.model.ids import uuid7
from taskyard.store.need import Slot


class Fresh:
    """Identifiers for rows that are made while the batch is written."""

    def __init__(self, ids: Any, now: int) -> None:
        self.ids = ids
        self.now = now

    def row_id(self) -> int:
        return self.ids.row_id()

    def uid(self) -> str:
        return uuid7(self.now)


class Replay:
    """Values that were given, to be given again in the same order."""

    __slots__ = ("given", "place")

    def __init__(self) -> None:
        self.given: list[Any] = []
        self.place = 0

    def next(self, make: Callable[[], Any]) -> Any:
        """A fresh value, or the one given at this point when the command was decided before."""
        if self.place == len(self.given):
            self.given.append(make())
        self.place += 1
        return self.given[self.place - 1]


class Turn:
    """What is remembered of a command from one try to the next: the identifiers it was given, so that it gets the same
    again, the rows that it picked, which are kept for it, and the answers to its questions. `now` is the moment that it
    keeps, where it must; `named` are the public ids of its rows."""

    __slots__ = ("answers", "named", "now", "picked", "randoms", "row_ids", "tries", "uids")

    def __init__(self, answers: dict[Question, Answer] | None = None) -> None:
        self.answers = answers if answers is not None else {}
        self.row_ids = Replay()
        self.uids = Replay()
        self.randoms = Replay()
        self.named: dict[int, str] = {}
        self.now: int | None = None
        self.picked: list[Slot] = []
        self.tries = 0


class Answers(dict[Question, Answer]):
    """What is known of the questions of one command from one batch to the next.

    A question may hold identifiers and moments of the try in which it was asked, and would be another one each time. With
    `steady` the command gets those of its first such try in every later one."""

    def __init__(self) -> None:
        super().__init__()
        self.steady = False
        self.turn: Turn | None = None

    def asks_again(self, questions: list[Question]) -> bool:
        """An expression of these was asked before, with another input."""
        known = {(each.language, each.expression) for each in self}
        return any((each.language, each.expression) in known for each in questions)


def turn_of(answers: dict[Question, Answer], now: int) -> Turn:
    """The turn of a command with these answers in a batch at that moment."""
    if not isinstance(answers, Answers) or not answers.steady:
        return Turn(answers)
    if answers.turn is None:
        answers.turn = Turn(answers)
        answers.turn.now = now
    answers.turn.tries = 0
    answers.turn.picked.clear()
    return answers.turn
