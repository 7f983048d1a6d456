"""Row ids from blocks that a process reserves for itself."""

from __future__ import annotations

import threading
from collections.abc import Callable

FIRST = 1_000
LARGEST = 200_000


class Blocks:
    """Hands out row ids; asks `reserve(size) -> first` for a new block when the present one is used up.

    Blocks double while they are used up fast, so that an import of a million rows takes few of them.
    """

    def __init__(self, reserve: Callable[[int], int]) -> None:
        self.reserve = reserve
        self.size = FIRST
        self.next = 0
        self.end = 0
        self.guard = threading.Lock()

    def row_id(self) -> int:
        with self.guard:
            if self.next >= self.end:
                self.next = self.reserve(self.size)
                self.end = self.next + self.size
                self.size = min(self.size * 2, LARGEST)
            given = self.next
            self.next += 1
            return given

    def discard(self) -> None:
        """Forget the block: the transaction that reserved it was rolled back."""
        with self.guard:
            self.next = self.end = 0
