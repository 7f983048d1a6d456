"""One transaction's commands: loaded for together, decided one after the other, written together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec

from taskyard.model.command import Command, decider_of, foresight_of
from taskyard.model.evaluation import Answer, Question
from taskyard.store.crash_point import reach
from taskyard.store.flush import CHILDREN, Flush
from taskyard.store.link import BadData, Broken, Link, Transient
from taskyard.store.load import Loader
from taskyard.store.need import Need, Needs
from taskyard.store.tally import time_step
from taskyard.store.turn import Turn, turn_of
from taskyard.store.unit import Unit

NEED_BUDGET = 200
"""How often one command may ask for rows: then it goes round in a circle."""


class Ticket(msgspec.Struct, gc=False):
    """A command on its way with the answers it has, and where its own answer goes."""

    command: Command
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    at: float = 0.0
    answers: dict[Question, Answer] = {}
    result: Any = None
    failure: BaseException | None = None


class Batch:
    """Decides the tickets of one open transaction and writes what they change.

    Commands that need rows are taken back until all that the batch needs is loaded in one go, then decided again: a
    batch costs as many rounds as its most curious command, however many commands it has. So the commands of a batch are
    decided in some order, not in that of their arrival; they were all waiting at once.
    """

    def __init__(
        self, link: Link, loader: Loader, flush: Flush, make_unit: Callable[[], Unit], now: Callable[[], int]
    ) -> None:
        self.link = link
        self.loader = loader
        self.flush = flush
        self.make_unit = make_unit
        self.now = now
        self.unit = make_unit()
        self.units = [self.unit]

    def run(self, tickets: list[Ticket]) -> list[Unit]:
        """Decide and write everything; the units that are to be committed, mostly one."""
        needs = Needs()
        for ticket in tickets:
            ticket.result = ticket.failure = None
            needs.foresee(foresight_of(ticket.command))
        self._load(needs)
        self._settle([(ticket, turn_of(ticket.answers, self.unit.now)) for ticket in tickets])
        self._write()
        return self.units

    def _settle(self, pending: list[tuple[Ticket, Turn]]) -> None:
        while pending:
            needs = Needs()
            pending = [(ticket, turn) for ticket, turn in pending if not self._decide(ticket, turn, needs)]
            self._load(needs)

    def _load(self, needs: Needs) -> None:
        if needs:
            reach("load")
            self.loader.load(self.link, self.unit, needs)
            if self.link.postgres:  # it may have waited for who had the rows before; what comes now is later
                self.unit.now = max(self.unit.now, self.now())

    def _decide(self, ticket: Ticket, turn: Turn, needs: Needs) -> bool:
        """The command is decided, or refused; False while it waits for rows."""
        reach("decide")
        unit = self.unit
        alone = unit.empty
        unit.begin_command(turn)
        begun = time.perf_counter()
        try:
            ticket.result = decider_of(ticket.command)(ticket.command, unit)
        except Need as need:
            unit.undo_command()
            if need.waits:
                unit.end_command(turn)
                return False
            turn.tries += 1
            if turn.tries <= NEED_BUDGET:
                needs.add(need)
                return False
            name = type(ticket.command).__name__
            ticket.failure = RuntimeError(f"{name} asked for rows more than {NEED_BUDGET} times")
        except (BadData, Broken, Transient):
            raise
        except Exception as error:  # the decider's own fault or refusal concerns its command alone
            unit.undo_command()
            ticket.failure = error
        else:
            time_step(unit, time.perf_counter() - begun)
            self._set_apart(ticket, turn, alone)
        unit.end_command(turn)
        return True

    def _set_apart(self, ticket: Ticket, turn: Turn, alone: bool) -> None:
        """A command that removes what other rows hang on has a unit of its own, with those before it written and those
        after it reading what is left: rows that a batch is yet to write cannot be removed with what they hang on."""
        if self.unit.removed().isdisjoint(CHILDREN):
            return
        if alone:
            self._write()
            self._begin()
            return
        self.unit.undo_command()
        self._write()
        self._begin()
        self._settle([(ticket, turn)])

    def _begin(self) -> None:
        self.unit = self.make_unit()
        self.units.append(self.unit)

    def _write(self) -> None:
        reach("flush")
        self.flush.write(self.link, self.unit)
