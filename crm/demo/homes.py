"""Where the demonstration's people live, whom they live with, the groups they belong to: made up from the seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.demo.desk import pass_the_time
from crm.demo.organisation import MARK
from crm.demo.supporters import SEED
from crm.people import contacts, differences, households, links
from crm.people import service as people
from crm.people.model import (
    ExternalId,
    FailureReason,
    NewPerson,
    OrganisationKind,
    Person,
    PersonKind,
    Position,
    Sensitivity,
    TieKind,
    Title,
    Usage,
)
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress

PLACES = (
    ("1000", "Bruxelles", "Rue Haute"),
    ("1030", "Schaerbeek", "Avenue Rogier"),
    ("1050", "Ixelles", "Chaussée de Wavre"),
    ("1060", "Saint-Gilles", "Rue de la Victoire"),
    ("1180", "Uccle", "Avenue Brugmann"),
    ("1300", "Wavre", "Rue du Pont du Christ"),
    ("1348", "Louvain-la-Neuve", "Rue des Wallons"),
    ("1400", "Nivelles", "Rue de Namur"),
    ("4000", "Liège", "Rue Saint-Gilles"),
    ("4020", "Liège", "Quai de la Boverie"),
    ("4500", "Huy", "Rue des Brasseurs"),
    ("4800", "Verviers", "Rue de Heusy"),
    ("5000", "Namur", "Rue de Fer"),
    ("5100", "Jambes", "Rue de Dave"),
    ("5500", "Dinant", "Rue Grande"),
    ("6000", "Charleroi", "Boulevard Tirou"),
    ("6700", "Arlon", "Grand-Rue"),
    ("7000", "Mons", "Rue de la Clef"),
    ("7500", "Tournai", "Rue Saint-Martin"),
)
DUTCH = (
    ("2000", "Antwerpen", "Lange Nieuwstraat"),
    ("3000", "Leuven", "Bondgenotenlaan"),
    ("9000", "Gent", "Veldstraat"),
)
SEASIDE = (("8400", "Oostende", "Koningin Astridlaan"), ("8300", "Knokke-Heist", "Zeedijk"))

TAGS = ("Bénévole", "Groupe d’Ixelles", "Lit en braille", "Écrit des lettres", "Marché de Noël", "Professeur·e")
SENSITIVE = "A témoigné de son exil"

ORGANISATIONS = (
    (OrganisationKind.LOCAL_GROUP, "Groupe local d’Ixelles", ("1050", "Ixelles", "Rue du Viaduc")),
    (OrganisationKind.SCHOOL, "Athénée Marguerite Yourcenar", ("1020", "Bruxelles", "Rue Médori")),
    (OrganisationKind.CANDLE_SELLER, "Librairie Le Grand Large", ("5000", "Namur", "Rue de la Croix")),
    (OrganisationKind.ASSOCIATION, "Maison des femmes de Liège", ("4000", "Liège", "Rue Pierreuse")),
)


def settle(assembly: Assembly, session: Session, now: datetime) -> None:
    """Gives everybody a letter box, most a phone, some a household, a group, a word of the team."""
    chance = random.Random(SEED + 1)  # noqa: S311 - made-up people, not secrets
    everybody = sorted(_everybody(session), key=lambda person: person.id)
    for person in everybody:
        _home(assembly, session, person, chance)
    _share(session, everybody, chance, now)
    _mark(session, everybody, chance, now)
    _organise(assembly, session, everybody, now)
    _differ(session, everybody, now)
    oldest = next(person for person in everybody if person.first_name and person.last_name)
    people.record_death(
        session, everybody[60].id, died_on=(now - timedelta(days=21)).date(), at=now - timedelta(days=18)
    )
    people.edit(session, oldest.id, title=Title.MADAM)
    pass_the_time(session, sorted(_everybody(session), key=lambda person: person.id), now)


def _everybody(session: Session) -> list[Person]:
    found: list[Person] = []
    after: PersonId | None = None
    while True:
        page = people.page(session, after=after, size=200)
        found.extend(page.people)
        if page.next_after is None:
            return found
        after = page.next_after


def _address(place: tuple[str, str, str], chance: random.Random) -> PostalAddress:
    postcode, locality, street = place
    box = str(chance.randrange(1, 30)) if chance.random() < 0.25 else ""
    return PostalAddress.parse(
        street=street, number=str(chance.randrange(1, 220)), box=box, postcode=postcode, locality=locality
    )


def _home(assembly: Assembly, session: Session, person: Person, chance: random.Random) -> None:
    facts: dict[str, Any] = {"person_id": person.id, "at": person.created_at, "source": MARK}
    if chance.random() < 0.8:
        place = chance.choice(DUTCH if person.language is Language.NL else PLACES)
        home = contacts.add_address(session, assembly.addresses, _address(place, chance), **facts)
        if chance.random() < 0.06:
            summer: dict[str, Any] = {"usage": Usage.HOLIDAY, "season": ("06-15", "09-15"), "is_primary": False}
            seaside = _address(chance.choice(SEASIDE), chance)
            contacts.add_address(session, assembly.addresses, seaside, **summer, **facts)
        if chance.random() < 0.05:
            back = person.created_at + timedelta(days=1)
            contacts.fail_address(session, home.id, FailureReason.GONE, source="post", at=back)
    if chance.random() < 0.6:
        number = PhoneNumber.parse(f"047{chance.randrange(0, 10)}{chance.randrange(100000, 999999)}")
        contacts.add_phone(session, assembly.addresses, number, **facts)
    if chance.random() < 0.4:
        born = date(chance.randrange(1940, 2004), chance.randrange(1, 13), chance.randrange(1, 28))
        people.set_birth(session, person.id, born, today=person.created_at.date())
    if chance.random() < 0.3:
        links.add_external_id(session, person.id, ExternalId(system="ancien-fichier", value=f"D{10_000 + person.id}"))


def _share(session: Session, everybody: Sequence[Person], chance: random.Random, now: datetime) -> None:
    """Couples, some with a child; the second moves to the first's letter box only in their household."""
    named = [person for person in everybody if person.first_name and person.last_name]
    for first, second, third in list(zip(named[::9], named[1::9], named[2::9], strict=False))[:18]:
        if chance.random() < 0.3:
            home = households.found(session, [first.id, second.id, third.id], at=now)
            households.put(session, home.id, third.id, position=Position.CHILD, is_on_envelope=False, at=now)
        else:
            households.found(session, [first.id, second.id], at=now)
        links.tie(session, first.id, second.id, TieKind.PARTNER, at=now)


