"""appeals called off: the day on which an appeal left, and that a frozen one never will"""

from __future__ import annotations

from datetime import UTC

import sqlalchemy as sa
from alembic import op

from crm.values.calendar import brussels_day

revision = "09ff"
down_revision = "4a01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appeal_plan", sa.Column("left_on", sa.Date(), nullable=True))
    op.add_column("appeal_plan", sa.Column("abandoned_at", sa.DateTime(timezone=True), nullable=True))
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("appeal_plan", sa.Column("abandoned_by", number, nullable=True))
    op.add_column("appeal_plan", sa.Column("abandoned_why", sa.String(200), server_default="", nullable=False))
    file = sa.table(
        "appeal_file",
        sa.column("appeal_id", sa.Integer),
        sa.column("state", sa.String),
        sa.column("made_at", sa.DateTime(timezone=True)),
    )
    plan = sa.table("appeal_plan", sa.column("appeal_id", sa.Integer), sa.column("left_on", sa.Date))
    first = sa.select(file.c.appeal_id, sa.func.min(file.c.made_at)).where(file.c.state == "made")
    for appeal_id, at in op.get_bind().execute(first.group_by(file.c.appeal_id)).all():
        day = brussels_day(at if at.tzinfo else at.replace(tzinfo=UTC))
        op.execute(plan.update().where(plan.c.appeal_id == appeal_id).values(left_on=day))


def downgrade() -> None:
    for column in ("abandoned_why", "abandoned_by", "abandoned_at", "left_on"):
        op.drop_column("appeal_plan", column)
