"""What hangs on element instances when they are handed out: their execution and both payloads, in one statement."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, cast

from taskyard.model.execution import Execution
from taskyard.store.codec import builder, shape_of
from taskyard.store.engine_sqlite import list_value
from taskyard.store.link import Link


class Payloads(NamedTuple):
    """The execution of an element instance, its input and its output (JSON text; None where there is none)."""

    execution: Execution
    input: str | None
    output: str | None


@cache
def _question(postgres: bool) -> str:
    columns = ",".join(f'x."{name}"' for name in shape_of(Execution).names)
    among = "= ANY(%(ids)s::bigint[])" if postgres else "IN (SELECT value FROM json_each(:ids))"
    return (
        f"SELECT e.id, i.document, o.document, {columns} FROM element_instances AS e "
        "JOIN executions AS x ON x.id = e.execution_id "
        "LEFT JOIN element_inputs AS i ON i.element_id = e.id "
        "LEFT JOIN element_outputs AS o ON o.element_id = e.id "
        f"WHERE e.id {among}"
    )


def payloads(link: Link, element_ids: list[int]) -> dict[int, Payloads]:
    """By row id of the element instance; those without an execution are left out."""
    build = builder(Execution)
    found = link.rows(
        _question(link.postgres), {"ids": element_ids if link.postgres else list_value(element_ids)}
    )
    return {row[0]: Payloads(cast(Execution, build(row[3:])), row[1], row[2]) for row in found}
