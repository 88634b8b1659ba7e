"""picks of segments: why, by which version, and what stood before, so that a hand can be taken back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6ab7"
down_revision = "a35d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("segment_pick") as batch_op:
        batch_op.alter_column("is_included", existing_type=sa.Boolean(), nullable=True)
        batch_op.add_column(sa.Column("reason", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("number", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("was_included", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("was_reason", sa.String(length=200), server_default="", nullable=False))


def downgrade() -> None:
    op.execute(sa.delete(sa.table("segment_pick", sa.column("is_included"))).where(sa.column("is_included").is_(None)))
    with op.batch_alter_table("segment_pick") as batch_op:
        for column in ("was_reason", "was_included", "number", "reason"):
            batch_op.drop_column(column)
        batch_op.alter_column("is_included", existing_type=sa.Boolean(), nullable=False)
