"""Lists as bytes: what was rendered once is kept by (dialect, variant, id, rev)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Protocol

import msgspec

from taskyard.app.bundle import Bundle
from taskyard.model.query import Page


class Renderer(Protocol):
    """Turns a bundle into the bytes of one list item.

    `name` is unique among renderers; `variant` is everything besides the row and its rev that changes the bytes (role,
    chosen fields, base URL); `load` names the relations to load for items that are not cached.
    """

    name: str
    variant: Hashable
    load: tuple[str, ...]

    def render(self, bundle: Bundle) -> bytes: ...


class Rendered(msgspec.Struct):
    """A page with its items as bytes, in order."""

    items: list[bytes]
    page: Page


class RenderCache:
    """Rendered items of this process, least recently used out first, bounded by bytes.

    It never goes stale: ids and revs always come from the database, and every change gives a row a new rev.
    """

    OVERHEAD = 200

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.spaces: OrderedDict[Hashable, dict[tuple[int, int], bytes]] = OrderedDict()

    def space(self, name: str, variant: Hashable) -> dict[tuple[int, int], bytes]:
        """The items of one renderer and variant, by `(id, rev)`."""
        key = (name, variant)
        found = self.spaces.get(key)
        if found is None:
            found = self.spaces[key] = {}
        self.spaces.move_to_end(key)
        return found

    def put(self, space: dict[tuple[int, int], bytes], key: tuple[int, int], item: bytes) -> None:
        if key not in space:
            self.size += len(item) + self.OVERHEAD
            space[key] = item
            if self.size > self.limit:
                self._shrink()

    def _shrink(self) -> None:
        """Drop the oldest items until three quarters of the limit are used."""
        for space in list(self.spaces.values()):
            while space and self.size > self.limit * 3 // 4:
                oldest = next(iter(space))
                self.size -= len(space.pop(oldest)) + self.OVERHEAD
        for key in [key for key, space in self.spaces.items() if not space]:
            del self.spaces[key]
