"""gift batches: piles of cheques and cash, typed in before they count"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '65cd'
down_revision = '5596'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('gift_batch',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('control_count', sa.Integer(), nullable=False),
    sa.Column('control_cents', sa.BigInteger(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('posted_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gift_batch'))
    )
    op.create_table('gift_batch_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('batch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('fund_code', sa.String(length=40), nullable=False),
    sa.Column('source_code', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['gift_batch.id'], name=op.f('fk_gift_batch_entry_batch_id')),
    sa.ForeignKeyConstraint(['fund_code'], ['fund.code'], name=op.f('fk_gift_batch_entry_fund_code')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_gift_batch_entry_person_id')),
    sa.ForeignKeyConstraint(['source_code'], ['gift_source.code'], name=op.f('fk_gift_batch_entry_source_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gift_batch_entry'))
    )
    with op.batch_alter_table('gift_batch_entry', schema=None) as batch_op:
        batch_op.create_index('ix_gift_batch_entry_batch', ['batch_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_gift_batch_entry_person_id'), ['person_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('gift_batch_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gift_batch_entry_person_id'))
        batch_op.drop_index('ix_gift_batch_entry_batch')

    op.drop_table('gift_batch_entry')
    op.drop_table('gift_batch')
