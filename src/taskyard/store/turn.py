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
    again, the rows that it picked, which are kept for it, and the answers to its questions."""

    __slots__ = ("answers", "picked", "randoms", "row_ids", "tries", "uids")

    def __init__(self, answers: dict[Question, Answer] | None = None) -> None:
        self.answers = answers or {}
        self.row_ids = Replay()
        self.uids = Replay()
        self.randoms = Replay()
        self.picked: list[Slot] = []
        self.tries = 0
