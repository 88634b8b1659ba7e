"""Whom a request is about: parsed at the door, then brought in by the one policy for whoever arrives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from crm.people import arriving, links
from crm.people import service as people
from crm.people.model import ExternalId, NewPerson, Person, PersonKind
from crm.people.rules import tidy_organisation
from crm.values import enterprise_number as enterprises
from crm.values.ages import is_too_young
from crm.values.calendar import brussels_day
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from crm.web.api import problems
from crm.web.api.gate import Caller
from crm.web.api.problems import Flaw, Problem
from crm.web.api.shapes import AddressIn, PersonIn
from crm.web.words import N_

EARLIEST = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
AHEAD = timedelta(minutes=5)
"""So much may a partner's clock be ahead of ours."""

NOBODY = N_("Donnez un e-mail, un téléphone, ou un nom avec une adresse postale.")
NOT_EMAIL = N_("Ce n’est pas une adresse à laquelle on peut écrire, comme marie@exemple.be.")
NEEDS_EMAIL = N_("Donnez l’adresse e-mail de la personne : c’est à elle que l’accord se rapporte.")
NOT_PHONE = N_("Ce n’est pas un numéro que l’on peut former.")
NOT_NAME = N_("Un nom a des lettres seulement, cent au plus, sans lien ni signe particulier.")
NOT_ORGANISATION = N_("Un nom d’organisation a deux cents caractères au plus, sans < > { }.")
NEEDS_ORGANISATION = N_("Donnez le nom de l’organisation dont c’est la sorte ou le numéro.")
NOT_ENTERPRISE = N_("Ce n’est pas un numéro d’entreprise : dix chiffres, comme 0418.308.144.")
NOT_ADDRESS = N_("Cette partie de l’adresse ne convient pas.")
NOT_NUMBER = N_("Ce numéro de membre ne convient pas.")
TOO_YOUNG = N_("Les personnes de moins de 13 ans ne peuvent pas agir elles-mêmes ici.")
NOT_BIRTH = N_("Une date de naissance se situe dans les 120 dernières années.")
TO_COME = N_("Cet instant est à venir.")
LONG_AGO = N_("Cet instant est d’avant l’an 2000.")
Value = TypeVar("Value")


def bring(session: Session, caller: Caller, asked: PersonIn, *, source: str) -> Person:
    """Who that is, known or new: what is new is added, what differs waits for a person. Raises `Problem`."""
    new = as_held(session, parsed(asked, today=brussels_day(caller.at), source=source_of(caller, source)))
    facts: dict[str, Any] = {"at": caller.at, "statement": asked.model_dump(mode="json", exclude_defaults=True)}
    if new.organisation_name and new.kind is PersonKind.INDIVIDUAL:
        group = NewPerson(
            kind=PersonKind.ORGANISATION,
            organisation_name=new.organisation_name,
            organisation_kind=new.organisation_kind,
            enterprise_number=new.enterprise_number,
            language=new.language,
            source=new.source,
        )
        who = replace(new, organisation_name="", organisation_kind=None, enterprise_number="")
        return arriving.arrive_for(session, caller.made.addresses, who, group, **facts).person
    return arriving.arrive(session, caller.made.addresses, new, **facts).person


def at_email(session: Session, caller: Caller, asked: PersonIn) -> tuple[Person, ...]:
    """Everybody who has that e-mail address; nobody is made, and whatever else is said plays no part.

    Raises `Problem` where none is given, or one that is none.
    """
    return people.people_at(session, caller.made.addresses.key_of(email_of(asked).normal))


def email_of(asked: PersonIn) -> EmailAddress:
    """The e-mail address alone. Raises `Problem`."""
    if asked.email is None:
        raise Problem(problems.INVALID, Flaw(sentence=NEEDS_EMAIL, pointer="/person/email"))
    try:
        return EmailAddress.parse(asked.email)
    except Invalid as error:
        raise Problem(problems.INVALID, Flaw(sentence=NOT_EMAIL, pointer="/person/email")) from error


def spoken_of(session: Session, caller: Caller, asked: PersonIn) -> tuple[Person, ...]:
    """Everybody whom it may be about who takes something back; nobody is made, and nothing new of them is kept.

    What leads to nobody is passed over: a wrong telephone beside a good address refuses no cancellation. Raises
    `Problem` for a name that is none, and where nothing is left that leads to anybody.
    """
    new, flaws = read(asked, source="")
    leads = new.email or new.phone or new.enterprise_number or new.external_ids or new.member_number.strip()
    if not leads and not (new.address and (new.first_name or new.last_name or new.organisation_name)):
        raise Problem(problems.INVALID, *(flaws or [Flaw(sentence=NOBODY, pointer="/person")]))
    named = [flaw for flaw in flaws if (flaw.pointer or "").endswith("_name")]
    if named:
        raise Problem(problems.INVALID, *named)
    if new.kind is PersonKind.INDIVIDUAL:
        new = replace(new, organisation_name="", enterprise_number="")
    return arriving.spoken_of(session, caller.made.addresses, as_held(session, new))


