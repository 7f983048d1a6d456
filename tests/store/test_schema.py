"""The schema: migrations lead to the declared tables, and back; one process at a time has a SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taskyard.config import Settings
from taskyard.store import schema
from taskyard.store.engine_postgres import PostgresLink
from taskyard.store.engine_sqlite import Locked, SqliteLink, lock
from taskyard.store.link import Link

POSTGRES_SHAPE = """
SELECT table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns
WHERE table_schema = 'public' ORDER BY table_name, column_name
"""
POSTGRES_INDEXES = (
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"
)
POSTGRES_RULES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2
"""


def shape(link: Link) -> list[Any]:
    """Tables, columns, indexes and rules as the database has them."""
    if isinstance(link, PostgresLink):
        return [link.rows(POSTGRES_SHAPE), link.rows(POSTGRES_INDEXES), link.rows(POSTGRES_RULES)]
    found: list[Any] = []
    for (name,) in link.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
        found.append((name, sorted(link.rows(f'PRAGMA table_info("{name}")'), key=lambda row: row[1])))
    indexes = link.rows(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    )
    rules = link.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    checks = [(name, sql.count("CHECK"), sql.count("UNIQUE"), "WITHOUT ROWID" in sql) for name, sql in rules]
    return [found, [(name, " ".join(sql.split())) for name, sql in indexes], checks]


def fresh(place: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Link:
    if place.database_url:
        return PostgresLink(request.getfixturevalue("postgres").create(), writer=True)
    return SqliteLink(tmp_path / "fresh.db", writer=True)


def test_migrations_and_declared_tables_agree(place: Settings, tmp_path: Path, request: Any) -> None:
    link = fresh(place, tmp_path, request)
    schema.migrate(link)
    declared = shape(link)
    schema.migrate(link, "base")
    left = [row for row in shape(link)[0] if "alembic_version" not in row]
    assert left == []
    link.rows("DROP TABLE IF EXISTS alembic_version")
    schema.run(link, schema.script(None, schema.HEAD, place.database_url is not None))
    assert schema.current(link) == schema.HEAD
    assert shape(link) == declared
    link.close()


def test_a_database_of_the_first_release_goes_up_and_back_with_its_rows(
    place: Settings, tmp_path: Path, request: Any
) -> None:
    link = fresh(place, tmp_path, request)
    schema.migrate(link, "0001")
    first = shape(link)
    link.rows("INSERT INTO sequences (name, next) VALUES ('kept', 7)")
    assert schema.migrate(link) == ("0001", schema.HEAD)
    head = shape(link)
    assert schema.migrate(link, "0001") == (schema.HEAD, "0001")
    assert shape(link) == first
    schema.migrate(link)
    assert shape(link) == head
    assert link.rows("SELECT next FROM sequences WHERE name = 'kept'") == [(7,)]
    link.close()


def test_migrating_twice_changes_nothing(place: Settings, tmp_path: Path, request: Any) -> None:
    link = fresh(place, tmp_path, request)
    assert schema.migrate(link) == (None, schema.HEAD)
    once = shape(link)
    assert schema.migrate(link) == (schema.HEAD, schema.HEAD)
    assert shape(link) == once
    link.close()


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    descriptor = lock(path)
    with pytest.raises(Locked, match="PostgreSQL"):
        lock(path)
    assert descriptor > 0
