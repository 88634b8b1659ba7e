"""A ledger to send from: readers who consented, a mailing, and what each of them is owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from crm.consent.model import Act, Channel, LegalBasis, Way
from crm.consent.tables import ConsentEventRow, ConsentStandingRow, PurposeRow
from crm.foundation.database import Database
from crm.foundation.keys import Keyring
from crm.foundation.signing import LinkSigner
from crm.people.model import ContactKind, Deliverability
from crm.people.tables import ContactPointRow, PersonRow
from crm.values.identifiers import MailingId
from crm.values.languages import Language
from mailing.delivery import audience_store, store
from mailing.delivery.mails import Post
from mailing.delivery.model import DeliveryState, Headers, Mailing, MailingKind
from mailing.delivery.tables import DeliveryEventRow, DeliveryRow
from mailing.rendering.model import Slot
from mailing.rendering.slots import mark

POST = Post(
    links=LinkSigner(Keyring(use="links", keys=((1, bytes(range(32))),))),
    public_url="https://nouvelles.exemple.test",
    bounce_domain="retours.test",
)
LONG_AGO = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
PURPOSE = "actualites"
DOMAIN = "exemple.test"
HEADERS = Headers(
    from_name="Ligue des libertés",
    from_address=f"lettre@{DOMAIN}",
    reply_to=f"contact@{DOMAIN}",
    list_id=f"actu.{DOMAIN}",
    list_name="L’actualité de la Ligue",
    archive_url=f"https://{DOMAIN}/archives",
    subscribe_url=f"https://{DOMAIN}/inscription",
    help_url=f"https://{DOMAIN}/",
    owner=f"contact@{DOMAIN}",
    feedback_id="actu-1:actualites:actu:ligue",
)
HTML = (
    "<!doctype html><html lang=fr><body><p>Bonjour "
    f"{mark(Slot.FIRST_NAME, 'vous')}</p><p>{{filler}}</p>"
    f'<a href="{mark(Slot.WEB_URL)}">en ligne</a> <a href="{mark(Slot.PREFERENCES_URL)}">préférences</a> '
    f'<a href="{mark(Slot.UNSUBSCRIBE_URL)}">se désinscrire</a></body></html>'
)
TEXT = f"Bonjour {mark(Slot.FIRST_NAME, 'vous')}\n\nSe désinscrire : {mark(Slot.UNSUBSCRIBE_URL)}\n"


def add_readers(
    session: Session, number: int, *, first: int = 1, purpose: str = PURPOSE, language: Language = Language.FR
) -> range:
    """So many people, with an address each and a consent to `purpose`; their numbers."""
    ids = range(first, first + number)
    if session.get(PurposeRow, purpose) is None:
        session.add(PurposeRow(code=purpose, names={"fr": purpose}, promises={}, position=1))
        session.flush()
    session.execute(
        insert(PersonRow),
        [
            {"id": n, "first_name": f"Zoé{n}", "last_name": "", "language": language, "created_at": LONG_AGO}
            for n in ids
        ],
    )
    session.execute(
        insert(ContactPointRow),
        [
            {
                "id": n,
                "person_id": n,
                "kind": ContactKind.EMAIL,
                "value": address(n),
                "address_key": f"k{n}",
                "is_primary": True,
                "deliverability": Deliverability.LIVE,
                "created_at": LONG_AGO,
            }
            for n in ids
        ],
    )
    said = {"purpose": purpose, "channel": Channel.EMAIL, "act": Act.GIVEN, "way": Way.WEB}
    session.execute(
        insert(ConsentEventRow),
        [
            said
            | {
                "id": n,
                "recorded_person_id": n,
                "person_id": n,
                "address_key": f"k{n}",
                "legal_basis": LegalBasis.CONSENT,
                "evidence": {},
                "occurred_at": LONG_AGO,
                "recorded_at": LONG_AGO,
                "mark_key_id": 1,
                "mark": "",
            }
            for n in ids
        ],
    )
    session.execute(
        insert(ConsentStandingRow),
        [said | {"person_id": n, "address_key": f"k{n}", "since_at": LONG_AGO, "event_id": n} for n in ids],
    )
    for row in (PersonRow, ContactPointRow, ConsentEventRow):
        _count_on(session, row)
    return ids


def _count_on(session: Session, row: type[PersonRow | ContactPointRow | ConsentEventRow]) -> None:
    """Lets PostgreSQL give out numbers beyond those that were given here."""
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(row.__tablename__, "id")
        session.execute(select(func.setval(sequence, select(func.max(row.id)).scalar_subquery())))


def address(number: int) -> str:
    """The address of a reader."""
    return f"lectrice{number}@boite.test"


def add_mailing(
    session: Session,
    *,
    code: str = "actu-1",
    purpose: str = PURPOSE,
    now: datetime = LONG_AGO,
    filler: str = "",
    headers: Headers = HEADERS,
    languages: Sequence[Language] | None = None,
    subject: str = "L’édition de novembre",
) -> Mailing:
    """A running edition for everybody who consented to `purpose`."""
    store.ensure_switch(session, now)
    mailing = store.add_mailing(
        session,
        code=code,
        kind=MailingKind.EDITION,
        purpose=purpose,
        priority=50,
        headers=headers,
        edition_id=None,
        now=now,
    )
    body = store.add_body(
        session,
        mailing_id=mailing.id,
        language=Language.FR,
        digest=code,
        subject=subject,
        html=HTML.replace("{filler}", filler),
        text=TEXT,
    )
    audience_store.freeze(
        session,
        mailing=mailing,
        body_id=body,
        priority=50,
        languages=languages,
        seed=f"seed-{code}",
        domain=DOMAIN,
        now=now,
    )
    return mailing


def add_letter(session: Session, *, person: int, occasion: str = "1", now: datetime = LONG_AGO) -> None:
    """A letter owed to one person."""
    store.ensure_switch(session, now)
    mailing = store.find_mailing(session, code="confirm") or store.add_mailing(
        session,
        code="confirm",
        kind=MailingKind.LETTER,
        purpose="service",
        priority=10,
        headers=replace(HEADERS, list_id="", auto_submitted=True),
        edition_id=None,
        now=now,
    )
    body = store.add_body(
        session, mailing_id=mailing.id, language=Language.FR, digest="1", subject="Confirmez", html="<p>x</p>", text="x"
    )
    store.add_letter(
        session,
        mailing_id=mailing.id,
        body_id=body,
        recorded_person_id=person,
        person_id=person,
        contact_point_id=person,
        occasion=occasion,
        address=address(person),
        address_key=f"k{person}",
        values={"confirm_url": "https://exemple.test/c/1"},
        priority=10,
        next_attempt_at=now,
        created_at=now,
        message_id=f"<letter.{person}.{occasion}@{DOMAIN}>",
    )


def states(database: Database, mailing_id: MailingId | None = None) -> Counter[str]:
    """How many deliveries are in each state."""
    wanted = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
    if mailing_id is not None:
        wanted = wanted.where(DeliveryRow.mailing_id == mailing_id)
    with database.reading() as session:
        return Counter({str(state): number for state, number in session.execute(wanted)})


def row(session: Session, person: int) -> DeliveryRow:
    """What one person is owed, as the ledger has it now."""
    wanted = select(DeliveryRow).where(DeliveryRow.recorded_person_id == person)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def events(database: Database, person: int) -> list[str]:
    """What happened to one person's mail, in order."""
    with database.reading() as session:
        wanted = (
            select(DeliveryEventRow.kind)
            .join(DeliveryRow, DeliveryRow.id == DeliveryEventRow.delivery_id)
            .where(DeliveryRow.recorded_person_id == person)
            .order_by(DeliveryEventRow.id)
        )
        return [str(kind) for kind in session.scalars(wanted)]


def let_time_pass(database: Database) -> None:
    """Makes mails that were put off due by moving their hour."""
    with database.transaction() as session:
        put_off = update(DeliveryRow).where(DeliveryRow.state == DeliveryState.DEFERRED)
        session.execute(put_off.values(next_attempt_at=LONG_AGO))
