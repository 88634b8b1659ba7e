"""policies"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '2ca1'
down_revision = 'ae69'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('policy',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('population', sa.String(length=40), nullable=False),
    sa.Column('need', sa.String(length=40), nullable=False),
    sa.Column('legal_basis', sa.String(length=40), nullable=False),
    sa.Column('longest_days', sa.Integer(), nullable=True),
    sa.Column('valid_from_on', sa.Date(), nullable=False),
    sa.Column('valid_until_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_approved', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['purpose'], ['purpose.code'], name=op.f('fk_policy_purpose')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy'))
    )
    with op.batch_alter_table('policy', schema=None) as batch_op:
        batch_op.create_index('ix_policy_purpose', ['purpose', 'channel', 'population'], unique=False)

    op.create_table('population_member',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('population', sa.String(length=40), nullable=False),
    sa.Column('since_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_population_member_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'population', name=op.f('pk_population_member'))
    )


def downgrade() -> None:
    op.drop_table('population_member')
    with op.batch_alter_table('policy', schema=None) as batch_op:
        batch_op.drop_index('ix_policy_purpose')

    op.drop_table('policy')
