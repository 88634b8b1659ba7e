"""watch differences: whoever is said to have died is not counted as reachable, as soon as it is said"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL

revision = "d1f7"
down_revision = "b6b2"
branch_labels = None
depends_on = None

TABLE = "person_difference"
ACTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
SAID = sa.table(TABLE, sa.column("person_id"), sa.column("field"), sa.column("state"))
STALE = sa.table("segment_stale", sa.column("person_id"))


def upgrade() -> None:
    for act, sides in ACTS.items():
        _watch(act, sides)
    waits = sa.select(SAID.c.person_id).where(SAID.c.field == "deceased_on", SAID.c.state == "open").distinct()
    op.execute(sa.insert(STALE).from_select(["person_id"], waits))


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for act in ACTS:
        name = f"{TABLE}_notes_{act.lower()}"
        op.execute(DDL(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {TABLE}")))
        if not sqlite:
            op.execute(DDL(f"DROP FUNCTION {name}()"))


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
