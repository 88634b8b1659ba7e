"""What a gift should have been, beside what it should have come to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '5a06'
down_revision = "5a05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('gift_correction', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('line_kind', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('fund_code', sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(op.f('fk_gift_correction_fund_code'), 'fund', ['fund_code'], ['code'])


def downgrade() -> None:
    with op.batch_alter_table('gift_correction', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_gift_correction_fund_code'), type_='foreignkey')
        for column in ('fund_code', 'line_kind', 'kind'):
            batch_op.drop_column(column)
