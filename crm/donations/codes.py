"""Whether a fund and a source code are there, for rooms that promise money before it comes; codes to choose from."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.donations import store
from crm.donations.errors import CodeUnknown
from crm.donations.tables import AppealRow, SourceRow

OFFERED = 80
"""So many codes are offered while one types one."""


def known(session: Session, source_code: str) -> str:
    """A source code where an appeal has it; empty for any other."""
    return source_code if source_code and store.sources(session, {source_code}) else ""


def are_open(session: Session, funds: Collection[str]) -> set[str]:
    """Those of the funds that are there and open."""
    return store.open_funds(session, funds)


def require(session: Session, *, funds: Collection[str], sources: Collection[str] = ()) -> None:
    """Raises CodeUnknown (naming `fund` or `source_code`) where one of them is not there, or is closed."""
    if store.open_funds(session, funds) != set(funds):
        raise CodeUnknown("fund")
    wanted = {code for code in sources if code}
    if store.sources(session, wanted) != wanted:
        raise CodeUnknown("source_code")


def offered(session: Session) -> tuple[tuple[str, str], ...]:
    """The codes of slips that one most likely has before one, each with the name of its appeal: the newest first."""
    row, appeal = SourceRow, AppealRow
    query = select(row.code, appeal.name).join(appeal, appeal.id == row.appeal_id)
    query = query.order_by(appeal.starts_on.desc(), appeal.id.desc(), row.code).limit(OFFERED)
    return tuple((code, name) for code, name in session.execute(query))
