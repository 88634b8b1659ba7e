"""SQL of the ledger: events are only ever added, standings are written again from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from crm.consent import folds
from crm.consent.model import (
    Channel,
    ConsentEvent,
    NewAct,
    Notice,
    Purpose,
    Standing,
    Suppression,
    SuppressionCause,
    Way,
)
from crm.consent.tables import (
    ConsentEventRow,
    ConsentStandingRow,
    InterestRow,
    NoticeRow,
    PurposeRow,
    SuppressionEventRow,
    SuppressionRow,
)
from crm.foundation import presence, remembering
from crm.foundation.newest import Before, newest
from crm.foundation.signing import Sealer
from crm.values.identifiers import NoticeId, PersonId
from crm.values.languages import Language

_SAID = presence.watch(ConsentEventRow.person_id)

_STOOD, _SILENCED = ConsentStandingRow.__table__.c, SuppressionRow.__table__.c
# Built once: what SQLAlchemy remembers of a statement spares the gate nine tenths of its time.
_STANDINGS = (
    select(ConsentStandingRow.__table__)
    .where(_STOOD.person_id.in_(bindparam("ids", expanding=True)))
    .order_by(_STOOD.person_id, _STOOD.purpose, _STOOD.address_key)
)
_SUPPRESSIONS = select(_SILENCED.address_key, _SILENCED.cause, _SILENCED.since_at).where(
    _SILENCED.address_key.in_(bindparam("keys", expanding=True))
)


def purposes(session: Session) -> tuple[Purpose, ...]:
    """Every purpose, in the organisation's order."""
    return remembering.once(session, "purposes", lambda: _purposes(session))


def _purposes(session: Session) -> tuple[Purpose, ...]:
    rows = session.scalars(select(PurposeRow).order_by(PurposeRow.position, PurposeRow.code))
    return tuple(Purpose(code=row.code, names=row.names, promises=row.promises, position=row.position) for row in rows)


def put_purpose(session: Session, purpose: Purpose) -> None:
    """Writes a purpose, new or changed."""
    session.merge(
        PurposeRow(
            code=purpose.code,
            names=dict(purpose.names),
            promises=dict(purpose.promises),
            position=purpose.position,
        )
    )
    session.flush()


def has_purpose(session: Session, code: str) -> bool:
    """True where that purpose exists."""
    return session.get(PurposeRow, code) is not None


def find_notice(session: Session, *, purpose: str, language: Language, text: str) -> Notice | None:
    """The version with exactly these words, if they were ever shown."""
    found = select(NoticeRow).where(
        NoticeRow.purpose == purpose, NoticeRow.language == language, NoticeRow.text == text
    )
    row = session.scalars(found.order_by(NoticeRow.version).limit(1)).first()
    return None if row is None else _notice(row)


def add_notice(session: Session, *, purpose: str, language: Language, text: str, at: datetime) -> Notice:
    """Writes these words as the next version."""
    last = session.scalar(
        select(func.max(NoticeRow.version)).where(NoticeRow.purpose == purpose, NoticeRow.language == language)
    )
    row = NoticeRow(purpose=purpose, language=language, version=(last or 0) + 1, text=text, created_at=at)
    session.add(row)
    session.flush()
    return _notice(row)


def notices(session: Session, notice_ids: Iterable[int]) -> dict[NoticeId, Notice]:
    """Those notices by their number."""
    wanted = set(notice_ids)
    rows = session.scalars(select(NoticeRow).where(NoticeRow.id.in_(wanted))) if wanted else ()
    return {NoticeId(row.id): _notice(row) for row in rows}


def add_event(session: Session, sealer: Sealer, act: NewAct, *, person_id: int, at: datetime) -> ConsentEvent:
    """Writes an event about whom `act` names, held by `person_id` (the same, or whom they were merged into)."""
    notice = session.get(NoticeRow, act.notice_id) if act.notice_id is not None else None
    row = ConsentEventRow(
        recorded_person_id=act.person_id,
        person_id=person_id,
        purpose=act.purpose,
        channel=act.channel,
        address_key=act.address_key,
        act=act.act,
        way=act.way,
        legal_basis=act.legal_basis,
        notice_id=act.notice_id,
        evidence=dict(act.evidence),
        occurred_at=act.occurred_at,
        recorded_at=at,
    )
    row.mark_key_id, row.mark = sealer.mark(content_of_row(row, notice.text if notice else None))
    session.add(row)
    session.flush()
    return _event(row)


def events_of(session: Session, person_id: int) -> tuple[ConsentEvent, ...]:
    """All events of a person, in the order in which they happened."""
    order = (ConsentEventRow.occurred_at, ConsentEventRow.id)
    rows = session.scalars(select(ConsentEventRow).where(ConsentEventRow.person_id == person_id).order_by(*order))
    return tuple(_event(row) for row in rows)


