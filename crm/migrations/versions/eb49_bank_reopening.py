"""What a decision about a bank line taught, and whom a number came with, so that both can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'eb49'
down_revision = "3178"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('bank_line', schema=None) as batch_op:
        batch_op.add_column(sa.Column('learned', sa.String(length=40), server_default='', nullable=False))

    with op.batch_alter_table('national_number', schema=None) as batch_op:
        batch_op.add_column(sa.Column('came_with', sa.String(length=80), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('national_number', schema=None) as batch_op:
        batch_op.drop_column('came_with')

    with op.batch_alter_table('bank_line', schema=None) as batch_op:
        batch_op.drop_column('learned')
