"""The base of every stored row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import msgspec


class Row(msgspec.Struct, kw_only=True, gc=False):
    """A row of the store. `TABLE` names its table, `KEY` its primary-key columns; the fields are its columns.

    Times are epoch milliseconds (UTC). Structured values are JSON text of our own structs.
    """

    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]] = ("id",)

    if TYPE_CHECKING:  # every struct has it; called as such, it takes half the time of `copy.copy`

        def __copy__(self) -> Self: ...