def latest_events_of(session: Session, person_id: int, *, before: Before | None, size: int) -> tuple[ConsentEvent, ...]:
    """The newest events of a person, those before an instant and number where they are given."""
    if presence.nothing(session, _SAID, person_id):
        return ()
    row = ConsentEventRow
    query = select(row).where(row.person_id == person_id)
    rows = session.scalars(newest(query, row.occurred_at, row.id, before, size))
    return tuple(_event(one) for one in rows)


def find_event(session: Session, event_id: int) -> ConsentEvent | None:
    """One event."""
    row = session.get(ConsentEventRow, event_id)
    return None if row is None else _event(row)


def stream(
    session: Session, *, person_id: int, purpose: str, channel: Channel, address_key: str
) -> tuple[ConsentEvent, ...]:
    """The events of one person, purpose, channel and address, in the order in which they happened."""
    rows = session.scalars(
        select(ConsentEventRow)
        .where(
            ConsentEventRow.person_id == person_id,
            ConsentEventRow.purpose == purpose,
            ConsentEventRow.channel == channel,
            ConsentEventRow.address_key == address_key,
        )
        .order_by(ConsentEventRow.occurred_at, ConsentEventRow.id)
    )
    return tuple(_event(row) for row in rows)


def sealed_events(
    session: Session, sealer: Sealer, *, person_id: int, purpose: str, channel: Channel, until: datetime
) -> list[tuple[ConsentEvent, Notice | None, bool, str, int | None]]:
    """(event, words shown, whether its mark holds, the mark, its block) until an instant, as it happened."""
    row = ConsentEventRow
    query = (
        select(row, NoticeRow)
        .outerjoin(NoticeRow, NoticeRow.id == row.notice_id)
        .where(row.person_id == person_id, row.purpose == purpose, row.channel == channel, row.occurred_at <= until)
        .order_by(row.occurred_at, row.id)
    )
    return [
        (
            _event(event),
            None if notice is None else _notice(notice),
            sealer.holds(content_of_row(event, notice.text if notice else None), event.mark_key_id, event.mark),
            event.mark,
            event.block,
        )
        for event, notice in session.execute(query)
    ]


def put_standing(session: Session, stands: Standing) -> None:
    """Writes where somebody stands in a stream."""
    session.merge(ConsentStandingRow(**{name: getattr(stands, name) for name in folds.COLUMNS}))
    session.flush()


def standings_of(session: Session, person_id: int) -> tuple[Standing, ...]:
    """Where a person stands, on everything they ever stood on."""
    row = ConsentStandingRow
    found = select(row).where(row.person_id == person_id).order_by(row.purpose, row.channel, row.address_key)
    return tuple(_standing(one) for one in session.scalars(found))


def standings_of_all(session: Session, person_ids: Iterable[int]) -> tuple[Standing, ...]:
    """Where several people stand, in one query."""
    return tuple(_standing(one) for one in session.execute(_STANDINGS, {"ids": list(person_ids)}))


def suppressions_at_all(session: Session, address_keys: Iterable[str]) -> tuple[Suppression, ...]:
    """What is suppressed of several addresses, in one query."""
    known = remembering.each(session, "suppressions", list(address_keys), lambda some: _suppressions(session, some))
    return tuple(one for several in known.values() for one in several)


def _suppressions(session: Session, address_keys: list[str]) -> dict[str, list[Suppression]]:
    found: dict[str, list[Suppression]] = {}
    for key, cause, since in session.execute(_SUPPRESSIONS, {"keys": address_keys}):
        found.setdefault(key, []).append(Suppression(address_key=key, cause=cause, since_at=since))
    return found


def find_standing(
    session: Session, *, person_id: int, purpose: str, channel: Channel, address_key: str
) -> Standing | None:
    """Where a person stands on one purpose, channel and address."""
    row = session.get(ConsentStandingRow, (person_id, purpose, channel, address_key), populate_existing=True)
    return None if row is None else _standing(row)


def add_suppression_event(
    session: Session,
    *,
    address_key: str,
    suppressed: bool,
    cause: SuppressionCause,
    way: Way,
    occurred_at: datetime,
    at: datetime,
    evidence: Mapping[str, Any],
) -> None:
    """Writes that an address is suppressed, or no longer, for one cause."""
    session.add(
        SuppressionEventRow(
            address_key=address_key,
            suppressed=suppressed,
            cause=cause,
            way=way,
            evidence=dict(evidence),
            occurred_at=occurred_at,
            recorded_at=at,
        )
    )
    session.flush()


def refold_suppression(session: Session, address_key: str) -> None:
    """Writes again what stands for one address."""
    session.execute(delete(SuppressionRow).where(SuppressionRow.address_key == address_key))
    fold = folds.suppressions().subquery()
    session.execute(
        insert(SuppressionRow).from_select(
            ["address_key", "cause", "since_at"],
            select(fold.c.address_key, fold.c.cause, fold.c.since_at).where(fold.c.address_key == address_key),
        )
    )


def suppressions_at(session: Session, address_key: str) -> tuple[Suppression, ...]:
    """Why that address is not written to; empty where it may be."""
    row = SuppressionRow
    found = select(row.address_key, row.cause, row.since_at).where(row.address_key == address_key).order_by(row.cause)
    return tuple(
        Suppression(address_key=key, cause=cause, since_at=since) for key, cause, since in session.execute(found)
    )