def _mark(session: Session, everybody: Sequence[Person], chance: random.Random, now: datetime) -> None:
    tags = [links.put_tag(session, name, at=now) for name in TAGS]
    sensitive = links.put_tag(session, SENSITIVE, at=now, sensitivity=Sensitivity.SENSITIVE)
    for person in everybody:
        for tag in tags:
            if chance.random() < 0.07:
                links.tag(session, person.id, tag.id, at=now, source=MARK)
    for person in everybody[3::40]:
        links.tag(session, person.id, sensitive.id, at=now, source=MARK)


def _organise(assembly: Assembly, session: Session, everybody: Sequence[Person], now: datetime) -> None:
    named = [person for person in everybody if person.full_name]
    roles = {
        OrganisationKind.LOCAL_GROUP: (TieKind.COORDINATOR, TieKind.TREASURER, TieKind.MEMBER, TieKind.MEMBER),
        OrganisationKind.SCHOOL: (TieKind.TEACHER, TieKind.CONTACT),
        OrganisationKind.CANDLE_SELLER: (TieKind.CONTACT, TieKind.SELLER),
        OrganisationKind.ASSOCIATION: (TieKind.CONTACT, TieKind.EMPLOYEE),
    }
    arrived, number = now - timedelta(days=380), 4
    for kind, name, (postcode, locality, street) in ORGANISATIONS:
        plain = "".join(c for c in name.lower() if c.isascii() and c.isalpha())[:12]
        body = people.add(
            session,
            assembly.addresses,
            NewPerson(
                kind=PersonKind.ORGANISATION,
                organisation_name=name,
                organisation_kind=kind,
                language=Language.FR,
                email=EmailAddress.parse(f"{plain}@exemple.test"),
                address=PostalAddress.parse(street=street, number="12", postcode=postcode, locality=locality),
                source=MARK,
            ),
            at=arrived,
        )
        for role in roles[kind]:
            links.tie(session, named[number].id, body.id, role, at=now, since_on=arrived.date())
            number += 7


def _differ(session: Session, everybody: Sequence[Person], now: datetime) -> None:
    """What some of them said otherwise than we hold, on a coupon or on a page of ours."""
    named = [person for person in everybody if person.first_name and person.last_name]
    moved, wed, speaks, called = named[5], named[11], named[17], named[23]
    new_home = {"street": "Rue des Tanneurs", "number": "58", "box": "3", "postcode": "1000", "locality": "Bruxelles"}
    day = timedelta(days=1)
    differences.note(
        session,
        moved.id,
        field="address",
        held={"text": "l’adresse de la fiche"},
        said=new_home,
        source="self-service",
        statement={"message": "Nous avons déménagé le mois dernier, voici notre nouvelle adresse. Merci !"},
        at=now - 2 * day,
    )
    differences.note(
        session,
        wed.id,
        field="last_name",
        held={"text": wed.last_name},
        said={"text": f"{wed.last_name}-Delcourt"},
        source="self-service",
        statement={"message": "Je porte aussi le nom de mon mari depuis notre mariage."},
        at=now - 4 * day,
    )
    other = Language.NL if speaks.language is Language.FR else Language.FR
    differences.note(
        session,
        speaks.id,
        field="language",
        held={"text": speaks.language.value},
        said={"text": other.value},
        source="import",
        at=now - 6 * day,
    )
    differences.note(
        session,
        called.id,
        field="first_name",
        held={"text": called.first_name},
        said={"text": f"{called.first_name}-Anne"},
        source="sign-up",
        at=now - 9 * day,
    )
