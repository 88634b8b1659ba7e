"""segment file columns: what a file says of people besides their names and addresses"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a7c3"
down_revision = "e2a6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("segment_export", sa.Column("more", sa.String(80), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("segment_export", "more")
