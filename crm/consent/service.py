"""The door of consent: record what people said, ask whether we may, suppress an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import growth, naming, paces, rules, store
from crm.consent.errors import NobodyThere, PurposeMissing
from crm.consent.model import (
    INTERESTS,
    NO_LETTER,
    SERVICE,
    STANDING,
    Act,
    Channel,
    Confirmation,
    ConsentEvent,
    Movement,
    NewAct,
    Notice,
    Purpose,
    Standing,
    Suppression,
    SuppressionCause,
    Way,
)
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.people import service as people
from crm.people.model import Person
from crm.values.identifiers import NoticeId, PersonId
from crm.values.languages import Language


def purposes(session: Session) -> tuple[Purpose, ...]:
    """Why we would write, in the organisation's order."""
    return store.purposes(session)


def letters(session: Session) -> tuple[Purpose, ...]:
    """The purposes that one signs up to and leaves, in the organisation's order."""
    return tuple(one for one in store.purposes(session) if one.code not in NO_LETTER)


def addressed(session: Session) -> tuple[Purpose, ...]:
    """The purposes for which one writes to people or calls them: those a policy may speak of, and a no."""
    return tuple(one for one in store.purposes(session) if one.code not in {SERVICE, INTERESTS})


def put_purpose(session: Session, purpose: Purpose) -> None:
    """Adds a purpose, or changes its names and promises. What people were shown before stays as it was."""
    store.put_purpose(session, purpose)


def open_standing(session: Session) -> None:
    """Lets people object to appeals and to the magazine before there are any; what stands already stays as it is."""
    known = {one.code for one in store.purposes(session)}
    for place, (code, names) in enumerate(STANDING.items(), 90):
        if code not in known:
            store.put_purpose(session, Purpose(code=code, position=place, names=names, promises={}))


def notice_for(session: Session, *, purpose: str, language: Language, text: str, at: datetime) -> Notice:
    """The version of a purpose's notice with exactly this text; a new one where these words were never shown."""
    if not store.has_purpose(session, purpose):
        raise PurposeMissing
    wanted: dict[str, Any] = {"purpose": purpose, "language": language, "text": text}
    if found := store.find_notice(session, **wanted):
        return found
    hold(session, f"notice {purpose} {language}")
    return store.find_notice(session, **wanted) or store.add_notice(session, **wanted, at=at)


def notices(session: Session, notice_ids: Iterable[NoticeId]) -> dict[NoticeId, Notice]:
    """The exact words behind those numbers."""
    return store.notices(session, notice_ids)


def record(session: Session, sealer: Sealer, new: NewAct, *, at: datetime) -> ConsentEvent:
    """Writes what someone said to the ledger, and where they stand now.

    An act of a merged person goes to whom they were merged into.

    Raises `NobodyThere`, `PurposeMissing`. Events may come in any order: where they stand is the same.
    """
    if not store.has_purpose(session, new.purpose):
        raise PurposeMissing
    person = held(session, new.person_id)
    event = store.add_event(session, sealer, new, person_id=person.id, at=at)
    said = store.stream(
        session,
        person_id=person.id,
        purpose=new.purpose,
        channel=new.channel,
        address_key=new.address_key,
    )
    last = rules.standing(said)
    assert last is not None
    store.put_standing(session, Standing.of(last, rules.open_request(said)))
    if new.purpose == INTERESTS and last.act is not Act.GIVEN:
        # Whoever writes it down, and wherever: what was chosen goes with the consent.
        store.forget_interests(session, person.id)
    return event


def withdraw(
    session: Session,
    sealer: Sealer,
    *,
    person_id: PersonId,
    purpose: str,
    address_key: str,
    way: Way,
    at: datetime,
    channel: Channel = Channel.EMAIL,
    evidence: Mapping[str, Any] | None = None,
) -> bool:
    """Takes consent back for one purpose and address, whatever it was. True if that changed where they stand.

    Doing it twice is doing it once, though a yes that reached us since, dated before the no, is answered in the ledger.
    It has the last word even where another machine's clock wrote a yes ahead of ours: a no that was heard is never
    outdated (a no of long ago, read from a file, is `record`ed with its date).
    Raises `NobodyThere`, `PurposeMissing`.
    """
    person = held(session, person_id)
    stands = store.find_standing(
        session, person_id=person.id, purpose=purpose, channel=channel, address_key=address_key
    )
    is_again = stands is not None and stands.act is Act.WITHDRAWN and stands.asked_id is None
    if (
        stands is not None
        and is_again
        and not _came_late(session, person, purpose, channel, address_key)
        # That of another record which became one with theirs is not theirs: the two may be two again.
        and naming.said_of(session, stands.event_id) == person_id
    ):
        return False
    asked = store.find_event(session, stands.asked_id) if stands and stands.asked_id else None
    act = NewAct(
        person_id=person_id,
        purpose=purpose,
        address_key=address_key,
        act=Act.WITHDRAWN,
        way=way,
        occurred_at=max(said for said in (at, stands and stands.since_at, asked and asked.occurred_at) if said),
        channel=channel,
        evidence=evidence or {},
    )
    record(session, sealer, act, at=at)
    return not is_again


