"""SQL of the bank."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Row, and_, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from crm.banking.kept import Aside, Desk, Gap, HeldStatement, KeptLine, LineState, Rule
from crm.banking.model import Format
from crm.banking.tables import BankFileRow, BankLineRow, BankStatementRow
from crm.foundation import bulk
from crm.foundation.numbered import numbered, one_of
from crm.values.identifiers import AccountId, GiftId, PersonId

COLUMNS = (
    "fingerprint",
    "file_id",
    "account",
    "booked_on",
    "value_on",
    "executed_on",
    "cents",
    "name",
    "address",
    "sealed_account",
    "tail",
    "account_key",
    "communication",
    "structured",
    "end_to_end_id",
    "mandate",
    "return_kind",
    "return_reason",
    "transaction_code",
    "bank_reference",
    "batch",
    "fee",
    "state",
    "person_id",
    "rule",
    "undoes",
    "gift_id",
    "decided_at",
    "decided_by",
    "version",
)
_LINES = select(*BankLineRow.__table__.columns).where(numbered(BankLineRow.id)).order_by(BankLineRow.id)


def file_of(session: Session, fingerprints: Collection[str]) -> int | None:
    """The file with one of those fingerprints."""
    return session.scalar(select(BankFileRow.id).where(BankFileRow.fingerprint.in_(fingerprints)))


def add_file(session: Session, *, fingerprint: str, name: str, at: datetime, by: int | None) -> int:
    """One more file."""
    row = BankFileRow(fingerprint=fingerprint, name=name, brought_at=at, brought_by=by)
    session.add(row)
    session.flush()
    return row.id


def has_statement(session: Session, fingerprints: Collection[str]) -> bool:
    """Whether a statement came before."""
    found = select(BankStatementRow.id).where(BankStatementRow.fingerprint.in_(fingerprints))
    return session.scalar(found.limit(1)) is not None


def add_statement(session: Session, values: Mapping[str, Any]) -> None:
    """One more statement."""
    session.execute(insert(BankStatementRow).values(dict(values)))


def held_otherwise(
    session: Session, account: str, told_as: Format, since: date, until: date
) -> tuple[HeldStatement, ...]:
    """The statements of an account in other formats, extracts apart, that reach into those days, the oldest first."""
    row, line = BankStatementRow, BankLineRow
    first = select(func.min(line.booked_on)).where(line.file_id == row.file_id, line.account == row.account)
    opening = func.coalesce(row.opening_on, first.scalar_subquery(), row.closing_on, type_=Date())
    query = (
        select(row.file_id, BankFileRow.name, row.account, row.format, opening.label("opening_on"), row.closing_on)
        .join(BankFileRow, BankFileRow.id == row.file_id)
        .where(row.account == account[:34], row.format != told_as, row.is_extract.is_(False))
        .where(row.closing_on >= since, opening <= until)
        .order_by(row.closing_on, row.id)
    )
    return tuple(
        HeldStatement(
            file_id=found.file_id,
            name=found.name,
            account=found.account,
            format=found.format,
            opening_on=found.opening_on,
            closing_on=found.closing_on,
        )
        for found in session.execute(query)
    )


def has_lines_on(session: Session, file_id: int, account: str, days: Collection[date]) -> bool:
    """Whether a file brought lines of an account on one of those days."""
    row = BankLineRow
    query = select(row.id).where(row.file_id == file_id, row.account == account, row.booked_on.in_(days))
    return session.scalar(query.limit(1)) is not None


def known_lines(session: Session, fingerprints: Collection[str]) -> set[str]:
    """Which of those fingerprints are of lines that came before."""
    listed = bulk.texts(session, fingerprints)
    return set(
        session.scalars(select(BankLineRow.fingerprint).where(BankLineRow.fingerprint.in_(select(listed.c.value))))
    )


def add_lines(session: Session, rows: Sequence[Sequence[Any]]) -> None:
    """Adds lines, their values in the order of `COLUMNS`."""
    table: Any = BankLineRow.__table__
    bulk.pour(session, table, COLUMNS, rows)


def undone(session: Session, *, end_to_end: Collection[str], mandates: Collection[str]) -> list[KeptLine]:
    """Credits that a return may undo: by their end-to-end id or mandate, not undone yet, the newest first."""
    back = aliased(BankLineRow)
    is_free = ~select(back.id).where(back.undoes == BankLineRow.id).exists()
    row = BankLineRow
    by = row.end_to_end_id.in_(end_to_end) | row.mandate.in_(mandates)
    query = select(row).where(by, row.return_kind.is_(None), is_free).order_by(row.booked_on.desc(), row.id.desc())
    return [_line(found) for found in session.scalars(query)]


def credits_on(session: Session, gift_ids: Collection[int]) -> dict[int, KeptLine]:
    """Of each gift the bank's own line that brought it, where there is one."""
    row = BankLineRow
    query = select(row).where(one_of(row.gift_id, gift_ids), row.cents > 0, row.return_kind.is_(None))
    return {found.gift_id: _line(found) for found in session.scalars(query) if found.gift_id is not None}


