"""person changed: whoever is to be compared anew with everybody"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e3b2"
down_revision = "e3a1"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "person_changed",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_changed")),
    )


def downgrade() -> None:
    op.drop_table("person_changed")
