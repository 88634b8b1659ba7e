"""Rounds that ask whether our letters are still wanted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '9315'
down_revision = 'e20e'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('permission_round',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('reach', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_approved', sa.Boolean(), nullable=False),
    sa.Column('answer_by_on', sa.Date(), nullable=True),
    sa.Column('mailing_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['mailing_id'], ['mailing.id'], name=op.f('fk_permission_round_mailing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_permission_round'))
    )
    op.create_table('permission_question',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recorded_person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('is_legacy', sa.Boolean(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_permission_question_person_id')),
    sa.ForeignKeyConstraint(['round_id'], ['permission_round.id'], name=op.f('fk_permission_question_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_permission_question')),
    sa.UniqueConstraint('round_id', 'recorded_person_id', name=op.f('uq_permission_question_round_id_recorded_person_id'))
    )
    with op.batch_alter_table('permission_question', schema=None) as batch_op:
        batch_op.create_index('ix_permission_question_person', ['person_id', 'asked_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('permission_question', schema=None) as batch_op:
        batch_op.drop_index('ix_permission_question_person')

    op.drop_table('permission_question')
    op.drop_table('permission_round')
