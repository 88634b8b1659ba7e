"""organisations are found by their names, households by what another system calls them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3a01"
down_revision = "8d9e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    only = sa.text("kind = 'organisation'")
    op.create_index("ix_person_organisation", "person", ["folded_name"], sqlite_where=only, postgresql_where=only)
    op.add_column("household", sa.Column("known_as", sa.String(length=170), nullable=True))
    op.create_index("ix_household_known_as", "household", ["known_as"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_household_known_as", "household")
    op.drop_column("household", "known_as")
    op.drop_index("ix_person_organisation", "person")
