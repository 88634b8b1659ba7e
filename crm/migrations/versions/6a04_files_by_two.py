"""Large files of segments are agreed to by two; whoever handed a file out is reminded to have it destroyed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6a04"
down_revision = "6a03"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXPORT = sa.table("segment_export", sa.column("id", sa.BigInteger), sa.column("state", sa.String))


def upgrade() -> None:
    """Column by column: SQLite makes a table anew otherwise, and people point at this one."""
    op.add_column("appeal_file", sa.Column("task_id", NUMBER, nullable=True))
    op.add_column("segment_export", sa.Column("state", sa.String(length=40), nullable=False, server_default="made"))
    op.add_column("segment_export", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("segment_export", sa.Column("asked_by", NUMBER, nullable=True))
    op.add_column("segment_export", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("segment_export", sa.Column("decided_by", NUMBER, nullable=True))
    op.add_column("segment_export", sa.Column("purge_on", sa.Date(), nullable=True))
    op.add_column("segment_export", sa.Column("purged_on", sa.Date(), nullable=True))
    op.add_column("segment_export", sa.Column("task_id", NUMBER, nullable=True))


def downgrade() -> None:
    """A file that has not left has no place there."""
    gone = sa.select(EXPORT.c.id).where(EXPORT.c.state != "made")
    people = sa.table("segment_export_person", sa.column("export_id", sa.BigInteger))
    op.execute(people.delete().where(people.c.export_id.in_(gone)))
    op.execute(EXPORT.delete().where(EXPORT.c.state != "made"))
    for name in ("task_id", "purged_on", "purge_on", "decided_by", "decided_at", "asked_by", "version", "state"):
        op.drop_column("segment_export", name)
    op.drop_column("appeal_file", "task_id")
