"""Copies that are not printed after all are counted without walking those that are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bf69"
down_revision = "6e41"
branch_labels = None
depends_on = None


def upgrade() -> None:
    struck = sa.text("removal IS NOT NULL")
    with op.batch_alter_table("magazine_copy") as table:
        table.create_index("ix_magazine_copy_struck", ["run_id"], sqlite_where=struck, postgresql_where=struck)


def downgrade() -> None:
    with op.batch_alter_table("magazine_copy") as table:
        table.drop_index("ix_magazine_copy_struck")
