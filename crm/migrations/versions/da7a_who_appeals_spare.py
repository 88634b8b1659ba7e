"""Whom an appeal leaves in peace, when its letters were forgotten; how many were picked with a version of a segment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'da7a'
down_revision = "2f16"
branch_labels = None
depends_on = None

COLUMNS = (
    ('appeal_plan', 'yearly_most', sa.Integer(), '0'),
    ('appeal_plan', 'spares_open', sa.Boolean(), sa.false()),
    ('appeal_plan', 'is_forgotten', sa.Boolean(), sa.false()),
    ('segment_version', 'included', sa.Integer(), '0'),
    ('segment_version', 'excluded', sa.Integer(), '0'),
)
TAGS = ('tended_tag', 'our_tag')


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
        if op.get_bind().dialect.name == 'postgresql':
            op.alter_column(table, name, server_default=None)
    for name in TAGS:
        number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
        op.add_column('appeal_plan', sa.Column(name, number, nullable=True))


def downgrade() -> None:
    for name in TAGS:
        op.drop_column('appeal_plan', name)
    for table, name, _, _ in reversed(COLUMNS):
        op.drop_column(table, name)
