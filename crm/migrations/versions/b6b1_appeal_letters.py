"""how the letters of an appeal open, kept from the freeze on; their words by package and by language; seeds"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b6b1"
down_revision = "8ffe"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in ("opening", "own_opening"):
        op.add_column("appeal_recipient", sa.Column(column, sa.Text(), nullable=True))
    op.create_table(
        "appeal_letter",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("appeal_id", NUMBER, nullable=False),
        sa.Column("package", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal_plan.appeal_id"], name=op.f("fk_appeal_letter_appeal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_letter")),
        sa.UniqueConstraint("appeal_id", "package", "language", name=op.f("uq_appeal_letter_appeal_id_package_language")),
    )
    op.create_table(
        "appeal_seed",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=100), nullable=False),
        sa.Column("complement", sa.String(length=100), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("box", sa.String(length=20), nullable=False),
        sa.Column("postcode", sa.String(length=12), nullable=False),
        sa.Column("locality", sa.String(length=100), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_seed")),
    )
    op.add_column("appeal_file", sa.Column("seeds", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("appeal_file", "seeds")
    op.drop_table("appeal_seed")
    op.drop_table("appeal_letter")
    for column in ("own_opening", "opening"):
        op.drop_column("appeal_recipient", column)
