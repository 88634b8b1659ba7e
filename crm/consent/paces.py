"""The paces people declared: words that only grow, where they stand, and when each last got a letter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from crm.consent.errors import NobodyThere
from crm.consent.model import Channel, Way
from crm.consent.pace import LONGEST_PAUSE_DAYS, QUIET_DAYS, Pace, PaceEvent, Rhythm, next_letter_on, standing
from crm.consent.tables import LastLetterRow, PaceEventRow, PaceRow
from crm.foundation import presence, remembering
from crm.foundation.database import hold
from crm.foundation.newest import Before, newest
from crm.foundation.signing import Sealer
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId

_WORDS = presence.watch(PaceEventRow.person_id)

_COLUMNS = ("person_id", "channel", "pause_until_on", "rhythm", "since_at", "event_id")
_DECLARED, _LAST = PaceRow.__table__.c, LastLetterRow.__table__.c
_PACES = select(PaceRow.__table__).where(_DECLARED.person_id.in_(bindparam("ids", expanding=True)))
_LAST_LETTERS = select(_LAST.person_id, _LAST.channel, _LAST.written_at).where(
    _LAST.person_id.in_(bindparam("ids", expanding=True))
)


def declare(
    session: Session,
    sealer: Sealer,
    *,
    person_id: PersonId,
    pause_until_on: date | None,
    rhythm: Rhythm,
    way: Way,
    at: datetime,
    channel: Channel = Channel.EMAIL,
    evidence: Mapping[str, Any] | None = None,
) -> bool:
    """Writes down what holds from now on, whole. True if that changed anything; twice is once.

    It has the last word even where another machine's clock ran ahead of ours. A pause that is over counts as none. A
    rhythm counts from the day it is chosen, for one chooses it with a letter of ours in hand. Raises `NobodyThere`,
    and `Invalid` for a pause of more than a year.
    """
    today = brussels_day(at)
    if pause_until_on is not None and pause_until_on > today + timedelta(days=LONGEST_PAUSE_DAYS):
        raise Invalid("a pause of more than a year", field="pause")
    pause = pause_until_on if pause_until_on is not None and pause_until_on > today else None
    person = people.find_survivor(session, person_id)
    if person is None:
        raise NobodyThere
    hold(session, f"consent {person.id}")
    before = pace_of(session, person.id, channel)
    paused = before.rests_until(today)
    if (paused, before.rhythm) == (pause, rhythm):
        return False
    row = PaceEventRow(
        recorded_person_id=person_id,
        person_id=person.id,
        channel=channel,
        pause_until_on=pause,
        rhythm=rhythm,
        way=way,
        evidence=dict(evidence or {}),
        occurred_at=at if before.since_at is None else max(at, before.since_at + timedelta(microseconds=1)),
        recorded_at=at,
    )
    row.mark_key_id, row.mark = sealer.mark(content_of_row(row))
    session.add(row)
    session.flush()
    last = standing(_event(one) for one in session.scalars(_events_of(person.id, channel)))
    assert last is not None
    session.merge(
        PaceRow(
            person_id=person.id,
            channel=channel,
            pause_until_on=last.pause_until_on,
            rhythm=last.rhythm,
            since_at=last.occurred_at,
            event_id=last.id,
        )
    )
    session.flush()
    if before.rhythm is Rhythm.EVERY_LETTER and rhythm is not Rhythm.EVERY_LETTER:
        session.merge(LastLetterRow(person_id=person.id, channel=channel, written_at=at))
        session.flush()
    return True


def pace_of(session: Session, person_id: PersonId, channel: Channel = Channel.EMAIL) -> Pace:
    """What somebody declared last; every letter and no pause where they never said."""
    return paces_of_all(session, [person_id]).get((person_id, channel)) or Pace(person_id=person_id, channel=channel)


def next_letter_of(
    session: Session, person_id: PersonId, at: datetime, channel: Channel = Channel.EMAIL
) -> date | None:
    """The first day on which their own pace lets a letter come again; None where it does today."""
    row = session.get(LastLetterRow, (person_id, channel), populate_existing=True)
    pace = pace_of(session, person_id, channel)
    return next_letter_on(pace, None if row is None else row.written_at, brussels_day(at))


def paces_of_all(session: Session, person_ids: Iterable[PersonId]) -> dict[tuple[PersonId, Channel], Pace]:
    """What several people declared, in one query; those who never did are left out."""
    known = remembering.each(session, "paces", list(person_ids), lambda some: _declared(session, some))
    return {(who, pace.channel): pace for who, several in known.items() for pace in several}


def _declared(session: Session, person_ids: list[PersonId]) -> dict[PersonId, list[Pace]]:
    found: dict[PersonId, list[Pace]] = {}
    for row in session.execute(_PACES, {"ids": person_ids}):
        found.setdefault(PersonId(row.person_id), []).append(_pace(row))
    return found


def last_letters(session: Session, person_ids: Iterable[PersonId]) -> dict[tuple[PersonId, Channel], datetime]:
    """When those of several people who chose a rhythm last got a letter, in one query."""
    found = session.execute(_LAST_LETTERS, {"ids": list(person_ids)})
    return {(PersonId(person_id), channel): at for person_id, channel, at in found}


def note_letters(session: Session, recipients: Select[Any], *, at: datetime, channel: Channel = Channel.EMAIL) -> None:
    """Those people (a select of their numbers) have come to be owed a letter; kept of who chose a rhythm only."""
    session.execute(
        update(LastLetterRow)
        .where(LastLetterRow.channel == channel, LastLetterRow.written_at < at, LastLetterRow.person_id.in_(recipients))
        .values(written_at=at)
        .execution_options(synchronize_session=False)
    )


def written_at(
    session: Session, recipients: Select[Any], instants: Collection[datetime], *, channel: Channel
) -> tuple[PersonId, ...]:
    """Those of some people who chose a rhythm, and whose last letter is one of those instants: few."""
    row = LastLetterRow
    here = (row.channel == channel, row.written_at.in_(instants), row.person_id.in_(recipients))
    return tuple(PersonId(number) for number in session.scalars(select(row.person_id).where(*here)))


def take_back(
    session: Session, several: Collection[PersonId], before: Mapping[PersonId, datetime], *, channel: Channel
) -> None:
    """Their last letter never leaves: it was the one `before`, or else the day on which they chose their rhythm."""
    chosen = paces_of_all(session, several)
    for who in several:
        pace, row = chosen.get((who, channel)), session.get(LastLetterRow, (who, channel), populate_existing=True)
        known = [one for one in (before.get(who), pace.since_at if pace else None) if one is not None]
        if row is not None and known:
            row.written_at = max(known)
    session.flush()


def latest_events_of(
    session: Session, person_id: PersonId, *, before: Before | None, size: int
) -> tuple[PaceEvent, ...]:
    """The newest words of a person about their pace, those before an instant and number where they are given."""
    if presence.nothing(session, _WORDS, person_id):
        return ()
    row = PaceEventRow
    query = select(row).where(row.person_id == person_id)
    rows = session.scalars(newest(query, row.occurred_at, row.id, before, size))
    return tuple(_event(one) for one in rows)


def fold(among: Collection[int] | None = None) -> Select[Any]:
    """The twin of `pace.standing` for everybody (or those people): the columns of `PaceRow`, from the words alone."""
    event = aliased(PaceEventRow)
    quiet = case({one.value: days or 0 for one, days in QUIET_DAYS.items()}, value=event.rhythm)
    last = func.row_number().over(
        partition_by=(event.person_id, event.channel),
        order_by=(
            event.occurred_at.desc(),
            func.coalesce(event.pause_until_on, date.min).desc(),
            quiet.desc(),
            event.id,
        ),
    )
    every = select(
        event.person_id,
        event.channel,
        event.pause_until_on,
        event.rhythm,
        event.occurred_at.label("since_at"),
        event.id.label("event_id"),
        last.label("place"),
    )
    ranked = (every if among is None else every.where(event.person_id.in_(among))).subquery("ranked")
    return select(*(ranked.c[name] for name in _COLUMNS)).where(ranked.c.place == 1)


def refold(session: Session, among: Collection[int] | None = None) -> None:
    """Writes again where everybody (or those people) stands, from their words."""
    old = delete(PaceRow)
    session.execute(old if among is None else old.where(PaceRow.person_id.in_(among)))
    session.execute(insert(PaceRow).from_select(list(_COLUMNS), fold(among)))
    session.expire_all()


def drift(session: Session) -> int:
    """How many people's pace differs from what their words say."""
    wanted, held = fold().subquery("wanted"), PaceRow.__table__
    one, other = [wanted.c[name] for name in _COLUMNS], [held.c[name] for name in _COLUMNS]
    lacking = select(*one).except_(select(*other)).subquery("lacking")
    surplus = select(*other).except_(select(*one)).subquery("surplus")
    keys = select(lacking.c.person_id, lacking.c.channel).union(select(surplus.c.person_id, surplus.c.channel))
    return session.scalar(select(func.count()).select_from(keys.subquery("keys"))) or 0


