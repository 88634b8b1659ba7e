"""By which line of the bank a collection or a payout was settled, so that it can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '5a02'
down_revision = "5a01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('collection_attempt', sa.Column('settled_by', sa.String(length=80), nullable=True))
    op.add_column('collection_attempt', sa.Column('undone', sa.Integer(), server_default='0', nullable=False))
    op.create_index('ix_collection_attempt_line', 'collection_attempt', ['settled_by'])
    op.add_column('payout', sa.Column('settled_by', sa.String(length=80), nullable=True))
    op.add_column('payout', sa.Column('credited_cents', sa.BigInteger(), nullable=True))
    op.add_column('payout', sa.Column('why', sa.String(length=200), server_default='', nullable=False))


def downgrade() -> None:
    for column in ('why', 'credited_cents', 'settled_by'):
        op.drop_column('payout', column)
    op.drop_index('ix_collection_attempt_line', 'collection_attempt')
    for column in ('undone', 'settled_by'):
        op.drop_column('collection_attempt', column)
