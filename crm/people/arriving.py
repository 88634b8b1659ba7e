"""One person who arrives by themself (the API, a form of a partner): the policy of `arrivals`, applied in one step.

A file may wait for a person to decide; a signature may not. So where the policy doubts, nobody is guessed: another name
at a known mailbox is another person (families share them), and numbers that lead elsewhere are set aside and noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher
from crm.people import contacts, differences, links, recognising, returned, service
from crm.people.arrivals import Arrival, By, Doubt, Known, Landing, compared, land, recognised
from crm.people.model import ALIVE, Difference, NewPerson, OrganisationKind, Person, TieKind, Title
from crm.people.rules import Returned, is_ours, typed_number
from crm.values.address_key import dedupe_key
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.postal_address import PostalAddress

ARRIVALS = "arrivals"


_OF_NUMBERS = frozenset({Doubt.KEYS_DISAGREE, Doubt.NUMBER_OF_ANOTHER, Doubt.NUMBER_LIKE_OURS})


class Outcome(StrEnum):
    """What an arrival came to."""

    MATCHED = "matched"
    ADDED = "added"
    CREATED = "created"


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """Who it is now; `added` where something new of them was kept; what waits for a person."""

    person: Person
    outcome: Outcome
    differences: tuple[Difference, ...] = ()


def arrive(
    session: Session, addresses: AddressHasher, new: NewPerson, *, at: datetime, statement: Mapping[str, Any]
) -> Arrived:
    """Finds or makes the person that `new` speaks of, in one step: two at once with one address make one person.

    `statement` is kept whole beside each difference. The language is for newcomers alone: a program always says one.
    Raises `Invalid`.
    """
    _hold(session, addresses, new)
    said = _said(new)
    [candidates] = recognising.candidates(session, addresses, [said], at=at)
    landing, aside = land(said, candidates), ""
    numbers = new.member_number or ", ".join(f"{one.system} {one.value}" for one in new.external_ids)
    if landing.doubt in _OF_NUMBERS or (landing.doubt is Doubt.NAMESAKE and numbers):
        aside = numbers
        new = replace(new, member_number="", external_ids=())
        landing = land(_said(new), candidates)
    if landing.doubt is Doubt.NAMESAKE and landing.known and said.words == landing.known.words and new.last_name:
        landing = compared(_said(new), landing.known)  # more likely a slip in the day than a second one of both names
    if landing.doubt is Doubt.SEVERAL_ALIKE and new.enterprise_number:
        aside = new.enterprise_number
    known = None if landing.doubt in {Doubt.EMAIL_OF_ANOTHER, Doubt.NAMESAKE} else landing.known
    if known is None and is_ours(typed_number(new.member_number)):
        aside, new = aside or new.member_number, replace(new, member_number="")  # it may never be a newcomer's
    if known is None:
        person = _newcomer(session, addresses, new, at=at)
        outcome, differing = Outcome.CREATED, []
    else:
        differing = [(one.field, one.held, one.as_noted) for one in landing.differences]
        if landing.doubt is Doubt.DECEASED:
            differing.append(("deceased_on", _day(known.person.deceased_on), {"text": ALIVE}))
            person, outcome = known.person, Outcome.MATCHED
        else:
            is_more = _add(session, addresses, known, landing, new=new, at=at)
            person, outcome = _again(session, known.person.id), Outcome.ADDED if is_more else Outcome.MATCHED
    if aside:
        differing.append(("number", "", {"text": aside}))
    noted = [
        differences.note(
            session, person.id, field=field, held={"text": held}, said=word, source=new.source, at=at,
            statement=statement,
        )
        for field, held, word in differing
    ]  # fmt: skip
    return Arrived(person=person, outcome=outcome, differences=tuple(noted))


def arrive_for(
    session: Session,
    addresses: AddressHasher,
    new: NewPerson,
    organisation: NewPerson,
    *,
    at: datetime,
    statement: Mapping[str, Any],
) -> Arrived:
    """The same, of somebody who is the contact person of an organisation: both are found or made, and tied.

    Where nobody can tell which organisation of that name it is, none is guessed or made: it waits beside the person.
    Raises `Invalid`.
    """
    arrived = arrive(session, addresses, new, at=at, statement=statement)
    said = _said(organisation)
    hold(session, f"organisation {said.organisation_key}")
    [candidates] = recognising.candidates(session, addresses, [said], at=at)
    if land(said, candidates).doubt is Doubt.SEVERAL_ALIKE:
        noted = differences.note(
            session, arrived.person.id, field="organisation_name", held={"text": arrived.person.organisation_name},
            said={"text": organisation.organisation_name}, source=new.source, at=at, statement=statement,
        )  # fmt: skip
        return replace(arrived, differences=(*arrived.differences, noted))
    group = arrive(session, addresses, organisation, at=at, statement=statement).person
    is_tied = any(
        (one.other_id, one.kind) == (group.id, TieKind.CONTACT) for one in links.ties_of(session, arrived.person.id)
    )
    if not is_tied and group.id != arrived.person.id:  # one that ended stays ended: a colleague said so
        links.tie(session, arrived.person.id, group.id, TieKind.CONTACT, at=at)
        return replace(arrived, outcome=Outcome.ADDED if arrived.outcome is Outcome.MATCHED else arrived.outcome)
    return arrived


def visit(
    session: Session, addresses: AddressHasher, new: NewPerson, *, at: datetime, statement: Mapping[str, Any]
) -> Arrived:
    """The same policy at an open form, where anybody may type anybody's address and nothing is proved.

    Whoever lives at that address is not written to: nothing of theirs is added or changed, and another name makes no
    second person there, since a stranger could fill a mailbox with people and send a letter to each; but who died is
    not who lives on at their mailbox. Who said what we do not hold waits for a person, once at a time. What a
    confirmation proves is the mailbox. Raises `Invalid` where there is no e-mail address.
    """
    if new.email is None:
        raise Invalid("an e-mail address is needed", field="email")
    _hold(session, addresses, new)
    said = replace(_said(new), external_ids=(), member_number="", phones=())
    [candidates] = recognising.candidates(session, addresses, [said], at=at)
    key = addresses.key_of(new.email.normal)
    there = [one for one in candidates if one.person.at(key) is not None and not one.person.is_deceased]
    told = differences.said_dead(session, [one.person.id for one in there])
    known, _, _ = recognised(said, [one for one in there if one.person.id not in told or one.words == said.words])
    if known is None:
        return Arrived(person=_newcomer(session, addresses, new, at=at), outcome=Outcome.CREATED)
    noted: list[Difference] = []
    is_other = bool(said.words) and not (known.words and (said.words <= known.words or known.words <= said.words))
    if is_other and not any(one.source == new.source for one in differences.of(session, known.person.id)):
        held = known.person.first_name or known.person.full_name
        noted = [
            differences.note(
                session, known.person.id, field="first_name", held={"text": held}, said={"text": new.first_name},
                source=new.source, at=at, statement=statement,
            )
        ]  # fmt: skip
    return Arrived(person=known.person, outcome=Outcome.MATCHED, differences=tuple(noted))


def spoken_of(session: Session, addresses: AddressHasher, new: NewPerson) -> tuple[Person, ...]:
    """Everybody whom `new` may be about, by the same policy, longest known first; nobody is made and nothing written.

    A number of theirs leads to one. At a shared mailbox or telephone it is whoever the name fits (best whole, else in
    part), or has none here; everybody there only where no name is said.
    """
    said = _said(new)
    is_at_home = new.address is not None and not (new.email or new.phone)
    [candidates] = recognising.candidates(session, addresses, [said], at_home=[0] if is_at_home else [])
    known, by, doubt = recognised(said, candidates)
    if known is not None and doubt in {None, Doubt.DECEASED} and by not in _BY_MAILBOX:
        return (known.person,)
    emails, phones = {email.normal for email in said.emails}, {phone.e164 for phone in said.phones}
    there = sorted((k for k in candidates if emails & k.emails or phones & k.phones), key=lambda k: k.person.id)
    if said.words:
        alike = [k for k in there if said.words <= k.words or k.words <= said.words]
        named = [k for k in alike if k.words]
        there = [k for k in named if k.words == said.words] or named or alike
    return tuple(k.person for k in there)


_BY_MAILBOX = frozenset({By.EMAIL_AND_NAME, By.EMAIL, By.PHONE_AND_NAME})


def _newcomer(session: Session, addresses: AddressHasher, new: NewPerson, *, at: datetime) -> Person:
    known_box = _returned(session, new.address)
    person = service.add(session, addresses, new, at=at)
    if known_box is not None:
        for added in contacts.addresses_of(session, [person.id])[person.id]:
            returned.mark(session, added, known_box, at=at)
    return person


def _returned(session: Session, address: PostalAddress | None) -> Returned | None:
    """What is known against a letter box before somebody arrives there."""
    key = dedupe_key(address) if address is not None else ""
    return returned.boxes(session, [key]).get(key) if key else None


def _said(new: NewPerson) -> Arrival:
    return Arrival(
        first_name=new.first_name,
        last_name=new.last_name,
        organisation_name=new.organisation_name,
        organisation_kind=new.organisation_kind,
        enterprise_number=new.enterprise_number,
        title=new.title,
        birth_on=new.birth_on,
        member_number=new.member_number,
        email=new.email,
        phones=(new.phone,) if new.phone is not None else (),
        address=new.address,
        external_ids=new.external_ids,
        said_by=new.source,
    )


def hold_arrivals(session: Session) -> None:
    """Lets nobody arrive until this transaction ends: what brings in many at once looks at all of them together."""
    hold(session, ARRIVALS)


def hold_off_many(session: Session) -> None:
    """Lets nobody bring in many at once until this transaction ends, who would not see what becomes of records here."""
    hold(session, ARRIVALS, shared=True)


def _hold(session: Session, addresses: AddressHasher, new: NewPerson) -> None:
    names = [f"address {addresses.key_of(new.email.normal)}"] if new.email else []
    names += [f"address {contacts.phone_key(addresses, new.phone)}"] if new.phone else []
    name = _said(new).organisation_key
    names += [f"organisation {name}"] if name else []
    names += [f"enterprise {new.enterprise_number}"] if new.enterprise_number else []
    names += [f"home {dedupe_key(new.address)}"] if new.address is not None else []
    names += [f"external {one.system} {one.value}" for one in new.external_ids]
    hold_off_many(session)
    for name in sorted(names):
        hold(session, name)


def _add(
    session: Session, addresses: AddressHasher, known: Known, landing: Landing, *, new: NewPerson, at: datetime
) -> bool:
    """Adds what we did not have; True if there was anything. An address that had ended lives again: they use it."""
    facts: dict[str, Any] = {"person_id": known.person.id, "source": new.source, "at": at}
    is_more = any((landing.fields, landing.emails, landing.phones, landing.address, landing.external_ids))
    if new.email is not None:
        contacts.add_email(session, addresses, new.email, **facts)
    if new.phone is not None:
        contacts.add_phone(session, addresses, new.phone, **facts)
    if landing.address is not None:
        known_box = _returned(session, landing.address)
        added = contacts.add_address(session, addresses, landing.address, **facts)
        if known_box is not None:
            returned.mark(session, added, known_box, at=at)
    for one in landing.external_ids:
        links.add_external_id(session, known.person.id, one)
    fields: dict[str, Any] = dict(landing.fields)
    born = fields.pop("birth_on", None)
    if born is not None:
        service.set_birth(session, known.person.id, date.fromisoformat(born), today=brussels_day(at))
    if "title" in fields:
        fields["title"] = Title(fields["title"])
    if "organisation_kind" in fields:
        fields["organisation_kind"] = OrganisationKind(fields["organisation_kind"])
    if fields:
        service.edit(session, known.person.id, **fields)
    return is_more


def _again(session: Session, person_id: PersonId) -> Person:
    person = service.find_person(session, person_id)
    assert person is not None
    return person


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
