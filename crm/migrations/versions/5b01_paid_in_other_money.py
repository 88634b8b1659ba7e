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
    for name, longest in TEXTS:
        op.add_column("online_payment", sa.Column(name, sa.String(longest), nullable=False, server_default=""))
    op.add_column("online_back", sa.Column("lost_cents", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("online_back", "lost_cents")
    for name, _ in TEXTS:
        op.drop_column("online_payment", name)
