"""Commands: what a caller may ask to change."""

from __future__ import annotations

from collections.abc import Callable
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

Foresight = Callable[[Any], list[tuple[type[Row], tuple[Any, ...]]]]
"""`(row type, primary key)` pairs that a command will surely read, so that the lane loads a batch's rows at once."""

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
    """Register what a command will read by primary key, so that a batch loads it at once."""

    def register(function: D) -> D:
        _foresights[command_type] = function
        return function

    return register


def decider_of(command: Command) -> Decider:
    return _deciders[type(command)]


def foresight_of(command: Command) -> list[tuple[type[Row], tuple[Any, ...]]]:
    foresight = _foresights.get(type(command))
    return foresight(command) if foresight else []