def line(session: Session, line_id: int) -> KeptLine | None:
    """One line."""
    row = session.get(BankLineRow, line_id, populate_existing=True)
    return None if row is None else _line(row)


def credit_of(session: Session, gift_id: int) -> KeptLine | None:
    """The credit that a gift stands on."""
    row = BankLineRow
    query = select(row).where(row.gift_id == gift_id, row.cents > 0, row.return_kind.is_(None)).order_by(row.id)
    found = session.scalars(query.limit(1)).first()
    return None if found is None else _line(found)


def accounts(session: Session) -> set[str]:
    """The accounts of which a statement came."""
    return set(session.scalars(select(BankStatementRow.account).distinct()))


def lines_called(session: Session, keys: Collection[str]) -> dict[str, KeptLine]:
    """Lines by their own names."""
    query = select(BankLineRow).where(BankLineRow.fingerprint.in_(keys))
    return {found.fingerprint: _line(found) for found in session.scalars(query)}


def waiting(session: Session, *, after: tuple[date, int] | None = None, size: int) -> list[KeptLine]:
    """Lines that wait for a person to look, the oldest first."""
    row = BankLineRow
    query = select(row).where(row.state == LineState.OPEN)
    if after is not None:
        query = query.where((row.booked_on > after[0]) | and_(row.booked_on == after[0], row.id > after[1]))
    return [_line(found) for found in session.scalars(query.order_by(row.booked_on, row.id).limit(size))]


def open_credits(session: Session, cents: int, *, size: int) -> list[KeptLine]:
    """Credits that wait, those of an amount first, then the newest; returns and fees are none."""
    row = BankLineRow
    query = select(row).where(row.state == LineState.OPEN, row.cents > 0, row.return_kind.is_(None), ~row.fee)
    query = query.order_by(case((row.cents == cents, 0), else_=1), row.booked_on.desc(), row.id).limit(size)
    return [_line(found) for found in session.scalars(query)]


def open_ids(session: Session, *, after: int, size: int) -> list[int]:
    """Numbers of lines that wait, in their own order, for a run over all; none that a colleague opened again."""
    row = BankLineRow
    query = select(row.id).where(row.state == LineState.OPEN, row.id > after, row.decided_by.is_(None))
    return list(session.scalars(query.order_by(row.id).limit(size)))


def lines(session: Session, line_ids: Collection[int]) -> list[KeptLine]:
    """Those lines, in order."""
    # Columns rather than entities: a run over a hundred thousand lines has no use for what a session remembers of them.
    return [_line(found) for found in session.execute(_LINES, {"ids": list(line_ids)})]


def decide(
    session: Session,
    line_id: int,
    *,
    seen: int,
    state: LineState,
    person_id: int | None,
    rule: Rule | None,
    at: datetime,
    by: int | None,
    undoes: int | None = None,
) -> bool:
    """Writes a decision, unless somebody made one since version `seen`; whether it was written."""
    values = {
        "state": state,
        "person_id": person_id,
        "rule": rule,
        "undoes": undoes,
        "decided_at": at,
        "decided_by": by,
        "version": seen + 1,
    }
    same = (BankLineRow.id == line_id, BankLineRow.version == seen)
    done = session.execute(
        update(BankLineRow).where(*same).values(values), execution_options={"synchronize_session": False}
    )
    return bool(done.rowcount)  # type: ignore[attr-defined] # an update has one


def set_aside_for(session: Session, line_id: int, why: Aside | None) -> None:
    """Notes why a line is set aside."""
    session.execute(
        update(BankLineRow).where(BankLineRow.id == line_id).values(aside=why),
        execution_options={"synchronize_session": False},
    )


def stand_on(session: Session, line_id: int, gift_id: int | None) -> None:
    """Notes on which gift a line stands."""
    session.execute(
        update(BankLineRow).where(BankLineRow.id == line_id).values(gift_id=gift_id),
        execution_options={"synchronize_session": False},
    )


def belong(session: Session, line_id: int, person_id: int, gift_id: int) -> None:
    """Notes whose a line is, and on which gift it stands."""
    session.execute(
        update(BankLineRow).where(BankLineRow.id == line_id).values(person_id=person_id, gift_id=gift_id),
        execution_options={"synchronize_session": False},
    )


def decide_many(
    session: Session,
    decided: Sequence[tuple[KeptLine, PersonId | None, Rule, KeptLine | None]],
    gifts: Mapping[int, GiftId],
    *,
    at: datetime,
) -> None:
    """Writes what the run found of lines that this transaction read while it held the bank; `gifts` by their line."""
    table: Any = BankLineRow.__table__
    rows = [
        {
            "of": line.id,
            "person": person_id,
            "rule": rule,
            "undoes": undone.id if undone else None,
            "gift": gifts.get(line.id),
            "version": line.version + 1,
        }
        for line, person_id, rule, undone in decided
    ]
    columns = {"person_id": "person", "rule": "rule", "undoes": "undoes", "gift_id": "gift", "version": "version"}
    statement = (
        update(table)
        .where(table.c.id == bindparam("of"))
        .values({name: bindparam(value, type_=table.c[name].type) for name, value in columns.items()})
        .values(state=LineState.MATCHED, decided_at=at, decided_by=None)
    )
    if rows:
        session.connection().execute(statement, rows)


