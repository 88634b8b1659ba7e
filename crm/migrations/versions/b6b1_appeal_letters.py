"""how the letters of an appeal open, kept from the freeze on; their words by package and by language"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b6b1"
down_revision = "8ffe"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in ("opening", "own_opening"):
        op.add_column("appeal_recipient", sa.Column(column, sa.Text(), nullable=True))
    op.create_table(
        "appeal_letter",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("appeal_id", NUMBER, nullable=False),
        sa.Column("package", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal_plan.appeal_id"], name=op.f("fk_appeal_letter_appeal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_letter")),
        sa.UniqueConstraint("appeal_id", "package", "language", name=op.f("uq_appeal_letter_appeal_id_package_language")),
    )


def downgrade() -> None:
    op.drop_table("appeal_letter")
    for column in ("own_opening", "opening"):
        op.drop_column("appeal_recipient", column)
