"""A fingerprint of every row, to show that something changed nothing."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from crm.assembly import Assembly
from crm.migrations.schema import METADATA

BOOKKEEPING = frozenset({"staff_session", "sign_in_attempt"})
"""Tables that note the visit itself."""


def digest(assembly: Assembly) -> dict[str, str]:
    """A hash of the rows of each table."""
    with assembly.database.reading() as session:
        return {
            table.name: hashlib.sha256(
                repr(sorted(repr(tuple(row)) for row in session.execute(select(table)))).encode()
            ).hexdigest()
            for table in METADATA.sorted_tables
            if table.name not in BOOKKEEPING
        }
