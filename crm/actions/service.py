"""The door of actions: put a call on the list, sign, register, act, and count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.actions import call_store, delivering, rules, store
from crm.actions.errors import (
    CallClosed,
    CallMissing,
    CodeTaken,
    ParticipantMissing,
    RegistrationCancelled,
    RegistrationMissing,
)
from crm.actions.model import (
    MOST_SEATS,
    Call,
    CallKind,
    CallPage,
    Deed,
    NewCall,
    NewRegistration,
    NewSignature,
    Participation,
    ParticipationPage,
    Registered,
    Registration,
    RegistrationState,
    Signature,
    Signed,
    Tally,
)
from crm.foundation.database import hold
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import CallId, ContentId, PersonId, RegistrationId


def put_call(session: Session, new: NewCall, *, at: datetime) -> Call:
    """Puts a call on the list. Raises `Invalid`, `CodeTaken`."""
    tidy = rules.tidy_call(new)
    hold(session, f"call {tidy.kind} {tidy.code}")
    if call_store.find_code(session, tidy.kind, tidy.code) is not None:
        raise CodeTaken
    return call_store.insert(session, tidy, at)


def change_call(session: Session, call_id: CallId, new: NewCall) -> Call:
    """Writes anew what is said of a call; its kind stays. Raises `CallMissing`, `Invalid`, `CodeTaken`."""
    known = get_call(session, call_id)
    tidy = replace(rules.tidy_call(new), kind=known.kind)
    other = call_store.find_code(session, tidy.kind, tidy.code)
    if other is not None and other.id != call_id:
        raise CodeTaken
    return call_store.change(session, call_id, tidy)


def get_call(session: Session, call_id: CallId) -> Call:
    """That call. Raises `CallMissing`."""
    found = call_store.find(session, call_id)
    if found is None:
        raise CallMissing
    return found


def find_call(
    session: Session, kind: CallKind, *, code: str = "", url: str = "", content_id: ContentId | None = None
) -> Call | None:
    """The call of that kind under one of these names, the first that leads somewhere, else None."""
    found = call_store.find_code(session, kind, code) if code else None
    if found is None and content_id is not None:
        there = call_store.find_content(session, content_id)
        found = there if there is not None and there.kind is kind else None
    if found is None and url:
        found = call_store.find_url(session, kind, url)
    return found


def calls(session: Session, call_ids: Collection[CallId]) -> dict[CallId, Call]:
    """Those calls by their number."""
    return call_store.several(session, call_ids)


def page(session: Session, kind: CallKind, *, after: CallId | None = None, size: int = 50) -> CallPage:
    """A page of the list of one kind, newest first, with the figures of each; three queries."""
    found, total = call_store.page(session, kind, after=after, size=size + 1)
    shown = tuple(found[:size])
    return CallPage(
        calls=shown,
        tallies=call_store.tallies(session, shown),
        total=total,
        next_after=shown[-1].id if len(found) > size else None,
    )


def tally(session: Session, call: Call) -> Tally:
    """The figures of one call; one query."""
    return call_store.tallies(session, [call])[call.id]


def sign(session: Session, new: NewSignature, *, at: datetime) -> Signed:
    """Puts a name under a petition, once: a second time is the same signature, and says so.

    Where it was asked again whether the name may be handed over, the answer is the last word.

    Raises `CallMissing`, `ParticipantMissing`, `CallClosed` (judged by the day of signing), `Invalid` for a comment.
    """
    call, person_id = _met(session, CallKind.PETITION, new.petition_id, new.person_id, brussels_day(new.signed_at))
    tidy = replace(new, comment=rules.tidy_comment(new.comment), delivery_words=new.delivery_words.strip())
    hold(session, f"act {call.id} {person_id}")
    known = store.find_signature(session, call.id, person_id)
    if known is not None:
        return Signed(signature=_said_again(session, known, new, at=at), is_new=False)
    text_id = store.text_of(session, tidy.delivery_words, tidy.delivery_language, at)
    added = store.add_signature(session, tidy, person_id=person_id, text_id=text_id, at=at)
    return Signed(signature=added, is_new=True)


def register(session: Session, new: NewRegistration) -> Registered:
    """Registers somebody for an event, once. One who had cancelled comes after all; of the seats the last word counts.

    Who came already came with those they came with.

    Raises `CallMissing`, `ParticipantMissing`, `CallClosed`, `Invalid` for a number of seats.
    """
    if not 1 <= new.seats <= MOST_SEATS:
        raise Invalid(f"1 to {MOST_SEATS} seats", field="seats")
    call, person_id = _met(session, CallKind.EVENT, new.event_id, new.person_id, brussels_day(new.at))
    hold(session, f"act {call.id} {person_id}")
    known = store.find_registration(session, call.id, person_id)
    if known is None:
        return Registered(registration=store.add_registration(session, new, person_id=person_id), is_new=True)
    is_outdated = known.state is RegistrationState.REGISTERED and new.at < known.changed_at
    if known.state is RegistrationState.ATTENDED or is_outdated:
        return Registered(registration=known, is_new=False)
    if known.state is RegistrationState.REGISTERED and known.seats == new.seats:
        return Registered(registration=known, is_new=False)
    values = {"state": RegistrationState.REGISTERED, "seats": new.seats, "changed_at": new.at}
    return Registered(registration=store.change_registration(session, known.id, values), is_new=True)


def cancel(session: Session, event_id: CallId, person_id: PersonId, *, at: datetime) -> bool:
    """Takes a registration back. True if one stood; who came cannot have cancelled.

    Raises `CallMissing`, `ParticipantMissing`.
    """
    call, living = _met(session, CallKind.EVENT, event_id, person_id, None)
    hold(session, f"act {call.id} {living}")
    known = store.find_registration(session, call.id, living)
    if known is None or known.state is not RegistrationState.REGISTERED:
        return False
    store.change_registration(session, known.id, {"state": RegistrationState.CANCELLED, "changed_at": at})
    return True


def set_attendance(
    session: Session, registration_id: RegistrationId, *, came: bool, at: datetime
) -> tuple[Registration, bool]:
    """Notes that somebody came, or takes that back; the registration and whether it changed.

    It is noted of the registration that stands by now. Raises `RegistrationMissing`, `RegistrationCancelled` where they
    had taken it back meanwhile: what they said is not written over from a list of before.
    """
    known = store.standing_registration(session, registration_id)
    if known is None:
        raise RegistrationMissing
    hold(session, f"act {known.event_id} {known.person_id}")
    known = store.standing_registration(session, registration_id) or known
    wanted = RegistrationState.ATTENDED if came else RegistrationState.REGISTERED
    if came and known.state is RegistrationState.CANCELLED:
        raise RegistrationCancelled(known)
    if known.state is wanted or known.state is RegistrationState.CANCELLED:
        return known, False
    return store.change_registration(session, known.id, {"state": wanted, "changed_at": at}), True


def act(session: Session, deed: Deed, *, at: datetime) -> bool:
    """Keeps that somebody took an urgent action. False where that very act (same way, same moment) is kept already.

    Raises `CallMissing`, `ParticipantMissing`, `CallClosed`.
    """
    call, person_id = _met(session, CallKind.URGENT_ACTION, deed.action_id, deed.person_id, brussels_day(deed.done_at))
    hold(session, f"act {call.id} {person_id}")
    if store.has_deed(session, deed):
        return False
    store.add_deed(session, deed, person_id=person_id, at=at)
    return True


def participations(session: Session, call: Call, *, after: int | None = None, size: int = 50) -> ParticipationPage:
    """A page of those who acted about a call, newest first."""
    found = store.participations(session, call.kind, call.id, after=after, size=size + 1)
    return ParticipationPage(
        participations=tuple(found[:size]), next_after=found[size - 1].id if len(found) > size else None
    )


def of_person(session: Session, person_id: PersonId, *, size: int = 50) -> tuple[Participation, ...]:
    """What one person did, newest first; three queries."""
    return tuple(store.of_person(session, person_id, size=size))


def signed_petitions(session: Session, person_id: PersonId) -> frozenset[CallId]:
    """The petitions that person's name stands under; what no merge may ever change for the two together."""
    return store.signed_petitions(session, person_id)


def _said_again(session: Session, known: Signature, new: NewSignature, *, at: datetime) -> Signature:
    """The signature that stands, with what a second one says of handing it over; not asked is not said."""
    words = new.delivery_words.strip()
    if not (new.deliver or words):
        return known
    delivering.say(
        session,
        known.id,
        allowed=new.deliver,
        source=new.source,
        at=at,
        said_at=new.signed_at,
        words=words,
        language=new.delivery_language,
    )
    return store.find_signature(session, known.petition_id, known.person_id) or known


def _met(
    session: Session, kind: CallKind, call_id: CallId, person_id: PersonId, day: date | None
) -> tuple[Call, PersonId]:
    """The call, and who that person is today. With a day, the call has to be open then."""
    call = get_call(session, call_id)
    if call.kind is not kind:
        raise CallMissing
    living = people.find_survivor(session, person_id)
    if living is None:
        raise ParticipantMissing
    if day is not None and not rules.is_open(call, day):
        raise CallClosed
    return call, living.id
