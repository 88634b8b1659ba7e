"""consent chain: what people said, and how often they want it, is held by blocks like the log of the office"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL

revision = "8d41"
down_revision = "041c"
branch_labels = None
depends_on = None

CHAINED = ("consent_event", "pace_event")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in CHAINED:
        op.add_column(table, sa.Column("block", sa.Integer(), nullable=True))
        op.create_index(f"ix_{table}_block", table, ["block", "id"])
        body = f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END" if sqlite else "EXECUTE FUNCTION refuse_change()"
        condition = "OLD.block IS NOT NULL" if sqlite else "(OLD.block IS NOT NULL)"
        op.execute(DDL(
            f"CREATE TRIGGER {table}_keeps_block BEFORE UPDATE OF block ON {table} FOR EACH ROW WHEN {condition} {body}"
        ))


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in CHAINED:
        op.execute(DDL(f"DROP TRIGGER {table}_keeps_block" + ("" if sqlite else f" ON {table}")))
        op.drop_index(f"ix_{table}_block", table)
        op.drop_column(table, "block")
