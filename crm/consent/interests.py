"""What people declared they care about, under an explicit consent (GDPR art. 9): kept while it stands, gone with it.

The ledger keeps that they agreed and took it back, in the words they were shown. What they chose is kept beside it, in
rows that withdrawing deletes: an append-only ledger is no place for somebody's convictions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session

from crm.consent import service, store
from crm.consent.errors import NobodyThere
from crm.consent.interest import Interest, InterestKind
from crm.consent.model import INTERESTS, Act, Channel, NewAct, Purpose, Way
from crm.consent.policy import EVERYWHERE
from crm.consent.tables import ConsentStandingRow, InterestRow
from crm.foundation import presence
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.people import service as people
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language

_CHOSEN = presence.watch(InterestRow.person_id)

MOST = 100
"""Choices of one person; more would mean nothing."""

PURPOSE = Purpose(
    code=INTERESTS,
    names={
        "fr": "Mes sujets, mes pays, ma région",
        "nl": "Mijn thema’s, mijn landen, mijn streek",
        "de": "Meine Themen, meine Länder, meine Region",
        "en": "My themes, my countries, my region",
    },
    promises={},
    position=1000,
)
NOTHING: Mapping[str, Any] = MappingProxyType({})


def declare(
    session: Session,
    sealer: Sealer,
    *,
    person_id: PersonId,
    wanted: Collection[Interest],
    text: str,
    language: Language,
    way: Way,
    at: datetime,
    evidence: Mapping[str, Any] = NOTHING,
) -> bool:
    """Puts `wanted` in place of what they chose before, agreed to in the words of `text`. True if anything changed.

    Raises `NobodyThere`, and `Invalid` for no choice at all (that is `withdraw`) or for more than `MOST`.
    """
    chosen = sorted(set(wanted))
    if not 1 <= len(chosen) <= MOST:
        raise Invalid(f"between 1 and {MOST} choices", field="interests")
    person = people.find_survivor(session, person_id)
    if person is None:
        raise NobodyThere
    hold(session, f"consent {person.id}")
    if not store.has_purpose(session, INTERESTS):
        service.put_purpose(session, PURPOSE)
    notice = service.notice_for(session, purpose=INTERESTS, language=language, text=text, at=at)
    before, stands = interests_of(session, person.id), _standing(session, person.id)
    last = service.find_event(session, stands.event_id) if stands else None
    if list(before) == chosen and last is not None and last.notice_id == notice.id:
        return False
    act = NewAct(
        person_id=person.id,
        purpose=INTERESTS,
        address_key=EVERYWHERE,
        act=Act.GIVEN,
        way=way,
        occurred_at=at if stands is None else max(at, stands.since_at + timedelta(microseconds=1)),
        notice_id=notice.id,
        evidence=evidence,
    )
    service.record(session, sealer, act, at=at)
    store.forget_interests(session, person.id)
    session.add_all(InterestRow(person_id=person.id, kind=one.kind, code=one.code, declared_at=at) for one in chosen)
    session.flush()
    return True


def withdraw(
    session: Session,
    sealer: Sealer,
    *,
    person_id: PersonId,
    way: Way,
    at: datetime,
    evidence: Mapping[str, Any] = NOTHING,
) -> int:
    """Takes the consent back and deletes what was chosen; how many choices went. Raises `NobodyThere`."""
    person = people.find_survivor(session, person_id)
    if person is None:
        raise NobodyThere
    hold(session, f"consent {person.id}")
    stands, gone = _standing(session, person.id), store.forget_interests(session, person.id)
    if stands is not None and stands.act is Act.GIVEN:
        service.withdraw(
            session,
            sealer,
            person_id=person.id,
            purpose=INTERESTS,
            address_key=EVERYWHERE,
            way=way,
            at=at,
            evidence=evidence,
        )
    return gone


def agrees(session: Session, person_id: PersonId) -> bool:
    """True while their agreement to keep what they chose stands."""
    stands = _standing(session, person_id)
    return stands is not None and stands.act is Act.GIVEN


def interests_of(session: Session, person_id: PersonId) -> tuple[Interest, ...]:
    """What they chose, while their consent stands; in order."""
    if presence.nothing(session, _CHOSEN, person_id):
        return ()
    rows = session.execute(
        select(InterestRow.kind, InterestRow.code).where(InterestRow.person_id == person_id, _agreed(person_id))
    )
    return tuple(sorted(Interest(kind=kind, code=code) for kind, code in rows))


def matches(wanted: Mapping[int, Collection[Interest]]) -> Select[*tuple[Any, ...]]:
    """Who chose something of which group: columns person_id and `likes`, the sum of the numbers of their groups.

    `wanted` has one group a power of two. Whoever chose nothing of any group is left out. One pass over the choices.
    """
    kind, code = InterestRow.kind, InterestRow.code

    def among(group: Collection[Interest]) -> ColumnElement[bool]:
        by_kind = {k: sorted(one.code for one in group if one.kind is k) for k in InterestKind}
        return _any([and_(kind == k, code.in_(codes)) for k, codes in by_kind.items() if codes])

    bits = [func.max(case((among(group), literal(bit, Integer)), else_=0)) for bit, group in wanted.items() if group]
    likes: Any = literal(0)
    for bit in bits:
        likes = likes + bit
    every = {one for group in wanted.values() for one in group}
    return (
        select(InterestRow.person_id, likes.label("likes"))
        .where(among(every), _agreed(InterestRow.person_id))
        .group_by(InterestRow.person_id)
    )


def _any(several: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    found = several[0]
    for one in several[1:]:
        found = found | one
    return found


def _agreed(person_id: Any) -> ColumnElement[bool]:
    """A merge may bring choices to somebody who took their consent back: they are there, and not read."""
    row = ConsentStandingRow.__table__.alias()
    return (
        exists()
        .where(
            row.c.person_id == person_id,
            row.c.purpose == INTERESTS,
            row.c.channel == Channel.EMAIL,
            row.c.address_key == EVERYWHERE,
            row.c.act == Act.GIVEN,
        )
        .correlate_except(row)
    )


def _standing(session: Session, person_id: PersonId) -> Any:
    return store.find_standing(
        session, person_id=person_id, purpose=INTERESTS, channel=Channel.EMAIL, address_key=EVERYWHERE
    )
