"""One transaction's rows: what was loaded, what its commands changed, and how to take one command back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from taskyard.model.evaluation import Answer, Question, Unanswered
from taskyard.model.execution import Event
from taskyard.model.ids import uid_of, uuid7
from taskyard.model.limits import Limits
from taskyard.model.row import Row
from taskyard.model.view import Slices
from taskyard.store.codec import key_of, shape_of
from taskyard.store.constants import Built, ConstantKey, Constants, maker, weight
from taskyard.store.need import FindKey, Need, OrderKey, Slot
from taskyard.store.ordered import Known, merged, place_of
from taskyard.store.rows import Rows
from taskyard.store.shelf import Shelf
from taskyard.store.turn import Fresh, Turn

NAMES_A_ROW = frozenset(
    {
        "id",
        "task_id",
        "execution_id",
        "element_id",
        "parent_id",
        "fragment_id",
        "definition_id",
        "submission_id",
    }
)
"""Columns that hold row ids. A row id that was drawn in this transaction is nowhere in the database yet."""


class Unit(Rows):
    """The view of a batch of commands. `begin_command` and `undo_command` bracket each try at one; `end_command` says
    that there will be no other."""

    def __init__(
        self,
        now: int,
        ids: Any,
        rev: int,
        limits: Limits | None = None,
        constants: Constants | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        super().__init__()
        self.turn = Turn()
        self.moment = now
        self.ids = ids
        self.rev = rev
        self.limits = limits or Limits()
        self.constants = constants or Constants()
        self.shelf = shelf or Shelf()
        self.found: set[FindKey] = set()
        self.known: dict[OrderKey, Known] = {}
        self.held: dict[Slot, Turn] = {}
        self.drawn: set[int] = set()
        self.bulk: list[list[Any]] = []
        self.wiped: list[tuple[type[Row], str, list[Any]]] = []
        self.slices: list[Slices] = []
        self.woken: list[str] = []
        self.built: dict[ConstantKey, Built] = {}
        self.built_here: list[ConstantKey] = []
        self.marks = (0, 0, 0, 0, 0)
        self.removing = False

    @property
    def now(self) -> int:
        """The moment of the batch, or the one that the command keeps."""
        kept = self.turn.now
        return self.moment if kept is None else kept

    @now.setter
    def now(self, moment: int) -> None:
        self.moment = moment

    # What the lane does

    def begin_command(self, turn: Turn) -> None:
        """Start a command, or start it again: it then gets the same ids as before."""
        self.turn = turn
        turn.row_ids.place = turn.uids.place = turn.randoms.place = 0
        self.journal.clear()
        self.marks = self._marks()
        self.removing = False

    def undo_command(self) -> None:
        """Take back every change since `begin_command`."""
        if self.journal:
            self._undo_rows()
            for known in self.known.values():
                known.start = 0
        if self.marks != self._marks():
            bulk, wiped, slices, woken, built = self.marks
            del self.bulk[bulk:], self.wiped[wiped:], self.slices[slices:], self.woken[woken:]
            for key in self.built_here[built:]:
                self.built.pop(key, None)
            del self.built_here[built:]

    def end_command(self, turn: Turn) -> None:
        """The command is decided or refused: what it picked is anybody's again."""
        for slot in turn.picked:
            if self.held.get(slot) is turn:
                del self.held[slot]
        turn.picked.clear()

    def _marks(self) -> tuple[int, int, int, int, int]:
        return len(self.bulk), len(self.wiped), len(self.slices), len(self.woken), len(self.built_here)

    @property
    def empty(self) -> bool:
        """Nothing is to be written."""
        return not (self.changed or self.bulk or self.wiped or self.slices)

    def removed(self) -> set[type[Row]]:
        """The types of rows that the present command removes."""
        if not self.removing:
            return set()
        wiped = {row_type for row_type, _, _ in self.wiped[self.marks[1] :]}
        return wiped | {slot[0] for slot, _, _ in self.journal if self.rows.get(slot) is None}

    # Reading

    def get(self, row_type: type[Any], *key: Any) -> Any:
        slot = (row_type, key)
        row = self.rows.get(slot)
        if (row is None or slot not in self.locked) and not self.has(slot, True):
            raise Need([slot])
        return row.__copy__() if row is not None else None

    def peek(self, row_type: type[Any], *key: Any) -> Any:
        slot = (row_type, key)
        row = self.rows.get(slot)
        if row is None and not self.has(slot, False):
            if slot not in self.shelf.rows:
                raise Need([slot], locked=False)
            row = self.shelf.rows[slot]
            self.accept(slot, row, locked=False)
        return row.__copy__() if row is not None else None

    def load(self, row_type: type[Any], keys: Iterable[Any]) -> None:
        self.load_all((row_type, key if isinstance(key, tuple) else (key,)) for key in keys)

    def load_all(self, slots: Iterable[Slot]) -> None:
        missing = [slot for slot in slots if not self.has(slot, True)]
        if missing:
            raise Need(missing)

    def has(self, slot: Slot, locked: bool) -> bool:
        """It is known what stands there (`locked`: and will not change), if only that there is nothing."""
        if slot in self.rows:
            return not locked or slot in self.locked
        return self._is_fresh(slot[0].KEY, slot[1])

    def _is_fresh(self, names: tuple[str, ...], values: tuple[Any, ...]) -> bool:
        """No row of the database can have these values."""
        drawn = self.drawn
        return any(
            value in drawn and name in NAMES_A_ROW
            for name, value in zip(names, values, strict=True)
            if type(value) is int
        )

    def find(self, row_type: type[Any], *, locked: bool = True, **equals: Any) -> list[Any]:
        names = tuple(equals)
        values = tuple(equals.values())
        wanted = FindKey(row_type, names, values, locked)
        if not self._is_found(wanted):
            raise Need(finds=[wanted])
        slots = self._index(row_type, names).get(values)
        if not slots:
            return []
        live: list[Any] = [self.rows[slot] for slot in slots]
        if len(live) > 1:
            live.sort(key=key_of)
        return [row.__copy__() for row in live]

    def _is_found(self, find: FindKey) -> bool:
        if (
            find in self.found
            or (not find.locked and find._replace(locked=True) in self.found)
            or self._is_fresh(find.names, find.values)
        ):
            return True
        kept = self.shelf.finds.get(find)
        if kept is not None:
            self.accept_finds([find], kept)
        return kept is not None

    def expect(
        self,
        row_type: type[Row],
        names: tuple[str, ...],
        values: Iterable[tuple[Any, ...]],
        *,
        locked: bool = True,
    ) -> None:
        wanted = [FindKey(row_type, names, each, locked) for each in dict.fromkeys(values)]
        missing = [find for find in wanted if not self._is_found(find)]
        if missing:
            raise Need(finds=missing)

    def last(self, row_type: type[Any], order: str, **equals: Any) -> Any:
        key = OrderKey(row_type, tuple(equals), tuple(equals.values()), (order,), last=True)
        known = self._known(key, 1)
        mine = self.orders.places(key, self.changed)
        greatest = (row_type, mine[-1][1:]) if mine else None
        for place, slot in known.rows:
            if mine and place < mine[-1]:
                break
            if slot not in self.changed:
                greatest = slot
                break
        else:
            if not known.complete and not (mine and known.rows and mine[-1] >= known.rows[-1][0]):
                raise Need(ordered=(key, len(known.rows) + 1))
        row = self.rows[greatest] if greatest is not None else None
        return row.__copy__() if row is not None else None

    def pick(self, row_type: type[Any], order: tuple[str, ...], limit: int, **equals: Any) -> list[Any]:
        key = OrderKey(row_type, tuple(equals), tuple(equals.values()), order)
        known = self._known(key, limit)
        slots = merged(known, key, self.orders.places(key, self.changed), self.changed)
        turn, held, passed = self.turn, self.held, 0
        taken: list[Slot] = []
        for slot in slots:
            if len(taken) == limit:
                break
            if held.get(slot, turn) is turn:
                taken.append(slot)
            else:
                passed += 1
        if len(taken) < limit:
            if not known.complete:
                raise Need(ordered=(key, limit - len(taken)))
            if passed:
                raise Need()
        for slot in taken:
            if slot not in held:
                held[slot] = turn
                turn.picked.append(slot)
        return [self.rows[slot].__copy__() for slot in taken]  # type: ignore[union-attr]

    def _known(self, key: OrderKey, wanted: int) -> Known:
        known = self.known.get(key)
        if known is None:
            if not self._is_fresh(key.names, key.values):
                raise Need(ordered=(key, wanted))
            known = self.known[key] = Known([], complete=True)
        return known

    def constant(self, row_type: type[Any], key: Any, build: Callable[[Any], Any]) -> Any:
        name: ConstantKey = (row_type, key, maker(build))
        found = self.built.get(name) or self.constants.get(name)
        if found is None:
            row = self.peek(row_type, *(key if isinstance(key, tuple) else (key,)))
            if row is None:
                raise LookupError(f"there is no {row_type.__name__} {key}")
            found = self.built[name] = Built(build(row), weight(row))
            self.built_here.append(name)
        return found.value

    def evaluate(self, question: Question) -> Answer:
        answer = self.turn.answers.get(question)
        if answer is None:
            raise Unanswered([question])
        return answer

    # Changing

    def insert(self, row: Row) -> None:
        slot = (type(row), key_of(row))
        self._stamp(row)
        self.locked.add(slot)
        self._set(slot, row.__copy__())

    def insert_many(self, rows: list[Any]) -> None:
        if not rows:
            return
        for row in rows:
            self._stamp(row)
        self.touched.add(type(rows[0]))
        self.bulk.append(list(rows))

    def insert_slices(self, row_types: tuple[type[Row], ...], slices: Slices) -> None:
        self.touched.update(row_types)
        self.slices.append(slices)

    def sliced(self) -> Iterator[list[Any]]:
        """The rows of all slices, made one slice after the other."""
        fresh = Fresh(self.ids, self.now)
        for slices in self.slices:
            for rows in slices(fresh):
                for row in rows:
                    self._stamp(row)
                if rows:
                    yield rows

    def update(self, row: Row) -> None:
        self._stamp(row)
        self._set((type(row), key_of(row)), row.__copy__())

    def delete(self, row: Row) -> None:
        self.removing = True
        self._set((type(row), key_of(row)), None)

    def delete_where(self, row_type: type[Row], column: str, values: list[Any]) -> None:
        if values:
            self.removing = True
            self.touched.add(row_type)
            self.wiped.append((row_type, column, list(values)))

    def emit(
        self,
        type: str,
        *,
        actor: str | None = None,
        task_id: int | None = None,
        execution_id: int | None = None,
        definition_id: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        event = Event(
            id=self.row_id(),
            type=type,
            actor=actor,
            task_id=task_id,
            execution_id=execution_id,
            definition_id=definition_id,
            at=self.now,
            data=msgspec.json.encode(data).decode() if data else None,
        )
        self.bulk.append([event])

    def wake(self, topic: str) -> None:
        self.woken.append(topic)

    def row_id(self) -> int:
        given = self.turn.row_ids.next(self.ids.row_id)
        self.drawn.add(given)
        return given

    def uid(self, row_id: int | None = None) -> str:
        if row_id is not None:
            named = self.turn.named.get(row_id)
            if named is None:
                named = self.turn.named[row_id] = uid_of(row_id, self.now)
            return named
        return self.turn.uids.next(lambda: uuid7(self.now))

    def random(self, size: int) -> bytes:
        return self.turn.randoms.next(lambda: os.urandom(size))

    # Loading

    def accept_finds(self, finds: Iterable[FindKey], rows: list[Any]) -> None:
        """Take the rows that finds of one type and the same columns loaded."""
        locked = False
        for find in finds:
            locked = find.locked
            self.found.add(find)
        for row in rows:
            self.accept((type(row), key_of(row)), row, locked)

    def accept_ordered(self, key: OrderKey, rows: list[Any], complete: bool) -> None:
        """Take the first or last rows of an order, best first. Other transactions may have made rows since the ones
        before were taken."""
        known = Known([], complete)
        for row in rows:
            slot = (key.row_type, key_of(row))
            self.accept(slot, row, not key.last)
            known.rows.append((place_of(row, key.order), slot))
        known.rows.sort(reverse=key.last)
        self.known[key] = known

    def _stamp(self, row: Row) -> None:
        if shape_of(type(row)).has_rev:
            row.rev = self.rev  # type: ignore[attr-defined]
