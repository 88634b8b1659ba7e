"""what came of each appeal, counted by the clock; by mail, to whom an edition spoke"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e9b1"
down_revision = "4673"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("appeal_recipient", sa.Column("edition_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("appeal_recipient", sa.Column("is_missed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "appeal_sheet",
        sa.Column("appeal_id", number, nullable=False, autoincrement=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_entry", number, nullable=False),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeal_plan.appeal_id"], name=op.f("fk_appeal_sheet_appeal_id_appeal_plan")
        ),
        sa.PrimaryKeyConstraint("appeal_id", name=op.f("pk_appeal_sheet")),
    )


def downgrade() -> None:
    op.drop_table("appeal_sheet")
    op.drop_column("appeal_recipient", "is_missed")
    op.drop_column("appeal_recipient", "edition_at")
