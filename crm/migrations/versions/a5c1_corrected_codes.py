"""corrections of the code of an appeal that a gift bears"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a5c1"
down_revision = "5b02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gift_correction", sa.Column("was_source", sa.String(length=40), nullable=True))
    op.add_column("gift_correction", sa.Column("source_code", sa.String(length=40), nullable=True))


def downgrade() -> None:
    for column in ("source_code", "was_source"):
        op.drop_column("gift_correction", column)
