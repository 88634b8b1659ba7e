"""edition among: an edition may go to a segment, or to those whom an appeal asks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6e41"
down_revision = "2f48"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("edition", sa.Column("segment_id", BIG, nullable=True))
    op.add_column("edition", sa.Column("segment_version", sa.Integer(), nullable=True))
    op.add_column("edition", sa.Column("appeal_id", BIG, nullable=True))


def downgrade() -> None:
    op.drop_column("edition", "appeal_id")
    op.drop_column("edition", "segment_version")
    op.drop_column("edition", "segment_id")
