"""The door of correspondence: sign up, confirm, leave, change one's choices.

Each choice of theirs gets a receipt (`receipts`): what was allowed or taken back, in the words they were shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import asking, gate, policies
from crm.consent import service as consent
from crm.consent.errors import NobodyThere
from crm.consent.model import Act, Confirmation, NewAct, Purpose, SuppressionCause, Way
from crm.consent.pace import Pace
from crm.people import arriving
from crm.people import service as people
from crm.people.model import Deliverability, NewPerson
from crm.values.calendar import brussels_day
from crm.values.email_address import EmailAddress
from crm.values.identifiers import DeliveryId, PersonId
from crm.values.languages import Language
from mailing.correspondence import letters, own_words, receipts
from mailing.correspondence.leaving import declare_pace, evidence_of, leave, leave_everything, leave_everywhere
from mailing.correspondence.model import (
    Changes,
    Choice,
    Desk,
    LinkState,
    Opened,
    Reader,
    Request,
    SaidAge,
    SignUp,
)
from mailing.correspondence.once_more import remind, send_again
from mailing.correspondence.own_words import waiting_name
from mailing.correspondence.wishes import find_reader, holder_of, requests_of, shown_lines
from mailing.rendering.model import LetterKind, Slot

__all__ = ["declare_pace", "leave", "leave_everything", "leave_everywhere", "remind", "send_again", "waiting_name"]

NOTHING: Mapping[str, Any] = MappingProxyType({})


def sign_up(session: Session, desk: Desk, asked: SignUp, *, at: datetime) -> None:
    """Writes down what a visitor asks and owes their mailbox one letter, at most one a day.

    The letter asks to confirm; where everything asked is already received, it says so instead. Nothing tells the
    visitor which: an address that is known gets the same answer, and the same work, as one that is not.
    Raises `Invalid` for a name that is none, `PurposeMissing`.
    """
    person = arriving.visit(
        session,
        desk.addresses,
        NewPerson(email=asked.email, language=asked.language, first_name=asked.first_name, source="sign-up"),
        at=at,
        statement={"first_name": asked.first_name, "email": asked.email.text, "language": asked.language.value},
    ).person
    point = person.at(desk.addresses.key_of(asked.email.normal))
    assert point is not None
    reader = Reader(person=person, point=point)
    if person.created_at == at and asked.age is SaidAge.TEEN:
        # Of somebody we knew, only who opens their mailbox may say so: anybody can type an address.
        policies.say_age(session, person.id, is_minor=True, at=at)
    ask(
        session, desk, reader, words=asked.words, language=asked.language, way=Way.WEB, at=at,
        evidence={"age": asked.age.value}, patient=asked.patient,
    )  # fmt: skip


def ask(
    session: Session,
    desk: Desk,
    reader: Reader,
    *,
    words: Mapping[str, str],
    language: Language,
    way: Way,
    at: datetime,
    evidence: Mapping[str, Any] = NOTHING,
    patient: bool = False,
) -> bool:
    """Records the wish for each purpose in `words` (purpose to the exact text shown) and owes one letter about them.

    True if a letter is owed that was not owed before; a mailbox, however it is spelt, gets one a day. Asking again on
    the same day adds nothing to the ledger. `evidence` is kept there with each wish and holds nothing personal.
    """
    wished = [
        _request(
            session, desk, reader, purpose=purpose, text=text, language=language, way=way, at=at, evidence=evidence
        )
        for purpose, text in words.items()
        if not _receives(session, reader, purpose, at)
    ]
    email = EmailAddress.kept(reader.point.value)
    if wished and not asking.admit(session, desk.addresses, email, at=at, patient=patient):
        return False
    names = _names(session, words if not wished else [purpose for purpose, _ in wished], language)
    values = (
        {Slot.CONFIRM_URL: letters.confirm_url(desk, reader, [event_id for _, event_id in wished])}
        if wished
        else {Slot.PREFERENCES_URL: letters.preferences_url(desk, reader)}
    )
    return letters.send(
        session,
        desk,
        LetterKind.CONFIRM if wished else LetterKind.ALREADY,
        reader,
        language=language,
        facts={"purposes": names} | ({"words": shown_lines(words[purpose] for purpose, _ in wished)} if wished else {}),
        values=values,
        at=at,
    )


def _request(
    session: Session,
    desk: Desk,
    reader: Reader,
    *,
    purpose: str,
    text: str,
    language: Language,
    way: Way,
    at: datetime,
    evidence: Mapping[str, Any],
) -> tuple[str, int]:
    notice = consent.notice_for(session, purpose=purpose, language=language, text=text, at=at)
    for stands in consent.standings(session, reader.person.id):
        if (stands.purpose, stands.address_key) == (purpose, reader.point.address_key) and stands.asked_id is not None:
            event = consent.find_event(session, stands.asked_id)
            if event and event.notice_id == notice.id and brussels_day(event.occurred_at) == brussels_day(at):
                return purpose, event.id
    act = NewAct(
        person_id=reader.person.id,
        purpose=purpose,
        address_key=reader.point.address_key,
        act=Act.REQUESTED,
        way=way,
        occurred_at=at,
        notice_id=notice.id,
        evidence=evidence,
    )
    return purpose, consent.record(session, desk.sealer, act, at=at).id


def open_link(session: Session, value: Any) -> Opened | None:
    """What a confirmation link stands for today (`value` is what its token holds); None where it is no such link.

    Changes nothing.
    """
    match value:
        case [int(person_id), int(point_id), [int(), *_] as request_ids]:
            reader = find_reader(session, person_id, point_id)
        case _:
            return None
    if reader is None:
        return None
    found: dict[Confirmation, list[Request]] = {worth: [] for worth in Confirmation}
    for event_id in request_ids:
        event = consent.find_event(session, event_id)
        if event is None or event.person_id != reader.person.id or event.address_key != reader.point.address_key:
            return None
        worth = consent.confirmation_of(session, event)
        found[worth].extend(requests_of(session, [event.id]))
    counts, already = found[Confirmation.COUNTS], found[Confirmation.ALREADY]
    state = LinkState.OPEN if counts else LinkState.CONFIRMED if already else LinkState.OVERTAKEN
    waiting = [
        stands.asked_id
        for stands in consent.standings(session, reader.person.id)
        if stands.asked_id is not None
        and stands.address_key == reader.point.address_key
        and stands.asked_id not in request_ids
        and stands.purpose not in {wish.purpose.code for wish in counts}
    ]
    others = requests_of(session, waiting) if state is not LinkState.OVERTAKEN else ()
    return Opened(reader=reader, state=state, wishes=tuple(counts or already), others=others)


def confirm(
    session: Session, desk: Desk, value: Any, *, also: Collection[int] = (), language: Language, at: datetime
) -> tuple[Purpose, ...] | None:
    """Turns the wishes behind a link into consent, and `also` those others that were ticked on the page.

    Returns what is new, empty where the link had been used or something later overtook it, None where it is no such
    link. A wish counts only while nobody said no since: an old letter never signs up again somebody who left.
    Opening it proves that the mailbox lives, so a mark of a dead address goes. What is new is greeted by one letter.
    """
    _hold(session, value)
    opened = open_link(session, value)
    if opened is None:
        return None
    wanted = opened.wishes if opened.state is LinkState.OPEN else ()
    wanted += tuple(other for other in opened.others if other.event_id in also)
    for wish in wanted:
        _say_age(session, opened.reader, wish, at)
        act = NewAct(
            person_id=opened.reader.person.id,
            purpose=wish.purpose.code,
            address_key=opened.reader.point.address_key,
            act=Act.GIVEN,
            way=Way.CONFIRMATION,
            occurred_at=at,
            notice_id=wish.notice.id if wish.notice else None,
            evidence={"request": wish.event_id},
        )
        consent.record(session, desk.sealer, act, at=at)
    if wanted:
        _mailbox_lives(session, opened.reader, at)
        letters.send(
            session,
            desk,
            LetterKind.WELCOME,
            opened.reader,
            language=language,
            facts={
                "purposes": tuple(wish.purpose.name(language) for wish in wanted),
                "words": shown_lines(wish.notice.text for wish in wanted if wish.notice),
            },
            values={
                Slot.PREFERENCES_URL: letters.preferences_url(desk, opened.reader),
            },
            at=at,
            occasion=f"confirmed {wanted[0].event_id}",
        )
    return tuple(wish.purpose for wish in wanted)


def _hold(session: Session, value: Any) -> None:
    """Whose link it is, held before it is read: a no that is being written at this moment overtakes it."""
    match value:
        case [int(person_id), *_]:
            with suppress(NobodyThere):
                consent.held(session, PersonId(person_id))


def _say_age(session: Session, reader: Reader, wish: Request, at: datetime) -> None:
    event = consent.find_event(session, wish.event_id)
    said = event.evidence.get("age") if event else None
    if said in set(SaidAge):
        policies.say_age(session, reader.person.id, is_minor=said == SaidAge.TEEN, at=at)


def _mailbox_lives(session: Session, reader: Reader, at: datetime) -> None:
    key = reader.point.address_key
    people.mark_deliverability(session, key, Deliverability.LIVE)
    consent.lift(session, address_key=key, cause=SuppressionCause.DEAD_ADDRESS, way=Way.CONFIRMATION, at=at)


def reader_of(session: Session, value: Any) -> Reader | None:
    """Whom an unsubscribe, preference or web-version link speaks of (`value` is what its token holds), else None."""
    match value:
        case [int(person_id), int(point_id), str(purpose), int() | None as delivery_id]:
            reader = find_reader(session, person_id, point_id) or holder_of(session, point_id)
        case _:
            return None
    if reader is None:
        return None
    sent = None if delivery_id is None else DeliveryId(delivery_id)
    return Reader(person=reader.person, point=reader.point, purpose=purpose, delivery_id=sent)


def take_back(session: Session, desk: Desk, reader: Reader, *, text: str, language: Language, at: datetime) -> bool:
    """Asks again for the purpose that the reader's link speaks of; a confirmation letter decides. True if one is owed.

    Not at once: the mail with the link may have been forwarded to somebody else.
    """
    return ask(
        session,
        desk,
        reader,
        words={reader.purpose: text},
        language=language,
        way=Way.UNSUBSCRIBE_PAGE,
        at=at,
    )


def acknowledge_leaving(session: Session, desk: Desk, value: Any, *, at: datetime) -> bool:
    """Owes the goodbye to whoever just left by their mail program's button; True if one is owed that was not."""
    reader = reader_of(session, value)
    if reader is None or not reader.point.is_living:
        return False
    kept = [choice.purpose for choice in choices(session, reader, at=at) if choice.is_on]
    left = [one for one in consent.purposes(session) if one.code == reader.purpose]
    speaks = reader.person.language
    return receipts.say_goodbye(session, desk, reader, left=left, kept=kept, language=speaks, at=at)