def note_learned(session: Session, line_id: int, kinds: Collection[str]) -> None:
    """Notes which keys a colleague's decision taught of somebody, so that taking it back unlearns just these."""
    session.execute(
        update(BankLineRow).where(BankLineRow.id == line_id).values(learned=" ".join(sorted(kinds))),
        execution_options={"synchronize_session": False},
    )


def undo(session: Session, line_id: int, undone: int) -> None:
    """Notes which line a return undoes."""
    session.execute(
        update(BankLineRow).where(BankLineRow.id == line_id).values(undoes=undone),
        execution_options={"synchronize_session": False},
    )


def last_like(session: Session, person_id: int, cents: int) -> KeptLine | None:
    """Somebody's newest credit of that amount that nothing has undone."""
    row, back = BankLineRow, aliased(BankLineRow)
    is_free = ~select(back.id).where(back.undoes == row.id).exists()
    query = select(row).where(row.person_id == person_id, row.cents == cents, row.return_kind.is_(None), is_free)
    found = session.scalar(query.order_by(row.booked_on.desc(), row.id.desc()).limit(1))
    return None if found is None else _line(found)


def lines_of(session: Session, person_ids: Collection[int], *, size: int) -> dict[int, list[KeptLine]]:
    """The newest lines of some people, for their habits."""
    row = BankLineRow
    query = select(row).where(row.person_id.in_(person_ids)).order_by(row.booked_on.desc(), row.id.desc()).limit(size)
    found: dict[int, list[KeptLine]] = {}
    for one in session.scalars(query):
        found.setdefault(one.person_id or 0, []).append(_line(one))
    return found


def counts(session: Session) -> Desk:
    """What the desk counts."""
    row = BankLineRow
    query = select(row.state, func.count(), func.coalesce(func.sum(row.cents), 0)).group_by(row.state)
    found = {state: (count, int(cents)) for state, count, cents in session.execute(query)}
    waits = found.get(LineState.OPEN, (0, 0))
    return Desk(
        open=waits[0],
        open_cents=waits[1],
        matched=found.get(LineState.MATCHED, (0, 0))[0],
        aside=found.get(LineState.ASIDE, (0, 0))[0],
    )


def total(session: Session) -> int:
    """The cents of all lines that are not of an extract."""
    query = select(func.coalesce(func.sum(BankLineRow.cents), 0)).where(BankLineRow.state != LineState.EXTRACT)
    return int(session.scalar(query) or 0)


def gaps(session: Session) -> list[Gap]:
    """Where one statement does not open with what the one before it closed with."""
    row = BankStatementRow
    order = (row.closing_on, row.opening_on, row.id)
    before = (
        select(
            row.account,
            row.closing_on,
            row.opening_cents,
            func.lag(row.closing_cents).over(partition_by=row.account, order_by=order).label("closed"),
            func.lag(row.closing_on, type_=Date()).over(partition_by=row.account, order_by=order).label("closed_on"),
        )
        .where(row.is_extract.is_(False), row.opening_cents.is_not(None), row.closing_cents.is_not(None))
        .subquery()
    )
    query = select(before).where(before.c.closed.is_not(None), before.c.closed != before.c.opening_cents)
    return [
        Gap(
            account=found.account,
            before_on=found.closed_on,
            closed_cents=found.closed,
            after_on=found.closing_on,
            opened_cents=found.opening_cents,
        )
        for found in session.execute(query.order_by(before.c.account, before.c.closing_on))
    ]


def _line(row: BankLineRow | Row[Any]) -> KeptLine:
    return KeptLine(
        id=row.id,
        fingerprint=row.fingerprint,
        account=row.account,
        booked_on=row.booked_on,
        value_on=row.value_on,
        executed_on=row.executed_on,
        cents=row.cents,
        name=row.name,
        address=row.address,
        tail=row.tail,
        account_key=row.account_key,
        communication=row.communication,
        structured=row.structured,
        end_to_end_id=row.end_to_end_id,
        mandate=row.mandate,
        return_kind=row.return_kind,
        return_reason=row.return_reason,
        transaction_code=row.transaction_code,
        fee=row.fee,
        state=row.state,
        person_id=None if row.person_id is None else PersonId(row.person_id),
        rule=row.rule,
        undoes=row.undoes,
        gift_id=None if row.gift_id is None else GiftId(row.gift_id),
        decided_at=row.decided_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        version=row.version,
        batch=row.batch,
        learned=row.learned,
        aside=row.aside,
    )
