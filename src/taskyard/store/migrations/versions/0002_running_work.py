"""Running work: executions with what they run and pass on, queues, leases, limits, schedules, secrets. The statements
are in `0002_sqlite.sql` and `0002_postgresql.sql` beside this file, each followed by the way back."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def run(part: int) -> None:
    """Run the statements before (0) or behind (1) the line that divides the ways."""
    script = Path(__file__).with_name(f"0002_{op.get_context().dialect.name}.sql").read_text()
    for statement in script.split("-- downgrade\n")[part].split(";\n"):
        if statement.strip():
            op.execute(statement.strip())


def upgrade() -> None:
    run(0)


def downgrade() -> None:
    run(1)
