"""One mail of each kind, owed to somebody, and every link of ours that stands in them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import press, till
from crm.attestations import service as attestations
from crm.attestations.rules import by_default
from crm.collections.announcing import Notice
from crm.donations import service as donations
from crm.donations import thanks as donor_thanks
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.donations.thanking import ThankWay
from crm.foundation.signing import TokenPurpose
from crm.magazine import service as magazine
from crm.magazine.model import Basis, Format, Subscription
from crm.members import assemblies
from crm.members.model import Due
from crm.payments import service as payments
from crm.payments.model import PaymentState, Told
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.staff import account_links
from crm.staff import store as accounts
from crm.staff.model import AccountLink, Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, DeliveryId, MembershipId, PlanId
from crm.values.languages import Language
from crm.vault import service as vault
from crm.vault.model import Way
from mailing.composition import service as composition
from mailing.correspondence import (
    colleagues,
    issues,
    memberships,
    notices,
    once_more,
    paid_receipts,
    tax_numbers,
    tax_papers,
    thanks,
)
from mailing.delivery import links
from mailing.delivery import service as delivery
from mailing.delivery.tables import DeliveryRow, MailingRow
from mailing.origins import service as origins
from mailing.rendering.fill import fill_html
from mailing.rendering.model import LetterKind, Slot
from mailing.rounds import service as rounds
from mailing.rounds.model import Reach
from mailing.series import service as series
from mailing.series.model import Words
from tests.attestations.conftest import HOME, ORGANISATION, YEAR, accept, locked
from tests.composition import shelf
from tests.conftest import NOW
from tests.magazine.conftest import furnish
from tests.origins.test_telling import bring
from tests.web.supporters import Site

MARIE, ODILE, ANNE, LEA = "marie@exemple.be", "odile@exemple.be", "anne@exemple.be", "lea@exemple.be"
EDITOR = "redaction@voix.exemple.be"
SPANS = {"reader-sleep": 24, "reader-silence": 2}
KINDS = frozenset({*(kind.value for kind in LetterKind), "edition"})


def write_each(site: Site) -> None:
    """Owes a mail of each kind, by its page where it has one."""
    made = site.assembly
    site.subscribe(ODILE, "news")
    editor = _edition(site)
    site.clock.later(days=1000)
    with made.database.transaction() as session:
        asked = rounds.propose(session, "news", Reach.ASLEEP, reason="x", by=None, at=site.clock.now)
        rounds.decide(session, made.desk, asked.id, approve=True, spans=SPANS, by=editor, at=site.clock.now)
    for email in (ANNE, MARIE):
        site.subscribe(email, "news")
    site.fill_in(MARIE, "urgent")
    site.fill_in(MARIE, "news")
    site.client.post(site.link(TokenPurpose.PREFERENCES, ANNE), data={"rhythm": "monthly", "purpose": "news"})
    site.client.post(site.link(TokenPurpose.UNSUBSCRIBE, ANNE), data={"action": "withdraw"})
    site.client.post("/mon-espace", data={"email": MARIE})
    bring(made, "ana", "Recruteur")
    marie, now = site.person(MARIE), site.clock.now
    with made.database.transaction() as session:
        origins.tell_by_mail(session, made.desk, "Recruteur", told_as="Un partenaire, à Namur", at=now)
        due = Due(membership_id=MembershipId(1), person_id=marie.id, until_on=now.date(), fee_cents=2500)
        memberships.remind(session, made.desk, [(due, marie)], at=now)
        day = now.date()
        planned = assemblies.plan(session, title="AG", held_on=day, place="Namur", agenda="Comptes", voters_on=day)
        memberships.convoke(session, made.desk, assemblies.find(session, planned), [marie], at=now)
        _pay(site, session, marie)
        notice = Notice(
            plan_id=PlanId(1), person_id=marie.id, cents=1000, every_months=1, due_on=day, reference="PV-1",
            tail="6769", creditor="BE05ZZZ0418308144",
        )  # fmt: skip
        notices.send(session, made.desk, [(notice, marie)], at=now)
        thanks.send(session, made.desk, marie, given=("40 €",), is_first=True, occasion="x", at=now)
        _series(site, session)
        edition = session.scalars(select(DeliveryRow.id).join(MailingRow).where(MailingRow.edition_id.is_not(None)))
        sent = delivery.find_delivery(session, DeliveryId(edition.one()))
        assert sent is not None
        once_more.send_again(session, made.desk, sent, at=now)
    _papers(site)
    _issue(site)
    _colleagues(site)


def _series(site: Site, session: Session) -> None:
    """A letter of the welcome series, to whoever first gave today."""
    made, now = site.assembly, site.clock.now
    movement = Movement(method=Method.TRANSFER, booked_on=now.date())
    marie = site.person(MARIE)
    gift = NewGift(person_id=marie.id, lines=(NewLine(cents=100),), given_on=now.date(), movement=movement)
    donations.record(session, made.sealer, gift, at=now)
    waiting = [gift_id for one in donor_thanks.due(session, now.date()) for gift_id in one.gift_ids]
    donor_thanks.thank(session, waiting, ThankWay.MAIL, at=now, by=None)
    said = Words(subject="Bienvenue", text="Bonjour ((prénom)),")
    one = series.add(session, days=0, purpose="news")
    series.change(
        session,
        made.settings.organisation,
        one.id,
        days=0,
        purpose="news",
        is_open=True,
        words=dict.fromkeys(Language, said),
        at=now,
        by=None,
    )
    assert series.send(session, made.desk, at=now) == 1


def _pay(site: Site, session: Session, who: Person) -> None:
    """A payment online, and its receipt."""
    made, now = site.assembly, site.clock.now
    told = Told(
        reference="tr_each1", state=PaymentState.PAID, cents=4000, on=now.date(), means="bancontact", is_test=False
    )
    payment = payments.take(session, till(made), "mollie", told, at=now).payment
    payments.assign(session, till(made), payment.id, who.id, at=now, by=AccountId(1))
    assert paid_receipts.send(session, made.desk, payments.find(session, "mollie", "tr_each1"), at=now)


def _papers(site: Site) -> None:
    """A number that is asked for, and an attestation that waits."""
    made, now = site.assembly, site.clock.now
    house = replace(made, settings=made.settings.model_copy(update={"organisation": ORGANISATION}))
    with made.database.transaction() as session:
        accept(session, replace(by_default(YEAR), approved_from_on=date(YEAR, 1, 1)))
        new = NewPerson(
            language=Language.FR, first_name="Léa", last_name="Sac", email=EmailAddress.parse(LEA), address=HOME
        )
        lea = people.add(session, made.addresses, new, at=now)
        movement = Movement(method=Method.TRANSFER, booked_on=date(YEAR, 6, 1))
        gift = NewGift(person_id=lea.id, lines=(NewLine(cents=5000),), given_on=date(YEAR, 6, 1), movement=movement)
        donations.record(session, made.sealer, gift, at=now)
        asked = vault.ask_many(session, made.sealer, [lea.id], way=Way.MAIL, at=now, by=None)
        tax_numbers.send(session, made.desk, [(lea, asked[lea.id])], year=YEAR, at=now)
    run = locked(house)
    press(house).work(run.id)
    with made.database.transaction() as session:
        (paper,) = attestations.of_person(session, lea.id)
        tax_papers.send(session, made.desk, [(paper.id, lea, YEAR, False)], at=now)


def _issue(site: Site) -> None:
    """The PDF of an issue of the magazine, to a reader of it."""
    with site.assembly.database.transaction() as session:
        issue = furnish(session)
        wanted = Subscription(person_id=site.person(LEA).id, basis=Basis.COMPLIMENTARY, format=Format.PDF)
        magazine.subscribe(session, wanted, by=None, at=site.clock.now)
        issues.send(session, site.assembly.desk, issue, at=site.clock.now)


def _edition(site: Site) -> AccountId:
    """An edition that left; who approved it."""
    settings = site.assembly.settings
    with site.assembly.database.transaction() as session:
        draft, editor = shelf.drafted(session), shelf.account(session)
        edition = composition.approve(session, draft.id, by=editor.id, revision=draft.revision, now=NOW)
        delivery.launch(
            session,
            edition_id=edition.id,
            organisation=settings.organisation,
            mail=settings.mail,
            public_url=settings.public_url,
            now=site.clock.now,
        )
    return editor.id


def _colleagues(site: Site) -> None:
    made, now = site.assembly, site.clock.now

    def send(link: AccountLink | None) -> None:
        assert link is not None
        address = f"{made.settings.public_url}/office/key/{account_links.token_of(made.links, link)}"
        colleagues.send_link(session, made.desk, link, address=address, at=now)

    with made.database.transaction() as session:
        facts = {"email": "nora@exemple.be", "name": "Nora", "roles": {Role.CARE}, "language": Language.FR}
        send(account_links.invite(session, made.sealer, **facts, by=None, at=now))  # type: ignore[arg-type] # as named
        editor = next(one for one in accounts.accounts(session) if one.email == EDITOR)
        accounts.change_account(session, editor.id, joined_at=now)
        send(account_links.ask_reset(session, made.addresses, email=EDITOR, origin="", at=now))
        heads = {"address": "paul@exemple.be", "language": Language.FR, "heads": ("x",)}
        colleagues.send_anchors(session, made.desk, **heads, at=now)  # type: ignore[arg-type] # as named


def links_of_each(site: Site) -> dict[str, set[str]]:
    """The paths of ours in the mails that are owed, by the kind of mail."""
    made, found = site.assembly, dict[str, set[str]]()
    public = made.settings.public_url
    with made.database.reading() as session:
        rows = session.execute(select(DeliveryRow, MailingRow).join(MailingRow)).all()
        for sent, mailing in rows:
            kind = "edition" if mailing.edition_id else mailing.code.partition("-")[0]
            body = delivery.body_of(session, DeliveryId(sent.id))
            assert body is not None
            value = [sent.recorded_person_id, sent.contact_point_id, mailing.purpose, sent.id]
            values = {
                Slot.FIRST_NAME: "",
                Slot.ADDRESS: sent.address,
                Slot.UNSUBSCRIBE_URL: links.unsubscribe_url(made.links, public, value),
                Slot.PREFERENCES_URL: links.preferences_url(made.links, public, value),
                Slot.WEB_URL: links.web_url(made.links, public, value),
            }
            values |= {Slot(name): text for name, text in sent.values.items()}
            found.setdefault(kind, set()).update(ours(site, fill_html(body.html, values)))
    return found


def ours(site: Site, page: str) -> set[str]:
    """The paths of ours that a page or a mail leads to."""
    public = site.assembly.settings.public_url
    linked = {unescape(found) for found in re.findall(r'(?:href|src|action)="([^"#]+)"', page)}
    paths = {link.removeprefix(public) or "/" for link in linked}
    return {path for path in paths if path.startswith("/") and not path.startswith("//")}
