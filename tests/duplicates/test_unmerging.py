"""Two records made two again, where something happened in between."""

from __future__ import annotations

from datetime import timedelta

from crm.assembly import Assembly
from crm.duplicates import merges
from crm.people import contacts
from crm.people import service as people
from crm.people.model import NewPerson
from crm.people.tables import ContactPointRow
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.conftest import NOW

SHARED, OWN = EmailAddress.parse("commune@exemple.be"), EmailAddress.parse("seule@exemple.be")


def test_an_address_that_lived_on_by_the_merge_alone_is_preferred_by_nobody_after_it(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        kept, gone = (
            people.add(
                session, assembly.addresses, NewPerson(language=Language.FR, email=SHARED, last_name=name), at=NOW
            )
            for name in ("Dupont", "Dupond")
        )
        own = contacts.add_email(session, assembly.addresses, OWN, person_id=kept.id, at=NOW)
        shared = kept.contact_points[0]
        contacts.end_point(session, shared.id, at=NOW)
        merge = merges.merge(
            session,
            assembly.sealer,
            assembly.pointers,
            survivor_id=kept.id,
            loser_id=gone.id,
            chosen={},
            by=None,
            at=NOW + timedelta(days=1),
        )
        assert session.get_one(ContactPointRow, shared.id, populate_existing=True).ended_at is None
        contacts.prefer_point(session, shared.id)
        merges.undo(session, assembly.sealer, assembly.pointers, merge.id, by=None, at=NOW + timedelta(days=2))
        again = session.get_one(ContactPointRow, shared.id, populate_existing=True)
        assert (again.ended_at, again.is_primary) == (NOW, False)
        assert session.get_one(ContactPointRow, own.id, populate_existing=True).is_primary
