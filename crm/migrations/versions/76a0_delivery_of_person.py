"""delivery of person: one index answers whether somebody has a second mail of an edition, whatever a planner guesses"""

from __future__ import annotations

from alembic import op

revision = '76a0'
down_revision = 'c8e9'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_person')
        batch_op.create_index('ix_delivery_person', ['person_id', 'mailing_id', 'occasion'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_person')
        batch_op.create_index('ix_delivery_person', ['person_id'], unique=False)
