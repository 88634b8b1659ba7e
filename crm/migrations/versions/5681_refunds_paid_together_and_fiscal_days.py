"""refunds that one debit paid together, and corrections of the day by which a gift is counted"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5681"
down_revision = "c3a1"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bank_refund",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("line_id", _NUMBER, nullable=False),
        sa.Column("gift_id", _NUMBER, nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_bank_refund_gift_id")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_refund_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_refund")),
    )
    op.create_index(op.f("ix_bank_refund_gift_id"), "bank_refund", ["gift_id"])
    op.create_index(op.f("ix_bank_refund_line_id"), "bank_refund", ["line_id"])
    op.add_column("gift_correction", sa.Column("was_on", sa.Date(), nullable=True))
    op.add_column("gift_correction", sa.Column("given_on", sa.Date(), nullable=True))
    op.add_column("gift_correction", sa.Column("basis", sa.String(length=40), nullable=True))


def downgrade() -> None:
    for column in ("basis", "given_on", "was_on"):
        op.drop_column("gift_correction", column)
    op.drop_index(op.f("ix_bank_refund_line_id"), "bank_refund")
    op.drop_index(op.f("ix_bank_refund_gift_id"), "bank_refund")
    op.drop_table("bank_refund")
