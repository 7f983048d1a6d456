"""What is wrong with a BPMN document, and where."""

from __future__ import annotations

from typing import Any

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong.

    `line` and `column` count from 1 and point behind the opening bracket's element start (None when the
    fault has no place). `element` is the id of the element it is about, `elements` all ids involved.
    `reason` is a word to match on: `malformed`, `hostile`, `schema`, `reference`, `structure`, `java`,
    `attribute`, `duplicate`.
    """

    message: str
    reason: str
    line: int | None = None
    column: int | None = None
    element: str | None = None
    elements: tuple[str, ...] = ()


class Unreadable(Exception):
    """The document cannot be read at all; carries the one fault that says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def unreadable(reason: str, message: str, line: int | None = None, column: int | None = None) -> Unreadable:
    """An `Unreadable` to raise."""
    return Unreadable(Fault(message=message, reason=reason, line=line, column=column))


MOST = 100
"""No more errors and no more warnings of one document are kept: the first ones tell enough."""


class Faults:
    """Collects errors and warnings while a document is walked, at most `MOST` of each."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self.errors: list[Fault] = []
        self.warnings: list[Fault] = []

    def error(self, reason: str, message: str, node: Any, *related: str) -> None:
        """Note an error at an lxml element; `related` are further element ids."""
        if len(self.errors) < MOST:
            self.errors.append(self._fault(reason, message, node, related))

    def warning(self, reason: str, message: str, node: Any, *related: str) -> None:
        """Note something that the caller should know but that stops nothing."""
        if len(self.warnings) < MOST:
            self.warnings.append(self._fault(reason, message, node, related))

    def _fault(self, reason: str, message: str, node: Any, related: tuple[str, ...]) -> Fault:
        line, column = self._document.position(node)
        own = self._document.id_of(node)
        ids = tuple(dict.fromkeys(([own] if own else []) + list(related)))
        return Fault(message=message, reason=reason, line=line, column=column, element=own, elements=ids)
