"""What belongs to one command, and the identifiers it draws."""

from __future__ import annotations

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


class Turn:
    """What is remembered of a command from one try to the next: the identifiers it was given, so that it gets the same
    again, the rows that it picked, which are kept for it, and the answers to its questions."""

    def __init__(self, answers: dict[Question, Answer] | None = None) -> None:
        self.answers = answers or {}
        self.given: dict[str, list[Any]] = {}
        self.replayed: dict[str, int] = {}
        self.picked: list[Slot] = []
        self.tries = 0
