"""matching of attestations: what a source kept as the number of an attestation is not the number of a house"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "d1fa"
down_revision = "d1f9"
branch_labels = None
depends_on = None

KIND = "attestations"
BEFORE, SINCE = "number", "paper_number"


def upgrade() -> None:
    _rename(BEFORE, SINCE)


def downgrade() -> None:
    _rename(SINCE, BEFORE)


def _rename(old: str, new: str) -> None:
    """Sources that were matched, and runs: of one that has both names already, each means what it says.

    Going down, what was the number of a house is no longer told apart.
    """
    connection = op.get_bind()
    for name in ("import_mapping", "import_run"):
        row = sa.table(
            name, sa.column("id", sa.BigInteger()), sa.column("kind", sa.String()), sa.column("matching", sa.JSON())
        )
        for number, matching in connection.execute(sa.select(row.c.id, row.c.matching).where(row.c.kind == KIND)).all():
            columns: dict[str, Any] = dict((matching or {}).get("columns", {}))
            if old not in columns or (new == SINCE and new in columns):
                continue
            columns[new] = columns.pop(old)
            changed = sa.update(row).where(row.c.id == number).values(matching={**matching, "columns": columns})
            connection.execute(changed)
