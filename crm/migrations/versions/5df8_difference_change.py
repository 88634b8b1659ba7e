"""which change a decision about a difference made, so that taking it back never leaves it behind"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '5df8'
down_revision = "8d44"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('person_difference', schema=None) as batch_op:
        batch_op.add_column(sa.Column('change_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('person_difference', schema=None) as batch_op:
        batch_op.drop_column('change_id')

