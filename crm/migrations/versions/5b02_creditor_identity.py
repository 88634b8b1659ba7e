"""creditor identity: who we are to banks from a day on, and what each asking tells of it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5b02"
down_revision = "5b01"
branch_labels = None
depends_on = None

TEXTS = (("was_creditor_id", 35), ("was_creditor", 70))


def upgrade() -> None:
    op.create_table(
        "creditor_identity",
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("creditor_id", sa.String(35), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("account", sa.String(34), nullable=False),
        sa.Column("bic", sa.String(11), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("from_on", name=op.f("pk_creditor_identity")),
    )
    for name, longest in TEXTS:
        op.add_column("collection_attempt", sa.Column(name, sa.String(longest), nullable=False, server_default=""))


def downgrade() -> None:
    for name, _ in TEXTS:
        op.drop_column("collection_attempt", name)
    op.drop_table("creditor_identity")
