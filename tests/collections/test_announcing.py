"""Nothing is asked of a bank before its owner was told: once, by mail, or by letter where there is no mailbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crm.assembly import Assembly
from crm.collections import announcing, notice_letters, service
from crm.collections.model import LeftOut
from crm.collections.service import Office
from crm.foundation import documents
from crm.foundation.settings import Collecting
from crm.people import contacts, differences
from crm.people import service as people
from crm.people.model import DifferenceState, NewPerson, Usage
from crm.plans import collecting
from crm.plans import service as plans
from crm.plans.model import Channel, Plan
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from jobs import announce_collections
from mailing.delivery.model import DeliveryState
from mailing.delivery.tables import DeliveryRow
from mailing.feedback.model import Finding
from mailing.feedback.tables import MailEventRow
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
    assert announce_collections.run(made, early) == {"told": 0, "taken_back": 0}
    assert [announce_collections.run(made, soon) for _ in range(2)] == [
        {"told": 1, "taken_back": 0},
        {"told": 0, "taken_back": 0},
    ]
    with made.database.reading() as session:
        assert len(session.scalars(select(DeliveryRow.id)).all()) == 1
        assert service.prospect(session, office, RAISED).left_out == {
            LeftOut.NOT_ANNOUNCED: 1,
            LeftOut.DECEASED: 1,
        }
        [(notice, person, _)] = found = announcing.by_letter(session, office, soon.date())
        assert (notice.cents, notice.due_on, person.id) == (1500, RAISED, plans_of["post"].person_id)
        page = notice_letters.facts(found, settings.organisation, language=Language.FR, on=soon.date())
        assert notice.creditor == CREDITOR.creditor_id
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


def test_a_letter_goes_to_the_address_of_the_season_and_to_nobody_who_is_said_to_have_died(
    assembly: Assembly, office: Office, plans_of: dict[str, Plan]
) -> None:
    who, day = plans_of["post"].person_id, date(2026, 12, 7)
    sea = PostalAddress(street="Digue de mer", number="1", postcode="8400", locality="Ostende")
    with assembly.database.transaction() as session:
        stay: dict[str, Any] = {"usage": Usage.HOLIDAY, "season": ("12-01", "12-31")}
        contacts.add_address(session, assembly.addresses, sea, person_id=who, at=NOW, **stay)
        [(_, _, home)] = announcing.by_letter(session, office, day)
        assert home == sea
        told: dict[str, Any] = {"field": "deceased_on", "held": {}, "said": {"text": "2026-12-01"}}
        word = differences.note(session, who, **told, source="x", at=NOW)
        assert announcing.by_letter(session, office, day) == []
        differences.decide(session, word.id, DifferenceState.KEPT, by=AccountId(1), at=NOW)
        assert len(announcing.by_letter(session, office, day)) == 1


@pytest.mark.parametrize("finding", [Finding.MAILBOX_FULL, None])
def test_a_mail_that_reached_nobody_told_nobody_and_another_mailbox_or_a_letter_does(
    assembly: Assembly, office: Office, plans_of: dict[str, Plan], finding: Finding | None
) -> None:
    settings = assembly.settings.model_copy(update={"collecting": Collecting(creditor_id=CREDITOR.creditor_id)})
    made = replace(assembly, settings=settings)
    days = [noon(date(2026, 12, day)) for day in range(7, 12)]
    plan = plans_of["mail"]

    def fail() -> None:
        with made.database.transaction() as session:
            last = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id.desc())).first()
            assert last is not None
            if finding is None:
                last.state = DeliveryState.WITHHELD
            else:
                session.add(MailEventRow(delivery_id=last.id, finding=finding, source_key=f"{last.id}", at=NOW))

    def told() -> list[date | None]:
        with made.database.reading() as session:
            asked, _ = collecting.block(session, after=None, size=9, first_on=RAISED, last_on=RAISED)
            return [one.due[0].announced_on for one in asked if one.plan.id == plan.id]

    assert announce_collections.run(made, days[0])["told"] == 1
    fail()
    assert announce_collections.run(made, days[1]) == {"told": 0, "taken_back": 1}
    assert told() == [None]
    with made.database.transaction() as session:
        waits = {notice.plan_id for notice, *_ in announcing.by_letter(session, office, days[1].date())}
        assert waits == {plan.id, plans_of["post"].id}
        mandate_id = plan.mandate_id
        assert mandate_id is not None
        assert collecting.gone(session, [plan.id], [mandate_id], RAISED) == {plan.id}
        assert collecting.gone(session, [plan.id], [mandate_id], SIGNED) == set()
        address = EmailAddress.parse("autre@exemple.be")
        [point] = people.people(session, [plan.person_id])[plan.person_id].emails
        contacts.correct_email(session, assembly.addresses, point.id, address, at=days[1])
    assert announce_collections.run(made, days[2]) == {"told": 1, "taken_back": 0}
    assert told() == [days[2].date()]
    fail()
    assert announce_collections.run(made, days[3]) == {"told": 0, "taken_back": 1}
    with made.database.transaction() as session:
        found = announcing.by_letter(session, office, days[3].date())
        announcing.note(session, [notice for notice, *_ in found], Channel.LETTER, days[3].date())
    assert announce_collections.run(made, days[4]) == {"told": 0, "taken_back": 0}
    assert told() == [days[3].date()]
