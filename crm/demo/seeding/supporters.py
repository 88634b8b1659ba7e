"""Made-up people of one batch: who they are, where they live, how they are reached, since when we know them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random

from crm.demo.organisation import MARK
from crm.demo.seeding import names
from crm.people.bulk import Arrival
from crm.people.model import NewPerson, OrganisationKind, PersonKind, Title
from crm.values.belgium.localities import Locality
from crm.values.email_address import EmailAddress
from crm.values.folding import folded
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress

FIRST_YEAR = 2021
MONTHS = tuple(accumulate((7, 6, 9, 8, 8, 6, 3, 3, 9, 11, 16, 14)))
"""How many have come by the end of each month: quiet summers, candles and letters in the last weeks of the year."""
WITH_MAIL, WITH_PHONE, ORGANISATIONS, SHARING = 0.70, 0.55, 0.02, 0.12
"""`SHARING`: so many move in with the one before them; with both that makes a fifth who live together."""
FRENCH = 4
"""Of one in so many who speak Dutch in Brussels the address was written down in French."""
_MOBILES = (*range(70, 80), 85, 86, *range(94, 99))
_SEEN = (Language.FR, Language.NL, Language.DE, Language.EN)


def arrivals(chance: Random, count: int, now: datetime) -> Iterator[Arrival]:
    """So many people, in no order of time; some live with the one before."""
    localities, heaped = names.towns()
    places = chance.choices(localities, cum_weights=heaped, k=count)
    spoken = [_spoken(chance, place) for place in places]
    drawn = {
        language: iter(
            zip(
                names.first_names(language).draw(chance, count),
                names.surnames(chance, language, count),
                names.streets(language).draw(chance, count),
                strict=True,
            )
        )
        for language in _SEEN
    }
    houses = names.mail_houses()
    last: tuple[PostalAddress, str] | None = None
    for place, language in zip(places, spoken, strict=True):
        first, surname, street = next(drawn[language])
        at = _arrived(chance, now)
        if chance.random() < ORGANISATIONS:
            last = None
            yield Arrival(_organisation(chance, place, language, surname, street), at)
            continue
        shares = last is not None and chance.random() < SHARING
        if shares and last is not None:
            address, kin = last
            surname = kin if chance.random() < 0.6 else surname
        else:
            address = _address(chance, place, street)
            if language is Language.NL and len(place.languages) > 1 and int(address.number) % FRENCH == 0:
                address = replace(address, language=Language.FR)
        email = _mailbox(chance, first, surname, houses) if chance.random() < WITH_MAIL else None
        new = NewPerson(
            language=language,
            first_name=first,
            last_name=surname,
            title=chance.choice((Title.MADAM, Title.SIR)) if chance.random() < 0.3 else Title.NONE,
            email=email,
            phone=_phone(chance) if chance.random() < WITH_PHONE else None,
            address=address,
            birth_on=(at - timedelta(days=chance.randrange(18 * 365, 88 * 365))).date() if not shares else None,
            source=MARK,
        )
        last = None if shares else (address, surname)
        yield Arrival(new, at)


def _spoken(chance: Random, place: Locality) -> Language:
    drawn = chance.random()
    if drawn < 0.03:
        return Language.EN
    if len(place.languages) > 1:
        return Language.FR if drawn < 0.84 else Language.NL
    return place.languages[0] if place.languages else Language.FR


def _arrived(chance: Random, now: datetime) -> datetime:
    """Some moment since the first year, at the hours at which people are awake."""
    while True:
        year = chance.randrange(FIRST_YEAR, now.year + 1)
        month = chance.choices(range(1, 13), cum_weights=MONTHS)[0]
        minutes = chance.randrange(28 * 24 * 60)
        at = datetime(year, month, 1, tzinfo=now.tzinfo) + timedelta(minutes=minutes)
        if at.hour < 6:
            at += timedelta(hours=12)
        if at < now - timedelta(days=2):
            return at


def _address(chance: Random, place: Locality, street: str) -> PostalAddress:
    language = place.languages[0] if len(place.languages) == 1 else None
    box = str(chance.randrange(1, 40)) if chance.random() < 0.14 else ""
    return PostalAddress(
        street=street,
        number=str(int(chance.expovariate(1 / 45)) + 1),
        box=box,
        postcode=place.postcode,
        locality=place.name(language or Language.FR),
        nis_code=place.nis_code,
        language=language,
    )


def _organisation(chance: Random, place: Locality, language: Language, surname: str, street: str) -> NewPerson:
    spoken = Language.FR if language is Language.EN else language
    name = names.organisation(chance, spoken, place.name(spoken), surname)
    house = "".join(c for c in folded(name) if c.isascii() and c.isalnum())
    kind = OrganisationKind.LOCAL_GROUP if "roup" in name else OrganisationKind.ASSOCIATION
    return NewPerson(
        language=spoken,
        kind=PersonKind.ORGANISATION,
        organisation_name=name,
        organisation_kind=kind,
        email=_at(f"info@{house}{chance.randrange(1, 10_000)}.test"),
        phone=_phone(chance) if chance.random() < WITH_PHONE else None,
        address=_address(chance, place, street),
        source=MARK,
    )


def _mailbox(chance: Random, first: str, last: str, houses: list[str]) -> EmailAddress:
    one, other = (_plain(part) for part in (first, last))
    # Always with a number: nobody else has one's mailbox, also where a million bear the same few names.
    number = chance.randrange(1, 100_000)
    forms = (f"{one}{number}.{other}", f"{one}.{other}{number}", f"{one[:1]}{other}{number}", f"{other}.{one}{number}")
    local = chance.choice(forms)
    return _at(f"{local}@{chance.choice(houses)}")


def _at(text: str) -> EmailAddress:
    """Written in the form in which `parse` would leave it, which costs more than everything else here together."""
    return EmailAddress(text=text, normal=text)


def _phone(chance: Random) -> PhoneNumber:
    """A number of the Belgian plan: a mobile, or a landline of a zone."""
    if chance.random() < 0.7:
        return PhoneNumber(f"+324{chance.choice(_MOBILES)}{chance.randrange(10**6):06d}")
    zone = chance.choice(("2", "42", "43", "10", "65", "67", "69", "71", "81", "87"))
    return PhoneNumber(f"+32{zone}{chance.randrange(2 * 10 ** (7 - len(zone)), 9 * 10 ** (7 - len(zone)))}")


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    """`text` in plain small letters, as a mailbox would be named."""
    return "".join(c for c in folded(text).replace("ı", "i") if c.isascii() and (c.isalnum() or c == "-"))
