"""What each dialect serves, counted from the very tables that route requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from taskyard.http.operation import Dialect
from taskyard.http.router import routes_of


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How many operations of a dialect have each verdict."""

    dialect: str
    title: str
    version: str
    mounts: tuple[str, ...]
    served: int
    partial: int
    refused: int
    total: int


class CoverageRow(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: `path` is where it is under the first mount."""

    dialect: str
    method: str
    path: str
    operation: str
    verdict: str
    why: str
    tag: str


def coverage_of(dialect: Dialect) -> Coverage:
    """The counts of one dialect."""
    verdicts = [operation.verdict for operation in dialect.operations]
    return Coverage(
        dialect=dialect.name,
        title=dialect.title,
        version=dialect.version,
        mounts=dialect.mounts,
        total=len(dialect.operations),
        served=verdicts.count("served"),
        partial=verdicts.count("partial"),
        refused=verdicts.count("refused"),
    )


def coverage_rows(dialects: Iterable[Dialect]) -> Iterator[CoverageRow]:
    """Every operation of the dialects, in the order of their tables."""
    for dialect in dialects:
        seen: set[int] = set()
        for route in routes_of(dialect):
            operation = route.operation
            if id(operation) in seen:
                continue
            seen.add(id(operation))
            yield CoverageRow(
                dialect=dialect.name,
                method=operation.method,
                path=route.template,
                operation=operation.name,
                verdict=operation.verdict,
                why=operation.why,
                tag=operation.tag,
            )
