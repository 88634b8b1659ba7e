"""audit chain: blocks that chain the rows of ledgers, and a database that refuses to change either"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL

revision = "b26a"
down_revision = "1b58"
branch_labels = None
depends_on = None

KEPT = {
    "audit_entry": (
        "id", "at", "account_id", "action", "subject", "subject_id", "facts", "mark_key_id", "mark",
    ),
    "ledger_block": (
        "ledger", "number", "previous", "members", "digest", "sealed_at", "mark_key_id", "mark",
    ),
}
"""What never changes once written. `audit_entry.block` is set once."""


def upgrade() -> None:
    op.create_table(
        "ledger_block",
        sa.Column("ledger", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark_key_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "number", name="pk_ledger_block"),
    )
    op.add_column("audit_entry", sa.Column("block", sa.Integer(), nullable=True))
    op.create_index("ix_audit_entry_account", "audit_entry", ["account_id", "id"])
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_block", "audit_entry", ["block", "id"])
    for table, columns in KEPT.items():
        _refuse(f"{table}_keeps_update", f"UPDATE OF {', '.join(columns)}", table)
        _refuse(f"{table}_keeps_delete", "DELETE", table)
    _refuse("audit_entry_keeps_block", "UPDATE OF block", "audit_entry", when="OLD.block IS NOT NULL")


def downgrade() -> None:
    names = [(f"{table}_keeps_{act}", table) for table in KEPT for act in ("update", "delete")]
    for name, table in [*names, ("audit_entry_keeps_block", "audit_entry")]:
        op.execute(DDL(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}")))
    for index in ("block", "at", "account"):
        op.drop_index(f"ix_audit_entry_{index}", "audit_entry")
    op.drop_column("audit_entry", "block")
    op.drop_table("ledger_block")


def _refuse(name: str, act: str, table: str, *, when: str = "") -> None:
    """A trigger; the function `refuse_change` came with the consent ledger."""
    sqlite = _is_sqlite()
    body = f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END" if sqlite else "EXECUTE FUNCTION refuse_change()"
    condition = f"WHEN {when if sqlite else f'({when})'} " if when else ""
    each = "FOR EACH ROW "
    op.execute(DDL(f"CREATE TRIGGER {name} BEFORE {act} ON {table} {each}{condition}{body}"))


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")