def preferences_url(desk: Desk, reader: Reader) -> str:
    """The page of what this reader receives."""
    return letters.preferences_url(desk, reader)


def choices(session: Session, reader: Reader, *, at: datetime) -> tuple[Choice, ...]:
    """Every letter one can have, and whether this reader gets it at this address."""
    waiting = {
        stands.purpose
        for stands in consent.standings(session, reader.person.id)
        if stands.asked_id is not None and stands.address_key == reader.point.address_key
    }
    return tuple(
        Choice(
            purpose=purpose,
            is_on=_receives(session, reader, purpose.code, at),
            awaits_confirmation=purpose.code in waiting,
        )
        for purpose in consent.letters(session)
    )


def change(
    session: Session,
    desk: Desk,
    reader: Reader,
    *,
    words: Mapping[str, str],
    first_name: str,
    speaks: Language,
    page_language: Language,
    pace: Pace,
    at: datetime,
) -> Changes:
    """Makes a reader's choices so: what `words` holds (purpose to the exact text shown) on, everything else off.

    Off is done at once, and so is `pace`. On waits for a confirmation letter, since the mail with this link may have
    been forwarded.
    For the same reason another first name than the one we hold waits for a colleague, and an empty one says nothing.
    Raises `Invalid` for a name that is none, and for a pause of more than a year.
    """
    own = own_words.take(session, desk, reader, first_name=first_name, language=speaks, at=at)
    now = choices(session, reader, at=at)
    stopped = tuple(choice.purpose for choice in now if choice.is_on and choice.purpose.code not in words)
    for purpose in stopped:
        consent.withdraw(
            session,
            desk.sealer,
            person_id=reader.person.id,
            purpose=purpose.code,
            address_key=reader.point.address_key,
            way=Way.PREFERENCES,
            at=at,
            evidence=evidence_of(reader),
        )
    asked = tuple(choice.purpose for choice in now if not choice.is_on and choice.purpose.code in words)
    letter_left = bool(asked) and ask(
        session,
        desk,
        reader,
        words={purpose.code: words[purpose.code] for purpose in asked},
        language=page_language,
        way=Way.PREFERENCES,
        at=at,
    )
    is_paced = declare_pace(
        session,
        desk,
        reader,
        pause_until_on=pace.pause_until_on,
        rhythm=pace.rhythm,
        way=Way.PREFERENCES,
        at=at,
    )
    said = receipts.stopped(stopped, page_language)
    said += receipts.paced(pace.rests_until(brussels_day(at)), pace.rhythm, page_language) if is_paced else []
    receipts.send(session, desk, reader, said=said, language=page_language, at=at)
    return Changes(
        stopped=stopped,
        asked=asked,
        letter_left=letter_left,
        fields=own.written,
        waiting=own.waiting,
        is_paced=is_paced,
    )


def _receives(session: Session, reader: Reader, purpose: str, at: datetime) -> bool:
    return gate.verdict(
        session, person_id=reader.person.id, purpose=purpose, address_key=reader.point.address_key, at=at
    ).is_wanted


def _names(session: Session, codes: Collection[str], language: Language) -> tuple[str, ...]:
    return tuple(purpose.name(language) for purpose in consent.purposes(session) if purpose.code in codes)
