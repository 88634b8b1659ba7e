"""which credit of the bank is the deposit of which pile of cheques or cash"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a5c3"
down_revision = "a5c2"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bank_deposit",
        sa.Column("batch_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("line_id", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["gift_batch.id"], name=op.f("fk_bank_deposit_batch_id")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_deposit_line_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_bank_deposit")),
    )
    op.create_index(op.f("ix_bank_deposit_line_id"), "bank_deposit", ["line_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bank_deposit_line_id"), "bank_deposit")
    op.drop_table("bank_deposit")