def _came_late(session: Session, person: Person, purpose: str, channel: Channel, address_key: str) -> bool:
    """Whether the last word that reached us is a yes dated before the no that stands: a new no answers it."""
    said = rules.effective(
        store.stream(session, person_id=person.id, purpose=purpose, channel=channel, address_key=address_key)
    )
    return max(said, key=lambda event: event.id).act is Act.GIVEN


def held(session: Session, person_id: PersonId) -> Person:
    """Who that person is today, their words held until the transaction ends. Raises `NobodyThere`.

    Asked once more after waiting, for what one waits for may be a merge.
    """
    person = people.find_survivor(session, person_id)
    if person is None:
        raise NobodyThere
    hold(session, f"consent {person.id}")
    today = people.find_survivor(session, person_id)
    return person if today is None or today.id == person.id else held(session, person_id)


def standings(session: Session, person_id: PersonId) -> tuple[Standing, ...]:
    """Where a person stands, on everything they ever stood on."""
    return store.standings_of(session, person_id)


def history(session: Session, person_id: PersonId) -> tuple[ConsentEvent, ...]:
    """Everything a person said, in the order in which it happened."""
    return store.events_of(session, person_id)


def words_of(session: Session, person_id: PersonId) -> tuple[ConsentEvent, ...]:
    """The same, without what was annulled as recorded by mistake."""
    return rules.effective(store.events_of(session, person_id))


def find_event(session: Session, event_id: int) -> ConsentEvent | None:
    """One act of the ledger, or None."""
    return store.find_event(session, event_id)


def confirmation_of(session: Session, request: ConsentEvent) -> Confirmation:
    """What a link that confirms this request is worth today."""
    stream = store.stream(
        session,
        person_id=request.person_id,
        purpose=request.purpose,
        channel=request.channel,
        address_key=request.address_key,
    )
    return rules.confirmation(stream, request.id)


def suppress(
    session: Session,
    *,
    address_key: str,
    cause: SuppressionCause,
    way: Way,
    at: datetime,
    occurred_at: datetime | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> bool:
    """Stops all writing to an address, for everybody who has it. True if that cause did not stand already."""
    return _suppression(
        session, True, address_key=address_key, cause=cause, way=way, at=at, occurred_at=occurred_at, evidence=evidence
    )


def lift(
    session: Session,
    *,
    address_key: str,
    cause: SuppressionCause,
    way: Way,
    at: datetime,
    occurred_at: datetime | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> bool:
    """Ends one cause of suppression; others go on. True if it stood."""
    return _suppression(
        session, False, address_key=address_key, cause=cause, way=way, at=at, occurred_at=occurred_at, evidence=evidence
    )


def _suppression(
    session: Session,
    suppressed: bool,
    *,
    address_key: str,
    cause: SuppressionCause,
    way: Way,
    at: datetime,
    occurred_at: datetime | None,
    evidence: Mapping[str, Any] | None,
) -> bool:
    hold(session, f"suppression {address_key}")
    before = {s.cause for s in store.suppressions_at(session, address_key)}
    if (cause in before) is suppressed and occurred_at is None:
        return False
    store.add_suppression_event(
        session,
        address_key=address_key,
        suppressed=suppressed,
        cause=cause,
        way=way,
        occurred_at=occurred_at or at,
        at=at,
        evidence=evidence or {},
    )
    store.refold_suppression(session, address_key)
    return before != {s.cause for s in store.suppressions_at(session, address_key)}


def suppressions(session: Session, address_key: str) -> tuple[Suppression, ...]:
    """Why an address is not written to; empty where it may be."""
    return store.suppressions_at(session, address_key)


def audience_size(session: Session, purpose: str, *, at: datetime) -> int:
    """How many people may be written to for a purpose, as things stand."""
    return growth.allowed_count(session, purpose, at=at)


def movements(session: Session, purpose: str, bounds: Sequence[datetime]) -> tuple[Movement, ...]:
    """What each span between ascending bounds brought to a purpose, by everybody's latest word."""
    return growth.movements(session, purpose, bounds)


def rebuild(session: Session) -> None:
    """Folds all standings and paces again from the events."""
    store.rebuild(session)
    paces.refold(session)


def drift(session: Session) -> int:
    """How many standings and paces differ from what the events say; 0 in a healthy house."""
    return store.drift(session) + paces.drift(session)


def verify(session: Session, sealer: Sealer) -> list[int]:
    """The numbers of ledger events that were changed behind our back; empty in a healthy house."""
    return list(store.damaged(session, sealer))
