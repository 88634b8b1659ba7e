"""attested elsewhere: the numbers that an older system gave, so that nobody is attested twice"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d3f7"
down_revision = "5c3c"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attestation_elsewhere",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("system", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attestation_elsewhere_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation_elsewhere")),
        sa.UniqueConstraint("system", "year", "number", name=op.f("uq_attestation_elsewhere_system_year_number")),
    )
    op.create_index("ix_attestation_elsewhere_person", "attestation_elsewhere", ["person_id", "year"])
    op.create_index("ix_attestation_elsewhere_year", "attestation_elsewhere", ["year"])


def downgrade() -> None:
    op.drop_index("ix_attestation_elsewhere_year", table_name="attestation_elsewhere")
    op.drop_index("ix_attestation_elsewhere_person", table_name="attestation_elsewhere")
    op.drop_table("attestation_elsewhere")
