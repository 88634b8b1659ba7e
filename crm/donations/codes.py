"""Whether a fund and a source code are there, for rooms that promise money before it comes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from crm.donations import store
from crm.donations.errors import CodeUnknown


def require(session: Session, *, funds: Collection[str], sources: Collection[str] = ()) -> None:
    """Raises CodeUnknown (naming `fund` or `source_code`) where one of them is not there, or is closed."""
    if store.open_funds(session, funds) != set(funds):
        raise CodeUnknown("fund")
    wanted = {code for code in sources if code}
    if store.sources(session, wanted) != wanted:
        raise CodeUnknown("source_code")
