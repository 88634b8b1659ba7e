"""import row fingerprint"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '71d2'
down_revision = '6cce'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('import_row', schema=None) as batch_op:
        batch_op.add_column(sa.Column('fingerprint', sa.String(length=32), nullable=True))
        batch_op.create_index('ix_import_row_fingerprint', ['fingerprint'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('import_row', schema=None) as batch_op:
        batch_op.drop_index('ix_import_row_fingerprint')
        batch_op.drop_column('fingerprint')
