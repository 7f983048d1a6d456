"""What an update has to write: the columns that changed, and no index of the others is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from taskyard.model.row import Row
from taskyard.store.codec import Shape, shape_of


class Difference(NamedTuple):
    """Columns of a table, the key's before the others, with the tuples of rows to write there, in the order of their
    keys."""

    names: tuple[str, ...]
    types: tuple[type, ...]
    rows: list[tuple[Any, ...]]


def differences(
    row_type: type[Row], pairs: Iterable[tuple[Row, Row]], *, together: bool
) -> Iterator[Difference]:
    """What has changed from the first to the second of each pair, which are in the order of their keys.

    Rows of which the same columns changed make one difference; `together`: all rows make one, of every column that
    changed in any of them."""
    shape = shape_of(row_type)
    groups: dict[tuple[int, ...], list[tuple[Any, ...]]] = {}
    for before, after in pairs:
        old, new = msgspec.structs.astuple(before), msgspec.structs.astuple(after)
        changed = tuple(at for at, value in enumerate(new) if value is not old[at] and value != old[at])
        if changed:
            groups.setdefault(changed, []).append(new)
    if together and len(groups) > 1:
        every = tuple(sorted({at for changed in groups for at in changed}))
        place = itemgetter(*(shape.names.index(name) for name in shape.key))
        groups = {every: sorted((row for rows in groups.values() for row in rows), key=place)}
    for changed, rows in groups.items():
        yield _cut(shape, changed, rows)


def _cut(shape: Shape, changed: tuple[int, ...], rows: list[tuple[Any, ...]]) -> Difference:
    """Those rows with nothing but their keys and the changed columns."""
    key = tuple(shape.names.index(name) for name in shape.key)
    places = (*key, *changed)
    names = tuple(shape.names[at] for at in places)
    return Difference(names, tuple(shape.types[at] for at in places), list(map(itemgetter(*places), rows)))
