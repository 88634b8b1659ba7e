"""Kinds of membership say whether their members vote; all do until somebody decides otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '962a'
down_revision = "5a08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added as it is, with a default: SQLite would have to make the table anew, and rows point at it.
    op.add_column('membership_kind', sa.Column('votes', sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column('membership_kind', 'votes')
