"""The desk of thanks: mails leave once, letters are printed then noted, calls become tasks, rules are data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from crm.assembly import Assembly
from crm.care import service as care
from crm.care.tables import TaskRow
from crm.donations import service as donations
from crm.donations import thank_selects
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.donations.tables import GiftRow, ThanksRow
from crm.people import service as people
from crm.people.model import NewPerson
from crm.privacy import service as privacy
from crm.privacy.model import RequestKind, RequestWay
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, PersonId, TaskId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from jobs import send_welcomes
from mailing.delivery.tables import DeliveryRow
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
DESK = "/office/gifts/thanks"


def donor(assembly: Assembly, name: str, cents: int) -> PersonId:
    """Somebody who just gave."""
    new = NewPerson(
        language=Language.FR,
        last_name=name,
        email=EmailAddress.parse(f"{name.lower()}@exemple.be"),
        phone=PhoneNumber.parse("+32470123456"),
        address=PostalAddress.parse(street="Rue Haute", number="1", postcode="1000", locality="Bruxelles"),
    )
    with assembly.database.transaction() as session:
        person_id = people.add(session, assembly.addresses, new, at=NOW).id
        movement = Movement(method=Method.TRANSFER, booked_on=NOW.date())
        gift = NewGift(person_id=person_id, lines=(NewLine(cents=cents),), given_on=NOW.date(), movement=movement)
        donations.record(session, assembly.sealer, gift, at=NOW)
    return person_id


def thanked(assembly: Assembly) -> dict[int, str]:
    with assembly.database.reading() as session:
        query = select(GiftRow.person_id, ThanksRow.way).join(ThanksRow, ThanksRow.gift_id == GiftRow.id)
        return {number: way.value for number, way in session.execute(query)}


def test_each_is_thanked_once_by_the_way_that_the_rules_say(assembly: Assembly, browser: Open) -> None:
    mail, letter, call = (
        donor(assembly, "Mail", 4_000),
        donor(assembly, "Lettre", 30_000),
        donor(assembly, "Appel", 10**5),
    )
    finance = browser(Role.FINANCE)
    assert "3 personnes attendent un merci" in words_of(finance.get("/office").text)
    shown = words_of(finance.get(DESK).text)
    assert all(words in shown for words in ("Par mail 1", "Par lettre 1", "Par téléphone 1", "premier don"))
    for _ in range(2):
        finance.post(f"{DESK}/mails")
    assert thanked(assembly) == {mail: "mail"}
    printed = finance.post(f"{DESK}/letters")
    assert (printed.headers["Content-Type"], printed.data[:5]) == ("application/pdf", b"%PDF-")
    assert thanked(assembly) == {mail: "mail"}
    finance.post(f"{DESK}/done", {"way": "letter", "person": str(mail)})
    assert thanked(assembly) == {mail: "mail"}
    with assembly.database.transaction() as session:  # a gift that came after the letters were printed
        again = NewGift(
            person_id=letter, lines=(NewLine(cents=31_000),), given_on=NOW.date(),
            movement=Movement(method=Method.CASH, booked_on=NOW.date()),
        )  # fmt: skip
        later = donations.record(session, assembly.sealer, again, at=NOW)
    finance.post(f"{DESK}/done", {"way": "letter", "person": str(letter)})
    with assembly.database.reading() as session:
        assert session.scalars(select(ThanksRow.gift_id).where(ThanksRow.gift_id == later.id)).all() == []
    finance.post(f"{DESK}/letters")
    for _ in range(2):
        finance.post(f"{DESK}/done", {"way": "letter", "person": str(letter)})
        finance.post(f"{DESK}/calls")
    assert thanked(assembly) == {mail: "mail", letter: "letter"}
    with assembly.database.transaction() as session:
        assert session.scalar(select(thank_selects.awaits_thanks(call)))
        [task_id] = session.scalars(select(TaskRow.id)).all()
        care.finish_task(session, TaskId(task_id), by=AccountId(1), at=NOW)
        assert not session.scalar(select(thank_selects.awaits_thanks(call)))
    assert send_welcomes.run(assembly, NOW) == {"owed": 0}
    assert thanked(assembly) == {mail: "mail", letter: "letter", call: "phone"}
    assert "Tout le monde est remercié" in words_of(finance.get(DESK).text)
    with assembly.database.reading() as session:
        assert session.scalars(select(DeliveryRow.person_id)).all() == [mail]
        assert session.scalars(select(TaskRow.person_id)).all() == [call]


def test_rules_are_made_and_taken_away(assembly: Assembly, browser: Open) -> None:
    donor(assembly, "Mail", 4_000)
    finance = browser(Role.FINANCE)
    assert finance.post(f"{DESK}/rules", {"way": "pigeon", "least": "1"}).status_code == 422
    assert finance.post(f"{DESK}/rules", {"way": "letter", "least": "beaucoup"}).status_code == 422
    finance.post(f"{DESK}/rules", {"way": "letter", "least": "40", "first": "on", "language": "fr"})
    shown = words_of(finance.get(DESK).text)
    assert "Par lettre 1" in shown
    assert "le premier don" in shown
    finance.post(f"{DESK}/rules/4/drop")
    assert "Par mail 1" in words_of(finance.get(DESK).text)


def test_the_first_page_names_refunds_and_data_requests_that_wait(assembly: Assembly, browser: Open) -> None:
    one, two, long_ago = donor(assembly, "Un", 4_000), donor(assembly, "Deux", 1_000), NOW - timedelta(days=25)
    by = browser(Role.FINANCE).account.id
    with assembly.database.transaction() as session:
        gift_id = donations.latest_of(session, one, size=1)[0].id
        donations.ask_refund(session, gift_id, 1_000, reason="Erreur", at=NOW, by=by)
        for person_id, at in ((one, long_ago), (two, NOW)):
            privacy.request(session, person_id=person_id, kind=RequestKind.ACCESS, way=RequestWay.LETTER, at=at)
    shown = words_of(browser(Role.ADMINISTRATOR).get("/office").text)
    assert "Un remboursement attend un second regard" in shown
    assert "Une demande de données touche à son terme" in shown
