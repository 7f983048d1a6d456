"""Objects built from rows that never change, kept by the process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from taskyard.model.row import Row

MOST = 4_096
MOST_BYTES = 8 * 1024 * 1024
"""Of the text that the objects were built from; what was built takes several times as much."""

ConstantKey = tuple[type[Row], Any, Hashable]
"""The row type, the primary key, and what builds."""


class Built(msgspec.Struct, frozen=True):
    """An object and the bytes of text of its row."""

    value: Any
    size: int


class Constants:
    """The most used objects; for all threads. Holds only what was built from committed rows: lanes put theirs in after
    the commit."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self.most = most
        self.most_bytes = most_bytes
        self.size = 0
        self._kept: OrderedDict[ConstantKey, Built] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: ConstantKey) -> Built | None:
        with self._guard:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: ConstantKey, built: Built) -> None:
        """Keep an object; the ones used longest ago go. One that alone is too big is not kept."""
        if built.size > self.most_bytes:
            return
        with self._guard:
            if key in self._kept:
                return
            self._kept[key] = built
            self.size += built.size
            while len(self._kept) > self.most or self.size > self.most_bytes:
                self.size -= self._kept.popitem(last=False)[1].size

    def __len__(self) -> int:
        return len(self._kept)


def maker(build: Callable[[Any], Any]) -> Hashable:
    """What tells one way of building from another: the code of a function, so that a lambda is the same each time.

    Raises `TypeError` for a function that closes over variables, since these may differ."""
    if getattr(build, "__closure__", None):
        raise TypeError(f"{build} closes over variables: what it builds is not told by the row alone")
    return getattr(build, "__code__", build)


def weight(row: Row) -> int:
    """The bytes of text of a row, roughly."""
    return sum(len(value) for value in msgspec.structs.astuple(row) if isinstance(value, (str, bytes)))
