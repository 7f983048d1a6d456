"""The first schema, as `0001_sqlite.sql` and `0001_postgresql.sql` beside this file have it."""

import re
from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def script() -> str:
    """The statements for the database at hand."""
    return Path(__file__).with_name(f"0001_{op.get_context().dialect.name}.sql").read_text()


def upgrade() -> None:
    for statement in script().split(";\n"):
        if statement.strip():
            op.execute(statement.strip())


def downgrade() -> None:
    for table in reversed(re.findall(r'^CREATE TABLE "?(\w+)"?', script(), re.MULTILINE)):
        op.execute(f'DROP TABLE "{table}"')
