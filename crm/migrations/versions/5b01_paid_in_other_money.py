"""paid in other money: what a payment online was in its own money, and in whose memory or honour it was paid"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5b01"
down_revision = "d1f7"
branch_labels = None
depends_on = None

TEXTS = (("said_tribute", 200), ("paid_currency", 3), ("paid_amount", 20))


def upgrade() -> None:
    with op.batch_alter_table("online_payment") as table:
        for name, longest in TEXTS:
            table.add_column(sa.Column(name, sa.String(longest), nullable=False, server_default=""))
    with op.batch_alter_table("online_back") as table:
        table.add_column(sa.Column("lost_cents", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("online_back") as table:
        table.drop_column("lost_cents")
    with op.batch_alter_table("online_payment") as table:
        for name, _ in TEXTS:
            table.drop_column(name)
