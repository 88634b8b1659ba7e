"""An address said otherwise by a file or a partner: taken, it stands in our file as it was said."""

from __future__ import annotations

from typing import Any

import pytest

from crm.assembly import Assembly
from crm.people import arriving, contacts, differences, recognising, settling, taking
from crm.people import service as people
from crm.people.arrivals import Arrival, land, one_line
from crm.people.model import Difference, NewPerson
from crm.people.saying import said_lines
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW

MARIE: dict[str, Any] = {"first_name": "Marie", "last_name": "Dupont", "email": EmailAddress.parse("marie@exemple.be")}
HOME = PostalAddress.parse(street="Rue Berckmans", number="9", postcode="1060", locality="Saint-Gilles")
SAID = {
    "Belgian": PostalAddress.parse(street="Rue de Fer", number="4", box="3", postcode="5000", locality="Namur"),
    "French": PostalAddress.parse(
        street="rue de la Paix", number="10", postcode="75001", locality="Paris", country="FR"
    ),
    "commas": PostalAddress.parse(
        organisation="Maison Dupont, Fils",
        department="Service courrier",
        complement="Bâtiment B, 2e étage",
        street="Rue de Fer, derrière la gare",
        number="4",
        postcode="5000",
        locality="Namur",
    ),
}


@pytest.mark.parametrize("address", SAID.values(), ids=SAID)
@pytest.mark.parametrize("door", ["file", "partner"])
def test_an_address_that_a_file_or_a_partner_says_is_taken_as_it_was_said(
    assembly: Assembly, door: str, address: PostalAddress
) -> None:
    with assembly.database.transaction() as session:
        known = people.add(session, assembly.addresses, NewPerson(language=Language.FR, address=HOME, **MARIE), at=NOW)

        def arrives() -> tuple[Difference, ...]:
            if door == "partner":
                new = NewPerson(language=Language.FR, address=address, source="api", **MARIE)
                arriving.arrive(session, assembly.addresses, new, at=NOW, statement={})
            else:
                said = Arrival(address=address, **MARIE)
                [candidates] = recognising.candidates(session, assembly.addresses, [said])
                facts = {"source": "import", "at": NOW, "language": Language.FR}
                settling.settle(session, assembly.addresses, {1: (said, land(said, candidates))}, **facts)  # type: ignore[arg-type] # shared facts
            return differences.of(session, known.id)

        (waits,) = arrives()
        assert waits.field == "address"
        assert said_lines("address", waits.said, Language.FR)[-1] in {"5000 NAMUR", "FRANCE"}
        assert arrives() == (waits,)
        taking.take(session, assembly.addresses, waits, at=NOW)
        (now,) = contacts.addresses_of(session, [known.id])[known.id]
        assert (now.address, now.is_primary) == (address, True)


@pytest.mark.parametrize("name", ["Belgian", "French"])
def test_an_address_that_was_noted_on_one_line_is_taken_too(assembly: Assembly, name: str) -> None:
    with assembly.database.transaction() as session:
        known = people.add(session, assembly.addresses, NewPerson(language=Language.FR, address=HOME, **MARIE), at=NOW)
        facts: dict[str, Any] = {"held": {"text": ""}, "source": "import", "at": NOW}
        noted = differences.note(session, known.id, field="address", said={"text": one_line(SAID[name])}, **facts)
        taking.take(session, assembly.addresses, noted, at=NOW)
        (now,) = contacts.addresses_of(session, [known.id])[known.id]
        read, meant = now.address, SAID[name]
        assert (read.country, read.postcode, read.locality) == (meant.country, meant.postcode, meant.locality)
        assert (read.organisation, f"{read.street} {read.number}".strip()) == ("", f"{meant.street} {meant.number}")
        said = Arrival(address=SAID[name], **MARIE)
        [candidates] = recognising.candidates(session, assembly.addresses, [said])
        assert land(said, candidates).differences == ()
