"""erased identities: keyed hashes of whom we were asked to forget"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'e23b'
down_revision = '8d41'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('erased_identity',
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_erased_identity'))
    )


def downgrade() -> None:
    op.drop_table('erased_identity')
