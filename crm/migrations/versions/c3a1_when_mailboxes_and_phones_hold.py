"""When e-mail addresses and phones hold: from a day, until a day, for some months of each year, as postal addresses do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c3a1"
down_revision = "3a01"
branch_labels = None
depends_on = None


ALWAYS = {"valid_from_on": None, "valid_until_on": None, "season_from": "", "season_until": ""}
CHANGES = sa.table("person_change", sa.column("id", sa.BigInteger), sa.column("rows", sa.JSON))


def upgrade() -> None:
    for name in ("valid_from_on", "valid_until_on"):
        op.add_column("contact_point", sa.Column(name, sa.Date(), nullable=True))
    for name in ("season_from", "season_until"):
        op.add_column("contact_point", sa.Column(name, sa.String(length=5), nullable=False, server_default=""))
        if op.get_bind().dialect.name == "postgresql":
            op.alter_column("contact_point", name, server_default=None)
    _tell_changes(lambda row: ALWAYS | row)


def downgrade() -> None:
    _tell_changes(lambda row: {name: value for name, value in row.items() if name not in ALWAYS})
    for name in ("season_until", "season_from", "valid_until_on", "valid_from_on"):
        op.drop_column("contact_point", name)


def _tell_changes(made: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Changes of files hold whole rows, and are taken back while these stand as they left them."""
    connection, after = op.get_bind(), 0
    while True:
        some = sa.select(CHANGES).where(CHANGES.c.id > after).order_by(CHANGES.c.id).limit(500)
        found = connection.execute(some).all()
        if not found:
            return
        after = found[-1].id
        for change in found:
            if any(isinstance(row, dict) and row.get("table") == "contact_point" for row in change.rows or ()):
                rows = [_made(row, made) for row in change.rows]
                connection.execute(sa.update(CHANGES).where(CHANGES.c.id == change.id).values(rows=rows))


def _made(row: dict[str, Any], made: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    if row["table"] != "contact_point":
        return row
    return row | {side: made(row[side]) for side in ("before", "after") if row[side] is not None}
