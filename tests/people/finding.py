"""People to be found: made-up ones, and the slips of whoever looks for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.foundation.database import Database
from crm.people.model import NewPerson, OrganisationKind, PersonKind
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FIRST = ["Éloïse", "Jean-Marc", "Marie", "Li", "Ömer", "Anne-Sophie", "Ioánna", "Михаил", "D’Arcy", "Luna"]
LAST = [
    "Dûpont",
    "Van den Broeck",
    "O’Brien",
    "Lefèvre",
    "Yılmaz",
    "De",
    "Dupond",
    "Straße",
    "Jørgensen",
    "Van Rue",
    "Maes",
]
STREETS = ["Rue de la Loi", "Kerkstraat", "Chaussée de Wavre", "Rue de la Place", "Am Markt", "Place", "Quai au Foin"]
TOWNS = [("1000", "Bruxelles"), ("5000", "Namur"), ("1348", "Louvain-la-Neuve"), ("9000", "Gent"), ("4780", "St. Vith")]


@contextmanager
def passing(database: Database) -> Iterator[Session]:
    """A session that writes and leaves nothing behind."""
    with database.sessions() as session:
        session.connection(execution_options={"portevoix_begin": "IMMEDIATE"})
        try:
            yield session
        finally:
            session.rollback()


@st.composite
def new_people(draw: st.DrawFn) -> NewPerson:
    """Somebody with some of everything one can be known by."""
    facts: dict[str, Any] = {"language": draw(st.sampled_from(list(Language)))}
    if draw(st.integers(0, 5)) == 0:
        name = draw(st.sampled_from(["Les Amis de la Terre", "11.11.11", "Scouts de Wavre", "Groupe 34"]))
        facts |= {"kind": PersonKind.ORGANISATION, "organisation_name": name, "enterprise_number": "0123456749"}
        facts |= {"organisation_kind": OrganisationKind.ASSOCIATION}
    else:
        facts |= {"first_name": draw(st.sampled_from(FIRST)), "last_name": draw(st.sampled_from(LAST))}
    if draw(st.booleans()):
        local = draw(
            st.text("abcdefgh.123", min_size=1, max_size=9).filter(lambda t: t.strip(".") == t and ".." not in t)
        )
        domain = draw(st.sampled_from(["gmail.com", "exemple.test", "ulb.be"]))
        facts["email"] = EmailAddress.parse(f"{local}@{domain}")
    if draw(st.booleans()):
        facts["phone"] = PhoneNumber.parse(f"0470{draw(st.integers(100000, 999999))}")
    if draw(st.booleans()):
        postcode, locality = draw(st.sampled_from(TOWNS))
        street, number = draw(st.sampled_from(STREETS)), str(draw(st.integers(1, 300)))
        facts["address"] = PostalAddress.parse(street=street, number=number, postcode=postcode, locality=locality)
    return NewPerson(**facts)


@st.composite
def slipped(draw: st.DrawFn, word: str) -> str:
    """The same word with one slip: a letter left out, added or replaced, or two swapped."""
    at, letter = draw(st.integers(0, len(word) - 1)), draw(st.sampled_from(LETTERS))
    match draw(st.integers(0, 3)):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + letter + word[at:]
        case 2:
            return word[:at] + letter + word[at + 1 :]
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def ids_found(session: Session, assembly: Assembly, text: str, most: int = 200) -> list[int]:
    """Who answers to `text`, best first."""
    from crm.people import search  # late: this module is also read by tests of pure words

    return [hit.person.id for hit in search.find(session, assembly.addresses, text, most=most).hits]
