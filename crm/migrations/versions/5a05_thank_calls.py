"""Calls of thanks that count once they were made; gifts in kind known again by their name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '5a05'
down_revision = "5a04"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('gift', sa.Column('in_kind_name', sa.String(length=170), nullable=True))
    op.add_column('gift', sa.Column('owes_thanks', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('uq_gift_in_kind_name', 'gift', ['in_kind_name'], unique=True)
    op.create_index('ix_gift_owed', 'gift', ['owes_thanks', 'thanked_at', 'person_id'])
    op.create_table(
        'thank_call',
        sa.Column('gift_id', NUMBER, nullable=False),
        sa.Column('task_id', NUMBER, nullable=False),
        sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_thank_call_gift_id')),
        sa.PrimaryKeyConstraint('gift_id', name=op.f('pk_thank_call')),
    )
    op.create_index('ix_thank_call_task_id', 'thank_call', ['task_id'])


def downgrade() -> None:
    op.drop_table('thank_call')
    op.drop_index('ix_gift_owed', 'gift')
    op.drop_index('uq_gift_in_kind_name', 'gift')
    op.drop_column('gift', 'owes_thanks')
    op.drop_column('gift', 'in_kind_name')
