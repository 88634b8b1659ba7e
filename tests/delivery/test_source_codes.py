"""An appeal by mail: it leaves as an edition whose links to give carry each cell's code, and gifts come home to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import APPEALS, Act, Channel, NewAct, Purpose, Way
from crm.fundraising import codes, exporting, freezing, history, results, selects
from crm.fundraising import service as fundraising
from crm.fundraising.errors import LeavesByMail, PlanWrong
from crm.fundraising.model import Arm, FileForm, FileState, NewCell, Reason
from crm.fundraising.tables import RecipientRow
from crm.people import service as people
from crm.people.model import Deliverability
from crm.rooms import QUESTIONS
from crm.values.email_address import EmailAddress
from crm.values.identifiers import DeliveryId, PersonId
from crm.values.languages import Language
from mailing.composition import service as composition
from mailing.composition.model import Among, Edition
from mailing.delivery import service
from mailing.delivery.model import Body
from mailing.delivery.tables import DeliveryRow
from mailing.rendering.fill import fill_html, fill_text, sample_values
from mailing.rendering.markup import elements
from mailing.rendering.model import Slot
from tests.composition import shelf
from tests.conftest import NOW
from tests.delivery.test_among import approved
from tests.fundraising import conftest as desk
from tests.segments.conftest import give

GIVING = "https://don.exemple.test/"
HOUSE = shelf.ORGANISATION.model_copy(update={"giving_pages": ("https://site.exemple.test/urgence",)})


def reader(
    session: Session, assembly: Assembly, name: str, act: Act | None = Act.GIVEN, language: Language = Language.FR
) -> PersonId:
    """Somebody with a mailbox, who said something about the newsletter or never did."""
    mailbox = EmailAddress.parse(f"{name.lower()}@exemple.be")
    who = desk.person(session, assembly, name, email=mailbox, language=language)
    found = people.find_person(session, who)
    assert found is not None
    if act is not None:
        said = NewAct(person_id=who, purpose="news", address_key=found.contact_points[0].address_key, act=act,
                      way=Way.CONFIRMATION, occurred_at=NOW)  # fmt: skip
        consent.record(session, assembly.sealer, said, at=NOW)
    return who


def _body(session: Session, who: int) -> Body:
    """What they were sent."""
    number = session.scalar(select(DeliveryRow.id).where(DeliveryRow.person_id == who))
    body = None if number is None else service.body_of(session, DeliveryId(number))
    assert body is not None
    return body


def test_an_appeal_by_mail_leaves_as_an_edition_and_gifts_come_home_to_its_cells(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "N"}, promises={"fr": "…"}, position=1))
        desk.furnish(session)
        for n in range(16):
            reader(session, assembly, f"N{n}")
        left, never = reader(session, assembly, "Partie", Act.WITHDRAWN), reader(session, assembly, "Jamais", None)
        nowhere = reader(session, assembly, "Sans")
        people.mark_deliverability(session, assembly.addresses.key_of("sans@exemple.be"), Deliverability.DEAD)
        with pytest.raises(PlanWrong, match="this cannot be") as wrong:
            desk.appeal(session, channel=Channel.EMAIL, purpose=APPEALS, planned_on=desk.TODAY)
        assert wrong.value.field == "mail_purpose"
        everybody = desk.segment(session, "Tous")
        first = NewCell(name="Moitié", segment_id=desk.segment(session, "Moitié", desk.half("x")), package="A")
        second = NewCell(name="Autres", segment_id=everybody, package="B", rival="C", rival_share=500,
                         control_share=400)  # fmt: skip
        plan: dict[str, Any] = {
            "channel": Channel.EMAIL,
            "purpose": "news",
            "planned_on": desk.TODAY,
            "one_a_household": False,
        }
        made = desk.appeal(session, first, second, **plan)
        would = freezing.freeze(session, QUESTIONS, made.id, by=desk.BY, at=NOW)
        assert dict(would.excluded) == {Reason.GATE: 2, Reason.NO_ADDRESS: 1}
        assert dict(would.refusals) == {"withdrawn": 1, "never-asked": 1}
        with pytest.raises(LeavesByMail):
            exporting.ask(session, made.id, FileForm.LIST, recipient="Imprimerie", by=desk.BY, at=NOW)
        row = RecipientRow
        asked = {one.person_id: one for one in session.scalars(select(row).where(row.arm == Arm.MAILED))}
        alone = set(session.scalars(select(row.person_id).where(row.arm == Arm.CONTROL)))
        assert alone
        assert len({one.source_code for one in asked.values()}) == 3
        assert {(one.lines, one.phone) for one in asked.values()} == {("", "")}
        someone = next(iter(asked))
        assert history.glance(session, PersonId(someone)) == ((), 0)

    edition = approved(assembly, Among(appeal_id=made.id))
    with assembly.database.transaction() as session:
        settings = assembly.settings
        report = service.launch(
            session, edition_id=edition.id, organisation=HOUSE, mail=settings.mail, public_url=settings.public_url,
            now=NOW, catalogue=QUESTIONS,
        )  # fmt: skip
        assert report.recipients == len(asked)
        owed = {one.person_id: one for one in session.scalars(select(DeliveryRow))}
        assert owed.keys() == asked.keys()
        assert not owed.keys() & {*alone, left, never, nowhere}
        for who, one in owed.items():
            assert who is not None
            code = asked[who].source_code
            assert one.values == {"source_code": code}
            body = _body(session, who)
            values = sample_values(settings.public_url) | {Slot(name): value for name, value in one.values.items()}
            links = [str(e.attributes["href"]) for e in elements(fill_html(body.html, values)) if e.name == "a"]
            giving = [url for url in links if url.startswith(GIVING)]
            assert giving == [f"{GIVING}?source={code}"] * len(giving)
            assert giving
            assert not any("source=" in url for url in links if url not in giving)
            assert f"{GIVING}?source={code}" in fill_text(body.text, values).replace("\n", "")
        [file] = exporting.files(session, made.id)
        assert (file.form, file.state, file.rows) == (FileForm.EDITION, FileState.MADE, len(asked))
        [(asking, answer)], in_all = history.glance(session, PersonId(someone))
        assert (asking.channel, asking.left_at, answer.gifts, in_all) == (Channel.EMAIL, NOW, 0, 1)

        by_code = {one.source_code: PersonId(who) for who, one in asked.items()}
        for cents, (code, who) in zip((1000, 2000, 4000), sorted(by_code.items()), strict=True):
            give(session, assembly, who, cents, desk.TODAY, source_code=code)
        told = {one.package: (one.people, one.cents) for one in results.of(session, made, on=desk.TODAY).answered}
        assert told == {"A": (1, 1000), "B": (1, 2000), "C": (1, 4000)}
        [priced] = codes.catalogue(session)
        assert [(one.code, one.brought.cents) for one in priced.codes] == [
            (code, cents) for code, cents in zip(sorted(by_code), (1000, 2000, 4000), strict=True)
        ]


def test_whoever_had_no_letter_of_a_cell_was_not_asked_by_an_edition_to_another(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "N"}, promises={"fr": "…"}, position=1))
        desk.furnish(session)
        readers = [reader(session, assembly, f"N{n}") for n in range(8)]
        cells = [NewCell(name="Moitié", segment_id=desk.segment(session, "Moitié", desk.half("x"))),
                 NewCell(name="Autres", segment_id=desk.segment(session, "Tous"))]  # fmt: skip
        made = desk.appeal(session, *cells, channel=Channel.EMAIL, purpose="news", planned_on=desk.TODAY,
                           one_a_household=False)  # fmt: skip
        freezing.freeze(session, QUESTIONS, made.id, by=desk.BY, at=NOW)
        row, [first, _] = RecipientRow, fundraising.cells(session, made.id)
        of_first = set(session.scalars(select(row.person_id).where(row.cell_id == first.id)))
        assert of_first
    edition = approved(assembly, Among(appeal_id=made.id, cell_id=first.id))
    with assembly.database.transaction() as session:
        settings = assembly.settings
        service.launch(
            session, edition_id=edition.id, organisation=HOUSE, mail=settings.mail, public_url=settings.public_url,
            now=NOW, catalogue=QUESTIONS,
        )  # fmt: skip
        told = {who for who in readers if history.glance(session, who)[1]}
        assert told == of_first < set(readers)
        [file] = exporting.files(session, made.id)
        assert file.by_cell == {"01": len(of_first)}


def test_an_edition_to_everybody_carries_no_code(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "N"}, promises={"fr": "…"}, position=1))
        who = reader(session, assembly, "N")
        draft = shelf.drafted(session)
        by = shelf.account(session).id
        edition = composition.approve(session, draft.id, by=by, revision=draft.revision, now=NOW)
        settings = assembly.settings
        service.launch(session, edition_id=edition.id, organisation=HOUSE, mail=settings.mail,
                       public_url=settings.public_url, now=NOW)  # fmt: skip
        body = _body(session, who)
        assert "source" not in body.text
        assert session.scalars(select(DeliveryRow.values)).all() == [{}]


def test_each_language_of_an_appeal_has_its_edition_and_none_counts_as_asked_before(assembly: Assembly) -> None:
    """Whoever reads Dutch gets nothing of the French edition: asked or left alone, they count once theirs leaves."""
    dutch = Language.NL
    with assembly.database.transaction() as session:
        newsletters = [shelf.weekly(session),
                       shelf.weekly(session, code="week", name="De Week", language=dutch)]  # fmt: skip
        shelf.fill(session, "La une", "Deuxième", "Troisième")
        for title in ("Vooraan", "Tweede", "Derde"):
            shelf.put(session, title, language=dutch)
        desk.furnish(session)
        readers = [reader(session, assembly, f"N{n}", language=dutch if n % 2 else Language.FR) for n in range(16)]
        cell = NewCell(name="Tous", segment_id=desk.segment(session, "Tous"), control_share=400)
        plan: dict[str, Any] = {"channel": Channel.EMAIL, "purpose": "news", "one_a_household": False,
                                "rest_days": 60, "yearly_most": 1, "gift_months": 0}  # fmt: skip
        made = desk.appeal(session, cell, planned_on=desk.TODAY, **plan)
        other = desk.appeal(session, NewCell(name="Tous", segment_id=cell.segment_id), code="P2",
                            planned_on=desk.TODAY, **plan)  # fmt: skip
        frozen = freezing.freeze(session, QUESTIONS, made.id, by=desk.BY, at=NOW)
        of_dutch = set(readers[1::2])
        arms = {arm: set(session.scalars(select(RecipientRow.person_id).where(RecipientRow.arm == arm))) for arm in Arm}
        assert all(some & of_dutch and some - of_dutch for some in arms.values())
        by = shelf.account(session).id
        ready = []
        for draft in composition.propose_due(session, NOW, organisation=shelf.ORGANISATION):
            one = composition.set_among(session, draft.id, Among(appeal_id=made.id), revision=draft.revision)
            one = composition.approve(session, one.id, by=by, revision=one.revision, now=NOW)
            ready.append((newsletters.index(composition.newsletter(session, one.newsletter_id)), one))
        french, flemish = (edition for _, edition in sorted(ready, key=lambda each: each[0]))

    def counted() -> tuple[int, int, int, int, set[int]]:
        """Asked by the results, in both arms, spared by the next appeal; whose page tells of it."""
        with assembly.database.transaction() as session:
            found = results.of(session, made, on=desk.TODAY)
            next_one = freezing.preview(session, QUESTIONS, other.id, at=NOW).excluded
            spared = next_one.get(Reason.ENOUGH, 0) + next_one.get(Reason.ASKED_RECENTLY, 0)
            told = {int(who) for who in readers if history.glance(session, who)[1]}
            assert dict(session.execute(selects.asked_by_appeal()).all()).get(made.id, 0) == found.mailed
            return found.mailed, found.mailed_arm.people, found.control_arm.people, spared, told

    def leave(edition: Edition, at: datetime) -> int:
        with assembly.database.transaction() as session:
            settings = assembly.settings
            report = service.launch(
                session, edition_id=edition.id, organisation=HOUSE, mail=settings.mail,
                public_url=settings.public_url, now=at, catalogue=QUESTIONS,
            )  # fmt: skip
            return report.recipients

    asked, alone = arms[Arm.MAILED], arms[Arm.CONTROL]
    assert (frozen.mailed, frozen.control) == (len(asked), len(alone))
    assert counted() == (0, 0, 0, len(asked), set()), "nobody was reached yet, and all are spared all the same"
    speaking = asked - of_dutch
    assert leave(french, NOW) == len(speaking)
    assert counted() == (len(speaking), len(speaking), len(alone - of_dutch), len(speaking), speaking)
    with assembly.database.reading() as session:
        assert fundraising.missed(session, made.id) == {dutch: len(asked & of_dutch)}
    later = NOW + timedelta(hours=1)
    assert leave(flemish, later) == len(asked & of_dutch)
    assert counted() == (len(asked), len(asked), len(alone), len(asked), asked)
    with assembly.database.reading() as session:
        assert fundraising.missed(session, made.id) == {}
        days = {history.glance(session, PersonId(who))[0][0][0].left_at for who in asked & of_dutch}
        assert days == {later}
