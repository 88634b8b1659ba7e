"""what online payments were said to be: kind, lines and source code, as our site wrote them beside"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8ffe"
down_revision = "ac05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("online_payment", sa.Column("said_kind", sa.String(length=40), nullable=True))
    op.add_column("online_payment", sa.Column("said_lines", sa.JSON(), nullable=True))
    op.add_column(
        "online_payment", sa.Column("said_source", sa.String(length=40), server_default="", nullable=False)
    )


def downgrade() -> None:
    for column in ("said_source", "said_lines", "said_kind"):
        op.drop_column("online_payment", column)
