"""Editions that were received, and left out of; and what a picker finds among all there is."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from crm.actions import segment_fields
from crm.actions.tables import CallRow
from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.contracts.segment_fields import Source
from crm.people import service as people
from crm.rooms import QUESTIONS
from crm.segments.model import Condition, Not, Test, Words
from crm.segments.reading import Reader
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from mailing.delivery.model import DeliveryState
from mailing.delivery.tables import DeliveryRow
from tests.conftest import NOW
from tests.segments import sowing
from tests.segments.conftest import TODAY, both, person


def received(**asked: str) -> Condition:
    tests = (Test(column=name, asks=Words(values=frozenset({value}))) for name, value in asked.items())
    return Condition(source="edition", where=tuple(tests))


def test_who_received_an_edition_and_who_left_out_of_it(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={}, position=1))
        everyone = {
            name: person(session, assembly, name, email=EmailAddress.parse(f"{name}@exemple.be"))
            for name in ("ann", "bo", "cy")
        }
        sowing.sent(session, everyone["ann"], everyone["bo"])
        session.execute(update(DeliveryRow).values(state=DeliveryState.ACCEPTED))
        mails = {row.person_id: row.id for row in session.scalars(select(DeliveryRow))}
        found = people.find_person(session, everyone["bo"])
        assert found is not None
        left = NewAct(person_id=found.id, purpose="news", address_key=found.contact_points[0].address_key,
                      act=Act.WITHDRAWN, way=Way.ONE_CLICK, occurred_at=NOW,
                      evidence={"delivery": mails[found.id]})  # fmt: skip
        consent.record(session, assembly.sealer, left, at=NOW)
        [one] = column("edition", "edition").every(session, Language.FR)
        assert both(session, received(edition=one.value), everyone) == {"ann", "bo"}
        assert both(session, Not(part=received(edition=one.value)), everyone) == {"cy"}
        assert both(session, received(edition=one.value, after="left"), everyone) == {"bo"}
        assert both(session, received(edition=one.value, after="stayed"), everyone) == {"ann"}
        reads = Reader(session=session, catalogue=QUESTIONS, language=Language.FR, today=TODAY)
        assert one.label in reads.sentence(received(edition=one.value))
        assert one.label.startswith("Nouvelles 1 · 23 nov. 2026")


def test_what_is_older_than_the_list_keeps_its_name(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_fields, "MOST_LISTED", 1)
    with assembly.database.reading() as session:
        [old, _] = sowing.petitions(session, ("torture",), ("asile",))
        title = session.scalars(select(CallRow.title).where(CallRow.id == old)).one()
        reads = Reader(session=session, catalogue=QUESTIONS, language=Language.FR, today=TODAY)
        asked = Test(column="petition", asks=Words(values=frozenset({str(old)})))
        assert title in reads.sentence(Condition(source="signature", where=(asked,)))


def column(source: str, key: str):  # type: ignore[no-untyped-def]
    found: Source = QUESTIONS.source(source)
    return found.find_column(key)
