"""mandate papers: scans of what was signed, each sealed in a file of its own below the home folder; rules of thanks by channel"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'a35d'
down_revision = "5681"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mandate_paper',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mandate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['mandate_id'], ['mandate.id'], name=op.f('fk_mandate_paper_mandate_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandate_paper')),
    sa.UniqueConstraint('mandate_id', 'sha256', name=op.f('uq_mandate_paper_mandate_id_sha256')),
    sa.UniqueConstraint('token', name=op.f('uq_mandate_paper_token'))
    )
    op.add_column('thank_rule', sa.Column('method', sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column('thank_rule', 'method')
    op.drop_table('mandate_paper')
