"""import totals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '7876'
down_revision = '3235'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('import_run', sa.Column('expected_cents', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column('import_run', 'expected_cents')
