"""Whom we told where we have their data from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'e20e'
down_revision = '1336'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('known_origin',
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_known_origin'))
    )
    op.create_table('origin_notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recorded_person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(length=100), nullable=False),
    sa.Column('told_as', sa.Text(), nullable=False),
    sa.Column('way', sa.String(length=40), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_origin_notice_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_origin_notice')),
    sa.UniqueConstraint('recorded_person_id', name=op.f('uq_origin_notice_recorded_person_id'))
    )
    with op.batch_alter_table('origin_notice', schema=None) as batch_op:
        batch_op.create_index('ix_origin_notice_person', ['person_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('origin_notice', schema=None) as batch_op:
        batch_op.drop_index('ix_origin_notice_person')

    op.drop_table('origin_notice')
    op.drop_table('known_origin')
