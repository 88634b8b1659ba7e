"""The sentences of the law on attestations may be decided for a year, by two people as its other rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a5ae"
down_revision = "eb49"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attestation_rules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sentences", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("attestation_rules", schema=None) as batch_op:
        batch_op.drop_column("sentences")