def refold_people(session: Session, person_ids: Collection[int]) -> None:
    """Writes again where those people stand, from their events."""
    session.execute(delete(ConsentStandingRow).where(ConsentStandingRow.person_id.in_(person_ids)))
    session.execute(insert(ConsentStandingRow).from_select(list(folds.COLUMNS), folds.standings(person_ids)))
    session.expire_all()


def rebuild(session: Session) -> None:
    """Throws the standing tables away and folds them again from the events, in one statement each."""
    session.execute(delete(ConsentStandingRow))
    session.execute(insert(ConsentStandingRow).from_select(list(folds.COLUMNS), folds.standings()))
    session.execute(delete(SuppressionRow))
    session.execute(insert(SuppressionRow).from_select(["address_key", "cause", "since_at"], folds.suppressions()))
    session.expire_all()


def drift(session: Session) -> int:
    """How many standings differ from what the events say."""
    standing, suppression = ConsentStandingRow.__table__, SuppressionRow.__table__
    wanted = folds.standings().subquery("wanted")
    first = _differing(
        session, [wanted.c[n] for n in folds.COLUMNS], [standing.c[n] for n in folds.COLUMNS], len(folds.STREAM)
    )
    other = folds.suppressions().subquery("other")
    names = ["address_key", "cause", "since_at"]
    return first + _differing(session, [other.c[n] for n in names], [suppression.c[n] for n in names], 2)


def _differing(session: Session, wanted: list[Any], held: list[Any], key_length: int) -> int:
    lacking = select(*wanted).except_(select(*held)).subquery("lacking")
    surplus = select(*held).except_(select(*wanted)).subquery("surplus")
    keys = select(*list(lacking.c)[:key_length]).union(select(*list(surplus.c)[:key_length])).subquery("keys")
    return session.scalar(select(func.count()).select_from(keys)) or 0


def damaged(session: Session, sealer: Sealer) -> Iterator[int]:
    """The numbers of events whose content or notice is no longer what was sealed, read in slices."""
    after = 0
    while True:
        rows = session.execute(
            select(ConsentEventRow, NoticeRow.text)
            .outerjoin(NoticeRow, NoticeRow.id == ConsentEventRow.notice_id)
            .where(ConsentEventRow.id > after)
            .order_by(ConsentEventRow.id)
            .limit(2000)
            .execution_options(populate_existing=True)
        ).all()
        for row, text in rows:
            if not sealer.holds(content_of_row(row, text), row.mark_key_id, row.mark):
                yield row.id
        if not rows:
            return
        after = rows[-1][0].id
        session.expunge_all()


def content_of_row(row: ConsentEventRow, notice_text: str | None) -> dict[str, Any]:
    """What the mark of an event covers, out of its row."""
    return content_of({column.name: getattr(row, column.name) for column in ConsentEventRow.__table__.c}, notice_text)


def content_of(row: Mapping[str, Any], notice_text: str | None) -> dict[str, Any]:
    """What the mark of an event covers: all of it but who holds it today, and the very words of its notice."""
    return {
        "person": row["recorded_person_id"],
        "purpose": row["purpose"],
        "channel": row["channel"].value,
        "address_key": row["address_key"],
        "act": row["act"].value,
        "way": row["way"].value,
        "legal_basis": row["legal_basis"].value,
        "notice": row["notice_id"],
        "words": notice_text,
        "evidence": row["evidence"],
        "occurred_at": row["occurred_at"].astimezone(UTC).isoformat(),
        "recorded_at": row["recorded_at"].astimezone(UTC).isoformat(),
        # Marks of before annulments existed cover no such word.
        **({} if row["annuls_id"] is None else {"annuls": row["annuls_id"]}),
    }


def _notice(row: NoticeRow) -> Notice:
    return Notice(id=NoticeId(row.id), purpose=row.purpose, language=row.language, version=row.version, text=row.text)


def _event(row: ConsentEventRow) -> ConsentEvent:
    return ConsentEvent(
        id=row.id,
        person_id=PersonId(row.person_id),
        purpose=row.purpose,
        channel=row.channel,
        address_key=row.address_key,
        act=row.act,
        way=row.way,
        legal_basis=row.legal_basis,
        notice_id=None if row.notice_id is None else NoticeId(row.notice_id),
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        evidence=row.evidence,
        annuls_id=row.annuls_id,
    )


def _standing(row: Any) -> Standing:
    return Standing(
        person_id=PersonId(row.person_id),
        purpose=row.purpose,
        channel=row.channel,
        address_key=row.address_key,
        act=row.act,
        way=row.way,
        since_at=row.since_at,
        event_id=row.event_id,
        asked_id=row.asked_id,
    )


def forget_interests(session: Session, person_id: PersonId) -> int:
    """Deletes what somebody declared they care about; how many choices that were."""
    gone = delete(InterestRow).where(InterestRow.person_id == person_id).returning(InterestRow.code)
    return len(session.execute(gone).all())
