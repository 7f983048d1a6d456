"""The schema of the database: which revision it has, and how it gets to another one.

An empty database gets the tables as declared; any other way Alembic writes the statements. They run on the store's own
drivers, so that no second SQLite library opens the file. A test holds both ways to the same schema.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from taskyard.store.engine_sqlite import SqliteLink
from taskyard.store.link import BadData, Broken, Link
from taskyard.store.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0002"
"""The revision this code works with."""

Revision = str | None


def current(link: Link) -> Revision:
    """The revision of the database, or None for an empty one."""
    if link.postgres:
        if not link.rows("SELECT to_regclass('alembic_version') IS NOT NULL")[0][0]:
            return None
    elif not link.rows("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"):
        return None
    found = link.rows("SELECT version_num FROM alembic_version")
    return found[0][0] if found else None


def migrate(link: Link, target: str = HEAD) -> tuple[Revision, str]:
    """Bring the database to a revision, up or down, in one transaction; `(before, after)`."""
    link.begin()
    try:
        if link.postgres:
            link.rows("SELECT pg_advisory_xact_lock(7391402)")
        before = current(link)
        if before != target and not (target == "base" and before is None):
            if before is None:
                link.rows("DROP TABLE IF EXISTS alembic_version")
            if before is None and target == HEAD:
                run(link, whole(link.postgres))
            else:
                run(link, script(before, target, link.postgres))
        link.commit()
    except (BadData, Broken):
        link.rollback()
        raise
    return before, target


def run(link: Link, sql: str) -> None:
    """Run a script of many statements."""
    if isinstance(link, SqliteLink):
        link.connection.execute(sql).fetchall()
    else:
        link.rows(sql)


def whole(postgres: bool) -> str:
    """The SQL that makes an empty database: the tables as they are declared, without walking every migration."""
    dialect = postgresql.dialect() if postgres else sqlite.dialect()
    statements: list[str] = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        indexes = sorted(table.indexes, key=lambda index: index.name or "")
        statements += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    statements.append(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    statements.append(f"INSERT INTO alembic_version VALUES ('{HEAD}')")
    return ";\n".join(statements)


def script(before: Revision, target: str, postgres: bool) -> str:
    """The SQL that leads from one revision to another."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory(str(MIGRATIONS))
    buffer = io.StringIO()

    def steps(revision: Any, context: Any) -> Any:
        if target == "base" or (before is not None and target < before):
            return directory._downgrade_revs(target, before)
        return directory._upgrade_revs(target, before)  # type: ignore[arg-type]

    with EnvironmentContext(
        Config(), directory, fn=steps, as_sql=True, starting_rev=before or "base", destination_rev=target
    ) as environment:
        environment.configure(
            dialect_name="postgresql" if postgres else "sqlite",
            output_buffer=buffer,
            transactional_ddl=False,
            literal_binds=True,
        )
        environment.run_migrations()
    return buffer.getvalue()
