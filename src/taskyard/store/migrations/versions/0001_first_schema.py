"""The first schema."""

from alembic import op
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from taskyard.store.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    for table in metadata.sorted_tables:
        op.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda index: index.name or ""):
            op.execute(CreateIndex(index))


def downgrade() -> None:
    for table in reversed(metadata.sorted_tables):
        op.execute(DropTable(table))
