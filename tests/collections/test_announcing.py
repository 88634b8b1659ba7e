"""Nothing is asked of a bank before its owner was told: once, by mail, or by letter where there is no mailbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from crm.assembly import Assembly
from crm.collections import announcing, notice_letters, service
from crm.collections.model import LeftOut
from crm.collections.service import Office
from crm.foundation import documents
from crm.foundation.settings import Collecting
from crm.people import contacts
from crm.people import service as people
from crm.people.model import NewPerson
from crm.plans import collecting
from crm.plans import service as plans
from crm.plans.model import Channel, Plan
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from jobs import announce_collections
from mailing.delivery.tables import DeliveryRow
from tests.collections.conftest import CREDITOR, noon
from tests.conftest import NOW
from tests.plans.conftest import Promise

SIGNED, RAISED = date(2026, 11, 1), date(2027, 1, 5)


@pytest.fixture
def plans_of(assembly: Assembly, promise: Promise) -> dict[str, Plan]:
    """Three promises that a colleague raised from January on without telling anybody: by mail, by post, of the dead."""
    found = {}
    for name, language in (("mail", Language.NL), ("post", Language.DE), ("dead", Language.FR)):
        with assembly.database.transaction() as session:
            new = NewPerson(
                language=language,
                last_name=name,
                email=EmailAddress.parse(f"{name}@exemple.be") if name != "post" else None,
                address=PostalAddress(street="Rue Haute", number="1", postcode="1000", locality="Bruxelles"),
            )
            person = people.add(session, assembly.addresses, new, at=NOW)
            plan = promise(session, 1000, person.id, started_on=SIGNED, every_months=2)
            found[name] = plans.change(
                session, plan.id, cents=1500, seen=plan.version, effective_on=RAISED, channel=Channel.PHONE,
                is_told=False, at=noon(SIGNED), by=None,
            )  # fmt: skip
            if name == "dead":
                people.record_death(session, person.id, died_on=date(2026, 11, 2), at=NOW)
    return found


def test_each_is_told_once_in_time_and_only_then_asked(
    assembly: Assembly, office: Office, plans_of: dict[str, Plan]
) -> None:
    settings = assembly.settings.model_copy(update={"collecting": Collecting(creditor_id=CREDITOR.creditor_id)})
    made = replace(assembly, settings=settings)
    early, soon = noon(date(2026, 12, 5)), noon(date(2026, 12, 7))
    assert announce_collections.run(made, early) == {"told": 0}
    assert [announce_collections.run(made, soon) for _ in range(2)] == [{"told": 1}, {"told": 0}]
    with made.database.reading() as session:
        assert len(session.scalars(select(DeliveryRow.id)).all()) == 1
        assert service.prospect(session, office, RAISED).left_out == {
            LeftOut.NOT_ANNOUNCED: 1,
            LeftOut.DECEASED: 1,
        }
        [(notice, person, _)] = found = announcing.by_letter(session, office, soon.date())
        assert (notice.cents, notice.due_on, person.id) == (1500, RAISED, plans_of["post"].person_id)
        page = notice_letters.facts(
            found, settings.organisation, creditor=CREDITOR.creditor_id, language=Language.FR, on=soon.date()
        )
    [letter] = page["letters"]
    said = "Ab dem 5. Januar 2027 ziehen wir bei Ihrer Bank 15,00 € alle zwei Monate ein."
    assert letter["paragraphs"][0].replace("\u00a0", " ").replace("\u202f", " ") == said
    assert documents.pdf("letters", page, at=soon).startswith(b"%PDF")
    with made.database.transaction() as session:
        told = [announcing.note(session, [notice], Channel.LETTER, soon.date()) for _ in range(2)]
        assert (told, announcing.by_letter(session, office, soon.date())) == ([1, 0], [])
    with made.database.reading() as session:
        kept = collecting.block(session, after=None, size=9, first_on=RAISED, last_on=RAISED)[0]
        by = {one.plan.id: one.due[0].announced_on for one in kept}
        assert by == {
            plans_of["mail"].id: soon.date(), plans_of["post"].id: soon.date(), plans_of["dead"].id: None,
        }  # fmt: skip
        assert service.prospect(session, office, RAISED).left_out == {LeftOut.DECEASED: 1}
        assert contacts.addresses_of(session, [plans_of["post"].person_id])
