"""The day a bank carried an order out, and in whose memory an entry of a batch is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '5a04'
down_revision = "5a03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('bank_line', sa.Column('executed_on', sa.Date(), nullable=True))
    op.add_column('gift_batch_entry', sa.Column('tribute', sa.String(length=200), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('gift_batch_entry', 'tribute')
    op.drop_column('bank_line', 'executed_on')
