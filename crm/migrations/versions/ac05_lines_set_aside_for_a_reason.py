"""lines set aside for a reason: why a colleague set a line of the bank aside"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ac05"
down_revision = "1b23"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_line", sa.Column("aside", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("bank_line", "aside")
