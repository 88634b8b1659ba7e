"""A house in use: feeds, a library, a newsletter, an edition on its way, a sending in every state, a mail in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.donations import batches
from crm.donations import service as donations
from crm.donations.model import GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.magazine import freezing, printing, returning
from crm.magazine import service as magazine
from crm.magazine.model import Basis, Eligibility, ReturnReason, Subscription
from crm.people import contacts
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.plans import arriving, mandates
from crm.plans import service as plans
from crm.plans.arriving import Row
from crm.plans.model import Channel
from crm.values.email_address import EmailAddress
from crm.values.iban import Iban
from crm.values.identifiers import AccountId, EditionId, NewsletterId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from mailing.composition import service as composition
from mailing.composition.model import Cadence, EditionState, Frequency, Section, SectionPlan
from mailing.composition.settings import NewsletterWords
from mailing.composition.tables import EditionRow
from mailing.content.folding import fold
from mailing.content.model import ContentKind, TermKind
from mailing.content.tables import ContentItemRow, ContentTermRow, TaggedUnknownRow, TermRow, UnknownTagRow
from mailing.delivery.model import DeliveryState, EventKind, MailingKind, MailingState
from mailing.delivery.tables import BodyRow, DeliveryEventRow, DeliveryRow, MailingRow
from mailing.feeds.model import FeedKind
from mailing.feeds.tables import FeedRow
from tests.magazine.conftest import PLAN
from tests.magazine.conftest import furnish as magazine_house

HEADERS = {"from_name": "La maison", "from_address": "lettre@exemple.be", "reply_to": "lettre@exemple.be"}
STATES = (
    (DeliveryState.ACCEPTED, "", EventKind.ACCEPTED),
    (DeliveryState.PLANNED, "", None),
    (DeliveryState.DEFERRED, "relay-busy", EventKind.DEFERRED),
    (DeliveryState.REFUSED, "recipient-refused", EventKind.REFUSED),
    (DeliveryState.UNCERTAIN, "no-answer", EventKind.UNCERTAIN),
    (DeliveryState.WITHHELD, "withdrawn", EventKind.WITHHELD),
    (DeliveryState.CANCELLED, "", EventKind.CANCELLED),
)


def furnish(assembly: Assembly) -> None:
    """Puts all of it into an empty house."""
    with assembly.database.transaction() as session:
        everybody = _people(assembly, session)
        _feeds(assembly, session)
        _library(assembly, session)
        newsletter = _newsletter(assembly, session)
        sent = _edition(assembly, session, newsletter, EditionState.SENDING, -1, "Trois signatures qui comptent")
        _edition(assembly, session, newsletter, EditionState.DRAFT, 7, "Ce que nous avons obtenu ensemble")
        _mailing(assembly, session, everybody, sent)
        _gifts(assembly, session, everybody)
        _plans(assembly, session, everybody)
        _magazine(assembly, session, everybody)


def _magazine(assembly: Assembly, session: Session, everybody: list[Person]) -> None:
    """An issue that is frozen, one ahead, a copy that came back, one that did not come, a file at the printer."""
    now, anybody = assembly.clock(), AccountId(1)
    for number, person in enumerate(everybody[:3]):
        home = PostalAddress(street="Rue Haute", number=str(number + 1), postcode="1000", locality="Bruxelles")
        contacts.add_address(session, assembly.addresses, home, person_id=person.id, at=now)
        said = Subscription(person_id=person.id, basis=Basis.PAID)
        magazine.subscribe(session, said, by=anybody, at=now)
    printed = magazine_house(session)
    magazine.save_rule(session, Eligibility(), note="La règle de la maison", by=anybody, at=now)
    run = freezing.freeze(session, printed.id, by=anybody, at=now)
    later = {name: getattr(PLAN, name) + timedelta(days=88) for name in ("file_due_on", "drop_on", "home_on")}
    magazine.add_issue(session, replace(PLAN, number=125, **later))
    reason = ReturnReason.UNKNOWN
    returning.record(session, assembly.sealer, everybody[0].id, printed.id, reason, by=anybody, at=now)
    returning.claim(session, everybody[1].id, printed.id, note="Rien reçu", by=anybody, at=now)
    with BytesIO() as file:
        manifest = printing.write(session, run.id, file, printing.Wanted(xlsx=False), at=now)
    printing.note(session, run.id, manifest, recipient="Imprimerie du Canal", by=anybody, at=now)


def _gifts(assembly: Assembly, session: Session, everybody: list[Person]) -> None:
    """A gift with a refund that somebody asked for, one that went over to somebody else, and a pile of cheques."""
    now, today, anybody = assembly.clock(), assembly.clock().date(), AccountId(1)
    movement = Movement(method=Method.TRANSFER, booked_on=today)
    for number, person in enumerate(everybody[:2]):
        lines = (NewLine(cents=2500 * (number + 1)), NewLine(cents=1000, kind=LineKind.GOODS))
        new = NewGift(person_id=person.id, lines=lines, given_on=today, movement=movement, tribute="Zohra")
        gift = donations.record(session, assembly.sealer, new, at=now)
        donations.ask_refund(session, gift.id, 500, reason="Double virement", at=now, by=anybody)
    donations.move(session, gift.id, everybody[2].id, reason="Compte joint", at=now, by=anybody)
    pile = batches.begin(session, method=Method.CHEQUE, received_on=today, count=2, cents=5000, at=now, by=anybody)
    batches.enter(session, pile.id, everybody[0].id, 2500, kind=GiftKind.ONE_OFF, fund="general")


def _plans(assembly: Assembly, session: Session, everybody: list[Person]) -> None:
    """A plan from the street with a fee in it and another account since, a standing order that pauses."""
    now, today, anybody = assembly.clock(), assembly.clock().date(), AccountId(1)
    kept = Iban.parse("BE71 0961 2345 6769")
    street = Row(
        person_id=everybody[0].id, supplier="rue", reference="R-77", signed_on=today - timedelta(days=90), cents=1500,
        fee_cents=500, channel=Channel.STREET, account=mandates.enclose(assembly.safe, kept), holder="Sana Exemple",
        proof="R-77.pdf", last_collected_on=today - timedelta(days=40),
    )  # fmt: skip
    order = Row(
        person_id=everybody[1].id, supplier="ancien", reference="OP-9", signed_on=today, cents=500,
        channel=Channel.IMPORT,
    )  # fmt: skip
    brought = arriving.bring_many(session, [street, order], at=now)
    one, two = (plans.plan(session, made.plan_id) for made in brought)
    assert one.mandate_id is not None
    mandates.amend_account(session, assembly.safe, one.mandate_id, Iban.parse("BE68 5390 0754 7034"), at=now)
    plans.pause(
        session, two.id, seen=1, on=today, until_on=None, note="Congé", channel=Channel.PHONE, at=now, by=anybody
    )


def _people(assembly: Assembly, session: Session) -> list[Person]:
    now = assembly.clock()
    purpose = Purpose(code="newsletter", position=1, names={"fr": "La lettre"}, promises={"fr": "Chaque semaine."})
    consent.put_purpose(session, purpose)
    found = []
    for number in range(len(STATES)):
        at = now - timedelta(weeks=number, hours=1)
        new = NewPerson(
            email=EmailAddress.parse(f"lecteur-{number}@exemple.be"), language=Language.FR, first_name="Sana"
        )
        person = people.add(session, assembly.addresses, new, at=at)
        act = NewAct(
            person_id=person.id,
            purpose="newsletter",
            address_key=person.contact_points[0].address_key,
            act=Act.GIVEN,
            way=Way.STAFF,
            occurred_at=at,
        )
        consent.record(session, assembly.sealer, act, at=at)
        found.append(person)
    return found


def _feeds(assembly: Assembly, session: Session) -> None:
    now = assembly.clock()
    for name, kind, failures in (("Actualités", FeedKind.NEWS, 0), ("Pétitions", FeedKind.PETITIONS, 4)):
        session.add(
            FeedRow(
                name=name,
                url=f"https://www.exemple.be/{kind.value}.xml",
                kind=kind,
                language=Language.FR,
                is_active=True,
                interval_minutes=60,
                next_fetch_at=now + timedelta(minutes=20),
                lease_until=None,
                last_fetch_at=now - timedelta(minutes=40),
                last_ok_at=now - timedelta(minutes=40) if not failures else now - timedelta(days=2),
                last_error="Le site ne répond pas." if failures else "",
                failures=failures,
            )
        )
    session.flush()


def _library(assembly: Assembly, session: Session) -> None:
    now = assembly.clock()
    session.add(TermRow(kind=TermKind.COUNTRY, code="iran", label="Iran"))
    session.flush()
    session.add(TermRow(kind=TermKind.THEME, code="discriminations", label="Discriminations"))
    things: tuple[tuple[ContentKind, str, dict[str, Any]], ...] = (
        (ContentKind.ARTICLE, "Iran : des centaines d’arrestations", {"intro_truncated": True}),
        (ContentKind.PETITION, "Libérez les défenseur·es des droits", {"closes_on": date(2026, 12, 10)}),
        (ContentKind.EVENT, "Marche pour les droits", {"starts_on": date(2026, 12, 5), "place": "Bruxelles"}),
        (ContentKind.BLOG, "Pourquoi nous écrivons des lettres", {"hidden": True, "own_title": "Écrire encore"}),
    )
    for number, (kind, title, more) in enumerate(things, 1):
        session.add(
            ContentItemRow(
                kind=kind,
                language=Language.FR,
                title=title,
                folded_title=fold(title),
                intro="Les autorités doivent libérer toutes les personnes détenues pour avoir manifesté.",
                url=f"https://www.exemple.be/{number}",
                author="Service presse",
                image_url="https://www.exemple.be/image.jpg",
                published_at=now - timedelta(hours=7 * number),
                first_seen_at=now - timedelta(hours=6 * number),
                changed_at=now - timedelta(hours=6 * number),
                closed_at=None,
                ends_on=None,
                event_types=[],
                **{"own_title": None, "own_intro": None, "closes_on": None, "starts_on": None, **more},
            )
        )
        session.flush()
    session.add(UnknownTagRow(folded="sahel", sample="Sahel", seen=7, first_seen_at=now))
    session.flush()
    session.add(ContentTermRow(content_id=1, term_id=1, derived=False))
    session.add(ContentTermRow(content_id=1, term_id=2, derived=True))
    session.add(TaggedUnknownRow(folded="sahel", content_id=1))
    session.flush()


def _newsletter(assembly: Assembly, session: Session) -> NewsletterId:
    words = NewsletterWords(
        code="hebdo",
        name="L’Hebdo",
        purpose="newsletter",
        language=Language.FR,
        cadence=Cadence(frequency=Frequency.WEEKLY, weekday=1, at=time(8)),
        layout=(SectionPlan(section=Section.TOP), SectionPlan(section=Section.NEWS, at_most=3)),
        sender_name="La maison",
        sender_address="lettre@portevoix.example",
    )
    return composition.add_newsletter(session, words, at=assembly.clock()).id


def _edition(
    assembly: Assembly, session: Session, newsletter: NewsletterId, state: EditionState, days: int, subject: str
) -> EditionId:
    row = EditionRow(
        newsletter_id=newsletter,
        number=12 if days < 0 else 13,
        due_at=assembly.clock() + timedelta(days=days),
        state=state,
        subject=subject,
        preheader="Et deux bonnes nouvelles.",
        proposed_at=assembly.clock() - timedelta(days=2),
        approved_by=None,
        approved_at=None,
    )
    session.add(row)
    session.flush()
    return EditionId(row.id)


def _mailing(assembly: Assembly, session: Session, everybody: list[Person], edition: EditionId) -> None:
    now = assembly.clock()
    session.add(
        MailingRow(
            code="hebdo-12",
            kind=MailingKind.EDITION,
            edition_id=edition,
            purpose="newsletter",
            priority=50,
            state=MailingState.RUNNING,
            headers=HEADERS,
            excluded={"not-confirmed": 3, "withdrawn": 2},
            created_at=now - timedelta(minutes=3),
            finished_at=None,
        )
    )
    session.flush()
    session.add(
        BodyRow(
            mailing_id=1,
            language=Language.FR,
            digest="0" * 64,
            subject="Trois signatures qui comptent",
            html="<p>Bonjour</p>",
            text="Bonjour",
        )
    )
    session.flush()
    for number, (person, (state, reason, event)) in enumerate(zip(everybody, STATES, strict=True), 1):
        point = person.contact_points[0]
        session.add(
            DeliveryRow(
                mailing_id=1,
                body_id=1,
                recorded_person_id=person.id,
                person_id=person.id,
                contact_point_id=point.id,
                address=point.value,
                address_key=point.address_key,
                values={},
                priority=50,
                state=state,
                reason=reason,
                attempts=1 if event else 0,
                lease_until=None,
                next_attempt_at=now + timedelta(hours=number),
                message_id=f"<abc.{number}@portevoix.example>",
                reply="451 4.7.1 try again later" if state is DeliveryState.DEFERRED else "",
                created_at=now - timedelta(minutes=3),
                settled_at=now if event and state is not DeliveryState.DEFERRED else None,
            )
        )
        session.flush()
        if event:
            session.add(DeliveryEventRow(delivery_id=number, attempt=1, kind=EventKind.ATTEMPTING, at=now, detail=""))
            session.add(DeliveryEventRow(delivery_id=number, attempt=1, kind=event, at=now, detail=reason))
    session.flush()
