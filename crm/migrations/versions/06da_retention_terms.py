"""retention terms: how long each kind of thing is kept, dated, with a reason"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '06da'
down_revision = 'e23b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('retention_term',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('months', sa.Integer(), nullable=False),
    sa.Column('valid_from_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_term'))
    )
    with op.batch_alter_table('retention_term', schema=None) as batch_op:
        batch_op.create_index('ix_retention_term_code', ['code', 'valid_from_on'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('retention_term', schema=None) as batch_op:
        batch_op.drop_index('ix_retention_term_code')

    op.drop_table('retention_term')
