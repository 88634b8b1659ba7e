"""segment file definitions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c6a1"
down_revision = "f565"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was agreed to before has no fingerprint, and is asked for again."""
    op.add_column("segment_export", sa.Column("definition", sa.String(length=64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("segment_export", "definition")
