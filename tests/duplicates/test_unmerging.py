"""Two records made two again, where something happened in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.assembly import Assembly
from crm.duplicates import merges
from crm.people import contacts
from crm.people import service as people
from crm.people.model import Deliverability, FailureReason, NewPerson, Usage
from crm.people.tables import ContactPointRow
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
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


@pytest.mark.parametrize("usage", [Usage.HOME, Usage.WORK])
def test_a_box_that_post_came_back_from_stays_so_under_the_other_name(assembly: Assembly, usage: Usage) -> None:
    """Whoever of the two the post came back of, and whatever each used the box for; taken apart, each is as it was."""
    box = PostalAddress.parse(street="Rue des Bougies", number="12", postcode="5000", locality="Namur")
    with assembly.database.reading() as session:
        kept, gone = (
            people.add(session, assembly.addresses, NewPerson(language=Language.FR, last_name=name), at=NOW)
            for name in ("Dupont", "Dupond")
        )
        good = contacts.add_address(session, assembly.addresses, box, person_id=kept.id, at=NOW)
        bad = contacts.add_address(session, assembly.addresses, box, person_id=gone.id, usage=usage, at=NOW)
        contacts.fail_address(session, bad.id, FailureReason.GONE, source="test", at=NOW)
        merge = merges.merge(
            session, assembly.sealer, assembly.pointers, survivor_id=kept.id, loser_id=gone.id, chosen={}, by=None,
            at=NOW + timedelta(days=1),
        )  # fmt: skip
        held = contacts.addresses_of(session, [kept.id])[kept.id]
        assert {(one.deliverability, one.failures) for one in held} == {(Deliverability.DEAD, 1)}
        told = contacts.failures_of(session, kept.id)
        assert {one.abode_id for one in told} <= {one.id for one in held}
        assert len(told) == 1
        merges.undo(session, assembly.sealer, assembly.pointers, merge.id, by=None, at=NOW + timedelta(days=2))
        [mine], [theirs] = (contacts.addresses_of(session, [one.id])[one.id] for one in (kept, gone))
        assert (mine.id, mine.deliverability, mine.failures) == (good.id, Deliverability.LIVE, 0)
        assert (theirs.id, theirs.deliverability, theirs.failures) == (bad.id, Deliverability.DEAD, 1)
        assert [one.abode_id for one in contacts.failures_of(session, gone.id)] == [bad.id]
