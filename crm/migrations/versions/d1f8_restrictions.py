"""whose data are frozen (art. 18): kept, not used, until that is lifted; counted as out of reach at once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL

revision = "d1f8"
down_revision = "a7c3"
branch_labels = None
depends_on = None

TABLE = "processing_restriction"
ACTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", number, nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", number, nullable=True),
        sa.Column("lifted_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_processing_restriction_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processing_restriction")),
    )
    op.create_index("ix_processing_restriction_person", TABLE, ["person_id"])
    for act, sides in ACTS.items():
        _watch(act, sides)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for act in ACTS:
        name = f"{TABLE}_notes_{act.lower()}"
        op.execute(DDL(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {TABLE}")))
        if not sqlite:
            op.execute(DDL(f"DROP FUNCTION {name}()"))
    op.drop_table(TABLE)

def _watch(act: str, sides: tuple[str, ...]) -> None:
    """Whoever writes there: the same transaction notes of whom. SQLite knows triggers for each row only."""
    name = f"{TABLE}_notes_{act.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        notes = "; ".join(f"INSERT INTO segment_stale (person_id) SELECT {side}.person_id" for side in sides)
        op.execute(DDL(f"CREATE TRIGGER {name} AFTER {act} ON {TABLE} FOR EACH ROW BEGIN {notes}; END"))
        return
    rows = [f"{side.lower()}_rows" for side in sides]
    notes = "; ".join(f"INSERT INTO segment_stale (person_id) SELECT DISTINCT person_id FROM {one}" for one in rows)
    told = " ".join(f"{side} TABLE AS {one}" for side, one in zip(sides, rows, strict=True))
    op.execute(DDL(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {notes}; RETURN NULL; END $$"))
    op.execute(
        DDL(
            f"CREATE TRIGGER {name} AFTER {act} ON {TABLE} REFERENCING {told} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    )
