"""Commands: what a caller may ask to change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from taskyard.model.principal import Principal
from taskyard.model.row import Row
from taskyard.model.view import View


class Command(msgspec.Struct, kw_only=True, frozen=True):
    """The base of every command. `actor` is the authenticated caller, or None for the server itself."""

    actor: Principal | None = None

    @property
    def by(self) -> str | None:
        """The name of who asked, for rows and history; None for the server itself."""
        return self.actor.name if self.actor is not None else None


Decider = Callable[[Any, View], Any]
"""`decide(command, view) -> result`: pure; reads and changes through the view, raises `Rejected` to refuse. Changes of
a rejected command leave no trace."""


class Find(msgspec.Struct, frozen=True):
    """A `view.find` that a command will surely ask."""

    row_type: type[Row]
    equals: dict[str, Any]
    locked: bool = True


Then = tuple[tuple[type[Row], tuple[str, ...]], ...]
"""Rows that are read once another one is known: their types, and the columns of that one which hold their keys."""


class Pick(msgspec.Struct, frozen=True):
    """A `view.pick` that a command will surely ask; `equals` in the order in which it names them. `then` are rows that
    it gets for each row it picks."""

    row_type: type[Row]
    order: tuple[str, ...]
    limit: int
    equals: dict[str, Any]
    then: Then = ()


class Peek(msgspec.Struct, frozen=True):
    """A row that a command will surely peek at. `then` are rows that it gets once that one is known."""

    row_type: type[Row]
    key: tuple[Any, ...]
    then: Then = ()


Sight = tuple[type[Row], tuple[Any, ...]] | Find | Pick | Peek
"""Something a command will surely read: a `(row type, primary key)` that it gets, or a find, a pick, a peek."""

Foresight = Callable[[Any], Sequence[Sight]]
"""What a command will surely read, so that the lane loads a batch's rows before it decides. It is a matter of speed
alone: whatever the commands of a batch turn out to need is loaded together as well, but they are decided again then."""

_deciders: dict[type[Command], Decider] = {}
_foresights: dict[type[Command], Foresight] = {}

D = TypeVar("D", bound=Callable[..., Any])


def decides(command_type: type[Command]) -> Callable[[D], D]:
    """Register the decider of a command type: `decide(command, view) -> result`."""

    def register(function: D) -> D:
        if command_type in _deciders:
            raise ValueError(f"{command_type.__name__} has a decider already")
        _deciders[command_type] = function
        return function

    return register


def foresees(command_type: type[Command]) -> Callable[[D], D]:
    """Register what a command will surely read (`Sight`), so that a batch loads it at once."""

    def register(function: D) -> D:
        _foresights[command_type] = function
        return function

    return register


def decider_of(command: Command) -> Decider:
    return _deciders[type(command)]


def foresight_of(command: Command) -> Sequence[Sight]:
    foresight = _foresights.get(type(command))
    return foresight(command) if foresight else ()
