"""suppression chain: that an address was silenced, or no longer is, is held by blocks like what people said"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL

revision = "c5a7"
down_revision = "b61a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("suppression_event", sa.Column("block", sa.Integer(), nullable=True))
    op.create_index("ix_suppression_event_block", "suppression_event", ["block", "id"])
    refuse = "BEGIN SELECT RAISE(ABORT, 'suppression_event only grows'); END"
    body = refuse if sqlite else "EXECUTE FUNCTION refuse_change()"
    condition = "OLD.block IS NOT NULL" if sqlite else "(OLD.block IS NOT NULL)"
    op.execute(DDL(
        "CREATE TRIGGER suppression_event_keeps_block BEFORE UPDATE OF block ON suppression_event "
        f"FOR EACH ROW WHEN {condition} {body}"
    ))


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(DDL("DROP TRIGGER suppression_event_keeps_block" + ("" if sqlite else " ON suppression_event")))
    op.drop_index("ix_suppression_event_block", "suppression_event")
    op.drop_column("suppression_event", "block")