def as_held(session: Session, new: NewPerson) -> NewPerson:
    """The same, the other systems named as they are here."""
    ids = tuple(replace(one, system=links.system_named(session, one.system)) for one in new.external_ids)
    return replace(new, external_ids=ids)


def source_of(caller: Caller, source: str) -> str:
    """Where it comes from, as the office reads it: the token's name, and what the partner calls it."""
    return f"{caller.token.name} · {source}"[:100] if source else caller.token.name[:100]


def parsed(asked: PersonIn, *, today: date, source: str) -> NewPerson:
    """What is said of someone, as values. Raises `Problem` with all that has to be mended."""
    new, flaws = read(asked, source=source)
    flaws += _flaws_of_birth(asked.birth_on, today)
    if (asked.organisation_kind is not None or new.enterprise_number) and not asked.organisation_name:
        flaws.append(Flaw(sentence=NEEDS_ORGANISATION, pointer="/person/organisation_name"))
    is_named = new.first_name or new.last_name or new.organisation_name
    known_by = new.email or new.phone or new.enterprise_number or (is_named and new.address)
    if not flaws and not known_by:
        flaws.append(Flaw(sentence=NOBODY, pointer="/person"))
    if flaws:
        raise Problem(problems.INVALID, *flaws)
    return new


def read(asked: PersonIn, *, source: str) -> tuple[NewPerson, list[Flaw]]:
    """What is said of someone, as values, without what cannot be read; and a flaw for each of that."""
    flaws: list[Flaw] = []

    def value(read: Callable[[], Value], pointer: str, sentence: str) -> Value | None:
        try:
            return read()
        except Invalid as error:
            inner = f"/{error.field}" if pointer.endswith("/address") and error.field else ""
            flaws.append(Flaw(sentence=sentence, pointer=f"{pointer}{inner}"))
        return None

    email = phone = address = None
    if asked.email is not None:
        typed = asked.email
        email = value(lambda: EmailAddress.parse(typed), "/person/email", NOT_EMAIL)
    if asked.phone is not None:
        number = asked.phone
        phone = value(lambda: PhoneNumber.parse(number), "/person/phone", NOT_PHONE)
    if asked.address is not None:
        parts = asked.address
        address = value(lambda: _address(parts), "/person/address", NOT_ADDRESS)
    first = value(lambda: people.tidy_name(asked.first_name, field="first_name"), "/person/first_name", NOT_NAME)
    last = value(lambda: people.tidy_name(asked.last_name, field="last_name"), "/person/last_name", NOT_NAME)
    group = value(lambda: tidy_organisation(asked.organisation_name), "/person/organisation_name", NOT_ORGANISATION)
    typed_number = asked.enterprise_number
    enterprise = value(lambda: enterprises.read(typed_number), "/person/enterprise_number", NOT_ENTERPRISE)
    new = NewPerson(
        email=email,
        phone=phone,
        address=address,
        first_name=first or "",
        last_name=last or "",
        kind=PersonKind.ORGANISATION if group and not (first or last) else PersonKind.INDIVIDUAL,
        organisation_name=group or "",
        organisation_kind=asked.organisation_kind,
        enterprise_number=enterprise or "",
        title=asked.title,
        language=asked.language,
        birth_on=asked.birth_on,
        member_number=asked.member_number,
        external_ids=tuple(ExternalId(system=one.system, value=one.value) for one in asked.external_ids),
        source=source,
    )
    return new, flaws


def _flaws_of_birth(birth_on: date | None, today: date) -> list[Flaw]:
    if birth_on is not None and not date(today.year - 120, 1, 1) <= birth_on <= today:
        return [Flaw(sentence=NOT_BIRTH, pointer="/person/birth_on")]
    return [Flaw(sentence=TOO_YOUNG, pointer="/person/birth_on")] if is_too_young(birth_on, today) else []


def moment(caller: Caller, said: datetime | None, pointer: str) -> datetime:
    """When it happened: now where nothing is said. Raises `Problem` for an instant to come, or of long ago."""
    if said is None:
        return caller.at
    if said < EARLIEST:
        raise Problem(problems.INVALID, Flaw(sentence=LONG_AGO, pointer=pointer))
    if said > caller.at + AHEAD:
        raise Problem(problems.INVALID, Flaw(sentence=TO_COME, pointer=pointer))
    return min(said, caller.at)


def _address(parts: AddressIn) -> PostalAddress:
    return PostalAddress.parse(
        organisation=parts.organisation,
        department=parts.department,
        complement=parts.complement,
        street=parts.street,
        number=parts.number,
        box=parts.box,
        postcode=parts.postcode,
        locality=parts.locality,
        country=parts.country,
    )
