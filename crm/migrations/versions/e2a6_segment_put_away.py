"""segment put away: by whom it was; and under which name each version knew what it names, should that be deleted"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e2a6"
down_revision = "e3b2"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("segment", sa.Column("ended_by", BIG, nullable=True))
    op.add_column("segment_version", sa.Column("named", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("segment_version", "named")
    op.drop_column("segment", "ended_by")
