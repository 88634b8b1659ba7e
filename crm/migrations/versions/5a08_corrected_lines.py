"""Corrected lines: which line of a gift a correction is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '5a08'
down_revision = "5a07"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    with op.batch_alter_table('gift_correction') as table:
        table.add_column(sa.Column('line_id', NUMBER, nullable=True))
        table.create_foreign_key(op.f('fk_gift_correction_line_id'), 'gift_line', ['line_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('gift_correction') as table:
        table.drop_constraint(op.f('fk_gift_correction_line_id'), type_='foreignkey')
        table.drop_column('line_id')
