"""Which instalment of which plan a transfer by standing order is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '5a03'
down_revision = "5a02"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'standing_instalment',
        sa.Column('id', NUMBER, nullable=False),
        sa.Column('plan_id', NUMBER, nullable=False),
        sa.Column('period', sa.String(length=7), nullable=False),
        sa.Column('gift_id', NUMBER, nullable=False),
        sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_standing_instalment_gift_id')),
        sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_standing_instalment_plan_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_standing_instalment')),
        sa.UniqueConstraint('gift_id', name=op.f('uq_standing_instalment_gift_id')),
        sa.UniqueConstraint('plan_id', 'period', name=op.f('uq_standing_instalment_plan_id_period')),
    )


def downgrade() -> None:
    op.drop_table('standing_instalment')