def damaged(session: Session, sealer: Sealer) -> Iterator[int]:
    """The numbers of words that are no longer what was sealed."""
    for row in session.scalars(select(PaceEventRow).order_by(PaceEventRow.id).execution_options(yield_per=2000)):
        if not sealer.holds(content_of_row(row), row.mark_key_id, row.mark):
            yield row.id


def _events_of(person_id: int, channel: Channel) -> Select[PaceEventRow]:
    return select(PaceEventRow).where(PaceEventRow.person_id == person_id, PaceEventRow.channel == channel)


def content_of_row(row: PaceEventRow) -> dict[str, Any]:
    """What the mark of a word about a pace covers."""
    return {
        "pace": row.recorded_person_id,
        "channel": row.channel.value,
        "pause_until_on": None if row.pause_until_on is None else row.pause_until_on.isoformat(),
        "rhythm": row.rhythm.value,
        "way": row.way.value,
        "evidence": row.evidence,
        "occurred_at": row.occurred_at.astimezone(UTC).isoformat(),
        "recorded_at": row.recorded_at.astimezone(UTC).isoformat(),
    }


def _pace(row: Any) -> Pace:
    return Pace(
        person_id=PersonId(row.person_id),
        channel=row.channel,
        pause_until_on=row.pause_until_on,
        rhythm=row.rhythm,
        since_at=row.since_at,
    )


def _event(row: PaceEventRow) -> PaceEvent:
    return PaceEvent(
        id=row.id,
        person_id=PersonId(row.person_id),
        channel=row.channel,
        pause_until_on=row.pause_until_on,
        rhythm=row.rhythm,
        way=row.way,
        occurred_at=row.occurred_at,
        evidence=row.evidence,
    )
