"""An edition to a segment, or to those whom an appeal asks: the gate has the last word, and the account balances."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.contracts.segment_fields import Measure
from crm.fundraising import freezing, late, selects
from crm.fundraising import service as fundraising
from crm.fundraising.model import NewCell
from crm.people import service as people
from crm.rooms import QUESTIONS
from crm.segments import picking
from crm.segments import service as segments
from crm.segments.model import Condition, Every, NewSegment, Not, Sample, Span
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, CellId, PersonId
from mailing.composition import service as composition
from mailing.composition.errors import EditionChanged
from mailing.composition.model import Among, Edition
from mailing.delivery import service
from mailing.delivery.errors import EditionNotReady
from mailing.delivery.model import Report
from mailing.delivery.tables import DeliveryRow
from tests.composition import shelf
from tests.conftest import NOW
from tests.delivery import ledger
from tests.fundraising import conftest as desk

BY = AccountId(1)


def approved(assembly: Assembly, among: Among) -> Edition:
    with assembly.database.transaction() as session:
        draft = composition.set_among(session, shelf.drafted(session).id, among, revision=0)
        assert draft.among == among
        with pytest.raises(EditionChanged):
            composition.set_among(session, draft.id, None, revision=0)
        by = shelf.account(session).id
        return composition.approve(session, draft.id, by=by, revision=draft.revision, now=NOW)


def launch(session: Session, assembly: Assembly, edition: Edition, *, asked: bool = True) -> Report:
    settings = assembly.settings
    return service.launch(
        session, edition_id=edition.id, organisation=settings.organisation, mail=settings.mail,
        public_url=settings.public_url, now=NOW, catalogue=QUESTIONS if asked else None,
    )  # fmt: skip


def test_an_edition_to_a_segment_goes_to_those_of_it_who_said_yes_by_the_version_that_was_chosen(
    assembly: Assembly,
) -> None:
    with assembly.database.transaction() as session:
        ledger.add_readers(session, 4, purpose="news")
        nobody = Condition(source="gift", measure=Measure.COUNT, asks=Span(low=1))
        new = NewSegment(name="Sans don", tree=Every(parts=(Not(part=nobody),)))
        kept = segments.create(session, QUESTIONS, new, by=BY, at=NOW)
        picking.pick(session, kept, [PersonId(2)], included=False, by=BY, at=NOW)
        wider = NewSegment(name="Au sort", tree=Sample(per_thousand=1, seed="x"))
    edition = approved(assembly, Among(segment_id=kept, version=2))
    with assembly.database.transaction() as session:
        segments.change(session, QUESTIONS, kept, wider, seen=2, by=BY, at=NOW)
    with pytest.raises(EditionNotReady), assembly.database.transaction() as session:
        launch(session, assembly, edition, asked=False)
    with assembly.database.transaction() as session:
        news = composition.newsletter(session, edition.newsletter_id)
        told = service.foreseen(session, news, now=NOW, among=edition.among, catalogue=QUESTIONS)
        report = launch(session, assembly, edition)
        assert launch(session, assembly, edition) == report
        assert (told.readers, dict(told.left_out)) == (report.recipients, report.excluded)
        assert report.balances
        assert list(session.scalars(select(DeliveryRow.person_id).order_by(DeliveryRow.person_id))) == [1, 3, 4]


def test_an_edition_to_an_appeal_goes_to_those_it_asks_who_said_yes(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "N"}, promises={"fr": "…"}, position=1))
        desk.furnish(session)
        everyone = []
        for n in range(4):
            who = desk.person(session, assembly, f"N{n}", email=EmailAddress.parse(f"n{n}@exemple.be"))
            everyone.append(who)
            found = people.find_person(session, who)
            assert found is not None
            said = NewAct(
                person_id=who, purpose="news", address_key=found.contact_points[0].address_key,
                act=Act.WITHDRAWN if n == 2 else Act.GIVEN, way=Way.CONFIRMATION, occurred_at=NOW,
            )  # fmt: skip
            consent.record(session, assembly.sealer, said, at=NOW)
        made = desk.appeal(session, NewCell(name="Tout le monde", segment_id=desk.segment(session, "Tous")))
        freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        late.take_out(session, made.id, everyone[1], why="Nous l’avons vue hier", by=BY, at=NOW)
        session.flush()
        later = desk.person(session, assembly, "Plus tard", email=EmailAddress.parse("tard@exemple.be"))
        [cell] = fundraising.cells(session, made.id)
        asked = {number: set(session.scalars(selects.asked(made.id, number))) for number in (None, cell.id, CellId(99))}
        assert asked == {None: {*everyone} - {everyone[1]}, cell.id: {*everyone} - {everyone[1]}, CellId(99): set()}
    edition = approved(assembly, Among(appeal_id=made.id, cell_id=cell.id))
    with assembly.database.transaction() as session:
        report = launch(session, assembly, edition)
        assert (report.recipients, report.excluded) == (2, {"withdrawn": 1})
        whom = set(session.scalars(select(DeliveryRow.person_id)))
        assert whom == {everyone[0], everyone[3]}
        assert later not in whom
