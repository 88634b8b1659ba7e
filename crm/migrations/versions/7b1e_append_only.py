"""append only: the database itself refuses to change or delete what the consent ledger holds

Revision ID: 7b1e
Revises: 3f2a
"""
from alembic import op
from sqlalchemy import DDL

revision = "7b1e"
down_revision = "3f2a"
branch_labels = None
depends_on = None

COLUMNS = {
    "consent_event": (
        "id", "recorded_person_id", "purpose", "channel", "address_key", "act", "way", "legal_basis", "notice_id",
        "evidence", "occurred_at", "recorded_at", "mark_key_id", "mark",
    ),
    "suppression_event": (
        "id", "address_key", "suppressed", "cause", "way", "evidence", "occurred_at", "recorded_at",
    ),
    "notice": ("id", "purpose", "language", "version", "text", "created_at"),
}
"""What never changes once written; all but `consent_event.person_id`, which follows a merge."""


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(DDL(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '%% only grows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
        ))
    for table, columns in COLUMNS.items():
        for act in (f"UPDATE OF {', '.join(columns)}", "DELETE"):
            name = f"{table}_keeps_{act.split()[0].lower()}"
            body = (
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
                if sqlite
                else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            op.execute(DDL(f"CREATE TRIGGER {name} BEFORE {act} ON {table} {body}"))


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in COLUMNS:
        for act in ("update", "delete"):
            op.execute(DDL(f"DROP TRIGGER {table}_keeps_{act}" + ("" if sqlite else f" ON {table}")))
    if not sqlite:
        op.execute(DDL("DROP FUNCTION refuse_change()"))
