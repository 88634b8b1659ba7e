"""The door of funds: open one, call it otherwise, close it, open it again. None is ever deleted: gifts stand on it."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.donations import store
from crm.donations.errors import CodeTaken, CodeUnknown
from crm.donations.model import GENERAL, Fund
from crm.donations.tables import FundRow
from crm.foundation.database import hold
from crm.values.errors import Invalid
from crm.values.folding import folded

LONGEST_NAME = 200
_CODE = re.compile(r"[A-Za-z0-9._-]{1,40}")


def funds(session: Session) -> tuple[Fund, ...]:
    """Every fund that somebody opened, by its name; the general one is not among them, it is always there."""
    query = select(FundRow).where(FundRow.code != GENERAL).order_by(FundRow.name, FundRow.code)
    return tuple(_fund(row) for row in session.scalars(query))


def open_new(session: Session, *, code: str, name: str) -> Fund:
    """Opens one more fund. Raises Invalid naming the field that cannot be so, CodeTaken where it is there already."""
    code, name = code.strip(), name.strip()
    if not _CODE.fullmatch(code):
        raise Invalid("a code of letters, digits, points and dashes", field="code")
    hold(session, "funds")
    _require_name(session, name, code=code)
    if code.casefold() in {GENERAL, *(known.casefold() for known in session.scalars(select(FundRow.code)))}:
        raise CodeTaken
    row = FundRow(code=code, name=name, is_open=True)
    session.add(row)
    session.flush()
    return _fund(row)


def rename(session: Session, code: str, *, name: str) -> Fund:
    """Calls a fund otherwise; its code, and all that was given for it, stay. Raises CodeUnknown, Invalid."""
    hold(session, "funds")
    row, name = _row(session, code), name.strip()
    _require_name(session, name, code=code)
    row.name = name
    session.flush()
    return _fund(row)


def close(session: Session, code: str) -> Fund:
    """Nobody chooses it any more; what was promised to it before goes on. Twice is once. Raises CodeUnknown."""
    return _set(session, code, is_open=False)


def reopen(session: Session, code: str) -> Fund:
    """It may be chosen again. Twice is once. Raises CodeUnknown."""
    return _set(session, code, is_open=True)


def _set(session: Session, code: str, *, is_open: bool) -> Fund:
    hold(session, "funds")
    row = _row(session, code)
    row.is_open = is_open
    session.flush()
    return _fund(row)


def _row(session: Session, code: str) -> FundRow:
    """A fund that may be changed: the general one is ours, and stays."""
    row = None if code == GENERAL else session.get(FundRow, code, populate_existing=True)
    if row is None:
        raise CodeUnknown("fund")
    return row


def _require_name(session: Session, name: str, *, code: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid("a fund has a name", field="name")
    others = (known for other, known in store.funds(session).items() if other != code)
    if folded(name) in {folded(known) for known in others if known}:
        raise Invalid("two funds of one name", field="taken")


def _fund(row: FundRow) -> Fund:
    return Fund(code=row.code, name=row.name, is_open=row.is_open)
