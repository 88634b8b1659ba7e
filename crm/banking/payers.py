"""Who pays for whom: an account with the name on it, known again once a colleague confirmed a line; never a name alone.

It stands on the confirmed lines themselves: each says in `learned` that it taught so. A merge, an erasure and a line
that is opened again need nothing more. Where colleagues confirmed one payer for two people, nobody is known by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from crm.banking.kept import Confirmed, KeptLine, LineState, Payer, Rule
from crm.banking.tables import BankLineRow
from crm.foundation import bulk
from crm.values.calendar import brussels_day
from crm.values.folding import folded
from crm.values.identifiers import PersonId

PAYER = "payer"
"""The word of `learned` that says that a line taught who pays."""
SHOWN = 12
_Pair = tuple[str, str]
"""A payer: the key of an account, and the folded name on it."""


def pair(account_key: str | None, name: str) -> _Pair | None:
    """By what a payer is known; None where the line tells no account or no name."""
    said = folded(name)
    return (account_key, said) if account_key and said else None


def teaches(line: KeptLine) -> bool:
    """Whether a line that is somebody's says who pays."""
    return line.cents > 0 and not line.fee and pair(line.account_key, line.name) is not None


def confirmed(session: Session, lines: Iterable[KeptLine]) -> dict[int, tuple[Confirmed, ...]]:
    """For whom colleagues confirmed the payer of each line, the newest first, in one question; lines of whom nobody was
    confirmed are left out.
    """
    told = ((line.id, pair(line.account_key, line.name)) for line in lines if teaches(line))
    wanted = {line_id: known for line_id, known in told if known is not None}
    if not wanted:
        return {}
    row, listed = BankLineRow, bulk.texts(session, {account for account, _ in wanted.values()})
    query = (
        select(row.account_key, row.name, row.person_id, row.decided_at, row.learned)
        .where(row.account_key.in_(select(listed.c.value)), *_by_a_colleague())
        .order_by(row.decided_at.desc(), row.id.desc())
    )
    found: dict[_Pair | None, dict[int, Confirmed]] = {}
    for account, name, person_id, decided_at, learned in session.execute(query):
        each = found.setdefault(pair(account, name), {})
        before = each.get(person_id or 0)
        is_taught = PAYER in learned.split() or (before is not None and before.is_taught)
        on = before.on if before is not None else _day(decided_at)
        each[person_id or 0] = Confirmed(person_id=PersonId(person_id or 0), on=on, is_taught=is_taught)
    return {line_id: tuple(found[one].values()) for line_id, one in wanted.items() if one in found}


def of_person(session: Session, person_id: PersonId) -> tuple[Payer, ...]:
    """The payers by whom somebody is known, the newest first."""
    row = BankLineRow
    query = select(row).where(row.person_id == person_id, _taught(), *_by_a_colleague())
    rows = session.scalars(query.order_by(row.decided_at.desc(), row.id.desc()).limit(SHOWN * SHOWN)).all()
    newest: dict[_Pair, BankLineRow] = {}
    for one in rows:
        if (known := pair(one.account_key, one.name)) is not None:
            newest.setdefault(known, one)
    shown = dict(list(newest.items())[:SHOWN])
    others = _others(session, shown, person_id)
    return tuple(
        Payer(line_id=one.id, name=one.name, tail=one.tail, on=_day(one.decided_at), is_contradicted=known in others)
        for known, one in shown.items()
    )


def forget(session: Session, line: KeptLine, person_id: PersonId) -> int:
    """The payer of a line is that person's no more, whichever lines taught it; how many did."""
    known = pair(line.account_key, line.name)
    if known is None:
        return 0
    row = BankLineRow
    query = select(row.id, row.name, row.learned).where(
        row.account_key == line.account_key, row.person_id == person_id, _taught()
    )
    several = [(one.id, one.learned) for one in session.execute(query) if folded(one.name) == known[1]]
    for line_id, learned in several:
        left = " ".join(word for word in learned.split() if word != PAYER)
        session.execute(
            update(row).where(row.id == line_id).values(learned=left), execution_options={"synchronize_session": False}
        )
    session.expire_all()
    return len(several)


def _others(session: Session, several: Mapping[_Pair, BankLineRow], person_id: PersonId) -> Collection[_Pair | None]:
    """Those of the payers that were confirmed for somebody else too."""
    row = BankLineRow
    query = select(row.account_key, row.name).where(
        row.account_key.in_({account for account, _ in several}), row.person_id != person_id, *_by_a_colleague()
    )
    return {pair(account, name) for account, name in session.execute(query)} if several else set()


def _by_a_colleague() -> Sequence[ColumnElement[bool]]:
    row = BankLineRow
    return (
        row.state == LineState.MATCHED,
        row.rule.in_((Rule.COLLEAGUE, Rule.NEWCOMER)),
        row.person_id.is_not(None),
        row.cents > 0,
        row.return_kind.is_(None),
    )


def _taught() -> ColumnElement[bool]:
    return BankLineRow.learned.contains(PAYER)


def _day(at: datetime | None) -> date:
    assert at is not None  # it was decided
    return brussels_day(at)
