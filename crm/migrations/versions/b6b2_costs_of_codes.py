"""what codes cost alone; editions to a cell of an appeal"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b6b2"
down_revision = "b6b1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gift_source", sa.Column("cost_cents", sa.BigInteger(), server_default="0", nullable=False))
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("edition", sa.Column("appeal_cell", number, nullable=True))


def downgrade() -> None:
    op.drop_column("edition", "appeal_cell")
    op.drop_column("gift_source", "cost_cents")
