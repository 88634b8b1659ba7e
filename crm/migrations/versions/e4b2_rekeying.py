"""rekeying: the ledgers let the hash of an address be laid under a newer key; their marks cover what it was at first"""

from __future__ import annotations

from alembic import op
from sqlalchemy import DDL

revision = "e4b2"
down_revision = "bf1f"
branch_labels = None
depends_on = None

KEPT = {
    "consent_event": (
        "id", "recorded_person_id", "purpose", "channel", "act", "way", "legal_basis", "notice_id", "evidence",
        "occurred_at", "recorded_at", "mark_key_id", "mark",
    ),
    "suppression_event": ("id", "suppressed", "cause", "way", "evidence", "occurred_at", "recorded_at"),
}


def upgrade() -> None:
    _keep(())


def downgrade() -> None:
    _keep(("address_key",))


def _keep(also: tuple[str, ...]) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in KEPT.items():
        name = f"{table}_keeps_update"
        body = (
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            if sqlite
            else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(DDL(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}")))
        op.execute(DDL(f"CREATE TRIGGER {name} BEFORE UPDATE OF {', '.join((*columns, *also))} ON {table} {body}"))
