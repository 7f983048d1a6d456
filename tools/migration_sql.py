"""Write the statements of the newest migration: from the schema that the earlier ones make to the declared tables.

    python tools/migration_sql.py 0002

writes `0002_sqlite.sql` and `0002_postgresql.sql` beside the migration. Run it again after every change of
`store/tables.py` or a row struct until the migration is released. Tables that have never held a row are dropped and made
anew (`EMPTY`); a change of any other table is refused here and must be written by hand.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from taskyard.store import schema

VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"
EMPTY = {"0002": {"executions", "element_instances", "leases", "timers"}}
"""Tables by migration that no earlier release filled."""

Objects = dict[str, str]
"""Statements that make tables and indexes, by name."""


def objects(sql: str) -> Objects:
    """The tables and indexes that a script leaves behind."""
    found: Objects = {}
    for statement in sql.split(";\n"):
        made = re.match(r'\s*CREATE (?:TABLE|INDEX) "?(\w+)"?', statement)
        gone = re.match(r'\s*DROP (?:TABLE|INDEX) "?(\w+)"?', statement)
        if made and made[1] != "alembic_version":
            found[made[1]] = re.sub(r" *\n\t?(?=\S)", _indent, statement.strip().rstrip(";"))
        elif gone:
            found.pop(gone[1], None)
    return found


def _indent(found: re.Match[str]) -> str:
    return "\n    " if found[0].endswith("\t") else "\n"


def table_of(name: str, statement: str) -> str:
    """The table that a statement makes or indexes."""
    on = re.search(r' ON "?(\w+)"?', statement) if statement.startswith("CREATE INDEX") else None
    return on[1] if on else name


def steps(before: Objects, after: Objects, empty: set[str]) -> list[str]:
    """The statements from one schema to another."""

    def same(name: str) -> bool:
        return name in before and name in after and before[name].split() == after[name].split()

    def is_table(statement: str) -> bool:
        return statement.startswith("CREATE TABLE")

    remade = {name for name, text in {**before, **after}.items() if is_table(text) and not same(name)}
    for name in sorted(remade & before.keys() & after.keys() - empty):
        raise SystemExit(f"{name} has changed and may hold rows: write that migration by hand")
    told: list[str] = []
    for name, text in sorted(before.items()):
        if name in remade:
            told.append(f"DROP TABLE {name}")
        elif not is_table(text) and not same(name) and table_of(name, text) not in remade:
            told.append(f"DROP INDEX {name}")
    made = [
        (table_of(name, text), not is_table(text), name, text)
        for name, text in after.items()
        if (not same(name) or table_of(name, text) in remade)
    ]
    return told + [text for *_, text in sorted(made)]


def main(number: str) -> None:
    for dialect in ("sqlite", "postgresql"):
        earlier = [path for path in VERSIONS.glob(f"*_{dialect}.sql") if path.name < number]
        scripts = [path.read_text().partition("-- downgrade\n")[0] for path in sorted(earlier)]
        before = objects(";\n".join(scripts))
        after = objects(schema.whole(dialect == "postgresql"))
        empty = EMPTY.get(number, set())
        up, down = steps(before, after, empty), steps(after, before, empty)
        text = ";\n".join(up) + ";\n-- downgrade\n" + ";\n".join(down) + ";\n"
        (VERSIONS / f"{number}_{dialect}.sql").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1])
